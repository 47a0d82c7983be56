"""Whether work grows with its size and no faster: ratios of CPU time in one run, however fast the machine is."""

from __future__ import annotations

import time
from collections.abc import Callable

LEAST = 0.02
"""Seconds below which the small work is mostly its beginning."""
SLACK = 2.5
TRIES = 3


def grows_in_proportion(work: Callable[[int], object], small: int, large: int) -> bool:
    """Whether `work(large)` costs at most SLACK times its share of `work(small)`; work that is quadratic costs more.

    Both sizes should lie a factor of 8 or more apart. A machine that was busy elsewhere is given TRIES chances, which
    do not help what really grows faster.
    """
    work(small)
    for _ in range(TRIES):
        first, second = _seconds(work, small), _seconds(work, large)
        print(f"{small}: {first * 1e3:.1f} ms, {large}: {second * 1e3:.1f} ms")
        if second <= SLACK * large / small * max(first, LEAST):
            return True
    return False


def _seconds(work: Callable[[int], object], size: int) -> float:
    began = time.thread_time()
    work(size)
    return time.thread_time() - began
