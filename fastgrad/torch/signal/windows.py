"""``torch.signal.windows``: weights of M samples, symmetric, or with ``sym=False`` one period of M."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor.construct import get_default_float
from fastgrad.ops.pytorch.common import made, place, strided

__all__ = [
    "bartlett",
    "blackman",
    "cosine",
    "exponential",
    "gaussian",
    "general_cosine",
    "general_hamming",
    "hamming",
    "hann",
    "kaiser",
    "nuttall",
]


def _window(
    name: str,
    M: int,
    sym: bool,
    shape: Callable[[np.ndarray, int], Any],
    dtype: Any = None,
    layout: Any = None,
    device: Any = None,
    requires_grad: bool = False,
) -> Any:
    """The window of a shape: of places 0 to M - 1, and the number of the last one (of M + 1, where it is periodic)."""
    place(name, device)
    strided(name, layout)
    dtype = get_default_float() if dtype is None else dtype
    if dtype not in (fg.float32, fg.float64):
        raise ValueError(f"{name} expects float32 or float64 dtypes, got: {dtype}")
    if M < 0:
        raise ValueError(f"{name} requires non-negative window length, got M={M}")
    k = np.arange(M, dtype=np.float64)
    values = np.ones(M) if M == 1 else np.asarray(shape(k, M - 1 if sym else M))
    return made(fg.asarray(values).astype(dtype), requires_grad)


def exponential(M: int, *, center: float | None = None, tau: float = 1.0, sym: bool = True, **how: Any) -> Any:
    """``exp(-|k - center| / tau)``; the center is the middle unless the window is periodic."""
    if tau <= 0:
        raise ValueError(f"Tau must be positive, got: {tau} instead.")
    if sym and center is not None:
        raise ValueError("Center must be None for symmetric windows")
    return _window(
        "exponential", M, sym, lambda k, n: np.exp(-np.abs(k - (n / 2 if center is None else center)) / tau), **how
    )


def cosine(M: int, *, sym: bool = True, **how: Any) -> Any:
    """Half a wave: ``sin(pi (k + 1/2) / M)``."""
    return _window("cosine", M, sym, lambda k, n: np.sin(math.pi * (k + 0.5) / (n + 1)), **how)


def gaussian(M: int, *, std: float = 1.0, sym: bool = True, **how: Any) -> Any:
    """``exp(-(k - middle)^2 / (2 std^2))``."""
    if std <= 0:
        raise ValueError(f"Standard deviation must be positive, got: {std} instead.")
    return _window("gaussian", M, sym, lambda k, n: np.exp(-0.5 * ((k - n / 2) / std) ** 2), **how)


def kaiser(M: int, *, beta: float = 12.0, sym: bool = True, **how: Any) -> Any:
    """Kaiser's: the Bessel function I0 over a half circle, of the height `beta`."""
    if beta < 0:
        raise ValueError(f"beta must be non-negative, got: {beta} instead.")
    return _window("kaiser", M, sym, lambda k, n: np.kaiser(n + 1, beta)[: len(k)], **how)


def bartlett(M: int, *, sym: bool = True, **how: Any) -> Any:
    """A triangle, 0 at its ends."""
    return _window("bartlett", M, sym, lambda k, n: 1 - np.abs(2 * k / n - 1), **how)


def _of_cosines(name: str, M: int, sym: bool, weights: Iterable[float], how: dict[str, Any]) -> Any:
    def shape(k: np.ndarray, n: int) -> Any:
        return sum((-1) ** i * a * np.cos(2 * math.pi * i * k / n) for i, a in enumerate(weights))

    return _window(name, M, sym, shape, **how)


def general_cosine(M: int, *, a: Iterable[float], sym: bool = True, **how: Any) -> Any:
    """A sum of cosines by their weights, of alternating sign: ``a[0] - a[1] cos(2 pi k / n) + ...``."""
    if not isinstance(a, Iterable):
        raise TypeError("Coefficients must be a list/tuple")
    if not (weights := list(a)):
        raise ValueError("Coefficients cannot be empty")
    return _of_cosines("general_cosine", M, sym, weights, how)


def general_hamming(M: int, *, alpha: float = 0.54, sym: bool = True, **how: Any) -> Any:
    """``alpha - (1 - alpha) cos(2 pi k / n)``."""
    return _of_cosines("general_hamming", M, sym, (alpha, 1.0 - alpha), how)


def hamming(M: int, *, sym: bool = True, **how: Any) -> Any:
    """Hamming's: ``0.54 - 0.46 cos(2 pi k / n)``."""
    return _of_cosines("hamming", M, sym, (0.54, 0.46), how)


def hann(M: int, *, sym: bool = True, **how: Any) -> Any:
    """Hann's: ``0.5 - 0.5 cos(2 pi k / n)``."""
    return _of_cosines("hann", M, sym, (0.5, 0.5), how)


def blackman(M: int, *, sym: bool = True, **how: Any) -> Any:
    """Blackman's, of three cosines."""
    return _of_cosines("blackman", M, sym, (0.42, 0.5, 0.08), how)


def nuttall(M: int, *, sym: bool = True, **how: Any) -> Any:
    """Nuttall's, of four cosines."""
    return _of_cosines("nuttall", M, sym, (0.3635819, 0.4891775, 0.1365995, 0.0106411), how)
