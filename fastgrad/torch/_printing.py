"""How tensors are shown while the door is open: as PyTorch shows them."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor.construct import get_default_float
from fastgrad.torch._nodes import node_name


class PrintOptions:
    """What `set_printoptions` sets."""

    def __init__(self) -> None:
        self.precision = 4
        self.threshold: float = 1000
        self.edgeitems = 3
        self.linewidth = 80
        self.sci_mode: bool | None = None


PRINT_OPTS = PrintOptions()
_DEFAULT = {name: value for name, value in vars(PRINT_OPTS).items() if name != "sci_mode"}
_PROFILES: dict[str, dict[str, Any]] = {
    "default": _DEFAULT,
    "short": {**_DEFAULT, "precision": 2, "edgeitems": 2},
    "full": {**_DEFAULT, "threshold": math.inf},
}


def set_printoptions(
    precision: int | None = None,
    threshold: float | None = None,
    edgeitems: int | None = None,
    linewidth: int | None = None,
    profile: str | None = None,
    sci_mode: bool | None = None,
) -> None:
    """Set how tensors are printed. What is not given stays, but for `sci_mode`, which each call sets.

    Parameters
    ----------
    precision : int, optional
        Digits after the point.
    threshold : float, optional
        How many elements are printed; of more, the edges are.
    edgeitems : int, optional
        How many places at each end of an axis its edges are.
    linewidth : int, optional
        Where lines are broken.
    profile : {"default", "short", "full"}, optional
        Options under one name; those that are given beside it go before it. Other names mean nothing, as in PyTorch:
        programs give some.
    sci_mode : bool, optional
        Whether floats have exponents; by default where they are of many magnitudes.
    """
    given = {"precision": precision, "threshold": threshold, "edgeitems": edgeitems, "linewidth": linewidth}
    vars(PRINT_OPTS).update(_PROFILES.get(profile or "", {}))
    vars(PRINT_OPTS).update({name: value for name, value in given.items() if value is not None})
    PRINT_OPTS.sci_mode = sci_mode


def get_printoptions() -> dict[str, Any]:
    """The options, as `set_printoptions` takes them."""
    return dict(vars(PRINT_OPTS))


@contextmanager
def printoptions(**options: Any) -> Iterator[None]:
    """Have tensors printed with other options for a while."""
    before = get_printoptions()
    set_printoptions(**options)
    try:
        yield
    finally:
        set_printoptions(**before)


def show(t: Any) -> str:
    """``tensor([1.5000, 2.0000], requires_grad=True)``."""
    kind = type(t)
    own = kind is fg.Tensor or kind.__module__.startswith("fastgrad.")
    prefix = "tensor(" if own else f"{kind.__name__}("
    text = _join(prefix + _elements(t, len(prefix)), _notes(t), len(prefix))
    return f"Parameter({text})" if isinstance(t, fg.nn.Parameter) and not own else text


_str = show


def _notes(t: Any) -> list[str]:
    """What is said beside the elements."""
    notes = []
    usual = [get_default_float(), fg.int64, fg.bool]
    if t.numel() == 0:
        usual = usual[:1]  # there are no elements to tell integers by
        if t.ndim != 1:
            notes.append(f"size={tuple(t.shape)}")
    elif not PRINT_OPTS.edgeitems:
        notes.append(f"size={tuple(t.shape)}")
    if t.dtype not in usual:
        notes.append(f"dtype=torch.{t.dtype.name}")
    if t.grad_fn is not None:
        notes.append(f"grad_fn=<{node_name(t.grad_fn)}>")
    elif t.requires_grad:
        notes.append("requires_grad=True")
    return notes


def _join(text: str, notes: list[str], indent: int) -> str:
    """The notes behind the elements, each on a new line where the last one is full."""
    column = len(text) - text.rfind("\n") + 1
    for note in notes:
        if column + len(note) + 2 > PRINT_OPTS.linewidth:
            text += ",\n" + " " * indent + note
            column = indent + len(note)
        else:
            text += ", " + note
            column += len(note) + 2
    return text + ")"


# ---- elements --------------------------------------------------------------------------------------------------------


def _elements(t: Any, indent: int) -> str:
    if t.numel() == 0:
        return "[]"
    plain = t.detach()
    values = np.asarray(plain.astype(fg.float32) if t.dtype is fg.bfloat16 else plain)
    edge = PRINT_OPTS.edgeitems if values.size > PRINT_OPTS.threshold else None
    shown = values if edge is None else _edges(values, edge)
    width, written = _float_format(shown) if values.dtype.kind == "f" else _whole_format(shown)
    if values.ndim == 0:
        return written(values.item())
    return _rows(values, indent, edge, width, written)


def _edges(values: Any, edge: int) -> Any:
    """What is printed of too many elements, which decides their format."""
    if not edge:
        return values if values.ndim < 2 else values[:0]
    for axis, length in enumerate(values.shape):
        if length > 2 * edge:
            values = values.take([*range(edge), *range(length - edge, length)], axis)
    return values


def _rows(values: Any, indent: int, edge: int | None, width: int, written: Callable[[Any], str]) -> str:
    """An axis: elements in lines, or its parts one below the other, with empty lines between those of more axes."""
    cut = edge is not None and len(values) > 2 * edge
    ends = [values] if not cut else [values[:edge], values[len(values) - (edge or 0) :]]
    if values.ndim == 1:
        parts = [[written(v) for v in end.tolist()] for end in ends]
        dots = " ..." if edge else "..."
    else:
        parts = [[_rows(v, indent + 1, edge, width, written) for v in end] for end in ends]
        dots = "..."
    cells = parts[0] if not cut else [*parts[0], dots, *parts[1]]
    if values.ndim > 1:
        lines, gap = cells, "\n" * (values.ndim - 1)
    else:
        count = max(1, math.floor((PRINT_OPTS.linewidth - indent) / (width + 2)))
        lines, gap = [", ".join(cells[i : i + count]) for i in range(0, len(cells), count)], "\n"
    between = "," + gap + " " * (indent + 1)
    return f"[{between.join(lines)}]"


def _whole_format(shown: Any) -> tuple[int, Callable[[Any], str]]:
    width = max([len(str(v)) for v in shown.ravel().tolist()], default=1)
    return width, lambda v: str(v).rjust(width)


def _float_format(shown: Any) -> tuple[int, Callable[[Any], str]]:
    """As whole numbers where all are, with exponents where they are of many magnitudes, else with fixed digits. As wide
    as what is finite and not 0: the others may stand out."""
    finite = shown[np.isfinite(shown) & (shown != 0)].astype(np.float64)
    whole, scientific, width, digits = True, False, 1, PRINT_OPTS.precision
    if finite.size:
        whole = bool((finite == np.ceil(finite)).all())
        scientific = PRINT_OPTS.sci_mode if PRINT_OPTS.sci_mode is not None else _is_scattered(np.abs(finite))
        form = f".{digits}e" if scientific else ".0f" if whole else f".{digits}f"
        width = max([len(format(v, form)) for v in finite.tolist()]) + (whole and not scientific)
    if scientific:
        return width, lambda v: format(v, f"{width}.{digits}e")
    if whole:
        return width, lambda v: (f"{v:.0f}." if math.isfinite(v) else f"{v:.0f}").rjust(width)
    return width, lambda v: format(v, f".{digits}f").rjust(width)


def _is_scattered(magnitudes: Any) -> bool:
    with np.errstate(over="ignore"):
        largest, least = magnitudes.max(), magnitudes.min()
        return bool(largest / least > 1000.0 or largest > 1.0e8 or least < 1.0e-4)
