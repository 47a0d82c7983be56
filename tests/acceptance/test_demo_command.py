"""`reelwarden demo` as a user runs it: a process of its own, real models, a real clip."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from reelwarden.demo import TRUTH


def run(*words: str | Path, **settings: Path) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, **{f"REELWARDEN_{name.upper()}": str(value) for name, value in settings.items()}}
    command = [sys.executable, "-m", "reelwarden", "demo", *map(str, words)]
    return subprocess.run(command, env=environment, capture_output=True, text=True, timeout=280, check=False)


@pytest.mark.slow
@pytest.mark.models
def test_everything_in_the_clip_is_found(tmp_path: Path, demo_wheels: Path, models_dir: Path) -> None:
    report = tmp_path / "report.html"
    ran = run("--from", demo_wheels, "--html", report, cache_dir=tmp_path / "cache", models_dir=models_dir)
    assert ran.returncode == 0, ran.stdout + ran.stderr
    assert ran.stdout.count("✓ found") == len(TRUTH)
    assert "https://reelwarden.example/demo" in report.read_text("utf-8")


def test_without_models_it_says_what_to_do_and_downloads_nothing(tmp_path: Path) -> None:
    ran = run(cache_dir=tmp_path / "cache", models_dir=tmp_path / "none")
    assert ran.returncode == 2
    assert "reelwarden models install" in ran.stderr and "Traceback" not in ran.stderr
    assert not (tmp_path / "cache").exists()
