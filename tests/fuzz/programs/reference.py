"""What a program means, without the engine: NumPy arrays that carry Taylor coefficients.

A program (see `program.py`) is a script, and this module is a library that it can run on instead of fastgrad. A tensor
is its values and the coefficients of a Taylor expansion along one direction through the leaves, as NumPy arrays of the
same shape; views of a tensor are NumPy views of all of them, so that writing in place means what it says. Every
function is its plain formula, evaluated at complex arguments: the first coefficient by the complex step (Squire and
Trapp, 1998, exact to rounding), two of them by Cauchy's integral formula on a small circle (Fornberg, 1981).

What the graph does that arithmetic does not:

- ``detach`` and `no_grad` share values and drop coefficients; a write under `no_grad` changes values alone.
- A hook that scales the gradient of a tensor scales its coefficients, from where the tensor got its history.
- A probe adds a direction there: what a hook sees, and what `retain_grad` keeps, are derivatives along probes.
- Who shares memory without sharing history (a view made under `no_grad`, what a custom function returns of its input)
  has no meaning once the other was written to: it is poisoned, and fastgrad must refuse what depends on it.
"""

from __future__ import annotations

import itertools
import math
from collections.abc import Callable, Sequence
from contextlib import AbstractContextManager
from types import SimpleNamespace
from typing import Any

import numpy as np

from .array import Array, History, Memory, holds_arrays

STEP = 1e-30  # of the complex step
RADIUS = 2e-4  # of the circle: its fourth power is what is neglected


class GradMode(AbstractContextManager[None]):
    def __init__(self, library: Library, mode: bool) -> None:
        self.library = library
        self.mode = mode

    def __enter__(self) -> None:
        self.before, self.library.grad_mode = self.library.grad_mode, self.mode

    def __exit__(self, *exc: object) -> None:
        self.library.grad_mode = self.before


class Applied:
    """A custom function: its formula."""

    def __init__(self, apply: Callable[..., Any]) -> None:
        self.apply = apply


class Library:
    """The functions that programs call, by fastgrad's names.

    Parameters
    ----------
    order : int
        How many coefficients: 1 or 2.
    directions : dict
        By leaf's name: where the expansion goes.
    radius : float
        Of the circle on which functions are evaluated for two coefficients.
    """

    float64 = "float64"

    def __init__(self, order: int = 1, directions: dict[str, np.ndarray] | None = None, radius: float = RADIUS) -> None:
        self.order = order
        self.radius = radius
        self.directions = directions or {}
        self.grad_mode = True
        self.poisoned = False
        self.overflowed = False  # whether an operation gave anything but numbers, even if it was overwritten
        self.passes: list[tuple[float, dict[Array, int]]] = []  # of steps: what, and versions of who retains gradients
        self.hooks: list[tuple[Array, int, str, float]] = []
        self.retained: list[tuple[Array, int]] = []
        self.nn = SimpleNamespace(functional=self)

    @property
    def accumulated(self) -> float:
        return sum(value for value, _ in self.passes)

    # -- making

    def _new(self, value: np.ndarray, series: Sequence[np.ndarray], requires_grad: bool) -> Array:
        return Array(self, value, series, History(Memory(), requires_grad))

    def constant(self, value: Any) -> Array:
        value = np.array(value, dtype=float)
        return self._new(value, [np.zeros(value.shape) for _ in range(self.order)], False)

    def leaf(self, name: str, value: np.ndarray, requires_grad: bool) -> Array:
        x = self.constant(value)
        x.history.requires_grad = requires_grad
        if requires_grad and name in self.directions:
            x.probe(self.directions[name])
        return x

    def tensor(self, value: Any, dtype: Any = None) -> Any:
        if holds_arrays(value):
            return self.nested(value)
        value = np.array(value)
        return self.constant(value) if value.dtype.kind == "f" else value  # whole numbers and masks are indices

    asarray = tensor

    def nested(self, value: Any) -> Array:
        """A list of arrays and lists is their stack."""
        return value if isinstance(value, Array) else self.stack([self.nested(v) for v in value])

    def zeros(self, *shape: int, dtype: Any) -> Array:
        return self.constant(np.zeros(shape))

    def apply(self, f: Callable[..., Any], *arguments: Any) -> Array:
        """The value and the coefficients of a function that is analytic around its arguments."""
        arrays = [a for a in arguments if isinstance(a, Array)]

        def at(z: complex) -> Any:
            return f(*(a.value + sum(c * z**k for k, c in enumerate(a.series, 1)) if isinstance(a, Array) else a
                       for a in arguments))  # fmt: skip

        requires_grad = self.grad_mode and any(a.requires_grad for a in arrays)
        value = np.array(f(*(a.value if isinstance(a, Array) else a for a in arguments)))
        self.overflowed |= not np.isfinite(value).all()
        if not requires_grad:
            series = [np.zeros_like(value) for _ in range(self.order)]
        elif self.order == 1:
            series = [np.array(np.imag(at(1j * STEP)) / STEP)]
        else:
            r = self.radius
            right, left, up = at(r), at(-r), at(1j * r)
            down = np.conj(up)
            first = (right - left - 1j * (up - down)) / (4 * r)
            second = (right + left - up - down) / (4 * r**2)
            series = [np.array(np.real(first)), np.array(np.real(second))]
        out = self._new(value, series, requires_grad)
        out.history.poisoned = any(a.poisoned for a in arrays)
        out.history.memory.order_known = all(a.is_contiguous for a in arrays)
        return out

    # -- modes

    def no_grad(self) -> GradMode:
        return GradMode(self, False)

    def enable_grad(self) -> GradMode:
        return GradMode(self, True)

    # -- functions

    def __getattr__(self, name: str) -> Any:
        f = FUNCTIONS.get(name)
        if f is None:
            raise AttributeError(name)
        return f.__get__(self)


def _plain(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda lib, x: lib.apply(f, x)


def _relu(lib: Library, x: Array) -> Array:
    cut = x.value <= 0  # NaN stays
    return lib.apply(lambda z: np.where(cut, 0.0, z), x)


def _abs(lib: Library, x: Array) -> Array:
    sign = np.sign(x.value)
    return lib.apply(lambda z: z * sign, x)


def _clip(lib: Library, x: Array, low: float | Array, high: float | Array) -> Array:
    if isinstance(low, Array) and isinstance(high, Array):
        return _between(lib, x, low, high)
    inside = (x.value >= low) & (x.value <= high)
    ends = np.clip(x.value, low, high)
    return lib.apply(lambda z: np.where(inside, z, ends), x)


def _extremum(pick: Callable[..., Any]) -> Callable[..., Any]:
    def f(lib: Library, x: Array, axis: int | None = None) -> Array:
        ties = x.value == pick(x.value, axis=axis, keepdims=True)
        share = ties / ties.sum(axis=axis, keepdims=True)
        return lib.apply(lambda z: (z * share).sum(axis=axis), x)

    return f


def _larger(sign: int) -> Callable[..., Any]:
    def f(lib: Library, x: Array, y: Array) -> Array:
        x, y = lib.nested(x), lib.nested(y)
        first = (np.sign(sign * (x.value - y.value)) + 1) / 2  # half of each at a tie
        return lib.apply(lambda a, b: a * first + b * (1 - first), x, y)

    return f


def _between(lib: Library, x: Array, low: Array, high: Array) -> Array:
    """Clipped to bounds that are tensors too; where no two are equal."""
    below = x.value < low.value
    above = np.where(below, low.value, x.value) > high.value
    return lib.apply(lambda z, a, b: np.where(above, b, np.where(below, a, z)), x, low, high)


def _where(lib: Library, condition: np.ndarray, x: Any, y: Any) -> Array:
    return lib.apply(lambda a, b: np.where(condition, a, b), x, y)


def _sort(lib: Library, x: Array, axis: int = -1, descending: bool = False) -> Array:
    order = np.argsort(-x.value if descending else x.value, axis=axis, kind="stable")
    return lib.apply(lambda z: np.take_along_axis(z, order, axis), x)


def _topk(lib: Library, x: Array, k: int, axis: int, largest: bool) -> tuple[Array, None]:
    return lib.apply(lambda z: np.take(z, range(k), axis), _sort(lib, x, axis, largest)), None


def _softmax(z: np.ndarray, axis: int) -> np.ndarray:
    e = np.exp(z - z.real.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


def _log_softmax(z: np.ndarray, axis: int) -> np.ndarray:
    shifted = z - z.real.max(axis=axis, keepdims=True)
    return shifted - np.log(np.exp(shifted).sum(axis=axis, keepdims=True))


def _logsumexp(z: np.ndarray, axis: int | None) -> np.ndarray:
    most = z.real.max(axis=axis, keepdims=True)  # of one element exactly that
    return np.log(np.exp(z - most).sum(axis=axis)) + np.squeeze(most, axis=axis)


def _variance(z: np.ndarray, axis: int | None) -> np.ndarray:
    return ((z - z.mean(axis=axis, keepdims=True)) ** 2).mean(axis=axis)


def _layer_norm(lib: Library, x: Array, shape: tuple[int, ...], *affine: Array) -> Array:
    def f(z: np.ndarray, weight: Any = 1.0, bias: Any = 0.0) -> np.ndarray:
        return (z - z.mean(-1, keepdims=True)) / np.sqrt(_variance(z, -1)[..., None] + 1e-5) * weight + bias

    return lib.apply(f, x, *affine)


def _batch_norm(
    lib: Library,
    x: Array,
    running_mean: None,
    running_var: None,
    weight: Array | None,
    bias: Array | None,
    training: bool,
) -> Array:
    axes = (0, *range(2, x.ndim))
    channels = (-1,) + (1,) * (x.ndim - 2)

    def f(z: np.ndarray, *affine: np.ndarray) -> np.ndarray:
        centred = z - z.mean(axes, keepdims=True)
        out = centred / np.sqrt((centred * centred).mean(axes, keepdims=True) + 1e-5)
        return out * affine[0].reshape(channels) + affine[1].reshape(channels) if affine else out

    return lib.apply(f, x, *([] if weight is None else [weight, bias]))


def _nll(
    logs: np.ndarray, target: np.ndarray, weight: Any, ignore_index: int, reduction: str, label_smoothing: float
) -> np.ndarray:
    """Losses of logarithms of probabilities, classes along axis 1 (of one axis, along that)."""
    axis = min(1, logs.ndim - 1)
    classes = logs.shape[axis]
    logs = np.moveaxis(logs, axis, -1)
    weight = np.ones(classes) if weight is None else weight
    kept = target != ignore_index
    label = np.where(kept, target, 0)
    shares = np.eye(classes)[label] * (1 - label_smoothing) + label_smoothing / classes
    losses = np.where(kept, -(shares * weight * logs).sum(-1), 0.0)
    if reduction == "none":
        return losses
    return losses.sum() / (np.where(kept, weight[label], 0.0).sum() if reduction == "mean" else 1.0)


def _class_loss(of_logits: bool) -> Callable[..., Array]:
    def f(
        lib: Library,
        x: Array,
        target: np.ndarray,
        weight: Array | None = None,
        ignore_index: int = -100,
        reduction: str = "mean",
        label_smoothing: float = 0.0,
    ) -> Array:
        options = (None if weight is None else weight.value, ignore_index, reduction, label_smoothing)
        axis = min(1, x.ndim - 1)
        return lib.apply(lambda z: _nll(_log_softmax(z, axis) if of_logits else z, target, *options), x)

    return f


def _conv2d(lib: Library, x: Array, weight: Array) -> Array:
    def f(x: np.ndarray, w: np.ndarray) -> np.ndarray:
        (r, s), (h, width) = w.shape[2:], x.shape[2:]
        taps = ((i, j) for i in range(r) for j in range(s))
        return sum(
            np.einsum("nchw,kc->nkhw", x[..., i : h - r + 1 + i, j : width - s + 1 + j], w[..., i, j]) for i, j in taps
        )

    return lib.apply(f, x, weight)


def _l1_loss(lib: Library, x: Array, y: Array) -> Array:
    sign = np.sign(x.value - y.value)
    return lib.apply(lambda a, b: ((a - b) * sign).mean(), x, y)


def _joined(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda lib, arrays, axis=0: lib.apply(lambda *zs: f(zs, axis=axis), *map(lib.nested, arrays))


def _reduced(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda lib, x, axis=None: lib.apply(lambda z: f(z, axis=axis), lib.nested(x))


def _laid_out_as(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    """b, its axes in memory in a's order."""
    order = sorted(range(a.ndim), key=lambda k: -abs(a.strides[k]))
    return np.ascontiguousarray(b.transpose(order)).transpose(np.argsort(order))


def _einsum(lib: Library, subscripts: str, *xs: Array) -> Array:
    term, kept = subscripts.split("->")
    if len(xs) == 1 and sorted(term) == sorted(kept) and len(set(term)) == len(term):
        return xs[0].permute(*(term.index(c) for c in kept))
    return lib.apply(lambda *zs: np.einsum(subscripts, *zs), *xs)


def _pieces(lib: Library, x: Array, axis: int, cuts: Sequence[slice | int]) -> tuple[Array, ...]:
    before = (slice(None),) * axis
    return tuple(x[(*before, cut)] for cut in cuts)


def _split(lib: Library, x: Array, places: list[int], axis: int = 0) -> tuple[Array, ...]:
    ends = [0, *places, x.shape[axis]]
    return _pieces(lib, x, axis, [slice(a, b) for a, b in itertools.pairwise(ends)])


def _unstack(lib: Library, x: Array, axis: int = 0) -> tuple[Array, ...]:
    return _pieces(lib, x, axis, range(x.shape[axis]))


FUNCTIONS: dict[str, Callable[..., Any]] = {
    "exp": _plain(np.exp),
    "sin": _plain(np.sin),
    "cos": _plain(np.cos),
    "tanh": _plain(np.tanh),
    "square": _plain(lambda z: z * z),
    "sqrt": _plain(np.sqrt),
    "log": _plain(np.log),
    "reciprocal": _plain(lambda z: 1 / z),
    "sigmoid": _plain(lambda z: 1 / (1 + np.exp(-z))),
    "expm1": _plain(lambda z: np.exp(z) - 1),
    "relu": _relu,
    "abs": _abs,
    "clip": _clip,
    "max": _extremum(np.max),
    "min": _extremum(np.min),
    "maximum": _larger(1),
    "minimum": _larger(-1),
    "where": _where,
    "sort": _sort,
    "sum": _reduced(np.sum),
    "mean": _reduced(np.mean),
    "prod": _reduced(np.prod),
    "var": _reduced(_variance),
    "norm": _reduced(lambda z, axis: np.sqrt((z * z).sum(axis=axis))),
    "logsumexp": _reduced(_logsumexp),
    "softmax": _reduced(_softmax),
    "log_softmax": _reduced(_log_softmax),
    "topk": _topk,
    "batch_norm": _batch_norm,
    "cross_entropy": _class_loss(True),
    "nll_loss": _class_loss(False),
    "pad": lambda lib, x, widths, mode="constant": lib.apply(lambda z: _laid_out_as(z, np.pad(z, widths, mode)), x),
    "tile": lambda lib, x, times: lib.apply(lambda z: np.tile(z, times), x),
    "take": lambda lib, x, i, axis: lib.apply(lambda z: np.take(z, i, axis), x),
    "cumulative_sum": _reduced(np.cumsum),
    "layer_norm": _layer_norm,
    "conv2d": _conv2d,
    "linear": lambda lib, x, w, *bias: lib.apply(lambda x, w, b=0.0: x @ w.swapaxes(0, 1) + b, x, w, *bias),
    "mse_loss": lambda lib, x, y: lib.apply(lambda a, b: ((a - b) ** 2).mean(), x, y),
    "l1_loss": _l1_loss,
    "silu": _plain(lambda z: z / (1 + np.exp(-z))),
    "softplus": _plain(lambda z: np.log(1 + np.exp(z))),
    "einsum": _einsum,
    "matmul": lambda lib, x, y: lib.apply(np.matmul, x, y),
    "outer": lambda lib, x, y: lib.apply(np.outer, x, y),
    "concat": _joined(lambda zs, axis: np.concatenate(zs, axis)),
    "stack": _joined(np.stack),
    "roll": lambda lib, x, shift, axis: lib.apply(lambda z: np.roll(z, shift, axis), x),
    "flip": lambda lib, x, axis: x._view(lambda a: np.flip(a, axis)),
    "split": _split,
    "unstack": _unstack,
    "take_along_axis": lambda lib, x, i, axis: lib.apply(lambda z: np.take_along_axis(z, i, axis), x),
}
# Methods that are those functions.
for _name in ("exp", "sin", "tanh", "square", "sqrt", "relu", "sigmoid", "abs", "sum", "mean", "clip"):
    setattr(Array, _name, lambda self, *a, _f=FUNCTIONS[_name], **k: _f(self.library, self, *a, **k))
for _name in ("exp", "tanh", "square", "sqrt", "relu", "sigmoid", "abs", "clip", "reciprocal"):
    setattr(Array, _name + "_", lambda self, *a, _f=FUNCTIONS[_name]: self._assign(_f(self.library, self, *a)))


# ---- custom functions, as their formulas -----------------------------------------------------------------------------


def _apart(x: Array, y: Array) -> Array:
    """y, a view of x, with a history of its own: what a custom function that returns it gives."""
    lib = x.library
    history = History(x.history.memory, lib.grad_mode and x.requires_grad)
    history.poisoned = x.poisoned
    return Array(lib, y.value, [np.array(c * history.requires_grad) for c in y.series], history)


def _returned(x: Array) -> Array:
    """What a custom function that returns its argument gives: where it is not recorded, a plain view."""
    if x.library.grad_mode and not x.requires_grad:
        return x._view(lambda a: a)
    return _apart(x, x)


def _nothing_differentiable(x: Array) -> tuple[Array, Array]:
    y = x.library.constant(np.sign(x.value))
    return x * 3.0, y


CUSTOM: dict[str, Applied] = {
    "Cube": Applied(lambda x: x * x * x),
    "Exp": Applied(lambda x: x.exp()),
    "Pair": Applied(lambda x, y: (x * y, x + y)),
    "ViewOfNew": Applied(lambda x: x.library.apply(lambda z: (z * 2.0).reshape(-1), x)),  # a tensor of its own
    "ViewOfInput": Applied(lambda x: _apart(x, x.reshape(-1))),
    "Input": Applied(_returned),
    "Double_": Applied(lambda x: x.mul_(2.0)),
    "WithSign": Applied(_nothing_differentiable),
    "WithNone": Applied(lambda x: (x * 3.0, None)),
    "Scaled": Applied(lambda x, factor=2.0: x * factor),
    "Product": Applied(lambda x, y, factor=1.0: x * y * factor),
    "Tanh": Applied(lambda x: x.tanh()),
    "Once": Applied(lambda x: x * x),
    "Half": Applied(lambda x, y: x.library.apply(lambda z, w: z * y.value, x, y)),
    "Sparse": Applied(lambda x: (x * 2.0, None, x * 3.0)),
    "Both": Applied(lambda x: (x.library.apply(np.array, x), x * 2.0)),
}


def weigh(x: Array) -> Array:
    n = math.prod(x.shape)
    return (x.reshape(-1) * x.library.constant(np.linspace(1.0, 2.0, n))).sum()
