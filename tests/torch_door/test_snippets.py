"""Pieces of programs, as people write them, give what they give on PyTorch: values, kinds, dtypes, what is printed.

What they draw depends on the library, so that they show shapes of it, and that equal seeds give equal numbers.
"""

from __future__ import annotations

import os
import pickle
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parent
NAMES = sorted(path.stem for path in (HERE / "snippets").glob("*.py"))
pytest.importorskip("torch", reason="PyTorch is not installed")


@pytest.fixture(scope="module")
def found(tmp_path_factory: pytest.TempPathFactory) -> list[Any]:
    """What PyTorch and the door made of each piece: one process for all, of either."""
    folder = tmp_path_factory.mktemp("snippets")
    home = str(Path(find_spec("fastgrad").origin).parents[1])
    both = []
    for runner in ([], ["-m", "fastgrad.torch"]):
        done = subprocess.run(
            [sys.executable, *runner, str(HERE / "run_snippets.py"), str(folder / "found")],
            capture_output=True,
            text=True,
            env={**os.environ, "OMP_NUM_THREADS": "1", "PYTHONPATH": home},
            cwd=os.sep,  # where no sources are, which Python would find before the installed package
            check=False,
        )
        assert done.returncode == 0, done.stderr[-3000:]
        both.append(pickle.loads((folder / "found").read_bytes()))
    return both


def same(theirs: Any, ours: Any, where: str) -> None:
    """Floats to what rounding makes of float32 in a few steps of training."""
    assert type(ours) is type(theirs), where
    if isinstance(theirs, np.ndarray):
        assert (ours.shape, ours.dtype) == (theirs.shape, theirs.dtype), where
        if theirs.dtype.kind == "f":
            np.testing.assert_allclose(ours, theirs, rtol=1e-3, atol=1e-5, err_msg=where)
        else:
            np.testing.assert_array_equal(ours, theirs, err_msg=where)
    elif isinstance(theirs, dict):
        assert list(ours) == list(theirs), where
        for key in theirs:
            same(theirs[key], ours[key], f"{where}[{key!r}]")
    elif isinstance(theirs, (tuple, list)):
        assert len(ours) == len(theirs), where
        for i, (a, b) in enumerate(zip(theirs, ours, strict=True)):
            same(a, b, f"{where}[{i}]")
    elif isinstance(theirs, float):
        assert ours == pytest.approx(theirs, rel=1e-3, abs=1e-5, nan_ok=True), where
    else:
        assert ours == theirs, where


@pytest.mark.parametrize("name", NAMES)
def test_a_piece_gives_what_it_gives_on_pytorch(name, found):
    theirs, ours = (one[name] for one in found)
    assert theirs[0] == "result", theirs[1]
    assert ours[0] == "result", ours[1]
    same(theirs[1], ours[1], "result")
    assert ours[2] == theirs[2]


@pytest.mark.parametrize("name", NAMES)
def test_no_piece_knows_fastgrad(name):
    assert "fastgrad" not in (HERE / "snippets" / f"{name}.py").read_text()
