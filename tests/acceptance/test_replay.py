"""`reelwarden replay` as a process."""

from __future__ import annotations

import io
import json
import subprocess
import sys
from pathlib import Path

import pytest
from findings import CLIP, seen

from reelwarden.decide import replay
from reelwarden.decide.coverage import Coverage
from reelwarden.domain import Signal, Unavailable


def saved(path: Path, signals: list[Signal]) -> Path:
    stream = io.StringIO()
    header = replay.Header(
        "holiday.mp4", CLIP, "every 1 s", ("gore",), {"d": "1+abc"}, (Unavailable("drug", "no model"),)
    )
    writer = replay.Writer(stream, header)
    for signal in signals:
        writer.write(signal)
    writer.finish(Coverage(90, 1.0))
    path.write_text(stream.getvalue(), "utf-8")
    return path


def run(*args: object) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "reelwarden", "replay", *map(str, args)],
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.fixture
def recording(tmp_path: Path) -> Path:
    return saved(tmp_path / "s.jsonl", [seen("gore", 10, 0.7), seen("gore", 11, 0.7)])


@pytest.mark.slow
def test_another_policy_another_verdict(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "strict.toml").write_text('name = "strict"\n[labels.gore]\nreject = 0.6\nlooks = 2\n')
    (tmp_path / "mild.toml").write_text('name = "mild"\n[labels.gore]\nreject = 0.8\nlooks = 2\n')
    said = {}
    for name in ("strict", "mild"):
        done = run(recording, "--policy", tmp_path / f"{name}.toml", "--json")
        said[name] = (json.loads(done.stdout)["verdict"], done.returncode)
    assert said == {"strict": ("reject", 1), "mild": ("pass", 0)}


@pytest.mark.slow
def test_the_page_and_the_table(recording: Path, tmp_path: Path) -> None:
    done = run(recording, "--html", tmp_path / "r.html")
    assert done.returncode == 1
    assert "REVIEW" in done.stdout and "gore" in done.stdout and "\x1b" not in done.stdout
    assert "holiday.mp4" in (tmp_path / "r.html").read_text("utf-8")


@pytest.mark.slow
def test_a_recording_that_was_cut_short_is_an_error_and_the_others_go_on(recording: Path, tmp_path: Path) -> None:
    cut = tmp_path / "cut.jsonl"
    cut.write_text(recording.read_text("utf-8")[:-40], "utf-8")
    done = run(cut, tmp_path / "none.jsonl", recording, "--json")
    first, second, third = map(json.loads, done.stdout.splitlines())
    assert done.returncode == 2
    assert first["error"]["code"] == second["error"]["code"] == "recording"
    assert third["verdict"] == "review"
    assert "Traceback" not in done.stderr


def test_a_wrong_policy_is_one_line_with_its_place(recording: Path, tmp_path: Path) -> None:
    (tmp_path / "bad.toml").write_text('name = "bad"\n[labels.gorre]\nreject = 0.6\n')
    done = run(recording, "--policy", tmp_path / "bad.toml")
    assert done.returncode == 2
    assert f"error: {tmp_path / 'bad.toml'}:2: there is no label 'gorre'" in done.stderr
    assert "did you mean gore" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.slow
def test_a_hundred_thousand_signals_take_seconds(tmp_path: Path) -> None:
    labels = ("gore", "face", "nudity.explicit", "suggestive", "picture.black")
    many = [seen(labels[n % 5], float(n // 5), (n * 37 % 100) / 100) for n in range(100_000)]
    done = run(saved(tmp_path / "many.jsonl", many), "--json")
    stages = json.loads(done.stdout)["timing"]["stages"]
    assert json.loads(done.stdout)["signals"] == 100_000
    assert sum(stages.values()) < 10, "CPU seconds; about 1 on a free core"
