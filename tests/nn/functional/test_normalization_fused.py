"""Batch normalisation with what follows it in the same pass: the bits of the separate operations, and of gradients."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import _core
from fastgrad.autograd import gradcheck, gradgradcheck
from fastgrad.nn.functional.normalization import batch_norm_activated, batch_norm_pools, batch_norm_relu_max_pool2d

F = fg.nn.functional

# Below, at and above vectors' widths; more than one chunk of the sums in both layouts.
SHAPES = [(4, 3), (3, 5, 7), (2, 16, 4, 4), (3, 37, 5, 7), (2, 3, 9, 31), (1, 70, 2, 3), (2, 1, 8, 8), (9, 4, 11, 20)]


def laid_out(values: np.ndarray, channels_last: bool) -> fg.Tensor:
    """A tensor of these values, its channels innermost in memory if so asked."""
    if channels_last and values.ndim > 2:
        return fg.moveaxis(fg.tensor(np.ascontiguousarray(np.moveaxis(values, 1, -1))), -1, 1)
    return fg.tensor(values)


def sample(shape: tuple[int, ...], dtype: str, rare: bool) -> dict[str, np.ndarray]:
    """An input, what it is normalised with and a gradient, with the values that ReLU must take care of."""
    rng = np.random.default_rng(shape)
    channels = shape[1]
    x, g = rng.normal(1.0, 2.0, shape), rng.normal(size=shape)
    x.flat[3::11] = x.flat[2]  # ties
    g.flat[::5] = -0.0
    weight, bias = rng.normal(size=channels), rng.normal(size=channels)
    mean, var = rng.normal(size=channels), rng.uniform(0.5, 2.0, channels)
    weight[-1] = 0.0
    mean[0], bias[0], x[0, 0] = 0.0, -0.0, -0.0  # zeros of both signs
    if rare:
        weight[channels // 2] = np.nan
        x[0, channels // 3].flat[0], x[-1, channels // 3].flat[-1] = np.inf, np.nan
    values = {"x": x, "g": g, "weight": weight, "bias": bias, "mean": mean, "var": var}
    return {name: v.astype(dtype) for name, v in values.items()}


def results(
    f: Any, values: dict[str, np.ndarray], channels_last: bool, affine: bool, training: bool
) -> list[fg.Tensor]:
    """The result, running statistics and gradients, the second time such as can be differentiated again."""
    found: list[fg.Tensor] = []
    for create_graph in (False, True):
        x = laid_out(values["x"], channels_last).requires_grad_()
        w, b = (fg.tensor(values[k], requires_grad=True) if affine else None for k in ("weight", "bias"))
        running = [fg.tensor(values[k]) for k in ("mean", "var")]
        out = f(x, w, b, *running, training=training)
        g = laid_out(np.resize(values["g"], out.shape), channels_last)
        wanted = [t for t in (x, w, b) if t is not None]
        found += [out, *running, *fg.autograd.grad(out, wanted, g, create_graph=create_graph)]
    return found


def assert_same_bits(fused: list[fg.Tensor], separate: list[fg.Tensor]) -> None:
    assert len(fused) == len(separate)
    for a, b in zip(fused, separate, strict=True):
        p, q = a.detach().numpy(), b.detach().numpy()
        np.testing.assert_array_equal(p, q)
        np.testing.assert_array_equal(np.signbit(p) & (p == p), np.signbit(q) & (q == q))
        assert p.shape == q.shape
        assert all(v == w for v, w, n in zip(p.strides, q.strides, p.shape, strict=True) if n > 1)


def with_relu(x, w, b, mean, var, training):
    return batch_norm_activated(x, mean, var, w, b, training, 0.1, 1e-5, "relu")


def then_pool(x, kernel, w, b, mean, var, training):
    return batch_norm_relu_max_pool2d(x, mean, var, w, b, training, 0.1, 1e-5, kernel)


def then_relu(x, w, b, mean, var, training):
    return F.relu(F.batch_norm(x, mean, var, w, b, training))


@pytest.mark.parametrize("rare", [False, True])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_relu_in_the_same_pass_gives_the_separate_operations_bits(dtype, training, rare, threads):
    for shape in SHAPES:
        values = sample(shape, dtype, rare)
        for channels_last, affine in ((False, True), (True, True), (True, False)):
            case = values, channels_last, affine, training
            assert_same_bits(results(with_relu, *case), results(then_relu, *case))


# (kernel, shape): widths of all kinds, pixels in no window, windows of 255 elements, planes of two chunks.
POOLED = [
    ((2, 2), (2, 16, 4, 4)),
    ((2, 2), (3, 37, 7, 5)),
    ((2, 2), (2, 3, 9, 67)),
    ((2, 2), (1, 70, 2, 3)),
    ((2, 2), (2, 1, 8, 8)),
    ((2, 2), (9, 4, 11, 20)),
    ((2, 2), (1, 2, 130, 131)),
    ((3, 2), (2, 18, 10, 36)),
    ((1, 3), (2, 33, 3, 7)),
    ((4, 4), (5, 6, 4, 19)),
    ((3, 85), (1, 3, 7, 171)),
]


@pytest.mark.parametrize("rare", [False, True])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_pooling_in_the_same_pass_gives_the_separate_operations_bits(dtype, training, rare, threads):
    for kernel, shape in POOLED:

        def fused(x, w, b, mean, var, training, k=kernel):
            assert batch_norm_pools(x, k, k)
            return then_pool(x, k, w, b, mean, var, training)

        def separate(x, w, b, mean, var, training, k=kernel):
            return F.max_pool2d(then_relu(x, w, b, mean, var, training), k, k)

        values = sample(shape, dtype, rare)
        for channels_last, affine in ((False, True), (True, True), (True, False)):
            case = values, channels_last, affine, training
            assert_same_bits(results(fused, *case), results(separate, *case))


def test_only_windows_side_by_side_are_pooled_in_the_same_pass():
    x = fg.randn(2, 3, 8, 20)
    assert batch_norm_pools(x, (2, 2), (2, 2))
    assert batch_norm_pools(fg.zeros(0, 3, 8, 20), (8, 20), (8, 20))
    empty = fg.zeros(0, 3, 8, 20, requires_grad=True)
    out = then_pool(empty, (8, 2), None, None, fg.zeros(3), fg.ones(3), False)
    assert out.shape == (0, 3, 1, 10)
    out.sum().backward()
    assert empty.grad.shape == empty.shape
    for refused in (
        ((2, 2), (1, 2)),
        ((2, 2), (2, 2), (1, 1)),
        ((2, 2), (2, 2), (0, 0), (1, 2)),
        ((2, 2), (2, 2), (0, 0), (1, 1), True),
    ):
        assert not batch_norm_pools(x, *refused)
    with pytest.raises(ValueError, match=r"kernel_size must be at least 1, got \(0, 2\)"):
        batch_norm_pools(x, (0, 2), 2)
    for size in ((1, 1), (9, 1), (1, 21)):
        assert not batch_norm_pools(x, size, size)
        with pytest.raises(ValueError, match=r"batch_norm: cannot pool input of shape \(2, 3, 8, 20\) over windows of"):
            then_pool(x, size, None, None, None, None, True)
    for other in (fg.randn(2, 3, 8), fg.zeros(2, 3, 8, 8, dtype=fg.int64), 1.0):
        assert not batch_norm_pools(other, (2, 2), (2, 2))
    assert not batch_norm_pools(fg.randn(1, 1, 16, 16), (16, 16), (16, 16))


LEVELS = [level for level in _core.config()["levels"].split(", ") if level <= _core.config()["cpu"]]


@pytest.mark.parametrize("level", LEVELS)
def test_bits_are_the_same_with_the_kernels_of_each_level(level, tmp_path):
    command = [
        sys.executable,
        "-m",
        "pytest",
        "-q",
        "-p",
        "no:cacheprovider",
        str(Path(__file__)),
        "-k",
        "same_pass and alone",
    ]
    environment = {**os.environ, "FASTGRAD_CPU": level}
    done = subprocess.run(command, env=environment, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    assert done.returncode == 0, done.stdout[-3000:]


def test_a_hidden_gradient_is_overwritten_and_a_seen_one_stays():
    values = sample((3, 8, 5, 4), "float32", rare=False)
    seen = fg.tensor(values["g"])
    grads = []
    for use in (lambda out: out.backward(seen), lambda out: (out * 1.0).backward(seen)):
        x = fg.tensor(values["x"], requires_grad=True)
        use(with_relu(x, None, None, None, None, True))
        np.testing.assert_array_equal(seen.numpy(), values["g"])
        grads.append(x.grad)
    assert_same_bits(grads[:1], grads[1:])


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("pool", [False, True])
def test_derivatives_of_fused_normalisation(training, pool):
    rng = np.random.default_rng(1)
    x, w, b = (fg.tensor(rng.normal(size=s), requires_grad=True) for s in ((3, 2, 4, 4), (2,), (2,)))
    mean, var = fg.tensor(rng.normal(size=2)), fg.tensor(rng.uniform(0.5, 2.0, 2))

    def f(x, w, b):
        if pool:
            return then_pool(x, (2, 2), w, b, mean.clone(), var.clone(), training)
        return with_relu(x, w, b, mean.clone(), var.clone(), training)

    assert gradcheck(f, (x, w, b))
    assert gradgradcheck(f, (x, w, b))


def test_what_the_gradient_needs_must_not_change():
    x, b = fg.randn(4, 3, 2, 2).requires_grad_(), fg.randn(3).requires_grad_()
    values, grads = fg.randn(3), []
    for change in (False, True):
        with fg.no_grad():
            b.copy_(values)
        out = with_relu(x, None, b, None, None, True)
        if change:  # neither is needed
            with fg.no_grad():
                out.fill_(1.0)
                b.fill_(-9.0)
        grads.append(fg.autograd.grad(out, (x, b), fg.ones(4, 3, 2, 2)))
    assert_same_bits(*map(list, grads))
    out = with_relu(x, None, None, None, None, True).sum()
    with fg.no_grad():
        x.fill_(0.0)
    with pytest.raises(RuntimeError, match=r"batch_norm: a tensor of shape .* was modified in place"):
        out.backward()


def test_an_unknown_activation_is_refused():
    running = fg.zeros(3)
    with pytest.raises(ValueError, match=r"batch_norm: activation must be None, 'relu', .* or 'gelu', got 'elu'"):
        batch_norm_activated(fg.randn(2, 3), running, fg.ones(3), None, None, True, 0.1, 1e-5, "elu")
    assert running.tolist() == [0.0] * 3
