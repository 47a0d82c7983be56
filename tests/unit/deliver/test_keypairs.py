"""Ed25519 signatures: the same as another implementation makes, and verified as the docs tell receivers to."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from pathlib import Path

import pytest
from cryptography.exceptions import InvalidSignature
from standardwebhooks import Webhook

from reelwarden.deliver import keypairs
from reelwarden.deliver.signing import headers, new_secret

BODY = '{"text": "Grüße, 世界"}'.encode()
# Made by libsodium (PyNaCl 1.6) from the seed 00 01 … 1f over "dlv_1.1700000000." and the body.
PRIVATE = "whsk_AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="
PUBLIC = "whpk_A6EHv/POEL4dcN0Y50vAmWfk1jCbpQ1fHdyGZBJVMbg="
SIGNATURE = "v1a,J+RPw7wGBZVhu1nOx22yFuMMC5OgspIHmjBxDsPAXHUgGuxtIDVsm4W6709DFwGn0mmV+Aj/Xqo8S2a8rYrYBA=="
PAGE = Path(__file__).resolve().parents[3] / "docs" / "reference" / "callbacks.md"


def test_it_is_what_another_implementation_makes() -> None:
    assert keypairs.public_keys(f"{new_secret()} {PRIVATE}") == [PUBLIC]
    assert headers("dlv_1", BODY, PRIVATE, 1700000000.9)["webhook-signature"] == SIGNATURE


def test_with_its_public_half_behind_it_it_is_the_same_key() -> None:
    halves = [base64.b64decode(key[5:]) for key in (PRIVATE, PUBLIC)]
    whole = keypairs.PRIVATE + base64.b64encode(b"".join(halves)).decode()
    assert keypairs.public_keys(whole) == [PUBLIC]


def test_beside_a_shared_secret_both_sign_and_the_dialect_s_own_takes_the_shared_one() -> None:
    shared = new_secret()
    signed = headers("dlv_1", BODY, f"{PRIVATE} {shared}", 1700000000.0, lambda body, secret: {"own": secret})
    assert signed["webhook-signature"].split()[0] == SIGNATURE
    assert (
        Webhook(shared).sign("dlv_1", datetime.fromtimestamp(1700000000, UTC), BODY.decode())
        == signed["webhook-signature"].split()[1]
    )
    assert signed["own"] == shared
    assert "own" not in headers("dlv_1", BODY, PRIVATE, 1700000000.0, lambda body, secret: {"own": secret})


@pytest.mark.parametrize("secret", ["whsk_", "whsk_c2hvcnQ=", "whsk_no-base64!", PUBLIC])
def test_what_is_no_key_pair_is_a_secret_as_it_is_written(secret: str) -> None:
    assert keypairs.public_keys(secret) == []
    assert headers("dlv_1", BODY, secret, 1700000000.0)["webhook-signature"].startswith("v1,")


def test_a_new_pair_signs_beside_the_older_or_in_its_place() -> None:
    shared = new_secret()
    first = keypairs.with_new(shared, replace=False)
    second = keypairs.with_new(first, replace=False)
    assert keypairs.public_keys(second)[1:] == keypairs.public_keys(first)
    only = keypairs.with_new(second, replace=True)
    assert only.split()[0] == shared
    assert len(keypairs.public_keys(only)) == 1
    assert keypairs.public_keys(only)[0] not in keypairs.public_keys(second)


def test_receivers_verify_it_as_the_page_says() -> None:
    (code,) = re.findall(r"```python\n(import base64\n.*?)```", PAGE.read_text("utf-8"), re.DOTALL)
    signed = headers("dlv_1", BODY, f"{new_secret()} {PRIVATE}", 1700000000.0)
    exec(code, {"public_key": PUBLIC, "headers": signed, "request_body": BODY})
    for body, key in ((b"{}", PUBLIC), (BODY, keypairs.public_keys(keypairs.new_private())[0])):
        with pytest.raises(InvalidSignature):
            exec(code, {"public_key": key, "headers": signed, "request_body": body})
