"""What the decoder is asked, as one value that both sides of the pipe know."""

from __future__ import annotations

from dataclasses import asdict, dataclass
from typing import Any, Self

from reelwarden.media import wire
from reelwarden.media.limits import Limits
from reelwarden.media.sampling import Plan
from reelwarden.media.span import ALL, Span
from reelwarden.media.stillness import Stillness


@dataclass(frozen=True, slots=True)
class Request:
    """`probe`: only the facts are wanted. `duration`: the measured one, where somebody knows it already.
    `live`: not None for a stream from a pipe; its format where that is known, else empty.
    """

    plan: Plan
    side: int
    audio: bool
    still: Stillness | None
    limits: Limits
    span: Span = ALL
    duration: float | None = None
    probe: bool = False
    live: str | None = None

    def facts(self) -> dict[str, Any]:
        return {**asdict(self), "plan": wire.plan_facts(self.plan), "span": self.span}

    @classmethod
    def parse(cls, value: dict[str, Any]) -> Self:
        """Our own words, so they are believed."""
        given = dict(value)
        given["plan"] = wire.parse_plan(given["plan"])
        given["limits"] = wire.parse_limits(given["limits"])
        given["still"] = Stillness(**given["still"]) if given["still"] else None
        given["span"] = Span(*given["span"])
        return cls(**given)
