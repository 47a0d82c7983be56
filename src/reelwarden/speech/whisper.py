"""Whisper through CTranslate2: the only file that imports it. A model is a directory in its format, nothing is fetched.

One thread, 8-bit weights. The encoder's output is used three times: for the language, the words, and their times.
Whisper was made for windows of 30 s, and most of its cost is the encoder. Given only as much as there is, and MARGIN
of silence, it makes the same errors and costs a third on utterances of a few seconds; without the margin it begins to
repeat itself. Where it does that all the same, it is asked again with a window of AGAIN seconds: that cures as much as
the whole one, and takes 40 MB less, which the rest of a long film would otherwise keep.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

from reelwarden.domain import Word
from reelwarden.errors import ModelDamaged
from reelwarden.speech.gates import repeats
from reelwarden.speech.mel import Array, frames, hann, slaney_filters
from reelwarden.speech.recogniser import WINDOW, Heard, Recogniser, Samples
from reelwarden.speech.tokens import Vocabulary

RATE, FFT, HOP = 16_000, 400, 160
FRAMES = round(WINDOW * RATE / HOP)
GRAIN = 3 * RATE // HOP
"""Lengths are multiples of 3 s: the library keeps what it prepared for every length that it ever saw."""
TICK = 0.02
"""Seconds of one step of the encoder's output."""
MARGIN = 3.0
"""Seconds of silence after the sound, at least."""
AGAIN = 24.0
"""Seconds of the window in which what repeats itself is heard again."""
MOST_TOKENS = 220
"""Nobody says more in half a minute; a model that repeats itself is stopped here."""
OPEN_LANGUAGE = 0.5
"""Below this the sound leaves its language open."""


class Whisper(Recogniser):
    def __init__(self, directory: Path) -> None:
        import ctranslate2

        self.vocabulary = Vocabulary(directory)
        self._view = ctranslate2.StorageView.from_array
        try:
            self._model: Any = ctranslate2.models.Whisper(
                str(directory), device="cpu", compute_type="int8", intra_threads=1, inter_threads=1
            )
        except (RuntimeError, ValueError) as error:
            raise ModelDamaged(f"{directory.name} cannot be opened: {error}", "see docs/concepts/listen.md") from error
        self._many: bool = self._model.is_multilingual
        self.languages = self.vocabulary.languages() if self._many else ("en",)

    def recognise(self, samples: Samples, language: str | None = None, likely: str | None = None) -> Heard:
        heard = self._recognise(samples, MARGIN, language, likely)
        if repeats(heard.text):
            heard = self._recognise(samples, max(MARGIN, AGAIN - _frames(samples) * HOP / RATE), heard.language, None)
        return heard

    def tell_language(self, samples: Samples) -> tuple[str, float]:
        return self._spoken(self._encoded(samples, MARGIN))

    def _recognise(self, samples: Samples, margin: float, language: str | None, likely: str | None) -> Heard:
        encoded = self._encoded(samples, margin)
        spoken, sure = (language, 1.0) if language else self._spoken(encoded)
        if likely and sure < OPEN_LANGUAGE:
            spoken = likely
        prompt = self.vocabulary.prompt(spoken if self._many else None)
        found = self._model.generate(
            encoded,
            [prompt],
            beam_size=1,
            max_length=MOST_TOKENS,
            return_scores=True,
            return_no_speech_prob=True,
            sampling_temperature=0.0,
        )[0]
        tokens = [t for t in found.sequences_ids[0] if t < self.vocabulary.end]
        words = self._timed(encoded, prompt, tokens, samples.size, spoken)
        return Heard(words, spoken, sure, float(found.scores[0]), float(found.no_speech_prob))

    def _encoded(self, samples: Samples, margin: float) -> Any:
        return self._model.encode(self._view(spectrum(samples, int(self._model.n_mels), margin)[None]))

    def _spoken(self, encoded: Any) -> tuple[str, float]:
        if not self._many:
            return "en", 1.0
        token, sure = self._model.detect_language(encoded)[0][0]
        return token.strip("<|>"), float(sure)

    def _timed(self, encoded: Any, prompt: list[int], tokens: list[int], size: int, language: str) -> tuple[Word, ...]:
        if not tokens:
            return ()
        aligned = self._model.align(encoded, prompt, [tokens], min(FRAMES, max(2, size // HOP)))[0]
        begins = _begins(np.array(aligned.alignments), len(tokens))
        sure = np.array(aligned.text_token_probs)
        return tuple(
            Word(
                piece.text,
                float(begins[piece.first]),
                float(begins[piece.last]),
                round(float(np.mean(sure[piece.first : piece.last])), 3),
            )
            for piece in self.vocabulary.words(tokens, language)
        )


def _begins(path: NDArray[np.int64], count: int) -> NDArray[np.float64]:
    """When each token begins, and when the last ends: the alignment is a path of (token, step) pairs."""
    begins = np.full(count + 1, np.nan)
    for token, step in path[::-1]:
        if token <= count:
            begins[token] = step * TICK
    last = path[-1, 1] * TICK
    begins[np.isnan(begins)] = last
    return np.maximum.accumulate(begins)


def spectrum(samples: Samples, bands: int, margin: float = WINDOW) -> Array:
    """[bands, n]: the log-mel spectrum of at most 30 s, as Whisper was trained on, with `margin` seconds of silence.

    The sum is a multiple of 3 s, 30 at most.
    """
    samples = samples[: FRAMES * HOP]
    padded = np.concatenate([samples[FFT // 2 : 0 : -1], samples, np.zeros(FFT, np.float32)])
    count = _frames(samples)
    windows = frames(padded, FFT, HOP)[:count] * hann(FFT)
    power = np.abs(np.fft.rfft(windows, axis=1)).astype(np.float32) ** 2
    length = min(FRAMES, -(-(count + round(margin * RATE / HOP)) // GRAIN) * GRAIN)
    logs = np.full((bands, length), -10.0, np.float32)
    logs[:, :count] = np.log10(np.maximum(power @ slaney_filters(bands, FFT), 1e-10)).T
    scaled: Array = (np.maximum(logs, logs.max() - 8.0) + 4.0) / 4.0
    return scaled


def _frames(samples: Samples) -> int:
    return min(FRAMES, samples.size // HOP + 1)
