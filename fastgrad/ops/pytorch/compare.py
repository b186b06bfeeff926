"""Comparisons, truth and bits, and what is asked of tensors, with PyTorch's names and arguments."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.ops.pytorch.common import into, named, of_one, of_two, tensor_of

eq = of_two(fg.equal, "eq")
ne = of_two(fg.not_equal, "ne")
not_equal = of_two(fg.not_equal)
lt = of_two(fg.less, "lt")
less = of_two(fg.less)
le = of_two(fg.less_equal, "le")
less_equal = of_two(fg.less_equal)
gt = of_two(fg.greater, "gt")
greater = of_two(fg.greater)
ge = of_two(fg.greater_equal, "ge")
greater_equal = of_two(fg.greater_equal)
logical_and = of_two(lambda x, y: fg.logical_and(x, y))
logical_or = of_two(lambda x, y: fg.logical_or(x, y))
logical_xor = of_two(lambda x, y: fg.logical_xor(x, y))
logical_not = of_one(fg.logical_not)
for _function, _name in ((logical_and, "logical_and"), (logical_or, "logical_or"), (logical_xor, "logical_xor")):
    named(_function, _name, getattr(fg, _name))
del _function, _name
bitwise_and = of_two(fg.bitwise_and)
bitwise_or = of_two(fg.bitwise_or)
bitwise_xor = of_two(fg.bitwise_xor)
bitwise_not = of_one(fg.bitwise_invert, "bitwise_not")
bitwise_left_shift = of_two(fg.bitwise_left_shift)
bitwise_right_shift = of_two(fg.bitwise_right_shift)
isfinite = of_one(fg.isfinite)
isinf = of_one(fg.isinf)
isnan = of_one(fg.isnan)
isposinf = of_one(lambda x: x == fg.inf, "isposinf")
isneginf = of_one(lambda x: x == -fg.inf, "isneginf")
isreal = of_one(lambda x: fg.ones_like(x, dtype=fg.bool), "isreal")


def isclose(input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> Any:
    """Whether elements differ by ``atol + rtol * |other|`` at most."""
    tensor_of("isclose", input)
    if input.dtype is not tensor_of("isclose", other, "other").dtype:
        raise RuntimeError(f"isclose: input and other must have one dtype, got {input.dtype} and {other.dtype}")
    return fg.isclose(input, other, rtol, atol, equal_nan)


def allclose(input: Any, other: Any, rtol: float = 1e-05, atol: float = 1e-08, equal_nan: bool = False) -> bool:
    """Whether all elements are close: see `isclose`."""
    return bool(isclose(input, other, rtol, atol, equal_nan).all())


def equal(input: Any, other: Any) -> bool:
    """Whether two tensors have one shape and equal elements."""
    return fg.array_equal(tensor_of("equal", input), tensor_of("equal", other, "other"))


def isin(
    elements: Any,
    test_elements: Any,
    *,
    assume_unique: bool = False,
    invert: bool = False,
    out: Tensor | None = None,
) -> Any:
    """Which elements are among others: see ``fastgrad.isin``, which is as fast without the promise `assume_unique`."""
    return into(out, fg.isin(elements, test_elements, invert=invert))


def is_tensor(obj: Any) -> bool:
    return isinstance(obj, Tensor)


def is_storage(obj: Any) -> bool:
    return False


def is_floating_point(input: Any) -> bool:
    return bool(tensor_of("is_floating_point", input).is_floating_point())


def is_complex(input: Any) -> bool:
    tensor_of("is_complex", input)
    return False


def is_signed(input: Any) -> bool:
    return tensor_of("is_signed", input).dtype.kind in "if"


def is_nonzero(input: Any) -> bool:
    return bool(tensor_of("is_nonzero", input))


def is_same_size(input: Any, other: Any) -> bool:
    return bool(input.shape == other.shape)


def is_conj(input: Any) -> bool:
    return False


def is_neg(input: Any) -> bool:
    return False


def is_inference(input: Any) -> bool:
    return False


def is_distributed(input: Any) -> bool:
    return False


def numel(input: Any) -> int:
    """The number of elements."""
    return int(tensor_of("numel", input).numel())
