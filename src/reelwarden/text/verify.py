"""Looks at what the automaton and the keys propose: is it the word, and is it a word here?

A proposal is judged on the original characters: what it costs to read them as the word, whether it begins and ends
where a word may, and what the dictionary says of the longer word around it.
"""

from __future__ import annotations

import re
import unicodedata
from bisect import bisect_left
from collections.abc import Iterator
from functools import lru_cache

from reelwarden.text.align import CONFUSIONS, INFINITE, NEXT_VOWEL_LEFT_OUT, SAME_CLASS, allowance, cost, is_spelled
from reelwarden.text.fold import MASKS, Script
from reelwarden.text.found import Found
from reelwarden.text.index import Index, Word
from reelwarden.text.keys import SHORTEST, gaps, keys, plausible
from reelwarden.text.reading import ANY, DRAWN, LEET, MASK, Reading, collapsed, is_inner, read, skeleton, words_of
from reelwarden.text.suppress import Judge

EMBEDDED_LIMIT = 0.3
DIVIDED_LIMIT = 0.25
SPLIT_LIMIT = 0.1
SPLIT_UNKNOWN_LIMIT = 0.2
STARRED_LIMIT = 0.85
SHORT_LIMIT = 0.6
ALIAS_LIMIT = 0.55
GRAVE = 12
"""The weight of words of medium severity that need no context."""

MOST_LEET = 0.76
LONGEST_FUZZY = 30
LOOKED_AT = 12

_SIGN_INSIDE = re.compile(rf"(?<=\w)[{re.escape(''.join(MASKS))}]+(?=\w)")
_WORD = re.compile(r"\w+")
_LONELY = frozenset("iauy")
_ANY = frozenset(ANY)
_OTHER_BEGINNINGS = frozenset(("ph", "wh", "rn", "cl", "vv", "uu", "kn"))


class Verifier:
    """`script` says how characters are read; `lenient` adds to what a word may cost."""

    def __init__(self, index: Index, judge: Judge, script: Script, lenient: float = 0.0) -> None:
        self.index = index
        self.judge = judge
        self.script = script
        self.lenient = lenient

    def _is_proposed(self, chunk: str, letters: str, bones: str) -> bool:
        """A quick look at the letters: whether anything is to be verified at all."""
        if self.index.automaton.find_matches_as_indexes(bones):
            return True
        if letters.isalpha() and chunk.isalpha():
            return self._meets(letters)
        if _SIGN_INSIDE.search(chunk) or DRAWN.search(chunk):
            return True
        words = letters.split()
        if len(words) > 1:
            words = [*words[:LOOKED_AT], "".join(words)]
        return any(map(self._meets, words))

    def _meets(self, letters: str) -> bool:
        """Whether a word shares a key with one of the index, and may be it."""
        if not SHORTEST - 1 <= len(letters) <= LONGEST_FUZZY:
            return False
        fuzzy, asked = self.index.fuzzy, keys(letters, self.script)
        if self.index.has_typos:
            asked += gaps(letters, self.script)
        return any(plausible(key, letters, form) for key in asked if key in fuzzy for _, form in fuzzy[key])

    def find(self, chunk: str, letters: str, bones: str) -> list[Found]:
        """Matches within a chunk without blanks, whose letters and skeleton are given."""
        exact = list(self.exact(chunk)) if self.index.exact else []
        if not self._is_proposed(chunk, letters, bones):
            return exact
        look = _Look(self, chunk, read(chunk, self.script))
        found = [*exact, *look.by_skeleton(across=False), *look.by_keys()]
        if _SIGN_INSIDE.search(chunk):
            masked = _Look(self, chunk, read(chunk, self.script, masks=True))
            found.extend(masked.by_keys())
        return found

    def find_across(self, piece: str) -> list[Found]:
        """Matches that hold a blank."""
        look = _Look(self, piece, read(piece, self.script))
        found = look.by_skeleton(across=True)
        if SHORTEST <= len(look.words) <= LONGEST_FUZZY and all(end - start == 1 for start, end in look.words):
            found.extend(look.joined_keys())
            masked = _Look(self, piece, read(piece, self.script, masks=True))
            found.extend(masked.joined_keys())
        return found

    def exact(self, chunk: str) -> Iterator[Found]:
        """Matches of the words of which nothing but the spelling counts."""
        exact = self.index.exact
        for place in _WORD.finditer(chunk):
            plain = unicodedata.normalize("NFKC", place[0])
            for number in (*exact.get(plain.casefold(), ()), *exact.get(plain, ())):
                word = self.index.words[number]
                if not word.case or word.raw == plain:
                    yield Found(word.owner, place.start(), place.end(), 0.0, word.weight)


class _Look:
    """One reading of one piece of text."""

    def __init__(self, verifier: Verifier, text: str, reading: Reading) -> None:
        self.index, self.judge, self.script = verifier.index, verifier.judge, verifier.script
        self.lenient = verifier.lenient
        self.text, self.reading, self.letters = text, reading, reading.letters
        self.words = words_of(reading.letters)
        self.starts = [start for start, _ in self.words]

    def by_skeleton(self, across: bool) -> list[Found]:
        bones = skeleton(self.letters, self.script)
        found = []
        hits = self.index.automaton.find_matches_as_indexes(bones.text, overlapping=True)
        for number, first, last in hits:
            i, j = bones.first[first], bones.last[last - 1] + 1
            for owner, form in self.index.owners[number]:
                match = self._match(i, j, self.index.words[owner], form, across)
                if match:
                    found.append(match)
        return found

    def _match(self, i: int, j: int, word: Word, form: str, across: bool) -> Found | None:
        first = self._word_at(i)
        if self.words[first][1] >= j:
            return None if across else self._inside(i, j, self.words[first], word, form)
        for near, far in dict.fromkeys((self._shrunk(i, j, first, self._word_at(j - 1)), (i, j))):
            first, last = self._word_at(near), self._word_at(far - 1)
            if first != last:
                match = self._divided(near, far, first, last, word, form, across)
            else:
                match = None if across else self._inside(near, far, self.words[first], word, form)
            if match:
                return match
        return None

    def _word_at(self, unit: int) -> int:
        return bisect_left(self.starts, unit + 1) - 1

    def _shrunk(self, i: int, j: int, first: int, last: int) -> tuple[int, int]:
        """A run of one letter may lie on both sides of a gap (`this shit`): the nearer side will do."""
        end = self.words[first][1]
        run = set(self.script.classed(self.letters[i:end]))
        nxt = self.words[first + 1][0]
        if len(run) == 1 and self._class(nxt) in run:
            i = nxt
        start = self.words[last][0]
        run = set(self.script.classed(self.letters[start:j]))
        before = self.words[last - 1][1] - 1
        if len(run) == 1 and self._class(before) in run:
            j = before + 1
        return i, j

    def _class(self, place: int) -> str:
        letter = self.letters[place]
        return self.script.classes.get(letter, letter)

    # within one word

    def _inside(self, i: int, j: int, bounds: tuple[int, int], word: Word, form: str) -> Found | None:
        start, end = self._trimmed(bounds)
        begins, ends = i <= start, j >= end
        if begins and ends:
            price = self._price(i, j, form, allowance(form) + self.lenient, strict=word.strict)
            return None if price == INFINITE else self._alone(i, j, word, form, price)
        rest = collapsed(self.letters[j:end], self.script)
        ending = begins and rest in self.index.endings_of(word)
        starred = (word.before or begins) and (word.after or ends)
        if not ending and not starred and (word.embed is False or len(form) < 3):
            return None
        limit = allowance(form) if ending else STARRED_LIMIT if starred else EMBEDDED_LIMIT
        price = self._price(i, j, form, limit, strict=word.strict)
        if price == INFINITE:
            return None
        raw, decoded = self._spelled(min(i, start), max(j, end))
        if ending:
            return None if self._innocent(raw, decoded) else self._found(min(i, start), end, word, price)
        if starred:
            known = price > 0.1 and self._innocent(raw, decoded)
            return None if known else self._found(start, end, word, price)
        return self._embedded(i, j, word, form, price, raw, decoded)

    def _alone(self, i: int, j: int, word: Word, form: str, price: float) -> Found | None:
        raw, decoded = self._spelled(i, j)
        if len(form) < 4 and price > SHORT_LIMIT:
            return None
        if raw != word.raw and self._innocent(raw, decoded) and not self._alias(raw, decoded, word, price):
            return None
        return self._found(i, j, word, price)

    def _alias(self, raw: str, decoded: str, word: Word, price: float) -> bool:
        """Whether an innocent reading is so rare that the word is meant: `cnt`, `fcuk`."""
        return price <= ALIAS_LIMIT and self._may_hide(raw, decoded, word)

    def _may_hide(self, raw: str, decoded: str, word: Word) -> bool:
        """Whether an innocent reading is rare enough beside a word that is grave enough."""
        judge = self.judge
        if not word.guess or word.weight < GRAVE:
            return False
        return all(judge.outranks(text, word.raw) for text in {raw, decoded} if judge.benign(text))

    def _embedded(self, i: int, j: int, word: Word, form: str, price: float, raw: str, decoded: str) -> Found | None:
        if self._innocent(raw, decoded):
            return None
        if word.embed or (len(form) > 3 and self.judge.embeds(word.letters)):
            return self._found(i, j, word, price)
        if price <= DIVIDED_LIMIT and self.judge.exposes(decoded, word.letters):
            return self._found(i, j, word, price)
        return None

    def _trimmed(self, bounds: tuple[int, int]) -> tuple[int, int]:
        """The word without the signs at its edges that may be mere punctuation."""
        start, end = bounds
        while start < end and not is_inner(self.reading, start, self.text):
            start += 1
        while end > start and not is_inner(self.reading, end - 1, self.text):
            end -= 1
        return (start, end) if start < end else bounds

    def _spelled(self, i: int, j: int) -> tuple[str, str]:
        """The raw small letters, and the letters read. Long words are cut: they are no dictionary words."""
        j = min(j, i + 48)
        raw = self.text[self.reading.starts[i] : self.reading.ends[j - 1]]
        if not raw.isascii():
            invisible = self.script.invisible
            raw = "".join(char for char in unicodedata.normalize("NFC", raw) if char not in invisible)
        return raw.lower(), self.letters[i:j]

    def _innocent(self, raw: str, decoded: str) -> bool:
        return self.judge.benign(raw) or (decoded != raw and self.judge.benign(decoded))

    # across gaps

    def _divided(self, i: int, j: int, first: int, last: int, word: Word, form: str, across: bool) -> Found | None:
        start = self._trimmed(self.words[first])[0]
        if i > start or len(form) < 3 or last - first > LONGEST_FUZZY:
            return None
        if across and not self._blank_between(first, last):
            return None
        price = self._price(i, j, form, allowance(form), strict=word.strict)
        if price == INFINITE:
            return None
        if self._singles(first, last):
            return self._single_letters(i, j, first, last, word, form, price)
        end = self._trimmed(self.words[last])[1]
        rest = collapsed(self.letters[j:end], self.script)
        open_end = word.after or rest in self.index.endings_of(word)
        if (j < end and not open_end) or not self._broken(first, last, word, form, price):
            return None
        return self._found(i, max(j, end), word, price)

    def _blank_between(self, first: int, last: int) -> bool:
        edges = zip(self.words[first:last], self.words[first + 1 : last + 1], strict=True)
        gaps = (self.text[self.reading.ends[a[1] - 1] : self.reading.starts[b[0]]] for a, b in edges)
        return any(char.isspace() for gap in gaps for char in gap)

    def _singles(self, first: int, last: int) -> bool:
        """Whether every word is one letter, perhaps repeated."""
        return all(
            len({self._class(place) for place in range(start, end)}) == 1 for start, end in self.words[first : last + 1]
        )

    def _single_letters(
        self, i: int, j: int, first: int, last: int, word: Word, form: str, price: float
    ) -> Found | None:
        """Letters with gaps between: what stands next to them must not be more such letters, but for an ending."""
        tail = ""
        for start, end in self.words[last + 1 : last + 6]:
            if end - start != 1:
                break
            tail += self.letters[start]
        if tail and (word.after or collapsed(tail, self.script) in self.index.endings_of(word)):
            return self._found(i, self.words[last + len(tail)][1], word, price)
        letters = "".join([self.letters[start] for start, _ in self.words[first : last + 1]])
        if price > 0.1 and (len(form) < 4 or self.judge.benign(letters)):
            return None
        before = self.words[first - 1] if first else (0, 0)
        lonely_before = before[1] - before[0] == 1 and self.letters[before[0]] not in _LONELY
        if lonely_before or (tail and tail[0] not in _LONELY):
            return self._found(i, j, word, price) if self._spelled_out(first, last, form, price) else None
        return self._found(i, j, word, price)

    def _spelled_out(self, first: int, last: int, form: str, price: float) -> bool:
        """Whether a whole sentence is spelled letter by letter, and the word is one of its words."""
        while first > 0 and last - first < LONGEST_FUZZY and self._is_single(first - 1):
            first -= 1
        while last + 1 < len(self.words) and last - first < LONGEST_FUZZY + 8 and self._is_single(last + 1):
            last += 1
        letters = "".join([self.letters[start] for start, _ in self.words[first : last + 1]])
        return len(form) > 3 and price <= DIVIDED_LIMIT and self.judge.exposes(letters, form)

    def _is_single(self, word: int) -> bool:
        start, end = self.words[word]
        return end - start == 1

    def _broken(self, first: int, last: int, word: Word, form: str, price: float) -> bool:
        """Whether pieces of several letters are a broken word rather than neighbours."""
        if len(form) < 4 or not word.guess:
            return False
        pieces = [self._spelled(*self._trimmed(bounds)) for bounds in self.words[first : last + 1]]
        known = [self.judge.stands_alone(raw) or self.judge.stands_alone(decoded) for raw, decoded in pieces]
        if all(known) or any(is_known and len(raw) > 3 for is_known, (raw, _) in zip(known, pieces, strict=True)):
            return False
        if not self._blank_between(first, last):
            return price <= 1.0
        return price <= (SPLIT_LIMIT if any(known) else SPLIT_UNKNOWN_LIMIT)

    # by keys

    def by_keys(self) -> list[Found]:
        found: list[Found] = []
        for bounds in self.words[:LOOKED_AT]:
            start, end = bounds
            if self.reading.hows[start] != MASK:
                start, end = self._trimmed(bounds)
            found.extend(self._by_key(start, end))
        if len(self.words) > 1:
            found.extend(self.joined_keys())
        return found

    def joined_keys(self) -> list[Found]:
        """The words of the piece taken as one."""
        if not self.words:
            return []
        first, last = self._trimmed(self.words[0]), self._trimmed(self.words[-1])
        if last[1] - first[0] > 2 * LONGEST_FUZZY:
            return []
        return list(self._by_key(first[0], last[1]))

    def _by_key(self, start: int, end: int) -> Iterator[Found]:
        letters, _ = self.reading.slice(start, end)
        if not SHORTEST - 1 <= len(letters) <= LONGEST_FUZZY:
            return
        proposals = [one for one in dict.fromkeys(self._proposals(letters)) if self._resembles(letters, one[1])]
        if not proposals:
            return
        raw, _ = self._spelled(start, end)
        innocent = self._innocent(raw, letters)
        pieces = end - start - len(letters)
        # Where several words are as near, the more usual one is meant.
        for number, form in sorted(proposals, key=self._usualness) if len(proposals) > 1 else proposals:
            word = self.index.words[number]
            if innocent and not self._may_hide(raw, letters, word):
                continue
            limit = allowance(form) + self.lenient - 0.2 * min(pieces, 2)
            price = self._price(start, end, form, limit, typos=word.typos)
            if price <= (ALIAS_LIMIT if innocent else INFINITE - 1):
                yield self._found(start, end, word, price + 0.1)

    def _usualness(self, proposal: tuple[int, str]) -> int:
        return self.judge.cost(proposal[1])

    def _resembles(self, letters: str, form: str) -> bool:
        """A quick look before the alignment: the same beginning, and few letters of one that the other has not."""
        script = self.script
        first, wanted = script.classes.get(letters[0], letters[0]), script.classes.get(form[0], form[0])
        if first != wanted and letters[:2] not in _OTHER_BEGINNINGS and form[0] + letters[0] not in CONFUSIONS:
            return False
        there, asked = _letters(letters, script), _letters(form, script)
        strange = len(there - asked - _ANY)
        missing = len(asked - there)
        return SAME_CLASS * strange + NEXT_VOWEL_LEFT_OUT * missing * (ANY not in letters) <= allowance(form)

    def _proposals(self, letters: str) -> Iterator[tuple[int, str]]:
        fuzzy = self.index.fuzzy
        for key in (*keys(letters, self.script), *(() if ANY in letters else gaps(letters, self.script))):
            for number, form in fuzzy.get(key, ()):
                if plausible(key, letters, form):
                    yield number, form

    # prices

    def _price(self, i: int, j: int, form: str, limit: float, *, typos: bool = False, strict: bool = False) -> float:
        """What it costs to read the letters from `i` to `j` as the form."""
        letters, hows = self.reading.slice(i, j)
        masks = hows.count(MASK)
        if hows.count(LEET) > MOST_LEET * len(form) or masks > max(2, len(form) // 2):
            return INFINITE
        if strict and not is_spelled(letters, hows, form, self.script):
            return INFINITE
        return cost(letters, hows, form, self.script, limit, typos and not masks)

    def _found(self, i: int, j: int, word: Word, price: float) -> Found:
        return Found(word.owner, self.reading.starts[i], self.reading.ends[j - 1], price, word.weight)


@lru_cache(50_000)
def _letters(form: str, script: Script) -> frozenset[str]:
    return frozenset(script.classed(form))
