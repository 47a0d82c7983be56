"""An account makes itself a key pair, and gets the public half; the private one is told to nobody."""

from __future__ import annotations

from typing import Any

import pytest

from reelwarden.accounts import accounts

pytestmark = pytest.mark.slow


def test_a_pair_is_made_shown_and_replaced(native: Any) -> None:
    tenant, other = native.tenant(callback_secret="a shared secret"), native.tenant()
    place = "/account/signing-keys"
    assert native.ask(tenant, "GET", place).json() == {"public_keys": []}
    first = native.ask(tenant, "POST", place, json={}).json()["public_keys"]
    both = native.ask(tenant, "POST", place, json={}).json()["public_keys"]
    assert both[1:] == first
    assert native.ask(tenant, "GET", place).json()["public_keys"] == both
    last = native.ask(tenant, "POST", place, json={"replace": True})
    assert last.status_code == 201
    assert len(last.json()["public_keys"]) == 1
    assert set(last.json()["public_keys"]).isdisjoint(both)
    assert native.ask(other, "GET", place).json() == {"public_keys": []}
    assert "whsk_" not in native.ask(tenant, "GET", "/account").text + last.text
    with native.bench.database.read() as connection:
        kept = accounts.find(connection, tenant.account).settings["callback_secret"].split()
    assert kept[:3] == ["a", "shared", "secret"]
    assert len(kept) == 4
