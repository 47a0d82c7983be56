"""Texts that both databases can keep."""

from __future__ import annotations

from reelwarden.errors import UsageError


def keepable(text: str, most: int, what: str) -> str:
    """The text without blanks around it. Raises UsageError, with `what` it was, where it cannot be kept or found."""
    text = text.strip()
    if not text or len(text) > most:
        raise UsageError(f"{what} needs 1 to {most} letters")
    if not is_keepable(text):
        raise UsageError(f"{what} has a letter that is none: a null or half of a pair")
    return text


def is_keepable(text: str) -> bool:
    return "\0" not in text and not any("\ud800" <= letter <= "\udfff" for letter in text)
