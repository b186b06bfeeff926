"""What a model is made of: its layers, what they give, and what that costs."""

from __future__ import annotations

import contextlib
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad import _core, nn
from fastgrad._models import kept
from fastgrad._profile.block import profile
from fastgrad._profile.text import count, size, table
from fastgrad._tensor import Tensor
from fastgrad.nn.parameter import is_lazy

_FIRST_PRODUCT, _LAST_PRODUCT = _core.WORK["matmul"], _core.WORK["cell"]


@dataclass(frozen=True)
class LayerRow:
    """A module of the model.

    Attributes
    ----------
    path : str
        As `named_modules` has it; "" is the model.
    kind : str
        Its class.
    depth : int
        How many modules it is within.
    output : object
        What its first call gave: a shape; for a tuple, list or dict one of what is in it; for what is no tensor its
        class's name. None where it was not called.
    calls : int
        How often it was called.
    parameters, trainable : int
        Elements of its own parameters, not of modules within it, and of those that require gradients. What is shared
        counts where it comes first.
    multiply_adds : int
        Of products (matrix products, convolutions, attention, recurrent layers), in all its calls, without modules
        within it.
    output_bytes : int
        Of all that its calls gave.
    """

    path: str
    kind: str
    depth: int
    output: Any
    calls: int
    parameters: int
    trainable: int
    multiply_adds: int
    output_bytes: int


@dataclass(frozen=True)
class Summary:
    """What `summary` found; it prints as a table.

    Attributes
    ----------
    layers : tuple of LayerRow
        The model, then each module in it, outer before inner.
    parameters, trainable : int
        How many elements all parameters have, and those that require gradients.
    multiply_adds : int
        How many of these one call takes, by matrix products and convolutions.
    parameter_bytes, buffer_bytes, input_bytes : int
        How much memory they take.
    output_bytes : int
        Of what modules gave that have none within them: about what a training step keeps for its gradients.
    """

    layers: tuple[LayerRow, ...]
    parameters: int
    trainable: int
    multiply_adds: int
    parameter_bytes: int
    buffer_bytes: int
    input_bytes: int
    output_bytes: int

    def to_dict(self) -> dict[str, Any]:
        """Return plain values by name, a dict for each layer."""
        return asdict(self)

    def table(self, depth: int | None = None) -> str:
        """Return the table, of modules within at most `depth` others; None: of all. What is left out is in the sums of
        the rows above it."""
        if depth is not None and depth < 0:
            raise ValueError(f"summary: depth must not be negative, got {depth}")
        rows: list[tuple[str, ...]] = []
        for i, layer in enumerate(self.layers):
            if depth is not None and layer.depth > depth:
                continue
            shown = [layer]
            if layer.depth == depth:
                inner = self.layers[i + 1 :]
                last = next((k for k, other in enumerate(inner) if other.depth <= layer.depth), len(inner))
                shown += inner[:last]
            name = "  " * layer.depth + (layer.path.rpartition(".")[2] or layer.kind)
            rows.append((name, layer.kind, "not called" if not layer.calls else _in_words(layer.output),
                         str(layer.calls) if layer.calls > 1 else "", _number(sum(row.parameters for row in shown)),
                         _number(sum(row.multiply_adds for row in shown))))  # fmt: skip
        heads: tuple[str, ...] = ("layer", "class", "output", "calls", "parameters", "multiply-adds")
        if not any(row[3] for row in rows):
            heads, rows = heads[:3] + heads[4:], [row[:3] + row[4:] for row in rows]
        return table(heads, rows, left=3)

    def __str__(self) -> str:
        frozen = self.parameters - self.trainable
        note = f", {frozen:,} of them frozen" if frozen else ""
        return "\n".join([
            self.table(),
            "",
            f"parameters: {self.parameters:,}{note}",
            f"multiply-adds: {count(float(self.multiply_adds)).strip()}",
            f"memory: parameters {size(self.parameter_bytes)}, buffers {size(self.buffer_bytes)}, "
            f"input {size(self.input_bytes)}, outputs of layers {size(self.output_bytes)}",
        ])  # fmt: skip


def summary(model: nn.Module, input: Any = None, *, dtype: Any = None) -> Summary:
    """List a model's modules: what they give, their parameters and multiply-adds, and the memory.

    The model is called once, in evaluation mode and without recording. It is left as it was, also by an error: modes,
    hooks, buffers, gradients, and the random state.

    Parameters
    ----------
    model : Module
        What is called once, in evaluation mode.
    input : tuple of int, Tensor or other, optional
        A shape, batch included, for which zeros stand; a tensor or an array; a list of these, for several arguments; a
        dict of them, for keyword arguments. By default the model is not called.
    dtype : dtype, optional
        Of the zeros; by default that of the model's first floating-point parameter. For tokens, an integer one.

    Returns
    -------
    Summary

    Raises
    ------
    TypeError
        If the model is no Module, or the input is none of these.
    ValueError
        If there are lazy layers, which a call would change.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad import nn
    >>> model = nn.Sequential(nn.Conv2d(1, 8, 3), nn.ReLU(), nn.Flatten(), nn.Linear(8 * 26 * 26, 10))
    >>> found = fg.summary(model, (1, 1, 28, 28))
    >>> print(found)
    layer       class       output          parameters  multiply-adds
    -----------------------------------------------------------------
    Sequential  Sequential  (1, 10)                  0              0
      0         Conv2d      (1, 8, 26, 26)          80         48,672
      1         ReLU        (1, 8, 26, 26)           0              0
      2         Flatten     (1, 5408)                0              0
      3         Linear      (1, 10)             54,090         54,080
    <BLANKLINE>
    parameters: 54,170
    multiply-adds: 103 k
    memory: parameters 217 kB, buffers 0 B, input 3.14 kB, outputs of layers 64.9 kB
    """
    if not isinstance(model, nn.Module):
        raise TypeError(f"summary: the model must be a Module, got {type(model).__name__}")
    for path, module in model.named_modules():
        if any(is_lazy(p) for p in [*module._parameters.values(), *module._buffers.values()] if p is not None):
            raise ValueError(f"summary: layer {path or 'itself'} ({type(module).__name__}) is lazy: a call would give "
                             "it its parameters; call the model first")  # fmt: skip
    given: dict[int, list[Any]] = {}
    products: dict[int, int] = {}
    args: list[Any] = []
    kwargs: dict[str, Any] = {}
    if input is not None:
        args, kwargs = _arguments(model, input, dtype)
        given, products = _call(model, args, kwargs)
    return _gathered(model, given, products, sum(t.nbytes for t in _tensors([args, kwargs])))


def _call(model: nn.Module, args: list[Any], kwargs: dict[str, Any]) -> tuple[dict[int, list[Any]], dict[int, int]]:
    """What each module gave, call by call, and its multiply-adds; by the module's address."""
    given: dict[int, list[Any]] = {}

    def see(module: nn.Module, _args: Any, out: Any) -> None:
        given.setdefault(id(module), []).append((_shapes(out), sum(t.nbytes for t in _tensors(out))))

    with kept(model, training=False), contextlib.ExitStack() as hooks, fg.no_grad():
        for module in model.modules():
            hooks.enter_context(module.register_forward_hook(see))
        with profile() as p:
            model(*args, **kwargs)
    s = p._spans
    work = np.where(s.kind == 0, s.work_of, 0)
    counted = (work >= _FIRST_PRODUCT) & (work <= _LAST_PRODUCT) & (s.operations > 0) & (s.module >= 0)
    products: dict[int, int] = {}
    for at in np.flatnonzero(counted):
        key = id(s.modules[int(s.module[at])])
        products[key] = products.get(key, 0) + round(float(s.operations[at]) / 2)
    return given, products


def _arguments(model: nn.Module, input: Any, dtype: Any) -> tuple[list[Any], dict[str, Any]]:
    if dtype is None:
        dtype = next((p.dtype for p in model.parameters() if p.is_floating_point()), fg.float32)

    def made(one: Any) -> Tensor:
        if isinstance(one, Tensor):
            return one.detach()
        if isinstance(one, (tuple, list)) and all(isinstance(n, int) and not isinstance(n, bool) for n in one):
            return fg.zeros(tuple(one), dtype=dtype)
        if hasattr(one, "__array__"):
            return fg.asarray(one)
        raise TypeError("summary: input must be a shape, a tensor, a list of these, or a dict of them, got "
                        f"{type(one).__name__}")  # fmt: skip

    if isinstance(input, Mapping):
        return [], {str(name): made(one) for name, one in input.items()}
    is_shape = isinstance(input, (tuple, list)) and all(isinstance(n, int) for n in input)
    if isinstance(input, (tuple, list)) and not is_shape:
        return [made(one) for one in input], {}
    return [made(input)], {}


def _gathered(model: nn.Module, given: dict[int, list[Any]], products: dict[int, int], input_bytes: int) -> Summary:
    seen: set[int] = set()
    layers: list[LayerRow] = []
    parameter_bytes = output_bytes = 0
    for path, module in model.named_modules():
        own = [p for p in module._parameters.values() if p is not None and id(p) not in seen]
        seen.update(id(p) for p in own)
        parameter_bytes += sum(p.nbytes for p in own)
        calls = given.get(id(module), [])
        made = sum(taken for _, taken in calls)
        if not any(True for _ in module.children()):
            output_bytes += made
        layers.append(
            LayerRow(
                path=path,
                kind=type(module).__name__,
                depth=path.count(".") + 1 if path else 0,
                output=calls[0][0] if calls else None,
                calls=len(calls),
                parameters=sum(p.size for p in own),
                trainable=sum(p.size for p in own if p.requires_grad),
                multiply_adds=products.get(id(module), 0),
                output_bytes=made,
            )
        )
    return Summary(
        tuple(layers),
        sum(row.parameters for row in layers),
        sum(row.trainable for row in layers),
        sum(row.multiply_adds for row in layers),
        parameter_bytes,
        sum(b.nbytes for b in model.buffers()),
        input_bytes,
        output_bytes,
    )


def _tensors(out: Any) -> list[Tensor]:
    if isinstance(out, Tensor):
        return [out]
    inner = out.values() if isinstance(out, Mapping) else out if isinstance(out, (tuple, list)) else ()
    return [t for one in inner for t in _tensors(one)]


def _shapes(out: Any) -> Any:
    if isinstance(out, Tensor):
        return tuple(out.shape)
    if isinstance(out, Mapping):
        return {name: _shapes(one) for name, one in out.items()}
    if isinstance(out, (tuple, list)):
        return [_shapes(one) for one in out]  # a list, so that it is no shape
    return None if out is None else type(out).__name__


def _in_words(output: Any) -> str:
    if isinstance(output, list):
        return f"[{', '.join(_in_words(one) for one in output)}]"
    if isinstance(output, Mapping):
        return "{" + ", ".join(f"{name}: {_in_words(one)}" for name, one in output.items()) + "}"
    return str(output)


def _number(value: int) -> str:
    return f"{value:,}"
