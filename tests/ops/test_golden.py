"""Values and gradients are PyTorch's: those of PyTorch 2.13.0, stored."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg

from . import peer
from .check import unit
from .entry import Op, Sample, outputs, tensors
from .golden import fingerprint, read
from .table import OPS
from .test_gradients import gradients

COMPARED = [pytest.param(op, id=op.name) for op in OPS if op.torch is not None]


@pytest.fixture(scope="module")
def golden():
    return read()


def assert_close(op: Op, sample: Sample, what: str, got: list[np.ndarray], want: list[np.ndarray]) -> None:
    """Both sides have rounding errors of a few units and of their sums, here of few terms."""
    assert len(got) == len(want), f"{op.name}{sample!r}: {len(got)} {what} instead of {len(want)}"
    for g, w in zip(got, want, strict=True):
        assert g.shape == w.shape, f"{op.name}{sample!r}, {what}: shape {g.shape} instead of {w.shape}"
        if not w.size:
            continue
        if g.dtype.kind != "f":
            assert (g == w).all(), f"{op.name}{sample!r}, {what}"
            continue
        scale = max(np.abs(w).max(), op.cancels)
        allowed = (16 + 8 * op.ulps + 4 * min(op.terms(sample), 64)) * unit(np.dtype(np.float64)) * scale
        worst = np.abs(g - w).max()
        assert worst <= allowed, f"{op.name}{sample!r}, {what}: off by {worst:.3g}, allowed {allowed:.3g}"


def compare(op: Op, sample: Sample, values: list[np.ndarray], slopes: list[np.ndarray]) -> None:
    got = [np.asarray(r.detach()) for r in outputs(op(tensors(sample))) if isinstance(r, fg.Tensor)]
    assert_close(op, sample, "values", got, values)
    if op.no_gradient is None:
        assert_close(op, sample, "gradients", gradients(op, sample), slopes)


@pytest.mark.parametrize("op", COMPARED)
def test_golden_values_and_gradients(op, golden):
    assert op.name in golden, "run tests/golden/make_ops_golden.py"
    compared = 0
    for sample in op.draw(peer.dtype_of(op)):
        found = golden[op.name].get(fingerprint(sample))
        if found is not None:
            compare(op, sample, *found)
            compared += 1
    assert compared == len(golden[op.name]), "samples have changed: run tests/golden/make_ops_golden.py"
    assert compared > 0


def test_golden_values_are_of_the_table():
    assert read().keys() == {op.name for op in OPS if op.torch is not None}
