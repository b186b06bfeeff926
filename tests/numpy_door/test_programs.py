"""Programs of NumPy and of HIPS autograd, as people write them, print the same text when their imports are changed."""

from __future__ import annotations

import contextlib
import io
from pathlib import Path
from typing import Any

import numpy
import pytest

HERE = Path(__file__).parent
PROGRAMS = [pytest.param(path, id=path.stem) for path in sorted((HERE / "programs").glob("*.py"))]
OF_AUTOGRAD = [pytest.param(path, id=path.stem) for path in sorted((HERE / "autograd_programs").glob("*.py"))]


def printed(source: str, name: str) -> list[str]:
    out = io.StringIO()
    names: dict[str, Any] = {"__name__": "__main__"}
    with contextlib.redirect_stdout(out), numpy.printoptions(), numpy.errstate():
        exec(compile(source, name, "exec"), names)
    return out.getvalue().splitlines()


@pytest.mark.parametrize("program", PROGRAMS)
def test_a_program_prints_what_it_prints_with_numpy(program):
    source = program.read_text()
    assert "import numpy as np\n" in source
    changed = source.replace("import numpy as np\n", "import fastgrad.numpy as np\n").replace(
        "from numpy.", "from fastgrad.numpy."
    )
    assert printed(changed, program.name) == printed(source, program.name)


@pytest.mark.parametrize("program", OF_AUTOGRAD)
def test_a_program_prints_what_it_prints_with_autograd(program):
    """Which is in the file beside it, written by autograd 1.9.1."""
    changed = program.read_text().replace("autograd.numpy", "fastgrad.numpy")
    changed = changed.replace("from autograd import", "from fastgrad.numpy.autograd import")
    assert printed(changed, program.name) == program.with_suffix(".txt").read_text().splitlines()
