"""An account's settings are known fields with possible values, or the mistake is named."""

from __future__ import annotations

from typing import Any

import pytest

from reelwarden.accounts import options
from reelwarden.accounts.domains import allowed, canonical
from reelwarden.accounts.plans import Plan
from reelwarden.errors import UsageError

PLAN, PLAIN = Plan("p"), Plan("plain", features=frozenset())


def test_what_is_right_is_kept_and_nothing_is_added() -> None:
    said = {"retention": 3600.0, "callback_url": "https://a.example/hook", "dialects": {"deepcleer": {"any": [1]}}}
    assert options.validated(said, PLAN) == said
    assert options.validated({}, PLAN) == {}


@pytest.mark.parametrize(
    ("said", "named"),
    [
        ({"retantion": 5}, "retantion"),
        ({"retention": -1}, "retention"),
        ({"retention": "5"}, "retention"),
        ({"retention": float("nan")}, "retention"),
        ({"callback_url": "ftp://a.example/"}, "callback_url"),
        ({"callback_url": "https:///nohost"}, "callback_url"),
        ({"callback_secret": "short"}, "callback_secret"),
        ({"callback_domains": ["https://a.example"]}, "callback_domains"),
        ({"media_domains": ["a b"]}, "media_domains"),
        ({"media_domains": "a.example"}, "media_domains"),
        ({"dialects": {"other": {}}}, "dialects"),
        (
            {"callback_domains": ["a.example"], "callback_url": "https://b.example/"},
            "callbacks may not go to b.example",
        ),
    ],
)
def test_what_is_wrong_is_named(said: dict[str, Any], named: str) -> None:
    with pytest.raises(UsageError, match=named):
        options.validated(said, PLAN)


def test_lists_of_domains_are_a_feature_of_the_plan() -> None:
    options.validated({"media_domains": []}, PLAIN)
    with pytest.raises(UsageError, match="the plan plain has no lists of domains"):
        options.validated({"media_domains": ["a.example"]}, PLAIN)


def test_the_secret_is_not_shown() -> None:
    assert options.shown({"callback_secret": "very-secret", "policy": "p"}) == {"callback_secret": "…", "policy": "p"}


@pytest.mark.parametrize(
    ("host", "patterns", "may"),
    [
        ("anything.example", (), True),
        ("a.example", ("a.example",), True),
        ("A.Example.", ("a.example",), True),
        ("b.a.example", ("a.example",), False),
        ("b.a.example", ("*.a.example",), True),
        ("c.b.a.example", ("*.a.example",), True),
        ("a.example", ("*.a.example",), False),
        ("eviла.example", ("a.example",), False),
        ("evila.example", ("*.a.example", "a.example"), False),
        ("bücher.example", ("xn--bcher-kva.example",), True),
        ("", ("a.example",), False),
        ("::1", ("::1",), True),
    ],
)
def test_a_list_of_domains(host: str, patterns: tuple[str, ...], may: bool) -> None:
    assert allowed(host, patterns) is may


def test_domains_are_written_in_one_way() -> None:
    assert [canonical(d) for d in (" A.Example. ", "*.Bücher.example", "[::1]", "10.0.0.1")] == [
        "a.example",
        "*.xn--bcher-kva.example",
        "::1",
        "10.0.0.1",
    ]
    for wrong in ("", "*", "*.*.example", "a..b", "https://a", "a/b", "a:80", "x" * 64):
        with pytest.raises(UsageError, match="not a domain"):
            canonical(wrong)


@pytest.mark.parametrize("url", ["https://a.example/x", "https://user@a.example:444/x"])
def test_an_address_is_held_against_the_account_s_own_list(url: str) -> None:
    options.may_call({"callback_domains": ["a.example"]}, url)
    options.may_fetch({}, url)
    for other in ("https://a.example.b.example/", "https://a.example@b.example/", "http://[broken", "nothing"):
        with pytest.raises(UsageError, match="media may not come from"):
            options.may_fetch({"media_domains": ["a.example"]}, other)
