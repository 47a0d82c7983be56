"""MP4 boxes (ISO/IEC 14496-12), as far as fragments of several tracks are put into one stream. Pure.

Each track of a DASH stream, or of HLS with its sound apart, comes as a beginning (`ftyp`, `moov`) and fragments
(`moof`, `mdat`) that call their track 1. One stream needs one `moov` with all tracks, each of its own number.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator, Sequence

from reelwarden.errors import FetchError
from reelwarden.ingest.segments import Extent

BASE_OFFSET = 0x000001
"""A flag of `tfhd`: its places are counted from the start of a file that we do not keep."""
MOST_BOXES = 100_000
MOST_REFERENCES = 20_000

Box = tuple[bytes, memoryview]
"""kind, what is in it."""


def boxes(data: bytes | memoryview) -> Iterator[Box]:
    """The boxes that lie side by side in `data`. Raises FetchError when they do not fit into it."""
    return ((kind, inner) for kind, inner, _ in _whole_boxes(data))


def _whole_boxes(data: bytes | memoryview) -> Iterator[tuple[bytes, memoryview, memoryview]]:
    """kind, what is in it, the box with its head."""
    view, at, count = memoryview(data), 0, 0
    while at + 8 <= len(view):
        size, kind = struct.unpack_from(">I4s", view, at)
        head = 8
        if size == 1 and at + 16 <= len(view):
            size, head = struct.unpack_from(">Q", view, at + 8)[0], 16
        elif size == 0:
            size = len(view) - at
        count += 1
        if size < head or at + size > len(view) or count > MOST_BOXES:
            raise FetchError("a segment that is not proper MP4: a box does not fit")
        yield kind, view[at + head : at + size], view[at : at + size]
        at += size


def box(kind: bytes, *parts: bytes | memoryview) -> bytes:
    size = 8 + sum(len(part) for part in parts)
    return struct.pack(">I4s", size, kind) + b"".join(parts)


def find(data: bytes | memoryview, *path: bytes) -> memoryview | None:
    """What is in the first box at the end of a path like moov, trak, tkhd."""
    view: memoryview | None = memoryview(data)
    for kind in path:
        view = next((inner for name, inner in boxes(view) if name == kind), None) if view is not None else None
    return view


def is_mp4(data: bytes) -> bool:
    return data[4:8] in (b"ftyp", b"styp", b"moov", b"moof", b"sidx", b"emsg", b"prft", b"free", b"mdat")


def is_locked(beginning: bytes) -> bool:
    """Whether the samples are encrypted (`encv`, `enca`: common encryption, DRM)."""
    moov = find(beginning, b"moov")
    return moov is not None and any(
        entry in (b"encv", b"enca")
        for kind, trak in boxes(moov)
        if kind == b"trak" and (stsd := find(trak, b"mdia", b"minf", b"stbl", b"stsd")) is not None
        for entry, _ in boxes(stsd[8:])
    )


def joined_beginning(beginnings: Sequence[bytes]) -> bytes:
    """One `ftyp` and `moov` of several: the tracks get the numbers 1, 2, … in the order given."""
    if any(find(one, b"moov", b"mvhd") is None for one in beginnings):
        raise FetchError("a stream whose beginning holds no moov box")
    ftyp = find(beginnings[0], b"ftyp")
    mvhd = find(beginnings[0], b"moov", b"mvhd")
    traks, extends = [], []
    for number, beginning in enumerate(beginnings, 1):
        moov = find(beginning, b"moov") or memoryview(b"")
        if sum(kind == b"trak" for kind, _ in boxes(moov)) != 1:
            raise FetchError("a stream of several tracks cannot be joined to another")
        traks.append(box(b"trak", _numbered(_first(moov, b"trak"), number)))
        extends.append(box(b"trex", _replaced(_first(_first(moov, b"mvex"), b"trex"), 4, number)))
    head = box(b"ftyp", ftyp) if ftyp is not None else b""
    return head + box(b"moov", box(b"mvhd", mvhd or b""), *traks, box(b"mvex", *extends))


def fragments(segment: bytes, number: int = 0) -> bytes:
    """The `moof` and `mdat` boxes of a segment, their track called `number` (0: as it is). The rest is for players.

    What lies between the two stays: the samples are found by their distance from the `moof`.
    """
    kept: list[bytes | memoryview] = []
    inside = False
    for kind, inner, whole in _whole_boxes(segment):
        if kind == b"moof":
            kept.append(box(b"moof", _moof(inner, number)) if number else whole)
            inside = True
        elif inside or kind == b"mdat":
            kept.append(whole)
            inside = inside and kind != b"mdat"
    return b"".join(kept)


def _moof(view: memoryview, number: int) -> bytes:
    """Sizes stay as they are, so the places that samples are counted from stay true."""
    parts = []
    for kind, inner in boxes(view):
        if kind != b"traf":
            parts.append(box(kind, inner))
            continue
        inside = [(name, _tfhd(body, number) if name == b"tfhd" else bytes(body)) for name, body in boxes(inner)]
        parts.append(box(b"traf", *(box(name, body) for name, body in inside)))
    return b"".join(parts)


def _tfhd(body: memoryview, number: int) -> bytes:
    if len(body) < 8 or int.from_bytes(body[1:4], "big") & BASE_OFFSET:
        raise FetchError("fragments that count from the start of their file cannot be joined")
    return _replaced(body, 4, number)


def _numbered(trak: memoryview, number: int) -> bytes:
    parts = []
    for kind, inner in boxes(trak):
        if kind == b"tkhd" and len(inner):
            parts.append(box(kind, _replaced(inner, 20 if inner[0] == 1 else 12, number)))
        elif kind != b"tref":  # names other tracks, which are not here
            parts.append(box(kind, inner))
    return b"".join(parts)


def _first(view: memoryview, kind: bytes) -> memoryview:
    found = next((inner for name, inner in boxes(view) if name == kind), None)
    if found is None:
        raise FetchError(f"a stream whose beginning holds no {kind.decode()} box")
    return found


def _replaced(body: memoryview, at: int, number: int) -> bytes:
    """The body with a 32-bit number written at a place."""
    if len(body) < at + 4:
        raise FetchError("a segment that is not proper MP4: a box is too short")
    return bytes(body[:at]) + struct.pack(">I", number) + bytes(body[at + 4 :])


def index(data: bytes, at: int) -> list[tuple[Extent, float]]:
    """The parts that a `sidx` box lists, with their seconds. `at`: where `data` starts in its file."""
    place = at
    for kind, inner in boxes(data):
        place += 8 + len(inner)
        if kind == b"sidx":
            return _references(bytes(inner), place)
    raise FetchError("a stream whose index holds no sidx box")


def _references(body: bytes, place: int) -> list[tuple[Extent, float]]:
    try:
        wide = body[0] == 1
        (timescale,) = struct.unpack_from(">I", body, 8)
        first = struct.unpack_from(">Q" if wide else ">I", body, 20 if wide else 16)[0]
        (count,) = struct.unpack_from(">H", body, 30 if wide else 22)
        start, found = place + first, []
        for n in range(min(count, MOST_REFERENCES)):
            size, duration = struct.unpack_from(">II", body, (32 if wide else 24) + 12 * n)
            if size >> 31:
                raise FetchError("an index of indexes is not read")
            if size:
                found.append((Extent(start, size), duration / timescale))
            start += size
    except (struct.error, IndexError, ZeroDivisionError) as error:
        raise FetchError("a stream whose index is broken") from error
    return found
