"""Every odd file of the shared media ends in a result or a clear error; a table of them is printed (-rA or -s)."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from outcome import Outcome, outcome

ERRORS = {
    "FlashVideo.flv": "NotMedia",  # a header and nothing else
    "WindowsMediaVideo.wmv": "MediaDamaged",  # half a packet
    "gif.gif": "NotMedia",
    "sample_fragmented_clearkey.mp4": "MediaDamaged",
    "sample_fragmented_widevine.mp4": "MediaDamaged",
    "text_qr_scenes.json": "NotMedia",
}
SOUND_ONLY = {"audio_cover.mp3", "sample_with_dts.mkv"}
LONG = {"long_4k_av1.mp4", "long_1080p_av1.mp4"}
"""Six minutes each: looked at once in a while."""


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_odd_files(shared_media: Callable[[str], Path], capsys: pytest.CaptureFixture[str]) -> None:
    found = [outcome(path) for path in sorted(shared_media("odd").iterdir()) if path.name not in LONG]
    with capsys.disabled():
        print("\n" + "\n".join(o.row() for o in found))
    assert {o.file: o.error for o in found if o.error} == ERRORS
    assert all(_is_whole(o) for o in found if not o.error)


def _is_whole(found: Outcome) -> bool:
    there = found.sound > 0 if found.file in SOUND_ONLY else found.frames > 0
    return there and not found.damaged and found.memory < 200


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("odd/sample_fragmented_clearkey.mp4", "encrypted"),
        ("odd/text_qr_scenes.json", "not a media file"),
    ],
)
def test_errors_say_what_it_is(shared_media: Callable[[str], Path], name: str, told: str) -> None:
    assert told in outcome(shared_media(name)).told


def test_the_flash_of_one_frame_is_there_when_it_is_asked_for(shared_media: Callable[[str], Path]) -> None:
    from reelwarden.domain import Frame
    from reelwarden.media.decoder_process import decode
    from reelwarden.media.sampling import Every

    with decode(shared_media("odd/one_frame_inappropriate_stub.mp4"), Every(1 / 30), 64) as decoding:
        bright = [f.time for f in decoding if isinstance(f, Frame) and f.same_as is None and f.pixels.mean() > 240]
    assert bright == [pytest.approx(5.233, abs=0.02)]
