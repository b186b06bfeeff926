"""Memory that is out is a MemoryError, and only when the cache is empty too."""

from __future__ import annotations

import sys

import pytest

from fastgrad import _core

pytestmark = [
    pytest.mark.skipif(sys.platform != "linux", reason="limits of the address space are Linux's"),
    pytest.mark.skipif(_core.config()["allocator"] != "caching", reason="FASTGRAD_ALLOCATOR=system"),
]

# The address space is limited to what is in use and `room`; the cache then holds as much as is asked for.
LIMITED = """
import resource
import numpy as np
import fastgrad as fg
from fastgrad import memory
from fastgrad.nn import functional as F

fg.set_num_threads(1)

def fill_cache(megabytes, size):
    memory.set_cache_limit(1 << 40)
    held = [fg.empty(size, dtype=fg.uint8) for _ in range((megabytes << 20) // size)]
    del held
    assert memory.stats()["cached"] >= (megabytes << 20) * 0.9

def limit(room):
    pages = int(open("/proc/self/statm").read().split()[0])
    resource.setrlimit(resource.RLIMIT_AS, (pages * resource.getpagesize() + room, resource.RLIM_INFINITY))
"""

CALLS = {
    "an array": "fg.empty(100 << 20, dtype=fg.uint8)",
    "an array of few pages": "[fg.empty(40_000, dtype=fg.uint8) for _ in range(1500)]",
    "small arrays": "[fg.empty(3000, dtype=fg.uint8) for _ in range(20_000)]",
    "scratch of a product": "a @ a",
    "scratch of a convolution": "F.conv2d(images, kernels)",
    "scratch of a reduction": "a.T.sum(axis=0), a.argmax(), a.std(axis=None)",
    "scratch of strided work": "a.T + a[::-1]",
    "draws": "fg.random.multinomial(fg.ones(2_000_000, dtype=fg.float64), 10)",
    "draws without replacement": "fg.random.multinomial(fg.ones(2_000_000, dtype=fg.float64), 10, replacement=False)",
    "places of a mask": "a[a > 0.5]",
    "a gradient": "(w * a).exp().sum().backward()",
}


@pytest.mark.parametrize("size", [60_000, 1 << 20, 8 << 20], ids=["60 KB", "1 MB", "8 MB"])
@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS.keys())
def test_the_cache_is_emptied_before_a_request_fails(run_python, call, size):
    done = run_python(
        LIMITED
        + f"""
a = fg.asarray(np.random.RandomState(0).rand(700, 700).astype(np.float32))
w = fg.ones(700, 700, requires_grad=True)
images, kernels = fg.ones(4, 8, 64, 64), fg.ones(16, 8, 3, 3)
fill_cache(300, {size})
limit(4 << 20)
{call}
print("done")
"""
    )
    assert done.stdout == "done\n", done.stderr[-2000:]


@pytest.mark.parametrize(
    "call",
    [
        "fg.empty(1 << 30, dtype=fg.uint8)",
        "fg.ones(1 << 28) + 1",
        "[fg.empty(3000, dtype=fg.uint8) for _ in range(10**6)]",
        "big @ big.T",
        "fg.one_hot(fg.zeros(100_000, dtype=fg.int64), 10_000)",
        "fg.outer(flat, flat) if hasattr(fg, 'outer') else flat[:, None] * flat",
        "chain()",
    ],
)
@pytest.mark.parametrize("threads", [1, 2])
def test_memory_that_is_out_is_a_memory_error(run_python, call, threads):
    done = run_python(
        LIMITED
        + f"""
fg.set_num_threads({threads})
big, flat = fg.ones(20_000, 4), fg.ones(20_000)
(fg.ones(500, 500) @ fg.ones(500, 500)).sum()  # the threads are there

def chain():
    x = fg.ones(100_000, requires_grad=True)
    while True:
        x = x.sin()

limit(100 << 20)
for _ in range(2):
    try:
        {call}
    except MemoryError as error:
        print("refused:", error)
print((fg.ones(300, 300) @ fg.ones(300, 300)).sum().item())
"""
    )
    assert done.returncode == 0, done.stderr[-2000:]
    lines = done.stdout.splitlines()
    assert [line.startswith("refused:") for line in lines] == [True, True, False]
    assert float(lines[-1]) == 300**3


@pytest.mark.parametrize("shape", [(1 << 62,), (1 << 40, 1 << 40), (1 << 61, 4), (1 << 47,), (1 << 20, 1 << 30)])
def test_sizes_that_no_memory_has_are_errors(shape):
    import fastgrad as fg

    for make in (fg.empty, fg.zeros, fg.ones):
        with pytest.raises(
            (MemoryError, ValueError), match=r"more (bytes|elements) than can be addressed|out of memory"
        ):
            make(*shape, dtype=fg.float64)
