"""Mel filters: how models of sound see a spectrum."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

_BREAK, _STEP = 1000.0, 200.0 / 3
_LOG_STEP = np.log(6.4) / 27


def _to_slaney(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    """Auditory-toolbox scale: linear up to 1 kHz, logarithmic above."""
    high = _BREAK / _STEP + np.log(np.maximum(hertz, _BREAK) / _BREAK) / _LOG_STEP
    return np.where(hertz < _BREAK, hertz / _STEP, high)


def _from_slaney(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return np.where(mel < _BREAK / _STEP, mel * _STEP, _BREAK * np.exp(_LOG_STEP * (mel - _BREAK / _STEP)))


def to_htk(hertz: NDArray[np.float64]) -> NDArray[np.float64]:
    return 1127.0 * np.log1p(hertz / 700.0)


def from_htk(mel: NDArray[np.float64]) -> NDArray[np.float64]:
    return 700.0 * np.expm1(mel / 1127.0)


@cache
def slaney_filters(bands: int, fft: int, rate: int = 16_000) -> Array:
    """[fft // 2 + 1, bands]: triangles over 0 Hz to half the rate, each of area one, as Whisper wants them."""
    edges = _from_slaney(np.linspace(0.0, float(_to_slaney(np.array(rate / 2))), bands + 2))
    bins = np.linspace(0.0, rate / 2, fft // 2 + 1)
    weights = _triangles(bins, edges) * (2.0 / (edges[2:] - edges[:-2]))
    return weights.astype(np.float32)


@cache
def htk_filters(bands: int, fft: int, low: float, high: float, rate: int = 16_000, *, on_mel: bool = True) -> Array:
    """[fft // 2 + 1, bands]: triangles of height one between `low` and `high` hertz.

    With `on_mel` their sides are straight on the mel scale (YAMNet, Kaldi), otherwise in hertz.
    """
    limits = to_htk(np.array([low, high]))
    edges = np.linspace(limits[0], limits[1], bands + 2)
    bins = np.linspace(0.0, rate / 2, fft // 2 + 1)
    weights = _triangles(to_htk(bins), edges) if on_mel else _triangles(bins, from_htk(edges))
    weights[0] = 0.0
    return weights.astype(np.float32)


def _triangles(bins: NDArray[np.float64], edges: NDArray[np.float64]) -> NDArray[np.float64]:
    left, top, right = edges[:-2], edges[1:-1], edges[2:]
    at = bins[:, None]
    rising, falling = (at - left) / (top - left), (right - at) / (right - top)
    return np.maximum(0.0, np.minimum(rising, falling))


def frames(samples: Array, length: int, hop: int) -> Array:
    """[n, length]: overlapping windows of the samples (a view; do not write to it)."""
    return np.lib.stride_tricks.sliding_window_view(samples, length)[::hop]


@cache
def hann(length: int) -> Array:
    """The periodic Hann window."""
    return (0.5 - 0.5 * np.cos(2 * np.pi * np.arange(length) / length)).astype(np.float32)
