"""What a row and a section of the table are, and how their workloads are put together; the rows are in `rows`.

A floor counts a multiplication and an addition as two operations, and every array that must be read or written once per
pass over it; what stays in registers or is recomputed counts nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from libraries import Library

Statement = tuple[str, dict[str, Any]]  # Python source, and the names it uses
Build = Callable[[Library], Statement]
Sides = Mapping[str, tuple[str, ...]]  # the variants of each library

PLAIN: tuple[str, ...] = ("plain",)
IMAGES: tuple[str, ...] = ("plain", "channels last")
PAIR: Sides = {"fastgrad": PLAIN, "torch": PLAIN}
BOTH_FORMATS: Sides = {"fastgrad": IMAGES, "torch": IMAGES}


@dataclass(frozen=True)
class Row:
    """One line of the table.

    Parameters
    ----------
    name : str
        Unique in its section.
    build : callable
        Makes the workload for a library.
    sides : mapping of str to tuple of str
        The variants measured of each library; the table shows the fastest.
    flops, bytes : float
        What the row cannot do without; its floor is whichever takes longer at the machine's rates.
    memory : float
        The bytes that are touched, each counted once; 0 if that is `bytes`, because no array is gone over again.
    bits : {32, 64}
        Of the arithmetic.
    only_read : bool
        Whether nearly all of the bytes are read; else about a third is written.
    per : int
        Divides the time, where the statement does a thing several times.
    rate : bool
        Show GFLOP/s instead of time.
    no_grad : bool
        Measure where nothing is recorded.
    scaling : bool
        Whether arithmetic bounds it, so that fastgrad is measured with one thread, too.
    headline : str
        The row's name on the front page, if it is shown there.
    aims : mapping of str to float
        The least ratio by peer, where it differs from the section's.
    share : float
        The least part of the peak rate.
    """

    name: str
    build: Build
    sides: Sides = field(default_factory=lambda: PAIR)
    flops: float = 0.0
    bytes: float = 0.0
    memory: float = 0.0
    bits: int = 32
    only_read: bool = False
    per: int = 1
    rate: bool = False
    no_grad: bool = False
    scaling: bool = False
    headline: str = ""
    aims: Mapping[str, float] = field(default_factory=dict)
    share: float = 0.0


@dataclass(frozen=True)
class Section:
    """Rows that share a table, an aim and, on each side, a process.

    Parameters
    ----------
    title : str
    rows : list of Row
    mean, each : mapping of str to float
        The least geometric mean of ratios, and the least ratio of a row, by peer.
    near_floor : float
        A row within this many times its floor has reached its aim whatever the ratio; 0 for none.
    warm : bool
        Whether PyTorch is measured a second time, with memory kept warm.
    alone : bool
        Whether everything is measured with one thread, too.
    """

    title: str
    rows: list[Row]
    mean: Mapping[str, float] = field(default_factory=dict)
    each: Mapping[str, float] = field(default_factory=dict)
    near_floor: float = 1.15
    warm: bool = False
    alone: bool = False


def with_backward(library: Library, forward: Callable[[], Any], leaves: list[Any]) -> Statement:
    """Forward, then backward from a given gradient in the variant's memory format, into fresh `.grad`s."""
    gradient = library.images(*forward().shape)

    def step() -> None:
        for leaf in leaves:
            leaf.grad = None
        forward().backward(gradient)

    return "step()", {"step": step}


def training_step(
    make: Callable[[Library], Any],
    data: Callable[[Library], tuple[Any, Any]],
    loss: str,
    optimizer: str,
    **options: Any,
) -> Build:
    """zero_grad, forward, loss, backward, update."""

    def build(library: Library) -> Statement:
        model, (x, y) = library.model(make(library)), data(library)
        criterion = getattr(library.lib.nn.functional, loss)
        update = library.optimizer(optimizer, model.parameters(), **options)

        def step() -> None:
            update.zero_grad()
            criterion(model(x), y).backward()
            update.step()

        return "step()", {"step": step}

    return build
