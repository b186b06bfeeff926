"""Walks the values of all operations and the accuracy of elementary functions in a process of its own.

Run by `test_levels.py`: python walk_values.py

Prints what fails, one line each, and last the instruction set that the kernels were chosen for.
"""

from __future__ import annotations

import sys
import warnings
from pathlib import Path


def main() -> None:
    sys.path[0] = str(Path(__file__).parent.parent)  # where this folder is the package `ops`
    warnings.simplefilter("error")

    from ops.accuracy import CASES, EXTENDED, failures
    from ops.check import value_failures
    from ops.entry import FLOATS
    from ops.table import OPS

    from fastgrad import _core

    for op in OPS:
        for dtype in op.dtypes:
            if dtype in FLOATS or dtype == "int32":  # integers' own kernels exist once, at the baseline
                for failure in value_failures(op, dtype, every_layout=False):
                    print(failure)
    for name, dtype in CASES if EXTENDED else []:
        for failure in failures(name, dtype):
            print(failure)
    print(_core.cpu_level())


if __name__ == "__main__":
    main()
