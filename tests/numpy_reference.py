"""TensorFlow's operations in plain numpy, channels last, as slow and as clear as can be."""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

Array = NDArray[Any]


def same_pads(size: int, kernel: int, stride: int, dilation: int = 1) -> tuple[int, int]:
    reach = (kernel - 1) * dilation + 1
    total = max((-(-size // stride) - 1) * stride + reach - size, 0)
    return total // 2, total - total // 2


def windows(x: Array, kernel: tuple[int, int], stride: int, padding: Any, dilation: int, fill: float) -> Array:
    """[batch, out height, out width, kernel height, kernel width, channels]; `padding` is SAME, VALID or four sides."""
    kh, kw = kernel
    if padding == "SAME":
        rows, columns = (same_pads(x.shape[a], k, stride, dilation) for a, k in ((1, kh), (2, kw)))
    elif padding == "VALID":
        rows = columns = (0, 0)
    else:
        rows, columns = padding
    x = np.pad(x, ((0, 0), rows, columns, (0, 0)), constant_values=fill)
    high = (x.shape[1] - (kh - 1) * dilation - 1) // stride + 1
    wide = (x.shape[2] - (kw - 1) * dilation - 1) // stride + 1
    out = np.empty((x.shape[0], high, wide, kh, kw, x.shape[3]), x.dtype)
    for i in range(kh):
        for j in range(kw):
            top, left = i * dilation, j * dilation
            out[:, :, :, i, j] = x[:, top : top + high * stride : stride, left : left + wide * stride : stride][
                :, :high, :wide
            ]
    return out


def conv(x: Array, w: Array, stride: int = 1, padding: Any = "SAME", dilation: int = 1) -> Array:
    return np.einsum("nhwijc,ijco->nhwo", windows(x, w.shape[:2], stride, padding, dilation, 0.0), w)


def depthwise(x: Array, w: Array, stride: int = 1, padding: Any = "SAME", dilation: int = 1) -> Array:
    parts = windows(x, w.shape[:2], stride, padding, dilation, 0.0)
    out = np.einsum("nhwijc,ijcm->nhwcm", parts, w)
    return out.reshape(*out.shape[:3], -1)


def max_pool(x: Array, size: int, stride: int, padding: str) -> Array:
    return windows(x, (size, size), stride, padding, 1, -np.inf).max(axis=(3, 4))


def average_pool(x: Array, size: int, stride: int, padding: str) -> Array:
    """Pixels outside of the picture do not count."""
    total = windows(x, (size, size), stride, padding, 1, 0.0).sum(axis=(3, 4))
    return total / windows(np.ones_like(x), (size, size), stride, padding, 1, 0.0).sum(axis=(3, 4))


def resize(x: Array, size: tuple[int, int], mode: str, bilinear: bool) -> Array:
    """`mode` is asymmetric, half_pixel or align_corners."""
    return _along(_along(x, 1, size[0], mode, bilinear), 2, size[1], mode, bilinear)


def _along(x: Array, axis: int, size: int, mode: str, bilinear: bool) -> Array:
    old = x.shape[axis]
    at = np.arange(size, dtype=np.float64)
    if mode == "align_corners":
        where = at * (old - 1) / max(size - 1, 1)
    elif mode == "half_pixel":
        where = (at + 0.5) * old / size - 0.5
    else:
        where = at * old / size
    where = np.clip(where, 0, old - 1)
    low = np.floor(where).astype(int)
    if not bilinear:
        return np.take(x, low, axis)
    high = np.minimum(low + 1, old - 1)
    share = (where - low).reshape([-1 if a == axis else 1 for a in range(x.ndim)])
    return np.take(x, low, axis) * (1 - share) + np.take(x, high, axis) * share


def leaky(x: Array, slope: float) -> Array:
    return np.where(x > 0, x, x * slope)


def softmax(x: Array) -> Array:
    powers = np.exp(x - x.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)


def sigmoid(x: Array) -> Array:
    return 1 / (1 + np.exp(-x))
