"""Text lists: kept in order, changed in part, compiled anew only when they changed, and nobody else's."""

from __future__ import annotations

import pytest

from reelwarden.accounts import accounts, lists
from reelwarden.accounts.accounts import Account
from reelwarden.accounts.lists import StoredEntry
from reelwarden.errors import UsageError
from reelwarden.store.database import Database

WORDS = [StoredEntry(word) for word in ("zebra", "apple", "mango")]


def texts(database: Database, account: Account, named: str) -> list[str]:
    with database.read() as connection:
        return [entry.text for entry in lists.entries(connection, account.id, named)]


def test_a_list_keeps_its_entries_in_their_order(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        made = lists.create(connection, account.id, "fruit", "allow", WORDS, {"deepcleer": {"x": 1}})
        assert lists.get(connection, account.id, "fruit") == made == lists.get(connection, account.id, made.id)
        assert lists.size(connection, account.id, made.id) == 3
        first, *_ = lists.entries(connection, account.id, made.id, most=1)
        rest = lists.entries(connection, account.id, made.id, after=first.id)
    assert (made.kind, made.vendor) == ("allow", {"deepcleer": {"x": 1}})
    assert [first.text, *(entry.text for entry in rest)] == ["zebra", "apple", "mango"]


def test_entries_come_and_go(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        lists.create(connection, account.id, "l", entries=WORDS)
        lists.add(
            connection, account.id, "l", [StoredEntry(" apple ", category="fruit"), StoredEntry("apple", "exact")]
        )
        kept = {(e.text, e.match, e.category) for e in lists.entries(connection, account.id, "l")}
        assert kept == {
            ("zebra", "standard", ""),
            ("apple", "standard", "fruit"),
            ("mango", "standard", ""),
            ("apple", "exact", ""),
        }
        last = lists.entries(connection, account.id, "l")[-1]
        assert lists.remove(connection, account.id, "l", texts=["zebra", "unknown", "\0"], ids=[last.id]) == 2
        assert lists.replace(connection, account.id, "l", [StoredEntry("kiwi")]).revision == 4
    assert texts(planned, account, "l") == ["kiwi"]


def test_a_list_has_one_name_and_the_transaction_goes_on(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        lists.create(connection, account.id, "a")
        lists.create(connection, account.id, "b")
        with pytest.raises(UsageError, match="already"):
            lists.create(connection, account.id, "a")
        with pytest.raises(UsageError, match="already"):
            lists.change(connection, account.id, "b", name="a")
        changed = lists.change(connection, account.id, "b", name="c", kind="allow", vendor={})
        assert (changed.name, changed.kind, changed.revision) == ("c", "allow", 2)
        lists.delete(connection, account.id, "a")
        assert [one.name for one in lists.every(connection, account.id)] == ["c"]


WRONG = [
    StoredEntry(" "),
    StoredEntry("x" * 501),
    StoredEntry("a\0b"),
    StoredEntry("a\udcff"),
    StoredEntry("a", match="loose"),
    StoredEntry("a", language="xx"),
    StoredEntry("a", category="c" * 41),
    StoredEntry("a", category="\0"),
]


def test_an_entry_that_cannot_be_is_refused_and_nothing_changes(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        lists.create(connection, account.id, "l", entries=WORDS)
    for entry in WRONG:
        with pytest.raises(UsageError), planned.begin() as connection:
            lists.replace(connection, account.id, "l", [StoredEntry("fine"), entry])
    assert texts(planned, account, "l") == ["zebra", "apple", "mango"]


def test_wrong_names_and_kinds_are_refused(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        for name, kind in (("", "allow"), ("x" * 201, "allow"), ("a\0", "allow"), ("a", "grey")):
            with pytest.raises(UsageError):
                lists.create(connection, account.id, name, kind)
        for named in ("none", "", "\0", "\ud800"):
            with pytest.raises(UsageError, match="no such text list"):
                lists.get(connection, account.id, named)


def test_the_list_of_another_account_is_not_there(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        other = accounts.create(connection, "Other").id
        made = lists.create(connection, account.id, "mine", entries=WORDS)
        for act in (
            lambda: lists.get(connection, other, made.id),
            lambda: lists.entries(connection, other, made.id),
            lambda: lists.change(connection, other, made.id, kind="allow"),
            lambda: lists.replace(connection, other, made.id, []),
            lambda: lists.add(connection, other, made.id, WORDS),
            lambda: lists.remove(connection, other, made.id, texts=["zebra"]),
            lambda: lists.delete(connection, other, made.id),
        ):
            with pytest.raises(UsageError, match="no such text list"):
                act()
        assert lists.create(connection, other, "mine").revision == 1
    with pytest.raises(UsageError, match="no such text list"):
        lists.compiled(planned, other, [made.id])
    assert texts(planned, account, "mine") == ["zebra", "apple", "mango"]


def test_a_compiled_list_finds_what_is_on_it_now(planned: Database, account: Account) -> None:
    with planned.begin() as connection:
        lists.create(connection, account.id, "l", entries=[StoredEntry("zebra-7", "exact", category="animal")])
        lists.create(connection, account.id, "allowed", "allow")
    (first, allowed), (again, _) = lists.compiled(planned, account.id), lists.compiled(planned, account.id)
    assert first is again
    assert (first.kind, allowed.kind, first.name) == ("disallow", "allow", "l")
    assert [hit.entry.category for hit in first.find("a Zebra-7 here", ["en"])] == ["animal"]
    with planned.begin() as connection:
        lists.replace(connection, account.id, "l", [StoredEntry("heron-8", "exact")])
    (changed,) = lists.compiled(planned, account.id, ["l"])
    assert changed.find("a zebra-7 here", ["en"]) == []
    assert [(hit.start, hit.end) for hit in changed.find("a heron-8 here", ["en"])] == [(2, 9)]


def test_a_long_list_is_kept_and_one_too_long_is_not(planned: Database, account: Account) -> None:
    many = [StoredEntry(f"word{number}") for number in range(3000)]
    with planned.begin() as connection:
        lists.create(connection, account.id, "l", entries=many)
        assert lists.remove(connection, account.id, "l", texts=[entry.text for entry in many[:2500]]) == 2500
        assert lists.size(connection, account.id, "l") == 500


@pytest.mark.slow
def test_a_list_has_an_end(planned: Database, account: Account) -> None:
    many = [StoredEntry(f"w{number}") for number in range(lists.MOST_ENTRIES + 1)]
    with pytest.raises(UsageError, match="at most 100000 entries"), planned.begin() as connection:
        lists.create(connection, account.id, "l", entries=many)
