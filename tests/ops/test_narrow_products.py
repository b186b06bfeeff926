"""Products of narrow floats: what float32 gives, rounded once; gradients likewise."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F

NARROW = [fg.float16, fg.bfloat16]


def assert_same_bits(a: fg.Tensor, b: fg.Tensor) -> None:
    assert a.dtype == b.dtype
    np.testing.assert_array_equal(a.detach().to(fg.float32).numpy(), b.detach().to(fg.float32).numpy())


def drawn(*shape: int, dtype: Any) -> fg.Tensor:
    return fg.randn(*shape).astype(dtype)


def wide(x: fg.Tensor) -> fg.Tensor:
    return x.detach().astype(fg.float32)


SHAPES = [
    ((3, 4), (4, 5)),
    ((4,), (4, 5)),
    ((3, 4), (4,)),
    ((4,), (4,)),
    ((2, 1, 3, 4), (5, 4, 2)),
    ((40, 300), (300, 20)),
]


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize(("left", "right"), SHAPES)
def test_a_product_is_float32s_rounded_once(left, right, dtype):
    fg.manual_seed(0)
    a, b = drawn(*left, dtype=dtype).requires_grad_(), drawn(*right, dtype=dtype).requires_grad_()
    p, q = wide(a).requires_grad_(), wide(b).requires_grad_()
    out, expected = a @ b, p @ q
    assert_same_bits(out, expected.astype(dtype))
    g = drawn(*out.shape, dtype=dtype) if out.ndim else fg.tensor(1.5, dtype=dtype)
    # sums over broadcast batches, which round once more, are other operations'
    if len(left) <= 2:
        for narrow, exact in zip(
            fg.autograd.grad(out, [a, b], g), fg.autograd.grad(expected, [p, q], wide(g)), strict=True
        ):
            assert_same_bits(narrow, exact.astype(dtype))


@pytest.mark.parametrize("dtype", NARROW)
def test_transposed_and_strided_operands_are_read_as_they_lie(dtype):
    fg.manual_seed(0)
    a, b = drawn(6, 5, dtype=dtype), drawn(7, 10, dtype=dtype)
    assert_same_bits(a @ b.mT[::2], (wide(a) @ wide(b).mT[::2]).astype(dtype))


def test_dtypes_are_promoted():
    half, brain, single = (fg.ones(2, 2, dtype=d) for d in (fg.float16, fg.bfloat16, fg.float32))
    assert (half @ brain).dtype == fg.float32
    assert (half @ single).dtype == fg.float32
    assert (brain @ fg.ones(2, 2, dtype=fg.int64)).dtype == fg.bfloat16


@pytest.mark.parametrize("dtype", NARROW)
def test_a_linear_layer_is_float32s_rounded_once(dtype):
    fg.manual_seed(0)
    x, w, b = drawn(3, 4, dtype=dtype), drawn(5, 4, dtype=dtype), drawn(5, dtype=dtype)
    assert_same_bits(F.linear(x, w, b), F.linear(wide(x), wide(w), wide(b)).astype(dtype))


@pytest.mark.parametrize("dtype", NARROW)
@pytest.mark.parametrize("options", [{}, {"padding": 1, "stride": 2}, {"groups": 2}])
def test_a_convolution_is_float32s_rounded_once(dtype, options):
    fg.manual_seed(0)
    operands = [
        drawn(2, 4, 6, 6, dtype=dtype),
        drawn(6, 4 // options.get("groups", 1), 3, 3, dtype=dtype),
        drawn(6, dtype=dtype),
    ]
    narrow = [t.requires_grad_() for t in operands]
    exact = [wide(t).requires_grad_() for t in operands]
    out, expected = F.conv2d(*narrow, **options), F.conv2d(*exact, **options)
    assert_same_bits(out, expected.astype(dtype))
    g = drawn(*out.shape, dtype=dtype)
    for a, b in zip(fg.autograd.grad(out, narrow, g), fg.autograd.grad(expected, exact, wide(g)), strict=True):
        assert_same_bits(a, b.astype(dtype))


@pytest.mark.parametrize("dtype", NARROW)
def test_layers_in_a_row_round_between_them(dtype):
    fg.manual_seed(0)
    x = drawn(3, 4, dtype=dtype)
    for activation in (nn.ReLU(), nn.Tanh(), nn.GELU()):
        net = nn.Sequential(nn.Linear(4, 5, dtype=dtype), activation)
        with fg.no_grad():
            assert_same_bits(net(x), net[1](net[0](x)))
