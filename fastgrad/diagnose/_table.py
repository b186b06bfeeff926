"""How results print."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, is_dataclass
from typing import Any

import numpy as np

from fastgrad._tensor import Tensor


def table(head: Sequence[str], rows: Sequence[Sequence[Any]]) -> str:
    """Lines of columns: numbers to the right, text to the left, floats with four digits."""
    cells = [[f"{c:.4g}" if isinstance(c, (float, np.floating)) else "-" if c is None else str(c) for c in row]
             for row in rows]  # fmt: skip
    right = [all(not isinstance(row[i], str) for row in rows) for i in range(len(head))]
    widths = [max(len(line[i]) for line in [list(head), *cells]) for i in range(len(head))]
    lines = []
    for line in [list(head), *cells]:
        parts = [c.rjust(w) if r else c.ljust(w) for c, w, r in zip(line, widths, right, strict=True)]
        lines.append("  ".join(parts).rstrip())
    return "\n".join(lines)


def plain(value: Any) -> Any:
    """A result as NumPy arrays, dicts, tuples and plain values."""
    if is_dataclass(value) and not isinstance(value, type):
        return {f.name: plain(getattr(value, f.name)) for f in fields(value)}
    if isinstance(value, Tensor):
        return np.asarray(value.detach())
    if isinstance(value, dict):
        return {key: plain(each) for key, each in value.items()}
    if isinstance(value, (tuple, list)):
        return tuple(plain(each) for each in value)
    return value


class Result:
    """What all results have."""

    def to_dict(self) -> dict[str, Any]:
        """Return NumPy arrays and plain values by name; results within are dicts in their turn."""
        found: dict[str, Any] = plain(self)
        return found
