"""Measurements as Markdown tables, and the tables into the files that show them."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import breakdown
from libraries import NAMES
from measure import Measured, installed
from workloads import Row, Section

# The heads of the ratios' columns; each is the peer's time by fastgrad's.
RATIOS = {
    "torch": "PyTorch / fastgrad",
    "torch NCHW": "PyTorch in NCHW",
    "torch warm": "PyTorch, warm memory",
    "numpy": "NumPy / fastgrad",
    "jax": "JAX / fastgrad",
    "autograd": "autograd / fastgrad",
}


@dataclass
class Results:
    """A section as measured."""

    section: Section
    rows: list[Measured]
    threads: int  # of the most

    def counts(self) -> list[int]:
        """The numbers of threads that a table is shown for."""
        return sorted({1, self.threads}) if self.section.alone else [self.threads]

    def peers(self, threads: int) -> list[str]:
        """Those whose ratios are shown."""
        return [peer for peer in RATIOS if self._has(peer, threads)]

    def _has(self, peer: str, threads: int) -> bool:
        if peer == "torch NCHW" and not any(peer in {**self.section.mean, **m.row.aims} for m in self.rows):
            return False
        shown = any(m.best(peer, threads) or m.failure(peer, threads) for m in self.rows)
        return shown or (peer in NAMES and any(peer in m.row.sides for m in self.rows))

    def spread(self, peer: str, threads: int) -> tuple[float, float, str] | None:
        """The geometric mean of a peer's ratios, the smallest, and its row."""
        ratios = [(ratio, m.row.name) for m in self.rows if (ratio := m.ratio(peer, threads)) is not None]
        if not ratios:
            return None
        return geometric_mean([ratio for ratio, _ in ratios]), *min(ratios)

    def against(self) -> str:
        """The peer of the summary: PyTorch, or where no row has it the first that there is."""
        peers = {library for m in self.rows for library in m.row.sides}
        return next(peer for peer in RATIOS if peer in peers)

    def below(self, threads: int) -> list[str]:
        """What has not reached its aim, each with what it has reached."""
        found = []
        for peer in self.peers(threads):
            spread, aim = self.spread(peer, threads), self.section.mean.get(peer)
            if spread and aim and spread[0] < aim:
                found.append(f"the mean, {RATIOS[peer]} {spread[0]:.2f} (aim {aim:g})")
        for m in self.rows:
            reached = m.floor(threads)
            share = reached[1] if reached else 0.0
            aims: Mapping[str, float] = {**self.section.each, **m.row.aims}
            for peer, aim in aims.items():
                ratio = m.ratio(peer, threads)
                if ratio is not None and ratio < aim and share * self.section.near_floor < 1:
                    found.append(f"{m.row.name}, {RATIOS[peer]} {ratio:.2f} (aim {aim:g})")
            if reached and share < m.row.share:
                found.append(f"{m.row.name}, {share:.0%} of the peak (aim {m.row.share:.0%})")
        return found

    def failures(self) -> list[str]:
        return [
            f"{self.section.title}: {m.row.name}, {side.library} {side.variant}, {side.threads} threads"
            for m in self.rows
            for side in m.failed
        ]


def geometric_mean(values: list[float]) -> float:
    return math.exp(sum(map(math.log, values)) / len(values))


def duration(seconds: float) -> str:
    units = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))
    unit, name = next((each for each in units if seconds >= each[0]), units[-1])
    value = seconds / unit
    if seconds <= 0:
        return "0"
    return f"{value:.0f} {name}" if value >= 100 else f"{value:.3g} {name}"


def table(heads: list[str], lines: list[list[str]], left: int = 1) -> str:
    """A Markdown table whose first columns are aligned to the left and the others to the right."""
    rule = ["---"] * left + ["---:"] * (len(heads) - left)
    return "\n".join(
        ["| " + " | ".join(heads) + " |", f"|{'|'.join(rule)}|", *("| " + " | ".join(r) + " |" for r in lines)]
    )


def cell(measured: Measured, peer: str, threads: int) -> str:
    best = measured.best(peer, threads)
    if best is None:
        return "failed" if measured.failure(peer, threads) else "-"
    side, times = best
    note = "" if side.variant == "plain" else f" ({side.variant})"
    return _quantity(measured.row, median(times.values())) + note


def _quantity(row: Row, seconds: float) -> str:
    return f"{row.flops / seconds / 1e9:.0f} GFLOP/s" if row.rate else duration(seconds)


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


# ---- the sections ----


def section_text(results: Results) -> str:
    """The section's title, its means and smallest ratios, and a line a row; for each number of threads."""
    parts = []
    for threads in results.counts():
        title = results.section.title
        if results.section.alone:
            title += f", {threads} thread{'s' if threads > 1 else ''}"
        parts.append(f"### {title}\n\n{_means(results, threads)}\n\n{rows_table(results, threads)}")
    return "\n\n".join(parts)


def _means(results: Results, threads: int) -> str:
    lines = []
    for peer in results.peers(threads):
        spread = results.spread(peer, threads)
        if spread:
            lines.append(f"- {RATIOS[peer]}: mean {spread[0]:.2f}, smallest {spread[1]:.2f} ({spread[2]})")
    lines += [f"- below the aim: {each}" for each in results.below(threads)]
    failed = [(m.row.name, side) for m in results.rows for side in m.failed if side.threads == threads]
    lines += [f"- failed: {name}, {NAMES[side.library]}, {side.variant}" for name, side in failed]
    return "\n".join(lines)


def rows_table(results: Results, threads: int) -> str:
    peers = results.peers(threads)
    sides = ["fastgrad", *(peer for peer in peers if peer in NAMES)]
    floors = any(m.floor(threads) for m in results.rows)
    heads = ["work", *(NAMES[side] for side in sides), *(RATIOS[peer] for peer in peers)]
    lines = []
    for m in results.rows:
        cells = [cell(m, side, threads) for side in sides]
        cells += [_ratio(m.ratio(peer, threads)) for peer in peers]
        if floors:
            floor = m.floor(threads)
            cells += ["-", "-"] if floor is None else [_quantity(m.row, floor[0]), f"{floor[1]:.0%}"]
        lines.append([m.row.name, *cells])
    return table(heads + (["floor", "floor / time"] if floors else []), lines)


def summary_table(sections: list[Results]) -> str:
    """A line a section and number of threads, against PyTorch; of programs of others, against what they are for."""
    lines = []
    for results in sections:
        for threads in results.counts():
            peer = results.against()
            spread, warm = results.spread(peer, threads), results.spread("torch warm", threads)
            title = results.section.title + (f", threads: {threads}" if results.section.alone else "")
            title += "" if peer == "torch" else f" (beside {NAMES[peer]})"
            cells = [f"{spread[0]:.2f}", f"{spread[1]:.2f}"] if spread else ["-", "-"]
            cells += [f"{warm[0]:.2f}", f"{warm[1]:.2f}"] if warm else ["-", "-"]
            lines.append([title, str(len(results.rows)), *cells, str(len(results.below(threads)))])
    heads = ["section", "rows", "mean", "smallest", "mean, warm memory", "smallest, warm memory", "below the aim"]
    return table(heads, lines)


# ---- threads ----


def scaling_text(sections: list[Results]) -> str:
    """One thread's time by that of all: row by row where arithmetic bounds it, a line a section for small work."""
    bound, small = [], []
    threads = max((results.threads for results in sections), default=1)
    for results in sections:
        speedups = [(s, m) for m in results.rows if (s := m.speedup(threads)) is not None]
        if not speedups or threads == 1:
            continue
        if results.section.alone:
            least, slowest = min(speedups, key=lambda each: each[0])
            mean = geometric_mean([s for s, _ in speedups])
            small.append([results.section.title, f"{mean:.2f}", f"{least:.2f}", slowest.row.name])
        else:
            for s, m in speedups:
                one, all_ = cell(m, "fastgrad", 1), cell(m, "fastgrad", threads)
                bound.append([f"{results.section.title}: {m.row.name}", one, all_, f"{s:.2f}"])
    parts = []
    if bound:
        parts.append(table(["bound by arithmetic", "1 thread", f"{threads} threads", "times faster"], bound))
    if small:
        parts.append(table(["small work", "mean of times faster", "smallest", "which"], small))
    return "\n\n".join(parts)


# ---- the front page and the footprint ----


def headline_table(sections: list[Results], footprint: list[tuple[str, str, str]]) -> str:
    lines: dict[str, list[str]] = {}
    for results in sections:
        for m in results.rows:
            name, threads = m.row.headline, results.threads
            if not name or name in lines:
                continue
            own = cell(m, "fastgrad", threads)
            lines[name] = [name, own, cell(m, "torch", threads), _ratio(m.ratio("torch", threads))]
            if results.section.alone and m.best("numpy", threads):
                what = "the same against NumPy, which records nothing"
                peer = f"NumPy: {cell(m, 'numpy', threads)}"
                lines[what] = [what, own, peer, _ratio(m.ratio("numpy", threads))]
    heads = ["work", "fastgrad", "PyTorch", "times faster"]
    return table(heads, [*lines.values(), *([what, own, peer, ""] for what, own, peer in footprint if peer)])


def footprint_table(footprint: list[tuple[str, str, str]], head: str) -> str:
    return table([head, "fastgrad", "PyTorch"], [[what, own, peer or "-"] for what, own, peer in footprint])


def breakdown_table(found: dict[str, dict[str, float]]) -> str:
    lines = [
        [name, *(duration(1e-9 * max(parts[part], 0.0)) if part in parts else "" for part in breakdown.PARTS)]
        for name, parts in found.items()
    ]
    return table(["operation on 8 elements", *breakdown.PARTS], lines)


def missing() -> str:
    """Which peers' cells are empty because they are not installed."""
    absent = [name for library, name in NAMES.items() if not installed(library)]
    return f" Not installed: {', '.join(absent)}." if absent else ""


def replace_between(path: Path, marker: str, text: str) -> None:
    """Put text between ``<!-- marker -->`` and ``<!-- /marker -->``, at the end of the file if it has no such place."""
    begin, end = f"<!-- {marker} -->", f"<!-- /{marker} -->"
    content = path.read_text(encoding="utf-8") if path.exists() else ""
    if begin not in content or end not in content:
        content = f"{content.rstrip()}\n\n{begin}\n{end}\n".lstrip()
    before, rest = content.split(begin, 1)
    after = rest.split(end, 1)[1]
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
