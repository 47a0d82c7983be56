"""A clip made of pieces of others shows the right picture, and sounds right, at each instant."""

from __future__ import annotations

from pathlib import Path

import av
import numpy as np
import pytest
from clips import frame_number, make_clip, tone
from PIL import Image

from reelwarden.errors import MediaDamaged
from reelwarden.media.remake import Piece, remake


def as_it_is(_time: float, picture: Image.Image) -> Image.Image:
    return picture


def numbers(path: Path) -> list[int]:
    with av.open(str(path)) as media:
        return [frame_number(frame.to_ndarray(format="rgb24")) for frame in media.decode(video=0)]


def test_pieces_follow_each_other_at_the_new_rate(tmp_path: Path) -> None:
    slow = make_clip(tmp_path / "slow.mp4", 2, fps=10)
    uneven = make_clip(tmp_path / "uneven.mp4", times=[0.0, 0.4, 0.45, 1.0, 1.5])
    clip = tmp_path / "new.mp4"
    remake(clip, [Piece(slow, 0.5, 1.0), Piece(uneven, 0.2, 1.2)], (320, 180), 20, as_it_is)
    assert numbers(clip) == [5, 5, 6, 6, 7, 7, 8, 8, 9, 9] + [0] * 4 + [1] + [2] * 11 + [3] * 4


def test_the_same_pieces_give_the_same_bytes(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", 1, audio=tone())
    one, other = tmp_path / "one.mp4", tmp_path / "other.mp4"
    for target in (one, other):
        remake(target, [Piece(source, 0.1, 0.9)], (320, 180), 25, as_it_is)
    assert one.read_bytes() == other.read_bytes()


def test_a_crop_is_a_part_of_the_picture(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", 0.4)
    sizes: list[tuple[int, int]] = []

    def seen(_time: float, picture: Image.Image) -> Image.Image:
        sizes.append(picture.size)
        return picture.resize((160, 90))

    remake(tmp_path / "b.mp4", [Piece(source, 0.0, 0.2, (0.5, 0.0, 1.0, 0.5))], (160, 90), 25, seen)
    assert set(sizes) == {(160, 90)} and len(sizes) == 5


def test_the_sound_goes_along_and_silence_fills_what_has_none(tmp_path: Path) -> None:
    loud = make_clip(tmp_path / "loud.mp4", 2, audio=tone(440))
    mute = make_clip(tmp_path / "mute.mp4", 2)
    clip = tmp_path / "new.mp4"
    remake(clip, [Piece(mute, 0, 1), Piece(loud, 0.5, 1.5)], (320, 180), 25, as_it_is)
    with av.open(str(clip)) as media:
        samples = np.concatenate([f.to_ndarray()[0] for f in media.decode(audio=0)])
    assert abs(len(samples) / 48_000 - 2) < 0.05
    assert np.abs(samples[5_000:45_000]).max() < 0.01
    assert np.abs(samples[51_000:90_000]).max() > 0.4


def test_a_source_without_a_picture_is_an_error(tmp_path: Path) -> None:
    source = make_clip(tmp_path / "a.mp4", 0.4, codec="", audio=tone())
    with pytest.raises(MediaDamaged, match="no picture"):
        remake(tmp_path / "b.mp4", [Piece(source, 0.0, 0.2)], (320, 180), 25, as_it_is)
