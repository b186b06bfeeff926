"""PyTorch behind the few names that programs use, where it is installed: does it run what fastgrad refuses?"""

from __future__ import annotations

import inspect
import itertools
import re
from types import SimpleNamespace
from typing import Any

import numpy as np

try:
    import torch
except ImportError:
    torch = None


if torch is not None:

    class Function(torch.autograd.Function):
        """Takes arguments by name. A result in an argument's memory is a view of it, also under ``no_grad``; one in the
        memory of what `forward` alone has seen is a tensor of its own.

        PyTorch's is a tensor of its own in the first case, so that what is written to it bypasses the argument's
        history, and a view in the second.
        """

        @classmethod
        def apply(cls, *args: Any, **kwargs: Any) -> Any:
            if kwargs:
                context = () if cls.setup_context is not torch.autograd.Function.setup_context else (None,)
                args = inspect.signature(cls.forward).bind(*context, *args, **kwargs).args[len(context) :]
            result = super().apply(*args)
            if not isinstance(result, torch.Tensor):
                return result
            arguments = [a for a in args if isinstance(a, torch.Tensor) and a.data_ptr() == result.data_ptr()]
            if not arguments:
                return result if result._base is None else result.clone()
            if torch.is_grad_enabled() or arguments[0] is result:
                return result
            return arguments[0].as_strided(result.shape, result.stride())


def translated(source: str) -> str:
    """A line as PyTorch is given it: ``data`` says there, as fastgrad's does, that the memory has changed.

    Who retains a gradient is left alone: PyTorch crashes where a view of such an output of a function is written to.
    """
    source = source.replace(".data.", ".detach().").replace(".data[", ".detach()[")
    source = re.sub(r"^(\w+)\.retain_grad\(\)$", r"\1.requires_grad or \1.retain_grad()", source)
    return re.sub(r"^(\w+)\.data = (.*)$", r"\1.data = \2; \1.detach().add_(0.0)", source)


class Peer:
    """The functions that are called otherwise there; all else is PyTorch's own."""

    def __getattr__(self, name: str) -> Any:
        return getattr(torch, name)

    @property
    def autograd(self) -> Any:
        return SimpleNamespace(Function=Function, function=torch.autograd.function, grad=torch.autograd.grad)

    @staticmethod
    def var(x: Any, axis: int) -> Any:
        return x.var(dim=axis, unbiased=False)

    @staticmethod
    def max(x: Any, axis: int) -> Any:
        return x.amax(axis)

    @staticmethod
    def min(x: Any, axis: int) -> Any:
        return x.amin(axis)

    @staticmethod
    def sort(x: Any, axis: int = -1, descending: bool = False) -> Any:
        return torch.sort(x, dim=axis, descending=descending, stable=True).values

    @staticmethod
    def topk(x: Any, k: int, axis: int, largest: bool) -> Any:
        return tuple(part.narrow(axis, 0, k) for part in torch.sort(x, dim=axis, descending=largest, stable=True))

    @staticmethod
    def asarray(x: Any) -> Any:
        """PyTorch's takes tensors of one element for numbers, without their history."""
        return torch.stack([Peer.asarray(part) for part in x]) if isinstance(x, list) else x

    @staticmethod
    def take(x: Any, i: Any, axis: int) -> Any:
        return torch.index_select(x, axis, i)

    @staticmethod
    def pad(x: Any, widths: Any, mode: str = "constant") -> Any:
        if mode == "constant":
            return torch.nn.functional.pad(x, [n for pair in reversed(widths) for n in pair])
        for axis, pair in enumerate(widths):
            x = torch.index_select(x, axis, torch.tensor(np.pad(np.arange(x.shape[axis]), pair, mode)))
        return x

    @staticmethod
    def norm(x: Any, axis: int) -> Any:
        return torch.linalg.vector_norm(x, dim=axis)

    @staticmethod
    def cumulative_sum(x: Any, axis: int) -> Any:
        return torch.cumsum(x, axis)

    @staticmethod
    def softmax(x: Any, axis: int) -> Any:
        return torch.softmax(x, axis)

    @staticmethod
    def log_softmax(x: Any, axis: int) -> Any:
        return torch.log_softmax(x, axis)

    @staticmethod
    def logsumexp(x: Any, axis: int) -> Any:
        return torch.logsumexp(x, axis)

    @staticmethod
    def concat(xs: Any, axis: int = 0) -> Any:
        return torch.cat(list(xs), axis)

    @staticmethod
    def stack(xs: Any, axis: int = 0) -> Any:
        return torch.stack(list(xs), axis)

    @staticmethod
    def unstack(x: Any, axis: int = 0) -> Any:
        return torch.unbind(x, axis)

    @staticmethod
    def split(x: Any, places: list[int], axis: int = 0) -> Any:
        ends = [0, *places, x.shape[axis]]
        return torch.split(x, [b - a for a, b in itertools.pairwise(ends)], axis)

    @staticmethod
    def take_along_axis(x: Any, i: Any, axis: int) -> Any:
        return torch.take_along_dim(x, i, axis)

    @staticmethod
    def roll(x: Any, shift: int, axis: int) -> Any:
        return torch.roll(x, shift, axis)
