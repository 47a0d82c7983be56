"""What a URL is taken for, and what is refused because two programs could read it in two ways."""

from __future__ import annotations

import pytest

from reelwarden.errors import EgressRefused
from reelwarden.ingest.url import is_url, parse

READ = [
    # url, authority, path, shown
    ("http://Example.COM", "example.com", "/", "http://example.com/"),
    ("HTTPS://example.com./a", "example.com", "/a", "https://example.com/a"),
    ("https://example.com:443/a?sig=1#top", "example.com", "/a?sig=1", "https://example.com/a"),
    ("http://example.com:8080/ü", "example.com:8080", "/%C3%BC", "http://example.com:8080/%C3%BC"),
    ("http://bücher.example/", "xn--bcher-kva.example", "/", "http://xn--bcher-kva.example/"),
    ("http://[2606:4700:0::1]:8443/", "[2606:4700::1]:8443", "/", "http://[2606:4700::1]:8443/"),
    ("http://1.2.3.4./x%20y", "1.2.3.4", "/x%20y", "http://1.2.3.4/x%20y"),
    ("http://my_host/", "my_host", "/", "http://my_host/"),
]
REFUSED = [
    *("file:///etc/passwd", "gopher://x/", "ftp://x/", "rtmp://x/live", "data://x", "//example.com/", "javascript://x"),
    *("http://user@example.com/", "http://a:b@127.0.0.1/", "http://example.com@127.0.0.1/", "http://@x/"),
    *("http://0x7f.1/", "http://2130706433/", "http://0177.0.0.1/", "http://127.1/", "http://0x7f000001/"),
    *("http://127.0.0.1.5/", "http://1.2.3.256/", "http://0/", "http://0x/", "http://00000177.1/", "http://x.0x7f/"),
    *("http://exa mple.com/", "http://example.com\\@127.0.0.1/", "http://a\tb/", "http://a/\r\nHost: b", "http:\\\\a/"),
    *("http://a/\x00", " http://a/", "http://", "http:///a", "http://:80/", "http://a:0/", "http://a:70000/"),
    *("http://a:b/", "http://[::1", "http://[::1%25lo]/", "http://[fe80::1%eth0]/", "http://[1.2.3.4]/", "http://[]/"),
    *(
        "http://a/\ud800",
        "http://a/?x=\udfff",
        "http://a/\x85",
        "http://a/\u2028x",
        "http://a/#\r\nX: y",
        "http://a/\xa0",
    ),
    *("http://a..b/", "http://-a/", "http://a-/", "http://a%2eb/", "http://%31%32%37.0.0.1/", "http://a,b/"),
    *("http://" + "a" * 64 + "/", "http://" + "a." * 200 + "b/", "http://a/" + "x" * 9000, "http://☃☃@x/"),
]


@pytest.mark.parametrize(("url", "authority", "path", "shown"), READ)
def test_read(url: str, authority: str, path: str, shown: str) -> None:
    target = parse(url)
    assert (target.authority, target.path, target.shown) == (authority, path, shown)


@pytest.mark.parametrize("url", REFUSED)
def test_refused(url: str) -> None:
    with pytest.raises(EgressRefused):
        parse(url)


@pytest.mark.parametrize("url", ["http://①②⑦.⓪.⓪.①/", "http://127。0。0。1/", "http://１２７.0.0.1/"])
def test_disguised_digits_become_the_address_that_they_mean(url: str) -> None:
    assert str(parse(url).address) == "127.0.0.1"


def test_disguised_letters_become_the_name_that_they_mean() -> None:
    assert parse("http://ⓁⓄⒸⒶⓁⒽⓄⓈⓉ/").host == "localhost"


@pytest.mark.parametrize(("source", "expected"), [("a.mp4", False), ("C:/a", False), ("x://y", True)])
def test_is_url(source: str, expected: bool) -> None:
    assert is_url(source) is expected
