"""Log-mel features for models that were trained with Kaldi, and for those that want a plain log-mel spectrum."""

from __future__ import annotations

from functools import cache

import numpy as np

from reelwarden.speech.mel import Array, frames, htk_filters

WINDOW, HOP, FFT = 400, 160, 512
"""25 ms every 10 ms at 16 kHz."""
TINY = 1.1920929e-07


def kaldi(samples: Array, bands: int = 80) -> Array:
    """[frames, bands] of at least 25 ms: Kaldi's filter bank energies without dither, less their mean over time."""
    windows = frames(samples, WINDOW, HOP)
    windows = windows - windows.mean(axis=1, keepdims=True)
    before = np.concatenate([windows[:, :1], windows[:, :-1]], axis=1)
    power = np.abs(np.fft.rfft((windows - 0.97 * before) * _povey(), FFT, axis=1)) ** 2
    logs = np.log(np.maximum(power @ htk_filters(bands, FFT, 20.0, 8000.0), TINY))
    found: Array = (logs - logs.mean(axis=0)).astype(np.float32)
    return found


def plain(samples: Array, bands: int = 128) -> Array:
    """[bands, frames] of at least 25 ms: the natural logarithm of mel energies, 0 to 8 kHz."""
    power = np.abs(np.fft.rfft(frames(samples, WINDOW, HOP) * np.hanning(WINDOW), FFT, axis=1)) ** 2
    found: Array = np.log(power @ htk_filters(bands, FFT, 0.0, 8000.0) + 1e-6).astype(np.float32).T
    return found


@cache
def _povey() -> Array:
    """Kaldi's own window: a Hann window to the power of 0.85."""
    window: Array = (np.hanning(WINDOW) ** 0.85).astype(np.float32)
    return window
