"""Writes what the scripts print on PyTorch 2.13, where that and the packages are installed, to `golden/`."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from pathlib import Path

HERE = Path(__file__).parent


def rounded(value: object) -> object:
    """Nine digits say all of a float32."""
    if isinstance(value, float):
        return float(f"{value:.9g}")
    return [rounded(part) for part in value] if isinstance(value, list) else value


for script in sorted((HERE / "scripts").glob("*.py")):
    if script.stem == "ppo":  # it draws
        continue
    with tempfile.TemporaryDirectory() as folder:
        out = subprocess.run(
            [sys.executable, script.resolve()], stdout=subprocess.PIPE, text=True, cwd=folder, check=True
        )
    said = json.loads(out.stdout.strip().split("\n")[-1])
    lines = [f" {json.dumps(name)}: {json.dumps(rounded(value))}" for name, value in said.items()]
    (HERE / "golden" / f"{script.stem}.json").write_text("{\n" + ",\n".join(lines) + "\n}\n")
    print(script.stem)
