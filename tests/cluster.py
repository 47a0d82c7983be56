"""A server of real processes that a test may kill: api, workers, notifier, each over one database and one folder."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

from ports import free_port

READY_SECONDS = 180.0


class Cluster:
    """Processes of one server. `start("worker", "w1")` starts one more; `kill("w1")` is kill -9."""

    def __init__(self, folder: Path, database_url: str, **settings: str) -> None:
        self.folder = folder
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self.key = ""
        self.database_url = database_url
        self.processes: dict[str, subprocess.Popen[bytes]] = {}
        self._environment = os.environ | {
            "REELWARDEN_DATA_DIR": str(folder / "data"),
            "REELWARDEN_DATABASE_URL": database_url,
            "REELWARDEN_PORT": str(self.port),
            "REELWARDEN_ALLOW_NETWORKS": "127.0.0.0/8",
            **{f"REELWARDEN_{name.upper()}": value for name, value in settings.items()},
        }

    def __enter__(self) -> Cluster:
        return self

    def __exit__(self, *_: object) -> None:
        for name in list(self.processes):
            self.kill(name)

    def prepare(self) -> None:
        """Makes the tables and one admin key."""
        from reelwarden.accounts.first import first_admin
        from reelwarden.app import opened
        from reelwarden.settings import Settings

        database = opened(Settings(data_dir=self.folder / "data", database_url=self.database_url))
        self.key = first_admin(database) or ""
        database.close()

    def run(self, *words: str, check: bool = True) -> subprocess.CompletedProcess[bytes]:
        """Our command line, with the server's settings."""
        command = [sys.executable, "-P", "-m", "reelwarden", *words]
        return subprocess.run(command, env=self._environment, capture_output=True, check=check, timeout=240)

    def start(self, program: str, name: str = "", **settings: str) -> None:
        name = name or program
        extra = {f"REELWARDEN_{key.upper()}": value for key, value in settings.items()}
        with (self.folder / f"{name}.log").open("ab") as log:
            self.processes[name] = subprocess.Popen(
                [sys.executable, "-P", "-m", "reelwarden", *program.split()],
                env=self._environment | extra,
                stdout=log,
                stderr=log,
                start_new_session=True,
            )

    def kill(self, name: str, number: int = signal.SIGKILL) -> None:
        """Sends the signal; after SIGKILL the process is gone when this returns, with its decoding children."""
        process = self.processes[name]
        if process.poll() is None:
            process.send_signal(number)
        if number == signal.SIGKILL:
            process.wait(30)
            del self.processes[name]

    def wait_ready(self) -> None:
        """Until the API answers."""
        end = time.monotonic() + READY_SECONDS
        while time.monotonic() < end:
            try:
                self.get("/submissions?limit=1")
                return
            except OSError:
                time.sleep(0.2)
        raise TimeoutError(self.logs())

    def get(self, path: str) -> Any:
        return self._call("GET", path)

    def post(self, path: str, document: Mapping[str, Any]) -> Any:
        return self._call("POST", path, json.dumps(document).encode())

    def _call(self, method: str, path: str, body: bytes | None = None) -> Any:
        headers = {"Authorization": f"Bearer {self.key}"}
        request = urllib.request.Request(f"{self.url}/reelwarden/v1{path}", body, headers, method=method)
        with urllib.request.urlopen(request, timeout=60) as answer:
            return json.loads(answer.read() or b"null")

    def logs(self) -> str:
        return "\n".join(f"== {p.name}\n{p.read_text(errors='replace')[-3000:]}" for p in self.folder.glob("*.log"))

    def events(self, name: str) -> list[dict[str, Any]]:
        """The log lines of that event, of all processes."""
        lines = [line for path in self.folder.glob("*.log") for line in path.read_text(errors="replace").splitlines()]
        found = (json.loads(line) for line in lines if line.startswith("{") and f'"{name}"' in line)
        return [line for line in found if line.get("event") == name]


class Receiver:
    """Takes callbacks and keeps them: (webhook-id, body)."""

    def __init__(self) -> None:
        self.received: list[tuple[str, Any]] = []
        keep = self.received

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers.get("content-length", 0)))
                keep.append((self.headers.get("webhook-id", ""), json.loads(body)))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Tests read what was received, not what was logged."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/hook"
        threading.Thread(target=self._server.serve_forever, daemon=True).start()

    def __enter__(self) -> Receiver:
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()


def serve_folder(folder: Path) -> ThreadingHTTPServer:
    """Serves the files of a folder on a free loopback port, in a thread."""
    from functools import partial
    from http.server import SimpleHTTPRequestHandler

    class Quiet(SimpleHTTPRequestHandler):
        def log_message(self, *_: object) -> None:
            """Quiet."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), partial(Quiet, directory=str(folder)))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server
