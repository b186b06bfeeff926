"""The Hessian of a loss without the Hessian: its largest eigenvalue, and the density of all of them."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad._axes import axes_or_new
from fastgrad._tensor import Tensor
from fastgrad.diagnose._model import (
    Batch,
    Batches,
    Loss,
    as_it_was,
    batches_of,
    check_count,
    check_eval,
    check_module,
    check_positive,
    flat,
    gradients_of,
    learned,
    loss_of,
    shaped,
)
from fastgrad.diagnose._table import Result, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

Array = np.ndarray[Any, np.dtype[np.float64]]


class Hessian:
    """The Hessian of the mean loss over batches, as what it makes of a vector of all parameters."""

    name: str
    model: nn.Module
    loss: Loss
    batches: Sequence[Batch]
    parameters: list[Tensor]
    total: int
    products: int
    kept: list[Tensor] | None

    def __init__(self, name: str, model: nn.Module, loss: Loss, batches: Sequence[Batch]) -> None:
        self.name, self.model, self.loss, self.batches = name, model, loss, batches
        self.parameters = [p for _, p in learned(model)]
        self.size = sum(p.size for p in self.parameters)
        self.total = sum(len(x) for x, _ in batches)
        self.products = 0
        # Of one batch the gradient's graph is kept; those of many would be held at once.
        self.kept = self.gradient(batches[0]) if len(batches) == 1 else None

    def gradient(self, batch: Batch) -> list[Tensor]:
        """The gradient of a batch's loss, with its history."""
        value = loss_of(self.name, self.model, self.loss, *batch)
        found = gradients_of(value, self.parameters, create_graph=True)
        if not all(bool(fg.isfinite(g.detach()).all()) for g in found):
            raise ValueError(f"{self.name}: the loss must have finite gradients here, got {float(value.detach())}")
        return found

    def __matmul__(self, vector: Array) -> Array:
        self.products += 1
        total = np.zeros(self.size)
        along = shaped(vector, self.parameters)
        for batch in self.batches:
            first = self.gradient(batch) if self.kept is None else self.kept
            pairs = [(g, v) for g, v in zip(first, along, strict=True) if g.requires_grad]
            if not pairs:  # the loss is linear in its parameters
                continue
            found = fg.autograd.grad(
                [g for g, _ in pairs],
                self.parameters,
                grad_outputs=[v for _, v in pairs],
                retain_graph=self.kept is not None,
                allow_unused=True,
            )
            product = flat(fg.zeros_like(p) if h is None else h for p, h in zip(self.parameters, found, strict=True))
            total += product * (len(batch[0]) / self.total)
        return total


def _lanczos(
    product: Callable[[Array], Array],
    start: Array,
    steps: int,
    done: Callable[[Array, Array, float], bool] | None = None,
) -> tuple[Array, Array, Array, float]:
    """The eigenvalues and vectors of what a symmetric matrix is on a Krylov space, the space's basis, and the norm of
    what leads out of it. `done` is asked after each step, with the first two and the last.

    The basis is made orthogonal to all of itself at each step, twice, so that no eigenvalue is found again and again.
    """
    steps = min(steps, len(start))
    basis = np.zeros((steps, len(start)))
    basis[0] = start / np.linalg.norm(start)
    diagonal, beside = np.zeros(steps), np.zeros(steps)
    for k in range(steps):
        w = product(basis[k])
        diagonal[k] = basis[k] @ w
        span = basis[: k + 1]
        lines = fg.asarray(span)  # whose products wait for no threads of NumPy's
        for _ in range(2):
            w = w - np.asarray(lines.mT @ (lines @ fg.asarray(w)))
        size = float(np.linalg.norm(w))
        if size <= 1e-12 * max(np.abs(diagonal).max(), beside.max()):
            size = 0.0  # the space is invariant: what is left is rounding
        last = size == 0 or k + 1 == steps
        if last or done is not None:
            values, vectors = np.linalg.eigh(
                np.diag(diagonal[: k + 1]) + np.diag(beside[:k], 1) + np.diag(beside[:k], -1)
            )
            if last or (done is not None and done(values, vectors, size)):
                break
        beside[k] = size
        basis[k + 1] = w / size
    return values, vectors, span, size


@dataclass(frozen=True, eq=False)
class Sharpness(Result):
    """What `sharpness` found.

    Attributes
    ----------
    largest, smallest : float
        Eigenvalues of the loss's Hessian. Where the gradient is zero and the smallest is negative, it is a saddle.
    residual : float
        ``norm(H v - largest v)`` of the unit vector that was found: some eigenvalue is as near as that.
    converged : bool
        Whether it is below `tolerance` times the largest absolute eigenvalue.
    products : int
        Hessian-vector products that it took.
    gradient_norm : float
        The norm of the loss's gradient by all parameters.
    vector : ndarray, shape (parameters,)
        The direction of the largest curvature.
    """

    largest: float
    smallest: float
    residual: float
    converged: bool
    products: int
    gradient_norm: float
    vector: Array

    def __str__(self) -> str:
        rows = [("largest eigenvalue", self.largest), ("smallest eigenvalue", self.smallest),
                ("largest stable rate of gradient descent", 2 / self.largest if self.largest > 0 else None),
                ("norm of the gradient", self.gradient_norm), ("residual", self.residual),
                ("converged", str(self.converged)), ("Hessian-vector products", str(self.products))]  # fmt: skip
        return table(("of the loss's Hessian", "value"), [(a, f"{b:.5g}" if isinstance(b, float) else b or "-")
                                                          for a, b in rows])  # fmt: skip

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the parabolas of the largest and the smallest curvature, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("Sharpness.draw", ax)
        t = np.linspace(-1, 1, 101)
        ax.plot(t, self.largest * t * t / 2, color="#c8322b", lw=2, label=f"largest: {self.largest:.3g}")
        ax.plot(t, self.smallest * t * t / 2, color="#2f6db5", lw=2, label=f"smallest: {self.smallest:.3g}")
        ax.set_xlabel("distance along the eigenvector")
        ax.set_ylabel("change of the loss, to second order")
        ax.set_title("Largest and smallest curvature")
        ax.legend(frameon=False)
        return ax


def sharpness(
    model: nn.Module,
    loss: Loss,
    data: Batches,
    *,
    method: str = "lanczos",
    iterations: int = 100,
    tolerance: float = 1e-4,
    seed: int = 0,
) -> Sharpness:
    """Find the largest and the smallest eigenvalue of the Hessian of a model's loss, from Hessian-vector products.

    Parameters
    ----------
    model : Module
        In evaluation mode, so that the loss is one function of its parameters. It is left as it was, also by an error.
    loss : callable
        ``loss(model(x), y)`` of a batch, one number, the mean over samples.
    data : pair of array_like, or iterable of pairs
        The loss is the mean over all samples.
    method : {"lanczos", "power"}, default "lanczos"
        Lanczos' method needs fewer products, and keeps as many vectors of all parameters. Power iteration keeps two.
    iterations : int, default 100
        At most so many products (of power iteration, for each end).
    tolerance : float, default 1e-4
        How far the residual may be, relative to the largest absolute eigenvalue.
    seed : int, default 0
        Of the vector to begin with.

    Returns
    -------
    Sharpness

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be, or the model is in training mode.

    References
    ----------
    Golub and Van Loan, "Matrix computations", chapter 10; Cohen et al., "Gradient descent on neural networks typically
    occurs at the edge of stability", 2021, https://arxiv.org/abs/2103.00065, for what the largest one decides

    Examples
    --------
    Half the mean squared error of a linear model without bias has the data's second moments for its Hessian:

    >>> import fastgrad as fg
    >>> model = fg.nn.Linear(2, 1, bias=False).eval()
    >>> x = fg.tensor([[2.0, 0.0], [0.0, 1.0]])
    >>> found = fg.diagnose.sharpness(model, lambda p, y: ((p - y) ** 2).mean() / 2, (x, fg.zeros(2, 1)))
    >>> round(found.largest, 4), round(found.smallest, 4)
    (2.0, 0.5)
    """
    name = "sharpness"
    if method not in ("lanczos", "power"):
        raise ValueError(f"{name}: method must be 'lanczos' or 'power', got {method!r}")
    check_module(name, model)
    check_count(name, "iterations", iterations)
    check_positive(name, "tolerance", tolerance)
    check_eval(name, model)
    with as_it_was(model, data):
        batches = batches_of(name, data)
        hessian = Hessian(name, model, loss, batches)
        size = float(np.linalg.norm(_gradient(hessian)))
        start = np.random.default_rng(seed).standard_normal(hessian.size)
        find = _ends_by_lanczos if method == "lanczos" else _ends_by_power
        largest, smallest, residual, vector = find(hessian, start, iterations, tolerance)
    scale = max(abs(largest), abs(smallest))
    return Sharpness(largest, smallest, residual, residual <= tolerance * scale, hessian.products, size, vector)


def _gradient(hessian: Hessian) -> Array:
    if hessian.kept is not None:
        return flat(hessian.kept)
    shares = [len(x) / hessian.total for x, _ in hessian.batches]
    total = np.zeros(hessian.size)
    for batch, share in zip(hessian.batches, shares, strict=True):
        total += flat(hessian.gradient(batch)) * share
    return total


def _ends_by_lanczos(hessian: Hessian, start: Array, most: int, tolerance: float) -> tuple[float, float, float, Array]:
    def done(values: Array, vectors: Array, size: float) -> bool:
        # The residuals of both ends; a few steps are taken in any case, as one may be an eigenvector of the start.
        ends = np.abs(size * vectors[-1, [0, -1]])
        return len(values) > 3 and bool((ends <= 0.1 * tolerance * np.abs(values).max()).all())

    values, vectors, basis, size = _lanczos(hessian.__matmul__, start, most, done)
    vector = basis.T @ vectors[:, -1]
    return float(values[-1]), float(values[0]), float(abs(size * vectors[-1, -1])), vector


def _ends_by_power(hessian: Hessian, start: Array, most: int, tolerance: float) -> tuple[float, float, float, Array]:
    def dominant(shift: float, v: Array) -> tuple[float, float, Array]:
        """The eigenvalue of H that is farthest from the shift."""
        v = v / np.linalg.norm(v)
        value, residual = 0.0, float("inf")
        for _ in range(most):
            w = hessian @ v
            value = float(v @ w)
            residual = float(np.linalg.norm(w - value * v))
            moved = w - shift * v
            if residual <= tolerance * abs(value - shift) * 0.5 or not moved.any():
                break
            v = moved / np.linalg.norm(moved)
        return value, residual, v

    one, residual, vector = dominant(0.0, start)
    other, other_residual, other_vector = dominant(one, start)
    if one >= other:
        return one, other, residual, vector
    return other, one, other_residual, other_vector


@dataclass(frozen=True, eq=False)
class Spectrum(Result):
    """What `spectrum` found.

    Attributes
    ----------
    nodes, weights : ndarray, shape (probes, steps)
        Of each probe a quadrature of the density: its mass at each node.
    values, density : ndarray, shape (points,)
        The density, smoothed by normal curves of deviation `width`; its integral is 1.
    width : float
        The standard deviation of the normal curve that each eigenvalue is drawn as.
    parameters : int
        How many eigenvalues there are.
    trace : float
        Their sum, estimated.
    largest, smallest : float
        The outermost nodes.
    """

    nodes: Array
    weights: Array
    values: Array
    density: Array
    width: float
    parameters: int
    trace: float
    largest: float
    smallest: float

    def share(self, low: float, high: float) -> float:
        """Return the share of the eigenvalues that are in [low, high], as the quadrature has it."""
        inside = (self.nodes >= low) & (self.nodes <= high)
        return float((self.weights * inside).sum() / len(self.nodes))

    def __str__(self) -> str:
        edge = 0.01 * max(abs(self.largest), abs(self.smallest))
        rows = [("eigenvalues", str(self.parameters)), ("largest", f"{self.largest:.5g}"),
                ("smallest", f"{self.smallest:.5g}"), ("trace", f"{self.trace:.5g}"),
                ("share within 1 % of zero", f"{self.share(-edge, edge):.1%}"),
                ("share below that", f"{self.share(-np.inf, -edge):.1%}")]  # fmt: skip
        return table(("spectrum of the loss's Hessian", "value"), rows)

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the density on a logarithmic scale, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("Spectrum.draw", ax)
        floor = 1e-6 * float(self.density.max())
        ax.fill_between(self.values, floor, np.maximum(self.density, floor), color="#2f6db5", alpha=0.25, lw=0)
        ax.semilogy(self.values, np.maximum(self.density, floor), color="#2f6db5", lw=1.6)
        ax.axvline(0, color="#8a8f98", lw=0.8)
        ax.set_ylim(floor)
        ax.set_xlabel("eigenvalue of the loss's Hessian")
        ax.set_ylabel("density")
        ax.set_title(f"Spectrum of {self.parameters} eigenvalues")
        return ax


def spectrum(
    model: nn.Module,
    loss: Loss,
    data: Batches,
    *,
    probes: int = 8,
    steps: int = 60,
    points: int = 500,
    width: float | None = None,
    seed: int = 0,
) -> Spectrum:
    """Estimate the density of the eigenvalues of a loss's Hessian by stochastic Lanczos quadrature.

    Parameters
    ----------
    model, loss, data
        As `sharpness` has them.
    probes : int, default 8
        Random vectors to average over.
    steps : int, default 60
        Of Lanczos' method, for each probe: so many products, at most.
    points : int, default 500
        Where the smoothed density is given.
    width : float, optional
        The deviation of the normal curves; by default a hundredth of the spectrum's extent.
    seed : int, default 0
        Of the random vectors.

    Returns
    -------
    Spectrum

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be, or the model is in training mode.

    References
    ----------
    Ghorbani, Krishnan and Xiao, "An investigation into neural net optimization via Hessian eigenvalue density", 2019,
    https://arxiv.org/abs/1901.10159

    Examples
    --------
    >>> import fastgrad as fg
    >>> model = fg.nn.Linear(3, 1, bias=False).eval()
    >>> x = fg.tensor([[3.0, 0.0, 0.0], [0.0, 3.0, 0.0], [0.0, 0.0, 0.0]])
    >>> found = fg.diagnose.spectrum(model, lambda p, y: ((p - y) ** 2).mean() / 2, (x, fg.zeros(3, 1)))
    >>> round(found.largest, 3), round(found.trace, 3)
    (3.0, 6.0)
    """
    name = "spectrum"
    check_module(name, model)
    for what, value in (("probes", probes), ("steps", steps), ("points", points)):
        check_count(name, what, value)
    if width is not None:
        check_positive(name, "width", width)
    check_eval(name, model)
    random = np.random.default_rng(seed)
    nodes, weights = np.zeros((probes, steps)), np.zeros((probes, steps))
    with as_it_was(model, data):
        hessian = Hessian(name, model, loss, batches_of(name, data))
        for probe in range(probes):
            start = random.choice([-1.0, 1.0], hessian.size)
            values, vectors, _, _ = _lanczos(hessian.__matmul__, start, steps)
            nodes[probe, : len(values)], nodes[probe, len(values) :] = values, values[-1]
            weights[probe, : len(values)] = vectors[0] ** 2
    low, high = float(nodes.min()), float(nodes.max())
    sigma = width or max(0.01 * (high - low), 1e-3 * abs(high), 1e-12)
    grid = np.linspace(low - 4 * sigma, high + 4 * sigma, points)
    bells = np.exp(-(((grid[:, None] - nodes.reshape(-1)) / sigma) ** 2) / 2) / (sigma * np.sqrt(2 * np.pi))
    density = bells @ weights.reshape(-1) / probes
    trace = hessian.size * float((nodes * weights).sum()) / probes
    return Spectrum(nodes, weights, grid, density, sigma, hessian.size, trace, high, low)
