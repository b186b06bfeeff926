"""What a library takes beside time: of an import, of the disk, and of memory in a training step."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from statistics import median

from measure import Processes, installed
from report import duration
from rows import steps

IMPORT_TIME = "import numpy, time; t = time.perf_counter(); import {}; print(time.perf_counter() - t)"
Line = tuple[str, str, str]  # what, fastgrad's, PyTorch's


def folder_size(package: str) -> int:
    """Bytes of an installed package, without what Python compiles and caches."""
    spec = importlib.util.find_spec(package)
    assert spec is not None
    folders = [Path(place) for place in spec.submodule_search_locations or ()]
    files = (path for folder in folders for path in folder.rglob("*") if "__pycache__" not in path.parts)
    return sum(path.stat().st_size for path in files if path.is_file())


def imports_and_sizes(processes: Processes, rounds: int, wheel: Path | None) -> list[Line]:
    packages = [name for name in ("fastgrad", "torch") if installed(name)]
    imports: dict[str, list[float]] = {name: [] for name in packages}
    for i in range(2 * rounds + 1):
        for name in packages:
            time = float(processes.python("-c", IMPORT_TIME.format(name)))
            if i:  # the first import of a fresh checkout compiles
                imports[name].append(time)
    times = [duration(median(imports[name])) for name in packages]
    sizes = [f"{folder_size(name) / 1e6:.1f} MB" for name in packages]
    lines = [("import, after numpy", *times), ("installed package", *sizes)]
    if wheel is not None:
        lines.append(("wheel", f"{wheel.stat().st_size / 1e6:.2f} MB"))
    return [(what, own, rest[0] if rest else "") for what, own, *rest in lines]


def step_memory(processes: Processes) -> list[Line]:
    """Peak resident memory of each training step above that after the import, each in a process of its own."""
    if not Path("/proc/self/clear_refs").exists():
        return []
    print("memory of training steps ...", file=sys.stderr, flush=True)
    lines = []
    for row in steps.rows():
        cells = []
        for library in ("fastgrad", "torch"):
            if not installed(library):
                cells.append("")
                continue
            try:
                found = {
                    variant: processes.work(
                        "memory", library=library, variant=variant, section=steps.TITLE, rows=[row.name]
                    )["bytes"]
                    for variant in row.sides[library]
                }
            except RuntimeError as error:
                print(error, file=sys.stderr)
                cells.append("failed")
                continue
            variant = min(found, key=lambda each: found[each])
            cells.append(f"{found[variant] / 1e6:.0f} MB{'' if variant == 'plain' else f' ({variant})'}")
        lines.append((row.name, cells[0], cells[1]))
    return lines
