"""PyTorch behind the few names that programs use, where it is installed: does it run what fastgrad refuses?"""

from __future__ import annotations

import itertools
from types import SimpleNamespace
from typing import Any

try:
    import torch
except ImportError:
    torch = None


if torch is not None:

    class Function(torch.autograd.Function):
        """One whose result in its argument's memory is a view of that, made under ``no_grad`` if it is called there.

        PyTorch's is a tensor of its own then: what is written to it bypasses the argument's history.
        """

        @classmethod
        def apply(cls, *args: Any) -> Any:
            result = super().apply(*args)
            if torch.is_grad_enabled() or not isinstance(result, torch.Tensor):
                return result
            for a in args:
                if a.data_ptr() == result.data_ptr() and a is not result:
                    return a.as_strided(result.shape, result.stride())
            return result


class Peer:
    """The functions that are called otherwise there; all else is PyTorch's own."""

    def __getattr__(self, name: str) -> Any:
        return getattr(torch, name)

    @property
    def autograd(self) -> Any:
        return SimpleNamespace(Function=Function)

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
    def sort(x: Any, axis: int = -1) -> Any:
        return torch.sort(x, dim=axis, stable=True).values

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
