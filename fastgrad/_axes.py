"""Where pictures are drawn: in axes that are given, or in a figure that no window shows."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from matplotlib.axes import Axes


def axes_or_new(name: str, ax: Any, size: tuple[float, float] | None = None) -> Axes:
    """`ax`, or axes of a new figure of this width and height in inches."""
    if ax is not None:
        given: Axes = ax
        return given
    try:
        from matplotlib.figure import Figure
    except ImportError as error:
        raise ImportError(
            f"{name}: drawing needs matplotlib: pip install matplotlib, or with all that the examples need, "
            'pip install "fastgrad[examples]"'
        ) from error
    new: Axes = Figure(figsize=size, layout="constrained").add_subplot()
    return new
