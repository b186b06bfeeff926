"""Runs packages' own tests on the PyTorch door and prints a line of a table for each: pass, fail, skipped.

    python tools/third_party.py einops=FOLDER torchdiffeq=FOLDER skorch=FOLDER captum=FOLDER

in an environment without PyTorch that has the packages (the third-party extra, see `.ci/run`), pytest and what the
tests import (parameterized, scipy). FOLDER is a package's sources with its tests, of the version that is installed:
the index's for einops and skorch, the repository's for torchdiffeq (commit a88aac5 is 0.2.5) and captum. On PyTorch,
for comparison, the same with ``--on-pytorch`` in an environment that has it.
"""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from pathlib import Path
from xml.etree import ElementTree

import fastgrad

# What to run, below the folder, and how.
SUITES: dict[str, list[str]] = {
    "einops": ["einops/tests"],
    "torchdiffeq": [f"tests/{name}_tests.py" for name in ("api", "event", "gradient", "norm", "odeint")],
    "skorch": [f"skorch/tests/test_{name}.py" for name in ("classifier", "regressor", "toy", "net", "dataset", "utils")]
    + [f"skorch/tests/{name}" for name in ("test_helper.py", "test_scoring.py", "callbacks")],
    "captum": ["tests/attr", "--ignore=tests/attr/test_data_parallel.py"],
}


def main(arguments: list[str]) -> int:
    runner = ["-m", "fastgrad.torch"]
    if "--on-pytorch" in arguments:
        arguments.remove("--on-pytorch")
        runner = []
    print("| package | pass | fail | skipped |\n|---|---|---|---|")
    for argument in arguments:
        package, _, folder = argument.partition("=")
        with tempfile.TemporaryDirectory() as scratch:
            report = Path(scratch) / "report.xml"
            options = ["-q", "-o", "addopts=", "-p", "no:cacheprovider", f"--junitxml={report}"]
            subprocess.run(
                [sys.executable, *runner, "-m", "pytest", *options, *SUITES[package]],
                cwd=folder,
                env={
                    **os.environ,
                    "EINOPS_TEST_BACKENDS": "torch,numpy",
                    "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ["PATH"]]),
                    "PYTHONPATH": os.pathsep.join([str(Path(fastgrad.__file__).parents[1]), "tests"]),
                },
                stdout=sys.stderr,
                check=False,
            )
            suite = next(ElementTree.parse(report).iter("testsuite"))
        counts = {word: int(suite.get(word, 0)) for word in ("tests", "failures", "errors", "skipped")}
        failed = counts["failures"] + counts["errors"]
        print(f"| {package} | {counts['tests'] - failed - counts['skipped']} | {failed} | {counts['skipped']} |")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
