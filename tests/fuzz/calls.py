"""Random calls of every operation in the table: shapes, layouts, dtypes, edge values and arguments at random.

What must come out is what the table of operations (`tests/ops`) says, by NumPy, and PyTorch's values and gradients
where it is installed. The same must come out, bit for bit, on several threads, and (elementwise) in any layout; in
place; with a number in the place of a 0-dimensional tensor; and gradients must not depend on whether they are recorded.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad import _core

from ..ops import peer as table_peer, table, table_elementwise
from ..ops.check import errors
from ..ops.entry import FLOATS, Fixed, Make, NoGradient, Op, Sample, outputs, tensors
from ..ops.test_gradients import as_function, differentiable, gradients
from . import peer

FINEST = 1 << 40  # the work of every kernel is cut into the smallest pieces
MOST = 20_000  # elements of an array
ELEMENTWISE = {op.name for op in table_elementwise.OPS}

# How an array lies in memory, as expressions of the array `a`.
LAYOUTS: dict[str, tuple[int, str]] = {  # with the fewest axes
    "contiguous": (0, "a"),
    "transposed": (2, "a.T.copy().T"),
    "last axis first": (2, "np.moveaxis(np.moveaxis(a, -1, 0).copy(), 0, -1)"),
    "channels last": (3, "np.moveaxis(np.moveaxis(a, 1, -1).copy(), -1, 1)"),
    "stepped": (1, "np.repeat(a, 2, axis=-1)[..., ::2]"),
    "rows stepped": (2, "np.repeat(a, 3, axis=0)[::3]"),
    "reversed": (1, "np.flip(np.flip(a).copy())"),
    "cut out": (1, "np.pad(a, 1)[(slice(1, -1),) * a.ndim]"),
    "broadcast": (1, "np.broadcast_to(a[:1], a.shape)"),  # of equal rows
    "columns of more": (2, "np.concatenate([a, a], axis=-1)[..., : a.shape[-1]]"),
}


def laid_out(a: np.ndarray, layout: str) -> np.ndarray:
    return eval(LAYOUTS[layout][1], {"a": a, "np": np})


class Draw:
    """Draws the arguments of one call.

    Parameters
    ----------
    random : numpy.random.Generator
    dtype : str
    most : int
        The longest axis.
    """

    def __init__(self, random: np.random.Generator, dtype: str, most: int = 70) -> None:
        self.random = random
        self.dtype = np.dtype(dtype)
        self.most = most

    def chance(self, p: float) -> bool:
        return bool(self.random.random() < p)

    def pick(self, values: Any) -> Any:
        return values[int(self.random.integers(len(values)))]

    def whole(self, low: int, high: int) -> int:
        """From low to high, both included."""
        return int(self.random.integers(low, high + 1))

    def length(self, low: int = 0) -> int:
        """Short ones are likelier; lengths around the widths of vectors are as likely as others."""
        kind = self.random.random()
        if kind < 0.5:
            n = self.whole(low, 5)
        elif kind < 0.75:
            n = self.pick((7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65))
        else:
            n = self.whole(low, 70)
        return max(low, min(n, self.most))

    def shape(self, ndim: int | None = None, low: int = 0) -> tuple[int, ...]:
        ndim = self.pick((0, 1, 1, 2, 2, 2, 3, 3, 4, 5)) if ndim is None else ndim
        return bounded(tuple(self.length(low) for _ in range(ndim)))

    def broadcast_from(self, shape: tuple[int, ...]) -> tuple[int, ...]:
        """A shape that broadcasts to one."""
        if self.chance(0.5):
            return shape
        shape = shape[self.whole(0, len(shape)) :]
        return tuple(1 if self.chance(0.3) else n for n in shape)

    def array(self, *shape: int, low: float = -2.0, high: float = 2.0, edges: float = 0.0) -> np.ndarray:
        """Numbers of a range, some of them replaced by edge values."""
        if self.dtype.kind == "b":
            return np.asarray(self.random.random(shape) < 0.5)
        if self.dtype.kind == "f":
            a = np.asarray(self.random.uniform(low, high, shape)).astype(self.dtype)
        else:
            a = np.asarray(self.random.integers(0 if self.dtype.kind == "u" else int(low), int(high) + 1, shape))
            a = a.astype(self.dtype)
        if edges:
            values = edge_values(self.dtype)
            at = self.random.random(shape) < edges
            a = np.where(at, values[self.random.integers(len(values), size=shape)], a).astype(self.dtype)
        return a

    def edges(self) -> float:
        return self.pick((0.0, 0.0, 0.1, 0.5, 1.0))

    def indices(self, *shape: int, below: int, negative: bool = False) -> Fixed:
        return Fixed(np.asarray(self.random.integers(-below if negative else 0, below, shape)))

    def axis(self, ndim: int) -> int:
        return self.whole(-ndim, ndim - 1)


def bounded(shape: tuple[int, ...], fixed: int | None = None) -> tuple[int, ...]:
    """The shape, its longest axes halved until it is not too large; one axis may be fixed."""
    lengths = list(shape)
    while int(np.prod(lengths)) > MOST:
        k = max((k for k in range(len(lengths)) if k != fixed), key=lengths.__getitem__)
        lengths[k] //= 2
    return tuple(lengths)


def edge_values(dtype: np.dtype) -> np.ndarray:
    if dtype.kind == "f":
        info = np.finfo(dtype)
        tiny = [float(info.tiny), float(info.smallest_subnormal), -float(info.tiny) / 4]
        large = [float(info.max), float(info.min), 6e4, -700.0, 88.5]
        return np.array([0.0, -0.0, 1.0, -1.0, 0.5, 2.5, np.inf, -np.inf, np.nan, *large, *tiny], dtype=dtype)
    info = np.iinfo(dtype)
    return np.array([0, 1, 2, info.max, info.max - 1, info.min, info.min + 1, 7], dtype=dtype)


# ---- arguments by family ---------------------------------------------------------------------------------------------

Drawer = Callable[[Draw, Op], Sample]


def _from_table(d: Draw, op: Op) -> Sample:
    """One of the table's own samples."""
    make = Make(f"{op.name} {d.whole(0, 1 << 30)}", str(d.dtype))
    samples = list(op.samples(make))
    if op.sizes is not None and d.chance(0.5):
        samples = list(op.sizes(make))
    return d.pick(samples)


def _elementwise(d: Draw, op: Op) -> Sample:
    """Arrays of shapes that broadcast, in the place of the table's."""
    sample = d.pick(op.draw(str(d.dtype)))
    shape, edges = d.shape(), d.edges()
    first = [True]

    def change(a: Any) -> Any:
        own = shape if first[0] and d.chance(0.7) else d.broadcast_from(shape)
        first[0] = False
        if isinstance(a, Fixed):
            return Fixed(np.asarray(d.random.random(own) < 0.5)) if a.array.dtype.kind == "b" else a
        if op.name.endswith("shift__") or "_shift" in op.name:
            return d.array(*own, low=0, high=np.iinfo(d.dtype).bits + 1)
        if op.name in ("pow", "Tensor.__pow__") and d.dtype.kind in "iu":
            return d.array(*own, low=0, high=5)
        return d.array(*own, low=-4, high=4, edges=edges)

    given = sample.map(change)
    if d.dtype.kind == "f":  # numbers that the dtype holds: the reference computes with the number itself
        given.args = [float(d.dtype.type(a)) if isinstance(a, float) else a for a in given.args]
    return given


def _axes(d: Draw, ndim: int, several: bool) -> dict[str, Any]:
    if ndim == 0 or d.chance(0.15):
        return {} if d.chance(0.5) else {"axis": None}
    if several and d.chance(0.4):
        axes = tuple(int(a) for a in d.random.permutation(ndim)[: d.whole(0, ndim)])
        return {"axis": tuple(a - ndim if d.chance(0.3) else a for a in axes)}
    return {"axis": d.axis(ndim)}


def _reduction(low: float, high: float, several: bool = True, least: int = 0, special: bool = True) -> Drawer:
    def drawer(d: Draw, op: Op) -> Sample:
        x = d.array(*d.shape(low=least), low=low, high=high)
        if special and x.size and d.dtype.kind == "f" and d.chance(0.15):
            x = x.copy()
            x.flat[d.whole(0, x.size - 1)] = d.pick((np.nan, np.inf, -np.inf, -0.0))
        options = _axes(d, x.ndim, several)
        if d.chance(0.3) and x.ndim:  # SciPy's logsumexp of none gives one
            options["keepdims"] = True
        if op.name in ("var", "std") and d.chance(0.4):
            options["correction"] = 1
        return Sample(x, **options)

    return drawer


def _along_axis(least: int = 1, **more: Any) -> Drawer:
    def drawer(d: Draw, op: Op) -> Sample:
        x = d.array(*d.shape(d.whole(1, 4), low=least), low=-4, high=4)
        options: dict[str, Any] = {"dim" if "functional" in op.name else "axis": d.axis(x.ndim)}
        for name, values in more.items():
            if d.chance(0.5):
                options[name] = d.pick(values)
        return Sample(x, **options)

    return drawer


def _matmul(d: Draw, op: Op) -> Sample:
    m, n, k = d.length(), d.length(), d.length()
    batch = d.shape(d.pick((0, 0, 0, 1, 1, 2)))
    while int(np.prod(batch)) * max(m * k, k * n, m * n, 1) > MOST:
        batch = batch[1:]
        if not batch:
            break
    a = (*d.broadcast_from(batch), m, k)
    b = (*d.broadcast_from(batch), k, n)
    if d.chance(0.15):
        a = (k,)
    if d.chance(0.15):
        b = (k,)
    return Sample(d.array(*a), d.array(*b))


def _linear(d: Draw, op: Op) -> Sample:
    k, n = d.length(), d.length()
    x = d.array(*d.shape(d.pick((0, 1, 1, 1, 2))), k)
    bias = d.array(n) if d.chance(0.7) else None
    return Sample(x, d.array(n, k), bias)


def _pair(d: Draw, values: tuple[int, ...]) -> Any:
    return d.pick(values) if d.chance(0.6) else (d.pick(values), d.pick(values))


def _at(value: Any, at: int) -> int:
    """A height or a width of what may be one number for both, or a name for no padding."""
    return 0 if isinstance(value, str) else value[at] if isinstance(value, tuple) else value


def _span(kernel: Any, dilation: Any, at: int) -> int:
    """How many elements a window reaches over."""
    return _at(dilation, at) * (_at(kernel, at) - 1) + 1


def _conv2d(d: Draw, op: Op) -> Sample:
    groups = d.pick((1, 1, 1, 2, 3, 4))
    c, k = groups * d.pick((1, 1, 2, 3, 4, 8)), groups * d.pick((1, 1, 2, 3, 5, 8, 16))
    if d.chance(0.15):
        groups = c = d.pick((1, 3, 8, 16, 17))
        k = c * d.pick((1, 1, 2))
    r, s = d.pick((1, 2, 3, 3, 5, 7)), d.pick((1, 2, 3, 3, 5, 7))
    stride, dilation = _pair(d, (1, 1, 1, 2, 3)), _pair(d, (1, 1, 1, 2, 3))
    padding: Any = _pair(d, (0, 0, 1, 2, 3))
    if d.chance(0.15):
        padding = "valid"
    elif d.chance(0.15):
        padding, stride = "same", 1
    h, w = (
        max(d.whole(1, min(34, d.most)), _span(n, dilation, at) - 2 * _at(padding, at) if padding != "same" else 1)
        for at, n in enumerate((r, s))
    )
    shape = (c, h, w) if d.chance(0.15) else (d.pick((0, 1, 1, 2, 3, 5)), c, h, w)
    bias = d.array(k) if d.chance(0.6) else None
    return Sample(d.array(*shape), d.array(k, c // groups, r, s), bias, stride, padding, dilation, groups)


def _pool(d: Draw, op: Op) -> Sample:
    kernel = _pair(d, (1, 2, 2, 3, 4, 5))
    stride = None if d.chance(0.3) else _pair(d, (1, 2, 3))
    least = min(kernel) if isinstance(kernel, tuple) else kernel
    padding = d.whole(0, least // 2)
    options: dict[str, Any] = {"ceil_mode": True} if d.chance(0.5) else {}
    if op.name.endswith("max_pool2d") and d.chance(0.3):
        options["dilation"] = _pair(d, (1, 2))
    spans = (_span(kernel, options.get("dilation", 1), at) - 2 * padding for at in (0, 1))
    lengths = [d.whole(1, min(34, d.most)) for _ in range(2)]
    if not options.get("ceil_mode"):  # then an image may be smaller than a window
        lengths = [max(n, span) for n, span in zip(lengths, spans, strict=True)]
    shape = (d.pick((1, 2, 5, 8, 17)), *lengths)
    if d.chance(0.8):
        shape = (d.pick((0, 1, 2, 3)), *shape)
    x = d.array(*shape, low=-8, high=8)
    if op.name.endswith("max_pool2d"):
        if d.chance(0.1) and x.size:
            x.flat[d.whole(0, x.size - 1)] = np.nan
    else:
        if d.chance(0.4):
            options["count_include_pad"] = False
        if d.chance(0.2):
            options["divisor_override"] = d.pick((1, 3, 7))
    return Sample(x, kernel, stride, padding, **options)


def _adaptive(d: Draw, op: Op) -> Sample:
    def size() -> Any:
        return d.pick((1, 2, 3, 5, 7, None))

    wanted = size() if d.chance(0.4) else (size(), size())
    return Sample(d.array(d.pick((1, 2)), d.pick((1, 3, 8, 17)), d.whole(1, 12), d.whole(1, 20)), wanted)


def _batch_norm(d: Draw, op: Op) -> Sample:
    c = d.length(1)
    shape = bounded((d.whole(2, 6), c, *d.shape(d.pick((0, 1, 2, 2)), low=1)), fixed=1)
    training = d.chance(0.6)
    statistics = (Fixed(d.array(c)), Fixed(d.array(c, low=0.5, high=1.5)))
    if training and d.chance(0.2):
        statistics = (None, None)
    weight = d.array(c) if d.chance(0.7) else None
    bias = d.array(c) if d.chance(0.7) else None
    return Sample(d.array(*shape), *statistics, weight, bias, training, d.pick((0.1, 0.3, 1.0)), d.pick((1e-5, 1e-2)))


def _layer_norm(d: Draw, op: Op) -> Sample:
    shape = d.shape(d.whole(1, 4), low=1)
    count = d.whole(1, len(shape))
    if int(np.prod(shape[-count:])) < 2:
        shape = (*shape[:-1], 5)
    ending = shape[-count:]
    weight = d.array(*ending) if d.chance(0.7) else None
    bias = d.array(*ending) if d.chance(0.7) else None
    return Sample(d.array(*shape), ending, weight, bias, d.pick((1e-5, 1e-2)))


def _class_loss(d: Draw, op: Op) -> Sample:
    c = d.length(1)
    shape = (c,) if d.chance(0.1) else (d.length(1), c, *d.shape(d.pick((0, 0, 0, 1, 2)), low=1))
    shape = bounded(shape, fixed=min(1, len(shape) - 1))
    x = d.array(*shape, low=-5, high=5 if op.name.endswith("cross_entropy") else 0)
    labels = () if len(shape) == 1 else (shape[0], *shape[2:])
    options: dict[str, Any] = {"reduction": d.pick(("mean", "mean", "sum", "none"))}
    if d.chance(0.4):
        options["weight"] = Fixed(d.array(c, low=0.5, high=2.0))
    if op.name.endswith("cross_entropy"):
        if d.chance(0.4):
            options["label_smoothing"] = d.pick((0.1, 0.5, 1.0))
        if d.chance(0.2):
            return Sample(x, d.array(*shape, low=0, high=1), **options)
    if d.chance(0.3):
        options["ignore_index"] = d.whole(0, c - 1) if c > 1 else -100
    target = d.indices(*labels, below=c)
    kept = target.array != options.get("ignore_index", -100)
    if options["reduction"] == "mean" and not kept.any():
        options["reduction"] = "sum"  # 0 / 0 of a mean is a test of its own
    return Sample(x, target, **options)


def _pair_loss(d: Draw, op: Op) -> Sample:
    shape = d.shape(low=1)
    reduction = d.pick(("mean", "sum", "none"))
    options: dict[str, Any] = {"reduction": reduction}
    if "cross_entropy" in op.name:
        logits = op.name.endswith("logits")
        low, high = (-6, 6) if logits else (0.05, 0.95)
        if d.chance(0.3):
            options["weight"] = Fixed(d.array(*d.broadcast_from(shape), low=0.5, high=2.0))
        if logits and d.chance(0.3):
            options["pos_weight"] = Fixed(d.array(*d.broadcast_from(shape), low=0.5, high=2.0))
        return Sample(d.array(*shape, low=low, high=high), d.array(*shape, low=0, high=1), **options)
    return Sample(d.array(*shape), d.array(*shape), **options)


def _moved(*arguments: Callable[[Draw, np.ndarray], tuple[tuple[Any, ...], dict[str, Any]]]) -> Drawer:
    def drawer(d: Draw, op: Op) -> Sample:
        x = d.array(*d.shape(d.whole(1, 4)), edges=d.edges())
        args, kwargs = d.pick(arguments)(d, x)
        return Sample(x, *args, **kwargs)

    return drawer


def _slice(d: Draw, n: int) -> slice:
    def place() -> int | None:
        return None if d.chance(0.4) else d.whole(-n - 2, n + 2)

    return slice(place(), place(), d.pick((None, 1, 2, -1, -2, 3, -5)))


def _key(d: Draw, shape: tuple[int, ...], repeats: bool = True) -> Any:
    """Integers, slices, None, Ellipsis; arrays of integers and masks."""
    key: list[Any] = []
    arrays = d.chance(0.5)
    common = d.shape(d.pick((1, 1, 2)), low=1)
    if int(np.prod(common)) > 200:
        common = (5,)
    for n in shape[: d.whole(0, len(shape))]:
        kind = d.random.random()
        if n and kind < 0.2:
            key.append(d.whole(-n, n - 1))
        elif n and arrays and kind < 0.6:
            if repeats:
                key.append(d.indices(*d.broadcast_from(common), below=n, negative=True))
            else:
                arrays = False
                key.append(Fixed(d.random.permutation(n)[: d.whole(1, n)]))
        elif arrays and kind < 0.7:
            key.append(Fixed(d.random.random(n) < 0.5))
            arrays = False
        else:
            key.append(_slice(d, n))
    if d.chance(0.2):
        key.insert(d.whole(0, len(key)), None)
    if d.chance(0.2):
        key.insert(d.whole(0, len(key)), ...)
    return key[0] if len(key) == 1 and d.chance(0.7) else tuple(key)


def _opened(key: Any) -> Any:
    if isinstance(key, tuple):
        return tuple(_opened(k) for k in key)
    return key.array if isinstance(key, Fixed) else key


def _get(d: Draw, op: Op) -> Sample:
    x = d.array(*d.shape(), edges=0.1)
    return Sample(x, _key(d, x.shape))


def _set(d: Draw, op: Op) -> Sample:
    x = d.array(*d.shape())
    key = _key(d, x.shape, repeats=False)
    try:
        target = x[_opened(key)].shape
    except IndexError:
        target = ()
    value = d.array(*d.broadcast_from(target))
    return Sample(x, key, value if d.chance(0.8) else value.dtype.type(1).item())


def _joined(d: Draw, op: Op) -> Sample:
    shape = d.shape(d.whole(1, 4))
    axis = d.axis(len(shape) + (op.name == "stack"))
    if op.name == "stack":
        return Sample([d.array(*shape) for _ in range(d.whole(1, 4))], axis=axis)
    at = axis % len(shape)
    shapes = [(*shape[:at], d.length(), *shape[at + 1 :]) for _ in range(d.whole(1, 4))]
    if sum(int(np.prod(s)) for s in shapes) > MOST:
        shapes = shapes[:1]
    return Sample([d.array(*s) for s in shapes], axis=axis)


def _take_along(d: Draw, op: Op) -> Sample:
    x = d.array(*d.shape(d.whole(1, 4), low=1))
    axis = d.axis(x.ndim)
    shape = list(x.shape)
    shape[axis] = d.length()
    if int(np.prod(shape)) > MOST:
        shape[axis] = 1
    shape = [1 if d.chance(0.1) and k != axis % x.ndim else n for k, n in enumerate(shape)]
    return Sample(x, d.indices(*shape, below=x.shape[axis], negative=True), axis=axis)


def _pad(d: Draw, op: Op) -> Sample:
    x = d.array(*d.shape(d.whole(1, 3), low=1))
    mode = d.pick(("constant", "edge", "reflect", "wrap"))
    most = [n - 1 if mode == "reflect" else n if mode == "wrap" else 5 for n in x.shape]
    widths = tuple((d.whole(0, m), d.whole(0, m)) for m in most)
    return Sample(x, widths, **({} if mode == "constant" else {"mode": mode}))


DRAWERS: dict[str, Drawer] = {
    **dict.fromkeys(sorted(ELEMENTWISE), _elementwise),
    **dict.fromkeys(("sum", "mean"), _reduction(-2, 2)),
    **dict.fromkeys(("any", "all", "count_nonzero"), _reduction(-1, 1)),
    "prod": _reduction(0.9, 1.1, special=False),
    "norm": _reduction(-2, 2),
    "logsumexp": _reduction(-8, 8, least=1),
    **dict.fromkeys(("var", "std"), _reduction(-2, 2, least=2)),
    **dict.fromkeys(("max", "min"), _reduction(-100, 100, least=1)),
    **dict.fromkeys(("argmax", "argmin"), _reduction(-100, 100, several=False, least=1)),
    "cumulative_sum": _along_axis(0, include_initial=(True,)),
    **dict.fromkeys(("softmax", "log_softmax", "nn.functional.softmax", "nn.functional.log_softmax"), _along_axis()),
    **dict.fromkeys(("sort", "argsort"), _along_axis(0, descending=(True, False))),
    "matmul": _matmul,
    "nn.functional.linear": _linear,
    "nn.functional.conv2d": _conv2d,
    "nn.functional.max_pool2d": _pool,
    "nn.functional.avg_pool2d": _pool,
    "nn.functional.adaptive_avg_pool2d": _adaptive,
    "nn.functional.batch_norm": _batch_norm,
    "nn.functional.layer_norm": _layer_norm,
    "nn.functional.cross_entropy": _class_loss,
    "nn.functional.nll_loss": _class_loss,
    **dict.fromkeys(
        (
            "nn.functional.mse_loss",
            "nn.functional.l1_loss",
            "nn.functional.binary_cross_entropy",
            "nn.functional.binary_cross_entropy_with_logits",
        ),
        _pair_loss,
    ),
    "Tensor.__getitem__": _get,
    "Tensor.__setitem__": _set,
    **dict.fromkeys(("concat", "stack"), _joined),
    "take_along_axis": _take_along,
    "pad": _pad,
    "flip": _moved(lambda d, x: ((), _axes(d, x.ndim, True))),
    "roll": _moved(
        lambda d, x: ((d.whole(-80, 80),), {}),
        lambda d, x: ((d.whole(-80, 80),), {"axis": d.axis(x.ndim)}),
    ),
    "repeat": _moved(
        lambda d, x: ((d.whole(0, 3),), {}),
        lambda d, x: ((d.whole(0, 3),), {"axis": d.axis(x.ndim)}),
    ),
    "tile": _moved(lambda d, x: ((tuple(d.whole(0, 2) for _ in range(d.whole(1, x.ndim))),), {})),
    **dict.fromkeys(("tril", "triu"), _moved(lambda d, x: ((), {"k": d.whole(-3, 3)}))),
    "permute_dims": _moved(lambda d, x: ((tuple(int(a) for a in d.random.permutation(x.ndim)),), {})),
}
DRAWERS["tril"] = DRAWERS["triu"] = lambda d, op: Sample(d.array(*d.shape(d.whole(2, 4))), k=d.whole(-3, 3))

# Not drawn: results at random, and what is about data that are no tensors.
OPS = [op for op in table.OPS if op.deterministic and op.no_gradient is not NoGradient.CREATED]


# ---- one case --------------------------------------------------------------------------------------------------------


@dataclass
class Call:
    """A call: an operation, its arguments, and how each array lies in memory."""

    op: Op
    dtype: str
    sample: Sample
    layouts: list[str]

    def layout(self) -> Callable[[np.ndarray], np.ndarray]:
        """What gives array after array its layout, in the order of the arguments."""
        following = iter(self.layouts)
        return lambda a: laid_out(np.array(a), next(following, "contiguous"))

    def size(self) -> int:
        return sum(int(getattr(a, "array", a).size) for a in self.sample.arrays())

    def script(self) -> str:
        lines, following = ["import numpy as np", "import fastgrad as fg", ""], iter(self.layouts)
        names: list[str] = []

        def shown(value: Any) -> str:
            if isinstance(value, Fixed):
                return f"fg.tensor({_literal(value.array)})"
            if isinstance(value, np.ndarray):
                name, layout = (
                    "xyzuvw"[len(names)] if len(names) < 6 else f"x{len(names)}",
                    next(following, "contiguous"),
                )
                names.append(name)
                lines.append(f"a = {_literal(value)}")
                lines.append(f"{name} = fg.asarray({LAYOUTS[layout][1]})")
                return name
            if isinstance(value, (list, tuple)):
                inside = ", ".join(shown(v) for v in value)
                return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' if len(value) == 1 else ''})"
            return "..." if value is Ellipsis else repr(value)

        parts = [shown(a) for a in self.sample.args]
        parts += [f"{name}={shown(a)}" for name, a in self.sample.kwargs.items()]
        lines.append(f"print(fg.{self.op.name}({', '.join(parts)}))")
        return "\n".join(lines) + "\n"


def _literal(a: np.ndarray) -> str:
    if a.size > 200:
        return f"np.random.default_rng(0).uniform(-2, 2, {a.shape}).astype(np.{a.dtype})  # or so"
    text = re.sub(r"\b(nan|inf)\b", r"np.\1", repr(a.tolist()))
    shape = f".reshape({a.shape})" if 0 in a.shape else ""
    return f"np.array({text}, dtype=np.{a.dtype}){shape}"


def draw(key: tuple[int, ...], name: str | None = None, most: int = 70) -> Call:
    random = np.random.default_rng(key)
    op = OPS[int(random.integers(len(OPS)))]
    if name is not None:
        op = table.BY_NAME[name]
    dtype = op.dtypes[int(random.integers(len(op.dtypes)))]
    if random.random() < 0.5 and op.dtypes[0] in FLOATS:
        dtype = FLOATS[int(random.integers(2))]
    d = Draw(random, dtype, most)
    sample = DRAWERS.get(op.name, _from_table)(d, op)
    layouts = []

    def lay_out(a: Any) -> Any:
        if isinstance(a, Fixed):
            return a
        possible = [layout for layout, (least, _) in LAYOUTS.items() if a.ndim >= least and a.size]
        layouts.append(d.pick(possible) if op.layouts and possible and d.chance(0.6) else "contiguous")
        return np.repeat(a[:1], len(a), axis=0) if layouts[-1] == "broadcast" else a

    sample = sample.map(lay_out)
    return Call(op, dtype, sample, layouts)


def check(call: Call) -> str | None:
    """What is wrong with a call; None if nothing is."""
    return next(_wrong(call), None)


def _wrong(call: Call) -> Iterator[str]:
    op, sample = call.op, call.sample
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        refusal = _refusal(lambda: op(tensors(sample, layout=call.layout())))
        by_numpy = _refusal(lambda: op.reference(*_plain(sample).args, **_plain(sample).kwargs))
        if refusal is not None or by_numpy is not None:
            if (refusal is None) != (by_numpy is None):
                yield f"fastgrad: {refusal or 'runs'}, NumPy: {by_numpy or 'runs'}"
            elif refusal is not None and not refusal.startswith(("ValueError", "IndexError", "TypeError")):
                yield f"fastgrad: {refusal}"
            return
        wrong = errors(op, sample, call.dtype, call.layout())
        if wrong:
            yield wrong
        yield from _same_bits(call)
        if op.no_gradient is None and call.dtype in FLOATS:
            yield from _same_gradients(call)
        if peer.torch is not None and call.dtype == "float64" and op.torch is not None:
            yield from _peers(call)


def _plain(sample: Sample) -> Sample:
    return sample.map(lambda a: np.array(a.array if isinstance(a, Fixed) else a))


def _refusal(f: Callable[[], Any]) -> str | None:
    try:
        with np.errstate(all="ignore"):
            f()
    except Exception as error:
        return f"{type(error).__name__}: {error}"
    return None


def _bits(results: Any) -> list[bytes]:
    return [np.asarray(r.detach()).tobytes() for r in outputs(results) if isinstance(r, fg.Tensor)]


def _same_bits(call: Call) -> Iterator[str]:
    """On several threads; of an elementwise function in any layout."""
    op, sample = call.op, call.sample
    threads, divisor = _core.num_threads(), _core.grain_divisor()
    try:
        _core.set_num_threads(1)
        alone = _bits(op(tensors(sample, layout=call.layout())))
        _core.set_num_threads(3)
        _core.set_grain_divisor(FINEST)
        if _bits(op(tensors(sample, layout=call.layout()))) != alone:
            yield "other bits on three threads"
    finally:
        _core.set_num_threads(threads)
        _core.set_grain_divisor(divisor)
    if op.name not in ELEMENTWISE:
        return
    if _bits(op(tensors(sample))) != alone:
        yield "other bits in another layout"
    for k, a in enumerate(sample.args):
        # Of two operands, or the one that may be a number; of a number alone it would be another dtype.
        if k and isinstance(a, np.ndarray) and a.ndim == 0 and isinstance(sample.args[0], np.ndarray):
            number = Sample(*sample.args[:k], a.item(), *sample.args[k + 1 :], **sample.kwargs)
            if _refusal(lambda given=number: op(tensors(given))) is None and _bits(op(tensors(number))) != alone:
                yield "other bits with a number in the place of a tensor"


def _same_gradients(call: Call) -> Iterator[str]:
    """Recorded or not, NaN and infinities included."""
    given, inputs = differentiable(call.sample, call.layout())
    function = as_function(call.op, given)
    found: list[list[np.ndarray | None]] = []
    random = np.random.default_rng(0)
    weights = [random.uniform(0.5, 1.5, r.shape) for r in function(*inputs)] if inputs else []
    for create_graph in (False, True):
        results = function(*inputs)
        if not inputs or not results:
            return
        starts = [fg.tensor(w.astype(call.dtype)) for w in weights]
        grads = fg.autograd.grad(list(results), inputs, starts, allow_unused=True, create_graph=create_graph)
        found.append([None if g is None else np.asarray(g.detach()) for g in grads])
    for plain, recorded in zip(*found, strict=True):
        if (plain is None) != (recorded is None):
            yield "a gradient is None, recorded or not"
        elif plain is not None and not _close(recorded, plain, call):
            yield f"recorded, a gradient is {_first_difference(recorded, plain)}"


def _close(got: np.ndarray, want: np.ndarray, call: Call) -> bool:
    if got.shape != want.shape or got.dtype != want.dtype:
        return False
    finite = np.isfinite(want)
    scale = max(float(np.abs(want[finite]).max(initial=0.0)), call.op.cancels)
    allowed = (64 + 32 * call.op.ulps + 16 * call.op.terms(call.sample)) * float(np.finfo(want.dtype).eps) * scale
    with np.errstate(all="ignore"):
        return bool(np.all((got == want) | (np.isnan(got) & np.isnan(want)) | (np.abs(got - want) <= allowed)))


def _first_difference(got: np.ndarray, want: np.ndarray) -> str:
    if got.shape != want.shape:
        return f"of shape {got.shape}, not {want.shape}"
    with np.errstate(all="ignore"):
        off = np.where((got == want) | (np.isnan(got) & np.isnan(want)), 0.0, np.abs(got - want))
    at = np.unravel_index(int(np.argmax(np.where(np.isnan(off), np.inf, off))), off.shape)
    return f"{got[at]!r} at {tuple(map(int, at))}, not {want[at]!r}"


def _peers(call: Call) -> Iterator[str]:
    """PyTorch's values and gradients, where everything is finite."""
    arrays = [getattr(a, "array", a) for a in call.sample.arrays()]
    if any(not a.size or not np.isfinite(a).all() or np.abs(a.astype(float)).max() > 1000 for a in arrays):
        return
    try:
        found = table_peer.computed(peer.torch, call.op, call.sample)
    except (RuntimeError, ValueError, TypeError, IndexError):
        return  # what it refuses
    if found is None:
        return
    op, units = call.op, 64 + 32 * call.op.ulps + 16 * call.op.terms(call.sample)
    values = [np.asarray(r.detach()) for r in outputs(op(tensors(call.sample))) if isinstance(r, fg.Tensor)]
    for what, got, want in (("a value", values, found[0]), ("a gradient", gradients(op, call.sample), found[1])):
        for g, w in zip(got, want, strict=True):
            if not np.isfinite(w).all():
                continue
            scale = max(float(np.abs(w.astype(float)).max(initial=0.0)), op.cancels, 1e-3)
            if g.shape != w.shape or np.abs(g.astype(float) - w).max(initial=0.0) > units * 1.2e-16 * scale:
                yield f"{what} is {_first_difference(g, w)}, PyTorch says"


def cause(call: Call, wrong: str) -> str:
    """What findings of one cause have in common: the operation and the words."""
    words = re.sub(r"\(.*?\)|\[.*?\]|np\.float\d+|[-+.\d]+(e[-+]?\d+)?|nan|inf", "", wrong)
    return f"{call.op.name} {'float' if call.dtype in FLOATS else call.dtype}: {words[:60]}"


def smallest(call: Call, why: str) -> tuple[Call, str]:
    """Another call of the same operation, with shorter axes, that fails for the same cause; or this one."""
    best = call
    for most in (1, 2, 3, 4, 6, 9, 17):
        for k in range(80):
            other = draw((k, most), call.op.name, most)
            if other.size() >= best.size():
                continue
            wrong = check(other)
            if wrong is not None and cause(other, wrong) == why:
                best = other
        if best is not call:
            break
    return best, check(best) or ""
