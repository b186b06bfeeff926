"""Random streams: counter-based, the same for any number of threads, with the moments they promise."""

from __future__ import annotations

import copy
import pickle

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import _core

DRAWS = {
    "rand": lambda g: fg.rand(1000, generator=g),
    "randn": lambda g: fg.randn(1000, generator=g),
    "randn of float64": lambda g: fg.randn(1000, generator=g, dtype=fg.float64),
    "uniform": lambda g: fg.uniform(-1, 3, 1000, generator=g),
    "normal": lambda g: fg.normal(2, 0.5, 1000, generator=g),
    "randint": lambda g: fg.randint(-5, 90, 1000, generator=g),
    "randperm": lambda g: fg.randperm(1000, generator=g),
    "bernoulli": lambda g: fg.bernoulli(0.3, 1000, generator=g),
    "multinomial": lambda g: fg.multinomial(fg.arange(1, 20, dtype=fg.float32), 50, replacement=True, generator=g),
}


@pytest.fixture
def split():
    threads, divisor = fg.num_threads(), _core.grain_divisor()
    _core.set_grain_divisor(1 << 20)
    yield
    _core.set_grain_divisor(divisor)
    fg.set_num_threads(threads)


@pytest.mark.parametrize("name", DRAWS)
def test_stream_is_the_same_on_any_number_of_threads(name, split):
    fg.set_num_threads(1)
    wanted = np.asarray(DRAWS[name](fg.Generator(7)))
    for n in (2, 3, 8):
        fg.set_num_threads(n)
        np.testing.assert_array_equal(np.asarray(DRAWS[name](fg.Generator(7))), wanted)


@pytest.mark.parametrize("name", DRAWS)
def test_seed_decides_and_calls_go_on(name):
    g = fg.Generator(1)
    first, second = np.asarray(DRAWS[name](g)), np.asarray(DRAWS[name](g))
    assert not np.array_equal(first, second)
    np.testing.assert_array_equal(np.asarray(DRAWS[name](fg.Generator(1))), first)
    assert not np.array_equal(np.asarray(DRAWS[name](fg.Generator(2))), first)


@pytest.mark.parametrize("name", DRAWS)
def test_saved_state_repeats(name):
    g = fg.Generator(3)
    DRAWS[name](g)
    state = g.get_state()
    wanted = np.asarray(DRAWS[name](g))
    for same in (copy.copy(g), copy.deepcopy(g), pickle.loads(pickle.dumps(g))):
        same.set_state(state)
        np.testing.assert_array_equal(np.asarray(DRAWS[name](same)), wanted)
    g.set_state(state)
    np.testing.assert_array_equal(np.asarray(DRAWS[name](g)), wanted)


def test_global_generator_seeds_and_restores():
    before = fg.get_rng_state()
    try:
        fg.manual_seed(5)
        state = fg.get_rng_state()
        wanted = fg.randn(10).tolist()
        fg.set_rng_state(state)
        assert fg.randn(10).tolist() == wanted
        fg.manual_seed(5)
        assert fg.randn(10).tolist() == wanted
    finally:
        fg.set_rng_state(before)


# Of n draws the mean lies within 5 standard errors, and so does the variance, but for one seed in a million.


def test_moments_of_uniform_numbers():
    n = 200_000
    x = np.asarray(fg.rand(n, generator=fg.Generator(0), dtype=fg.float64))
    assert x.min() >= 0
    assert x.max() < 1
    assert abs(x.mean() - 0.5) < 5 * np.sqrt(1 / 12 / n)
    assert abs(x.var() - 1 / 12) < 5 * np.sqrt(1 / 180 / n)


@pytest.mark.parametrize("dtype", [fg.float32, fg.float64])
def test_moments_of_normal_numbers(dtype):
    n = 200_000
    x = np.asarray(fg.randn(n, generator=fg.Generator(0), dtype=dtype)).astype(np.float64)
    assert abs(x.mean()) < 5 / np.sqrt(n)
    assert abs(x.var() - 1) < 5 * np.sqrt(2 / n)
    assert abs((x**3).mean()) < 5 * np.sqrt(15 / n)
    assert abs((x**4).mean() - 3) < 5 * np.sqrt(96 / n)


def test_integers_are_even():
    n, k = 100_000, 10
    counts = np.bincount(np.asarray(fg.randint(k, size=n, generator=fg.Generator(0))), minlength=k)
    assert len(counts) == k
    # Chi-squared with 9 degrees of freedom exceeds 45 once in a million.
    assert ((counts - n / k) ** 2 / (n / k)).sum() < 45


def test_permutation_is_one():
    p = np.asarray(fg.randperm(1000, generator=fg.Generator(0)))
    np.testing.assert_array_equal(np.sort(p), np.arange(1000))


def test_bernoulli_rate():
    n = 100_000
    x = np.asarray(fg.bernoulli(0.3, n, generator=fg.Generator(0)))
    assert set(np.unique(x)) == {0, 1}
    assert abs(x.mean() - 0.3) < 5 * np.sqrt(0.21 / n)


@pytest.mark.parametrize("state", [(1,), (1, -1), ("a", 2), None, (1, 2**64)])
def test_states_that_are_none_are_refused(state):
    with pytest.raises((ValueError, TypeError)):
        fg.Generator(0).set_state(state)
