"""US social security numbers: three, two and four digits, under the rules of issue, in any digits or in words.

Bare or oddly separated digits count only where the text speaks of a social security number.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from reelwarden.text.entities.digits import readings, runs, worth_reading
from reelwarden.text.entities.glyphs import Folded
from reelwarden.text.entities.places import Places
from reelwarden.text.match import Match

_SPACED = re.compile(r"(?<![\d-])(?<!\d[. ])\d{3}(\s?[-.·•_/*]\s?|\s{1,3})\d{2}\1\d{4}(?!\d|[-.]\d)")
_CONTEXT = re.compile(
    r"\bs\.?\s?s\.?\s?n\b|\bss\s?(?:#|no|number)|soc(?:ial)?[\s.-]{0,2}sec|\bmy social\b|\bur social\b|\byour social\b|"
    r"\bhis social\b|\bher social\b|\bsocial (?:is|number|#)|seguro social|seguridad social|securite sociale|"
    r"social security|sozialversicherung|sicurezza sociale|社会安全|사회보장"
)
_NEAR = 60
_ADVERTISED = frozenset(("078051120", "219099999"))
"""Printed on sample cards: nobody's."""


def find(folded: Folded, languages: Sequence[str]) -> list[Match]:
    text = folded.text
    found: Places[Match] = Places()
    for match in _SPACED.finditer(text) if folded.counted >= 9 else ():
        digits = re.sub(r"\D", "", match[0])
        hyphens = match[1] == "-"
        if _issued(digits) and (hyphens or _in_context(text, match.start(), match.end())):
            found.add(Match("ssn", *folded.span(*match.span()), value=_written(digits)))
    if worth_reading(folded, 9) and _CONTEXT.search(text):
        for start, end, digits in _nines(folded, languages):
            if _issued(digits) and _in_context(text, start, end):
                found.add(Match("ssn", *folded.span(start, end), value=_written(digits)))
    return list(found)


def _nines(folded: Folded, languages: Sequence[str]) -> Iterator[tuple[int, int, str]]:
    for reading in readings(folded, languages):
        for run in runs(folded.text, reading):
            digits = "".join(item.digits for item in run)
            if len(digits) == 9:
                yield run[0].start, run[-1].end, digits


def _in_context(text: str, start: int, end: int) -> bool:
    return _CONTEXT.search(text[max(0, start - _NEAR) : min(len(text), end + 20)]) is not None


def _issued(digits: str) -> bool:
    """No number has a part of noughts only, nor begins with 666 or 9."""
    return (
        digits[:3] not in ("000", "666")
        and digits[0] != "9"
        and digits[3:5] != "00"
        and digits[5:] != "0000"
        and digits not in _ADVERTISED
        and len(set(digits)) > 1
    )


def _written(digits: str) -> str:
    return f"{digits[:3]}-{digits[3:5]}-{digits[5:]}"
