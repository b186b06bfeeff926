"""Makes ``ops.npz``: values and gradients of the table's operations, from PyTorch.

    python tests/golden/make_ops_golden.py

with PyTorch 2.13.0 installed. The samples are the table's small ones, in float64; their bytes are hashed, so that
`test_golden.py` can tell a changed sample from a wrong result. The file holds, for each operation, all numbers one
after the other in one array, and in ``index.json`` (a NumPy string) the shapes they are cut into.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import numpy as np
import torch

HERE = Path(__file__).parent
VERSION = "2.13.0"


def main() -> None:
    sys.path[0] = str(HERE.parent)  # where tests/ops is the package `ops`
    from ops.golden import fingerprint
    from ops.table import OPS

    from ops import peer

    if torch.__version__.split("+")[0] != VERSION:
        raise SystemExit(f"golden values are PyTorch {VERSION}'s; this is {torch.__version__}")
    index: dict[str, list[dict]] = {}
    numbers: list[np.ndarray] = []
    for op in OPS:
        if op.torch is None:
            continue
        entries = []
        for sample in op.draw(peer.dtype_of(op)):
            found = peer.computed(torch, op, sample)
            if found is None:
                continue
            values, gradients = found
            entries.append(
                {
                    "sample": fingerprint(sample),
                    "values": [list(v.shape) for v in values],
                    "gradients": [list(g.shape) for g in gradients],
                }
            )
            numbers += [np.asarray(a, dtype=np.float64).ravel() for a in (*values, *gradients)]
        index[op.name] = entries
    path = HERE / "ops.npz"
    np.savez_compressed(
        path, numbers=np.concatenate(numbers), index=np.array(json.dumps(index)), version=np.array(VERSION)
    )
    print(f"{path.name}: {len(index)} operations, {sum(map(len, index.values()))} samples, {path.stat().st_size} bytes")


if __name__ == "__main__":
    main()
