"""Single cases of telephone numbers: combined disguises, several numbers, numbers said as people say them."""

from __future__ import annotations

import pytest

from reelwarden.text.entities import find

PHONES = frozenset(("phone_number",))
US, FR = "+12125551234", "+33612345678"


def values(text: str) -> list[str | None]:
    return [match.value for match in find(text, PHONES)]


@pytest.mark.parametrize(
    "text",
    [
        "2one2 five5five 12thirty-four",
        "two-one-two/555/one2three4",
        "Call (two one two) 555-12-34",
        "2 1 2 . 5 5 5 . 1 2 3 4",
        "t w o o n e t w o f i v e f i v e f i v e o n e t w o t h r e e f o u r",
        "tw0 0ne tw0 f1ve f1ve f1ve 0ne tw0 thr33 f0ur",
        "my digits: 212five55onetwo34",
        "call me on two one two five five five one two three four",
        "area code two one two then five five five and then one two three four",
        "two, one, two... five, five, five... one, two, three, four",
        "two one two. five five five. one two three four.",
        "twooneTWO-fiveFIVEfive-ONEtwoThreeFour",
        "Two hundred twelve five fifty five twelve thirty four",
        "zwo eins zwo fünf fünf fünf eins zwo drei vier",
        "2⃣1⃣2⃣ 5⃣5⃣5⃣ 1⃣2⃣3⃣4⃣",
        "１（２１２）５５５−１２３４",
        "2;1;2;5;5;5;1;2;3;4",
        "(212)555-1234 ext. 5",
        "212.555.1234x5",
        "call2125551234now",
        "3 212 555 1234",
        "212|555|l234",
        "2|2-555-|234",
        "我的电话是二一二五五五一二三四",
        "이일이 오오오 일이삼사 입니다",
    ],
)
def test_us(text: str) -> None:
    assert values(text) == [US]


@pytest.mark.parametrize(
    "text",
    [
        "+thirty-three six 12 34 56 78",
        "plus thirty-three six twelve thirty-four fifty-six seventy-eight",
        "c'est le zéro six, douze, trente-quatre, cinquante-six, soixante-dix-huit",
        "zéro six douze trente quatre cinquante six septante huit",
        "O612345678",
        "O6 l2 34 S6 78",
        "+33 (0)6 12 34 56 78",
        "0033612345678",
        "011 33 6 12 34 56 78",
        "33612345678",
        "☎ 06-12-34-56-78",
    ],
)
def test_french(text: str) -> None:
    assert values(text) == [FR]


@pytest.mark.parametrize(
    ("text", "slices"),
    [
        ("212 555 1234 or 212 555 4321", ["212 555 1234", "212 555 4321"]),
        ("2125551234\n2125554321\n2125550000", ["2125551234", "2125554321", "2125550000"]),
        ("2125551234, 2125554321", ["2125551234", "2125554321"]),
        ("212 555 1234 212 555 4321", ["212 555 1234", "212 555 4321"]),
        ("06.12.34.56.78 / 07.12.34.56.78", ["06.12.34.56.78", "07.12.34.56.78"]),
        ("in 2012 call +1 (212) 555-1234 at 5", ["+1 (212) 555-1234"]),
        ("(212) 555-1234!", ["(212) 555-1234"]),
    ],
)
def test_spans(text: str, slices: list[str]) -> None:
    assert [match.slice(text) for match in find(text, PHONES)] == slices


def test_a_number_without_its_trunk_prefix_is_none() -> None:
    assert values("6 12 34 56 78") == []


def test_two_lines_on_a_screen() -> None:
    text = "CALL 212-555-\n1234"
    assert values(text) == []
    assert [match.value for match in find(text, PHONES, source="ocr")] == [US]
