"""Lists of domains: where callbacks of an account may go, and where its media may come from."""

from __future__ import annotations

import re
from collections.abc import Collection

from reelwarden.errors import UsageError

PATTERN = re.compile(r"(\*\.)?[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*|[0-9a-f]*:[0-9a-f]*:[0-9a-f:.]*")


def canonical(pattern: str) -> str:
    """`example.com` is that host alone, `*.example.com` all below it. Raises UsageError for what is neither."""
    small = _ascii(pattern)
    if not PATTERN.fullmatch(small) or len(small) > 253:
        raise UsageError(f"not a domain: {pattern!r}", "write example.com, or *.example.com for all below it")
    return small


def allowed(host: str, patterns: Collection[str]) -> bool:
    """Whether a host is on a list of canonical patterns; on an empty one every host is."""
    if not patterns:
        return True
    small = _ascii(host)
    return small in patterns or any(p.startswith("*.") and small.endswith(p[1:]) for p in patterns)


def _ascii(name: str) -> str:
    small = name.strip().lower().strip("[]").rstrip(".")
    try:
        return small if small.isascii() else small.encode("idna").decode()
    except UnicodeError:
        return small
