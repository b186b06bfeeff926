"""Processes of every side, in alternation, and what they found."""

from __future__ import annotations

import importlib.util
import json
import os
import statistics
import subprocess
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from workloads import Row, Section

WORKER = Path(__file__).with_name("worker.py")
TIMEOUT = 900.0
# glibc's allocator with all of its memory in one heap that only grows, so that pages once touched stay. With a mere
# threshold for mmap, arrays above 32 MB would still be mapped and unmapped each time.
WARM_MEMORY = {
    "GLIBC_TUNABLES": ":".join(
        f"glibc.malloc.{name}={value}"
        for name, value in (("mmap_max", 0), ("trim_threshold", 2**62), ("arena_max", 1), ("top_pad", 2**26))
    )
}
AVX2 = {
    "FASTGRAD_CPU": "v3",
    "ATEN_CPU_CAPABILITY": "avx2",
    "ONEDNN_MAX_CPU_ISA": "AVX2",
    "MKL_ENABLE_INSTRUCTIONS": "AVX2",
}


@dataclass(frozen=True)
class Side:
    library: str
    variant: str
    threads: int
    warm: bool = False


@dataclass
class Measured:
    """Seconds of one row by side and round, and the row's floor measured beside fastgrad's; or why there are none."""

    row: Row
    times: dict[Side, dict[int, float]] = field(default_factory=dict)
    floors: dict[Side, dict[int, float]] = field(default_factory=dict)
    failed: dict[Side, str] = field(default_factory=dict)

    def best(self, peer: str, threads: int) -> tuple[Side, dict[int, float]] | None:
        """The side of a peer with the lowest median, and its times by round."""
        if peer == "torch NCHW" and "channels last" not in self.row.sides.get("torch", ()):
            return None
        found = {
            side: times for side, times in self.times.items() if side.threads == threads and PEERS[peer](side) and times
        }
        if not found:
            return None
        side = min(found, key=lambda each: statistics.median(found[each].values()))
        return side, found[side]

    def ratio(self, peer: str, threads: int) -> float | None:
        """Median over the rounds of the peer's time by fastgrad's: above 1, fastgrad is faster."""
        own, other = self.best("fastgrad", threads), self.best(peer, threads)
        return None if own is None or other is None else _median_ratio(other[1], own[1])

    def speedup(self, threads: int) -> float | None:
        """Fastgrad's time with one thread by that with several."""
        one, several = self.best("fastgrad", 1), self.best("fastgrad", threads)
        return None if one is None or several is None else _median_ratio(one[1], several[1])

    def floor(self, threads: int) -> tuple[float, float] | None:
        """Seconds of the floor, and the part of fastgrad's time that it is; medians over the rounds."""
        own = self.best("fastgrad", threads)
        if own is None or not self.floors.get(own[0]):
            return None
        side, times = own
        share = _median_ratio(self.floors[side], times)
        return None if share is None else (statistics.median(self.floors[side].values()), share)

    def failure(self, peer: str, threads: int) -> bool:
        return any(side.threads == threads and PEERS[peer](side) for side in self.failed)


PEERS: Mapping[str, Callable[[Side], bool]] = {
    "fastgrad": lambda side: side.library == "fastgrad",
    "torch": lambda side: side.library == "torch" and not side.warm,
    "torch NCHW": lambda side: side.library == "torch" and not side.warm and side.variant == "plain",
    "torch warm": lambda side: side.library == "torch" and side.warm,
    "numpy": lambda side: side.library == "numpy",
    "jax": lambda side: side.library == "jax",
    "autograd": lambda side: side.library == "autograd",
}


def _median_ratio(above: dict[int, float], below: dict[int, float]) -> float | None:
    ratios = [above[i] / below[i] for i in above.keys() & below.keys()]
    return statistics.median(ratios) if ratios else None


def installed(library: str) -> bool:
    return importlib.util.find_spec(library) is not None


class Processes:
    """Starts workers, all with the same number of threads and additions to the environment."""

    def __init__(self, threads: int, environment: Mapping[str, str]) -> None:
        self.threads = threads
        self.environment = environment

    def python(self, *arguments: str, threads: int | None = None, warm: bool = False) -> str:
        """Run Python, and give what it printed. RuntimeError if it fails."""
        count = str(threads or self.threads)
        environment = {**os.environ, **{f"{name}_NUM_THREADS": count for name in ("OMP", "OPENBLAS", "MKL")}}
        environment |= {**self.environment, **(WARM_MEMORY if warm else {})}
        environment.pop("PYTHONDONTWRITEBYTECODE", None)  # installed packages are compiled, so measure them compiled
        command = [sys.executable, *arguments]
        try:
            done = subprocess.run(
                command, env=environment, capture_output=True, text=True, check=False, timeout=TIMEOUT
            )
        except subprocess.TimeoutExpired as error:
            raise RuntimeError(f"{' '.join(arguments)} took more than {TIMEOUT:.0f} s") from error
        if done.returncode:
            raise RuntimeError(f"{' '.join(arguments)} ended with {done.returncode}:\n{done.stderr[-2000:]}")
        return done.stdout

    def work(self, what: str, *, warm: bool = False, **job: Any) -> dict[str, Any]:
        """What one worker found."""
        threads = job.setdefault("threads", self.threads)
        printed = self.python(str(WORKER), json.dumps({"what": what, **job}), threads=threads, warm=warm)
        found: dict[str, Any] = json.loads(printed.splitlines()[-1])
        return found


def sides_of(section: Section, threads: int, warm: bool) -> dict[Side, list[str]]:
    """Every side that takes part, with the names of its rows."""
    found: dict[Side, list[str]] = {}
    for row in section.rows:
        for library, variants in row.sides.items():
            if not installed(library):
                continue
            for variant in variants:
                sides = [Side(library, variant, threads)]
                if warm and section.warm and library == "torch":
                    sides.append(Side(library, variant, threads, warm=True))
                if threads > 1 and (section.alone or (row.scaling and library == "fastgrad")):
                    sides.append(Side(library, variant, 1))
                for side in sides:
                    found.setdefault(side, []).append(row.name)
    return found


def measure(section: Section, processes: Processes, seconds: float, rounds: int, warm: bool) -> list[Measured]:
    """Every round starts a process for each side, beginning with another one each time; warm ones every other round."""
    results = {row.name: Measured(row) for row in section.rows}
    members = sides_of(section, processes.threads, warm)
    sides = list(members)
    print(f"{section.title} ...", file=sys.stderr, flush=True)
    for i in range(rounds):
        start = i * max(1, len(sides) // rounds) % len(sides)
        for side in sides[start:] + sides[:start]:
            if side.warm and i % 2:
                continue
            job = {"library": side.library, "variant": side.variant, "threads": side.threads}
            try:
                found = processes.work(
                    "rows", warm=side.warm, section=section.title, rows=members[side], seconds=seconds, **job
                )
            except RuntimeError as error:
                found = {name: {"error": str(error)} for name in members[side]}
            for name in members[side]:
                _note(results[name], side, i, found[name])
    return list(results.values())


def _note(measured: Measured, side: Side, i: int, found: dict[str, Any]) -> None:
    if "error" in found:
        if side not in measured.failed:
            print(f"{measured.row.name}, {side} failed:\n{found['error']}", file=sys.stderr, flush=True)
        measured.failed[side] = found["error"]
        return
    measured.times.setdefault(side, {})[i] = found["time"]
    if found.get("floor") is not None:
        measured.floors.setdefault(side, {})[i] = found["floor"]
