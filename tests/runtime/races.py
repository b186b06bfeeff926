"""Calls that race with a thread that writes to their indices, labels or masks; run by `test_races.py`."""

from __future__ import annotations

import sys
import threading
import time

import numpy as np

import fastgrad as fg
from fastgrad import _core
from fastgrad.nn import functional as F

N = 40_000
ROWS = 1000
SECONDS = 0.5
FAR = 1 << 40  # elements out of bounds: a page that nobody has

CASES = {}


def case(prepare):
    CASES[prepare.__name__] = prepare
    return prepare


def numbers(*shape):
    """Between 1 and 2, which what lies elsewhere in memory hardly is."""
    return fg.asarray(1 + np.random.RandomState(0).rand(*shape).astype(np.float32))


def places(size=ROWS, shape=(N,), dtype=np.int64):
    return np.random.RandomState(1).randint(0, size, shape).astype(dtype)


class Flips:
    """An array of good values; a thread writes a bad one over some of them, and the good ones again.

    Mostly few and shortly, so that calls meet them after their checks; now and then over a third, which NumPy does
    without the GIL.
    """

    def __init__(self, good, bad):
        self.array = good.copy()
        self.flat, self.good, self.bad = self.array.reshape(-1), good.reshape(-1).copy(), bad
        self.third = np.where(np.arange(good.size) % 3 == 0, np.array(bad).astype(good.dtype), self.good)
        self.at = self.writes = 0

    def __call__(self):
        self.writes += 1
        if self.writes % 16 == 0:
            np.copyto(self.flat, self.third)
            np.copyto(self.flat, self.good)
        self.at = (self.at + 977) % self.good.size
        few = slice(self.at, self.at + 50)
        self.flat[few] = self.bad
        self.flat[few] = self.good[few]
        for _ in range(30):
            pass


def indices(good):
    return Flips(good, np.array(FAR).astype(good.dtype))


def gathered(result):
    found = np.asarray(result)
    assert found.min() >= 1
    assert found.max() <= 2


def valid_places(found):
    assert int(found.min()) >= 0
    assert int(found.max()) < N


@case
def getitem():
    x, i = numbers(ROWS), indices(places())
    return i, lambda: gathered(x[fg.asarray(i.array)])


@case
def getitem_of_two_axes():
    x, i, j = numbers(100, 10), indices(places(100)), places(10)
    return i, lambda: gathered(x[fg.asarray(i.array), fg.asarray(j)])


@case
def getitem_of_negative_places():
    x, i = numbers(ROWS), Flips(places() - ROWS, -FAR)
    return i, lambda: gathered(x[fg.asarray(i.array)])


@case
def getitem_of_rows():
    x, i = numbers(ROWS, 32), indices(places())
    return i, lambda: gathered(x[fg.asarray(i.array)].max(axis=1))


@case
def getitem_of_small_integers():
    x, i = numbers(100), Flips(places(100, dtype=np.int8), np.int8(127))
    return i, lambda: gathered(x[fg.asarray(i.array)])


@case
def getitem_broadcast():
    x, i, j = numbers(100, 10), indices(places(100, (200, 1))), places(10, (1, 200))
    return i, lambda: gathered(x[fg.asarray(i.array), fg.asarray(j)])


@case
def getitem_gradient():
    x, i = numbers(ROWS).requires_grad_(True), indices(places())
    return i, lambda: x[fg.asarray(i.array)].sum().backward()


@case
def setitem():
    x, i, v = numbers(ROWS), indices(places()), numbers(N)
    t = fg.asarray(i.array)

    def call():
        x[t] = v

    return i, call


@case
def setitem_of_rows():
    x, i, v = numbers(ROWS, 32), indices(places()), numbers(N, 32)
    t = fg.asarray(i.array)

    def call():
        x[t] = v

    return i, call


@case
def take():
    x, i = numbers(ROWS), indices(places())
    return i, lambda: gathered(fg.take(x, fg.asarray(i.array)))


@case
def take_gradient():
    x, i = numbers(ROWS, 4).requires_grad_(True), indices(places())
    return i, lambda: fg.take(x, fg.asarray(i.array), axis=0).sum().backward()


@case
def take_along_the_last_axis():
    x, i = numbers(40, ROWS), indices(places(shape=(40, 1000)))
    return i, lambda: gathered(fg.take_along_axis(x, fg.asarray(i.array), axis=1))


@case
def take_along_the_first_axis():
    x, i = numbers(ROWS, 40), indices(places(shape=(1000, 40)))
    return i, lambda: gathered(fg.take_along_axis(x, fg.asarray(i.array), axis=0))


@case
def take_along_axis_gradient():
    x, i = numbers(40, ROWS).requires_grad_(True), indices(places(shape=(40, 1000)))
    return i, lambda: fg.take_along_axis(x, fg.asarray(i.array), axis=1).sum().backward()


@case
def take_along_axis_of_uint64():
    x, i = numbers(40, ROWS), Flips(places(shape=(40, 1000), dtype=np.uint64), np.uint64(2**64 - 1))
    return i, lambda: gathered(fg.take_along_axis(x, fg.asarray(i.array), axis=1))


@case
def one_hot():
    i = Flips(places(10), 10**6)
    return i, lambda: fg.one_hot(fg.asarray(i.array), 10)


@case
def repeat():
    x, i = numbers(ROWS), Flips(np.ones(ROWS, np.int64), 100)
    return i, lambda: gathered(fg.repeat(x, fg.asarray(i.array)))


def labels():
    return indices(places(10))


def losses(make):
    """Forward and backward, of lines (classes innermost) and of images (classes on the second axis)."""
    lines, images = numbers(N, 10).requires_grad_(True), numbers(4, 10, 100, 100).requires_grad_(True)
    i = labels()

    def call():
        for x, shape in ((lines, (N,)), (images, (4, 100, 100))):
            for weight in (None, fg.ones(10)):
                make(x, fg.asarray(i.array).reshape(shape), weight).backward()

    return i, call


@case
def cross_entropy():
    return losses(lambda x, y, w: F.cross_entropy(x, y, weight=w))


@case
def cross_entropy_smoothed():
    return losses(lambda x, y, w: F.cross_entropy(x, y, weight=w, label_smoothing=0.1))


@case
def nll_loss():
    return losses(lambda x, y, w: F.nll_loss(x, y, weight=w))


def mask_flips():
    good = np.random.RandomState(2).rand(N) < 0.2
    return Flips(good, True)


@case
def mask():
    x, m = numbers(N), mask_flips()
    return m, lambda: gathered(x[fg.asarray(m.array)])


@case
def mask_that_is_written_to():
    x, m, v = numbers(N, 2), mask_flips(), numbers(2)

    def call():
        x[fg.asarray(m.array)] = v

    return m, call


@case
def nonzero():
    m = mask_flips()

    def call():
        (found,) = fg.nonzero(fg.asarray(m.array))
        valid_places(found)

    return m, call


@case
def argmax():
    values = Flips(np.random.RandomState(3).rand(N).astype(np.float32), np.float32(np.nan))

    def call():
        for dtype in (None, fg.int64):
            x = fg.asarray(values.array)
            x = x if dtype is None else x.astype(dtype)
            assert 0 <= int(x.argmax()) < N

    return values, call


@case
def argmax_of_integers():
    values = Flips(places(), 5)
    return values, lambda: fg.asarray(values.array).argmax().item() < N or 1 / 0


@case
def sort():
    values = Flips(np.random.RandomState(3).rand(N).astype(np.float32), np.float32(np.nan))

    def call():
        x = fg.asarray(values.array)
        fg.sort(x)
        valid_places(fg.topk(x, 10).indices)
        valid_places(fg.argsort(x))

    return values, call


@case
def multinomial():
    values = Flips(np.ones(N), np.nan)

    def call():
        valid_places(fg.random.multinomial(fg.asarray(values.array), 100))

    return values, call


@case
def data_that_is_replaced():
    """`t.data = other` while another thread computes with t: whole arrays, of the one or of the other shape."""
    large, small = numbers(700, 700), numbers(3, 3)
    t = fg.asarray(np.asarray(large))

    def replace():
        t.data = small
        t.data = large.clone()

    def call():
        assert (t + t).shape in ((700, 700), (3, 3))
        assert t.exp().sum().item() > 0
        assert (t @ t).shape in ((700, 700), (3, 3))

    return replace, call


@case
def weights_kept_by_a_convolution():
    """What a convolution keeps with its weight goes while another thread convolves with it."""
    w, x = numbers(64, 64, 3, 3), numbers(1, 64, 16, 16)

    def drop():
        with fg.no_grad():
            np.asarray(w)
            w.mul_(1.0)
            time.sleep(0)

    def call():
        with fg.no_grad():
            F.conv2d(x, w)

    return drop, call


def race(name):
    fg.set_num_threads(1)  # one is enough to be without the GIL
    _core.set_grain_divisor(16)
    sys.setswitchinterval(2e-5)  # a call waits for the GIL at the end of its regions
    write, call = CASES[name]()
    stop = threading.Event()

    def work():
        while not stop.is_set():
            write()

    writer = threading.Thread(target=work)
    writer.start()
    calls = refused = 0
    end = time.monotonic() + SECONDS
    try:
        while time.monotonic() < end:
            calls += 1
            try:
                call()
            except (IndexError, ValueError, RuntimeError):
                refused += 1
    finally:
        stop.set()
        writer.join()
    print(f"{calls} calls, {refused} refused")
