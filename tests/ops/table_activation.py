"""The table's lines of activations beyond those that arrays have."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np
from scipy import special

from .entry import Make, Op, Sample
from .table_elementwise import at_lengths, called_with, drawn

Reference = Callable[..., Any]


def _over(f: Callable[..., Any], x: Any, *args: Any, **kwargs: Any) -> Any:
    """Written over a copy: what requires grad itself cannot be written to."""
    y = x.clone()
    f(y, *args, **kwargs)
    return y


def _activation(
    name: str, reference: Reference, places: tuple[float, ...], *calls: Sample, torch: Any = None, **options: Any
) -> Iterator[Op]:
    """The function; and the one with an underscore, where there is one, which is written over its input."""
    calls = calls or (Sample(),)
    draw = drawn(-4.0, 4.0, places)
    samples, sizes = called_with(draw, *calls), at_lengths(drawn(-4.0, 4.0), calls[-1])
    torch = torch or f"nn.functional.{name}"
    yield Op(f"nn.functional.{name}", samples, reference, sizes, torch=torch, **options)
    if name in ("elu", "celu", "selu", "hardtanh", "threshold"):
        yield Op(f"nn.functional.{name}_", samples, reference, call=_over, threaded=False, torch=torch, **options)


def _elu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    return np.where(x > 0, x, alpha * np.expm1(x))


def _celu(x: np.ndarray, alpha: float = 1.0) -> np.ndarray:
    return np.where(x > 0, x, alpha * np.expm1(x / alpha))


def _selu(x: np.ndarray) -> np.ndarray:
    return 1.0507009873554804934193349852946 * _elu(x, 1.6732632423543772848170429916717)


def _mish(x: np.ndarray) -> np.ndarray:
    return x * np.tanh(np.logaddexp(x, 0.0))


def _hardsigmoid(x: np.ndarray) -> np.ndarray:
    return np.clip(x + 3, 0, 6) / 6


def _hardtanh(x: np.ndarray, min_val: float = -1.0, max_val: float = 1.0) -> np.ndarray:
    return np.clip(x, min_val, max_val)


def _hardshrink(x: np.ndarray, lambd: float = 0.5) -> np.ndarray:
    return np.where(np.abs(x) <= lambd, 0.0, x)


def _softshrink(x: np.ndarray, lambd: float = 0.5) -> np.ndarray:
    return np.where(np.abs(x) <= lambd, 0.0, x - np.sign(x) * lambd)


def _threshold(x: np.ndarray, threshold: float, value: float) -> np.ndarray:
    return np.where(x <= threshold, value, x)


# With one slope for all, as evaluation has it, nothing is random; tests/nn has what training draws.
def _rrelu(x: np.ndarray, lower: float = 1 / 8, upper: float = 1 / 3, training: bool = False) -> np.ndarray:
    return np.where(x > 0, x, x * (lower + upper) / 2)


def _rrelu_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make.apart(2, 3))
    yield Sample(make.apart(7), 0.25, 0.75)


def _prelu(x: np.ndarray, weight: np.ndarray) -> np.ndarray:
    slopes = weight.reshape(-1) if weight.size == 1 else weight.reshape(-1, *[1] * (x.ndim - 2))
    return np.where(x > 0, x, x * slopes).reshape(x.shape)


def _prelu_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make.apart(2, 3), make(1))
    yield Sample(make.apart(2, 3), make(3))
    yield Sample(make.apart(2, 3, 2), make(3))
    yield Sample(make.apart(4), make(1))
    yield Sample(make.apart(low=-2, high=-1), make(1))
    yield Sample(make.apart(2, 3), make())


def _prelu_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 3), make(3))
    for n in (1, 7, 8, 9, 33, 129):
        yield Sample(make(3, 5, n), make(5))
        yield Sample(make(5, n), make(n))


def _glu(x: np.ndarray, dim: int = -1) -> np.ndarray:
    a, b = np.split(x, 2, axis=dim)
    return a * special.expit(b)


def _glu_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(4))
    yield Sample(make(2, 3, 4))
    yield Sample(make(2, 4, 3), 1)
    yield Sample(make(4, 3), dim=-2)


def _glu_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(3, 0))
    for n in (1, 7, 8, 9, 33, 129):
        yield Sample(make(3, 2 * n))
        yield Sample(make(4, n), 0)


def _softmin(x: np.ndarray, dim: int) -> np.ndarray:
    return special.softmax(-x, axis=dim)


def _softmin_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(4), 0)
    yield Sample(make(2, 3, 4), dim=1)
    yield Sample(make(2, 3), -1)


def _certain(x: np.ndarray, tau: float = 1.0, hard: bool = False, dim: int = -1) -> np.ndarray:
    """Of one class; tests/nn has what is drawn of several."""
    return np.ones_like(x)


# PyTorch's gradient has the sixth of float32 in every dtype.
def _torch_hardsigmoid(torch: Any, x: Any) -> Any:
    return torch.nn.functional.relu6(x + 3.0) / 6.0


ELEMENTWISE = [
    *_activation("elu", _elu, (0.0,), Sample(), Sample(0.3), Sample(alpha=2.0)),
    # of other numbers PyTorch rounds 1 / alpha to float32 for the gradient
    *_activation("celu", _celu, (0.0,), Sample(), Sample(0.5), Sample(alpha=2.0)),
    *_activation("selu", _selu, (0.0,)),
    *_activation("relu6", lambda x: np.clip(x, 0, 6), (0.0,)),
    *_activation("hardtanh", _hardtanh, (-1.0, 1.0, 2.0), Sample(), Sample(-1.0, 2.0)),
    *_activation("hardsigmoid", _hardsigmoid, (-3.0, 3.0), torch=_torch_hardsigmoid),
    *_activation("hardswish", lambda x: x * _hardsigmoid(x), (-3.0, 3.0)),
    *_activation("hardshrink", _hardshrink, (-1.5, -0.5, 0.5, 1.5), Sample(), Sample(1.5)),
    *_activation("softshrink", _softshrink, (-1.5, -0.5, 0.5, 1.5), Sample(), Sample(lambd=1.5)),
    # the tangent that is subtracted is as large as x, and its slope as that of x, which is 1
    *_activation("tanhshrink", lambda x: x - np.tanh(x), (), magnitude=np.abs, terms=lambda s: 2, cancels=1.0),
    *_activation("softsign", lambda x: x / (1 + np.abs(x)), (0.0,)),
    *_activation("threshold", _threshold, (0.1, 1.0), Sample(0.1, 20.0), Sample(threshold=1.0, value=-3.0)),
    *_activation("logsigmoid", lambda x: -np.logaddexp(-x, 0.0), (), ulps=6),
    *_activation("mish", _mish, (), ulps=6),
    Op(
        "nn.functional.leaky_relu_",
        called_with(drawn(-2, 2, (0.0,)), Sample(), Sample(0.2)),
        lambda x, negative_slope=0.01: np.where(x > 0, x, x * negative_slope),
        call=_over,
        threaded=False,
        torch="nn.functional.leaky_relu",
    ),
    Op(
        "nn.functional.relu_",
        called_with(drawn(-2, 2, (0.0,)), Sample()),
        lambda x: np.maximum(x, 0),
        call=_over,
        threaded=False,
        torch="nn.functional.relu",
    ),
]

OPS = [
    *ELEMENTWISE,
    Op("nn.functional.prelu", _prelu_samples, _prelu, _prelu_sizes, torch="nn.functional.prelu"),
    Op("nn.functional.rrelu", _rrelu_samples, _rrelu, threaded=False, torch="nn.functional.rrelu"),
    Op("nn.functional.rrelu_", _rrelu_samples, _rrelu, call=_over, threaded=False, torch="nn.functional.rrelu"),
    Op("nn.functional.glu", _glu_samples, _glu, _glu_sizes, threaded=False, torch="nn.functional.glu"),
    Op(
        "nn.functional.softmin",
        _softmin_samples,
        _softmin,
        terms=lambda s: s.args[0].size,
        cancels=1.0,
        threaded=False,
        torch="nn.functional.softmin",
    ),
    Op(
        "nn.functional.gumbel_softmax",
        lambda make: [Sample(make(2, 1)), Sample(make(1, 3), 0.5, True, dim=0)],
        _certain,
        threaded=False,
        torch="nn.functional.gumbel_softmax",
    ),
]
