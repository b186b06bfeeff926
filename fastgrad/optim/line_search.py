"""How far to go along a direction: a search for a step that meets the strong Wolfe conditions.

The method is that of Nocedal and Wright, "Numerical Optimization", 2nd ed., algorithms 3.5 and 3.6, with cubic
interpolation (3.59) and its safeguards as in Schmidt's minFunc; its constants are PyTorch's.
"""

from __future__ import annotations

from math import isfinite, sqrt
from typing import TYPE_CHECKING, NamedTuple

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastgrad._tensor import Tensor


class Point(NamedTuple):
    """A step along a direction, and what is there: the loss, the gradient, and its part along the direction."""

    step: float
    loss: float
    slope: float
    grad: Tensor


def strong_wolfe(
    evaluate: Callable[[float], Point],
    start: Point,
    step: float,
    reach: float,
    armijo: float = 1e-4,
    curvature: float = 0.9,
    tolerance: float = 1e-9,
    most: int = 25,
) -> tuple[Point, int]:
    """Search along a direction of descent for a point that is low enough, and where the slope is small enough.

    Parameters
    ----------
    evaluate : callable
        Gives the point of a step.
    start : Point
        That of the step 0.
    step : float
        The first step to try.
    reach : float
        The largest magnitude in the direction: steps that differ by less than ``tolerance / reach`` are one.
    armijo, curvature : float
        At the point, ``loss <= start.loss + armijo * step * start.slope`` and
        ``abs(slope) <= curvature * abs(start.slope)``.
    tolerance : float
        The change of an element that counts as none.
    most : int
        How many points to look at, beside the first.

    Returns
    -------
    (Point, int)
        The point, or the lowest that was found; and how often `evaluate` was called.
    """

    def too_high(point: Point) -> bool:
        return point.loss > start.loss + armijo * point.step * start.slope

    def flat(point: Point) -> bool:
        return abs(point.slope) <= -curvature * start.slope

    # Go on until a minimum lies between two neighbours.
    before, here, calls = start, evaluate(step), 1
    while calls <= most:
        if too_high(here) or (calls > 2 and here.loss >= before.loss):
            break
        if flat(here):
            return here, calls
        if here.slope >= 0:
            break
        further = _interpolate(before, here, here.step + 0.01 * (here.step - before.step), 10 * here.step)
        before, here, calls = here, evaluate(further), calls + 1
    else:
        before = start
    ends = [before, here]

    # Narrow it down.
    low = 0 if ends[0].loss <= ends[1].loss else 1
    was_near_an_end = False
    while calls <= most:
        left, right = sorted(point.step for point in ends)
        if (right - left) * reach < tolerance:
            break
        step = _interpolate(ends[0], ends[1], left, right)
        margin = 0.1 * (right - left)
        if min(right - step, step - left) < margin:
            if was_near_an_end or step >= right or step <= left:
                step = right - margin if right - step < step - left else left + margin
                was_near_an_end = False
            else:
                was_near_an_end = True
        else:
            was_near_an_end = False

        point, calls = evaluate(step), calls + 1
        high = 1 - low
        if too_high(point) or point.loss >= ends[low].loss:
            ends[high] = point
            low = 0 if ends[0].loss <= ends[1].loss else 1
            continue
        if not flat(point) and point.slope * (ends[high].step - ends[low].step) >= 0:
            ends[high] = ends[low]
        ends[low] = point
        if flat(point):
            break
    return ends[low], calls


def _interpolate(a: Point, b: Point, least: float, most: float) -> float:
    """Return the minimum between two steps of the cubic that has these losses and slopes; their middle if none."""
    if a.step > b.step:
        a, b = b, a
    middle = (least + most) / 2
    if a.step == b.step:
        return middle
    d = a.slope + b.slope - 3 * (a.loss - b.loss) / (a.step - b.step)
    square = d * d - a.slope * b.slope
    if not square >= 0:
        return middle
    root = sqrt(square)
    bend = b.slope - a.slope + 2 * root
    step = b.step - (b.step - a.step) * ((b.slope + root - d) / bend) if bend != 0 else middle
    return min(max(step, least), most) if isfinite(step) else middle
