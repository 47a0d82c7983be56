"""A small RTSP server for tests. What it sends was cut into RTP packets by libavformat, not by us."""

from __future__ import annotations

import base64
import hashlib
import re
import socket
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import av


@dataclass
class Sent:
    """One track: its description (SDP lines) and its packets, each with its time in the film."""

    lines: list[str]
    packets: list[bytes]
    kind: str


def packets_of(clip: Path, kind: str, payload: int = 96, size: int = 1200) -> Sent:
    """The RTP packets of a clip's first track of a kind, as libavformat makes them."""
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as ear:
        ear.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4 << 20)
        ear.bind(("127.0.0.1", 0))
        ear.settimeout(0.3)
        url = f"rtp://127.0.0.1:{ear.getsockname()[1]}?pkt_size={size}"
        got: list[bytes] = []
        with av.open(str(clip)) as film:
            stream = next(one for one in film.streams if one.type == kind)
            extra = stream.codec_context.extradata or b""
            name = stream.codec_context.name
            with av.open(url, "w", format="rtp", options={"payload_type": str(payload)}) as out:
                copy = out.add_stream_from_template(stream)
                for packet in film.demux(stream):
                    if packet.dts is not None:
                        packet.stream = copy
                        out.mux(packet)
                        got += drained(ear)
        got += drained(ear)
    return Sent(described(name, payload, extra, kind), [one for one in got if one[1] & 0x7F == payload], kind)


def drained(ear: socket.socket) -> list[bytes]:
    found = []
    ear.setblocking(False)
    while True:
        try:
            found.append(ear.recv(65536))
        except BlockingIOError:
            return found


def described(name: str, payload: int, extra: bytes, kind: str) -> list[str]:
    if name == "aac":
        rtpmap = "MPEG4-GENERIC/48000/1"
        fmtp = f"profile-level-id=1;mode=AAC-hbr;sizelength=13;indexlength=3;indexdeltalength=3;config={extra.hex()}"
    elif name.startswith("pcm"):
        return [f"m={kind} 0 RTP/AVP {payload}", "a=control:track"]
    elif name in ("h264", "libx264"):
        rtpmap, sets = "H264/90000", [base64.b64encode(one).decode() for one in avc_sets(extra)]
        fmtp = "packetization-mode=1; sprop-parameter-sets=" + ",".join(sets)
    else:
        names = {32: "sprop-vps", 33: "sprop-sps", 34: "sprop-pps"}
        sets = [f"{names[kind]}={base64.b64encode(one).decode()}" for kind, one in hevc_sets(extra) if kind in names]
        rtpmap, fmtp = "H265/90000", "; ".join(sets)
    return [f"m={kind} 0 RTP/AVP {payload}", f"a=rtpmap:{payload} {rtpmap}", f"a=fmtp:{payload} {fmtp}"]


def avc_sets(extra: bytes) -> list[bytes]:
    """SPS and PPS of an MP4's configuration record with one of each."""
    size = int.from_bytes(extra[6:8], "big")
    sps, rest = extra[8 : 8 + size], extra[8 + size :]
    return [sps, rest[3 : 3 + int.from_bytes(rest[1:3], "big")]]


def hevc_sets(extra: bytes) -> Iterator[tuple[int, bytes]]:
    """(kind, set) of an MP4's configuration record."""
    at = 23
    for _ in range(extra[22]):
        kind, count = extra[at] & 0x3F, int.from_bytes(extra[at + 1 : at + 3], "big")
        at += 3
        for _ in range(count):
            size = int.from_bytes(extra[at : at + 2], "big")
            yield kind, extra[at + 2 : at + 2 + size]
            at += 2 + size


@dataclass
class RtspServer:
    """Gives its tracks to whoever plays. `login`: user, password, and how (`Digest` or `Basic`)."""

    tracks: list[Sent]
    login: tuple[str, str, str] | None = None
    answers: dict[str, str] = field(default_factory=dict)
    after: Callable[[socket.socket], None] = lambda wire: None
    requests: list[str] = field(default_factory=list)

    def __enter__(self) -> RtspServer:
        self.listener = socket.create_server(("127.0.0.2", 0))
        self.port = self.listener.getsockname()[1]
        threading.Thread(target=self._accept, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()

    def url(self, login: str = "") -> str:
        return f"rtsp://{login}127.0.0.2:{self.port}/camera?channel=1"

    def _accept(self) -> None:
        while True:
            try:
                wire, _ = self.listener.accept()
            except OSError:
                return
            threading.Thread(target=self._talk, args=(wire,), daemon=True).start()

    def _talk(self, wire: socket.socket) -> None:
        with wire:
            wire.settimeout(120)
            held = b""
            try:
                while piece := wire.recv(4096):
                    held += piece
                    while b"\r\n\r\n" in held:
                        request, _, held = held.partition(b"\r\n\r\n")
                        self.requests.append(request.decode())
                        self._answer(wire, request.decode())
            except OSError:
                return

    def _answer(self, wire: socket.socket, request: str) -> None:
        method, url, *_ = request.split()
        number = re.search(r"CSeq: (\d+)", request)
        assert number is not None
        status, more, body = "200 OK", "", ""
        if method in self.answers:
            status = self.answers[method]
        elif self.login and not self._is_signed(request, method, url):
            status = "401 Unauthorized"
            more = (
                f'WWW-Authenticate: {self.login[2]} realm="cam", nonce="n1"\r\nWWW-Authenticate: Basic realm="cam"\r\n'
            )
        elif method == "DESCRIBE":
            lines = [line for n, track in enumerate(self.tracks) for line in [*track.lines, f"a=control:t{n}"]]
            body = "\r\n".join(["v=0", "s=camera", "t=0 0", *lines, ""])
            more = f"Content-Base: {url}/\r\nContent-Type: application/sdp\r\n"
        elif method == "SETUP":
            more = "Session: 4711;timeout=2\r\n"
        length = f"Content-Length: {len(body)}\r\n" if body else ""
        wire.sendall(f"RTSP/1.0 {status}\r\nCSeq: {number[1]}\r\n{more}{length}\r\n{body}".encode())
        if method == "PLAY" and status == "200 OK":
            self._play(wire)

    def _is_signed(self, request: str, method: str, url: str) -> bool:
        assert self.login is not None
        user, password, how = self.login
        if how == "Basic":
            return f"Basic {base64.b64encode(f'{user}:{password}'.encode()).decode()}" in request
        one, two = (hashlib.md5(text.encode()).hexdigest() for text in (f"{user}:cam:{password}", f"{method}:{url}"))
        expected = hashlib.md5(f"{one}:n1:{two}".encode()).hexdigest()
        return f'response="{expected}"' in request and f'username="{user}"' in request

    def _play(self, wire: socket.socket) -> None:
        """The tracks' packets, mixed as they would come."""
        placed = [
            (n / max(1, len(track.packets)), channel, packet)
            for channel, track in enumerate(self.tracks)
            for n, packet in enumerate(track.packets)
        ]
        for _, channel, packet in sorted(placed):
            wire.sendall(b"$" + bytes([2 * channel]) + len(packet).to_bytes(2, "big") + packet)
        self.after(wire)
        wire.shutdown(socket.SHUT_WR)
