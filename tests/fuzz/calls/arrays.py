"""Arguments of operations on arrays: elementwise ones, reductions, what moves elements, indexing."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np

from ...ops import gamma, table_activation, table_elementwise
from ...ops.entry import Fixed, Op, Sample
from .arguments import MOST, Draw, Drawer, bounded, edge_values

ELEMENTWISE = {op.name for op in (*table_elementwise.OPS, *table_activation.ELEMENTWISE)}


def _elementwise(d: Draw, op: Op) -> Sample:
    """Arrays of shapes that broadcast, in the place of the table's."""
    sample = d.pick(op.draw(str(d.dtype)))
    shape, edges = d.shape(), d.edges()
    while op.name in GAMMA and int(np.prod(shape)) > 200:  # whose reference goes number by number
        shape = shape[1:]
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
        if op.name in GAMMA and d.dtype.kind == "f":
            return _whole_line(d, own)
        return d.array(*own, low=-4, high=4, edges=edges)

    given = sample.map(change)
    if op.name == "polygamma":
        orders = (0, 1, 2, 3, 4, 5, 8, 20)  # of even ones the terms that cancel left of 0 must be in range
        given.args = (d.pick(orders if d.dtype == np.float32 else (*orders, 31, 100, 169)), *given.args[1:])
    if d.dtype.kind == "f":  # numbers that the dtype holds: the reference computes with the number itself
        given.args = [float(d.dtype.type(a)) if isinstance(a, float) else a for a in given.args]
    return given


def _two(sample: Sample) -> int:
    return 2


def _by_order(sample: Sample) -> int:
    """An argument that is rounded, next to -1/2, is raised to a power beyond the order."""
    return 2 + sample.args[0] // 2


# Of these no library has all digits next to zeros and poles: the reference is the tests' own, and PyTorch is not asked.
# Left of 0 the error is of the largest term.
GAMMA: dict[str, dict[str, Any]] = {
    "lgamma": {"reference": gamma.lgamma, "torch": None},
    "digamma": {"reference": gamma.digamma, "magnitude": gamma.size_of_digamma, "terms": _two, "torch": None},
    "polygamma": {
        "reference": gamma.polygamma,
        "magnitude": gamma.size_of_polygamma,
        "terms": _by_order,
        "torch": None,
    },
}


def _whole_line(d: Draw, shape: tuple[int, ...]) -> np.ndarray:
    """Numbers of every size and sign, and next to zeros and poles of the gamma function's relatives."""
    count = int(np.prod(shape))
    edges, zeros = edge_values(np.dtype("float64")), np.array(gamma.zeros())
    kinds = np.array(
        [
            d.random.uniform(-20, 20, count),
            d.random.choice([-1.0, 1.0], count) * 10.0 ** d.random.uniform(-320, 308, count),
            d.random.integers(-120, 120, count) / 2 + 10.0 ** d.random.uniform(-17, -1, count),
            zeros[d.random.integers(len(zeros), size=count)],
            edges[d.random.integers(len(edges), size=count)],
        ]
    )
    found = kinds[d.random.integers(d.whole(1, len(kinds)), size=count), np.arange(count)]
    with np.errstate(all="ignore"):
        for _ in range(2):
            found = np.where(d.chance(0.5), np.nextafter(found, d.random.choice([-np.inf, np.inf], count)), found)
        return found.astype(d.dtype).reshape(shape)


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


def _axes_of(d: Draw, x: np.ndarray) -> tuple[int, ...]:
    """Some axes, each at most once, counted from either end."""
    chosen = d.random.permutation(x.ndim)[: d.whole(0, x.ndim)]
    return tuple(int(a) - (x.ndim if d.chance(0.3) else 0) for a in chosen)


def _moveaxis(d: Draw, x: np.ndarray) -> tuple[tuple[Any, ...], dict[str, Any]]:
    source = _axes_of(d, x)
    to = tuple(int(a) for a in d.random.permutation(x.ndim)[: len(source)])
    return (source, to), {}


def _reshape(d: Draw, x: np.ndarray) -> tuple[tuple[Any, ...], dict[str, Any]]:
    """Axes joined, split, or in another order of lengths; one may be left to be found."""
    lengths = [int(n) for n in d.random.permutation(list(x.shape))]
    at = d.whole(0, len(lengths))
    if d.chance(0.5):
        lengths = [int(np.prod(lengths[: at + 1], dtype=int)), *lengths[at + 1 :]]
    else:
        lengths.insert(at, 1)
    if x.size and d.chance(0.3):
        lengths[d.whole(0, len(lengths) - 1)] = -1
    return (tuple(lengths),), {}


def _broadcast(d: Draw, op: Op) -> Sample:
    shape = d.shape()
    x = d.array(*d.broadcast_from(shape))
    return Sample(x, shape)


def _of_one_shape(d: Draw, count: int) -> Sample:
    shape = d.shape()
    return Sample(*(d.array(*d.broadcast_from(shape)) for _ in range(count)))


def _split(d: Draw, x: np.ndarray) -> tuple[tuple[Any, ...], dict[str, Any]]:
    axis = d.axis(x.ndim)
    n = x.shape[axis]
    divisors = [k for k in range(1, n + 1) if n % k == 0] or [1]
    cut = d.pick(divisors) if d.chance(0.4) else sorted(d.whole(-n - 1, n + 1) for _ in range(d.whole(0, 3)))
    return (cut,), {"axis": axis}


def _take(d: Draw, op: Op) -> Sample:
    x = d.array(*d.shape(d.whole(1, 3), low=1))
    axis = None if d.chance(0.2) else d.axis(x.ndim)
    below = x.size if axis is None else x.shape[axis]
    count = max(1, min(d.length(), MOST // max(1, x.size // below)))
    shape = d.pick(((), (count,), (count, 1), (0,)))
    return Sample(x, d.indices(*shape, below=below, negative=True), axis=axis)


def _ordered(least: int, *options: str) -> Drawer:
    """Lines with ties, and not a number."""

    def drawer(d: Draw, op: Op) -> Sample:
        shape = d.shape(d.whole(1, 3), low=least)
        while int(np.prod(shape)) > 3000:  # the reference sorts line by line
            shape = shape[1:]
        x = d.array(*shape, low=-4, high=4)
        if d.dtype.kind == "f" and d.chance(0.5):
            x = np.round(x)
        if d.dtype.kind == "f" and x.size and d.chance(0.15):
            x.flat[d.whole(0, x.size - 1)] = d.pick((np.nan, np.inf, -np.inf))
        axis = d.axis(x.ndim)
        named = {name: d.chance(0.5) for name in options if d.chance(0.6)}
        if op.name == "topk":
            return Sample(x, d.whole(0, x.shape[axis]), axis=axis, **named)
        return Sample(x, axis=axis, **named)

    return drawer


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
    if mode != "constant":
        return Sample(x, widths, mode=mode)
    return Sample(x, widths, **({"constant_values": 1} if d.chance(0.5) else {}))


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
    **dict.fromkeys(("sort", "argsort"), _ordered(0, "descending")),
    "topk": _ordered(0, "largest"),
    "Tensor.__getitem__": _get,
    "Tensor.__setitem__": _set,
    **dict.fromkeys(("concat", "stack"), _joined),
    "take_along_axis": _take_along,
    "pad": _pad,
    "flip": _moved(lambda d, x: ((), _axes(d, x.ndim, True))),
    "roll": _moved(
        lambda d, x: ((d.whole(-80, 80),), {}),
        lambda d, x: ((d.whole(-80, 80),), {"axis": d.axis(x.ndim)}),
        lambda d, x: ((tuple(d.whole(-9, 9) for _ in x.shape),), {"axis": tuple(range(x.ndim))}),
    ),
    "repeat": _moved(
        lambda d, x: ((d.whole(0, 3),), {}),
        lambda d, x: ((d.whole(0, 3),), {"axis": d.axis(x.ndim)}),
        lambda d, x: (([d.whole(0, 2) for _ in range(x.shape[0])],), {"axis": 0}),
    ),
    "tile": _moved(lambda d, x: ((tuple(d.whole(0, 2) for _ in range(d.whole(1, x.ndim))),), {})),
    **dict.fromkeys(("tril", "triu"), lambda d, op: Sample(d.array(*d.shape(d.whole(2, 4))), k=d.whole(-3, 3))),
    "reshape": _moved(_reshape),
    "moveaxis": _moved(_moveaxis),
    "swapaxes": _moved(lambda d, x: ((d.axis(x.ndim), d.axis(x.ndim)), {})),
    **dict.fromkeys(("expand_dims", "Tensor.unsqueeze"), _moved(lambda d, x: ((d.axis(x.ndim + 1),), {}))),
    "split": _moved(_split),
    "unstack": lambda d, op: Sample(d.array(*bounded((d.whole(0, 9), *d.shape(d.whole(0, 3))), fixed=0)), axis=0),
    "broadcast_to": _broadcast,
    "broadcast_arrays": lambda d, op: _of_one_shape(d, d.whole(1, 3)),
    "take": _take,
    **dict.fromkeys(
        ("flatten", "ravel", "clone", "contiguous", "transpose", "Tensor.copy"), _moved(lambda d, x: ((), {}))
    ),
    "matrix_transpose": lambda d, op: Sample(d.array(*d.shape(d.whole(2, 4)))),
    "nonzero": lambda d, op: Sample(d.array(*d.shape(d.whole(1, 4)), low=-1, high=1)),
    "permute_dims": _moved(lambda d, x: ((tuple(int(a) for a in d.random.permutation(x.ndim)),), {})),
}
