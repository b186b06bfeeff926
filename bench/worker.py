"""One process of one side: times the rows of a section, or the memory of one, and prints JSON on its last line.

Started by measure.py as ``worker.py JOB``, the job being JSON.
"""

from __future__ import annotations

import contextlib
import gc
import json
import statistics
import sys
import timeit
import traceback
from pathlib import Path
from time import perf_counter
from typing import Any

from libraries import Library
from machine import Machine
from rows import sections
from workloads import Row, Statement


def samples(statement: Statement, seconds: float) -> list[float]:
    """Seconds of one execution, each the mean of as many as fill a millisecond; warmed up for a third of the time."""
    code, names = statement
    timer = timeit.Timer(code, "import gc; gc.enable()", globals=names)  # timeit by itself turns collection off
    timer.timeit(1)
    number = 1
    while timer.timeit(number) < 1e-3:
        number *= 2
    warm = perf_counter() + seconds / 3
    while perf_counter() < warm:
        timer.timeit(number)
    taken: list[float] = []
    end = perf_counter() + seconds
    while len(taken) < 3 or perf_counter() < end:
        taken.append(timer.timeit(number) / number)
    return taken


def find(section: str, names: list[str]) -> list[Row]:
    return [row for each in sections() if each.title == section for row in each.rows if row.name in names]


def measure(library: Library, rows: list[Row], seconds: float, machine: Machine) -> dict[str, dict[str, Any]]:
    """Each row's time, and beside fastgrad's what the machine could do it in; or what went wrong."""
    found: dict[str, dict[str, Any]] = {}
    for row in rows:
        try:
            with library.no_grad() if row.no_grad else contextlib.nullcontext():
                statement = row.build(library)
                time = statistics.median(samples(statement, seconds)) / row.per
            del statement  # its arrays, before the probe asks for memory
            found[row.name] = {"time": time}
            if library.name == "fastgrad":
                found[row.name]["floor"] = machine.floor(row)
        except Exception:  # one row that fails is shown as failed, and the others are measured
            found[row.name] = {"error": traceback.format_exc(limit=-3)}
    return found


def peak_memory(library: Library, row: Row) -> dict[str, float]:
    """Bytes of resident memory at the highest point of ten executions, above those after the import.

    From /proc: what getrusage gives begins with what the process that started this one had.
    """
    gc.collect()
    Path("/proc/self/clear_refs").write_text("5")  # the highest point is now
    before = _resident_peak()
    code, names = row.build(library)
    timeit.Timer(code, globals=names).timeit(10)
    return {"bytes": _resident_peak() - before}


def _resident_peak() -> float:
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(1024.0 * int(line.split()[1]) for line in lines if line.startswith("VmHWM:"))


def probe(threads: int) -> dict[str, Any]:
    """The machine's rates, for the head of the table."""
    machine = Machine(threads)
    sizes = (1, 4, 16, 64, 256, 800)
    return {
        "level": machine.level,
        "flops": machine.flops(32),
        "flops64": machine.flops(64),
        "bandwidth": {f"{size} MB": machine.bandwidth(1e6 * size, False) for size in sizes},
    }


def main(job: dict[str, Any]) -> None:
    threads = job["threads"]
    found: object
    if job["what"] == "probe":
        found = probe(threads)
    elif job["what"] == "breakdown":
        import breakdown

        found = breakdown.measure(Library("fastgrad", "plain", threads), job["seconds"])
    else:
        library = Library(job["library"], job["variant"], threads)
        rows = find(job["section"], job["rows"])
        if job["what"] == "memory":
            found = peak_memory(library, rows[0])
        else:
            found = measure(library, rows, job["seconds"], Machine(threads))
    print(json.dumps(found))


if __name__ == "__main__":
    main(json.loads(sys.argv[1]))
