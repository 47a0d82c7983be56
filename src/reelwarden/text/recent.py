"""A memory that forgets what was not asked for lately."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")

LONGEST = 80


class Recent(dict[str, Value]):
    """`memory[text]` is what `make` says of a text, found once and kept; None is nothing that it may say.

    Texts of more than `longest` characters are not kept. When half of `kept` are held anew, all that was not asked for
    meanwhile is forgotten. Not thread-safe.
    """

    def __init__(self, make: Callable[[str], Value], kept: int, longest: int = LONGEST) -> None:
        super().__init__()
        self._make, self._half, self._longest = make, kept // 2, longest
        self._older: dict[str, Value] = {}

    def __missing__(self, text: str) -> Value:
        if len(text) > self._longest:
            return self._make(text)
        value = self._older.get(text)
        if value is None:
            value = self._make(text)
        if len(self) >= self._half:
            self._older = dict(self)
            self.clear()
        self[text] = value
        return value


def unknown(text: str) -> bool:
    """Nothing is known of any text."""
    return False
