"""Keeps what a look brings: checkpoints in the database, pictures in the store of bytes, news to those who listen."""

from __future__ import annotations

import math
import time
from collections.abc import Sequence
from dataclasses import replace

import sqlalchemy as sa
import structlog

from reelwarden.decide import coverage, policy
from reelwarden.decide.moments import merge
from reelwarden.decide.verdict import outcome_of
from reelwarden.domain import Moment, Outcome, Signal
from reelwarden.jobs import announce, leases, piece, traced
from reelwarden.jobs.announce import Callback
from reelwarden.jobs.close import owe
from reelwarden.jobs.findings import gathered
from reelwarden.jobs.hold import Hold, Lost
from reelwarden.jobs.leases import Lease
from reelwarden.jobs.piece import Piece
from reelwarden.jobs.spans import Span
from reelwarden.jobs.submissions import Submission, tell
from reelwarden.jobs.workbench import Workbench
from reelwarden.moderate import Look, Step
from reelwarden.store.database import patiently
from reelwarden.store.tables.submissions import evidence, pieces, submissions

log = structlog.get_logger()
LIVE_SECONDS, LIVE_SILENCE = 0.5, 10.0
"""Seconds between two checkpoints of a stream in which something was found, and of one in which nothing was."""
FIRST_SECONDS = 1.0
"""Seconds of work after which the first that is found in a file is told: callers wait for it."""
LIVE_MEMORY = 120.0
TOLD = 200


class Recorder:
    """One span of one submission. `before` are the pieces that were kept when the job was last held.

    `live`: of a stream only the last minutes are remembered, and what is found is told within a second.
    """

    def __init__(
        self, bench: Workbench, submission: Submission, lease: Lease, before: list[Piece], live: bool = False
    ) -> None:
        self._live = live
        self.bench, self.submission, self.lease = bench, submission, lease
        text = submission.options.policy
        self.policy = policy.parse(text, "the account's policy") if text else policy.load()
        self._pieces = list(before)
        self._number = len(before)
        self.until = piece.joined(before).until
        self.finished = bool(before) and before[-1].last
        self._heard = piece.joined(before).heard
        self._signals: list[Signal] = []
        self._times = self._looked = 0
        self._stages: dict[str, float] = {}
        self._pictures: set[float] = set()
        self._told: dict[str, list[tuple[float, float]]] = {}
        self._kept_at = time.monotonic()
        self._begun: float | None = None

    @property
    def due(self) -> bool:
        """Whether enough has come together for a checkpoint."""
        waited = time.monotonic() - self._kept_at
        if self._live:
            return waited >= (LIVE_SECONDS if self._signals else LIVE_SILENCE)
        usual = self.bench.settings.piece_seconds
        return waited >= (min(FIRST_SECONDS, usual) if self._signals and not self._number else usual)

    def begin_look(self) -> None:
        """Another container of the same stream begins: its look counts from 0."""
        self._times = self._looked = 0
        self._stages = {}

    def add(self, step: Step, span: Span) -> None:
        """What came of one decoded piece, without what was told before."""
        if self._begun is None:
            self._begun = time.time()
            log.debug("piece.begun", submission=self.submission.id, span=self.lease.span, number=self._number)
        if step.wanted is not None:
            self.until = max(self.until, (step.wanted if math.isfinite(step.wanted) else step.time) + 1e-6)
            self._signals += step.signals
        else:
            self._signals += [s for s in step.signals if span.owns(s) and self._is_new(s)]

    def _is_new(self, signal: Signal) -> bool:
        """What is heard again after another worker heard it is not told again."""
        return signal.start >= self._heard.get(signal.detector, -1.0) - 0.05

    def checkpoint(self, look: Look, hold: Hold) -> None:
        self._keep(look, hold, last=False)

    def end(self, look: Look, hold: Hold) -> None:
        """The span is done. A media of one span that needed no checkpoint is not written down: it closes at once."""
        if self.submission.spans == 1 and not self._pieces:
            self._pieces.append(self._cut(look, last=True))
            self._save_pictures(look)
        else:
            self._keep(look, hold, last=True)
        self.finished = True

    def whole(self) -> Piece | None:
        """Everything that was found in the submission; None while other spans are still looked at."""
        if self.submission.spans == 1:
            return piece.joined(self._pieces)
        mine = pieces.c.submission == self.submission.id
        with self.bench.database.begin() as connection:
            done = connection.execute(sa.select(sa.func.count()).where(mine, pieces.c.last)).scalar_one()
            if done < self.submission.spans:
                leases.end(connection, self.lease.job, self.bench.worker)
                return None
            packed = sa.select(pieces.c.findings).where(mine).order_by(pieces.c.span, pieces.c.number)
            return piece.joined([piece.unpack(data) for data in connection.execute(packed).scalars()])

    def _keep(self, look: Look, hold: Hold, last: bool) -> None:
        kept = self._cut(look, last)
        self._pieces = [*self._recent(kept), kept]
        self._save_pictures(look)
        fresh = self._fresh_moments(look)
        owed = self._owed(look, kept)
        if not patiently(lambda: self._write(kept, fresh, owed, hold)):
            raise Lost
        log.debug("piece.kept", submission=self.submission.id, span=self.lease.span, number=self._number)
        self._number += 1
        self._begun = None
        self._kept_at = time.monotonic()

    def _cut(self, look: Look, last: bool) -> Piece:
        """What came since the last checkpoint, as a piece."""
        stages = look.stages()
        spent = {name: seconds - self._stages.get(name, 0.0) for name, seconds in stages.items()}
        looked = look.coverage.pictures or 0
        times = tuple(look.times[self._times :])
        remarks = look.remarks() if last else ()
        cut = Piece(tuple(self._signals), times, looked - self._looked, self.until, spent, remarks, last)
        self._signals, self._stages, self._looked, self._times = [], stages, looked, len(look.times)
        if cut.signals or not self._live:
            traced.piece(self.lease, self._number, self._begun or time.time(), cut)
        return cut

    def _owed(self, look: Look, kept: Piece) -> Sequence[Callback]:
        """What the dialect has to say of the new piece; of the last one its end tells all."""
        submission, bench = self.submission, self.bench
        wanted = submission.options.interim and announce.wants_pieces(bench.announcers, submission.dialect)
        if not wanted or (kept.last and submission.spans == 1):
            return ()
        header = look.moderator.header(submission.name, look.decoding.info, submission.options.sampling)
        found = gathered(header, kept, submission.options.policy, (), partial=True)
        if submission.spans == 1:
            submission = replace(submission, position=self.until)
        return announce.callbacks(bench.announcers, announce.News(announce.LOOKED, submission, found))

    def _write(self, kept: Piece, fresh: list[Moment], owed: Sequence[Callback], hold: Hold) -> bool:
        """False where the job is another's by now: then nothing is written."""
        submission, now = self.submission, time.time()
        with self.bench.database.begin() as connection:
            if not leases.holds(connection, self.lease.job, self.bench.worker, now, progress=True):
                hold.lost = True
                return False
            row = {"submission": submission.id, "span": self.lease.span, "number": self._number}
            connection.execute(
                pieces.insert().values(row | {"last": kept.last, "findings": piece.pack(kept), "done": now})
            )
            done = submissions.c.position + self._seconds(kept)
            connection.execute(submissions.update().where(submissions.c.id == submission.id).values(position=done))
            tell(connection, submission.account, submission.id, "submission.progress", {"until": self.until}, now)
            self._tell_moments(connection, fresh, now)
            owe(connection, submission, owed, now)
        return True

    def _seconds(self, kept: Piece) -> float:
        """Seconds of media that the piece brought the submission further."""
        before = self._pieces[-2].until if len(self._pieces) > 1 else 0.0
        start = max(before, kept.times[0] if kept.times else kept.until)
        return max(0.0, kept.until - start)

    def _fresh_moments(self, look: Look) -> list[Moment]:
        """The moments that speak against the media and were not told yet."""
        found = piece.joined(self._pieces)
        moments = merge(found.signals, self.policy, coverage.of(found.times, found.looked))
        grave = (m for m in moments if outcome_of(m, self.policy.rule(m.label)) is not Outcome.PASS)
        return [moment for moment in grave if not self._was_told(moment)]

    def _was_told(self, moment: Moment) -> bool:
        """Whether it is one that was told before and goes on; it counts as told from now on."""
        told = self._told.setdefault(moment.label, [])
        reach = self.policy.rule(moment.label).gap
        for number, (start, end) in enumerate(told):
            if moment.start <= end + reach and start <= moment.end + reach:
                told[number] = (min(start, moment.start), max(end, moment.end))
                return True
        self._told[moment.label] = [*told[-TOLD:], (moment.start, moment.end)]
        return False

    def _recent(self, kept: Piece) -> list[Piece]:
        """Of a stream, the pieces that a moment of now may have begun in."""
        return [p for p in self._pieces if p.until > kept.until - LIVE_MEMORY] if self._live else self._pieces

    def _tell_moments(self, connection: sa.Connection, fresh: list[Moment], now: float) -> None:
        submission = self.submission
        for moment in fresh:
            outcome = outcome_of(moment, self.policy.rule(moment.label)).value
            data = {"label": moment.label, "from": moment.start, "to": moment.end, "peak": moment.peak}
            tell(connection, submission.account, submission.id, "moment.found", data | {"outcome": outcome}, now)
        if fresh and submission.options.interim:
            news = announce.News(announce.MOMENTS, submission, None, tuple(fresh))
            owe(connection, submission, announce.callbacks(self.bench.announcers, news), now)

    def _save_pictures(self, look: Look) -> None:
        """Pictures first, rows after: a row never names what is not there."""
        fresh = {at: jpeg for at, jpeg in look.gallery.pictures().items() if at not in self._pictures}
        if not fresh:
            return
        rows = []
        for at, jpeg in fresh.items():
            key = f"media/{self.submission.id}/evidence/{at:.3f}.jpg"
            self.bench.blobs.put(key, jpeg)
            rows.append({"submission": self.submission.id, "time": at, "blob": key})
        insert = self.bench.database.insert(evidence).values(rows).on_conflict_do_nothing()

        def act() -> None:
            with self.bench.database.begin() as connection:
                connection.execute(insert)

        patiently(act)
        self._pictures |= fresh.keys()
