"""The language of a text among the asked ones."""

from __future__ import annotations

import json
import threading
from collections import Counter

import pytest
from conftest import shared_path
from hypothesis import given, settings
from hypothesis import strategies as st

from reelwarden.text.language import detect
from reelwarden.text.match import LANGUAGES

SENTENCES = {
    "en": "I would like to know what time the train leaves tomorrow.",
    "zh": "我想知道明天的火车几点出发。",
    "da": "Jeg vil gerne vide, hvornår toget afgår i morgen, fordi jeg skal på arbejde.",
    "nl": "Ik wil graag weten hoe laat de trein morgen vertrekt.",
    "fi": "Haluaisin tietää, mihin aikaan juna lähtee huomenna.",
    "fr": "Je voudrais savoir à quelle heure part le train demain.",
    "de": "Ich möchte wissen, wann der Zug morgen abfährt.",
    "it": "Vorrei sapere a che ora parte il treno domani.",
    "ko": "내일 기차가 몇 시에 출발하는지 알고 싶어요.",
    "no": "Jeg lurer på hva slags ukedag det er i dag, og når dere skal ut.",
    "pl": "Chciałbym wiedzieć, o której godzinie odjeżdża jutro pociąg.",
    "pt": "Eu gostaria de saber a que horas o comboio parte amanhã.",
    "ru": "Я хотел бы знать, во сколько завтра отправляется поезд.",
    "es": "Me gustaría saber a qué hora sale el tren mañana.",
    "sv": "Jag skulle vilja veta när tåget går i morgon.",
    "tl": "Gusto kong malaman kung anong oras aalis ang tren bukas.",
    "tr": "Trenin yarın saat kaçta kalkacağını bilmek istiyorum.",
}


@pytest.mark.parametrize("language", SENTENCES)
def test_sentence(language: str) -> None:
    assert detect(SENTENCES[language], LANGUAGES)[0] == language


@pytest.mark.parametrize(
    ("text", "among", "expected"),
    [
        ("anything at all", ("fr",), ("fr",)),
        ("", ("fr",), ("fr",)),
        ("", ("en", "fr"), ()),
        ("12345 !!! 😂", ("en", "fr"), ()),
        ("https://exemple.fr/bonjour/le/monde", ("en", "fr"), ()),
        ("안녕하세요", ("en", "ko"), ("ko",)),
        ("你好", ("en", "zh"), ("zh",)),
        ("привет", ("en", "ru"), ("ru",)),
        ("日本語のテキスト", ("en", "zh"), ()),
        ("안녕하세요", ("en", "fr"), ()),
        ("𝓘 𝔀𝓸𝓾𝓵𝓭 𝓵𝓲𝓴𝓮 𝓽𝓸 𝓴𝓷𝓸𝔀 𝓶𝓸𝓻𝓮", ("en", "fr"), ("en",)),
        ("hello there my friend", ("en", "ko"), ("en",)),
        ("오늘 진짜 좋았어 see you tomorrow", ("en", "ko"), ("ko", "en")),
        ("你今天好吗 hello my friend", ("en", "zh"), ("en", "zh")),
        ("bonjour à tous", ("fr", "fr"), ("fr",)),
        ("hello \ud800 my dear old friend", ("en", "fr"), ("en",)),
        ("a\x00 very good morning to you", ("en", "fr"), ("en",)),
    ],
)
def test_case(text: str, among: tuple[str, ...], expected: tuple[str, ...]) -> None:
    assert detect(text, among) == expected


def test_close_scores_give_both() -> None:
    assert set(detect("Hvor er du?", LANGUAGES)) == {"da", "no"}
    assert detect("Hvor er du?", ("en", "de", "da")) == ("da",)


def test_short_and_doubtful_is_left_open() -> None:
    assert detect("ok lol", LANGUAGES) == ()


def test_sets_of_languages_do_not_disturb_each_other() -> None:
    wrong: list[tuple[str, ...]] = []

    def ask(among: tuple[str, ...], language: str) -> None:
        for _ in range(200):
            if (found := detect(SENTENCES[language], among)) != (language,):
                wrong.append(found)

    threads = [
        threading.Thread(target=ask, args=(among, language))
        for among, language in ((("en", "fr"), "fr"), (("de", "nl"), "nl"), (("es", "it", "pl"), "it"))
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert wrong == []


@settings(max_examples=300, deadline=None)
@given(st.text(st.characters(codec=None), max_size=200))
def test_any_unicode(text: str) -> None:
    assert set(detect(text, LANGUAGES)) <= set(LANGUAGES)


@pytest.mark.slow
def test_ordinary_sentences() -> None:
    path = shared_path("data/text/clean_17.jsonl")
    if not path.exists():
        pytest.skip("SHARED DATA MISSING: text/clean_17.jsonl")
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    first, among, named, total = (Counter[str]() for _ in range(4))
    for row in rows:
        found = detect(row["text"], LANGUAGES)
        total[row["lang"]] += 1
        first[row["lang"]] += found[:1] == (row["lang"],)
        among[row["lang"]] += row["lang"] in found
        named[row["lang"]] += len(found)
    for language in LANGUAGES:
        count = total[language]
        print(
            f"{language} first {first[language] / count:.3f} among {among[language] / count:.3f} "
            f"languages named {named[language] / count:.2f}"
        )
    assert all(among[language] / total[language] >= 0.985 for language in LANGUAGES)
    assert sum(first.values()) / len(rows) >= 0.98
    assert sum(named.values()) / len(rows) <= 1.1
