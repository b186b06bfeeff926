"""Gradients of keys of integers and slices, and of views of views, against NumPy's assignment."""

import numpy as np
import pytest

import fastgrad as fg

KEYS = [
    2, -1, slice(1, 3), slice(None, None, -1), slice(3, 0, -2), slice(2, 2), slice(None),
    (1, 2), (slice(0, 3, 2), 1), (0, slice(None, None, -2)), (slice(1, None), slice(2, 0, -1), -1), (),
]  # fmt: skip


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_values_and_two_gradients(key):
    values = np.arange(60, dtype=np.float64).reshape(4, 5, 3)
    x = fg.tensor(values, requires_grad=True)
    y = x[key]
    np.testing.assert_array_equal(y.detach().numpy(), values[key])
    (g,) = fg.autograd.grad((y * y * y).sum(), [x], create_graph=True)
    wanted = np.zeros_like(values)
    wanted[key] = 3 * values[key] ** 2
    np.testing.assert_array_equal(g.detach().numpy(), wanted)
    (h,) = fg.autograd.grad(g[key].sum(), [x])
    wanted[key] = 6 * values[key]
    np.testing.assert_array_equal(h.numpy(), wanted)


@pytest.mark.parametrize("key", KEYS, ids=str)
def test_writing_by_key(key):
    values = np.arange(60, dtype=np.float64).reshape(4, 5, 3)
    x = fg.tensor(values)
    x[key] = 7.0
    values[key] = 7.0
    np.testing.assert_array_equal(x.numpy(), values)


def test_parts_add_to_one_gradient():
    x = fg.tensor(np.arange(6.0), requires_grad=True)
    (x[1] * 2.0 + x[1:4].sum() + x[::-2].sum() * 3.0).backward()
    np.testing.assert_array_equal(x.grad.numpy(), [0, 6, 1, 4, 0, 3])


@pytest.mark.parametrize("operation", ["add", "multiply"])
def test_small_writes_in_place_of_memory_that_overlaps(operation):
    values = np.arange(8, dtype=np.float32)
    x = fg.tensor(values)
    moved = getattr(np, operation)(values[1:], values[:-1])
    target, other = x[1:], x[:-1]
    if operation == "add":
        target += other
    else:
        target *= other
    np.testing.assert_array_equal(x.numpy(), np.concatenate([values[:1], moved]))
    one = fg.tensor(values)
    one += one[3]  # an element of itself: its value before the write
    np.testing.assert_array_equal(one.numpy(), values + 3)
    shifted = fg.tensor(values)
    shifted[1:] = shifted[:-1]
    np.testing.assert_array_equal(shifted.numpy(), [0, 0, 1, 2, 3, 4, 5, 6])
