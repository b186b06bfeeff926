"""A result that shares no memory with an argument is nobody's view, however many operations it is made of."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg

from .entry import FLOATS, Sample, outputs, tensors
from .table import OPS
from .test_gradients import as_function, differentiable

DIFFERENTIABLE = [pytest.param(op, id=op.name) for op in OPS if op.no_gradient is None]
RETURNING = [pytest.param(op, id=op.name) for op in OPS if set(FLOATS) & set(op.dtypes)]


def shares_memory(result: fg.Tensor, sample: Sample) -> bool:
    arguments: list[fg.Tensor] = []

    def collect(value):
        if isinstance(value, fg.Tensor):
            arguments.append(value)
        elif isinstance(value, (list, tuple)):
            for v in value:
                collect(v)

    for value in (*sample.args, *sample.kwargs.values()):
        collect(value)
    return any(np.may_share_memory(np.asarray(result.detach()), np.asarray(a.detach())) for a in arguments)


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_a_hook_of_a_result_sees_what_is_left_of_its_gradient_after_a_write_to_a_part(op):
    """A hook of a view is of the history that it had; that of a tensor of its own lies before the write."""
    for sample in op.draw("float64"):
        given, inputs = differentiable(sample)
        for result in as_function(op, given)(*inputs):
            if not result.size or any(np.may_share_memory(np.asarray(result.detach()), x.detach()) for x in inputs):
                continue
            seen: list[fg.Tensor] = []
            result.register_hook(seen.append)
            first = (0,) * result.ndim
            result[first] = 7.0
            try:
                fg.autograd.grad(result, inputs, fg.ones_like(result), allow_unused=True)
            except RuntimeError as error:  # of a rule that needs the result as it was
                assert "modified in place" in str(error)  # noqa: PT017
            wanted = np.ones(result.shape)
            wanted[first] = 0.0
            assert [g.tolist() for g in seen] == [wanted.tolist()], f"{op.name}{sample!r}"


@pytest.mark.parametrize("op", RETURNING)
def test_a_result_made_under_no_grad_takes_part_in_what_is_recorded_afterwards(op):
    for sample in op.draw(next(t for t in FLOATS if t in op.dtypes)):
        given = tensors(sample)
        with fg.no_grad():
            results = [r for r in outputs(op(given)) if isinstance(r, fg.Tensor) and r.dtype.is_floating_point]
        for result in results:
            if not result.size or shares_memory(result, given) or not result.is_contiguous():
                continue
            x = fg.tensor(2.0, dtype=result.dtype, requires_grad=True)
            result[(0,) * result.ndim] = x
            (g,) = fg.autograd.grad(result, [x], fg.full_like(result, 3.0))
            assert g.item() == 3.0, f"{op.name}{sample!r}"


@pytest.mark.parametrize(
    "f",
    [
        *(lambda x, mode=mode: fg.pad(x, 0, mode=mode) for mode in ("constant", "edge", "reflect", "wrap")),
        lambda x: fg.roll(x, 0, axis=0),
        lambda x: fg.roll(x, 0),
        lambda x: fg.tile(x, 1),
        lambda x: fg.repeat(x, 1, axis=0),
        lambda x: fg.concat([x]),
        lambda x: fg.sum(x, axis=()),
        lambda x: fg.triu(x, k=-5),
        lambda x: x**1,
    ],
)
def test_what_changes_nothing_is_a_copy_all_the_same(f):
    x = fg.ones(2, 3)
    y = f(x)
    x += 1.0
    assert y.tolist() == [[1.0] * 3] * 2
