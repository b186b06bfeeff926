"""The adjoint identity of every linear operation: <f(x), g> = <x, dx>, where dx is the gradient that g becomes.

An independent check of backward kernels at sizes where finite differences and a second implementation are too slow. A
tile that one pass leaves out and the other does not changes one side only; all terms are positive, so that nothing
cancels, and the sides agree to the rounding of their sums.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

import numpy as np
import pytest

import fastgrad as fg

from .entry import FLOATS, Fixed, Make, Op, Sample, outputs, tensors
from .table import BY_NAME, OPS
from .test_gradients import as_function, differentiable


def _is_float(a: Any) -> bool:
    return not isinstance(a, Fixed) and a.dtype.kind == "f"


def _floats(sample: Sample) -> list[np.ndarray]:
    return [a for a in sample.arrays() if _is_float(a)]


def _with_floats(sample: Sample, arrays: list[np.ndarray]) -> Sample:
    following = iter(arrays)
    return sample.map(lambda a: next(following) if _is_float(a) else a)


def _values(op: Op, sample: Sample) -> list[np.ndarray]:
    return [np.asarray(y) for y in outputs(op(tensors(sample)))]


def _is_linear(op: Op, sample: Sample, group: tuple[int, ...]) -> bool:
    """Whether f(x + u) = f(x) + f(u) for the arrays of these places together, all others as they are."""
    random = np.random.RandomState(0)
    x = _floats(sample)
    u = [np.asarray(random.standard_normal(a.shape)) if k in group else a for k, a in enumerate(x)]
    both = [np.asarray(a + b) if k in group else a for k, (a, b) in enumerate(zip(x, u, strict=True))]
    try:
        of_both, of_x, of_u = (_values(op, _with_floats(sample, arrays)) for arrays in (both, x, u))
    except ValueError:  # probabilities, for example, have a range
        return False
    return all(
        y.dtype == np.float64 and np.allclose(y, v + w, rtol=1e-12, atol=1e-12 * (1 + np.abs(y).max(initial=0)))
        for y, v, w in zip(of_both, of_x, of_u, strict=True)
    )


def _linear_groups(op: Op, sample: Sample) -> list[tuple[int, ...]]:
    """The smallest sets of float arguments in which the call is linear: of x @ w + b, x and b, and w and b."""
    places = range(len(_floats(sample)))
    found: list[tuple[int, ...]] = []
    for size in sorted({1, 2, len(places)}):
        for group in combinations(places, size):
            if not any(set(smaller) <= set(group) for smaller in found) and _is_linear(op, sample, group):
                found.append(group)
    return found


def _find_groups(op: Op) -> dict[int, list[tuple[int, ...]]]:
    """By the number of float arguments that a call has. Empty: the operation is not linear, or has no gradient."""
    if op.no_gradient is not None or not op.deterministic or "float64" not in op.dtypes:
        return {}
    found: dict[int, list[tuple[int, ...]]] = {}
    with np.errstate(all="ignore"):
        for sample in op.draw("float64"):
            given, x = differentiable(sample)
            if not x or not all(t.size for t in x) or not as_function(op, given)(*x):
                continue
            groups = _linear_groups(op, sample)
            if not groups:
                return {}
            found.setdefault(len(x), groups)
    return found


GROUPS = {op.name: groups for op in OPS if (groups := _find_groups(op))}
LINEAR = [op for op in OPS if op.name in GROUPS]


def test_the_linear_operations_are_found():
    names = set(GROUPS)
    assert names >= {
        "matmul", "nn.functional.linear", "einsum", "tensordot", "outer", "nn.functional.conv2d",
        "nn.functional.conv3d", "nn.functional.conv_transpose1d", "nn.functional.pad", "nn.functional.fold",
        "nn.functional.avg_pool2d", "nn.functional.adaptive_avg_pool2d", "sum", "mean", "cumulative_sum", "multiply",
        "concat", "stack", "take", "take_along_axis", "permute_dims", "tile", "roll", "tril", "Tensor.__getitem__",
    }  # fmt: skip
    assert not names & {"exp", "sqrt", "abs", "max", "sort", "nn.functional.relu", "clip", "nn.functional.layer_norm"}


def _inner(a: Any, b: Any) -> float:
    return float(np.vdot(np.asarray(a, dtype=np.float64), np.asarray(b, dtype=np.float64)))


def _check(op: Op, sample: Sample, layout: Callable[[np.ndarray], np.ndarray] = np.array) -> int:
    """Compares both sides for each group of arguments; returns how many groups there are."""
    arrays = _floats(sample)
    if not arrays or not all(a.size and np.isfinite(a).all() for a in arrays):
        return 0
    positive = _with_floats(sample, [np.asarray(np.abs(a) + a.dtype.type(0.125)) for a in arrays])
    given, x = differentiable(positive, layout)
    results = as_function(op, given)(*x)
    if not results:
        return 0
    random = np.random.RandomState(1)
    g = [fg.tensor(random.uniform(0.5, 1.5, y.shape), dtype=y.dtype) for y in results]
    dx = fg.autograd.grad(list(results), x, g, allow_unused=True)
    left = sum(_inner(y.detach(), v) for y, v in zip(results, g, strict=True))
    groups = GROUPS[op.name][len(arrays)]
    eps = max(float(np.finfo(a.dtype).eps) for a in [*arrays, *map(np.asarray, g)])
    for group in groups:
        right = sum(_inner(x[k].detach(), dx[k]) for k in group if dx[k] is not None)
        assert right == pytest.approx(left, rel=(16 + op.terms(sample) ** 0.5) * eps), (sample, group)
    return len(groups)


@pytest.mark.parametrize(
    ("op", "dtype"), [pytest.param(op, d, id=f"{op.name}-{d}") for op in LINEAR for d in FLOATS if d in op.dtypes]
)
def test_of_every_linear_operation(op, dtype):
    assert sum(_check(op, sample) for sample in [*op.draw(dtype), *op.draw_sizes(dtype)]) > 0


# ---- large -----------------------------------------------------------------------------------------------------------

# Several blocks of each of the kernels' loops, and a rest in each.


def _matmul(make: Make) -> Iterator[Sample]:
    for m, k, n in (
        (613, 701, 1051),
        (3, 2051, 4099),
        (4099, 515, 5),
        (2053, 3, 1031),
        (1, 5003, 2017),
        (1999, 6007, 1),
    ):
        yield Sample(make(m, k), make(k, n))
    yield Sample(make(7, 131, 259), make(7, 259, 67))


def _linear(make: Make) -> Iterator[Sample]:
    yield Sample(make(613, 701), make(1051, 701), make(1051))
    yield Sample(make(1, 4099), make(1031, 4099), make(1031))


def _conv2d(make: Make) -> Iterator[Sample]:
    yield Sample(make(5, 67, 29, 31), make(131, 67, 3, 3), make(131), 1, 1)
    yield Sample(make(3, 3, 113, 117), make(67, 3, 7, 7), make(67), 2, 3)
    yield Sample(make(3, 259, 15, 17), make(515, 259, 1, 1), None)
    yield Sample(make(3, 35, 57, 61), make(67, 35, 3, 3), None, 2, 1)
    yield Sample(make(3, 131, 29, 31), make(131, 1, 3, 3), make(131), 1, 1, 1, 131)
    yield Sample(make(3, 66, 29, 31), make(134, 33, 3, 3), None, 1, 2, 2, 2)
    yield Sample(make(2, 35, 5, 259), make(67, 35, 5, 9), None, 1, (2, 4))


def _conv1d(make: Make) -> Iterator[Sample]:
    yield Sample(make(5, 67, 1031), make(131, 67, 9), make(131), 1, 4)
    yield Sample(make(3, 35, 515), make(67, 35, 5), None, 3, 1)
    yield Sample(make(3, 131, 259), make(131, 1, 5), make(131), 1, 2, 1, 131)


def _conv3d(make: Make) -> Iterator[Sample]:
    yield Sample(make(2, 19, 9, 29, 31), make(35, 19, 3, 3, 3), make(35), 1, 1)
    yield Sample(make(2, 3, 8, 57, 61), make(35, 3, 3, 5, 5), make(35), (1, 2, 2), (1, 2, 2))
    yield Sample(make(2, 34, 7, 15, 17), make(66, 17, 3, 3, 3), None, 2, 1, 1, 2)
    yield Sample(make(2, 67, 7, 15, 17), make(67, 1, 3, 3, 3), make(67), 1, 1, 1, 67)
    yield Sample(make(2, 35, 7, 15, 17), make(67, 35, 3, 1, 1), None, 1, (1, 0, 0))


def _conv_transpose2d(make: Make) -> Iterator[Sample]:
    yield Sample(make(5, 67, 15, 17), make(67, 131, 4, 4), make(131), 2, 1)
    yield Sample(make(3, 131, 29, 31), make(131, 35, 2, 2), make(35), 2)
    yield Sample(make(3, 67, 29, 31), make(67, 3, 5, 5), make(3), 2, 2, 1)


def _pool(make: Make) -> Iterator[Sample]:
    yield Sample(make(7, 67, 57, 61), 3, 2, 1)
    yield Sample(make(7, 67, 57, 61), 2)


def _adaptive_pool(make: Make) -> Iterator[Sample]:
    yield Sample(make(7, 67, 57, 61), 7)
    yield Sample(make(7, 67, 57, 61), 1)


def _array(make: Make) -> Iterator[Sample]:
    for axis in (0, 1, 2):
        yield Sample(make(67, 131, 259), axis=axis)


LARGE: dict[str, Callable[[Make], Iterator[Sample]]] = {
    "matmul": _matmul,
    "nn.functional.linear": _linear,
    "nn.functional.conv1d": _conv1d,
    "nn.functional.conv2d": _conv2d,
    "nn.functional.conv3d": _conv3d,
    "nn.functional.conv_transpose2d": _conv_transpose2d,
    "nn.functional.avg_pool2d": _pool,
    "nn.functional.adaptive_avg_pool2d": _adaptive_pool,
    "sum": _array,
    "mean": _array,
    "cumulative_sum": _array,
}
LAYOUTS: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "contiguous": np.array,
    "transposed": lambda a: np.array(a.T).T,
    "second axis last": lambda a: np.moveaxis(np.array(np.moveaxis(a, 1, -1)), -1, 1) if a.ndim > 1 else np.array(a),
}


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", LARGE)
def test_of_large_arrays(name, dtype, layout):
    for sample in LARGE[name](Make(f"{name} large", dtype)):
        assert _check(BY_NAME[name], sample, LAYOUTS[layout]) > 0
