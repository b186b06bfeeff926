"""Padding."""

from __future__ import annotations

from typing import Any

from .case import Case, Draw, Given, call, layer


def widths(d: Draw, size: tuple[int, ...], most: Any) -> tuple[int, ...]:
    """How many before and after each axis, the last one first; a negative number now and then."""
    drawn: list[int] = []
    for n in reversed(size):
        for _ in range(2):
            drawn.append(-d.integer(0, 1) if d.flag(0.15) else d.integer(0, most(n)))
    return tuple(drawn)


MOST: dict[str, Any] = {
    "constant": lambda n: 4,
    "reflect": lambda n: n - 1,
    "replicate": lambda n: 6,
    "circular": lambda n: n - 2,  # of what a negative number leaves
}


def padding(ndim: int, mode: str, value: bool = False) -> Any:
    def drawn(d: Draw) -> Given:
        size = d.sizes(ndim, 3, 5)
        pad = d.integer(0, 1) if d.flag(0.3) else widths(d, size, MOST[mode])
        made = layer(pad, d.real(-2, 2)) if value else layer(pad)
        return made.on(d.normal(d.batch(empty=0.0), d.integer(1, 3), size))

    return drawn


def function(d: Draw) -> Given:
    mode = d.one_of(*MOST)
    size = d.sizes(d.integer(1, 3), 3, 5)
    x = d.normal(d.batch(empty=0.0), d.integer(1, 3), size)
    if mode == "constant" and d.flag():
        return call(x, widths(d, size, MOST[mode]), mode, d.real(-2, 2))
    return call(x, widths(d, size, MOST[mode]), mode=mode)


KINDS = (
    ("ConstantPad", "constant", True),
    ("ZeroPad", "constant", False),
    ("ReflectionPad", "reflect", False),
    ("ReplicationPad", "replicate", False),
    ("CircularPad", "circular", False),
)
CASES = [
    *(Case(f"nn.{name}{n}d", padding(n, mode, value)) for name, mode, value in KINDS for n in (1, 2, 3)),
    Case("nn.functional.pad", function),
]
