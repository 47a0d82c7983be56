"""E-mail addresses, however they hide."""

from __future__ import annotations

import pytest

from reelwarden.text.entities import find

EMAIL = frozenset(("email",))

SAID = {
    "en": ("at", "dot"),
    "zh": ("艾特", "点"),
    "da": ("snabel-a", "punktum"),
    "nl": ("apenstaartje", "punt"),
    "fi": ("miukumauku", "piste"),
    "fr": ("arobase", "point"),
    "de": ("Klammeraffe", "Punkt"),
    "it": ("chiocciola", "punto"),
    "ko": ("골뱅이", "점"),
    "no": ("krøllalfa", "punktum"),
    "pl": ("małpa", "kropka"),
    "pt": ("arroba", "ponto"),
    "ru": ("собака", "точка"),
    "es": ("arroba", "punto"),
    "sv": ("snabel-a", "punkt"),
    "tl": ("at", "tuldok"),
    "tr": ("et işareti", "nokta"),
}
TEMPLATES = (
    "{m} {at} {h} {dot} {t}",
    "{m}[{at}]{h}[{dot}]{t}",
    "{m} ({at}) {h} ({dot}) {t}",
    "{m}{{{at}}}{h}{{{dot}}}{t}",
    "{m} <{at}> {h}.{t}",
    "{m} [{at}] {h} {dot} {t}",
)
ADDRESSES = (
    ("john.doe", "gmail", "com"),
    ("anna_92", "yahoo", "com"),
    ("x7", "hotmail", "com"),
    ("max.m", "web", "de"),
)


def values(text: str, **options: object) -> list[str | None]:
    return [match.value for match in find(text, EMAIL, **options)]  # type: ignore[arg-type]


@pytest.mark.parametrize("language", SAID)
def test_signs_said_in_each_language(language: str) -> None:
    at, dot = SAID[language]
    missed = []
    total = 0
    for mailbox, host, tld in ADDRESSES:
        for template in TEMPLATES:
            text = template.format(m=mailbox, h=host, t=tld, at=at, dot=dot)
            for carrier in ("{}", "my mail is {}", "{} please"):
                total += 1
                if values(carrier.format(text)) != [f"{mailbox}@{host}.{tld}"]:
                    missed.append(carrier.format(text))
    print(f"email {language}: {1 - len(missed) / total:.3f}")
    assert len(missed) / total <= 0.05, missed


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("foo@bar.com", ["foo@bar.com"]),
        ("Foo.Bar+tag@Sub.Example.CO.UK!", ["foo.bar+tag@sub.example.co.uk"]),
        ("foo@bar.com, baz@qux.org; x_y@z.io.", ["foo@bar.com", "baz@qux.org", "x_y@z.io"]),
        ("<mailto:john@example.com>", ["john@example.com"]),
        ("john @ gmail . com", ["john@gmail.com"]),
        ("john@ gmail.com", ["john@gmail.com"]),
        ("john99 @gmail", ["john99@gmail"]),
        ("john(@)gmail.com", ["john@gmail.com"]),
        ("john＠gmail．com", ["john@gmail.com"]),
        ("john\u200b@\u200bgm\u00adail.com", ["john@gmail.com"]),
        ("j\u0336o\u0336h\u0336n\u0336@gmail.com", ["john@gmail.com"]),
        ("j o h n . d o e @ g m a i l . c o m", ["john.doe@gmail.com"]),
        ("j o h n at g m a i l dot c o m", ["john@gmail.com"]),
        ("john_at_gmail_dot_com", ["john@gmail.com"]),
        ("john-at-gmail-dot-com", ["john@gmail.com"]),
        ("johnATgmailDOTcom", ["john@gmail.com"]),
        ("john AT gmail DOT com", ["john@gmail.com"]),
        ("JOHN.DOE@GMAIL.COM", ["john.doe@gmail.com"]),
        ("john dot doe at gmail dot com", ["john.doe@gmail.com"]),
        ("john underscore doe at gmail dot com", ["john_doe@gmail.com"]),
        ("john(at)company(dot)co(dot)uk", ["john@company.co.uk"]),
        ("email me: sales at company dot io", ["sales@company.io"]),
        ("user@пример.рф", ["user@пример.рф"]),
        ("我的邮箱是john@gmail.com谢谢", ["john@gmail.com"]),
        ("john@gmail.com으로 보내", ["john@gmail.com"]),
        ("ⓙⓞⓗⓝ@ⓖⓜⓐⓘⓛ.ⓒⓞⓜ", ["john@gmail.com"]),
        ("🅙🅞🅗🅝@gmail.com", ["john@gmail.com"]),
        ("ʝσнɴ@gmail.com", ["john@gmail.com"]),
    ],
)
def test_disguise(text: str, expected: list[str]) -> None:
    assert values(text) == expected


def test_split_over_lines_on_a_screen() -> None:
    text = "contact: john.doe@\ngmail.com"
    (match,) = find(text, EMAIL, source="ocr")
    assert match.value == "john.doe@gmail.com"
    assert match.slice(text) == "john.doe@\ngmail.com"


def test_span_is_the_address_and_nothing_else() -> None:
    text = "Mail (john [at] gmail [dot] com), or call."
    (match,) = find(text, EMAIL)
    assert match.slice(text) == "john [at] gmail [dot] com"
