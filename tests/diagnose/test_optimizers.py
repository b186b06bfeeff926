"""Optimizers over surfaces whose minima are known, their critical points, and optimizers on a linear model."""

from __future__ import annotations

from functools import partial
from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import diagnose, nn

mse = nn.functional.mse_loss


@pytest.mark.parametrize("surface", diagnose.SURFACES)
def test_second_order_methods_find_the_minima_and_all_descend(surface: str) -> None:
    found = diagnose.trace_optimizers(surface, steps=150)
    assert list(found.paths) == list(diagnose.usual_optimizers())
    for name in ("conjugate gradient", "L-BFGS"):
        end = found.paths[name][-1]
        assert min(np.linalg.norm(end - minimum) for minimum in diagnose.SURFACES[surface].minima) < 1e-3
        assert found.rates[name] is None
    for name, values in found.values.items():
        assert values[-1] < values[0]
        assert len(values) == len(found.paths[name]) == len(found.evaluations[name])
        assert found.evaluations[name][-1] <= 150 + 25  # a line search ends what it has begun
        np.testing.assert_array_equal(found.paths[name][0], diagnose.SURFACES[surface].start)


def test_gradient_descent_goes_where_the_formula_says() -> None:
    surface = diagnose.Surface("bowl", lambda p: (p * p).sum() / 2, (1.0, -2.0))
    found = diagnose.trace_optimizers(surface, {"gradient descent": fg.optim.SGD}, steps=5, rates=[0.1])
    wanted = np.array([1.0, -2.0]) * 0.9 ** np.arange(6)[:, None]
    np.testing.assert_allclose(found.paths["gradient descent"], wanted, rtol=1e-12)


def test_the_best_of_the_rates_is_taken_and_one_that_diverges_is_not() -> None:
    surface = diagnose.Surface("bowl", lambda p: (p * p).sum() / 2, (1.0, -2.0))
    found = diagnose.trace_optimizers(surface, {"SGD": fg.optim.SGD}, steps=20, rates=[0.01, 0.5, 3.0])
    assert found.rates == {"SGD": 0.5}


def test_noise_moves_the_path_and_is_the_same_twice() -> None:
    surface = diagnose.Surface("bowl", lambda p: (p * p).sum() / 2, (1.0, -2.0))
    make = {"noisy": diagnose.Contestant(fg.optim.SGD, noisy=True), "exact": fg.optim.SGD}
    one, two = (diagnose.trace_optimizers(surface, make, steps=9, rates=[0.1]) for _ in range(2))
    assert not np.allclose(one.paths["noisy"], one.paths["exact"])
    np.testing.assert_array_equal(one.paths["noisy"], two.paths["noisy"])


def test_pictures_of_paths_and_curves() -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    for surface in ("saddle", diagnose.Surface("bowl", lambda p: (p * p).sum(), (1.0, 1.0))):
        found = diagnose.trace_optimizers(surface, {"SGD": fg.optim.SGD}, steps=5, rates=[0.1])
        for draw in (found.draw, found.draw_curves):
            ax = figure.add_subplot()
            assert draw(ax) is ax
            assert ax.has_data()
        assert "SGD" in str(found)
        assert found.to_dict()["paths"]["SGD"].shape == (6, 2)


WANTED = {
    "Rosenbrock": {("minimum", (1.0, 1.0))},
    "Beale": {("minimum", (3.0, 0.5)), ("saddle", (0.0, 1.0))},
    "saddle": {("minimum", (0.0, 1.0)), ("minimum", (0.0, -1.0)), ("saddle", (0.0, 0.0))},
}


@pytest.mark.parametrize("surface", WANTED)
def test_critical_points_of_the_surfaces_are_found_and_classified(surface: str) -> None:
    one = diagnose.SURFACES[surface]
    found = diagnose.find_critical_points(one.function, one.box)
    assert {(each.kind, tuple(each.point.round(6) + 0.0)) for each in found.points} == WANTED[surface]
    assert all(each.gradient_norm < 1e-6 for each in found.points)
    assert {each.kind for each in found.of_kind("minimum")} == {"minimum"}


@pytest.mark.parametrize(
    ("function", "kind"),
    [
        (lambda p: p[0] ** 2 + 3 * p[1] ** 2, "minimum"),
        (lambda p: -(p[0] ** 2) - 3 * p[1] ** 2, "maximum"),
        (lambda p: p[0] ** 2 - 3 * p[1] ** 2, "saddle"),
        (lambda p: p[0] * p[1], "saddle"),
        (lambda p: p[0] ** 2 + p[1] ** 4, "degenerate"),
        (lambda p: p[0] ** 3 + p[1] ** 3, "plateau"),
        (lambda p: (p * 0).sum(), "plateau"),
        (lambda _: fg.zeros((), dtype=fg.float64), "plateau"),
        (lambda p: p[0] + p[1] ** 2, "slope"),
    ],
)
def test_the_kind_of_a_point_is_that_of_its_hessian(function: Any, kind: str) -> None:
    assert diagnose.classify_point(function, [0.0, 0.0]).kind == kind


def test_eigenvalues_are_those_of_the_known_hessian_in_any_number_of_dimensions() -> None:
    hessian = np.random.default_rng(0).standard_normal((5, 5))
    hessian = hessian + hessian.T
    matrix = fg.tensor(hessian)
    found = diagnose.classify_point(lambda p: p @ matrix @ p / 2, np.zeros(5))
    np.testing.assert_allclose(found.eigenvalues, np.linalg.eigvalsh(hessian), atol=1e-12)
    assert found.kind == "saddle"


def test_a_plateau_is_one_point_and_periods_are_many() -> None:
    flat = diagnose.find_critical_points(lambda p: (p - 3).relu().sum() ** 2, [(-2, 2), (-2, 2)], grid=4)
    assert [each.kind for each in flat.points] == ["plateau"]
    waves = diagnose.find_critical_points(lambda p: fg.cos(p[0]), [(-7, 7)], grid=30)
    assert [(each.kind, round(float(each.point[0] / np.pi), 6)) for each in waves.points] == [
        ("minimum", -1.0), ("minimum", 1.0), ("maximum", -2.0), ("maximum", 0.0), ("maximum", 2.0)
    ]  # fmt: skip


def regression() -> tuple[nn.Module, tuple[fg.Tensor, fg.Tensor]]:
    fg.manual_seed(0)
    x = fg.randn(60, 4)
    return nn.Linear(4, 1), (x, x @ fg.randn(4, 1) + 0.1 * fg.randn(60, 1))


def test_on_a_linear_model_those_with_line_searches_find_what_least_squares_has() -> None:
    model, (x, y) = regression()
    found = diagnose.compare_optimizers(model, mse, (x, y), epochs=40, batch_size=20)
    design = np.concatenate([np.asarray(x, dtype=np.float64), np.ones((60, 1))], axis=1)
    least = np.linalg.lstsq(design, np.asarray(y, dtype=np.float64), rcond=None)[1][0] / 60
    for name in ("conjugate gradient", "L-BFGS"):
        assert found.losses[name][-1] == pytest.approx(least, rel=1e-3)
    for name, losses in found.losses.items():
        assert losses[-1] < 0.2 * losses[0], name
        assert found.passes[name][-1] <= 40 + 25
        assert len(losses) == len(found.passes[name])
    assert found.steps["gradient descent"] == 40
    assert found.steps["SGD"] == 120
    assert found.losses["SGD"][0] == found.losses["Adam"][0]


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: diagnose.trace_optimizers("Himmelblau"), ValueError, "surface must be one of Rosenbrock, Beale"),
        (lambda: diagnose.trace_optimizers(3), TypeError, "surface must be a Surface or a name, got int"),
        (lambda: diagnose.trace_optimizers(optimizers={}), TypeError, "optimizers must be a dict of names"),
        (lambda: diagnose.trace_optimizers(optimizers={"a": 3}), TypeError, "optimizer a must be a class"),
        (lambda: diagnose.trace_optimizers(optimizers={"a": lambda p, lr: 3}), TypeError, "a must make an Optimizer"),
        (lambda: diagnose.trace_optimizers(rates=[]), ValueError, "rates must have at least one rate"),
        (lambda: diagnose.trace_optimizers(rates=[-1]), ValueError, "a rate must be positive and finite, got -1"),
        (lambda: diagnose.trace_optimizers(steps=0), ValueError, "steps must be at least 1"),
        (lambda: diagnose.compare_optimizers(nn.Linear(1, 1), mse, [], epochs=0), ValueError, "epochs must be"),
        (lambda: diagnose.classify_point(lambda p: p, [0.0, 1.0]), ValueError, r"one number, got shape \(2,\)"),
        (lambda: diagnose.classify_point(lambda p: p.sum(), [[0.0]]), ValueError, r"point must have shape \(n,\)"),
        (lambda: diagnose.classify_point(lambda p: fg.log(p.sum()), [0.0]), ValueError, "must be finite at"),
        (lambda: diagnose.find_critical_points(lambda p: p.sum(), [(1, 0)]), ValueError, "pairs .low, high."),
        (lambda: diagnose.find_critical_points(lambda p: p.sum(), [(0, 1)], grid=0), ValueError, "grid must be"),
    ],
)  # fmt: skip
def test_bad_arguments_say_what_must_be(call: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        call()


def test_partial_functions_are_optimizers_too() -> None:
    model, data = regression()
    found = diagnose.compare_optimizers(model, mse, data, {"heavy": partial(fg.optim.SGD, momentum=0.9)}, epochs=3)
    assert list(found.losses) == ["heavy"]
