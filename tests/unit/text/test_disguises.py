"""Words that nobody tuned for, in every disguise that the engine promises to see through. Content warning."""

from __future__ import annotations

import random

import pytest

from reelwarden.text.match import Match
from reelwarden.text.moderation import TextOptions, moderate_text

WORDS = ("wanker", "blowjob", "bollocks", "retard", "jizz", "moron", "tosser", "scumbag", "masturbate")
ENGLISH = TextOptions(languages=("en",), categories=frozenset(("sexual", "insult", "discriminatory", "inappropriate")))
CARRIERS = ("he is a {} they said", "{}", "well {}, nobody knows", "did you see the {} yesterday?")
LOOKALIKES = dict(zip("aceikmoprstuwx", "асеіkmоpгѕтυԝх", strict=True))


def found(text: str) -> tuple[Match, ...]:
    return moderate_text(text, ENGLISH).matches


def spread(word: str, between: str) -> str:
    return between.join(word)


def bold(word: str) -> str:
    return "".join(chr(0x1D41A + ord(char) - ord("a")) for char in word)


def wide(word: str) -> str:
    return "".join(chr(0xFF41 + ord(char) - ord("a")) for char in word)


def circled(word: str) -> str:
    return "".join(chr(0x24D0 + ord(char) - ord("a")) for char in word)


def flags(word: str) -> str:
    return "".join(chr(0x1F1E6 + ord(char) - ord("a")) for char in word)


def leet(word: str) -> str:
    return word.replace("a", "4", 1).replace("o", "0", 1).replace("i", "1", 1)


def stretched(word: str) -> str:
    return word[:2] + word[2] * 5 + word[3:]


def zalgo(word: str) -> str:
    return "".join(char + "\u0327\u0334\u035c" for char in word)


def accented(word: str) -> str:
    return word.translate(str.maketrans("aeiouc", "áêïõûç"))


def foreign(word: str) -> str:
    return "".join(LOOKALIKES.get(char, char) for char in word)


def masked(word: str) -> str:
    place = next(n for n, char in enumerate(word) if n and char in "aeiou")
    return word[:place] + "*" + word[place + 1 :]


DISGUISES = {
    "capitals": str.upper,
    "blanks": lambda word: spread(word, " "),
    "dots": lambda word: spread(word, "."),
    "stars": lambda word: spread(word, "*"),
    "zero width": lambda word: spread(word, "\u200b"),
    "soft hyphens": lambda word: spread(word, "\u00ad"),
    "bold": bold,
    "full width": wide,
    "circled": circled,
    "regional indicators": flags,
    "leet": leet,
    "stretched": stretched,
    "zalgo": zalgo,
    "accents": accented,
    "look-alikes": foreign,
    "masked": masked,
    "one hyphen": lambda word: word[:3] + "-" + word[3:],
    "one zero-width joiner": lambda word: word[:3] + "\u200d" + word[3:],
}


@pytest.mark.parametrize("name", DISGUISES)
@pytest.mark.parametrize("word", WORDS)
def test_a_disguised_word_is_found_where_it_stands(word: str, name: str) -> None:
    disguised = DISGUISES[name](word)
    for carrier in CARRIERS:
        text = carrier.format(disguised)
        start = text.index(disguised)
        matches = found(text)
        assert matches, f"{word} by {name}"
        assert all(start <= match.start and match.end <= start + len(disguised) for match in matches)
        assert matches[0].start == start


def test_swapped_letters_and_vowels_left_out() -> None:
    for text in ("you wnaker", "what a scmubag", "such bullsht", "a mthrfckr", "he is a rtard"):
        assert found(text), text


def test_sounds_and_misread_pictures() -> None:
    for text in ("phuck this", "fukkin idiyot", "wancker", "rnoron", "what a rnotherfucker", "scurnbag"):
        assert found(text), text


def test_words_stuck_together() -> None:
    for text in ("youfuckingidiot", "xxwankerxx", "totalmotherfucker69", "#fuckthis", "@fuckboy_official"):
        assert found(text), text


def test_a_sentence_spelled_letter_by_letter() -> None:
    assert found("y o u a r e a w a n k e r a n d i k n o w")


INNOCENT = (
    "bass guitar",
    "to amass wealth",
    "Scunthorpe and Penistone",
    "the assassin's class",
    "a peacock, a cockatoo and a cockpit",
    "Dick Cheney met Dick Van Dyke",
    "Moby Dick",
    "a chink in the armour",
    "magna cum laude",
    "cumin and curcuma",
    "an analysis of analogous canals",
    "shiitake mushrooms, shih tzu",
    "push it, wash it, fish it out",
    "as she said, this hit the wall",
    "Essex, Sussex, Middlesex",
    "I will pass it on to Mrs Hitchcock",
    "therapist, grape, drapes, scrape",
    "Matsushita, Fukuoka, Phuket",
    "title, titanic, constitution, competition",
    "a b c d e f g",
    "f u n and g a m e s",
    "U.S.A. and U.K.",
    "A. S. Smith, S. H. Itoh",
    "password: a55essment",
    "homo sapiens",
    "pussy willow, pussycat",
    "document, circumstance, cucumber",
    "https://t.co/aSsCuNt",
    "Buttress, button, rebuttal",
    "snigger, niggle, Niger, Nigeria",
    "cocktail, Hancock, Babcock",
    "spick and span",
    "retardant foam",
)


@pytest.mark.parametrize("text", INNOCENT)
def test_innocent_words_stay_innocent(text: str) -> None:
    assert [match.slice(text) for match in found(text)] == []


def test_random_letters_are_no_words() -> None:
    source = random.Random(7)
    texts = ["".join(source.choices("abcdefghijklmnoprstuvwy ", k=60)) for _ in range(300)]
    assert sum(bool(found(text)) for text in texts) <= 6


def test_pictures_are_misread_and_nobody_speaks_leet() -> None:
    words = frozenset(("sexual", "insult", "discriminatory", "inappropriate"))
    read = TextOptions(languages=("en",), categories=words, source="ocr")
    heard = TextOptions(languages=("en",), categories=words, source="asr")
    assert moderate_text("what a dichbcad", read).matches
    assert not moderate_text("what a dichbcad", ENGLISH).matches
    assert not moderate_text("section 5h17 of the act", heard).matches
    assert moderate_text("section 5h17 of the act", ENGLISH).matches
    assert moderate_text("what a wanker", heard).matches
