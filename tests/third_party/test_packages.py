"""Scripts that use packages made for PyTorch, in which no line knows fastgrad: on the door they give PyTorch's numbers.

`golden/` has what they print on PyTorch 2.13; ``python tests/third_party/make_golden.py`` writes it anew.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path
from typing import Any

import numpy as np
import pytest

HERE = Path(__file__).parent
NEEDS = {
    "attributions": "captum",
    "einops_layers": "einops",
    "neural_ode": "torchdiffeq",
    "skorch_classifier": "skorch",
}
# float32 computed in another order: of one pass a few parts in a million, through training steps and solvers' steps,
# which each follow from the last, a hundred times that.
TOLERANCE = {"attributions": 1e-5, "einops_layers": 1e-5, "neural_ode": 1e-4, "skorch_classifier": 1e-3}


def need(package: str) -> None:
    """Skip where a package is not installed. It is not imported: that wants PyTorch, which the children have."""
    if find_spec(package) is None:
        pytest.skip("the third-party extra is not installed")


def run(script: str, folder: Path, *arguments: str) -> Any:
    root = str(Path(find_spec("fastgrad").origin).parents[1])
    done = subprocess.run(
        [sys.executable, "-m", "fastgrad.torch", str(HERE / "scripts" / f"{script}.py"), *arguments],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, "PYTHONPATH": root},
        check=False,
    )
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads(done.stdout.strip().split("\n")[-1])


@pytest.mark.parametrize("script", sorted(NEEDS))
def test_a_package_gives_pytorchs_numbers(script, tmp_path):
    need(NEEDS[script])
    ours = run(script, tmp_path)
    theirs = json.loads((HERE / "golden" / f"{script}.json").read_text())
    assert ours.keys() == theirs.keys()
    for name, wanted in theirs.items():
        for got, expected in zip(flat(ours[name]), flat(wanted), strict=True):
            scale = max(1.0, float(np.abs(expected).max())) if expected.size else 1.0
            np.testing.assert_allclose(got, expected, rtol=0, atol=TOLERANCE[script] * scale, err_msg=name)


def flat(nest: Any) -> list[np.ndarray]:
    """Its arrays: lists that are regular."""
    try:
        return [np.asarray(nest, dtype=np.float64)]
    except ValueError:
        return [array for part in nest for array in flat(part)]


def test_a_policy_learns_to_balance_the_pole(tmp_path):
    need("gymnasium")
    said = run("ppo", tmp_path, "--steps", "20480")
    assert said["library"].endswith("+fastgrad")
    assert said["first_20_episodes"] < 40.0
    assert said["greedy"] > 150.0


@pytest.mark.parametrize("script", sorted(path.stem for path in (HERE / "scripts").glob("*.py")))
def test_no_line_knows_fastgrad(script):
    assert "fastgrad" not in (HERE / "scripts" / f"{script}.py").read_text()
