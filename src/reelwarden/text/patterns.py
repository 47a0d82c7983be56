"""Rows of words with gaps and slots, found in tokens.

Each pattern waits until all words that it needs are in the text, in their order and near enough to each other; chunks
are remembered for that. Only then is the text cut into tokens and walked through, sentence by sentence.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence, Set
from dataclasses import dataclass
from operator import itemgetter
from typing import NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from reelwarden.text.anchors import ENDLESS, Anchors, Needs, filler
from reelwarden.text.chinese import is_han
from reelwarden.text.chunks import LONG, Lead, Look, Notes
from reelwarden.text.chunks import Hit as Place
from reelwarden.text.lexicon.files import Entry
from reelwarden.text.lexicon.grammar import Choice, Classes, Edge, Element, Gap, Slot, Word
from reelwarden.text.recent import unknown
from reelwarden.text.row import TAGS, Row, Spot, within
from reelwarden.text.sentence import Sentence
from reelwarden.text.spelled import ALONE
from reelwarden.text.tokens import Tokenizer
from reelwarden.text.walk import Read, Walker, first_end

MANY = 12
"""So many patterns wanted are asked one by one whether their words are in a sentence."""

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


@dataclass(slots=True)
class _Pattern:
    """`needs` are the bits of all choices that need a word, `row` each of them in order, `reach` how many tokens the
    next may be away, `either` the bits of words or the slots one of which there must be, `asks` whether it is found in
    questions only."""

    entry: Entry
    elements: tuple[Element, ...]
    needs: int
    row: tuple[int, ...]
    reach: tuple[int, ...]
    slots: frozenset[str]
    either: tuple[tuple[int, frozenset[str]], ...]
    asks: bool
    read: tuple[Read, ...] | None = None


class PatternSet:
    """The patterns of one language over its tokenizer; entries are referred to by their number. `is_dull` tells chunks
    that bring nothing to them."""

    def __init__(
        self,
        entries: Sequence[tuple[Entry, tuple[Element, ...]]],
        classes: Classes,
        tokenizer: Tokenizer,
        cost: Callable[[str], int],
        is_dull: Callable[[str], bool] = unknown,
    ) -> None:
        self.tokenizer = tokenizer
        self._classes = classes
        self._walker = Walker(tokenizer, classes)
        self._anchors = Anchors(tokenizer, cost)
        self._cost = cost
        self._read: dict[str, Read] = {}
        self._patterns: list[_Pattern] = []
        self._first: dict[int, list[tuple[int, int]]] = defaultdict(list)
        self._by_slot: list[int] = []
        choices: dict[frozenset[str], int] = {}
        for number, (entry, elements) in enumerate(entries):
            self._file(number, entry, elements, choices)
        waiting: dict[str, int] = defaultdict(int)
        for anchors, choice in choices.items():
            for anchor in anchors:
                waiting[anchor] |= 1 << choice
        self._automaton = AhoCorasick(list(waiting), implementation=Implementation.ContiguousNFA)
        self._waiting = list(waiting.values())
        self.leading = sum(1 << choice for choice in self._first)
        self._notes = self.notes(is_dull)
        self._choices_of = self._notes.choices_of
        # All of them: single words, which are not among the entries, ask for their neighbours by class too.
        self._walker.register([Choice(phrases) for phrases in classes.values()])

    def _file(
        self, number: int, entry: Entry, elements: tuple[Element, ...], choices: dict[frozenset[str], int]
    ) -> None:
        self._walker.register(elements)
        row: list[int] = []
        reach: list[int] = []
        usual: list[tuple[float, int]] = []
        needs, away, before = 0, 0, 0
        for element in elements:
            needed = self._anchors.of(element) if isinstance(element, Choice) else None
            if needed and needed.needs_words and isinstance(element, Choice) and not element.optional:
                choice = choices.setdefault(needed.anchors, len(choices))
                usual.append((self._usualness(needed.anchors), choice))
                reach += [before + away + needed.longest - 1] if row else []
                row.append(1 << choice)
                needs |= 1 << choice
                away, before = 0, needed.longest
            else:
                away += needed.longest if needed else element.most if isinstance(element, Gap) else 0
        slots = frozenset(filter(None, map(_slot_of, elements)))
        asks = "question" in entry.flags or any(isinstance(one, Edge) and one.question for one in elements)
        either = tuple(
            (1 << choices.setdefault(one.anchors, len(choices)), one.slots) for one in self._either(entry, elements)
        )
        self._patterns.append(_Pattern(entry, elements, needs, tuple(row), tuple(reach), slots, either, asks))
        if usual:
            self._first[min(usual, key=itemgetter(0))[1]].append((needs, number))
        else:
            self._by_slot.append(number)

    def _either(self, entry: Entry, elements: Sequence[Element]) -> Iterator[Needs]:
        """What else must be there: words or slots of elements that have both, words of classes."""
        needs, there = self._anchors.of, (one for one in elements if isinstance(one, Choice) and not one.optional)
        yield from (one for one in map(needs, there) if one.slots and not one.free)
        around = (Choice(self._classes[name]) for name in (entry.with_, entry.near) if name)
        yield from (one for one in map(needs, around) if not one.free)

    def _usualness(self, anchors: frozenset[str]) -> float:
        return sum(10 ** (-self._cost(anchor.strip()) / 100) for anchor in anchors)

    def _choices_in(self, text: str) -> list[tuple[int, int]]:
        """Where in a plain text words of choices stand, and their bits."""
        waiting = self._waiting
        hits = self._automaton.find_matches_as_indexes(text, overlapping=True)
        return [(start, waiting[number]) for number, start, _ in hits]

    def notes(self, is_dull: Callable[[str], bool] = unknown) -> Notes:
        """An empty memory of notes; `is_dull` tells words that bring nothing."""
        return Notes(self.tokenizer, self._choices_in, self._leads_of, is_dull)

    def look(self, chunks: Sequence[str]) -> Look:
        """What a text of these chunks brings."""
        return self._notes.look(chunks)

    def is_dull(self, chunk: str) -> bool:
        """Whether no pattern begins to matter with this chunk."""
        note = self._notes[chunk]
        spells = note.letters > 0 and chunk.lower() not in ALONE
        return not note.choices & self.leading and not (note.slots and self._by_slot) and not spells

    def candidates(self, look: Look, filled: bool = True) -> list[int]:
        """The numbers of the patterns whose words are in the text, in order; `filled`: something may fill a slot."""
        return [*self.by_slot(filled), *self.ordered(look.led(), look)]

    def by_slot(self, filled: bool) -> Sequence[int]:
        """The patterns that need no word, only slots."""
        return self._by_slot if filled else ()

    def ordered(self, numbers: Sequence[int], look: Look) -> Sequence[int]:
        """Those of the patterns whose words come in their order in a text, and near enough to each other."""
        if not numbers or len(look.notes) >= LONG:
            return numbers
        patterns = self._patterns
        rows = [number for number in numbers if len(patterns[number].row) > 1]
        if not rows:
            return numbers
        needs = 0
        for number in rows:
            needs |= patterns[number].needs
        hits, sure = look.hits(needs)
        scale = (self.tokenizer.longest if look.slots else 1) if sure else 0
        return [number for number in numbers if self._in_order(patterns[number], hits, scale)]

    def _leads_of(self, choices: int) -> tuple[Lead, ...]:
        """The patterns that wait for one of the choices."""
        found: list[Lead] = []
        leading = choices & self.leading
        while leading:
            choice = leading.bit_length() - 1
            leading ^= 1 << choice
            found += self._first[choice]
        return tuple(found)

    @staticmethod
    def _in_order(pattern: _Pattern, hits: Sequence[Place], scale: int) -> bool:
        """Whether the words of a pattern may come one after another, no further apart than it allows. `scale`: so many
        tokens may turn out to be one; 0: distances say nothing."""
        row = pattern.row
        if len(row) < 2:
            return True
        choice = row[0]
        before = [hit for hit in hits if hit[2] & choice]
        for choice, reach in zip(row[1:], pattern.reach, strict=True):
            most = reach * scale if 0 < reach * scale < ENDLESS else _ANYWHERE
            before = [hit for hit in hits if hit[2] & choice and _follows(hit, before, most)]
            if not before:
                return False
        return True

    def fillable(self, number: int, choices: int, slots: Set[str], question: bool) -> bool:
        """Whether a pattern has all that it asks for beside its words: slots that something may fill, words or slots
        where either will do, a question."""
        pattern = self._patterns[number]
        if not pattern.slots <= slots or (pattern.asks and not question):
            return False
        return all(bits & choices or not names.isdisjoint(slots) for bits, names in pattern.either)

    def find(self, sentences: Sequence[Sentence], numbers: Iterable[int], spots: Sequence[Spot]) -> list[Hit]:
        """Matches of the patterns with these numbers."""
        found: list[Hit] = []
        wanted = sorted(numbers)
        spots = sorted(spots, key=lambda spot: spot.start)
        for sentence in sentences:
            near = self._near(sentence, wanted) if len(sentences) > 1 else wanted
            if not near:
                continue
            row = self._row(sentence, within(spots, sentence) if spots else ())
            for number in near:
                pattern = self._patterns[number]
                if not pattern.slots or all(TAGS[slot] in row.all_tags for slot in pattern.slots):
                    found.extend([Hit(number, *span) for span in self._matches(pattern, row)])
        return found

    def _near(self, sentence: Sentence, wanted: Sequence[int]) -> Sequence[int]:
        """Those of the patterns whose words are all in the sentence and in their order: much is spared by the look."""
        if sentence.hits is None:
            words = sentence.words
            if any(not word.isascii() and any(map(is_han, word)) for word in words):
                return wanted
            of = self._choices_of
            sentence.hits = [(place, place, bits) for place, word in enumerate(words) if (bits := of(word))]
            for _, _, bits in sentence.hits:
                sentence.choices |= bits
        if len(wanted) > MANY:
            choices = sentence.choices
            led = {number for needs, number in self._leads_of(choices) if needs & choices == needs}
            led.update(self._by_slot)
            wanted = [number for number in wanted if number in led]
        choices, patterns = sentence.choices, self._patterns
        near = [number for number in wanted if patterns[number].needs & choices == patterns[number].needs]
        return [number for number in near if self._in_order(patterns[number], sentence.hits, 1)]

    def _row(self, sentence: Sentence, spots: Sequence[Spot]) -> Row:
        if spots:
            return Row(sentence, spots, self._walker.groups)
        row = sentence.row
        if not isinstance(row, Row):
            row = sentence.row = Row(sentence, (), self._walker.groups)
        return row

    def _matches(self, pattern: _Pattern, row: Row) -> Iterator[tuple[int, int]]:
        entry = pattern.entry
        if pattern.asks and not row.question:
            return
        if pattern.read is None:
            pattern.read = self._walker.elements(pattern.elements)
        for start, end in _walks(pattern.read, row):
            if entry.unless and self.holds(entry.unless, row):
                return
            if any(name and not self.holds(name, row) for name in (entry.with_, entry.near)):
                return
            if not row.is_spelling(start, end):
                yield row.span(start, end)

    def holds(self, name: str, row: Row, beside: tuple[int, int] = (0, 0)) -> bool:
        """Whether a row of tokens holds a word of the class; what lies within `beside` is not looked at."""
        found = row.held.get((name, beside))
        if found is None:
            read = self._class(name)
            first, last = beside
            found = any(start < first or end > last for start in read.starts(row) for end in read.ends(row, start))
            row.held[name, beside] = found
        return found

    def _class(self, name: str) -> Read:
        found = self._read.get(name)
        if found is None:
            found = self._read[name] = self._walker.choice(self._classes[name])
        return found

    def around(
        self, sentences: Sequence[Sentence], start: int, end: int, words: int = 6
    ) -> tuple[Row, tuple[int, int]] | None:
        """The row of tokens from some words before a place to some after, and which of them are the place."""
        for sentence in sentences:
            # The words that end behind its start and begin before its end.
            place, last = bisect_right(sentence.ends, start), bisect_left(sentence.starts, end)
            if place < last:
                first = max(0, place - words)
                part = sentence.part(first, last + words)
                return Row(part, (), self._walker.groups), (place - first, last - first)
        return None


_ANYWHERE = 1 << 60


def _follows(hit: Place, before: Sequence[Place], most: int) -> bool:
    """Whether a place comes after one of those before, at most so far away; the last of them is the nearest."""
    nearest = bisect_left(before, hit[1], key=itemgetter(0)) if len(before) > 1 else before[0][0] < hit[1]
    return nearest > 0 and hit[0] - before[nearest - 1][1] <= most


def _walks(elements: Sequence[Read], row: Row) -> Iterator[tuple[int, int]]:
    """The places in a row where the elements stand, none overlapping another."""
    last = 0
    for place in elements[0].starts(row):
        if place >= last and (end := first_end(elements, row, place)) > place:
            yield place, end
            last = end


def _slot_of(element: Element) -> str | None:
    """The one slot without which an element cannot be, if there is one."""
    if not isinstance(element, Choice) or element.optional:
        return None
    names = {filler(item) for phrase in element.phrases for item in phrase if isinstance(item, Slot)}
    pure = all(any(isinstance(item, Slot) for item in phrase) for phrase in element.phrases)
    return names.pop() if pure and len(names) == 1 else None


def literal(words: Sequence[str], after: bool = False) -> tuple[Element, ...]:
    """A phrase as elements, each word one of its own; `after`: the last may go on."""
    last = len(words) - 1
    return tuple(Choice(((Word(word, after=after and place == last),),)) for place, word in enumerate(words))
