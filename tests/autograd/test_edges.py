"""Gradients where a function has none, or several: as PyTorch's."""

import numpy as np
import pytest

import fastgrad as fg

INF = float("inf")
NAN = float("nan")


def gradient(f, *values):
    leaves = [fg.tensor(v, dtype=fg.float64, requires_grad=True) for v in values]
    f(*leaves).sum().backward()
    grads = [x.grad.numpy() for x in leaves]
    return grads[0] if len(grads) == 1 else grads


CASES = {
    "relu at 0": (fg.relu, [0.0, -1.0, 1.0], [0.0, 0.0, 1.0]),
    "abs at 0": (fg.abs, [0.0, -2.0, 2.0], [0.0, -1.0, 1.0]),
    "sqrt at 0": (fg.sqrt, [0.0, 4.0], [INF, 0.25]),
    "norm at 0": (fg.norm, [0.0, 0.0], [0.0, 0.0]),
    "max among ties": (fg.max, [1.0, 3.0, 3.0, 2.0], [0.0, 0.5, 0.5, 0.0]),
    "min among ties": (fg.min, [1.0, 1.0, 3.0, 1.0], [1 / 3, 1 / 3, 0.0, 1 / 3]),
    "max along an axis": (lambda x: fg.max(x, axis=0), [[1.0, 5.0], [1.0, 2.0]], [[0.5, 1.0], [0.5, 0.0]]),
    "clip at its bounds": (lambda x: fg.clip(x, -1.0, 1.0), [-1.0, 1.0, -2.0, 2.0, 0.0], [1.0, 1.0, 0.0, 0.0, 1.0]),
    "sign": (fg.sign, [-1.0, 0.0, 2.0], [0.0, 0.0, 0.0]),
    "floor": (fg.floor, [-1.5, 0.0], [0.0, 0.0]),
    "round": (fg.round, [0.5, 1.2], [0.0, 0.0]),
    "power 0 at 0": (lambda x: x**0.0, [0.0, 2.0], [0.0, 0.0]),
    "power 1 at 0": (lambda x: x**1.0, [0.0], [1.0]),
    "power 2 at 0": (lambda x: x**2.0, [0.0], [0.0]),
    "log at 0": (fg.log, [0.0], [INF]),
    "prod with one zero": (fg.prod, [0.0, 2.0, 3.0], [6.0, 0.0, 0.0]),
    "prod with two zeros": (fg.prod, [0.0, 0.0, 3.0], [0.0, 0.0, 0.0]),
    "logsumexp of equals": (fg.logsumexp, [0.0, 0.0], [0.5, 0.5]),
    "logsumexp beside -inf": (fg.logsumexp, [-INF, 0.0], [0.0, 1.0]),
}


@pytest.mark.parametrize("case", CASES)
def test_the_gradient_of(case):
    f, x, wanted = CASES[case]
    np.testing.assert_allclose(gradient(f, x), wanted, rtol=1e-12)


@pytest.mark.parametrize("f", [fg.maximum, fg.minimum])
def test_a_tie_of_two_tensors_gives_half_to_each(f):
    a, b = gradient(f, [1.0, 2.0], [1.0, 2.0])
    np.testing.assert_array_equal(a, [0.5, 0.5])
    np.testing.assert_array_equal(b, [0.5, 0.5])


def test_where_passes_exact_zeros_to_the_branch_not_taken():
    a, b = gradient(lambda a, b: fg.where(fg.tensor([True, False]), a, b), [1.0, NAN], [INF, 4.0])
    np.testing.assert_array_equal(a, [1.0, 0.0])
    np.testing.assert_array_equal(b, [0.0, 1.0])


def test_a_branch_not_taken_can_still_spoil_the_gradient_by_its_own_rule():
    """0 times the infinite derivative of sqrt at 0, as in PyTorch: guard the input, not the output."""
    f = lambda x: fg.where(x > 0, fg.sqrt(x), 0.0)  # noqa: E731
    np.testing.assert_array_equal(gradient(f, [0.0, 4.0]), [NAN, 0.25])
    g = lambda x: fg.where(x > 0, fg.sqrt(fg.where(x > 0, x, 1.0)), 0.0)  # noqa: E731
    np.testing.assert_array_equal(gradient(g, [0.0, 4.0]), [0.0, 0.25])


def test_nan_and_infinity_pass_through_sums_and_products():
    np.testing.assert_array_equal(gradient(lambda x: x * 2.0, [NAN, INF]), [2.0, 2.0])
    np.testing.assert_array_equal(gradient(lambda x: x * x, [INF, -INF]), [INF, -INF])


@pytest.mark.parametrize(
    ("f", "shape"),
    [
        (lambda x: x * x, (0,)),
        (fg.exp, (0, 3)),
        (lambda x: fg.sum(x, axis=0), (0, 3)),
        (lambda x: x @ x.mT, (0, 3)),
        (lambda x: x.mT @ x, (0, 3)),
        (lambda x: x.reshape(3, 0), (0, 3)),
        (lambda x: x[:0], (2, 3)),
        (lambda x: fg.concat([x, x]), (0, 3)),
        (lambda x: x[fg.zeros(0, dtype=fg.int64)], (2, 3)),
        (lambda x: x[fg.zeros(2, dtype=fg.bool)], (2, 3)),
    ],
)
def test_nothing_flows_through_empty_results(f, shape):
    x = fg.zeros(shape, dtype=fg.float64, requires_grad=True)
    f(x).sum().backward()
    assert x.grad.shape == shape
    assert not x.grad.numpy().any()


def test_zero_dimensions_throughout():
    x = fg.tensor(2.0, requires_grad=True)
    y = (x.exp().log() * x).reshape(1).sum() + x[None][0] + x.expand(3).sum()
    assert y.shape == ()
    y.backward()
    assert x.grad.shape == ()
    assert x.grad.item() == pytest.approx(8.0)
