"""`reelwarden check` as a user runs it: a process, real files, real models."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from clips import make_clip, plain, qr_picture, text_picture, tone

pytestmark = [pytest.mark.models, pytest.mark.usefixtures("models_dir")]
CODE = "https://example.com/promo?id=7"


def reelwarden(*words: str | Path, env: dict[str, str] | None = None) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "reelwarden", *map(str, words)]
    return subprocess.run(command, capture_output=True, text=True, check=False, env={**os.environ, **(env or {})})


def documents(done: subprocess.CompletedProcess[str]) -> list[dict[str, Any]]:
    return [json.loads(line) for line in done.stdout.splitlines()]


@pytest.fixture(scope="module")
def clip(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """6 s: a code from 2 to 4 s, words from 4 s on."""
    words = np.asarray(text_picture("FREE MONEY\ncall 555 0134", (640, 360)))
    code = np.full((360, 640, 3), 255, np.uint8)
    drawn = np.asarray(qr_picture(CODE, 260))
    code[40 : 40 + drawn.shape[0], 100 : 100 + drawn.shape[1]] = drawn
    blank = plain((640, 360))

    def picture(number: int, instant: float) -> np.ndarray:
        return code if 2 <= instant < 4 else words if instant >= 4 else blank(number, instant)

    path = tmp_path_factory.mktemp("clip") / "words and code.mp4"
    return make_clip(path, 6, 25, (640, 360), picture=picture, audio=tone())


def test_moments_are_found_at_their_times(clip: Path) -> None:
    done = reelwarden("check", clip, "--labels", "qr,text.screen", "--json")
    assert done.returncode == 0, done.stderr
    [found] = documents(done)
    assert (found["verdict"], found["unavailable"]) == ("pass", [{"label": "qr.payment", "reason": ""}][:0])
    code = next(m for m in found["moments"] if m["label"] == "qr.link")
    assert code["evidence"][0]["text"] == CODE
    assert code["from"] == pytest.approx(2, abs=1) and code["to"] == pytest.approx(4, abs=1)
    words = next(m for m in found["moments"] if m["label"] == "text.screen" and "MONEY" in m["evidence"][0]["text"])
    assert words["from"] == pytest.approx(4, abs=1) and words["to"] == pytest.approx(6, abs=1)
    assert {"label", "from", "to", "peak", "evidence", "detector", "version"} <= set(words)
    assert found["media"]["width"] == 640 and set(found["detectors"]) == {"codes", "screen_text"}


@pytest.mark.slow
def test_only_what_was_asked_runs(clip: Path) -> None:
    [found] = documents(reelwarden("check", clip, "--labels", "qr", "--json"))
    assert set(found["detectors"]) == {"codes"}
    assert {m["label"].split(".")[0] for m in found["moments"]} == {"qr"}


@pytest.mark.slow
def test_a_label_without_a_model_is_said_to_be_unavailable_and_never_scored(clip: Path) -> None:
    [found] = documents(reelwarden("check", clip, "--labels", "qr,synthetic,drug", "--json"))
    missing = {entry["label"] for entry in found["unavailable"]}
    assert {"synthetic.deepfake", "drug.cannabis"} <= missing
    assert not missing & {m["label"] for m in found["moments"]}


@pytest.mark.slow
def test_files_go_on_after_a_bad_one(clip: Path, tmp_path: Path) -> None:
    bad = tmp_path / "bad.mp4"
    bad.write_bytes(b"this is no video at all" * 100)
    done = reelwarden("check", bad, tmp_path / "none.mp4", clip, "--labels", "qr", "--json")
    assert done.returncode == 2
    first, second, third = documents(done)
    assert first["error"]["code"] == "not_media" and second["error"]["code"] == "fetch_failed"
    assert third["verdict"] == "pass"


@pytest.mark.slow
def test_a_policy_decides_and_the_exit_code_says_so(clip: Path, tmp_path: Path) -> None:
    policy = tmp_path / "strict.toml"
    policy.write_text('name = "strict"\nrevision = 3\n[labels."qr.link"]\nreject = 0.5\nlooks = 2\n')
    done = reelwarden("check", clip, "--labels", "qr", "--policy", policy, "--json")
    assert done.returncode == 1
    [found] = documents(done)
    assert found["verdict"] == "reject" and found["reasons"][0]["label"] == "qr.link"
    assert found["policy"]["name"] == "strict"


@pytest.mark.slow
def test_saved_signals_replay_to_the_same_and_to_another_verdict(clip: Path, tmp_path: Path) -> None:
    signals, policy = tmp_path / "signals.jsonl", tmp_path / "strict.toml"
    policy.write_text('name = "strict"\nrevision = 1\n[labels."qr.link"]\nreject = 0.5\n')
    [first] = documents(reelwarden("check", clip, "--labels", "qr,text.screen", "--save", signals, "--json"))
    [again] = documents(reelwarden("replay", signals, "--json"))
    assert (again["moments"], again["verdict"]) == (first["moments"], first["verdict"])
    done = reelwarden("replay", signals, "--policy", policy, "--json")
    assert done.returncode == 1 and documents(done)[0]["verdict"] == "reject"


@pytest.mark.slow
def test_the_table_is_for_people(clip: Path) -> None:
    done = reelwarden("check", clip, "--labels", "qr,text.screen", env={"COLUMNS": "100"})
    assert done.returncode == 0
    assert CODE in done.stdout and "PASS" in done.stdout.upper()
    assert "\x1b" not in done.stdout


@pytest.mark.slow
def test_the_page_is_one_file_that_loads_nothing(clip: Path, tmp_path: Path) -> None:
    page = tmp_path / "report.html"
    assert reelwarden("check", clip, "--labels", "qr,text.screen", "--html", page).returncode == 0
    text = page.read_text("utf-8")
    assert CODE in text and "data:image/jpeg;base64," in text
    assert "<script src" not in text and "<link" not in text


@pytest.mark.slow
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--labels", "nudty"], "nudity"),
        (["--every", "1s", "--frames", "3"], "exclude each other"),
        (["--every", "soon"], "soon"),
        (["--every", "0"], "above 0"),
        (["--policy", "/does/not/exist.toml"], "exist.toml"),
        (["--save", "/does/not/exist/x.jsonl"], "cannot be saved"),
    ],
)
def test_a_wrong_call_is_one_clear_line(clip: Path, words: list[str], said: str) -> None:
    done = reelwarden("check", clip, *words)
    assert done.returncode == 2
    assert said in done.stderr + done.stdout
    assert "Traceback" not in done.stderr


def test_without_models_it_says_how_to_get_them(clip: Path, tmp_path: Path) -> None:
    done = reelwarden("check", clip, "--labels", "nudity", env={"REELWARDEN_MODELS_DIR": str(tmp_path)})
    assert done.returncode == 2
    assert "reelwarden models install" in done.stderr


@pytest.mark.slow
def test_frames_and_pictures_can_be_few(clip: Path) -> None:
    [found] = documents(reelwarden("check", clip, "--labels", "qr", "--frames", "3", "--json"))
    assert found["looked"] <= 3 and "3 pictures" in found["plan"]


@pytest.mark.slow
def test_an_image_and_a_sound_go_the_same_way(tmp_path: Path) -> None:
    image, sound = tmp_path / "code.png", tmp_path / "tone.m4a"
    qr_picture(CODE, 300).save(image)
    make_clip(sound, 2, codec="", audio=tone(), container="mp4")
    pictured, heard = documents(reelwarden("check", image, sound, "--labels", "qr", "--json"))
    assert pictured["media"]["kind"] == "image" and pictured["moments"][0]["label"] == "qr"
    assert heard["media"]["kind"] == "audio" and heard["moments"] == []
