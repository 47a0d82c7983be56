"""What a key with the scope admin does with every account, and that no other key does."""

from __future__ import annotations

import secrets
from typing import Any

import pytest

from reelwarden.accounts.caller import OWN_SCOPES

pytestmark = pytest.mark.slow
Native = Any


@pytest.fixture(scope="module")
def admin(native: Native) -> Any:
    return native.tenant(scopes=[*OWN_SCOPES, "admin"])


def test_an_account_from_first_to_last(native: Native, admin: Any) -> None:
    name = f"n{secrets.token_hex(6)}"
    made = native.ask(admin, "POST", "/accounts", json={"name": name, "plan": "free"})
    assert made.status_code == 201, made.text
    key = native.ask(admin, "POST", f"/accounts/{name}/keys", json={"name": "first"}).json()
    headers = {"Authorization": f"Bearer {key['secret']}"}
    assert native.http.get("/account", headers=headers).json()["plan"]["name"] == "free"
    assert native.ask(admin, "PATCH", f"/accounts/{name}", json={"plan": "pro"}).json()["plan"] == "pro"
    assert native.http.get("/account", headers=headers).json()["plan"]["requests_per_second"] == 10
    assert name in [one["name"] for one in native.ask(admin, "GET", "/accounts").json()["accounts"]]
    assert native.ask(admin, "GET", f"/accounts/{made.json()['number']}").json()["name"] == name
    assert native.ask(admin, "DELETE", f"/accounts/{name}").json()["closed"]
    assert native.http.get("/account", headers=headers).status_code == 401
    assert native.ask(admin, "GET", f"/accounts/{made.json()['id']}").status_code == 200
    assert native.ask(admin, "PATCH", f"/accounts/{name}", json={"plan": "pro"}).status_code == 404


def test_nobody_closes_the_door_behind_himself(native: Native, admin: Any) -> None:
    assert native.ask(admin, "DELETE", f"/accounts/{admin.account}").status_code == 422


def unheard_of() -> dict[str, str]:
    """An account on a plan that no other test can have made: they share one server."""
    return {"name": f"n{secrets.token_hex(8)}", "plan": f"p{secrets.token_hex(8)}"}


def test_plans(native: Native, admin: Any) -> None:
    terms = {"requests_per_second": 3.5, "burst": 7, "most_bytes": 1000}
    assert native.ask(admin, "PUT", "/plans/small", json=terms).status_code == 200
    there = {plan["name"]: plan for plan in native.ask(admin, "GET", "/plans").json()["plans"]}
    assert there["small"]["burst"] == 7
    assert native.ask(admin, "PUT", "/plans/small", json={"features": ["flying"]}).status_code == 422
    assert native.ask(admin, "POST", "/accounts", json=unheard_of()).status_code == 404


def test_other_keys_open_none_of_it(native: Native) -> None:
    tenant = native.tenant()
    for verb, path in [("GET", "/accounts"), ("POST", "/accounts"), ("GET", "/plans"), ("PUT", "/plans/unlimited")]:
        answer = native.ask(
            tenant, verb, path, json={"name": "mine"} if verb == "POST" else {} if verb == "PUT" else None
        )
        assert (answer.status_code, answer.json()["error"]["code"]) == (403, "not_allowed")
