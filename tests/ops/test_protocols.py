"""NumPy's own functions of tensors: what they mean, what becomes of gradients, and what stays as it was."""

from __future__ import annotations

import functools
import operator as op

import numpy as np
import pytest

import fastgrad as fg


def same(got, want):
    if isinstance(want, (tuple, list)):
        assert len(got) == len(want)
        for one, other in zip(got, want, strict=True):
            same(one, other)
        return
    if isinstance(want, np.ndarray):
        assert isinstance(got, fg.Tensor)
    if hasattr(want, "dtype"):
        assert got.dtype == want.dtype
    np.testing.assert_allclose(np.asarray(got.detach() if isinstance(got, fg.Tensor) else got), want, 1e-12)


X = np.array([[0.5, 1.5, -2.0], [3.0, -0.25, 0.75]])
Y = np.array([2.0, -1.0, 0.5])

CALLS = {
    "tanh": lambda x, y: np.tanh(x),
    "of two": lambda x, y: np.arctan2(x, y),
    "two results": lambda x, y: np.divmod(x, y),
    "matmul": lambda x, y: np.matmul(x, y),
    "sum": lambda x, y: np.sum(x * x),
    "mean": lambda x, y: np.mean(x, axis=0),
    "max": lambda x, y: np.max(x, axis=1, keepdims=True),
    "std": lambda x, y: np.std(x, axis=0, ddof=1),
    "clip": lambda x, y: np.clip(x, -0.6, 0.6),
    "dot": lambda x, y: np.dot(x, y),
    "norm": lambda x, y: np.linalg.norm(x),
    "einsum": lambda x, y: np.einsum("ij,j->i", x, y),
    "concatenate": lambda x, y: np.concatenate([x[0], y]),
    "stack": lambda x, y: np.stack([y, x[0], y]),
    "where": lambda x, y: np.where(X > 0, x, y),
    "where of an array": lambda x, y: np.where(X > 0, X, x),
    "reduce": lambda x, y: np.add.reduce(x),
    "accumulate": lambda x, y: np.maximum.accumulate(x, axis=1),
    "outer": lambda x, y: np.multiply.outer(y, y),
    "array + tensor": lambda x, y: X + y,
    "array - tensor": lambda x, y: X - y,
    "array * tensor": lambda x, y: X * y,
    "array / tensor": lambda x, y: X / y,
    "array // tensor": lambda x, y: X // y,
    "array % tensor": lambda x, y: X % y,
    "array ** tensor": lambda x, y: np.abs(X) ** y,
    "array @ tensor": lambda x, y: X @ y,
    "divmod(array, tensor)": lambda x, y: divmod(X, y),
    "float64 * tensor": lambda x, y: np.float64(2) * x,
    "float64 ** tensor": lambda x, y: np.float64(2) ** x,
    "float32 - tensor": lambda x, y: np.float32(2) - x,
    "int64 / tensor": lambda x, y: np.int64(2) / x,
}


@pytest.mark.parametrize("name", CALLS)
def test_numpys_functions_give_tensors_on_the_graph(name):
    want = CALLS[name](X, Y)
    x, y = fg.tensor(X, requires_grad=True), fg.tensor(Y, requires_grad=True)
    got = CALLS[name](x, y)
    same(got, want)
    loss = sum(part.sum() for part in got) if isinstance(got, tuple) else got.sum()
    loss.backward()
    assert x.grad is not None or y.grad is not None
    same(CALLS[name](fg.tensor(X), fg.tensor(Y)), want)


@pytest.mark.parametrize(
    "call",
    [
        *(functools.partial(compare, X) for compare in (op.lt, op.le, op.eq, op.ne, op.gt, op.ge)),
        lambda x: np.isnan(x),
        lambda x: np.argmax(x),
        lambda x: np.argsort(x, axis=1),
        lambda x: np.array_equal(x, X),
        lambda x: np.allclose(x, X + 1e-12),
        lambda x: np.shape(x),
        lambda x: np.ndim(x),
        lambda x: np.size(x),
        lambda x: np.count_nonzero(x > 0),
        lambda x: np.nonzero(x > 0),
        lambda x: np.isclose(x, 0.5),
        lambda x: np.logical_and.reduce(x > 0, axis=1),
    ],
)
def test_what_has_no_gradient_is_told_of_what_has(call):
    same(call(fg.tensor(X, requires_grad=True)), call(X))


@pytest.mark.parametrize("array", [np.arange(3), np.arange(3, dtype=np.float32), np.arange(3) > 0])
@pytest.mark.parametrize("other", [fg.tensor([1, 2, 3]), fg.tensor([1.0, 2.0, 3.0]), fg.tensor([True, False, True])])
def test_operators_of_arrays_are_those_of_tensors(array, other):
    for operator in ("__add__", "__mul__", "__truediv__", "__lt__", "__eq__"):
        got, want = getattr(array, operator)(other), getattr(fg.asarray(array), operator)(other)
        assert (got.dtype, got.tolist()) == (want.dtype, want.tolist())


def test_an_array_is_added_to_in_place_where_no_gradient_is_lost():
    x, array = fg.tensor(Y, requires_grad=True), np.zeros(3)
    with pytest.raises(TypeError, match="an ndarray cannot hold a result that requires gradients"):
        array += x
    assert not array.any()
    same_array = array
    array += x.detach()
    assert array is same_array
    np.testing.assert_array_equal(array, Y)
    with fg.no_grad():
        array *= x
    np.testing.assert_array_equal(array, Y * Y)


@pytest.mark.parametrize(
    "write",
    [
        lambda array, x: np.copyto(array, x),
        lambda array, x: np.put(array, [0, 1, 2], x),
        lambda array, x: np.place(array, array == 0, x),
        lambda array, x: np.putmask(array, array == 0, x),
        lambda array, x: np.put_along_axis(array, np.arange(3), x, 0),
        lambda array, x: np.add.at(array, [0, 1, 2], x),
        lambda array, x: np.concatenate([x], out=array),
        lambda array, x: np.multiply(x, 1, out=array),
        lambda array, x: np.cumsum(x, out=array),
    ],
)
def test_nothing_is_written_to_an_array_where_a_gradient_would_be_lost(write):
    array = np.zeros(3)
    with pytest.raises(TypeError, match=r"to hold|hold a result that requires gradients"):
        write(array, fg.tensor(Y, requires_grad=True))
    assert not array.any()
    write(array, fg.tensor(Y))
    assert array.any()


def test_out_is_a_tensor_or_an_array():
    x, array, out = fg.tensor(Y), np.zeros(3), fg.zeros(3, dtype=fg.float64)
    assert np.add(Y, x, out=array) is array
    assert np.add(x, x, out=out) is out
    assert np.add(Y, Y, out=out) is out
    assert array.tolist() == out.tolist() == (Y + Y).tolist()
    assert out._version == 2
    leaf = fg.tensor(Y, requires_grad=True)
    with pytest.raises(RuntimeError):
        np.add(Y, Y, out=leaf)


def test_other_ufuncs_are_numpys_and_lose_no_gradient_silently():
    square = np.frompyfunc(lambda x: x * x, 1, 1)
    assert square(fg.tensor(Y)).tolist() == (Y * Y).tolist()
    with pytest.raises(TypeError, match="no gradient"):
        square(fg.tensor(Y, requires_grad=True))


SCIPYS = """
    entr erf erfc erfinv expit gammaln i0 i0e i1 i1e log_ndtr logit ndtr ndtri psi
"""


@pytest.mark.parametrize("name", SCIPYS.split())
def test_scipys_functions_of_one_have_gradients(name):
    function = getattr(pytest.importorskip("scipy.special"), name)
    p = np.array([0.2, 0.5, 0.9])
    x = fg.tensor(p, requires_grad=True)
    y = function(x)
    same(y, function(p))
    y.sum().backward()
    np.testing.assert_allclose(np.asarray(x.grad), (function(p + 1e-6) - function(p - 1e-6)) / 2e-6, 1e-7)
    out = np.zeros(2)
    assert function(fg.tensor([1, 2]), where=[True, False], out=out) is out
    np.testing.assert_allclose(out, [function(1), 0.0], 1e-12)


def test_scipys_other_functions_lose_no_gradient_silently():
    function = pytest.importorskip("scipy.special").exp2  # which only has the name of one of NumPy's
    same(function(fg.tensor(Y)), function(Y))
    with pytest.raises(TypeError, match="no gradient"):
        function(fg.tensor(Y, requires_grad=True))


@pytest.mark.parametrize("name", ["gammainc", "gammaincc", "xlog1py", "xlogy"])
def test_scipys_functions_of_two_have_gradients(name):
    function = getattr(pytest.importorskip("scipy.special"), name)
    a, b = np.array([0.5, 1.5, 2.0]), np.array([0.4, 2.5, 1.0])
    x, y = fg.tensor(a, requires_grad=True), fg.tensor(b, requires_grad=True)
    found = function(x, y)
    same(found, function(a, b))
    found.sum().backward()
    np.testing.assert_allclose(np.asarray(x.grad), (function(a + 1e-6, b) - function(a - 1e-6, b)) / 2e-6, 1e-6, 1e-8)
    np.testing.assert_allclose(np.asarray(y.grad), (function(a, b + 1e-6) - function(a, b - 1e-6)) / 2e-6, 1e-6, 1e-8)
    same(function(0.5, y.detach()), function(0.5, b))


def test_other_functions_are_numpys_and_lose_no_gradient_silently():
    got = np.polyfit(Y, fg.tensor(Y), 1)
    np.testing.assert_allclose(np.asarray(got), [1, 0], atol=1e-12)
    with pytest.raises(TypeError, match="no gradient"):
        np.polyfit(Y, fg.tensor(Y, requires_grad=True), 1)
    windows = np.lib.stride_tricks.sliding_window_view(fg.tensor(Y), 2)
    assert windows.tolist() == [[2.0, -1.0], [-1.0, 0.5]]


def test_subclasses_take_part():
    layer = fg.nn.Linear(3, 2)
    assert isinstance(np.tanh(layer.weight), fg.Tensor)
    np.sum(np.square(layer.weight)).backward()
    np.testing.assert_allclose(np.asarray(layer.weight.grad), 2 * np.asarray(layer.weight.detach()))


def test_they_do_not_open_the_door(run_python):
    script = """
import sys, numpy as np, fastgrad as fg
before = {name for name in sys.modules if name.startswith("fastgrad")}
x = fg.tensor([1, 2])
np.exp(x), np.mean(x), np.linalg.norm(x), np.fft.fft(x)
assert fg.ops.vocabulary.get_vocabulary() is None
assert (x / x).dtype == fg.float32
assert "fastgrad.numpy" not in sys.modules and not hasattr(fg, "numpy")
import fastgrad.numpy as door
assert fg.ops.vocabulary.get_vocabulary() == "numpy"
assert (x / x).dtype == fg.float64
assert door.linalg.norm(x) == np.linalg.norm(x)
"""
    done = run_python(script)
    assert done.returncode == 0, done.stderr
