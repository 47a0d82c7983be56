"""What became of a file: a result or a clear one-line error, never anything else."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from reelwarden.domain import AudioChunk, Frame
from reelwarden.errors import MediaError
from reelwarden.media.decoder_process import decode
from reelwarden.media.limits import Limits
from reelwarden.media.sampling import Every, Plan

MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Outcome:
    """`error` is the error's class, or empty; `limit` the limit that was met; `told` its sentence or the result's."""

    file: str
    told: str
    error: str = ""
    limit: str = ""
    frames: int = 0
    sound: float = 0.0
    cpu: float = 0.0
    memory: float = 0.0
    damaged: bool = False

    def row(self) -> str:
        cost = "" if self.error else f"{self.cpu:5.2f} s {self.memory:4.0f} MB  "
        return f"{self.file:42} {self.error or 'ok':14} {cost}{self.told}"


def outcome(path: Path, plan: Plan = Every(1.0), limits: Limits | None = None, side: int = 160) -> Outcome:  # noqa: B008
    try:
        with decode(path, plan, side, limits=limits) as decoding:
            frames, sound = 0, 0.0
            for item in decoding:
                frames += isinstance(item, Frame)
                sound += len(item.samples) / 16_000 if isinstance(item, AudioChunk) else 0.0
            stats, info = decoding.stats, decoding.info
    except MediaError as error:
        assert str(error), "an error without a sentence"
        assert "\n" not in str(error), "an error of several lines"
        assert "stumbled" not in str(error), f"the decoder met something it does not know: {error}"
        return Outcome(path.name, str(error), type(error).__name__, getattr(error, "limit", ""))
    damage = ", damaged" if stats["damaged"] else ""
    codecs = "/".join(filter(None, (info.container, info.video_codec, info.audio_codec)))
    told = f"{info.kind} {codecs}, {frames} frames, {sound:.1f} s of sound{damage}"
    memory = stats["peak_memory"] / MEGABYTE
    return Outcome(path.name, told, "", "", frames, sound, stats["cpu_seconds"], memory, stats["damaged"])
