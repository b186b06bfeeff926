"""The table's lines of networks' operations: convolution, pooling, normalisation and dropout."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import product
from typing import Any

import numpy as np

from .entry import Fixed, Make, Op, Sample

Pair = Any


def _pair(value: Pair) -> tuple[int, int]:
    return (value, value) if isinstance(value, int) else tuple(value)


# ---- convolution -----------------------------------------------------------------------------------------------------


def _conv2d(
    x: np.ndarray,
    weight: np.ndarray,
    bias: Any = None,
    stride: Pair = 1,
    padding: Any = 0,
    dilation: Pair = 1,
    groups: int = 1,
) -> np.ndarray:
    """A sum over the filter's taps."""
    if x.ndim == 3:
        return _conv2d(x[None], weight, bias, stride, padding, dilation, groups)[0]
    (sh, sw), (dh, dw), (k, _, r, s) = _pair(stride), _pair(dilation), weight.shape
    if padding == "same":
        (th, tw) = dh * (r - 1), dw * (s - 1)
        sides = ((th // 2, th - th // 2), (tw // 2, tw - tw // 2))
    else:
        sides = tuple((p, p) for p in _pair(0 if padding == "valid" else padding))
    x = np.pad(x, ((0, 0), (0, 0), *sides))
    n, c, h, w = x.shape
    oh, ow = (h - dh * (r - 1) - 1) // sh + 1, (w - dw * (s - 1) - 1) // sw + 1
    x = x.reshape(n, groups, c // groups, h, w)
    weight = weight.reshape(groups, k // groups, c // groups, r, s)
    out = np.zeros((n, groups, k // groups, oh, ow))
    for i, j in product(range(r), range(s)):
        window = x[..., i * dh : i * dh + sh * (oh - 1) + 1 : sh, j * dw : j * dw + sw * (ow - 1) + 1 : sw]
        out += np.einsum("ngchw,gkc->ngkhw", window, weight[..., i, j], optimize=True)
    return out.reshape(n, k, oh, ow) + (0.0 if bias is None else bias[:, None, None])


def _absolute_conv2d(x: np.ndarray, weight: np.ndarray, bias: Any = None, *args: Any, **kwargs: Any) -> np.ndarray:
    return _conv2d(np.abs(x), np.abs(weight), None if bias is None else np.abs(bias), *args, **kwargs)


def _conv_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 1, 3, 3), make(1, 1, 2, 2))
    yield Sample(make(2, 2, 3, 4), make(3, 2, 2, 2), make(3))
    yield Sample(make(2, 4, 3), make(2, 2, 1, 1), make(2))
    yield Sample(make(1, 2, 4, 4), make(2, 2, 3, 3), make(2), 2, 1)
    yield Sample(make(1, 2, 5, 4), make(2, 2, 2, 2), None, (2, 1), (1, 0), (2, 1))
    yield Sample(make(1, 4, 3, 3), make(4, 2, 2, 2), make(4), groups=2)
    yield Sample(make(1, 3, 3, 3), make(3, 1, 2, 2), padding=1, groups=3)
    yield Sample(make(1, 2, 3, 3), make(2, 2, 2, 2), padding="same")
    yield Sample(make(1, 1, 4, 3), make(2, 1, 3, 2), padding="valid")


def _conv_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 2, 4, 4), make(3, 2, 3, 3))
    # stride, padding, dilation and groups in all combinations
    for r, stride, padding, dilation, groups in product((1, 2, 3), (1, 2, 3), (0, 1, 2), (1, 2), (1, 2, 4)):
        yield Sample(make(2, 4, 7, 8), make(8, 4 // groups, r, r), make(8), stride, padding, dilation, groups)
    # channels and filters around the widths of vectors and tiles
    for c, k in product((1, 3, 4, 7, 8, 9, 15, 16, 17, 33), (1, 3, 7, 8, 9, 15, 16, 17, 31, 32, 33, 65)):
        yield Sample(make(1, c, 5, 6), make(k, c, 3, 3), make(k), 1, 1)
    for c, k in product((1, 8, 17, 64), (1, 16, 33, 64)):
        yield Sample(make(2, c, 4, 5), make(k, c, 1, 1), make(k))
    # widths of images around the tile's rows
    for w in (1, 2, 5, 6, 7, 12, 13, 14, 15, 28, 29):
        yield Sample(make(1, 3, 4, w), make(5, 3, 3, 3), None, 1, 1)
        yield Sample(make(1, 3, 4, w), make(5, 3, 3, 3), None, 2, 1)
    for c in (1, 8, 15, 16, 17, 32):  # depthwise, also with a multiplier
        yield Sample(make(2, c, 6, 7), make(c, 1, 3, 3), make(c), 1, 1, 1, c)
        yield Sample(make(1, c, 6, 7), make(2 * c, 1, 3, 3), None, 2, 1, 1, c)
    for w in (8, 15, 29):  # groups of one vector of filters
        yield Sample(make(2, 24, 5, w), make(40, 6, 3, 3), make(40), 1, 1, 1, 4)
    yield Sample(make(2, 3, 20, 21), make(16, 3, 7, 7), None, 2, 3)
    yield Sample(make(2, 5, 9, 9), make(4, 5, 5, 3), make(4), (2, 1), (2, 1))
    yield Sample(make(1, 2, 1, 30), make(3, 2, 1, 7), None, 1, (0, 3))
    yield Sample(make(1, 520, 3, 3), make(9, 520, 3, 3), None, 1, 1)
    yield Sample(make(8, 16, 14, 14), make(32, 16, 3, 3), make(32), 1, 1)


def _conv_terms(sample: Sample) -> int:
    return int(np.prod(sample.args[1].shape[1:])) + 1


CONVOLUTION = [
    Op(
        "nn.functional.conv2d",
        _conv_samples,
        _conv2d,
        _conv_sizes,
        terms=_conv_terms,
        magnitude=_absolute_conv2d,
        torch="nn.functional.conv2d",
    ),
]


# ---- pooling ---------------------------------------------------------------------------------------------------------


def _windows(length: int, kernel: int, stride: int, padding: int, dilation: int, ceil_mode: bool) -> int:
    """PyTorch's number of windows: a last one must begin inside the input or its left padding."""
    span = length + 2 * padding - dilation * (kernel - 1) - 1
    count = (-(-span // stride) if ceil_mode else span // stride) + 1
    if ceil_mode and (count - 1) * stride >= length + padding:
        count -= 1
    return count


def _pooled(
    x: np.ndarray, kernel: Pair, stride: Pair | None, padding: Pair, dilation: Pair, ceil_mode: bool, f: Any
) -> np.ndarray:
    """f(window's elements inside the input, its number of elements inside the padded input) of each window."""
    if x.ndim == 3:
        return _pooled(x[None], kernel, stride, padding, dilation, ceil_mode, f)[0]
    kernel, padding, dilation = _pair(kernel), _pair(padding), _pair(dilation)
    stride = kernel if stride is None else _pair(stride)
    n, c, *lengths = x.shape
    counts = [_windows(lengths[a], kernel[a], stride[a], padding[a], dilation[a], ceil_mode) for a in (0, 1)]
    if min(counts) < 1:
        raise ValueError("no window begins inside the input")
    out = np.zeros((n, c, *counts))
    for i, j in product(*map(range, counts)):
        inside, padded = [], 1
        for a, o in ((0, i), (1, j)):
            places = o * stride[a] - padding[a] + dilation[a] * np.arange(kernel[a])
            inside.append(places[(places >= 0) & (places < lengths[a])])
            padded *= int((places < lengths[a] + padding[a]).sum())
        out[..., i, j] = f(
            x[:, :, inside[0][:, None], inside[1]].reshape(n, c, inside[0].size * inside[1].size), padded
        )
    return out


def _max_pool2d(
    x: np.ndarray, k: Pair, stride: Any = None, padding: Pair = 0, dilation: Pair = 1, ceil_mode: bool = False
) -> np.ndarray:
    return _pooled(
        x, k, stride, padding, dilation, ceil_mode, lambda window, padded: window.max(axis=-1, initial=-np.inf)
    )


def _avg_pool2d(
    x: np.ndarray,
    k: Pair,
    stride: Any = None,
    padding: Pair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> np.ndarray:
    def mean(window: np.ndarray, padded: int) -> np.ndarray:
        return window.sum(axis=-1) / (divisor_override or (padded if count_include_pad else window.shape[-1]))

    return _pooled(x, k, stride, padding, 1, ceil_mode, mean)


def _adaptive_avg_pool2d(x: np.ndarray, output_size: Any) -> np.ndarray:
    if x.ndim == 3:
        return _adaptive_avg_pool2d(x[None], output_size)[0]
    wanted = (output_size,) * 2 if output_size is None or isinstance(output_size, int) else output_size
    (oh, ow), (h, w) = (n if o is None else o for o, n in zip(wanted, x.shape[2:], strict=True)), x.shape[2:]
    out = np.zeros((*x.shape[:2], oh, ow))
    for i, j in product(range(oh), range(ow)):
        out[..., i, j] = x[..., i * h // oh : -(-(i + 1) * h // oh), j * w // ow : -(-(j + 1) * w // ow)].mean(
            axis=(2, 3)
        )
    return out


def _absolutely(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x, *args, **kwargs: f(np.abs(x), *args, **kwargs)


def _max_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make.distinct(1, 1, 4, 4), 2)
    yield Sample(make.distinct(1, 2, 4, 3), 2, 1)
    yield Sample(make.distinct(2, 4, 3), (2, 1), None, (1, 0))
    yield Sample(make.distinct(1, 1, 5, 5), 3, 2, 1)
    yield Sample(make.distinct(1, 1, 5, 4), 2, 2, 0, 1, True)
    yield Sample(make.distinct(1, 1, 5, 5), 2, 1, 1, dilation=2)


def _avg_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 1, 4, 4), 2)
    yield Sample(make(1, 2, 4, 3), 2, 1)
    yield Sample(make(2, 4, 3), (2, 1), None, (1, 0))
    yield Sample(make(1, 1, 5, 5), 3, 2, 1, False, False)
    yield Sample(make(1, 1, 5, 4), 2, 2, 1, True)
    yield Sample(make(1, 1, 5, 4), 3, 2, 1, True, False)
    yield Sample(make(1, 1, 3, 3), 2, 1, divisor_override=3)


def _pool_sizes(dilations: bool) -> Callable[[Make], Iterator[Sample]]:
    def sizes(make: Make) -> Iterator[Sample]:
        yield Sample(make(0, 2, 4, 4), 2)
        for kernel, stride, padding, ceil_mode in product((1, 2, 3), (1, 2, 3), (0, 1), (False, True)):
            if 2 * padding <= kernel:
                yield Sample(make(2, 3, 7, 8), kernel, stride, padding, ceil_mode=ceil_mode)
                if dilations:
                    yield Sample(make(1, 2, 8, 7), kernel, stride, padding, 2, ceil_mode)
        for w in (2, 3, 5, 8, 9, 16, 17, 31, 33, 64, 66):
            yield Sample(make(1, 2, 4, w), 2)
            yield Sample(make(1, 2, 4, w), 2, 1)
            if w > 2:
                yield Sample(make(1, 2, 4, w), 3, 2, 1)
        for c in (1, 7, 8, 9, 16, 17, 33):
            yield Sample(make(2, c, 4, 4), 2)
        x = make(1, 2, 6, 6)
        x[0, 0, 2, 3], x[0, 1, 0, 0], x[0, 1, 5, 5] = np.nan, -np.inf, np.inf
        yield Sample(x, 2)
        yield Sample(x, 3, 1, 1)

    return sizes


def _adaptive_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(1, 2, 4, 3), 1)
    yield Sample(make(1, 1, 5, 4), (2, 3))
    yield Sample(make(2, 3, 4), (None, 2))
    yield Sample(make(1, 1, 2, 3), (3, 4))


def _adaptive_sizes(make: Make) -> Iterator[Sample]:
    for c, size in product((1, 8, 17), (1, 3, 7, (2, 9))):
        yield Sample(make(2, c, 7, 9), size)


def _window_elements(sample: Sample) -> int:
    return int(np.prod(_pair(sample.args[1])))


POOLING = [
    Op(
        "nn.functional.max_pool2d",
        _max_samples,
        _max_pool2d,
        _pool_sizes(True),
        torch="nn.functional.max_pool2d",
        ulps=0,
    ),
    Op(
        "nn.functional.avg_pool2d",
        _avg_samples,
        _avg_pool2d,
        _pool_sizes(False),
        terms=_window_elements,
        magnitude=_absolutely(_avg_pool2d),
        torch="nn.functional.avg_pool2d",
    ),
    Op(
        "nn.functional.adaptive_avg_pool2d",
        _adaptive_samples,
        _adaptive_avg_pool2d,
        _adaptive_sizes,
        terms=lambda s: 81,
        magnitude=_absolutely(_adaptive_avg_pool2d),
        torch="nn.functional.adaptive_avg_pool2d",
    ),
]


# ---- normalisation ---------------------------------------------------------------------------------------------------


def _normalised(x: np.ndarray, axes: tuple[int, ...], eps: float) -> np.ndarray:
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


# Both results are bounded by the square root of the number of elements that are averaged; the variance's rounding is
# relative.
def _norm_magnitude(x: np.ndarray, *args: Any, **kwargs: Any) -> Any:
    result = _batch_norm(x, *args, **kwargs)
    return tuple(np.abs(r) + 4.0 for r in result) if isinstance(result, tuple) else np.abs(result) + 4.0


NORMALISATION = [
    Op(
        "nn.functional.batch_norm",
        _batch_samples,
        _batch_norm,
        _batch_sizes,
        call=_call_batch_norm,
        terms=lambda s: 64,
        cancels=4.0,
        magnitude=_norm_magnitude,
        torch=lambda torch, *a, **k: _call_batch_norm(torch.nn.functional.batch_norm, *a, **k),
    ),
    Op(
        "nn.functional.layer_norm",
        _layer_samples,
        _layer_norm,
        _layer_sizes,
        terms=lambda s: 64,
        cancels=4.0,
        magnitude=lambda *a, **k: np.abs(_layer_norm(*a, **k)) + 4.0,
        torch=lambda torch, x, shape, *a, **k: torch.nn.functional.layer_norm(
            x, (shape,) if isinstance(shape, int) else shape, *a, **k
        ),
    ),
]

# What is kept is random, so only what does not depend on it is here; tests/nn has the statistics.
DROPOUT = [
    Op(
        "nn.functional.dropout",
        lambda make: [Sample(make(2, 3), 0.0), Sample(make(2, 3), 0.5, False), Sample(make(5), 1.0)],
        lambda x, p=0.5, training=True: x * 0 if p == 1.0 else x,
        lambda make: [Sample(make(0), 1.0), Sample(make(129), 1.0)],
        ulps=0,
        threaded=False,
        torch="nn.functional.dropout",
    ),
]

OPS = [*CONVOLUTION, *POOLING, *NORMALISATION, *DROPOUT]
