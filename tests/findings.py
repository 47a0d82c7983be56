"""Signals and results for tests of what is decided and shown."""

from __future__ import annotations

from collections.abc import Iterable

from reelwarden.decide import coverage, policy
from reelwarden.decide.moments import merge
from reelwarden.decide.rules import Policy
from reelwarden.decide.verdict import conclude
from reelwarden.domain import NO_EVIDENCE, Box, Evidence, MediaInfo, MediaKind, Signal, Unavailable
from reelwarden.result import Result, Spoken, Timing

CLIP = MediaInfo(MediaKind.VIDEO, "mov,mp4", 12_345_678, 90.0, 1920, 1080, 29.97, 0, "h264", "aac", 1)
PHOTO = MediaInfo(MediaKind.IMAGE, "jpeg", 234_567, None, 800, 600)
HOSTILE = "</script><script>document.title='taken'</script><img src=x onerror=alert(1)>\x1b[31m\u202eevil{{ 7*7 }}"


def seen(
    label: str,
    time: float,
    score: float = 0.9,
    *,
    detector: str = "d",
    text: str | None = None,
    box: Box | None = None,
    same_as: float | None = None,
    **facts: str | float,
) -> Signal:
    """A signal of a picture."""
    evidence = Evidence(box, text, facts) if text is not None or box or facts else NO_EVIDENCE
    return Signal(label, score, time, time, detector, "1+abc", evidence, same_as)


def heard(label: str, start: float, end: float, score: float = 0.9, text: str | None = None) -> Signal:
    """A signal of a stretch of sound."""
    return Signal(label, score, start, end, "ears", "1", Evidence(text=text) if text else NO_EVIDENCE)


def rules(labels: str = "", defaults: str = "") -> Policy:
    """A policy of these tables."""
    return policy.parse(f'name = "test"\n[defaults]\n{defaults}\n{labels}', "test.toml")


def result(
    signals: Iterable[Signal],
    *,
    media: MediaInfo = CLIP,
    under: Policy | None = None,
    file: str = "clip.mp4",
    unavailable: tuple[Unavailable, ...] = (),
    pictures: dict[float, bytes] | None = None,
    speech: tuple[Spoken, ...] | None = None,
) -> Result:
    """The result that these signals lead to, sampled once a second."""
    signals, chosen = list(signals), under or policy.load()
    moments = merge(signals, chosen, coverage.of([float(n) for n in range(90)], 90))
    return Result(
        file=file,
        media=media,
        moments=moments,
        verdict=conclude(moments, unavailable, chosen),
        policy=chosen,
        unavailable=unavailable,
        detectors={"d": "1+abc"},
        signals=len(signals),
        plan="every 1 s",
        looked=90,
        timing=Timing(12.4, {"decode": 3.1, "d": 4.2}),
        notes=("the sound was not listened to",),
        thumbnails=pictures or {},
        transcript=speech,
    )
