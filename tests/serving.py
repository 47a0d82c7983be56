"""A whole server, as an operator runs it: `reelwarden serve` with one worker and the notifier, on a free port.

Beside it a web server that gives the tests' files, and a receiver of callbacks.
"""

from __future__ import annotations

import contextlib
import ctypes
import http.client
import mimetypes
import os
import re
import secrets
import signal
import socket
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any, TypeVar
from urllib.parse import quote, unquote, urlsplit

from ports import free_port
from receiver import Received, Receiver

from reelwarden.accounts import accounts, keys, plans
from reelwarden.accounts.plans import Plan
from reelwarden.store.database import Database

STARTS_WITHIN = 180.0
RANGE = re.compile(r"bytes=(\d+)-(\d*)")
T = TypeVar("T")


@dataclass(frozen=True)
class Keyed:
    """An account with a key: `number` is what dialects with a user and a secret call the user."""

    number: str
    secret: str
    id: str
    key: str

    def __iter__(self) -> Iterator[str]:
        """`number, secret = server.account()`."""
        return iter((self.number, self.secret))


@dataclass
class Server:
    """`url` is its address without a slash at the end. `database` is the server's own: open in this process too."""

    url: str
    data: Path
    database: Database
    receiver: Receiver
    files: Files
    process: subprocess.Popen[bytes]

    @property
    def log(self) -> str:
        return (self.data / "log").read_text("utf-8", "replace")

    def account(
        self, plan: str | Plan = plans.UNLIMITED, settings: Mapping[str, Any] | None = None, name: str = ""
    ) -> Keyed:
        """A new account with a key of its own. A `Plan` that the server does not know yet is made."""
        with self.database.begin() as connection:
            if isinstance(plan, Plan):
                plans.put(connection, plan)
            called = plan.name if isinstance(plan, Plan) else plan
            account = accounts.create(connection, name or f"test-{secrets.token_hex(6)}", called, settings)
            key, secret = keys.create(connection, account.id, "test")
        return Keyed(account.number, secret, account.id, key)

    def key(self, plan: str | Plan = plans.UNLIMITED) -> str:
        """The secret of a new account."""
        return self.account(plan).secret

    def media(self, path: Path | bytes, name: str = "") -> str:
        """An address under which the file (or these bytes) can be fetched."""
        return self.files.give(path, name)

    def media_later(self, path: Path, name: str = "") -> tuple[str, threading.Event]:
        """An address that answers when the event is set: until then, whoever looks at the file is at work."""
        url = self.files.give(path, name)
        return url, self.files.hold(url)

    def callbacks(self, path: str, count: int = 1, within: float = 120.0) -> list[Received]:
        """What the receiver got under the path, as soon as there are so many; fails where they do not come."""

        def here() -> list[Received] | None:
            got = [one for one in list(self.receiver.received) if one.path == path]
            return got if len(got) >= count else None

        return until(here, within, f"{count} callbacks at {path}")


def until(find: Callable[[], T | None], within: float, what: str = "it") -> T:
    """Asks again and again until the answer is not None. Fails after `within` seconds."""
    end = time.monotonic() + within
    while True:
        found = find()
        if found is not None:
            return found
        if time.monotonic() > end:
            raise AssertionError(f"{what} did not come within {within:g} s")
        time.sleep(0.1)


class Files:
    """A web server on 127.0.0.1 that gives what it was told to give, whole or a range of it."""

    def __init__(self) -> None:
        self.given: dict[str, Path | bytes] = {}
        self.asked: list[str] = []
        self._held: dict[str, threading.Event] = {}
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler(self))
        self._server.daemon_threads = True

    def __enter__(self) -> Files:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        for come in self._held.values():
            come.set()
        self._server.shutdown()
        self._server.server_close()

    def url(self, path: str) -> str:
        return f"http://127.0.0.1:{self._server.server_port}{path}"

    def give(self, what: Path | bytes, name: str = "") -> str:
        called = name or (what.name if isinstance(what, Path) else "file")
        path = f"/{secrets.token_hex(4)}/{called}"
        self.given[path] = what
        return self.url(quote(path))

    def hold(self, url: str) -> threading.Event:
        """Whoever asks for the address waits until the event is set."""
        return self._held.setdefault(unquote(urlsplit(url).path), threading.Event())

    def find(self, path: str) -> bytes | None:
        path = unquote(urlsplit(path).path)
        self.asked.append(path)
        if path in self._held:
            self._held[path].wait()
        what = self.given.get(path)
        return what.read_bytes() if isinstance(what, Path) else what


def _handler(files: Files) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_GET(self) -> None:
            body = files.find(self.path)
            if body is None:
                self.send_error(404)
                return
            wanted = RANGE.match(self.headers.get("Range", ""))
            status, part = 200, body
            if wanted:
                first, last = int(wanted[1]), int(wanted[2] or len(body) - 1)
                status, part = 206, body[first : last + 1]
            self.send_response(status)
            if wanted:
                self.send_header("Content-Range", f"bytes {first}-{first + len(part) - 1}/{len(body)}")
            self.send_header("Content-Type", mimetypes.guess_type(self.path)[0] or "application/octet-stream")
            self.send_header("Content-Length", str(len(part)))
            self.end_headers()
            with contextlib.suppress(OSError):
                self.wfile.write(part)

        def log_message(self, *_: object) -> None:
            pass

    return Handler


@contextlib.contextmanager
def serving(data: Path, **settings: str) -> Iterator[Server]:
    """A running server whose data lie in `data`. Further settings as in `REELWARDEN_<name>`, by their small names."""
    data.mkdir(parents=True, exist_ok=True)
    port = free_port()
    environment = os.environ | {
        "REELWARDEN_DATA_DIR": str(data),
        "REELWARDEN_PORT": str(port),
        "REELWARDEN_WORKERS": "1",
        "REELWARDEN_ALLOW_NETWORKS": "127.0.0.0/8",
        "REELWARDEN_CALLBACK_PACE": "0.05",
        **{f"REELWARDEN_{name.upper()}": value for name, value in settings.items()},
    }
    command = [sys.executable, "-P", "-m", "reelwarden", "serve"]
    with contextlib.ExitStack() as stack:
        log = stack.enter_context((data / "log").open("wb"))
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log, cwd=data, preexec_fn=_with_us)
        stack.callback(_end, process)
        receiver, files = stack.enter_context(Receiver()), stack.enter_context(Files())
        url = f"http://127.0.0.1:{port}"
        until(lambda: _ready(url, process, data), STARTS_WITHIN, "the server")
        database = Database(environment.get("REELWARDEN_DATABASE_URL") or f"sqlite:///{data / 'reelwarden.db'}")
        stack.callback(database.close)
        yield Server(url, data, database, receiver, files, process)


def _ready(url: str, process: subprocess.Popen[bytes], data: Path) -> bool | None:
    """The API answers, and a worker is at work."""
    log = (data / "log").read_text("utf-8", "replace")
    if process.poll() is not None:
        raise AssertionError(f"the server ended with {process.returncode}:\n{log[-4000:]}")
    if "worker.ready" not in log:
        return None
    try:
        urllib.request.urlopen(f"{url}/reelwarden/v1/submissions", timeout=5)
    except urllib.error.HTTPError as error:
        error.close()
        return True
    except OSError:
        return None
    return True


def _with_us() -> None:
    """The server ends with the tests, also where they are killed."""
    ctypes.CDLL(None).prctl(1, signal.SIGTERM)


def _end(process: subprocess.Popen[bytes]) -> None:
    process.send_signal(signal.SIGTERM)
    try:
        process.wait(60)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


@contextlib.contextmanager
def in_process(app: Any) -> Iterator[str]:
    """The application on a free port, in a thread of this process: for requests by the thousand. Gives its address."""
    import uvicorn

    running = uvicorn.Server(uvicorn.Config(app, log_level="critical", access_log=False))
    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=running.run, args=([listener],))
        thread.start()
        try:
            until(lambda: running.started or None, 120, "the server")
            yield f"http://127.0.0.1:{listener.getsockname()[1]}"
        finally:
            running.should_exit = True
            thread.join(20)


@contextlib.contextmanager
def unanswered(url: str, body: bytes, **headers: str) -> Iterator[None]:
    """A POST whose caller hangs up at the end of the block and never reads an answer; header names with _ for -."""
    place = urlsplit(url)
    wire = http.client.HTTPConnection(place.netloc, timeout=120)
    wire.request("POST", place.path, body, {name.replace("_", "-"): value for name, value in headers.items()})
    try:
        yield
    finally:
        wire.close()
