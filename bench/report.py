"""Measurements as Markdown tables, and the tables into the files that show them."""

from __future__ import annotations

import statistics
from dataclasses import dataclass, field
from pathlib import Path

from workloads import Row

Side = tuple[str, str]  # library, variant


@dataclass
class Measured:
    """Seconds of each round by side, for one row; and what the machine could do it in, if that can be said."""

    row: Row
    rounds: dict[Side, list[float]] = field(default_factory=dict)
    floor: float | None = None

    def best(self, library: str) -> tuple[str, list[float]] | None:
        """The variant of a library with the lower median, and its rounds."""
        found = {v: times for (name, v), times in self.rounds.items() if name == library and times}
        if not found:
            return None
        variant = min(found, key=lambda v: statistics.median(found[v]))
        return variant, found[variant]

    def ratio(self, peer: str) -> float | None:
        """Median over the rounds of the peer's time by fastgrad's: above 1, fastgrad is faster."""
        own, other = self.best("fastgrad"), self.best(peer)
        if own is None or other is None:
            return None
        return statistics.median(b / a for a, b in zip(own[1], other[1], strict=False))


def duration(seconds: float) -> str:
    units = ((1.0, "s"), (1e-3, "ms"), (1e-6, "us"), (1e-9, "ns"))
    unit, name = next((each for each in units if seconds >= each[0]), units[-1])
    value = seconds / unit
    return f"{value:.0f} {name}" if value >= 100 else f"{value:.3g} {name}"


def _cell(measured: Measured, library: str) -> str:
    best = measured.best(library)
    if best is None:
        return "-"
    variant, times = best
    note = "" if variant == "plain" else f" ({variant})"
    return _quantity(measured.row, statistics.median(times)) + note


def _quantity(row: Row, seconds: float) -> str:
    return f"{row.flops / seconds / 1e9:.0f} GFLOP/s" if row.rate else duration(seconds)


def _ratio(value: float | None) -> str:
    return "-" if value is None else f"{value:.2f}"


def rows_table(results: list[Measured]) -> str:
    """One line a row; a ratio is the peer's time by fastgrad's."""
    lines = [
        "| work | fastgrad | PyTorch | NumPy | PyTorch / fastgrad | NumPy / fastgrad | floor |",
        "|---|---:|---:|---:|---:|---:|---:|",
    ]
    for m in results:
        floor = "-" if m.floor is None else _quantity(m.row, m.floor)
        cells = [_cell(m, side) for side in ("fastgrad", "torch", "numpy")]
        ratios = [_ratio(m.ratio(peer)) for peer in ("torch", "numpy")]
        lines.append("| " + " | ".join([m.row.name, *cells, *ratios, floor]) + " |")
    return "\n".join(lines)


def headline_table(results: list[Measured], footprint: list[tuple[str, str, str]]) -> str:
    lines = ["| work | fastgrad | PyTorch | times faster |", "|---|---:|---:|---:|"]
    for m in results:
        if m.row.headline:
            cells = [m.row.name, _cell(m, "fastgrad"), _cell(m, "torch"), _ratio(m.ratio("torch"))]
            lines.append("| " + " | ".join(cells) + " |")
            if "add" in m.row.name and m.best("numpy"):
                peer, times = _cell(m, "numpy"), _ratio(m.ratio("numpy"))
                lines.append(
                    f"| the same against NumPy, which records nothing | {cells[1]} | NumPy: {peer} | {times} |"
                )
    lines += [f"| {what} | {own} | {peer} | |" for what, own, peer in footprint if peer]
    return "\n".join(lines)


def footprint_table(footprint: list[tuple[str, str, str]]) -> str:
    lines = ["| footprint | fastgrad | PyTorch |", "|---|---:|---:|"]
    return "\n".join(lines + [f"| {what} | {own} | {peer or '-'} |" for what, own, peer in footprint])


def replace_between(path: Path, marker: str, text: str) -> None:
    """Put text between ``<!-- marker -->`` and ``<!-- /marker -->``, at the end of the file if it has no such place."""
    begin, end = f"<!-- {marker} -->", f"<!-- /{marker} -->"
    content = path.read_text(encoding="utf-8") if path.exists() else ""
    if begin not in content or end not in content:
        content = f"{content.rstrip()}\n\n{begin}\n{end}\n".lstrip()
    before, rest = content.split(begin, 1)
    after = rest.split(end, 1)[1]
    path.write_text(f"{before}{begin}\n{text}\n{end}{after}", encoding="utf-8")
