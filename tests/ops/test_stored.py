"""float16 and bfloat16, which are for storage: whatever moves such elements has a gradient, in their dtype.

What meets in a gradient is summed in float32 and rounded.
"""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg

from .entry import Op, with_dtype
from .table import OPS
from .test_gradients import gradients

DTYPES = (fg.float16, fg.bfloat16)
MOVES = [pytest.param(op, id=op.name) for op in OPS if op.no_gradient is None and "float16" in op.dtypes]


@pytest.mark.parametrize("op", MOVES)
def test_the_gradient_of_what_moves_float16_is_the_float64_one(op: Op):
    for sample in op.draw("float16"):
        narrow, wide = gradients(op, sample), gradients(op, with_dtype(sample, "float64"))
        for got, want in zip(narrow, wide, strict=True):
            assert got.shape == want.shape
            np.testing.assert_allclose(got.astype(np.float64), want, rtol=2.0**-8, atol=2.0**-8)


USES = {
    "two slices": lambda x: fg.concat([x[:2], x[1:]]),
    "two basic keys": lambda x: fg.concat([x[None, :2], x[None, 1:]], axis=1)[0],
    "itself twice": lambda x: fg.concat([x, x]),
    "one place twice": lambda x: x[[0, 0, 2]],
    "take": lambda x: fg.take(x, fg.tensor([1, 1, 2])),
    "take_along_axis": lambda x: fg.take_along_axis(x, fg.tensor([2, 2, 0])),
    "broadcast": lambda x: fg.broadcast_to(x, (4, 3)),
    "repeat": lambda x: fg.repeat(x, 3),
    "where": lambda x: fg.where(fg.tensor([True, False, True]), x, x),
    "roll": lambda x: fg.roll(x, 1),
    "topk": lambda x: fg.topk(x, 2).values,
}


@pytest.mark.parametrize("dtype", DTYPES, ids=str)
@pytest.mark.parametrize("name", USES)
def test_what_meets_in_a_gradient_is_summed(name, dtype):
    found = []
    for d in (dtype, fg.float64):
        x = fg.tensor([1.0, 3.0, 2.0]).astype(d).requires_grad_(True)
        for _ in range(2):  # also into what is there
            result = USES[name](x).astype(fg.float64)
            (result * fg.linspace(1, 2, result.numel(), dtype=fg.float64).reshape(result.shape)).sum().backward()
        assert x.grad.dtype is d
        found.append(x.grad.astype(fg.float64).numpy())
    np.testing.assert_allclose(*found, rtol=2.0**-6)
