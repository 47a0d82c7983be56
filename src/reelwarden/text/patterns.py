"""Rows of words with gaps and slots, found in tokens.

Each pattern waits until all words that it needs are in the text, which one automaton looks for. Only then is the text
cut into tokens and read by the pattern, sentence by sentence (a regular expression over tokens, compiled at its first
use; all gaps are bounded, so time stays linear).
"""

from __future__ import annotations

import re
from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from itertools import accumulate
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from reelwarden.text.chinese import is_han
from reelwarden.text.groups import Groups
from reelwarden.text.lexicon.files import Entry
from reelwarden.text.lexicon.grammar import Choice, Classes, Edge, Element, Slot, Word
from reelwarden.text.tokens import Sentence, Token, Tokenizer
from reelwarden.text.writer import END, TAGS, Writer

LONGEST_SPOT = 200

SLOT_OF = {
    "off_platform_mention": "platform",
    "phone_number": "phone",
    "username": "handle",
    **{name: name for name in TAGS},
}
"""Which slot a match of a category fills."""


class Hit(NamedTuple):
    """The entry number `number` at `text[start:end]`."""

    number: int
    start: int
    end: int


class Spot(NamedTuple):
    """A place that fills a slot."""

    slot: str
    start: int
    end: int


@dataclass(slots=True)
class _Compiled:
    entry: Entry
    elements: tuple[Element, ...]
    needs: frozenset[int]
    row: tuple[int, ...]
    slots: frozenset[str]
    regex: re.Pattern[str] | None = None


class PatternSet:
    """The patterns of one language over its tokenizer; entries are referred to by their number."""

    def __init__(
        self,
        entries: Sequence[tuple[Entry, tuple[Element, ...]]],
        classes: Classes,
        tokenizer: Tokenizer,
        cost: Callable[[str], int],
    ) -> None:
        self.tokenizer = tokenizer
        self._classes = classes
        self._writer = Writer(tokenizer, classes, cost)
        self._cost = cost
        self._patterns: list[_Compiled] = []
        self._first: dict[int, list[int]] = defaultdict(list)
        self._by_slot: list[int] = []
        choices: dict[frozenset[str], int] = {}
        for number, (entry, elements) in enumerate(entries):
            self._file(number, entry, elements, choices)
        waiting: dict[str, list[int]] = defaultdict(list)
        for anchors, choice in choices.items():
            for anchor in anchors:
                waiting[anchor].append(choice)
        self._automaton = AhoCorasick(list(waiting), implementation=Implementation.ContiguousNFA)
        self._waiting = [frozenset(row) for row in waiting.values()]
        self._leading = [frozenset(self._first.keys() & row) for row in self._waiting]
        self._class_regexes: dict[str, re.Pattern[str]] = {}
        # All of them: single words, which are not among the entries, ask for their neighbours by class too.
        self._writer.register([Choice(phrases) for phrases in classes.values()])

    def _file(
        self, number: int, entry: Entry, elements: tuple[Element, ...], choices: dict[frozenset[str], int]
    ) -> None:
        self._writer.register(elements)
        needed = [element for element in elements if isinstance(element, Choice) and not element.optional]
        anchored = list(filter(None, (self._writer.anchors(choice) for choice in needed)))
        row = tuple(choices.setdefault(anchors, len(choices)) for anchors in anchored)
        slots = frozenset(slot for choice in needed for slot in [_slot_of(choice)] if slot)
        self._patterns.append(_Compiled(entry, elements, frozenset(row), row, slots))
        if row:
            rarest = min(zip(map(self._usualness, anchored), range(len(row)), strict=True))[1]
            self._first[row[rarest]].append(number)
        else:
            self._by_slot.append(number)

    def _usualness(self, anchors: frozenset[str]) -> float:
        return sum(10 ** (-self._cost(anchor.strip()) / 100) for anchor in anchors)

    def candidates(self, text: str, filled: bool = True, ordered: int = 0) -> list[int]:
        """The numbers of the patterns whose words are in the text; `filled`: something there may fill a slot.

        The first `ordered` characters of the text have the words in their order. Where all words that were found are
        there, those of a pattern must come in its order too.
        """
        found: list[int] = list(self._by_slot) if filled else []
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        if not hits:
            return found
        numbers = {number for number, _, _ in hits}
        leading = self._leading
        first = set().union(*[leading[number] for number in numbers])
        if not first:
            return found
        waiting, patterns = self._waiting, self._patterns
        present = set().union(*[waiting[number] for number in numbers])
        more = [number for choice in first for number in self._first[choice] if patterns[number].needs <= present]
        if more and hits[-1][2] <= ordered:
            more = [number for number in more if self._in_order(patterns[number].row, hits)]
        return found + more

    def _in_order(self, row: Sequence[int], hits: Sequence[tuple[int, int, int]]) -> bool:
        """Whether the choices of a pattern are met one after another; hits come by their ends, starts nearly so."""
        if len(row) < 2:
            return True
        waiting, place = self._waiting, -1
        for choice in row:
            place = min([start for number, start, _ in hits if start > place and choice in waiting[number]], default=-1)
            if place < 0:
                return False
        return True

    def touches(self, text: str) -> bool:
        """Whether any word that a pattern needs is in the text."""
        return bool(self._automaton.find_matches_as_indexes(text))

    def fillable(self, number: int, slots: Set[str]) -> bool:
        """Whether every slot of a pattern may be filled where `slots` may be."""
        return self._patterns[number].slots <= slots

    def find(self, sentences: Sequence[Sentence], numbers: Iterable[int], spots: Sequence[Spot]) -> list[Hit]:
        """Matches of the patterns with these numbers."""
        found: list[Hit] = []
        wanted = sorted(numbers)
        spots = sorted(spots, key=lambda spot: spot.start)
        for sentence in sentences:
            near = self._ordered(sentence, wanted)
            if not near:
                continue
            row = self._row(sentence, _within(spots, sentence.tokens) if spots else ())
            for number in near:
                pattern = self._patterns[number]
                if not pattern.slots or all(TAGS[slot] in row.text for slot in pattern.slots):
                    found.extend([Hit(number, *span) for span in self._matches(pattern, row)])
        return found

    def _ordered(self, sentence: Sentence, wanted: Sequence[int]) -> Sequence[int]:
        """Those of the patterns whose words are all in the sentence and in their order: much is spared by the look."""
        if sentence.hits is None:
            text = f" {' '.join([token.word for token in sentence.tokens])} "
            if not text.isascii() and any(map(is_han, text)):
                return wanted
            sentence.hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
            sentence.present = set().union(*[self._waiting[number] for number in {hit[0] for hit in sentence.hits}])
        hits, present = sentence.hits, sentence.present
        patterns = self._patterns
        return [
            number
            for number in wanted
            if patterns[number].needs <= present and self._in_order(patterns[number].row, hits)
        ]

    def _row(self, sentence: Sentence, spots: Sequence[Spot]) -> _Row:
        if spots:
            return _Row(sentence, spots, self._writer.groups)
        row = sentence.row
        if not isinstance(row, _Row):
            row = sentence.row = _Row(sentence, (), self._writer.groups)
        return row

    def _matches(self, pattern: _Compiled, row: _Row) -> Iterator[tuple[int, int]]:
        entry = pattern.entry
        asks = "question" in entry.flags or any(isinstance(one, Edge) and one.question for one in pattern.elements)
        if asks and not row.question:
            return
        if pattern.regex is None:
            pattern.regex = re.compile(self._writer.pattern(pattern.elements))
        for found in pattern.regex.finditer(row.text):
            if entry.unless and self.holds(entry.unless, row.text):
                return
            if any(name and not self.holds(name, row.text) for name in (entry.with_, entry.near)):
                return
            span = row.span(found.start(), found.end())
            if span and not row.is_spelling(found.start(), found.end()):
                yield span

    def holds(self, name: str, text: str) -> bool:
        """Whether a row of tokens holds a word of the class."""
        regex = self._class_regexes.get(name)
        if regex is None:
            regex = re.compile(f"(?<![^ ])(?:{self._writer.phrases(self._classes[name])})")
            self._class_regexes[name] = regex
        return regex.search(text) is not None

    def around(self, sentences: Sequence[Sentence], start: int, end: int, words: int = 6) -> str:
        """The row of tokens from some words before a place to some after."""
        for sentence in sentences:
            places = [n for n, token in enumerate(sentence.tokens) if token.start < end and start < token.end]
            if places:
                part = sentence.tokens[max(0, places[0] - words) : places[-1] + words + 1]
                return _Row(Sentence(part, sentence.question), (), self._writer.groups).text
        return ""


class _Row:
    """A sentence as text for regular expressions: each word, its tags, a blank."""

    def __init__(self, sentence: Sentence, spots: Sequence[Spot], groups: Groups) -> None:
        self.tokens = sentence.tokens
        self.question = sentence.question
        tags: list[set[str] | None] = [
            _tags(token) if token.value is not None or token.ordinal is not None else None for token in self.tokens
        ]
        for spot in spots:
            _lay(spot, self.tokens, tags)
        of = groups.of
        pieces = [
            f"{token.word}{END}{of(token.word)}{''.join(tagged) if tagged else ''} "
            for token, tagged in zip(self.tokens, tags, strict=True)
        ]
        self._starts = [0, *accumulate(map(len, pieces))][:-1]
        self.text = "".join(pieces)

    def is_spelling(self, start: int, end: int) -> bool:
        """Whether a match is single letters only, and more of them stand beside it: part of a spelled word."""
        first, last = bisect_right(self._starts, start) - 1, bisect_right(self._starts, end - 1) - 1
        if any(len(token.word) > 1 or not token.word.isascii() for token in self.tokens[first : last + 1]):
            return False
        beside = [*self.tokens[max(first - 1, 0) : first], *self.tokens[last + 1 : last + 2]]
        return any(len(token.word) == 1 and token.word.isalpha() and token.word not in "aiu" for token in beside)

    def span(self, start: int, end: int) -> tuple[int, int] | None:
        """The place in the original text of a match in the row."""
        if end <= start:
            return None
        first, last = bisect_right(self._starts, start) - 1, bisect_right(self._starts, end - 1) - 1
        return self.tokens[first].start, self.tokens[last].end


def _within(spots: Sequence[Spot], tokens: Sequence[Token]) -> Sequence[Spot]:
    """The spots of a sentence, of spots in order; one that began long before it is not looked for."""
    first = bisect_left(spots, tokens[0].start - LONGEST_SPOT, key=lambda spot: spot.start)
    last = bisect_left(spots, tokens[-1].end, key=lambda spot: spot.start)
    return spots[first:last]


def _tags(token: Token) -> set[str]:
    tags: set[str] = set()
    if token.value is not None:
        tags.add(TAGS["number"])
        if 4 <= token.value <= 99:
            tags.add(TAGS["age"])
            tags.update(TAGS[f"age<{bound}"] for bound in (18, 16, 13) if token.value < bound)
    if token.ordinal is not None and 1 <= token.ordinal <= 12:
        tags.add(TAGS["ordinal"])
    return tags


def _lay(spot: Spot, tokens: Sequence[Token], tags: list[set[str] | None]) -> None:
    begun = False
    for place in range(bisect_right(tokens, spot.start, key=lambda token: token.end), len(tokens)):
        if tokens[place].start >= spot.end:
            return
        tags[place] = (tags[place] or set()) | {TAGS["more"] if begun else TAGS[spot.slot]}
        begun = True


def _slot_of(choice: Choice) -> str | None:
    """The one slot without which the choice cannot be, if there is one."""
    names = {item.name for phrase in choice.phrases for item in phrase if isinstance(item, Slot)}
    pure = all(any(isinstance(item, Slot) for item in phrase) for phrase in choice.phrases)
    if not pure or len(names) != 1:
        return None
    name = next(iter(names))
    return "number" if name == "money" else name


def literal(words: Sequence[str], after: bool = False) -> tuple[Element, ...]:
    """A phrase as elements, each word one of its own; `after`: the last may go on."""
    last = len(words) - 1
    return tuple(Choice(((Word(word, after=after and place == last),),)) for place, word in enumerate(words))
