"""Gradients of writes and reads by index are the transposes of the linear maps that NumPy's are."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg


def several(*numbers):
    return np.array(numbers)


MASK = np.array([True, False, True])
EVERY = slice(None)

WRITES = [
    # (shape of what is written to, key, shape of the value)
    ((3,), several(0, 0), (2,)),
    ((3,), several(0, 0), ()),
    ((5,), several(-1, 4, 1), (3,)),
    ((5,), several(2), ()),
    ((3,), np.zeros(0, np.int64), (0,)),
    ((3, 4), several(0, 0, 2), (3, 4)),
    ((3, 4), several(0, 0, 2), (4,)),
    ((3, 4), several(0, 0, 2), (3, 1)),
    ((3, 4), several([0, 1], [1, 0]), (2, 2, 4)),
    ((3, 4), (EVERY, several(1, 1, 0)), (3, 3)),
    ((3, 4), (several(1, 1, 0), several(2, 2, 3)), (3,)),
    ((3, 4), (several([1, 1], [0, 1]), several(2, 2)), (2, 2)),
    ((3, 4), (several([1, 1], [0, 1]), 1), (2, 2)),
    ((3, 4), (1, several(0, 0)), (2,)),
    ((3, 4), (None, several(1, 1)), (1, 2, 4)),
    ((3, 4), (slice(None, None, -1), several(0, 0)), (3, 2)),
    ((3, 4, 2), (several(1, 1), EVERY, several(0, 0)), (2, 4)),
    ((3, 4, 2), (EVERY, several(1, 1), several(0, 0)), (3, 2)),
    ((3, 4, 2), (Ellipsis, several(1, 0, 1)), (3, 4, 3)),
    ((3, 4), MASK, (2, 4)),
    ((3, 4), MASK, (4,)),
    ((3, 4), (MASK, several(1, 1)), (2,)),
    ((3, 4), (MASK, several([1], [1])), (2, 2)),
    ((3, 4), True, (3, 4)),
    ((3, 4), (True, several(1, 1)), (2, 4)),
]


def with_tensors(key):
    if isinstance(key, tuple):
        return tuple(with_tensors(k) for k in key)
    return fg.tensor(key) if isinstance(key, np.ndarray) else key


def written(target, key, value):
    result = target.copy()
    result[key] = value
    return result


def transpose(f, shape, weight):
    """The transpose of the linear map f, from arrays of a shape, applied to weight."""
    found = np.zeros(shape)
    for place in np.ndindex(*shape):
        unit = np.zeros(shape)
        unit[place] = 1.0
        found[place] = (f(unit) * weight).sum()
    return found


@pytest.mark.parametrize(("shape", "key", "value_shape"), WRITES, ids=str)
def test_of_values_written_to_one_place_the_last_stays_and_has_the_gradient(shape, key, value_shape):
    random = np.random.RandomState(0)
    base, value, weight = random.randn(*shape), np.asarray(random.randn(*value_shape)), random.randn(*shape)
    x, v = fg.tensor(base, requires_grad=True), fg.tensor(value, requires_grad=True)
    h = x * 1.0
    h[with_tensors(key)] = v
    np.testing.assert_array_equal(h.detach().numpy(), written(base, key, value))
    of_x, of_v = fg.autograd.grad(h, [x, v], fg.tensor(weight), create_graph=True)
    np.testing.assert_allclose(of_x.detach().numpy(), transpose(lambda u: written(u, key, 0.0), shape, weight))
    wanted = transpose(lambda u: written(np.zeros(shape), key, u), value_shape, weight)
    np.testing.assert_allclose(of_v.detach().numpy(), wanted)


@pytest.mark.parametrize(("shape", "key", "value_shape"), WRITES, ids=str)
def test_second_derivatives_of_writes_are_the_finite_differences(shape, key, value_shape):
    random = np.random.RandomState(0)

    def f(x, v):
        h = x * x
        h[with_tensors(key)] = v * v
        return h * h

    inputs = [fg.tensor(np.asarray(random.randn(*s)), requires_grad=True) for s in (shape, value_shape)]
    assert fg.autograd.gradcheck(f, inputs)
    assert fg.autograd.gradgradcheck(f, inputs)


def test_it_is_the_last_also_of_many_written_by_several_threads():
    random = np.random.RandomState(0)
    places, values = random.randint(0, 1000, 300_000), random.randn(300_000)
    v = fg.tensor(values, requires_grad=True)
    h = fg.zeros(1000, dtype=fg.float64)
    h[fg.tensor(places)] = v
    wanted = written(np.zeros(1000), places, values)
    np.testing.assert_array_equal(h.detach().numpy(), wanted)
    h.backward(fg.tensor(wanted))
    stayed = v.grad.numpy() != 0
    assert stayed.sum() == 1000
    np.testing.assert_array_equal(values[stayed], v.grad.numpy()[stayed])
