"""Numbers and tables in print."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def seconds(value: float) -> str:
    """A time in the unit that suits it: "1.23 ms"."""
    for unit, size in (("s", 1.0), ("ms", 1e-3), ("us", 1e-6)):
        if abs(value) >= size:
            return f"{value / size:.3g} {unit}" if abs(value) < 1000 * size else f"{value / size:.0f} {unit}"
    return f"{value * 1e9:.0f} ns"


def count(value: float | None) -> str:
    """A number with three digits and a prefix: "12.3 G"; nothing for None."""
    if value is None:
        return ""
    for prefix, size in (("T", 1e12), ("G", 1e9), ("M", 1e6), ("k", 1e3)):
        if value >= size:
            return f"{value / size:.3g} {prefix}" if value < 1000 * size else f"{value / size:.0f} {prefix}"
    return f"{value:.3g} "


def size(value: float) -> str:
    """Bytes in the unit that suits them: "1.23 MB"."""
    return f"{count(value)}B" if value >= 1000 else f"{value:.0f} B"


def shape(value: object) -> str:
    """Shapes as NumPy writes them; of what is no tensor, its class."""
    return "" if value is None else str(value)


def table(heads: Sequence[str], rows: Sequence[Sequence[str]], left: int = 1) -> str:
    """Columns under their heads, the first ones flush left, numbers flush right."""
    widths = [max(len(row[i]) for row in [heads, *rows]) for i in range(len(heads))]
    lines = []
    for row in [heads, *rows]:
        cells = [
            cell.ljust(w) if i < left else cell.rjust(w) for i, (cell, w) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return "\n".join([lines[0], "-" * int(np.sum(widths) + 2 * (len(widths) - 1)), *lines[1:]])
