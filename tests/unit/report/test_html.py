"""The page as text: complete in itself, and nothing in it that a media could smuggle in."""

from __future__ import annotations

import base64
import hashlib
import re
from html.parser import HTMLParser

import pytest
from findings import HOSTILE, PHOTO, heard, result, seen

from reelwarden.domain import Box, Unavailable
from reelwarden.errors import MediaDamaged
from reelwarden.report import html, view
from reelwarden.result import Failure, Result, Spoken

JPEG = b"\xff\xd8\xff\xe0 a picture \xff\xd9"


class Page(HTMLParser):
    """Every element with its attributes, the scripts' and styles' text, and the words that are shown."""

    def __init__(self, text: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.inside: dict[str, list[str]] = {"script": [], "style": []}
        self.words = ""
        self._open = ""
        self.feed(text)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))
        self._open = tag if tag in self.inside else ""

    def handle_endtag(self, tag: str) -> None:
        self._open = ""

    def handle_data(self, data: str) -> None:
        if self._open:
            self.inside[self._open].append(data)
        else:
            self.words += data


def full() -> Result:
    signals = [seen("nudity.explicit", t, 0.9, box=Box(0.1, 0.2, 0.3, 0.4)) for t in (10, 11)]
    signals += [seen("text.screen", 5, text=HOSTILE), seen("qr.link", 7, 1.0, text="javascript:alert(1)")]
    signals += [seen("text.insult", 6, 0.9, text="you muppet"), heard("text.speech", 20, 24, text=HOSTILE)]
    return result(
        signals,
        file=HOSTILE,
        unavailable=(Unavailable("drug", HOSTILE),),
        pictures={10.0: JPEG, 5.0: JPEG + b"2"},
        speech=(Spoken(20.0, 24.0, HOSTILE, HOSTILE, "en"),),
    )


def test_hostile_words_make_no_element_and_no_attribute() -> None:
    page = Page(html.page([full(), Failure(HOSTILE, MediaDamaged(HOSTILE, HOSTILE))]))
    assert {name for _, attributes in page.elements for name in attributes if name.startswith("on")} == set()
    assert len([tag for tag, _ in page.elements if tag == "script"]) == 1
    assert all((a.get("src") or "").startswith("data:image/jpeg;base64,") for t, a in page.elements if t == "img")
    assert "taken" not in "".join(page.inside["script"])
    assert "\\x1b[31m\\u202eevil{{ 7*7 }}" in page.words
    assert "\x1b" not in page.words and "\u202e" not in page.words


def test_nothing_leads_off_the_page() -> None:
    text = html.page([full()])
    for tag, attributes in Page(text).elements:
        for name in ("href", "src", "action", "data", "poster", "srcset"):
            value = attributes.get(name)
            assert value is None or value.startswith(("#", "data:image/jpeg")), (tag, name, value)
    assert "url(" not in text and "@import" not in text


def test_only_our_own_script_and_style_may_run() -> None:
    page = Page(html.page([full()]))
    policy = next(a["content"] for t, a in page.elements if a.get("http-equiv") == "Content-Security-Policy")
    assert policy is not None
    assert policy.startswith("default-src 'none'; ") and "unsafe" not in policy
    for kind in ("script", "style"):
        digest = base64.b64encode(hashlib.sha256("".join(page.inside[kind]).encode()).digest()).decode()
        assert f"{kind}-src 'sha256-{digest}'" in policy
    assert not [a for _, a in page.elements if "style" in a], "an inline style would be refused by the policy"


def test_the_page_says_it_all() -> None:
    made = full()
    words = Page(html.page([made])).words
    for said in ("Reject", "nudity.explicit", "0:10.0 – 0:11.0", "0.90", "you muppet", "javascript:alert(1)"):
        assert said in words, said
    for said in (
        made.policy.digest,
        "every 1 s",
        "1+abc",
        "4.2 s",
        "drug",
        "1920 × 1080",
        made.verdict.reasons[0].why,
    ):
        assert said in words, said


def test_every_name_on_the_page_is_used_once_and_every_link_has_its_end() -> None:
    page = Page(html.page([full(), full()]))
    names = [attributes["id"] for _, attributes in page.elements if "id" in attributes]
    assert len(names) == len(set(names))
    links = [a.get("href") or "" for _, a in page.elements if a.get("href")]
    links += [f"#{a['data-source']}" for _, a in page.elements if a.get("data-source")]
    links += [f"#{a[n]}" for _, a in page.elements for n in ("aria-labelledby", "aria-controls") if a.get(n)]
    assert links and {link.removeprefix("#") for link in links} <= set(names)


def test_a_picture_is_stored_once() -> None:
    text = html.page([full()])
    assert text.count(base64.b64encode(JPEG).decode()) == 1


def test_an_image_has_no_time_line_and_nothing_to_filter() -> None:
    page = Page(html.page([result([], media=PHOTO)]))
    assert not [a for _, a in page.elements if a.get("class") == "timeline"]
    assert "No signal was strong enough to keep." in page.words


def test_no_file_and_many_files() -> None:
    assert "There were no files." in html.page([])
    words = Page(html.page([full(), result([], file="b.jpg", media=PHOTO)])).words
    assert "2 files" in words and "b.jpg" in words


def test_marks_lie_where_their_time_is() -> None:
    made = result([seen("gore", 45, 0.9), seen("gore", 46, 0.9)])
    (mark,) = view.marks(made, "f", {})
    assert (mark.left, mark.width, mark.leads_to) == (50.0, pytest.approx(100 / 90, abs=0.001), "reject")
    (lone,) = view.marks(result([seen("gore", 45, 0.9)]), "f", {})
    assert lone.leads_to == "too few looks"


@pytest.mark.parametrize("length", [0.04, 1, 9.9, 90, 600, 3600, 86400, 400000])
def test_ticks_are_few_and_inside(length: float) -> None:
    found = view.ticks(length)
    assert 1 <= len(found) <= 8
    assert all(0 <= tick.left <= 100 for tick in found)
    assert re.fullmatch(r"0:00", found[0].label)


def test_the_transcript_marks_what_was_found_in_it() -> None:
    signals = [
        heard("text.speech", 3, 6, text="You utter MUPPET, he said"),
        heard("text.insult", 4, 5, 0.9, "muppet"),
    ]
    text = html.page([result(signals)])
    assert "<bdi>You utter <mark>MUPPET</mark>, he said</bdi>" in text


def test_of_very_many_moments_the_gravest_are_shown_and_the_rest_counted() -> None:
    many = [seen("object.vehicle", t * 10, 0.95) for t in range(html.MOMENTS + 10)]
    words = html.page([result([*many, seen("drug", 5, 0.7), seen("drug", 6, 0.7)])])
    assert "drug at 0:05.0 to 0:06.0" in words
    assert "… and 11 weaker moments, which the JSON has." in words
