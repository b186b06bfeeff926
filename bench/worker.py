"""One process of one side: times the rows of a group, or probes the machine, and prints JSON on its last line.

Started by run.py as ``worker.py rows LIBRARY VARIANT THREADS SECONDS ROW...`` or ``worker.py probe THREADS SECONDS``.
"""

from __future__ import annotations

import json
import statistics
import sys
import timeit
from time import perf_counter

import numpy as np
from libraries import Library
from workloads import Statement, table

PROBED_MEGABYTES = (1, 4, 16, 64, 256, 800)


def samples(statement: Statement, seconds: float) -> list[float]:
    """Seconds of one execution, each the mean of as many as fill a millisecond; warmed up for a third of the time."""
    code, names = statement
    timer = timeit.Timer(code, "import gc; gc.enable()", globals=names)  # timeit by itself turns collection off
    timer.timeit(3)
    number = 1
    while timer.timeit(number) < 1e-3:
        number *= 2
    warm = perf_counter() + seconds / 3
    while perf_counter() < warm:
        timer.timeit(number)
    taken: list[float] = []
    end = perf_counter() + seconds
    while len(taken) < 3 or perf_counter() < end:
        taken.append(timer.timeit(number) / number)
    return taken


def measure(library: Library, names: list[str], seconds: float) -> dict[str, float]:
    return {
        row.name: statistics.median(samples(row.build(library), seconds)) / row.per
        for row in table()
        if row.name in names
    }


def probe(threads: int, seconds: float) -> dict[str, object]:
    """What the machine gives: the best rate of any library's matrix product, and of ``a + b`` by memory touched."""
    import fastgrad as fg

    fg.set_num_threads(threads)
    n = 1024
    a = np.random.default_rng(0).standard_normal((n, n), dtype=np.float32)
    t = fg.tensor(a)
    best = min(min(samples(("a @ a", {"a": x}), seconds)) for x in (a, t))
    bandwidth = {}
    for megabytes in PROBED_MEGABYTES:
        count = megabytes * 1_000_000 // 12
        x, y = fg.ones(count), fg.ones(count)
        bandwidth[megabytes] = 12.0 * count / min(samples(("x + y", {"x": x, "y": y}), seconds / 3))
    return {"flops": 2.0 * n**3 / best, "bandwidth": bandwidth}


def main(arguments: list[str]) -> None:
    if arguments[0] == "probe":
        found: object = probe(int(arguments[1]), float(arguments[2]))
    else:
        library, variant, threads, seconds, *names = arguments[1:]
        found = measure(Library(library, variant, int(threads)), names, float(seconds))
    print(json.dumps(found))


if __name__ == "__main__":
    main(sys.argv[1:])
