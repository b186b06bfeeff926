"""Measures fastgrad beside others: several processes at once, busy loops, threads, loads that come and go, fresh
processes, quotas.

``python bench/load.py`` measures everything and rewrites its tables in bench/README.md and README.md; with ``--quick``
or ``--only`` it prints what it measured and writes nothing. Nothing else should run meanwhile.
"""

from __future__ import annotations

import argparse
import contextlib
import importlib
import json
import os
import re
import signal
import statistics
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
from libraries import NAMES, Library
from measure import installed
from report import duration, replace_between, table
from run import available_cores, conditions
from worker import find

HERE = Path(__file__).resolve().parent
CORES = available_cores()


@dataclass(frozen=True)
class Work:
    """A row of the big table that is repeated, in the variant that is fastest for each library."""

    name: str
    section: str
    row: str
    fastgrad: str
    torch: str


MLP = Work("MLP 784-128-10, step", "Training steps", "MLP 784-128-10, batch 64, SGD", "plain", "fused")
CNN = Work(
    "CNN 32-64-128, step",
    "Training steps",
    "CNN 32-64-128 on 28x28, batch 64, Adam",
    "channels last",
    "channels last, fused",
)
GPT = Work(
    "GPT 4 layers x 128, step",
    "Training steps",
    "GPT 4 layers x 128, batch 12 x 64 tokens, AdamW",
    "plain",
    "fused",
)
INFERENCE = Work(
    "CNN 32-64-128, inference, batch 1",
    "Small networks",
    "inference: CNN 32-64-128 on 28x28, batch 1",
    "channels last",
    "channels last, inference mode",
)
WORKS = [MLP, CNN, GPT, INFERENCE]


@dataclass(frozen=True)
class Side:
    library: str
    threads: int | None  # None: as the library chooses

    def __str__(self) -> str:
        if self.threads is None:
            return NAMES[self.library]
        return f"{NAMES[self.library]}, {self.threads} thread{'s' if self.threads > 1 else ''}"


# ---- in the measured process -----------------------------------------------------------------------------------------

Steps = list[tuple[float, float]]  # the begin of each by the system's monotonic clock, and its length, in seconds


def prepared(job: dict[str, Any], warm_up: int = 10) -> Callable[[], None]:
    """One step, run so often already."""
    library = Library(job["library"], job["variant"], job["threads"])
    (row,) = find(job["section"], [job["row"]])
    code, names = row.build(library)
    compiled = compile(code, "step", "exec")

    def step() -> None:
        with library.no_grad() if row.no_grad else contextlib.nullcontext():
            exec(compiled, names)

    for _ in range(warm_up):
        step()
    return step


def repeated(step: Callable[[], None], seconds: float) -> Steps:
    found = []
    begin = time.monotonic()
    end = begin + seconds
    while begin < end:
        step()
        now = time.monotonic()
        found.append((begin, now - begin))
        begin = now
    return found


def in_threads(job: dict[str, Any]) -> Steps:
    """By several Python threads of this process, each with a network of its own."""
    steps = [prepared(job) for _ in range(job["workers"])]
    found: list[Steps] = []
    team = [
        threading.Thread(target=lambda step=step: found.append(repeated(step, job["seconds"])))  # type: ignore[misc]
        for step in steps
    ]
    for each in team:
        each.start()
    for each in team:
        each.join()
    return [step for steps_of_one in found for step in steps_of_one]


def one_of_joblib(job: dict[str, Any]) -> Steps:
    return repeated(prepared(job), job["seconds"])


def by_joblib(job: dict[str, Any]) -> Steps:
    import joblib

    team = joblib.Parallel(n_jobs=job["workers"], backend=job["backend"])
    team(joblib.delayed(one_of_joblib)({**job, "seconds": 0.1}) for _ in range(job["workers"]))  # starts them
    found = team(joblib.delayed(one_of_joblib)(job) for _ in range(job["workers"]))
    return [step for steps in found for step in steps]


def worker(job: dict[str, Any]) -> None:
    """Prepare, say so, wait for a line, and print what was measured."""
    kind = job["kind"]
    step = prepared(job, 0 if kind == "start" else 10) if kind in ("alone", "start") else None
    print("ready", flush=True)
    sys.stdin.readline()
    if step is not None:
        steps = repeated(step, job["seconds"])
    else:
        steps = in_threads(job) if kind == "threads" else by_joblib(job)
    threads = getattr(importlib.import_module(job["library"]), "num_threads", lambda: 0)()
    print(json.dumps({"steps": steps, "threads": threads}), flush=True)


# ---- around it -------------------------------------------------------------------------------------------------------


class Process:
    """A worker that is ready to begin."""

    def __init__(self, work: Work, side: Side, seconds: float, group: Path | None = None, **job: Any) -> None:
        variant = getattr(work, side.library)
        job = {
            "section": work.section,
            "row": work.row,
            "library": side.library,
            "variant": variant,
            "threads": side.threads,
            "seconds": seconds,
            "kind": "alone",
            **job,
        }
        environment = {k: v for k, v in os.environ.items() if k != "PYTHONDONTWRITEBYTECODE"}
        self.process = subprocess.Popen(
            [sys.executable, str(Path(__file__).resolve()), "--worker", json.dumps(job)],
            env=environment,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            preexec_fn=None if group is None else lambda: join_group(group),
        )
        if self._line() != "ready\n":
            raise RuntimeError(f"{work.name}, {side}: the process failed")

    def _line(self) -> str:
        assert self.process.stdout is not None
        return self.process.stdout.readline()

    def begin(self) -> None:
        assert self.process.stdin is not None
        self.process.stdin.write("\n")
        self.process.stdin.flush()

    def found(self) -> dict[str, Any]:
        found: dict[str, Any] = json.loads(self._line())
        self.process.wait()
        return found


@contextlib.contextmanager
def busy_loops(count: int) -> Iterator[list[subprocess.Popen[bytes]]]:
    loops = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(count)]
    try:
        yield loops
    finally:
        for loop in loops:
            loop.kill()
            loop.wait()


def at_once(count: int, loops: int, work: Work, side: Side, seconds: float) -> np.ndarray[Any, Any]:
    """The lengths of all steps of so many processes of one side at once, beside so many busy loops."""
    processes = [Process(work, side, seconds) for _ in range(count)]
    with busy_loops(loops):
        if loops:
            time.sleep(0.3)
        for each in processes:
            each.begin()
        found = [each.found() for each in processes]
    return np.array([length for one in found for _, length in one["steps"]])


SITUATIONS = {
    "alone": (1, 0),
    "two at once": (2, 0),
    "four at once": (4, 0),
    f"beside {CORES} busy loops": (1, CORES),
}


def sharing(rounds: int, seconds: float, works: list[Work]) -> list[list[str]]:
    """Lines of the first table: median, 95th percentile and mean of each side in each situation."""
    sides = [Side("fastgrad", CORES), Side("fastgrad", 1), Side("torch", CORES)]
    sides = [side for side in sides if installed(side.library)]
    lines = []
    for work in works:
        for situation, (count, loops) in SITUATIONS.items():
            print(f"{work.name}, {situation} ...", file=sys.stderr, flush=True)
            lengths: dict[Side, list[np.ndarray[Any, Any]]] = {side: [] for side in sides}
            for i in range(rounds):
                for side in sides[i % len(sides) :] + sides[: i % len(sides)]:
                    lengths[side].append(at_once(count, loops, work, side, seconds))
            figures = {
                side: [
                    statistics.median(f(a) for a in lengths[side])
                    for f in (np.median, lambda a: np.percentile(a, 95), np.mean)
                ]
                for side in sides
            }
            several, one = figures[sides[0]], figures[sides[1]]
            shown = [" / ".join(duration(float(value)) for value in figures[side]) for side in sides]
            shown += [" / ".join(f"{a / b:.2f}" for a, b in zip(several, one, strict=True))]
            lines.append([work.name, situation, *shown, *["-"] * (len(sides) < 3)])
    return lines


def together(seconds: float) -> list[list[str]]:
    """Lines of the second table: steps a second of all workers, by default and with the best number set by hand."""
    teams: list[tuple[str, dict[str, Any]]] = [
        *((f"joblib, {n} processes", {"kind": "joblib", "backend": "loky", "workers": n}) for n in (2, 4, 8)),
        ("joblib, 4 threads", {"kind": "joblib", "backend": "threading", "workers": 4}),
        ("4 Python threads", {"kind": "threads", "workers": 4}),
    ]
    lines = []
    for work in (MLP, CNN):
        for name, team in teams:
            print(f"{work.name}, {name} ...", file=sys.stderr, flush=True)
            rates = {}
            for threads in (None, 1, CORES, None, 1, CORES):
                process = Process(work, Side("fastgrad", threads), seconds, **team)
                process.begin()
                rates.setdefault(threads, []).append(len(process.found()["steps"]) / seconds)
            found = {threads: max(each) for threads, each in rates.items()}
            best = max((1, CORES), key=lambda n: found[n])
            lines.append(
                [
                    work.name,
                    name,
                    f"{found[None]:.0f}",
                    f"{found[best]:.0f} ({best})",
                    f"{found[None] / found[best]:.2f}",
                ]
            )
    return lines


def comes_and_goes(seconds: float) -> list[list[str]]:
    """Lines of the third table: beside busy loops that run for 200 ms and rest for 200 ms."""
    lines = []
    for work in (MLP, CNN):
        print(f"{work.name}, load that comes and goes ...", file=sys.stderr, flush=True)
        several, one = Side("fastgrad", CORES), Side("fastgrad", 1)
        quiet = at_once(1, 0, work, several, seconds)
        loaded = at_once(1, CORES, work, one, seconds)
        process = Process(work, several, seconds)
        ends = []
        with busy_loops(CORES) as loops:
            process.begin()
            stop = time.monotonic() + seconds - 0.2
            running = True
            while time.monotonic() < stop:
                time.sleep(0.2)
                running = not running
                for loop in loops:
                    loop.send_signal(signal.SIGCONT if running else signal.SIGSTOP)
                if not running:
                    ends.append(time.monotonic())
            steps = process.found()["steps"]
        ideal = (1 / quiet.mean() + 1 / loaded.mean()) / 2
        recoveries = [recovery(steps, end, float(np.median(quiet))) for end in ends[:-1]]
        lines.append(
            [
                work.name,
                f"{len(steps) / seconds:.0f}",
                f"{ideal:.0f}",
                f"{len(steps) / seconds / ideal:.2f}",
                f"{duration(statistics.median(recoveries))} / {duration(max(recoveries))}",
            ]
        )
    return lines


def recovery(steps: Steps, quiet_since: float, usual: float) -> float:
    """From when the machine was quiet to the first of five steps whose median is within 1.2 of the usual."""
    later = [(begin, length) for begin, length in steps if begin >= quiet_since]
    for i in range(len(later) - 5):
        if statistics.median(length for _, length in later[i : i + 5]) <= 1.2 * usual:
            return later[i][0] - quiet_since
    return float("inf")


def starts(rounds: int) -> list[list[str]]:
    """Lines of the fourth table: how long it takes a fresh process to come to its usual pace."""
    lines = []
    for work in (MLP, CNN):
        print(f"{work.name}, fresh processes ...", file=sys.stderr, flush=True)
        cells = []
        for library in ("fastgrad", "torch"):
            found = []
            for _ in range(rounds):
                process = Process(work, Side(library, CORES), 1.0, kind="start")
                process.begin()
                steps = process.found()["steps"]
                usual = statistics.median(length for _, length in steps[len(steps) // 2 :])
                found.append(recovery(steps, steps[0][0], usual))
            cells.append(f"{duration(statistics.median(found))} / {duration(max(found))}")
        lines.append([work.name, *cells])
    return lines


# ---- quotas ----------------------------------------------------------------------------------------------------------


def join_group(group: Path) -> None:
    (group / "cgroup.procs").write_text(str(os.getpid()))


@contextlib.contextmanager
def cpu_group(quota: float) -> Iterator[Path]:
    """A control group of this quota of CPUs. OSError where none may be made."""
    unified = Path("/sys/fs/cgroup/cgroup.controllers").exists()
    group = Path("/sys/fs/cgroup") / ("" if unified else "cpu") / f"fastgrad-load-{os.getpid()}"
    group.mkdir()
    try:
        if unified:
            (group / "cpu.max").write_text(f"{int(quota * 100_000)} 100000")
        else:
            (group / "cpu.cfs_period_us").write_text("100000")
            (group / "cpu.cfs_quota_us").write_text(str(int(quota * 100_000)))
        yield group
    finally:
        group.rmdir()


def throttled(group: Path) -> tuple[int, float]:
    """How often the group was throttled, and for how many seconds, over all CPUs."""
    stat = dict(line.split() for line in (group / "cpu.stat").read_text().splitlines())
    seconds = int(stat["throttled_usec"]) / 1e6 if "throttled_usec" in stat else int(stat["throttled_time"]) / 1e9
    return int(stat["nr_throttled"]), seconds


def quotas(seconds: float) -> list[list[str]]:
    """Lines of the fourth table, under a quota of CPUs in each period of 100 ms."""
    lines = []
    for quota in (0.5, 1.5, 3.0):
        for work in (MLP, CNN):
            for threads in (None, 1):
                try:
                    with cpu_group(quota) as group:
                        process = Process(work, Side("fastgrad", threads), seconds, group=group)
                        process.begin()
                        found = process.found()
                        times, stopped = throttled(group)
                except OSError as error:
                    return [[f"no control group may be made here: {error}", *[""] * 6]]
                lengths = np.array([length for _, length in found["steps"]])
                chosen = f"{found['threads']}" + (" (default)" if threads is None else "")
                lines.append(
                    [
                        work.name,
                        f"{quota:g}",
                        chosen,
                        f"{len(lengths) / seconds:.0f}",
                        duration(float(np.median(lengths))),
                        duration(float(lengths.max())),
                        f"{times} times, {stopped:.2g} s",
                    ]
                )
    return lines


# ---- the command -----------------------------------------------------------------------------------------------------


def arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=(__doc__ or "").split("\n")[0])
    parser.add_argument("--quick", action="store_true", help="one short process a side; print, write nothing")
    parser.add_argument("--only", metavar="PATTERN", help="works of the first table that match; print, write nothing")
    parser.add_argument("--rounds", type=int, help="processes a side (default: 3)")
    parser.add_argument("--seconds", type=float, help="measured in each process (default: 3)")
    parser.add_argument("--worker", help=argparse.SUPPRESS)
    given = parser.parse_args()
    given.rounds = given.rounds or (1 if given.quick else 3)
    given.seconds = given.seconds or (1.0 if given.quick else 3.0)
    return given


def main() -> int:
    given = arguments()
    if given.worker:
        worker(json.loads(given.worker))
        return 0
    works = [work for work in WORKS if given.only is None or re.search(given.only, work.name)]
    first = sharing(given.rounds, given.seconds, works)
    sides = [f"fastgrad, {CORES} threads", "fastgrad, 1 thread", f"PyTorch, {CORES} threads"]
    heads = ["work", "beside", *sides, f"{CORES} threads / 1"]
    about = conditions(CORES, given.rounds, given.seconds)
    parts = [about, "Median / 95th percentile / mean of a step.", table(heads, first, left=2)]
    if given.only is None:
        parts += [
            table(["work", "by", "steps/s", "the best by hand (threads)", "share"], together(given.seconds), left=2),
            table(
                ["load that comes and goes every 200 ms", "steps/s", "ideal", "share", "recovery, median / longest"],
                comes_and_goes(2 * given.seconds),
            ),
            table(["first step to usual pace, median / longest of ten processes", sides[0], sides[2]], starts(10)),
            table(
                ["work", "quota, CPUs", "threads", "steps/s", "median", "longest step", "throttled"],
                quotas(given.seconds),
            ),
        ]
    text = "\n\n".join(parts)
    print(text)
    if not given.quick and given.only is None:
        replace_between(HERE / "README.md", "bench:load", text)
        front = [line[:3] + line[4:5] for line in first if line[0] in (MLP.name, CNN.name)]
        shown = table(
            ["work", "beside", *sides[::2]], [[w, b, *map(median_of, cells)] for w, b, *cells in front], left=2
        )
        replace_between(HERE.parent / "README.md", "bench:load", f"{shown}\n\nMedian of a step. {about}")
    return 0


def median_of(figures: str) -> str:
    return figures.split(" / ")[0]


if __name__ == "__main__":
    sys.exit(main())
