"""Measures fastgrad and its peers, in alternation and in separate processes, and writes the tables.

``python bench/run.py`` measures everything and rewrites the tables in bench/README.md and README.md; with ``--quick``
or ``--only`` it prints what it measured and writes nothing.
"""

from __future__ import annotations

import argparse
import datetime
import importlib.metadata
import os
import platform
import re
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import footprint
import machine
import report
from libraries import NAMES
from measure import AVX2, Processes, installed, measure
from report import Results
from rows import sections
from workloads import Section

HERE = Path(__file__).resolve().parent


def chosen(pattern: str | None) -> list[Section]:
    """The sections, with the rows whose name, or whose section's title, matches."""
    found = []
    for section in sections():
        rows = [row for row in section.rows if pattern is None or re.search(pattern, f"{section.title}: {row.name}")]
        if rows:
            found.append(replace(section, rows=rows))
    return found


def cpu_model() -> str:
    cpuinfo = Path("/proc/cpuinfo")
    found = re.search(r"model name\s*: (.*)", cpuinfo.read_text()) if cpuinfo.exists() else None
    return found.group(1) if found else platform.processor() or platform.machine()


def available_cores() -> int:
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def conditions(threads: int, rounds: int, seconds: float | None = None) -> str:
    versions = [f"{name} {importlib.metadata.version(lib)}" for lib, name in NAMES.items() if installed(lib)]
    versions.append(f"Python {platform.python_version()}")
    today = datetime.datetime.now(tz=datetime.timezone.utc).date().isoformat()
    used = f"{threads} thread{'s' if threads > 1 else ''}"
    sides = f"{rounds} process{'es' if rounds > 1 else ''} a side"
    measured = "" if seconds is None else f", {seconds:g} s of measurement in each"
    return f"{cpu_model()}, {available_cores()} cores, {used}; {', '.join(versions)}; {today}. {sides}{measured}."


def probed(processes: Processes) -> str:
    """What the machine could do just before, and how that was found."""
    found = processes.work("probe")
    bandwidth = ", ".join(f"{size} {rate / 1e9:.0f}" for size, rate in found["bandwidth"].items())
    rates = f"{found['flops'] / 1e9:.0f} GFLOP/s in float32, {found['flops64'] / 1e9:.0f} in float64"
    how = (
        f"independent multiply-adds, {found['level']}"
        if found["level"]
        else "no C++ compiler was found, so the best matrix product stands for the peak"
    )
    return f"Probed at the start: {rates} ({how}); GB/s by memory touched: {bandwidth}."


def run_sections(which: list[Section], processes: Processes, seconds: float, rounds: int, warm: bool) -> list[Results]:
    return [Results(each, measure(each, processes, seconds, rounds, warm), processes.threads) for each in which]


def everything(given: argparse.Namespace, processes: Processes) -> list[str]:
    """Measure the sections and what belongs to them; write the tables, or only print them. Returns what failed."""
    partly = given.only is not None
    about = f"{conditions(given.threads, given.rounds, given.seconds)}{report.missing()}"
    head = f"{about}\n{probed(processes)}"
    results = run_sections(chosen(given.only), processes, given.seconds, given.rounds, given.warm_memory)
    taken = [] if partly else footprint.imports_and_sizes(processes, given.rounds, given.wheel)
    memory = [] if partly else footprint.step_memory(processes)

    parts = [head, report.summary_table(results), *map(report.section_text, results)]
    scaling = report.scaling_text(results)
    if scaling:
        parts.append(f"### One thread and {given.threads}\n\n{scaling}")
    if memory:
        parts.append(f"### Memory\n\n{report.footprint_table(memory, 'peak of a training step, above the import')}")
    if taken:
        parts.append(f"### Footprint\n\n{report.footprint_table(taken, 'footprint')}")
    headline = f"{report.headline_table(results, taken)}\n\n{about}"
    show(given, "bench:table", "\n\n".join(parts))
    if not given.quick and not partly:
        report.replace_between(HERE.parent / "README.md", "bench:headline", headline)
    return [failure for each in results for failure in each.failures()]


def at_avx2(given: argparse.Namespace, folder: Path, rounds: int) -> list[str]:
    """Products and convolutions, both libraries held to AVX2."""
    processes = Processes(given.threads, {**AVX2, **probe_environment(folder, "avx2")})
    which = [s for s in chosen(given.only) if s.title.startswith(("Matrix", "Convolution"))]
    without_numpy = [
        replace(s, rows=[replace(row, sides={k: v for k, v in row.sides.items() if k != "numpy"}) for row in s.rows])
        for s in which
    ]
    head = f"{conditions(given.threads, rounds, given.seconds)}\n{probed(processes)}"
    results = run_sections(without_numpy, processes, given.seconds, rounds, False)
    show(given, "bench:avx2", "\n\n".join([head, report.summary_table(results), *map(report.section_text, results)]))
    return [failure for each in results for failure in each.failures()]


def one_operation(given: argparse.Namespace, processes: Processes) -> None:
    found = processes.work("breakdown", threads=1, seconds=given.seconds)
    show(given, "bench:breakdown", report.breakdown_table(found))


def show(given: argparse.Namespace, marker: str, text: str) -> None:
    print(f"{text}\n", flush=True)
    if not given.quick and given.only is None:
        report.replace_between(HERE / "README.md", marker, text)


def probe_environment(folder: Path, isa: str | None) -> Mapping[str, str]:
    path = machine.compile_probe(folder, isa)
    return {machine.LIBRARY: path} if path else {}


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one short process a side; print, write nothing")
    parser.add_argument("--only", metavar="PATTERN", help="'section: row' matches this; print, write nothing")
    parser.add_argument("--threads", type=int, default=available_cores(), help="for every library (default: all cores)")
    parser.add_argument("--rounds", type=int, help="processes a side (default: 5)")
    parser.add_argument("--seconds", type=float, help="measured in each process, per row (default: 0.3)")
    parser.add_argument("--wheel", type=Path, help="a built wheel, whose size is reported")
    parser.add_argument(
        "--warm-memory",
        action=argparse.BooleanOptionalAction,
        help="PyTorch a second time, with memory never returned to the system (default: only when all is measured)",
    )
    parser.add_argument("--isa", choices=["avx2"], help="products and convolutions alone, both sides held to AVX2")
    parser.add_argument("--breakdown", action="store_true", help="only where the time of one small operation goes")
    given = parser.parse_args()
    given.rounds = given.rounds or (1 if given.quick else 5)
    given.seconds = given.seconds or (0.1 if given.quick else 0.3)
    if given.warm_memory is None:
        given.warm_memory = not given.quick and given.only is None
    if given.threads < 1 or given.rounds < 1 or given.seconds <= 0:
        parser.error("threads, rounds and seconds are positive")
    if not chosen(given.only):
        parser.error(f"no row matches {given.only!r}")
    return given


def main() -> int:
    given = arguments()
    every = not given.isa and not given.breakdown
    with tempfile.TemporaryDirectory() as folder:
        processes = Processes(given.threads, probe_environment(Path(folder), None))
        failed: list[str] = []
        if every:
            failed += everything(given, processes)
        if given.breakdown or (every and given.only is None):
            one_operation(given, processes)
        if given.isa or (every and given.only is None and not given.quick):
            failed += at_avx2(given, Path(folder), given.rounds if given.isa else (given.rounds + 1) // 2)
    for failure in failed:
        print(f"failed: {failure}", file=sys.stderr)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
