"""Telephone numbers, however they are written: in digits of any script, in words, with letters that look like digits.

The lattice (digits.py) reads the text in several ways; each run of digits is offered to the numbering plans of the
asked countries, whole, without its doubtful ends, or cut where its gaps are the widest.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import NamedTuple

from reelwarden.text.entities.digits import Digits, Run, Source, may_be_read, readings, runs, worth_reading
from reelwarden.text.entities.glyphs import Folded
from reelwarden.text.entities.masks import without_other_numbers
from reelwarden.text.entities.phone_rules import PhoneNumber, parse_found
from reelwarden.text.entities.places import Places
from reelwarden.text.entities.versions import versions
from reelwarden.text.match import Match

DEFAULT_COUNTRIES = ("us", "fr", "gb")

_MOST_DIGITS = 17
_LONGEST_TILED = 60
_TRIES = 4000
"""Numbers offered to a numbering plan in one text; a text full of digits is not worth more."""

_OTHER_BEFORE = re.compile(
    r"(?:order|invoice|reference|ref|ticket|tracking|isbn(?:-1[03])?|issn|ean|upc|sku|serial|imei|iban|account|konto|"
    r"commande|facture|dossier|bestell\w*|rechnung\w*|kunden\w*|pedido|factura|ordine|fattura|zamowieni\w*|siparis|"
    r"tilaus|bestilling\w*|zakaz\w*|订单|單號|单号|주문|id|passport|licen[cs]e|vat|siret|siren|nir|pmid|doi|arxiv|"
    r"timestamp|epoch|hash|part|model|patent|case|bug|issue|row|line|page|population|score)"
    r"(?:\s(?:number|no|nr|num|id|numero|nummer|code|is|of))*\s?[.:#=№(]{0,3}\s?$"
)
_OTHER_AFTER = re.compile(
    r"\s?(?:bytes?|[kmgt]i?b|views|followers|users|people|times|steps|points|votes|km|kg|miles|meters|metres|"
    r"seconds|years|inhabitants|habitants|einwohner)\b"
)


class _Found(NamedTuple):
    start: int
    end: int
    number: PhoneNumber


def find(folded: Folded, countries: Sequence[str], languages: Sequence[str]) -> list[Match]:
    """Numbers that are valid in one of the countries (ISO 3166, small letters; the first that fits is named)."""
    text = folded.text
    budget = _Budget(tuple(countries) or DEFAULT_COUNTRIES)
    found: Places[_Found] = Places()
    for version, place in versions(folded):
        for piece in _read(version, languages, budget):
            start, end = place(piece.start, piece.end)
            _add(found, _Found(start, end, piece.number))
    return [
        Match("phone_number", *folded.span(_with_sign(text, start, end), end), None, number.country, None, number.value)
        for start, end, number in found
        if not _is_something_else(text, start, end)
    ]


def _read(folded: Folded, languages: Sequence[str], budget: _Budget) -> Iterator[_Found]:
    if not worth_reading(folded) or not may_be_read(folded):
        return
    masked = without_other_numbers(folded.text)
    for reading in readings(folded, languages, masked):
        for run in runs(masked, reading):
            yield from _resolve(run, budget)


def _add(found: Places[_Found], piece: _Found) -> None:
    """Readings come with the plainest first: a later one counts where there is none yet, or only a part of it."""
    rivals = found.rivals(piece)
    if all(piece.start <= rival.start and rival.end <= piece.end and rival[:2] != piece[:2] for rival in rivals):
        found.replace(piece)


class _Budget:
    """Asks the numbering plans, up to a number of times, and never twice the same."""

    def __init__(self, countries: tuple[str, ...]) -> None:
        self._countries = countries
        self._left = _TRIES
        self._known: dict[tuple[str, bool], PhoneNumber | None] = {}

    def ask(self, run: Sequence[Digits]) -> PhoneNumber | None:
        digits = "".join(item.digits for item in run)
        if not 7 <= len(digits) <= _MOST_DIGITS:
            return None
        key = digits, run[0].plus
        if key not in self._known:
            if self._left <= 0:
                return None
            self._left -= 1
            self._known[key] = parse_found(digits, plus=run[0].plus, countries=self._countries)
        return self._known[key]


def _resolve(run: Run, budget: _Budget) -> Iterator[_Found]:
    """The numbers in a run: the run itself, or what is left without its ends, or its parts."""
    if (number := _whole(run, budget)) is not None:
        yield _Found(run[0].start, run[-1].end, number)
        return
    if (trimmed := _trimmed(run, budget)) is not None:
        yield trimmed
        return
    parts = _split(run)
    found: list[_Found] = []
    for part in parts if len(parts) > 1 else ():
        if sum(len(item.digits) for item in part) >= 7:
            found += _resolve(part, budget)
    yield from found or _tiled(run, budget)


def _whole(run: Run, budget: _Budget) -> PhoneNumber | None:
    return budget.ask(run) if _plausible(run) else None


def _plausible(run: Run) -> bool:
    """Do the gaps look like those of one number, not like a list, a column or somebody counting?"""
    if _counts(run):
        return False
    if all(item.source is not Source.PLAIN for item in run):
        return True
    ranks = [_rank(item.gap) for item in run[1:]]
    widest = max(ranks, default=0)
    if widest < 3 or any(item.source is not Source.PLAIN for item in run):
        return True
    lengths = [len(item.digits) for item in run]
    if max(lengths) == 1:
        return len(set(ranks)) <= 2
    return widest == 3 and lengths[-3:] == [3, 3, 4]


def _counts(run: Sequence[Digits]) -> bool:
    """Do the numbers go up or down by one, or by another fixed step?"""
    values = [int(item.digits) for item in run if len(item.digits) < 4]
    steps = {later - earlier for earlier, later in pairwise(values)}
    return len(values) == len(run) >= 5 and len(steps) == 1 and steps != {0}


def _rank(gap: str) -> int:
    """How wide a gap is: 0 nothing or one sign, up to 4 for a new line."""
    if "\n" in gap or "\r" in gap:
        return 4
    if any(char in gap for char in ",;") and " " in gap:
        return 3
    if len(gap.strip()) and " " in gap:
        return 2
    return 1 if gap else 0


def _trimmed(run: Run, budget: _Budget) -> _Found | None:
    """Without doubtful words at the ends ("call me on two one two …"), or one stray number before or after."""
    for first, last in ((1, 0), (0, 1), (1, 1), (2, 0), (0, 2)):
        kept = run[first : len(run) - last]
        dropped = (*run[:first], *run[len(run) - last :])
        if not kept or not all(_droppable(item) for item in dropped):
            continue
        stray = [item for item in dropped if item.source is Source.PLAIN]
        if stray and not (_canonical(kept) and (_apart(kept[0]) if first else _apart(run[len(run) - last]))):
            continue
        if _plausible(kept) and (number := budget.ask(kept)) is not None:
            return _Found(kept[0].start, kept[-1].end, number)
    return None


def _droppable(item: Digits) -> bool:
    return item.source is not Source.PLAIN or len(item.digits) <= 4


def _apart(item: Digits) -> bool:
    return _rank(item.gap) >= 1


def _canonical(run: Sequence[Digits]) -> bool:
    lengths = [len(item.digits) for item in run]
    return lengths in (
        [10],
        [11],
        [3, 3, 4],
        [1, 3, 3, 4],
        [2, 2, 2, 2, 2],
        [5, 6],
        [3, 4, 4],
        [3, 7],
        [4, 3, 3],
        [4, 3, 4],
    )


def _split(run: Run) -> list[Run]:
    """The run cut at its widest gaps."""
    ranks = [_rank(item.gap) for item in run]
    widest = max(ranks[1:], default=0)
    if widest == 0:
        return [run]
    parts: list[list[Digits]] = [[run[0]]]
    for item, rank in zip(run[1:], ranks[1:], strict=True):
        if rank == widest:
            parts.append([])
        parts[-1].append(item)
    return [tuple(part) for part in parts]


def _tiled(run: Run, budget: _Budget) -> Iterator[_Found]:
    """Several numbers one after another with nothing to tell where one ends: only if they fill the run exactly."""
    yield from ()
    total = sum(len(item.digits) for item in run)
    if not 18 <= total <= _LONGEST_TILED:
        return
    tiles: dict[int, list[_Found]] = {0: []}
    for end in range(1, len(run) + 1):
        for start in range(end - 1, -1, -1):
            piece = run[start:end]
            if sum(len(item.digits) for item in piece) > 13:
                break
            if start in tiles and sum(len(item.digits) for item in piece) >= 9 and (n := budget.ask(piece)):
                tiles[end] = [*tiles[start], _Found(piece[0].start, piece[-1].end, n)]
                break
    yield from tiles.get(len(run), ())


def _with_sign(text: str, start: int, end: int) -> int:
    """The start moved to the plus sign or the bracket that belongs to the number."""
    while start and (text[start - 1] == "+" or (text[start - 1] == "(" and ")" in text[start:end])):
        start -= 1
    return start


def _is_something_else(text: str, start: int, end: int) -> bool:
    """An order number, an amount: its neighbours say so."""
    if _OTHER_BEFORE.search(text[max(0, start - 40) : start]):
        return True
    contiguous = text[start:end].isdecimal()
    return contiguous and (text[max(0, start - 1) : start] == "#" or bool(_OTHER_AFTER.match(text, end)))
