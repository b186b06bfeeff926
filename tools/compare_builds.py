"""Compares two builds bit by bit: results, gradients and second derivatives of every operation in the tests' table.

    python tools/compare_builds.py OLD NEW [--levels v2 v3 v4] [--sizes]

OLD and NEW are trees with fastgrad built in place; the table is NEW's. Each build runs in a process of its own, at each
instruction set. What differs is listed, and the exit status is 1.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import os
import subprocess
import sys
from typing import Any


def digests(build: str, table: str, sizes: bool) -> dict[str, str]:
    """A digest of what each sample of each operation gives in this build, by names."""
    sys.path.insert(0, build)
    import numpy as np

    import fastgrad as fg

    sys.path[0] = table
    from tests.ops.entry import outputs, tensors
    from tests.ops.table import OPS

    def digest(values: list[Any]) -> str:
        found = hashlib.sha256()
        for value in values:
            array = np.asarray(value.detach() if isinstance(value, fg.Tensor) else value)
            found.update(f"{array.dtype}{array.shape}".encode() + array.tobytes())
        return found.hexdigest()

    def derivatives(results: list[fg.Tensor], inputs: list[fg.Tensor]) -> list[fg.Tensor]:
        given: list[fg.Tensor] = []
        for create_graph in (False, True):
            random = np.random.RandomState(1)
            starts = [fg.tensor(random.uniform(0.5, 1.5, r.shape)).astype(r.dtype) for r in results]
            grads = fg.autograd.grad(
                results, inputs, starts, allow_unused=True, retain_graph=True, create_graph=create_graph
            )
            given += [g for g in grads if g is not None]
        again = [g for g in grads if g is not None and g.requires_grad]
        if again:
            starts = [fg.ones(*g.shape, dtype=g.dtype) for g in again]
            given += [g for g in fg.autograd.grad(again, inputs, starts, allow_unused=True) if g is not None]
        return given

    found = {}
    for op in OPS:
        for dtype in op.dtypes:
            for i, sample in enumerate(op.draw(dtype) + (op.draw_sizes(dtype) if sizes else [])):
                fg.manual_seed(0)
                given = tensors(sample, requires_grad=op.no_gradient is None)
                values = [r for r in outputs(op(given)) if r is not None]
                if not op.deterministic and op.no_gradient is not None:
                    continue
                flowing = [r for r in values if isinstance(r, fg.Tensor) and r.requires_grad]
                inputs = [a for a in leaves(given, fg.Tensor) if a.requires_grad]
                if flowing and inputs:
                    values = values + derivatives(flowing, inputs)
                found[f"{op.name} {dtype} {i} {sample!r}"] = digest(values)
    return found


def leaves(given: Any, kind: type) -> list[Any]:
    """The tensors among a sample's arguments."""
    found, todo = [], [*given.args, *given.kwargs.values()]
    while todo:
        value = todo.pop(0)
        if isinstance(value, kind):
            found.append(value)
        elif isinstance(value, (list, tuple)):
            todo += value
    return found


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.split("\n", 1)[0])
    parser.add_argument("old")
    parser.add_argument("new")
    parser.add_argument("--levels", nargs="+", default=["v2", "v3", "v4"], help="instruction sets (default: all)")
    parser.add_argument("--sizes", action="store_true", help="the larger samples, too")
    parser.add_argument("--digests", action="store_true", help=argparse.SUPPRESS)  # of the tree `old`, on stdout
    wanted = parser.parse_args()
    if wanted.digests:
        json.dump(digests(wanted.old, wanted.new, wanted.sizes), sys.stdout)
        return 0
    different = 0
    for level in wanted.levels:
        found = []
        for tree in (wanted.old, wanted.new):
            command = [sys.executable, __file__, tree, wanted.new, "--digests", *(["--sizes"] if wanted.sizes else [])]
            run = subprocess.run(
                command, env={**os.environ, "FASTGRAD_CPU": level}, stdout=subprocess.PIPE, text=True, check=True
            )
            found.append(json.loads(run.stdout))
        names = [name for name in found[1] if found[0].get(name) != found[1][name]]
        print(f"{level}: {len(found[1])} samples, {len(names)} differ", *names, sep="\n  ", flush=True)
        different += len(names)
    return int(different > 0)


if __name__ == "__main__":
    raise SystemExit(main())
