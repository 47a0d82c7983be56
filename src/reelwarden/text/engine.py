"""All that is known of one language put to one text: terms, phrases, patterns, and what is innocent."""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_right, insort
from collections.abc import Iterable, Sequence
from functools import cache, partial

from reelwarden.text.dictionary import open_dictionary
from reelwarden.text.dull import dull_words
from reelwarden.text.lexicon.files import ANY, Allowed, Entry, Pattern, Term, load
from reelwarden.text.lexicon.grammar import Element
from reelwarden.text.match import Match
from reelwarden.text.patterns import SLOT_OF, PatternSet, literal
from reelwarden.text.recent import Recent
from reelwarden.text.row import Spot
from reelwarden.text.sentence import Sentence
from reelwarden.text.tokens import Tokenizer
from reelwarden.text.vocabulary import Vocabulary, is_row, script_of, vocabulary

_STRONG = frozenset(("sexual", "insult", "discriminatory", "inappropriate"))
Placed = tuple[Entry, int, int]
Written = tuple[Entry, tuple[Element, ...]]

_NEAR = 8
KEPT = 50_000
_MOST = 2000
"""Matches of one text; more would change no result."""


class Engine:
    """One language. `find` gives matches in the order of the text, at most one of a category at a place."""

    def __init__(self, language: str, words: Vocabulary) -> None:
        lexicon, common = load(language), load(ANY)
        self.language = language
        self.words = words
        judge = words.matcher.judge
        joined = {term.text.casefold().replace(" ", "") for term in words.terms if " " in term.text}
        self.tokenizer = Tokenizer(language, script_of(language), lexicon.rules, judge.usual, joined)
        self.rows: list[Entry | Allowed] = []
        self._is_plain = dull_words(language)
        self._dull = {source: Recent(partial(self._is_dull, source), KEPT) for source in ("clean", "ocr", "asr")}
        elements: list[Written] = []
        for term in words.terms:
            if is_row(term) and (row := self.tokenizer.words(term.text)):
                self._add(elements, term, term, _literal(term, row))
        self.phrases = len(self.rows)
        for allowed in (*lexicon.allowed, *common.allowed):
            row = self.tokenizer.words(allowed.text.rstrip("*"))
            if row:
                entry = Entry("allow", None, frozenset(), "")
                self._add(elements, allowed, entry, literal(row, after=allowed.text.endswith("*")))
        self.allowances = len(self.rows)
        shared = load("en").patterns if language != "en" else ()
        for pattern in (*lexicon.patterns, *common.patterns, *(one for one in shared if "intl" in one.flags)):
            self._add(elements, pattern, pattern, pattern.elements)
        cost = open_dictionary(language).cost
        self.patterns = PatternSet(elements, lexicon.classes, self.tokenizer, cost, self._is_plain)

    def _add(
        self,
        elements: list[Written],
        row: Entry | Allowed,
        entry: Entry,
        written: tuple[Element, ...],
    ) -> None:
        self.rows.append(row)
        elements.append((entry, written))

    def find(self, text: str, entities: Sequence[Match] = (), source: str = "clean") -> list[Match]:
        """The matches of all categories of the lexicon. `entities` may fill slots of patterns."""
        return _matches(self.explain(text, entities, source), self.language)

    def explain(self, text: str, entities: Sequence[Match] = (), source: str = "clean") -> list[Placed]:
        """Every entry that was found and counts, with its place; several may be at one place."""
        chunks = text.split()
        if not entities and all(map(self._dull[source].__getitem__, chunks)):
            return []
        words = self.words.find(text, chunks, source)[:_MOST]
        found: list[Placed] = [(self.words.terms[one.owner], one.start, one.end) for one in words]
        asks = "?" in text or "？" in text
        candidates = self._candidates(chunks, {entry.category for entry, _, _ in found}, entities, asks)
        if not found and not candidates:
            return []
        wanted = [number for number in candidates if not self.phrases <= number < self.allowances or found]
        sentences: list[Sentence] = []
        if wanted or any(self._asks_neighbours(term) for term, _, _ in found):
            sentences = self.tokenizer.sentences(text)
        found += [one for one in self._phrases(sentences, candidates) if _has_case(*one, text)]
        found = self._in_context(found, text, sentences)
        kept = self._allowed(found, sentences, candidates)
        spots = [*_spots(entities), *(_spot(entry, start, end) for entry, start, end in kept)]
        kept += self._sentences(sentences, candidates, [spot for spot in spots if spot])
        return kept

    def _is_dull(self, source: str, chunk: str) -> bool:
        """Whether a chunk brings nothing to any text from such a source."""
        if source == "clean" and self._is_plain(chunk):
            return True
        return self.words.is_inert(chunk, source) and self.patterns.is_dull(chunk)

    def _candidates(self, chunks: Sequence[str], found: set[str], entities: Sequence[Match], asks: bool) -> list[int]:
        """The patterns whose words are in the text and whose slots something may fill: categories found, entities,
        numbers, phrases that are candidates themselves. `asks`: the text has a question."""
        patterns = self.patterns
        look = patterns.look(chunks)
        led = [*patterns.by_slot(bool(found or entities or look.slots)), *look.led()]
        if not led:
            return []
        phrases = patterns.ordered([number for number in led if number < self.phrases], look)
        terms = (self.rows[number] for number in phrases)
        named = found.union(
            (one.category for one in terms if isinstance(one, Entry)), (one.category for one in entities)
        )
        slots = look.slots.union(SLOT_OF[name] for name in named if name in SLOT_OF)
        fillable, choices = patterns.fillable, look.choices
        others = [number for number in led if number >= self.phrases and fillable(number, choices, slots, asks)]
        return [*phrases, *patterns.ordered(others, look)]

    @staticmethod
    def _asks_neighbours(term: Entry) -> bool:
        return bool(term.near or term.unless)

    def _phrases(self, sentences: Sequence[Sentence], candidates: Sequence[int]) -> list[Placed]:
        wanted = [number for number in candidates if number < self.phrases]
        if not wanted:
            return []
        hits = self.patterns.find(sentences, wanted, ())
        return [(row, hit.start, hit.end) for hit in hits if isinstance(row := self.rows[hit.number], Entry)]

    def _in_context(self, found: Sequence[Placed], text: str, sentences: Sequence[Sentence]) -> list[Placed]:
        """Without those whose flags ask for neighbours that are not there."""
        near = [one for one in found if self._neighboured(*one, text, sentences)]
        sure = {entry.category for entry, _, _ in near if "ctx" not in entry.flags}
        strong = not sure.isdisjoint(_STRONG)
        return [one for one in near if "ctx" not in one[0].flags or strong or one[0].category in sure]

    def _neighboured(self, entry: Entry, start: int, end: int, text: str, sentences: Sequence[Sentence]) -> bool:
        if "name" in entry.flags and _is_name(text, start, end):
            return False
        if not isinstance(entry, Term) or not self._asks_neighbours(entry):
            return True
        around = self.patterns.around(sentences, start, end)
        if around is None:
            return not entry.near
        row, itself = around
        if entry.unless and self.patterns.holds(entry.unless, row):
            return False
        return not entry.near or self.patterns.holds(entry.near, row, itself)

    def _allowed(self, found: list[Placed], sentences: list[Sentence], candidates: Sequence[int]) -> list[Placed]:
        """Without what lies in an innocent phrase."""
        wanted = [number for number in candidates if self.phrases <= number < self.allowances]
        if not found or not wanted:
            return found
        fair: list[tuple[Entry | Allowed, int, int]] = [
            (self.rows[hit.number], hit.start, hit.end) for hit in self.patterns.find(sentences, wanted, ())
        ]
        fair.sort(key=lambda one: one[1])
        starts = [first for _, first, _ in fair]
        return [one for one in found if not any(_protects(*each, *one) for each in _before(fair, starts, one[1]))]

    def _sentences(
        self, sentences: Sequence[Sentence], candidates: Sequence[int], spots: Sequence[Spot]
    ) -> list[Placed]:
        wanted = [number for number in candidates if number >= self.allowances]
        if not wanted:
            return []
        hits = self.patterns.find(sentences, wanted, spots)
        return [(row, hit.start, hit.end) for hit in hits if isinstance(row := self.rows[hit.number], Pattern)]


@cache
def engine(language: str) -> Engine:
    """The engine of a language, compiled at its first use."""
    return Engine(language, vocabulary(language))


def _literal(term: Term, row: Sequence[str]) -> tuple[Element, ...]:
    """A phrase whose words may have the stars that were written."""
    return literal(row, after=term.after)


def _has_case(entry: Entry, start: int, end: int, text: str) -> bool:
    """Whether a phrase is written with the capitals that it asks for, if it does."""
    if "case" not in entry.flags or not isinstance(entry, Term):
        return True
    return entry.text.split() == unicodedata.normalize("NFKC", text[start:end]).split()


def _spots(entities: Iterable[Match]) -> list[Spot]:
    return [Spot(SLOT_OF[one.category], one.start, one.end) for one in entities if one.category in SLOT_OF]


def _spot(entry: Entry, start: int, end: int) -> Spot | None:
    slot = SLOT_OF.get(entry.category)
    return Spot(slot, start, end) if slot else None


def _protects(row: Entry | Allowed, first: int, last: int, entry: Entry, start: int, end: int) -> bool:
    return isinstance(row, Allowed) and entry.category in row.categories and first <= start and end <= last


_CAPITALISED = re.compile(r"[A-Z][a-z]+")


def _is_name(text: str, start: int, end: int) -> bool:
    """Whether a word is capitalised and stands next to another such word."""
    if not _CAPITALISED.fullmatch(text[start:end]):
        return False
    before, after = text[:start].split()[-1:], text[end : end + 40].split()[:1]
    return any(_CAPITALISED.match(word) for word in (*before, *after)) and text[end : end + 1] != ","


def _before(
    fair: Sequence[tuple[Entry | Allowed, int, int]], starts: Sequence[int], place: int
) -> Sequence[tuple[Entry | Allowed, int, int]]:
    """The last few innocent phrases that begin at or before a place."""
    end = bisect_right(starts, place)
    return fair[max(0, end - _NEAR) : end]


def _matches(found: Sequence[Placed], language: str) -> list[Match]:
    """One match of a category at a place: the gravest, then the longest."""
    if not found:
        return []
    ranked = sorted(found, key=lambda one: (-(one[0].severity or 0), one[1] - one[2], one[1]))
    taken: dict[str, list[tuple[int, int]]] = {}
    kept = []
    for entry, start, end in ranked:
        places = taken.setdefault(entry.category, [])
        at = bisect_right(places, (start, end))
        clear = (at == 0 or places[at - 1][1] <= start) and (at == len(places) or places[at][0] >= end)
        if clear:
            insort(places, (start, end))
            kept.append(Match(entry.category, start, end, entry.severity, language=language))
    return sorted(kept, key=lambda match: (match.start, match.end))
