"""What a backward pass does not need is neither kept nor guarded: it may be written to, and is let go.

Whether the gradient of one operand is made of the values of another is found by changing those.
"""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import numpy as np
import pytest

import fastgrad as fg

from .check import unit
from .entry import Op, Sample, outputs
from .table import OPS
from .test_gradients import differentiable

DIFFERENTIABLE = [pytest.param(op, id=op.name) for op in OPS if op.no_gradient is None]


def of_several(op: Op) -> Iterator[Sample]:
    """Samples with two operands or more that could require gradients, none of them empty."""
    for sample in op.draw("float64"):
        _, inputs = differentiable(sample)
        if len(inputs) > 1 and all(x.numel() for x in inputs):
            yield sample


def computed(op: Op, given: Sample) -> list[fg.Tensor]:
    return [r for r in outputs(op(given)) if isinstance(r, fg.Tensor) and r.requires_grad]


def gradient(results: list[fg.Tensor], x: fg.Tensor) -> np.ndarray | None:
    random = np.random.RandomState(1)
    starts = [fg.tensor(random.uniform(0.5, 1.5, r.shape)).astype(r.dtype) for r in results]
    (found,) = fg.autograd.grad(results, [x], starts, allow_unused=True)
    return None if found is None else np.asarray(found)


# Other values: near, in another order, of the other sign, far. What only chooses (which is larger, say) shows by some.
CHANGES = (lambda a: a * 0.97, np.flip, np.negative, lambda a: a * 20.0, lambda a: a * -20.0)


def alone(sample: Sample, k: int, every: bool) -> tuple[Sample, list[fg.Tensor]]:
    """The sample's tensors: operand k alone requires a gradient, or every operand does."""
    given, inputs = differentiable(sample)
    for i, x in enumerate(inputs):
        x.requires_grad_(every or i == k)
    return given, inputs


def same(a: np.ndarray, b: np.ndarray) -> bool:
    return bool(np.abs(a - b).max(initial=0.0) <= 64 * unit(a.dtype) * np.abs(a).max(initial=0.0))


def depends(op: Op, sample: Sample, k: int, j: int) -> bool | None:
    """Whether the gradient of operand k is made of the values of operand j; None if there is no gradient."""
    found: list[np.ndarray] = []
    for change in (np.array, *CHANGES):
        given, inputs = alone(sample, k, every=False)
        inputs[j].data = fg.tensor(np.array(change(np.asarray(inputs[j].detach())), order="C"))
        try:
            results = computed(op, given)
        except ValueError:
            continue  # what is no probability, for example
        if not results or (g := gradient(results, inputs[k])) is None:
            return None
        found.append(g)
    return not all(same(found[0], g) for g in found)


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_what_a_wanted_gradient_is_not_made_of_may_change(op):
    for sample in of_several(op):
        count = len(differentiable(sample)[1])
        for k in range(count):
            for j in range(count):
                if depends(op, sample, k, j) is not False:
                    continue
                for every in (False, True):
                    given, inputs = alone(sample, k, every)
                    wanted = gradient(computed(op, given), inputs[k])
                    results = computed(op, given)
                    with fg.no_grad():
                        inputs[j].mul_(0.97)
                    got = gradient(results, inputs[k])
                    assert wanted is not None
                    assert got is not None
                    assert same(wanted, got), f"{op.name}{sample!r}, operand {j} changed, gradient of {k}"


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_what_no_wanted_gradient_is_made_of_is_let_go(op):
    for sample in of_several(op):
        count = len(differentiable(sample)[1])
        for k in range(count):
            for j in range(count):
                if j == k or depends(op, sample, k, j) is not False:
                    continue
                given, inputs = alone(sample, k, every=False)
                results = computed(op, given)
                if any(r.data_ptr() == inputs[j].data_ptr() for r in results):
                    continue  # written in place, or a view
                watched = weakref.ref(inputs[j])
                del given, inputs
                gc.collect()
                assert watched() is None, f"{op.name}{sample!r}: operand {j} is kept for the gradient of {k}"
                del results
