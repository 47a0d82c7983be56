"""What a running job is told from outside."""

from __future__ import annotations

from reelwarden.media.decoder_process import Decoding


class Stopped(Exception):
    """The caller wants no more of it."""

    expected = True


class Lost(Exception):
    """The job is another worker's by now, or this worker is to go: whoever has it does the rest."""

    expected = True


class Hold:
    """What a running job is told from outside, by the thread that keeps the worker's leases."""

    def __init__(self) -> None:
        self.stop = False
        self.lost = False
        self.decoding: Decoding | None = None

    def tell(self, *, stop: bool = False, lost: bool = False) -> None:
        """Ends the job at once: its decoding child is killed, even while it is waited for."""
        self.stop, self.lost = self.stop or stop, self.lost or lost
        if (stop or lost) and self.decoding:
            self.decoding.kill()

    def check(self) -> None:
        """Raises Stopped or Lost."""
        if self.lost:
            raise Lost
        if self.stop:
            raise Stopped
