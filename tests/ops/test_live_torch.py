"""Values and gradients are those of the PyTorch that is installed, for samples that reach the blocked paths too."""

from __future__ import annotations

import numpy as np
import pytest

from . import peer
from .test_golden import COMPARED, compare

torch = pytest.importorskip("torch", reason="PyTorch is not installed: golden values stand in for it")


@pytest.mark.parametrize("op", COMPARED)
def test_values_and_gradients_are_those_of_pytorch(op):
    samples = op.draw_sizes(peer.dtype_of(op))
    for sample in [*op.draw(peer.dtype_of(op)), *samples[:: max(1, len(samples) // 8)]]:
        arrays = [getattr(a, "array", a) for a in sample.arrays()]
        if any(not a.size or not np.isfinite(a).all() or np.abs(a.astype(float)).max() > 1000 for a in arrays):
            continue  # edges are the other tests' concern
        found = peer.computed(torch, op, sample)
        if found is not None:
            compare(op, sample, *found)
