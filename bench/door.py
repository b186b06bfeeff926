"""Measures PyTorch's programs, unedited, on PyTorch and on the PyTorch door: steps, start-up, memory.

``python bench/door.py`` runs every program of tests/torch_door/programs/ by both libraries, in alternating processes,
and rewrites its tables in bench/README.md and README.md; with ``--quick`` or ``--only`` it prints what it measured and
writes nothing. It takes some five minutes; nothing else should run meanwhile. ``python bench/door.py --service``
measures the service of docs/service.md instead, and rewrites its table.
"""

from __future__ import annotations

import argparse
import ast
import importlib.util
import itertools
import json
import math
import os
import re
import resource
import statistics
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
PROGRAMS = HERE.parent / "tests" / "torch_door" / "programs"
SERVICE = HERE.parent / "examples" / "service.py"
# How a script is run by each side.
SIDES: dict[str, list[str]] = {"fastgrad": ["-m", "fastgrad.torch"], "torch": []}
LEAST_STEPS = 3  # of a run that are warming up
MEGABYTE = 1e6


# ---- in a process of one side ----------------------------------------------------------------------------------------


class Losses(list[Any]):
    """A program's list of losses, which notes when each came."""

    times: list[float]

    def append(self, loss: Any) -> None:
        super().append(loss)
        self.times.append(time.perf_counter())

    def extend(self, more: Any) -> None:
        super().extend(more)
        self.times.append(time.perf_counter())

    def __iadd__(self, more: Any) -> Any:
        self.extend(more)
        return self


def run(program: Path, times: list[float]) -> None:
    """Run a program; its ``losses = []`` makes a list that tells when they come."""
    tree = ast.parse(program.read_text(encoding="utf-8"))
    made = ast.parse("_Losses()", mode="eval").body
    for node in tree.body:
        if not isinstance(node, ast.Assign):
            continue
        (target,) = node.targets
        if isinstance(target, ast.Name) and target.id == "losses":
            node.value = made
        elif isinstance(target, ast.Tuple) and isinstance(node.value, ast.Tuple):
            names = [ast.unparse(each) for each in target.elts]
            node.value.elts = [
                made if name == "losses" else each for name, each in zip(names, node.value.elts, strict=True)
            ]
    kind = type("Losses", (Losses,), {"times": times})
    exec(compile(ast.fix_missing_locations(tree), str(program), "exec"), {"__name__": "__main__", "_Losses": kind})


def work(program: Path, threads: int, seconds: float) -> None:
    """Run it once, which tells start-up and memory, then again and again, which tells the time of a step."""
    import torch

    torch.set_num_threads(threads)
    first: list[float] = []
    run(program, first)
    # The clock of the process that started this one is the same, on Linux and macOS.
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * (1 if sys.platform == "darwin" else 1024)
    steps = between(first)
    end = time.perf_counter() + seconds
    while time.perf_counter() < end:
        times: list[float] = []
        run(program, times)
        steps += between(times)
    print(json.dumps({"first": first[0], "memory": memory, "step": statistics.median(steps)}))


def between(times: list[float]) -> list[float]:
    """Seconds of the steps after those that warm up."""
    return [b - a for a, b in itertools.pairwise(times)][LEAST_STEPS - 1 :]


# ---- in the process that compares ------------------------------------------------------------------------------------


def measured(side: str, program: Path, threads: int, seconds: float) -> dict[str, float]:
    """What one process of one side found."""
    begin = time.perf_counter()
    arguments = [str(HERE / "door.py"), "--worker", str(program), str(threads), str(seconds)]
    done = subprocess.run(
        [sys.executable, *SIDES[side], *arguments],
        capture_output=True,
        text=True,
        env=environment(threads),
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{program.stem} on {side}:\n{done.stderr[-2000:]}")
    found: dict[str, float] = json.loads(done.stdout.strip().split("\n")[-1])
    return {"start": found["first"] - begin, "memory": found["memory"], "step": found["step"]}


def environment(threads: int) -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    return {**kept, "OMP_NUM_THREADS": str(threads), "PYTHONPATH": str(HERE.parent)}


WHAT = ("step", "start", "memory")


def compare(programs: list[Path], threads: int, rounds: int, seconds: float) -> dict[str, dict[str, dict[str, float]]]:
    """Medians over the rounds, by program, side and what was measured."""
    found: dict[str, dict[str, dict[str, list[float]]]] = {
        program.stem: {side: {what: [] for what in WHAT} for side in SIDES} for program in programs
    }
    for i in range(rounds):
        for program in programs:
            print(f"round {i + 1}: {program.stem} ...", file=sys.stderr, flush=True)
            for side in list(SIDES)[:: 1 if i % 2 == 0 else -1]:
                for what, value in measured(side, program, threads, seconds).items():
                    found[program.stem][side][what].append(value)
    return {
        name: {side: {what: statistics.median(v) for what, v in each.items()} for side, each in sides.items()}
        for name, sides in found.items()
    }


def mean_ratio(found: dict[str, dict[str, dict[str, float]]], what: str) -> float:
    """The geometric mean, over the programs, of PyTorch's by fastgrad's."""
    logarithms = [math.log(sides["torch"][what] / sides["fastgrad"][what]) for sides in found.values()]
    return math.exp(statistics.fmean(logarithms))


def shown(what: str, value: float) -> str:
    from report import duration

    return f"{value / MEGABYTE:.0f} MB" if what == "memory" else duration(value)


def lines(found: dict[str, dict[str, dict[str, float]]]) -> list[list[str]]:
    rows = []
    for name, sides in found.items():
        row = [name]
        for what in WHAT:
            own, other = sides["fastgrad"][what], sides["torch"][what]
            row += [shown(what, own), shown(what, other), f"{other / own:.2f}"]
        rows.append(row)
    return rows


HEADS = [
    "program",
    *("step", "PyTorch", "times faster"),
    *("import to first step", "PyTorch", "times faster"),
    *("resident memory", "PyTorch", "times less"),
]


def summary(found: dict[str, dict[str, dict[str, float]]]) -> list[list[str]]:
    """For the front page: geometric means, and medians."""
    names = {"step": "time of a step", "start": "start-up, import to first step", "memory": "resident memory, at most"}
    rows = []
    for what, name in names.items():
        own, other = (statistics.median(sides[side][what] for sides in found.values()) for side in SIDES)
        rows.append([name, shown(what, own), shown(what, other), f"{mean_ratio(found, what):.2f}"])
    return rows


def programs_main(given: argparse.Namespace) -> None:
    from report import replace_between, table
    from run import conditions

    programs = [p for p in sorted(PROGRAMS.glob("*.py")) if given.only is None or re.search(given.only, p.stem)]
    rounds, seconds = (1, 0.1) if given.quick else (given.rounds, given.seconds)
    found = compare(programs, given.threads, rounds, seconds)
    about = conditions(given.threads, rounds, seconds)
    means = ", ".join(f"{what} {mean_ratio(found, what):.2f}" for what in WHAT)
    text = f"{about}\n\n{table(HEADS, lines(found))}\n\nGeometric means of the ratios: {means}."
    print(text)
    if given.quick or given.only is not None:
        return
    replace_between(HERE / "README.md", "bench:door", text)
    front = table([f"{len(found)} PyTorch programs, unedited", "fastgrad", "PyTorch", "times better"], summary(found))
    more = "Medians over the programs, and the geometric mean of their ratios."
    replace_between(HERE.parent / "README.md", "bench:door", f"{front}\n\n{more} {about}")


# ---- the service -----------------------------------------------------------------------------------------------------


def folder_size(package: str) -> int:
    from footprint import folder_size as size

    return size(package)


def needed(package: str) -> list[str]:
    """The installed packages that one needs, with what these need."""
    from importlib.metadata import PackageNotFoundError, requires

    found, todo = [], [package]
    while todo:
        name = todo.pop()
        if name in found:
            continue
        try:
            wanted = requires(name) or []
        except PackageNotFoundError:
            continue
        found.append(name)
        todo += [re.split(r"[^\w.-]", line)[0] for line in wanted if "extra ==" not in line]
    return found


def resident(pid: int) -> int:
    """Bytes of a process that are in memory."""
    status = Path(f"/proc/{pid}/status").read_text()
    match = re.search(r"VmRSS:\s+(\d+) kB", status)
    assert match is not None
    return int(match.group(1)) * 1024


def served(side: str, threads: int, requests: int) -> dict[str, float]:
    """Start the service, ask it, and stop it."""
    begin = time.perf_counter()
    process = subprocess.Popen(
        [sys.executable, *SIDES[side], str(SERVICE), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
        env={**environment(threads), "PYTHONUNBUFFERED": "1"},
    )
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        answer = ask(address)
        start = time.perf_counter() - begin
        times = []
        for _ in range(requests):
            before = time.perf_counter()
            ask(address)
            times.append(time.perf_counter() - before)
        memory = resident(process.pid)
    finally:
        process.terminate()
        process.wait()
        if process.stdout is not None:
            process.stdout.close()
    assert len(answer["scores"]) == 10
    return {"start": start, "memory": memory, "request": statistics.median(times)}


def ask(address: str) -> Any:
    """Send an image, get scores."""
    image = [[0.5] * 28] * 28
    request = urllib.request.Request(address, json.dumps({"image": image}).encode(), {"Content-Type": "text/json"})
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.load(reply)


def service_main(given: argparse.Namespace) -> None:
    from report import duration, replace_between, table
    from run import conditions

    found: dict[str, list[dict[str, float]]] = {side: [] for side in SIDES}
    rounds = 1 if given.quick else given.rounds
    for _ in range(rounds):
        for side in SIDES:
            found[side].append(served(side, given.threads, 20 if given.quick else 200))
    middle = {
        side: {what: statistics.median(each[what] for each in runs) for what in runs[0]} for side, runs in found.items()
    }
    sizes = {"torch": size_with_needs("torch"), "fastgrad": size_with_needs("fastgrad")}
    rows: list[tuple[str, Callable[[str], float], Callable[[float], str]]] = [
        ("installed, with what it needs", lambda side: sizes[side], lambda v: f"{v / MEGABYTE:.0f} MB"),
        ("start to first answer", lambda side: middle[side]["start"], duration),
        ("resident memory", lambda side: middle[side]["memory"], lambda v: f"{v / MEGABYTE:.0f} MB"),
        ("a request", lambda side: middle[side]["request"], duration),
    ]
    text = table(
        ["", "before: PyTorch", "after: fastgrad.torch", "times less"],
        [
            [name, say(of("torch")), say(of("fastgrad")), f"{of('torch') / of('fastgrad'):.1f}"]
            for name, of, say in rows
        ],
    )
    text += f"\n\n{conditions(given.threads, rounds)}"
    print(text)
    if not given.quick:
        replace_between(HERE.parent / "docs" / "service.md", "bench:service", text)


def size_with_needs(package: str) -> float:
    """Bytes of a package and of all that it needs, installed."""
    return sum(folder_size(name) for name in needed(package) if importlib.util.find_spec(name) is not None)


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one short round; nothing is written")
    parser.add_argument("--only", help="a regular expression, searched in programs' names; nothing is written")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--seconds", type=float, default=0.3, help="of repeated runs in each process")
    parser.add_argument("--service", action="store_true", help="the service of docs/service.md")
    parser.add_argument("--worker", nargs=3, help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.worker:
        program, threads, seconds = given.worker
        work(Path(program), int(threads), float(seconds))
        return 0
    sys.path.insert(0, str(HERE))
    (service_main if given.service else programs_main)(given)
    return 0


if __name__ == "__main__":
    sys.exit(main())
