"""The steps of a job that the operator's collector hears of, if there is one: job, fetch, decode, each piece.

Ids, counts and seconds only (telemetry/facts.py): never an address, a name or what was found.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager
from typing import TypeVar

from reelwarden import telemetry
from reelwarden.errors import ReelwardenError
from reelwarden.ingest.fetch import Source
from reelwarden.jobs.hold import Hold
from reelwarden.jobs.leases import Lease
from reelwarden.jobs.piece import Piece
from reelwarden.jobs.submissions import Submission
from reelwarden.media.decoder_process import Decoding
from reelwarden.telemetry.spans import CONSUMER, Span

D = TypeVar("D", bound=Decoding)


def job(submission: Submission, lease: Lease) -> AbstractContextManager[Span]:
    """The whole job, within the trace of the request that handed the submission in."""
    return telemetry.span(
        "job",
        parent=submission.options.trace,
        role=CONSUMER,
        account=submission.account,
        dialect=submission.dialect,
        submission=submission.id,
        source=submission.source,
        queue=lease.queue,
        span=lease.span,
        tries=lease.tries,
    )


@contextmanager
def fetch(submission: Submission, open: Callable[[], AbstractContextManager[Source]]) -> Iterator[Source]:
    """The file that `open` brings, good within the block; only the bringing is the step."""
    with ExitStack() as stack:
        with telemetry.span("fetch", submission=submission.id) as step:
            found = stack.enter_context(open())
            step.note(bytes=found.path.stat().st_size)
        yield found


@contextmanager
def decode(lease: Lease, hold: Hold, open: Callable[[], D]) -> Iterator[D]:
    """The decoder that `open` starts, where whoever stops the job can reach it. The step lasts as long as the block.

    Raises Stopped or Lost in place of what befalls a decoder that was killed for that.
    """
    with telemetry.span("decode", submission=lease.submission, span=lease.span) as step, open() as decoding:
        step.note(media_kind=decoding.info.kind.value)
        hold.decoding = decoding
        try:
            yield decoding
        except ReelwardenError:
            hold.check()
            raise
        finally:
            hold.decoding = None
            stats = decoding.stats
            step.note(media_seconds=stats.get("seconds", decoding.progress), cpu_seconds=stats.get("cpu_seconds"))


def piece(lease: Lease, number: int, began: float, kept: Piece) -> None:
    """A piece that has just been looked at, since `began`; its stages in CPU seconds."""
    telemetry.tell(
        "piece",
        began,
        submission=lease.submission,
        span=lease.span,
        number=number,
        signals=len(kept.signals),
        pictures=kept.looked,
        stages=kept.stages,
    )
