"""`reelwarden replay`: judges stored signals again, under another policy, without looking at the media."""

from __future__ import annotations

import gc
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from reelwarden.errors import RecordingError

if TYPE_CHECKING:
    from reelwarden.decide import replay
    from reelwarden.decide.rules import Policy
    from reelwarden.result import Failure, Result


@click.command
@click.argument("recordings", metavar="SIGNALS…", nargs=-1, required=True, type=click.Path(path_type=Path))
@click.option("--policy", "policy_file", type=click.Path(path_type=Path), help="A policy file (default: built in).")
@click.option("--json", "as_json", is_flag=True, help="Print one JSON object a file, one a line.")
@click.option("--html", type=click.Path(path_type=Path), help="Write a page that shows all there is to see.")
def command(recordings: tuple[Path, ...], policy_file: Path | None, as_json: bool, html: Path | None) -> None:
    """Judge signals that `reelwarden check --save` stored, under this or another policy.

    Nothing is decoded and no model is asked, so it takes seconds. Exit code 0: everything passes; 1: something is
    for review or rejected; 2: a file or the call was in error (the others are judged all the same).
    """
    from reelwarden.commands.check import exit_code, show, write_page
    from reelwarden.decide import policy
    from reelwarden.settings import load

    chosen = policy.load(policy_file or load().policy)
    outcomes: list[Result | Failure] = []
    for recording in recordings:
        outcome = replayed(recording, chosen)
        show(outcome, as_json)
        outcomes.append(outcome)
    if html:
        write_page(html, outcomes)
    sys.exit(exit_code(outcomes))


def replayed(path: Path, policy: Policy) -> Result | Failure:
    """The result of one recording under `policy`; a damaged recording becomes a Failure."""
    from reelwarden.result import Failure

    try:
        with _no_collector():
            return _result(path, policy)
    except RecordingError as error:
        return Failure(str(path), error)


def _result(path: Path, policy: Policy) -> Result:
    from reelwarden.decide import replay
    from reelwarden.result import Result, Timing

    started, used = time.perf_counter(), time.process_time()
    recording = _read(path)
    read = time.process_time()
    moments, verdict = replay.replay(recording, policy)
    header = recording.header
    return Result(
        file=header.file,
        media=header.media,
        moments=moments,
        verdict=verdict,
        policy=policy,
        unavailable=header.unavailable,
        detectors=header.detectors,
        signals=len(recording.signals),
        plan=header.plan,
        looked=recording.coverage.pictures,
        timing=Timing(time.perf_counter() - started, {"read": read - used, "decide": time.process_time() - read}),
        notes=("judged again from stored signals; the media was not looked at",),
    )


def _read(path: Path) -> replay.Recording:
    from reelwarden.decide import replay

    try:
        with path.open(encoding="utf-8") as lines:
            return replay.read(lines)
    except OSError as error:
        raise RecordingError(f"the signals cannot be read: {error.strerror}") from error
    except UnicodeDecodeError as error:
        raise RecordingError("this is not a file of stored signals") from error


@contextmanager
def _no_collector() -> Iterator[None]:
    """A million small values, none of them a cycle: searching them for garbage again and again doubles the time."""
    was = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was:
            gc.enable()
