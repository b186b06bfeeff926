"""What PyTorch's programs wrap models and tensors in: `DataParallel`, which without accelerators calls its module, and
`Variable`, which is a tensor."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.torch._refused import refused

__all__ = ["DataParallel", "Variable"]


class DataParallel(fg.nn.Module):
    """Calls a module, as PyTorch's does where there are no accelerators.

    Parameters
    ----------
    module : Module
    device_ids, output_device, dim : optional
        Of accelerators, and there are none.
    """

    def __init__(self, module: Any, device_ids: Any = None, output_device: Any = None, dim: int = 0) -> None:
        super().__init__()
        self.module = module
        self.device_ids: list[int] = []
        self.dim = dim

    def forward(self, *inputs: Any, **kwargs: Any) -> Any:
        return self.module(*inputs, **kwargs)


class DistributedDataParallel(DataParallel):
    """Calls a module: in a group of one process there are no gradients to share.

    Parameters
    ----------
    module : Module
    device_ids, output_device, dim : optional
        As `DataParallel`'s.
    **words
        How PyTorch shares gradients.
    """

    def __init__(
        self, module: Any, device_ids: Any = None, output_device: Any = None, dim: int = 0, **words: Any
    ) -> None:
        super().__init__(module, device_ids, output_device, dim)
        self.require_backward_grad_sync = True

    @contextmanager
    def no_sync(self) -> Iterator[None]:
        """Share no gradients inside the block."""
        before, self.require_backward_grad_sync = self.require_backward_grad_sync, False
        try:
            yield
        finally:
            self.require_backward_grad_sync = before


class ZeroRedundancyOptimizer:
    """Gives the optimizer itself: of one process there is no state to share.

    Parameters
    ----------
    params : iterable
    optimizer_class : type
    process_group, parameters_as_bucket_view, overlap_with_ddp : optional
        How processes share.
    **defaults
        The optimizer's own.
    """

    def __new__(
        cls,
        params: Any,
        optimizer_class: Any,
        process_group: Any = None,
        parameters_as_bucket_view: bool = False,
        overlap_with_ddp: bool = False,
        **defaults: Any,
    ) -> Any:
        return optimizer_class(params, **defaults)


_NONE = "there are no accelerators; the module itself computes the same"

scatter = refused("torch.nn.parallel.scatter", _NONE)
scatter_kwargs = refused("torch.nn.parallel.scatter_kwargs", _NONE)
gather = refused("torch.nn.parallel.gather", _NONE)
replicate = refused("torch.nn.parallel.replicate", _NONE)
parallel_apply = refused("torch.nn.parallel.parallel_apply", _NONE)


class _Variable(type):
    def __call__(cls, data: Any, requires_grad: bool = False, volatile: bool = False) -> Any:
        found = data if isinstance(data, Tensor) else fg.asarray(data)
        if found.requires_grad == requires_grad:
            return found
        return found.detach().requires_grad_(requires_grad)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor)


class Variable(metaclass=_Variable):
    """A tensor: what PyTorch's programs of before 0.4 wrap tensors in."""
