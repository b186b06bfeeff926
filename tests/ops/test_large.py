"""Results too large for the caches are written past them: they are those of small arrays, bit by bit."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import fastgrad as fg

from . import table_elementwise

FLOATS = ("float32", "float64")
BYTES = 13 << 20  # past the size from which results are streamed
SMALL = 100_003
RNG = np.random.default_rng(3)


def _of_arrays(count: int) -> dict[str, Callable[..., fg.Tensor]]:
    """The table's elementwise operations of floats that are called with this many arrays and nothing else."""
    found = {}
    for op in table_elementwise.OPS:
        if "float32" in op.dtypes and op.call is None:
            sample = op.draw("float32")[0]
            if len(sample.arrays()) == len(sample.args) == count and not sample.kwargs:
                found[op.name] = op.function
    return found


UNARY = _of_arrays(1) | {
    "clip": lambda x: fg.clip(x, 0.25, 0.75),
    "scaled": lambda x: x * 3,
    "cube": lambda x: x**3,
}
BINARY = _of_arrays(2)


def _numbers(n: int, dtype: str) -> np.ndarray:
    return (RNG.random(n) + 0.01).astype(dtype)


def _length(dtype: str) -> int:
    return BYTES // np.dtype(dtype).itemsize + 5


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", UNARY)
def test_large_results_of_one_operand_are_those_of_small_ones(name, dtype):
    x = fg.tensor(_numbers(_length(dtype), dtype))
    small = [np.asarray(UNARY[name](x[i : i + SMALL])) for i in range(0, x.size, SMALL)]
    np.testing.assert_array_equal(np.asarray(UNARY[name](x)), np.concatenate(small))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", BINARY)
@pytest.mark.parametrize("width", [1024, 1031])
def test_large_results_of_rows_and_columns_are_those_of_small_ones(name, dtype, width):
    rows = _length(dtype) // width + 1
    f = BINARY[name]
    x = fg.tensor(_numbers(rows * width, dtype)).reshape(rows, width)
    row, columns = fg.tensor(_numbers(width, dtype)), fg.tensor(_numbers(rows * width, dtype)).reshape(width, rows).T
    for other in (row, columns, fg.tensor(_numbers(1, dtype))):
        large = np.asarray(f(x, other))
        small = [f(x[i : i + 50], other[i : i + 50] if other.ndim == 2 else other) for i in range(0, rows, 50)]
        np.testing.assert_array_equal(large, np.concatenate([np.asarray(part) for part in small]))


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("offset", [0, 1, 13])
def test_large_results_go_in_place_wherever_they_begin(offset, dtype):
    values = _numbers(_length(dtype), dtype)
    x = fg.tensor(values)
    want = np.asarray(fg.sqrt(fg.tensor(values[offset:])) * 2)
    part = x[offset:]
    part.sqrt_()
    part *= 2
    np.testing.assert_array_equal(np.asarray(x)[:offset], values[:offset])
    np.testing.assert_array_equal(np.asarray(x)[offset:], want)
