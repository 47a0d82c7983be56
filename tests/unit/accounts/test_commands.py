"""`reelwarden accounts` and `reelwarden keys`, on the database of the settings."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner

from reelwarden.accounts import keys
from reelwarden.accounts.first import open_database
from reelwarden.cli import group
from reelwarden.errors import UsageError


@pytest.fixture
def url(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("REELWARDEN_DATA_DIR", str(tmp_path / "data"))
    return f"sqlite:///{tmp_path / 'data' / 'reelwarden.db'}"


def run(*words: str) -> str:
    outcome = CliRunner().invoke(group, words, catch_exceptions=False)
    assert outcome.exit_code == 0, outcome.output
    return outcome.output


def document(*words: str) -> Any:
    return json.loads(run(*words, "--json"))


def test_from_nothing_to_a_closed_account(url: str) -> None:
    made = document("accounts", "create", "Acme", "--plan", "free", "--key")
    other = document("keys", "create", "Acme", "--name", "reader", "--scopes", "read, submit")
    database = open_database(url)
    for secret in (made["key"], other["key"]):
        caller = keys.authenticate(database, secret)
        assert caller is not None
        assert (caller.account, caller.plan.name) == (made["id"], "free")
    run("keys", "revoke", made["number"], other["id"])
    assert [key["opens"] for key in document("keys", "list", "Acme")] == [True, False]
    assert document("accounts", "plan", "Acme", "pro")["plan"] == "pro"
    shown = document("accounts", "show", made["id"])
    assert (shown["plan"]["name"], shown["month"]["used"], shown["usage"]) == ("pro", 0, [])
    run("accounts", "close", "Acme")
    assert document("accounts", "list") == []
    assert [account["name"] for account in document("accounts", "list", "--closed")] == ["Acme"]
    keys.forget()
    assert keys.authenticate(database, made["key"]) is None
    database.close()


def test_a_rotated_key_is_shown_once(url: str) -> None:
    document("accounts", "create", "Acme", "--key")
    (old,) = document("keys", "list", "Acme")
    new = document("keys", "rotate", "Acme", old["id"], "--grace", "60")
    listing = run("keys", "list", "Acme")
    assert new["id"] in listing
    assert new["key"] not in listing


def test_people_read_tables(url: str) -> None:
    secret = run("accounts", "create", "Acme", "--key").split("key: ")[1].strip()
    assert secret.startswith("rw_")
    assert "unlimited" in run("accounts", "list")
    assert "no limit" in run("accounts", "show", "Acme")
    assert "250,000" in run("accounts", "plans")
    assert secret not in run("keys", "list", "Acme")
    assert run("keys", "create", "Acme").startswith("rw_")


def test_a_plan_is_made_and_changed(url: str) -> None:
    first = document("accounts", "define", "gold", "--requests-per-second", "2.5", "--streams", "0", "--features", "")
    assert (first["requests_per_second"], first["concurrent_streams"], first["features"]) == (2.5, 0, [])
    assert (first["monthly_operations"], first["concurrent_submissions"]) == (None, None)
    words = ("--requests-per-second", "none", "--operations", "1000000", "--submissions", "3", "--burst", "4")
    second = document("accounts", "define", "gold", *words)
    assert (second["requests_per_second"], second["monthly_operations"], second["burst"]) == (None, 1_000_000, 4)
    assert (second["concurrent_streams"], second["concurrent_submissions"]) == (0, 3)
    assert second in document("accounts", "plans")
    with pytest.raises(UsageError, match="no such feature"):
        run("accounts", "define", "gold", "--features", "fly")


def test_settings_are_changed_and_the_secret_is_not_shown(url: str) -> None:
    run("accounts", "create", "Acme")
    said = run("accounts", "settings", "Acme", '{"retention": 60, "callback_secret": "not to be seen"}')
    assert json.loads(said) == {"retention": 60, "callback_secret": "…"}
    run("accounts", "settings", "Acme", '{"retention": null}')
    assert json.loads(run("accounts", "settings", "Acme")) == {"callback_secret": "…"}
    for wrong in ("nonsense", "[1]", '{"retantion": 1}'):
        with pytest.raises(UsageError):
            run("accounts", "settings", "Acme", wrong)


def test_mistakes_are_named(url: str) -> None:
    for words in (
        ("accounts", "show", "nobody"),
        ("accounts", "create", "x", "--plan", "gold"),
        ("keys", "create", "nobody"),
    ):
        with pytest.raises(UsageError, match="no such"):
            run(*words)
