"""How gradients flow: their size from layer to layer and from step to step, and whether they vanish or explode."""

from __future__ import annotations

import contextlib
import math
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad._axes import axes_or_new
from fastgrad._tensor import Tensor
from fastgrad.diagnose._model import (
    Batches,
    Loss,
    MakeOptimizer,
    as_it_was,
    check_count,
    check_module,
    check_positive,
    endless,
    learned,
    loss_of,
    make_optimizer,
)
from fastgrad.diagnose._table import Result, table

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Schoenholz et al. train networks to a depth of six times the length over which the squared gradient changes by a
# factor e: beyond a factor e**6 of the squares, e**3 of the norms, between the first and the last layer they fail.
_LOST = math.exp(3.0)

# A step that changes weights by more than their own size leaves nothing of them.
_TOO_FAR = 1.0


@dataclass(frozen=True, eq=False)
class LayerFlow(Result):
    """The gradients of one layer at one step.

    Attributes
    ----------
    step : int
        The step of training that it is of, from 0 on.
    layer : str
        Its path in the model.
    kind : str
        The module's class.
    mean, std, norm : float
        Of the gradient of its parameters, all elements together.
    zeros : float
        The share of its elements that are exactly zero.
    signal : float
        The norm of the gradient of the layer's output: what reached it from the loss.
    update : float
        The norm of the step's change of the parameters over their norm.
    """

    step: int
    layer: str
    kind: str
    mean: float
    std: float
    norm: float
    zeros: float
    signal: float
    update: float


@dataclass(frozen=True, eq=False)
class Profile(Result):
    """The size of the gradient along one way through the model, at the first step.

    Attributes
    ----------
    along : str
        ``"depth"``, or the path of a recurrent layer, for its steps in time.
    places : tuple of str
        The layers in the order in which they were called, or the steps, the first one first.
    norms : ndarray, shape (places,)
        Of the gradient at each place.
    ratio : float
        The first over the last: below 1, the gradient shrinks on its way back.
    factor : float
        By how much one place multiplies it, on average.
    verdict : str
        ``"vanishing"``, ``"exploding"`` or ``"healthy"``.
    """

    along: str
    places: tuple[str, ...]
    norms: np.ndarray[Any, Any]
    ratio: float
    factor: float
    verdict: str


@dataclass(frozen=True, eq=False)
class GradientFlow(Result):
    """What `gradient_flow` found.

    Attributes
    ----------
    verdict : str
        ``"vanishing"``, ``"exploding"`` or ``"healthy"``.
    reasons : tuple of str
        What it rests on, a sentence each.
    advice : tuple of str
        What to try, a sentence each; none where it is healthy.
    losses : ndarray, shape (steps,)
        Before each step.
    norms : ndarray, shape (steps,)
        Of the whole gradient, before it was clipped.
    layers : tuple of LayerFlow
        A line for each layer with parameters at each step.
    profiles : tuple of Profile
        Along the depth, and along the time of each recurrent layer.
    """

    verdict: str
    reasons: tuple[str, ...]
    advice: tuple[str, ...]
    losses: np.ndarray[Any, Any]
    norms: np.ndarray[Any, Any]
    layers: tuple[LayerFlow, ...]
    profiles: tuple[Profile, ...]

    def __str__(self) -> str:
        lines = [f"verdict: {self.verdict}", *(f"  because {reason}" for reason in self.reasons)]
        lines += [f"  try: {advice}" for advice in self.advice]
        last = max((each.step for each in self.layers), default=0)
        rows = [(e.layer, e.kind, e.signal, e.norm, e.mean, e.std, f"{e.zeros:.1%}", e.update)
                for e in self.layers if e.step == last]  # fmt: skip
        head = ("layer", "kind", "signal", "norm", "mean", "std", "zeros", "update/weight")
        return "\n".join([*lines, f"step {last + 1} of {last + 1}:", table(head, rows)])

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the size of the gradient along the depth (or the time), and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("GradientFlow.draw", ax)
        colors = {"vanishing": "#7048b8", "exploding": "#c8322b", "healthy": "#2b8a3e"}
        if not self.profiles:
            ax.semilogy(np.arange(len(self.norms)), self.norms, "o-", color=colors[self.verdict])
            ax.set_xlabel("step")
        for style, profile in zip(("o-", "s--", "^:", "v-."), self.profiles, strict=False):
            norms = np.maximum(profile.norms, np.finfo(np.float64).tiny)
            norms = np.where(np.isfinite(norms), norms, np.nan)  # which is not drawn
            places = np.linspace(0, 1, len(norms))
            label = f"{profile.along}: {profile.verdict}, {profile.factor:.2g} times at each of {len(norms) - 1}"
            ax.semilogy(places, norms / norms[-1], style, ms=4, color=colors[profile.verdict], label=label)
        if self.profiles:
            ax.axhspan(1 / _LOST, _LOST, color="#2b8a3e", alpha=0.08, lw=0)
            ax.set_xticks([0, 1], ["first", "last"])
            ax.set_xlabel("where in the network (or in time)")
            ax.legend(frameon=False)
        ax.set_ylabel("norm of the gradient" + (" over the last one's" if self.profiles else ""))
        ax.set_title(f"Gradient flow: {self.verdict}")
        return ax

    def draw_updates(self, ax: Axes | None = None) -> Axes:
        """Draw by how much each step changes each layer's weights, relative to their size, and return the axes.

        Parameters
        ----------
        ax : matplotlib Axes, optional
            Where to draw; by default in a new figure.
        """
        ax = axes_or_new("GradientFlow.draw_updates", ax)
        from matplotlib import colormaps

        names = list(dict.fromkeys(each.layer for each in self.layers))
        shades = colormaps["viridis"](np.linspace(0.0, 0.9, len(names)))
        for name, shade in zip(names, shades, strict=True):
            lines = [each for each in self.layers if each.layer == name]
            updates = np.maximum([each.update for each in lines], np.finfo(np.float64).tiny)
            ax.semilogy([each.step + 1 for each in lines], updates, "o-", ms=3, color=shade, label=name)
        ax.axhspan(1e-4, 1e-2, color="#2b8a3e", alpha=0.08, lw=0)
        ax.set_xlabel("step")
        ax.set_ylabel("change of the weights over their norm")
        ax.set_title("Updates by layer (shaded: the usual)")
        ax.legend(frameon=False, fontsize=8, title="layer")
        return ax


def gradient_flow(
    model: nn.Module,
    loss: Loss,
    batches: Batches,
    *,
    steps: int = 1,
    optimizer: MakeOptimizer = fg.optim.SGD,
    lr: float = 0.01,
    clip: float | None = None,
) -> GradientFlow:
    """Look at the gradients of each layer over some steps of training, and say whether they vanish or explode.

    Parameters
    ----------
    model : Module
        It is left as it was, also by an error. It learns in training mode.
    loss : callable
        ``loss(model(x), y)`` of a batch, one number.
    batches : pair of array_like, or iterable of pairs
        Inputs and targets: one batch, or several, such as a `DataLoader`.
    steps : int, default 1
        How many steps to take.
    optimizer : callable, default SGD
        A class of optimizers, or a function of parameters and ``lr``.
    lr : float, default 0.01
        The learning rate of the steps.
    clip : float, optional
        The largest norm of the gradient that a step is made with, as `nn.utils.clip_grad_norm_` has it.

    Returns
    -------
    GradientFlow

    Raises
    ------
    TypeError, ValueError
        If an argument is not what it must be.

    Notes
    -----
    The verdict compares the gradient of the first weight layer's output with that of the last hidden one's. The length
    of a path through the network over which squared gradients change by a factor e is the one scale there is, and
    networks train to some six such lengths: so the gradient is taken to vanish or to explode where the two differ by
    more than a factor e**3, about 20. Along the time of a recurrent layer the same holds of the gradient of its last
    output with respect to the input of each step, whatever the loss is. Besides, gradients explode where the loss or a
    gradient is not finite, or a step changes some layer's weights by more than their own size. A gradient that grows
    with time is healthy where `clip` holds its steps; one that grows with depth is not, as clipping leaves the layers'
    shares.

    References
    ----------
    Schoenholz et al., "Deep information propagation", 2017, https://arxiv.org/abs/1611.01232; Pascanu, Mikolov and
    Bengio, "On the difficulty of training recurrent neural networks", 2013, https://arxiv.org/abs/1211.5063

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad import nn
    >>> _ = fg.manual_seed(0)
    >>> layers = [layer for _ in range(30) for layer in (nn.Linear(32, 32), nn.Sigmoid())]
    >>> deep = nn.Sequential(*layers, nn.Linear(32, 1))
    >>> x, y = fg.randn(16, 32), fg.randn(16, 1)
    >>> found = fg.diagnose.gradient_flow(deep, nn.functional.mse_loss, (x, y))
    >>> found.verdict, found.profiles[0].ratio < 1e-15
    ('vanishing', True)
    """
    name = "gradient_flow"
    check_module(name, model)
    check_count(name, "steps", steps)
    check_positive(name, "lr", lr)
    if clip is not None:
        check_positive(name, "clip", clip)
    layers: list[LayerFlow] = []
    losses, norms = [], []
    profiles: list[Profile] = []
    with as_it_was(model, batches, training=True):
        parameters = [p for _, p in learned(model)]
        made = make_optimizer(name, optimizer, parameters, lr)
        owners = [(path or type(model).__name__, module) for path, module in model.named_modules()
                  if any(p.requires_grad for p in module.parameters(recurse=False))]  # fmt: skip
        for step, (x, y) in zip(range(steps), endless(name, batches), strict=False):
            with _watched(owners) as watch:
                value = loss_of(name, model, loss, x, y)
                losses.append(float(value.detach()))
                made.zero_grad()
                value.backward()
            if step == 0:
                profiles = watch.profiles()
            norms.append(math.sqrt(sum(_square(p.grad) for p in parameters if p.grad is not None)))
            found = [_of_layer(step, path, module, watch.signal(module)) for path, module in owners]
            if clip is not None:
                nn.utils.clip_grad_norm_(parameters, clip)
            before = [[p.detach().clone() for p in m.parameters(recurse=False) if p.requires_grad] for _, m in owners]
            if np.isfinite(norms[-1]):
                made.step()
            for each, (_, module), old in zip(found, owners, before, strict=True):
                now = [p.detach() for p in module.parameters(recurse=False) if p.requires_grad]
                size = math.sqrt(sum(_square(p) for p in old))
                change = math.sqrt(sum(_square(p - q) for p, q in zip(now, old, strict=True)))
                update = change / size if size else 0.0 if not change else float("inf")
                layers.append(LayerFlow(**{**each, "update": update}))
            if not np.isfinite(norms[-1]):
                break
    verdict, reasons, advice = _judge(model, losses, norms, layers, profiles, clip)
    return GradientFlow(
        verdict, tuple(reasons), tuple(advice), np.array(losses), np.array(norms), tuple(layers), tuple(profiles)
    )


def _square(t: Tensor) -> float:
    """The sum of the squares, in float64, where gradients of 1e-30 have squares."""
    values = np.asarray(t.detach(), dtype=np.float64).reshape(-1)
    return float(values @ values)


def _of_layer(step: int, path: str, module: nn.Module, signal: float) -> dict[str, Any]:
    grads = [p.grad for p in module.parameters(recurse=False) if p.requires_grad]
    sizes = [p.size for p in module.parameters(recurse=False) if p.requires_grad]
    values = np.concatenate([np.zeros(n) if g is None else np.asarray(g.detach(), dtype=np.float64).reshape(-1)
                             for g, n in zip(grads, sizes, strict=True)])  # fmt: skip
    with np.errstate(invalid="ignore"):  # of what is not finite, too
        mean, std = (float(values.mean()), float(values.std())) if len(values) else (0.0, 0.0)
    return {
        "step": step,
        "layer": path,
        "kind": type(module).__name__,
        "mean": mean,
        "std": std,
        "norm": float(np.sqrt(values @ values)),
        "zeros": float((values == 0).mean()) if len(values) else 0.0,
        "signal": signal,
    }


class _Watch:
    """What hooks saw of a pass: each call of a layer with parameters, and the gradient of its output."""

    def __init__(self, owners: list[tuple[str, nn.Module]]) -> None:
        self.paths = {id(module): path for path, module in owners}
        self.calls: list[tuple[nn.Module, list[float]]] = []
        self.times: list[tuple[nn.Module, np.ndarray[Any, Any]]] = []
        self.busy = False

    def called(self, module: nn.Module, args: Any, out: Any) -> None:
        if self.busy:
            return
        if isinstance(module, nn.RNNBase):
            self.busy = True
            try:
                self.look_back(module, args)
            finally:
                self.busy = False
        first = out[0] if isinstance(out, (tuple, list)) and out else out
        if not isinstance(first, Tensor) or not first.requires_grad:
            return
        square: list[float] = []
        self.calls.append((module, square))
        first.register_hook(lambda g: square.append(_square(g)))

    def look_back(self, module: nn.RNNBase, args: Any) -> None:
        """The gradient of a recurrent layer's last output with respect to each step's input."""
        if not args or not isinstance(args[0], Tensor) or args[0].ndim < 2 or any(m is module for m, _ in self.times):
            return
        x = args[0].detach().clone().requires_grad_(True)
        with fg.enable_grad():
            out = module(x, *args[1:])[0]
            last = out[:, -1] if module.batch_first and out.ndim == 3 else out[-1]
            if module.bidirectional:  # the other direction has its last step at the first place
                last = last[..., : last.shape[-1] // 2]
            weights = fg.randn(*last.shape, dtype=last.dtype, generator=fg.Generator(0))
            total = (last * weights).sum()
        (g,) = fg.autograd.grad(total, [x])
        values = np.asarray(g, dtype=np.float64)
        if module.batch_first and values.ndim == 3:
            values = values.swapaxes(0, 1)
        self.times.append((module, np.sqrt((values.reshape(len(values), -1) ** 2).sum(1))))

    def signal(self, module: nn.Module) -> float:
        """The norm of the gradient of all that a layer gave."""
        return math.sqrt(sum(sum(square) for m, square in self.calls if m is module))

    def profiles(self) -> list[Profile]:
        """Along the depth, and along the time of recurrent layers and of cells."""
        found = []
        weighted = [(m, math.sqrt(sum(square))) for m, square in self.calls if _has_weights(m)]
        once = [(m, norm) for m, norm in weighted if sum(m is other for other, _ in weighted) == 1]
        hidden = once[:-1]  # the last one's is the loss's own gradient, which has passed nothing
        if len(hidden) >= 2:
            found.append(_profile("depth", [self.paths[id(m)] for m, _ in hidden], [norm for _, norm in hidden]))
        for m in {id(m): m for m, _ in weighted}.values():
            norms = [norm for other, norm in weighted if other is m]
            if len(norms) >= 3 and isinstance(m, nn.RNNCellBase):
                found.append(_profile(self.paths[id(m)], [str(t) for t in range(len(norms))], norms))
        for m, norms_in_time in self.times:
            if len(norms_in_time) >= 3:
                places = [str(t) for t in range(len(norms_in_time))]
                found.append(_profile(self.paths[id(m)], places, norms_in_time.tolist()))
        return found


def _has_weights(module: nn.Module) -> bool:
    """Whether a layer mixes what it is given, as linear layers and convolutions do, and normalisation does not."""
    return any(p.ndim >= 2 for p in module.parameters(recurse=False))


def _profile(along: str, places: list[str], norms: list[float]) -> Profile:
    first, last = norms[0], norms[-1]
    if not (np.isfinite(first) and np.isfinite(last)):
        ratio = float("inf")
    elif last:
        ratio = first / last
    else:
        ratio = 0.0 if not first else float("inf")
    factor = ratio ** (1 / (len(norms) - 1))
    verdict = "vanishing" if ratio < 1 / _LOST else "exploding" if ratio > _LOST else "healthy"
    return Profile(along, tuple(places), np.array(norms), ratio, factor, verdict)


@contextlib.contextmanager
def _watched(owners: list[tuple[str, nn.Module]]) -> Iterator[_Watch]:
    watch = _Watch(owners)
    with contextlib.ExitStack() as stack:
        for _, module in owners:
            stack.enter_context(module.register_forward_hook(watch.called))
        yield watch


def _judge(
    model: nn.Module,
    losses: list[float],
    norms: list[float],
    layers: list[LayerFlow],
    profiles: list[Profile],
    clip: float | None,
) -> tuple[str, list[str], list[str]]:
    """The verdict, what it rests on, and what to try."""
    reasons: dict[str, list[str]] = {"exploding": [], "vanishing": [], "healthy": []}
    if not np.isfinite(losses[-1]) or not np.isfinite(norms[-1]):
        reasons["exploding"].append(f"the loss is {losses[-1]:.4g} and the gradient's norm {norms[-1]:.4g} at step "
                                    f"{len(losses)}")  # fmt: skip
    far = max(layers, key=lambda each: each.update, default=None)
    if far is not None and far.update > _TOO_FAR and np.isfinite(far.update):
        reasons["exploding"].append(f"step {far.step + 1} changes the weights of {far.layer} by {far.update:.3g} times "
                                    "their own size")  # fmt: skip
    held = clip is not None and not reasons["exploding"]
    for profile in profiles:
        where = "the first layer" if profile.along == "depth" else f"the first step of {profile.along}"
        last = "the last hidden layer" if profile.along == "depth" else "the last step"
        says = (f"{where} has {profile.ratio:.3g} times the gradient of {last}, {profile.factor:.3g} times at each of "
                f"{len(profile.norms) - 1}")  # fmt: skip
        if profile.verdict == "exploding" and profile.along != "depth" and held:
            reasons["healthy"].append(f"{says}, but the steps are clipped")
        else:
            reasons[profile.verdict].append(says)
    if not any(norm > 0 for norm in norms):
        reasons["vanishing"].append("the whole gradient is exactly zero")
    verdict = next(kind for kind in ("exploding", "vanishing", "healthy") if reasons[kind] or kind == "healthy")
    dead = {each.layer for each in layers if each.norm == 0} - {each.layer for each in layers if each.norm > 0}
    advice = _advice(verdict, model, [p for p in profiles if p.verdict == verdict], clip)
    if dead and verdict != "vanishing":
        advice.append(f"no gradient reaches {', '.join(sorted(dead))}: is it used, and by differentiable operations?")
    return verdict, reasons[verdict], advice


def _advice(verdict: str, model: nn.Module, profiles: list[Profile], clip: float | None) -> list[str]:
    if verdict == "healthy":
        return []
    modules = list(model.modules())
    in_time = any(profile.along != "depth" for profile in profiles)
    in_depth = any(profile.along == "depth" for profile in profiles)
    normalised = any(type(m).__name__.startswith(("BatchNorm", "LayerNorm", "GroupNorm", "RMSNorm")) for m in modules)
    found = []
    if verdict == "exploding":
        if clip is None:
            found.append("clipping: nn.utils.clip_grad_norm_(model.parameters(), 1.0) before each step")
        if in_depth:
            found.append("initialisation: smaller weights (nn.init.kaiming_normal_ for ReLU, xavier_normal_ for tanh)")
            found.append("residual connections, with the branch's last layer begun at zero" if normalised else
                         "normalisation: nn.LayerNorm before each activation")  # fmt: skip
        if in_time:
            found.append("initialisation: orthogonal recurrent weights (nn.init.orthogonal_), or an nn.LSTM")
        found.append("a lower learning rate, warmed up")
        return found
    if in_time:
        found.append("an nn.LSTM or nn.GRU, or orthogonal recurrent weights (nn.init.orthogonal_); shorter sequences")
    if in_depth or not in_time:
        if any(isinstance(m, nn.Sigmoid) for m in modules):
            found.append("another activation: nn.ReLU or nn.Tanh, as a sigmoid's slope is at most 1/4")
        found.append("initialisation: larger weights (nn.init.kaiming_normal_ for ReLU, xavier_normal_ for tanh)")
        if not normalised:
            found.append("normalisation: nn.BatchNorm1d or nn.LayerNorm before each activation")
        found.append("residual connections: x + block(x)")
    return found
