"""What losses made of plain operations share: their arguments, and how they are reduced."""

from __future__ import annotations

from fastgrad._tensor import Tensor
from fastgrad.errors import TensorTypeError, TensorValueError, UnsupportedDtypeError
from fastgrad.ops._common import operand
from fastgrad.ops.reduce import mean, sum


def operands(
    input: Tensor, target: Tensor, op: str, names: tuple[str, str] = ("input", "target")
) -> tuple[Tensor, Tensor]:
    """Both as tensors; of floats one dtype, as every function of networks has it. They broadcast.

    A target of integers or bools is numbers of the input's dtype.
    """
    x = operand(input, op)
    y = operand(target, op, x)
    if not x.is_floating_point():
        raise UnsupportedDtypeError(f"{op}: {names[0]} must be floats, got {x.dtype}; convert with .astype(fg.float32)")
    if not y.is_floating_point():
        return x, y.astype(x.dtype)
    if y.dtype is not x.dtype:
        raise TensorTypeError(
            f"{op}: {names[0]} is {x.dtype} but {names[1]} is {y.dtype}; "
            f"convert the {names[1]} with .astype(fg.{x.dtype})"
        )
    return x, y


def check_shape(x: Tensor, target: Tensor, op: str) -> None:
    """Refuses a target of another shape."""
    if x.shape != target.shape:
        raise TensorValueError(f"{op}: input of shape {x.shape} and target of shape {target.shape} must agree")


def reduced(losses: Tensor, reduction: str) -> Tensor:
    """The losses, their sum or their mean, as `reduction_name` has the word."""
    return losses if reduction == "none" else sum(losses) if reduction == "sum" else mean(losses)
