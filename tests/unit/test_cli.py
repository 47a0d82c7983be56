"""The command line as a newcomer meets it."""

from __future__ import annotations

import resource
import subprocess
import sys

import pytest

from reelwarden.cli import COMMANDS

HEAVY = ("av", "cv2", "numpy", "onnxruntime", "pydantic", "rich", "fastapi")


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "reelwarden", *words], capture_output=True, text=True, check=False)


def test_help_names_every_command() -> None:
    shown = run("--help")
    assert shown.returncode == 0
    for command in COMMANDS:
        assert f"  {command} " in shown.stdout


def test_help_loads_nothing_heavy() -> None:
    program = "import sys; from reelwarden.cli import main\ntry: main(['--help'])\nexcept SystemExit: pass\n"
    program += f"print([m for m in {HEAVY!r} if m in sys.modules])"
    shown = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)
    assert shown.stdout.splitlines()[-1] == "[]"


def test_help_is_quick() -> None:
    """Not a timed test of speed: ten times what it takes, so that only a heavy import can fail it."""
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    run("--help")
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime < 1.5


@pytest.mark.parametrize("command", COMMANDS)
def test_every_command_has_help(command: str) -> None:
    shown = run(command, "--help")
    assert shown.returncode == 0, shown.stderr
    assert "Usage: reelwarden" in shown.stdout


def test_an_unknown_command_is_refused_with_a_hint() -> None:
    shown = run("chekc")
    assert shown.returncode == 2
    assert "chekc" in shown.stderr
    assert "Traceback" not in shown.stderr
