"""Ports that no other test process takes: each is locked by a file as long as the process lives that asked for it.

They lie below those that the system gives to outgoing connections. Of those, one that is free now may belong to some
connection in the moment in which a server wants it.
"""

from __future__ import annotations

import fcntl
import os
import random
import socket
import tempfile
from pathlib import Path

FOLDER = Path(tempfile.gettempdir()) / f"reelwarden-test-ports-{os.geteuid()}"
FIRST, END = 20_000, 32_000


def free_port() -> int:
    """A port of 127.0.0.1 at which nobody listens, and at which no other test will before this process ends."""
    FOLDER.mkdir(exist_ok=True)
    for port in random.SystemRandom().sample(range(FIRST, END), END - FIRST):
        if _lock(port) and _is_free(port):
            return port
    raise RuntimeError(f"no port from {FIRST} to {END - 1} is free")


def _lock(port: int) -> bool:
    """Nobody closes the file: the lock goes with the process."""
    file = os.open(FOLDER / str(port), os.O_CREAT | os.O_RDWR | os.O_CLOEXEC, 0o600)
    try:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        os.close(file)
        return False
    return True


def _is_free(port: int) -> bool:
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError:
        return False
    return True
