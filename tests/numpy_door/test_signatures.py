"""Arguments have NumPy's names, order and kinds, and what NumPy refuses is refused by an error of the same kind."""

from __future__ import annotations

import inspect
from typing import Any

import numpy
import pytest

import fastgrad as fg
import fastgrad.numpy as np
from fastgrad.ops.numpy import calculus, linalg, products, reduce, sets, sort, statistics
from tests.numpy_door.check import arrays, in_door, names_in, run

NAMES = [
    *[("", name) for module in (calculus, products, reduce, sets, sort, statistics) for name in vars(module)],
    *[("linalg.", name) for name in vars(linalg)],
]


def found(module: Any, path: str) -> Any:
    for part in path.split("."):
        module = getattr(module, part, None)
    return module


def is_own(prefix: str, name: str) -> bool:
    ours = found(np, prefix + name)
    return inspect.isfunction(ours) and ours.__module__.startswith("fastgrad.ops.numpy") and not name.startswith("_")


@pytest.mark.parametrize("path", sorted({prefix + name for prefix, name in NAMES if is_own(prefix, name)}))
def test_arguments_have_numpys_names_order_and_kinds(path):
    ours, theirs = (inspect.signature(found(module, path)).parameters.values() for module in (np, numpy))
    assert [(p.name, p.kind) for p in ours] == [(p.name, p.kind) for p in theirs]


ERRORS = [
    *[f"np.{name}(x, axis=2)" for name in ("sum", "max", "mean", "std", "any", "argmax", "cumsum", "median", "sort")],
    *[f"np.{name}(x, axis=-3)" for name in ("prod", "nansum", "nanmax", "argsort", "diff", "nanmedian", "trapezoid")],
    *[f"np.{name}(x, axis=(0, 0))" for name in ("sum", "max", "mean", "var", "median", "nanmean")],
    *[f"np.{name}(x, axis=0.5)" for name in ("sum", "argmin", "cumprod", "sort")],
    *[f"np.{name}([])" for name in ("max", "min", "argmax", "argmin", "ptp")],
    *[f"np.{name}(x, where=b)" for name in ("max", "amin", "nanmax")],
    *[f"np.{name}(x, axis=0, out=np.zeros(3))" for name in ("sum", "max", "mean", "std", "nansum")],
    *[f"np.{name}(i, initial={value})" for name in ("sum", "max") for value in ("np.inf", "-np.nan")],
    "np.sum(x, axis=0, initial=[1, 2, 3, 4])",
    "np.max(i.astype('uint8'), initial=300)",
    "np.sum(x, initial=1j)",
    "np.sum(x, dtype='nonsense')",
    "np.std(x, ddof=1, correction=1)",
    "np.nanargmax([[numpy.nan, numpy.nan], [1, 2]], axis=1)",
    "np.cumulative_sum(x)",
    "np.sum(x, nothing=1)",
    "np.sum(one for one in v)",
    "np.quantile(x, 1.5)",
    "np.percentile(x, [50, -1])",
    "np.quantile(x, 0.5, method='middle')",
    "np.quantile(x, 0.5, weights=p)",
    "np.quantile(x, 0.5, weights=-p, method='inverted_cdf')",
    "np.quantile(x, 0.5, weights=v, method='inverted_cdf')",
    "np.average(x, weights=v)",
    "np.average(x, axis=0, weights=v)",
    "np.average(v, weights=[1, -1, 1, -1])",
    "np.cov(z)",
    "np.cov(x, ddof=0.5)",
    "np.cov(x, fweights=p[0])",
    "np.cov(x, aweights=-p[0])",
    "np.cov(x, fweights=[1, 2])",
    "np.bincount([-1, 2])",
    "np.bincount([0, 1], [1.0])",
    "np.sort(x, kind='bogus')",
    "np.sort(x, kind='stable', stable=True)",
    "np.sort(x, order='field')",
    "np.partition(v, 9)",
    "np.diff(x, n=-1)",
    "np.diff(1.0)",
    "np.gradient(x, 1, 2, 3)",
    "np.gradient(v, edge_order=3)",
    "np.gradient(v[:1])",
    "np.gradient(v, [1, 2])",
    "np.trapezoid(x, [1, 2, 3])",
    "np.interp(x, [0, 1], [1])",
    "np.interp(x, [], [])",
    "np.interp(x, [0, 1], [0, 1], period=0)",
    "np.convolve(x, v)",
    "np.convolve([], v)",
    "np.convolve(v, w, 'sideways')",
    "np.dot(x, y)",
    "np.dot(v, [1, 2])",
    "np.inner(x, [1, 2])",
    "np.vdot(v, [1, 2])",
    "np.tensordot(x, y, 1)",
    "np.tensordot(x, y, axes=([0, 1], [0]))",
    "np.cross([1, 2, 3, 4], [1, 2, 3, 4])",
    "np.einsum('ij,jk', x, y)",
    "np.einsum('ij', v)",
    "np.einsum('ij->ik', x)",
    "np.einsum('i,j', v)",
    "np.einsum()",
    "np.einsum(v)",
    "np.einsum(v, [0.5])",
    "np.einsum(v, [0], [1])",
    "np.sum(x, out=5)",
    "np.sum(x, out=[1.0])",
    "np.einsum('ij->i', x, order='X')",
    "np.linalg.inv(x)",
    "np.linalg.inv(np.zeros((2, 2)))",
    "np.linalg.det(v)",
    "np.linalg.solve(m, v[:3])",
    "np.linalg.solve(np.zeros((2, 2)), [1, 2])",
    "np.linalg.cholesky(-m)",
    "np.linalg.cholesky(x)",
    "np.linalg.eigh(x)",
    "np.linalg.qr(m, mode='bogus')",
    "np.linalg.norm(x, 'bogus')",
    "np.linalg.norm(x, 5)",
    "np.linalg.norm(z, 1)",
    "np.linalg.cond(np.zeros((0, 3)))",
    "np.linalg.matrix_power(x, 2)",
    "np.linalg.matrix_power(m, 0.5)",
    "np.linalg.multi_dot([m])",
    "np.linalg.multi_dot([x, x])",
    "np.linalg.outer(x, v)",
    "np.linalg.cross([1, 2], [3, 4])",
    "np.linalg.pinv(x, 1e-3, rtol=1e-3)",
    "np.linalg.tensorinv(x, ind=0)",
    "np.linalg.nothing",
]

KINDS = (
    ValueError,
    TypeError,
    IndexError,
    OverflowError,
    ZeroDivisionError,
    RuntimeError,
    numpy.linalg.LinAlgError,
    AttributeError,
)


@pytest.mark.parametrize("call", ERRORS)
def test_errors_are_of_numpys_kind(call):
    theirs_in = {name: arrays()[name] for name in names_in(call)}
    with pytest.raises(KINDS) as theirs:
        run(call, numpy, {"numpy": numpy, **theirs_in})
    # An axis that there is not is a ValueError and an IndexError there, and an IndexError here.
    kinds = [k for k in KINDS if isinstance(theirs.value, k)]
    if isinstance(theirs.value, numpy.exceptions.AxisError):
        kinds = [IndexError]
    with pytest.raises(kinds[-1]) as ours:
        run(call, np, {"numpy": numpy, **{name: in_door(value) for name, value in theirs_in.items()}})
    assert all(isinstance(ours.value, kind) for kind in kinds), repr(ours.value)


@pytest.mark.parametrize(
    ("call", "name"),
    [
        ("np.std(np.array(2.0), axis=1, where=np.array(True))", "std"),
        ("np.var(np.ones(3), axis=-2, where=np.ones(3, bool))", "var"),
        ("np.nanstd(np.ones((2, 2)), axis=2)", "std"),
        ("fg.quantile(fg.ones(3), 0.5, axis=1)", "quantile"),
    ],
)
def test_an_axis_that_there_is_not_is_told_by_the_function_that_was_called(call, name):
    with pytest.raises(numpy.exceptions.AxisError, match=rf"^{name}: axis -?\d is out of bounds") as error:
        eval(call, {"np": np, "fg": fg})
    assert isinstance(error.value, IndexError)


def test_an_output_on_the_graph_has_a_history_and_its_version_moves():
    x, out = fg.tensor([[1.0, 2.0]], requires_grad=True), np.zeros(2)
    base = fg.ones(2, requires_grad=True) * 3
    product = base * base
    assert np.sum(x, axis=0, out=out) is out
    (out * 2).sum().backward()
    assert x.grad.tolist() == [[2.0, 2.0]]
    np.sum(x.detach(), axis=0, out=base)
    with pytest.raises(RuntimeError):
        product.sum().backward()


def test_an_ndarray_as_output_is_written_and_given_back():
    out = numpy.zeros(4)
    assert np.sum(np.ones((3, 4)), axis=0, out=out) is out
    assert out.tolist() == [3.0] * 4
    with pytest.raises(TypeError, match="ndarray cannot hold"):
        np.sum(fg.ones(3, 4, requires_grad=True), axis=0, out=out)
