"""How loud sound is to a listener: EBU R128's K-weighting and momentary loudness, and the plain level."""

from __future__ import annotations

from functools import cache

import numpy as np
from numpy.typing import NDArray

Array = NDArray[np.float32]

RATE = 16_000
BLOCK, HOP = 6400, 1600
"""400 ms, every 100 ms."""
NOTHING = -100.0
"""dB or LUFS of digital silence."""

SHELF = (1.53512485958697, -2.69169618940638, 1.19839281085285, -1.69065929318241, 0.73248077421585)
HIGH_PASS = (1.0, -2.0, 1.0, -1.99004745483398, 0.99007225036621)
"""b0, b1, b2, a1, a2 of ITU-R BS.1770-4's two filters, which are given for 48 kHz."""


def momentary(samples: Array) -> NDArray[np.float64]:
    """LUFS of each 400 ms, every 100 ms, of mono sound at 16 kHz.

    The filters are applied to the power spectrum, so no recursion is needed; what lies above 8 kHz is not there any
    more, and a downmix has lost what the channels cancel, so this is a little less than a meter on the original shows.
    """
    if samples.size < BLOCK:
        samples = np.pad(samples, (0, BLOCK - samples.size))
    blocks = np.lib.stride_tricks.sliding_window_view(samples, BLOCK)[::HOP]
    power = np.abs(np.fft.rfft(blocks, axis=1)) ** 2
    power[:, 1:-1] *= 2.0
    mean_square = (power * _weighting()).sum(axis=1) / BLOCK**2
    return _decibels(mean_square) - 0.691


def levels(samples: Array, step: int = HOP) -> NDArray[np.float64]:
    """dB below full scale (root mean square) of each whole step of samples."""
    whole = samples[: samples.size // step * step].reshape(-1, step)
    return _decibels((whole.astype(np.float64) ** 2).mean(axis=1))


def _decibels(power: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = 10.0 * np.log10(np.maximum(power, 10 ** (NOTHING / 10)))
    return found


@cache
def _weighting() -> NDArray[np.float64]:
    """|H(f)|² of both filters at the bins of a block."""
    z = np.exp(-2j * np.pi * np.arange(BLOCK // 2 + 1) / BLOCK * RATE / 48_000)
    gain = np.ones_like(z)
    for b0, b1, b2, a1, a2 in (SHELF, HIGH_PASS):
        gain *= (b0 + b1 * z + b2 * z**2) / (1 + a1 * z + a2 * z**2)
    weights: NDArray[np.float64] = np.abs(gain) ** 2
    return weights
