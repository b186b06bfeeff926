"""The loss around a model's parameters: along a line, and over a plane."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

from fastgrad import nn
from fastgrad._axes import axes_or_new
from fastgrad._tensor import Tensor
from fastgrad.diagnose._model import (
    Batches,
    Loss,
    as_it_was,
    batches_of,
    check_count,
    check_eval,
    check_module,
    flat,
    learned,
    mean_loss,
    put,
    shaped,
)
from fastgrad.diagnose._table import Result, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray[Any, np.dtype[np.float64]]
State = Mapping[str, Any]


@dataclass(frozen=True, eq=False)
class LossLine(Result):
    """What `landscape_line` found.

    Attributes
    ----------
    places : ndarray, shape (points,)
        Along the direction; 0 is where the model is, and 1, of an interpolation, the other state.
    losses : ndarray, shape (points,)
        The loss at each of them.
    along : str
        ``"random direction"`` or ``"interpolation"``.
    """

    places: Array
    losses: Array
    along: str

    def __str__(self) -> str:
        shown = np.unique(np.linspace(0, len(self.places) - 1, 11).round().astype(int))
        return table((self.along, "loss"), [(float(self.places[i]), float(self.losses[i])) for i in shown])

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the loss along the line, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("LossLine.draw", ax)
        ax.plot(self.places, self.losses, color="#2f6db5", lw=2)
        for place in (0.0, 1.0) if self.along == "interpolation" else (0.0,):
            ax.axvline(place, color="#8a8f98", lw=0.8, ls="--")
        ax.set_xlabel(self.along if self.along == "interpolation" else "steps along a filter-normalised direction")
        ax.set_ylabel("loss")
        ax.set_title("The loss along a line")
        return ax


@dataclass(frozen=True, eq=False)
class LossPlane(Result):
    """What `landscape_plane` found.

    Attributes
    ----------
    a, b : ndarray, shape (points,)
        Coordinates along both directions; (0, 0) is where the model is.
    losses : ndarray, shape (points, points)
        ``losses[i, j]`` is at ``(a[i], b[j])``.
    path : ndarray, shape (states, 2), or None
        Where the states of the path are, projected.
    explained : tuple of two floats, or None
        The share of the path's variance along each direction.
    """

    a: Array
    b: Array
    losses: Array
    path: Array | None
    explained: tuple[float, float] | None

    def __str__(self) -> str:
        finite = np.where(np.isfinite(self.losses), self.losses, np.inf)
        lowest = np.unravel_index(int(finite.argmin()), finite.shape)
        centre = float(self.losses[int(np.abs(self.a).argmin()), int(np.abs(self.b).argmin())])
        rows = [("loss nearest to the model", centre), ("lowest loss", float(self.losses[lowest])),
                ("lowest at a", float(self.a[lowest[0]])), ("lowest at b", float(self.b[lowest[1]])),
                ("highest loss", float(np.where(np.isfinite(self.losses), self.losses, -np.inf).max()))]  # fmt: skip
        if self.explained is not None:
            rows += [("path's variance along a", self.explained[0]), ("path's variance along b", self.explained[1])]
        return table((f"plane of {len(self.a)} x {len(self.b)} losses", "value"), rows)

    def draw(self, ax: Axes | None = None, *, levels: int = 24, limits: tuple[float, float] | None = None) -> Axes:
        """Draw the plane's contours and the path, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        levels : int, default 24
            How many contours, evenly spaced of the loss's logarithm where it is positive.
        limits : pair of float, optional
            The losses between which colours go, so that several pictures have one scale; by default the plane's own.
        """
        ax = axes_or_new("LossPlane.draw", ax)
        finite = self.losses[np.isfinite(self.losses)]
        if not len(finite):
            raise ValueError("LossPlane.draw: there must be finite losses to draw, got none")
        low, high = (float(finite.min()), float(finite.max())) if limits is None else limits
        losses = np.clip(np.where(np.isfinite(self.losses), self.losses, high), low, high)
        edges = np.geomspace(low, high, levels) if 0 < low < high else np.linspace(low, high, levels)
        if low < high:
            ax.contourf(self.a, self.b, losses.T, edges, cmap="YlGnBu_r", norm=_norm(low, high))
            if losses.min() < losses.max():
                ink = "#2b2f36"
                lines = ax.contour(self.a, self.b, losses.T, edges[::3], colors=ink, linewidths=0.6, alpha=0.7)
                for label in ax.clabel(lines, fontsize=7, fmt=_short):
                    label.set(color=ink, path_effects=[_outline()])
        if self.path is not None:
            ax.plot(self.path[:, 0], self.path[:, 1], "o-", color="#e8833a", ms=3, lw=1.4, label="the optimizer's path")
            ax.plot(*self.path[0], "s", color="#c8322b", ms=7, label="start")
        ax.plot(0, 0, "*", color="#c8322b", ms=13, mec="white", label="where the model is")
        if self.path is not None:
            ax.legend(loc="best", fontsize=8, frameon=True, framealpha=0.9)
        ax.locator_params(nbins=6)
        shares = ("", "") if self.explained is None else (f" ({share:.0%} of the path)" for share in self.explained)
        labels = [f"{which} direction{share}" for which, share in zip(("first", "second"), shares, strict=True)]
        ax.set_xlabel(labels[0])
        ax.set_ylabel(labels[1])
        ax.set_title("The loss over a plane")
        return ax


def _short(value: float) -> str:
    return f"{value:.2g}" if value < 100 else f"{value:.0f}"


def _outline() -> Any:
    from matplotlib.patheffects import withStroke

    return withStroke(linewidth=2.2, foreground="white")


def _norm(low: float, high: float) -> Any:
    from matplotlib.colors import LogNorm, Normalize

    return LogNorm(low, high) if 0 < low < high else Normalize(low, high)


def filter_normalized(direction: Sequence[Any], parameters: Sequence[Tensor]) -> list[Array]:
    """Each filter (line of a weight) of a direction with the norm of the model's; biases and scales do not move."""
    found = []
    for d, p in zip(direction, parameters, strict=True):
        step, value = np.array(d, dtype=np.float64), np.asarray(p.detach(), dtype=np.float64)
        if value.ndim < 2:
            found.append(np.zeros(value.shape))
            continue
        axes = tuple(range(1, value.ndim))
        size = np.sqrt((step**2).sum(axes, keepdims=True))
        wanted = np.sqrt((value**2).sum(axes, keepdims=True))
        found.append(step * wanted / np.where(size > 0, size, 1.0))
    return found


def _random_direction(random: np.random.Generator, parameters: Sequence[Tensor]) -> Array:
    drawn = [random.standard_normal(p.shape) for p in parameters]
    return np.concatenate([d.reshape(-1) for d in filter_normalized(drawn, parameters)])


def _of_state(name: str, state: Any, parameters: Sequence[tuple[str, Tensor]]) -> Array:
    """The learned parameters of a state dict, in a line."""
    if not isinstance(state, Mapping):
        raise TypeError(f"{name}: a state must be a state dict, got {type(state).__name__}")
    found = []
    for key, p in parameters:
        if key not in state:
            raise ValueError(f"{name}: a state must have all parameters, {key} is missing")
        value = state[key]
        value = np.asarray(value.detach() if isinstance(value, Tensor) else value, dtype=np.float64)
        if value.shape != p.shape:
            raise ValueError(f"{name}: {key} of a state must have shape {p.shape}, got {value.shape}")
        found.append(value.reshape(-1))
    return np.concatenate(found)


def _check_span(name: str, span: Any) -> tuple[float, float]:
    if not isinstance(span, (tuple, list)) or len(span) != 2 or not float(span[0]) < float(span[1]):
        raise ValueError(f"{name}: span must be (low, high) with low < high, got {span!r}")
    return float(span[0]), float(span[1])


def landscape_line(
    model: nn.Module,
    loss: Loss,
    data: Batches,
    *,
    to: State | None = None,
    span: tuple[float, float] | None = None,
    points: int = 41,
    seed: int = 0,
) -> LossLine:
    """Compute the loss along a line through a model's parameters.

    Parameters
    ----------
    model : Module
        In evaluation mode. It is left as it was, also by an error.
    loss : callable
        ``loss(model(x), y)`` of a batch, one number, the mean over samples.
    data : pair of array_like, or iterable of pairs
        The loss is the mean over all samples.
    to : state dict, optional
        Another state of the model, at place 1 of the line; by default the line's direction is random and
        filter-normalised: each filter of it has the norm of the model's filter, so that lines of models whose weights
        are of different sizes compare, and biases stay.
    span : pair of float, optional
        From where to where; by default -1 to 1, of an interpolation -0.5 to 1.5.
    points : int, default 41
        How many places the loss is computed at.
    seed : int, default 0
        Of the random direction.

    Returns
    -------
    LossLine

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be, or the model is in training mode.

    References
    ----------
    Li et al., "Visualizing the loss landscape of neural nets", 2018, https://arxiv.org/abs/1712.09913; Goodfellow,
    Vinyals and Saxe, "Qualitatively characterizing neural network optimization problems", 2015,
    https://arxiv.org/abs/1412.6544

    Examples
    --------
    >>> import fastgrad as fg
    >>> model = fg.nn.Linear(1, 1, bias=False).eval()
    >>> x = fg.ones(4, 1)
    >>> end = {"weight": model.weight.detach() + 2.0}
    >>> target = model(x).detach()
    >>> found = fg.diagnose.landscape_line(model, fg.nn.functional.mse_loss, (x, target), to=end, points=5)
    >>> found.losses.round(3).tolist()
    [1.0, 0.0, 1.0, 4.0, 9.0]
    """
    name = "landscape_line"
    check_module(name, model)
    check_count(name, "points", points, 2)
    low, high = _check_span(name, span if span is not None else (-1.0, 1.0) if to is None else (-0.5, 1.5))
    check_eval(name, model)
    named = learned(model)
    parameters = [p for _, p in named]
    with as_it_was(model, data):
        batches = batches_of(name, data)
        centre = flat(parameters)
        if to is None:
            direction = _random_direction(np.random.default_rng(seed), parameters)
        else:
            direction = _of_state(name, to, named) - centre
        places = np.linspace(low, high, points)
        losses = np.empty(points)
        for i, place in enumerate(places):
            put(parameters, shaped(centre + place * direction, parameters))
            losses[i] = mean_loss(name, model, loss, batches)
    return LossLine(places, losses, "random direction" if to is None else "interpolation")


def landscape_plane(
    model: nn.Module,
    loss: Loss,
    data: Batches,
    *,
    path: Sequence[State] | None = None,
    span: tuple[float, float] | None = None,
    points: int = 21,
    seed: int = 0,
) -> LossPlane:
    """Compute the loss over a plane through a model's parameters, with the way that an optimizer came.

    Parameters
    ----------
    model, loss, data
        As `landscape_line` has them.
    path : sequence of state dict, optional
        States of the model along its training, at least three, for example ``{k: v.clone() for k, v in
        model.state_dict().items()}`` after each epoch. The plane is then that of the two directions along which they
        are spread most (principal components of their differences to the model), as long as to hold them all; by
        default that of two random filter-normalised directions.
    span : pair of float, optional
        From where to where along both directions; by default -1 to 1, of a path a fifth beyond it.
    points : int, default 21
        Along each direction, so that there are so many times so many losses.
    seed : int, default 0
        Of the random directions.

    Returns
    -------
    LossPlane

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be, or the model is in training mode.

    References
    ----------
    Li et al., "Visualizing the loss landscape of neural nets", 2018, https://arxiv.org/abs/1712.09913

    Notes
    -----
    Random directions show curvature, and hardly a path: a path through many dimensions is nearly orthogonal to them.
    What lies in other directions than the two is not seen, and buffers (running means) stay those of the model.

    Examples
    --------
    >>> import fastgrad as fg
    >>> model = fg.nn.Linear(2, 1, bias=False).eval()
    >>> x = fg.eye(2)
    >>> target = model(x).detach()
    >>> path = [{"weight": model.weight.detach() + fg.tensor([[a, a * a]])} for a in (1.0, 0.5, 0.0)]
    >>> found = fg.diagnose.landscape_plane(model, fg.nn.functional.mse_loss, (x, target), path=path, points=5)
    >>> found.losses.shape, round(sum(found.explained), 6)
    ((5, 5), 1.0)
    """
    name = "landscape_plane"
    check_module(name, model)
    check_count(name, "points", points, 2)
    if span is not None:
        _check_span(name, span)
    check_eval(name, model)
    named = learned(model)
    parameters = [p for _, p in named]
    projected, explained = None, None
    with as_it_was(model, data):
        batches = batches_of(name, data)
        centre = flat(parameters)
        if path is None:
            random = np.random.default_rng(seed)
            first, second = (_random_direction(random, parameters) for _ in range(2))
            a = b = np.linspace(*(span or (-1.0, 1.0)), points)
        else:
            if not isinstance(path, Sequence):
                raise TypeError(f"{name}: path must be a sequence of state dicts, got {type(path).__name__}")
            if len(path) < 3:
                raise ValueError(f"{name}: path must have at least 3 states, got {len(path)}")
            steps = np.array([_of_state(name, state, named) for state in path]) - centre
            first, second, explained = _principal(steps)
            projected = steps @ np.stack([first, second], axis=1)
            a, b = (np.linspace(*(span or _around(projected[:, i])), points) for i in range(2))
        losses = np.empty((points, points))
        for i, along in enumerate(a):
            for j, across in enumerate(b):
                put(parameters, shaped(centre + along * first + across * second, parameters))
                losses[i, j] = mean_loss(name, model, loss, batches)
    return LossPlane(a, b, losses, projected, explained)


def _principal(steps: Array) -> tuple[Array, Array, tuple[float, float]]:
    """The two directions along which the steps are longest, and their shares of all squares."""
    _, sizes, directions = np.linalg.svd(steps, full_matrices=False)
    shares = sizes**2 / max(float((sizes**2).sum()), 1e-300)
    return directions[0], directions[1], (float(shares[0]), float(shares[1]))


def _around(places: Array) -> tuple[float, float]:
    low, high = min(float(places.min()), 0.0), max(float(places.max()), 0.0)
    room = 0.2 * (high - low) or 1.0
    return low - room, high + room
