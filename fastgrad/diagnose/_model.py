"""What every diagnosis needs of a model: its loss on batches, and the model left as it was."""

from __future__ import annotations

import contextlib
import itertools
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad import nn
from fastgrad._models import (
    as_array,
    check_count as check_count,
    check_function,
    check_number as check_number,
    check_positive as check_positive,
    kept,
)
from fastgrad._tensor import Tensor

# ``loss(model(x), y)``, one number.
Loss = Callable[[Tensor, Tensor], Tensor]
Batch = tuple[Tensor, Tensor]
# A pair is one batch; what else is iterable, a `DataLoader` among it, gives pairs.
Batches = tuple[Any, Any] | Iterable[Any]
# An optimizer's class, or what makes one of parameters and a learning rate.
MakeOptimizer = Callable[..., fg.optim.Optimizer]


def check_module(name: str, model: Any) -> None:
    """Raise TypeError for what is no module, ValueError for one that has nothing to learn."""
    if not isinstance(model, nn.Module):
        raise TypeError(f"{name}: the model must be a Module, got {type(model).__name__}")
    check_made(name, model)
    if not any(p.requires_grad for p in model.parameters()):
        raise ValueError(f"{name}: the model must have parameters that require gradients")


def check_made(name: str, model: nn.Module) -> None:
    """Raise ValueError for lazy layers, which the first call would change for good."""
    for path, module in model.named_modules():
        own = [*module.parameters(recurse=False), *module.buffers(recurse=False)]
        if any(nn.parameter.is_lazy(each) for each in own):
            which = f"layer {path}" if path else "the model"
            raise ValueError(f"{name}: {which} ({type(module).__name__}) has no parameters yet; call the model with a "
                             "batch first")  # fmt: skip


def check_eval(name: str, model: nn.Module) -> None:
    """Raise ValueError if a module is in training mode, where its loss is not one function of its parameters."""
    for path, module in model.named_modules():
        if module.training:
            which = f"layer {path}" if path else "the model"
            raise ValueError(f"{name}: {which} ({type(module).__name__}) is in training mode; call model.eval() first")


def learned(model: nn.Module) -> list[tuple[str, Tensor]]:
    """The parameters that require gradients, each once, by name."""
    return [(name, p) for name, p in model.named_parameters() if p.requires_grad]


def _batch(name: str, given: Any) -> Batch:
    if not isinstance(given, (tuple, list)) or len(given) != 2:
        got = f"{len(given)} things" if isinstance(given, (tuple, list)) else type(given).__name__
        raise ValueError(f"{name}: a batch must be a pair of inputs and targets, got {got}")
    if isinstance(given[0], tuple) and any(getattr(each, "ndim", 0) for each in given[0]):
        raise TypeError(f"{name}: inputs must be one array, got {len(given[0])}; give a model of several a Module "
                        "around it that takes them out of one")  # fmt: skip
    x, y = (as_array(name, what, each) for what, each in zip(("inputs", "targets"), given, strict=True))
    if x.ndim == 0 or len(x) == 0:
        raise ValueError(f"{name}: inputs must be a batch, its first axis not empty, got shape {x.shape}")
    if y.ndim == 0 or len(y) != len(x):
        raise ValueError(f"{name}: there must be a target for each of the {len(x)} inputs, got shape {y.shape}")
    return x, y


def batches_of(name: str, data: Any) -> list[Batch]:
    """All batches, at least one."""
    if isinstance(data, tuple):
        return [_batch(name, data)]
    if isinstance(data, Tensor) or not isinstance(data, Iterable):
        raise TypeError(f"{name}: data must be a pair (inputs, targets), or an iterable of such batches, got "
                        f"{type(data).__name__}")  # fmt: skip
    found = [_batch(name, each) for each in data]
    if not found:
        raise ValueError(f"{name}: data must have at least one batch, got none")
    return found


def samples_of(name: str, data: Any) -> Batch:
    """All samples as one batch."""
    batches = batches_of(name, data)
    if len(batches) == 1:
        return batches[0]
    return fg.concat([x for x, _ in batches]), fg.concat([y for _, y in batches])


def reusable(data: Any, most: int) -> Any:
    """What can be gone through several times: of a generator its first batches."""
    if isinstance(data, Iterator):
        return list(itertools.islice(data, most))
    return data


def endless(name: str, data: Any) -> Iterator[Batch]:
    """Batches without end: what is iterable is gone through again and again, so that a loader shuffles anew."""
    if isinstance(data, (tuple, Tensor)) or not isinstance(data, Iterable):
        yield from itertools.cycle(batches_of(name, data))
    if isinstance(data, Iterator):  # a generator, which ends once and for all
        yield from itertools.cycle(_batch(name, each) for each in data)
    while True:
        empty = True
        for each in data:
            empty = False
            yield _batch(name, each)
        if empty:
            break
    raise ValueError(f"{name}: data must have at least one batch, got none")


def loss_of(name: str, model: nn.Module, loss: Loss, x: Tensor, y: Tensor) -> Tensor:
    """The loss of a batch, a number with a history."""
    check_function(name, "loss", loss)
    with fg.enable_grad():
        value = loss(model(x), y)
    if not isinstance(value, Tensor) or value.size != 1:
        got = f"shape {value.shape}" if isinstance(value, Tensor) else type(value).__name__
        raise ValueError(f"{name}: the loss must be one number, got {got}; losses have reduction='mean' for that")
    if not value.requires_grad:
        raise ValueError(f"{name}: the loss must depend on the model's parameters by differentiable operations")
    with fg.enable_grad():
        return value.reshape(())


def gradients_of(value: Tensor, parameters: Sequence[Tensor], *, create_graph: bool = False) -> list[Tensor]:
    """The gradients of a loss; the parameters' own are not touched. What it does not depend on has zeros."""
    found = fg.autograd.grad(value, list(parameters), create_graph=create_graph, allow_unused=True)
    return [fg.zeros_like(p) if g is None else g for p, g in zip(parameters, found, strict=True)]


def mean_loss(name: str, model: nn.Module, loss: Loss, batches: Iterable[Batch]) -> float:
    """The mean loss of all samples, without a graph."""
    check_function(name, "loss", loss)
    total, count = 0.0, 0
    with fg.no_grad():
        for x, y in batches:
            value = loss(model(x), y)
            if not isinstance(value, Tensor) or value.size != 1:
                got = f"shape {value.shape}" if isinstance(value, Tensor) else type(value).__name__
                raise ValueError(f"{name}: the loss must be one number, got {got}")
            total += float(value) * len(x)
            count += len(x)
    return total / count


def make_optimizer(name: str, make: MakeOptimizer, parameters: Sequence[Tensor], lr: float) -> fg.optim.Optimizer:
    """An optimizer of these parameters, by its class or a function."""
    if not callable(make):
        raise TypeError(f"{name}: optimizer must be a class of optimizers, or a function of parameters and lr, got "
                        f"{type(make).__name__}")  # fmt: skip
    made = make(parameters, lr=lr)
    if not isinstance(made, fg.optim.Optimizer):
        raise TypeError(f"{name}: optimizer must make an Optimizer, got {type(made).__name__}")
    if calls_closure(made):
        raise TypeError(f"{name}: optimizer must be one whose step takes one gradient, got {type(made).__name__}, "
                        "which calls a closure as often as it needs")  # fmt: skip
    return made


def calls_closure(optimizer: fg.optim.Optimizer) -> bool:
    """Whether a step of it is a minimization."""
    return isinstance(optimizer, (fg.optim.LBFGS, fg.optim.ConjugateGradient, fg.optim.SciPyMinimizer))


@contextlib.contextmanager
def as_it_was(model: nn.Module, *data: Any, training: bool | None = None) -> Iterator[None]:
    """Within the block the model may be trained; after it, it and the random numbers are as they were.

    Parameters, buffers, gradients, modes, and the generators of layers and loaders are put back. `training` sets the
    mode within.
    """
    parameters = [(p, p.detach().clone(), p._version, p.grad) for p in model.parameters()]
    states = [(g, g.get_state()) for g in _generators(data)]
    try:
        for p, *_ in parameters:
            p.grad = None
        with kept(model, training=training):
            yield
    finally:
        with fg.no_grad():
            # What nobody wrote to is not written to: graphs that were recorded before remain good.
            for p, value, version, grad in parameters:
                if p._version != version:
                    p.copy_(value)
                p.grad = grad
        for generator, state in states:
            generator.set_state(state)


def _generators(data: Iterable[Any]) -> list[fg.Generator]:
    """Those that loaders and their samplers draw from."""
    found: dict[int, fg.Generator] = {}
    for each in data:
        while each is not None and not isinstance(each, (tuple, list)):
            generator = getattr(each, "generator", None)
            if isinstance(generator, fg.Generator):
                found[id(generator)] = generator
            each = getattr(each, "batch_sampler", None) or getattr(each, "sampler", None)
    return list(found.values())


def put(parameters: Sequence[Tensor], values: Sequence[Any]) -> None:
    """Write values into parameters."""
    with fg.no_grad():
        for p, value in zip(parameters, values, strict=True):
            p.copy_(fg.asarray(value, dtype=p.dtype))


def flat(tensors: Iterable[Tensor]) -> np.ndarray[Any, np.dtype[np.float64]]:
    """All elements in a line, in float64."""
    return np.concatenate([np.asarray(t.detach(), dtype=np.float64).reshape(-1) for t in tensors])


def shaped(vector: Any, like: Sequence[Tensor]) -> list[Tensor]:
    """A line of elements as tensors of these shapes and dtypes."""
    found, at = [], 0
    for t in like:
        found.append(fg.asarray(np.asarray(vector[at : at + t.size]).reshape(t.shape), dtype=t.dtype))
        at += t.size
    return found
