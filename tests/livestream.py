"""A live stream over HTTP, sent at the speed at which it plays: MPEG-TS with a QR code on some seconds of it."""

from __future__ import annotations

import io
import threading
import time
from fractions import Fraction
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import av
import numpy as np
import zxingcpp
from numpy.typing import NDArray
from PIL import Image

FPS = 25


def pictures(size: tuple[int, int], code: str) -> tuple[NDArray[np.uint8], NDArray[np.uint8]]:
    """A plain picture, and the same with the code in the middle."""
    plain = np.full((size[1], size[0], 3), 90, np.uint8)
    plain[::16] = 140
    barcode = zxingcpp.create_barcode(code, zxingcpp.BarcodeFormat.QRCode)
    image = Image.fromarray(np.asarray(zxingcpp.write_barcode_to_image(barcode, scale=5))).convert("RGB")
    whole = Image.fromarray(plain)
    whole.paste(image, ((size[0] - image.width) // 2, (size[1] - image.height) // 2))
    return plain, np.asarray(whole)


Shown = tuple[float, float]


def encode(seconds: float, *shown: Shown, size: tuple[int, int] = (640, 360)) -> list[tuple[float, bytes]]:
    """(second at which it is due, bytes) of a stream that shows a QR code from each `shown[0]` to `shown[1]`."""
    buffer, pieces = io.BytesIO(), []
    plain, coded = pictures(size, "https://example.com/live")
    with av.open(buffer, "w", format="mpegts") as output:
        stream = output.add_stream(
            "libx264", rate=FPS, options={"preset": "ultrafast", "tune": "zerolatency", "g": "25"}
        )
        stream.width, stream.height, stream.pix_fmt = *size, "yuv420p"
        for number in range(round(seconds * FPS)):
            at = number / FPS
            frame = av.VideoFrame.from_ndarray(coded if any(a <= at < b for a, b in shown) else plain, format="rgb24")
            frame.pts, frame.time_base = number, Fraction(1, FPS)
            output.mux(stream.encode(frame))
            pieces.append((at, buffer.getvalue()))
            buffer.seek(0)
            buffer.truncate()
        output.mux(stream.encode(None))
    pieces.append((seconds, buffer.getvalue()))
    return pieces


class Broadcast:
    """Serves the stream at /live.ts; who comes later joins where it is by then. `drop_at`: the first connection breaks.

    `begun` is when the first byte of the first connection left (time.time()). `over` ends the stream early.
    """

    def __init__(self, pieces: list[tuple[float, bytes]], drop_at: float | None = None) -> None:
        self.begun = 0.0
        self.connections = 0
        self.over = threading.Event()
        broadcast = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self) -> None:
                broadcast.connections += 1
                first = broadcast.connections == 1
                start = broadcast.begun = broadcast.begun or time.time()
                joined = 0.0 if first else time.time() - start
                self.send_response(200)
                self.send_header("Content-Type", "video/mp2t")
                self.send_header("Transfer-Encoding", "chunked")
                self.end_headers()
                for at, data in (piece for piece in pieces if piece[0] >= joined):
                    if broadcast.over.wait(max(0.0, start + at - time.time())):
                        break
                    if first and drop_at is not None and at >= drop_at:
                        self.close_connection = True
                        return
                    try:
                        self.wfile.write(b"%x\r\n%b\r\n" % (len(data), data) if data else b"")
                    except OSError:
                        return
                self.wfile.write(b"0\r\n\r\n")
                self.close_connection = True

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self._server.server_address[1]}/live.ts"

    def __enter__(self) -> Broadcast:
        threading.Thread(target=self._server.serve_forever, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        self._server.shutdown()
        self._server.server_close()
