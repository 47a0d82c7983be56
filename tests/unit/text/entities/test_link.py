"""Links, plain and hidden, and the kind of site behind them."""

from __future__ import annotations

import pytest

from reelwarden.text.entities import find
from reelwarden.text.entities.hosts import category

LINK = frozenset(("link",))


@pytest.mark.parametrize(
    ("text", "slice_", "kind"),
    [
        ("see https://example.com/a?b=c#d.", "https://example.com/a?b=c#d", None),
        ("(http://example.com/a_(b))", "http://example.com/a_(b)", None),
        ("go to example.com now", "example.com", None),
        ("www.example.co.uk!", "www.example.co.uk", None),
        ("EXAMPLE.COM", "EXAMPLE.COM", None),
        ("example dot com", "example dot com", None),
        ("example [dot] com", "example [dot] com", None),
        ("example(.)com/x", "example(.)com/x", None),
        ("example . com", "example . com", None),
        ("e x a m p l e . c o m", "e x a m p l e . c o m", None),
        ("example。com", "example。com", None),
        ("hxxps://example[.]com/x", "hxxps://example[.]com/x", None),
        ("看example.com谢谢", "example.com", None),
        ("https://naver.com/a/b으로", "https://naver.com/a/b", None),
        ("http://пример.рф/путь", "http://пример.рф/путь", None),
        ("𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐜𝐨𝐦", "𝐞𝐱𝐚𝐦𝐩𝐥𝐞.𝐜𝐨𝐦", None),
        ("meinseite punkt de", "meinseite punkt de", None),
        ("monsite point fr", "monsite point fr", None),
        ("pornhub.com", "pornhub.com", "adult"),
        ("pornhub dot com", "pornhub dot com", "adult"),
        ("https://de.xhamster.com/videos/1", "https://de.xhamster.com/videos/1", "adult"),
        ("hot-nudes.xxx", "hot-nudes.xxx", "adult"),
        ("my onlyfans.com/jane", "onlyfans.com/jane", "adult"),
        ("free-live-cams-sexcam.net", "free-live-cams-sexcam.net", "adult"),
        ("bet365.com", "bet365.com", "gambling"),
        ("best-casino-bonus.io", "best-casino-bonus.io", "gambling"),
        ("1xbet-tr.com", "1xbet-tr.com", "gambling"),
        ("weedmaps.com/x", "weedmaps.com/x", "drugs"),
        ("buy-xanax-online.shop", "buy-xanax-online.shop", "drugs"),
        ("bit.ly/3abc", "bit.ly/3abc", "shortener"),
        ("http://93.184.216.34/login", "http://93.184.216.34/login", "unsafe"),
        ("example.com/free/setup.exe", "example.com/free/setup.exe", "unsafe"),
        ("https://grabify.link/ABC", "https://grabify.link/ABC", "unsafe"),
        ("abcdefghij234567.onion", "abcdefghij234567.onion", "unsafe"),
        ("paypa1.com", "paypa1.com", "deceptive"),
        ("g00gle.com/x", "g00gle.com/x", "deceptive"),
        ("faceboook.com", "faceboook.com", "deceptive"),
        ("раураl.com", "раураl.com", "deceptive"),
        ("https://xn--pypal-4ve.com", "https://xn--pypal-4ve.com", "deceptive"),
        ("paypal-login.verify.xyz", "paypal-login.verify.xyz", "deceptive"),
        ("paypal.com.account-check.ru/a", "paypal.com.account-check.ru/a", "deceptive"),
        ("https://google.com@evil.ru/x", "https://google.com@evil.ru/x", "deceptive"),
        ("steamcommunlty.com/gift", "steamcommunlty.com/gift", "deceptive"),
    ],
)
def test_link(text: str, slice_: str, kind: str | None) -> None:
    matches = find(text, LINK)
    assert [(match.slice(text), match.detail) for match in matches] == [(slice_, kind)]


@pytest.mark.parametrize(
    "host",
    [
        "paypal.com",
        "www.google.com",
        "accounts.google.de",
        "maps.google.co.uk",
        "amazon.de",
        "s3.amazonaws.com",
        "apple.com",
        "pineapple.com",
        "appleseed.org",
        "snapple.com",
        "discord.gg",
        "support.apple.com",
        "en.wikipedia.org",
        "essex.ac.uk",
        "sussex.gov.uk",
        "middlesexcounty.org",
        "alphabet.com",
        "betterhelp.com",
        "slottery.art",
        "methodist.org",
        "cockburn.wa.gov.au",
        "scunthorpe.co.uk",
        "analytics.example.com",
        "github.com",
        "youtu.be",
        "metacritic.com",
        "googleblog.com",
    ],
)
def test_ordinary_host(host: str) -> None:
    assert category(host) is None


def test_an_operators_list_comes_first() -> None:
    listed = {"badshop.com": "drugs", "pornhub.com": "allowed", "bit.ly": "company"}
    text = "www.badshop.com/a pornhub.com x.bit.ly"
    assert [match.detail for match in find(text, LINK, listed=listed)] == ["drugs", "allowed", "company"]


def test_value_can_be_opened() -> None:
    assert [match.value for match in find("hxxp://Example[.]com/Path and example.com/AbC", LINK)] == [
        "http://example.com/path",
        "https://example.com/AbC",
    ]
