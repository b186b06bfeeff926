"""Measures fastgrad and its peers, in alternation and in separate processes, and writes the tables.

``python bench/run.py`` measures everything and rewrites the tables in bench/README.md and README.md; with ``--quick``
or ``--only`` it prints what it measured and writes nothing.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import importlib.util
import json
import math
import os
import platform
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import report
from report import Measured, Side
from workloads import Row, table

HERE = Path(__file__).resolve().parent
IMPORT_TIME = "import numpy, time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"


def spawn(arguments: list[str], threads: int) -> str:
    """Run Python with that many threads for everything, and give what it printed."""
    environment = {**os.environ, **{f"{name}_NUM_THREADS": str(threads) for name in ("OMP", "OPENBLAS", "MKL")}}
    environment.pop("PYTHONDONTWRITEBYTECODE", None)  # installed packages are compiled, so measure them compiled
    done = subprocess.run([sys.executable, *arguments], env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"{' '.join(arguments)} failed:\n{done.stderr}")
    return done.stdout


def work(threads: int, *arguments: str) -> dict[str, Any]:
    """What one worker process found, or nothing where it failed, which is said."""
    try:
        found: dict[str, Any] = json.loads(spawn([str(HERE / "worker.py"), *arguments], threads).splitlines()[-1])
    except RuntimeError as error:
        print(error, file=sys.stderr)
        return {}
    return found


def installed(library: str) -> bool:
    return importlib.util.find_spec({"torch": "torch", "numpy": "numpy"}.get(library, "fastgrad")) is not None


def floor(row: Row, probe: dict[str, Any]) -> float | None:
    """Seconds that the arithmetic or the bytes take at the probed rates, whichever is more."""
    bandwidth: dict[str, float] = probe["bandwidth"]
    bounds = []
    if row.flops:
        bounds.append(row.flops / probe["flops"])
    if row.bytes:
        nearest = min(bandwidth, key=lambda megabytes: abs(math.log(float(megabytes) * 1e6 / row.bytes)))
        bounds.append(row.bytes / bandwidth[nearest])
    return max(bounds, default=None)


def measure(rows: list[Row], threads: int, seconds: float, rounds: int) -> list[Measured]:
    """Every round starts a process for each side of each group, beginning with another side each time."""
    results = {row.name: Measured(row) for row in rows}
    groups = list(dict.fromkeys(row.group for row in rows))
    for group in groups:
        members = [row for row in rows if row.group == group]
        sides: list[Side] = sorted({(lib, v) for row in members for lib in row.sides for v in row.sides[lib]})
        sides = [side for side in sides if installed(side[0])]
        print(f"{group} ...", file=sys.stderr, flush=True)
        for i in range(rounds):
            for side in sides[i % len(sides) :] + sides[: i % len(sides)]:
                names = [row.name for row in members if side[1] in row.sides.get(side[0], ())]
                found = work(threads, "rows", *side, str(threads), str(seconds), *names)
                for name, time in found.items():
                    results[name].rounds.setdefault(side, []).append(time)
    return list(results.values())


def folder_size(package: str) -> int:
    """Bytes of an installed package, without what Python compiles and caches."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    folders = [Path(place) for place in spec.submodule_search_locations or ()]
    files = (path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return sum(path.stat().st_size for path in files if path.is_file())


def measure_footprint(threads: int, rounds: int, wheel: Path | None) -> list[tuple[str, str, str]]:
    """Lines of (what, fastgrad's, PyTorch's)."""
    packages = [name for name in ("fastgrad", "torch") if installed(name)]
    imports: dict[str, list[float]] = {name: [] for name in packages}
    for i in range(2 * rounds + 1):
        for name in packages:
            time = float(spawn(["-c", IMPORT_TIME.format(name)], threads))
            if i:  # the first import of a fresh checkout compiles
                imports[name].append(time)
    times = [report.duration(float(np.median(imports[name]))) for name in packages]
    sizes = [f"{folder_size(name) / 1e6:.1f} MB" for name in packages]
    lines = [("import, after numpy", *times), ("installed package", *sizes)]
    if wheel is not None:
        lines.append(("wheel", f"{wheel.stat().st_size / 1e6:.2f} MB"))
    return [(what, own, rest[0] if rest else "") for what, own, *rest in lines]


def cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", cpuinfo.read_text()) if cpuinfo.exists() else None
    return found.group(1) if found else platform.processor() or platform.machine()


def conditions(threads: int, rounds: int, seconds: float) -> str:
    import fastgrad as fg

    versions = [f"fastgrad {fg.__version__}"]
    if installed("torch"):
        versions.append(f"PyTorch {importlib.metadata.version('torch')}")
    versions += [f"NumPy {np.__version__}", f"Python {platform.python_version()}"]
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count()
    today = datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()
    return (
        f"{cpu_model()}, {cores} cores, {threads} threads; {', '.join(versions)}; {today}. "
        f"{rounds} processes a side, {seconds:g} s of measurement in each."
    )


def main() -> None:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one short process a side; print, write nothing")
    parser.add_argument("--only", metavar="PATTERN", help="rows that match this regular expression; write nothing")
    parser.add_argument("--threads", type=int, default=None, help="for every library (default: all cores)")
    parser.add_argument("--rounds", type=int, default=None, help="processes a side (default: 5)")
    parser.add_argument("--seconds", type=float, default=None, help="measured in each process, per row (default: 1)")
    parser.add_argument("--wheel", type=Path, help="a built wheel, whose size is reported")
    given = parser.parse_args()

    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    threads = given.threads or cores
    rounds = given.rounds or (1 if given.quick else 5)
    seconds = given.seconds or (0.2 if given.quick else 1.0)
    rows = [row for row in table() if given.only is None or re.search(given.only, row.name)]
    if not rows:
        parser.error(f"no row matches {given.only!r}")

    probe = work(threads, "probe", str(threads), str(seconds))
    results = measure(rows, threads, seconds, rounds)
    for measured in results:
        measured.floor = floor(measured.row, probe) if probe else None
    footprint = [] if given.only else measure_footprint(threads, rounds, given.wheel)

    about = conditions(threads, rounds, seconds)
    if probe:
        bandwidth = ", ".join(f"{mb} MB {rate / 1e9:.0f}" for mb, rate in probe["bandwidth"].items())
        about += f"\nProbed: {probe['flops'] / 1e9:.0f} GFLOP/s; GB/s by memory touched: {bandwidth}."
    full = f"{about}\n\n{report.rows_table(results)}"
    if footprint:
        full += f"\n\n{report.footprint_table(footprint)}"
    print(full)
    if given.quick or given.only:
        return
    headline = f"{report.headline_table(results, footprint)}\n\n{about.splitlines()[0]}"
    report.replace_between(HERE / "README.md", "bench:table", full)
    report.replace_between(HERE.parent / "README.md", "bench:headline", headline)


if __name__ == "__main__":
    main()
