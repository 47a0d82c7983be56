"""Reads the elements of patterns over a row of tokens: where can this element end if it begins here?

Ends come in order of preference (an element that may be absent is rather there, a gap rather short), so that the first
way through a pattern is its match. All gaps are bounded, so time stays linear. Nothing is compiled: a pattern is read
as it is written.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from functools import partial

from reelwarden.text.chinese import is_han
from reelwarden.text.groups import Groups, Spelling
from reelwarden.text.lexicon.grammar import Choice, Classes, Edge, Element, Gap, Phrase, Slot, Word
from reelwarden.text.row import TAGS, Row
from reelwarden.text.tokens import SIGNS, Tokenizer

CURRENCY = "@currency"
LARGE = 6
"""So many alternatives are tried one by one; of more, the single words become a tag."""

Step = Callable[[Row, int], Iterable[int]]
"""The places where an item may end that begins at a place of a row."""

_UNITS = frozenset(("k", "m", "mil", "mln", "tys"))


def first_end(elements: Sequence[Read], row: Row, at: int, number: int = 0) -> int:
    """The end of the preferred way through the elements from the one with this number on; -1 where there is none."""
    if number == len(elements):
        return at
    element = elements[number]
    for end in element.ends(row, at):
        if (found := first_end(elements, row, end, number + 1)) >= 0:
            return found
    return first_end(elements, row, at, number + 1) if element.optional else -1


class Read:
    """An element that is ready to be read."""

    optional = False

    def ends(self, row: Row, at: int) -> Iterable[int]:
        raise NotImplementedError

    def starts(self, row: Row) -> Iterable[int]:
        """Where it may begin, or what follows it if it may be absent."""
        return range(len(row.words))


class _Gap(Read):
    def __init__(self, gap: Gap) -> None:
        self._least, self._most = gap.least, gap.most

    def ends(self, row: Row, at: int) -> Iterable[int]:
        return range(at + self._least, min(at + self._most, len(row.words)) + 1)


class _Edge(Read):
    def __init__(self, edge: Edge) -> None:
        self._start = edge.start

    def ends(self, row: Row, at: int) -> Iterable[int]:
        return (at,) if at == (0 if self._start else len(row.words)) else ()


class _Choice(Read):
    """`tag` marks the single words; `rest` are the other phrases, in the order in which they are written."""

    def __init__(self, tag: str | None, rest: Iterable[list[str] | Step]) -> None:
        self._tag = tag
        self._by_word: dict[str, list[tuple[int, Step]]] = {}
        self._others: list[tuple[int, Step]] = []
        for number, phrase in enumerate(rest):
            if isinstance(phrase, list):
                self._by_word.setdefault(phrase[0], []).append((number, partial(_in_row, phrase)))
            else:
                self._others.append((number, phrase))

    def ends(self, row: Row, at: int) -> Iterable[int]:
        if at >= len(row.words):
            return ()
        single = (at + 1,) if self._tag is not None and self._tag in row.tags[at] else ()
        phrases = self._by_word.get(row.words[at], _NONE)
        if self._others:
            phrases = sorted([*phrases, *self._others], key=_number) if phrases else self._others
        return _each(single, phrases, row, at) if phrases else single

    def starts(self, row: Row) -> Iterable[int]:
        tag, by_word = self._tag, self._by_word
        if self._others:
            return range(len(row.words))
        if tag is None:
            return [place for place, word in enumerate(row.words) if word in by_word]
        tagged = [place for place, tags in enumerate(row.tags) if tag in tags]
        if by_word and not by_word.keys().isdisjoint(row.words):
            tagged = sorted({*tagged, *[place for place, word in enumerate(row.words) if word in by_word]})
        return tagged


class _Optional(Read):
    optional = True

    def __init__(self, inner: Read) -> None:
        self.ends = inner.ends  # type: ignore[method-assign]


_NONE: list[tuple[int, Step]] = []


def _each(first: Iterable[int], phrases: Iterable[tuple[int, Step]], row: Row, at: int) -> Iterator[int]:
    yield from first
    for _, step in phrases:
        yield from step(row, at)


def _number(numbered: tuple[int, Step]) -> int:
    return numbered[0]


def _in_row(words: list[str], row: Row, at: int) -> Iterable[int]:
    end = at + len(words)
    return (end,) if row.words[at:end] == words else ()


def _one_by_one(steps: Sequence[Step], row: Row, at: int) -> Iterator[int]:
    if not steps:
        yield at
        return
    for end in steps[0](row, at):
        yield from _one_by_one(steps[1:], row, end)


class Walker:
    """Makes elements ready to be read, each of them once."""

    def __init__(self, tokenizer: Tokenizer, classes: Classes) -> None:
        self._tokenizer = tokenizer
        self._open = tokenizer.language == "ko"
        self._classes = classes
        self.groups = Groups()
        self._parts: dict[tuple[Phrase, ...], tuple[str | None, tuple[Phrase, ...]]] = {}
        self._choices: dict[tuple[Phrase, ...], _Choice] = {}

    def register(self, elements: Sequence[Element]) -> None:
        """Give the large sets of words in a pattern their tags, before any token is tagged."""
        for element in elements:
            if isinstance(element, Choice) and len(element.phrases) > LARGE:
                self._part(element.phrases)

    def elements(self, elements: Sequence[Element]) -> tuple[Read, ...]:
        return tuple(map(self._element, elements))

    def choice(self, phrases: tuple[Phrase, ...]) -> Read:
        """Any of the phrases."""
        found = self._choices.get(phrases)
        if found is None:
            tag, rest = self._part(phrases) if len(phrases) > LARGE else (None, phrases)
            found = self._choices[phrases] = _Choice(
                tag, [self._plain(phrase) or self._steps(phrase) for phrase in rest]
            )
        return found

    def _element(self, element: Element) -> Read:
        if isinstance(element, Gap):
            return _Gap(element)
        if isinstance(element, Edge):
            return _Edge(element)
        found = self.choice(element.phrases)
        return _Optional(found) if element.optional else found

    def _part(self, phrases: tuple[Phrase, ...]) -> tuple[str | None, tuple[Phrase, ...]]:
        """The tag of the single words among the phrases, and the other phrases."""
        found = self._parts.get(phrases)
        if found is None:
            spelled = [(phrase, self._single(phrase)) for phrase in phrases]
            single = frozenset(spelling for _, spelling in spelled if spelling)
            tag = self.groups.tag(single) if len(single) > LARGE else None
            rest = tuple(phrase for phrase, spelling in spelled if not spelling) if tag else phrases
            found = self._parts[phrases] = tag, rest
        return found

    def _single(self, phrase: Phrase) -> Spelling | None:
        if len(phrase) != 1 or not isinstance(phrase[0], Word):
            return None
        words = self._tokenizer.words(phrase[0].text)
        if len(words) != 1:
            return None
        return words[0], phrase[0].before, self._goes_on(phrase[0], words)

    def _goes_on(self, item: Word, words: Sequence[str]) -> bool:
        return item.after or (self._open and not is_han(words[-1][0]))

    def _steps(self, phrase: Phrase) -> Step:
        steps = [self._item(item) for item in phrase]
        return steps[0] if len(steps) == 1 else partial(_one_by_one, steps)

    def _plain(self, phrase: Phrase) -> list[str] | None:
        """The words of a phrase that has words only, each as it is written."""
        row: list[str] = []
        for item in phrase:
            words = self._tokenizer.words(item.text) if isinstance(item, Word) else ()
            if not words or not isinstance(item, Word) or item.before or self._goes_on(item, words):
                return None
            row += words
        return row

    def _item(self, item: Word | Slot) -> Step:
        if isinstance(item, Slot):
            return self._slot(item.name)
        words = self._tokenizer.words(item.text)
        if not words:
            return _nothing
        goes_on = self._goes_on(item, words)
        if len(words) == 1:
            return partial(_word, words[0], item.before, goes_on)
        last = len(words) - 1
        steps = [
            partial(_word, word, item.before and place == 0, goes_on and place == last)
            for place, word in enumerate(words)
        ]
        return partial(_one_by_one, steps)

    def _slot(self, name: str) -> Step:
        if name == "money":
            return self._money()
        if name in ("number", "age", "ordinal") or name.startswith("age<"):
            return partial(_tagged, TAGS[name])
        return partial(_spot, TAGS[name])

    def _money(self) -> Step:
        after = self.choice(self._classes[CURRENCY]).ends if CURRENCY in self._classes else _never
        return partial(_amount, after)


def _nothing(row: Row, at: int) -> Iterable[int]:
    return (at,)


def _never(row: Row, at: int) -> Iterable[int]:
    return ()


def _word(word: str, before: bool, after: bool, row: Row, at: int) -> Iterable[int]:
    if at >= len(row.words):
        return ()
    there = row.words[at]
    if before:
        fits = word in there if after else there.endswith(word)
    else:
        fits = there.startswith(word) if after else there == word
    return (at + 1,) if fits else ()


def _tagged(tag: str, row: Row, at: int) -> Iterable[int]:
    return (at + 1,) if at < len(row.tags) and tag in row.tags[at] else ()


def _spot(tag: str, row: Row, at: int) -> Iterable[int]:
    """A place that fills a slot may be several tokens long."""
    if not _tagged(tag, row, at):
        return ()
    end = at + 1
    while end < len(row.tags) and TAGS["more"] in row.tags[end]:
        end += 1
    return range(end, at, -1)


def _sign(row: Row, at: int) -> Iterable[int]:
    return (at + 1,) if at < len(row.words) and row.words[at] in SIGNS else ()


def _number_ends(row: Row, at: int) -> Iterator[int]:
    """A number, which may be said in two tokens and have a unit ("5 k")."""
    if not _tagged(TAGS["number"], row, at):
        return
    for end in (*_tagged(TAGS["number"], row, at + 1), at + 1):
        if end < len(row.words) and row.words[end] in _UNITS:
            yield end + 1
        yield end


def _amount(currency: Step, row: Row, at: int) -> Iterator[int]:
    for end in _sign(row, at):
        yield from _number_ends(row, end)
    for end in _number_ends(row, at):
        yield from _sign(row, end)
        yield from currency(row, end)
