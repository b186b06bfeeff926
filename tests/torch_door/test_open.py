"""What networks compute stays the same when the door is opened: shapes are then `torch.Size`, and methods PyTorch's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad.torch import _switch

from ..ops.entry import Op, Sample, outputs, tensors
from ..ops.table import OPS

NETWORKS = [pytest.param(op, id=op.name) for op in OPS if op.name.startswith("nn.functional.")]
FEW = 12  # of each function's samples


def computed(op: Op, sample: Sample) -> list[Any]:
    """Values, and gradients where there are some."""
    fg.manual_seed(0)
    given = tensors(sample, requires_grad=op.no_gradient is None)
    results = outputs(op(given))
    total = sum((r.sum() for r in results if isinstance(r, fg.Tensor) and r.requires_grad), start=fg.zeros(()))
    if total.requires_grad:
        total.backward()
    leaves = [a for a in (*given.args, *given.kwargs.values()) if isinstance(a, fg.Tensor) and a.grad is not None]
    return [*results, *(leaf.grad for leaf in leaves)]


@pytest.mark.parametrize("op", NETWORKS)
def test_functions_of_networks_give_the_same(op):
    for sample in op.draw("float32" if "float32" in op.dtypes else op.dtypes[0])[:FEW]:
        _switch.close_door()
        closed = computed(op, sample)
        _switch.open_door()
        for a, b in zip(closed, computed(op, sample), strict=True):
            np.testing.assert_array_equal(b.detach().numpy(), a.detach().numpy())
