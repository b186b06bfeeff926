"""Where a function's gradient is zero, and what its Hessian says that it is there."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import fastgrad as fg
from fastgrad._axes import axes_or_new
from fastgrad._models import as_array, check_count, check_function, check_positive
from fastgrad._tensor import Tensor
from fastgrad.diagnose._table import Result, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray[Any, Any]
Function = Callable[[Tensor], Tensor]


@dataclass(frozen=True, eq=False)
class CriticalPoint(Result):
    """A point at which a function was looked at.

    Attributes
    ----------
    point : ndarray, shape (n,)
        Where it is.
    value : float
        The function's value there.
    gradient_norm : float
        The norm of the gradient there.
    eigenvalues : ndarray, shape (n,)
        The Hessian's, ascending.
    kind : str
        ``"minimum"``, ``"maximum"`` or ``"saddle"`` by their signs; ``"plateau"`` where all are zero, ``"degenerate"``
        where some are and the others agree, so that the second derivatives do not decide; ``"slope"`` where the
        gradient is not zero.
    """

    point: Array
    value: float
    gradient_norm: float
    eigenvalues: Array
    kind: str

    def __str__(self) -> str:
        return str(CriticalPoints((self,)))


@dataclass(frozen=True, eq=False)
class CriticalPoints(Result):
    """What `find_critical_points` found, the lowest first.

    Attributes
    ----------
    points : tuple of CriticalPoint
        Those that were found, the lowest first.
    """

    points: tuple[CriticalPoint, ...]

    def of_kind(self, kind: str) -> tuple[CriticalPoint, ...]:
        """Return those of a kind: ``"minimum"``, ``"saddle"``, ..."""
        return tuple(each for each in self.points if each.kind == kind)

    def __str__(self) -> str:
        rows = [(each.kind, "(" + ", ".join(f"{x:.5g}" for x in each.point) + ")", each.value,
                 "(" + ", ".join(f"{x:.4g}" for x in each.eigenvalues) + ")") for each in self.points]  # fmt: skip
        return table(("kind", "point", "value", "eigenvalues of the Hessian"), rows)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the points of a function of two numbers, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw, for example over the function's contours; by default in a new figure.
        """
        ax = axes_or_new("CriticalPoints.draw", ax)
        if any(len(each.point) != 2 for each in self.points):
            raise ValueError("CriticalPoints.draw: points must be of two numbers to be drawn, got "
                             f"{len(self.points[0].point)}")  # fmt: skip
        marks = {"minimum": ("*", "#2b8a3e", 16), "maximum": ("^", "#c8322b", 10), "saddle": ("X", "#e8833a", 11)}
        named = set()
        for each in self.points:
            mark, color, size = marks.get(each.kind, ("D", "#7048b8", 8))
            label = None if each.kind in named else each.kind
            named.add(each.kind)
            ax.plot(*each.point, mark, color=color, ms=size, mec="white", label=label, zorder=6)
        ax.set_title("Where the gradient is zero")
        if self.points:
            ax.legend(fontsize=8)
        return ax


def _value(name: str, function: Function, x: Tensor) -> Tensor:
    check_function(name, "function", function)
    value = function(x)
    if not isinstance(value, Tensor) or value.size != 1:
        got = f"shape {value.shape}" if isinstance(value, Tensor) else type(value).__name__
        raise ValueError(f"{name}: the function must give one number, got {got}")
    return value.reshape(())


def _derivatives(name: str, function: Function, point: Array) -> tuple[float, Array, Array]:
    """The value, the gradient and the Hessian."""
    x = fg.tensor(point, dtype=fg.float64, requires_grad=True)
    with fg.enable_grad():
        value = _value(name, function, x)
        if not value.requires_grad:
            return float(value), np.zeros(len(point)), np.zeros((len(point),) * 2)
        (g,) = fg.autograd.grad(value, [x], create_graph=True)
        lines = []
        for i in range(len(point)):
            if not g.requires_grad:
                lines.append(np.zeros(len(point)))
                continue
            (line,) = fg.autograd.grad(g[i], [x], retain_graph=True, allow_unused=True)
            lines.append(np.zeros(len(point)) if line is None else np.asarray(line))
    hessian = np.array(lines)
    return float(value.detach()), np.asarray(g.detach()).copy(), (hessian + hessian.T) / 2


def classify_point(function: Function, point: Any, *, tolerance: float = 1e-6) -> CriticalPoint:
    """Say what a function has at a point: a minimum, a maximum, a saddle, a plateau, or a slope.

    Parameters
    ----------
    function : callable
        Of a float64 tensor of shape (n,), by differentiable operations; gives one number.
    point : array_like, shape (n,)
        Where to look.
    tolerance : float, default 1e-6
        Gradients as small as that, and eigenvalues that relative to the largest one are, count as zero.

    Returns
    -------
    CriticalPoint

    Raises
    ------
    ValueError
        If the function does not give one number.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.diagnose.classify_point(lambda p: p[0] ** 2 - p[1] ** 2, [0.0, 0.0]).kind
    'saddle'
    """
    name = "classify_point"
    tolerance = check_positive(name, "tolerance", tolerance)
    place = np.atleast_1d(np.asarray(as_array(name, "point", point), dtype=np.float64))
    if place.ndim != 1 or not len(place):
        raise ValueError(f"{name}: point must have shape (n,), got {place.shape}")
    value, g, hessian = _derivatives(name, function, place)
    if not (np.isfinite(value) and np.isfinite(g).all() and np.isfinite(hessian).all()):
        raise ValueError(f"{name}: the function must be finite at {place.tolist()} with its derivatives, got {value}")
    eigenvalues = np.linalg.eigvalsh(hessian)
    size = float(np.linalg.norm(g))
    limit = tolerance * float(np.abs(eigenvalues).max())
    up, down = bool((eigenvalues > limit).any()), bool((eigenvalues < -limit).any())
    if size > tolerance:
        kind = "slope"
    elif np.abs(eigenvalues).max() <= tolerance:
        kind = "plateau"
    elif up and down:
        kind = "saddle"
    elif (np.abs(eigenvalues) <= limit).any():
        kind = "degenerate"
    else:
        kind = "minimum" if up else "maximum"
    return CriticalPoint(place, value, size, eigenvalues, kind)


def find_critical_points(
    function: Function,
    box: Sequence[Sequence[float]],
    *,
    grid: int = 9,
    iterations: int = 100,
    tolerance: float = 1e-6,
) -> CriticalPoints:
    """Look for the points in a box at which a function's gradient is zero: minima, maxima, saddles, plateaus.

    Parameters
    ----------
    function : callable
        Of a float64 tensor of shape (n,), by differentiable operations; gives one number.
    box : sequence of n pairs of float
        From where to where, of each number.
    grid : int, default 9
        The search begins at so many places along each number, ``grid ** n`` in all.
    iterations : int, default 200
        Steps from each, at most.
    tolerance : float, default 1e-6
        As `classify_point` has it.

    Returns
    -------
    CriticalPoints
        Of places nearer to each other than a thousandth of the box one, and of plateaus of equal height one.

    Raises
    ------
    ValueError
        If the box is not made of such pairs, or the function does not give one number.

    Notes
    -----
    From each place Newton's method looks for a zero of the gradient, its steps held to a fifth of the box: unlike
    descent it goes to saddles and maxima, too. A point that no place of the grid leads to is not found.

    Examples
    --------
    >>> import fastgrad as fg
    >>> found = fg.diagnose.find_critical_points(lambda p: p[0] ** 2 + (p[1] ** 2 - 1) ** 2, [(-2, 2), (-2, 2)])
    >>> [(each.kind, each.point.round(6).tolist(), each.eigenvalues.round(3).tolist()) for each in found.points]
    [('minimum', [0.0, -1.0], [2.0, 8.0]), ('minimum', [0.0, 1.0], [2.0, 8.0]), ('saddle', [0.0, 0.0], [-4.0, 2.0])]
    """
    name = "find_critical_points"
    check_count(name, "grid", grid)
    check_count(name, "iterations", iterations)
    tolerance = check_positive(name, "tolerance", tolerance)
    try:
        spans = [tuple(map(float, span)) for span in box]
    except (TypeError, ValueError):
        spans = []
    if not spans or any(len(span) != 2 or not span[0] < span[1] for span in spans):
        raise ValueError(f"{name}: box must be of pairs (low, high) with low < high, got {box!r}")
    extent = np.array([high - low for low, high in spans])
    low, high = (np.array([span[i] for span in spans]) for i in (0, 1))
    # Places between the lines of an even grid of odd size would miss no symmetry, and so would end on none: shifted a
    # little, they lie on no axis of the function.
    axes = [np.linspace(a, b, grid + 2)[1:-1] + 1e-3 * (b - a) for a, b in spans]
    found: list[CriticalPoint] = []
    for start in np.stack(np.meshgrid(*axes, indexing="ij"), axis=-1).reshape(-1, len(spans)):
        place = _newton(name, function, start, extent, iterations, tolerance)
        if place is None or (place < low - 1e-9 * extent).any() or (place > high + 1e-9 * extent).any():
            continue
        place = np.where(np.abs(place) < 1e-9 * extent, 0.0, place)
        if any((np.abs(place - each.point) <= 1e-3 * extent).all() for each in found):
            continue
        point = classify_point(function, place, tolerance=tolerance)
        level = [each.value for each in found if each.kind == "plateau"]
        if point.kind == "plateau" and any(abs(point.value - value) <= tolerance for value in level):
            continue
        if point.kind != "slope":
            found.append(point)
    found.sort(key=lambda each: (round(each.value, 9), each.point.round(6).tolist()))
    return CriticalPoints(tuple(found))


def _newton(
    name: str, function: Function, start: Array, extent: Array, iterations: int, tolerance: float
) -> Array | None:
    """Where the gradient is zero, from here; None where Newton's method, its steps held short, does not end."""
    place: Array = start.copy()
    for _ in range(iterations):
        _, g, hessian = _derivatives(name, function, place)
        if not (np.isfinite(g).all() and np.isfinite(hessian).all()):
            return None
        if np.linalg.norm(g) <= 1e-6 * tolerance:
            return place
        step = np.linalg.lstsq(hessian, g, rcond=1e-12)[0]
        length = float(np.abs(step / extent).max())
        if length == 0:
            return None
        moved: Array = place - step * min(1.0, 0.2 / length)
        if (moved == place).all():
            return place
        place = moved
        if (np.abs(place - start) > 2 * extent).any():
            return None
    return place if np.linalg.norm(g) <= tolerance else None
