"""Rules keep within the range of floats: what an intermediate of a rule over- or underflows to never shows.

float64 is wide enough for all that float32 can hold: a float32 gradient is the float64 one, rounded.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pytest

import fastgrad as fg

from .check import unit
from .entry import Op, Sample
from .table_elementwise import OPS
from .test_gradients import as_function, differentiable

SIZES = np.float32([1e-37, 1e-30, 1e-20, 1e-10, 0.75, 1.0, 1.5, 1e10, 1e20, 1e30, 1e38])
NUMBERS = np.concatenate([SIZES, -SIZES, np.float32([0.0, 1 - 2**-24, 1 + 2**-23])])
STARTS = (1.0, 1e-6, 1e6)
ELEMENTWISE = [pytest.param(op, id=op.name) for op in OPS if op.no_gradient is None and op.terms(Sample()) == 1]


def of_all_sizes(op: Op, order: int) -> Iterator[Sample]:
    """The operation's samples of floats alone, of one shape, with every number, or every pair of them, for them."""
    # The second derivatives of two operands have the cubes of numbers in them.
    size = np.abs(NUMBERS)
    some = NUMBERS if order == 1 else NUMBERS[(size < 1e11) & ((size > 1e-11) | (size == 0))]
    pairs = [a.ravel() for a in np.meshgrid(some, some)]
    if op.name == "pow":  # of a larger exponent, odd or even is not known once 1 is subtracted
        pairs = [a[np.abs(pairs[1]) < 1e7] for a in pairs]
    if op.name == "atan2" and order == 2:  # near the diagonal they vanish, by cancellation
        small, large = np.minimum(*np.abs(pairs)), np.maximum(*np.abs(pairs))
        pairs = [a[2 * small < large] for a in pairs]
    for sample in op.draw("float32"):
        arrays = sample.arrays()
        if any(not isinstance(a, np.ndarray) or a.dtype != np.float32 for a in arrays) or len(arrays) > 2:
            continue
        if len({a.shape for a in arrays}) == 1 and arrays[0].ndim == 1:
            values = iter([NUMBERS] if len(arrays) == 1 else pairs)
            yield sample.map(lambda a, values=values: next(values))


def derivatives(op: Op, sample: Sample, start: float, order: int) -> tuple[np.ndarray, list[np.ndarray]]:
    """The result, and the gradients of each order along each input, element by element."""
    given, inputs = differentiable(sample)
    (result,) = as_function(op, given)(*inputs)
    found = list(fg.autograd.grad(result, inputs, fg.full_like(result, start), create_graph=True, allow_unused=True))
    first = [g for g in found if g is not None]
    if order == 2:
        first = [
            h
            for g in first
            if g.requires_grad
            for h in fg.autograd.grad(g.sum(), inputs, retain_graph=True, allow_unused=True)
            if h is not None
        ]
    return np.asarray(result.detach()), [np.asarray(g.detach()) for g in first]


@pytest.mark.parametrize("order", [1, 2])
@pytest.mark.parametrize("op", ELEMENTWISE)
@np.errstate(all="ignore")
def test_no_intermediate_of_a_rule_leaves_the_range_before_the_gradient_does(op, order):
    smallest = np.finfo(np.float32).tiny
    # Computed from the result, which next to 1 / 2 has lost the digits of a small argument: right beside what came in.
    part = 4.0 if order == 2 and op.name in ("sigmoid", "nn.functional.sigmoid") else 0.0
    for sample in of_all_sizes(op, order):
        wide = sample.map(lambda a: a.astype(np.float64))
        derivative = derivatives(op, wide, 1.0, order)[1]
        for start in STARTS:
            start = float(np.float32(start))
            narrow, gradients = derivatives(op, sample, start, order)
            exact, wanted = derivatives(op, wide, start, order)
            # Where the result itself is no float32 the rule has nothing to go by.
            known = (np.abs(exact) < 3.4e38) & ((np.abs(exact) > smallest) | (narrow == exact))
            for got, want, slope in zip(gradients, wanted, derivative, strict=True):
                rounded = want.astype(np.float32)
                one = unit(np.dtype(np.float32))
                allowed = (8 * op.ulps + 32) * one * np.abs(want) + part * one * start + smallest
                right = (got == rounded) | (np.isnan(got) & np.isnan(want)) | (np.abs(got - want) <= allowed)
                right |= (np.abs(want) > 3.3e38) & (np.abs(got) > 3.3e38)
                bad = known & ~right & (np.abs(slope) < 3.4e38)
                at = np.flatnonzero(bad)[:5]
                shown = [([float(a[i]) for a in sample.arrays()], float(got[i]), float(want[i])) for i in at]
                assert not shown, f"{op.name}{sample!r}, from {start}: {shown}"
