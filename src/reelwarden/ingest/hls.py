"""HLS playlists (RFC 8216) become our segments. Pure: nothing is asked for here.

The m3u8 library reads the lines; only tags that are used reach it, so that an odd value in another one costs nothing.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import urljoin

import m3u8  # type: ignore[import-untyped]

from reelwarden.errors import FetchError
from reelwarden.ingest.segments import (
    ENOUGH_HEIGHT,
    MOST_SEGMENTS,
    Extent,
    Key,
    Playlist,
    Resource,
    Segment,
    Variant,
    choose,
    locked,
    too_many,
)

USED = frozenset(
    {
        *("#EXTM3U", "#EXTINF", "#EXT-X-TARGETDURATION", "#EXT-X-MEDIA-SEQUENCE", "#EXT-X-DISCONTINUITY"),
        *("#EXT-X-ENDLIST", "#EXT-X-KEY", "#EXT-X-MAP", "#EXT-X-BYTERANGE", "#EXT-X-GAP", "#EXT-X-STREAM-INF"),
        *("#EXT-X-MEDIA", "#EXT-X-I-FRAMES-ONLY"),
    }
)
MOST_KEYS = 2000
"""The library compares each key with all before it."""
MOST_VARIANTS = 200
LIVE_TAIL = 200
NOT_CUT = ("#EXT-X-ENDLIST", "#EXT-X-BYTERANGE", "#EXT-X-STREAM-INF")
"""Films, parts that count from the one before, and lists of variants are read whole."""
VIDEO_CODECS = ("avc", "hvc", "hev", "dvh", "dva", "av01", "vp0", "vp8", "vp9", "mp4v", "vvc", "vvi")
SHORTEST_REFRESH, LONGEST_REFRESH = 0.5, 30.0


@dataclass(frozen=True, slots=True)
class Choice:
    """What a master playlist offers and we take: `sound` is another playlist, or empty when it is with the pictures."""

    pictures: str
    sound: str
    sound_tracks: int


def read(text: str, base: str, height: int = ENOUGH_HEIGHT) -> Playlist | Choice:
    """A playlist that was found at `base`. Raises FetchError for one that is broken, too long or locked."""
    lines = _tail([line for line in (line.strip() for line in text.splitlines()) if _is_used(line)])
    if not lines or lines[0] != "#EXTM3U":
        raise FetchError(f"{_shown(base)}: a playlist that is not HLS")
    if sum(line.startswith("#EXTINF") for line in lines) > MOST_SEGMENTS:
        raise too_many(_shown(base))
    if sum(line.startswith("#EXT-X-KEY") for line in lines) > MOST_KEYS:
        raise FetchError(f"{_shown(base)}: a playlist of more than {MOST_KEYS:,} keys")
    if sum(line.startswith(("#EXT-X-STREAM-INF", "#EXT-X-MEDIA:")) for line in lines) > MOST_VARIANTS:
        raise FetchError(f"{_shown(base)}: a playlist of more than {MOST_VARIANTS} variants")
    try:
        said = m3u8.parse("\n".join(lines), custom_tags_parser=_remember_the_key_of_a_map)
        return _choice(said, base, height) if said["is_variant"] else _playlist(said, base)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError, ArithmeticError, m3u8.ParseError) as error:
        raise FetchError(f"{_shown(base)}: a playlist that cannot be read ({type(error).__name__})") from error


def _is_used(line: str) -> bool:
    return line.partition(":")[0] in USED if line.startswith("#") else bool(line)


def _tail(lines: list[str]) -> list[str]:
    """Of a live playlist the last segments: a window of hours is read anew every few seconds."""
    places = [n for n, line in enumerate(lines) if not line.startswith("#")]
    if len(places) <= LIVE_TAIL or any(line.startswith(NOT_CUT) for line in lines):
        return lines
    cut = places[-LIVE_TAIL - 1] + 1
    before = lines[:cut]
    kept = [n for n in (_last(before[: _last(before, "#EXT-X-MAP")], "#EXT-X-KEY"), _last(before, "#EXT-X-MAP")) if n]
    kept += [n for n in (_last(before, "#EXT-X-KEY"),) if n and n not in kept]
    heads = [line for line in before if line.startswith(("#EXTM3U", "#EXT-X-TARGETDURATION"))]
    numbers = [line.partition(":")[2] for line in before if line.startswith("#EXT-X-MEDIA-SEQUENCE")]
    first = int(numbers[0]) if numbers and numbers[0].isdecimal() else 0
    number = f"#EXT-X-MEDIA-SEQUENCE:{first + len(places) - LIVE_TAIL}"
    return [*heads, number, *(before[n] for n in kept), *lines[cut:]]


def _last(lines: list[str], start: str) -> int:
    return next((n for n in range(len(lines) - 1, -1, -1) if lines[n].startswith(start)), 0)


def _shown(url: str) -> str:
    return url.partition("?")[0][:200]


def _remember_the_key_of_a_map(line: str, _number: int, _data: Any, state: dict[str, Any]) -> bool:
    """A map is locked with the key in force where it stands, which the library does not note."""
    if line.startswith("#EXT-X-MAP"):
        state["current_segment_map"] = None
        attributes = m3u8.parse(f"#EXTM3U\n{line}")["segment_map"][0]
        state["current_segment_map"] = {**attributes, "key": state["current_key"]}
        return True
    return False


def _choice(said: dict[str, Any], base: str, height: int) -> Choice:
    offers = [
        (Variant(str(n), _height(info), int(info.get("bandwidth") or 0)), offer["uri"], info)
        for n, offer in enumerate(said["playlists"])
        if (info := offer["stream_info"]) is not None
    ]
    if not offers:
        raise FetchError(f"{_shown(base)}: a playlist that names no variant")
    with_pictures = [offer for offer in offers if _has_pictures(offer[2])] or offers
    chosen = choose([variant for variant, _, _ in with_pictures], height)
    _, uri, info = next(offer for offer in with_pictures if offer[0] is chosen)
    sounds = [
        media for media in said["media"] if media.get("type") == "AUDIO" and media.get("group_id") == info.get("audio")
    ]
    sound = next((media for media in sounds if media.get("default") == "YES"), sounds[0] if sounds else {})
    sound_url = urljoin(base, sound["uri"]) if sound.get("uri") else ""
    pictures = urljoin(base, uri)
    return Choice(pictures, "" if sound_url == pictures else sound_url, max(1, len(sounds)))


def _height(info: Mapping[str, Any]) -> int:
    """The shorter side, so that an upright picture counts as what it is."""
    sides = str(info.get("resolution") or "0x0").lower().split("x")
    return min(int(side) for side in sides[:2])


def _has_pictures(info: Mapping[str, Any]) -> bool:
    codecs = str(info.get("codecs") or "").lower()
    return bool(info.get("resolution")) or not codecs or any(codec in codecs for codec in VIDEO_CODECS)


def _playlist(said: dict[str, Any], base: str) -> Playlist:
    if said["is_i_frames_only"]:
        raise FetchError(f"{_shown(base)}: a playlist of key frames only")
    segments, ends = [], dict[str, int]()
    number = int(said["media_sequence"] or 0)
    for item in said["segments"]:
        if "uri" not in item:
            continue
        segments.append(_segment(item, base, number, ends))
        number += 1
    target = float(said.get("targetduration") or max((s.seconds for s in segments), default=0) or 6)
    return Playlist(tuple(segments), min(max(target, SHORTEST_REFRESH), LONGEST_REFRESH), bool(said["is_endlist"]))


def _segment(item: dict[str, Any], base: str, number: int, ends: dict[str, int]) -> Segment:
    url = urljoin(base, item["uri"])
    seconds = float(item.get("duration") or 0)
    if not (math.isfinite(seconds) and seconds >= 0):
        raise ValueError(seconds)
    extent = _extent(item["byterange"], ends.get(url, 0)) if item.get("byterange") else None
    if extent:
        ends[url] = extent.start + extent.length
    return Segment(
        resource=Resource(url, extent, _key(item.get("key"), base, number)),
        seconds=seconds,
        number=number,
        next=number + 1,
        init=_init(item.get("init_section"), base, number),
        joint=bool(item.get("discontinuity")),
        gap=bool(item.get("gap_tag")),
    )


def _init(said: dict[str, Any] | None, base: str, number: int) -> Resource | None:
    if not said:
        return None
    extent = _extent(said["byterange"], 0) if said.get("byterange") else None
    return Resource(urljoin(base, said["uri"]), extent, _key(said.get("key"), base, number))


def _extent(text: str, follows: int) -> Extent:
    """`length@start`; without a start it goes on where the last part of the same file ended."""
    length, _, start = text.strip().strip('"').partition("@")
    extent = Extent(int(start) if start else follows, int(length))
    if extent.start < 0 or extent.length <= 0:
        raise ValueError(text)
    return extent


def _key(said: dict[str, Any] | None, base: str, number: int) -> Key | None:
    """The key in force. Its vector, when unsaid, is the segment's number."""
    method = str(said.get("method")) if said else "NONE"
    if said is None or method == "NONE":
        return None
    form = str(said.get("keyformat") or "identity")
    if method != "AES-128" or form != "identity":
        raise locked(_shown(base), method if method != "AES-128" else form)
    vector = str(said.get("iv") or "")
    iv = int(vector, 16) if vector else number
    return Key(urljoin(base, said["uri"]), iv.to_bytes(16, "big"))
