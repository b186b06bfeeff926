"""Reductions: as exact along one axis as along another, and gradients where ranges or divisions end."""

from __future__ import annotations

import math

import numpy as np
import pytest

import fastgrad as fg

from .entry import FLOATS

INF, NAN = math.inf, math.nan
LENGTHS = (7, 1000, 100_003)


def layouts(x: np.ndarray):
    """A line of numbers put along an axis of tensors of several layouts: the tensor, and that axis."""
    n = len(x)
    beside = x[::-1]
    rows = np.stack([x, beside, x])
    yield fg.tensor(rows), 1
    yield fg.tensor(rows.T.copy()), 0
    yield fg.tensor(rows.T.copy()).T, 1
    yield fg.tensor(np.stack([rows, rows], axis=2)), 1
    yield fg.tensor(np.repeat(rows, 2, axis=1))[:, ::2], 1
    yield fg.tensor(np.tile(rows.T[:, None], (1, 1, 20)).reshape(n, 60)), 0
    if n % 7 == 0 or n == 1000:
        step = 7 if n % 7 == 0 else 8
        yield fg.tensor(rows.reshape(3, step, n // step).transpose(1, 0, 2).copy()), (0, 2)


def first_lines(result: fg.Tensor, axis: int | tuple[int, ...], kept: int) -> np.ndarray:
    """What became of the line x, which is the first along every other axis."""
    at = tuple(0 if i != axis else slice(None) for i in range(kept))
    return np.asarray(result, dtype=np.float64)[at]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("n", LENGTHS)
@pytest.mark.parametrize("name", ["sum", "mean", "norm", "var", "std", "logsumexp"])
def test_every_axis_is_summed_as_exactly_as_the_last(name, n, dtype):
    """One bound for all: that of blocks added in pairs (src/kernels/reduce/driver.h), here with the longest chain."""
    x = (np.random.default_rng(n).normal(size=n) + (0 if name == "logsumexp" else 3)).astype(dtype)
    wide = x.astype(np.longdouble)
    exact = {
        "sum": lambda: wide.sum(),
        "mean": lambda: wide.mean(),
        "norm": lambda: np.sqrt((wide * wide).sum()),
        "var": lambda: wide.var(),
        "std": lambda: wide.std(),
        "logsumexp": lambda: np.log(np.exp(wide).sum()),
    }[name]()
    scale = {"sum": abs(wide).sum(), "mean": abs(wide).mean()}.get(name, abs(exact))
    steps = 40 + math.log2(n)
    for t, axis in layouts(x):
        for keepdims in (False, True):
            got = getattr(fg, name)(t, axis=axis, keepdims=keepdims)
            error = abs(np.asarray(got, dtype=np.longdouble).reshape(-1)[0] - exact)
            assert error <= steps * np.finfo(dtype).eps / 2 * scale, (t.shape, t.strides, axis)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("n", LENGTHS)
def test_products_and_broadcasting_sums_are_as_exact(n, dtype):
    """Products of factors near 1; and what the engine sums where a gradient was broadcast."""
    rng = np.random.default_rng(n)
    x = (1 + rng.normal(size=n) / n).astype(dtype)
    exact = np.prod(x.astype(np.longdouble))
    for t, axis in layouts(x):
        error = abs(np.asarray(fg.prod(t, axis=axis), dtype=np.longdouble).reshape(-1)[0] - exact)
        assert error <= n * np.finfo(dtype).eps / 2 * abs(exact) * min(1.0, 20 / math.sqrt(n) + 0.1)
    seed = rng.normal(size=n).astype(dtype)
    wide = seed.astype(np.longdouble)
    for shape in ((n, 1), (1, n)):
        one = fg.ones((1, 1), dtype=dtype, requires_grad=True)
        (one * fg.ones(shape, dtype=dtype)).backward(fg.tensor(seed.reshape(shape)))
        error = abs(np.longdouble(one.grad.item()) - wide.sum())
        assert error <= (40 + math.log2(n)) * np.finfo(dtype).eps / 2 * abs(wide).sum()


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["max", "min"])
def test_extremes_are_nan_wherever_one_stands(name, dtype):
    for n in (*range(1, 71), 1000, 1030):
        x = np.random.default_rng(n).normal(size=(n + 1, n)).astype(dtype)
        np.fill_diagonal(x, NAN)  # each line has one but the last, which has none
        exact = getattr(np, name)(x, axis=1)
        for t, axis in ((fg.tensor(x), 1), (fg.tensor(x.T.copy()), 0), (fg.tensor(np.stack([x, x])), 2)):
            got = getattr(fg, name)(t, axis=axis).numpy()
            np.testing.assert_array_equal(got[-1] if axis == 2 else got, exact, strict=True)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["sum", "max", "prod"])
def test_many_short_lines_are_right_at_every_length(name, dtype):
    """More of them than a cache holds, whose numbers no order rounds."""
    for n in range(1, 71):
        shape = (300_000 // n // n, n, n)
        numbers = [-1, 1] if name == "prod" else range(-100, 100)
        x = np.random.default_rng(n).choice(numbers, size=shape)
        t = fg.tensor(x.astype(dtype))
        for axis in (1, 2):
            exact = getattr(x, name)(axis=axis).astype(dtype)
            np.testing.assert_array_equal(getattr(fg, name)(t, axis=axis).numpy(), exact, strict=True)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("n", LENGTHS)
def test_running_sums_are_as_exact_along_every_axis(n, dtype):
    """The bound of src/kernels/reduce/reduce_scan.cpp: chains within blocks, and one over the blocks."""
    x = np.random.default_rng(n).normal(size=n).astype(dtype)
    wide = np.cumsum(x.astype(np.longdouble))
    steps = min(n, 520 + n / 512)
    bound = steps * np.finfo(dtype).eps / 2 * np.cumsum(abs(x.astype(np.longdouble)))
    for t, axis in layouts(x):
        if isinstance(axis, tuple):
            continue
        got = first_lines(fg.cumulative_sum(t, axis), axis, t.ndim)
        assert (abs(got - wide) <= bound).all(), (t.shape, axis)


@pytest.mark.parametrize("width", [1, 2, 15, 16, 17, 32, 33, 64, 1000, 1025])
@pytest.mark.parametrize("n", [1, 3, 8, 9, 63, 64, 65, 72, 511, 512, 513, 1030])
def test_running_sums_are_right_around_every_block(n, width):
    x = np.random.default_rng(0).integers(-100, 100, size=(2, n, width)).astype(np.float32)
    np.testing.assert_array_equal(fg.cumulative_sum(fg.tensor(x), 1).numpy(), np.cumsum(x, axis=1))
    longer = fg.cumulative_sum(fg.tensor(x), 1, include_initial=True).numpy()
    np.testing.assert_array_equal(longer[:, 1:], np.cumsum(x, axis=1))
    assert not longer[:, 0].any()


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("name", ["var", "std"])
def test_a_large_mean_costs_the_variance_nothing(name, dtype):
    """Against extended precision, where the mean's last place is a hundredth of the standard deviation and more."""
    rng = np.random.default_rng(0)
    offset, spread = (1e5, 1.0) if dtype == "float32" else (1e9, 1e-3)
    for n in (7, 1000, 30011):
        x = (offset + spread * rng.normal(size=n)).astype(dtype)
        exact = getattr(np, name)(x.astype(np.longdouble))
        limit = (40 + math.log2(n)) * np.finfo(dtype).eps / 2 * exact
        for t, axis in layouts(x):
            got = np.asarray(getattr(fg, name)(t, axis=axis), dtype=np.longdouble).reshape(-1)[0]
            assert abs(got - exact) <= limit, (n, t.shape)


def gradients(f, x):
    """By a plain backward pass, and by a recorded one."""
    return [fg.autograd.grad(f(x).sum(), x, create_graph=recorded)[0].detach().numpy() for recorded in (False, True)]


@pytest.mark.parametrize("largest", [True, False])
@pytest.mark.parametrize("kind", ["float32", "float64", "float16", "int64", "uint8", "bool", "nan"])
def test_topk_of_long_lines_is_the_beginning_of_their_stable_order(kind, largest):
    rng = np.random.default_rng(0)
    values = rng.integers(0, 40, (5, 600, 3))  # many are equal
    x = fg.tensor(values % 2 == 1 if kind == "bool" else values.astype("float32" if kind == "nan" else kind))
    if kind == "nan":
        x[0, 7:9, 0], x[1, :100, 1], x[2] = fg.nan, fg.nan, fg.nan
    order = fg.argsort(x, axis=1, descending=largest).numpy()
    for k in (0, 1, 10, 75, 76, 600):
        found, places = fg.topk(x, k, axis=1, largest=largest)
        np.testing.assert_array_equal(places.numpy(), order[:, :k])
        np.testing.assert_array_equal(found.numpy(), np.take_along_axis(x.numpy(), order[:, :k], 1))
        found, places = fg.topk(x, k, axis=1, largest=largest, sorted=False)
        np.testing.assert_array_equal(found.numpy(), np.take_along_axis(x.numpy(), places.numpy(), 1))
        np.testing.assert_array_equal(
            fg.sort(found, axis=1).numpy(), np.sort(np.take_along_axis(x.numpy(), order[:, :k], 1), axis=1)
        )


@pytest.mark.parametrize("largest", [True, False])
def test_topk_takes_the_first_of_equal_elements(largest):
    x = fg.tensor([[1.0, 2.0, 1.0, 2.0, 1.0], [3.0, 3.0, 3.0, 3.0, 3.0]], requires_grad=True)
    values, places = fg.topk(x, 2, largest=largest)
    assert places.tolist() == [[1, 3] if largest else [0, 2], [0, 1]]
    values.sum().backward()
    assert x.grad.tolist() == [
        [0.0, 1.0, 0.0, 1.0, 0.0] if largest else [1.0, 0.0, 1.0, 0.0, 0.0],
        [1.0, 1.0, 0.0, 0.0, 0.0],
    ]


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(
    "f", [fg.std, fg.var, lambda x, axis: fg.sqrt(fg.std(x, axis=axis))], ids=["std", "var", "root"]
)
@pytest.mark.parametrize(("n", "value"), [(1, 2.0), (3, 0.1), (1000, 1000.1), (4099, -7.77), (5, 0.0), (5, 1e-30)])
def test_the_spread_of_equal_values_has_no_gradient(f, n, value, dtype):
    """0, also where the mean of the values rounds, and whatever arrives there; their neighbours keep theirs."""
    x = np.full((n, 2), value, dtype)
    x[:, 1] += np.arange(n, dtype=dtype)
    for t, axis in ((fg.tensor(x), 0), (fg.tensor(x.T.copy()), 1)):
        t.requires_grad_(True)
        for got in gradients(lambda t, axis=axis: f(t, axis=axis), t):
            column = got if axis == 0 else got.T
            assert not column[:, 0].any()
            assert n == 1 or column[:, 1].any()
            assert np.isfinite(column).all()


def test_a_mask_in_a_rule_lets_no_infinity_through():
    """What lost, and what is 0 itself, gets exactly 0 also from an infinite gradient."""
    x = fg.tensor([[0.0, -1.0], [-2.0, 0.0]], requires_grad=True)
    for got in gradients(lambda x: fg.sqrt(fg.max(x, axis=1)), x):
        np.testing.assert_array_equal(got, [[INF, 0.0], [0.0, INF]])
    zeros = fg.zeros(2, 3, requires_grad=True)
    for got in gradients(lambda x: fg.sqrt(fg.norm(x, axis=1)), zeros):
        np.testing.assert_array_equal(got, 0.0)


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(
    "exponents",
    [
        (0.8, 0.8, -0.8, -0.8, 0.0),
        (-0.8, -0.8, 0.8, 0.8, 0.0),
        (0.8, -0.6, -0.6, 0.5),
        (0.5, 0.5, -0.2),
        (0.6, 0.6, 0.0),
        (None, 0.8, 0.8, -0.8),
        (None, None, 0.5),
        (-0.9, 0.8, 0.0, 0.7, -0.9),
        (0.4, -0.4) * 20,
    ],
)
def test_a_product_differentiates_where_parts_of_it_are_out_of_range(exponents, dtype):
    """The product of the others, if it is in range; None stands for a factor of 0."""
    largest = np.finfo(dtype).maxexp
    x = np.array([0.0 if e is None else math.ldexp(1.5, int(e * largest)) for e in exponents], dtype)
    with np.errstate(over="ignore", under="ignore"):
        want = np.array([np.prod(np.delete(x.astype(np.longdouble), i)) for i in range(len(x))]).astype(dtype)
    rows = np.stack([x, x[::-1]])
    for t, axis in ((fg.tensor(rows), 1), (fg.tensor(rows.T.copy()), 0)):
        t.requires_grad_(True)
        for got in gradients(lambda t, axis=axis: fg.prod(t, axis=axis), t):
            got = got if axis == 1 else got.T
            np.testing.assert_allclose(got, np.stack([want, want[::-1]]), rtol=len(x) * 2 * np.finfo(dtype).eps)


@pytest.mark.parametrize("zeros", [0, 1, 2])
def test_a_product_of_many_factors_has_first_and_second_derivatives(zeros):
    x = np.random.default_rng(zeros).uniform(0.5, 1.5, (3, 20))
    x[:, 4 : 4 + zeros] = 0.0
    t = fg.tensor(x, requires_grad=True)
    want = np.stack([np.prod(np.delete(x, i, axis=1), axis=1) for i in range(20)], axis=1)
    for got in gradients(lambda t: fg.prod(t, axis=1), t):
        np.testing.assert_allclose(got, want, rtol=1e-13)
    assert fg.autograd.gradcheck(lambda t: fg.autograd.grad(fg.prod(t, axis=1).sum(), t, create_graph=True)[0], (t,))


def test_a_product_out_of_the_middle_of_the_range_has_second_derivatives():
    x = fg.tensor(np.random.default_rng(0).normal(size=(2, 3, 4)), requires_grad=True)

    def f(x):
        return fg.prod(x * 1e-38, axis=(0, 2)) * 1e200 * 1e104

    assert fg.autograd.gradcheck(f, (x,))
    assert fg.autograd.gradcheck(lambda x: fg.autograd.grad(f(x).sum(), x, create_graph=True)[0], (x,))
