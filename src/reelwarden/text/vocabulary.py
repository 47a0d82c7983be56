"""The terms of one language compiled: which of them the matcher looks for, and what the dictionary says of them."""

from __future__ import annotations

import json
from bisect import bisect_right
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache, cached_property
from hashlib import blake2b
from typing import Protocol

from ahocorasick_rs import AhoCorasick

from reelwarden.text.chinese import ChineseMatcher, has_han, pinyin, simple
from reelwarden.text.dictionary import NAMES, Dictionary, cache_home, keep, open_dictionary, words
from reelwarden.text.dull import dull_words
from reelwarden.text.fold import Script, cyrillic, han, hangul, latin
from reelwarden.text.found import Found
from reelwarden.text.index import Index, Word, inflected
from reelwarden.text.korean import KoreanMatcher, has_hangul
from reelwarden.text.lexicon.files import ANY, Term, load
from reelwarden.text.match import Severity
from reelwarden.text.matcher import Matcher
from reelwarden.text.suppress import Judge

JOINED = 7
"""A phrase of so many letters is also found with its words run together, within longer words too."""

TYPOS = 7
"""Words of so many letters are found with wrong or missing letters too."""

OWN = 20
NATIVE = 460
"""A word that is more usual in the language than in English, and usual there, is the language's own."""

OCR_LENIENT = 0.3
"""What words read from pictures may cost more: two misread letters instead of one."""

ACCIDENT = 200
"""A form that is so much more usual than its word is another word."""

PINYIN = 6
"""Pinyin of so many letters is told from words of other languages."""

RISK = 0.25
LEAST_FREQUENCY = 3e-7


class NativeMatcher(Protocol):
    """Finds the terms of a writing that has no Latin or Cyrillic letters."""

    def find(self, text: str) -> list[Found]: ...


@dataclass(frozen=True)
class Vocabulary:
    """The terms that count in texts of a language, in the order that matches refer to."""

    language: str
    terms: tuple[Term, ...]
    matcher: Matcher
    native: NativeMatcher | None = None

    def find(self, text: str, chunks: Sequence[str], source: str = "clean") -> list[Found]:
        """Every match of a term; `chunks` are the text's, `source` is where it comes from."""
        found = self._matcher_of(source).find(text, chunks)
        if self.native and not text.isascii():
            found += self.native.find(text)
        return found

    def is_inert(self, chunk: str, source: str = "clean") -> bool:
        """Whether a chunk is part of no match in any text."""
        return self._matcher_of(source).is_inert(chunk) and (self.native is None or chunk.isascii())

    def _matcher_of(self, source: str) -> Matcher:
        """Pictures are misread, so more is allowed for; nobody speaks leet, so digits are digits."""
        if source == "ocr":
            return self._misread
        return self._heard if source == "asr" else self.matcher

    @cached_property
    def _misread(self) -> Matcher:
        return Matcher(self.matcher.index, self.matcher.judge, lenient=OCR_LENIENT)

    @cached_property
    def _heard(self) -> Matcher:
        index = self.matcher.index
        return Matcher(index, self.matcher.judge, replace(index.script, name="asr", leet={}))


@cache
def vocabulary(language: str) -> Vocabulary:
    """The vocabulary of a language, with what `any` has and what English shares; compiled at the first use."""
    terms = gathered(language)
    script = script_of(language)
    rules = load(language).rules
    native = _native(language, terms)
    lettered = [(owner, term) for owner, term in enumerate(terms) if not (native and _is_native(term.text))]
    listed = [
        replace(word, foreign=term.place.startswith("en/") and language != "en")
        for owner, term in lettered
        for word in as_words(owner, term, script)
    ]
    if language == "zh":
        listed += _in_pinyin(terms)
    index = Index(listed, script, rules.suffixes, load("en").rules.suffixes)
    language_of_letters = "en" if native else language
    embeds = _embeddable(language_of_letters, index)
    dictionary = open_dictionary(language_of_letters)
    index.forms.difference_update(_accidents(terms, rules.suffixes, dictionary))
    judge = Judge(
        dictionary.cost,
        script,
        index.forms,
        index.folded,
        rules.short,
        _Embeds(embeds),
        index.stemmed,
        rules.elisions,
        noisy=language == "en",
    )
    return Vocabulary(language, terms, Matcher(index, judge, is_dull=dull_words(language)), native)


def _accidents(terms: Iterable[Term], suffixes: Sequence[str], dictionary: Dictionary) -> Iterator[str]:
    """Words that only look like one of `any` with an ending of the language, and are much more usual: far, farce."""
    raws = [term.text.casefold() for term in terms if term.place.startswith(ANY + "/") and not term.after]
    for raw in raws:
        if raw.isalpha():
            least = dictionary.cost(raw) - ACCIDENT
            yield from (form for form in inflected(raw, suffixes) if dictionary.cost(form) < least)


def _is_native(text: str) -> bool:
    return has_han(text) or has_hangul(text)


def _native(language: str, terms: Sequence[Term]) -> NativeMatcher | None:
    if language not in ("zh", "ko"):
        return None
    listed = {term.text: (owner, _weight(term)) for owner, term in enumerate(terms) if _is_native(term.text)}
    dictionary = open_dictionary(language)
    return ChineseMatcher(listed, dictionary) if language == "zh" else KoreanMatcher(listed, dictionary)


def _in_pinyin(terms: Sequence[Term]) -> Iterable[Word]:
    for owner, term in enumerate(terms):
        spelled = pinyin(simple(term.text))
        if len(spelled) >= PINYIN and "exact" not in term.flags:
            yield Word(spelled, spelled, owner, guess=False, embed=False, weight=_weight(term))


def _weight(term: Term) -> int:
    return (term.severity or 0) + (0 if "ctx" in term.flags else 10)


def gathered(language: str) -> tuple[Term, ...]:
    own = load(language).terms
    shared = _shared(language)
    known = {term.text.casefold() for term in own}
    return (*own, *(term for term in (*load(ANY).terms, *shared) if term.text.casefold() not in known))


def _shared(language: str) -> Iterable[Term]:
    """English words that everybody uses, but for those that are words of the language itself (slut, retard)."""
    if language == "en":
        return
    here, there = open_dictionary(language).cost, open_dictionary("en").cost
    for term in load("en").terms:
        word = term.text.casefold()
        if "intl" in term.flags and (" " in word or here(word) > min(there(word) - OWN, NATIVE)):
            yield term


def script_of(language: str) -> Script:
    return _SCRIPTS.get(language, latin)()


_SCRIPTS: dict[str, Callable[[], Script]] = {"ru": cyrillic, "zh": han, "ko": hangul}


def is_row(term: Term) -> bool:
    """Whether a term is matched as a row of words too: phrases, and words with digits in them."""
    text = term.text
    return " " in text or "-" in text or "'" in text or "’" in text or any(char.isdigit() for char in text)


def as_words(owner: int, term: Term, script: Script) -> Iterable[Word]:
    """What the matcher looks for; nothing for terms that are matched as rows of words or as signs."""
    if any(char.isdigit() for char in term.text) or not any(char.isalpha() for char in term.text):
        return
    flags = term.flags
    raw = term.text.casefold() if "case" not in flags else term.text
    phrase = " " in raw or "-" in raw
    if phrase and ("exact" in flags or "case" in flags):
        return
    letters = script.plain(raw)
    if "exact" in flags or "case" in flags:
        yield Word(letters, raw, owner, exact=True, case="case" in flags)
        return
    joined = raw.replace(" ", "").replace("-", "")
    embed = False if "whole" in flags else True if "embed" in flags else None
    if phrase:
        embed = len(letters) >= JOINED and embed is not False
    guess = "strict" not in flags and not phrase and term.severity != Severity.LOW
    typos = guess and len(letters) >= TYPOS and (term.severity or 0) >= Severity.MEDIUM
    yield Word(
        letters,
        joined,
        owner,
        term.before,
        term.after,
        guess,
        embed,
        typos=typos,
        weight=_weight(term),
        strict="strict" in flags,
    )


class _Embeds:
    """Whether a word may count inside longer words; of a longer word, whether it begins with one that may."""

    def __init__(self, safe: Collection[str]) -> None:
        self._may = frozenset(safe)

    def __call__(self, word: str) -> bool:
        may = self._may
        return any(word[:size] in may for size in range(4, min(len(word), 20) + 1))


def _embeddable(language: str, index: Index) -> list[str]:
    """Words whose innocent longer words weigh little beside themselves; reckoned once, then cached."""
    open_ = (word.letters for word in index.words if word.embed is None and not word.exact)
    asked = sorted({letters for letters in open_ if len(letters) > 3})
    mark = blake2b("\n".join([*asked, *sorted(index.suffixes)]).encode(), digest_size=8).hexdigest()
    path = cache_home() / f"embed-{NAMES.get(language, language)}-{mark}.json"
    try:
        found: list[str] = json.loads(path.read_text("utf-8"))
    except (OSError, ValueError):
        found = [word for word, risk in _risks(language, asked, index).items() if risk < RISK]
        keep(path, json.dumps(found).encode())
    return found


def _risks(language: str, asked: list[str], index: Index) -> dict[str, float]:
    """The frequency of innocent words that hold the word, as a share of the word's own."""
    if not asked:
        return {}
    listed = [(word, cost) for word, cost in words(language)]
    table = {ord(char): letters for char, letters in index.script.letters.items()}
    text = "\n".join(word for word, _ in listed).translate(table)
    starts = [0]
    for row in text.split("\n"):
        starts.append(starts[-1] + len(row) + 1)
    mass = dict.fromkeys(asked, 0.0)
    for number, start, end in AhoCorasick(asked).find_matches_as_indexes(text, overlapping=True):
        line = bisect_right(starts, start) - 1
        longer, cost = listed[line]
        kin = start == starts[line] and text[end : starts[line + 1] - 1] in index.suffixes
        if not kin and longer not in index.forms and not index.stemmed(longer):
            mass[asked[number]] += 10.0 ** (-cost / 100)
    own = open_dictionary(language).cost
    return {word: held / max(10.0 ** (-own(word) / 100), LEAST_FREQUENCY) for word, held in mass.items()}


def caught(language: str, most: int) -> Iterable[tuple[str, str, list[tuple[str, float]]]]:
    """For each stem of a lexicon, and each term with endings: the place, the stem, usual words that fall under it."""
    listed = [(word, 9 - cost / 100) for word, cost in words(language)]
    suffixes = load(language).rules.suffixes
    for term in load(language).terms:
        text = term.text.casefold()
        if term.after or term.before:
            found = [one for one in listed if _falls(one[0], text, term)]
        elif suffixes and "exact" not in term.flags and " " not in text:
            forms = {text + suffix for suffix in suffixes}
            found = [one for one in listed if one[0] in forms]
        else:
            continue
        if found:
            yield term.place, text, found[:most]


def _falls(word: str, text: str, term: Term) -> bool:
    if term.before and term.after:
        return text in word
    return word.endswith(text) if term.before else word.startswith(text)
