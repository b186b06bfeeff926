"""The caching allocator: what it counts, keeps and gives back; training steps that do not grow."""

from __future__ import annotations

import gc
import sys

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import _core, memory, nn, optim

caching = pytest.mark.skipif(_core.config()["allocator"] != "caching", reason="FASTGRAD_ALLOCATOR=system")


@caching
def test_in_use_and_peak_follow_a_tensor():
    size = 8 << 20
    before = memory.stats()["in_use"]
    memory.reset_peak()
    t = fg.empty(size, dtype=fg.uint8)
    held = memory.stats()
    assert size <= held["in_use"] - before <= 1.25 * size
    assert held["peak"] >= held["in_use"]
    del t
    after = memory.stats()
    assert after["in_use"] == before
    assert after["peak"] == held["peak"]
    memory.reset_peak()
    assert memory.stats()["peak"] == before


@caching
def test_freed_memory_is_used_again():
    memory.empty_cache()
    t = fg.empty(8 << 20, dtype=fg.uint8)
    address = t.data_ptr()
    del t
    assert memory.stats()["cached"] >= 8 << 20
    assert fg.empty(8 << 20, dtype=fg.uint8).data_ptr() == address


@caching
def test_a_size_that_the_cache_lacks_leaves_the_others_in_it():
    """The cache is emptied when the system refuses memory, not when it must be asked for some."""
    memory.empty_cache()
    kept = fg.empty(8 << 20, dtype=fg.uint8)
    del kept
    others = [fg.empty(size, dtype=fg.uint8) for size in (100, 5_000, 20_000, 65_000, 300_000, 3 << 20)]
    assert memory.stats()["cached"] >= 8 << 20
    del others


@caching
def test_empty_cache_returns_memory():
    memory.empty_cache()
    beside = memory.stats()["cached"]  # small blocks that lie beside others that are in use
    blocks = [fg.empty(4 << 20, dtype=fg.uint8) for _ in range(4)]
    blocks.clear()
    assert memory.stats()["cached"] >= 16 << 20
    memory.empty_cache()
    assert memory.stats()["cached"] < beside + (1 << 20)


@caching
def test_cache_is_bounded():
    limit = memory.stats()["cache_limit"]
    memory.empty_cache()
    beside = memory.stats()["cached"]
    try:
        memory.set_cache_limit(16 << 20)
        blocks = [fg.empty(4 << 20, dtype=fg.uint8) for _ in range(16)]
        blocks.clear()
        assert memory.stats()["cached"] <= beside + (16 << 20) + (1 << 20)  # a thread's own small blocks are outside it
    finally:
        memory.set_cache_limit(limit)


def test_a_negative_limit_is_an_error():
    with pytest.raises(ValueError, match=r"set_cache_limit.*-1"):
        memory.set_cache_limit(-1)


def test_memory_is_aligned():
    for n in (1, 7, 100, 10_000, 1_000_000):
        assert fg.empty(n).data_ptr() % 64 == 0


def test_impossible_sizes_are_memory_errors():
    with pytest.raises((MemoryError, OverflowError, ValueError)):
        fg.empty(1 << 61)
    with pytest.raises((MemoryError, OverflowError, ValueError)):
        fg.zeros(1 << 40, 1 << 40)
    assert fg.ones(3).sum().item() == 3


def test_training_does_not_grow():
    fg.manual_seed(0)
    net = nn.Sequential(nn.Conv2d(1, 4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.Linear(4 * 36, 10))
    optimizer = optim.Adam(net.parameters())
    x, y = fg.randn(16, 1, 8, 8), fg.randint(10, size=16)

    def step() -> None:
        optimizer.zero_grad()
        nn.functional.cross_entropy(net(x), y).backward()
        optimizer.step()

    for _ in range(5):
        step()
    used = memory.stats()["in_use"]
    gc.disable()
    try:
        for _ in range(200):
            step()
        assert memory.stats()["in_use"] == used
    finally:
        gc.enable()


SAME = """
import fastgrad as fg
g = fg.Generator(0)
x = fg.randn(100, 70, generator=g).requires_grad_(True)
(x @ fg.randn(70, 30, generator=g)).exp().mean().backward()
print(fg._core.config()["allocator"], fg.asarray(x.grad).numpy().tobytes().hex())
"""


def test_system_allocator_gives_the_same_results(run_python):
    plain, system = run_python(SAME), run_python(SAME, FASTGRAD_ALLOCATOR="system")
    assert plain.returncode == system.returncode == 0, plain.stderr + system.stderr
    assert system.stdout.split()[0] == "system"
    assert plain.stdout.split()[1] == system.stdout.split()[1]


def test_unknown_allocator_is_an_import_error(run_python):
    done = run_python("import fastgrad", FASTGRAD_ALLOCATOR="bogus")
    assert done.returncode == 1
    assert "ImportError" in done.stderr
    assert "bogus" in done.stderr


def test_borrowed_memory_is_released_with_its_last_user():
    array = np.ones(1000)
    before = sys.getrefcount(array)
    t = fg.asarray(array)
    view = t[10:20].reshape(2, 5)
    assert sys.getrefcount(array) > before
    del t
    assert sys.getrefcount(array) > before
    del view
    assert sys.getrefcount(array) == before
