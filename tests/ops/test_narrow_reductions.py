"""Reductions, softmax and losses of float16 and bfloat16: computed in float32 and rounded once, gradients too."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastgrad as fg

from . import table_loss
from .entry import Fixed, Op, Sample, outputs
from .table_reduce import EXTREMES, ORDER, SOFTMAX, SUMS

NARROW = (fg.float16, fg.bfloat16)
ROUNDING = {fg.float16: 2.0**-11, fg.bfloat16: 2.0**-8}
OPS = [pytest.param(op, id=op.name) for op in (*SUMS, *EXTREMES, *ORDER, *SOFTMAX, *table_loss.OPS)]
WEIGHTS = {"weight", "pos_weight"}
CLASSES = ("nn.functional.cross_entropy", "nn.functional.nll_loss")


def computed(op: Op, sample: Sample, narrow: fg.dtype, dtype: fg.dtype) -> tuple[list[fg.Tensor], list[fg.Tensor]]:
    """Results and gradients where the floats, rounded to a narrow dtype, are of this one."""
    inputs = []

    def change(a: Any) -> fg.Tensor:
        t = fg.tensor(a.array if isinstance(a, Fixed) else a)
        if t.is_floating_point():
            t = t.astype(narrow).astype(dtype)
            if not isinstance(a, Fixed):
                inputs.append(t.requires_grad_())
        return t

    results = outputs(op(sample.map(change)))
    ends = [r for r in results if r.requires_grad]
    # Gradients to start from that every dtype holds.
    starts = [fg.linspace(1, 2, r.numel()).reshape(r.shape).astype(narrow).astype(r.dtype) for r in ends]
    return results, list(fg.autograd.grad(ends, inputs, starts)) if ends else []


def numbers(x: fg.Tensor) -> np.ndarray:
    return np.asarray(x.detach().float() if x.is_floating_point() else x)


def is_one_operation(op: Op, sample: Sample) -> bool:
    """Losses of pairs with weights are several."""
    weighted = len(sample.args) > 2 or WEIGHTS & set(sample.kwargs)
    return op not in table_loss.OPS or op.name in CLASSES or not weighted


@pytest.mark.parametrize("narrow", NARROW, ids=str)
@pytest.mark.parametrize("op", OPS)
def test_results_and_gradients_are_those_of_float32_rounded_once(op, narrow):
    for sample in (*op.draw("float32"), *op.draw_sizes("float32")):
        if not is_one_operation(op, sample):
            continue
        (got, got_gradients), (want, want_gradients) = (computed(op, sample, narrow, d) for d in (narrow, fg.float32))
        for a, b in zip((*got, *got_gradients), (*want, *want_gradients), strict=True):
            if b.is_floating_point():
                assert a.dtype is narrow
                b = b.astype(narrow)
            assert a.dtype is b.dtype
            np.testing.assert_array_equal(numbers(a), numbers(b), err_msg=repr(sample))


@pytest.mark.parametrize("narrow", NARROW, ids=str)
def test_a_sum_loses_none_of_many_small_numbers(narrow):
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


@pytest.mark.parametrize("narrow", NARROW, ids=str)
def test_a_leafs_gradient_through_several_operations_is_float32s_but_for_their_roundings(narrow):
    random = np.random.RandomState(1)
    values, factors = (fg.tensor(random.uniform(0.5, 2.0, (64, 48))).astype(narrow) for _ in range(2))
    found = []
    for dtype in (narrow, fg.float32):
        x, w = (t.astype(dtype).requires_grad_() for t in (values, factors))
        (fg.exp(x * 0.5) * w).sum(axis=1).mean().backward()
        assert x.grad.dtype is w.grad.dtype is dtype
        found.append([t.grad.float().numpy() for t in (x, w)])
    # Each way rounds the exponential (of a product, rounded, of at most 1), the mean's gradient and two products.
    for got, want in zip(*found, strict=True):
        np.testing.assert_allclose(got, want, rtol=6 * ROUNDING[narrow])


@pytest.mark.parametrize("narrow", NARROW, ids=str)
def test_gradients_of_narrow_leaves_that_meet_are_float32s_but_for_their_roundings(narrow):
    random = np.random.RandomState(2)
    values, matrix = (fg.tensor(random.uniform(0.5, 1.5, shape)).astype(narrow) for shape in ((24, 16), (16, 12)))
    found = []
    for dtype in (narrow, fg.float32):
        x, w = (t.astype(dtype).requires_grad_() for t in (values, matrix))
        for _ in range(2):  # into what is there
            y = x @ w
            (fg.relu(y * y).mean() + x.sum() + fg.nn.functional.l1_loss(w, fg.zeros_like(w))).backward()
        assert x.grad.dtype is w.grad.dtype is dtype
        found.append([t.grad.float().numpy() for t in (x, w)])
    # Nothing cancels. Rounded are y, the mean's gradient, a product for each y, their sum, what the product passes on,
    # its sum with the other gradient, and the sum of both passes.
    for got, want in zip(*found, strict=True):
        np.testing.assert_allclose(got, want, rtol=8 * ROUNDING[narrow])
