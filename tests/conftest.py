"""What every test shares: the package under test is the installed one."""

from __future__ import annotations

import gc
import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

import fastgrad

REPOSITORY = Path(__file__).resolve().parents[1]

# Where comparisons with PyTorch are asked for, its absence is an error: importorskip would skip them.
if os.environ.get("FASTGRAD_PEERS"):
    import torch

    torch.set_num_threads(1)  # they spin while they wait, and tests run beside one another

# In CI the package is installed, and the source folder must not shadow it. An editable install is a developer's choice.
if os.environ.get("CI") == "true" and Path(fastgrad.__file__).resolve().is_relative_to(REPOSITORY):
    raise pytest.UsageError(f"CI tests the installed package, but fastgrad was imported from {fastgrad.__file__}")


def pytest_collection_finish() -> None:
    """Spares collections of garbage the tests themselves, some 30,000: tests that ask for one took half of all time."""
    gc.collect()
    gc.freeze()


@pytest.fixture
def run_python(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs code in a fresh interpreter, in an empty folder: ``python -c`` would import from where it is."""

    def run(code: str, **environment: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-c", code],
            capture_output=True,
            text=True,
            cwd=tmp_path,
            env={**os.environ, **environment},
            check=False,
        )

    return run
