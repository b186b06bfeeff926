"""Random streams: counter-based, the same for any number of threads, with the moments they promise."""

from __future__ import annotations

import asyncio
import contextlib
import copy
import pickle
import threading

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


# ---- seeds and generators ----


def test_a_seed_is_an_int_of_64_bits():
    assert fg.Generator(2**64 - 1).initial_seed == 2**64 - 1
    assert fg.Generator(-1).initial_seed == 2**64 - 1
    assert fg.Generator(-(2**63)).initial_seed == 2**63
    assert fg.Generator(np.uint64(2**64 - 1)).initial_seed == 2**64 - 1
    for seed in (2**64, -(2**63) - 1, 10**30):
        for call in (fg.Generator, fg.Generator(0).manual_seed, fg.manual_seed):
            with pytest.raises(OverflowError, match=rf"a seed must be from -2\*\*63 to 2\*\*64 - 1, got {seed}"):
                call(seed)
    for seed in (1.0, "1", [1], fg.tensor(1.0)):
        with pytest.raises((TypeError, ValueError), match="Generator"):
            fg.Generator(0).manual_seed(seed)


def test_a_generator_takes_pytorchs_device():
    assert fg.Generator(device="cpu").initial_seed != fg.Generator("cpu").initial_seed
    assert fg.Generator(3, device="cpu").initial_seed == fg.Generator(seed=3).initial_seed == 3
    for call in (lambda: fg.Generator(device="cuda"), lambda: fg.Generator("cuda"), lambda: fg.Generator(0, "cuda:1")):
        with pytest.raises(ValueError, match="Generator: fastgrad computes on the CPU; device 'cuda"):
            call()
    for call in (lambda: fg.Generator(sead=1), lambda: fg.Generator(1, "cpu", 2)):
        with pytest.raises(TypeError, match="a seed and a device are expected"):
            call()


@pytest.mark.parametrize("name", [*DRAWS, "dropout"])
def test_what_is_no_generator_is_refused_by_name(name):
    draw = DRAWS.get(name, lambda g: fg.nn.functional.dropout(fg.ones(3), generator=g))
    for wrong in (5, "cpu", np.random.default_rng(0), fg.ones(1)):
        with pytest.raises(
            TypeError, match=f"{name.split()[0]}: generator must be a fastgrad.Generator or None, got a"
        ):
            draw(wrong)


def test_parameters_of_distributions_are_numbers_through_which_no_gradient_flows():
    w = fg.tensor(0.5, requires_grad=True)
    for call, what in (
        (lambda v: fg.uniform(v, 1.0), "uniform: low"),
        (lambda v: fg.uniform(0.0, v), "uniform: high"),
        (lambda v: fg.normal(v, 1.0), "normal: mean"),
        (lambda v: fg.normal(0.0, v), "normal: std"),
    ):
        for wrong in (w, "0.5", None, [0.5], fg.ones(2)):
            with pytest.raises(TypeError, match=f"{what} must be a number"):
                call(wrong)
        assert call(np.float32(0.5)).shape == call(fg.tensor(0.5)).shape == ()
    assert fg.bernoulli([0.0, 1.0]).tolist() == fg.bernoulli(np.array([0.0, 1.0])).tolist() == [0.0, 1.0]
    assert fg.multinomial([0.0, 1.0, 0.0], 1).tolist() == [1]


# ---- whose default generator ----


def network():
    net = fg.nn.Sequential(fg.nn.Conv2d(1, 2, 3), fg.nn.Linear(8, 3), fg.nn.Dropout(0.5))
    return [*(p.detach().numpy().tobytes() for p in net.parameters()), net[2](fg.ones(50)).numpy().tobytes()]


def in_threads(work, arguments):
    results = [None] * len(arguments)
    start = threading.Barrier(len(arguments))

    def run(i):
        start.wait()
        results[i] = work(arguments[i])

    threads = [threading.Thread(target=run, args=(i,)) for i in range(len(arguments))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return results


def seeded(seed):
    fg.manual_seed(seed)
    return network()


@pytest.fixture
def untouched():
    fg.manual_seed(77)
    fg.rand(3)
    state = fg.get_rng_state()
    yield state
    assert fg.get_rng_state() == state


@pytest.mark.parametrize("how", ["manual_seed", "fork_rng"])
def test_each_thread_that_seeds_gets_its_networks_and_nobody_elses(how, untouched):
    def build(seed):
        if how == "fork_rng":
            with fg.random.fork_rng():
                return seeded(seed)
        return seeded(seed)

    with fg.random.fork_rng():
        wanted = {seed: seeded(seed) for seed in range(4)}
    seeds = [0, 1, 2, 3] * 2
    for _ in range(10):
        assert in_threads(build, seeds) == [wanted[seed] for seed in seeds]


def test_a_thread_that_does_not_seed_draws_from_the_process():
    fg.manual_seed(5)
    wanted = fg.rand(4).tolist()
    fg.manual_seed(5)
    assert in_threads(lambda _: fg.rand(4).tolist(), [0]) == [wanted]
    assert fg.manual_seed(1) is fg.default_generator


def test_a_threads_state_is_saved_and_restored_as_its_own(untouched):
    def work(seed):
        fg.manual_seed(seed)
        state = fg.get_rng_state()
        first = fg.rand(3).tolist()
        fg.set_rng_state(state)
        return first == fg.rand(3).tolist()

    assert in_threads(work, [0, 1]) == [True, True]
    assert in_threads(lambda state: fg.set_rng_state(state), [(9, 9)]) == [None]


def test_fork_rng_leaves_the_generator_as_it_was(untouched):
    with fg.random.fork_rng() as inside:
        assert fg.get_rng_state() == untouched
        first = fg.rand(3).tolist()
        assert fg.manual_seed(1) is inside
        with fg.random.fork_rng():
            fg.rand(100)
        assert fg.get_rng_state() == (1, 0)
        fg.set_rng_state((4, 5))
    with contextlib.suppress(KeyError), fg.random.fork_rng():
        fg.rand(3)
        raise KeyError
    assert fg.get_rng_state() == untouched
    assert fg.rand(3).tolist() == first  # the block began where the outside stands
    fg.set_rng_state(untouched)

    @fg.random.fork_rng()
    def library(seed):
        fg.manual_seed(seed)
        return fg.rand(2).tolist()

    assert library(1) == library(1) != library(2)
    with fg.random.fork_rng(enabled=False):
        fg.rand(3)
    assert fg.get_rng_state() != untouched
    fg.set_rng_state(untouched)


def test_asynchronous_tasks_do_not_see_each_others_fork(untouched):
    async def build(seed):
        with fg.random.fork_rng():
            fg.manual_seed(seed)
            parts = []
            for _ in range(3):
                await asyncio.sleep(0)
                parts.append(fg.rand(2).tolist())
        return parts

    async def both():
        return await asyncio.gather(*(build(seed) for seed in (0, 1, 0)))

    a, b, c = asyncio.run(both())
    assert a == c != b
    assert [asyncio.run(build(1))] == [b]


def test_modules_that_draw_take_a_generator(untouched):
    for make in (
        lambda g: fg.nn.Linear(3, 4, generator=g),
        lambda g: fg.nn.Conv2d(2, 4, 3, generator=g),
    ):
        with fg.random.fork_rng():
            fg.manual_seed(3)
            wanted = [p.tolist() for p in make(None).parameters()]
        generator = fg.Generator(3)
        layer = make(generator)
        assert [p.tolist() for p in layer.parameters()] == wanted
        layer.reset_parameters(generator.manual_seed(3))
        assert [p.tolist() for p in layer.parameters()] == wanted
        with pytest.raises(TypeError, match="generator must be a fastgrad"):
            make(3)
    dropout = fg.nn.Dropout(0.5, generator=fg.Generator(3))
    first = dropout(fg.ones(100)).tolist()
    assert copy.deepcopy(dropout)(fg.ones(100)).tolist() == dropout(fg.ones(100)).tolist() != first
    dropout.generator.manual_seed(3)
    assert dropout(fg.ones(100)).tolist() == first


def test_a_subclass_may_have_a_reset_parameters_of_its_own():
    class Zero(fg.nn.Linear):
        def reset_parameters(self):
            fg.nn.init.zeros_(self.weight)

    assert not Zero(2, 2, bias=False).weight.detach().numpy().any()


ON_DEVICES = {
    "rand": lambda device: fg.rand(2, device=device, generator=fg.Generator(0)),
    "randn": lambda device: fg.randn(2, device=device, generator=fg.Generator(0)),
    "normal": lambda device: fg.normal(0.0, 1.0, (2,), device=device, generator=fg.Generator(0)),
    "randint": lambda device: fg.randint(0, 5, (2,), device=device, generator=fg.Generator(0)),
    "randperm": lambda device: fg.randperm(2, device=device, generator=fg.Generator(0)),
}


@pytest.mark.parametrize("name", ON_DEVICES)
def test_what_draws_takes_the_device_that_there_is(name):
    assert ON_DEVICES[name]("cpu").shape == ON_DEVICES[name](None).shape == (2,)
    with pytest.raises(ValueError, match=f"^{name}: fastgrad computes on the CPU; device 'cuda' is not known$"):
        ON_DEVICES[name]("cuda")
