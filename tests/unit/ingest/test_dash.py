"""DASH manifests: the ways to name segments, live windows, and XML that means harm."""

from __future__ import annotations

import struct

import pytest

from reelwarden.errors import FetchError
from reelwarden.ingest.dash import Manifest, read
from reelwarden.ingest.segments import Extent, Resource, Segment, Unreadable

BASE = "https://cdn.example/a/list.mpd?token=1"


def never(resource: Resource) -> bytes:
    raise AssertionError(f"{resource} was asked for")


def manifest(inside: str, attributes: str = 'mediaPresentationDuration="PT10S"', now: float = 0.0) -> Manifest:
    text = f'<?xml version="1.0"?><MPD xmlns="urn:mpeg:dash:schema:mpd:2011" {attributes}>{inside}</MPD>'
    return read(text.encode(), BASE, now, never)


def adaptation(template: str, kind: str = "video", extra: str = "") -> str:
    return (
        f'<AdaptationSet mimeType="{kind}/mp4">{extra}{template}'
        f'<Representation id="v1" bandwidth="500000" width="640" height="480"/></AdaptationSet>'
    )


def pictures(inside: str, attributes: str = 'mediaPresentationDuration="PT10S"', now: float = 0.0) -> list[Segment]:
    found = manifest(inside, attributes, now).pictures
    assert found is not None
    return list(found.segments)


def urls(segments: list[Segment]) -> list[str]:
    return [segment.resource.url.removeprefix("https://cdn.example/a/") for segment in segments]


def test_numbered_segments_of_one_length() -> None:
    template = (
        '<SegmentTemplate timescale="1000" duration="4000" startNumber="5" media="$RepresentationID$/$Number%03d$.m4s"'
        ' initialization="$RepresentationID$/$Bandwidth$$$.mp4"/>'
    )
    found = pictures(f"<Period>{adaptation(template)}</Period>")
    assert urls(found) == ["v1/005.m4s", "v1/006.m4s", "v1/007.m4s"]
    assert [(s.number, s.next) for s in found] == [(0, 4000), (4000, 8000), (8000, 12000)]
    assert found[0].init == Resource("https://cdn.example/a/v1/500000$.mp4")


def test_a_timeline_with_repeats_holes_and_an_open_end() -> None:
    template = (
        '<SegmentTemplate timescale="10" media="$Time$.m4s" presentationTimeOffset="100"><SegmentTimeline>'
        '<S t="100" d="20" r="1"/><S t="160" d="10"/><S d="15" r="-1"/></SegmentTimeline></SegmentTemplate>'
    )
    found = pictures(f"<Period>{adaptation(template)}</Period>")
    assert urls(found) == ["100.m4s", "120.m4s", "160.m4s", "170.m4s", "185.m4s"]
    assert [s.number for s in found] == [0, 2000, 6000, 7000, 8500]


def test_a_list_of_parts_of_a_file_and_bases_of_every_level() -> None:
    inside = (
        "<BaseURL>https://media.example/x/</BaseURL><Period><BaseURL>p/</BaseURL><AdaptationSet mimeType='video/mp4'>"
        "<Representation id='1' bandwidth='1'><BaseURL>v.mp4</BaseURL><SegmentList timescale='2' duration='4'>"
        "<Initialization range='0-99'/><SegmentURL mediaRange='100-199'/><SegmentURL mediaRange='200-299'/>"
        "</SegmentList></Representation></AdaptationSet></Period>"
    )
    found = pictures(inside)
    assert [s.resource for s in found] == [
        Resource("https://media.example/x/p/v.mp4", Extent(100, 100)),
        Resource("https://media.example/x/p/v.mp4", Extent(200, 100)),
    ]
    assert found[0].init == Resource("https://media.example/x/p/v.mp4", Extent(0, 100))
    assert [s.number for s in found] == [0, 2000]


def sidx(*parts: tuple[int, int], version: int = 0, first: int = 0) -> bytes:
    numbers = struct.pack(">QQ", 0, first) if version else struct.pack(">II", 0, first)
    body = bytes([version, 0, 0, 0]) + struct.pack(">II", 1, 1000) + numbers + struct.pack(">HH", 0, len(parts))
    body += b"".join(struct.pack(">III", size, length, 0) for size, length in parts)
    return struct.pack(">I4s", len(body) + 8, b"sidx") + body


@pytest.mark.parametrize("version", [0, 1])
def test_one_file_with_an_index(version: int) -> None:
    inside = (
        "<Period><AdaptationSet mimeType='video/mp4'><Representation id='1' bandwidth='1'><BaseURL>v.mp4</BaseURL>"
        "<SegmentBase indexRange='800-999'><Initialization range='0-799'/></SegmentBase></Representation>"
        "</AdaptationSet></Period>"
    )
    index = sidx((500, 2000), (700, 1000), version=version, first=10)
    asked: list[Resource] = []

    def fetch(resource: Resource) -> bytes:
        asked.append(resource)
        return index

    found = read(f'<MPD mediaPresentationDuration="PT3S">{inside}</MPD>'.encode(), BASE, 0, fetch).pictures
    assert asked == [Resource("https://cdn.example/a/v.mp4", Extent(800, 200))] and found is not None
    start = 800 + len(index) + 10
    assert [s.resource.extent for s in found.segments] == [Extent(start, 500), Extent(start + 500, 700)]
    assert [s.number for s in found.segments] == [0, 2000]


def test_periods_follow_one_another_with_a_joint() -> None:
    template = '<SegmentTemplate duration="2" media="{}$Number$"/>'
    inside = (
        f'<Period duration="PT4S">{adaptation(template.format("a"))}</Period>'
        f"<Period>{adaptation(template.format('b'))}</Period>"
    )
    found = pictures(inside, 'mediaPresentationDuration="PT8S"')
    assert urls(found) == ["a1", "a2", "b1", "b2"]
    assert [s.joint for s in found] == [False, False, True, False]
    assert [s.number for s in found] == [0, 2000, 4000, 6000]


def test_a_live_manifest_gives_what_is_there_now() -> None:
    live = 'type="dynamic" availabilityStartTime="1970-01-01T00:01:40Z" minimumUpdatePeriod="PT1S"'
    template = '<SegmentTemplate duration="2" startNumber="1" media="$Number$"/>'
    found = manifest(f'<Period start="PT0S">{adaptation(template)}</Period>', live, now=100 + 20.5)
    assert found.pictures is not None and not found.pictures.ended and found.pictures.refresh == 1.0
    assert urls(list(found.pictures.segments))[-1] == "10"
    short = live + ' timeShiftBufferDepth="PT4S"'
    assert urls(pictures(f"<Period>{adaptation(template)}</Period>", short, 120.5)) == ["8", "9", "10"]


def test_sound_main_first_and_winding_tracks_left_out() -> None:
    template = '<SegmentTemplate duration="10" media="{}"/>'
    trick = "<EssentialProperty schemeIdUri='http://dashif.org/guidelines/trickmode'/>"
    inside = (
        adaptation(template.format("trick"), extra=trick)
        + adaptation(template.format("v"))
        + adaptation(template.format("other"), "audio")
        + adaptation(template.format("main"), "audio", "<Role schemeIdUri='urn:mpeg:dash:role:2011' value='main'/>")
        + adaptation(template.format("text"), "text")
    )
    found = manifest(f"<Period>{inside}</Period>")
    assert found.pictures is not None and urls(list(found.pictures.segments)) == ["v"]
    assert found.sound is not None and urls(list(found.sound.segments)) == ["main"]
    assert found.sound_tracks == 2


def test_only_mp4_is_taken() -> None:
    template = '<SegmentTemplate duration="10" media="$RepresentationID$"/>'
    both = (
        f"<AdaptationSet contentType='video'>{template}<Representation id='w' bandwidth='9' mimeType='video/webm'/>"
        "<Representation id='m' bandwidth='9' mimeType='video/mp4'/></AdaptationSet>"
    )
    assert urls(pictures(f"<Period>{both}</Period>")) == ["m"]
    with pytest.raises(FetchError, match="no segments in MP4"):
        manifest(f"<Period>{both.replace('video/mp4', 'video/webm')}</Period>")


def test_drm_is_said_plainly() -> None:
    template = '<SegmentTemplate duration="10" media="v"/>'
    with pytest.raises(Unreadable, match="locked"):
        manifest(f"<Period>{adaptation(template, extra='<ContentProtection/>')}</Period>")


ENTITIES = '<!DOCTYPE x [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><MPD>&b;</MPD>'
TEMPLATE = '<SegmentTemplate duration="{}" timescale="{}" media="v"/>'
EMPTY = "<Representation id='1'/>"


def film(inside: str, length: str = "PT9S") -> str:
    return f"<MPD mediaPresentationDuration='{length}'><Period>{inside}</Period></MPD>"


BAD = {
    "entities": ENTITIES.encode(),
    "entities in another encoding": ('<?xml version="1.0" encoding="UTF-16"?>' + ENTITIES).encode("utf-16"),
    "a declared encoding that hides them": b'<?xml version="1.0" encoding="cp037"?>' + ENTITIES.encode("cp037"),
    "an outer entity": b'<!DOCTYPE x SYSTEM "http://127.0.0.1/x.dtd"><MPD/>',
    "lower case": b"<!doctype x><MPD/>",
    "not XML": b"<MPD><Period></MPD>",
    "another root": b"<html><body/></html>",
    "nothing in it": b"<MPD/>",
    "xlink": b'<MPD xmlns:x="http://www.w3.org/1999/xlink"><Period x:href="http://127.0.0.1/"/></MPD>',
    "many elements": b"<MPD>" + b"<a/>" * 400_001 + b"</MPD>",
    "deep": b"<MPD>" + b"<a>" * 100_000 + b"</a>" * 100_000 + b"</MPD>",
    "many periods": b"<MPD>" + b"<Period/>" * 201 + b"</MPD>",
    "a length of nothing": film(adaptation(TEMPLATE.format(0, 1))),
    "no scale": film(adaptation(TEMPLATE.format(1, 0))),
    "too many": film(adaptation(TEMPLATE.format(1, 90000))),
    "no length": f"<MPD><Period>{adaptation(TEMPLATE.format(1, 1))}</Period></MPD>",
    "odd duration": film(adaptation(TEMPLATE.format(1, 1)), "9"),
    "no index": film(f"<AdaptationSet mimeType='video/mp4'>{EMPTY}</AdaptationSet>"),
    "endless repeats": film(
        adaptation(
            "<SegmentTemplate media='v'><SegmentTimeline>"
            + "<S d='1' r='999999999'/>" * 9
            + "</SegmentTimeline></SegmentTemplate>"
        )
    ),
}


@pytest.mark.parametrize(
    "kind", [pytest.param(k, marks=[pytest.mark.slow] * (k in ("endless repeats", "deep", "too many"))) for k in BAD]
)
def test_bad_manifests_are_one_clear_line(kind: str) -> None:
    data = BAD[kind]
    with pytest.raises(FetchError) as caught:
        read(data.encode() if isinstance(data, str) else data, BASE, 0, never)
    assert "\n" not in str(caught.value) and "token" not in str(caught.value)
