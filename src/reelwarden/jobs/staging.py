"""Bytes on their way into the store while they still come in, bounded in size, in memory that does not grow."""

from __future__ import annotations

import asyncio
import shutil
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from queue import Full as NoRoom
from queue import Queue
from typing import Final

from reelwarden.errors import LimitExceeded
from reelwarden.jobs.refusals import Full
from reelwarden.store.blobs import Blobs

HEAD: Final = 512
WAITING: Final = 8
CHECK_SPACE: Final = 64 << 20
PIECE: Final = 256 << 10
PAUSE: Final = 0.005
AT_ONCE: Final = 256
"""Uploads that are written at a time; further ones wait for a place."""

# A thread waits for each upload, however slow its sender is. In the pool that all requests share, a few such would keep
# everybody else waiting, and each other for ever.
_WRITERS = ThreadPoolExecutor(AT_ONCE, "staging")


class Staging:
    """One upload. `write` its bytes, then `finish` or `abandon`; a thread writes them to the store meanwhile."""

    def __init__(self, blobs: Blobs, key: str, most: int) -> None:
        self.head = b""
        self.size = 0
        self._blobs, self._key, self._most = blobs, key, most
        self._pieces: Queue[bytes | None] = Queue(WAITING)
        self._gathered = bytearray()
        self._abandoned = False
        self._checked = 0
        self._writing = asyncio.get_running_loop().run_in_executor(_WRITERS, self._write)

    async def write(self, data: bytes) -> None:
        """Raises LimitExceeded when it gets too large, Full when the disk does."""
        self.size += len(data)
        if self.size > self._most:
            raise LimitExceeded("bytes", f"more than {self._most:,} bytes", "send a smaller file")
        self._check_space()
        self.head = (self.head + data)[:HEAD] if len(self.head) < HEAD else self.head
        self._gathered += data
        if len(self._gathered) >= PIECE:
            await self._hand_on()

    async def finish(self) -> int:
        """Waits until all is kept. Gives its size."""
        await self._hand_on()
        await self._put(None)
        await self._writing
        return self.size

    async def abandon(self) -> None:
        """Nothing of it stays."""
        self._abandoned = True
        await self._put(None)
        await asyncio.gather(self._writing, return_exceptions=True)
        await asyncio.to_thread(self._blobs.delete, [self._key])

    async def _hand_on(self) -> None:
        if self._gathered:
            piece, self._gathered = bytes(self._gathered), bytearray()
            await self._put(piece)

    async def _put(self, piece: bytes | None) -> None:
        while not self._writing.done():
            try:
                self._pieces.put_nowait(piece)
            except NoRoom:
                await asyncio.sleep(PAUSE)
            else:
                return

    def _check_space(self) -> None:
        if self._blobs.folder and self.size - self._checked >= CHECK_SPACE:
            self._checked = self.size
            if shutil.disk_usage(self._blobs.folder).free < CHECK_SPACE * 2:
                raise Full("the server has no space left for this upload", "try again later")

    def _write(self) -> None:
        self._blobs.put(self._key, self._taken())

    def _taken(self) -> Iterator[bytes]:
        while (piece := self._pieces.get()) is not None:
            yield piece
        if self._abandoned:
            raise ConnectionAbortedError("the upload was broken off")
