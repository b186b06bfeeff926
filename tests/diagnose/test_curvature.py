"""Eigenvalues of Hessians that are known, and of small networks against the whole Hessian."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import diagnose, nn


class Quadratic(nn.Module):
    """Gives ``w^T H w / 2``, which `taken` makes the loss of."""

    def __init__(self, hessian: np.ndarray[Any, Any], dtype: Any = fg.float64) -> None:
        super().__init__()
        self.hessian = fg.tensor(hessian, dtype=dtype)
        self.w = nn.Parameter(fg.ones(len(hessian), dtype=dtype))

    def forward(self, x: fg.Tensor) -> fg.Tensor:
        return 0.5 * (self.w @ self.hessian @ self.w) * x


def taken(p: fg.Tensor, _: fg.Tensor) -> fg.Tensor:
    return p.mean()


def symmetric(eigenvalues: Any, seed: int = 0) -> np.ndarray[Any, Any]:
    n = len(eigenvalues)
    q = np.linalg.qr(np.random.default_rng(seed).standard_normal((n, n)))[0]
    return q @ np.diag(eigenvalues) @ q.T


DATA = (np.ones((4, 1)), np.zeros((4, 1)))
SPECTRA = {
    "positive": np.linspace(0.1, 7.0, 40),
    "a saddle": np.linspace(-3.0, 7.0, 40),
    "mostly negative": np.linspace(-7.0, 3.0, 40),
    "all negative": np.linspace(-7.0, -1.0, 40),
    "outliers": np.concatenate([np.full(35, 0.01), [1.0, 5.0, 20.0, 20.1, 50.0]]),
    "one number": np.full(10, 3.0),
    "alone": np.array([2.5]),
    "zero": np.zeros(5),
}


@pytest.mark.parametrize("method", ["lanczos", "power"])
@pytest.mark.parametrize("spectrum", SPECTRA)
def test_extreme_eigenvalues_of_a_quadratic_are_found(spectrum: str, method: str) -> None:
    wanted = SPECTRA[spectrum]
    model = Quadratic(symmetric(wanted)).eval()
    found = diagnose.sharpness(model, taken, DATA, method=method, iterations=2000, tolerance=1e-5)
    scale = np.abs(wanted).max()
    assert found.largest == pytest.approx(wanted.max(), abs=1e-3 * scale)
    assert found.smallest == pytest.approx(wanted.min(), abs=1e-3 * scale)
    assert found.converged
    product = model.hessian.numpy() @ found.vector
    np.testing.assert_allclose(product, found.largest * found.vector, atol=1e-3 * scale)
    assert np.linalg.norm(found.vector) == pytest.approx(1)
    assert found.gradient_norm == pytest.approx(np.linalg.norm(model.hessian.numpy() @ np.ones(len(wanted))), rel=1e-9)


def test_single_precision_is_enough_for_a_thousandth() -> None:
    wanted = SPECTRA["outliers"]
    found = diagnose.sharpness(Quadratic(symmetric(wanted), fg.float32).eval(), taken,
                               (np.ones((4, 1), np.float32), np.zeros((4, 1), np.float32)))  # fmt: skip
    assert found.largest == pytest.approx(50.0, rel=1e-3)


def network() -> tuple[nn.Module, tuple[fg.Tensor, fg.Tensor]]:
    fg.manual_seed(0)
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 3)).to(fg.float64).eval()
    return model, (fg.randn(12, 3, dtype=fg.float64), fg.randint(0, 3, (12,)))


def whole_hessian(model: nn.Module, data: tuple[fg.Tensor, fg.Tensor]) -> np.ndarray[Any, Any]:
    parameters = list(model.parameters())
    value = nn.functional.cross_entropy(model(data[0]), data[1])
    first = fg.concat([g.reshape(-1) for g in fg.autograd.grad(value, parameters, create_graph=True)])
    lines = [fg.concat([h.reshape(-1) for h in fg.autograd.grad(g, parameters, retain_graph=True,
                                                                materialize_grads=True)]) for g in first]  # fmt: skip
    return np.asarray(fg.stack(lines))


def test_of_a_network_it_is_what_the_whole_hessian_has() -> None:
    model, (x, y) = network()
    wanted = np.linalg.eigvalsh(whole_hessian(model, (x, y)))
    for data in ((x, y), [(x[:5], y[:5]), (x[5:], y[5:])]):  # batches of different sizes are one mean
        found = diagnose.sharpness(model, nn.functional.cross_entropy, data, tolerance=1e-6)
        assert found.largest == pytest.approx(wanted[-1], rel=1e-6)
        assert found.smallest == pytest.approx(wanted[0], rel=1e-4)
    density = diagnose.spectrum(model, nn.functional.cross_entropy, (x, y), probes=60, steps=31)
    assert density.parameters == len(wanted)
    assert density.trace == pytest.approx(wanted.sum(), rel=0.15)
    assert density.largest == pytest.approx(wanted[-1], rel=1e-6)
    assert density.share(0.1, np.inf) == pytest.approx((wanted > 0.1).mean(), abs=0.05)
    assert np.trapezoid(density.density, density.values) == pytest.approx(1.0, abs=1e-3)


def test_the_density_has_the_mass_of_known_eigenvalues() -> None:
    wanted = np.concatenate([np.zeros(60), np.full(30, 2.0), np.full(10, 5.0)])
    found = diagnose.spectrum(Quadratic(symmetric(wanted)).eval(), taken, DATA, probes=60, steps=10)
    assert found.share(-0.1, 0.1) == pytest.approx(0.6, abs=0.05)
    assert found.share(1.9, 2.1) == pytest.approx(0.3, abs=0.05)
    assert found.share(4.9, 5.1) == pytest.approx(0.1, abs=0.05)
    # Each probe of entries 1 and -1 has the trace in expectation, and here the deviation of some units in 110.
    assert found.trace == pytest.approx(wanted.sum(), rel=0.1)


def test_a_loss_without_curvature_has_none() -> None:
    model = nn.Linear(3, 1).eval()
    found = diagnose.sharpness(model, lambda p, y: (p - y).mean(), (fg.ones(2, 3), fg.ones(2, 1)))
    assert found.largest == found.smallest == 0
    assert found.converged
    assert diagnose.spectrum(model, lambda p, y: (p - y).mean(), (fg.ones(2, 3), fg.ones(2, 1))).trace == 0


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda m: diagnose.sharpness(m.train(), taken, DATA), ValueError, "the model .* is in training mode"),
        (lambda m: diagnose.spectrum(m.train(), taken, DATA), ValueError, "the model .* is in training mode"),
        (lambda m: diagnose.sharpness(m, taken, DATA, method="arnoldi"), ValueError, "method must be 'lanczos' or"),
        (lambda m: diagnose.sharpness(m, taken, DATA, iterations=0), ValueError, "iterations must be at least 1"),
        (lambda m: diagnose.sharpness(m, taken, DATA, tolerance=-1), ValueError, "tolerance must be positive"),
        (lambda m: diagnose.spectrum(m, taken, DATA, width=0), ValueError, "width must be positive"),
        (lambda m: diagnose.spectrum(m, taken, DATA, probes=0), ValueError, "probes must be at least 1"),
        (lambda m: diagnose.sharpness(m, lambda p, y: p, DATA), ValueError, "the loss must be one number"),
        (lambda m: diagnose.sharpness(m, lambda p, y: p.detach().mean(), DATA), ValueError, "must depend on"),
        (lambda m: diagnose.sharpness(m, lambda p, y: (p * float("nan")).mean(), DATA), ValueError, "finite gradients"),
    ],
)
def test_bad_arguments_say_what_must_be(call: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        call(Quadratic(np.eye(2)).eval())
