"""What a profiled block did as PyTorch's profiler tells it: events, and their sums by name."""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path
from typing import Any

import numpy as np

from fastgrad._profile.report import _MODULE, Profile

_DEVICES = ("cuda", "xpu", "device", "privateuse1")
_UNITS = {"s": 1e6, "ms": 1e3, "us": 1.0}


class _Timed:
    """Times in microseconds. Those of accelerators, of which there are none, are 0."""

    count: int
    cpu_time_total: float
    self_cpu_time_total: float
    flops: float

    @property
    def cpu_time(self) -> float:
        """Of one call."""
        return self.cpu_time_total / self.count if self.count else 0.0

    def __getattr__(self, name: str) -> float:
        device = name.removeprefix("self_").partition("_")[0]
        if device in _DEVICES and name.partition(f"{device}_")[2] in ("time", "time_total"):
            return 0.0
        if "memory" in name:
            raise AttributeError(f"torch.profiler: allocations are not recorded, so that there is no {name}")
        raise AttributeError(f"{type(self).__name__!r} object has no attribute {name!r}")


class FunctionEvent(_Timed):
    """One call: its name, its times, and the module that it was in."""

    def __init__(self, id: int, name: str, start: float, end: float, own: float, flops: float, parent: Any) -> None:
        self.id, self.name, self.key, self.count = id, name, name, 1
        self.start, self.end, self.flops = start, end, flops
        self.cpu_time_total, self.self_cpu_time_total = end - start, own
        self.cpu_parent: FunctionEvent | None = parent
        self.cpu_children: list[FunctionEvent] = []

    def __repr__(self) -> str:
        return (
            f"<FunctionEvent id={self.id} name={self.name} cpu_time={self.cpu_time_total:.3f}us "
            f"start_us={self.start:.3f} end_us={self.end:.3f} cpu_children={[child.id for child in self.cpu_children]}>"
        )


class FunctionEventAvg(_Timed):
    """The calls of one name together."""

    def __init__(self, key: str) -> None:
        self.key, self.count, self.cpu_time_total, self.self_cpu_time_total, self.flops = key, 0, 0.0, 0.0, 0.0

    def add(self, other: Any) -> FunctionEventAvg:
        """Add another's calls and times; those that it spent in a call of the same name are counted once."""
        self.count += other.count
        self.self_cpu_time_total += other.self_cpu_time_total
        self.flops += other.flops
        around = getattr(other, "cpu_parent", None)
        while around is not None and around.key != other.key:
            around = around.cpu_parent
        if around is None:
            self.cpu_time_total += other.cpu_time_total
        return self

    def __repr__(self) -> str:
        return (
            f"<FunctionEventAvg key={self.key} self_cpu_time={self.self_cpu_time_total:.3f}us "
            f"cpu_time={self.cpu_time:.3f}us count={self.count}>"
        )


class EventList(list[Any]):
    """Events, or their sums by name, with PyTorch's tables."""

    def __init__(self, events: Iterable[Any] = (), profile: Profile | None = None) -> None:
        super().__init__(events)
        self._profile = profile

    @property
    def self_cpu_time_total(self) -> float:
        """Microseconds in all of them."""
        return float(sum(event.self_cpu_time_total for event in self))

    def key_averages(self, group_by_input_shapes: bool = False, group_by_stack_n: int = 0, **others: Any) -> EventList:
        """Return the sums by name, in the order of their first calls."""
        if group_by_input_shapes or group_by_stack_n or any(others.values()):
            raise RuntimeError("torch.profiler: key_averages groups by names; shapes and stacks are not recorded")
        sums: dict[str, FunctionEventAvg] = {}
        for event in self:
            key = "ProfilerStep*" if event.key.startswith("ProfilerStep#") else event.key
            sums.setdefault(key, FunctionEventAvg(key)).add(event)
        return EventList(sums.values(), self._profile)

    def total_average(self) -> FunctionEventAvg:
        """Return the sum of all, whose total is the time in them, each moment once."""
        whole = FunctionEventAvg("Total")
        for event in self:
            whole.add(event)
        whole.cpu_time_total = whole.self_cpu_time_total
        return whole

    def table(
        self,
        sort_by: str | None = None,
        row_limit: int = 100,
        max_src_column_width: int = 75,
        max_name_column_width: int = 55,
        max_shapes_column_width: int = 80,
        header: str | None = None,
        top_level_events_only: bool = False,
        time_unit: str | None = None,
    ) -> str:
        """Return a table of them: shares, times and calls.

        Parameters
        ----------
        sort_by : str, optional
            A time, or "count", the largest first; by default in the order of the first calls. Those of accelerators are
            all 0.
        row_limit : int, default 100
            How many rows; -1: all.
        max_src_column_width, max_shapes_column_width : int
            Of columns that are not there.
        max_name_column_width : int, default 55
            Longer names are cut.
        header : str, optional
            A line above.
        top_level_events_only : bool, default False
            Leave out what was called by another.
        time_unit : {"s", "ms", "us"}, optional
            By default each time has its own.
        """
        if time_unit is not None and time_unit not in _UNITS:
            raise ValueError(f"table: time_unit must be 's', 'ms' or 'us', got {time_unit!r}")
        events = [e for e in self if not top_level_events_only or getattr(e, "cpu_parent", None) is None]
        if sort_by is not None:
            events.sort(key=lambda event: -getattr(event, sort_by))
        total = self.self_cpu_time_total

        def said(microseconds: float) -> str:
            unit = time_unit or ("s" if microseconds >= 1e6 else "ms" if microseconds >= 1e3 else "us")
            return f"{microseconds / _UNITS[unit]:.3f}{unit}"

        def share(microseconds: float) -> str:
            return f"{100 * microseconds / total if total else 0.0:.2f}%"

        with_flops = any(event.flops > 0 for event in events)
        heads = ["Name", "Self CPU %", "Self CPU", "CPU total %", "CPU total", "CPU time avg", "# of Calls"]
        lines = []
        for event in events[: row_limit if row_limit >= 0 else None]:
            name, own, whole = event.key, event.self_cpu_time_total, event.cpu_time_total
            if len(name) > max_name_column_width:
                name = name[: max_name_column_width - 3] + "..."
            lines.append(
                [name, share(own), said(own), share(whole), said(whole), said(event.cpu_time), str(event.count)]
            )
            if with_flops:
                lines[-1].append(f"{event.flops / 1e6:.3f}" if event.flops > 0 else "--")
        if with_flops:
            heads.append("Total MFLOPs")
        widths = [max(12, *(len(line[i]) for line in [heads, *lines])) for i in range(len(heads))]
        rule = "  ".join("-" * width for width in widths)
        rows = ["  ".join(c.rjust(w) for c, w in zip(line, widths, strict=True)) for line in [heads, *lines]]
        above = [] if header is None else ["=" * len(rule), header]
        return "\n".join([*above, rule, rows[0], rule, *rows[1:], rule, f"Self CPU time total: {said(total)}", ""])

    def export_chrome_trace(self, path: Any) -> None:
        """Write what chrome://tracing and https://ui.perfetto.dev open; compressed where the name ends in .gz."""
        if self._profile is None:
            raise RuntimeError("torch.profiler: these events are of no profile")
        write_trace(self._profile.trace(), path)

    def __str__(self) -> str:
        return self.table()


def write_trace(trace: dict[str, Any], path: Any) -> None:
    """Write a trace as JSON."""
    import gzip
    import json

    said = json.dumps(trace).encode()
    Path(path).write_bytes(gzip.compress(said) if str(path).endswith(".gz") else said)


def events_of(profile: Profile, flops: bool) -> EventList:
    """The calls that a block recorded: operations, rules of gradients, and what programs named; modules are none."""
    s = profile._spans
    parent, is_module = s.parent.copy(), s.kind == _MODULE
    while (within := (parent >= 0) & is_module[parent]).any():
        parent = np.where(within, s.parent[parent], parent)
    whole = (s.end - s.begin) * 1e-3
    inner = np.zeros(len(whole) + 1)
    np.add.at(inner, np.where(is_module, -1, parent), whole)
    events: dict[int, FunctionEvent] = {}
    for i in np.flatnonzero(~is_module).tolist():
        start, end = (float(at - s.start) * 1e-3 for at in (s.begin[i], s.end[i]))
        work = float(max(s.operations[i], 0.0)) if flops else 0.0
        around = events.get(int(parent[i]))
        events[i] = FunctionEvent(i, s.title(i), start, end, float(whole[i] - inner[i]), work, around)
        if around is not None:
            around.cpu_children.append(events[i])
    return EventList(events.values(), profile)
