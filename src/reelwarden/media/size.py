"""Sizes of pictures: as displayed, and as reduced for the detectors."""

from __future__ import annotations

from fractions import Fraction


def displayed_size(width: int, height: int, aspect: Fraction | None) -> tuple[int, int]:
    """The size with square pixels; the height stays. An aspect beyond 1:10 is taken for an error and ignored."""
    if aspect and Fraction(1, 10) < aspect < 10:
        width = max(1, round(width * aspect))
    return width, height


def reduced_size(width: int, height: int, side: int) -> tuple[int, int]:
    """The size whose longest side is at most `side`; never enlarged."""
    scale = min(1.0, side / max(width, height))
    return max(1, round(width * scale)), max(1, round(height * scale))
