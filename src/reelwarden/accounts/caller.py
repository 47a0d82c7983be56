"""Who is asking: an account, by one of its keys."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from reelwarden.accounts.plans import Plan
from reelwarden.errors import UsageError

ADMIN = "admin"
SCOPES = {
    "submit": "hand in media and texts",
    "read": "read results, events, deliveries and usage",
    "review": "decide on review items",
    "manage": "change the account's own keys, lists, policies and settings",
    ADMIN: "all of that, and every account of this server",
}
OWN_SCOPES = frozenset(SCOPES) - {ADMIN}
"""What a key may do that is made without a word about it: everything in its own account."""


@dataclass(frozen=True, slots=True)
class Caller:
    """`account` and `key` are ids; `number` is the account's name in digits; `settings` as accounts/options.py."""

    account: str
    account_name: str
    number: str
    key: str
    plan: Plan
    scopes: frozenset[str]
    settings: Mapping[str, Any]

    def may(self, scope: str) -> bool:
        """Whether the key opens this."""
        return scope in self.scopes or ADMIN in self.scopes


def known_scopes(scopes: Collection[str]) -> frozenset[str]:
    """The scopes of a key to be made. Raises UsageError for what is none."""
    wrong = sorted(set(scopes) - set(SCOPES))
    if wrong or not scopes:
        raise UsageError(f"no such scope: {', '.join(wrong) or 'none given'}", f"there are {', '.join(SCOPES)}")
    return frozenset(scopes)
