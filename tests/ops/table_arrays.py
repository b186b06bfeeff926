"""The table's lines of views, joining, indexing, copies and creation."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import numpy as np

import fastgrad as fg

from .entry import EVERY, FEW_LENGTHS, INTEGERS, STORED, Fixed, Make, NoGradient, Op, Sample


def _samples(*calls: tuple[Any, ...]) -> Callable[[Make], Iterator[Sample]]:
    """A tensor of a shape, then further arguments; a dict at the end names some."""

    def samples(make: Make) -> Iterator[Sample]:
        for shape, *arguments in calls:
            named = arguments.pop() if arguments and isinstance(arguments[-1], dict) else {}
            yield Sample(make(*shape), *arguments, **named)

    return samples


def _moves(name: str, reference: Callable[..., Any], samples: Any, sizes: Any = None, **options: Any) -> Op:
    """An operation that moves elements: exact, of any dtype, and no work for several threads unless said."""
    return Op(name, samples, reference, sizes, **{"dtypes": STORED, "threaded": False, "ulps": 0, **options})


def _flatten(x: np.ndarray, start_dim: int = 0, end_dim: int = -1) -> np.ndarray:
    if x.ndim == 0:
        return x.reshape(1)
    first, last = start_dim % x.ndim, end_dim % x.ndim
    return x.reshape((*x.shape[:first], int(np.prod(x.shape[first : last + 1])), *x.shape[last + 1 :]))


def _unflatten(x: np.ndarray, dim: int, sizes: tuple[int, ...]) -> np.ndarray:
    at = dim % x.ndim
    sizes = np.empty(x.shape[at]).reshape(sizes).shape
    return x.reshape((*x.shape[:at], *sizes, *x.shape[at + 1 :]))


def _transpose_sizes(make: Make) -> Iterator[Sample]:
    for n in (1, 7, 8, 9, 15, 16, 17, 63, 64, 65):
        yield Sample(make(n, 33))
        yield Sample(make(3, n, 5))


VIEWS = [
    _moves(
        "reshape",
        lambda x, shape, copy=None: x.reshape(shape),
        _samples(
            ((2, 3), (3, 2)),
            ((2, 3), -1),
            ((2, 3), (1, -1, 2)),
            ((), (1, 1)),
            ((0, 3), (3, 0)),
            ((4,), (2, 2), {"copy": True}),
        ),
        torch=lambda torch, x, shape, copy=None: torch.reshape(x, (shape,) if isinstance(shape, int) else shape),
    ),
    _moves(
        "flatten",
        _flatten,
        _samples(((2, 3, 2),), ((2, 3, 2), 1), ((2, 3, 2), 0, 1), ((),), ((2, 3), {"end_dim": 0})),
        torch="flatten",
    ),
    _moves(
        "unflatten",
        _unflatten,
        _samples(((2, 6), 1, (2, 3)), ((6, 2), 0, (-1, 2)), ((2, 4), -1, (4,)), ((0, 4), 1, (2, 2))),
        torch="unflatten",
    ),
    _moves("ravel", np.ravel, _samples(((2, 3),), ((),), ((0, 2),)), torch="ravel"),
    _moves("expand_dims", np.expand_dims, _samples(((2, 3), 0), ((2, 3), 1), ((2, 3), -1), ((2,), (0, 2)), ((), 0))),
    _moves(
        "squeeze",
        np.squeeze,
        _samples(((1, 3, 1),), ((1, 3, 1), 0), ((1, 3, 1), (0, 2)), ((1, 1), {"axis": -1})),
        torch="squeeze",
    ),
    _moves(
        "permute_dims",
        np.transpose,
        _samples(((2, 3), (1, 0)), ((2, 3, 2), (2, 0, 1)), ((2, 3, 2), (-1, 0, 1)), ((), ())),
        torch="permute",
    ),
    _moves(
        "transpose", np.transpose, _samples(((2, 3),), ((2, 3, 2),), ((2, 3, 2), (0, 2, 1)), ((3,),)), _transpose_sizes
    ),
    _moves("swapaxes", np.swapaxes, _samples(((2, 3), 0, 1), ((2, 3, 2), -1, 0)), torch="swapaxes"),
    _moves(
        "matrix_transpose",
        lambda x: np.swapaxes(x, -1, -2),
        _samples(((2, 3),), ((2, 3, 2),)),
        torch=lambda torch, x: x.mT,
    ),
    _moves("moveaxis", np.moveaxis, _samples(((2, 3, 2), 0, -1), ((2, 3, 2), (0, 1), (2, 0))), torch="moveaxis"),
    _moves(
        "broadcast_to",
        np.broadcast_to,
        _samples(((3,), (2, 3)), ((2, 1), (2, 3)), ((), (2, 2)), ((1, 3), (0, 3))),
        torch="broadcast_to",
    ),
    _moves(
        "broadcast_arrays",
        lambda *a: tuple(np.broadcast_arrays(*a)),
        lambda make: [Sample(make(2, 1), make(3)), Sample(make(2))],
        torch="broadcast_tensors",
    ),
    _moves(
        "flip",
        np.flip,
        _samples(((2, 3),), ((2, 3), 1), ((2, 3, 2), (0, -1)), ((),), ((0, 2), 0)),
        torch=lambda torch, x, axis=None: torch.flip(
            x, tuple(range(x.ndim)) if axis is None else (axis,) if isinstance(axis, int) else axis
        ),
    ),
    _moves(
        "broadcast_shapes",
        lambda *shapes: np.broadcast_shapes(*shapes),
        lambda make: [Sample((2, 1), (3,)), Sample(()), Sample((4, 1, 2), (3, 1))],
        dtypes=("float32",),
        result="any",
        no_gradient=NoGradient.CREATED,
    ),
]


# ---- joining ---------------------------------------------------------------------------------------------------------


def _joined(*calls: tuple[tuple[tuple[int, ...], ...], dict[str, Any]]) -> Callable[[Make], Iterator[Sample]]:
    def samples(make: Make) -> Iterator[Sample]:
        for shapes, named in calls:
            yield Sample([make(*s) for s in shapes], **named)

    return samples


def _concat(parts: list[np.ndarray], axis: int | None = 0) -> np.ndarray:
    return np.concatenate(parts, axis)


def _unstack(x: np.ndarray, axis: int = 0) -> tuple[np.ndarray, ...]:
    return tuple(np.moveaxis(x, axis, 0))


def _triangles(name: str, reference: Callable[..., Any]) -> Op:
    return _moves(
        name,
        reference,
        _samples(((3, 4),), ((3, 3), {"k": 1}), ((2, 3, 2), {"k": -1})),
        _samples(((0, 3),), ((17, 33),)),
        dtypes=EVERY,
        torch=lambda torch, x, k=0: getattr(torch, name)(x, k),
    )


def _pad(x: np.ndarray, pad_width: Any, mode: str = "constant", constant_values: float = 0) -> np.ndarray:
    return np.pad(x, pad_width, mode, **({"constant_values": constant_values} if mode == "constant" else {}))


JOINS = [
    _moves(
        "concat",
        _concat,
        _joined(
            (((2, 3), (1, 3)), {}),
            (((2, 3), (2, 2), (2, 1)), {"axis": 1}),
            (((2,), (0,)), {}),
            (((2, 2), (3,)), {"axis": None}),
        ),
        torch=None,
    ),
    _moves(
        "stack",
        lambda parts, axis=0: np.stack(parts, axis),
        _joined((((3,), (3,)), {}), (((2, 3),) * 2, {"axis": -1}), (((),) * 2, {})),
        torch=lambda torch, parts, axis=0: torch.stack(parts, axis),
    ),
    _moves(
        "split",
        lambda x, cut, axis=0: tuple(np.split(x, cut, axis)),
        _samples(((4, 3), 2), ((2, 6), [1, 4], {"axis": 1}), ((5,), (2, 2, 4)), ((3,), [-1])),
        result="any",
    ),
    _moves(
        "unstack",
        _unstack,
        _samples(((2, 3),), ((2, 3), {"axis": 1})),
        torch=lambda torch, x, axis=0: torch.unbind(x, axis),
    ),
    _moves(
        "tile",
        np.tile,
        _samples(((2, 3), 2), ((2, 3), (2, 1)), ((3,), (2, 2)), ((), (3,)), ((2,), (0,))),
        torch=lambda torch, x, r: torch.tile(x, (r,) if isinstance(r, int) else r),
    ),
    _moves(
        "repeat",
        np.repeat,
        _samples(((2, 3), 2), ((2, 3), 2, {"axis": 1}), ((3,), [1, 0, 2]), ((2, 3), [2, 1], {"axis": 0}), ((2,), 0)),
        torch=None,
    ),
    _moves(
        "pad",
        _pad,
        _samples(
            ((2, 3), 1),
            ((3,), (1, 2)),
            ((2, 3), ((0, 1), (2, 0)), {"constant_values": 1}),
            ((2, 3), 1, {"mode": "edge"}),
            ((3, 4), ((1, 1), (2, 1)), {"mode": "reflect"}),
            ((2, 3), ((1, 0), (2, 2)), {"mode": "wrap"}),
            ((0,), 2),
        ),
    ),
    _moves(
        "roll",
        np.roll,
        _samples(
            ((5,), 2), ((2, 3), 1), ((2, 3), -1, {"axis": 1}), ((2, 3), (1, 2), {"axis": (0, 1)}), ((0,), 1), ((2,), 4)
        ),
        torch=lambda torch, x, shift, axis=None: torch.roll(x, shift, axis),
    ),
    _triangles("tril", np.tril),
    _triangles("triu", np.triu),
]


# ---- indexing --------------------------------------------------------------------------------------------------------


def _take_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(5), make.index(3, below=5))
    yield Sample(make(2, 3), make.index(2, 2, below=3, negative=True), axis=1)
    yield Sample(make(3, 2), make.index(4, below=3), axis=0)
    yield Sample(make(2, 3), make.index(2, below=6))
    yield Sample(make(2, 3), make.index(below=3), axis=1)


def _take_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(3), make.index(0, below=3))
    for n in (1, 7, 8, 9, 16, 17, 33):
        yield Sample(make(40, n), make.index(25, below=40), axis=0)
        yield Sample(make(n, 40), make.index(25, below=40), axis=1)


def _take(x: np.ndarray, places: np.ndarray, axis: int | None = None) -> np.ndarray:
    return np.take(x, places, axis)


def _along_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(5), make.index(3, below=5))
    yield Sample(make(2, 3), make.index(2, 2, below=3, negative=True))
    yield Sample(make(2, 3), make.index(4, 3, below=2), axis=0)
    yield Sample(make(2, 3), make.index(1, 4, below=3), axis=1)
    yield Sample(make(1, 4), make.index(3, 2, below=4), axis=1)
    yield Sample(make(2, 1, 3), make.index(4, 2, 1, below=2), axis=0)


def _along_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 3), make.index(2, 0, below=3))
    yield Sample(make(17, 33), make.index(17, 40, below=33), axis=1)
    yield Sample(make(17, 33), make.index(20, 33, below=17), axis=0)


def _along(x: np.ndarray, places: np.ndarray, axis: int = -1) -> np.ndarray:
    lead = [max(a, b) for a, b in zip(x.shape, places.shape, strict=True)]
    wide_x, wide_p = list(lead), list(lead)
    wide_x[axis], wide_p[axis] = x.shape[axis], places.shape[axis]
    return np.take_along_axis(np.broadcast_to(x, wide_x), np.broadcast_to(places, wide_p), axis)


def _nonzero_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(7, low=0, high=1) * make.mask(7).array)
    yield Sample(make(3, 4) * make.mask(3, 4).array)
    yield Sample(make(0))


def _one_hot(indices: np.ndarray, num_classes: int = -1, dtype: Any = None) -> np.ndarray:
    return np.eye(indices.max() + 1 if num_classes == -1 else num_classes)[indices]


INDEXING = [
    _moves("take", _take, _take_samples, _take_sizes, threaded=True),
    _moves("take_along_axis", _along, _along_samples, _along_sizes, threaded=True),
    _moves("nonzero", np.nonzero, _nonzero_samples, dtypes=EVERY, result="int64", no_gradient=NoGradient.WHOLE),
    _moves(
        "one_hot",
        _one_hot,
        lambda make: [
            Sample(make(5, low=0, high=3), 4),
            Sample(make(2, 3, low=0, high=3)),
            Sample(make(2, low=0, high=3), 5, "float32"),
        ],
        dtypes=INTEGERS,
        result="any",
        no_gradient=NoGradient.INTEGERS,
    ),
]


# ---- copies ----------------------------------------------------------------------------------------------------------


def _astype(x: np.ndarray, dtype: str, copy: bool = True) -> np.ndarray:
    return x.astype(dtype)


def _astype_sizes(make: Make) -> Iterator[Sample]:
    """Numbers that all dtypes hold."""
    for n in FEW_LENGTHS:
        for dtype in STORED:
            yield Sample(make(n, low=0, high=100), dtype)


COPIES = [
    _moves(
        "astype",
        _astype,
        _samples(((2, 3), "float64"), ((3,), "float64", {"copy": False})),
        _astype_sizes,
        dtypes=("float16", "float32", "float64", "bool", *INTEGERS),
        result="any",
        call=lambda f, x, dtype, copy=True: f(x, dtype, copy=copy),
    ),
    _moves(
        "clone",
        np.copy,
        _samples(((2, 3),), ((),)),
        _samples(((0,),), ((33, 17),), ((70001,),)),
        threaded=True,
        torch="clone",
    ),
    _moves("contiguous", np.copy, _samples(((2, 3),), ((),)), _samples(((0,),), ((33, 17),))),
]


# ---- creation --------------------------------------------------------------------------------------------------------


def _made(name: str, reference: Callable[..., Any], samples: Any, **options: Any) -> Op:
    return Op(
        name,
        samples,
        reference,
        **{
            "dtypes": ("float32",),
            "result": "any",
            "no_gradient": NoGradient.CREATED,
            "threaded": False,
            "layouts": False,
            "ulps": 2,
            **options,
        },
    )


def _shapes(make: Make) -> list[Sample]:
    return [Sample(2, 3), Sample((2, 3)), Sample(shape=(4,)), Sample(()), Sample(0, 2), Sample(3, dtype=fg.int32)]


def _filled(value: float) -> Callable[..., Any]:
    def reference(*size: Any, shape: Any = None, dtype: Any = None) -> np.ndarray:
        wanted = shape if shape is not None else size[0] if size and isinstance(size[0], tuple) else size
        return np.full(wanted, value)

    return reference


def _like(name: str, value: Callable[..., Any]) -> Op:
    filled = name == "full_like"

    def samples(make: Make) -> Iterator[Sample]:
        yield Sample(make(2, 3), *([1] if filled else []))
        yield Sample(make(), *([0] if filled else []))
        yield Sample(make(0, 2), *([1] if filled else []), dtype=fg.float64)

    return _made(name, value, samples, dtypes=EVERY)


def _of_data(name: str, samples: Any, **options: Any) -> Op:
    return _made(
        name,
        lambda data, dtype=None, copy=None: np.array(data),
        samples,
        call=lambda f, data, **k: f(_plain(data), **k),
        **options,
    )


def _plain(data: Any) -> Any:
    """The array that a sample gave: these functions are about data that are not tensors."""
    return np.asarray(data.detach()) if isinstance(data, fg.Tensor) else data


CREATION = [
    _made("zeros", _filled(0), _shapes),
    _made("ones", _filled(1), _shapes),
    _made("empty", _filled(0), _shapes, deterministic=False),
    _made(
        "full",
        lambda shape, value, dtype=None: np.full(shape, value),
        lambda make: [Sample((2, 3), 1.5), Sample(3, 2), Sample((), True), Sample((2,), 7, dtype=fg.uint8)],
    ),
    _like("zeros_like", lambda x, dtype=None: np.zeros(x.shape)),
    _like("ones_like", lambda x, dtype=None: np.ones(x.shape)),
    _like("full_like", lambda x, value, dtype=None: np.full(x.shape, value)),
    _made(
        "empty_like",
        lambda x, dtype=None: np.zeros(x.shape),
        lambda make: [Sample(make(2, 3))],
        dtypes=STORED,
        deterministic=False,
    ),
    _made(
        "arange",
        lambda *a, dtype=None: np.arange(*a),
        lambda make: [
            Sample(5),
            Sample(2, 9, 3),
            Sample(0.0, 1.0, 0.125),
            Sample(5, 0, -2),
            Sample(3, 3),
            Sample(4, dtype=fg.float64),
        ],
    ),
    _made(
        "linspace",
        lambda a, b, n, endpoint=True, dtype=None: np.linspace(a, b, n, endpoint=endpoint),
        lambda make: [
            Sample(0, 1, 5),
            Sample(-2.0, 3.0, 7),
            Sample(0, 1, 4, endpoint=False),
            Sample(1, 1, 1),
            Sample(0, 1, 0),
        ],
    ),
    _made(
        "eye",
        lambda n, m=None, k=0: np.eye(n, m, k),
        lambda make: [Sample(3), Sample(2, 4), Sample(4, 2, k=-1), Sample(3, 3, k=2), Sample(2, k=5), Sample(0)],
    ),
    _made(
        "meshgrid",
        lambda *a, indexing="xy": tuple(np.meshgrid(*a, indexing=indexing)),
        lambda make: [
            Sample(make(2), make(3)),
            Sample(make(2), make(3), make(2), indexing="ij"),
            Sample(make(3)),
            Sample(make(0), make(2)),
        ],
        dtypes=EVERY,
        result="same",
        no_gradient=None,
    ),
    _of_data(
        "tensor",
        lambda make: [Sample(make(2, 3)), Sample([[1.0, 2.0], [3.0, 4.0]]), Sample(3), Sample([]), Sample(True)],
        dtypes=EVERY,
    ),
    _of_data(
        "asarray",
        lambda make: [Sample(make(2, 3)), Sample([1, 2]), Sample(2.5), Sample(make(3), copy=True)],
        dtypes=STORED,
    ),
    _of_data("from_numpy", lambda make: [Sample(make(2, 3)), Sample(make())], dtypes=STORED, result="same"),
    _of_data("from_dlpack", lambda make: [Sample(make(2, 3)), Sample(make())], dtypes=STORED, result="same"),
]


# ---- random ----------------------------------------------------------------------------------------------------------


def _random(name: str, shape: Callable[..., Any], *calls: Sample) -> Op:
    """Random results: here their shapes and dtypes; their distributions have tests of their own."""
    return _made(name, shape, lambda make: list(calls), deterministic=False)


def _sized(*arguments: Any, size: Any = (), **named: Any) -> np.ndarray:
    return np.zeros(arguments[2] if len(arguments) > 2 else size)


RANDOM = [
    _random("rand", lambda *size, **k: np.zeros(size), Sample(2, 3), Sample(0), Sample(2, dtype=fg.float64)),
    _random("randn", lambda *size, **k: np.zeros(size), Sample(2, 3), Sample(0), Sample(2, dtype=fg.float64)),
    _random("uniform", _sized, Sample(-1.0, 2.0, (2, 3)), Sample(size=4)),
    _random("normal", _sized, Sample(1.0, 0.5, (2, 3)), Sample(size=4)),
    _random("randint", _sized, Sample(2, 5, (2, 3)), Sample(3, size=(4,))),
    _random("randperm", lambda n: np.zeros(n, dtype=np.int64), Sample(5), Sample(0)),
    _random(
        "bernoulli",
        lambda p, size=(): np.zeros(p.shape if isinstance(p, np.ndarray) else size),
        Sample(0.3, (2, 3)),
        Sample(Fixed(np.full((2, 3), 0.5, dtype=np.float32))),
    ),
    _random(
        "multinomial",
        lambda w, n, replacement=False: np.zeros((*w.shape[:-1], n)),
        Sample(Fixed(np.arange(1.0, 5.0, dtype=np.float32)), 3),
        Sample(Fixed(np.ones((2, 3), dtype=np.float32)), 5, True),
    ),
]

OPS = [*VIEWS, *JOINS, *INDEXING, *COPIES, *CREATION, *RANDOM]
