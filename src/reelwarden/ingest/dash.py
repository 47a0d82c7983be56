"""DASH manifests (ISO/IEC 23009-1) become our segments. Nothing is asked for here but indexes, by `fetch`.

Read with the standard library: the packages for it open what they are given as a URL or a path when it does not
look like a manifest, and expand whatever a document type says.
"""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from urllib.parse import urljoin
from xml.etree.ElementTree import Element

from reelwarden.errors import FetchError
from reelwarden.ingest.dash_segments import Place, segments_of
from reelwarden.ingest.segments import (
    ENOUGH_HEIGHT,
    MOST_SEGMENTS,
    Playlist,
    Resource,
    Segment,
    Variant,
    choose,
    locked,
    too_many,
)
from reelwarden.ingest.xml_reader import read_xml

SHORTEST_REFRESH, LONGEST_REFRESH = 0.5, 30.0
MOST_PERIODS = 200
SLACK = 500
"""Milliseconds: our numbers are times, and times are rounded."""
SOUND_BANDWIDTH = 64_000
DURATION = re.compile(r"P(?:(\d+)Y)?(?:(\d+)M)?(?:(\d+)D)?(?:T(?:(\d+)H)?(?:(\d+)M)?(?:(\d+(?:\.\d+)?)S)?)?")
UNITS = (365 * 86400, 30 * 86400, 86400, 3600, 60, 1)


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a manifest offers and we take. `sound` is None when there is none that we can hear."""

    pictures: Playlist | None
    sound: Playlist | None
    sound_tracks: int
    location: str
    """Where the next reading is to be had; empty: at the same place."""


@dataclass(frozen=True, slots=True)
class _Clock:
    """Where in the manifest's time now is. `now` is None for what is not live."""

    live: bool
    now: float
    window: float


@dataclass(frozen=True, slots=True)
class _Offer:
    """A representation with all that it inherits, outermost first."""

    variant: Variant
    place: Place


def read(
    data: bytes, base: str, now: float, fetch: Callable[[Resource], bytes], height: int = ENOUGH_HEIGHT
) -> Manifest:
    """A manifest that was found at `base`; `now` in Unix seconds. Raises FetchError when it is broken or locked."""
    shown = base.partition("?")[0][:200]
    root = read_xml(data, shown)
    if root.tag != "MPD":
        raise FetchError(f"{shown}: a playlist that is not DASH")
    try:
        return _manifest(root, base, now, fetch, height)
    except (ValueError, KeyError, ArithmeticError, TypeError) as error:
        raise FetchError(f"{shown}: a playlist (DASH) that cannot be read ({type(error).__name__})") from error


def _manifest(root: Element, base: str, now: float, fetch: Callable[[Resource], bytes], height: int) -> Manifest:
    live = root.get("type") == "dynamic"
    clock = _Clock(live, now - _moment(root.get("availabilityStartTime")) if live else 0.0, _window(root))
    pictures: list[Segment] = []
    sound: list[Segment] = []
    tracks = 0
    for start, length, period in _periods(root, live):
        where = _base(root, base), clock, start, length
        seen = _chosen(period, "video", *where, height)
        heard, tracks = _chosen(period, "audio", *where, height), max(tracks, len(_sets(period, "audio")))
        for offer, found in ((seen, pictures), (heard, sound)):
            if offer is not None:
                found += _jointed(segments_of(offer.place, fetch), bool(found))
        if len(pictures) > MOST_SEGMENTS or len(sound) > MOST_SEGMENTS:
            raise too_many(base.partition("?")[0][:200])
    if not pictures and not sound and not live:
        raise FetchError(f"{base.partition('?')[0][:200]}: a playlist (DASH) that names no segments in MP4 form")
    update = _seconds(root.get("minimumUpdatePeriod"))
    location = root.findtext("Location") or ""
    return Manifest(
        _playlist(pictures, live, update) if pictures or not sound else None,
        _playlist(sound, live, update) if sound else None,
        tracks,
        urljoin(base, location.strip()) if location else "",
    )


def _playlist(segments: list[Segment], live: bool, update: float) -> Playlist:
    one = segments[-1].seconds if segments else SHORTEST_REFRESH
    refresh = min(update, one) if update else one
    return Playlist(tuple(segments), min(max(refresh, SHORTEST_REFRESH), LONGEST_REFRESH), not live, SLACK)


def _jointed(segments: Iterator[Segment], joint: bool) -> list[Segment]:
    found: list[Segment] = []
    for segment in segments:
        if len(found) > MOST_SEGMENTS:
            break
        found.append(segment if found or not joint else _with_joint(segment))
    return found


def _with_joint(segment: Segment) -> Segment:
    return Segment(segment.resource, segment.seconds, segment.number, segment.next, segment.init, joint=True)


def _periods(root: Element, live: bool) -> Iterator[tuple[float, float, Element]]:
    """(start, length, period) in seconds; the length is infinite where nothing says it."""
    periods = root.findall("Period")
    if len(periods) > MOST_PERIODS:
        raise FetchError(f"a playlist (DASH) of more than {MOST_PERIODS} periods")
    if any(element.get("href") for element in root.iter()):
        raise FetchError("a playlist (DASH) with parts that lie elsewhere (xlink) is not read")
    total = _seconds(root.get("mediaPresentationDuration")) or math.inf
    start = 0.0
    for n, period in enumerate(periods):
        start = _seconds(period.get("start")) if period.get("start") else start
        following = periods[n + 1].get("start") if n + 1 < len(periods) else None
        until = _seconds(following) if following else (total if n + 1 == len(periods) else math.inf)
        length = _seconds(period.get("duration")) if period.get("duration") else until - start
        if length <= 0 and not live:
            continue
        yield start, length, period
        start += length if math.isfinite(length) else 0.0


def _sets(period: Element, kind: str) -> list[Element]:
    """The adaptation sets of a kind; those for winding (trick modes) are not for watching."""
    return [
        one for one in period.findall("AdaptationSet") if _kind(one) == kind and one.find("EssentialProperty") is None
    ]


def _kind(adaptation: Element) -> str:
    first = adaptation.find("Representation")
    mime = adaptation.get("mimeType") or (first.get("mimeType") if first is not None else None) or ""
    return adaptation.get("contentType") or mime.partition("/")[0]


def _chosen(
    period: Element, kind: str, base: str, clock: _Clock, start: float, length: float, height: int
) -> _Offer | None:
    sets = _sets(period, kind)
    if kind == "audio":
        sets = sorted(sets, key=lambda one: not any(role.get("value") == "main" for role in one.findall("Role")))[:1]
    offers: list[_Offer] = []
    for adaptation in sets:
        for n, form in enumerate(adaptation.findall("Representation")):
            if (form.get("mimeType") or adaptation.get("mimeType") or "").partition(";")[0] != f"{kind}/mp4":
                continue
            if form.find("ContentProtection") is not None or adaptation.find("ContentProtection") is not None:
                raise locked(base.partition("?")[0][:200], "ContentProtection")
            place = _place(period, adaptation, form, base, clock, start, length)
            offers.append(_Offer(_variant(form, adaptation, f"{len(offers)}.{n}"), place))
    if not offers:
        return None
    best = choose([offer.variant for offer in offers], height, SOUND_BANDWIDTH if kind == "audio" else 800_000)
    return next(offer for offer in offers if offer.variant is best)


def _variant(form: Element, adaptation: Element, name: str) -> Variant:
    sides = [int(form.get(side) or adaptation.get(side) or 0) for side in ("width", "height")]
    return Variant(name, min(sides), int(form.get("bandwidth") or 0))


def _place(
    period: Element, adaptation: Element, form: Element, base: str, clock: _Clock, start: float, length: float
) -> Place:
    levels = (period, adaptation, form)
    for level in levels:
        base = _base(level, base)
    return Place(
        base=base,
        id=form.get("id", ""),
        bandwidth=form.get("bandwidth", "0"),
        start=start,
        length=length,
        live=clock.live,
        now=clock.now - start,
        window=clock.window,
        levels=levels,
    )


def _base(level: Element, base: str) -> str:
    found = (level.findtext("BaseURL") or "").strip()
    return urljoin(base, found) if found else base


def _window(root: Element) -> float:
    return min(_seconds(root.get("timeShiftBufferDepth")) or 60.0, 60.0)


def _seconds(text: str | None) -> float:
    """An XML duration; nothing is 0."""
    if not text:
        return 0.0
    match = DURATION.fullmatch(text.strip())
    if not match:
        raise ValueError(text)
    return sum(float(part or 0) * unit for part, unit in zip(match.groups(), UNITS, strict=True))


def _moment(text: str | None) -> float:
    """An XML date and time as Unix seconds; without a zone it is UTC."""
    moment = datetime.fromisoformat(text.strip()) if text else datetime.fromtimestamp(0, UTC)
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).timestamp()
