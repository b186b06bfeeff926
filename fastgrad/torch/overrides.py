"""Who takes part in PyTorch's dispatch: tensors, as they are."""

from __future__ import annotations

from typing import Any

from fastgrad._tensor import Tensor


def is_tensor_like(inp: Any) -> bool:
    return isinstance(inp, Tensor)


def has_torch_function(relevant_args: Any) -> bool:
    return False


def has_torch_function_unary(obj: Any) -> bool:
    return False


def has_torch_function_variadic(*args: Any) -> bool:
    return False


def handle_torch_function(*args: Any, **kwargs: Any) -> Any:
    return NotImplemented
