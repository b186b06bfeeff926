"""Initial values: PyTorch's distributions, reproducible, refused where undefined."""

import math

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import init

SHAPE = (60, 20, 3, 3)
FAN_IN, FAN_OUT = 180, 540
SIZE = math.prod(SHAPE)


def assert_uniform(tensor, bound):
    values = tensor.detach().numpy().astype(np.float64)
    assert abs(values).max() <= bound * (1 + 1e-6)
    # Six standard deviations of mean, of mean square, and of the largest of SIZE draws (which is exponential).
    assert abs(values.mean()) < 6 * bound / math.sqrt(3 * values.size)
    assert abs((values**2).mean() - bound**2 / 3) < 6 * bound**2 * math.sqrt(4 / 45 / values.size)
    assert abs(values).max() > bound * (1 - 20 / values.size)


def assert_normal(tensor, std):
    values = tensor.detach().numpy().astype(np.float64) / std
    assert abs(values.mean()) < 6 / math.sqrt(values.size)
    assert abs((values**2).mean() - 1) < 6 * math.sqrt(2 / values.size)
    assert abs((values**4).mean() - 3) < 6 * math.sqrt(96 / values.size)


@pytest.fixture(autouse=True)
def seed():
    fg.manual_seed(0)


def empty():
    return nn.Parameter(fg.empty(SHAPE))


def test_values_are_written_in_place_and_unrecorded():
    p = empty()
    for fill in (
        init.uniform_,
        init.normal_,
        init.trunc_normal_,
        init.zeros_,
        init.ones_,
        init.xavier_uniform_,
        init.xavier_normal_,
        init.kaiming_uniform_,
        init.kaiming_normal_,
        init.orthogonal_,
    ):
        assert fill(p) is p
        assert p.is_leaf
        assert p.requires_grad
        assert p.dtype == fg.float32


def test_uniform_and_normal():
    assert_uniform(init.uniform_(empty(), -2.0, 2.0), 2.0)
    assert_normal(init.normal_(empty(), 0.0, 3.0), 3.0)
    shifted = init.normal_(empty(), 5.0, 0.1).detach().numpy()
    assert abs(shifted.mean() - 5.0) < 0.01
    assert init.uniform_(fg.empty(4, dtype=fg.float64), 3.0, 4.0).dtype == fg.float64


def test_xavier():
    std = math.sqrt(2 / (FAN_IN + FAN_OUT))
    assert_uniform(init.xavier_uniform_(empty()), std * math.sqrt(3))
    assert_normal(init.xavier_normal_(empty(), gain=2.0), 2 * std)


@pytest.mark.parametrize(("mode", "fan"), [("fan_in", FAN_IN), ("fan_out", FAN_OUT)])
@pytest.mark.parametrize(("nonlinearity", "gain"), [("relu", math.sqrt(2)), ("tanh", 5 / 3), ("linear", 1.0)])
def test_kaiming(mode, fan, nonlinearity, gain):
    std = gain / math.sqrt(fan)
    assert_uniform(init.kaiming_uniform_(empty(), mode=mode, nonlinearity=nonlinearity), std * math.sqrt(3))
    assert_normal(init.kaiming_normal_(empty(), mode=mode, nonlinearity=nonlinearity), std)


def test_kaiming_of_a_leaky_relu():
    assert_normal(init.kaiming_normal_(empty(), a=0.5), math.sqrt(2 / 1.25 / FAN_IN))


def test_default_initialisation_of_layers_is_uniform_by_fan_in():
    layer = nn.Linear(100, 300)
    assert_uniform(layer.weight, 0.1)
    assert_uniform(layer.bias, 0.1)
    conv = nn.Conv2d(8, 400, (5, 2), groups=4)
    bound = 1 / math.sqrt(2 * 5 * 2)
    assert_uniform(conv.weight, bound)
    assert_uniform(conv.bias, bound)


def test_truncated_normal():
    values = init.trunc_normal_(empty(), 1.0, 2.0, 0.0, 3.0).detach().numpy().astype(np.float64)
    assert values.min() >= 0.0
    assert values.max() <= 3.0
    assert values.min() < 0.01
    assert values.max() > 2.99
    # Bounds at -1/2 and +1 standard deviations.
    pdf = [math.exp(-z * z / 2) / math.sqrt(2 * math.pi) for z in (-0.5, 1.0)]
    mass = (math.erf(1 / math.sqrt(2)) + math.erf(0.5 / math.sqrt(2))) / 2
    assert abs(values.mean() - (1 + 2 * (pdf[0] - pdf[1]) / mass)) < 6 * 2 / math.sqrt(SIZE)
    assert init.trunc_normal_(fg.empty(0, 3)).shape == (0, 3)
    for arguments in ({"a": 1.0, "b": 1.0}, {"std": 0.0}, {"a": 9.0, "b": 10.0}, {"a": float("nan")}):
        with pytest.raises(ValueError, match="trunc_normal_"):
            init.trunc_normal_(fg.empty(3), **arguments)


@pytest.mark.parametrize("shape", [(5, 3), (3, 5), (4, 2, 3)])
def test_orthogonal(shape):
    w = init.orthogonal_(fg.empty(shape, dtype=fg.float64), gain=2.0).numpy().reshape(shape[0], -1)
    gram = w @ w.T if w.shape[0] <= w.shape[1] else w.T @ w
    np.testing.assert_allclose(gram, 4 * np.eye(min(w.shape)), atol=1e-12)


def test_constants():
    assert init.constant_(fg.empty(2), 0.5).tolist() == [0.5, 0.5]
    assert init.ones_(fg.empty(1)).item() == 1.0
    assert init.zeros_(fg.ones(1)).item() == 0.0
    assert init.eye_(fg.empty(2, 3)).tolist() == [[1, 0, 0], [0, 1, 0]]
    with pytest.raises(ValueError, match="eye_"):
        init.eye_(fg.empty(3))


def test_generators_make_draws_reproducible():
    def draw(fill, seed):
        return fill(fg.empty(4, 4), generator=fg.Generator(seed)).tolist()

    for fill in (init.uniform_, init.normal_, init.trunc_normal_, init.kaiming_uniform_, init.orthogonal_):
        assert draw(fill, 1) == draw(fill, 1) != draw(fill, 2)


def test_gains():
    assert init.calculate_gain("conv2d") == init.calculate_gain("sigmoid") == 1.0
    assert init.calculate_gain("relu") == math.sqrt(2)
    assert init.calculate_gain("leaky_relu", 2) == math.sqrt(2 / 5)
    assert init.calculate_gain("leaky_relu") == math.sqrt(2 / (1 + 0.01**2))
    assert init.calculate_gain("selu") == 0.75
    with pytest.raises(ValueError, match="mystery"):
        init.calculate_gain("mystery")
    for slope in (True, "0.1"):
        with pytest.raises(ValueError, match="negative_slope"):
            init.calculate_gain("leaky_relu", slope)


def test_fans_are_refused_where_undefined():
    assert init._calculate_fan_in_and_fan_out(empty()) == (FAN_IN, FAN_OUT)
    for fill in (init.xavier_uniform_, init.xavier_normal_, init.kaiming_uniform_, init.kaiming_normal_):
        with pytest.raises(ValueError, match="fewer than 2 dimensions"):
            fill(fg.empty(3))
    with pytest.raises(ValueError, match="orthogonal_"):
        init.orthogonal_(fg.empty(3))
    with pytest.raises(ValueError, match="fan_avg"):
        init.kaiming_uniform_(empty(), mode="fan_avg")


def test_tensors_without_elements_are_left_alone():
    for fill in (init.kaiming_uniform_, init.kaiming_normal_):
        with pytest.warns(UserWarning, match="zero-element"):
            fill(fg.empty(0, 3))
    assert init.xavier_uniform_(fg.empty(0, 0)).shape == (0, 0)
    assert init.orthogonal_(fg.empty(0, 3)).shape == (0, 3)


def test_dirac_passes_channels_on():
    for groups in (1, 2):
        weight = nn.init.dirac_(fg.empty(4, 2, 3, 3), groups)
        x = fg.randn(1, 2 * groups, 5, 5)
        out = nn.functional.conv2d(x, weight, padding=1, groups=groups)
        kept = [0, 1] if groups == 1 else [0, 1, 2, 3]
        np.testing.assert_array_equal(out.numpy()[:, kept], x.numpy())
    with pytest.raises(ValueError, match="3, 4 or 5 dimensions"):
        nn.init.dirac_(fg.empty(2, 2))
    with pytest.raises(ValueError, match="groups must divide"):
        nn.init.dirac_(fg.empty(3, 2, 3), 2)


def test_sparse_has_zeros_in_each_column():
    weight = nn.init.sparse_(fg.empty(10, 4), 0.25, std=2.0).numpy()
    assert ((weight == 0).sum(axis=0) == 3).all()
    assert 0.5 < weight[weight != 0].std() < 4.0
    with pytest.raises(ValueError, match="2 dimensions"):
        nn.init.sparse_(fg.empty(2), 0.5)
    with pytest.raises(ValueError, match="between 0 and 1"):
        nn.init.sparse_(fg.empty(2, 2), 1.5)
