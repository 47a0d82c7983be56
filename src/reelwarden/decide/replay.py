"""Stored signals: written as lines while a media is looked at, read back and judged again under any policy.

A recording is JSON lines: a header, one signal a line, and an end marker with counts, so that a file that was cut
short is noticed. Numbers keep every bit, so a replay under the same policy gives the same moments and verdict.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, dataclass, field
from typing import Any, TextIO

from reelwarden.decide.coverage import Coverage
from reelwarden.decide.moments import merge
from reelwarden.decide.rules import Policy
from reelwarden.decide.verdict import conclude
from reelwarden.domain import (
    NO_EVIDENCE,
    Box,
    Evidence,
    MediaInfo,
    MediaKind,
    Moment,
    Signal,
    Unavailable,
    Verdict,
    Word,
)
from reelwarden.errors import RecordingError

FORMAT = 1
WRITTEN_BY = "`reelwarden check FILE --save signals.jsonl` writes one"


@dataclass(frozen=True, slots=True)
class Header:
    """What the signals came from: the file, its media, the sampling plan in words, the labels asked for, the
    detectors with their versions, the labels that no model could tell."""

    file: str
    media: MediaInfo
    plan: str = ""
    asked: tuple[str, ...] = ()
    detectors: Mapping[str, str] = field(default_factory=dict)
    unavailable: tuple[Unavailable, ...] = ()


@dataclass(frozen=True, slots=True)
class Recording:
    """A whole recording. `coverage` is known at the end, because only then all samples were seen."""

    header: Header
    signals: tuple[Signal, ...]
    coverage: Coverage


class Writer:
    """Writes a recording to an open text stream: the header at once, `write` for each signal, `finish` at the end."""

    def __init__(self, stream: TextIO, header: Header) -> None:
        self._stream = stream
        self._versions = header.detectors
        self._count = 0
        self._line({"reelwarden_signals": FORMAT, **asdict(header)})

    def write(self, signal: Signal) -> None:
        self._line(plain(signal, self._versions))
        self._count += 1

    def finish(self, coverage: Coverage) -> None:
        self._line({"finished": {"signals": self._count, "pictures": coverage.pictures, "step": coverage.step}})

    def _line(self, record: Mapping[str, Any]) -> None:
        self._stream.write(json.dumps(record, separators=(",", ":"), allow_nan=False, default=_number) + "\n")


def replay(recording: Recording, policy: Policy) -> tuple[tuple[Moment, ...], Verdict]:
    """The moments and the verdict that `policy` would have given."""
    moments = merge(recording.signals, policy, recording.coverage)
    return moments, conclude(moments, recording.header.unavailable, policy)


def read(lines: Iterable[str]) -> Recording:
    """The recording in `lines`. Raises RecordingError."""
    records = _records(lines)
    try:
        header = header_of(next(records, {}))
        signals, end = _signals(records, header.detectors)
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise RecordingError(f"a record is not as we write it: {error!r}") from error
    if end is None:
        hint = "the run that wrote it was stopped; check the media again"
        raise RecordingError(f"the recording was cut short after {len(signals)} signals", hint)
    if end.get("signals") != len(signals):
        text = f"{len(signals)} signals, but the end marker counts {end.get('signals')}"
        raise RecordingError(text, "lines were lost or added; check the media again")
    return Recording(header, tuple(signals), Coverage(end.get("pictures"), float(end.get("step") or 0.0)))


def _records(lines: Iterable[str]) -> Iterator[dict[str, Any]]:
    decode = json.JSONDecoder(parse_constant=_not_a_number).raw_decode
    for number, line in enumerate(lines, 1):
        try:
            record, end = decode(line)
        except (ValueError, RecursionError) as error:
            raise _not_ours(number, line) from error
        if not isinstance(record, dict) or line[end:].strip():
            raise _not_ours(number, line)
        yield record


def _not_ours(number: int, line: str) -> RecordingError:
    if not line.endswith("\n"):
        return RecordingError(f"line {number} is incomplete", "the file was cut short; check the media again")
    if number == 1:
        return RecordingError("this is not a file of stored signals", WRITTEN_BY)
    return RecordingError(f"line {number} is not a line of a recording")


def _not_a_number(word: str) -> float:
    raise ValueError(word)


def header_of(record: Mapping[str, Any]) -> Header:
    if "reelwarden_signals" not in record:
        raise RecordingError("this is not a file of stored signals", WRITTEN_BY)
    if record["reelwarden_signals"] != FORMAT:
        raise RecordingError(f"written in format {record['reelwarden_signals']}, this program reads {FORMAT}")
    return Header(
        file=record["file"],
        media=MediaInfo(**{**record["media"], "kind": MediaKind(record["media"]["kind"])}),
        plan=record["plan"],
        asked=tuple(record["asked"]),
        detectors=dict(record["detectors"]),
        unavailable=tuple(Unavailable(**entry) for entry in record["unavailable"]),
    )


def _signals(
    records: Iterator[dict[str, Any]], versions: Mapping[str, str]
) -> tuple[list[Signal], dict[str, Any] | None]:
    """The signals up to the end marker, and the marker (None where there is none)."""
    signals: list[Signal] = []
    for record in records:
        if "finished" in record:
            if next(records, None) is not None:
                raise ValueError("something follows the end marker")
            return signals, dict(record["finished"])
        signals.append(signal_of(record, versions))
    return signals, None


def signal_of(record: dict[str, Any], versions: Mapping[str, str]) -> Signal:
    """The signal in a record that `plain` wrote."""
    get = record.get
    label, start, detector, same_as = (
        record["label"],
        float(record["start"]),
        record["detector"],
        get("same_as"),
    )
    version = record["version"] if "version" in record else versions[detector]
    if not (type(label) is type(detector) is type(version) is str):
        raise TypeError("label, detector and version are words")
    return Signal(
        label,
        float(record["score"]),
        start,
        float(get("end", start)),
        detector,
        version,
        _evidence(record),
        None if same_as is None else float(same_as),
    )


def _evidence(record: dict[str, Any]) -> Evidence:
    get = record.get
    box, text, facts, words = get("box"), get("text"), get("facts"), get("words")
    if box is None and text is None and not facts and not words:
        return NO_EVIDENCE
    if not isinstance(text, str | None) or not isinstance(facts, dict | None):
        raise TypeError("text is words, and facts are an object")
    place = Box(*map(float, box)) if box else None
    return Evidence(place, text, facts or {}, words=tuple(Word(*word) for word in words or ()))


def plain(signal: Signal, versions: Mapping[str, str]) -> dict[str, Any]:
    """A signal as one flat record, without what is empty or already said in the header."""
    found = signal.evidence
    box = (
        [float(side) for side in (found.box.left, found.box.top, found.box.right, found.box.bottom)]
        if found.box
        else None
    )
    own_version = signal.version if versions.get(signal.detector) != signal.version or not signal.version else None
    record = {
        "label": signal.label,
        "score": float(signal.score),
        "start": float(signal.start),
        "end": None if signal.end == signal.start else float(signal.end),
        "detector": signal.detector,
        "version": own_version,
        "box": box,
        "text": found.text,
        "facts": dict(found.facts) or None,
        "words": [[w.text, float(w.start), float(w.end), float(w.probability)] for w in found.words] or None,
        "same_as": None if signal.same_as is None else float(signal.same_as),
    }
    return {key: value for key, value in record.items() if value is not None}


def _number(value: Any) -> Any:
    """Numbers of the inference libraries as our own."""
    return value.item()
