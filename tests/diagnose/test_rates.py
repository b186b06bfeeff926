"""Learning rates on a parabola, of which theory says where descent diverges, and on digits."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import diagnose, nn

mse = nn.functional.mse_loss


def parabola(curvature: float) -> tuple[nn.Module, tuple[fg.Tensor, fg.Tensor]]:
    """A loss of one weight whose second derivative is known; gradient descent converges below 2 / curvature."""
    model = nn.Linear(1, 1, bias=False).to(fg.float64)
    nn.init.constant_(model.weight, -1.0)
    x = fg.full((4, 1), (curvature / 2) ** 0.5, dtype=fg.float64)
    return model, (x, 3 * x)


@pytest.mark.parametrize("curvature", [0.5, 10.0, 1000.0])
def test_the_rate_is_flagged_at_which_descent_diverges(curvature: float) -> None:
    model, data = parabola(curvature)
    bound = 2 / curvature
    found = diagnose.lr_range_test(model, mse, data, low=1e-3 * bound, high=50 * bound, steps=60)
    step = 5e4 ** (1 / 59)
    assert bound / step <= found.diverged_at <= bound * step
    assert 0 < found.suggested < found.diverged_at
    assert len(found.losses) < 60


def test_momentum_moves_where_it_diverges() -> None:
    model, data = parabola(10.0)
    heavy = partial(fg.optim.SGD, momentum=0.9)
    found = diagnose.lr_range_test(model, mse, data, optimizer=heavy, low=1e-4, high=100.0, steps=400)
    # Of heavy-ball descent the bound is 2 (1 + momentum) / curvature.
    assert 0.2 < found.diverged_at < 1.0


def test_within_stable_rates_nothing_is_flagged() -> None:
    model, data = parabola(1.0)
    found = diagnose.lr_range_test(model, mse, data, low=1e-4, high=1.0, steps=50)
    assert found.diverged_at is None
    assert len(found.rates) == 50


def test_where_the_loss_never_falls_no_rate_is_suggested() -> None:
    model, data = parabola(10.0)
    found = diagnose.lr_range_test(model, mse, data, low=1.0, high=100.0, steps=20)
    assert found.suggested is None
    assert found.diverged_at == 1.0
    assert "none" in str(found)


def test_a_loss_that_is_not_finite_ends_the_test() -> None:
    model, data = parabola(10.0)
    found = diagnose.lr_range_test(model, lambda p, y: (p - y).sum() * float("nan"), data)
    assert len(found.losses) == 1
    assert found.diverged_at is not None


def digits() -> tuple[nn.Module, fg.data.DataLoader[Any]]:
    data = pytest.importorskip("sklearn.datasets").load_digits()
    x, y = fg.tensor(data.data[:1000] / 16, dtype=fg.float32), fg.tensor(data.target[:1000])
    fg.manual_seed(0)
    model = nn.Sequential(nn.Linear(64, 32), nn.ReLU(), nn.Linear(32, 10))
    loader = fg.data.DataLoader(fg.data.TensorDataset(x, y), batch_size=32, shuffle=True, generator=fg.Generator(0))
    return model, loader


def test_the_suggested_rate_trains_digits_and_much_lower_or_higher_ones_do_not() -> None:
    model, loader = digits()
    loss = nn.functional.cross_entropy
    found = diagnose.lr_range_test(model, loss, loader, low=1e-5, high=100.0, steps=120)
    assert found.diverged_at is not None
    assert 0.01 < found.suggested < found.diverged_at
    rates = [found.suggested / 100, found.suggested, 100 * found.suggested]
    compared = diagnose.compare_rates(model, loss, loader, rates, steps=120)
    assert compared.verdicts[0] == "too low"
    assert compared.verdicts[1] == "right"
    assert compared.verdicts[2] in ("too high", "diverges")
    assert compared.best == found.suggested


def test_every_rate_sees_the_same_batches_also_of_a_generator() -> None:
    model, _ = parabola(1.0)
    x = [fg.full((2, 1), 1 + i / 10, dtype=fg.float64) for i in range(3)]
    seen: list[list[float]] = []

    def loss(p: fg.Tensor, y: fg.Tensor) -> fg.Tensor:
        seen[-1].append(round(float(y[0, 0]), 1))
        return mse(p, y)

    for rate in (0.001, 0.002):
        seen.append([])
        diagnose.compare_rates(model, loss, ((each, each) for each in x), [rate], steps=5)
    assert seen == [[1.0, 1.1, 1.2, 1.0, 1.1]] * 2
    found = diagnose.compare_rates(model, mse, ((each, each) for each in x), [0.001, 0.002], steps=5)
    assert found.losses[0][0] == found.losses[1][0]


def test_all_rates_may_diverge() -> None:
    model, data = parabola(10.0)
    found = diagnose.compare_rates(model, mse, data, [1.0, 2.0], steps=30)
    assert found.verdicts == ("diverges", "diverges")
    assert found.best is None
    assert np.isinf(found.final).all()


@pytest.mark.parametrize(
    ("options", "error", "says"),
    [
        ({"low": 1.0, "high": 0.1}, ValueError, "low must be below high, got 1.0 and 0.1"),
        ({"low": 0.0}, ValueError, "low must be positive and finite, got 0.0"),
        ({"high": "much"}, TypeError, "high must be a number, got str"),
        ({"steps": 2}, ValueError, "steps must be at least 3, got 2"),
        ({"steps": 2.5}, TypeError, "steps must be an int, got float"),
        ({"smoothing": 1.0}, ValueError, r"smoothing must be in \[0, 1\), got 1.0"),
        ({"optimizer": 3}, TypeError, "must be a class of optimizers, or a function of parameters and lr, got int"),
        ({"optimizer": lambda p, lr: p}, TypeError, "must make an Optimizer, got list"),
    ],
)
def test_bad_options_say_what_must_be(options: dict[str, Any], error: Any, says: str) -> None:
    model, data = parabola(1.0)
    with pytest.raises(error, match=says):
        diagnose.lr_range_test(model, mse, data, **options)


def test_a_loss_of_several_numbers_is_an_error() -> None:
    model, data = parabola(1.0)
    for found in (diagnose.lr_range_test, diagnose.gradient_flow):
        with pytest.raises(ValueError, match=r"the loss must be one number, got shape \(4, 1\); .*reduction='mean'"):
            found(model, lambda p, y: p - y, data)
    with pytest.raises(ValueError, match="the loss must be one number, got float"):
        diagnose.compare_rates(model, lambda p, y: 1.0, data, [0.1])
    with pytest.raises(ValueError, match="rates must have at least one rate"):
        diagnose.compare_rates(model, mse, data, [])
