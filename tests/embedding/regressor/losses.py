"""A loss as a custom function."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad import Tensor, nn


class Huber(fg.autograd.Function):
    """Quadratic near 0, linear beyond `delta`."""

    @staticmethod
    def forward(ctx: Huber, error: Tensor, delta: float) -> Tensor:
        ctx.save_for_backward(error)
        ctx.delta = delta
        size = error.abs()
        return fg.where(size <= delta, 0.5 * error**2, delta * (size - 0.5 * delta))

    @staticmethod
    def backward(ctx: Huber, grad: Tensor) -> tuple[Tensor, None]:
        (error,) = ctx.saved_tensors
        return grad * error.clip(-ctx.delta, ctx.delta), None


def huber(prediction: Tensor, target: Tensor, delta: float = 1.0) -> Tensor:
    return Huber.apply(prediction - target, delta).mean()


class HuberLoss(nn.Module):
    def __init__(self, delta: float = 1.0) -> None:
        super().__init__()
        self.delta = delta

    def forward(self, input: Tensor, target: Tensor) -> Tensor:
        return huber(input, target, self.delta)

    def extra_repr(self) -> str:
        return f"delta={self.delta}"


class Squares(fg.autograd.Function):
    """Two outputs; the context is not typed."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(x, y)
        return x * x, y * y

    @staticmethod
    def backward(ctx: Any, grad_x: Tensor, grad_y: Tensor) -> tuple[Tensor, Tensor]:
        x, y = ctx.saved_tensors
        return 2.0 * grad_x * x, 2.0 * grad_y * y
