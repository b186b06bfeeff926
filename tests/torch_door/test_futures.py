"""`torch.futures`: results that are set once, by whoever computes them."""

from __future__ import annotations

import threading

import pytest

from fastgrad.torch.futures import Future, collect_all, wait_all


def test_a_result_is_set_once_and_waited_for():
    future: Future = Future()
    threading.Timer(0.01, future.set_result, (3,)).start()
    assert future.wait() == future.value() == 3
    assert future.done()
    with pytest.raises(RuntimeError, match="has its result"):
        future.set_result(4)
    with pytest.raises(RuntimeError, match="no result yet"):
        Future().value()


def test_what_follows_gets_the_future_and_passes_errors_on():
    first: Future = Future()
    second = first.then(lambda f: f.value() + 1)
    third = second.then(lambda f: 1 / 0)
    seen = []
    third.add_done_callback(seen.append)
    assert not second.done()
    first.set_result(1)
    assert second.wait() == 2
    assert seen == [third]
    with pytest.raises(ZeroDivisionError):
        third.wait()
    failed: Future = Future()
    failed.set_exception(ValueError("no"))
    with pytest.raises(ValueError, match="no"):
        failed.then(lambda f: f.value()).wait()


def test_several_are_waited_for_together():
    futures = [Future() for _ in range(3)]
    together = collect_all(futures)
    for i in (2, 0, 1):
        assert not together.done()
        futures[i].set_result(i)
    assert [f.value() for f in together.wait()] == wait_all(futures) == [0, 1, 2]
    assert collect_all([]).wait() == []
