"""A live stream of moving pictures, 720p at 25 a second, H.264 in MPEG-TS: real footage and QR codes."""

from __future__ import annotations

import io
import pickle
import tempfile
from collections.abc import Iterator
from fractions import Fraction
from pathlib import Path

import av
import clips
import numpy as np
import zxingcpp

WIDTH, HEIGHT, FPS = 1280, 720, 25
FOOTAGE = "bigbuckbunny.mp4"
VERSION = 1


def stream(seconds: int, shown: tuple[tuple[float, float], ...]) -> list[tuple[float, bytes]]:
    """(second at which it is due, bytes); a code stands in the picture from each `shown[0]` to `shown[1]`."""
    folder = Path(tempfile.gettempdir()) / "reelwarden-benchmarks"
    folder.mkdir(exist_ok=True)
    kept = folder / f"live_720p_{seconds}s_{'_'.join(f'{a:g}' for a, _ in shown)}_v{VERSION}.pickle"
    if not kept.exists():
        kept.write_bytes(pickle.dumps(_encode(seconds, shown)))
    made: list[tuple[float, bytes]] = pickle.loads(kept.read_bytes())
    return made


def _encode(seconds: int, shown: tuple[tuple[float, float], ...]) -> list[tuple[float, bytes]]:
    buffer, pieces = io.BytesIO(), []
    code = _code()
    with av.open(buffer, "w", format="mpegts") as output:
        made = output.add_stream("libx264", rate=FPS, options={"preset": "veryfast", "tune": "zerolatency", "g": "50"})
        made.width, made.height, made.pix_fmt, made.bit_rate = WIDTH, HEIGHT, "yuv420p", 2_500_000
        pictures = _pictures()
        for number in range(seconds * FPS):
            at, pixels = number / FPS, next(pictures)
            if any(start <= at < end for start, end in shown):
                pixels = pixels.copy()
                pixels[40 : 40 + code.shape[0], 40 : 40 + code.shape[1]] = code
            frame = av.VideoFrame.from_ndarray(pixels, "rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            output.mux(made.encode(frame))
            pieces.append((at, buffer.getvalue()))
            buffer.seek(0)
            buffer.truncate()
        output.mux(made.encode(None))
    return [*pieces, (float(seconds), buffer.getvalue())]


def _pictures() -> Iterator[np.ndarray]:
    while True:
        with av.open(str(clips.footage() / FOOTAGE)) as source:
            for frame in source.decode(video=0):
                yield frame.reformat(WIDTH, HEIGHT, "rgb24").to_ndarray()


def _code() -> np.ndarray:
    barcode = zxingcpp.create_barcode("https://example.com/live", zxingcpp.BarcodeFormat.QRCode)
    picture = np.asarray(zxingcpp.write_barcode_to_image(barcode, scale=10))
    return np.repeat(picture[..., None], 3, axis=2) if picture.ndim == 2 else picture
