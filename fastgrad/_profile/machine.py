"""What the machine can do at most: products, and bytes, in a second. Measured once for each number of threads."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import numpy as np

import fastgrad as fg

Array = np.ndarray[Any, Any]
# Bytes of an operation for which the rate is measured: within the caches, and beyond them.
_SIZES = tuple(1 << power for power in range(16, 27, 2))
_measured: dict[int, Machine] = {}


@dataclass(frozen=True)
class Machine:
    """Rates that this machine reaches with so many threads.

    Attributes
    ----------
    threads : int
        How many threads these rates are of.
    flops : dict of int to float
        Multiplications and additions a second, by the bytes of an element: the best of a large product's.
    bandwidths : dict of int to float
        Bytes read and written a second, by how many an operation touches: the best of a sum's, written in place.
    """

    threads: int
    flops: dict[int, float] = field(repr=False)
    bandwidths: dict[int, float] = field(repr=False)

    def bandwidth(self, touched: Array) -> Array:
        """Bytes a second of operations that touch so many bytes."""
        sizes = np.log(np.array(list(self.bandwidths)))
        found: Array = np.interp(np.log(np.maximum(touched, 1.0)), sizes, np.array(list(self.bandwidths.values())))
        return found

    def floor(self, operations: Array, touched: Array, itemsize: Array) -> Array:
        """The seconds below which nothing can be: of the arithmetic, or of the bytes, whichever is more."""
        peak = np.where(itemsize == 8, self.flops[8], self.flops[4])
        found: Array = np.maximum(np.maximum(operations, 0) / peak, np.maximum(touched, 0) / self.bandwidth(touched))
        return found


def measured(reached: dict[int, float]) -> Machine:
    """The machine with the threads that are set now; it takes some tenths of a second where it is not known yet.

    Other programs may have had the cores while it was measured: rates that were reached since count.
    """
    threads = fg.num_threads()
    if threads not in _measured:
        with fg.no_grad():
            _measured[threads] = Machine(threads, {4: _flops("float32"), 8: _flops("float64")},
                                         {size: _bandwidth(size) for size in _SIZES})  # fmt: skip
    found = _measured[threads]
    for size, rate in reached.items():
        found.flops[size] = max(found.flops[size], rate)
    return found


def _best(run: Callable[[], object], seconds: float) -> float:
    """The shortest time of a run, among those that fit into so many seconds, at least three."""
    run()
    best, left = float("inf"), seconds
    for done in range(200):
        before = time.perf_counter()
        run()
        taken = time.perf_counter() - before
        best, left = min(best, taken), left - taken
        if left < 0 and done >= 2:
            break
    return best


def _flops(dtype: str) -> float:
    return max(_product(n, dtype) for n in (256, 512, 1024))


def _product(n: int, dtype: str) -> float:
    # not NumPy's product too: its threads are others than those that are set here
    a = fg.tensor(np.random.default_rng(0).standard_normal((n, n)).astype(dtype))
    return 2.0 * n**3 / _best(lambda: a @ a, 0.04)


def _bandwidth(touched: int) -> float:
    n = touched // 8
    a, b = np.zeros(n, np.float32), np.ones(n, np.float32)
    ours, other = fg.tensor(a), fg.tensor(b)
    taken = min(_best(lambda: np.add(a, b, out=a), 0.01), _best(lambda: ours.add_(other), 0.01))
    return 12.0 * n / taken
