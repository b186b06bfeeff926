"""Derivatives: first and second against finite differences in float64, and float32 gradients against float64 ones."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

import fastgrad as fg

from .check import LAYOUTS, unit
from .entry import FLOATS, INTEGERS, NoGradient, Op, Sample, outputs, tensors, with_dtype
from .table import BY_NAME, OPS

DIFFERENTIABLE = [pytest.param(op, id=op.name) for op in OPS if op.no_gradient is None]
TO_NARROWER = {"Tensor.float": "float32", "Tensor.half": "float16", "Tensor.bfloat16": "float64"}
NOT = [
    pytest.param(op, id=op.name)
    for op in OPS
    if op.no_gradient not in (None, NoGradient.NARROWER) and "float32" in op.dtypes
]


def differentiable(
    sample: Sample, layout: Callable[[np.ndarray], np.ndarray] | None = None
) -> tuple[Sample, list[fg.Tensor]]:
    """The sample with tensors, and those of them that require gradients, in order."""
    given = tensors(sample, requires_grad=True, layout=layout)
    found: list[fg.Tensor] = []

    def collect(value):
        if isinstance(value, fg.Tensor) and value.requires_grad:
            found.append(value)
        elif isinstance(value, (list, tuple)):
            for v in value:
                collect(v)

    for value in (*given.args, *given.kwargs.values()):
        collect(value)
    return given, found


def filled(value, replacements):
    """A value in which the tensors that require gradients are replaced by the next ones."""
    if isinstance(value, fg.Tensor):
        return next(replacements) if value.requires_grad else value.clone()
    if isinstance(value, (list, tuple)) and any(isinstance(v, (fg.Tensor, list, tuple)) for v in value):
        return type(value)(filled(v, replacements) for v in value)
    return value


def as_function(op: Op, given: Sample):
    """The operation as a function of the tensors that require gradients, and of nothing that it changes."""

    def function(*inputs):
        replacements = iter(inputs)
        args = [filled(a, replacements) for a in given.args]
        kwargs = {name: filled(a, replacements) for name, a in given.kwargs.items()}
        results = [
            r for r in outputs(op(Sample(*args, **kwargs))) if isinstance(r, fg.Tensor) and r.dtype.is_floating_point
        ]
        return tuple(r for r in results if r.requires_grad)

    return function


def check(op: Op, checker) -> None:
    checked = 0
    for sample in op.draw("float64"):
        given, inputs = differentiable(sample)
        function = as_function(op, given)
        if not inputs or not function(*inputs):
            continue
        # Differences of values of size 1 over steps of 1e-6 are good to 1e-9 or so; gradients here are of size 1.
        assert checker(function, inputs, atol=2e-6, rtol=1e-5), f"{op.name}{sample!r}"
        checked += 1
    assert checked, f"no sample of {op.name} has a gradient"


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_first_derivatives_are_the_finite_differences(op):
    check(op, fg.autograd.gradcheck)


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_second_derivatives_are_the_finite_differences(op):
    check(op, fg.autograd.gradgradcheck)


def gradients(op: Op, sample: Sample, layout: Callable[[np.ndarray], np.ndarray] = np.array) -> list[np.ndarray]:
    """Gradients of fixed weighted sums of the results along all inputs; inputs and weights in a layout."""
    given, inputs = differentiable(sample, layout)
    results = as_function(op, given)(*inputs)
    if not inputs or not results:
        return []
    random = np.random.RandomState(1)
    starts = [
        fg.asarray(layout(np.asarray(random.uniform(0.5, 1.5, r.shape)))).astype(r.dtype, copy=False) for r in results
    ]
    found = fg.autograd.grad(list(results), inputs, starts, allow_unused=True)
    return [np.asarray(g.detach()) for g in found if g is not None]


@pytest.mark.parametrize("op", [case for case in DIFFERENTIABLE if "float32" in case.values[0].dtypes])
def test_float32_gradients_are_the_float64_ones(op):
    """An element of a gradient is a sum of products: its error is in units of the gradient's size, as many as terms."""
    for sample in [*op.draw("float32"), *op.draw_sizes("float32")]:
        if any(
            not np.isfinite(getattr(a, "array", a)).all() or abs(getattr(a, "array", a)).max(initial=0) > 100
            for a in sample.arrays()
        ):
            continue  # where derivatives are not finite, or sizes differ too much for a common scale
        narrow, wide = gradients(op, sample), gradients(op, with_dtype(sample, "float64"))
        assert len(narrow) == len(wide)
        terms = op.terms(sample)
        shapes = {a.shape for a in sample.arrays() if isinstance(a, np.ndarray)}
        if terms > 1 or len(shapes) > 1:  # gradients are summed over what was shared
            terms += max(int(np.prod(shape)) for shape in shapes)
        for got, want in zip(narrow, wide, strict=True):
            assert got.dtype == np.float32 or want.dtype == got.dtype
            assert got.shape == want.shape
            assert (np.isnan(got) == np.isnan(want)).all()
            scale = max(np.nanmax(np.abs(want), initial=0.0), op.cancels)
            allowed = (8 * op.ulps + 32 + 2 * terms) * unit(np.dtype(np.float32)) * scale
            worst = np.nanmax(np.abs(got - want), initial=0.0)
            assert worst <= allowed, f"{op.name}{sample!r}: off by {worst:.3g}, allowed {allowed:.3g}"


def test_what_has_no_derivatives_to_check_has_a_reason_that_holds():
    for op in OPS:
        holds = {
            None: True,
            NoGradient.TRUTH: op.result == "bool",
            NoGradient.WHOLE: op.result in INTEGERS,
            NoGradient.INTEGERS: not set(FLOATS) & set(op.dtypes),
            NoGradient.CREATED: not op.layouts or op.name == "broadcast_shapes",
            NoGradient.DETACHED: op.name == "Tensor.detach",
            NoGradient.NARROWER: op.name in TO_NARROWER,
        }
        assert holds[op.no_gradient], op.name


@pytest.mark.parametrize("op", NOT)
def test_results_without_derivatives_require_no_gradient(op):
    for sample in op.draw("float32"):
        given, _inputs = differentiable(sample)
        for result in outputs(op(given)):
            assert not (isinstance(result, fg.Tensor) and result.requires_grad), f"{op.name}{sample!r}"


@pytest.mark.parametrize("name", TO_NARROWER)
def test_the_gradient_of_a_cast_has_the_dtype_of_its_input(name):
    op = BY_NAME[name]
    for dtype in ("float32", "float64"):
        (got,) = gradients(op, op.draw(dtype)[0])
        assert str(got.dtype) == dtype
        start = np.random.RandomState(1).uniform(0.5, 1.5, got.shape)
        np.testing.assert_allclose(got, start, rtol=2.0**-8)


@pytest.mark.parametrize("op", [pytest.param(op, id=op.name) for op in OPS if op.no_gradient is None and op.layouts])
def test_gradients_do_not_depend_on_layouts(op):
    """With inputs and gradients of results in another layout: equal to the order of summation."""
    for sample in op.draw("float64"):
        wanted = gradients(op, sample)
        for name, layout in LAYOUTS.items():
            for got, want in zip(gradients(op, sample, layout), wanted, strict=True):
                scale = max(np.abs(want).max(initial=0.0), op.cancels)
                assert np.abs(got - want).max(initial=0.0) <= 64 * unit(np.dtype(np.float64)) * scale, (
                    f"{op.name}{sample!r}, {name}"
                )


TOGETHER = [
    case
    for case in DIFFERENTIABLE
    if not case.id.startswith("nn.") and case.id not in ("broadcast_arrays", "meshgrid")  # which promote nothing
]


@pytest.mark.parametrize("op", TOGETHER)
def test_a_narrower_operand_does_not_take_digits_from_gradients(op):
    """Of float32 and float64 together: those of float64 operands of the same values, rounded to the operand's dtype."""
    for sample in op.draw("float64"):
        count = sum(isinstance(a, np.ndarray) for a in sample.arrays())
        for turn in (0, 1) if op.call is None else (1,):  # in place, the first keeps its dtype
            at = iter(range(count))
            mixed = sample.map(
                lambda a, at=at, turn=turn: (
                    a.astype(np.float32) if isinstance(a, np.ndarray) and next(at) % 2 == turn else a
                )
            )
            for got, want in zip(gradients(op, mixed), gradients(op, with_dtype(mixed, "float64")), strict=True):
                want = want.astype(got.dtype)
                scale = max(np.abs(want).max(initial=0.0), op.cancels)
                allowed = (8 + 8 * op.ulps + 2 * op.terms(sample)) * unit(got.dtype) * scale
                assert np.abs(got - want).max(initial=0.0) <= allowed, f"{op.name}{mixed!r}"


def test_sums_of_a_narrower_operand_alone_have_the_digits_of_the_product():
    x = np.random.RandomState(0).uniform(-1.0, 1.0, (3, 50)).astype(np.float32)
    y = np.array([0.7, -1.3, 0.1])
    got = fg.einsum("i,ij->i", fg.tensor(y), fg.tensor(x))
    assert np.abs(got.numpy() - y * x.astype(np.float64).sum(axis=1)).max() <= 50 * unit(np.dtype(np.float64)) * 50
