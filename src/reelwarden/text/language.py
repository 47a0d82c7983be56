"""Which of the asked languages is a text in? One, several where the scores are close, none where nobody can tell.

Scripts that only one asked language uses decide by themselves; the rest is left to eldc (Apache-2.0), restricted to
the asked languages and loaded when it is first needed.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache, lru_cache
from typing import Any

_LATIN = "A-Za-z\u00c0-\u024f\u1e00-\u1eff"
_SCRIPTS = {
    "hangul": re.compile(r"[\u1100-\u11ff\u3130-\u318f\uac00-\ud7a3]"),
    "han": re.compile(r"[\u3007\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"),
    "kana": re.compile(r"[\u3041-\u30ff\uff66-\uff9d]"),
    "cyrillic": re.compile(r"[\u0400-\u052f]"),
    "latin": re.compile(f"[{_LATIN}]"),
}
_WEIGHTS = {"hangul": 2.5, "han": 2.5, "kana": 2.0}
"""A syllable or a word sign says more than a letter."""

_WRITTEN_IN = {"ko": "hangul", "zh": "han", "ru": "cyrillic"}
_NOISE = re.compile(r"(?:https?://|www\.)\S+|[@#]\w+|\S+@\S+|[\d_]+")
_NOISY = re.compile(r"[@#\d_]|//|www\.")
_BEYOND_LATIN = re.compile(
    "[\u0400-\u052f\u1100-\u11ff\u3007-\u9fff\uac00-\ud7a3\uf900-\ufaff\uff66-\uff9d\U00020000-\U0003ffff]"
)
_LONGEST = 4000
"""Characters that are looked at; more change nothing."""

_SECOND_SCRIPT = 0.25
_CLOSE = 0.02
_CLOSE_WHEN_SHORT = 0.04
_SHORT = 12
_START = 200
_MORE_LETTERS = re.compile(rf"(?:[^{_LATIN}]*[{_LATIN}]){{{_SHORT + 1}}}")
"""More than _SHORT letters."""
_NORDIC = frozenset(("da", "no", "sv"))
_CLOSE_NORDIC = 0.065
_LEAST, _LEAST_WHEN_SHORT = 0.45, 0.62
_MOST_LANGUAGES = 3


def detect(text: str, among: Sequence[str]) -> tuple[str, ...]:
    """The languages of the text (ISO 639-1), the likeliest first; empty where it cannot be told.

    With one language asked it is taken at its word. Danish, Norwegian and Swedish come together more readily than
    others, since a few words are often the same in them.
    """
    if len(among) == 1:
        return tuple(among)
    asked = _distinct(tuple(among))
    if len(asked) <= 1:
        return asked
    sample = _sample(text)
    if sample.isascii():
        return _of_latin(sample, asked)
    shares = _shares(sample)
    found: list[str] = []
    for script, share in sorted(shares.items(), key=lambda item: -item[1]):
        if share >= _SECOND_SCRIPT:
            found += [code for code in _of_script(script, sample, asked) if code not in found]
    return tuple(found[:_MOST_LANGUAGES])


@lru_cache(maxsize=64)
def _distinct(among: tuple[str, ...]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(among))


@lru_cache(maxsize=64)
def _in_latin(among: tuple[str, ...]) -> tuple[str, ...]:
    """Those that are written in Latin letters."""
    return tuple(code for code in among if code not in _WRITTEN_IN)


def _sample(text: str) -> str:
    start = text[:_LONGEST]
    if not start.isascii():
        start = start.encode("utf-8", "replace").decode("utf-8")
        if not unicodedata.is_normalized("NFKC", start):
            start = unicodedata.normalize("NFKC", start)
    if _NOISY.search(start):
        start = _NOISE.sub(" ", start)
    return start.replace("\0", " ")


def _shares(sample: str) -> Mapping[str, float]:
    """How much of the text each script makes up."""
    if not _BEYOND_LATIN.search(sample):
        return {"latin": 1.0}
    counts = {script: len(chars.findall(sample)) * _WEIGHTS.get(script, 1.0) for script, chars in _SCRIPTS.items()}
    total = sum(counts.values())
    return {script: count / total for script, count in counts.items() if count} if total else {}


def _of_script(script: str, sample: str, asked: tuple[str, ...]) -> tuple[str, ...]:
    if script == "latin":
        return _of_latin(sample, asked)
    if script == "han" and _SCRIPTS["kana"].search(sample):
        return ()
    return tuple(code for code in asked if _WRITTEN_IN.get(code) == script)


def _of_latin(sample: str, asked: tuple[str, ...]) -> tuple[str, ...]:
    asked = _in_latin(asked)
    start = sample[:_START]
    short = not _MORE_LETTERS.match(start)
    if short and not _SCRIPTS["latin"].search(start):
        return ()
    if len(asked) <= 1:
        return asked
    detector = _detector(asked)
    scores = {} if detector is None else _scores(detector, sample)
    return _close(scores, short) if scores else ()


def _scores(detector: Any, sample: str) -> Mapping[str, float]:
    scores: Mapping[str, float] = detector.detect_details(sample).scores
    return scores


def _close(scores: Mapping[str, float], short: bool) -> tuple[str, ...]:
    """The best language and those whose scores say nearly the same."""
    best = max(scores, key=scores.__getitem__)
    most = scores[best]
    if most < (_LEAST_WHEN_SHORT if short else _LEAST):
        return ()
    near = [code for code, score in scores.items() if most - score <= _CLOSE_NORDIC]
    if len(near) > 1:
        near.sort(key=scores.__getitem__, reverse=True)
        near = [code for code in near if most - scores[code] <= _margin(best, code, short)]
    return tuple(near[:_MOST_LANGUAGES])


def _margin(best: str, code: str, short: bool) -> float:
    if {best, code} <= _NORDIC:
        return _CLOSE_NORDIC
    return _CLOSE_WHEN_SHORT if short else _CLOSE


@cache
def _library() -> Any:
    try:
        import eldc
    except ImportError:
        return None
    eldc.init()
    return eldc


@lru_cache(maxsize=64)
def _detector(asked: tuple[str, ...]) -> Any:
    """A detector of its own for each set of languages, so that threads do not disturb each other; None without eldc."""
    library = _library()
    if library is None:
        return None
    detector = library.instance()
    detector.set_languages(list(asked))
    return detector
