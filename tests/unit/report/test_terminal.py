"""The table in the terminal."""

from __future__ import annotations

import io
import re

import pytest
from findings import HOSTILE, PHOTO, result, rules, seen
from rich.cells import cell_len
from rich.console import Console

from reelwarden.domain import Unavailable
from reelwarden.errors import MediaDamaged
from reelwarden.report.plain import visible
from reelwarden.report.terminal import ROWS, print_result
from reelwarden.result import Failure, Result


def printed(made: Result | Failure, width: int = 80, **how: object) -> str:
    stream = io.StringIO()
    print_result(made, Console(file=stream, width=width, **how))  # type: ignore[arg-type]
    return stream.getvalue()


def test_a_result_says_what_where_when_and_how_sure() -> None:
    signals = [seen("nudity.explicit", t, 0.9, detector="nudity") for t in (62, 63)]
    signals += [seen("qr.link", 5, 1.0, text="https://example.org/a")]
    text = printed(result(signals, unavailable=(Unavailable("drug", "no model"),)))
    assert re.search(r"! nudity\.explicit +1:02\.0–1:03\.0 +0\.90 ━━━━─ nudity", text)
    assert re.search(r"qr\.link +0:05\.0 +1\.00 ━━━━━ d +https://example\.org/a", text)
    assert "REJECT  policy default r1" in text
    assert "nudity.explicit at 1:02.0 to 1:03.0: 0.90 backed by 2 looks" in " ".join(text.split())
    assert "1 label that no model here can tell (drug)" in text
    assert "12.4 s (7.3 × real time); CPU seconds: d 4.2, decode 3.1" in " ".join(text.split())
    assert "note: the sound was not listened to" in text


def test_a_lone_look_says_how_many_are_wanted() -> None:
    assert "(1 of 2 looks)" in printed(result([seen("gore", 3, 0.9)]))


@pytest.mark.parametrize("width", [80, 120])
def test_no_line_is_wider_than_the_terminal(width: int) -> None:
    signals = [
        seen("nudity.body_part.female_genitalia", 3700, 0.9, detector="a_detector_with_a_long_name"),
        seen("text.screen", 3701, text="你好，世界" * 30),
        seen("text.screen", 3702, text="مرحبا بالعالم " * 20),
        seen("text.screen", 3703, text="x" * 500),
        seen("text.screen", 3704, text="👩‍👩‍👧 e\u0301" * 40),
    ]
    lines = printed(result(signals, file="a very long name " * 12), width).splitlines()
    assert max(map(cell_len, lines)) <= width
    assert any("nudity.body_part" in line for line in lines)


def test_without_a_terminal_there_is_no_escape_at_all() -> None:
    text = printed(result([seen("text.screen", 1, text=HOSTILE), seen("gore", 1, 0.98)], file=HOSTILE))
    assert "\x1b" not in text and "\u202e" not in text and "\x07" not in text


def test_colours_are_ours_only() -> None:
    made = result([seen("text.screen", 1, text="\x1b]0;owned\x07\x1b[2J\x9b31m"), seen("gore", 1, 0.98)])
    coloured = printed(made, force_terminal=True, color_system="standard")
    assert "\x1b[" in coloured
    assert not re.search(r"\x1b(?!\[[\d;]*m)|\x9b|\x07", coloured)
    plain = printed(made, force_terminal=True, color_system="standard", no_color=True)
    assert not re.search(r"\x1b\[[\d;]*3\dm", plain)


def test_markup_in_words_stays_words() -> None:
    assert "[bold red]hi[/]" in printed(result([seen("text.screen", 1, text="[bold red]hi[/]")]))


def test_an_image_has_no_times() -> None:
    text = printed(result([seen("face", 0, 0.9)], media=PHOTO))
    assert "from – to" not in text and "0:00.0" not in text


def test_more_moments_than_fit_are_counted_and_the_gravest_listed() -> None:
    many = [seen("object.vehicle", t * 10, 0.95) for t in range(ROWS * 2)] + [seen("drug", 700, 0.7)]
    text = printed(result(many, under=rules("[labels.drug]\nreview = 0.6")))
    assert "? drug" in text
    assert f"and {ROWS + 1} more" in text


def test_a_failure_is_one_line_and_a_hint() -> None:
    text = printed(Failure("bad\x1b[2J.mp4", MediaDamaged("nothing could be decoded", "fetch it again")))
    assert text.splitlines() == ["bad\\x1b[2J.mp4: ERROR nothing could be decoded", "  hint: fetch it again"]


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("a\x1b[31mb", "a\\x1b[31mb"),
        ("a\u202eb\u2066c", "a\\u202eb\\u2066c"),
        ("two\nlines\tand\r\x85", "two lines and \\x85"),
        ("\ud800", "\\ud800"),
        ("می‌خواهم 👩‍👧", "می‌خواهم 👩‍👧"),
        ("x" * 3000, "x" * 2000 + "…"),
    ],
)
def test_visible(text: str, shown: str) -> None:
    assert visible(text) == shown


def test_what_is_short_and_says_nothing_twice() -> None:
    text = printed(result([seen("face.age", 1, 0.9, years=31), seen("person", 1, 0.9, **{"class": "person"})]))
    assert "about 31 years" in text
    assert text.count("person") == 1
