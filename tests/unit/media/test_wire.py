"""Both ends of the pipe understand each other, and nothing that the other end may send is trusted."""

from __future__ import annotations

import contextlib

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from reelwarden import errors
from reelwarden.domain import AudioChunk, Frame, MediaInfo, MediaKind
from reelwarden.media import wire
from reelwarden.media.sampling import ByDuration, Count, Every, KeyFrames, Plan

PIXELS = np.arange(2 * 3 * 3, dtype=np.uint8).reshape(2, 3, 3)


def body(message: bytes) -> bytearray:
    return bytearray(message[wire.HEAD.size :])


@pytest.mark.parametrize("same_as", [None, 0.0, 2.5])
def test_a_frame(same_as: float | None) -> None:
    head, pixels = wire.frame_parts(Frame(1.5, 1.4, PIXELS, 1920, 1080, same_as))
    frame = wire.parse_frame(body(head + bytes(pixels)), 320)
    assert (frame.time, frame.wanted, frame.width, frame.height, frame.same_as) == (
        1.5,
        1.4,
        1920,
        1080,
        same_as,
    )
    assert (frame.pixels == PIXELS).all()


def test_sound() -> None:
    samples = np.linspace(-1, 1, 100, dtype=np.float32)
    chunk = wire.parse_sound(body(wire.sound_bytes(AudioChunk(2.5, samples, 3))))
    assert (chunk.time, chunk.track) == (2.5, 3)
    assert (chunk.samples == samples).all()


def test_facts_of_the_media() -> None:
    info = MediaInfo(MediaKind.VIDEO, "mov", 10, 2.5, 640, 360, 29.97, 90, "h264", "aac", 2)
    assert wire.parse_info(wire.parse_facts(body(wire.facts(wire.INFO, wire.info_facts(info))))) == info


@pytest.mark.parametrize(
    "plan", [Every(0.5), Count(3, Every(2)), ByDuration((300.0,), (1.0, 5.0), Every(9)), KeyFrames()]
)
def test_plans(plan: Plan) -> None:
    assert wire.parse_plan(wire.parse_facts(body(wire.facts(wire.INFO, wire.plan_facts(plan))))) == plan


@pytest.mark.parametrize(
    "error",
    [
        errors.NotMedia("no", "hint"),
        errors.MediaDamaged("bad"),
        errors.LimitExceeded("pixels", "too large"),
    ],
)
def test_failures_keep_their_kind(error: errors.ReelwardenError) -> None:
    told = wire.parse_failure(wire.failure_facts(error))
    assert type(told) is type(error)
    assert (str(told), told.hint, getattr(told, "limit", "")) == (
        str(error),
        error.hint,
        getattr(error, "limit", ""),
    )


def test_an_unknown_failure_is_a_media_error_in_one_printable_line() -> None:
    told = wire.parse_failure({"code": "SystemExit", "message": "a\nb\x1b[2J" + "x" * 9999})
    assert type(told) is errors.MediaError
    assert str(told).isprintable()
    assert len(str(told)) <= 400


@given(st.binary(max_size=200))
def test_no_bytes_get_past_the_parsers(sent: bytes) -> None:
    for parse in (
        lambda b: wire.parse_frame(b, 320),
        wire.parse_sound,
        wire.parse_facts,
        wire.parse_seconds,
        lambda b: wire.parse_info(wire.parse_facts(b)),
    ):
        with contextlib.suppress(wire.BadMessage):
            parse(bytearray(sent))


@pytest.mark.parametrize("value", [{"kind": "video"}, {"kind": 5}, {"kind": "video", "width": "wide"}, {}])
def test_facts_of_the_wrong_type(value: dict[str, object]) -> None:
    full = {**wire.info_facts(MediaInfo(MediaKind.VIDEO, "mov", 1)), **value}
    if value in ({}, {"kind": "video"}):
        assert wire.parse_info(full).kind is MediaKind.VIDEO
        return
    with pytest.raises(wire.BadMessage):
        wire.parse_info(full)


def test_a_frame_larger_than_asked_is_refused() -> None:
    head, pixels = wire.frame_parts(Frame(0, 0, PIXELS, 3, 2))
    with pytest.raises(wire.BadMessage):
        wire.parse_frame(body(head + bytes(pixels)), 2)
