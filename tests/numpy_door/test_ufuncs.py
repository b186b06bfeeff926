"""What ufuncs refuse, and what they do to the graph and to the memory of tensors."""

from __future__ import annotations

import inspect

import numpy
import pytest

import fastgrad as fg
import fastgrad.numpy as np
from fastgrad.ops.numpy.ufuncs import UFUNCS
from tests.numpy_door.check import arrays, in_door, names_in, run

KINDS = (IndexError, RuntimeError, TypeError, ValueError)
REFUSED = [
    "np.exp()",
    "np.exp(x, x, x)",
    "np.exp(x, foo=1)",
    "np.exp(x, x * 1, out=x * 1)",
    "np.exp(x, out=[1.0])",
    "np.exp(x, out=(x * 1, x * 1))",
    "np.exp(x, out=np.zeros(4))",
    "np.exp(x, out=np.zeros((5, 4)))",
    "np.exp(x, out=np.zeros((3, 4), int))",
    "np.exp(x, dtype=int)",
    "np.exp(x, where=y, out=x * 1)",
    "np.exp(x, order='Z')",
    "np.exp(x, casting='none')",
    "np.exp(x, dtype=float, signature='d->d')",
    "np.exp('a')",
    "np.exp(None)",
    "np.exp(t)",
    "np.add(x, z[:, :2])",
    "np.add(x, None)",
    "np.add(x, 'a')",
    "np.add(x, y, dtype=int)",
    "np.add(x, y, casting='no', dtype=np.float32)",
    "np.subtract(b, b)",
    "np.negative(b)",
    "np.positive(b)",
    "np.sign(b)",
    "np.bitwise_and(x, y)",
    "np.invert(x)",
    "np.left_shift(x, 1)",
    "np.gcd(x, 2)",
    "np.ldexp(x, y)",
    "np.power(j, -1)",
    "np.matmul(x, y)",
    "np.matmul(x, 2.0)",
    "np.matmul(x, y, where=True)",
    "np.matmul(x, y.T, axis=0)",
    "np.matmul(x, y.T, keepdims=True)",
    "np.matmul(x, y.T, axes=[(0, 1)])",
    "np.vecdot(x, y, axis=0, axes=[0, 0])",
    "np.vecdot(x, y, axis=2)",
    "np.matvec(v, x)",
    "np.vecmat(x, v)",
    "np.add(x, 2.5, dtype=int)",
    "np.add(f, x, casting='equiv')",
    "np.add(f, 2.5, casting='equiv')",
    "np.add(f, x, casting='safe', dtype=np.float32)",
    "np.add.reduce(x, axis=2)",
    "np.add.reduce(x, axis=(0, 0))",
    "np.add.reduce(x, out=np.zeros(3))",
    "np.subtract.reduce(x, axis=(0, 1))",
    "np.maximum.reduce(np.zeros((0, 3)))",
    "np.maximum.reduce(x, where=b)",
    "np.exp.reduce(x)",
    "np.divmod.reduce(x)",
    "np.matmul.reduce(x)",
    "np.maximum.accumulate(x, axis=2)",
    "np.maximum.accumulate(v[0])",
    "np.add.reduceat(v, [7])",
    "np.exp.outer(x, y)",
    "np.add.at(v, [9], 1.0)",
    "np.add.at([1.0], [0], 1.0)",
]


@pytest.mark.parametrize("followed", [False, True])
@pytest.mark.parametrize("call", REFUSED)
def test_what_numpy_refuses_is_refused_with_its_kind_of_error(call, followed):
    inputs = {name: arrays()[name] for name in names_in(call)}
    with pytest.raises(KINDS) as theirs:
        run(call, numpy, inputs)
    ours = {name: in_door(value) for name, value in inputs.items()}
    if followed:
        ours = {name: x.requires_grad_() if x.dtype == fg.float64 else x for name, x in ours.items()}
    with pytest.raises(tuple(kind for kind in KINDS if issubclass(theirs.type, kind))):
        run(call, np, ours)


def test_a_refused_call_has_written_nothing():
    out = np.zeros(3)
    for call in (
        lambda: np.add(np.ones(3), np.ones(2), out=out),
        lambda: np.exp(np.ones((2, 3)), out=out),
        lambda: np.divmod(np.ones((2, 3)), 2.0, out=(np.zeros((2, 3)), out)),
        lambda: np.exp(np.ones(4), out=out, where=np.ones(4) > 0),
    ):
        with pytest.raises(ValueError, match=r"out must have|broadcast"):
            call()
    assert out.tolist() == [0, 0, 0]


def test_signatures_and_facts_are_those_of_numpys_ufuncs():
    for theirs, ours in UFUNCS.items():
        assert ours.__name__ == theirs.__name__
        assert (ours.nin, ours.nout, ours.identity) == (theirs.nin, theirs.nout, theirs.identity)
        if hasattr(theirs, "__signature__"):
            assert inspect.signature(ours) == inspect.signature(theirs)


def test_every_ufunc_of_numpys_has_ours_but_that_of_dates():
    theirs = {f for f in vars(numpy).values() if isinstance(f, numpy.ufunc)}
    assert theirs - UFUNCS.keys() == {numpy.isnat}
    for name, theirs in vars(numpy).items():
        if isinstance(theirs, numpy.ufunc) and theirs is not numpy.isnat:
            assert getattr(np, name) is UFUNCS[theirs]


def test_where_keeps_what_is_not_chosen_out_of_the_gradient():
    x = fg.tensor([0.0, 4.0], dtype=fg.float64, requires_grad=True)
    np.log(x, where=x > 0, out=np.zeros(2)).sum().backward()
    assert x.grad.tolist() == [0.0, 0.25]


def test_what_a_rule_needs_is_not_written_over():
    x = fg.tensor([1.0, 2.0], requires_grad=True)
    y = x * 3
    np.multiply(y, y, out=y)
    y.sum().backward()
    assert x.grad.tolist() == [18.0, 36.0]


WRITTEN = [
    ("np.add(x, y, out=out)", "x * 0"),
    ("np.add(x, y[0], out=out)", "x * 0"),
    ("np.add(y[0], x, out=out)", "x * 0"),
    ("np.add(x, y, out)", "x * 0"),
    ("np.add(x[:1], y[:1], out=out)", "x * 0"),
    ("np.subtract(3, x, out=out)", "x * 0"),
    ("np.divide(x, 7, out=out)", "x * 0"),
    ("np.divide(2, x, out=out)", "x * 0"),
    ("np.power(x, 2, out=out)", "x * 0"),
    ("np.power(2, y, out=out)", "x * 0"),
    ("np.floor_divide(x, y, out=out)", "x * 0"),
    ("np.maximum(x, y, out=out)", "x * 0"),
    ("np.hypot(x, y, out=out)", "x * 0"),
    ("np.less(x, y, out=out)", "x == y"),
    ("np.less(2, y, out=out)", "x == y"),
    ("np.less(x, y, out=out)", "x * 0"),
    ("np.logical_or(x, y, out=out)", "x == y"),
    ("np.logical_or(x, y, out=out)", "x * 0"),
    ("np.bitwise_and(x, y, out=out)", "x * 0"),
    ("np.exp(x, out=out)", "x * 0"),
    ("np.exp(x, out)", "x * 0"),
    ("np.sqrt(x[0], out=out)", "x * 0"),
    ("np.isnan(x, out=out)", "x == y"),
    ("np.isnan(x, out=out)", "x * 0"),
    ("np.negative(x, out=out)", "x * 0"),
    ("np.add(x, y, out=out)", "(x * 0)[:, ::-1]"),
    ("np.add(x, y, out=out.T)", "(x * 0).T.copy()"),
    ("np.add(x, y, out=out)", "np.zeros(x.shape, np.float32)"),
    ("np.add(x, y, out=out)", "np.zeros(x.shape)"),
    ("np.add(x, 1.5, out=out)", "np.zeros(x.shape)"),
    ("np.add(x, 1.5, out=out)", "x * 0"),
    ("np.add(x, True, out=out)", "x * 0"),
    ("np.add(x, y, out=out)", "np.zeros((2, 3, 4))"),
    ("np.add(x, y, out=out)", "np.zeros((3, 5))"),
    ("np.add(x, y, out=out)", "np.zeros((1, 4))"),
    ("np.add(x, out, out=out)", "x * 1"),
    ("np.multiply(out, out, out=out)", "x * 1"),
    ("np.add(out[:, 1:], out[:, :-1], out=out[:, 1:])", "x * 1"),
    ("np.add(out[:, :-1], 1, out=out[:, 1:])", "x * 1"),
    ("np.sqrt(out[:, :-1], out=out[:, 1:])", "x * 1"),
]


@pytest.mark.parametrize("kind", ["bool", "uint8", "int64", "float16", "float32", "float64"])
@pytest.mark.parametrize(("call", "made"), WRITTEN)
def test_what_is_written_to_is_as_numpy_leaves_it(call, made, kind):
    values = numpy.random.default_rng(0).integers(1, 9, (2, 3, 4)).astype(kind)
    results = []
    for module, arrays_of in ((numpy, list), (np, lambda pair: [fg.asarray(one) for one in pair])):
        x, y = arrays_of(values.copy())
        names = {"np": module, "x": x, "y": y}
        try:
            names["out"] = eval(made, names)
            result = eval(call, names)
        except KINDS as error:
            results.append((type(error).__mro__[-3], None))
            continue
        assert numpy.shares_memory(numpy.asarray(result), numpy.asarray(names["out"]))
        results.append((names["out"].dtype, numpy.asarray(names["out"])))
    (kind_theirs, theirs), (kind_ours, ours) = results
    assert (theirs is None) == (ours is None), (kind_theirs, kind_ours)
    if theirs is not None:
        assert kind_ours == kind_theirs
        numpy.testing.assert_allclose(
            ours, theirs, rtol=4 * numpy.finfo(ours.dtype).eps if ours.dtype.kind == "f" else 0
        )


def test_writing_counts():
    for write in (
        lambda x: np.add(x, 1, out=x),
        lambda x: np.add.at(x, [0, 0], 1),
        lambda x: np.add.at(x.reshape(-1)[0, ...], (), 1),
        lambda x: np.add.reduce([[1.0, 2.0]], out=x),
        lambda x: np.fmax.reduce([[1.0, 2.0]], out=x),
    ):
        x, y = np.ones(2), fg.tensor([1.0, 2.0], dtype=fg.float64, requires_grad=True)
        loss = (x * y).sum()
        write(x)
        with pytest.raises(RuntimeError):
            loss.backward()


def test_a_leaf_is_not_written_to():
    leaf = fg.tensor([1.0, 2.0], requires_grad=True)
    for write in (
        lambda: np.add(leaf, 1, out=leaf),
        lambda: np.add.at(leaf, [0], 1.0),
        lambda: np.multiply.at(leaf, [0], 2.0),
    ):
        with pytest.raises(RuntimeError):
            write()
    assert leaf.tolist() == [1.0, 2.0]


def test_an_array_holds_no_gradient():
    x, array = fg.tensor([1.0, 2.0], requires_grad=True), numpy.zeros(2)
    with pytest.raises(TypeError, match="an ndarray cannot hold"):
        np.exp(x, out=array)
    with pytest.raises(TypeError, match="to hold what requires gradients"):
        np.add.at(array, [0, 1], x)
    assert np.exp(x.detach(), out=array) is array
    assert array.tolist() == pytest.approx([numpy.e, numpy.e**2])


def test_what_numpy_computes_loses_no_gradient_silently():
    x = fg.tensor([1.0, 2.0], requires_grad=True)
    with pytest.raises(TypeError, match="no gradient"):
        np.spacing(x)
    with pytest.raises(TypeError, match="no gradient"):
        np.multiply(x, 1j)
    with fg.no_grad():
        assert np.spacing(x).shape == (2,)


def test_orders_are_those_of_memory():
    array = numpy.ones((2, 3, 4))
    for one in (array, array.T):
        for order in "CFAK":
            assert np.exp(fg.asarray(one), order=order).strides == numpy.exp(one, order=order).strides


def test_truths_and_integers_without_axes_are_numpys_scalars():
    x = fg.tensor(2.0)
    assert isinstance(np.isnan(x), numpy.bool)
    assert isinstance(np.less(x, 3), numpy.bool)
    assert {np.gcd(fg.tensor(4), 6): 1} == {2: 1}
