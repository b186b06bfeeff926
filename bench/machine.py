"""What the machine can do, measured beside each row: the rate of multiply-adds, and of bytes at a working set."""

from __future__ import annotations

import ctypes
import os
import shlex
import shutil
import subprocess
import sys
import time
import timeit
from pathlib import Path

import numpy as np
from workloads import Row

LIBRARY = "FASTGRAD_BENCH_PEAK"  # the environment variable that tells workers where the compiled probe is
SECONDS = 0.03
LARGEST = 1_000_000_000  # bytes; beyond the caches the rate does not change any more
# Threads of OpenMP look for work for a while after they had some, and would hold a core that the probe counts on.
SETTLE = 0.02


def compile_probe(folder: Path, isa: str | None) -> str | None:
    """Compile peak.cpp for this CPU, or for one with that instruction set; the path, or None without a compiler."""
    compiler = shlex.split(os.environ.get("CXX", "c++"))
    if shutil.which(compiler[0]) is None:
        return None
    target = folder / "peak.so"
    command = ["-O3", "-std=gnu++17", "-shared", "-fPIC", "-pthread", str(Path(__file__).with_name("peak.cpp"))]
    choices = [["-mavx2", "-mfma"]] if isa == "avx2" else [["-march=native"], ["-mcpu=native"], []]
    for flags in choices:
        done = subprocess.run(
            [*compiler, *flags, *command, "-o", str(target)], capture_output=True, text=True, check=False
        )
        if done.returncode == 0:
            return str(target)
    print(f"the probe of the machine's peak did not compile:\n{done.stderr}", file=sys.stderr)
    return None


class Machine:
    """Rates of this process's machine with so many threads.

    Without a compiled probe, the best rate of NumPy's and fastgrad's product of 1024 x 1024 matrices, and of NumPy's
    ``a + b``, measured once.
    """

    def __init__(self, threads: int) -> None:
        self.threads = threads
        path = os.environ.get(LIBRARY)
        self._probe = ctypes.CDLL(path) if path else None
        self._rates: dict[tuple[str, float], float] = {}
        if self._probe is not None:
            self._probe.peak_level.restype = ctypes.c_char_p
            self._probe.peak_flops.restype = self._probe.peak_bandwidth.restype = ctypes.c_double
            self._probe.peak_flops.argtypes = [ctypes.c_int, ctypes.c_double, ctypes.c_int]
            self._probe.peak_bandwidth.argtypes = [ctypes.c_int, ctypes.c_double, ctypes.c_double, ctypes.c_int]

    @property
    def level(self) -> str:
        """The vectors that the probe uses."""
        return "" if self._probe is None else self._probe.peak_level().decode()

    def flops(self, bits: int) -> float:
        """Operations a second."""
        if self._probe is not None:
            return float(self._probe.peak_flops(self.threads, SECONDS, bits))
        return self._remembered("flops", bits)

    def bandwidth(self, touched: float, only_read: bool) -> float:
        """Bytes a second, over this many bytes again and again."""
        touched = min(touched, LARGEST)
        if self._probe is not None:
            return float(self._probe.peak_bandwidth(self.threads, SECONDS, touched, only_read)) or float("inf")
        return self._remembered("bandwidth", touched)

    def floor(self, row: Row) -> float | None:
        """Seconds that the row's arithmetic or its bytes take, whichever is more."""
        bounds = []
        time.sleep(SETTLE)
        if row.flops:
            bounds.append(row.flops / self.flops(row.bits))
        if row.bytes:
            bounds.append(row.bytes / self.bandwidth(row.memory or row.bytes, row.only_read))
        return max(bounds, default=None)

    def _remembered(self, what: str, size: float) -> float:
        key = (what, size)
        if key not in self._rates:
            self._rates[key] = _matmul_rate(int(size)) if what == "flops" else _add_rate(size)
        return self._rates[key]


def _best(statement: str, **names: object) -> float:
    timer = timeit.Timer(statement, globals=names)
    timer.timeit(1)
    return min(timer.repeat(5, 1))


def _matmul_rate(bits: int) -> float:
    import fastgrad as fg

    n = 1024
    a = np.random.default_rng(0).standard_normal((n, n)).astype(f"float{bits}")
    return 2.0 * n**3 / min(_best("a @ a", a=x) for x in (a, fg.tensor(a)))


def _add_rate(touched: float) -> float:
    a, b, c = (np.ones(max(int(touched) // 12, 1), np.float32) for _ in range(3))
    return 12.0 * a.size / _best("np.add(a, b, out=c)", np=np, a=a, b=b, c=c)
