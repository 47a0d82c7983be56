"""A result as one JSON object; docs/reference/result.schema.json describes every field."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from reelwarden.decide.rules import Policy
from reelwarden.decide.verdict import outcome_of
from reelwarden.domain import Box, Evidence, Moment, Reason
from reelwarden.result import Failure, Result


def document(result: Result | Failure) -> dict[str, Any]:
    """The object of one file, ready for `json.dumps`. A failure has `error` where a result has everything else."""
    if isinstance(result, Failure):
        error = result.error
        return {"file": result.file, "error": {"code": error.code, "message": str(error), "hint": error.hint}}
    policy = result.policy
    return {
        "file": result.file,
        "verdict": result.verdict.outcome.value,
        "policy": {"name": policy.name, "revision": policy.revision, "digest": policy.digest},
        "reasons": [_reason(reason) for reason in result.verdict.reasons],
        "moments": [_moment(moment, policy) for moment in result.moments],
        "unavailable": [asdict(missing) for missing in result.unavailable],
        "media": {**asdict(result.media), "kind": result.media.kind.value},
        "plan": result.plan,
        "looked": result.looked,
        "signals": result.signals,
        "detectors": dict(result.detectors),
        "timing": {"wall": round(result.timing.wall, 3), "stages": _rounded(result.timing.stages)},
        "notes": list(result.notes),
        "transcript": None if result.speech is None else [_spoken(asdict(line)) for line in result.speech],
    }


def line(result: Result | Failure) -> str:
    """The object in one line of ASCII: safe in every terminal and encoding."""
    return json.dumps(document(result), default=_number)


def _reason(reason: Reason) -> dict[str, Any]:
    return {
        "label": reason.label,
        "outcome": reason.outcome.value,
        "from": reason.start,
        "to": reason.end,
        "why": reason.why,
    }


def _moment(moment: Moment, policy: Policy) -> dict[str, Any]:
    return {
        "label": moment.label,
        "from": moment.start,
        "to": moment.end,
        "peak": moment.peak,
        "peak_time": moment.peak_time,
        "looks": moment.looks,
        "corroborated": moment.corroborated,
        "backed": moment.backed,
        "outcome": outcome_of(moment, policy.rule(moment.label)).value,
        "detector": moment.detector,
        "version": moment.version,
        "evidence": [_evidence(piece) for piece in moment.evidence],
    }


def _evidence(piece: Evidence) -> dict[str, Any]:
    """Only what there is: `time` and `score` always, `box`, `text` and `facts` where the detector gave them."""
    said: dict[str, Any] = {"time": piece.time, "score": piece.score}
    if piece.box is not None:
        said["box"] = _sides(piece.box)
    if piece.text is not None:
        said["text"] = piece.text
    if piece.facts:
        said["facts"] = dict(piece.facts)
    if piece.words:
        said["words"] = [asdict(word) for word in piece.words]
    return said


def _sides(box: Box) -> dict[str, float]:
    return {"left": box.left, "top": box.top, "right": box.right, "bottom": box.bottom}


def _spoken(line: dict[str, Any]) -> dict[str, Any]:
    return {"from": line.pop("start"), "to": line.pop("end"), **line}


def _rounded(stages: Mapping[str, float]) -> dict[str, float]:
    return {name: round(seconds, 3) for name, seconds in stages.items()}


def _number(value: Any) -> Any:
    """Numbers of the inference libraries as our own."""
    return value.item()
