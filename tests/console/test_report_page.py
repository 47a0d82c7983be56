"""The page in a real browser: keys, pictures, filter, and that it talks to nobody."""

from __future__ import annotations

import io
import os
import shutil
import warnings
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from findings import HOSTILE, heard, result, seen
from PIL import Image

from reelwarden.domain import Box
from reelwarden.errors import MediaDamaged
from reelwarden.report import html
from reelwarden.result import Failure, Result, Spoken

pytestmark = pytest.mark.slow
BROWSERS = ("chromium", "chromium-browser", "google-chrome")


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium. Without one the tests are skipped, loudly."""
    playwright = pytest.importorskip("playwright.sync_api", reason="NO BROWSER TEST: pip install playwright")
    found = os.environ.get("REELWARDEN_TEST_BROWSER") or next(filter(None, map(shutil.which, BROWSERS)), None)
    if not found:
        warnings.warn("no browser: the report page is not tested (apt-get install chromium)", stacklevel=1)
        pytest.skip("NO BROWSER: apt-get install chromium")
    with playwright.sync_playwright() as running:
        started = running.chromium.launch(executable_path=found, args=["--no-sandbox"])
        yield started
        started.close()


def jpeg(grey: int) -> bytes:
    stream = io.BytesIO()
    Image.new("RGB", (320, 180), (grey, 90, 160)).save(stream, "JPEG")
    return stream.getvalue()


def clip() -> Result:
    signals = [seen("suggestive", 1, 0.6), seen("text.screen", 5, text=HOSTILE)]
    signals += [seen("gore", t, 0.9, box=Box(0.25, 0.25, 0.75, 0.75)) for t in (10, 11)]
    signals += [seen("qr.link", 30, 1.0, text="https://example.org/x"), seen("drug", 40, 0.7)]
    signals += [seen("drug", 41, 0.7), heard("text.speech", 38, 42, text=HOSTILE)]
    lines = tuple(Spoken(float(t), t + 2.0, f"line {t} {HOSTILE}") for t in range(0, 90, 2))
    return result(signals, file=HOSTILE, pictures={1.0: jpeg(50), 10.0: jpeg(200)}, speech=lines)


@pytest.fixture
def page(browser: Any, tmp_path: Path) -> Iterator[Any]:
    """The page of two results and a failure; at the end it must have logged nothing and asked for nothing."""
    path = tmp_path / "report.html"
    path.write_text(html.page([clip(), clip(), Failure(HOSTILE, MediaDamaged(HOSTILE))]), "utf-8")
    complaints: list[str] = []
    asked: list[str] = []
    opened = browser.new_page(viewport={"width": 1280, "height": 800}, reduced_motion="reduce")
    opened.on("console", lambda message: complaints.append(message.text))
    opened.on("pageerror", lambda error: complaints.append(str(error)))
    opened.on("dialog", lambda dialog: complaints.append(dialog.message))
    opened.on("request", lambda request: asked.append(request.url))
    opened.goto(path.as_uri())
    yield opened
    title = opened.title()
    opened.close()
    assert complaints == []
    assert [url for url in asked if not url.startswith("data:image/jpeg")] == [path.as_uri()]
    assert "taken" not in title.split()


def label(page: Any) -> str:
    """The label of the open moment."""
    return str(page.locator(".moment.now .open").inner_text())


def test_it_opens_on_the_gravest_moment_with_every_picture_blurred(page: Any) -> None:
    assert label(page) == "gore"
    assert page.locator(".picture.shown").count() == 0
    filters = page.eval_on_selector_all("img", "all => all.map(i => getComputedStyle(i).filter)")
    assert len(filters) == 5 and all("blur" in one for one in filters)


def test_keys_step_through_the_moments(page: Any) -> None:
    steps = {
        "j": "qr.link",
        "ArrowRight": "text.speech",
        "ArrowUp": "qr.link",
        "k": "gore",
        "ArrowLeft": "text.screen",
    }
    for key, name in steps.items():
        page.keyboard.press(key)
        assert label(page) == name, key
    for key, name in {"n": "gore", "ArrowDown": "qr.link"}.items():
        page.keyboard.press(key)
        assert label(page) == name, key
    page.keyboard.press("n")
    assert label(page) == "drug"
    assert page.locator(".mark.now").get_attribute("aria-label").startswith("drug, 0:40.0")
    assert page.locator("#said").inner_text().startswith("drug, ")
    assert page.evaluate("document.activeElement.className") == "open"


def test_keys_with_modifiers_and_in_fields_are_left_alone(page: Any) -> None:
    page.keyboard.press("Control+j")
    page.keyboard.press("Alt+ArrowDown")
    assert label(page) == "gore"
    page.keyboard.press("/")
    page.keyboard.type("jb k?")
    assert page.locator(".filter input").first.input_value() == "jb k?"
    assert not page.locator("#help").is_visible()


def test_the_space_key_reveals_and_blurs_and_b_blurs_all(page: Any) -> None:
    picture = page.locator(".moment.now .picture")
    page.keyboard.press("Space")
    assert "shown" in picture.get_attribute("class")
    assert page.evaluate("getComputedStyle(document.querySelector('.moment.now img')).filter") == "none"
    assert page.locator(".moment.now .box rect").is_visible()
    page.keyboard.press("Space")
    assert "shown" not in picture.get_attribute("class")
    page.keyboard.press("Space")
    page.locator(".film .cover").first.click()
    assert page.locator(".picture.shown").count() == 2
    page.keyboard.press("b")
    assert page.locator(".picture.shown").count() == 0


def test_a_picture_reached_with_the_tab_key_is_revealed_by_enter(page: Any) -> None:
    cover = page.locator(".film .cover").first
    cover.focus()
    page.keyboard.press("Enter")
    assert cover.get_attribute("aria-pressed") == "true"
    assert cover.get_attribute("aria-label").startswith("Blur")
    page.keyboard.press("Space")
    assert cover.get_attribute("aria-pressed") == "false"


def test_the_time_line_jumps_by_click_and_by_enter(page: Any) -> None:
    page.locator(".mark[aria-label^='qr.link']").first.click()
    assert label(page) == "qr.link"
    mark = page.locator(".mark[aria-label^='suggestive']").first
    mark.focus()
    assert page.locator(".hint").first.inner_text().startswith("suggestive, 0:01.0")
    page.keyboard.press("Enter")
    assert label(page) == "suggestive"


def test_only_one_mark_of_a_time_line_is_a_stop_of_the_tab_key(page: Any) -> None:
    stops = page.eval_on_selector_all(
        ".timeline", "all => all.map(t => t.querySelectorAll('.mark[tabindex=\"0\"]').length)"
    )
    assert stops == [1, 1]


def test_the_filter_leaves_what_fits(page: Any) -> None:
    page.locator(".filter input[type=search]").first.fill("example.org")
    assert page.locator("#f1 .moment:visible").count() == 1
    page.locator(".filter input[type=search]").first.fill("nothing like it")
    assert page.locator("#f1 .none").is_visible()
    page.locator(".filter input[type=search]").first.fill("")
    page.locator("#f1 .leading").check()
    assert page.locator("#f1 .moment:visible .open").all_inner_texts() == ["gore", "drug"]
    assert page.locator("#f2 .moment:visible").count() == 6, "the other file is left alone"


def test_the_transcript_follows(page: Any) -> None:
    page.keyboard.press("n")
    line = page.locator("#f1 .transcript li.now")
    assert "line 38" in line.inner_text()
    assert page.evaluate("document.querySelector('#f1 .transcript ol').scrollTop") > 0


def test_help_opens_with_a_question_mark_and_closes_with_escape(page: Any) -> None:
    page.keyboard.press("?")
    assert page.locator("#help").is_visible()
    page.keyboard.press("j")
    assert label(page) == "gore", "keys rest while help is open"
    page.keyboard.press("Escape")
    assert not page.locator("#help").is_visible()


@pytest.mark.parametrize("width", [320, 390, 768, 1280])
def test_nothing_is_wider_than_the_window(page: Any, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= width


CONTRAST = """
() => {
  const parse = (c) => c.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map((v) => v / 255)
    .map((v) => (v <= 0.03928 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4))
    .reduce((sum, v, i) => sum + v * [0.2126, 0.7152, 0.0722][i], 0);
  const ground = (e) => { for (; e; e = e.parentElement) { const c = parse(getComputedStyle(e).backgroundColor);
    if (c.length < 4 || c[3] > 0.9) return c; } return [255, 255, 255]; };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    if (!e.offsetParent || e.closest(".picture, svg, script") ) continue;
    if (![...e.childNodes].some((n) => n.nodeType === 3 && n.data.trim())) continue;
    const [a, b] = [light(parse(getComputedStyle(e).color)), light(ground(e))].sort((x, y) => y - x);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push(`${e.className || e.tagName} ${e.textContent.slice(0, 20)} ${ratio.toFixed(2)}`);
  }
  return poor;
}
"""


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_words_stand_out_from_their_ground(page: Any, scheme: str) -> None:
    page.emulate_media(color_scheme=scheme)
    assert page.evaluate(CONTRAST) == []


def test_it_prints_without_its_tools(page: Any) -> None:
    page.emulate_media(media="print")
    assert not page.locator(".tools").is_visible()
    assert page.locator("#f1 .moment").first.is_visible()


def test_without_scripts_a_link_of_the_time_line_opens_its_moment(browser: Any, tmp_path: Path) -> None:
    path = tmp_path / "report.html"
    path.write_text(html.page([clip()]), "utf-8")
    plain = browser.new_context(java_script_enabled=False).new_page()
    plain.goto(f"{path.as_uri()}#f1-m1")
    assert plain.locator("#f1-m1-more").is_visible()
    assert not plain.locator("#f1-m2-more").is_visible()
    plain.close()
