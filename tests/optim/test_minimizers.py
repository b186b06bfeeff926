"""Optimizers that call a closure: LBFGS, conjugate gradients, SciPy's minimizers, and the search that they share."""

import sys

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn, optim
from fastgrad.optim.line_search import Point, strong_wolfe
from fastgrad.optim.scipy_minimizer import _WITH_GRADIENTS

KINDS = {
    "lbfgs": lambda params, **k: optim.LBFGS(params, line_search_fn="strong_wolfe", **k),
    **{
        formula: lambda params, formula=formula, **k: optim.ConjugateGradient(params, formula=formula, **k)
        for formula in ("fletcher_reeves", "polak_ribiere", "hager_zhang")
    },
}
RNG = np.random.default_rng(0)


def parameter(values):
    return nn.Parameter(fg.tensor(values, dtype=fg.float64))


def closure_of(optimizer, loss_of):
    def closure():
        optimizer.zero_grad()
        loss = loss_of()
        loss.backward()
        return loss

    return closure


def rosenbrock(p):
    return (1 - p[0]) ** 2 + 100 * (p[1] - p[0] ** 2) ** 2


@pytest.mark.parametrize("kind", KINDS)
def test_a_valley_is_followed_to_its_lowest_point(kind):
    p = parameter([-1.2, 1.0])
    optimizer = KINDS[kind]([p], max_iter=300, tolerance_change=1e-14)
    first = optimizer.step(closure_of(optimizer, lambda: rosenbrock(p)))
    assert first.item() == pytest.approx(24.2)
    np.testing.assert_allclose(p.detach().numpy(), 1.0, atol=1e-5)


@pytest.mark.parametrize("kind", KINDS)
def test_a_quadratic_form_ends_where_its_equation_is_solved(kind):
    # Conjugate directions end after as many exact searches as there are unknowns; these are not exact.
    roots = RNG.normal(size=(12, 12))
    matrix, right = roots @ roots.T + 0.5 * np.eye(12), RNG.normal(size=12)
    a, b = fg.tensor(matrix), fg.tensor(right)
    parts = [parameter(np.zeros((2, 3))), parameter(0.0), parameter(np.zeros(5))]

    def loss():
        x = fg.concat([part.reshape(-1) for part in parts])
        return fg.vecdot(x, a @ x) / 2 - fg.vecdot(b, x)

    optimizer = KINDS[kind](parts, max_iter=200, tolerance_change=1e-16)
    optimizer.step(closure_of(optimizer, loss))
    found = np.concatenate([part.detach().numpy().ravel() for part in parts])
    np.testing.assert_allclose(found, np.linalg.solve(matrix, right), rtol=1e-6)


@pytest.mark.parametrize("kind", KINDS)
def test_a_minimization_goes_on_in_the_next_step_and_after_loading(kind):
    whole, parts = parameter([-1.2, 1.0]), parameter([-1.2, 1.0])
    optimizer = KINDS[kind]([whole], max_iter=12, max_eval=1000)
    optimizer.step(closure_of(optimizer, lambda: rosenbrock(whole)))
    resumed = KINDS[kind]([parts], max_iter=6, max_eval=1000)
    resumed.step(closure_of(resumed, lambda: rosenbrock(parts)))
    saved = resumed.state_dict()
    resumed = KINDS[kind]([parts], max_iter=6, max_eval=1000)
    resumed.load_state_dict(saved)
    resumed.step(closure_of(resumed, lambda: rosenbrock(parts)))
    np.testing.assert_allclose(parts.detach().numpy(), whole.detach().numpy(), rtol=1e-12)


# What PyTorch 2.13 gives for Rosenbrock's valley from (-1.2, 1): iterations, calls, parameters.
LBFGS_GOLDEN = [
    ({"max_iter": 3}, 2, 3, (-0.8216710990752794, 1.0682753957715367)),
    ({"max_iter": 7, "lr": 0.5, "history_size": 2}, 7, 7, (-1.0233189538938534, 1.0595048173755865)),
    ({"max_iter": 5, "line_search_fn": "strong_wolfe"}, 4, 6, (-1.0276177663827242, 1.0584120782656612)),
    (
        {"max_iter": 30, "line_search_fn": "strong_wolfe", "history_size": 3},
        *(30, 35, (0.9329211763589763, 0.8693250513045858)),
    ),
]


@pytest.mark.parametrize(("arguments", "iterations", "calls", "expected"), LBFGS_GOLDEN)
def test_lbfgs_goes_the_way_of_pytorch(arguments, iterations, calls, expected):
    p = parameter([-1.2, 1.0])
    optimizer = optim.LBFGS([p], **arguments)
    optimizer.step(closure_of(optimizer, lambda: rosenbrock(p)))
    state = optimizer.state[p]
    assert (state["n_iter"], state["func_evals"]) == (iterations, calls)
    np.testing.assert_allclose(p.detach().numpy(), expected, rtol=1e-7)  # each iteration multiplies what was rounded


def test_a_step_ends_after_so_many_calls_and_where_nothing_is_to_be_gained():
    calls = []
    p = parameter([-1.2, 1.0])

    def loss():
        calls.append(1)
        return rosenbrock(p)

    for kind in KINDS.values():
        calls.clear()
        optimizer = kind([p], max_iter=100, max_eval=4)
        optimizer.step(closure_of(optimizer, loss))
        assert 4 <= len(calls) <= 5
        calls.clear()
        optimizer = kind([p], tolerance_grad=1e9)
        optimizer.step(closure_of(optimizer, loss))
        assert len(calls) == 1


@pytest.mark.parametrize("kind", KINDS)
def test_parameters_without_gradients_and_without_elements_stay(kind):
    p, apart, empty = parameter([3.0]), parameter([2.0]), parameter(np.zeros((0, 2)))
    optimizer = KINDS[kind]([empty, p, apart])
    optimizer.step(closure_of(optimizer, lambda: (p * p).sum()))
    assert abs(p.item()) < 1e-6
    assert apart.item() == 2.0


@pytest.mark.parametrize("kind", KINDS)
def test_where_the_closure_raises_the_parameters_are_those_of_before(kind):
    p, calls = parameter([-1.2, 1.0]), []
    optimizer = KINDS[kind]([p])

    def closure():
        calls.append(1)
        if len(calls) == 3:
            raise RuntimeError("interrupted")
        optimizer.zero_grad()
        loss = rosenbrock(p)
        loss.backward()
        return loss

    with pytest.raises(RuntimeError, match="interrupted"):
        optimizer.step(closure)
    assert p.tolist() == [-1.2, 1.0]


def test_absurd_arguments_are_refused():
    p, q = parameter([1.0]), parameter([1.0])
    for kind in (optim.LBFGS, optim.ConjugateGradient):
        name = kind.__name__
        for arguments in ({"lr": -1.0}, {"max_iter": -1}, {"max_eval": -1}, {"tolerance_grad": float("nan")}):
            with pytest.raises(ValueError, match=f"{name}: .*{next(iter(arguments))} must be"):
                kind([p], **arguments)
        with pytest.raises(TypeError, match=f"{name}: max_iter must be an int"):
            kind([p], max_iter=1.5)
        with pytest.raises(ValueError, match=f"{name}: there must be one parameter group"):
            kind([{"params": [p]}, {"params": [q]}])
        optimizer = kind([p])
        with pytest.raises(TypeError, match=rf"{name}\.step: closure must be callable, got a NoneType"):
            optimizer.step(None)
        with pytest.raises(TypeError, match=rf"{name}\.step: closure must return the loss, one number, got None"):
            optimizer.step(lambda: None)
        optimizer.param_groups[0]["max_iter"] = "3"
        with pytest.raises(TypeError, match=f"{name}: max_iter"):
            optimizer.step(lambda: p.sum())
    with pytest.raises(ValueError, match="LBFGS: history_size must be at least 1"):
        optim.LBFGS([p], history_size=0)
    with pytest.raises(ValueError, match="LBFGS: line_search_fn must be None or 'strong_wolfe', got 'armijo'"):
        optim.LBFGS([p], line_search_fn="armijo")
    with pytest.raises(ValueError, match="ConjugateGradient: formula must be one of"):
        optim.ConjugateGradient([p], formula="newton")
    with pytest.raises(ValueError, match=r"LBFGS\.load_state_dict: the state is that of another kind"):
        optim.LBFGS([p]).load_state_dict(optim.ConjugateGradient([p]).state_dict())


# ---- the search ------------------------------------------------------------------------------------------------------


def along(loss, slope):
    return lambda step: Point(step, float(loss(step)), float(slope(step)), fg.tensor([float(slope(step))]))


SEARCHED = {
    "a parabola": (lambda t: (t - 3) ** 2, lambda t: 2 * (t - 3)),
    "far away": (lambda t: (t - 3e5) ** 2, lambda t: 2 * (t - 3e5)),
    "close by": (lambda t: (t - 3e-5) ** 2, lambda t: 2 * (t - 3e-5)),
    "flat, then steep": (lambda t: t**10 - t, lambda t: 10 * t**9 - 1),
    "waves": (lambda t: t**2 / 50 + np.cos(t + 0.5), lambda t: t / 25 - np.sin(t + 0.5)),
    "a kink": (lambda t: abs(t - 1) + 0.1 * t**2, lambda t: (1 if t > 1 else -1) + 0.2 * t),
}


@pytest.mark.parametrize("first", [1e-3, 1.0, 50.0])
@pytest.mark.parametrize("name", SEARCHED)
def test_a_point_that_is_found_meets_the_strong_wolfe_conditions(name, first):
    evaluate = along(*SEARCHED[name])
    start = evaluate(0.0)
    point, calls = strong_wolfe(evaluate, start, first, 1.0, curvature=0.5, most=60)
    assert point.loss <= start.loss + 1e-4 * point.step * start.slope
    if name != "a kink":  # where no slope is small
        assert abs(point.slope) <= 0.5 * abs(start.slope)
    assert calls <= 61


def test_a_search_that_may_ask_no_more_gives_the_lowest_point_it_has_seen():
    evaluate = along(lambda t: (t - 3) ** 2, lambda t: 2 * (t - 3))
    point, calls = strong_wolfe(evaluate, evaluate(0.0), 1e9, 1.0, most=0)
    assert (point.step, calls) == (0.0, 1)
    point, calls = strong_wolfe(evaluate, evaluate(0.0), 1e-9, 1.0, most=3)
    assert point.step > 0
    assert calls <= 4


@pytest.mark.parametrize("value", [float("nan"), float("inf")])
def test_a_search_that_meets_no_number_ends(value):
    evaluate = along(lambda t: value if t > 0 else 0.0, lambda t: value if t > 0 else -1.0)
    _, calls = strong_wolfe(evaluate, evaluate(0.0), 1.0, 1.0)
    assert calls <= 26


# ---- SciPy -----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("method", [*_WITH_GRADIENTS, "Nelder-Mead", "Powell", "COBYLA"])
@pytest.mark.filterwarnings("ignore::UserWarning")
def test_the_methods_of_scipy_find_a_minimum(method):
    pytest.importorskip("scipy")
    p, q = parameter([[0.5], [2.0]]), parameter(0.25)
    options = {"maxiter": 1000} if method in ("Nelder-Mead", "COBYLA") else None
    optimizer = optim.SciPyMinimizer([p, q], method=method, options=options)
    first = optimizer.step(closure_of(optimizer, lambda: ((p - 1) ** 2).sum() + (q + 2) ** 2 + fg.exp(q) * 0))
    assert first.item() == pytest.approx(0.25 + 1.0 + 2.25**2)
    np.testing.assert_allclose(p.detach().numpy(), 1.0, atol=1e-3)
    assert q.item() == pytest.approx(-2.0, abs=1e-3)
    assert optimizer.result.success


def test_scipys_bounds_hold_and_its_callback_is_called():
    pytest.importorskip("scipy")
    p, seen = parameter([3.0, -3.0]), []
    optimizer = optim.SciPyMinimizer([p], bounds=(-1, 2), callback=lambda intermediate_result: seen.append(1))
    optimizer.step(closure_of(optimizer, lambda: (p**2 - 8 * p).sum()))
    assert p.tolist() == [2.0, 2.0]
    assert seen


def test_without_scipy_the_step_says_what_is_missing(monkeypatch):
    monkeypatch.setitem(sys.modules, "scipy.optimize", None)
    p = parameter([1.0])
    optimizer = optim.SciPyMinimizer([p])
    with pytest.raises(ImportError, match="SciPyMinimizer needs SciPy, which is not installed: pip install scipy"):
        optimizer.step(closure_of(optimizer, lambda: p.sum()))


def test_absurd_arguments_of_scipys_are_refused():
    p = parameter([1.0])
    for arguments, error in (
        ({"method": "trust-exact"}, ValueError),
        ({"bounds": 3}, TypeError),
        ({"bounds": (1, "x")}, TypeError),
        ({"bounds": (2, 1)}, ValueError),
        ({"tol": "x"}, TypeError),
        ({"options": [1]}, TypeError),
        ({"callback": 3}, TypeError),
    ):
        with pytest.raises(error, match=f"SciPyMinimizer: {next(iter(arguments))}"):
            optim.SciPyMinimizer([p], **arguments)
