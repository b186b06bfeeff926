"""What a profiled block did: spans of time, and the tables that are made of them."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np

from fastgrad import _core, nn
from fastgrad._profile.machine import Machine, measured
from fastgrad._profile.text import count, seconds, table

if TYPE_CHECKING:
    import os

    from matplotlib.axes import Axes

Array = np.ndarray[Any, Any]
_SPAN = np.dtype([("begin", "i8"), ("end", "i8"), ("first", "u8"), ("last", "u8"), ("operations", "f8"),
                  ("bytes", "f8"), ("name", "i4"), ("parent", "i4"), ("kind", "i4"), ("extra", "i4")])  # fmt: skip
_FUNCTION, _RULE, _MODULE, _LABEL = range(4)
# By the kind of a product (`Work` in src/bindings/profile.cpp), the arithmetic of its rule in units of the product's,
# where both operands get gradients. Attention computes its weights again.
_RULE_OF = {_core.WORK[name]: factor for name, factor in
            {"matmul": 2.0, "linear": 2.0, "convolution": 2.0, "transposed": 2.0, "recurrent": 2.0,
             "attention": 2.5}.items()}  # fmt: skip
_OF_OPERANDS = [_core.WORK[name] for name in ("matmul", "linear", "convolution", "transposed")]
# Functions that run the backward pass: what is not a rule's in it, is the engine's.
_ENGINE = ("backward", "grad")
PHASES = ("forward", "backward", "step", "python")


@dataclass(frozen=True)
class OperationRow:
    """An operation's calls in one phase.

    Attributes
    ----------
    name : str
        The operation's.
    phase : {"forward", "backward", "step", "python"}
        "step" is an optimizer's. "python" is what labels, and what is left of the block, spent outside of operations.
    calls : int
        How often it was called.
    seconds : float
        Without what the operation called.
    share : float
        Of the block.
    operations, bytes : float or None
        Of arithmetic, and read and written; None where that is not known.
    floor : float or None
        The least seconds that these take on this machine.
    """

    name: str
    phase: str
    calls: int
    seconds: float
    share: float
    operations: float | None
    bytes: float | None
    floor: float | None

    @property
    def flops(self) -> float | None:
        """Operations of arithmetic a second."""
        return self.operations / self.seconds if self.operations and self.seconds else None

    @property
    def of_floor(self) -> float | None:
        """The share of the floor: `floor` over `seconds`, at most 1: nothing could be faster."""
        return _share_of_floor(self.floor, self.seconds)


@dataclass(frozen=True)
class ModuleRow:
    """A module's calls.

    Attributes
    ----------
    path : str
        As `named_modules` has it, behind the class of the module that was called from outside; for layers that one
        operation computes together, the first one's, with a plus between their names. "" is outside of modules.
    kind : str
        Its class.
    calls : int
        How often it was called.
    forward, backward : float
        Seconds in it, without the modules that it called: of its calls, and of the rules of what these recorded.
    share : float
        Of the block.
    operations, bytes, floor : float or None
        As of an `OperationRow`, both ways.
    """

    path: str
    kind: str
    calls: int
    forward: float
    backward: float
    share: float
    operations: float | None
    bytes: float | None
    floor: float | None


class Profile:
    """What `fastgrad.profile` found; see there."""

    def __init__(self) -> None:
        self._recorder: Any = None
        self._most = 0

    def _ended(self) -> Any:
        if self._recorder is None or not self._recorder.end:
            raise RuntimeError("profile: what was found can be asked for after the block's end")
        return self._recorder

    @property
    def seconds(self) -> float:
        """The block's time."""
        recorder = self._ended()
        return float(recorder.end - recorder.begin) * 1e-9

    @property
    def lost(self) -> int:
        """Calls that were too many to be recorded."""
        return int(self._ended().lost)

    @cached_property
    def machine(self) -> Machine:
        """The rates that shares of the floor are of, measured when they are first asked for."""
        s = self._spans
        products = (s.operations >= 1e6) & (s.whole > 0)
        reached = {
            size: float((s.operations / s.whole)[products & (s.itemsize == size)].max(initial=0.0)) for size in (4, 8)
        }
        return measured(reached)

    @cached_property
    def _spans(self) -> _Spans:
        return _Spans(self._ended())

    @cached_property
    def operations(self) -> tuple[OperationRow, ...]:
        """A row for each operation and phase, the longest first; the last is Python. Their seconds add up to the
        block's."""
        s, rows = self._spans, []
        floors = self.machine.floor(s.operations, s.bytes, s.itemsize)
        timed = np.flatnonzero(s.kind != _MODULE)
        keys = s.phase[timed] * (len(s.names) + 1) + s.name[timed]
        for key in np.unique(keys):
            at = timed[keys == key]
            phase, name = divmod(int(key), len(s.names) + 1)
            is_engine = s.names[name] in _ENGINE and s.kind[at[0]] == _FUNCTION
            rows.append(self._row("backward pass" if is_engine else s.names[name], PHASES[phase], at, floors))
        rest = self.seconds - sum(row.seconds for row in rows)
        rows.sort(key=lambda row: -row.seconds)
        rows.append(OperationRow("python", "python", 0, rest, rest / self.seconds, None, None, None))
        return tuple(rows)

    def _row(self, name: str, phase: str, at: Array, floors: Array) -> OperationRow:
        s = self._spans
        own, (operations, touched, floor) = float(s.own[at].sum()), s.work(at, floors)
        calls = int((~s.repeated[at]).sum())
        return OperationRow(name, phase, calls, own, own / self.seconds, operations, touched, floor)

    @cached_property
    def modules(self) -> tuple[ModuleRow, ...]:
        """A row for each module, in the order of their first calls; the last is what is outside of them. Their seconds
        add up to the block's."""
        s, rows = self._spans, []
        floors = self.machine.floor(s.operations, s.bytes, s.itemsize)
        inside = s.module >= 0
        own = np.where(inside, s.own, 0.0)
        for path, members in s.paths.items():
            at = np.flatnonzero(inside & np.isin(s.module, list(members)))
            back = s.phase[at] == 1
            calls = int(((s.kind[at] == _MODULE) & ~s.repeated[at]).sum())
            forward, backward = float(own[at][~back].sum()), float(own[at][back].sum())
            kind = type(s.modules[members[0]]).__name__
            operations, touched, floor = s.work(at[s.kind[at] != _MODULE], floors)
            rows.append(ModuleRow(path, kind, calls, forward, backward, (forward + backward) / self.seconds, operations,
                                  touched, floor))  # fmt: skip
        outside = np.flatnonzero(~inside)
        backward = float(s.own[outside][s.phase[outside] == 1].sum())
        forward = self.seconds - backward - sum(row.forward + row.backward for row in rows)
        rows.append(ModuleRow("", "", 0, forward, backward, (forward + backward) / self.seconds,
                              *s.work(outside, floors)))  # fmt: skip
        return tuple(rows)

    def to_dict(self) -> dict[str, Any]:
        """Return all of it as plain values: "seconds", "lost", "operations" and "modules" (a dict a row), "machine"."""
        return {
            "seconds": self.seconds,
            "lost": self.lost,
            "operations": [{**asdict(row), "flops": row.flops, "of_floor": row.of_floor} for row in self.operations],
            "modules": [asdict(row) for row in self.modules],
            "machine": asdict(self.machine),
        }

    def table(self, by: str = "operation", rows: int | None = 20) -> str:
        """Return a table of the longest rows.

        Parameters
        ----------
        by : {"operation", "module"}
            Which table, by default that of operations.
        rows : int or None, default 20
            How many, of operations; None: all. What is left out has one row together.
        """
        if by not in ("operation", "module"):
            raise ValueError(f"profile: by must be 'operation' or 'module', got {by!r}")
        if by == "module":
            return self._module_table()
        found = list(self.operations)
        if rows is not None and len(found) > max(rows, 1) + 1:
            shown, others = found[: max(rows, 1)], found[max(rows, 1) : -1]
            own = sum(row.seconds for row in others)
            left_out = OperationRow(f"{len(others)} others", "", sum(row.calls for row in others), own,
                                    own / self.seconds, None, None, None)  # fmt: skip
            found = [*shown, left_out, found[-1]]
        lines = []
        for row in found:
            at_rate = None if row.bytes is None or not row.seconds else row.bytes / row.seconds
            phase = "" if row.name == row.phase else row.phase
            lines.append((row.name, phase, str(row.calls or ""), seconds(row.seconds), f"{100 * row.share:.1f} %",
                          count(row.flops), count(at_rate), _percent(row.of_floor)))  # fmt: skip
        lines.append(("all", "", "", seconds(self.seconds), "100.0 %", "", "", ""))
        heads = ("operation", "phase", "calls", "time", "share", "FLOP/s", "bytes/s", "of floor")
        return table(heads, lines, left=2)

    def _module_table(self) -> str:
        lines = []
        above: list[str] = []  # the paths of the rows that this one is under
        for row in self.modules:
            while above and not row.path.startswith(f"{above[-1]}."):
                above.pop()
            inner = row.path.removeprefix(f"{above[-1]}.") if above else row.path
            name = "  " * len(above) + inner if row.path else "outside of modules"
            above.append(row.path)
            whole = row.forward + row.backward
            lines.append((name, row.kind, str(row.calls or ""), seconds(row.forward), seconds(row.backward),
                          f"{100 * row.share:.1f} %", _percent(_share_of_floor(row.floor, whole))))  # fmt: skip
        whole_forward = sum(row.forward for row in self.modules)
        lines.append(("all", "", "", seconds(whole_forward), seconds(self.seconds - whole_forward), "100.0 %", ""))
        return table(("module", "class", "calls", "forward", "backward", "share", "of floor"), lines, left=2)

    def __str__(self) -> str:
        if self._recorder is None or not self._recorder.end:
            return "a profile whose block has not ended"
        peak, sizes = self.machine.flops, self.machine.bandwidths
        note = (f"floor: {count(peak[4])}FLOP/s in float32, {count(peak[8])}FLOP/s in float64, "
                f"{count(sizes[min(sizes)])}B/s in the caches, {count(sizes[max(sizes)])}B/s beyond, "
                f"{self.machine.threads} threads")  # fmt: skip
        if self.lost:
            note += f"\n{self.lost} calls were too many to be recorded; their time is Python's"
        return f"{self.table()}\n\n{self.table('module')}\n\n{note}"

    def __repr__(self) -> str:
        if self._recorder is None or not self._recorder.end:
            return f"<{type(self).__name__}: its block has not ended>"
        return f"<{type(self).__name__} of {seconds(self.seconds)}, {len(self._spans.kind)} calls>"

    # ---- pictures and files ----

    def draw_flame(self, ax: Axes | None = None, *, merged: bool = True, least: float = 0.0) -> Axes:
        """Draw a flame chart: time along x, calls upon those that they were called by.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        merged : bool, default True
            Whether calls of one place are one bar, as wide as all of them took; else they lie in the order of time.
        least : float, default 0
            Bars of fewer seconds are left out.

        Returns
        -------
        Axes
            What was drawn in; nothing is shown.
        """
        from fastgrad._profile.flame import draw_flame

        return draw_flame(self._spans, self.seconds, ax, merged, least)

    def trace(self) -> dict[str, Any]:
        """Return what Chrome's tracing, Perfetto and speedscope read: a dict that converts to JSON."""
        s, events = self._spans, []
        for i in range(len(s.kind)):
            arguments: dict[str, Any] = {"phase": PHASES[s.phase[i]]}
            if s.operations[i] > 0:
                arguments["operations"] = float(s.operations[i])
            if s.bytes[i] > 0:
                arguments["bytes"] = float(s.bytes[i])
            if s.module[i] >= 0:
                arguments["module"] = s.path_of[int(s.module[i])]
            category = ("operation", "gradient", "module", "label")[s.kind[i]]
            events.append({"name": s.title(i), "cat": category, "ph": "X",
                           "ts": float(s.begin[i] - s.start) / 1e3, "dur": float(s.end[i] - s.begin[i]) / 1e3,
                           "pid": 0, "tid": 0, "args": arguments})  # fmt: skip
        return {"traceEvents": events, "displayTimeUnit": "ns"}

    def save_trace(self, path: str | os.PathLike[str]) -> None:
        """Write `trace` to a JSON file, which chrome://tracing, https://ui.perfetto.dev and speedscope open."""
        Path(path).write_text(json.dumps(self.trace()))


def _share_of_floor(floor: float | None, taken: float) -> float | None:
    return None if floor is None or taken <= 0 else min(floor / taken, 1.0)


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.0f} %"


class _Spans:
    """What a recorder has, as columns, and what follows from them."""

    def __init__(self, recorder: Any) -> None:
        spans = np.frombuffer(recorder.spans, dtype=_SPAN)
        self.names: list[str] = recorder.names
        self.modules: list[nn.Module] = recorder.modules
        self.start = recorder.begin
        self.begin, self.end, self.parent = spans["begin"], spans["end"], spans["parent"]
        self.kind, self.name = spans["kind"], spans["name"]
        n = len(spans)
        took = (self.end - self.begin) * 1e-9
        within = np.zeros(n + 1)
        np.add.at(within, self.parent, took)  # those without a parent: the last place
        self.own = took - within[:n]
        self.whole = took
        work = np.where(self.kind == _FUNCTION, spans["extra"] & 0xFF, 0)
        self.work_of = work
        self.itemsize = np.where(self.kind == _FUNCTION, spans["extra"] >> 8, 4)
        self.operations, self.bytes = spans["operations"].copy(), spans["bytes"].copy()

        # Modules in a row that were computed together; and calls within one of the same, which are its own.
        self.together = np.where(self.kind == _MODULE, spans["extra"], 1)
        around = self.parent >= 0
        self.repeated = around & (self.kind[self.parent] == self.kind) & (self.name[self.parent] == self.name)

        is_engine = (self.kind == _FUNCTION) & np.isin(self.name, [self.names.index(e) for e in _ENGINE
                                                                   if e in self.names])  # fmt: skip
        back = self._inherited((self.kind == _RULE) | is_engine)
        is_step = (self.kind == _FUNCTION) & np.isin(self.name, [i for i, name in enumerate(self.names)
                                                                 if name.endswith(".step")])  # fmt: skip
        step = self._inherited(is_step)
        self.phase = np.where(back, 1, np.where(step, 2, np.where(self.kind == _LABEL, 3, 0)))

        # The module that a call is within, and that a rule's operation was.
        self.module = self._nearest(np.where(self.kind == _MODULE, self.name, -1))
        rules = np.flatnonzero(self.kind == _RULE)
        makers = self._makers(spans["first"], spans["last"], spans["last"][rules])
        known = makers >= 0
        self.module = self.module.copy()
        self.module[rules] = np.where(known, self.module[makers], -1)
        under = np.where(self.kind == _RULE, self.module, -1)
        inner = self._nearest(np.where(self.kind == _RULE, under + 2, np.where(self.kind == _MODULE, 1, 0)), none=0)
        self.module = np.where((inner > 1) & (self.kind != _RULE), inner - 2, self.module)
        self._count_rules(spans, rules, makers, work)
        self.paths, self.path_of = self._named()

    def _inherited(self, flags: Array) -> Array:
        """Whether a span has a flag, or one around it has."""
        found: Array = flags.copy()
        while True:
            more = found | (found[self.parent] & (self.parent >= 0))
            if (more == found).all():
                return found
            found = more

    def _nearest(self, values: Array, none: int = -1) -> Array:
        """A span's value, or where it has none that of the nearest around it."""
        found: Array = values.copy()
        while True:
            more = np.where((found == none) & (self.parent >= 0), found[self.parent], found)
            if (more == found).all():
                return found
            found = more

    def _makers(self, first: Array, last: Array, nodes: Array) -> Array:
        """The innermost spans in which these nodes were made; -1 for nodes from before."""
        candidates = np.flatnonzero(self.kind != _RULE)
        if not len(candidates):
            return np.full(len(nodes), -1)
        found = np.searchsorted(first[candidates], nodes, side="left") - 1
        found = np.where(found >= 0, candidates[found], -1)
        while True:
            outside = (found >= 0) & (last[found] < nodes)
            if not outside.any():
                return found
            found = np.where(outside, self.parent[found], found)

    def _count_rules(self, spans: Array, rules: Array, makers: Array, work: Array) -> None:
        """The arithmetic of rules, from that of the functions that made their nodes; not known where they made more."""
        self.operations[rules] = -1
        if not len(rules):
            return
        alone = (makers >= 0) & (self.kind[makers] == _FUNCTION) & (spans["last"][makers] - spans["first"][makers] == 1)
        factors = np.zeros(max(_core.WORK.values()) + 1)
        factors[_core.WORK["elements"]] = 1
        for kind, factor in _RULE_OF.items():
            factors[kind] = factor
        of = work[makers]
        times = np.where(np.isin(of, _OF_OPERANDS), spans["extra"][rules], factors[of])
        counted = alone & (factors[of] > 0) & (self.operations[makers] >= 0)
        self.operations[rules] = np.where(counted, times * self.operations[makers], -1)
        self.itemsize[rules] = np.where(alone, self.itemsize[makers], 4)
        views = alone & (self.bytes[makers] == 0)
        self.bytes[rules] = np.where(views, 0.0, self.bytes[rules])

    def _named(self) -> tuple[dict[str, list[int]], dict[int, str]]:
        """The modules of each path, and their paths."""
        path_of: dict[int, str] = {}
        roots: dict[str, int] = {}
        at_path: dict[int, str] = {}  # by the address of a module
        calls = np.flatnonzero(self.kind == _MODULE)
        order = {int(m): i for i, m in reversed(list(enumerate(self.name[calls])))}
        outer = self._nearest(np.where(self.kind == _MODULE, np.arange(len(self.kind)), -1))
        for m, i in sorted(order.items(), key=lambda item: item[1]):
            span, module = calls[i], self.modules[m]
            parent = int(self.parent[span])
            is_root = parent < 0 or outer[parent] < 0
            if id(module) not in at_path:
                name = type(module).__name__
                if not is_root:  # called by a module that it is no part of
                    name = f"{path_of.get(int(self.name[outer[parent]]), '')}.{name}".lstrip(".")
                number = roots[name] = roots.get(name, 0) + 1
                name = name if number == 1 else f"{name} {number}"
                for path, inner in module.named_modules():
                    at_path.setdefault(id(inner), f"{name}.{path}" if path else name)
            path_of[m] = at_path[id(module)]
            together = int(self.together[span])
            if together > 1 and parent >= 0 and self.kind[parent] == _MODULE:
                path_of[m] += self._followers(self.modules[int(self.name[parent])], module, together)
        paths: dict[str, list[int]] = {}
        for m, path in path_of.items():
            paths.setdefault(path, []).append(m)
        return paths, path_of

    @staticmethod
    def _followers(parent: nn.Module, module: nn.Module, together: int) -> str:
        names = [name for name, child in parent._modules.items() if child is not None]
        children = [child for child in parent._modules.values() if child is not None]
        at = next((i for i, child in enumerate(children) if child is module), None)
        return "" if at is None else "".join(f"+{name}" for name in names[at + 1 : at + together])

    def work(self, at: Array, floors: Array) -> tuple[float | None, float | None, float | None]:
        """Sums over spans: operations, bytes and floor; None where no span's is known."""
        at = at[self.kind[at] != _LABEL]
        operations, touched = self.operations[at], self.bytes[at]
        known = bool((operations > 0).any()), bool((touched > 0).any())
        return (
            float(operations[operations > 0].sum()) if known[0] and not (operations < 0).any() else None,
            float(touched[touched > 0].sum()) if known[1] else None,
            float(floors[at].sum()) if any(known) else None,
        )

    def title(self, i: int) -> str:
        """What a span is called in pictures."""
        if self.kind[i] == _MODULE:
            path = self.path_of[int(self.name[i])]
            kind = type(self.modules[int(self.name[i])]).__name__
            last = path.rpartition(".")[2]
            return last if last.startswith(kind) else f"{last}: {kind}"
        name = self.names[int(self.name[i])]
        if self.kind[i] == _RULE:
            return f"{name} backward"
        return "backward pass" if name in _ENGINE else name
