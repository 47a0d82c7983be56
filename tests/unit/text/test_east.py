"""Chinese and Korean: words are found where words divide, through their own disguises. Content warning."""

from __future__ import annotations

import pytest

from reelwarden.text.chinese import ChineseMatcher, pinyin, simple
from reelwarden.text.dictionary import open_dictionary
from reelwarden.text.korean import KoreanMatcher, letters


@pytest.fixture(scope="module")
def chinese() -> ChineseMatcher:
    terms = ["操", "操你妈", "傻逼", "婊子", "草泥马", "妓女", "傻b"]
    return ChineseMatcher({term: (number, 12) for number, term in enumerate(terms)}, open_dictionary("zh"))


@pytest.fixture(scope="module")
def korean() -> KoreanMatcher:
    terms = ["씨발", "시발", "새끼", "병신", "개새끼", "ㅅㅂ", "지랄"]
    return KoreanMatcher({term: (number, 12) for number, term in enumerate(terms)}, open_dictionary("ko"))


@pytest.mark.parametrize("text", ["操你媽", "傻*逼", "他是个婊子", "傻B一个", "草 泥 马", "ＳB？傻ｂ"])
def test_chinese_is_found(chinese: ChineseMatcher, text: str) -> None:
    assert chinese.find(text)


@pytest.mark.parametrize("text", ["请操作一下", "體操運動員", "操场上有人", "我们骑马", "他很傻，逼我去"])
def test_innocent_chinese(chinese: ChineseMatcher, text: str) -> None:
    assert chinese.find(text) == []


def test_traditional_becomes_simplified_of_the_same_length() -> None:
    assert simple("體操運動員ＡＢ") == "体操运动员ab"
    assert pinyin("草泥马") == "caonima"
    assert pinyin("操") == ""


@pytest.mark.parametrize(
    "text", ["ㅅㅣ발 뭐야", "씨이이발", "시1발", "시 발", "애새끼가", "ㅋㅋㅅㅂㅋ", "병.신", "개새끼야", "지랄하네"]
)
def test_korean_is_found(korean: KoreanMatcher, text: str) -> None:
    (found,) = korean.find(text)
    assert text[found.start : found.end].strip() == text[found.start : found.end]


@pytest.mark.parametrize("text", ["다시 발표했다", "십시오", "출발시 발견", "안녕하세요", "신병 훈련소", "새해 끼니"])
def test_innocent_korean(korean: KoreanMatcher, text: str) -> None:
    assert korean.find(text) == []


def test_letters_of_a_stretched_syllable() -> None:
    assert "".join(letter.letter for letter in letters("씨이이발")) == "ㅅㅣㅂㅏㄹ"
