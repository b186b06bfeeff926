"""FASTGRAD_CPU: a lower level than the CPU's is used, an unknown or higher one is an error that says what there is."""

from __future__ import annotations

import pytest

from fastgrad import _core

BUILT = _core.config()["levels"].split(", ")


def available() -> list[str]:
    """The levels that this build has kernels for and this CPU runs."""
    return [level for level in BUILT if level <= _core.config()["cpu"]]


COMPUTE = """
import numpy as np, fastgrad as fg
g = fg.Generator(0)
x = fg.randn(40, 50, generator=g, dtype=fg.float64).requires_grad_(True)
w = fg.randn(50, 30, generator=g, dtype=fg.float64)
(x @ w).tanh().sum().backward()
print(fg._core.cpu_level(), *x.grad.reshape(-1).tolist())
"""


@pytest.mark.parametrize("level", available())
def test_a_level_of_this_cpu_computes(run_python, level):
    done = run_python(COMPUTE, FASTGRAD_CPU=level)
    assert done.returncode == 0, done.stderr
    name, *values = done.stdout.split()
    assert name == level
    plain = run_python(COMPUTE, FASTGRAD_CPU="").stdout.split()[1:]
    # Levels differ by the order of sums and by fused multiply-adds: sums of 50 and 30 terms of size 1 in float64.
    assert max(abs(float(a) - float(b)) for a, b in zip(values, plain, strict=True)) < 1e-11


@pytest.mark.parametrize("level", ["v9", "avx2", "V3", " v3", *sorted({"base", "v2", "v3", "v4"}.difference(BUILT))])
def test_an_unknown_level_is_an_import_error(run_python, level):
    done = run_python("import fastgrad", FASTGRAD_CPU=level)
    assert done.returncode == 1
    assert "ImportError" in done.stderr
    assert f"FASTGRAD_CPU={level}" in done.stderr
    assert f"this build has {', '.join(BUILT)}" in done.stderr


def test_the_best_level_is_used():
    assert _core.cpu_level() == available()[-1]


@pytest.mark.skipif(available() == BUILT, reason="this CPU has every level of the build")
def test_a_higher_level_than_the_cpu_has_is_an_import_error(run_python):
    done = run_python("import fastgrad", FASTGRAD_CPU=BUILT[-1])
    assert done.returncode == 1
    assert "this CPU has no more than" in done.stderr
