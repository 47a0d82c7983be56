"""What the decoder's process can no longer do, tried in a process that has taken the same locks."""

from __future__ import annotations

import json
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from pathlib import Path

import pytest
from serving import until

from reelwarden.media.limits import Limits

TRY = """
import ctypes, json, mmap, os, socket, sys, threading
import numpy as np
from reelwarden.media import sandbox
from reelwarden.media.limits import Limits

port, path, unix, only = int(sys.argv[1]), sys.argv[2], sys.argv[3], sys.argv[4]
libc = ctypes.CDLL(None, use_errno=True)
held = os.open(path, os.O_RDONLY)
alone = {"landlock": sandbox._landlock, "seccomp": sandbox._seccomp}
libc.prctl(38, 1, 0, 0, 0)
locks = sandbox.lock_for(Limits()) if only == "all" else [alone[only]()]

def tried(action):
    try:
        action()
        return "done"
    except (OSError, RuntimeError, MemoryError) as error:
        return type(error).__name__

def unix_socket():
    socket.socket(socket.AF_UNIX).connect(unix)

found = {
    "read": tried(lambda: os.open(path, os.O_RDONLY)),
    "write": tried(lambda: os.open("/tmp/reelwarden-should-not-be", os.O_CREAT | os.O_WRONLY)),
    "list": tried(lambda: os.listdir("/")),
    "connect": tried(lambda: socket.create_connection(("127.0.0.1", port), 2)),
    "unix": tried(unix_socket),
    "udp": tried(lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM).sendto(b"x", ("127.0.0.1", port))),
    "run": tried(lambda: os.execv("/bin/true", ["true"])) if only != "none" else "",
    "fork": tried(os.fork) if only != "landlock" else "",
    "kill": tried(lambda: os.kill(os.getppid(), 0)),
    "memory": tried(lambda: mmap.mmap(-1, 4 << 30)),
    "held": tried(lambda: os.pread(held, 10, 0)),
    "compute": tried(lambda: np.ones((100, 100)) @ np.ones((100, 100))),
}
print(json.dumps({"locks": locks, "found": found}))
sys.stdout.flush()
os._exit(0)
"""


@pytest.fixture
def listeners(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """A TCP port and a Unix socket that somebody listens at."""
    with socket.create_server(("127.0.0.1", 0)) as tcp, socket.socket(socket.AF_UNIX) as unix:
        unix.bind(str(tmp_path / "s"))
        unix.listen()
        yield tcp.getsockname()[1], str(tmp_path / "s")


def attempt(listeners: tuple[int, str], only: str) -> dict[str, dict[str, str]]:
    command = [sys.executable, "-c", TRY, str(listeners[0]), "/etc/passwd", listeners[1], only]
    done = subprocess.run(command, capture_output=True, text=True, timeout=240)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout.splitlines()[-1])  # type: ignore[no-any-return]


def test_nothing_of_the_machine_can_be_reached(listeners: tuple[int, str]) -> None:
    told = attempt(listeners, "all")
    assert {"memory", "cpu_time", "no_new_privileges"} <= set(told["locks"])
    if not {"landlock", "seccomp"} & set(told["locks"]):
        pytest.skip("THE KERNEL HAS NEITHER LANDLOCK NOR SECCOMP")
    allowed = {name for name, result in told["found"].items() if result == "done"}
    assert allowed == {"held", "compute"}
    assert not Path("/tmp/reelwarden-should-not-be").exists()


@pytest.mark.parametrize("only", ["landlock", "seccomp"])
def test_either_lock_alone_keeps_files_and_the_network_shut(listeners: tuple[int, str], only: str) -> None:
    told = attempt(listeners, only)
    if not told["locks"][0]:
        pytest.skip(f"THE KERNEL HAS NO {only.upper()}")
    assert told["found"]["read"] == told["found"]["list"] == told["found"]["connect"] == "PermissionError"


@pytest.mark.slow
def test_the_child_dies_with_its_parent(tmp_path: Path) -> None:
    """The parent is killed without a chance to tidy up; its decoder must not live on."""
    program = textwrap.dedent("""
        import os, sys, signal, time
        sys.path.insert(0, sys.argv[2])
        from clips import make_clip
        from pathlib import Path
        from reelwarden.media.decoder_process import decode
        from reelwarden.media.sampling import Every
        clip = make_clip(Path(sys.argv[1]) / "c.mp4", seconds=4, size=(640, 360))
        decoding = decode(clip, Every(0.04), 640, still=None)
        print(decoding._process.pid, flush=True)
        time.sleep(0.1)
        os.kill(os.getpid(), signal.SIGKILL)
    """)
    tests = str(Path(__file__).parents[2])
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path), tests], capture_output=True, text=True)
    assert done.returncode == -9, done.stderr
    pid = int(done.stdout)
    until(lambda: has_ended(pid) or None, 60, "the end of the decoder, which outlived its parent,")


def has_ended(pid: int) -> bool:
    try:
        return "State:\tZ" in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return True


def test_the_soft_limit_can_be_raised_to_the_hard_one() -> None:
    program = (
        "import resource; from reelwarden.media import sandbox; from reelwarden.media.limits import Limits;"
        "sandbox.lock_for(Limits(cpu_seconds=5, cpu_per_media_second=1, max_duration=10));"
        "now = lambda: resource.getrlimit(resource.RLIMIT_CPU);"
        "a = now(); sandbox.raise_cpu(8); b = now(); sandbox.raise_cpu(99); print(a, b, now())"
    )
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=240)
    assert done.stdout.strip() == "(5, 20) (8, 20) (20, 20)", done.stderr


def test_default_limits_leave_room_for_large_media() -> None:
    assert Limits().max_pixels >= 7680 * 4320
