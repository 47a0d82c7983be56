"""The job of a file: open it, cut it into spans, look at one span piece by piece, and close when all spans are done."""

from __future__ import annotations

import time
from collections.abc import Callable
from contextlib import AbstractContextManager
from dataclasses import asdict, replace
from pathlib import Path

import sqlalchemy as sa

from reelwarden.domain import MediaInfo, MediaKind
from reelwarden.errors import LimitExceeded, ReelwardenError
from reelwarden.jobs import close, leases, piece, spans, traced
from reelwarden.jobs.engine import LOOK, Job
from reelwarden.jobs.findings import Findings, gathered
from reelwarden.jobs.hold import Hold, Lost, Stopped
from reelwarden.jobs.leases import Lease
from reelwarden.jobs.piece import Piece
from reelwarden.jobs.recorder import Recorder
from reelwarden.jobs.source import opened
from reelwarden.jobs.spans import Span
from reelwarden.jobs.submissions import ACCEPTED, RUNNING, Submission, read, tell
from reelwarden.jobs.workbench import Workbench
from reelwarden.media.decoder_process import Decoding
from reelwarden.moderate import Look, Moderator, Wishes
from reelwarden.store.database import patiently
from reelwarden.store.tables.submissions import pieces, submissions
from reelwarden.telemetry.spans import Span as Told

_WHOLE = spans.of(None, 1, 0, listens=True)


def look(bench: Workbench, lease: Lease, hold: Hold) -> None:
    """Does the job to its end. Raises Lost; whatever is wrong with the media becomes the submission's failure."""

    def work(submission: Submission) -> Findings | None:
        overdue(submission)
        hold.check()
        return _look(bench, submission, lease, hold)

    to_its_end(bench, lease, hold, work)


def to_its_end(bench: Workbench, lease: Lease, hold: Hold, work: Callable[[Submission], Findings | None]) -> None:
    """Begins the submission, does the work, and closes it as it ended: finished, stopped or failed. Raises Lost.

    `work` gives None where others still have some of it to do.
    """
    submission = begin(bench, lease)
    if submission is not None:
        with traced.job(submission, lease) as step:
            _to_its_end(bench, submission, lease, hold, work, step)


def _to_its_end(
    bench: Workbench,
    submission: Submission,
    lease: Lease,
    hold: Hold,
    work: Callable[[Submission], Findings | None],
    step: Told,
) -> None:
    try:
        too_many_tries(bench, lease)
        found = work(submission)
    except Stopped:
        close.stop(bench, submission, so_far(bench, submission))
    except ReelwardenError as error:
        if hold.lost:
            raise Lost from error
        if hold.stop:
            close.stop(bench, submission, so_far(bench, submission))
        else:
            step.fail(error.code)
            close.fail(bench, submission, error, so_far(bench, submission))
    else:
        if found:
            close.finish(bench, submission, found)


def begin(bench: Workbench, lease: Lease) -> Submission | None:
    """The submission, running from now on; None where it has ended."""
    now = time.time()

    def act() -> Submission | None:
        with bench.database.begin() as connection:
            waiting = sa.and_(submissions.c.id == lease.submission, submissions.c.state == ACCEPTED)
            first = connection.execute(submissions.update().where(waiting).values(state=RUNNING, started=now)).rowcount
            submission = read(connection, lease.submission)
            if submission is None or not submission.open:
                leases.end(connection, lease.job, bench.worker)
                return None
            if first:
                tell(connection, submission.account, submission.id, "submission.running", {}, now)
            return submission

    return patiently(act)


def too_many_tries(bench: Workbench, lease: Lease) -> None:
    """Raises LimitExceeded for media that keeps bringing workers down."""
    if lease.tries > bench.settings.piece_attempts:
        message = f"the media brought the worker down {lease.tries - 1} times"
        raise LimitExceeded("attempts", message, "the file may be made to do harm; look at it with care")


def overdue(submission: Submission) -> None:
    """Raises LimitExceeded when the submission's time is up."""
    if time.time() > submission.deadline:
        seconds = submission.deadline - submission.created
        raise LimitExceeded("time", f"it was not done within {seconds:,.0f} s", "ask for fewer pictures or labels")


def _look(bench: Workbench, submission: Submission, lease: Lease, hold: Hold) -> Findings | None:
    """One span, to its end. Gives the findings of the whole when all spans are done, else None."""
    with opened(bench, submission) as path, bench.moderators.lent(submission) as moderator:
        recorder = Recorder(bench, submission, lease, pieces_of(bench, submission.id, lease.span))
        media = media_of(submission.media) if submission.media else None
        if not recorder.finished:
            media = _run(bench, path, moderator, recorder, hold)
        found = recorder.whole()
        if found is None or media is None:
            return None
        header = moderator.header(submission.name, media, submission.options.sampling)
        return gathered(header, found, submission.options.policy, moderator.notes, partial=False)


def _run(bench: Workbench, path: Path, moderator: Moderator, recorder: Recorder, hold: Hold) -> MediaInfo:
    """Decodes and looks, from where the last worker got to. Says what the media is."""
    if recorder.submission.media is None:
        with _decoding(bench, path, moderator, recorder, _WHOLE, hold) as decoding:
            recorder.submission = _cut(bench, recorder.submission, decoding.info)
            if recorder.submission.spans == 1:
                _watch(moderator, recorder, decoding, _WHOLE, hold)
                return decoding.info
    submission = recorder.submission
    assert submission.media is not None
    media = media_of(submission.media)
    span = spans.of(media.duration, submission.spans, recorder.lease.span, moderator.listens).resumed(recorder.until)
    with _decoding(bench, path, moderator, recorder, span, hold) as decoding:
        _watch(moderator, recorder, decoding, span, hold)
    return media


def _decoding(
    bench: Workbench, path: Path, moderator: Moderator, recorder: Recorder, span: Span, hold: Hold
) -> AbstractContextManager[Decoding]:
    wishes = Wishes(recorder.policy, recorder.submission.options.sampling, bench.limits)
    duration = (recorder.submission.media or {}).get("duration")
    return traced.decode(recorder.lease, hold, lambda: moderator.decode(path, wishes, span.decoded, duration))


def _watch(moderator: Moderator, recorder: Recorder, decoding: Decoding, span: Span, hold: Hold) -> None:
    options = recorder.submission.options
    look = Look(moderator, decoding, options.keep and options.evidence, span.frames_from, span.frames_to)
    for step in look.steps():
        hold.check()
        recorder.add(step, span)
        if recorder.due:
            overdue(recorder.submission)
            recorder.checkpoint(look, hold)
    recorder.end(look, hold)


def _cut(bench: Workbench, submission: Submission, media: MediaInfo) -> Submission:
    """The first to open the media says what it is, and hands in a job for every span but the first."""
    count = spans.count(media, submission.options.keep)
    now = time.time()

    def act() -> None:
        with bench.database.begin() as connection:
            unopened = sa.and_(submissions.c.id == submission.id, submissions.c.media.is_(sa.null()))
            values = {"media": _document(media), "spans": count}
            if connection.execute(submissions.update().where(unopened).values(values)).rowcount:
                for number in range(1, count):
                    job = Job(f"{submission.id}:{number}", LOOK, submission.account, submission.priority)
                    leases.add(connection, bench.engine, job, submission.id, number, now)

    patiently(act)
    return replace(submission, media=_document(media), spans=count)


def _document(media: MediaInfo) -> dict[str, object]:
    return {**asdict(media), "kind": media.kind.value}


def media_of(document: object) -> MediaInfo:
    assert isinstance(document, dict)
    return MediaInfo(**{**document, "kind": MediaKind(document["kind"])})


def pieces_of(bench: Workbench, submission: str, span: int | None = None) -> list[Piece]:
    """What was kept of the submission, or of one of its spans, in order."""
    wanted = sa.select(pieces.c.findings).where(pieces.c.submission == submission)
    if span is not None:
        wanted = wanted.where(pieces.c.span == span)
    with bench.database.read() as connection:
        packed = connection.execute(wanted.order_by(pieces.c.span, pieces.c.number)).scalars().all()
    return [piece.unpack(data) for data in packed]


def so_far(bench: Workbench, submission: Submission) -> Findings | None:
    """What is known of a submission that does not come to its end."""
    with bench.database.read() as connection:
        now = read(connection, submission.id)
    found = pieces_of(bench, submission.id)
    if now is None or now.media is None or not found:
        return None
    with bench.moderators.lent(submission) as moderator:
        header = moderator.header(submission.name, media_of(now.media), submission.options.sampling)
        return gathered(header, piece.joined(found), submission.options.policy, moderator.notes, partial=True)
