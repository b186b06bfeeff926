"""Where the time of one small recorded operation goes, by what differs between calls that do more and more of it."""

from __future__ import annotations

import timeit
from time import perf_counter
from typing import Any

import numpy as np
from libraries import Library

LENGTH = 8
REPEATS = 2000
SETUP = "a, b, m, n = A, B, M, N"  # so that the statements use local names
# Name, statement, and whether it is an operator of vectors, which is taken apart further.
OPERATIONS = (
    ("a + b", "a + b", True),
    ("a * b", "a * b", True),
    ("a * 2.0", "a * 2.0", False),
    ("a.exp()", "a.exp()", False),
    ("a.sum()", "a.sum()", False),
    ("a @ b, 8x8", "m @ n", False),
    ("a[3]", "a[3]", False),
    ("a.reshape(2, 4)", "a.reshape(2, 4)", False),
)
PARTS = ("entry", "dispatch", "result", "memory and kernel", "without a graph", "graph node", "whole")


def measure(library: Library, seconds: float) -> dict[str, dict[str, float]]:
    """Nanoseconds of each part, by operation. The ways take turns, and the best of each counts."""
    prepared = _names(library, LENGTH, False)
    ways = {
        "nothing": timeit.Timer("pass"),
        "floats": timeit.Timer("a + b", "a, b = 1.5, 2.5"),
        "attribute": timeit.Timer("a.is_leaf", SETUP, globals=prepared),
        "detach": timeit.Timer("a.detach()", SETUP, globals=prepared),
    }
    for name, code, operator in OPERATIONS:
        ways[f"{name}, recorded"] = timeit.Timer(code, SETUP, globals=_names(library, LENGTH, True))
        ways[f"{name}, plain"] = timeit.Timer(code, SETUP, globals=prepared)
        if operator:
            ways[f"{name}, no elements"] = timeit.Timer(code, SETUP, globals=_names(library, 0, False))
    best = dict.fromkeys(ways, float("inf"))
    end = perf_counter() + 30 * seconds
    while perf_counter() < end:
        for way, timer in ways.items():
            best[way] = min(best[way], 1e9 * timer.timeit(REPEATS) / REPEATS)
    return {name: _parts(best, name, operator) for name, _, operator in OPERATIONS}


def _parts(best: dict[str, float], name: str, operator: bool) -> dict[str, float]:
    recorded, plain = (best[f"{name}, {way}"] - best["nothing"] for way in ("recorded", "plain"))
    parts = {"without a graph": plain, "graph node": recorded - plain, "whole": recorded}
    if not operator:
        return parts
    entry, result = best["floats"] - best["nothing"], best["detach"] - best["attribute"]
    without = best[f"{name}, no elements"] - best["nothing"]
    return {
        **parts,
        "entry": entry,
        "dispatch": without - entry - result,
        "result": result,
        "memory and kernel": plain - without,
    }


def _names(library: Library, length: int, grad: bool) -> dict[str, Any]:
    """Operands by the names that SETUP gives them."""
    zeros = np.zeros(length, np.float32)
    names = {name: library.tensor(zeros, grad) for name in "AB"}
    return {**names, **{name: library.randn(8, 8, grad=grad) for name in "MN"}}
