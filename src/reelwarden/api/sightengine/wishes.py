"""What a request asks for, read from its fields: models, text options, interval."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from typing import Any

from reelwarden.api.sightengine.account import INTERVALS, Settings
from reelwarden.api.sightengine.errors import Argument
from reelwarden.api.sightengine.models import Model, catalogue, granted, named
from reelwarden.text.match import BLACKLIST, CATEGORIES, LANGUAGES

VISUAL_TEXT = "text-content-2.0"
COUNTRY = re.compile("[a-z]{2}")
DEFAULT_COUNTRIES = ("us", "fr", "gb")
Fields = Mapping[str, str]


@dataclass(frozen=True, slots=True)
class TextWishes:
    """The options of text-content-2.0. `lists` are ids of the account's text lists."""

    categories: tuple[str, ...] = ()
    languages: tuple[str, ...] = ("en",)
    countries: tuple[str, ...] = DEFAULT_COUNTRIES
    lists: tuple[str, ...] = ()

    @property
    def labels(self) -> tuple[str, ...]:
        return tuple(f"text.{category}" for category in self.categories)


@dataclass(frozen=True, slots=True)
class Wishes:
    """`models` are names, all of them granted; `dropped` those that were asked and cannot be told."""

    models: tuple[str, ...]
    text: TextWishes = TextWishes()
    interval: float = 2.0
    workflow: str = ""
    dropped: tuple[str, ...] = ()
    max_duration: float | None = None

    @property
    def asked(self) -> tuple[str, ...]:
        """The labels that the answer is made of."""
        labels = [label for model in self.chosen for label in model.asks]
        if VISUAL_TEXT in self.models:
            labels += self.text.labels
        if self.text.lists:
            labels.append(f"text.{BLACKLIST}")
        if VISUAL_TEXT in self.models and set(self.text.categories) <= {BLACKLIST}:
            labels.append("text.grawlix")  # the lists are read together with some category
        return tuple(dict.fromkeys(labels))

    @property
    def sources(self) -> tuple[str, ...]:
        """Where words are read from: the screen, unless only the sound was asked for, and the speech where it was."""
        sound = any(model.sound for model in self.chosen)
        seen = any("text.screen" in model.asks for model in self.chosen)
        return tuple(name for name, wanted in (("screen", seen), ("speech", sound)) if wanted)

    @property
    def chosen(self) -> tuple[Model, ...]:
        return tuple(catalogue()[name] for name in self.models)

    def document(self) -> dict[str, Any]:
        return asdict(self)


def wishes_of(document: Mapping[str, Any]) -> Wishes:
    """What `Wishes.document` wrote, also when it was JSON in between."""
    text = {name: tuple(value) for name, value in document["text"].items()}
    lists = {name: tuple(document[name]) for name in ("models", "dropped")}
    return Wishes(**{**document, **lists, "text": TextWishes(**text)})


def read(fields: Fields, settings: Settings, told: frozenset[str], *, workflow: bool = False) -> Wishes:
    """The wishes of a request. Raises Argument for what is missing or wrong, Plan for what cannot be told here."""
    name = ""
    if workflow:
        name = fields.get("workflow", "").strip()
        if name not in settings.workflows:
            raise Argument(f"There is no workflow {name[:80]!r}" if name else "The parameter workflow is missing")
        chosen = settings.workflows[name]
        fields = {**fields, **chosen.options, "models": chosen.models}
    models = named(fields.get("models", ""))
    left = granted(models, told, lenient=settings.untold == "omit")
    names = tuple(model.name for model in left)
    wishes = Wishes(names, workflow=name, dropped=tuple(m.name for m in models if m not in left))
    return replace(
        wishes,
        text=text_wishes(fields, wanted=VISUAL_TEXT in names),
        interval=_interval(fields.get("interval", ""), settings.interval),
        max_duration=_seconds(fields.get("max_duration", "")),
    )


def text_wishes(fields: Fields, *, wanted: bool) -> TextWishes:
    """The options of text-content-2.0; where it is `wanted` and names no categories, all of them. Raises Argument.

    The vendor calls the categories required, and leaves them out in a sample of its own.
    """
    categories = words(fields.get("text_categories", "")) or (CATEGORIES if wanted else ())
    _known(categories, (*CATEGORIES, BLACKLIST), "text_categories")
    languages = words(fields.get("opt_lang", "")) or ("en",)
    _known(languages, LANGUAGES, "opt_lang")
    countries = words(fields.get("opt_countries", "")) or DEFAULT_COUNTRIES
    wrong = [country for country in countries if not COUNTRY.fullmatch(country)]
    if wrong:
        raise Argument(f"opt_countries has {wrong[0][:40]!r}, which is no country's two letters")
    lists = words(fields.get("opt_textlist", ""), lower=False)
    return TextWishes(categories, languages, countries, lists)


def words(text: str, *, lower: bool = True) -> tuple[str, ...]:
    """The parts of a comma list, each once; a JSON array will do."""
    parts = (part.strip(" \t\r\n\"'[]") for part in (text.lower() if lower else text).split(","))
    return tuple(dict.fromkeys(part for part in parts if part))


def _known(said: tuple[str, ...], there: tuple[str, ...], name: str) -> None:
    wrong = [one for one in said if one not in there]
    if wrong:
        raise Argument(f"{name} has {wrong[0][:40]!r}; there are {', '.join(there)}")


def _interval(text: str, usual: float) -> float:
    if not text:
        return usual
    value = number(text)
    if value not in INTERVALS:
        raise Argument(f"interval is one of {', '.join(f'{one:g}' for one in INTERVALS)}")
    return value


def _seconds(text: str) -> float | None:
    if not text:
        return None
    value = number(text)
    if value is None or not 0 < value < 1e7:
        raise Argument("max_duration is a number of seconds")
    return value


def number(text: str) -> float | None:
    try:
        value = float(text)
    except ValueError:
        return None
    return value if value == value and abs(value) < 1e12 else None
