"""An axis that a tensor does not have is NumPy's AxisError and PyTorch's IndexError, whoever asks for it."""

from __future__ import annotations

import pickle

import numpy
import pytest

import fastgrad as fg
from fastgrad.ops.pytorch import reduce, view
from fastgrad.ops.pytorch.index import index_select

CALLS = [
    lambda x, axis: fg.sum(x, axis),
    lambda x, axis: fg.sum(x, (0, axis)),
    lambda x, axis: fg.softmax(x, axis),
    lambda x, axis: fg.argmax(x, axis),
    lambda x, axis: fg.take(x, fg.asarray([0]), axis=axis),
    lambda x, axis: fg.concat([x, x], axis=axis),
    lambda x, axis: fg.squeeze(x, axis=axis),
    lambda x, axis: fg.moveaxis(x, 0, axis),
    lambda x, axis: fg.vecdot(x, x, axis=axis),
    lambda x, axis: fg.tensordot(x, x, axes=([axis], [0])),
    lambda x, axis: fg.sort(x, axis=axis),
    lambda x, axis: fg.cumulative_sum(x, axis=axis),
    lambda x, axis: fg.cumulative_prod(x, axis=axis),
    lambda x, axis: fg.quantile(x, 0.5, axis),
    lambda x, axis: fg.linalg.vector_norm(x, axis=(0, axis)),
    lambda x, axis: fg.linalg.cross(x, x, axis=axis),
    lambda x, axis: x.flatten(axis),
    lambda x, axis: x.size(axis),
    lambda x, axis: fg.nn.functional.cosine_similarity(x, x, dim=axis),
    lambda x, axis: fg.nn.Unflatten(axis, (1, 3))(x),
    lambda x, axis: reduce.median(x, axis),
    lambda x, axis: view.unflatten(x, axis, (1, 3)),
    lambda x, axis: index_select(x, axis, fg.asarray([0])),
]


@pytest.mark.parametrize("axis", [2, -3])
@pytest.mark.parametrize("call", CALLS)
def test_it_is_numpys_axis_error_and_an_index_error(call, axis):
    with pytest.raises(fg.errors.TensorAxisError, match=f"axis {axis} is out of bounds for array of dimension 2") as e:
        call(fg.ones((2, 3)), axis)
    for kind in (numpy.exceptions.AxisError, ValueError, IndexError, RuntimeError, fg.errors.TensorIndexError):
        assert isinstance(e.value, kind)
    assert (e.value.axis, e.value.ndim) == (axis, 2)


def test_it_survives_pickling():
    with pytest.raises(fg.errors.TensorAxisError) as caught:
        fg.sum(fg.ones(2), 1)
    again = pickle.loads(pickle.dumps(caught.value))
    assert str(again) == str(caught.value)
    assert str(again).startswith("sum: axis 1 is out of bounds")


def test_an_axis_beyond_every_word_is_one_too():
    with pytest.raises(numpy.exceptions.AxisError):
        fg.argmax(fg.ones(2), 10**30)
