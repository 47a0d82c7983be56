"""What was found in some seconds of a submission, packed for the database. A piece is a checkpoint."""

from __future__ import annotations

import json
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from reelwarden.decide.replay import plain, signal_of
from reelwarden.domain import Signal


@dataclass(frozen=True, slots=True)
class Piece:
    """Signals, and the instants of the frames that were looked at (repeats included; `looked` leaves them out).

    `until` is the first instant that was not yet looked at; `stages` are CPU seconds. `last` ends its span.
    """

    signals: tuple[Signal, ...]
    times: tuple[float, ...]
    looked: int
    until: float
    stages: Mapping[str, float] = field(default_factory=dict)
    remarks: tuple[str, ...] = ()
    last: bool = False

    @property
    def heard(self) -> dict[str, float]:
        """Detector → the end of the last sound that it told of."""
        ends: dict[str, float] = {}
        for signal in self.signals:
            ends[signal.detector] = max(ends.get(signal.detector, 0.0), signal.end)
        return ends


def pack(piece: Piece) -> bytes:
    record = {
        "signals": [plain(signal, {}) for signal in piece.signals],
        "times": list(piece.times),
        "looked": piece.looked,
        "until": piece.until,
        "stages": dict(piece.stages),
        "remarks": list(piece.remarks),
        "last": piece.last,
    }
    return squeeze(record)


def unpack(data: bytes) -> Piece:
    record = expand(data)
    return Piece(
        signals=tuple(signal_of(entry, {}) for entry in record["signals"]),
        times=tuple(record["times"]),
        looked=record["looked"],
        until=record["until"],
        stages=record["stages"],
        remarks=tuple(record["remarks"]),
        last=record["last"],
    )


def joined(pieces: Iterable[Piece]) -> Piece:
    """Pieces that follow each other, as one."""
    signals: list[Signal] = []
    times: list[float] = []
    remarks: dict[str, None] = {}
    stages: dict[str, float] = {}
    looked, until, last = 0, 0.0, False
    for piece in pieces:
        signals += piece.signals
        times += piece.times
        looked, until, last = looked + piece.looked, max(until, piece.until), piece.last
        remarks |= dict.fromkeys(piece.remarks)
        for stage, seconds in piece.stages.items():
            stages[stage] = stages.get(stage, 0.0) + seconds
    return Piece(tuple(signals), tuple(times), looked, until, stages, tuple(remarks), last)


def squeeze(record: Any) -> bytes:
    """JSON, packed: a tenth of the size, for little time."""
    return zlib.compress(json.dumps(record, separators=(",", ":"), default=_number).encode(), 3)


def expand(data: bytes) -> Any:
    return json.loads(zlib.decompress(data))


def _number(value: Any) -> Any:
    return value.item()
