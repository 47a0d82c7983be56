"""The first bytes decide, whatever the file is called."""

from __future__ import annotations

import pytest

from reelwarden.media.sniff import Kind, sniff

PLAYLISTS = [
    b"#EXTM3U\n#EXT-X-VERSION:3\nfile:///etc/passwd\n",
    b"\xef\xbb\xbf#EXTM3U\n",
    b"\n\n  #EXTM3U8\n",
    b"ffconcat version 1.0\nfile /etc/passwd\n",
    b"file '/etc/passwd'\nfile 'b.mp4'\n",
    b'<?xml version="1.0"?>\n<MPD xmlns="urn:mpeg:dash:schema:mpd:2011">',
    b'<?xml version="1.0"?><!-- hello --><SmoothStreamingMedia MajorVersion="2">',
    b"<MPD>",
    b"v=0\r\no=- 0 0 IN IP4 127.0.0.1\r\n",
    b"[playlist]\nFile1=http://127.0.0.1/\n",
    b"[Reference]\nRef1=http://127.0.0.1/\n",
    b'<ASX version="3.0"><entry><ref href="http://127.0.0.1/"/></entry></ASX>',
    b'<smil><body><video src="http://127.0.0.1/"/></body></smil>',
    b"http://127.0.0.1:8080/secret.ts\n",
    b"concat:/etc/passwd|/etc/shadow",
    b"RTSPtext\nrtsp://127.0.0.1/\n",
]


@pytest.mark.parametrize("start", PLAYLISTS)
def test_playlists(start: bytes) -> None:
    assert sniff(start) is Kind.PLAYLIST


@pytest.mark.parametrize(
    ("start", "kind"),
    [
        (b"", Kind.EMPTY),
        (b"\xff\xd8\xff\xe0\0\x10JFIF", Kind.IMAGE),
        (b"\x89PNG\r\n\x1a\n", Kind.IMAGE),
        (b"GIF89a", Kind.IMAGE),
        (b"RIFF\0\0\0\0WEBPVP8 ", Kind.IMAGE),
        (b"\0\0\0\x20ftypavif", Kind.IMAGE),
        (b"II*\0", Kind.IMAGE),
        (b"RIFF\0\0\0\0AVI LIST", Kind.CONTAINER),
        (b"\0\0\0\x20ftypisom", Kind.CONTAINER),
        (b"\x1aE\xdf\xa3", Kind.CONTAINER),
        (b"<html><body>no media</body></html>", Kind.CONTAINER),
        (b"just text", Kind.CONTAINER),
    ],
)
def test_everything_else(start: bytes, kind: Kind) -> None:
    assert sniff(start) is kind
