"""The job of a live stream: bytes through the guarded egress into a decoder without a network, moments as they come.

A source that drops is asked again (ingest/live.py); what comes then has a decoder of its own, and its time goes on
where the last one's ended. A worker that takes over a stream goes on with the clock on the wall.
"""

from __future__ import annotations

import contextlib
import os
import threading
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager
from dataclasses import asdict, dataclass, replace
from queue import Empty, Queue
from typing import Any

from reelwarden.domain import AudioChunk, Frame, MediaInfo
from reelwarden.errors import MediaError, ReelwardenError
from reelwarden.ingest.live import Connection, LiveSource, open_live
from reelwarden.jobs import piece, spans, traced
from reelwarden.jobs.findings import Findings, gathered
from reelwarden.jobs.fresh import Fresh
from reelwarden.jobs.hold import Hold
from reelwarden.jobs.leases import Lease
from reelwarden.jobs.look import media_of, pieces_of, to_its_end
from reelwarden.jobs.recorder import Recorder
from reelwarden.jobs.source import hosts_of
from reelwarden.jobs.submissions import Submission, tell
from reelwarden.jobs.workbench import Workbench
from reelwarden.media.decoder_process import Decoding, LiveDecoding, decode_live
from reelwarden.moderate import Look, Moderator
from reelwarden.store.database import patiently
from reelwarden.store.tables.submissions import submissions

AGAIN = 5
"""Containers in a row that may turn out to be unreadable before the stream has failed."""
WAITING = 0.5
_WHOLE = spans.of(None, 1, 0, listens=True)


class Enough(Exception):
    """As many seconds were watched as the caller wanted."""

    expected = True


@dataclass(frozen=True, slots=True)
class Container:
    """The reading end of a pipe with one container's bytes; `lost` seconds of the stream are missing before it."""

    fd: int
    format: str
    lost: float


def watch(bench: Workbench, lease: Lease, hold: Hold) -> None:
    """Watches until the stream ends or is stopped. Raises Lost."""

    def work(submission: Submission) -> Findings:
        hold.check()
        return _Watch(bench, submission, lease, hold).run()

    to_its_end(bench, lease, hold, work)


class _Watch:
    def __init__(self, bench: Workbench, submission: Submission, lease: Lease, hold: Hold) -> None:
        self.bench, self.submission, self.hold = bench, submission, hold
        self.recorder = Recorder(bench, submission, lease, pieces_of(bench, submission.id), live=True)
        began = submission.started or time.time()
        self.offset = max(0.0, time.time() - began) if self.recorder.until else 0.0
        self.remarks: dict[str, None] = {}
        self.skipped = 0
        self.header: Any = None

    def run(self) -> Findings:
        """Everything that was found when the stream is over."""
        hosts = hosts_of(self.bench, self.submission)
        source = open_live(self.submission.address, self.bench.settings, hosts=hosts, tell=self._tell)
        containers: Queue[Container | ReelwardenError | None] = Queue()
        pump = threading.Thread(target=_pump, args=(source, containers), name="stream", daemon=True)
        pump.start()
        try:
            with self.bench.moderators.lent(self.submission, live=True) as moderator:
                self._play(moderator, containers)
                return self._end(moderator, source)
        finally:
            source.close()
            _drain(containers, pump)

    def _play(self, moderator: Moderator, containers: Queue[Container | ReelwardenError | None]) -> None:
        failures = 0
        while (container := self._next(containers)) is not None:
            try:
                self._look(moderator, container)
                failures = 0
            except Enough:
                return
            except MediaError:
                self.hold.check()
                failures += 1
                if failures >= AGAIN or self.header is None:
                    raise

    def _next(self, containers: Queue[Container | ReelwardenError | None]) -> Container | None:
        while True:
            self.hold.check()
            try:
                found = containers.get(timeout=WAITING)
            except Empty:
                continue
            if isinstance(found, ReelwardenError):
                raise found
            return found

    def _look(self, moderator: Moderator, container: Container) -> None:
        """One container to its end, on the stream's own clock."""
        self.offset += container.lost
        options = self.submission.options
        moderator.reset()
        with self._decoding(moderator, container) as decoding:
            self._know(moderator, decoding.info)
            fresh = Fresh(decoding, decoding.behind)
            shifted = Shifted(decoding, fresh, self.offset)
            look = Look(moderator, shifted, options.keep and options.evidence)
            self.recorder.begin_look()
            try:
                for step in look.steps():
                    self.hold.check()
                    self.recorder.add(step, _WHOLE)
                    if self.recorder.due:
                        self.recorder.checkpoint(look, self.hold)
                    if options.longest and step.time >= options.longest:
                        raise Enough
            finally:
                self.offset = max(self.offset + decoding.progress, self.recorder.until)
                self.skipped += int(decoding.stats.get("skipped") or 0) + fresh.skipped
            self.remarks |= dict.fromkeys(look.remarks())
            self.recorder.checkpoint(look, self.hold)

    def _decoding(self, moderator: Moderator, container: Container) -> AbstractContextManager[LiveDecoding]:
        return traced.decode(self.recorder.lease, self.hold, lambda: self._opened(moderator, container))

    def _opened(self, moderator: Moderator, container: Container) -> LiveDecoding:
        try:
            return decode_live(
                container.fd,
                self.submission.options.sampling,
                moderator.runner.side,
                audio=moderator.listens,
                limits=self.bench.limits,
                format=container.format or None,
            )
        finally:
            os.close(container.fd)

    def _know(self, moderator: Moderator, media: MediaInfo) -> None:
        """What the stream is, for those who ask while it goes on."""
        if self.header is not None:
            return
        self.header = moderator.header(self.submission.name, media, self.submission.options.sampling)
        document = {**asdict(media), "kind": media.kind.value}

        def act() -> None:
            with self.bench.database.begin() as connection:
                mine = submissions.c.id == self.submission.id
                connection.execute(submissions.update().where(mine).values(media=document))

        patiently(act)

    def _end(self, moderator: Moderator, source: LiveSource) -> Findings:
        if self.header is None:
            if self.submission.media is None:
                raise MediaError("the stream ended before anything of it came")
            media = media_of(self.submission.media)
            self.header = moderator.header(self.submission.name, media, self.submission.options.sampling)
        notes = [*moderator.notes, *source.notes, *self.remarks]
        if source.ending == "lost":
            notes.append("The source dropped and did not come back.")
        if self.skipped:
            notes.append(f"{self.skipped} pictures were left out: the machine could not keep up with the stream.")
        found = piece.joined(pieces_of(self.bench, self.submission.id))
        return gathered(self.header, found, self.submission.options.policy, tuple(notes), partial=False)

    def _tell(self, connection: Connection) -> None:
        """The source plays, or is waited for: an event for those who listen."""
        data = {"attempt": connection.attempt, "wait": connection.wait, "reason": connection.reason}
        submission = self.submission

        def act() -> None:
            with self.bench.database.begin() as begun:
                tell(begun, submission.account, submission.id, f"stream.{connection.state}", data, time.time())

        patiently(act)


class Shifted:
    """A container's pieces on the clock of the whole stream, `offset` seconds later."""

    def __init__(self, decoding: Decoding, pieces: Fresh, offset: float) -> None:
        self._decoding, self._pieces, self._offset = decoding, pieces, offset

    @property
    def info(self) -> MediaInfo:
        return self._decoding.info

    @property
    def stats(self) -> dict[str, Any]:
        return self._decoding.stats

    @property
    def progress(self) -> float:
        return self._decoding.progress + self._offset

    def __iter__(self) -> Iterator[Frame | AudioChunk]:
        for found in self._pieces:
            if isinstance(found, Frame):
                same = None if found.same_as is None else found.same_as + self._offset
                at, wanted = found.time + self._offset, found.wanted + self._offset
                yield replace(found, time=at, wanted=wanted, same_as=same)
            else:
                yield replace(found, time=found.time + self._offset)


def _pump(source: LiveSource, containers: Queue[Container | ReelwardenError | None]) -> None:
    """Writes the stream into pipes, one for each container, until it ends."""
    writing = -1
    try:
        for chunk in source.chunks():
            if writing < 0 or chunk.fresh:
                _close(writing)
                reading, writing = os.pipe2(os.O_CLOEXEC)
                containers.put(Container(reading, chunk.format, chunk.lost))
            if not _written(writing, chunk.data):
                _close(writing)
                writing = -1
        containers.put(None)
    except ReelwardenError as error:
        containers.put(error)
    except Exception as error:
        containers.put(MediaError(f"the stream could not be read on ({type(error).__name__})"))
    finally:
        _close(writing)


def _written(fd: int, data: bytes) -> bool:
    """False where nobody reads it any more."""
    view = memoryview(data)
    try:
        while view:
            view = view[os.write(fd, view) :]
    except BrokenPipeError:
        return False
    return True


def _close(fd: int) -> None:
    if fd >= 0:
        os.close(fd)


def _drain(containers: Queue[Container | ReelwardenError | None], pump: threading.Thread) -> None:
    """Closes the pipes that nobody will read, so that the pump ends."""
    while pump.is_alive() or not containers.empty():
        with contextlib.suppress(Empty):
            left = containers.get(timeout=0.1)
            if isinstance(left, Container):
                os.close(left.fd)
