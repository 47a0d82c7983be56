"""Everything that is known of a submission's media: what every dialect's answer is rendered from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any

from reelwarden.decide import coverage, policy
from reelwarden.decide.moments import merge
from reelwarden.decide.replay import Header, header_of, plain, signal_of
from reelwarden.decide.rules import Policy
from reelwarden.decide.verdict import conclude
from reelwarden.domain import Signal
from reelwarden.jobs.piece import Piece, expand, squeeze
from reelwarden.result import Result, Timing


@dataclass(frozen=True, eq=False)
class Findings:
    """`header` says what was looked at and with what; `signals` are all raw findings, `times` the instants of the
    frames (repeats included). `policy_text` is the policy file that judges; empty: the built-in one.

    `partial`: more will come, or the work was stopped.
    """

    header: Header
    signals: tuple[Signal, ...] = ()
    times: tuple[float, ...] = ()
    looked: int = 0
    stages: Mapping[str, float] = field(default_factory=dict)
    notes: tuple[str, ...] = ()
    policy_text: str = ""
    partial: bool = False

    @cached_property
    def policy(self) -> Policy:
        return policy.parse(self.policy_text, "the account's policy") if self.policy_text else policy.load()

    @cached_property
    def coverage(self) -> coverage.Coverage:
        return coverage.of(self.times, self.looked)

    @cached_property
    def result(self) -> Result:
        """Moments and verdict under the policy, with everything that a report shows."""
        moments = merge(self.signals, self.policy, self.coverage)
        return Result(
            file=self.header.file,
            media=self.header.media,
            moments=moments,
            verdict=conclude(moments, self.header.unavailable, self.policy),
            policy=self.policy,
            unavailable=self.header.unavailable,
            detectors=self.header.detectors,
            signals=len(self.signals),
            plan=self.header.plan,
            looked=self.looked,
            timing=Timing(0.0, self.stages),
            notes=self.notes,
        )


def gathered(header: Header, found: Piece, policy_text: str, notes: tuple[str, ...], partial: bool) -> Findings:
    """What the pieces of a submission come to."""
    signals = tuple(sorted(found.signals, key=lambda s: (s.start, s.label)))
    times, remarks = tuple(sorted(found.times)), tuple(dict.fromkeys((*notes, *found.remarks)))
    return Findings(header, signals, times, found.looked, found.stages, remarks, policy_text, partial)


def pack(findings: Findings) -> bytes:
    versions = findings.header.detectors
    record: dict[str, Any] = {
        "header": {"reelwarden_signals": 1, **asdict(findings.header)},
        "signals": [plain(signal, versions) for signal in findings.signals],
        "times": list(findings.times),
        "looked": findings.looked,
        "stages": dict(findings.stages),
        "notes": list(findings.notes),
        "policy": findings.policy_text,
        "partial": findings.partial,
    }
    return squeeze(record)


def unpack(data: bytes) -> Findings:
    record = expand(data)
    header = header_of(record["header"])
    return Findings(
        header=header,
        signals=tuple(signal_of(entry, header.detectors) for entry in record["signals"]),
        times=tuple(record["times"]),
        looked=record["looked"],
        stages=record["stages"],
        notes=tuple(record["notes"]),
        policy_text=record["policy"],
        partial=record["partial"],
    )
