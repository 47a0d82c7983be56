"""Tells by the first bytes what kind of file this is, before any decoder sees it. Names are never believed."""

from __future__ import annotations

import re
from enum import Enum, auto

SNIFFED = 4096


class Kind(Enum):
    EMPTY = auto()
    PLAYLIST = auto()
    IMAGE = auto()
    CONTAINER = auto()


_PLAYLISTS = re.compile(
    rb"#EXTM3U|#EXT-X-|#EXTINF|ffconcat\s|v=0\r?\n|RTSPtext|rtsptext|SMILtext|\[playlist\]|\[reference\]"
    rb"|<(?:\?xml[^>]*\?>|!--.*?-->|!doctype[^>]*>|\s)*(?:mpd|smoothstreamingmedia|asx|smil|xspf|playlist|wpl)\b"
    rb"|(?:file|http|https|rtsp|rtmp|ftp|subfile|concat|crypto|data|tcp|udp):\S*[\r\n]*\Z"
    rb"|file\s+\S",
    re.IGNORECASE | re.DOTALL,
)
_XML_NOISE = re.compile(rb"(?:<\?xml[^>]*\?>|<!--.*?-->|<!doctype[^>]*>|\s)+", re.IGNORECASE | re.DOTALL)
_BYTE_ORDER_MARK = b"\xef\xbb\xbf"

_IMAGES = (b"\xff\xd8\xff", b"\x89PNG\r\n\x1a\n", b"GIF87a", b"GIF89a", b"BM", b"II*\0", b"MM\0*")
_IMAGE_BRANDS = (b"avif", b"avis")


def sniff(start: bytes) -> Kind:
    """`start`: the first SNIFFED bytes of the file."""
    if not start:
        return Kind.EMPTY
    text = start.removeprefix(_BYTE_ORDER_MARK).lstrip()
    if _PLAYLISTS.match(text) or _PLAYLISTS.match(_XML_NOISE.sub(b"", text, count=1)):
        return Kind.PLAYLIST
    return Kind.IMAGE if _is_image(start) else Kind.CONTAINER


def _is_image(start: bytes) -> bool:
    if start.startswith(b"RIFF"):
        return start[8:12] == b"WEBP"
    if start[4:8] == b"ftyp":
        return start[8:12] in _IMAGE_BRANDS
    return start.startswith(_IMAGES)
