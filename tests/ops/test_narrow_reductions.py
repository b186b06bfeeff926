"""float16 and bfloat16: what is computed of them is computed in float32, and rounded once; their gradients, too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastgrad as fg

from .entry import Fixed, Op, Sample, outputs
from .table_reduce import EXTREMES, ORDER, SUMS

NARROW = (fg.float16, fg.bfloat16)
REDUCTIONS = [pytest.param(op, id=op.name) for op in (*SUMS, *EXTREMES, *ORDER)]


def computed(op: Op, sample: Sample, narrow: fg.dtype, dtype: fg.dtype) -> tuple[list[fg.Tensor], list[fg.Tensor]]:
    """Results and gradients where the floats, rounded to a narrow dtype, are of this one."""
    inputs = []

    def change(a: Any) -> fg.Tensor:
        if isinstance(a, Fixed):
            return fg.tensor(a.array)
        inputs.append(fg.tensor(a).astype(narrow).astype(dtype).requires_grad_())
        return inputs[-1]

    results = outputs(op(sample.map(change)))
    ends = [r for r in results if r.requires_grad]
    # Gradients to start from that every dtype holds.
    starts = [fg.linspace(1, 2, r.numel()).reshape(r.shape).astype(narrow).astype(r.dtype) for r in ends]
    return results, list(fg.autograd.grad(ends, inputs, starts)) if ends else []


def numbers(x: fg.Tensor) -> np.ndarray:
    return np.asarray(x.detach().float() if x.is_floating_point() else x)


@pytest.mark.parametrize("narrow", NARROW, ids=str)
@pytest.mark.parametrize("op", REDUCTIONS)
def test_a_reduction_of_narrow_floats_is_float32s_rounded_once_and_so_is_its_gradient(op, narrow):
    for sample in (*op.draw("float32"), *op.draw_sizes("float32")):
        (got, got_gradients), (want, want_gradients) = (computed(op, sample, narrow, d) for d in (narrow, fg.float32))
        for a, b in zip((*got, *got_gradients), (*want, *want_gradients), strict=True):
            if b.is_floating_point():
                assert a.dtype is narrow
                b = b.astype(narrow)
            assert a.dtype is b.dtype
            np.testing.assert_array_equal(numbers(a), numbers(b), err_msg=repr(sample))


@pytest.mark.parametrize("narrow", NARROW, ids=str)
def test_a_sum_of_narrow_floats_loses_none_of_many_small_ones(narrow):
    x = fg.full((2**14,), 0.5, dtype=narrow).requires_grad_()
    total = x.sum()
    assert total.dtype is narrow
    assert total.item() == 2**13
    total.backward()
    assert x.grad.dtype is narrow
    assert x.grad.float().tolist() == [1.0] * 2**14


@pytest.mark.parametrize("narrow", NARROW, ids=str)
def test_what_meets_at_one_place_is_summed_in_float32(narrow):
    x = fg.ones(2, dtype=narrow).requires_grad_()
    many = 300  # of 2^-9: each would be lost beside 1/2 in bfloat16
    x[fg.zeros(many, dtype=fg.int64)].backward(fg.full((many,), 2.0**-9, dtype=narrow))
    assert x.grad.tolist() == [many * 2.0**-9, 0.0]
