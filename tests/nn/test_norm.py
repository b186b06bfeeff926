"""Batch and layer normalisation against NumPy."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn

RNG = np.random.default_rng(0)


def normalise(x, axes, eps=1e-5):
    mean = x.mean(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)


@pytest.mark.parametrize(
    ("make", "shape"), [(nn.BatchNorm1d, (8, 3)), (nn.BatchNorm1d, (4, 3, 5)), (nn.BatchNorm2d, (2, 3, 4, 5))]
)
@pytest.mark.parametrize("momentum", [0.1, 0.7, None])
def test_batch_norm_trains_with_the_batch_and_evaluates_with_what_it_tracked(make, shape, momentum):
    norm = make(3, momentum=momentum, dtype=fg.float64)
    weight, bias = RNG.normal(size=3), RNG.normal(size=3)
    norm.load_state_dict({"weight": weight, "bias": bias}, strict=False)
    column = (3,) + (1,) * (len(shape) - 2)
    axes = tuple(axis for axis in range(len(shape)) if axis != 1)
    mean, var = np.zeros(3), np.ones(3)
    for step in range(1, 4):
        x = RNG.normal(2.0, 3.0, size=shape)
        expected = normalise(x, axes) * weight.reshape(column) + bias.reshape(column)
        np.testing.assert_allclose(norm(fg.tensor(x)).detach().numpy(), expected, rtol=1e-10, atol=1e-10)
        share = 1 / step if momentum is None else momentum
        mean = (1 - share) * mean + share * x.mean(axis=axes)
        var = (1 - share) * var + share * x.var(axis=axes, ddof=1)
        assert norm.num_batches_tracked.item() == step
    np.testing.assert_allclose(norm.running_mean.numpy(), mean, rtol=1e-12)
    np.testing.assert_allclose(norm.running_var.numpy(), var, rtol=1e-12)
    norm.eval()
    expected = (x - mean.reshape(column)) / np.sqrt(var.reshape(column) + norm.eps)
    expected = expected * weight.reshape(column) + bias.reshape(column)
    np.testing.assert_allclose(norm(fg.tensor(x)).detach().numpy(), expected, rtol=1e-10)
    np.testing.assert_allclose(norm.running_mean.numpy(), mean, rtol=1e-12)
    assert norm.num_batches_tracked.item() == 3
    norm.reset_parameters()
    assert norm.running_mean.tolist() == [0.0] * 3
    assert norm.running_var.tolist() == [1.0] * 3
    assert norm.weight.tolist() == [1.0] * 3
    assert norm.bias.tolist() == [0.0] * 3


def test_batch_norm_without_tracking_always_uses_the_batch():
    norm = nn.BatchNorm1d(3, affine=False, track_running_stats=False, dtype=fg.float64)
    x = RNG.normal(size=(6, 3))
    for mode in (True, False):
        np.testing.assert_allclose(norm.train(mode)(fg.tensor(x)).numpy(), normalise(x, 0), rtol=1e-9, atol=1e-12)
    assert list(norm.state_dict()) == []


def test_batch_norm_refuses_what_it_cannot_normalise():
    with pytest.raises(ValueError, match="more than one value per channel"):
        nn.BatchNorm1d(3)(fg.zeros(1, 3))
    norm = nn.BatchNorm2d(3)
    for shape in ((2, 3), (2, 3, 4)):
        with pytest.raises(ValueError, match="expected 4D input"):
            norm(fg.zeros(shape))
    with pytest.raises(ValueError, match="batch_norm"):
        norm(fg.zeros(2, 4, 5, 5))
    assert norm.num_batches_tracked.item() == 0
    assert nn.BatchNorm1d(3).eval()(fg.zeros(1, 3)).shape == (1, 3)
    for arguments in ({"num_features": -1}, {"eps": -1.0}, {"eps": float("nan")}, {"momentum": 1.5}):
        with pytest.raises(ValueError, match="BatchNorm1d"):
            nn.BatchNorm1d(**{"num_features": 3, **arguments})


@pytest.mark.parametrize("shape", [3, (3,), (2, 3)])
def test_layer_norm(shape):
    norm = nn.LayerNorm(shape, dtype=fg.float64)
    sizes = (shape,) if isinstance(shape, int) else shape
    weight, bias = RNG.normal(size=sizes), RNG.normal(size=sizes)
    norm.load_state_dict({"weight": weight, "bias": bias})
    x = RNG.normal(size=(4, 2, 3))
    expected = normalise(x, tuple(range(-len(sizes), 0))) * weight + bias
    np.testing.assert_allclose(norm(fg.tensor(x)).detach().numpy(), expected, rtol=1e-10, atol=1e-12)


def test_layer_norm_refuses_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="layer_norm"):
        nn.LayerNorm(4)(fg.zeros(2, 3))
    for shape in ((), (2, -1)):
        with pytest.raises(ValueError, match="LayerNorm"):
            nn.LayerNorm(shape)
