"""The words of one list or lexicon, filed so that every disguise of them is met in one look.

Compiling is plain dictionary filling: ten thousand words take about a tenth of a second.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from ahocorasick_rs import AhoCorasick, Implementation

from reelwarden.text.fold import Script
from reelwarden.text.keys import SHORTEST, gaps, word_keys
from reelwarden.text.reading import collapsed

MANY_SUFFIXES = 24
LONGEST = 40


@dataclass(frozen=True, slots=True)
class Word:
    """One word to find: `letters` are folded, `raw` is as written in small letters; `owner` says whose it is.

    `before`, `after`: any letters may come before, after. `guess`: disguises that need guessing count; `typos`: wrong
    and missing letters too. `weight` decides between matches of one place. `embed`: True or False where the author
    said whether it counts inside longer words, None where the dictionary is to tell.
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


class Index:
    """Compiled words: `words` by number; an automaton over skeletons; fuzzy keys; exact spellings."""

    def __init__(self, words: Iterable[Word], script: Script, suffixes: Sequence[str] = ()) -> None:
        self.script = script
        self.words = [word for word in words if word.exact or 1 < len(word.letters) <= LONGEST]
        self.suffixes = frozenset(filter(None, (collapsed(script.plain(suffix), script) for suffix in suffixes)))
        self.has_typos = any(word.typos for word in self.words)
        self.exact: dict[str, list[int]] = defaultdict(list)
        self.fuzzy: dict[str, list[tuple[int, str]]] = defaultdict(list)
        self.forms: set[str] = set()
        self._heads = {word.raw for word in self.words if word.after and not word.before}
        self._tails = {word.raw for word in self.words if word.before and not word.after}
        self._cores = [word.raw for word in self.words if word.before and word.after]
        self.folded: dict[str, str] = {}
        skeletons: dict[str, list[tuple[int, str]]] = defaultdict(list)
        for number, word in enumerate(self.words):
            if word.exact:
                self.exact[word.raw if word.case else word.raw.casefold()].append(number)
                self.forms.add(word.raw)
                continue
            self._file(number, word, suffixes, skeletons)
        self.skeletons = list(skeletons)
        self.owners = list(skeletons.values())
        self.automaton = AhoCorasick(self.skeletons, implementation=Implementation.ContiguousNFA)
        self._joined = "\n".join(self.skeletons)

    def stemmed(self, word: str) -> bool:
        """Whether a word in small letters falls under a stem, which the author of the lexicon answers for."""
        heads, tails = self._heads, self._tails
        if any(word[:size] in heads for size in range(2, len(word) + 1)):
            return True
        return bool(
            (tails and any(word[-size:] in tails for size in range(2, len(word) + 1)))
            or (self._cores and any(core in word for core in self._cores))
        )

    def is_factor(self, piece: str) -> bool:
        """Whether a word's skeleton holds this piece: only such pieces can be put together to a word."""
        return 0 < len(piece) <= LONGEST and piece in self._joined

    def _file(
        self, number: int, word: Word, suffixes: Sequence[str], skeletons: dict[str, list[tuple[int, str]]]
    ) -> None:
        script = self.script
        skeletons[collapsed(word.letters, script)].append((number, word.letters))
        few = suffixes if len(suffixes) <= MANY_SUFFIXES and not word.after else ()
        spelled = dict.fromkeys([word.letters, *(form for form, _ in _inflected(word.letters, few))])
        for raw, _ in ((word.raw, ""), *_inflected(word.raw, () if word.after else suffixes)):
            self.forms.add(raw)
            self.folded.setdefault(script.plain(raw), raw)
        for form in spelled:
            if form[: len(word.letters)] != word.letters:
                skeletons[collapsed(form, script)].append((number, form))
            if word.guess and len(form) >= SHORTEST:
                for key in word_keys(form, script):
                    self.fuzzy[key].append((number, form))
        if word.typos:
            for key in gaps(word.letters, script):
                self.fuzzy[key].append((number, word.letters))


def _inflected(word: str, suffixes: Sequence[str]) -> Iterable[tuple[str, str]]:
    """Word and suffix put together as English and its kin do: hop+ing, hopp+ing, hope+ing = hoping."""
    for suffix in suffixes:
        yield word + suffix, suffix
        if suffix[0] in "aeiouy":
            yield word + word[-1] + suffix, suffix
            if word[-1] == "e":
                yield word[:-1] + suffix, suffix
