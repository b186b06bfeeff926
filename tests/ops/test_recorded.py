"""One rule, one result: a backward pass that is recorded gives what a plain one gives, also where values are extreme.

Where a fused kernel differentiates, a recorded pass computes the same in plain operations: both must come to the same
numbers, infinities and NaN.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import pytest

import fastgrad as fg

from .check import unit
from .entry import FLOATS, INTEGERS, Op, Sample
from .table import OPS
from .test_gradients import as_function, differentiable

F = fg.nn.functional
DIFFERENTIABLE = [pytest.param(op, id=op.name) for op in OPS if op.no_gradient is None]


def _at_first(value: float) -> Callable[[np.ndarray], np.ndarray]:
    """One element in ten."""

    def change(a: np.ndarray) -> np.ndarray:
        changed = np.array(a)
        changed.reshape(-1)[::10] = value
        return changed

    return change


def _zeros_of_both_signs(a: np.ndarray) -> np.ndarray:
    return (np.arange(a.size) % 2 * -2.0 + 1).reshape(a.shape).astype(a.dtype) * 0


EXTREMES: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "as drawn": np.array,
    "NaN": _at_first(np.nan),
    "inf": _at_first(np.inf),
    "-inf": _at_first(-np.inf),
    "all inf": lambda a: np.full_like(a, np.inf),
    "all -inf": lambda a: np.full_like(a, -np.inf),
    "zeros": _zeros_of_both_signs,
    "ties": lambda a: np.full_like(a, 0.5),
    "ones": np.ones_like,
    "large": lambda a: a * a.dtype.type(1e12),
    "huge": _at_first(1e18),
    "tiny": lambda a: a * a.dtype.type(1e-30),
}


def changed(sample: Sample, change: Callable[[np.ndarray], np.ndarray]) -> Sample:
    return sample.map(lambda a: change(a) if isinstance(a, np.ndarray) and a.dtype.kind == "f" else a)


def both_ways(
    results: tuple[fg.Tensor, ...], inputs: list[fg.Tensor], start: Callable[[np.ndarray], np.ndarray] = np.array
) -> list[tuple[np.ndarray, np.ndarray]]:
    """The gradients of fixed weighted sums of the results, from a plain pass and from a recorded one."""
    random = np.random.RandomState(1)
    starts = [fg.tensor(start(np.asarray(random.uniform(0.5, 1.5, r.shape)))).astype(r.dtype) for r in results]
    plain = fg.autograd.grad(list(results), inputs, starts, retain_graph=True, allow_unused=True)
    recorded = fg.autograd.grad(list(results), inputs, starts, create_graph=True, allow_unused=True)
    assert [g is None for g in plain] == [g is None for g in recorded]
    assert not any(g.requires_grad for g in plain if g is not None)
    return [
        (np.asarray(p), np.asarray(r.detach()))
        for p, r in zip(plain, recorded, strict=True)
        if p is not None and r is not None
    ]


def agree(plain: np.ndarray, recorded: np.ndarray, units: float, cancels: float) -> bool:
    """The same infinities and NaN, and numbers apart by rounding errors, in units of the gradient, or of what cancels
    in it."""
    finite = np.isfinite(plain)
    if not np.array_equal(plain[~finite], recorded[~finite], equal_nan=True):
        return False
    size = np.abs(plain[finite]).max(initial=cancels)
    with np.errstate(over="ignore", invalid="ignore"):
        apart = np.abs(plain[finite] - recorded[finite]).max(initial=0.0)
    return bool(apart <= units * unit(plain.dtype) * size + np.finfo(plain.dtype).smallest_subnormal)


def disagreements(op: Op, dtype: str) -> Iterator[str]:
    for sample in op.draw(dtype):
        for name, change in EXTREMES.items():
            given, inputs = differentiable(changed(sample, change))
            if not inputs:
                continue
            try:
                results = as_function(op, given)(*inputs)
            except ValueError:
                continue  # what is no probability, for example
            if not results:
                continue
            for plain, recorded in both_ways(results, inputs):
                if not agree(plain, recorded, 8 * op.ulps + 32 + 2 * op.terms(sample), op.cancels):
                    yield f"{op.name}{sample!r}, {name}: {plain.tolist()} and recorded {recorded.tolist()}"


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_a_recorded_gradient_is_the_plain_one(op, dtype):
    if dtype in op.dtypes:
        found = list(disagreements(op, dtype))
        assert not found, "\n".join(found)


STARTS = {name: EXTREMES[name] for name in ("NaN", "inf", "-inf", "zeros")}


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_so_it_is_from_an_extreme_gradient(op):
    for sample in op.draw("float64"):
        for name, start in STARTS.items():
            given, inputs = differentiable(sample)
            results = as_function(op, given)(*inputs) if inputs else ()
            for plain, recorded in both_ways(results, inputs, start) if results else []:
                # What comes of an infinite gradient may be an infinity in one order of products, and NaN in another.
                plain, recorded = (np.where(np.isinf(g), np.nan, g) for g in (plain, recorded))
                assert agree(plain, recorded, 8 * op.ulps + 32 + 2 * op.terms(sample), op.cancels), (
                    f"{op.name}{sample!r}, {name}: {plain.tolist()} and recorded {recorded.tolist()}"
                )


@pytest.mark.parametrize("reduction", ["none", "sum", "mean"])
@pytest.mark.parametrize("ignored", ["none", "some", "all"])
@pytest.mark.parametrize("dtype", INTEGERS)
@pytest.mark.parametrize("loss", [F.cross_entropy, F.nll_loss], ids=lambda f: f.__name__)
def test_so_it_is_for_labels_of_every_dtype_and_where_they_are_ignored(loss, dtype, ignored, reduction):
    scores = np.random.RandomState(0).randn(4, 3)
    labels = {"none": [0, 1, 2, 1], "some": [0, 7, 2, 7], "all": [7, 7, 7, 7]}[ignored]
    found = []
    for given in (dtype, "int64"):
        x = fg.tensor(scores, requires_grad=True)
        result = loss(x, fg.tensor(np.array(labels, dtype=given)), ignore_index=7, reduction=reduction)
        found += both_ways((result,), [x])[0]
    assert all(agree(found[0], other, 64, 0.0) for other in found[1:]), found
    skipped = np.array(labels) == 7
    if not (skipped.all() and reduction == "mean"):  # the mean of nothing
        assert (found[0][skipped] == 0).all()


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_so_it_is_for_no_elements(op):
    for sample in op.draw("float64"):
        given, inputs = differentiable(changed(sample, lambda a: a[:0] if a.ndim else a))
        try:
            results = as_function(op, given)(*inputs) if inputs else ()
        except (ValueError, IndexError):
            continue  # what needs elements
        for plain, recorded in both_ways(results, inputs) if results else []:
            np.testing.assert_array_equal(plain, recorded)
