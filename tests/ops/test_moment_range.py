"""Standard deviations, variances and normalisations of numbers whose squares leave the range of their dtype."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad.nn.functional.normalization import batch_norm_activated, batch_norm_relu_max_pool2d

# Factors that are powers of 2, which round nothing: what is known of the plain numbers is known of these.
FACTORS = {
    "float32": (2.0**45, 2.0**66, 2.0**100, 2.0**125, 2.0**-45, 2.0**-60, 2.0**-100, 2.0**-115),
    "float64": (2.0**440, 2.0**520, 2.0**1021, 2.0**-440, 2.0**-500, 2.0**-900),
}
SCALES = [(dtype, factor) for dtype, factors in FACTORS.items() for factor in factors]
SHAPE = (6, 5, 4, 9)
LAYOUTS: dict[str, Callable[[np.ndarray], Any]] = {
    "contiguous": fg.tensor,
    "channels last": lambda a: fg.tensor(np.ascontiguousarray(a.transpose(0, 2, 3, 1))).permute(0, 3, 1, 2),
    "reversed order": lambda a: fg.tensor(np.ascontiguousarray(a.T)).permute(3, 2, 1, 0),
    "every other": lambda a: fg.tensor(np.repeat(a, 2, axis=3))[..., ::2],
    "backwards": lambda a: fg.flip(fg.tensor(np.ascontiguousarray(a[..., ::-1])), 3),
}
ORDERS = pytest.mark.parametrize("recorded", [False, True], ids=["plain", "recorded"])


def numbers(dtype: str, shape: tuple[int, ...] = SHAPE, seed: int = 0) -> np.ndarray:
    return np.random.RandomState(seed).uniform(-1.5, 2.0, shape).astype(dtype)


def times(values: np.ndarray, factor: float) -> np.ndarray:
    return values * np.asarray(factor, dtype=values.dtype)


def leaf(values: np.ndarray, layout: str = "contiguous") -> fg.Tensor:
    x = LAYOUTS[layout](values).detach()
    x.requires_grad_(True)
    return x


def assert_scaled(got: fg.Tensor, plain: fg.Tensor, factor: float, power: int, ulps: int = 64) -> None:
    """got is plain times the factor's power, where that is in range."""
    dtype = plain.numpy().dtype
    limits = np.finfo(dtype)
    with np.errstate(over="ignore", under="ignore"):
        want = (plain.numpy().astype(np.longdouble) * np.longdouble(factor) ** power).astype(dtype)
    tolerance = ulps * limits.eps * np.max(np.abs(want), initial=0, where=np.isfinite(want)) + limits.smallest_subnormal
    np.testing.assert_allclose(got.numpy(), want, rtol=0, atol=min(float(tolerance), float(limits.max)))


@ORDERS
@pytest.mark.parametrize("correction", [0, 1])
@pytest.mark.parametrize("axis", [None, 0, 1, 3, (2, 3), (0, 2, 3), (0, 1)], ids=str)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("name", ["std", "var"])
def test_spreads_and_their_gradients_grow_with_the_numbers(name, layout, axis, correction, recorded):
    power = {"std": 1, "var": 2}[name]
    for dtype, factor in SCALES:
        values = numbers(dtype)
        x, plain = leaf(times(values, factor), layout), leaf(values, layout)
        got, want = (getattr(fg, name)(t, axis=axis, correction=correction) for t in (x, plain))
        assert_scaled(got.detach(), want.detach(), factor, power)
        start = fg.tensor(np.random.RandomState(1).uniform(0.5, 1.5, want.shape)).astype(want.dtype)
        (g,) = fg.autograd.grad(got, x, start, create_graph=recorded)
        (h,) = fg.autograd.grad(want, plain, start, create_graph=recorded)
        assert_scaled(g.detach(), h.detach(), factor, power - 1)


@pytest.mark.parametrize(("dtype", "factor"), SCALES)
@pytest.mark.parametrize("shape", [(3, 70_000), (70_000, 3), (40, 3, 700)], ids=str)
def test_spreads_of_long_lines(dtype, factor, shape):
    values = numbers(dtype, shape)
    for axis in [None, *range(len(shape))]:
        got, want = (fg.std(fg.tensor(v), axis=axis) for v in (times(values, factor), values))
        assert_scaled(got, want, factor, 1)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_lines_of_any_size_stand_beside_each_other(dtype):
    limits = np.finfo(dtype)
    big, tiny = limits.max, limits.smallest_subnormal
    lines = {
        (0.0, 0.0): 0.0,
        (big, big): 0.0,
        (tiny, tiny): 0.0,
        (big, -big): big,
        (big, 0.0): big / 2,
        (2 * tiny, 0.0): tiny,
        (1.0, 3.0): 1.0,
        (np.inf, 1.0): np.nan,
        (-np.inf, np.inf): np.nan,
        (np.nan, 1.0): np.nan,
    }
    x = np.array(list(lines), dtype=dtype)
    for values, axis in ((x, 1), (np.ascontiguousarray(x.T), 0)):
        np.testing.assert_array_equal(fg.std(fg.tensor(values), axis=axis).numpy(), list(lines.values()))
    assert np.isnan(fg.std(fg.tensor([big]), correction=1).item())


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_gradient_of_a_spread_over_the_whole_range(dtype):
    big = np.finfo(dtype).max
    x = leaf(np.array([big, -big, -big], dtype=dtype))
    plain = leaf(np.array([1.0, -1.0, -1.0], dtype=dtype))
    for t in (x, plain):
        fg.std(t).backward()
    np.testing.assert_allclose(x.grad.numpy(), plain.grad.numpy(), rtol=1e-6)


def batch_norm(x: fg.Tensor, *parameters: fg.Tensor, eps: float) -> fg.Tensor:
    return fg.nn.functional.batch_norm(x, None, None, *parameters, training=True, eps=eps)


def batch_norm_relu(x: fg.Tensor, *parameters: fg.Tensor, eps: float) -> fg.Tensor:
    weight, bias = parameters or (None, None)
    return batch_norm_activated(x, None, None, weight, bias, True, 0.1, eps, "relu")


def batch_norm_pooled(x: fg.Tensor, *parameters: fg.Tensor, eps: float) -> fg.Tensor:
    weight, bias = parameters or (None, None)
    return batch_norm_relu_max_pool2d(x, None, None, weight, bias, True, 0.1, eps, 2)


def layer_norm(x: fg.Tensor, *parameters: fg.Tensor, eps: float) -> fg.Tensor:
    return fg.nn.functional.layer_norm(x, parameters[0].shape, *parameters, eps=eps)


NORMS = [
    (batch_norm, (5,)),
    (batch_norm_relu, (5,)),
    (batch_norm_pooled, (5,)),
    (layer_norm, (9,)),
    (layer_norm, (4, 9)),
    (layer_norm, (5, 4, 9)),
]


@ORDERS
@pytest.mark.parametrize("part", [0.0, 0.3], ids=["no eps", "eps"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("norm", "parameters"), NORMS, ids=lambda v: getattr(v, "__name__", str(v)))
def test_normalised_numbers_do_not_depend_on_their_size(norm, parameters, layout, part, recorded):
    """eps is `part` of the square of the numbers' size."""
    for dtype, factor in SCALES:
        values = numbers(dtype)
        eps = part * factor * factor
        if part and not 0 < eps < np.inf:
            continue
        found = []
        for v, e in ((times(values, factor), eps), (values, part)):
            x = leaf(v, layout)
            weight, bias = (leaf(numbers(dtype, parameters, seed)) for seed in (1, 2))
            out = norm(x, weight, bias, eps=e)
            start = fg.tensor(np.random.RandomState(3).uniform(0.5, 1.5, out.shape)).astype(out.dtype)
            found.append([out, *fg.autograd.grad(out, [x, weight, bias], start, create_graph=recorded)])
        for got, want, power in zip(*found, (0, -1, 0, 0), strict=True):
            assert_scaled(got.detach(), want.detach(), factor, power)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("norm", [batch_norm, batch_norm_relu, layer_norm])
def test_plain_and_recorded_gradients_agree_where_sizes_are_mixed(norm, dtype):
    """Channels, and lines, of every size beside each other, with the usual eps; constant and zero ones, too."""
    sizes = np.array([0.0, 1.0, 1.0, *FACTORS[dtype]], dtype=dtype)
    values = numbers(dtype, (len(sizes), 7, 12))
    values[1] = 1.0
    values *= sizes[:, None, None]
    parameters = (12,)
    if norm is not layer_norm:
        values, parameters = values.swapaxes(0, 1).copy(), sizes.shape
    line = 0 if norm is layer_norm else 1
    found = []
    for recorded in (False, True):
        x = leaf(values)
        weight, bias = (leaf(numbers(dtype, parameters, seed)) for seed in (1, 2))
        out = norm(x, weight, bias, eps=1e-5)
        assert np.isfinite(out.detach().numpy()).all()
        start = fg.tensor(np.random.RandomState(3).uniform(0.5, 1.5, out.shape)).astype(out.dtype)
        grads = fg.autograd.grad(out, [x, weight, bias], start, create_graph=recorded)
        found.append([g.detach().numpy() for g in grads])
    for which, (plain, again) in enumerate(zip(*found, strict=True)):
        assert np.isfinite(plain).all()
        over = tuple(i for i in range(plain.ndim) if which > 0 or i != line)
        size = np.abs(plain).max(axis=over, keepdims=True)
        assert (np.abs(plain - again) <= 128 * np.finfo(dtype).eps * size + np.finfo(dtype).tiny).all()


@pytest.mark.parametrize(("dtype", "factor"), SCALES)
def test_running_statistics_are_of_the_numbers_as_they_are(dtype, factor):
    values = numbers(dtype)
    found = []
    for v in (times(values, factor), values):
        mean, var = fg.zeros(5, dtype=dtype), fg.zeros(5, dtype=dtype)
        fg.nn.functional.batch_norm(fg.tensor(v), mean, var, training=True, momentum=1.0, eps=0.0)
        found.append((mean, var))
    for got, want, power in zip(*found, (1, 2), strict=True):
        assert_scaled(got, want, factor, power)


@pytest.mark.parametrize("norm", [batch_norm, layer_norm])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_the_ends_of_the_range_are_normalised(norm, dtype):
    big = np.finfo(dtype).max
    values = np.array([[[big, -big, -big, big]] * 2, [[big, big, big, -big]] * 2], dtype=dtype)
    parameters = (4,) if norm is layer_norm else (2,)
    found = [
        norm(fg.tensor(v), fg.ones(*parameters, dtype=dtype), fg.zeros(*parameters, dtype=dtype), eps=0.0)
        for v in (values, np.sign(values))
    ]
    assert_scaled(*found, 1.0, 1)


@pytest.mark.parametrize("norm", [batch_norm, layer_norm])
@pytest.mark.parametrize("bad", [np.inf, -np.inf, np.nan])
def test_what_is_not_finite_stays_in_its_channel_or_line(norm, bad):
    values = np.full((2, 3, 4), 1e30, dtype=np.float32) * numbers("float32", (2, 3, 4))
    values[0, 1, 2] = bad
    parameters = (4,) if norm is layer_norm else (3,)
    out = norm(fg.tensor(values), fg.ones(*parameters), fg.zeros(*parameters), eps=1e-5).numpy()
    hit = np.zeros(values.shape, dtype=bool)
    hit[(0, 1) if norm is layer_norm else (slice(None), 1)] = True
    assert np.isfinite(out[~hit]).all()
    assert np.isnan(out[hit]).any()
