"""Addresses as a recogniser of speech writes them: "info at example.com" becomes "infoatexample.com"."""

from __future__ import annotations

import re
from collections.abc import Iterator

from reelwarden.text.entities.glyphs import Folded
from reelwarden.text.entities.hidden import providers, word_set
from reelwarden.text.entities.hosts import is_host
from reelwarden.text.match import Match

_HOST = re.compile(r"(?<![\w.@/:-])[a-z0-9][a-z0-9_+-]{2,63}(?:\.[a-z0-9-]{2,63}){1,4}(?![\w@/])")
_OFFICES = frozenset(
    [
        "info",
        "contact",
        "contacts",
        "sales",
        "support",
        "admin",
        "office",
        "press",
        "jobs",
        "help",
        "hello",
        "mail",
        "team",
        "service",
    ]
)
"""Mailboxes that any house has: before another host they are no part of its name."""


def find(folded: Folded) -> Iterator[Match]:
    """A host with `at` inside it, where a mail provider stands behind that or such a mailbox before it."""
    for host in _HOST.finditer(folded.text):
        address = _address(host[0].rstrip("-"))
        if address:
            yield Match("email", *folded.span(host.start(), host.start() + len(address) + 1), value=address)


def _address(glued: str) -> str:
    for at in re.finditer("at", glued):
        mailbox, host = glued[: at.start()], glued[at.end() :]
        known = host.partition(".")[0] in providers() - word_set("provider_words")
        if mailbox and is_host(host) and (known or mailbox in _OFFICES):
            return f"{mailbox}@{host}"
    return ""
