"""A mistake of our own, as the caller hears of it: without a word of Python."""

from __future__ import annotations

from reelwarden.errors import ReelwardenError


class Unexpected(ReelwardenError):
    code = "internal"
