"""``python -m fastgrad.torch script.py [arguments]``: runs a PyTorch script on fastgrad, unedited.

``-m module`` runs a module; ``--check script.py folder package ...`` reads programs, all below a folder, or an
installed package, and says what would stop them.
"""

from __future__ import annotations

import runpy
import sys
from pathlib import Path


def main(arguments: list[str]) -> int:
    if not arguments or arguments[0] in ("-h", "--help"):
        print(f"{__doc__}")
        return 0 if arguments else 2
    if arguments[0] == "--check":
        from fastgrad.torch._check import check

        return check(arguments[1:])
    import fastgrad.torch

    fastgrad.torch.install(children=True)
    if arguments[0] == "-m":
        if not arguments[1:]:
            print("python -m fastgrad.torch -m: the name of a module is wanted", file=sys.stderr)
            return 2
        sys.argv = arguments[1:]
        runpy.run_module(arguments[1], run_name="__main__", alter_sys=True)
        return 0
    sys.argv = arguments
    sys.path.insert(0, str(Path(arguments[0]).resolve().parent))
    runpy.run_path(arguments[0], run_name="__main__")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
