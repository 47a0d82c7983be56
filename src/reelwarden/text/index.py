"""The words of one list or lexicon, filed so that every disguise of them is met in one look.

Compiling is plain dictionary filling: ten thousand words take about a tenth of a second.
"""

from __future__ import annotations

from bisect import bisect_left
from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property

from ahocorasick_rs import AhoCorasick, Implementation

from reelwarden.text.fold import Script
from reelwarden.text.keys import SHORTEST, all_keys, gaps
from reelwarden.text.reading import collapsed

MANY_SUFFIXES = 24
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Word:
    """One word to find: `letters` are folded, `raw` is as written in small letters; `owner` says whose it is.

    `before`, `after`: any letters may come before, after. `guess`: disguises that need guessing count; `typos`: wrong
    and missing letters too; `strict`: nothing but leet, repeats and separators. `foreign`: it takes the endings of its
    own language, not of the text's. `weight` decides between matches of one place. `embed`: True or False where the
    author said whether it counts inside longer words, None where the dictionary is to tell.
    """

    letters: str
    raw: str
    owner: int
    before: bool = False
    after: bool = False
    guess: bool = True
    embed: bool | None = None
    exact: bool = False
    case: bool = False
    typos: bool = False
    weight: int = 0
    strict: bool = False
    foreign: bool = False


class Index:
    """Compiled words: `words` by number; an automaton over skeletons; fuzzy keys; exact spellings."""

    def __init__(
        self, words: Iterable[Word], script: Script, suffixes: Sequence[str] = (), foreign_suffixes: Sequence[str] = ()
    ) -> None:
        self.script = script
        self.words = [word for word in words if word.exact or 1 < len(word.letters) <= LONGEST]
        self.suffixes = _bones(suffixes, script)
        self._foreign_suffixes = _bones(foreign_suffixes, script)
        self.cased = frozenset(word.raw.casefold() for word in self.words if word.case)
        self.has_typos = any(word.typos for word in self.words)
        self.exact: dict[str, list[int]] = defaultdict(list)
        self.fuzzy: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.forms: set[str] = set()
        self._heads = _by_two(word.raw for word in self.words if word.after and not word.before)
        # Tails are filed backwards, as beginnings.
        self._tails = _by_two(word.raw[::-1] for word in self.words if word.before and not word.after)
        self._cores = [word.raw for word in self.words if word.before and word.after]
        self.folded: dict[str, str] = {}
        self.owners: list[list[tuple[int, str]]] = []
        skeletons: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self._file(skeletons, suffixes, foreign_suffixes)
        self.skeletons = list(skeletons)
        self.owners = list(skeletons.values())
        self.automaton = AhoCorasick(self.skeletons, implementation=Implementation.ContiguousNFA)

    def _file(
        self, skeletons: dict[str, list[tuple[int, str]]], suffixes: Sequence[str], foreign_suffixes: Sequence[str]
    ) -> None:
        """Put every word under its skeleton and its keys; all at once, which is many times faster than one by one."""
        script = self.script
        guessed: list[tuple[int, str]] = []
        spelled: list[tuple[int, str]] = []
        for number, word in enumerate(self.words):
            if word.exact:
                self.exact[word.raw if word.case else word.raw.casefold()].append(number)
                self.forms.add(word.raw)
                continue
            endings = foreign_suffixes if word.foreign else suffixes
            if not endings and not word.typos:
                self.forms.add(word.raw)
                self.folded.setdefault(word.letters, word.raw)
                spelled.append((number, word.letters))
                if word.guess and len(word.letters) >= SHORTEST:
                    guessed.append((number, word.letters))
                continue
            forms = self._spellings(word, endings)
            spelled.append((number, word.letters))
            spelled += ((number, form) for form in forms if not form.startswith(word.letters))
            if word.guess:
                guessed += ((number, form) for form in forms if len(form) >= SHORTEST)
            if word.typos:
                for key in gaps(word.letters, script):
                    self.fuzzy[key].append((number, word.letters))
        bones = collapsed("\n".join([form for _, form in spelled]), script).split("\n")
        for owner, bone in zip(spelled, bones, strict=False):
            skeletons[bone].append(owner)
        fuzzy = self.fuzzy
        for owner, found in zip(guessed, all_keys([form for _, form in guessed], script), strict=True):
            for key in found:
                fuzzy[key].append(owner)

    def _spellings(self, word: Word, suffixes: Sequence[str]) -> list[str]:
        """The folded spellings; notes the raw ones, which the dictionary must not call innocent."""
        endings = () if word.after else suffixes
        if not endings:
            self.forms.add(word.raw)
            self.folded.setdefault(word.letters, word.raw)
            return [word.letters]
        for raw in (word.raw, *inflected(word.raw, endings)):
            self.forms.add(raw)
            self.folded.setdefault(self.script.plain(raw), raw)
        few = endings if len(endings) <= MANY_SUFFIXES else ()
        return [word.letters, *dict.fromkeys(inflected(word.letters, few))]

    def endings_of(self, word: Word) -> frozenset[str]:
        """The endings that a word takes, as skeletons."""
        return self._foreign_suffixes if word.foreign else self.suffixes

    def stemmed(self, word: str) -> bool:
        """Whether a word in small letters falls under a stem, which the author of the lexicon answers for."""
        if word.startswith(self._heads.get(word[:2], ())):
            return True
        if self._tails and (back := word[::-1]).startswith(self._tails.get(back[:2], ())):
            return True
        return bool(self._cores) and any(core in word for core in self._cores)

    def is_factor(self, piece: str) -> bool:
        """Whether a word's skeleton holds this piece: only such pieces can be put together to a word."""
        if not piece:
            return False
        place = bisect_left(self._endings, piece)
        return place < len(self._endings) and self._endings[place].startswith(piece)

    @cached_property
    def _endings(self) -> list[str]:
        """Every ending of every skeleton, sorted: what is a part of a skeleton is the beginning of one of them."""
        return sorted({bones[start:] for bones in self.skeletons for start in range(len(bones))})


def _by_two(beginnings: Iterable[str]) -> dict[str, tuple[str, ...]]:
    """Beginnings of two letters and more under the first two."""
    found: dict[str, tuple[str, ...]] = {}
    for beginning in sorted({one for one in beginnings if len(one) > 1}):
        found[beginning[:2]] = *found.get(beginning[:2], ()), beginning
    return found


def _bones(suffixes: Iterable[str], script: Script) -> frozenset[str]:
    return frozenset(filter(None, (collapsed(script.plain(suffix), script) for suffix in suffixes)))


def inflected(word: str, suffixes: Sequence[str]) -> Iterable[str]:
    """Word and suffix put together as English and its kin do: hop+ing, hopp+ing, hope+ing = hoping."""
    for suffix in suffixes:
        yield word + suffix
        if suffix[0] in "aeiouy":
            yield word + word[-1] + suffix
            if word[-1] == "e":
                yield word[:-1] + suffix
