"""A real receiver of callbacks, that behaves as the path says. It listens on every 127.x.x.x: each is another host."""

from __future__ import annotations

import asyncio
import contextlib
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from time import time

HUGE = 100 << 20
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"


@dataclass(frozen=True)
class Received:
    """One POST, whole, as it came. `at` is when its last byte was there."""

    id: str
    host: str
    path: str
    headers: dict[str, str]
    body: bytes
    at: float


class Receiver:
    """Its loop runs in a thread as long as the block. What comes is in `received`.

    /ok  /fails/N (500 N times for each webhook-id, then 200)  /hangs/N  /status/CODE  /later/SECONDS (503, Retry-After)
    /redirects  /slow/SECONDS  /huge (200, then 100 MB)  /closes (no answer)  /cut (ends early)  /dead (while `is_down`)
    Whatever follows (/fails/1/a3f) keeps the callbacks of one test from those of another.
    """

    def __init__(self) -> None:
        self.received: list[Received] = []
        self.is_down = True
        self._seen: Counter[str] = Counter()
        self._loop = asyncio.new_event_loop()
        self._stop = asyncio.Event()
        self._ready = threading.Event()
        self._thread = threading.Thread(target=self._loop.run_until_complete, args=(self._serve(),), daemon=True)
        self.sent_of_huge: list[int] = []

    def url(self, path: str, host: str = "127.0.0.1") -> str:
        return f"http://{host}:{self.port}{path}"

    def of(self, identity: str) -> list[Received]:
        return [one for one in list(self.received) if one.id == identity]

    def __enter__(self) -> Receiver:
        self._thread.start()
        assert self._ready.wait(120), "the receiver did not start"
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(10)
        self._loop.close()

    async def _serve(self) -> None:
        server = await asyncio.start_server(self._connected, "0.0.0.0", 0, backlog=1000)
        self.port = server.sockets[0].getsockname()[1]
        self._ready.set()
        await self._stop.wait()
        server.close()
        others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    async def _connected(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(OSError, asyncio.IncompleteReadError, asyncio.CancelledError):
            one = await _read(reader)
            self._seen[one.id] += 1
            self.received.append(one)
            await self._behave(one, reader, writer)
        writer.close()
        with contextlib.suppress(OSError, asyncio.CancelledError):
            await writer.wait_closed()

    async def _behave(self, one: Received, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        _, what, argument = (one.path + "/").split("/", 2)
        argument = argument.partition("/")[0]
        handlers: dict[str, Callable[[], Awaitable[None]]] = {
            "ok": lambda: _say(writer, OK),
            "fails": lambda: _say(writer, OK if self._seen[one.id] > int(argument) else _status(500)),
            "hangs": lambda: self._hang(one, int(argument), reader, writer),
            "status": lambda: _say(writer, _status(int(argument))),
            "later": lambda: _say(writer, _status(503, f"Retry-After: {argument}")),
            "redirects": lambda: _say(writer, _status(302, f"Location: {self.url('/ok')}")),
            "slow": lambda: _slow(writer, float(argument)),
            "huge": lambda: self._huge(writer),
            "cut": lambda: _say(writer, b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this"),
            "dead": lambda: reader.read() if self.is_down else _say(writer, OK),  # type: ignore[dict-item,return-value]
        }
        if what in handlers:
            await handlers[what]()

    async def _hang(
        self, one: Received, times: int, reader: asyncio.StreamReader, writer: asyncio.StreamWriter
    ) -> None:
        if self._seen[one.id] <= times:
            await reader.read()  # until the other side hangs up
        else:
            await _say(writer, OK)

    async def _huge(self, writer: asyncio.StreamWriter) -> None:
        sent = 0
        try:
            await _say(writer, f"HTTP/1.1 200 OK\r\nContent-Length: {HUGE}\r\n\r\n".encode())
            while sent < HUGE:
                await _say(writer, b"x" * 65536)
                sent += 65536
        finally:
            self.sent_of_huge.append(sent)


async def _read(reader: asyncio.StreamReader) -> Received:
    head = (await reader.readuntil(b"\r\n\r\n")).decode()
    first, *lines = head.strip().split("\r\n")
    headers = {name.lower(): value.strip() for name, _, value in (line.partition(":") for line in lines)}
    body = await reader.readexactly(int(headers.get("content-length", "0")))
    host = headers["host"].partition(":")[0]
    return Received(headers.get("webhook-id", ""), host, first.split(" ")[1], headers, body, time())


async def _say(writer: asyncio.StreamWriter, answer: bytes) -> None:
    writer.write(answer)
    await writer.drain()


async def _slow(writer: asyncio.StreamWriter, seconds: float) -> None:
    await asyncio.sleep(seconds)
    await _say(writer, OK)


def _status(code: int, *headers: str) -> bytes:
    lines = "".join(f"{header}\r\n" for header in headers)
    return f"HTTP/1.1 {code} So\r\n{lines}Content-Length: 3\r\n\r\nno.".encode()
