"""Session descriptions (RFC 8866), as far as RTSP servers use them to say what they send. Pure."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field

STATIC = {0: ("PCMU", 8000), 8: ("PCMA", 8000)}
MOST_LINES = 2000


@dataclass(frozen=True, slots=True)
class Description:
    """One track. `kind` is video or audio, `codec` in capitals, `clock` in ticks per second."""

    kind: str
    codec: str
    clock: int
    channels: int
    control: str
    payload: int
    parameters: dict[str, str] = field(default_factory=dict)

    def sets(self, *names: str) -> list[bytes]:
        """Parameter sets in base 64, from the parameters of these names; what cannot be read is left out."""
        return [data for name in names for text in self.parameters.get(name, "").split(",") if (data := _plain(text))]


def read(text: str) -> list[Description]:
    """The tracks that are described; lines that make no sense are passed over."""
    return [found for section in _sections(text) if (found := _track(section)) is not None]


def _sections(text: str) -> Iterator[list[str]]:
    """The lines of each medium."""
    section: list[str] | None = None
    for line in text.splitlines()[:MOST_LINES]:
        if line.startswith("m="):
            if section:
                yield section
            section = []
        if section is not None:
            section.append(line.strip())
    if section:
        yield section


def _track(lines: list[str]) -> Description | None:
    head = lines[0][2:].split()
    if len(head) < 4 or not head[3].isdecimal() or head[0] not in ("video", "audio"):
        return None
    payload = int(head[3])
    codec, clock = STATIC.get(payload, ("", 90_000))
    channels, control = 1, ""
    parameters: dict[str, str] = {}
    for line in lines[1:]:
        name, _, value = line.removeprefix("a=").partition(":")
        if name == "control":
            control = value
        elif name == "rtpmap" and value.startswith(f"{payload} "):
            parts = value.split(None, 1)[1].split("/")
            codec = parts[0].upper()
            clock = int(parts[1]) if len(parts) > 1 and parts[1].isdecimal() and int(parts[1]) else clock
            channels = int(parts[2]) if len(parts) > 2 and parts[2].isdecimal() else 1
        elif name == "fmtp" and value.startswith(f"{payload} "):
            parameters = _parameters(value.partition(" ")[2])
    return Description(head[0], codec, clock, channels, control, payload, parameters)


def _parameters(text: str) -> dict[str, str]:
    pairs = (part.strip().partition("=") for part in text.split(";"))
    return {name.lower(): value for name, _, value in pairs if name}


def _plain(text: str) -> bytes:
    try:
        return base64.b64decode(text + "=" * (-len(text) % 4))
    except (binascii.Error, ValueError):
        return b""
