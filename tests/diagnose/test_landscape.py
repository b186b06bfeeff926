"""Losses along lines and over planes of which the formula is known, and what filter normalisation is for."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import diagnose, nn
from fastgrad.diagnose.landscape import filter_normalized

mse = nn.functional.mse_loss


def two_weights() -> tuple[nn.Module, tuple[fg.Tensor, fg.Tensor]]:
    """The loss is ``(2 (a - 1)^2 + (b - 2)^2) / 2`` of weights a and b, which are (1, 2)."""
    model = nn.Linear(2, 1, bias=False).to(fg.float64).eval()
    with fg.no_grad():
        model.weight.copy_(fg.tensor([[1.0, 2.0]], dtype=fg.float64))
    x = fg.tensor([[2.0**0.5, 0.0], [0.0, 1.0]], dtype=fg.float64)
    return model, (x, model(x).detach())


def test_an_interpolation_goes_through_both_states() -> None:
    model, data = two_weights()
    end = {"weight": fg.tensor([[2.0, 4.0]])}
    found = diagnose.landscape_line(model, mse, data, to=end, points=9)
    np.testing.assert_allclose(found.places, np.linspace(-0.5, 1.5, 9))
    np.testing.assert_allclose(found.losses, (2 * found.places**2 + 4 * found.places**2) / 2, atol=1e-12)


def test_a_plane_of_a_path_has_its_losses_and_places() -> None:
    model, data = two_weights()
    offsets = [(3.0, 0.0), (2.0, 0.5), (1.0, 0.2), (0.0, 0.0)]
    path = [{"weight": np.array([[1.0 + a, 2.0 + b]])} for a, b in offsets]
    found = diagnose.landscape_plane(model, mse, data, path=path, points=7)
    assert sum(found.explained) == pytest.approx(1.0)
    # Both directions are unit vectors at right angles, so that distances are kept.
    np.testing.assert_allclose(np.linalg.norm(found.path, axis=1), np.linalg.norm(offsets, axis=1), atol=1e-12)
    np.testing.assert_allclose(found.path[-1], 0, atol=1e-12)
    # Up to its sign each direction is a singular vector of the offsets, and the loss is the known quadratic.
    first, second = np.linalg.svd(np.array(offsets))[2]
    wanted = [
        [[(2 * v[0] ** 2 + v[1] ** 2) / 2 for v in (a * first + b * second, a * first - b * second)] for b in found.b]
        for a in found.a
    ]
    assert np.abs(found.losses[..., None] - np.array(wanted)).min(-1).max() < 1e-12
    assert found.a[0] < found.path[:, 0].min()
    assert found.a[-1] > found.path[:, 0].max()


def test_filters_of_a_direction_have_the_norms_of_the_models() -> None:
    model = nn.Sequential(nn.Conv2d(2, 3, 3), nn.BatchNorm2d(3), nn.Linear(4, 5))
    parameters = list(model.parameters())
    random = np.random.default_rng(0)
    found = filter_normalized([random.standard_normal(p.shape) for p in parameters], parameters)
    for d, p in zip(found, parameters, strict=True):
        if p.ndim == 1:
            assert not d.any()
        else:
            filters = [np.asarray(each, dtype=np.float64).reshape(len(p), -1) for each in (d, p.detach())]
            np.testing.assert_allclose(*[np.linalg.norm(each, axis=1) for each in filters], rtol=1e-12)


def test_weights_of_another_scale_that_compute_the_same_have_the_same_landscape() -> None:
    fg.manual_seed(0)
    model = nn.Sequential(nn.Linear(4, 8, bias=False), nn.ReLU(), nn.Linear(8, 1, bias=False)).to(fg.float64).eval()
    x, y = fg.randn(20, 4, dtype=fg.float64), fg.randn(20, 1, dtype=fg.float64)
    found = []
    for factor in (1.0, 10.0):
        with fg.no_grad():
            model[0].weight.mul_(factor)
            model[2].weight.div_(factor)
        found.append(diagnose.landscape_line(model, mse, (x, y), points=5).losses)
        found.append(diagnose.landscape_plane(model, mse, (x, y), points=3).losses)
    np.testing.assert_allclose(found[0], found[2], rtol=1e-9)
    np.testing.assert_allclose(found[1], found[3], rtol=1e-9)


def test_batches_are_one_mean() -> None:
    model, (x, y) = two_weights()
    whole = diagnose.landscape_line(model, mse, (x, y + 1), points=3)
    parts = diagnose.landscape_line(model, mse, [(x[:1], y[:1] + 1), (x[1:], y[1:] + 1)], points=3)
    np.testing.assert_allclose(whole.losses, parts.losses, rtol=1e-12)


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"path": [{}, {}]}, ValueError, "path must have at least 3 states, got 2"),
        ({"path": [{}, {}, {}]}, ValueError, "weight is missing"),
        ({"path": [{"weight": np.ones(3)}] * 3}, ValueError, r"weight of a state must have shape \(1, 2\), got \(3,\)"),
        ({"path": [3, 4, 5]}, TypeError, "a state must be a state dict, got int"),
        ({"points": 1}, ValueError, "points must be at least 2"),
        ({"span": (1.0, -1.0)}, ValueError, "span must be .low, high. with low < high"),
    ],
)
def test_bad_options_say_what_must_be(options: dict[str, Any], error: Any, says: str) -> None:
    model, data = two_weights()
    with pytest.raises(error, match=says):
        diagnose.landscape_plane(model, mse, data, **options)


def test_a_model_in_training_mode_is_refused() -> None:
    model, data = two_weights()
    for found in (diagnose.landscape_line, diagnose.landscape_plane, diagnose.gradient_noise_scale):
        with pytest.raises(ValueError, match=r"the model \(Linear\) is in training mode; call model.eval\(\) first"):
            found(model.train(), mse, data)
