"""Weights by norm and direction, and over their largest singular value, as attributes of the layer."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn


@pytest.mark.parametrize("dim", [0, 1, -2, None])
def test_weight_norm_keeps_the_weight_and_splits_it(dim):
    layer = nn.Linear(3, 4)
    weight = layer.weight.detach().numpy().copy()
    assert nn.utils.weight_norm(layer, dim=dim) is layer
    np.testing.assert_allclose(layer.weight.detach().numpy(), weight, rtol=1e-6)
    axes = None if dim is None else 1 - dim % 2
    norms = np.sqrt((weight**2).sum(axis=axes, keepdims=dim is not None))
    np.testing.assert_allclose(layer.weight_g.detach().numpy(), norms, rtol=1e-6)
    assert [name for name, _ in layer.named_parameters()] == ["bias", "weight_g", "weight_v"]
    with fg.no_grad():
        layer.weight_g.mul_(2.0)
    layer(fg.zeros(1, 3))
    np.testing.assert_allclose(layer.weight.detach().numpy(), 2 * weight, rtol=1e-6)
    nn.utils.remove_weight_norm(layer)
    assert isinstance(layer.weight, nn.Parameter)
    assert not layer._forward_pre_hooks
    np.testing.assert_allclose(layer.weight.detach().numpy(), 2 * weight, rtol=1e-6)


def test_second_derivatives_of_weight_norm_are_right():
    def weight(v, g):
        return v * (g / fg.norm(v, axis=1, keepdims=True))

    layer = nn.utils.weight_norm(nn.Linear(3, 2, dtype=fg.float64))
    v, g = layer.weight_v.detach().requires_grad_(), layer.weight_g.detach().requires_grad_()
    assert fg.autograd.gradgradcheck(weight, (v, g))


def test_spectral_norm_divides_by_the_largest_singular_value():
    layer = nn.utils.spectral_norm(nn.Linear(5, 4), n_power_iterations=200)
    original = layer.weight_orig.detach().numpy().copy()
    layer(fg.zeros(1, 5))
    largest = np.linalg.norm(original, 2)
    np.testing.assert_allclose(layer.weight.detach().numpy(), original / largest, rtol=1e-4)
    layer.eval()
    u = layer.weight_u.numpy().copy()
    layer(fg.zeros(1, 5))
    assert np.array_equal(layer.weight_u.numpy(), u)
    nn.utils.remove_spectral_norm(layer)
    np.testing.assert_allclose(layer.weight.detach().numpy(), original / largest, rtol=1e-4)
    assert [name for name, _ in layer.named_parameters()] == ["bias", "weight"]
    assert list(layer.buffers()) == []


def test_two_calls_before_one_backward():
    layer = nn.utils.spectral_norm(nn.Linear(3, 1))
    (layer(fg.ones(1, 3)) - layer(fg.zeros(1, 3))).sum().backward()
    assert layer.weight_orig.grad is not None


def test_bad_input():
    for norm, remove in (
        (nn.utils.weight_norm, nn.utils.remove_weight_norm),
        (nn.utils.spectral_norm, nn.utils.remove_spectral_norm),
    ):
        with pytest.raises(ValueError, match="has no parameter 'none'"):
            norm(nn.Linear(2, 2), "none")
        with pytest.raises(ValueError, match="has no shape yet"):
            norm(nn.LazyLinear(2))
        with pytest.raises(IndexError, match="axis 2 is out of bounds"):
            norm(nn.Linear(2, 2), dim=2)
        with pytest.raises(RuntimeError, match="normalised already"):
            norm(
                norm(nn.Linear(2, 2), "bias", dim=0) if norm is nn.utils.weight_norm else norm(nn.Linear(2, 2)),
                "bias" if norm is nn.utils.weight_norm else "weight",
            )
        with pytest.raises(ValueError, match="is not normalised"):
            remove(nn.Linear(2, 2))
    with pytest.raises(ValueError, match="n_power_iterations must be positive"):
        nn.utils.spectral_norm(nn.Linear(2, 2), n_power_iterations=0)


@pytest.mark.parametrize("function", [fg.nn.utils.weight_norm, fg.nn.utils.parametrizations.weight_norm])
def test_minus_1_is_one_norm_for_all_as_in_pytorch(function):
    layer = function(fg.nn.Linear(2, 3), dim=-1)
    assert sorted(p.shape for p in layer.parameters()) == [(), (3,), (3, 2)]  # the norm; the bias; the directions
