"""Arrays made, shaped, joined and indexed by the door: signatures, what is shared, errors, what NumPy keeps."""

from __future__ import annotations

import inspect

import numpy
import pytest

import fastgrad as fg
import fastgrad.numpy as np
from fastgrad.ops.numpy.common import borrowed
from tests.numpy_door.check import arrays, in_door

OURS = [
    name
    for name, found in sorted(vars(np).items())
    if inspect.isfunction(found) and found.__module__.startswith("fastgrad.ops.numpy") and hasattr(numpy, name)
]


def signature_of(function):
    try:
        found = inspect.signature(function).parameters.values()
    except ValueError:  # some of NumPy's compiled ones have none
        return None
    return [(one.kind if one.kind in (one.VAR_POSITIONAL, one.VAR_KEYWORD) else one.name, one.kind) for one in found]


@pytest.mark.parametrize("name", OURS)
def test_arguments_have_numpys_names_and_order(name):
    theirs = signature_of(getattr(numpy, name))
    assert theirs is None or signature_of(getattr(np, name)) == theirs


@pytest.fixture
def x():
    return in_door(arrays()["x"])


def test_asarray_and_its_kin_give_what_they_are_given(x):
    assert np.asarray(x) is x
    assert np.asanyarray(x) is x
    assert np.ascontiguousarray(x) is x
    assert np.asarray(x, dtype=np.float64) is x
    assert np.array(x, copy=None) is x
    assert np.array(x) is not x


def test_arrays_of_numpy_share_their_memory_with_asarray_and_not_with_array():
    theirs = numpy.zeros(3)
    np.asarray(theirs)[0] = 1
    np.array(theirs)[1] = 1
    assert theirs.tolist() == [1, 0, 0]


def test_a_copy_that_is_ruled_out_is_an_error(x):
    with pytest.raises(ValueError, match="without a copy"):
        np.array([1.0, 2.0], copy=False)
    with pytest.raises(ValueError, match="without a copy"):
        np.array(x, dtype=np.float32, copy=False)
    with pytest.raises(ValueError, match="without a copy"):
        np.reshape(x.T, -1, copy=False)


def test_orders_of_memory(x):
    assert np.zeros((2, 3), order="F").strides == numpy.zeros((2, 3), order="F").strides
    assert np.asfortranarray(x).strides == numpy.asfortranarray(arrays()["x"]).strides
    assert np.array(x.T).strides == numpy.array(arrays()["x"].T).strides
    assert np.array(x.T, order="C").strides == numpy.array(arrays()["x"].T, order="C").strides
    with pytest.raises(ValueError, match="order must be one of"):
        np.reshape(x, -1, order="K")
    with pytest.raises(ValueError, match="order must be"):
        np.ravel(x, order="Z")


def test_views_share_memory(x):
    np.reshape(x, -1)[0] = 7
    np.diagonal(x)[1] = 8
    np.transpose(x)[2, 2] = 9
    np.flip(x)[0, 0] = 6
    np.split(x, 2, axis=1)[0][1, 0] = 5
    assert [x[0, 0], x[1, 1], x[2, 2], x[2, 3], x[1, 0]] == [7, 8, 9, 6, 5]


def test_writing_moves_the_version_that_gradients_are_checked_by(x):
    x.requires_grad_()
    for write in (
        lambda a: np.put(a, 0, 1.0),
        lambda a: np.place(a, a > 0, [1.0]),
        lambda a: np.putmask(a, a > 0, 1.0),
        lambda a: np.copyto(a, 1.0),
        lambda a: np.fill_diagonal(a, 1.0),
        lambda a: np.put_along_axis(a, np.zeros((3, 1), int), 1.0, 1),
    ):
        a = x * 1.0
        squares = a**2
        write(a)
        with pytest.raises(RuntimeError, match=r"modified|changed"):
            squares.sum().backward()


def test_arrays_of_numpy_are_written_to_as_well():
    theirs = numpy.arange(6.0).reshape(2, 3)
    np.put(theirs, 0, 9)
    np.copyto(theirs, fg.ones((2, 3)), where=theirs > 4)
    np.place(theirs, theirs == 1, [7.0])
    np.putmask(theirs, theirs == 2, fg.tensor([8.0]))
    np.fill_diagonal(theirs, 0)
    np.put_along_axis(theirs, fg.tensor([[2], [2]]), 3.0, 1)
    assert theirs.tolist() == [[0, 7, 3], [3, 0, 3]]


def test_arrays_of_numpy_hold_no_values_that_require_gradients(x):
    value = fg.tensor(1.0, dtype=fg.float64, requires_grad=True)
    theirs = numpy.zeros((2, 2))
    for write in (
        lambda: np.put(theirs, 0, value),
        lambda: np.place(theirs, theirs == 0, [value]),
        lambda: np.putmask(theirs, theirs == 0, value),
        lambda: np.copyto(theirs, value),
        lambda: np.copyto(theirs, value, where=theirs == 0),
        lambda: np.fill_diagonal(theirs, value),
        lambda: np.put_along_axis(theirs, numpy.zeros((2, 1), int), value, 1),
    ):
        with pytest.raises(TypeError, match="gradients"):
            write()
    assert not theirs.any()


TO_ARRAYS = [
    "np.take(x, [0, 1], out=out, mode='wrap')",
    "np.take(x, numpy.array([0, 1]), None, out)",
    "np.choose([0, 1], [x[0], x[1]], out, 'raise')",
    "np.cumsum(x, 0, 'float64', out)",
    "np.concatenate([x[:1], x[1:]], out=out, casting='same_kind')",
]
TO_ANY = [
    "np.clip(x, 0, 1, out, order='C', casting='no')",
    "np.concatenate([x[:1], x[1:]], out=out, casting='no')",
    "np.sum(numpy.array([[1j, 1]]), 0, None, out, initial=x[0])",
    "np.linalg.multi_dot([x, numpy.ones((2, 2)), numpy.ones((2, 2)) * 1j], out=out)",
    "borrowed(numpy.take, x, [0, 1], 0, out)",
    "borrowed(numpy.tanh, x, out)",
]


@pytest.mark.parametrize(
    ("call", "out"),
    [
        *((call, numpy.zeros(2, "float32")) for call in TO_ARRAYS + TO_ANY),
        *((call, fg.zeros(2, dtype=fg.float32)) for call in TO_ANY),
    ],
)
def test_what_is_refused_has_written_nothing(call, out):
    """Words that say how are no data for NumPy to compute with; where it would write, a position says, too."""
    x = fg.ones(2, dtype=fg.float64, requires_grad=True)
    with pytest.raises((TypeError, ValueError)):
        eval(call, {"np": np, "numpy": numpy, "borrowed": borrowed, "x": x, "out": out})
    assert not out.any()
    assert isinstance(out, numpy.ndarray) or out._version == 0


def test_importing_the_door_leaves_pytorchs_methods_alone(run_python):
    done = run_python("import sys, fastgrad.numpy; assert 'fastgrad.ops.pytorch.methods' not in sys.modules")
    assert done.returncode == 0, done.stderr


ERRORS = [
    "np.array([[1, 2], [3]])",
    "np.array([x, v])",
    "np.array([1, 2], dtype='nonsense')",
    "np.array(['a'], dtype=float)",
    "np.array([1, 2], order='Q')",
    "np.zeros(-1)",
    "np.zeros(1.5)",
    "np.zeros('a')",
    "np.zeros(2, dtype='nonsense')",
    "np.zeros(2, order='Q')",
    "np.zeros(2, device='gpu')",
    "np.full((2, 3), [1, 2])",
    "np.full((2, 3), v)",
    "np.eye(-1)",
    "np.eye(1.5)",
    "np.linspace(0, 1, -1)",
    "np.linspace(v, 1, -1)",
    "np.meshgrid(v, indexing='zz')",
    "np.vander(x)",
    "np.diag(z)",
    "np.diag(1.0)",
    "np.diagonal(v)",
    "np.diagonal(x, 0, 0, 0)",
    "np.diagonal(x, 0, 0, -2)",
    "np.trace(v)",
    "np.reshape(x, (5, 2))",
    "np.reshape(x, (-1, -1))",
    "np.reshape(x, (5, -1), order='F')",
    "np.reshape(x, 12, order='Q')",
    "np.squeeze(x, 0)",
    "np.transpose(x, (0, 0))",
    "np.transpose(x, (0, 1, 2))",
    "np.broadcast_to(x, (2, 4))",
    "np.broadcast_arrays(x, np.ones(3))",
    "np.broadcast_shapes((2,), (3,))",
    "np.resize(x, (-1, 2))",
    "np.fliplr(v)",
    "np.flipud(1.0)",
    "np.rot90(v)",
    "np.rot90(x, axes=(0, 0))",
    "np.rot90(x, axes=(0, 1, 2))",
    "np.moveaxis(z, (0, 1), 0)",
    "np.moveaxis(z, (0, 0), (0, 1))",
    "np.expand_dims(x, (0, 0))",
    "np.roll(x, (1, 2), axis=(0, 1, 1))",
    "np.matrix_transpose(v)",
    "np.concatenate([])",
    "np.concatenate([x, v])",
    "np.concatenate([x, x[:, :2]])",
    "np.concatenate([v[0], v[1]])",
    "np.concatenate(1)",
    "np.concatenate([x, y], dtype=int)",
    "np.concatenate([x, y], dtype=float, out=x)",
    "np.concatenate([x, y], out=x)",
    "np.stack([x, v])",
    "np.stack([])",
    "np.vstack([x, v[:2]])",
    "np.hstack([x, v])",
    "np.column_stack([x, v])",
    "np.block([[x], []])",
    "np.block([[x], y])",
    "np.block((x, y))",
    "np.block([])",
    "np.append(x, v, axis=0)",
    "np.insert(v, 9, 1)",
    "np.insert(v, [1, 2], [1, 2, 3])",
    "np.delete(v, 9)",
    "np.delete(x, 0, 5)",
    "np.split(v, 3)",
    "np.array_split(v, 0)",
    "np.vsplit(v, 2)",
    "np.dsplit(x, 2)",
    "np.hsplit(v[0], 2)",
    "np.tile(v, -1)",
    "np.repeat(v, -1)",
    "np.repeat(v, [1, 2])",
    "np.pad(x, -1)",
    "np.pad(x, 1.5)",
    "np.pad(x, 1, mode='nonsense')",
    "np.pad(x, 1, mode='edge', constant_values=1)",
    "np.pad(x, ((1, 2), (1, 2), (1, 2)))",
    "np.take(x, 99)",
    "np.take(x, [0, 9], axis=0)",
    "np.take(x, 0, mode='nonsense')",
    "np.take(x, 0, axis=5)",
    "np.take_along_axis(x, v, 0)",
    "np.take_along_axis(x, np.array([0]), 0)",
    "np.take_along_axis(x, np.array([[9]]), 0)",
    "np.choose([0, 5], [v[:2], w[:2]])",
    "np.choose(v, [v, w])",
    "np.compress(x > 0, x)",
    "np.compress([True] * 5, v)",
    "np.where(b, x)",
    "np.where(b, x, v[:3])",
    "np.nonzero(v[0])",
    "np.select([], [])",
    "np.select([b], [x, y])",
    "np.select([x], [x])",
    "np.put(x, 99, 1)",
    "np.put_along_axis(x, v, 1.0, 0)",
    "np.put_along_axis(x, np.array([0]), 1.0, 0)",
    "np.place(x, b, [])",
    "np.place(x, b[0], [1.0])",
    "np.putmask(x, b[0], [1.0])",
    "np.putmask(i, b, x)",
    "np.copyto(i, x)",
    "np.copyto(v, x)",
    "np.copyto(x, 1, casting='nonsense')",
    "np.fill_diagonal(v, 1)",
    "np.fill_diagonal(z, 1)",
    "np.piecewise(x, [x > 0], [1, 2, 3])",
    "np.apply_along_axis(np.sum, 5, x)",
    "np.apply_along_axis(np.sum, 0, np.zeros((2, 0)))",
    "np.apply_over_axes(lambda a, axis: a.reshape(-1), z, 0)",
    "np.vectorize(lambda a: a)([])",
]


@pytest.mark.parametrize("call", ERRORS)
def test_errors_are_of_numpys_types(call):
    with pytest.raises(Exception) as theirs:  # noqa: PT011 (NumPy says which one)
        eval(call, {"np": numpy, **arrays()})
    kinds = tuple(kind for kind in (TypeError, ValueError, IndexError) if issubclass(theirs.type, kind))
    for recorded in (False, True):
        inputs = {name: in_door(value) for name, value in arrays().items()}
        for name, value in inputs.items():
            if recorded and getattr(value, "dtype", None) == numpy.float64:
                inputs[name] = value.requires_grad_().clone()
        with pytest.raises(kinds):
            eval(call, {"np": np, **inputs})
