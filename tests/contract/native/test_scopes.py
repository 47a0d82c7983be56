"""docs/reference/api.md says which scope a route needs: without it 403, with it alone never."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from reelwarden.accounts.caller import OWN_SCOPES

pytestmark = pytest.mark.slow
PAGE = (Path(__file__).resolve().parents[3] / "docs" / "reference" / "api.md").read_text("utf-8")
ROWS = re.findall(r"^\| ([A-Z]+) \| `(/\S+)` \| (\S+) \|", PAGE, re.MULTILINE)
HEADERS = {"Tus-Resumable": "1.0.0", "Upload-Length": "1", "Upload-Offset": "0"}
APART = "/events/stream"
Native = Any


@pytest.fixture(scope="module")
def keys(native: Native) -> dict[str, tuple[Any, Any]]:
    """Scope → a key with it alone, and one with all others."""
    others = {scope: sorted(OWN_SCOPES - {scope}) for scope in (*OWN_SCOPES, "admin")}
    return {scope: (native.tenant(scopes=[scope]), native.tenant(scopes=rest)) for scope, rest in others.items()}


@pytest.mark.parametrize(("verb", "route", "scope"), [row for row in ROWS if row[1] != APART])
def test_a_route_needs_its_scope(native: Native, keys: Any, verb: str, route: str, scope: str) -> None:
    path = re.sub(r"\{time\}", "1.0", re.sub(r"\{(id|named|name)\}", "none", route))
    if scope == "–":
        assert native.http.request(verb, path, headers=HEADERS).status_code in (200, 204, 503)
        return
    alone, without = keys[scope]
    bodies: dict[str, Any] = {"json": BODIES.get(f"{verb} {route}", {})} if verb in ("POST", "PUT") else {}
    assert native.ask(without, verb, path, headers=HEADERS, **bodies).status_code == 403
    assert native.ask(alone, verb, path, headers=HEADERS, **bodies).status_code not in (401, 403)


BODIES: dict[str, Any] = {
    "POST /text": {"text": "", "semantic": False},
    "POST /lists": {"name": "x"},
    "POST /lists/{named}/entries": {"entries": []},
    "PUT /lists/{named}/entries": {"entries": []},
    "PUT /policies/{name}": {"document": ""},
    "POST /keys": {"name": "x", "scopes": ["manage"]},
    "POST /accounts": {"name": "5"},
    "POST /accounts/{named}/keys": {"name": "x"},
}


def test_the_table_is_read() -> None:
    assert len(ROWS) > 40
    assert {scope for _, _, scope in ROWS} == {"submit", "read", "manage", "admin", "–"}
