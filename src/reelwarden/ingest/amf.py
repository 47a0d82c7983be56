"""AMF 0, the values that RTMP commands are written in. Pure.

Source: Adobe's published AMF 0 specification; only what commands use is written, all plain types are read.
"""

from __future__ import annotations

import struct
from collections.abc import Mapping
from typing import TypeAlias

from reelwarden.errors import FetchError

Value: TypeAlias = "bool | float | str | list[Value] | dict[str, Value] | None"
NUMBER, BOOLEAN, STRING, OBJECT, NULL, UNDEFINED, ARRAY, END, LIST, DATE, LONG = 0, 1, 2, 3, 5, 6, 8, 9, 10, 11, 12
DEEPEST = 16
MOST_VALUES = 10_000


def write(*values: bool | float | str | Mapping[str, bool | float | str] | None) -> bytes:
    return b"".join(_written(value) for value in values)


def _written(value: bool | float | str | Mapping[str, bool | float | str] | None) -> bytes:
    if value is None:
        return bytes([NULL])
    if isinstance(value, bool):
        return bytes([BOOLEAN, value])
    if isinstance(value, (int, float)):
        return struct.pack(">Bd", NUMBER, value)
    if isinstance(value, str):
        return bytes([STRING]) + _text(value)
    inside = b"".join(_text(name) + _written(item) for name, item in value.items())
    return bytes([OBJECT]) + inside + bytes([0, 0, END])


def _text(value: str) -> bytes:
    data = value.encode()
    if len(data) > 0xFFFF:
        raise FetchError("a name that is too long for RTMP")
    return struct.pack(">H", len(data)) + data


def read(data: bytes) -> list[Value]:
    """All values that lie in `data`. Raises FetchError when they are broken."""
    reader = _Reader(data)
    values: list[Value] = []
    try:
        while reader.at < len(data):
            values.append(reader.value(0))
    except (struct.error, IndexError) as error:
        raise FetchError("a command that is cut short") from error
    return values


class _Reader:
    def __init__(self, data: bytes) -> None:
        self.at = 0
        self._data = data
        self._count = 0

    def value(self, depth: int) -> Value:
        self._count += 1
        if depth > DEEPEST or self._count > MOST_VALUES:
            raise FetchError("a command of too many values")
        kind = self._data[self.at]
        self.at += 1
        if kind == NUMBER:
            return float(self._unpack(">d"))
        if kind == BOOLEAN:
            return bool(self._unpack(">B"))
        if kind in (STRING, LONG):
            return self._text(">H" if kind == STRING else ">I")
        if kind in (NULL, UNDEFINED):
            return None
        if kind in (OBJECT, ARRAY):
            self.at += 4 if kind == ARRAY else 0
            return self._object(depth)
        if kind == LIST:
            return [self.value(depth + 1) for _ in range(min(self._unpack(">I"), MOST_VALUES + 1))]
        if kind == DATE:
            seconds = float(self._unpack(">d"))
            self.at += 2
            return seconds
        raise FetchError(f"a command with a value of an unknown kind ({kind})")

    def _object(self, depth: int) -> dict[str, Value]:
        found: dict[str, Value] = {}
        while True:
            name = self._text(">H")
            if not name and self._data[self.at] == END:
                self.at += 1
                return found
            found[name] = self.value(depth + 1)

    def _text(self, length: str) -> str:
        size = self._unpack(length)
        if self.at + size > len(self._data):
            raise FetchError("a command that is cut short")
        text = self._data[self.at : self.at + size].decode("utf-8", "replace")
        self.at += size
        return text

    def _unpack(self, form: str) -> int:
        value: int = struct.unpack_from(form, self._data, self.at)[0]
        self.at += struct.calcsize(form)
        return value
