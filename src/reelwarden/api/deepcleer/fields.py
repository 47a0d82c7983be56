"""One field of a request at a time. Raises UsageError, which names the field, for what cannot be."""

from __future__ import annotations

import json
import math
from collections.abc import Collection, Mapping
from typing import Any

from reelwarden.accounts.wording import is_keepable
from reelwarden.errors import UsageError

Body = Mapping[str, Any]


def text(body: Body, name: str, most: int, *, required: bool = False) -> str:
    """A text without blanks around it; a number becomes one. Empty where there is none."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float | None):
        raise UsageError(f"{name} must be a text")
    said = "" if value is None else str(value).strip()
    if required and not said:
        raise UsageError(f"{name} is required")
    if len(said) > most or not is_keepable(said):
        raise UsageError(f"{name} must be a text of at most {most} letters")
    return said


def number(body: Body, name: str, least: float, most: float) -> float | None:
    """A number, or a text that is one; None where there is none."""
    value = body.get(name)
    if value is None or value == "":
        return None
    found = _number(value)
    if found is None or not least <= found <= most:
        raise UsageError(f"{name} must be a number from {least:g} to {most:g}")
    return found


def whole(body: Body, name: str, least: int, most: int) -> int | None:
    """The same, without a fraction."""
    found = number(body, name, least, most)
    if found is not None and found != int(found):
        raise UsageError(f"{name} must be a whole number from {least} to {most}")
    return None if found is None else int(found)


def switch(body: Body, name: str) -> bool:
    """0 or 1; a JSON boolean does as well."""
    if isinstance(body.get(name), bool):
        return bool(body[name])
    return whole(body, name, 0, 1) == 1


def choice(body: Body, name: str, known: Collection[str]) -> str:
    """One of the known words; empty where none was said."""
    said = text(body, name, 64)
    if said and said not in known:
        raise UsageError(f"{name} must be one of {', '.join(sorted(known))}")
    return said


def numbers(body: Body, name: str, least: float, most: float, count: int) -> tuple[float, ...]:
    """A list of at most `count` numbers."""
    value = body.get(name)
    value = [] if value is None else value
    if not isinstance(value, list) or len(value) > count:
        raise UsageError(f"{name} must be a list of at most {count} numbers")
    return tuple(_in_list(one, name, least, most) for one in value)


def within(body: Body, name: str) -> Body:
    """An object in the object; empty where there is none."""
    value = body.get(name)
    if value is None or value == "":
        return {}
    if not isinstance(value, Mapping):
        raise UsageError(f"{name} must be an object")
    return value


def passed_through(body: Body, most: int) -> Any:
    """What comes back as it came: `extra.passThrough`, an object; None where there is none."""
    value = within(body, "extra").get("passThrough")
    if value is None:
        return None
    if not isinstance(value, Mapping) or not sound(value, most):
        raise UsageError(f"extra.passThrough must be an object of at most {most} letters")
    return dict(value)


def sound(value: Any, most: int) -> bool:
    """Whether JSON of this size can be kept and told again."""
    try:
        written = json.dumps(value, ensure_ascii=False, allow_nan=False)
    except (ValueError, RecursionError):
        return False
    return len(written) <= most and is_keepable(written) and "\\u0000" not in written


def _in_list(value: Any, name: str, least: float, most: float) -> float:
    found = _number(value)
    if found is None or not least <= found <= most:
        raise UsageError(f"each of {name} must be a number from {least:g} to {most:g}")
    return found


def _number(value: Any) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float | str):
        return None
    try:
        found = float(value)
    except (ValueError, OverflowError):
        return None
    return found if math.isfinite(found) else None
