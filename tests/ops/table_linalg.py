"""The table's lines of products of matrices and tensors."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from .entry import EVERY, FLOATS, Make, Op, Sample

# Around the rows (6, 14), columns (8 to 64) and depths (344, 512) of tiles and blocks.
HEIGHTS = (1, 2, 5, 6, 7, 8, 9, 13, 14, 15, 29)
COLUMNS = (1, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 48, 63, 64, 65)
DEPTHS = (0, 1, 2, 3, 7, 8, 9, 16, 17, 33, 343, 344, 345, 511, 512, 513)

MATMUL_SHAPES = (
    ((3,), (3,)),
    ((2, 3), (3,)),
    ((3,), (3, 2)),
    ((2, 3), (3, 4)),
    ((2, 1, 3), (2, 3, 2)),
    ((2, 2, 3), (3, 2)),
    ((2, 3), (2, 3, 2)),
    ((2, 1, 2, 3), (2, 3, 1)),
    ((2, 2, 3), (3,)),
)


def _matmul_samples(make: Make) -> Iterator[Sample]:
    for a, b in MATMUL_SHAPES:
        yield Sample(make(*a), make(*b))


def _matmul_sizes(make: Make) -> Iterator[Sample]:
    for a, b in (((0, 3), (3, 4)), ((2, 3), (3, 0)), ((0, 2, 3), (3, 4)), ((0,), (0,)), ((3, 0), (0,))):
        yield Sample(make(*a), make(*b))
    for m, n in product(HEIGHTS, COLUMNS):
        yield Sample(make(m, 9), make(9, n))
    for k in DEPTHS:
        yield Sample(make(15, k), make(k, 33))
        yield Sample(make(k), make(k))
        yield Sample(make(5, k), make(k))
        yield Sample(make(k), make(k, 17))
    yield Sample(make(30, 530), make(530, 530))
    yield Sample(make(3, 7, 9), make(3, 9, 17))
    yield Sample(make(4, 1, 7, 9), make(5, 9, 3))
    if make.is_float:
        for at in ((0, 0), (13, 4), (14, 8)):
            for value in (np.nan, np.inf):
                a = make(15, 9)
                a[at] = value
                yield Sample(a, make(9, 33))


def _inner(sample: Sample) -> int:
    return sample.args[0].shape[-1]


def _absolute_matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.matmul(np.abs(a), np.abs(b))


def _matmul(a: np.ndarray, b: np.ndarray) -> np.ndarray:
    return np.matmul(a, b)


def _linear_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 3), make(4, 3), make(4))
    yield Sample(make(2, 3), make(4, 3))
    yield Sample(make(3), make(4, 3), make(4))
    yield Sample(make(2, 2, 3), make(4, 3), bias=make(4))
    yield Sample(make(2, 3), make(1, 3), make(1))


def _linear_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 3), make(4, 3), make(4))
    yield Sample(make(2, 0), make(4, 0), make(4))
    for m, n in product((1, 2, 5, 7, 8, 9, 14, 15, 33), (1, 4, 7, 10, 16, 17, 33, 64, 65)):
        yield Sample(make(m, 9), make(n, 9), make(n))
    for k in DEPTHS[1:]:
        yield Sample(make(15, k), make(33, k), make(33))
        yield Sample(make(1, k), make(17, k), make(17))
    for m, k, n in product((9, 15, 16, 31, 128), (345, 513), (130, 144)):  # few examples, many outputs
        yield Sample(make(m, k), make(n, k), make(n))


def _linear(x: np.ndarray, weight: np.ndarray, bias: Any = None) -> np.ndarray:
    return np.matmul(x, weight.T) + (0.0 if bias is None else bias)


def _absolute_linear(x: np.ndarray, weight: np.ndarray, bias: Any = None) -> np.ndarray:
    return _linear(np.abs(x), np.abs(weight), None if bias is None else np.abs(bias))


def _einsum_samples(make: Make) -> Iterator[Sample]:
    for subscripts, *shapes in (
        ("ij,jk->ik", (2, 3), (3, 2)),
        ("ij,jk", (2, 3), (3, 2)),
        ("ii->i", (3, 3)),
        ("ii", (3, 3)),
        ("ij->ji", (2, 3)),
        ("ij->", (2, 3)),
        ("ij->j", (2, 3)),
        ("i,i->", (3,), (3,)),
        ("i,j->ij", (2,), (3,)),
        ("ij,ij->i", (2, 3), (2, 3)),
        ("bij,bjk->bik", (2, 2, 3), (2, 3, 2)),
        ("...i,i", (2, 2, 3), (3,)),
        ("b...,b...->...", (2, 3), (2, 3)),
        ("ij,jk,kl->il", (2, 3), (3, 2), (2, 2)),
        ("i,j,k->ijk", (2,), (2,), (2,)),
        ("iij,j->i", (2, 2, 3), (3,)),
    ):
        yield Sample(subscripts, *(make(*shape) for shape in shapes))


def _einsum_sizes(make: Make) -> Iterator[Sample]:
    yield Sample("ij,jk->ik", make(17, 33), make(33, 9))
    yield Sample("bhqd,bhkd->bhqk", make(2, 3, 7, 8), make(2, 3, 9, 8))
    yield Sample("ij,jk->ik", make(0, 3), make(3, 2))
    yield Sample("ij,jk->ik", make(2, 0), make(0, 2))


def _einsum_terms(sample: Sample) -> int:
    return int(np.prod([max(a.shape) for a in sample.arrays() if a.ndim]))


def _einsum(subscripts: str, *operands: np.ndarray) -> np.ndarray:
    return np.einsum(subscripts, *operands)


def _absolute_einsum(subscripts: str, *operands: np.ndarray) -> np.ndarray:
    return np.einsum(subscripts, *(np.abs(x) for x in operands))


def _tensordot_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 3), make(3, 2), axes=1)
    yield Sample(make(2, 3), make(2, 3))
    yield Sample(make(2, 3, 2), make(3, 2, 2))
    yield Sample(make(2, 3), make(2, 2), axes=0)
    yield Sample(make(2, 3, 2), make(2, 2, 3), axes=([0, 1], [1, 2]))
    yield Sample(make(2, 3), make(3), axes=(1, 0))


def _tensordot_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(9, 17, 3), make(3, 17, 5), axes=([1, 2], [1, 0]))
    yield Sample(make(2, 0), make(0, 3), axes=1)


def _size_of_smaller(sample: Sample) -> int:
    return min(a.size for a in sample.args[:2]) + 1


def _vecdot_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(3), make(3))
    yield Sample(make(2, 3), make(2, 3))
    yield Sample(make(2, 3), make(3))
    yield Sample(make(2, 3), make(2, 1), axis=0)
    yield Sample(make(2, 1, 3), make(2, 3))


def _vecdot_sizes(make: Make) -> Iterator[Sample]:
    for n in (0, 1, 7, 17, 65):
        yield Sample(make(5, n), make(5, n))


def _vecdot(a: np.ndarray, b: np.ndarray, axis: int = -1) -> np.ndarray:
    return (np.moveaxis(a, axis, -1) * np.moveaxis(b, axis, -1)).sum(axis=-1, dtype=a.dtype)


def _torch_vecdot(torch: Any, a: Any, b: Any, axis: int = -1) -> Any:
    return torch.linalg.vecdot(a.movedim(axis, -1), b.movedim(axis, -1))


def _outer_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(2), make(3))
    yield Sample(make(1), make(1))


def _outer_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0), make(3))
    yield Sample(make(33), make(65))


INTEGRAL = tuple(d for d in EVERY if d not in ("bool",))


def _bilinear(a: np.ndarray, b: np.ndarray, w: np.ndarray, bias: Any = 0.0) -> np.ndarray:
    return np.einsum("...i,kij,...j->...k", a, w, b) + bias


def _bilinear_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(5, 2), make(5, 3), make(4, 2, 3), make(4))
    yield Sample(make(2, 2), make(2, 3), make(1, 2, 3))
    yield Sample(make(2), make(3), make(4, 2, 3), make(4))
    yield Sample(make(2, 3, 2), make(2, 3, 3), make(4, 2, 3))


def _bilinear_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 2), make(0, 3), make(4, 2, 3))
    for n in (1, 7, 8, 9, 17, 33):
        yield Sample(make(3, n), make(3, 5), make(2, n, 5), make(2))
        yield Sample(make(n, 3), make(n, 4), make(n, 3, 4), make(n))


OPS = [
    Op(
        "nn.functional.bilinear",
        _bilinear_samples,
        _bilinear,
        _bilinear_sizes,
        terms=lambda s: s.args[2].shape[1] * s.args[2].shape[2] + 1,
        magnitude=lambda *a: _bilinear(*map(np.abs, a)),
        threaded=False,
        torch="nn.functional.bilinear",
    ),
    Op(
        "matmul",
        _matmul_samples,
        _matmul,
        _matmul_sizes,
        dtypes=INTEGRAL,
        terms=_inner,
        magnitude=_absolute_matmul,
        torch="matmul",
    ),
    Op(
        "nn.functional.linear",
        _linear_samples,
        _linear,
        _linear_sizes,
        dtypes=FLOATS,
        terms=lambda s: _inner(s) + 1,
        magnitude=_absolute_linear,
        torch="nn.functional.linear",
    ),
    Op(
        "einsum",
        _einsum_samples,
        _einsum,
        _einsum_sizes,
        dtypes=("float32", "float64", "int64"),
        terms=_einsum_terms,
        magnitude=_absolute_einsum,
        torch="einsum",
    ),
    Op(
        "tensordot",
        _tensordot_samples,
        lambda a, b, axes=2: np.tensordot(a, b, axes),
        _tensordot_sizes,
        dtypes=INTEGRAL,
        terms=_size_of_smaller,
        magnitude=lambda a, b, axes=2: np.tensordot(np.abs(a), np.abs(b), axes),
        torch=lambda torch, a, b, axes=2: torch.tensordot(
            a, b, axes if isinstance(axes, int) else tuple([e] if isinstance(e, int) else e for e in axes)
        ),
    ),
    Op(
        "vecdot",
        _vecdot_samples,
        _vecdot,
        _vecdot_sizes,
        dtypes=INTEGRAL,
        terms=lambda s: max(s.args[0].shape),
        magnitude=lambda a, b, axis=-1: _vecdot(np.abs(a), np.abs(b), axis),
        torch=_torch_vecdot,
    ),
    Op("outer", _outer_samples, np.outer, _outer_sizes, dtypes=INTEGRAL, torch="outer"),
]
