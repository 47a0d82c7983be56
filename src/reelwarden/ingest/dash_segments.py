"""The segments of one DASH representation: from a template, a list, or an index in its file.

A segment's number is the millisecond in the presentation where it starts: so all three ways, and several periods,
have one order.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from reelwarden.errors import FetchError
from reelwarden.ingest.boxes import index
from reelwarden.ingest.segments import MOST_SEGMENTS, Extent, Resource, Segment

VARIABLE = re.compile(r"\$(?:(RepresentationID|Number|Time|Bandwidth)(?:%0(\d{1,2})d)?)?\$")
LIVE_TAIL = 200
"""Segments of a live stream that are looked at: a window of hours is listed anew every few seconds."""


@dataclass(frozen=True, slots=True)
class Place:
    """A representation and where it stands. Times in seconds; `now` and `length` from the period's start."""

    base: str
    id: str
    bandwidth: str
    start: float
    length: float
    live: bool
    now: float
    window: float
    levels: tuple[Element, ...]


def segments_of(place: Place, fetch: Callable[[Resource], bytes]) -> Iterator[Segment]:
    """Raises FetchError, ValueError and the like for what makes no sense."""
    if _level(place, "SegmentTemplate") is not None:
        return _from_template(place)
    if _level(place, "SegmentList") is not None:
        return _from_list(place)
    return _from_index(place, fetch)


def _level(place: Place, name: str, inner: str | None = None) -> Element | None:
    """The innermost element of a name, or what lies in it."""
    for level in reversed(place.levels):
        element = level.find(name)
        found = element.find(inner) if element is not None and inner else element
        if found is not None:
            return found
    return None


def _attribute(place: Place, name: str, attribute: str, default: str) -> str:
    for level in reversed(place.levels):
        element = level.find(name)
        if element is not None and (found := element.get(attribute)) is not None:
            return found
    return default


def _from_template(place: Place) -> Iterator[Segment]:
    def said(attribute: str, default: str = "") -> str:
        return _attribute(place, "SegmentTemplate", attribute, default)

    scale = _positive(said("timescale", "1"))
    offset = int(said("presentationTimeOffset", "0")) / scale
    begins = said("initialization")
    init = Resource(_filled(begins, place, 0, 0)) if begins else None
    timeline = _level(place, "SegmentTemplate", "SegmentTimeline")
    first = int(said("startNumber", "1"))
    times = list(_listed(timeline, scale, place, offset) if timeline is not None else _even(place, said, scale))
    for number, time, ticks in times[-LIVE_TAIL:] if place.live else times:
        at = time / scale - (offset if timeline is not None else 0.0)
        url = _filled(said("media"), place, first + number, time)
        yield _segment(place, Resource(url), at, ticks / scale, init)


def _positive(text: str) -> int:
    value = int(text)
    if value <= 0:
        raise ValueError(text)
    return value


def _filled(template: str, place: Place, number: int, time: int) -> str:
    values = {"RepresentationID": place.id, "Number": number, "Time": time, "Bandwidth": place.bandwidth}

    def fill(match: re.Match[str]) -> str:
        name, width = match.groups()
        return str(values[name]).zfill(int(width or 0)) if name else "$"

    return urljoin(place.base, VARIABLE.sub(fill, template))


def _even(place: Place, said: Callable[[str, str], str], scale: int) -> Iterator[tuple[int, int, int]]:
    """(number from 0, time, length) in ticks of segments of one length; of a live stream those that are there now."""
    ticks = _positive(said("duration", "0"))
    length = ticks / scale
    whole = math.ceil(place.length / length - 1e-6) if math.isfinite(place.length) else None
    begin, end = 0, whole
    if place.live:
        there = math.floor(place.now / length)
        end = there if whole is None else min(there, whole)
        begin = max(0, end - max(3, math.ceil(place.window / length)))
    if end is None:
        raise FetchError("a playlist (DASH) that does not say how long it is")
    for number in range(begin, min(end, begin + MOST_SEGMENTS + 1)):
        yield number, number * ticks, ticks


def _listed(timeline: Element, scale: int, place: Place, offset: float) -> Iterator[tuple[int, int, int]]:
    """The same from a timeline; a repeat of -1 goes on until the next entry, or the end, or now."""
    entries, time, number = timeline.findall("S"), 0, 0
    for n, entry in enumerate(entries):
        time = int(entry.get("t", time))
        ticks, repeat = _positive(entry.get("d", "0")), int(entry.get("r", "0"))
        if repeat < 0:
            until = int(entries[n + 1].get("t", "0")) if n + 1 < len(entries) else _until(place, scale, offset)
            repeat = math.ceil((until - time) / ticks) - 1
        for _ in range(min(repeat, MOST_SEGMENTS) + 1):
            if number > MOST_SEGMENTS:
                return
            yield number, time, ticks
            number, time = number + 1, time + ticks


def _until(place: Place, scale: int, offset: float) -> int:
    end = min(place.length, place.now) if place.live else place.length
    if not math.isfinite(end):
        raise FetchError("a playlist (DASH) that does not say how long it is")
    return int((end + offset) * scale)


def _from_list(place: Place) -> Iterator[Segment]:
    scale = _positive(_attribute(place, "SegmentList", "timescale", "1"))
    length = _positive(_attribute(place, "SegmentList", "duration", "1")) / scale
    begins = _level(place, "SegmentList", "Initialization")
    init = _named(place, begins, "sourceURL", "range") if begins is not None else None
    found = _level(place, "SegmentList")
    for n, entry in enumerate(found.findall("SegmentURL") if found is not None else ()):
        yield _segment(place, _named(place, entry, "media", "mediaRange"), n * length, length, init)


def _from_index(place: Place, fetch: Callable[[Resource], bytes]) -> Iterator[Segment]:
    """One file: its beginning, an index of its parts, and the parts."""
    span = _attribute(place, "SegmentBase", "indexRange", "")
    begins = _level(place, "SegmentBase", "Initialization")
    if not span or begins is None:
        raise FetchError("a playlist (DASH) whose file has no index is not read", "give the address of the file itself")
    where = _extent(span)
    init = _named(place, begins, "sourceURL", "range")
    at = 0.0
    for extent, seconds in index(fetch(Resource(place.base, where)), where.start):
        yield _segment(place, Resource(place.base, extent), at, seconds, init)
        at += seconds


def _named(place: Place, element: Element, url: str, span: str) -> Resource:
    part = element.get(span)
    return Resource(urljoin(place.base, element.get(url, "")), _extent(part) if part else None)


def _extent(text: str) -> Extent:
    """`first-last`, both of them inside."""
    first, _, last = text.partition("-")
    extent = Extent(int(first), int(last) - int(first) + 1)
    if extent.start < 0 or extent.length <= 0:
        raise ValueError(text)
    return extent


def _segment(place: Place, resource: Resource, at: float, seconds: float, init: Resource | None) -> Segment:
    start = place.start + at
    return Segment(resource, seconds, round(start * 1000), round((start + seconds) * 1000), init)
