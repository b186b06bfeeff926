"""Activations of layers whose units are known to be dead or saturated."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import diagnose, nn


def test_dead_units_are_counted_and_warned_of() -> None:
    model = nn.Sequential(nn.Linear(4, 10), nn.ReLU(), nn.Linear(10, 2))
    with fg.no_grad():
        model[0].bias[:3] = -100.0
    found = diagnose.activation_statistics(model, fg.rand(200, 4, generator=fg.Generator(0)) * 8 - 4)
    relu = found.layers[1]
    assert relu.dead == pytest.approx(0.3)
    assert relu.zeros > 0.3
    assert relu.low == 0
    assert found.warnings == (
        "30% of the units of 1 (ReLU) are zero for every sample: lower the learning rate or the biases, or take "
        "nn.LeakyReLU",
    )
    assert [each.kind for each in found.layers] == ["Linear", "ReLU", "Linear"]


def test_maps_are_units_of_convolutions() -> None:
    model = nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 2))
    with fg.no_grad():
        model[0].bias[2] = -100.0
    found = diagnose.activation_statistics(model, fg.rand(5, 1, 8, 8, generator=fg.Generator(0)))
    assert found.layers[1].dead == pytest.approx(0.25)


@pytest.mark.parametrize(("layer", "factor", "low"), [(nn.Tanh(), 50.0, 0.8), (nn.Sigmoid(), 50.0, 0.8)])
def test_saturation_is_seen_where_weights_are_large(layer: nn.Module, factor: float, low: float) -> None:
    x = fg.linspace(-1, 1, 400).reshape(-1, 1)
    saturated = diagnose.activation_statistics(nn.Sequential(layer), factor * x)
    assert saturated.layers[0].saturated > low
    assert "is saturated: scale the input" in saturated.warnings[0]
    assert diagnose.activation_statistics(nn.Sequential(layer), x).layers[0].saturated == 0
    assert diagnose.activation_statistics(nn.Sequential(nn.ReLU()), x).layers[0].saturated is None


def test_ends_are_where_the_slope_is_a_tenth_of_the_largest() -> None:
    x = fg.linspace(-8, 8, 20001, dtype=fg.float64).reshape(-1, 1).requires_grad_()
    for layer in (nn.Tanh(), nn.Sigmoid(), nn.Softsign()):
        (slope,) = fg.autograd.grad(layer(x).sum(), [x])
        expected = float((slope < 0.1 * slope.max()).astype(fg.float64).mean())
        found = diagnose.activation_statistics(nn.Sequential(layer), x).layers[0].saturated
        assert found == pytest.approx(expected, abs=2e-3)


def test_numbers_are_those_of_the_outputs() -> None:
    model = nn.Sequential(nn.Linear(3, 5), nn.Tanh())
    x = fg.randn(7, 3)
    out = np.asarray(model(x).detach(), dtype=np.float64)
    found = diagnose.activation_statistics(model, x, ["1"]).layers[0]
    np.testing.assert_allclose([found.mean, found.std, found.low, found.high],
                               [out.mean(), out.std(), out.min(), out.max()], rtol=1e-6)  # fmt: skip
    assert found.histogram.sum() == out.size


def test_what_passes_nothing_and_what_is_not_finite_is_warned_of() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.Linear(4, 2))
    nn.init.zeros_(model[0].weight)
    found = diagnose.activation_statistics(model, fg.rand(5, 3))
    assert "0 (Linear) gives the same for every sample" in found.warnings[0]
    lost = diagnose.activation_statistics(model, fg.full((5, 3), float("nan")))
    assert "gives what is not finite" in lost.warnings[0]


def test_layers_called_twice_and_written_over_are_seen_as_they_were() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU(inplace=True))
    found = diagnose.activation_statistics(model, -fg.rand(50, 2))
    assert found.layers[0].low < 0
    twice = nn.Linear(3, 3)
    both = diagnose.activation_statistics(nn.Sequential(twice, twice), fg.rand(5, 3))
    assert both.layers[0].histogram.sum() == 2 * 5 * 3


def test_layers_that_are_not_there_are_errors() -> None:
    model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    with pytest.raises(ValueError, match="has no layer '7'; it has Sequential, 0, 1"):
        diagnose.activation_statistics(model, fg.rand(5, 2), ["7"])
    model.register_module("unused", nn.ReLU())
    model.forward = lambda x: model[0](x)
    with pytest.raises(ValueError, match="'unused' was not called"):
        diagnose.activation_statistics(model, fg.rand(5, 2), ["unused"])
    with pytest.raises(TypeError, match="must be a Module, got int"):
        diagnose.activation_statistics(3, fg.rand(5, 2))
    with pytest.raises(ValueError, match="its first axis not empty"):
        diagnose.activation_statistics(model, fg.rand(0, 2))
