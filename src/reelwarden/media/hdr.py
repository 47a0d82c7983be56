"""High dynamic range brought down to what models know: standard range, BT.709 colours.

Diffuse white (203 nits, ITU-R BT.2408) becomes white; what is brighter is rolled off instead of cut. The curves are
those of ITU-R BT.2100. It is done on the reduced picture, so it costs a few milliseconds.
"""

from __future__ import annotations

from enum import Enum
from functools import cache

import numpy as np
from numpy.typing import NDArray

WHITE = 203.0
KNEE = 0.7
"""The part of white from which on brightness is rolled off."""
GLARE = 3.0
"""How many times diffuse white most of a picture may have."""
FROM_2020 = np.array([[1.6605, -0.5876, -0.0728], [-0.1246, 1.1329, -0.0083], [-0.0182, -0.1006, 1.1187]], np.float32)
"""Linear BT.2020 to linear BT.709 (ITU-R BT.2087)."""


class Curve(Enum):
    PQ = 16
    HLG = 18


def to_standard(pixels: NDArray[np.uint16], curve: Curve) -> NDArray[np.uint8]:
    """RGB uint8 from full-range BT.2020 RGB uint16 [height, width, 3].

    A picture that is mostly brighter than a display can be (as when ordinary video is labelled high range) is darkened
    as a whole first. Brightness is rolled off by the strongest channel, so that hues stay.
    """
    light = np.clip(_light(curve)[pixels >> 8] @ FROM_2020.T, 0, None)
    strongest = light.max(2, keepdims=True)
    rank = strongest.size * 19 // 20
    light *= min(1.0, GLARE / max(float(np.partition(strongest, rank, None)[rank]), 1e-6))
    strongest = np.maximum(light.max(2, keepdims=True), 1e-6)
    rolled = KNEE + (1 - KNEE) * (1 - np.exp((KNEE - strongest) / (1 - KNEE)))
    light *= np.where(strongest > KNEE, rolled / strongest, 1)
    return np.asarray(np.round(255 * np.clip(light, 0, 1) ** (1 / 2.2)), np.uint8)


@cache
def _light(curve: Curve) -> NDArray[np.float32]:
    """256 steps of the signal to light, with 1 for diffuse white."""
    signal = np.arange(256) / 255
    if curve is Curve.PQ:
        root = signal ** (1 / 78.84375)
        nits = 10_000 * (np.clip(root - 0.8359375, 0, None) / (18.8515625 - 18.6875 * root)) ** (1 / 0.1593017578125)
    else:
        dark, bright = signal**2 / 3, (np.exp((signal - 0.55991073) / 0.17883277) + 0.28466892) / 12
        nits = 1000 * np.where(signal <= 0.5, dark, bright) ** 1.2
    return np.asarray(nits / WHITE, np.float32)
