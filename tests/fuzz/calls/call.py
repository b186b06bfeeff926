"""A call of one operation, drawn from a key: its arguments, and how each array lies in memory."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any

import numpy as np

from ...ops import table
from ...ops.entry import FLOATS, Fixed, Make, NoGradient, Op, Sample
from . import arrays, networks, operators, products, sequences
from .arguments import Draw, Drawer

# Not drawn: results at random, and what is about data that are no tensors.
OPS = [
    replace(op, **arrays.GAMMA.get(op.name, {}))
    for op in table.OPS
    if op.deterministic and op.no_gradient is not NoGradient.CREATED
]
BY_NAME = {op.name: op for op in OPS}
DRAWERS: dict[str, Drawer] = {
    **arrays.DRAWERS,
    **operators.DRAWERS,
    **products.DRAWERS,
    **networks.DRAWERS,
    **sequences.DRAWERS,
}

# How an array lies in memory, as expressions of the array `a`.
LAYOUTS: dict[str, tuple[int, str]] = {  # with the fewest axes
    "contiguous": (0, "a"),
    "transposed": (2, "a.T.copy().T"),
    "last axis first": (2, "np.moveaxis(np.moveaxis(a, -1, 0).copy(), 0, -1)"),
    "channels last": (3, "np.moveaxis(np.moveaxis(a, 1, -1).copy(), -1, 1)"),
    "stepped": (1, "np.repeat(a, 2, axis=-1)[..., ::2]"),
    "rows stepped": (2, "np.repeat(a, 3, axis=0)[::3]"),
    "reversed": (1, "np.flip(np.flip(a).copy())"),
    "cut out": (1, "np.pad(a, 1)[(slice(1, -1),) * a.ndim]"),
    "broadcast": (1, "np.broadcast_to(a[:1], a.shape)"),  # of equal rows
    "columns of more": (2, "np.concatenate([a, a], axis=-1)[..., : a.shape[-1]]"),
}


def laid_out(a: np.ndarray, layout: str) -> np.ndarray:
    return eval(LAYOUTS[layout][1], {"a": a, "np": np})


@dataclass
class Call:
    """A call: an operation, its arguments, and how each array lies in memory."""

    op: Op
    dtype: str
    sample: Sample
    layouts: list[str]

    def layout(self) -> Callable[[np.ndarray], np.ndarray]:
        """What gives array after array its layout, in the order of the arguments."""
        following = iter(self.layouts)
        return lambda a: laid_out(np.array(a), next(following, "contiguous"))

    def size(self) -> int:
        return sum(int(getattr(a, "array", a).size) for a in self.sample.arrays())

    def script(self) -> str:
        lines, following = ["import numpy as np", "import fastgrad as fg", ""], iter(self.layouts)
        names: list[str] = []

        def shown(value: Any) -> str:
            if isinstance(value, Fixed):
                return f"fg.tensor({_literal(value.array)})"
            if isinstance(value, np.ndarray):
                name, layout = (
                    "xyzuvw"[len(names)] if len(names) < 6 else f"x{len(names)}",
                    next(following, "contiguous"),
                )
                names.append(name)
                lines.append(f"a = {_literal(value)}")
                lines.append(f"{name} = fg.asarray({LAYOUTS[layout][1]})")
                return name
            if isinstance(value, (list, tuple)):
                inside = ", ".join(shown(v) for v in value)
                return f"[{inside}]" if isinstance(value, list) else f"({inside}{',' if len(value) == 1 else ''})"
            return "..." if value is Ellipsis else repr(value)

        parts = [shown(a) for a in self.sample.args]
        parts += [f"{name}={shown(a)}" for name, a in self.sample.kwargs.items()]
        module, _, function = self.op.name.rpartition(".")
        called = f"fg.{self.op.name}"
        if module.count(".") > 1:  # of a module that is no member of its package
            lines.insert(2, f"from fastgrad.{module} import {function}")
            called = function
        lines.append(f"print({called}({', '.join(parts)}))")
        return "\n".join(lines) + "\n"


def _literal(a: np.ndarray) -> str:
    if a.size > 200:
        return f"np.random.default_rng(0).uniform(-2, 2, {a.shape}).astype(np.{a.dtype})  # or so"
    text = re.sub(r"\b(nan|inf)\b", r"np.\1", repr(a.tolist()))
    shape = f".reshape({a.shape})" if 0 in a.shape else ""
    return f"np.array({text}, dtype=np.{a.dtype}){shape}"


def _from_table(d: Draw, op: Op) -> Sample:
    """One of the table's own samples."""
    make = Make(f"{op.name} {d.whole(0, 1 << 30)}", str(d.dtype))
    samples = list(op.samples(make))
    if op.sizes is not None and d.chance(0.5):
        samples = list(op.sizes(make))
    return d.pick(samples)


def draw(key: tuple[int, ...], name: str | None = None, most: int = 70) -> Call:
    random = np.random.default_rng(key)
    op = OPS[int(random.integers(len(OPS)))]
    if name is not None:
        op = BY_NAME[name]
    dtype = op.dtypes[int(random.integers(len(op.dtypes)))]
    if random.random() < 0.5 and op.dtypes[0] in FLOATS:
        dtype = FLOATS[int(random.integers(2))]
    d = Draw(random, dtype, most)
    sample = DRAWERS.get(op.name, _from_table)(d, op)
    layouts = []

    def lay_out(a: Any) -> Any:
        if isinstance(a, Fixed):
            return a
        possible = [layout for layout, (least, _) in LAYOUTS.items() if a.ndim >= least and a.size]
        layouts.append(d.pick(possible) if op.layouts and possible and d.chance(0.6) else "contiguous")
        return np.repeat(a[:1], len(a), axis=0) if layouts[-1] == "broadcast" else a

    sample = sample.map(lay_out)
    return Call(op, dtype, sample, layouts)
