"""What the server answers, as frozen records. A field that a newer server adds is left out, not an error.

Times of submissions are aware datetimes, times within media are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import Field, dataclass, field, fields
from datetime import datetime
from typing import Any, TypeVar

T = TypeVar("T")


TIMES = frozenset({"created", "started", "ended", "expires", "changed", "last_used", "revoked", "closed", "at", "next"})
SAID = {"start": "from", "end": "to", "categories": "detected_categories"}
"""Our name of a field → the server's, where they differ."""
EACH = "each"


def of(record: type[T], document: Mapping[str, Any], /, **more: Any) -> T:
    """The record that a JSON object tells of; what is missing takes its default."""
    values = dict(more)
    for one in fields(record):  # type: ignore[arg-type]
        said = SAID.get(one.name, one.name)
        if one.name not in more and said in document:
            values[one.name] = _read(one, document[said])
    return record(**values)


def _read(one: Field[Any], value: Any) -> Any:
    if one.name in TIMES and isinstance(value, str):
        return datetime.fromisoformat(value)
    if EACH in one.metadata:
        return tuple(of(one.metadata[EACH], each) for each in value)
    return tuple(value) if isinstance(value, list) else value


@dataclass(frozen=True, slots=True)
class Submission:
    """`state` is accepted, running, finished, stopped or failed; `progress` 0..1. `error` has code, message, hint.

    `fresh` False: it was handed in before, and this is what there was.
    """

    id: str
    state: str
    progress: float = 0.0
    external_id: str | None = None
    dialect: str = "native"
    source: str = ""
    name: str = ""
    stopping: bool = False
    asked: tuple[str, ...] = ()
    media: Mapping[str, Any] | None = None
    outcome: str | None = None
    error: Mapping[str, str] | None = None
    operations: int = 0
    fresh: bool = True
    created: datetime | None = None
    started: datetime | None = None
    ended: datetime | None = None
    expires: datetime | None = None

    @property
    def open(self) -> bool:
        return self.state in ("accepted", "running")


@dataclass(frozen=True, slots=True)
class Evidence:
    """What backs a moment: when, how sure, where in the picture (sides 0..1), which text."""

    score: float
    time: float | None = None
    box: Mapping[str, float] | None = None
    text: str | None = None
    facts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Moment:
    """A label from `start` to `end` seconds; `peak` is its highest score, at `peak_time`."""

    label: str
    start: float
    end: float
    peak: float
    peak_time: float
    outcome: str = ""
    looks: int = 0
    corroborated: bool = False
    backed: bool = False
    detector: str = ""
    version: str = ""
    evidence: tuple[Evidence, ...] = field(default=(), metadata={EACH: Evidence})


@dataclass(frozen=True, slots=True)
class Result:
    """`verdict` is pass, review or reject. `unavailable` says label by label what could not be told, and why.

    `document` is the whole answer, as docs/reference/result.md has it.
    """

    verdict: str
    moments: tuple[Moment, ...] = field(default=(), metadata={EACH: Moment})
    reasons: tuple[Mapping[str, Any], ...] = ()
    unavailable: tuple[Mapping[str, str], ...] = ()
    media: Mapping[str, Any] = field(default_factory=dict)
    transcript: Sequence[Mapping[str, Any]] | None = None
    notes: tuple[str, ...] = ()
    document: Mapping[str, Any] = field(default_factory=dict, repr=False)


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened; `id` grows."""

    id: int
    kind: str
    submission: str | None
    at: datetime | None = None
    data: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class TextAnswer:
    """`categories` are those that were found; `detections` has severity and matches of each."""

    language: str | None
    categories: tuple[str, ...] = ()
    detections: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Entry:
    """An entry of a text list. `match` is exact or standard; `id` is given out by the server."""

    text: str
    match: str = "standard"
    language: str = "all"
    category: str = ""
    id: str = ""


@dataclass(frozen=True, slots=True)
class TextList:
    """`kind` is disallow or allow; `entries` how many there are; `page` some of them, where they were asked for."""

    id: str
    name: str
    kind: str
    entries: int
    page: tuple[Entry, ...] = field(default=(), metadata={EACH: Entry})
    created: datetime | None = None
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Policy:
    """`document` is TOML, where it was asked for."""

    name: str
    revision: int
    document: str | None = None
    created: datetime | None = None
    changed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Key:
    """`secret` is there once, when the key was made."""

    id: str
    name: str
    prefix: str
    scopes: tuple[str, ...] = ()
    secret: str | None = field(default=None, repr=False)
    created: datetime | None = None
    last_used: datetime | None = None
    revoked: datetime | None = None


@dataclass(frozen=True, slots=True)
class Usage:
    """What was used, of one day, label or key, as it was asked for."""

    operations: int
    submissions: int
    day: str | None = None
    label: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Attempt:
    """One POST of a callback; `status` is None where no whole answer came."""

    number: int
    seconds: float
    status: int | None
    answer: str
    error: str
    at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """An owed callback. `state` is owed, delivered or given_up; `tried` where one was asked for."""

    id: str
    submission: str | None
    event: str
    url: str
    state: str
    attempts: int
    tried: tuple[Attempt, ...] = field(default=(), metadata={EACH: Attempt})
    next: datetime | None = None
    created: datetime | None = None
    ended: datetime | None = None


@dataclass(frozen=True, slots=True)
class ClosedEndpoint:
    """An address that wants no more callbacks, as it said in answer to `delivery`."""

    id: str
    url: str
    why: str
    delivery: str
    closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Label:
    """`reason` says why a label cannot be told here."""

    label: str
    description: str
    available: bool
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """`plan` is its name. `used` of `limit` operations of this month, where the account itself was asked for."""

    id: str
    number: str
    name: str
    plan: str
    settings: Mapping[str, Any] = field(default_factory=dict)
    used: int | None = None
    limit: int | None = None
    created: datetime | None = None
    closed: datetime | None = None


@dataclass(frozen=True, slots=True)
class Plan:
    """None is no limit."""

    name: str
    requests_per_second: float | None = None
    burst: int = 1
    concurrent_submissions: int | None = None
    concurrent_streams: int | None = None
    monthly_operations: int | None = None
    most_bytes: int | None = None
    features: tuple[str, ...] = ()
