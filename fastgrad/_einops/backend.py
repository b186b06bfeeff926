"""einops's operations on tensors: reshape, permute and the rest by what fastgrad calls them."""

from __future__ import annotations

from typing import Any

from einops._backends import AbstractBackend

import fastgrad as fg


class FastgradBackend(AbstractBackend):  # type: ignore[misc]  # einops is not typed
    """What einops calls; it finds this class among the subclasses of its own."""

    framework_name = "fastgrad"

    def is_appropriate_type(self, tensor: Any) -> bool:
        return isinstance(tensor, fg.Tensor)

    def from_numpy(self, x: Any) -> fg.Tensor:
        made = fg.asarray(x)
        return made.requires_grad_() if self.is_float_type(made) else made

    def to_numpy(self, x: fg.Tensor) -> Any:
        return x.detach().numpy()

    def arange(self, start: int, stop: int) -> fg.Tensor:
        return fg.arange(start, stop)

    def transpose(self, x: fg.Tensor, axes: Any) -> fg.Tensor:
        return fg.permute_dims(x, tuple(axes))

    def reduce(self, x: fg.Tensor, operation: str, axes: Any) -> Any:
        return getattr(fg, operation)(x, axis=tuple(axes))

    def stack_on_zeroth_dimension(self, tensors: list[fg.Tensor]) -> fg.Tensor:
        return fg.stack(tensors)

    def add_axis(self, x: fg.Tensor, new_position: int) -> fg.Tensor:
        return fg.expand_dims(x, axis=new_position)

    def add_axes(self, x: fg.Tensor, n_axes: int, pos2len: dict[int, int]) -> fg.Tensor:
        for position in pos2len:
            x = self.add_axis(x, position)
        return fg.broadcast_to(x, tuple(pos2len.get(i, n) for i, n in enumerate(x.shape)))

    def tile(self, x: fg.Tensor, repeats: Any) -> fg.Tensor:
        return fg.tile(x, tuple(repeats))

    def concat(self, tensors: Any, axis: int) -> fg.Tensor:
        return fg.concat(tensors, axis=axis)

    def is_float_type(self, x: fg.Tensor) -> bool:
        return x.is_floating_point()

    def layers(self) -> Any:
        from importlib import import_module

        return import_module("einops.layers.fastgrad")

    def einsum(self, pattern: str, *x: fg.Tensor) -> fg.Tensor:
        return fg.einsum(pattern, *x)
