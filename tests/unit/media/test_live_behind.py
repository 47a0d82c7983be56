"""A live decoder that is behind goes from key picture to key picture; that is no damage of the stream."""

from __future__ import annotations

from pathlib import Path

import av
import pytest
from clips import make_clip

from reelwarden.media.container import described
from reelwarden.media.emitter import Tally
from reelwarden.media.limits import Limits
from reelwarden.media.live import LiveSampler
from reelwarden.media.packets import Reader
from reelwarden.media.request import Request
from reelwarden.media.sampling import Every


@pytest.mark.parametrize("behind", [True, False])
def test_being_behind_is_no_damage(tmp_path: Path, behind: bool) -> None:
    path = make_clip(tmp_path / "clip.ts")
    request, tally = Request(Every(0.1), 64, False, None, Limits(), live="mpegts"), Tally()
    with av.open(str(path)) as container:
        opened = described(container, 0, request.limits)
        assert opened.video is not None
        sampler = LiveSampler(opened, request, tally, lambda _: True)
        frames = [
            frame
            for held in Reader(opened, [opened.video], request.limits, tally, lambda _: None)
            for frame in sampler.push(held, behind)
        ]
        frames += sampler.end()
    assert frames
    assert tally.errors == 0
    assert bool(tally.skipped) == behind
