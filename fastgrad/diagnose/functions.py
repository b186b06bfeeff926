"""Activation functions and their derivatives: a table, each line of which is checked when it is made."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import fastgrad as fg
from fastgrad._axes import axes_or_new
from fastgrad._models import check_count
from fastgrad.diagnose._table import Result, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray[Any, Any]
Formula = Callable[[Array], Array]


def _sigmoid(x: Array) -> Array:
    found: Array = 0.5 * (1 + np.tanh(x / 2))
    return found


def _erf(x: Array) -> Array:
    return np.array([math.erf(each) for each in x])


def _bell(x: Array) -> Array:
    found: Array = np.exp(-x * x / 2) / math.sqrt(2 * math.pi)
    return found


def _softplus(x: Array) -> Array:
    found: Array = np.logaddexp(0, x)
    return found


_ALPHA, _SCALE = 1.6732632423543772, 1.0507009873554805  # SELU's, of Klambauer et al. 2017

# name: the function, its formula, its derivative's, both as NumPy computes them.
_FUNCTIONS: dict[str, tuple[str, str, Formula, Formula]] = {
    "relu": ("max(x, 0)", "1 for x > 0, else 0", lambda x: np.maximum(x, 0), lambda x: 1.0 * (x > 0)),
    "leaky_relu": ("x for x > 0, else 0.01 x", "1 for x > 0, else 0.01",
                   lambda x: np.where(x > 0, x, 0.01 * x), lambda x: np.where(x > 0, 1, 0.01)),
    "elu": ("x for x > 0, else exp(x) - 1", "1 for x > 0, else exp(x)",
            lambda x: np.where(x > 0, x, np.expm1(np.minimum(x, 0))),
            lambda x: np.where(x > 0, 1, np.exp(np.minimum(x, 0)))),
    "selu": ("1.0507 (x for x > 0, else 1.6733 (exp(x) - 1))", "1.0507 for x > 0, else 1.7581 exp(x)",
             lambda x: _SCALE * np.where(x > 0, x, _ALPHA * np.expm1(np.minimum(x, 0))),
             lambda x: _SCALE * np.where(x > 0, 1, _ALPHA * np.exp(np.minimum(x, 0)))),
    "gelu": ("x P(x), P the normal distribution", "P(x) + x p(x)", lambda x: x * (1 + _erf(x / math.sqrt(2))) / 2,
             lambda x: (1 + _erf(x / math.sqrt(2))) / 2 + x * _bell(x)),
    "silu": ("x s(x), s the sigmoid", "s(x) (1 + x (1 - s(x)))", lambda x: x * _sigmoid(x),
             lambda x: _sigmoid(x) * (1 + x * (1 - _sigmoid(x)))),
    "mish": ("x tanh(softplus(x))", "tanh(softplus(x)) + x s(x) (1 - tanh(softplus(x))^2)",
             lambda x: x * np.tanh(_softplus(x)),
             lambda x: np.tanh(_softplus(x)) + x * _sigmoid(x) * (1 - np.tanh(_softplus(x)) ** 2)),
    "softplus": ("log(1 + exp(x))", "s(x)", _softplus, _sigmoid),
    "sigmoid": ("s(x) = 1 / (1 + exp(-x))", "s(x) (1 - s(x))", _sigmoid, lambda x: _sigmoid(x) * _sigmoid(-x)),
    "tanh": ("tanh(x)", "1 - tanh(x)^2", np.tanh, lambda x: 1 / np.cosh(x) ** 2),
    "softsign": ("x / (1 + |x|)", "1 / (1 + |x|)^2", lambda x: x / (1 + np.abs(x)), lambda x: 1 / (1 + np.abs(x)) ** 2),
    "logsigmoid": ("log s(x)", "s(-x)", lambda x: -_softplus(-x), lambda x: _sigmoid(-x)),
    "tanhshrink": ("x - tanh(x)", "tanh(x)^2", lambda x: x - np.tanh(x), lambda x: np.tanh(x) ** 2),
    "hardtanh": ("min(max(x, -1), 1)", "1 for |x| < 1, else 0", lambda x: np.clip(x, -1, 1),
                 lambda x: 1.0 * (np.abs(x) < 1)),
    "relu6": ("min(max(x, 0), 6)", "1 for 0 < x < 6, else 0", lambda x: np.clip(x, 0, 6),
              lambda x: 1.0 * ((x > 0) & (x < 6))),
    "hardsigmoid": ("min(max(x / 6 + 1/2, 0), 1)", "1/6 for |x| < 3, else 0", lambda x: np.clip(x / 6 + 0.5, 0, 1),
                    lambda x: (np.abs(x) < 3) / 6),
    "hardswish": ("x min(max(x + 3, 0), 6) / 6", "x / 3 + 1/2 for |x| < 3, else 0 or 1",
                  lambda x: x * np.clip(x + 3, 0, 6) / 6,
                  lambda x: np.where(x <= -3, 0, np.where(x >= 3, 1, x / 3 + 0.5))),
}  # fmt: skip


@dataclass(frozen=True, eq=False)
class ActivationFunction(Result):
    """One line of `activation_table`.

    Attributes
    ----------
    name : str
        As `nn.functional` has it.
    formula, derivative : str
        Both as text.
    x, values, slopes : ndarray, shape (points,)
        What fastgrad computes, of the derivative by its backward pass.
    low, high : float
        The least and the largest value there.
    at_zero : float
        The value at 0.
    largest_slope : float
        The largest slope at these points.
    flat : float
        The share of the points at which the slope is below a hundredth.
    error, slope_error : float
        The largest difference to the formulas as NumPy computes them, over the larger of 1 and the value.
    """

    name: str
    formula: str
    derivative: str
    x: Array
    values: Array
    slopes: Array
    low: float
    high: float
    at_zero: float
    largest_slope: float
    flat: float
    error: float
    slope_error: float

    def __str__(self) -> str:
        return f"{self.name}(x) = {self.formula}; derivative {self.derivative}"

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the function and, dashed, its derivative, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("ActivationFunction.draw", ax)
        ax.axhline(0, color="#c9ced6", lw=0.8)
        ax.axvline(0, color="#c9ced6", lw=0.8)
        ax.plot(self.x, self.values, color="#2f6db5", lw=2, label=self.name)
        ax.plot(self.x, self.slopes, color="#e8833a", lw=1.6, ls="--", label="derivative")
        ax.set_ylim(max(self.low - 0.3, -2.2), min(max(self.high, self.largest_slope) + 0.3, 3.2))
        ax.set_title(self.name, fontsize=10)
        ax.spines[["top", "right"]].set_visible(False)
        return ax


@dataclass(frozen=True, eq=False)
class ActivationTable(Result):
    """What `activation_table` found.

    Attributes
    ----------
    functions : tuple of ActivationFunction
        A line each.
    """

    functions: tuple[ActivationFunction, ...]

    def __str__(self) -> str:
        rows = [(e.name, e.formula, e.derivative, e.at_zero, e.largest_slope, f"{e.flat:.0%}", f"{e.error:.1e}",
                 f"{e.slope_error:.1e}") for e in self.functions]  # fmt: skip
        head = ("name", "formula", "derivative", "at 0", "largest slope", "flat", "error", "of derivative")
        return table(head, rows)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw all functions and their derivatives, small, in the place of one axes, and return it.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("ActivationTable.draw", ax)
        columns = math.ceil(math.sqrt(len(self.functions)))
        rows = math.ceil(len(self.functions) / columns)
        ax.set_axis_off()
        ax.set_title("Activation functions (dashed: derivatives)")
        for i, each in enumerate(self.functions):
            left, top = (i % columns) / columns, 1 - (i // columns) / rows
            small = ax.inset_axes((left, top - 0.72 / rows, 0.8 / columns, 0.6 / rows))
            each.draw(small)
            small.tick_params(labelsize=6)
        return ax


def activation_table(names: Sequence[str] | None = None, *, points: int = 401) -> ActivationTable:
    """Tabulate activation functions and their derivatives, each checked against its formula.

    Parameters
    ----------
    names : sequence of str, optional
        As `nn.functional` has them; by default all that there are formulas for.
    points : int, default 401
        From -6 to 6, none of them at a kink.

    Returns
    -------
    ActivationTable

    Raises
    ------
    ValueError
        If there is no formula for a name.

    Examples
    --------
    >>> import fastgrad as fg
    >>> found = fg.diagnose.activation_table(["sigmoid", "tanh"])
    >>> [round(each.largest_slope, 2) for each in found.functions]
    [0.25, 1.0]
    >>> max(each.slope_error for each in found.functions) < 1e-12
    True
    """
    chosen = list(_FUNCTIONS) if names is None else list(names)
    for each in chosen:
        if each not in _FUNCTIONS:
            raise ValueError(f"activation_table: names must be among {', '.join(_FUNCTIONS)}, got {each!r}")
    check_count("activation_table", "points", points, 2)
    found = []
    # An even number of even steps, moved by part of one: no point is 0, 1, 3 or 6, where some have kinks.
    x = np.linspace(-6, 6, points) + 1e-3
    for name in chosen:
        formula, derivative, function, slope = _FUNCTIONS[name]
        given = fg.tensor(x, requires_grad=True)
        with fg.enable_grad():
            out = getattr(fg.nn.functional, name)(given)
            (grad,) = fg.autograd.grad(out.sum(), [given])
        values, slopes = np.asarray(out.detach()).copy(), np.asarray(grad).copy()
        wanted, wanted_slopes = function(x), slope(x)
        zero = float(getattr(fg.nn.functional, name)(fg.zeros(1, dtype=fg.float64))[0])
        found.append(ActivationFunction(
            name, formula, derivative, x, values, slopes, float(values.min()), float(values.max()), zero,
            float(slopes.max()), float((np.abs(slopes) < 0.01).mean()),
            float((np.abs(values - wanted) / np.maximum(np.abs(wanted), 1)).max()),
            float((np.abs(slopes - wanted_slopes) / np.maximum(np.abs(wanted_slopes), 1)).max()),
        ))  # fmt: skip
    return ActivationTable(tuple(found))
