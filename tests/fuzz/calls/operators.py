"""Arguments of Tensor's operators, and of its methods that are no functions of the same name."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ops import table_methods
from ...ops.entry import Fixed, Op, Sample
from .arguments import Draw, Drawer

# Written to in place, or so that the first operand alone says the shape of the result.
ARITHMETIC = ("add", "sub", "mul", "truediv", "floordiv", "mod", "pow", "and", "or", "xor", "lshift", "rshift")
COMPARISONS = ("eq", "ne", "lt", "le", "gt", "ge")
UNARY = ("neg", "pos", "abs", "invert")
METHODS = ("sub", "mul", "div", "add_", "sub_", "mul_", "div_", "pow_", "neg", "where", "copy_", "zero_", "fill_")
INTO = ("abs_", "ceil_", "floor_", "relu_", "round_", "square_", "trunc_", "tanh_", "sigmoid_", "exp_")


def _operands(d: Draw, op: Op) -> Sample:
    """The first operand and what broadcasts with it, or, of what writes in place, to it; or a number, where the table
    has one."""
    sample = d.pick(op.draw(str(d.dtype)))
    in_place = op.call is not None
    shape = d.shape()
    first = [True]
    power, whole = "pow" in op.name, d.dtype.kind in "iu"

    def change(a: Any) -> Any:
        own = shape if first[0] and (in_place or d.chance(0.7)) else d.broadcast_from(shape)
        is_first, first[0] = first[0], False
        if isinstance(a, Fixed):
            return Fixed(np.asarray(d.random.random(own) < 0.5))
        if "shift" in op.name:
            return d.array(*own, low=0, high=5 if is_first else np.iinfo(d.dtype).bits + 1)
        if power:
            low, high = (0, 4) if whole else (0.3, 2.0) if is_first else (-2.0, 2.5)
            return d.array(*own, low=low, high=high)
        return d.array(*own, low=-4, high=4, edges=0.0 if "div" in op.name or "mod" in op.name else d.edges())

    return sample.map(change)


DRAWERS: dict[str, Drawer] = dict.fromkeys(
    (
        op.name
        for op in table_methods.OPS
        if op.name
        in {
            *(f"Tensor.__{prefix}{name}__" for name in ARITHMETIC for prefix in ("", "r", "i")),
            *(f"Tensor.__{name}__" for name in (*COMPARISONS, *UNARY)),
            *(f"Tensor.{name}" for name in (*METHODS, *INTO)),
        }
    ),
    _operands,
)
