"""What regularisation does, where it is known: weights that shrink, weights that vanish, gaps that close."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import diagnose, nn

mse = nn.functional.mse_loss


def overfitting() -> tuple[nn.Sequential, Any, Any]:
    """Thirty samples, one input of twenty that counts, and much noise."""
    fg.manual_seed(1)
    x = fg.randn(130, 20)
    y = x[:, :1] + 0.7 * fg.randn(130, 1)
    return nn.Sequential(nn.Linear(20, 64), nn.ReLU(), nn.Linear(64, 1)), (x[:30], y[:30]), (x[30:], y[30:])


def test_each_way_does_what_it_is_for() -> None:
    model, train, validation = overfitting()
    found = diagnose.compare_regularization(model, mse, train, validation, epochs=60).trainings
    plain = found["none"]
    assert plain.gap > 0.5
    for name, each in found.items():
        if name not in ("none", "batch norm"):
            assert each.gap < plain.gap, name
            assert each.validation[each.stopped] < plain.validation[-1], name
    assert found["L1"].small > plain.small + 0.1  # weights that do not count are near zero
    assert found["L2"].weight_norm < 0.9 * plain.weight_norm
    stopped = found["early stopping"]
    assert stopped.stopped == stopped.validation.argmin()
    assert len(stopped.validation) - 1 == stopped.stopped + 5
    assert all(len(each.gradients) == len(each.train) - 1 for each in found.values())


def test_the_penalties_are_those_of_the_formulas() -> None:
    fg.manual_seed(0)
    model = nn.Linear(2, 1).to(fg.float64)
    w = np.asarray(model.weight.detach()).copy()
    data = (np.zeros((4, 2)), np.zeros((4, 1)))
    ways = {"L1": diagnose.Regularization(l1=0.1), "L2": diagnose.Regularization(l2=0.1)}
    found = diagnose.compare_regularization(model, lambda p, y: (p * 0).mean(), data, data, ways, epochs=1, lr=0.5,
                                            optimizer=fg.optim.SGD).trainings  # fmt: skip
    np.testing.assert_allclose(found["L1"].weights, (w - 0.5 * 0.1 * np.sign(w)).ravel(), rtol=1e-12)
    np.testing.assert_allclose(found["L2"].weights, (w - 0.5 * 0.1 * w).ravel(), rtol=1e-12)
    assert found["L2"].gradients[0] == pytest.approx(0.1 * np.linalg.norm(w))
    assert found["L1"].train[0] == 0  # without the penalty


def test_layers_are_put_beside_activations() -> None:
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), nn.Flatten(), nn.Linear(12, 4), nn.Tanh(), nn.Linear(4, 2))
    kinds = [type(layer).__name__ for layer in diagnose.with_batch_norm(model)]
    assert kinds == ["Conv2d", "BatchNorm2d", "ReLU", "Flatten", "Linear", "BatchNorm1d", "Tanh", "Linear"]
    kinds = [type(layer).__name__ for layer in diagnose.with_dropout(model)]
    assert kinds == ["Conv2d", "ReLU", "Dropout", "Flatten", "Linear", "Tanh", "Dropout", "Linear"]
    assert diagnose.with_batch_norm(model)(fg.rand(2, 1, 4, 4)).shape == (2, 2)


@pytest.mark.parametrize(
    ("ways", "error", "says"),
    [
        ({}, TypeError, "ways must be a dict of names to Regularization"),
        ({"a": 3}, TypeError, "ways must be a dict of names to Regularization"),
        ({"a": diagnose.Regularization(l1=-1.0)}, ValueError, "l1 of a must be finite and not negative, got -1.0"),
        ({"a": diagnose.Regularization(patience=0)}, ValueError, "patience of a must be at least 1, got 0"),
        ({"a": diagnose.Regularization(lambda m: 3)}, TypeError, "change of a must give a Module, got int"),
    ],
)
def test_bad_ways_say_what_must_be(ways: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        diagnose.compare_regularization(*overfitting()[:1], mse, *overfitting()[1:], ways, epochs=1)


def test_models_into_which_no_layers_can_be_put_are_refused() -> None:
    _, train, validation = overfitting()
    with pytest.raises(TypeError, match="must be a Sequential for layers to be put into it, got Linear"):
        diagnose.compare_regularization(nn.Linear(20, 1), mse, train, validation, epochs=1)
    with pytest.raises(ValueError, match="must have activations"):
        diagnose.with_dropout(nn.Sequential(nn.Linear(2, 1)))
