"""Elementwise operations on float16 and bfloat16: computed in float32, the result rounded once."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg

from .entry import Op, Sample
from .table_elementwise import OPS

NARROW = (fg.float16, fg.bfloat16)
FLOATING = [pytest.param(op, id=op.name) for op in OPS if "float32" in op.dtypes]
DIFFERENTIABLE = [pytest.param(op, id=op.name) for op in OPS if "float32" in op.dtypes and op.no_gradient is None]
EPSILON = {fg.float16: 2.0**-11, fg.bfloat16: 2.0**-8}
COMPARISONS = ("equal", "not_equal", "less", "less_equal", "greater", "greater_equal")


def as_numpy(t: fg.Tensor) -> np.ndarray:
    return (t if t.dtype in (fg.bool_, fg.float32) else t.astype(fg.float32)).numpy()


def rounded(sample: Sample, dtype) -> tuple[Sample, Sample]:
    """The sample in this dtype, and the same numbers in float32."""
    narrow = sample.map(lambda a: fg.tensor(a).astype(dtype) if isinstance(a, np.ndarray) else fg.tensor(a.array))
    wide = sample.map(lambda a: fg.tensor(a).astype(dtype).float() if isinstance(a, np.ndarray) else fg.tensor(a.array))
    return narrow, wide


@pytest.mark.parametrize("dtype", NARROW, ids=str)
@pytest.mark.parametrize("op", FLOATING)
def test_results_are_those_of_float32_rounded(op: Op, dtype):
    for sample in op.draw("float32") + op.draw_sizes("float32"):
        narrow, wide = rounded(sample, dtype)
        if op.name in COMPARISONS:  # a number that is compared is rounded first
            wide = Sample(*(as_numpy(fg.tensor(a).astype(dtype)) if isinstance(a, float) else a for a in wide.args))
        got, want = op(narrow), op(wide)
        assert got.dtype is (dtype if want.dtype is fg.float32 else want.dtype)
        np.testing.assert_array_equal(as_numpy(got), as_numpy(want.astype(got.dtype)))


@pytest.mark.parametrize("dtype", NARROW, ids=str)
@pytest.mark.parametrize("op", DIFFERENTIABLE)
@pytest.mark.parametrize("create_graph", [False, True])
def test_gradients_are_narrow_and_those_of_float32_to_their_precision(op: Op, dtype, create_graph):
    for sample in op.draw("float32"):
        found = []
        for given in rounded(sample, dtype):
            inputs = [a.requires_grad_(True) for a in (*given.args, *given.kwargs.values()) if is_differentiable(a)]
            result = op(given)
            gradients = fg.autograd.grad(result, inputs, fg.ones_like(result), create_graph=create_graph)
            assert all(g.dtype is a.dtype and g.shape == a.shape for g, a in zip(gradients, inputs, strict=True))
            found.append([as_numpy(g.detach()) for g in gradients])
        for got, want in zip(*found, strict=True):
            terms = max(1, result.numel() // max(1, want.size))
            scale = 1 + np.abs(want)
            assert np.all(np.abs(got - want) <= 24 * terms * EPSILON[dtype] * scale)


def is_differentiable(a) -> bool:
    return isinstance(a, fg.Tensor) and a.dtype in (*NARROW, fg.float32)


NAMES = ("strided", "transposed", "broadcast", "reversed")


@pytest.mark.parametrize("dtype", NARROW, ids=str)
@pytest.mark.parametrize("layout", NAMES)
def test_any_layout(dtype, layout):
    x = fg.linspace(-3, 3, 60 * 70).reshape(60, 70).astype(dtype)
    x = {"strided": x[::2, ::3], "transposed": x.T, "broadcast": x[:1].expand(60, 70), "reversed": fg.flip(x)}[layout]
    np.testing.assert_array_equal(as_numpy(fg.exp(x)), as_numpy(fg.exp(x.float()).astype(dtype)))
    np.testing.assert_array_equal(as_numpy(x * x[0]), as_numpy((x.float() * x[0].float()).astype(dtype)))
    np.testing.assert_array_equal(as_numpy(x < x[0]), as_numpy(x.float() < x[0].float()))


PROMOTIONS = [
    (fg.float16, fg.bfloat16, fg.float32),
    (fg.bfloat16, fg.float32, fg.float32),
    (fg.float16, fg.float64, fg.float64),
    (fg.bfloat16, fg.int64, fg.bfloat16),
    (fg.uint8, fg.float16, fg.float16),
    (fg.bool_, fg.bfloat16, fg.bfloat16),
]


@pytest.mark.parametrize(("a", "b", "result"), PROMOTIONS, ids=str)
def test_promotion(a, b, result):
    x, y = fg.tensor([1, 0, 1]).astype(a), fg.tensor([[3], [300]]).astype(b)
    for op in (fg.add, fg.multiply, fg.divide, fg.maximum, fg.hypot):
        got = op(x, y)
        wide = fg.float64 if result is fg.float64 else fg.float32
        assert got.dtype is result
        np.testing.assert_array_equal(as_numpy(got), as_numpy(op(x.astype(wide), y.astype(wide)).astype(result)))
    assert (x < y).dtype is fg.bool_
    np.testing.assert_array_equal(as_numpy(x < y), as_numpy(x.double() < y.double()))


@pytest.mark.parametrize("dtype", NARROW, ids=str)
def test_a_number_is_taken_as_float32_and_compared_as_the_tensors_dtype(dtype):
    x = fg.linspace(-2, 2, 33).astype(dtype)
    wide = x.float()
    for got, want in [
        (x * 0.1, wide * 0.1),
        (1 / x, 1 / wide),
        (x + 1, wide + 1),
        (x**2, wide**2),
        (2.0**x, 2.0**wide),
    ]:
        assert got.dtype is dtype
        np.testing.assert_array_equal(as_numpy(got), as_numpy(want.astype(dtype)))
    assert bool(fg.all(fg.tensor([0.1]).astype(dtype) == 0.1))


@pytest.mark.parametrize("dtype", NARROW, ids=str)
def test_in_place_keeps_the_dtype(dtype):
    x, y = fg.linspace(1, 2, 1000).astype(dtype), fg.linspace(3, 4, 1000)
    want = ((x.float() + y).astype(dtype).float() * 3).astype(dtype)
    memory = x
    x += y
    x *= 3
    x.exp_()
    assert x is memory
    assert x.dtype is dtype
    np.testing.assert_array_equal(as_numpy(x), as_numpy(fg.exp(want.float()).astype(dtype)))
    x += fg.flip(x)
    assert x.dtype is dtype


def test_float16_is_numpys():
    random = np.random.RandomState(0)
    a, b = random.uniform(-2, 2, (2, 500)).astype(np.float16)
    x, y = fg.tensor(a), fg.tensor(b)
    for ours, theirs in [
        (fg.add, np.add),
        (fg.multiply, np.multiply),
        (fg.divide, np.divide),
        (fg.maximum, np.maximum),
    ]:
        np.testing.assert_array_equal(ours(x, y).numpy(), theirs(a, b))
    np.testing.assert_array_equal((x * 2.0 + 1).numpy(), a * 2.0 + 1)
    np.testing.assert_array_equal(fg.clip(x, -1, 1).numpy(), np.clip(a, -1, 1))


def test_bfloat16_is_pytorchs():
    torch = pytest.importorskip("torch")
    a, b = torch.linspace(-2, 2, 1000).reshape(2, 500).bfloat16()
    x, y = (fg.from_dlpack(t) for t in (a, b))
    pairs = [
        (x + y, a + b),
        (x * y, a * b),
        (x / y, a / b),
        (x * 0.1, a * 0.1),
        (fg.maximum(x, y), torch.maximum(a, b)),
        (fg.relu(x), torch.relu(a)),
        (fg.sqrt(fg.abs(x)), torch.sqrt(torch.abs(a))),
        (fg.where(x > y, x, y), torch.where(a > b, a, b)),
        (fg.clip(x, -0.3, 0.3), torch.clip(a, -0.3, 0.3)),
        (x == y, a == b),
    ]
    for ours, theirs in pairs:
        np.testing.assert_array_equal(as_numpy(ours), theirs.float().numpy() if theirs.is_floating_point() else theirs)


@pytest.mark.parametrize("dtype", NARROW, ids=str)
def test_integers_alone_are_still_refused(dtype):
    with pytest.raises(TypeError, match=r"bitwise_and is not defined on .*float16; it takes integers and bool"):
        fg.ones(3, dtype=dtype) & 1


@pytest.mark.parametrize("dtype", NARROW, ids=str)
@pytest.mark.parametrize("shape", [(3,), (700,), (2, 5), (3, 700)], ids=str)
def test_an_operand_repeated_along_all_its_axes_is_read_once_for_each_result(dtype, shape):
    for name in ("exp", "negative", "square", "isnan"):
        x = fg.full((), 1.5, dtype=dtype)
        got = getattr(fg, name)(fg.broadcast_to(x, shape))
        want = getattr(fg, name)(x.float()).astype(got.dtype)
        np.testing.assert_array_equal(as_numpy(got), np.broadcast_to(as_numpy(want), shape))


@pytest.mark.parametrize("dtype", NARROW, ids=str)
@pytest.mark.parametrize(
    "f",
    [
        lambda x: fg.nn.functional.gelu(x, approximate="tanh"),
        lambda x: fg.nn.functional.softplus(x, beta=5.0),
        fg.nn.functional.tanhshrink,
    ],
    ids=["gelu", "softplus", "tanhshrink"],
)
def test_functions_whose_parts_nearly_cancel_are_computed_in_float32_with_their_gradients(f, dtype):
    x = fg.linspace(-4.0, 4.0, 257).astype(dtype)
    narrow, wide = x.clone().requires_grad_(True), x.float().requires_grad_(True)
    got, want = f(narrow), f(wide)
    assert got.dtype is dtype
    np.testing.assert_array_equal(as_numpy(got.detach()), as_numpy(want.detach().astype(dtype)))
    (g,), (h,) = fg.autograd.grad(got.sum(), narrow), fg.autograd.grad(want.sum(), wide)
    np.testing.assert_array_equal(as_numpy(g), as_numpy(h.astype(dtype)))
