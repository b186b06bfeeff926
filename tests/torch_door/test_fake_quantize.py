"""Fake quantization rounds, clamps and passes gradients as PyTorch's does."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad.torch as door

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

EDGES = [0.25, -0.05, 0.35, 0.449999, np.inf, np.nan, -np.inf, 100.0, 0.5, 0.55, -1.0, -1.06]


def both(function, *arguments):
    found = []
    for library in (torch, door):
        given = [library.tensor(a) if isinstance(a, np.ndarray) else a for a in arguments]
        x = given[0].requires_grad_()
        value = getattr(library, function)(*given)
        value.sum().backward()
        found.append((value.detach().numpy(), x.grad.numpy()))
    for theirs, ours in zip(*found, strict=True):
        np.testing.assert_allclose(ours, theirs, rtol=1e-6)
        assert ours.dtype == theirs.dtype


@pytest.mark.parametrize("zero", [0, 2, -3])
def test_one_scale_for_all(zero):
    edges = np.asarray(EDGES, dtype="float32")
    both("fake_quantize_per_tensor_affine", edges, 0.1, zero, -8, 7)
    both("fake_quantize_per_tensor_affine", edges, np.float32(0.1).reshape(()), np.int32(zero).reshape(()), -8, 7)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_scale_for_each_channel(axis):
    x = np.random.RandomState(0).standard_normal((3, 3, 2)).astype("float32")
    both("fake_quantize_per_channel_affine", x, np.float32([0.1, 0.5, 0.25]), np.int32([0, 1, -2]), axis, -3, 3)


def test_what_does_not_fit_is_refused():
    x = door.ones(2, 3)
    with pytest.raises(RuntimeError, match="zero_point must lie between"):
        door.fake_quantize_per_tensor_affine(x, 0.1, 20, 0, 7)
    with pytest.raises(RuntimeError, match="quant_min must be at most"):
        door.fake_quantize_per_tensor_affine(x, 0.1, 0, 7, 0)
    with pytest.raises(RuntimeError, match="must be of floats"):
        door.fake_quantize_per_tensor_affine(door.arange(3), 0.1, 0, 0, 7)
    with pytest.raises(RuntimeError, match="for each of 3 channels"):
        door.fake_quantize_per_channel_affine(x, door.ones(2), door.zeros(2), 1, 0, 7)
