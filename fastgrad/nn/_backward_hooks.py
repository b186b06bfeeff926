"""Hooks of a module's backward pass: what is around a call that has some.

Arguments and outputs pass through functions that change nothing, whose rules see all gradients of either at once.
"""

from __future__ import annotations

from typing import Any

from fastgrad._tensor import Tensor
from fastgrad.autograd._mode import is_grad_enabled
from fastgrad.autograd.function import Function
from fastgrad.nn import _call


class _Seen(Function):
    """Tensors as they are; their gradients are what a function makes of these."""

    @staticmethod
    def forward(ctx: Any, see: Any, *tensors: Tensor) -> tuple[Tensor, ...]:
        ctx.see = see
        ctx.set_materialize_grads(False)
        ctx.mark_non_differentiable(*(tensor for tensor in tensors if not tensor.requires_grad))
        return tensors

    @staticmethod
    def backward(ctx: Any, *grads: Tensor | None) -> tuple[Any, ...]:
        return (None, *ctx.see(grads))


class _Places:
    """Where in a tuple there are tensors."""

    def __init__(self, values: tuple[Any, ...]) -> None:
        self.count = len(values)
        self.places = [i for i, value in enumerate(values) if isinstance(value, Tensor)]

    def spread(self, grads: Any) -> tuple[Tensor | None, ...]:
        """Gradients of the tensors with None for what is none."""
        found: list[Tensor | None] = [None] * self.count
        for place, grad in zip(self.places, grads, strict=True):
            found[place] = grad
        return tuple(found)

    def gather(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        """The opposite."""
        return tuple(grads[place] for place in self.places)


class AroundModule:
    """What a call of a module with backward hooks is wrapped in."""

    def __init__(self, module: Any) -> None:
        self.module = module
        own = module.__dict__
        self.before = [*_call.every_backward_pre.values(), *own.get("_backward_pre_hooks", {}).values()]
        self.after = [*_call.every_backward.values(), *own.get("_backward_hooks", {}).values()]
        self.arguments: _Places | None = None  # None where no argument requires a gradient
        self.argument_count = 0
        self.output_grads: tuple[Any, ...] | None = None

    def enter(self, args: tuple[Any, ...]) -> tuple[Any, ...]:
        """The arguments, whose gradients will be seen."""
        self.argument_count = len(args)
        passed, places = self._through(args, self._see_argument_grads)
        self.arguments = places if self.after else None
        return passed if self.after else args

    def leave(self, result: Any) -> Any:
        """The result, whose gradients will be seen."""
        if not isinstance(result, (Tensor, tuple)):
            import warnings

            warnings.warn(
                f"the output of {type(self.module).__name__} is a {type(result).__name__}: hooks of its backward pass "
                "are called for a Tensor or a tuple of tensors",
                stacklevel=2,
            )
            return result
        outputs = result if isinstance(result, tuple) else (result,)
        self.outputs = _Places(outputs)
        passed, _ = self._through(outputs, self._see_output_grads)
        if not isinstance(result, tuple):
            return passed[0]
        return type(result)(*passed) if hasattr(result, "_fields") else passed

    def _through(self, values: tuple[Any, ...], see: Any) -> tuple[tuple[Any, ...], _Places | None]:
        places = _Places(values)
        tensors = places.gather(values)
        if not is_grad_enabled() or not any(tensor.requires_grad for tensor in tensors):
            return values, None
        passed = list(values)
        for place, tensor in zip(places.places, _Seen.apply(see, *tensors), strict=True):
            passed[place] = tensor
        return tuple(passed), places

    def _see_output_grads(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        seen = self.outputs.spread(grads)
        for hook in self.before:
            seen = self._replaced(hook(self.module, seen), seen, "full backward pre-hook")
        self.output_grads = seen
        if self.arguments is None:
            none = (None,) * self.argument_count
            for hook in self.after:
                replaced = hook(self.module, none, seen)
                if replaced is not None and any(grad is not None for grad in _tuple(replaced)):
                    raise RuntimeError(
                        f"a backward hook of {type(self.module).__name__}, no input of which requires a gradient, must "
                        "return None"
                    )
        return self.outputs.gather(seen)

    def _see_argument_grads(self, grads: tuple[Any, ...]) -> tuple[Any, ...]:
        places = self.arguments
        assert places is not None
        seen = places.spread(grads)
        for hook in self.after:
            seen = self._replaced(hook(self.module, seen, self.output_grads), seen, "full backward hook")
        self.output_grads = None
        return places.gather(seen)

    def _replaced(self, replaced: Any, seen: tuple[Any, ...], what: str) -> tuple[Any, ...]:
        if replaced is None:
            return seen
        grads = _tuple(replaced)
        if len(grads) != len(seen):
            raise RuntimeError(
                f"a {what} of {type(self.module).__name__} must return None or {len(seen)} gradients, got {len(grads)}"
            )
        return grads


def _tuple(grads: Any) -> tuple[Any, ...]:
    return grads if isinstance(grads, tuple) else (grads,)
