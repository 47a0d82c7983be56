"""Tokens become words: spaces, punctuation, scripts without spaces, characters that are split over tokens."""

from __future__ import annotations

from pathlib import Path

import pytest

from reelwarden.errors import ModelDamaged
from reelwarden.speech.tokens import Vocabulary, _letters

SPECIAL = ["<|endoftext|>", "<|startoftranscript|>", "<|en|>", "<|ja|>", "<|translate|>", "<|transcribe|>"]
LETTER = {byte: letter for letter, byte in _letters().items()}


def written(raw: bytes) -> str:
    return "".join(LETTER[byte] for byte in raw)


def vocabulary(tmp_path: Path, *tokens: bytes, json: bool = False) -> Vocabulary:
    listed = [*map(written, tokens), *SPECIAL, "<|notimestamps|>"]
    if json:
        import json as to_json

        (tmp_path / "vocabulary.json").write_text(to_json.dumps(listed))
    else:
        (tmp_path / "vocabulary.txt").write_text("\n".join(listed) + "\n")
    return Vocabulary(tmp_path)


@pytest.mark.parametrize("json", [False, True])
def test_words_and_their_tokens(tmp_path: Path, json: bool) -> None:
    known = vocabulary(tmp_path, b" Hel", b"lo", b",", b" wor", b"ld", b"!", json=json)
    found = known.words(range(6), "en")
    assert [(w.text, w.first, w.last) for w in found] == [("Hello,", 0, 3), ("world!", 3, 6)]
    assert known.text(range(6)) == " Hello, world!"


def test_an_opening_bracket_stays_with_the_word_after_it(tmp_path: Path) -> None:
    known = vocabulary(tmp_path, b" he", b" (", b"maybe", b")", b" $", b"5")
    assert [w.text for w in known.words(range(4), "en")] == ["he", "(maybe)"]


def test_a_mark_between_spaces_keeps_them(tmp_path: Path) -> None:
    known = vocabulary(tmp_path, b" you", b" &", b" me", b" -")
    assert [w.text for w in known.words(range(4), "en")] == ["you &", "me -"]


def test_a_character_may_be_split_over_tokens(tmp_path: Path) -> None:
    snow = "雪".encode()
    known = vocabulary(tmp_path, snow[:1], snow[1:], "が".encode(), "。".encode())
    found = known.words(range(4), "ja")
    assert [(w.text, w.first, w.last) for w in found] == [("雪", 0, 2), ("が。", 2, 4)]


def test_broken_utf8_does_not_stop_it(tmp_path: Path) -> None:
    known = vocabulary(tmp_path, b"\xff", b" ok")
    assert [w.text for w in known.words([0] * 9 + [1], "en")][-1] == "ok"


def test_the_prompt(tmp_path: Path) -> None:
    known = vocabulary(tmp_path, b"a")
    assert [known.tokens[n] for n in known.prompt("ja")] == [
        "<|startoftranscript|>",
        "<|ja|>",
        "<|transcribe|>",
        "<|notimestamps|>",
    ]
    assert [known.tokens[n] for n in known.prompt(None)] == ["<|startoftranscript|>", "<|notimestamps|>"]
    assert known.languages() == ("en", "ja")


def test_another_vocabulary_is_refused(tmp_path: Path) -> None:
    (tmp_path / "vocabulary.txt").write_text("a\nb\n")
    with pytest.raises(ModelDamaged, match="endoftext"):
        Vocabulary(tmp_path)
    with pytest.raises(ModelDamaged, match="vocabulary"):
        Vocabulary(tmp_path / "nothing")
