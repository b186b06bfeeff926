"""The noise of gradients whose covariance is known."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import diagnose, nn


def half(p: fg.Tensor, y: fg.Tensor) -> fg.Tensor:
    return ((p - y) ** 2).sum(axis=1).mean() / 2


def mean_of(samples: np.ndarray[Any, Any]) -> tuple[nn.Module, tuple[fg.Tensor, fg.Tensor]]:
    """A bias that is to be the samples' mean, and is 0: each sample's gradient is minus the sample."""
    model = nn.Linear(1, samples.shape[1]).to(fg.float64).eval()
    nn.init.zeros_(model.weight)
    nn.init.zeros_(model.bias)
    model.weight.requires_grad_(False)
    return model, (fg.zeros(len(samples), 1, dtype=fg.float64), fg.tensor(samples))


SAMPLES = np.random.default_rng(0).standard_normal((600, 3)) * [1.0, 2.0, 0.5] + [1.0, 0.0, -0.5]


def test_of_single_samples_it_is_the_covariances_trace_over_the_squared_mean() -> None:
    model, data = mean_of(SAMPLES)
    found = diagnose.gradient_noise_scale(model, half, data, batch_size=1)
    noise = np.trace(np.cov(SAMPLES.T))
    square = (SAMPLES.mean(0) ** 2).sum() - noise / len(SAMPLES)
    assert found.noise == pytest.approx(noise, rel=1e-12)
    assert found.gradient_square == pytest.approx(square, rel=1e-12)
    assert found.scale == pytest.approx(noise / square, rel=1e-12)
    assert found.parameters == {"bias": pytest.approx(found.scale)}
    assert found.efficiency(found.scale) == pytest.approx(0.5)


@pytest.mark.parametrize("size", [2, 5, 20])
def test_batches_of_any_size_estimate_the_same(size: int) -> None:
    model, data = mean_of(SAMPLES)
    scales = [diagnose.gradient_noise_scale(model, half, data, batch_size=s).scale for s in (1, size)]
    # Of 600 / size batches' variances the deviation is about sqrt(2 size / 600), of three axes less.
    assert scales[1] == pytest.approx(scales[0], rel=3 * (2 * size / 600) ** 0.5)


def test_where_noise_hides_the_gradient_the_scale_is_infinite() -> None:
    model, data = mean_of(SAMPLES - SAMPLES.mean(0))
    found = diagnose.gradient_noise_scale(model, half, data)
    assert found.scale == float("inf")
    assert found.efficiency(100) == 0


def test_measured_noise_falls_with_the_root_of_the_batch_size() -> None:
    model, data = mean_of(SAMPLES)
    found = diagnose.compare_batch_sizes(model, half, data, [4, 100, 25], epochs=2)
    assert found.sizes == (4, 25, 100)
    assert found.steps == (300, 48, 12)
    noise = np.trace(np.cov(SAMPLES.T, ddof=0)) / (SAMPLES.mean(0) ** 2).sum()
    for size, measured, predicted in zip(found.sizes, found.noise, found.predicted, strict=True):
        assert measured == pytest.approx((noise / size) ** 0.5, rel=0.25)
        assert predicted == pytest.approx(measured, rel=0.35)
    assert all(len(each) == 3 and each[-1] < each[0] for each in found.losses)


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda m, d: diagnose.gradient_noise_scale(m, half, d, batch_size=400), ValueError, "at least two batches"),
        (lambda m, d: diagnose.gradient_noise_scale(m, half, d, batch_size=0), ValueError, "batch_size must be"),
        (lambda m, d: diagnose.compare_batch_sizes(m, half, d, []), ValueError, "at least one batch size, got none"),
        (lambda m, d: diagnose.compare_batch_sizes(m, half, d, [601]), ValueError, "must not exceed the 600 samples"),
        (lambda m, d: diagnose.compare_batch_sizes(m, half, d, [0]), ValueError, "a batch size must be at least 1"),
        (lambda m, d: diagnose.compare_batch_sizes(m, half, d, [4], lr=0), ValueError, "lr must be positive"),
    ],
)
def test_bad_arguments_say_what_must_be(call: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        call(*mean_of(SAMPLES))
