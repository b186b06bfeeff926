"""Kernels of each instruction set give the references' values: the table is walked in a process for each."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from fastgrad import _core

LEVELS = _core.config()["levels"].split(", ")
CPU = _core.config()["cpu"]

only_x86 = pytest.mark.skipif(_core.cpu_level() == "base", reason="this build has one instruction set")


def walked(level: str, folder: Path) -> list[str]:
    """The lines that the walk prints."""
    environment = {**os.environ, "FASTGRAD_CPU": level}
    script = Path(__file__).parent / "walk_values.py"
    done = subprocess.run(
        [sys.executable, str(script)], env=environment, cwd=folder, capture_output=True, text=True, timeout=600
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return done.stdout.splitlines()


@only_x86
@pytest.mark.parametrize("level", LEVELS)
def test_values_are_the_references_at_each_level(level, tmp_path):
    if level > CPU:
        pytest.skip(f"this CPU has {CPU}, not {level}")
    *failures, used = walked(level, tmp_path)
    assert used == level
    assert not failures, "\n".join([f"{len(failures)} samples fail", *failures[:20]])


@only_x86
def test_a_level_that_does_not_exist_is_an_error(tmp_path):
    environment = {**os.environ, "FASTGRAD_CPU": "v9"}
    done = subprocess.run(
        [sys.executable, "-c", "import fastgrad"], env=environment, cwd=tmp_path, capture_output=True, text=True
    )
    assert done.returncode != 0
    assert "FASTGRAD_CPU=v9" in done.stderr


TRAINING = """
import fastgrad as fg
from fastgrad import _core

fg.manual_seed(0)
net = fg.nn.Sequential(
    fg.nn.Conv2d(3, 8, 3, padding=1), fg.nn.BatchNorm2d(8), fg.nn.ReLU(), fg.nn.MaxPool2d(2), fg.nn.Flatten(),
    fg.nn.Linear(8 * 6 * 6, 10),
)
optimizer = fg.optim.Adam(net.parameters(), lr=1e-2)
x, y = fg.rand(8, 3, 12, 12), fg.randint(0, 10, (8,))
losses = []
for _ in range(10):
    optimizer.zero_grad()
    loss = fg.nn.functional.cross_entropy(net(x), y)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
assert losses[-1] < losses[0] / 2, losses
print(_core.cpu_level())
"""


@only_x86
@pytest.mark.skipif(shutil.which("qemu-x86_64") is None, reason="qemu-x86_64 is not installed")
@pytest.mark.parametrize(("cpu", "level"), [("Nehalem", "v2"), ("Haswell", "v3")])  # it emulates no AVX-512
def test_a_cpu_of_each_level_trains_a_network(cpu, level, tmp_path):
    """On an emulated CPU an instruction of a higher level ends the process. What no level is built for, says so."""
    command = ["qemu-x86_64", "-cpu", cpu, sys.executable, "-c", TRAINING]
    done = subprocess.run(command, cwd=tmp_path, capture_output=True, text=True, timeout=600)
    usable = [built for built in LEVELS if built <= level]
    if usable:
        assert done.returncode == 0, done.stderr[-3000:]
        assert done.stdout.split() == usable[-1:]
    else:
        assert f"needs at least an x86-64-{LEVELS[0]} CPU" in done.stderr
