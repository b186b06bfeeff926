"""The table's lines of losses of distributions."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
from scipy import special

from .entry import Fixed, Make, Op, Sample
from .table_loss import reduced

SIZES = (1, 7, 8, 9, 33, 129, 1025)


def _poisson(
    x: np.ndarray,
    y: np.ndarray,
    log_input: bool = True,
    full: bool = False,
    eps: float = 1e-8,
    reduction: str = "mean",
) -> Any:
    losses = np.exp(x) - y * x if log_input else x - y * np.log(x + eps)
    if full:
        count = np.where(y > 1, y, 1.0)
        losses = losses + np.where(y > 1, count * np.log(count) - count + 0.5 * np.log(2 * np.pi * count), 0.0)
    return reduced(losses, reduction)


def _poisson_samples(make: Make) -> Iterator[Sample]:
    for reduction in ("mean", "sum", "none"):
        yield Sample(make(2, 3), make.apart(2, 3, places=(1.0,), low=0, high=4), reduction=reduction)
    yield Sample(make(2, 3), make(3, low=0, high=4))
    yield Sample(make(2, 3, low=0.2, high=3), make.index(2, 3, below=4), log_input=False)
    yield Sample(make(2, 3, low=0.2, high=3), make(2, 3, low=0, high=4), False, eps=0.1)


# PyTorch's own constant, 2 pi, is one of float32.
def _torch_poisson(torch: Any, x: Any, y: Any, log_input: bool = True, **named: Any) -> Any:
    return torch.nn.functional.poisson_nll_loss(x, y, log_input, **named)


def _gaussian(
    x: np.ndarray, y: np.ndarray, var: Any, full: bool = False, eps: float = 1e-6, reduction: str = "mean"
) -> Any:
    var = np.asarray(var)
    if var.ndim == x.ndim - 1 and var.ndim > 0:
        var = var[..., None]
    losses = 0.5 * (np.log(np.maximum(var, eps)) + (x - y) ** 2 / np.maximum(var, eps))
    return reduced(losses + 0.5 * np.log(2 * np.pi) if full else losses, reduction)


def _gaussian_samples(make: Make) -> Iterator[Sample]:
    for reduction in ("mean", "sum", "none"):
        yield Sample(make(2, 3), make(2, 3), make(2, 3, low=0.2, high=2), reduction=reduction)
    yield Sample(make(2, 3), make(2, 3), make(2, 1, low=0.2, high=2), True)
    yield Sample(make(2, 3), make(2, 3), make(2, low=0.2, high=2))
    yield Sample(make(2, 3), make(2, 3), 0.5, eps=1e-3)
    yield Sample(make(4), make(4), make(1, low=0.2, high=2))


def _kl(x: np.ndarray, y: np.ndarray, reduction: str = "mean", log_target: bool = False) -> Any:
    losses = np.exp(y) * (y - x) if log_target else special.xlogy(y, y) - y * x
    if reduction == "batchmean":
        return losses.sum() / (len(x) if x.ndim else 1)
    return reduced(losses, reduction)


def _kl_samples(make: Make) -> Iterator[Sample]:
    def logs(*shape: int) -> np.ndarray:
        return make(*shape, low=-3, high=-0.1)

    for reduction in ("mean", "sum", "none", "batchmean"):
        yield Sample(logs(2, 3), make(2, 3, low=0.05, high=1), reduction=reduction)
        yield Sample(logs(2, 3), logs(2, 3), reduction=reduction, log_target=True)
    yield Sample(logs(2, 3), Fixed(np.array([0.0, 0.5, 0.5], dtype=make.dtype)), reduction="none")


def _sizes(low: float, high: float, *more: float) -> Any:
    def sizes(make: Make) -> Iterator[Sample]:
        yield Sample(make(0), make(0, low=low, high=high), *(make(0, low=low, high=high) for _ in more))
        for n in SIZES:
            yield Sample(make(n), make(n, low=low, high=high), *(make(n, low=0.2, high=2) for _ in more))

    return sizes


def _count(sample: Sample) -> int:
    return 4 * sample.args[0].size


def _entry(name: str, samples: Any, reference: Any, sizes: Any, torch: Any) -> Op:
    return Op(
        f"nn.functional.{name}",
        samples,
        reference,
        sizes,
        terms=_count,
        magnitude=lambda *a, **k: np.abs(reference(*a, **{**k, "reduction": "none"})).sum() + 10.0 * a[0].size,
        threaded=False,
        torch=torch,
    )


OPS = [
    _entry("poisson_nll_loss", _poisson_samples, _poisson, _sizes(0, 3), _torch_poisson),
    _entry("gaussian_nll_loss", _gaussian_samples, _gaussian, _sizes(-2, 2, 1), "nn.functional.gaussian_nll_loss"),
    _entry("kl_div", _kl_samples, _kl, _sizes(0.05, 1), "nn.functional.kl_div"),
]
