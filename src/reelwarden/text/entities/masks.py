"""Shapes made of digits that are not telephone numbers: dates, times, prices, sums, ISBNs, cards, accounts.

They are blanked out before digits are read, so that what remains can be read boldly.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable

_YEAR = r"(?:1[89]|20)\d\d"
_DAY, _MONTH = r"(?:0?[1-9]|[12]\d|3[01])", r"(?:0?[1-9]|1[0-2])"
_ALONE, _CLOSED = r"(?<!\d)(?<!\d[-./ ])", r"(?!\d)(?![-./]\d)"
_MONEY = r"(?:[$€£¥₽₩₺₹₱₴฿]|us\$|usd|eur|gbp|chf|jpy|kr\b|zl\b|rub\b|euros?\b|dollars?\b|pounds?\b)"

_PATTERNS = tuple(
    re.compile(pattern)
    for pattern in (
        rf"{_ALONE}{_YEAR}([-./]){_MONTH}\1{_DAY}(?:[t ]\d\d:\d\d(?::\d\d)?(?:\.\d+)?)?{_CLOSED}",
        rf"{_ALONE}(?:{_DAY}([-./]){_MONTH}|{_MONTH}([-./]){_DAY})(?:\1|\2){_YEAR}{_CLOSED}",
        rf"(?<!\d){_YEAR}\s?[-–/]\s?{_YEAR}{_CLOSED}",
        r"(?<![\d:])(?:[01]?\d|2[0-4]):[0-5]\d(?::[0-5]\d)?(?:[.,]\d+)?(?![\d:])",
        rf"{_MONEY}\s?\d[\d.,' ]{{0,20}}\d|(?<!\d)\d[\d.,']{{0,20}}\s?{_MONEY}",
        r"(?<![\d.,'+])[1-9]\d{0,2}(?:([,.'])\d{3})(?:\1\d{3})+(?![\d]|[.,'-]?\d{3})",
        r"(?<![\w+])(?<!\d )[1-9]\d?(?: \d{3}){2,}(?! ?\d)",
        r"(?<!\d)\d[\d.,%]{0,12}%",
        r"(?<!\d)-?\d{1,3}\.\d{3,}\s*,\s*-?\d{1,3}\.\d{3,}",
        r"(?<!\w)[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}(?!\w)",
        r"(?<![\w.])v(?:er(?:sion)?)?\.? ?\d+(?:\.\d+)+",
        r"&#x?[0-9a-f]{2,8};?",
        r"(?<![\w-])0x[0-9a-f]+",
        r"\d[\d ]{0,12}(?:[-+*x×÷/^] ?\(?\d[\d ]{0,12}(?:\) ?)?){1,12}=\s?\d[\d.,]{0,20}",
        r"(?<!\d)\d{1,2}\s?[-:–]\s?\d{1,2}(?:\s?,\s?\d{1,2}\s?[-:–]\s?\d{1,2})+(?!\d)",
    )
)
_BOOK = re.compile(r"(?<!\d)97[89](?:[- ]?\d){10}(?!\d)")
_CARD = re.compile(r"(?<![\d+])\d{4}([- ]?)\d{4}\1\d{4}\1\d{1,7}(?![- ]?\d)")
_ACCOUNT = re.compile(r"(?<!\w)[a-z]{2}\d\d(?: ?[a-z0-9]{4}){2,7}(?: ?[a-z0-9]{1,3})?(?!\w)")


def _book(text: str) -> bool:
    digits = [int(char) for char in text if char.isdecimal()]
    return sum(digit * (3 if place % 2 else 1) for place, digit in enumerate(digits)) % 10 == 0


def _card(text: str) -> bool:
    digits = [int(char) for char in text if char.isdecimal()][::-1]
    doubled = (sum(divmod(2 * digit, 10)) for digit in digits[1::2])
    return (sum(digits[0::2]) + sum(doubled)) % 10 == 0


def _account(text: str) -> bool:
    compact = text.replace(" ", "")
    moved = compact[4:] + compact[:4]
    return int("".join(str(int(char, 36)) for char in moved)) % 97 == 1


_CHECKED: tuple[tuple[re.Pattern[str], Callable[[str], bool]], ...] = (
    (_BOOK, _book),
    (_CARD, _card),
    (_ACCOUNT, _account),
)


def blank(text: str, spans: Iterable[tuple[int, int]]) -> str:
    """The text with NUL in place of the spans (in order, apart from each other), as long as it was."""
    pieces: list[str] = []
    place = 0
    for start, end in spans:
        pieces += (text[place:start], "\0" * (end - start))
        place = end
    return "".join((*pieces, text[place:]))


def without_other_numbers(text: str) -> str:
    """Folded text, with what is clearly another kind of number blanked out; as long as it was."""
    for pattern in _PATTERNS:
        text = pattern.sub(lambda match: "\0" * len(match[0]), text)
    for pattern, check in _CHECKED:
        text = pattern.sub(lambda match, check=check: _blank_if(match, check), text)  # type: ignore[misc]
    return text


def _blank_if(match: re.Match[str], check: Callable[[str], bool]) -> str:
    return "\0" * len(match[0]) if check(match[0]) else match[0]
