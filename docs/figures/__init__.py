"""The figures of these pages: function `tangents` of slope.py draws what the pages show as figures/slope/tangents.svg.

A figure is a function without arguments that returns matplotlib's Figure. `python -m figures slope.tangents`, from
docs/, draws one into the current folder.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import matplotlib
import numpy as np
from matplotlib.axes import Axes
from matplotlib.figure import Figure

import fastgrad as fg

BLUE, ORANGE, RED, GREEN, GREY, INK = "#2f6db5", "#e8833a", "#c8322b", "#3a8f5c", "#8a8f98", "#2b2f36"
PALE = "#e6e9ee"

SETTINGS = {
    "font.size": 10,
    "axes.titlesize": 10.5,
    "axes.titlelocation": "left",
    "axes.spines.top": False,
    "axes.spines.right": False,
    "axes.edgecolor": GREY,
    "axes.labelcolor": INK,
    "axes.grid": False,
    "text.color": INK,
    "xtick.color": INK,
    "ytick.color": INK,
    "legend.frameon": False,
    "lines.linewidth": 1.8,
    "svg.hashsalt": "fastgrad",  # the same file from the same code
    "image.cmap": "gray_r",
}


def save(draw: Callable[[], Figure], path: Path | str) -> None:
    """Draw a figure in the house's style, from fresh random numbers, and save it as SVG."""
    fg.manual_seed(0)
    with matplotlib.rc_context(SETTINGS):
        draw().savefig(path, format="svg", metadata={"Date": None, "Creator": None})


def panels(
    rows: int = 1, columns: int = 1, size: tuple[float, float] = (8, 3.4), **options: object
) -> tuple[Figure, np.ndarray]:
    """Return a figure, and its axes as an array of that many rows and columns."""
    figure = Figure(figsize=size, layout="constrained")
    return figure, figure.subplots(rows, columns, squeeze=False, **options)


def picture(axes: Axes, values: np.ndarray, signed: bool = False, title: str = "") -> None:
    """Show a matrix as an image: ink on paper, or with a sign, red above zero and blue below."""
    limit = np.abs(values).max() or 1.0
    axes.imshow(values, cmap="RdBu_r" if signed else "gray_r", vmin=-limit if signed else 0, vmax=limit)
    axes.set_title(title, fontsize=9.5, loc="center")
    axes.set_xticks([])
    axes.set_yticks([])
    axes.spines[:].set_visible(True)
    axes.spines[:].set_color("#c9ced6")


def arrow(
    axes: Axes, start: tuple[float, float], end: tuple[float, float], colour: str = GREY, **options: object
) -> None:
    """Draw an arrow between two points."""
    style = {"arrowstyle": "-|>", "color": colour, "lw": 1.5, "shrinkA": 0, "shrinkB": 0} | options
    axes.annotate("", end, start, arrowprops=style)


def graph(
    axes: Axes,
    nodes: dict[str, tuple[float, float, str, str]],
    edges: dict[tuple[str, str], str],
    half: tuple[float, float] = (0.62, 0.34),
) -> None:
    """Draw a computation: boxes at (x, y) with a name and, below them in red, a gradient; arrows with a slope at each.

    `half` is half a box's width and height, for the room that they need.
    """
    boxes = {}
    for name, (x, y, text, gradient) in nodes.items():
        look = {"boxstyle": "round,pad=0.45", "fc": "#eef3fa", "ec": BLUE, "lw": 1.2}
        box = axes.text(x, y, text, ha="center", va="center", fontsize=10, bbox=look, zorder=3)
        boxes[name] = box.get_bbox_patch()
        axes.text(x, y - half[1] - 0.08, gradient, ha="center", va="top", color=RED, fontsize=10)
    for (start, end), slope in edges.items():
        (x0, y0, *_), (x1, y1, *_) = nodes[start], nodes[end]
        ends = {"patchA": boxes[start], "patchB": boxes[end], "shrinkA": 1, "shrinkB": 1}
        arrow(axes, (x0, y0), (x1, y1), **ends)
        label = {"boxstyle": "round,pad=0.15", "fc": "white", "ec": "none"}
        axes.text((x0 + x1) / 2, (y0 + y1) / 2, slope, ha="center", va="center", color=ORANGE, fontsize=9.5, bbox=label)
    xs, ys = [n[0] for n in nodes.values()], [n[1] for n in nodes.values()]
    axes.set_xlim(min(xs) - half[0] - 0.3, max(xs) + half[0] + 0.3)
    axes.set_ylim(min(ys) - 0.95, max(ys) + 0.65)
    axes.axis("off")
