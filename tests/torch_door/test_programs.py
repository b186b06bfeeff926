"""PyTorch's programs, in which no line knows fastgrad, have PyTorch's losses."""

from __future__ import annotations

import ast
import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

HERE = Path(__file__).parent
PROGRAMS = sorted((HERE / "programs").glob("*.py"))
pytest.importorskip("torch", reason="PyTorch is not installed")


def losses(program: Path, *runner: str) -> list[float]:
    environment = {
        **os.environ,
        "OMP_NUM_THREADS": "1",
        "PYTHONPATH": str(Path(find_spec("fastgrad").origin).parents[1]),
    }
    done = subprocess.run(
        [sys.executable, *runner, str(HERE / "run_program.py"), str(program)],
        capture_output=True,
        text=True,
        env=environment,
        cwd=os.sep,  # where no sources are, which Python would find before the installed package
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    said = json.loads(done.stdout.strip().split("\n")[-1])
    assert said["library"].endswith("+fastgrad") == bool(runner)
    return said["losses"]


@pytest.mark.parametrize("program", [pytest.param(path, id=path.stem) for path in PROGRAMS])
def test_losses_are_pytorchs(program):
    """The tolerance is that of float32 after 10 steps, where each doubles what rounding makes of 1e-7."""
    theirs, ours = losses(program), losses(program, "-m", "fastgrad.torch")
    assert len(theirs) >= 10
    np.testing.assert_allclose(ours, theirs, rtol=1e-4, atol=1e-6)


@pytest.mark.parametrize("program", [pytest.param(path, id=path.stem) for path in PROGRAMS])
def test_no_line_knows_fastgrad(program):
    names = {node.id for node in ast.walk(ast.parse(program.read_text())) if isinstance(node, ast.Name)}
    assert "fastgrad" not in program.read_text()
    assert "losses" in names
