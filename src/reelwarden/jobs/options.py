"""How one submission is looked at, kept and told about. Plain values that go into the database as JSON."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, fields
from typing import Any

from reelwarden.errors import UsageError
from reelwarden.media.sampling import ByDuration, Count, Every, KeyFrames, Plan


@dataclass(frozen=True, slots=True)
class Options:
    """What the caller wished.

    `plan` is a sampling plan (`plan_document`). `policy` is the text of a policy file; empty: the built-in one.
    `keep` False leaves nothing behind: no media, no evidence, and no result once it was delivered or fetched.
    `words` are read from `screen`, `speech`, or where it is empty from both. `callback` is where the end is told;
    `secret` signs it. `retention` in seconds. `interim` asks for callbacks while the work goes on, `frames` keeps a
    picture of each instant that was looked at. `longest` seconds of a stream, `most_bytes` of a file. `trace` is the
    request's, where the operator has a collector of traces (`telemetry`).
    """

    plan: Mapping[str, Any] = field(default_factory=lambda: {"every": 1.0})
    policy: str = ""
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()
    lists: tuple[str, ...] = ()
    semantic: bool = True
    words: tuple[str, ...] = ()
    keep: bool = True
    evidence: bool = True
    callback: str = ""
    secret: str = ""
    interim: bool = False
    timeout: float | None = None
    retention: float | None = None
    longest: float | None = None
    most_bytes: int | None = None
    trace: str = ""

    def document(self) -> dict[str, Any]:
        return asdict(self)

    @property
    def sampling(self) -> Plan:
        return plan_of(self.plan)


def options_of(document: Mapping[str, Any]) -> Options:
    """The options that `Options.document` wrote; what an older program did not know takes its default."""
    known = {f.name for f in fields(Options)}
    values: dict[str, Any] = {
        name: tuple(value) if isinstance(value, list) else value for name, value in document.items() if name in known
    }
    return Options(**values)


def plan_document(plan: Plan) -> dict[str, Any]:
    match plan:
        case Every(seconds):
            return {"every": seconds}
        case Count(frames, otherwise):
            return {"count": frames, "every": otherwise.seconds}
        case ByDuration(points, steps, otherwise):
            return {"points": list(points), "steps": list(steps), "every": otherwise.seconds}
        case KeyFrames():
            return {"key_frames": True}


def plan_of(document: Mapping[str, Any]) -> Plan:
    """The plan in a document. Raises UsageError for an impossible one."""
    try:
        if document.get("key_frames"):
            return KeyFrames()
        every = Every(float(document.get("every", 1.0)))
        if "count" in document:
            return Count(int(document["count"]), every)
        if "points" in document:
            points, steps = (tuple(map(float, document[name])) for name in ("points", "steps"))
            return ByDuration(points, steps, every)
        return every
    except (KeyError, TypeError, ValueError) as error:
        raise UsageError("the sampling plan is not one", 'write it like {"every": 1.0} or {"count": 20}') from error
