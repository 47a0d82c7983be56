"""What an account has besides its submissions: lists, policies, keys, deliveries; and what admins may do."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from reelwarden.client.records import Account, ClosedEndpoint, Delivery, Entry, Key, Plan, Policy, TextList, of
from reelwarden.client.wire import Wire, path

Entries = Iterable[Entry | str]


class Lists:
    """Text lists: what is never, or always, let through. A list is named by its name or its id."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self) -> list[TextList]:
        return [of(TextList, one) for one in self._wire.json("GET", "/lists")["lists"]]

    def one(self, named: str, after: str = "", limit: int = 1000) -> TextList:
        """With a page of its entries: those behind the entry with the id `after`."""
        return of(TextList, self._wire.json("GET", path("lists", named), query={"after": after, "limit": limit}))

    def create(self, name: str, entries: Entries = (), kind: str = "disallow") -> TextList:
        document = {"name": name, "kind": kind, "entries": _entries(entries)}
        return of(TextList, self._wire.json("POST", "/lists", document))

    def replace(self, named: str, entries: Entries) -> TextList:
        """The list has these entries and no other."""
        return of(TextList, self._wire.json("PUT", path("lists", named, "entries"), {"entries": _entries(entries)}))

    def add(self, named: str, entries: Entries) -> TextList:
        return of(TextList, self._wire.json("POST", path("lists", named, "entries"), {"entries": _entries(entries)}))

    def remove(self, named: str, entry: str) -> None:
        """Takes out the entry with this id."""
        self._wire.json("DELETE", path("lists", named, "entries", entry))

    def delete(self, named: str) -> None:
        self._wire.json("DELETE", path("lists", named))


class Policies:
    """Which label leads to what, as TOML documents."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self) -> list[Policy]:
        return [of(Policy, one) for one in self._wire.json("GET", "/policies")["policies"]]

    def one(self, name: str = "default") -> Policy:
        """With its document."""
        return of(Policy, self._wire.json("GET", path("policies", name)))

    def put(self, name: str, document: str) -> Policy:
        """Keeps it under the name, in place of one that was there."""
        return of(Policy, self._wire.json("PUT", path("policies", name), {"document": document}))

    def delete(self, name: str) -> None:
        self._wire.json("DELETE", path("policies", name))


class Keys:
    """The account's keys."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(self) -> list[Key]:
        return [of(Key, one) for one in self._wire.json("GET", "/keys")["keys"]]

    def create(self, name: str, scopes: Sequence[str] | None = None) -> Key:
        """`secret` is in the answer this once."""
        document = {"name": name} | ({"scopes": list(scopes)} if scopes else {})
        return of(Key, self._wire.json("POST", "/keys", document))

    def revoke(self, id: str) -> None:
        self._wire.json("DELETE", path("keys", id))

    def signing(self) -> tuple[str, ...]:
        """The public keys (Ed25519, `whpk_…`) that callbacks can be verified with, the newest first."""
        return tuple(self._wire.json("GET", "/account/signing-keys")["public_keys"])

    def new_signing(self, replace: bool = False) -> tuple[str, ...]:
        """The same with a new one, which signs beside the older ones or in their place."""
        return tuple(self._wire.json("POST", "/account/signing-keys", {"replace": replace})["public_keys"])


class Deliveries:
    """Owed callbacks, and what came of them."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def all(
        self, submission: str | None = None, state: str | None = None, before: str | None = None, limit: int = 50
    ) -> list[Delivery]:
        """The newest first; `before` is the id of the last one of the page before."""
        query = {"submission": submission, "state": state, "before": before, "limit": limit}
        return [of(Delivery, one) for one in self._wire.json("GET", "/deliveries", query=query)["deliveries"]]

    def one(self, id: str) -> Delivery:
        """With every attempt."""
        return of(Delivery, self._wire.json("GET", path("deliveries", id)))

    def again(self, id: str) -> None:
        """Owes it anew, at once."""
        self._wire.json("POST", path("deliveries", id, "again"))

    def all_again(self, submission: str | None = None, states: Sequence[str] = ("given_up",)) -> int:
        """The same for all that are meant; how many there were."""
        document = {"submission": submission, "states": list(states)}
        return int(self._wire.json("POST", "/deliveries/again", document)["again"])

    def closed(self) -> list[ClosedEndpoint]:
        """Addresses that answered 410 and get nothing any more."""
        return [of(ClosedEndpoint, one) for one in self._wire.json("GET", "/endpoints")["closed"]]

    def open(self, endpoint: str) -> str:
        """The address of this closed endpoint (its id) gets callbacks again, and is given back."""
        return str(self._wire.json("POST", path("endpoints", endpoint, "open"))["opened"])


class Admin:
    """Every account of the server; needs a key with the scope admin. An account is named by id, number or name."""

    def __init__(self, wire: Wire) -> None:
        self._wire = wire

    def accounts(self, closed: bool = False) -> list[Account]:
        query = {"closed": "true" if closed else None}
        return [of(Account, one) for one in self._wire.json("GET", "/accounts", query=query)["accounts"]]

    def account(self, named: str) -> Account:
        return of(Account, self._wire.json("GET", path("accounts", named)))

    def create(self, name: str, plan: str = "unlimited", settings: Mapping[str, Any] | None = None) -> Account:
        document = {"name": name, "plan": plan, "settings": dict(settings or {})}
        return of(Account, self._wire.json("POST", "/accounts", document))

    def change_plan(self, named: str, plan: str) -> Account:
        return of(Account, self._wire.json("PATCH", path("accounts", named), {"plan": plan}))

    def close(self, named: str) -> Account:
        return of(Account, self._wire.json("DELETE", path("accounts", named)))

    def create_key(self, named: str, name: str, scopes: Sequence[str] | None = None) -> Key:
        """`secret` is in the answer this once."""
        document = {"name": name} | ({"scopes": list(scopes)} if scopes else {})
        return of(Key, self._wire.json("POST", path("accounts", named, "keys"), document))

    def plans(self) -> list[Plan]:
        return [of(Plan, one) for one in self._wire.json("GET", "/plans")["plans"]]

    def put_plan(self, name: str, **terms: Any) -> Plan:
        """`requests_per_second`, `burst` … as docs/reference/api.md has them."""
        return of(Plan, self._wire.json("PUT", path("plans", name), terms))


def _entries(entries: Entries) -> list[dict[str, str]]:
    as_entries = [Entry(entry) if isinstance(entry, str) else entry for entry in entries]
    return [{"text": e.text, "match": e.match, "language": e.language, "category": e.category} for e in as_entries]
