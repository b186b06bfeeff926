"""Results never depend on how many threads compute, nor on how many Python threads ask at once."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import _core


@pytest.fixture
def split():
    """Every grain so small that all work is cut into pieces."""
    threads, divisor = fg.num_threads(), _core.grain_divisor()
    _core.set_grain_divisor(1 << 20)
    yield
    _core.set_grain_divisor(divisor)
    fg.set_num_threads(threads)


def compute(seed: int) -> bytes:
    g = fg.Generator(seed)
    x = fg.randn(33, 65, generator=g).requires_grad_(True)
    w = fg.randn(65, 17, generator=g).requires_grad_(True)
    y = fg.softmax((x @ w).exp().mean(axis=0) + fg.rand(17, generator=g))
    (y * y).sum().backward()
    return np.asarray(x.grad).tobytes() + np.asarray(w.grad).tobytes()


def test_bit_identical_on_any_number_of_threads(split):
    fg.set_num_threads(1)
    wanted = compute(0)
    for n in (2, 3, 8):
        fg.set_num_threads(n)
        before = _core.region_counts()
        # The caller may finish small pieces before another thread has woken: until one took part.
        for _ in range(1000):
            assert compute(0) == wanted
            if _core.region_counts()[2] > before[2]:
                break
        assert _core.region_counts()[0] > before[0]
        assert _core.region_counts()[2] > before[2] or _core.config()["openmp"] is None


def test_many_python_threads_compute_at_once(split):
    fg.set_num_threads(2)
    wanted = [compute(seed) for seed in range(8)]
    with ThreadPoolExecutor(8) as pool:
        for _ in range(5):
            assert list(pool.map(compute, range(8))) == wanted


def test_one_graph_goes_backward_in_many_threads():
    x = fg.randn(50, generator=fg.Generator(0)).requires_grad_(True)
    y = (x.exp() * x).sum()
    (wanted,) = fg.autograd.grad(y, x, retain_graph=True)
    barrier = threading.Barrier(6)

    def gradient(_: int) -> bytes:
        barrier.wait()
        (g,) = fg.autograd.grad(y, x, retain_graph=True)
        return np.asarray(g).tobytes()

    with ThreadPoolExecutor(6) as pool:
        assert set(pool.map(gradient, range(6))) == {np.asarray(wanted).tobytes()}


def test_no_grad_is_of_its_thread():
    seen = []
    with fg.no_grad():
        t = threading.Thread(target=lambda: seen.append(fg.is_grad_enabled()))
        t.start()
        t.join()
        assert not fg.is_grad_enabled()
    assert seen == [True]


def test_tensors_made_in_one_thread_die_in_another():
    def make(_: int) -> list[fg.Tensor]:
        return [fg.ones(n % 300 + 1) * 2 for n in range(500)]

    before = _core.memory_stats()["in_use"]
    with ThreadPoolExecutor(4) as pool:
        for made in pool.map(make, range(8)):
            assert all((t == 2).all() for t in made[:3])
            del made
    assert _core.memory_stats()["in_use"] <= before + 4096


@pytest.mark.parametrize("n", [0, -1])
def test_thread_counts_below_one_are_refused(n):
    with pytest.raises(ValueError, match=f"got {n}"):
        fg.set_num_threads(n)


def test_set_num_threads_is_seen(split):
    fg.set_num_threads(3)
    assert fg.num_threads() in (3, 1)  # 1 in a build without OpenMP
