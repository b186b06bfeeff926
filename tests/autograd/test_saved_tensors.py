"""An operation keeps as many tensors as its rule needs, each guarded against writes."""

import numpy as np
import pytest

import fastgrad as fg

AXES = 7


def indexed():
    """A tensor of seven axes, read at an index array for each."""
    x = fg.arange(2**AXES, dtype=fg.float64).reshape((2,) * AXES).requires_grad_()
    places = [fg.tensor([i % 2, 1]) for i in range(AXES)]
    return x, places, x[tuple(places)]


def test_more_than_four_tensors_are_kept():
    x, _, y = indexed()
    (y * fg.tensor([1.0, 2.0])).sum().backward()
    expected = np.zeros((2,) * AXES)
    np.add.at(expected, tuple(np.array([i % 2, 1]) for i in range(AXES)), [1.0, 2.0])
    np.testing.assert_array_equal(x.grad.numpy(), expected)


@pytest.mark.parametrize("which", range(AXES))
def test_a_write_to_any_of_them_is_an_error(which):
    _, places, y = indexed()
    places[which].zero_()
    with pytest.raises(RuntimeError, match=r"getitem: a tensor of shape \(2,\) .* was modified in place"):
        y.sum().backward()


def test_they_are_let_go_with_the_graph():
    _, _, y = indexed()
    total = y.sum()
    total.backward()
    with pytest.raises(RuntimeError, match="getitem: going backward a second time"):
        total.backward()
