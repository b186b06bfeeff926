"""Matrix products: square ones, and those of networks."""

from __future__ import annotations

from typing import Any

import numpy as np
from libraries import Library
from workloads import PAIR, PLAIN, Build, Row, Section, Statement

SQUARE = (64, 128, 256, 512, 1024, 2048)
NETWORKS = ((64, 784, 128), (768, 128, 512), (768, 128, 65))
ODD = ((127, 127, 127), (333, 257, 129), (1000, 17, 301), (5, 1023, 77))
SHARE_OF_PEAK = {512: 0.8, 1024: 0.85, 2048: 0.85}


def product(a: tuple[int, ...], b: tuple[int, ...], code: str = "a @ b", dtype: Any = np.float32) -> Build:
    """Two operands and a statement; ``at`` and ``bt`` are their transposes, taken beforehand."""

    def build(library: Library) -> Statement:
        x, y = library.randn(*a, dtype=dtype), library.randn(*b, dtype=dtype)
        names = {"a": x, "b": y}
        if "t" in code:
            names |= {"at": x.T, "bt": y.T}
        return code, names

    return build


def square() -> list[Row]:
    rows = []
    for bits, dtype in ((32, np.float32), (64, np.float64)):
        for n in SQUARE:
            rows.append(
                Row(
                    f"float{bits} {n}",
                    product((n, n), (n, n), dtype=dtype),
                    {**PAIR, "numpy": PLAIN},
                    flops=2.0 * n**3,
                    bytes=3.0 * n**2 * bits / 8,
                    bits=bits,
                    rate=True,
                    scaling=n >= 512,
                    headline="matmul 512" if (bits, n) == (32, 512) else "",
                    share=SHARE_OF_PEAK.get(n, 0.0) if bits == 32 else 0.0,
                )
            )
    return rows


def row(name: str, build: Build, m: int, k: int, n: int, batch: int = 1, **options: Any) -> Row:
    touched = 4.0 * batch * (m * k + k * n + m * n)
    return Row(name, build, flops=2.0 * batch * m * k * n, bytes=touched, **options)


def networks() -> list[Row]:
    rows = []
    for m, k, n in NETWORKS:
        shape = f"({m}x{k})({k}x{n})"
        rows += [
            row(shape, product((m, k), (k, n)), m, k, n, rate=True),
            row(f"{shape}, gradient of the left", product((m, n), (k, n), "a @ bt"), m, n, k, rate=True),
            row(f"{shape}, gradient of the right", product((m, k), (m, n), "at @ b"), k, m, n, rate=True),
        ]
    rows += [
        row("batched 48 x (64x32)(32x64)", product((48, 64, 32), (48, 32, 64)), 64, 32, 64, 48, rate=True),
        row("vector times 4096x4096", product((4096,), (4096, 4096)), 1, 4096, 4096, only_read=True),
        row("4096x4096 times vector", product((4096, 4096), (4096,)), 4096, 4096, 1, only_read=True),
    ]
    return rows + [row(f"odd ({m}x{k})({k}x{n})", product((m, k), (k, n)), m, k, n, rate=True) for m, k, n in ODD]


def sections() -> list[Section]:
    return [
        Section("Matrix products, square", square(), {"torch": 1.0}, {"torch": 0.95, "torch warm": 0.95}, warm=True),
        Section(
            "Matrix products, as networks use them",
            networks(),
            {"torch": 1.1},
            {"torch": 0.95, "torch warm": 0.95},
            warm=True,
        ),
    ]
