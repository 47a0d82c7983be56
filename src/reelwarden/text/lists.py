"""Text lists of an account: what is always found (disallow) and what never is (allow).

`exact` entries match the string as it is, in any case, and nothing else. `standard` entries match all the disguises
that the lexicon's words match. Ten thousand entries compile in a fraction of a second.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import compress
from operator import not_
from typing import Any, Literal, NamedTuple

from ahocorasick_rs import AhoCorasick, Implementation

from reelwarden.errors import UsageError
from reelwarden.text.dictionary import least_cost, open_dictionary
from reelwarden.text.fold import Script
from reelwarden.text.index import Index, Word
from reelwarden.text.lexicon.files import Entry, Rules, load
from reelwarden.text.match import BLACKLIST, LANGUAGES
from reelwarden.text.matcher import Matcher
from reelwarden.text.patterns import PatternSet, literal
from reelwarden.text.recent import Recent
from reelwarden.text.suppress import Judge
from reelwarden.text.tokens import Tokenizer
from reelwarden.text.vocabulary import script_of

ALL = "all"
EMBEDDED = 7
"""Entries of so many letters are found within longer words that are not in the dictionary."""

KEPT = 50_000
Kind = Literal["disallow", "allow"]
How = Literal["exact", "standard"]


@dataclass(frozen=True, slots=True)
class ListEntry:
    """`language` is an ISO 639-1 code or `all`; `category` is the caller's own word, given back with each match."""

    text: str
    language: str = ALL
    match: How = "standard"
    category: str | None = None


class Listed(NamedTuple):
    """The entry at `text[start:end]`."""

    entry: ListEntry
    start: int
    end: int


class TextList:
    """A compiled list. Make it once and keep it: compiling costs some ten microseconds an entry."""

    def __init__(self, entries: Sequence[ListEntry], kind: Kind = "disallow", name: str = "") -> None:
        self.kind: Kind = kind
        self.name = name
        self.entries = tuple(entry for entry in entries if entry.text.strip())
        disguised = [entry.match != "exact" and _foldable(entry.text) for entry in self.entries]
        self._exact = _Exact(list(compress(self.entries, map(not_, disguised))))
        standard = list(compress(self.entries, disguised))
        russian = [entry for entry in standard if _is_cyrillic(entry.text)]
        others = [entry for entry in standard if not _is_cyrillic(entry.text)]
        self._parts = [
            _Standard(entries, language) for entries, language in ((others, "en"), (russian, "ru")) if entries
        ]
        self._dull: dict[str, Recent[bool]] = {}

    def find(self, text: str, languages: Sequence[str]) -> list[Listed]:
        """The entries in a text in these languages, the first of which tells its usual words."""
        chunks, language = text.split(), languages[0]
        dull = self._dull.get(language)
        if dull is None:
            dull = self._dull[language] = Recent(partial(self._is_dull, language), KEPT)
        if all(map(dull.__getitem__, chunks)):
            return []
        found = list(self._exact.find(text))
        for part in self._parts:
            found += part.find(text, chunks, language)
        return [one for one in found if one.entry.language in (ALL, *languages)]

    def _is_dull(self, language: str, chunk: str) -> bool:
        """Whether a chunk is part of no entry in any text."""
        return self._exact.is_dull(chunk) and all(part.is_dull(chunk, language) for part in self._parts)


class _Standard:
    """Words and phrases of one script, with all their disguises. `language` is the one whose words, beside those of a
    text's own language, are innocent."""

    def __init__(self, entries: Sequence[ListEntry], language: str) -> None:
        self._script = script_of(language)
        self._entries = entries
        self._language = language
        words = _words(entries, self._script)
        self._index = Index(words, self._script)
        self._long = frozenset(word.letters for word in words if len(word.letters) >= EMBEDDED)
        self._matchers: dict[str, Matcher] = {}
        self._phrases = [entry for entry in entries if not entry.text.strip().isalpha()]
        self._tokenizer = Tokenizer(language, self._script, Rules(), self._matcher(language).judge.usual)
        rows = [literal(self._tokenizer.words(entry.text)) for entry in self._phrases]
        blank = Entry(BLACKLIST, None, frozenset(), "")
        self._rows = PatternSet([(blank, row) for row in rows], {}, self._tokenizer, _anyhow) if rows else None

    def find(self, text: str, chunks: Sequence[str], language: str) -> Iterator[Listed]:
        for one in self._matcher(language).find(text, chunks):
            yield Listed(self._entries[one.owner], one.start, one.end)
        if self._rows and (wanted := self._rows.candidates(self._rows.look(chunks))):
            for hit in self._rows.find(self._tokenizer.sentences(text), wanted, ()):
                yield Listed(self._phrases[hit.number], hit.start, hit.end)

    def is_dull(self, chunk: str, language: str) -> bool:
        return self._matcher(language).is_inert(chunk) and (self._rows is None or self._rows.is_dull(chunk))

    def _matcher(self, language: str) -> Matcher:
        """The entries over the usual words of a text's language; one of another script has none to add."""
        if script_of(language) is not self._script:
            language = self._language
        found = self._matchers.get(language)
        if found is None:
            found = self._matchers[language] = Matcher(self._index, self._judge({language, self._language}))
        return found

    def _judge(self, languages: Collection[str]) -> Judge:
        index, rules = self._index, [load(one).rules for one in languages]
        return Judge(
            least_cost([open_dictionary(one).cost for one in languages]),
            self._script,
            index.forms,
            index.folded,
            frozenset(word for one in rules for word in one.short),
            self._long.__contains__,
            index.stemmed,
            frozenset(word for one in rules for word in one.elisions),
        )


def _anyhow(word: str) -> int:
    """Words of a list are taken for equally rare."""
    return 500


class _Exact:
    """Strings as they are, in any case, as whole words."""

    def __init__(self, entries: Sequence[ListEntry]) -> None:
        self._entries = entries
        texts = [_lowered(entry.text.strip()) for entry in entries]
        self._automaton = AhoCorasick(texts, implementation=Implementation.ContiguousNFA) if texts else None
        # Without its longest piece no entry is there.
        pieces = sorted({max(text.split(), key=len) for text in texts})
        self._pieces = AhoCorasick(pieces, implementation=Implementation.ContiguousNFA) if pieces else None

    def is_dull(self, chunk: str) -> bool:
        return self._pieces is None or not self._pieces.find_matches_as_indexes(_lowered(chunk))

    def find(self, text: str) -> Iterator[Listed]:
        if self._automaton is None:
            return
        low = _lowered(text)
        for number, start, end in self._automaton.find_matches_as_indexes(low, overlapping=True):
            if _whole(low, start, end):
                yield Listed(self._entries[number], start, end)


def _lowered(text: str) -> str:
    """Small letters, of the same length, so that places stay; lone surrogates, which no entry holds, as blanks."""
    low = text.lower()
    if len(low) != len(text):
        low = "".join(small if len(small := char.lower()) == 1 else char for char in text)
    return low if low.isascii() else low.encode("utf-8", "replace").decode("utf-8")


def _whole(text: str, start: int, end: int) -> bool:
    def joined(a: str, b: str) -> bool:
        return a.isalnum() and b.isalnum() and not (a >= "\u2e80" and b >= "\u2e80")

    before = start > 0 and joined(text[start - 1], text[start])
    after = end < len(text) and joined(text[end - 1], text[end])
    return not before and not after


def _foldable(text: str) -> bool:
    """Whether an entry has the letters that disguises are made of."""
    if text.isascii() and text.isalpha():
        return len(text) >= 3
    letters = sum(char.isalpha() and char < "\u2e80" for char in text)
    return letters >= 3 and not any(char.isdigit() or char >= "\u2e80" for char in text)


def _is_cyrillic(text: str) -> bool:
    return not text.isascii() and any("\u0400" <= char <= "\u04ff" for char in text)


def _words(entries: Sequence[ListEntry], script: Script) -> list[Word]:
    small = [entry.text.casefold() for entry in entries]
    raws = [text if text.isalpha() else "".join(filter(str.isalpha, text)) for text in small]
    folded = script.all_plain(raws)
    return [Word(letters, raw, owner, weight=13) for owner, (raw, letters) in enumerate(zip(raws, folded, strict=True))]


def read_list(source: str, name: str = "") -> TextList:
    """A list from JSON: `{"kind": "disallow", "entries": [{"text", "language"?, "match"?, "category"?}]}`, or plain
    lines of text, each a standard entry. Raises UsageError."""
    if not source.lstrip().startswith(("{", "[")):
        return TextList([ListEntry(line.strip()) for line in source.splitlines() if line.strip()], "disallow", name)
    try:
        said: Any = json.loads(source)
    except ValueError as error:
        line = f" (line {error.lineno})" if isinstance(error, json.JSONDecodeError) else ""
        raise UsageError(f"the text list {name} is not JSON{line}") from None  # the cause holds the list's text
    body = said if isinstance(said, dict) else {"entries": said}
    kind = body.get("kind", "disallow")
    if kind not in ("disallow", "allow") or not isinstance(body.get("entries"), list):
        raise UsageError(f"the text list {name} needs `entries`, and as `kind` disallow or allow")
    return TextList([_entry(entry, name) for entry in body["entries"]], kind, name)


def _entry(said: object, name: str) -> ListEntry:
    if isinstance(said, str):
        return ListEntry(said)
    if not isinstance(said, Mapping) or not isinstance(said.get("text"), str):
        raise UsageError(f"an entry of the text list {name} has no text")
    language, match = said.get("language", ALL), said.get("match", "standard")
    if language not in (ALL, *LANGUAGES):
        raise UsageError(
            f"an entry of the text list {name} has a language that there is not",
            f"there are {', '.join((ALL, *LANGUAGES))}",
        )
    if match not in ("exact", "standard"):
        raise UsageError(
            f"an entry of the text list {name} has a match type that there is not", "there are exact and standard"
        )
    return ListEntry(said["text"], language, match, said.get("category"))
