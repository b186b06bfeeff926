"""The table's lines of losses."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from .entry import Fixed, Make, Op, Sample


def reduced(losses: np.ndarray, reduction: str, divisor: float | None = None) -> np.ndarray:
    if reduction == "none":
        return losses
    return losses.sum() if reduction == "sum" else losses.sum() / (losses.size if divisor is None else divisor)


def _log_softmax(x: np.ndarray, axis: int) -> np.ndarray:
    x = x - x.max(axis=axis, keepdims=True)
    return x - np.log(np.exp(x).sum(axis=axis, keepdims=True))


def _cross_entropy(
    x: np.ndarray,
    target: np.ndarray,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> np.ndarray:
    return _class_loss(
        _log_softmax(x, 0 if x.ndim == 1 else 1), target, weight, ignore_index, reduction, label_smoothing
    )


def _class_loss(
    logs: np.ndarray,
    target: np.ndarray,
    weight: Any = None,
    ignore_index: int = -100,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> np.ndarray:
    axis = 0 if logs.ndim == 1 else 1
    classes = logs.shape[axis]
    logs = np.moveaxis(logs, axis, -1)
    weight = np.ones(classes) if weight is None else weight
    if target.dtype.kind == "f":
        shares = np.moveaxis(target, axis, -1) * (1 - label_smoothing) + label_smoothing / classes
        losses = -(shares * weight * logs).sum(axis=-1)
        return reduced(losses, reduction, max(losses.size, 1))
    kept = target != ignore_index
    label = np.where(kept, target, 0)
    shares = np.eye(classes)[label] * (1 - label_smoothing) + label_smoothing / classes
    losses = np.where(kept, -(shares * weight * logs).sum(axis=-1), 0.0)
    return reduced(losses, reduction, np.where(kept, weight[label], 0.0).sum())


def _class_samples(draw: Callable[..., np.ndarray], smoothing: bool) -> Callable[[Make], Iterator[Sample]]:
    def samples(make: Make) -> Iterator[Sample]:
        def weight(n: int) -> Fixed:
            return Fixed(make(n, low=0.5, high=2.0))

        yield Sample(draw(make, 4, 3), make.index(4, below=3))
        yield Sample(draw(make, 3), make.index(below=3))
        yield Sample(draw(make, 2, 3, 2), make.index(2, 2, below=3), reduction="sum")
        yield Sample(draw(make, 4, 3), make.index(4, below=3), weight(3), reduction="none")
        yield Sample(draw(make, 4, 3), make.index(4, below=3), weight(3), ignore_index=1)
        yield Sample(draw(make, 2, 3, 2, 2), make.index(2, 2, 2, below=3), weight(3))
        if smoothing:
            yield Sample(draw(make, 4, 3), make.index(4, below=3), label_smoothing=0.2)
            yield Sample(draw(make, 4, 3), make.index(4, below=3), weight(3), ignore_index=0, label_smoothing=0.1)
            yield Sample(draw(make, 4, 3), make(4, 3, low=0, high=1))
            yield Sample(
                draw(make, 2, 3, 2), make(2, 3, 2, low=0, high=1), weight(3), label_smoothing=0.1, reduction="none"
            )

    return samples


def _class_sizes(draw: Callable[..., np.ndarray]) -> Callable[[Make], Iterator[Sample]]:
    def sizes(make: Make) -> Iterator[Sample]:
        for c in (1, 2, 3, 4, 5, 7, 8, 9, 10, 15, 16, 17, 31, 33, 63, 65, 129, 1000):
            yield Sample(draw(make, 5, c), make.index(5, below=c))
            yield Sample(draw(make, 2, c, 9), make.index(2, 9, below=c), reduction="none")
        for n in (1, 7, 33, 100):
            yield Sample(draw(make, n, 10), make.index(n, below=10), reduction="none")

    return sizes


def _elementwise_loss(f: Callable[..., np.ndarray]) -> Callable[..., np.ndarray]:
    def reference(
        x: np.ndarray, target: np.ndarray, weight: Any = None, reduction: str = "mean", **named: Any
    ) -> np.ndarray:
        return reduced(f(x, target, **named) * (1.0 if weight is None else weight), reduction)

    return reference


def _bce(x: np.ndarray, y: np.ndarray) -> np.ndarray:
    with np.errstate(divide="ignore"):
        return -(y * np.maximum(np.log(x), -100) + (1 - y) * np.maximum(np.log1p(-x), -100))


def _bce_logits(x: np.ndarray, y: np.ndarray, pos_weight: Any = 1.0) -> np.ndarray:
    return pos_weight * y * np.logaddexp(-x, 0.0) + (1 - y) * np.logaddexp(x, 0.0)  # terms that do not cancel


def _pair_samples(
    draw: Callable[[Make, tuple[int, ...]], tuple[np.ndarray, np.ndarray]], *named: str
) -> Callable[[Make], Iterator[Sample]]:
    def samples(make: Make) -> Iterator[Sample]:
        for reduction in ("mean", "sum", "none"):
            yield Sample(*draw(make, (2, 3)), reduction=reduction)
            yield Sample(*draw(make, ()), reduction=reduction)
        if "weight" in named:
            yield Sample(*draw(make, (2, 3)), make(3, low=0.5, high=2))
        if "pos_weight" in named:
            yield Sample(*draw(make, (2, 3)), pos_weight=make(3, low=0.5, high=2), reduction="sum")
            yield Sample(*draw(make, (2, 3)), pos_weight=Fixed(make(3, low=0.5, high=2)))

    return samples


def _pair_sizes(
    draw: Callable[[Make, tuple[int, ...]], tuple[np.ndarray, np.ndarray]],
) -> Callable[[Make], Iterator[Sample]]:
    def sizes(make: Make) -> Iterator[Sample]:
        for n in (1, 3, 4, 7, 8, 9, 15, 16, 17, 31, 33, 63, 65, 129, 4095, 4096, 4097):
            yield Sample(*draw(make, (n,)))
            yield Sample(*draw(make, (n,)), reduction="none")

    return sizes


def _any_two(make: Make, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    x = make(*shape)
    return x, np.asarray(x + make.apart(*shape, low=-1, high=1), dtype=make.dtype)


def _probabilities(make: Make, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return make(*shape, low=0.1, high=0.9), make(*shape, low=0, high=1)


def _logits(make: Make, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    return make(*shape), make(*shape, low=0, high=1)


def _all_terms(sample: Sample) -> int:
    return sample.args[0].size


def _reals(make: Make, *shape: int) -> np.ndarray:
    return make(*shape)


def _logs(make: Make, *shape: int) -> np.ndarray:
    return make(*shape, low=-3.0, high=-0.1)


def _torch_weighted(name: str) -> Callable[..., Any]:
    """PyTorch's losses have no gradients for weights."""

    def call(torch: Any, x: Any, y: Any, weight: Any = None, reduction: str = "mean", **named: Any) -> Any:
        if "pos_weight" in named and named["pos_weight"].requires_grad:
            return None
        f = getattr(torch.nn.functional, name)
        if weight is None:
            return f(x, y, reduction=reduction, **named)
        losses = f(x, y, reduction="none", **named) * weight
        return losses if reduction == "none" else getattr(losses, reduction)()

    return call


def _pair_loss(name: str, f: Callable[..., np.ndarray], draw: Any, *named: str) -> Op:
    reference = _elementwise_loss(f)
    absolute = _elementwise_loss(lambda *a, **k: np.abs(f(*a, **k)) + 1.0)
    return Op(
        f"nn.functional.{name}",
        _pair_samples(draw, *named),
        reference,
        _pair_sizes(draw),
        terms=_all_terms,
        magnitude=absolute,
        torch=_torch_weighted(name),
    )


def _smooth(x: np.ndarray, y: np.ndarray, beta: float = 1.0) -> np.ndarray:
    d = np.abs(x - y)
    return np.where(d < beta, 0.5 * d * d / (beta or 1.0), d - 0.5 * beta)


def _huber(x: np.ndarray, y: np.ndarray, delta: float = 1.0) -> np.ndarray:
    d = np.abs(x - y)
    return np.where(d <= delta, 0.5 * d * d, delta * (d - 0.5 * delta))


def _bent(make: Make, shape: tuple[int, ...]) -> tuple[np.ndarray, np.ndarray]:
    """Away from where a parabola ends."""
    x = make(*shape)
    return x, np.asarray(x + make.apart(*shape, places=(-1.0, -0.4, 0.0, 0.4, 1.0)), dtype=make.dtype)


def _bent_loss(name: str, f: Callable[..., np.ndarray], number: str, *values: float) -> Op:
    """A loss with a number besides."""
    plain = _pair_loss(name, f, _bent)

    def samples(make: Make) -> Iterator[Sample]:
        yield from plain.samples(make)
        for value in values:
            yield Sample(*_bent(make, (2, 3)), **{number: value})
            yield Sample(*_bent(make, (2, 3)), reduction="none", **{number: value})

    return replace(plain, samples=samples)


def _linear_cross_entropy(
    x: np.ndarray,
    weight: np.ndarray,
    target: np.ndarray,
    linear_bias: Any = None,
    reduction: str = "mean",
    label_smoothing: float = 0.0,
) -> np.ndarray:
    logits = np.tensordot(x, weight, (-1, -1))
    logits = logits if linear_bias is None else logits + linear_bias
    return _cross_entropy(logits, target, reduction=reduction, label_smoothing=label_smoothing)


def _linear_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(4, 3), make(5, 3), make.index(4, below=5))
    yield Sample(make(3), make(5, 3), make.index(below=5), linear_bias=make(5))
    yield Sample(make(4, 3), make(5, 2, 3), make.index(4, 2, below=5), linear_bias=make(5, 2), reduction="none")
    yield Sample(make(4, 3), make(5, 3), make(4, 5, low=0, high=1), label_smoothing=0.1, reduction="sum")


OPS = [
    Op(
        "nn.functional.cross_entropy",
        _class_samples(_reals, True),
        _cross_entropy,
        _class_sizes(_reals),
        terms=_all_terms,
        cancels=1.0,
        magnitude=lambda *a, **k: np.abs(_cross_entropy(*a, **k)) + 1.0,
        torch="nn.functional.cross_entropy",
    ),
    Op(
        "nn.functional.nll_loss",
        _class_samples(_logs, False),
        _class_loss,
        _class_sizes(_logs),
        terms=_all_terms,
        torch="nn.functional.nll_loss",
    ),
    _pair_loss("mse_loss", lambda x, y: (x - y) ** 2, _any_two),
    _pair_loss("l1_loss", lambda x, y: np.abs(x - y), _any_two),
    _bent_loss("smooth_l1_loss", _smooth, "beta", 0.4, 0.0),
    _bent_loss("huber_loss", _huber, "delta", 0.4),
    Op(
        "nn.functional.linear_cross_entropy",
        _linear_samples,
        _linear_cross_entropy,
        terms=lambda s: s.args[0].size * s.args[1].size,
        cancels=1.0,
        magnitude=lambda *a, **k: np.abs(_linear_cross_entropy(*a, **k)) + 10.0,
        threaded=False,
        torch="nn.functional.linear_cross_entropy",
    ),
    _pair_loss("binary_cross_entropy", _bce, _probabilities, "weight"),
    _pair_loss("binary_cross_entropy_with_logits", _bce_logits, _logits, "weight", "pos_weight"),
]
