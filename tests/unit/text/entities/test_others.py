"""Network addresses, social security numbers, user names, and who yields to whom."""

from __future__ import annotations

import pytest

from reelwarden.text.entities import find


def found(text: str, *categories: str, **options: object) -> list[tuple[str, str]]:
    wanted = (
        frozenset(categories) if categories else frozenset(("email", "link", "ip", "ssn", "phone_number", "username"))
    )
    return [(match.category, match.slice(text)) for match in find(text, wanted, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("192.168.1.254", "192.168.1.254"),
        ("my ip is 81.2.69.142 lol", "81.2.69.142"),
        ("81[.]2[.]69[.]142", "81.2.69.142"),
        ("81(dot)2(dot)69(dot)142", "81.2.69.142"),
        ("81 dot 2 dot 69 dot 142", "81.2.69.142"),
        ("ip: 81 . 2 . 69 . 142", "81.2.69.142"),
        ("ip 81,2,69,142", "81.2.69.142"),
        ("８１.２.６９.１４２", "81.2.69.142"),
        ("𝟠𝟙.𝟚.𝟞𝟡.𝟙𝟜𝟚", "81.2.69.142"),
        ("8.8.8.8", "8.8.8.8"),
        ("connect 81.2.69.142:25565", "81.2.69.142"),
        ("192.168.001.010", "192.168.1.10"),
        ("2001:0db8:85a3:0000:0000:8a2e:0370:7334", "2001:db8:85a3::8a2e:370:7334"),
        ("fe80::1", "fe80::1"),
        ("[2001:db8::ff00:42:8329]", "2001:db8::ff00:42:8329"),
        ("::ffff:192.0.2.128", "::ffff:c000:280"),
        ("::1", "::1"),
    ],
)
def test_ip(text: str, value: str) -> None:
    assert [match.value for match in find(text, frozenset(("ip",)))] == [value]


@pytest.mark.parametrize(
    "text",
    [
        "123-45-6789",
        "my ssn: 123-45-6789",
        "ssn 123 45 6789",
        "SSN 123.45.6789",
        "social security number 123456789",
        "her social is 123 45 6789",
        "①②③-④⑤-⑥⑦⑧⑨",
        "１２３-４５-６７８９",
        "my social: one two three, four five, six seven eight nine",
        "ssn 1 2 3 4 5 6 7 8 9",
        "s.s.n. 1two3 4five 6seven8nine",
    ],
)
def test_ssn(text: str) -> None:
    assert [match.value for match in find(text, frozenset(("ssn",)))] == ["123-45-6789"]


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("@john_doe", "john_doe"),
        ("follow @some.one!", "some.one"),
        ("＠john_doe", "john_doe"),
        ("my snap is xyz_12", "xyz_12"),
        ("snap: jane.d", "jane.d"),
        ("add me on snapchat coolgirl99", "coolgirl99"),
        ("insta - mia.x.rose", "mia.x.rose"),
        ("my discord is cool#1234", "cool#1234"),
        ("ig: lena_99", "lena_99"),
        ("mon insta c'est @lea_75", "lea_75"),
        ("mein Snapchat ist max2001x", "max2001x"),
        ("mi usuario es pepe_88", "pepe_88"),
        ("il mio insta è luca.99", "luca.99"),
        ("mój snap to kasia_99", "kasia_99"),
        ("telegram ник: ivan_petrov", "ivan_petrov"),
        ("instagram kullanıcı adı: ayse34", "ayse34"),
        ("加我微信 abc12345", "abc12345"),
        ("微信号：wx_lily88", "wx_lily88"),
        ("카톡 아이디 minji99", "minji99"),
        ("username: blackpanther", "blackpanther"),
        ("gamertag is DarkKnight77", "DarkKnight77"),
        ("snapUser23", "snapUser23"),
        ("it is xX_slayer_Xx again", "xX_slayer_Xx"),
    ],
)
def test_username(text: str, name: str) -> None:
    assert [match.value for match in find(text, frozenset(("username",)))] == [name]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2125551234@gmail.com", [("email", "2125551234@gmail.com")]),
        ("http://x.com/2125551234", [("link", "http://x.com/2125551234")]),
        ("john_doe92@gmail.com", [("email", "john_doe92@gmail.com")]),
        ("instagram.com/john_doe92", [("link", "instagram.com/john_doe92")]),
        ("123-45-6789", [("ssn", "123-45-6789")]),
        ("http://81.2.69.142/x", [("link", "http://81.2.69.142/x")]),
        ("wa.me/12125551234", [("link", "wa.me/12125551234"), ("phone_number", "12125551234")]),
        (
            "a@b.com 212-555-1234 example.com 81.2.69.142 123-45-6789 @bob_1",
            [
                ("email", "a@b.com"),
                ("phone_number", "212-555-1234"),
                ("link", "example.com"),
                ("ip", "81.2.69.142"),
                ("ssn", "123-45-6789"),
                ("username", "@bob_1"),
            ],
        ),
    ],
)
def test_the_stronger_kind_takes_the_place(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


def test_the_stronger_kind_hides_the_weaker_also_when_not_asked() -> None:
    assert found("2125551234@gmail.com", "phone_number") == []
    assert found("wrote 123-45-6789", "phone_number") == []


def test_only_what_was_asked() -> None:
    text = "a@b.com 212-555-1234 @bob_1"
    assert found(text, "username") == [("username", "@bob_1")]
    assert found(text, "sexual") == []


@pytest.mark.parametrize(
    ("countries", "expected"),
    [
        (("us",), ["212-555-1234"]),
        (("fr",), ["06 12 34 56 78"]),
        (("gb",), ["+44 20 7946 0958"]),
        (("us", "us"), ["212-555-1234"]),
        (("fr", "us"), ["212-555-1234", "06 12 34 56 78"]),
        ((), ["212-555-1234", "06 12 34 56 78", "+44 20 7946 0958"]),
    ],
)
def test_countries(countries: tuple[str, ...], expected: list[str]) -> None:
    text = "212-555-1234; 06 12 34 56 78; +44 20 7946 0958"
    assert [part for _, part in found(text, "phone_number", countries=countries)] == expected


def test_another_country() -> None:
    assert found("030 901820 or +49 30 901820", "phone_number", countries=("de",)) == [
        ("phone_number", "030 901820"),
        ("phone_number", "+49 30 901820"),
    ]


def test_unknown_country_finds_nothing() -> None:
    assert found("212-555-1234", "phone_number", countries=("zz",)) == []
