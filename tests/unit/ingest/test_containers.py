"""Boxes and packets put together by hand: what must change does, all else stays, and broken ones are refused."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st
from streams import EMPTY_TS, ts_packet

from reelwarden.errors import FetchError
from reelwarden.ingest.boxes import box, boxes, find, fragments, index, joined_beginning
from reelwarden.ingest.container import form_of, without_tag
from reelwarden.ingest.transport import SoundJoiner, crc, packets, programme


def moof(number: int, flags: int = 0x020000) -> bytes:
    tfhd = struct.pack(">II", flags, number)
    return box(b"moof", box(b"mfhd", bytes(8)), box(b"traf", box(b"tfhd", tfhd), box(b"trun", b"same")))


def test_fragments_keep_their_samples_and_get_their_number() -> None:
    between = box(b"uuid", b"between")
    segment = box(b"styp", b"x") + box(b"sidx", b"y") + moof(1) + between + box(b"mdat", b"media") + box(b"emsg", b"z")
    assert fragments(segment, 7) == moof(7) + between + box(b"mdat", b"media")
    assert fragments(segment) == moof(1) + between + box(b"mdat", b"media")


def test_a_large_box_keeps_its_head() -> None:
    large = struct.pack(">I4sQ", 1, b"mdat", 16 + 5) + b"media"
    assert fragments(moof(1) + large, 2) == moof(2) + large


def test_fragments_that_count_from_a_file_are_refused() -> None:
    with pytest.raises(FetchError, match="start of their file"):
        fragments(moof(1, flags=1) + box(b"mdat", b""), 2)


@pytest.mark.parametrize(
    "data", [b"\0\0\0\x04moof", b"\0\0\0\x20moof", b"\0\0\0\x01moof" + b"\xff" * 8, b"\0\0\0\x01moof"]
)
def test_boxes_that_do_not_fit_are_refused(data: bytes) -> None:
    with pytest.raises(FetchError, match="does not fit"):
        list(boxes(data))


@given(st.binary(max_size=200))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    for read in (
        lambda: fragments(data, 1),
        lambda: joined_beginning([data, data]),
        lambda: index(data, 0),
        lambda: form_of(data, b""),
    ):
        try:
            read()
        except FetchError as error:
            assert "\n" not in str(error)


def test_beginnings_become_one_with_numbered_tracks() -> None:
    def beginning(name: bytes) -> bytes:
        trak = box(
            b"trak", box(b"tkhd", bytes(12) + b"\0\0\0\x01" + bytes(64)), box(b"mdia", name), box(b"tref", b"out")
        )
        mvex = box(b"mvex", box(b"mehd", bytes(8)), box(b"trex", bytes(4) + b"\0\0\0\x01" + bytes(16)))
        return box(b"ftyp", name) + box(b"moov", box(b"mvhd", name * 5), trak, mvex, box(b"udta", b"out"))

    made = joined_beginning([beginning(b"pict"), beginning(b"soun")])
    moov = find(made, b"moov")
    assert moov is not None and find(made, b"ftyp") == b"pict"
    assert [kind for kind, _ in boxes(moov)] == [b"mvhd", b"trak", b"trak", b"mvex"]
    traks = [inner for kind, inner in boxes(moov) if kind == b"trak"]
    assert [bytes(find(trak, b"tkhd") or b"")[12:16] for trak in traks] == [b"\0\0\0\x01", b"\0\0\0\x02"]
    assert [bytes(find(trak, b"mdia") or b"") for trak in traks] == [b"pict", b"soun"]
    assert all(find(trak, b"tref") is None for trak in traks)
    trex = [inner[4:8] for _, inner in boxes(find(moov, b"mvex") or b"")]
    assert trex == [b"\0\0\0\x01", b"\0\0\0\x02"]


SOUND = ts_packet(0, bytes.fromhex("00 b00d 0001 c1 00 00 0001 e100")) + ts_packet(
    0x100, bytes.fromhex("02 b018 0001 c1 00 00 e101 f000 0f e101 f006 0a04656e6700")
)


def payload(pid: int, mark: bytes) -> bytes:
    return (bytes([0x47, pid >> 8, pid & 0xFF, 0x15]) + mark).ljust(188, b"\xff")


def test_sound_is_named_in_the_map_of_the_pictures_and_moved_out_of_their_way() -> None:
    shown, heard = EMPTY_TS + payload(0x101, b"picture"), SOUND + payload(0x101, b"sound") + payload(0x1FFF, b"")
    joiner = SoundJoiner(shown, heard)
    made = joiner.pictures(shown) + joiner.sound(heard)
    streams = programme(made).streams
    assert [(one.kind, one.descriptors) for one in streams] == [(0x1B, b""), (0x0F, b"\x0a\x04eng\0")]
    assert streams[0].pid == 0x101 != streams[1].pid
    section = programme(made).section
    assert crc(section) == 0, "a section with its checksum leaves nothing"
    last = list(packets(made))[-1]
    assert last[4:9] == b"sound" and int.from_bytes(last[1:3], "big") & 0x1FFF == streams[1].pid
    assert len(made) == 188 * 4 and made[188 * 2 : 188 * 3] == payload(0x101, b"picture")


def test_streams_without_tables_or_sound_are_refused() -> None:
    with pytest.raises(FetchError, match="without a programme map"):
        SoundJoiner(payload(0x101, b""), SOUND)
    with pytest.raises(FetchError, match="no sound"):
        SoundJoiner(EMPTY_TS, EMPTY_TS)


def test_packets_out_of_step_are_found_again() -> None:
    assert [packet[4:5] for packet in packets(b"ab" + payload(1, b"x") + b"\0" + payload(1, b"y"))] == [b"x", b"y"]


@given(st.binary(max_size=400).map(lambda data: EMPTY_TS + b"\x47" + data))
def test_any_packets_are_read_or_refused(data: bytes) -> None:
    try:
        SoundJoiner(data, data[188:] + SOUND).pictures(data)
    except FetchError as error:
        assert "\n" not in str(error)


def test_the_tags_of_packed_sound_are_taken_off() -> None:
    tag = b"ID3\x04\0\0\0\0\x01\x00" + bytes(128)
    assert without_tag(tag + tag + b"\xff\xf1rest") == b"\xff\xf1rest"
    assert form_of(tag + b"\xff\xf1", b"") == "aac" and form_of(b"\xff\xfb", b"") == "mp3"
