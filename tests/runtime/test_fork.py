"""A forked child computes what its parent computes, also after the parent has computed with several threads."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import sys

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import _core

pytestmark = [
    pytest.mark.skipif(not hasattr(os, "fork"), reason="this system cannot fork"),
    # Python 3.12 and newer warn of forking with threads alive: that it works is what is tested.
    pytest.mark.filterwarnings("ignore:This process .* is multi-threaded:DeprecationWarning"),
]


@pytest.fixture(autouse=True)
def two_threads():
    """Several threads and pieces, whatever machine runs the test."""
    threads, divisor = fg.num_threads(), _core.grain_divisor()
    fg.set_num_threads(2)
    _core.set_grain_divisor(64)
    yield
    _core.set_grain_divisor(divisor)
    fg.set_num_threads(threads)


def compute(seed: int = 0) -> bytes:
    """A product, a convolution, a reduction and their gradients, as bytes; several pieces in each."""
    g = fg.Generator(seed)
    x = fg.randn(64, 96, generator=g).requires_grad_(True)
    w = fg.randn(96, 80, generator=g).requires_grad_(True)
    image = fg.randn(4, 3, 16, 16, generator=g).requires_grad_(True)
    kernel = fg.randn(8, 3, 3, 3, generator=g).requires_grad_(True)
    before = _core.region_counts()[0]
    loss = (x @ w).tanh().sum() + fg.nn.functional.conv2d(image, kernel, padding=1).exp().mean()
    loss.backward()
    assert _core.region_counts()[0] > before
    return b"".join(np.asarray(t.grad).tobytes() for t in (x, w, image, kernel))


def in_child(function, *args):
    """What function returns in a forked child; an error there is an error here."""
    reader, writer = os.pipe()
    child = os.fork()
    if child == 0:
        status = 1
        try:
            os.close(reader)
            with os.fdopen(writer, "wb") as out:
                pickle.dump(function(*args), out)
            status = 0
        except BaseException as error:
            print(f"in the child: {error!r}", file=sys.stderr)
        finally:
            os._exit(status)
    os.close(writer)
    with os.fdopen(reader, "rb") as received:
        data = received.read()
    assert os.waitpid(child, 0)[1] == 0
    return pickle.loads(data)


def test_child_computes_as_its_parent_did():
    wanted = compute()
    for _ in range(5):
        assert in_child(compute) == wanted
        assert compute() == wanted


@pytest.mark.skipif(_core.config()["openmp"] is None, reason="a build without OpenMP")
def test_child_uses_several_threads():
    def threads_used() -> int:
        before = _core.region_counts()[2]
        for seed in range(1000):
            compute(seed)
            if _core.region_counts()[2] > before:
                break
        return _core.region_counts()[2] - before

    assert in_child(threads_used) > 0


def test_grandchild_computes():
    wanted = compute()
    assert in_child(in_child, compute) == wanted


def test_process_pool_by_fork():
    wanted = [compute(seed) for seed in range(8)]
    with multiprocessing.get_context("fork").Pool(2) as pool:
        assert pool.map(compute, range(8)) == wanted
    assert compute(3) == wanted[3]


def test_graph_recorded_before_the_fork_goes_backward_in_the_child():
    x = fg.randn(64, 64, generator=fg.Generator(1)).requires_grad_(True)
    y = (x @ x).sum()

    def gradient() -> bytes:
        return np.asarray(fg.autograd.grad(y, x, retain_graph=True)[0]).tobytes()

    wanted = gradient()
    assert in_child(gradient) == wanted
    assert gradient() == wanted


def test_fork_while_other_threads_compute():
    import threading

    wanted = compute()
    stop = threading.Event()
    failures: list[BaseException] = []

    def work() -> None:
        try:
            while not stop.is_set():
                assert compute() == wanted
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(3)]
    for t in threads:
        t.start()
    try:
        for _ in range(5):
            assert in_child(compute) == wanted
    finally:
        stop.set()
        for t in threads:
            t.join()
    assert not failures
