"""FASTGRAD_CPU: a lower level than the CPU's is used, an unknown or higher one is an error that says what there is."""

from __future__ import annotations

import os
import subprocess
import sys

import pytest

from fastgrad import _core

LEVELS = ["v2", "v3", "v4"]


def run(code: str, level: str) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "FASTGRAD_CPU": level}
    return subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=environment)


def available() -> list[str]:
    detected = _core.config()["cpu"]
    if _core.config()["kernels"] == "base":
        return ["base"]
    return LEVELS[: LEVELS.index(detected) + 1]


COMPUTE = """
import numpy as np, fastgrad as fg
g = fg.Generator(0)
x = fg.randn(40, 50, generator=g, dtype=fg.float64).requires_grad_(True)
w = fg.randn(50, 30, generator=g, dtype=fg.float64)
(x @ w).tanh().sum().backward()
print(fg._core.cpu_level(), *x.grad.reshape(-1).tolist())
"""


@pytest.mark.parametrize("level", available())
def test_a_level_of_this_cpu_computes(level):
    done = run(COMPUTE, level)
    assert done.returncode == 0, done.stderr
    name, *values = done.stdout.split()
    assert name == level
    plain = run(COMPUTE, "").stdout.split()[1:]
    # Levels differ by the order of sums and by fused multiply-adds: sums of 50 and 30 terms of size 1 in float64.
    assert max(abs(float(a) - float(b)) for a, b in zip(values, plain, strict=True)) < 1e-11


@pytest.mark.parametrize("level", ["v9", "avx2", "V3", " v3", "base" if available() != ["base"] else "v3"])
def test_an_unknown_level_is_an_import_error(level):
    done = run("import fastgrad", level)
    assert done.returncode == 1
    assert "ImportError" in done.stderr
    assert f"FASTGRAD_CPU={level}" in done.stderr
    assert available()[0] in done.stderr


@pytest.mark.skipif(available()[-1] in ("v4", "base"), reason="this CPU has every level of the build")
def test_a_higher_level_than_the_cpu_has_is_an_import_error():
    done = run("import fastgrad", "v4")
    assert done.returncode == 1
    assert "this CPU has no more than" in done.stderr
