"""Reads the golden values that ``tests/golden/make_ops_golden.py`` makes."""

from __future__ import annotations

import json
from pathlib import Path
from zlib import crc32

import numpy as np

from .entry import Fixed, Sample

PATH = Path(__file__).parent.parent / "golden" / "ops.npz"


def fingerprint(sample: Sample) -> int:
    """A number that changes with the sample."""
    code = crc32(repr(sample).encode())
    for a in sample.arrays():
        code = crc32(np.ascontiguousarray(a.array if isinstance(a, Fixed) else a).tobytes(), code)
    return code


def read() -> dict[str, dict[int, tuple[list[np.ndarray], list[np.ndarray]]]]:
    """For each operation and sample (by fingerprint) PyTorch's values and gradients."""
    with np.load(PATH) as file:
        numbers, index = file["numbers"], json.loads(str(file["index"]))
    at = 0

    def cut(shape: list[int]) -> np.ndarray:
        nonlocal at
        start, at = at, at + int(np.prod(shape))
        return numbers[start:at].reshape(shape)

    found: dict[str, dict[int, tuple[list[np.ndarray], list[np.ndarray]]]] = {}
    for name, entries in index.items():
        found[name] = {}
        for entry in entries:
            values = [cut(shape) for shape in entry["values"]]
            found[name][entry["sample"]] = (values, [cut(shape) for shape in entry["gradients"]])
    assert at == len(numbers)
    return found
