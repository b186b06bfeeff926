"""What every explanation needs of a model: a score for each sample, a layer's output, and the model left as it was."""

from __future__ import annotations

import contextlib
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad._models import as_array
from fastgrad._tensor import Tensor

# What a model may be: a module, or any function of a batch.
Model = Callable[[Tensor], Tensor]
Target = int | Sequence[int] | None


@dataclass(frozen=True)
class Attribution:
    """How much each element of the input (or of a layer's output) has to do with a score.

    Attributes
    ----------
    values : Tensor
        One number for each element that was asked about, without history.
    method : str
        The function that made it.
    target : tuple of int
        For each sample, the output whose score was explained; empty where a sample has one output.
    scores : Tensor, shape (N,)
        These scores.
    error : Tensor, shape (N,), or None
        For methods whose attributions add up to a difference of scores: by how much they miss it.
    """

    values: Tensor
    method: str
    target: tuple[int, ...]
    scores: Tensor
    error: Tensor | None = None

    def to_dict(self) -> dict[str, Any]:
        """Return NumPy arrays and plain values by name."""
        return {
            "values": np.asarray(self.values),
            "method": self.method,
            "target": self.target,
            "scores": np.asarray(self.scores),
            "error": None if self.error is None else np.asarray(self.error),
        }

    def __str__(self) -> str:
        rows = [f"{self.method} of shape {self.values.shape}", "sample  target       score         sum       error"]
        sums = np.asarray(self.values, dtype=np.float64).reshape(len(self.scores), -1).sum(1)
        for i, score in enumerate(np.asarray(self.scores)):
            target = self.target[i] if self.target else "-"
            error = "-" if self.error is None else f"{float(self.error[i]):.3g}"
            rows.append(f"{i:>6}  {target!s:>6}  {score:>10.4g}  {sums[i]:>10.4g}  {error:>10}")
        return "\n".join(rows)


def as_batch(name: str, inputs: Any) -> Tensor:
    """Return the inputs as a plain tensor without history."""
    x = as_array(name, "inputs", inputs)
    if not x.is_floating_point():
        raise TypeError(f"{name}: inputs must be of floating-point numbers, got {x.dtype}; what is discrete, such as "
                        "tokens, is explained by the output of the layer that embeds it")  # fmt: skip
    if x.ndim < 1 or x.shape[0] == 0:
        raise ValueError(f"{name}: inputs must be a batch, its first axis not empty, got shape {x.shape}")
    return x


def check_model(name: str, model: Any) -> None:
    """Raise ValueError if a module is in training mode, where it may change itself, draw, or depend on the batch."""
    if not callable(model):
        raise TypeError(f"{name}: the model must be a Module or a function, got {type(model).__name__}")
    if not isinstance(model, nn.Module):
        return
    for path, module in model.named_modules():
        if module.training:
            which = f"layer {path}" if path else "the model"
            raise ValueError(f"{name}: {which} ({type(module).__name__}) is in training mode; call model.eval() first")


def call(name: str, model: Model, x: Tensor, samples: int | None = None) -> Tensor:
    """The model's output, one line for each sample."""
    out = model(x.clone())  # which a layer may write over
    if not isinstance(out, Tensor) or out.ndim == 0 or out.shape[0] != (x.shape[0] if samples is None else samples):
        given = f"shape {out.shape}" if isinstance(out, Tensor) else type(out).__name__
        raise ValueError(f"{name}: the model must give a tensor with a line for each of the {x.shape[0]} samples, "
                         f"got {given}")  # fmt: skip
    return out


def choose(name: str, out: Tensor, target: Any) -> tuple[int, ...]:
    """For each sample the output to explain: what was asked for, else the largest one."""
    n = out.shape[0]
    if out.ndim == 1 or (out.ndim == 2 and out.shape[1] == 1):
        if target is not None and out.ndim == 1:
            raise ValueError(
                f"{name}: the model gives one number for each sample, so target must be None, got {target!r}"
            )
        return () if out.ndim == 1 else (0,) * n
    if out.ndim != 2:
        raise ValueError(f"{name}: the model's output must have shape (N,) or (N, outputs), got {out.shape}; wrap the "
                         "model in a function that picks what is to be explained")  # fmt: skip
    if target is None:
        return tuple(int(i) for i in np.asarray(out.detach()).argmax(1))
    try:
        wanted = np.broadcast_to(np.asarray(target), (n,))
    except ValueError:
        raise ValueError(f"{name}: target must be an int, or one for each of the {n} samples, got {target!r}") from None
    if wanted.dtype.kind not in "iu" or (wanted < -out.shape[1]).any() or (wanted >= out.shape[1]).any():
        raise ValueError(f"{name}: target must be of integers below the {out.shape[1]} outputs, got {target!r}")
    return tuple(int(i) % out.shape[1] for i in wanted)


def pick(out: Tensor, target: tuple[int, ...]) -> Tensor:
    """The scores, shape (N,): of each sample the output of its target."""
    if not target:
        return out
    return out[fg.arange(out.shape[0]), fg.asarray(np.array(target))]


def scores_of(name: str, model: Model, x: Tensor, target: Target) -> tuple[Tensor, tuple[int, ...]]:
    """The scores of the targets, and the targets."""
    out = call(name, model, x)
    chosen = choose(name, out, target)
    return pick(out, chosen), chosen


def gradient(name: str, score: Tensor, of: Sequence[Tensor]) -> list[Tensor]:
    """The gradients of the sum of the scores; the parameters' own are not touched."""
    if not score.requires_grad:
        raise ValueError(
            f"{name}: the model's output does not depend on what is explained by differentiable operations"
        )
    with fg.enable_grad():
        total = score.sum()
    found = fg.autograd.grad(total, list(of), allow_unused=True)
    return [fg.zeros_like(x) if g is None else g.detach() for x, g in zip(of, found, strict=True)]


def find_layer(name: str, model: Any, layer: Any) -> nn.Module:
    """The layer of a model: itself, or by its path."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"{name}: the model must be a Module to have layers, got {type(model).__name__}")
    paths = {path: module for path, module in model.named_modules() if path}
    if isinstance(layer, str):
        if layer not in paths:
            raise ValueError(f"{name}: the model has no layer {layer!r}; it has {', '.join(paths) or 'none'}")
        return paths[layer]
    if not any(module is layer for module in model.modules()):
        given = type(layer).__name__
        raise ValueError(
            f"{name}: the layer ({given}) must be one of the model's, which has {', '.join(paths) or 'none'}"
        )
    found: nn.Module = layer
    return found


@contextlib.contextmanager
def output_of(layer: nn.Module, name: str, instead: Tensor | None = None) -> Iterator[list[Tensor]]:
    """Within the block, each call of the layer appends its output to the list; `instead` takes its place."""
    seen: list[Tensor] = []

    def keep(_module: Any, _args: Any, out: Any) -> Any:
        if not isinstance(out, Tensor):
            raise TypeError(f"{name}: the layer must give one tensor, got {type(out).__name__}")
        if instead is not None:
            out = instead
        seen.append(out)
        return out.clone()  # which the next layer may write over

    with layer.register_forward_hook(keep):
        yield seen


def only(name: str, seen: list[Tensor]) -> Tensor:
    """What a layer gave, if it was called once."""
    if len(seen) != 1:
        times = "not" if not seen else f"{len(seen)} times"
        raise ValueError(f"{name}: the layer was {times} called by the model; it must be called once")
    return seen[0]
