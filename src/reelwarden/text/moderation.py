"""The whole of text moderation in one call: language, words, patterns, entities, lists, and how grave it all is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any, Literal

from reelwarden.errors import UsageError
from reelwarden.text import entities, grawlix, semantic
from reelwarden.text.dull import dull_words
from reelwarden.text.engine import engine
from reelwarden.text.language import detect
from reelwarden.text.lists import TextList
from reelwarden.text.match import BLACKLIST, CATEGORIES, ENTITIES, LANGUAGES, Match, Severity
from reelwarden.text.recent import unknown

MANY = 3
"""So many different matches of one category weigh one step more than the gravest of them."""

FEW_LANGUAGES = 4
"""Where the language cannot be told and so few were asked, all of them are tried."""

Source = Literal["clean", "ocr", "asr"]


@dataclass(frozen=True)
class TextOptions:
    """What to look for. `languages` are those the text may be in; which it is in is found out.

    `countries` are ISO 3166 codes in small letters, for telephone numbers. `source`: `clean` was typed, `ocr` was read
    from a picture, `asr` was heard. `lists` are the account's own; `sites` maps domains to kinds of sites, before what
    we know of them ourselves. `semantic` lets a model have a second opinion.
    """

    languages: tuple[str, ...] = LANGUAGES
    countries: tuple[str, ...] = ("us", "fr", "gb")
    categories: frozenset[str] = frozenset(CATEGORIES)
    source: Source = "clean"
    lists: tuple[TextList, ...] = ()
    semantic: bool = True
    sites: Mapping[str, str] = field(default_factory=dict, hash=False)

    def __post_init__(self) -> None:
        """Raises UsageError for a language or category that there is not."""
        for said, there, what in (
            (self.languages, LANGUAGES, "language"),
            (self.categories, (*CATEGORIES, BLACKLIST), "category"),
            ((self.source,), ("clean", "ocr", "asr"), "source"),
        ):
            wrong = sorted(set(said) - set(there))
            if wrong or not said:
                raise UsageError(f"no such {what}: {', '.join(wrong) or 'none given'}", f"there are {', '.join(there)}")


@dataclass(frozen=True)
class TextResult:
    """What was found in `text`, in its order. `language` is the one whose rules were used first."""

    text: str
    language: str
    matches: tuple[Match, ...] = ()
    languages: tuple[str, ...] = field(default=())

    @cached_property
    def categories(self) -> tuple[str, ...]:
        """The categories found, in the order of first matches."""
        return tuple(dict.fromkeys(match.category for match in self.matches))

    @cached_property
    def severities(self) -> Mapping[str, Severity]:
        """The severity of each graded category found: the gravest match, a step more when there are many."""
        found: dict[str, Severity] = {}
        words: dict[str, set[str]] = defaultdict(set)
        for match in self.matches:
            if match.severity is not None:
                found[match.category] = max(found.get(match.category, Severity.LOW), match.severity)
                words[match.category].add(match.slice(self.text).casefold())
        return {
            category: severity.raised() if len(words[category]) >= MANY else severity
            for category, severity in found.items()
        }

    def as_json(self) -> dict[str, Any]:
        """`language`, `detected_categories`, `detections`, ready for JSON."""
        detections: dict[str, Any] = {category: {} for category in self.categories}
        for category, severity in self.severities.items():
            detections[category]["severity"] = severity.word
        for match in self.matches:
            detections[match.category].setdefault("details", []).append(self._detail(match))
        return {"language": self.language, "detected_categories": list(self.categories), "detections": detections}

    def _detail(self, match: Match) -> dict[str, Any]:
        detail: dict[str, Any] = {"match": match.slice(self.text), "start": match.start, "end": match.end}
        if match.severity is not None:
            detail["severity"] = match.severity.word
        if match.country:
            detail["country"] = match.country
        if match.detail:
            detail["category"] = match.detail
        return detail


DEFAULTS = TextOptions()


def moderate_text(text: str, options: TextOptions = DEFAULTS) -> TextResult:
    """Everything unwanted in a text. Any string will do, lone surrogates too; time is linear in its length."""
    languages = languages_of(text, options)
    text_ = _whole(text)
    found: list[Match] = []
    asked = options.categories
    if not asked.isdisjoint(ENTITIES):
        # The dictionary is opened for entities only where lexicons need it too.
        is_dull = unknown if asked <= _NOT_OF_LEXICONS else dull_words(languages[0])
        found += entities.find(text_, asked, options.countries, languages, options.source, options.sites, is_dull)
    found += _of_lexicons(text_, languages, options, found)
    if "grawlix" in asked:
        found += [Match("grawlix", start, end) for start, end in grawlix.find(text_)]
    if options.semantic:
        found += _second_opinion(text_, asked, found)
    if options.lists:
        found = _with_lists(text_, languages, options.lists, found)
    matches = sorted(found, key=lambda match: (match.start, match.end))
    return TextResult(text, languages[0], tuple(matches), languages)


def _second_opinion(text: str, asked: frozenset[str], found: Sequence[Match]) -> list[Match]:
    """What the model finds where words and patterns settled nothing; nothing where it is not installed."""
    opinion = semantic.usual()
    return [] if isinstance(opinion, str) else opinion.find(text, asked, found)


def semantic_unavailable(options: TextOptions = DEFAULTS) -> str:
    """Why texts get no second opinion though the options ask for one; empty where they get it."""
    opinion = semantic.usual() if options.semantic else ""
    return opinion if isinstance(opinion, str) else ""


def languages_of(text: str, options: TextOptions) -> tuple[str, ...]:
    """The languages whose rules are used: those the text seems to be in, of those asked for."""
    asked = options.languages
    found = detect(text, asked)
    if found:
        return found
    return asked if len(asked) <= FEW_LANGUAGES else ("en",) if "en" in asked else asked[:1]


def _whole(text: str) -> str:
    """The text without lone surrogates, which no library takes; of the same length."""
    if text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return "".join("\ufffd" if "\ud800" <= char <= "\udfff" else char for char in text)
    return text


def _of_lexicons(text: str, languages: Sequence[str], options: TextOptions, known: Sequence[Match]) -> list[Match]:
    """Matches of the lexicons, those of the first language first where two agree on a place."""
    if options.categories <= _NOT_OF_LEXICONS:
        return []
    found: list[Match] = []
    for language in languages:
        more = [one for one in engine(language).find(text, known, options.source) if one.category in options.categories]
        found += [match for match in more if not _repeats(match, found[:_MOST])] if found else more
    return found


_MOST = 200
"""So many matches of one language are compared with those of the next."""

_NOT_OF_LEXICONS = frozenset((*ENTITIES, "grawlix", BLACKLIST))


def _repeats(match: Match, found: Iterable[Match]) -> bool:
    return any(match.overlaps(other) for other in found)


def _with_lists(text: str, languages: Sequence[str], lists: Sequence[TextList], found: list[Match]) -> list[Match]:
    """The matches with those of disallow lists, without those that an allow list covers."""
    fair: list[tuple[int, int]] = []
    listed: list[Match] = []
    for one in lists:
        for entry, start, end in one.find(text, languages):
            if one.kind == "allow":
                fair.append((start, end))
            else:
                listed.append(Match(BLACKLIST, start, end, detail=entry.category))
    return [match for match in (*found, *listed) if not any(_vetoes(span, match) for span in fair)]


def _vetoes(span: tuple[int, int], match: Match) -> bool:
    start, end = span
    if match.category in ENTITIES:
        return match.start < end and start < match.end
    return start <= match.start and match.end <= end
