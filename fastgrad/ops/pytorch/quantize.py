"""Fake quantization: floats rounded to the numbers that an integer type would have, with straight-through gradients.

B. Jacob et al., "Quantization and training of neural networks for efficient integer-arithmetic-only inference", 2018.
"""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.autograd import Function
from fastgrad.ops.pytorch.common import axis_of, tensor_of


class _Fake(Function):
    """Gradients pass where the rounded number lies between the bounds."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, scale: Any, zero_point: Any, low: int, high: int) -> Tensor:
        rounded = fg.round(x * (1.0 / scale)) + zero_point
        ctx.save_for_backward((rounded >= low) & (rounded <= high))
        number = fg.clip(fg.where(fg.isnan(rounded), low, rounded), low, high)  # as a cast to integers has NaN
        result: Tensor = ((number - zero_point) * scale).astype(x.dtype)
        return result

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Any, ...]:
        (inside,) = ctx.saved_tensors
        return g * inside, None, None, None, None


def _fake(name: str, x: Any, scale: Any, zero_point: Any, quant_min: int, quant_max: int) -> Any:
    if not tensor_of(name, x).is_floating_point():
        raise RuntimeError(f"{name}: input must be of floats, got {x.dtype}")
    if quant_min > quant_max:
        raise RuntimeError(f"{name}: quant_min must be at most quant_max, got {quant_min} and {quant_max}")
    points = fg.asarray(zero_point)
    if bool(((points < quant_min) | (points > quant_max)).any()):
        raise RuntimeError(f"{name}: zero_point must lie between {quant_min} and {quant_max}, got {points.tolist()}")
    scale, zero_point = (v.astype(x.dtype) if isinstance(v, Tensor) else v for v in (scale, zero_point))
    return _Fake.apply(x, scale, zero_point, quant_min, quant_max)


def fake_quantize_per_tensor_affine(input: Any, scale: Any, zero_point: Any, quant_min: int, quant_max: int) -> Any:
    """``(clamp(round(x / scale) + zero_point, quant_min, quant_max) - zero_point) * scale``."""
    return _fake("fake_quantize_per_tensor_affine", input, scale, zero_point, quant_min, quant_max)


def fake_quantize_per_channel_affine(
    input: Any, scale: Any, zero_point: Any, axis: int, quant_min: int, quant_max: int
) -> Any:
    """As `fake_quantize_per_tensor_affine`, with a scale and a zero point for each place along an axis."""
    name = "fake_quantize_per_channel_affine"
    at = axis_of(name, axis, tensor_of(name, input).ndim)
    shape = [-1 if i == at else 1 for i in range(input.ndim)]
    for v in (scale, zero_point):
        if tuple(v.shape) != (input.shape[at],):
            raise RuntimeError(
                f"{name}: a number for each of {input.shape[at]} channels is wanted, got {tuple(v.shape)}"
            )
    return _fake(name, input, scale.reshape(shape), zero_point.reshape(shape), quant_min, quant_max)
