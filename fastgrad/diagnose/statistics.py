"""What layers give: their activations' size, dead units, saturation."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad._axes import axes_or_new
from fastgrad._models import as_array, check_count
from fastgrad._tensor import Tensor
from fastgrad.diagnose._model import as_it_was, check_made
from fastgrad.diagnose._table import Result, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Activations that have ends: beyond these outputs their slope is below a tenth of its largest.
_ENDS: dict[type[nn.Module], tuple[float, float]] = {
    nn.Sigmoid: (0.0257, 0.9743),
    nn.Tanh: (-0.9487, 0.9487),
    nn.Softsign: (-0.6838, 0.6838),
    nn.Hardtanh: (-1.0, 1.0),
    nn.Hardsigmoid: (0.0, 1.0),
}


@dataclass(frozen=True, eq=False)
class LayerActivations(Result):
    """What one layer gave, over all samples.

    Attributes
    ----------
    layer : str
        Its path in the model.
    kind : str
        The module's class.
    mean, std, low, high : float
        Of all that it gave.
    zeros : float
        The share that is exactly zero.
    dead : float
        The share of its units (of maps, of channels) that are zero for every sample.
    constant : float
        The share of its units that give the same for every sample; dead ones are among them.
    saturated : float or None
        Of activations with ends (sigmoid, tanh, ...), the share of outputs where the slope is below a tenth of its
        largest.
    histogram, edges : ndarray
        Counts between neighbouring edges.
    """

    layer: str
    kind: str
    mean: float
    std: float
    low: float
    high: float
    zeros: float
    dead: float
    constant: float
    saturated: float | None
    histogram: np.ndarray[Any, Any]
    edges: np.ndarray[Any, Any]


@dataclass(frozen=True, eq=False)
class ActivationStatistics(Result):
    """What `activation_statistics` found.

    Attributes
    ----------
    layers : tuple of LayerActivations
        In the order in which they were first called.
    warnings : tuple of str
        What is wrong with them, a sentence each.
    """

    layers: tuple[LayerActivations, ...]
    warnings: tuple[str, ...]

    def __str__(self) -> str:
        rows = [(e.layer, e.kind, e.mean, e.std, e.low, e.high, f"{e.zeros:.1%}", f"{e.dead:.1%}",
                 None if e.saturated is None else f"{e.saturated:.1%}") for e in self.layers]  # fmt: skip
        head = ("layer", "kind", "mean", "std", "low", "high", "zeros", "dead", "saturated")
        return "\n".join([table(head, rows), *(f"warning: {each}" for each in self.warnings)])

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw how each layer's activations are distributed, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("ActivationStatistics.draw", ax)
        for i, each in enumerate(self.layers):
            middle = (each.edges[1:] + each.edges[:-1]) / 2
            height = 0.9 * np.log1p(each.histogram) / max(np.log1p(each.histogram.max()), 1.0)
            ax.fill_between(middle, -i, height - i, color="#2f6db5", alpha=0.65, lw=0, step="mid")
            ax.axhline(-i, color="#c9ced6", lw=0.8, zorder=0)
        names = [f"{each.layer} ({each.kind})" for each in self.layers]
        ax.set_yticks([-i for i in range(len(names))], names, va="bottom")
        ax.set_xlabel("activation (heights: logarithms of counts)")
        ax.set_title("What each layer gives")
        ax.spines[["top", "right", "left"]].set_visible(False)
        ax.tick_params(axis="y", length=0)
        return ax


def activation_statistics(
    model: nn.Module, inputs: Any, layers: Sequence[str] | None = None, *, bins: int = 60
) -> ActivationStatistics:
    """Look at what each layer of a model gives for a batch: size, dead units, saturation.

    Parameters
    ----------
    model : Module
        It is left as it was, also by an error, and called in the mode that it is in.
    inputs : array_like, shape (N, ...)
        A batch; the more samples, the surer it is that a unit is dead.
    layers : sequence of str, optional
        Paths; by default all modules that contain no others.
    bins : int, default 60
        Of the histograms.

    Returns
    -------
    ActivationStatistics

    Raises
    ------
    TypeError, ValueError
        If there is no such layer, a layer that was asked for is not called, or an argument is not what it must be.

    Notes
    -----
    Units are along the last axis, of what convolutions give (their output, and layers that keep its shape, have 3 to 5
    axes) along the second.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad import nn
    >>> model = nn.Sequential(nn.Linear(2, 3), nn.ReLU())
    >>> _ = model[0].load_state_dict({"weight": fg.eye(3)[:, :2], "bias": fg.tensor([0.0, 0.0, -1.0])})
    >>> found = fg.diagnose.activation_statistics(model, fg.rand(50, 2, generator=fg.Generator(0)))
    >>> round(found.layers[1].dead, 3)
    0.333
    """
    name = "activation_statistics"
    if not isinstance(model, nn.Module):
        raise TypeError(f"{name}: the model must be a Module, got {type(model).__name__}")
    check_made(name, model)
    check_count(name, "bins", bins)
    if isinstance(layers, str):
        raise TypeError(f"{name}: layers must be a sequence of paths, got one: [{layers!r}]")
    x = as_array(name, "inputs", inputs)
    if x.ndim == 0 or len(x) == 0:
        raise ValueError(f"{name}: inputs must be a batch, its first axis not empty, got shape {x.shape}")
    paths = {path or type(model).__name__: module for path, module in model.named_modules()}
    if layers is None:
        chosen = {path: module for path, module in paths.items() if not list(module.children())}
    else:
        missing = [path for path in layers if path not in paths]
        if missing:
            raise ValueError(f"{name}: the model has no layer {missing[0]!r}; it has {', '.join(paths)}")
        chosen = {path: paths[path] for path in layers}
    convolves = any(type(module).__name__.startswith(("Conv", "LazyConv")) for module in model.modules())
    seen: dict[str, list[Tensor]] = {}

    def keep(path: str) -> Any:
        def hook(_module: Any, _args: Any, out: Any) -> None:
            first = out[0] if isinstance(out, (tuple, list)) and out else out
            if isinstance(first, Tensor):
                seen.setdefault(path, []).append(first.detach().clone())  # a later layer may write over it

        return hook

    with as_it_was(model), fg.no_grad(), contextlib.ExitStack() as stack:
        for path, module in chosen.items():
            stack.enter_context(module.register_forward_hook(keep(path)))
        model(x)
    silent = [path for path in chosen if path not in seen]
    if layers is not None and silent:
        raise ValueError(f"{name}: the layer {silent[0]!r} was not called by the model, or gave no tensor")
    found = [_of_layer(path, chosen[path], outs, convolves, bins) for path, outs in seen.items()]
    return ActivationStatistics(tuple(found), tuple(_warnings(found)))


def _of_layer(path: str, module: nn.Module, outs: list[Tensor], convolves: bool, bins: int) -> LayerActivations:
    values = []
    for out in outs:
        array = np.asarray(out, dtype=np.float64)
        if array.ndim >= 2:
            array = np.moveaxis(array, 1 if convolves and array.ndim >= 3 else -1, -1)
        values.append(array.reshape(-1, array.shape[-1] if array.ndim >= 2 else 1))
    widths = {v.shape[1] for v in values}
    units = np.concatenate(values) if len(widths) == 1 else np.concatenate([v.reshape(-1, 1) for v in values])
    ends = next((ends for kind, ends in _ENDS.items() if isinstance(module, kind)), None)
    if isinstance(module, nn.Hardtanh):
        ends = (float(module.min_val), float(module.max_val))
    finite = units[np.isfinite(units)]
    histogram, edges = np.histogram(finite, bins=bins)
    with np.errstate(invalid="ignore"):  # of what is not finite, too
        mean, std = float(units.mean()), float(units.std())
    return LayerActivations(
        layer=path,
        kind=type(module).__name__,
        mean=mean,
        std=std,
        low=float(units.min()),
        high=float(units.max()),
        zeros=float((units == 0).mean()),
        dead=float((units == 0).all(0).mean()),
        constant=float((units == units[:1]).all(0).mean()) if len(units) > 1 else 0.0,
        saturated=None if ends is None else float(((units <= ends[0]) | (units >= ends[1])).mean()),
        histogram=histogram,
        edges=edges,
    )


def _warnings(layers: list[LayerActivations]) -> list[str]:
    found = []
    for each in layers:
        where = f"{each.layer} ({each.kind})"
        if not np.isfinite(each.mean):
            found.append(f"{where} gives what is not finite")
        elif each.kind != "Dropout" and each.dead >= 0.1:
            found.append(f"{each.dead:.0%} of the units of {where} are zero for every sample: lower the learning rate "
                         "or the biases, or take nn.LeakyReLU")  # fmt: skip
        elif each.constant == 1.0:
            found.append(f"{where} gives the same for every sample: nothing of the input passes it")
        if each.saturated is not None and each.saturated >= 0.5:
            found.append(f"{each.saturated:.0%} of what {where} gives is saturated: scale the input, or begin with "
                         "smaller weights")  # fmt: skip
    return found
