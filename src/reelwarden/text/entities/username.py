"""User names and handles: "@john_doe", "my snap is xyz_12", "discord: some.one", snapUser23, tiktok_user123."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator, Sequence
from importlib.resources import files

from reelwarden.text.entities.glyphs import Folded, plain
from reelwarden.text.entities.hosts import COMMON_TLDS
from reelwarden.text.entities.places import Places
from reelwarden.text.match import Match

_WORDS = tomllib.loads(files(__package__).joinpath("username_words.toml").read_text("utf-8"))
_LISTS = {name: frozenset(words.split()) for name, words in _WORDS.items()}


def _any_of(*names: str) -> str:
    words = sorted({word for name in names for word in _LISTS[name]}, key=lambda word: (-len(word), word))
    return "|".join(re.escape(word).replace("_", r"\s?") for word in words)


_INTRODUCERS = frozenset(
    re.findall(r"[^\W\d_]+", plain(word))[0] for name in ("platforms", "names", "accounts") for word in _LISTS[name]
)
"""The first word of each, folded: without one of them the long pattern need not run."""
_GLUED_INTRODUCERS = tuple(word for word in _INTRODUCERS if "\u3000" < word[0] < "\ud7a4")
_NAME = r"@?([A-Za-z0-9](?:[\w.-]{1,30}[A-Za-z0-9_])(?:#\d{4})?)"
_INTRODUCED = re.compile(
    rf"(?<![A-Za-z])(?:{_any_of('platforms', 'names', 'accounts')})"
    rf"(?:\s?(?:{_any_of('platforms', 'names', 'accounts', 'links')}|->|[:=→：,，@#(-])){{0,4}}"
    rf"[\s:=(\[\"'“]{{0,3}}(?<![A-Za-z]){_NAME}",
    re.I,
)
_CERTAIN = re.compile(rf"[:：→]|->|(?:{_any_of('names')})\s?(?:=|{_any_of('links')})?\s", re.I)
_AT = re.compile(r"[@＠﹫](?<![\w@./:-].)([A-Za-z0-9_][A-Za-z0-9_.]{0,28}[A-Za-z0-9_])(?![\w@]|\.[a-z])")
_BARE = re.compile(r"(?<![\w@./\\-])[A-Za-z]\w{4,30}(?![\w@/\\(-]|\.\w)")
_BARE_SHAPE = re.compile(
    r"[A-Za-z]{3,}_[A-Za-z0-9_]*\d{2,}|[A-Za-z]+\d+_[A-Za-z]\w*|[a-z]+[A-Z][a-z]+\d{2,4}|[A-Z][a-z]+[A-Z][a-z]+\d{2,4}|"
    r"[xX]{1,2}_\w+_[xX]{1,2}|(?:snap|insta|tiktok|user|kik)\w*\d{2,}"
)
_MARKED = re.compile(r"[^\W\d_][\d_]")
"""A digit or underscore within a word, which every such shape has."""
_TAGGED = re.compile(r"(?<![\w#@])[A-Za-z0-9][\w.]{1,31}#\d{4}(?!\w)")
_TIME = re.compile(r"\d+(?:am|pm|h|hrs?|uhr|k)?\d*", re.I)
_PRODUCT = re.compile(rf"(?:{_any_of('products')})_?(?:\d\w*)?", re.I)


def find(folded: Folded) -> list[Match]:
    """Handles, looked for in the original text: their shape is in their capitals and signs."""
    text = folded.original
    if folded.digits < 2 and text.isascii() and "@" not in text and "_" not in text and not _introduces(folded):
        return []
    found: Places[Match] = Places()
    for start, end in (*_handles(text), *_introduced(folded), *_shaped(text, folded.digits)):
        found.add(Match("username", start, end, value=text[start:end].lstrip("@＠﹫")))
    return list(found)


def _handles(text: str) -> Iterator[tuple[int, int]]:
    if not any(sign in text for sign in "@＠﹫"):
        return
    for match in _AT.finditer(text):
        if match[1].lower() not in _LISTS["no_handle"] and not _TIME.fullmatch(match[1]):
            yield match.span()


def _introduces(folded: Folded) -> bool:
    """Whether a platform or the like is named."""
    text = folded.original
    return introduces(folded.words) or (not text.isascii() and introduces_glued(text))


def introduces(words: Sequence[str]) -> bool:
    """Whether one of the words is a platform's name or the like."""
    return not _INTRODUCERS.isdisjoint(words)


def introduces_glued(text: str) -> bool:
    """The same for scripts in which words are not divided."""
    return any(word in text for word in _GLUED_INTRODUCERS)


def _introduced(folded: Folded) -> Iterator[tuple[int, int]]:
    """A name after the name of a platform: it must look like one, unless a colon or "username" says that it is."""
    text = folded.original
    if not _introduces(folded):
        return
    for match in _INTRODUCED.finditer(text):
        name = match[1]
        before = match[0][: match.start(1) - match.start()]
        if not _is_ordinary(name, certain=_CERTAIN.search(before) is not None):
            yield match.start(1) - (text[match.start(1) - 1] == "@"), match.end(1)


def _is_ordinary(name: str, *, certain: bool) -> bool:
    if not any(char.isalpha() for char in name):
        return True
    if _PRODUCT.fullmatch(name) or _ends_like_a_file(name) or _TIME.fullmatch(name):
        return True
    marked = any(char.isdecimal() or char == "_" for char in name) or re.search(r"[a-z][A-Z]|\w\.\w", name) is not None
    return not marked and not (certain and len(name) >= 5 and name.lower() not in _LISTS["no_name"])


def _ends_like_a_file(name: str) -> bool:
    ending = name.rpartition(".")[2].lower() if "." in name else ""
    return ending in COMMON_TLDS or ending in _LISTS["file_endings"]


def _shaped(text: str, digits: int) -> Iterator[tuple[int, int]]:
    """Names that stand alone and have the shape of one."""
    if digits < 2 and "_" not in text:
        return
    for match in _BARE.finditer(text) if _MARKED.search(text) else ():
        if _BARE_SHAPE.fullmatch(match[0]) and not _PRODUCT.match(match[0]):
            yield match.span()
    if "#" in text:
        for match in _TAGGED.finditer(text):
            if any(char.isalpha() for char in match[0]):
                yield match.span()
