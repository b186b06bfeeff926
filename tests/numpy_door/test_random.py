"""What NumPy's generators are, beside the numbers that they draw."""

from __future__ import annotations

import copy
import pickle

import numpy
import pytest

import fastgrad as fg
import fastgrad.numpy as np

GENERATORS = [lambda: np.random.default_rng(3), lambda: np.random.RandomState(3)]


@pytest.mark.parametrize("make", GENERATORS)
@pytest.mark.parametrize("again", [copy.copy, copy.deepcopy, lambda r: pickle.loads(pickle.dumps(r))])
def test_generators_are_copied_with_their_state(make, again):
    first = make()
    first.normal(size=3)
    second = again(first)
    assert type(second) is type(first)
    numbers = second.normal(size=3)
    assert isinstance(numbers, fg.Tensor)
    numpy.testing.assert_array_equal(numbers, (make().normal(size=6))[3:])


def test_generators_are_numpys_to_those_who_ask():
    assert isinstance(np.random.default_rng(), numpy.random.Generator)
    assert isinstance(np.random.RandomState(), numpy.random.RandomState)


def test_a_generator_of_a_generator_draws_from_the_same():
    theirs = numpy.random.default_rng(3)
    ours = np.random.default_rng(theirs)
    assert np.random.default_rng(ours) is ours
    expected = numpy.random.default_rng(3).random(4)
    numpy.testing.assert_array_equal([*ours.random(2), *theirs.random(2)], expected)


def test_the_state_is_the_one_that_numpy_has():
    numpy.random.seed(3)
    ours = np.random.rand(2)
    numpy.random.seed(3)
    numpy.testing.assert_array_equal(ours, numpy.random.rand(2))


@pytest.mark.parametrize(
    "write",
    [
        np.random.shuffle,
        np.random.default_rng(3).shuffle,
        np.random.RandomState(3).shuffle,
        lambda x: np.random.default_rng(3).random(out=x),
        lambda x: np.random.default_rng(3).standard_normal(None, np.float64, x),
        lambda x: np.random.default_rng(3).permuted(x, out=x),
    ],
)
def test_what_is_written_counts_its_versions(write):
    x = np.arange(4.0)
    w = np.ones(4)
    w.requires_grad_()
    loss = (w * x).sum()
    write(x)
    with pytest.raises(RuntimeError, match="version"):
        loss.backward()


def test_shuffling_has_a_gradient():
    w = np.arange(4.0)
    w.requires_grad_()
    x = w * 2
    np.random.default_rng(3).shuffle(x)
    (x * np.array([1.0, 2.0, 3.0, 4.0])).sum().backward()
    order = numpy.arange(4)
    numpy.random.default_rng(3).shuffle(order)
    expected = numpy.empty(4)
    expected[order] = 2 * numpy.array([1.0, 2.0, 3.0, 4.0])
    numpy.testing.assert_array_equal(w.grad, expected)


@pytest.mark.parametrize(
    "call",
    [
        lambda t: np.random.normal(loc=t),
        lambda t: np.random.default_rng(3).normal(t, 1.0),
        lambda t: np.random.RandomState(3).choice(t),
    ],
)
def test_a_gradient_that_would_be_lost_is_an_error(call):
    t = np.arange(4.0)
    t.requires_grad_()
    with pytest.raises(TypeError, match="has no gradient here"):
        call(t)
    with fg.no_grad():
        call(t)


@pytest.mark.parametrize(
    ("call", "error"),
    [
        (lambda np: np.random.randint(5, 2), ValueError),
        (lambda np: np.random.choice(3, 5, replace=False), ValueError),
        (lambda np: np.random.normal(scale=-1.0), ValueError),
        (lambda np: np.random.shuffle(np.array(3)), TypeError),
        (lambda np: np.random.default_rng(3).shuffle(np.ones((2, 3)), axis=2), ValueError),
        (lambda np: np.random.default_rng(3).random(out=np.arange(3)), TypeError),
        (lambda np: np.random.default_rng(3).random(out=np.ones(3), size=4), ValueError),
        (lambda np: np.random.rand(1.5), TypeError),
        (lambda np: np.random.no_such_thing, AttributeError),
    ],
)
def test_errors_are_numpys(call, error):
    for module in (numpy, np):
        with pytest.raises(error):
            call(module)
