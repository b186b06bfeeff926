"""The table's lines of normalisation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

from .entry import Fixed, Make, Op, Sample


def _normalised(x: np.ndarray, axes: tuple[int, ...], eps: float) -> np.ndarray:
    first = x[tuple(slice(1) if i in [a % x.ndim for a in axes] else slice(None) for i in range(x.ndim))]
    x = x - first  # of equal values the mean is one of them, and not next to it
    return (x - x.mean(axis=axes, keepdims=True)) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)


def _batch_norm(
    x: np.ndarray,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    channels = (-1,) + (1,) * (x.ndim - 2)
    axes = (0, *range(2, x.ndim))
    if training:
        out = _normalised(x, axes, eps)
    else:
        out = (x - running_mean.reshape(channels)) / np.sqrt(running_var.reshape(channels) + eps)
    if weight is not None:
        out = out * weight.reshape(channels)
    if bias is not None:
        out = out + bias.reshape(channels)
    if running_mean is None:
        return out
    if training:
        running_mean = (1 - momentum) * running_mean + momentum * x.mean(axis=axes)
        running_var = (1 - momentum) * running_var + momentum * x.var(axis=axes, ddof=1)
    return out, running_mean, running_var


def _call_batch_norm(
    f: Callable[..., Any], x: Any, running_mean: Any, running_var: Any, *args: Any, **kwargs: Any
) -> Any:
    """The running statistics are results too."""
    out = f(x, running_mean, running_var, *args, **kwargs)
    return out if running_mean is None else (out, running_mean, running_var)


def _statistics(make: Make, channels: int) -> tuple[Fixed, Fixed]:
    return Fixed(make(channels)), Fixed(make(channels, low=0.5, high=1.5))


def _batch_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(4, 2), *_statistics(make, 2), make(2), make(2), True)
    yield Sample(make(3, 2, 2, 2), *_statistics(make, 2), make(2), make(2), True, 0.3, 1e-3)
    yield Sample(make(3, 2, 2), *_statistics(make, 2), None, None, True)
    yield Sample(make(3, 2), *_statistics(make, 2), make(2), make(2), False)
    yield Sample(make(2, 2, 1, 3), *_statistics(make, 2), make(2), make(2))
    yield Sample(make(2, 2, 3), *_statistics(make, 2))
    yield Sample(make(4, 2), None, None, make(2), make(2), True)


def _batch_sizes(make: Make) -> Iterator[Sample]:
    for c in (1, 3, 4, 7, 8, 9, 15, 16, 17, 32, 33, 65):
        yield Sample(make(5, c), *_statistics(make, c), make(c), make(c), True)
        yield Sample(make(3, c, 4, 5), *_statistics(make, c), make(c), make(c), True)
        yield Sample(make(3, c, 4, 5), *_statistics(make, c), make(c), make(c), False)
    for n in (1, 2, 7, 16, 31, 33, 64, 65, 129):
        yield Sample(make(2, 3, 1, n), *_statistics(make, 3), make(3), make(3), True)
        yield Sample(make(n + 1, 5), *_statistics(make, 5), make(5), make(5), True)
    yield Sample(make(700, 9), *_statistics(make, 9), make(9), make(9), True)


def _layer_norm(
    x: np.ndarray, normalized_shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5
) -> np.ndarray:
    count = 1 if isinstance(normalized_shape, int) else len(normalized_shape)
    out = _normalised(x, tuple(range(x.ndim - count, x.ndim)), eps)
    return out * (1.0 if weight is None else weight) + (0.0 if bias is None else bias)


def _layer_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 4), 4, make(4), make(4))
    yield Sample(make(2, 4), (4,))
    yield Sample(make(2, 2, 3), (2, 3), make(2, 3), make(2, 3))
    yield Sample(make(5), 5, make(5), None, 1e-3)


def _layer_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 4), 4)
    for n in (2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129, 1025):
        yield Sample(make(3, n), n, make(n), make(n))
        yield Sample(make(n, 6), 6, make(6), make(6))


def _rms_norm(x: np.ndarray, normalized_shape: Any, weight: Any = None, eps: float | None = None) -> np.ndarray:
    count = 1 if isinstance(normalized_shape, int) else len(normalized_shape)
    square = (x * x).mean(axis=tuple(range(x.ndim - count, x.ndim)), keepdims=True)
    return x / np.sqrt(square + (0.0 if eps is None else eps)) * (1.0 if weight is None else weight)


def _rms_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 4), 4, make(4), 1e-5)
    yield Sample(make(2, 2, 3), (2, 3), None, 1e-3)
    yield Sample(make(5, low=1.0), (5,), make(5))


def _rms_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 4), 4)
    for n in (2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 129, 1025):
        yield Sample(make(3, n), n, make(n), 1e-5)
        yield Sample(make(n, 6), 6, make(6), 1e-5)


def _group_norm(x: np.ndarray, groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> np.ndarray:
    channels = (-1,) + (1,) * (x.ndim - 2)
    size = x.size // max(1, len(x) * groups)
    out = _normalised(x.reshape(len(x), groups, size), (2,), eps).reshape(x.shape)
    out = out if weight is None else out * weight.reshape(channels)
    return out if bias is None else out + bias.reshape(channels)


def _group_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 4, 3), 2, make(4), make(4))
    yield Sample(make(2, 6), 2, make(6))
    yield Sample(make(1, 3, 2, 2), 3, None, None, 1e-3)


def _group_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 4, 3), 2)
    for n in (1, 3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 127, 129):
        yield Sample(make(2, 6, n), 2, make(6), make(6))
    yield Sample(make(3, 32, 9, 9), 8, make(32), make(32))
    yield Sample(make(1, 2, 9000), 1, make(2), make(2))


def _instance_norm(
    x: np.ndarray,
    running_mean: Any = None,
    running_var: Any = None,
    weight: Any = None,
    bias: Any = None,
    use_input_stats: bool = True,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    if not use_input_stats:
        return _batch_norm(x, running_mean, running_var, weight, bias, False, momentum, eps)
    out = _group_norm(x, x.shape[1], weight, bias, eps)
    if running_mean is None:
        return out
    axes = tuple(range(2, x.ndim))
    running_mean = (1 - momentum) * running_mean + momentum * x.mean(axis=axes).mean(axis=0)
    running_var = (1 - momentum) * running_var + momentum * x.var(axis=axes, ddof=1).mean(axis=0)
    return out, running_mean, running_var


def _call_instance_norm(
    f: Callable[..., Any], x: Any, running_mean: Any = None, running_var: Any = None, *args: Any
) -> Any:
    return _call_batch_norm(f, x, running_mean, running_var, *args)


def _instance_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 2, 3))
    yield Sample(make(2, 2, 2, 2), *_statistics(make, 2), make(2), make(2), True, 0.3)
    yield Sample(make(2, 2, 3), *_statistics(make, 2), make(2), make(2), False)


def _instance_sizes(make: Make) -> Iterator[Sample]:
    for n in (3, 7, 8, 9, 15, 16, 17, 31, 33, 64, 65, 129):
        yield Sample(make(2, 3, n), *_statistics(make, 3), make(3), make(3))


def _local_response_norm(
    x: np.ndarray, size: int, alpha: float = 1e-4, beta: float = 0.75, k: float = 1.0
) -> np.ndarray:
    total = np.zeros_like(x)
    for c in range(x.shape[1]):
        first = max(0, c - size // 2)
        total[:, c] = (x[:, first : c + (size - 1) // 2 + 1] ** 2).sum(axis=1)
    return x / (k + alpha / size * total) ** beta


def _local_response_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 4, 2), 3, 0.5, 0.75, 1.0)
    yield Sample(make(1, 3, 2, 1), 2, 1.0, 2.0, 2.0)
    yield Sample(make(1, 2, 3), 5)


# Results are bounded by the square root of the number of elements that are averaged; the variance's rounding is
# relative. What rounding the mean takes from elements that lie next to it is as much as 4 roundings of the elements.
def _lost(x: np.ndarray, axes: tuple[int, ...], eps: float) -> np.ndarray:
    return np.abs(x).mean(axis=axes, keepdims=True) / np.sqrt(x.var(axis=axes, keepdims=True) + eps) / 16


def _layer_magnitude(x: np.ndarray, shape: Any, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    count = 1 if isinstance(shape, int) else len(shape)
    lost = _lost(x, tuple(range(x.ndim - count, x.ndim)), eps) * np.abs(1.0 if weight is None else weight)
    return _with_four(_layer_norm(x, shape, weight, bias, eps), lost)


def _batch_magnitude(
    x: np.ndarray,
    running_mean: Any,
    running_var: Any,
    weight: Any = None,
    bias: Any = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
) -> Any:
    lost: Any = 0.0
    if training:
        lost = _lost(x, (0, *range(2, x.ndim)), eps)
        lost = lost if weight is None else lost * np.abs(weight.reshape((-1,) + (1,) * (x.ndim - 2)))
    return _with_four(_batch_norm(x, running_mean, running_var, weight, bias, training, momentum, eps), lost)


def _group_magnitude(x: np.ndarray, groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-5) -> Any:
    grouped = x.reshape(len(x), groups, x.size // max(1, len(x) * groups))
    lost = np.broadcast_to(_lost(grouped, (2,), eps), grouped.shape).reshape(x.shape)
    lost = lost if weight is None else lost * np.abs(weight.reshape((-1,) + (1,) * (x.ndim - 2)))
    return _with_four(_group_norm(x, groups, weight, bias, eps), lost)


def _with_four(result: Any, lost: Any = 0.0) -> Any:
    if isinstance(result, tuple):
        return (np.abs(result[0]) + 4.0 + lost, *(np.abs(r) + 4.0 for r in result[1:]))
    return np.abs(result) + 4.0 + lost


OPS = [
    Op(
        "nn.functional.batch_norm",
        _batch_samples,
        _batch_norm,
        _batch_sizes,
        call=_call_batch_norm,
        terms=lambda s: 64,
        cancels=4.0,
        magnitude=_batch_magnitude,
        torch=lambda torch, *a, **k: _call_batch_norm(torch.nn.functional.batch_norm, *a, **k),
    ),
    Op(
        "nn.functional.layer_norm",
        _layer_samples,
        _layer_norm,
        _layer_sizes,
        terms=lambda s: 64,
        cancels=4.0,
        magnitude=_layer_magnitude,
        torch=lambda torch, x, shape, *a, **k: torch.nn.functional.layer_norm(
            x, (shape,) if isinstance(shape, int) else shape, *a, **k
        ),
    ),
    Op(
        "nn.functional.rms_norm",
        _rms_samples,
        _rms_norm,
        _rms_sizes,
        terms=lambda s: 64,
        cancels=4.0,
        magnitude=lambda *a, **k: _with_four(_rms_norm(*a, **k)),
        torch=lambda torch, x, shape, *a: torch.nn.functional.rms_norm(
            x, (shape,) if isinstance(shape, int) else shape, *a
        ),
    ),
    Op(
        "nn.functional.group_norm",
        _group_samples,
        _group_norm,
        _group_sizes,
        terms=lambda s: 64,
        cancels=4.0,
        magnitude=_group_magnitude,
        torch="nn.functional.group_norm",
    ),
    Op(
        "nn.functional.instance_norm",
        _instance_samples,
        _instance_norm,
        _instance_sizes,
        call=_call_instance_norm,
        terms=lambda s: 64,
        cancels=4.0,
        magnitude=lambda *a, **k: _with_four(_instance_norm(*a, **k)),
        torch=lambda torch, *a: _call_instance_norm(torch.nn.functional.instance_norm, *a),
    ),
    Op(
        "nn.functional.local_response_norm",
        _local_response_samples,
        _local_response_norm,
        ulps=16.0,
        terms=lambda s: s.args[1],
        cancels=4.0,
        threaded=False,
        torch="nn.functional.local_response_norm",
    ),
]
