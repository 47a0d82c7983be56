"""A recogniser that the operator has for sherpa-onnx (SenseVoice, Paraformer, Moonshine, NeMo, Zipformer …).

The only file that imports sherpa_onnx, which is not installed with Reelwarden: `pip install sherpa-onnx`.
"""

from __future__ import annotations

from collections.abc import Sequence
from threading import Lock
from typing import Any

from reelwarden.domain import Word
from reelwarden.errors import ModelDamaged, SettingsError
from reelwarden.models.own_sound import OwnSound
from reelwarden.speech.recogniser import Heard, Recogniser, Samples

RATE = 16_000
MARKS = ("▁", " ")
"""Before the first letter of a word."""


class Sherpa(Recogniser):
    """`options.type` names the kind (`sense_voice`, `nemo_ctc` …); the other options go to sherpa-onnx as they are,
    names of files in the directory as their paths.
    """

    def __init__(self, own: OwnSound) -> None:
        try:
            from sherpa_onnx import OfflineRecognizer
        except ImportError as error:
            raise SettingsError(f"{own.id} needs sherpa-onnx", "run `pip install sherpa-onnx`") from error
        options = dict(own.options)
        kind = options.pop("type", "")
        make = getattr(OfflineRecognizer, f"from_{kind}", None)
        if make is None:
            raise SettingsError(f"{own.id}: sherpa-onnx has no recogniser of the type {kind!r}")
        paths = {name: str(own.folder / str(value)) for name, value in options.items() if _file(own, value)}
        try:
            self._recogniser: Any = make(**{**options, **paths})
        except (TypeError, ValueError, RuntimeError, AssertionError) as error:
            raise ModelDamaged(f"{own.id} cannot be opened: {error}", "see docs/concepts/listen.md") from error
        self._one_at_a_time = Lock()

    def recognise(self, samples: Samples, language: str | None = None, likely: str | None = None) -> Heard:
        stream = self._recogniser.create_stream()
        stream.accept_waveform(RATE, samples)
        with self._one_at_a_time:
            self._recogniser.decode_stream(stream)
        result = stream.result
        words = words_of(result.text, list(result.tokens), list(result.timestamps), samples.size / RATE)
        told = str(getattr(result, "lang", "")).strip("<|>")
        return Heard(words, language or told or likely or "", 1.0 if language or told else 0.0)

    def tell_language(self, samples: Samples) -> tuple[str, float]:
        heard = self.recognise(samples)
        return heard.language, heard.language_probability


def words_of(text: str, tokens: Sequence[str], times: Sequence[float], length: float) -> tuple[Word, ...]:
    """Words with times. Where a recogniser tells no times, words share the piece by their letters."""
    if len(tokens) == len(times) and times:
        return _timed(tokens, times, length)
    words = text.split()
    total = sum(map(len, words)) or 1
    begun, found = 0, []
    for word in words:
        start, begun = begun, begun + len(word)
        found.append(Word(word, round(length * start / total, 3), round(length * begun / total, 3)))
    return tuple(found)


def _timed(tokens: Sequence[str], times: Sequence[float], length: float) -> tuple[Word, ...]:
    found: list[Word] = []
    for token, time, until in zip(tokens, times, [*times[1:], length], strict=True):
        bare = token.strip("▁ ")
        joins = found and not token.startswith(MARKS)
        if joins:
            last = found.pop()
            found.append(Word(last.text + bare, last.start, float(until)))
        elif bare:
            found.append(Word(bare, float(time), float(until)))
    return tuple(found)


def _file(own: OwnSound, value: object) -> bool:
    return isinstance(value, str) and value != "" and (own.folder / value).is_file()
