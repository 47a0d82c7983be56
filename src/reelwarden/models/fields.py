"""Takes the fields of a TOML table one by one, with their kinds checked; what is left at the end is a mistake."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from reelwarden.errors import SettingsError

ID = re.compile(r"[a-z][a-z0-9_]*")
SHA256 = re.compile(r"[0-9a-f]{64}")
FILE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]*")


class Fields:
    """One table. `where` says in messages which one it is. Every method raises SettingsError."""

    def __init__(self, raw: Mapping[str, Any], where: str) -> None:
        self.left, self.where = dict(raw), where

    def take(self, key: str, kind: type, default: Any = None) -> Any:
        value = self.left.pop(key, default)
        # True is an int in Python, but not in a catalogue.
        if not isinstance(value, kind) or isinstance(value, bool) is not (kind is bool):
            raise SettingsError(f"{self.where}: `{key}` must be given, as {kind.__name__}")
        return value

    def match(self, key: str, form: re.Pattern[str], default: str | None = None) -> str:
        value: str = self.take(key, str, default)
        if value != default and not form.fullmatch(value):
            raise SettingsError(f"{self.where}: `{key}` has not the right form: {value!r}")
        return value

    def tables(self, key: str) -> list[Mapping[str, Any]]:
        found: list[Mapping[str, Any]] = self.take(key, list)
        if not found or not all(isinstance(row, Mapping) for row in found):
            raise SettingsError(f"{self.where}: `{key}` must have at least one table")
        return found

    def one_of(self, key: str, choices: Collection[str], default: str | None = None) -> str:
        value: str = self.take(key, str, default)
        if value not in choices:
            raise SettingsError(f"{self.where}: `{key}` must be one of {', '.join(choices)}, not {value!r}")
        return value

    def number(self, key: str, default: float | None = None) -> float:
        value = self.left.pop(key, default)
        if isinstance(value, bool) or not isinstance(value, int | float):
            raise SettingsError(f"{self.where}: `{key}` must be given, as a number")
        return float(value)

    def numbers(self, key: str, count: int, default: tuple[float, ...]) -> tuple[float, ...]:
        """A list of `count` numbers; `count` 0 for any."""
        value = self.left.pop(key, default)
        good = isinstance(value, list | tuple) and all(type(one) in (int, float) for one in value)
        if not good or (count and len(value) != count):
            raise SettingsError(f"{self.where}: `{key}` must be a list of {count or 'some'} numbers")
        return tuple(float(one) for one in value)

    def texts(self, key: str) -> tuple[str, ...]:
        value = self.left.pop(key, None)
        if not isinstance(value, list) or not value or not all(isinstance(one, str) for one in value):
            raise SettingsError(f"{self.where}: `{key}` must be a list of texts")
        return tuple(value)

    def table(self, key: str) -> Fields:
        return Fields(self.take(key, dict), f"{self.where}, {key}")

    def end(self) -> None:
        if self.left:
            raise SettingsError(f"{self.where}: unknown fields {', '.join(sorted(self.left))}")
