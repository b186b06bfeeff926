"""Tensor has what ndarray has, in NumPy's forms, while the door is open; and what it had before, at all times."""

from __future__ import annotations

import io
import pickle

import numpy
import pytest

import fastgrad as fg
import fastgrad.numpy as np
from fastgrad.numpy import _switch
from fastgrad.ops.numpy.methods import METHODS
from tests.numpy_door.check import arrays, in_door

# How NumPy tells its own functions about classes like ndarray; tensors have its protocols of computing switched off.
_PROTOCOLS = {"__array_finalize__", "__array_function__", "__array_wrap__", "__setstate__"}


@pytest.fixture
def x():
    return in_door(arrays()["x"])


@pytest.mark.parametrize("name", sorted(set(dir(numpy.ndarray)) - _PROTOCOLS))
def test_every_attribute_of_ndarray_is_answered(name, x):
    getattr(x, name)
    assert hasattr(fg.Tensor, name)


def test_a_closed_door_leaves_no_member_behind(x):
    _switch.close_door()
    assert not any(hasattr(x, name) for name in ("flat", "flags", "put", "tobytes", "__array_interface__"))
    assert x.flatten(0, 1).shape == (12,)
    with pytest.raises(TypeError):
        x.max(1)
    with pytest.raises(AttributeError, match="cannot be set"):
        x.shape = 12


@pytest.mark.parametrize("name", sorted(METHODS))
def test_members_are_documented_and_named(name):
    member = METHODS[name]
    if not isinstance(member, (property, classmethod)):
        assert member.__name__ == name
        assert member.__doc__


def test_words_of_pytorch_mean_what_they_meant(x):
    assert x.max(dim=1).indices.shape == (3,)
    assert x.sum(dim=1, keepdim=True).shape == (3, 1)
    assert x.mean(dim=0).shape == (4,)
    assert x.all(dim=0).shape == (4,)
    assert x.argmax(dim=1).shape == (3,)
    assert x.cumsum(dim=1).shape == (3, 4)
    assert x.sort(dim=1).values.shape == (3, 4)
    assert x.sort(1, True).values.shape == (3, 4)
    assert x.flatten(0).shape == (12,)
    assert x.flatten(start_dim=0, end_dim=1).shape == (12,)
    assert x.view(4, 3).shape == (4, 3)
    assert x.view((4, -1)).shape == (4, 3)
    assert x.diagonal(dim1=0, dim2=1).shape == (3,)
    assert x.maximum(x).shape == x.max(x).shape == (3, 4)
    assert x.std(dim=0).tolist() == x.std(axis=0, ddof=1).tolist()
    assert x.var(unbiased=True) == x.var(ddof=1)


def test_what_cannot_be_is_an_error(x):
    with pytest.raises(ValueError, match="cannot be set"):
        x.flags.writeable = False
    with pytest.raises(ValueError, match="cannot be set"):
        x.flags["WRITEABLE"] = False
    with pytest.raises(ValueError, match="write must be True"):
        x.setflags(write=False)
    with pytest.raises(ValueError, match="a view"):
        x[1:].resize(2)
    with pytest.raises(ValueError, match="requires gradients"):
        x.clone().requires_grad_().resize(2)
    with pytest.raises(TypeError, match="bytes have no gradients"):
        x.clone().requires_grad_().view(np.int64)
    with pytest.raises(TypeError, match="no gradient"):
        x.clone().requires_grad_().astype(complex)
    with pytest.raises(TypeError, match="cannot cast"):
        x.astype(int, casting="safe")
    with pytest.raises(TypeError):
        x.astype("nonsense")
    with pytest.raises(ValueError, match="order must be"):
        x.copy("Z")
    with pytest.raises(ValueError, match="device"):
        x.to_device("gpu")
    with pytest.raises(IndexError, match="out of bounds"):
        x.item(12)
    with pytest.raises(IndexError, match="out of bounds"):
        x.item(0, 4)
    with pytest.raises(ValueError, match="a place"):
        x.item(0, 0, 0)
    with pytest.raises(IndexError):
        x.flat[12]
    with pytest.raises(ValueError, match="do not fit"):
        x.shape = (5, 5)
    with pytest.raises(ValueError, match="without a copy"):
        x.T.shape = 12
    with pytest.raises(ValueError, match="requires gradients"):
        x.clone().requires_grad_().shape = 12
    with pytest.raises(ValueError, match="product must have shape"):
        x @= np.ones((4, 2))
    with pytest.raises(ValueError, match="kind must be"):
        x.sort(kind="nonsense")


def test_a_shape_that_is_set_shows_in_what_was_kept_for_gradients(x):
    weights = fg.ones((3, 4), dtype=fg.float64, requires_grad=True)
    product = weights * x
    x.shape = 12
    with pytest.raises(RuntimeError, match="modified in place"):
        product.sum().backward()


def test_products_in_place_are_written_where_the_tensor_lies():
    m = np.eye(2) * 2
    same = m
    m @= np.ones((2, 2))
    assert same is m
    assert m.tolist() == [[2, 2], [2, 2]]


def test_gradients_flow_through_what_is_written_to_flat(x):
    source = fg.tensor([1.0, 2.0], dtype=fg.float64, requires_grad=True)
    y = np.array(x)
    y.flat[1:3] = source
    (y.flat[:3] ** 2).sum().backward()
    assert source.grad.tolist() == [2, 4]


def test_files_and_pickles_are_numpys(x, tmp_path):
    x.tofile(tmp_path / "x")
    assert numpy.fromfile(tmp_path / "x").tolist() == x.ravel().tolist()
    x.dump(tmp_path / "pickle")
    assert numpy.array_equal(pickle.loads((tmp_path / "pickle").read_bytes()), arrays()["x"])
    assert numpy.array_equal(pickle.load(io.BytesIO(x.dumps())), arrays()["x"])
