"""What a request asks for, read from its JSON: the same for files and for streams, but for a few fields."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from reelwarden.api.deepcleer import fields, vocabulary
from reelwarden.api.deepcleer.account import Settings
from reelwarden.api.deepcleer.fields import Body
from reelwarden.api.deepcleer.sealed import opened
from reelwarden.api.deepcleer.vocabulary import CHINESE, ENGLISH
from reelwarden.errors import UsageError

MOST_DATA = 1 << 20
MOST_PASSED = 1024
MOST_URL = 2000
"""The vendor says 600 letters for a video and 500 for a callback; signed addresses are longer."""
TYPE_FIELDS = {
    "image_types": ("imgType", 64),
    "audio_types": ("audioType", 64),
    "image_business": ("imgBusinessType", 128),
    "audio_business": ("audioBusinessType", 128),
}
CIPHERS = ("sm4", "SM4")
LANGUAGES = ("zh", "en", "ar")
GENDERS = ("male", "female", "ambiguity")
ECHOED = {"ip": 64, "deviceId": 128, "receiveTokenId": 64, "dataId": 128, "videoTitle": 128, "channel": 128}
"""What the vendor uses for its account service only: checked, and otherwise left alone."""


@dataclass(frozen=True, slots=True)
class Types:
    """The four sets of types, in today's spelling."""

    image_types: tuple[str, ...] = ()
    audio_types: tuple[str, ...] = ()
    image_business: tuple[str, ...] = ()
    audio_business: tuple[str, ...] = ()

    def labels(self, kind: str) -> frozenset[str]:
        return vocabulary.labels_of(kind, getattr(self, kind))

    def risks(self, side: str) -> frozenset[str]:
        """The labels that are a risk in pictures or in sound; entries of the account's lists are wherever words are."""
        found = self.labels(f"{side}_types")
        return found | {"text.blacklist"} if vocabulary.has_words(found) else found

    def business(self, side: str) -> frozenset[str]:
        return self.labels(f"{side}_business")

    @property
    def tells_screen(self) -> bool:
        """Whether the words on screen are told."""
        return bool(vocabulary.OF_SCREEN & set(self.image_types))

    @property
    def tells_speech(self) -> bool:
        """Whether the words heard are told."""
        return vocabulary.has_words(self.labels("audio_types"))

    @property
    def sources(self) -> tuple[str, ...]:
        """Where words are looked for risks in."""
        sides = {"screen": "image_types", "speech": "audio_types"}
        return tuple(place for place, kind in sides.items() if vocabulary.has_words(self.labels(kind)))

    @property
    def listens(self) -> bool:
        return bool(set(self.audio_types) - {"NONE"} or self.audio_business)

    def document(self) -> dict[str, list[str]]:
        return {name: list(types) for name, types in asdict(self).items()}


def types_of(document: Mapping[str, Any]) -> Types:
    """What `Types.document` wrote."""
    return Types(**{name: tuple(document.get(name, ())) for name in TYPE_FIELDS})


def language_of(body: Body) -> str:
    """The language of descriptions and messages."""
    return fields.choice(body, "acceptLang", (CHINESE, ENGLISH)) or CHINESE


def read_types(body: Body) -> Types:
    """The types of a request. Raises UsageError for unknown ones, and where no picture is looked at for anything."""
    types = Types(**{kind: _types(body, kind) for kind in TYPE_FIELDS})
    if not (types.image_types or types.image_business):
        raise UsageError("imgType or imgBusinessType is required")
    if "NONE" in types.audio_types and len(types.audio_types) > 1:
        raise UsageError("audioType NONE stands alone")
    return types


def _types(body: Body, kind: str) -> tuple[str, ...]:
    name, _ = TYPE_FIELDS[kind]
    joined = fields.text(body, name, 2000)
    found = vocabulary.split(kind, joined)
    wrong = sorted(set(found) - vocabulary.names(kind))
    if wrong:
        raise UsageError(f"{name} does not know {', '.join(wrong)[:200]}")
    return found


def read_data(body: Body, settings: Settings) -> Body:
    """`data`, opened where it is encrypted. Raises UsageError."""
    value = body.get("data")
    if fields.choice(body, "encryptType", CIPHERS) and isinstance(value, str):
        value = opened(value, settings.secret_key)
    elif isinstance(value, Mapping) and fields.choice(value, "encryptType", CIPHERS):
        # As other products of the vendor have it.
        value = opened(fields.text(value, "encryptData", 2 * MOST_DATA, required=True), settings.secret_key)
    if not isinstance(value, Mapping) or not value:
        raise UsageError("data is required, and must be an object")
    if not fields.sound(value, MOST_DATA):
        raise UsageError("data must be JSON of at most 1 MB")
    return value


def check_echoed(data: Body) -> None:
    """Raises UsageError for a wrong one among the fields that change nothing here."""
    for name, most in ECHOED.items():
        fields.text(data, name, most)
    fields.text(data, "tokenId", 64)
    fields.choice(data, "gender", GENDERS)
    fields.whole(data, "level", 0, 4)


def read_plan(data: Body, usual: float) -> dict[str, Any]:
    """The sampling plan: a number of frames goes before steps by duration, and these before one step for all."""
    step = fields.number(data, "detectFrequency", 0.5, 60) or usual
    count = fields.whole(data, "checkFrameCount", 0, 100_000)
    points, steps = _by_duration(data)
    if count:
        return {"count": count, "every": step}
    if steps:
        return {"points": list(points), "steps": list(steps), "every": step}
    return {"every": step}


def _by_duration(data: Body) -> tuple[tuple[float, ...], tuple[float, ...]]:
    said = fields.within(data, "advancedFrequency")
    points = fields.numbers(said, "durationPoints", 0.001, 1e6, 5)
    steps = fields.numbers(said, "frequencies", 0.5, 60, 6)
    if (points or steps) and len(steps) != len(points) + 1:
        raise UsageError("advancedFrequency.frequencies needs one element more than durationPoints")
    if list(points) != sorted(set(points)):
        raise UsageError("advancedFrequency.durationPoints must rise")
    return points, steps
