"""text/check.json: messages and user names, by rules, by grades, or with the options of text-content-2.0."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request
from starlette.responses import Response

from reelwarden.accounts import lists
from reelwarden.api.sightengine.answers import Document, as_answer, success
from reelwarden.api.sightengine.call import Call, calling
from reelwarden.api.sightengine.charging import charge
from reelwarden.api.sightengine.errors import Argument
from reelwarden.api.sightengine.ids import request_id
from reelwarden.api.sightengine.models import families
from reelwarden.api.sightengine.wishes import VISUAL_TEXT, TextWishes, text_wishes, words
from reelwarden.text.lists import TextList
from reelwarden.text.match import BLACKLIST, CATEGORIES, Match
from reelwarden.text.moderation import TextOptions, TextResult, moderate_text
from reelwarden.words import SCORES, UNGRADED

router = APIRouter(prefix="/text")
MODES = ("rules", "ml", "username")
MOST = 100_000
USUAL = ("profanity", "personal", "link")
GENERAL: Mapping[str, tuple[str, ...]] = {
    "sexual": ("sexual",),
    "discriminatory": ("discriminatory", "extremism"),
    "insulting": ("insult",),
    "violent": ("violence",),
    "toxic": ("sexual", "discriminatory", "insult", "violence", "inappropriate", "grawlix", "extremism"),
}
"""The classes of the model `general`, and the categories of ours that each is the gravest of."""
SELF_HARM: Mapping[str, tuple[str, ...]] = {"self-harm": ("self_harm",)}
ML_MODELS = {"general": GENERAL, "self-harm": SELF_HARM}
SEAMS = re.compile(r"[_.\-\d]+|(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class TextAsked:
    """One text and what is asked of it."""

    text: str
    modes: tuple[str, ...]
    families: tuple[str, ...]
    models: tuple[str, ...]
    wishes: TextWishes
    visual: bool

    @property
    def operations(self) -> int:
        """One for each thousand letters begun; one for a user name."""
        return 1 if self.modes == ("username",) else max(1, -(-len(self.text) // 1000))


@router.api_route("/check.json", methods=["GET", "POST"])
async def check(request: Request) -> Response:
    """A text, in the modes that were asked."""
    async with calling(request, "submit") as call:
        return as_answer(await asyncio.to_thread(_check, call))


def _check(call: Call) -> Document:
    asked = read(call.fields)
    compiled = _lists(call, asked.wishes.lists)
    charge(call, {f"text.{mode}": asked.operations for mode in asked.modes[:1]} or {"text": asked.operations})
    return success(request_id(), asked.operations) | judged(asked, compiled)


def read(fields: Mapping[str, str]) -> TextAsked:
    """Raises Argument for what is missing or wrong."""
    text = fields.get("text", "")
    if not text:
        raise Argument("The parameter text is missing")
    if len(text) > MOST:
        raise Argument(f"The text is longer than {MOST:,} letters")
    models = words(fields.get("models", ""))
    visual = VISUAL_TEXT in models
    fields = {**fields, "opt_lang": fields.get("opt_lang") or fields.get("lang") or ""}
    fields["opt_textlist"] = fields.get("opt_textlist") or fields.get("list") or ""
    asked = TextAsked(
        text=text,
        modes=_modes(fields.get("mode", ""), visual),
        families=_families(fields.get("categories", "")),
        models=tuple(model for model in models if model != VISUAL_TEXT) or ("general",),
        wishes=text_wishes(fields, wanted=visual),
        visual=visual,
    )
    wrong = [model for model in asked.models if model not in ML_MODELS]
    if wrong:
        raise Argument(
            f"There is no model {wrong[0][:80]!r} for texts; there are {', '.join((*ML_MODELS, VISUAL_TEXT))}"
        )
    return asked


def _modes(text: str, visual: bool) -> tuple[str, ...]:
    modes = tuple(dict.fromkeys("rules" if mode == "standard" else mode for mode in words(text)))
    wrong = [mode for mode in modes if mode not in MODES]
    if wrong:
        raise Argument(f"There is no mode {wrong[0][:40]!r}; there are rules, ml, username")
    if not modes and not visual:
        raise Argument("The parameter mode is missing: rules, ml or username")
    return modes


def _families(text: str) -> tuple[str, ...]:
    named = tuple(name.replace("_", "-") for name in words(text))
    wrong = [name for name in named if name not in families()]
    if wrong:
        raise Argument(f"categories has {wrong[0][:40]!r}; there are {', '.join(families())}")
    return named or USUAL


def _lists(call: Call, ids: tuple[str, ...]) -> tuple[TextList, ...]:
    return tuple(lists.compiled(call.house.desk.database, call.caller.account, ids)) if ids else ()


def judged(asked: TextAsked, compiled: tuple[TextList, ...]) -> Document:
    """The answer without its head."""
    document: Document = {}
    if "rules" in asked.modes:
        document |= by_rules(asked, [_moderated(asked, asked.text, _of_families(asked.families), compiled)])
    if "username" in asked.modes:
        document |= by_rules(asked, _readings(asked, compiled))
    if "ml" in asked.modes:
        document["moderation_classes"] = by_grades(asked)
    if asked.visual:
        document["text"] = _visual(asked, compiled)
    return document


def _moderated(
    asked: TextAsked, text: str, categories: Iterable[str], compiled: tuple[TextList, ...] = ()
) -> TextResult:
    wanted = frozenset(categories) & frozenset((*CATEGORIES, BLACKLIST))
    options = TextOptions(asked.wishes.languages, asked.wishes.countries, wanted, lists=compiled)
    return moderate_text(text, options)


def _of_families(names: Iterable[str]) -> list[str]:
    return [category for name in names for category in families()[name]]


def _readings(asked: TextAsked, compiled: tuple[TextList, ...]) -> list[TextResult]:
    """A user name as it is, and with its seams (`_`, digits, capitals) as blanks: words in it are then whole."""
    categories = [c for c in _of_families(asked.families) if c != "username"]
    apart = SEAMS.sub(lambda seam: " " * max(len(seam[0]), 1), asked.text).strip()
    return [_moderated(asked, text, categories, compiled) for text in dict.fromkeys((asked.text, apart))]


def by_rules(asked: TextAsked, results: list[TextResult]) -> Document:
    """`{family: {"matches": […]}}` for each family asked, and `blacklist` where a list was."""
    document: Document = {family: {"matches": []} for family in asked.families}
    if asked.wishes.lists:
        document[BLACKLIST] = {"matches": []}
    of = {category: family for family in asked.families for category in families()[family]} | {BLACKLIST: BLACKLIST}
    known: set[tuple[str, str]] = set()
    for result in results:
        for match in result.matches:
            item = _item(match, result.text)
            if (item["type"], item["match"].casefold()) not in known:
                known.add((item["type"], item["match"].casefold()))
                document[of[match.category]]["matches"].append(item)
    return document


def _item(match: Match, text: str) -> dict[str, Any]:
    item: dict[str, Any] = {"type": _type(match, text), "match": match.slice(text)}
    if match.severity:
        item["intensity"] = match.severity.word
    if match.country:
        item["country"] = match.country
    if match.detail:
        item["category"] = match.detail
    return item | {"start": match.start, "end": match.end}


def _type(match: Match, text: str) -> str:
    if match.category == "phone_number" and match.country:
        return f"phone_number_{match.country}"
    if match.category == "ip":
        return "ipv6" if ":" in match.slice(text) else "ipv4"
    return "url" if match.category == "link" else match.category


def by_grades(asked: TextAsked) -> Document:
    """`moderation_classes`: each class carries the grade of its gravest match as a number, 0 where there is none."""
    classes = {name: of for model in asked.models for name, of in ML_MODELS[model].items()}
    result = _moderated(asked, asked.text, {category for of in classes.values() for category in of})
    scores: dict[str, float] = {}
    for match in result.matches:
        score = SCORES[match.severity] if match.severity else UNGRADED
        scores[match.category] = max(score, scores.get(match.category, 0.0))
    numbers = {name: max((scores.get(category, 0.0) for category in of), default=0.0) for name, of in classes.items()}
    return {"available": list(classes), **numbers}


def _visual(asked: TextAsked, compiled: tuple[TextList, ...]) -> Document:
    """The block of text-content-2.0 for a typed text."""
    categories = asked.wishes.categories
    result = _moderated(asked, asked.text, categories or ("grawlix",), compiled)
    document = result.as_json()
    shown = {name: found for name, found in document["detections"].items() if name in (*categories, BLACKLIST)}
    return document | {"detected_categories": list(shown), "detections": shown}
