"""What works forward works backward: whatever form of operands an operation takes, it gives them gradients of their
shape and dtype, of first and second order, plain or recorded."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

import fastgrad as fg

from .entry import Op, Sample
from .table import OPS
from .test_gradients import as_function, differentiable

DIFFERENTIABLE = [pytest.param(op, id=op.name) for op in OPS if op.no_gradient is None]
REFUSED = (ValueError, TypeError, IndexError, RuntimeError)

Change = Callable[[np.ndarray], np.ndarray]


def _forms(a: np.ndarray) -> Iterator[tuple[str, Change]]:
    yield "as float32", lambda a: a.astype(np.float32)
    yield "as integers", lambda a: np.round(a * 3).astype(np.int64)
    yield "as truths", lambda a: a > 0
    yield "an axis more", lambda a: a[None]
    yield "another axis", lambda a: np.stack([a, a])
    if a.ndim and a.size:
        yield "no axes", lambda a: a.reshape(-1)[0]
        yield "an axis less", lambda a: a[0]
    for axis in range(a.ndim):
        yield f"axis {axis} empty", lambda a, axis=axis: a.take([], axis=axis)
        if a.shape[axis] > 1:
            yield f"axis {axis} of length 1", lambda a, axis=axis: a.take([0], axis=axis)


def replaced(sample: Sample, position: int, change: Change) -> Sample:
    """The sample with its array of floats at a position changed."""
    seen = -1

    def at(a):
        nonlocal seen
        if not isinstance(a, np.ndarray) or a.dtype.kind != "f":
            return a
        seen += 1
        return np.array(change(a)) if seen == position else a

    return sample.map(at)


def forms(op: Op) -> Iterator[tuple[str, Sample]]:
    for sample in op.draw("float64"):
        floats = [a for a in sample.arrays() if isinstance(a, np.ndarray) and a.dtype.kind == "f"]
        for position, a in enumerate(floats):
            for name, change in _forms(a):
                yield f"{op.name}{sample!r}, operand {position} {name}", replaced(sample, position, change)


def results_of(function: Callable[..., tuple[fg.Tensor, ...]], operands: list[fg.Tensor]) -> list[fg.Tensor]:
    """Nothing if the operation refuses these operands."""
    try:
        return list(function(*operands))
    except REFUSED:
        return []


def differentiate(results: list[fg.Tensor], inputs: list[fg.Tensor]) -> None:
    starts = [fg.ones_like(r) for r in results]
    plain = fg.autograd.grad(results, inputs, starts, retain_graph=True, allow_unused=True)
    recorded = fg.autograd.grad(results, inputs, starts, create_graph=True, allow_unused=True)
    for x, p, r in zip(inputs, plain, recorded, strict=True):
        for g in (p, r):
            assert g is None or (g.shape == x.shape and g.dtype is x.dtype)
        if p is not None:
            np.testing.assert_allclose(p, r.detach(), rtol=1e-4, atol=1e-5)
    for g in recorded:
        if g is not None and g.requires_grad:
            fg.autograd.grad((g * g).sum(), inputs, retain_graph=True, allow_unused=True)


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_operands_of_every_form_that_is_taken_have_gradients(op):
    for name, sample in forms(op):
        given, inputs = differentiable(sample)
        results = results_of(as_function(op, given), inputs) if inputs else []
        if results:
            try:
                differentiate(results, inputs)
            except REFUSED as error:
                pytest.fail(f"{name}: {error}")


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_one_tensor_as_every_operand_has_the_sum_of_their_gradients(op):
    for sample in op.draw("float64"):
        given, inputs = differentiable(sample)
        if len(inputs) < 2 or len({x.shape for x in inputs}) > 1:
            continue
        values = np.asarray(inputs[0].detach())
        one = fg.tensor(values, requires_grad=True)
        several = [fg.tensor(values, requires_grad=True) for _ in inputs]
        function = as_function(op, given)
        apart = results_of(function, several)
        if not apart:
            continue
        starts = [fg.ones_like(r) for r in apart]
        wanted = [g for g in fg.autograd.grad(apart, several, starts, allow_unused=True) if g is not None]
        (got,) = fg.autograd.grad(function(*[one] * len(inputs)), [one], starts)
        np.testing.assert_allclose(got, sum(np.asarray(g) for g in wanted), rtol=1e-10, atol=1e-12)
        differentiate(list(function(*[one] * len(inputs))), [one])
