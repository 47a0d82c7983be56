"""Writes the elements of patterns as regular expressions over rows of tokens."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence

from reelwarden.text.chinese import is_han
from reelwarden.text.groups import Groups, Spelling
from reelwarden.text.lexicon.grammar import Choice, Classes, Edge, Element, Gap, Phrase, Slot, Word
from reelwarden.text.tokens import SIGNS, Tokenizer

CURRENCY = "@currency"
LARGE = 6
"""So many alternatives are written as they are; more of them become a tag."""

TAGS = {
    name: chr(0xE000 + number)
    for number, name in enumerate(
        (
            *("platform", "sexual", "insult", "discriminatory", "inappropriate", "weapon", "drug", "medical"),
            *("extremism", "phone", "email", "link", "handle", "number", "age", "age<18", "age<16", "age<13"),
            *("ordinal", "more"),
        )
    )
}

_ANY = "[^ ]+ "
_REST = "[^ ]* "
END = "\x1f"
"""Stands between a word and its tags."""

_TAGS = f"{END}[^ ]* "


class Writer:
    """Writes elements as regular expressions over rows of tokens."""

    def __init__(self, tokenizer: Tokenizer, classes: Classes, cost: Callable[[str], int]) -> None:
        self._cost = cost
        self._tokenizer = tokenizer
        self._open = tokenizer.language == "ko"
        self._classes = classes
        self.groups = Groups()
        self._parts: dict[tuple[Phrase, ...], tuple[str | None, tuple[Phrase, ...]]] = {}
        self._found: dict[tuple[Phrase, ...], frozenset[str] | None] = {}

    def register(self, elements: Sequence[Element]) -> None:
        """Give the large sets of words in a pattern their tags, before any token is tagged."""
        for element in elements:
            if isinstance(element, Choice) and len(element.phrases) > LARGE:
                self._part(element.phrases)

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
        return words[0], phrase[0].before, phrase[0].after or (self._open and not is_han(words[0][0]))

    def pattern(self, elements: Sequence[Element]) -> str:
        return "(?<![^ ])" + "".join(map(self._element, elements))

    def phrases(self, phrases: tuple[Phrase, ...]) -> str:
        tag, rest = self._part(phrases) if len(phrases) > LARGE else (None, phrases)
        rows = ["".join(map(self._item, phrase)) for phrase in rest]
        return "|".join(dict.fromkeys(([f"[^ ]*{tag}{_REST}"] if tag else []) + rows))

    def anchors(self, choice: Choice) -> frozenset[str] | None:
        """For each phrase a string that a text must hold for it; None where a phrase has no word."""
        if choice.phrases not in self._found:
            self._found[choice.phrases] = self._anchors_of(choice.phrases)
        return self._found[choice.phrases]

    def _anchors_of(self, phrases: tuple[Phrase, ...]) -> frozenset[str] | None:
        found: set[str] = set()
        for phrase in phrases:
            words = [anchor for item in phrase if isinstance(item, Word) for anchor in self._anchors(item)]
            if not words:
                return None
            found.add(max(words, key=self._rarity))
        return frozenset(found)

    def _rarity(self, anchor: str) -> tuple[int, int]:
        return self._cost(anchor.strip()), len(anchor)

    def _anchors(self, item: Word) -> Iterator[str]:
        words = self._tokenizer.words(item.text)
        if words and all(is_han(word[0]) for word in words):
            yield "".join(words)
            return
        for place, word in enumerate(words):
            before = item.before and place == 0
            after = (item.after or self._open) and place == len(words) - 1
            glued = word[0].isdigit() or word[-1].isdigit() or word in SIGNS or is_han(word[0])
            yield word if glued else ("" if before else " ") + word + ("" if after else " ")

    def _element(self, element: Element) -> str:
        if isinstance(element, Gap):
            return f"(?:{_ANY}){{{element.least},{element.most}}}?"
        if isinstance(element, Edge):
            return "^" if element.start else "$"
        written = f"(?:{self.phrases(element.phrases)})"
        return f"{written}?" if element.optional else written

    def _item(self, item: Word | Slot) -> str:
        if isinstance(item, Slot):
            return self._slot(item.name)
        words = self._tokenizer.words(item.text)
        rows = [re.escape(word) + _TAGS for word in words]
        if rows and item.before:
            rows[0] = "[^ ]*" + rows[0]
        if rows and (item.after or (self._open and not is_han(words[-1][0]))):
            rows[-1] = re.escape(words[-1]) + _REST
            if item.before and len(rows) == 1:
                rows[0] = "[^ ]*" + rows[0]
        return "".join(rows)

    def _slot(self, name: str) -> str:
        if name == "money":
            return self._money()
        tagged = f"[^ ]*{TAGS[name]}{_REST}"
        if name in ("number", "age", "ordinal") or name.startswith("age<"):
            return tagged
        return f"{tagged}(?:[^ ]*{TAGS['more']}{_REST})*"

    def _money(self) -> str:
        number = f"[^ ]*{TAGS['number']}{_REST}(?:[^ ]*{TAGS['number']}{_REST})?(?:(?:k|m|mil|mln|tys){_TAGS})?"
        sign = f"[{re.escape(SIGNS)}]{_TAGS}"
        after = self.phrases(self._classes[CURRENCY]) if CURRENCY in self._classes else "(?!)"
        return f"(?:{sign}{number}|{number}(?:{sign}|{after}))"
