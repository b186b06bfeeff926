"""Kernels of each instruction set give the references' values: the table is walked in a process for each."""

from __future__ import annotations

import os
import platform
import subprocess
import sys
from pathlib import Path

import pytest

from fastgrad import _core

LEVELS = ("v2", "v3", "v4")
CPU = _core.config()["cpu"]

only_x86 = pytest.mark.skipif(
    platform.machine().lower() not in ("x86_64", "amd64"), reason="one instruction set on this CPU"
)


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
