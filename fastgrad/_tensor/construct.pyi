# Written by tools/stubs.py.
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import DTypeLike

def get_default_float() -> Any:
    """The dtype of Python's floats and of new tensors that are given none."""

def set_default_float(dtype: DTypeLike) -> None:
    """Sets the dtype of Python's floats, of new tensors that are given none and of what integers become beside them:
    for PyTorch's door alone.
    """

def set_float_of_integers(dtype: DTypeLike) -> None:
    """Sets what integers become where floats are computed from them, and beside Python's floats; what is made new
    keeps the default dtype. For NumPy's door alone.
    """

def set_strong_floats(strong: bool) -> None:
    """Has NumPy's float64 scalars, and Python's floats in sequences, be float64 beside narrower floats, as NumPy has it:
    for NumPy's door alone.
    """

def set_weak_zero_dimensional(weak: bool) -> None:
    """Has tensors of 0 dimensions take the dtype of tensors that have some, if their kind of number is no wider: for
    PyTorch's door alone.
    """

def tensor_from(
    data: Any, dtype: DTypeLike | None, share: bool, beside: DTypeLike | None = None, written: bool = False
) -> Tensor:
    """A tensor of an array, a Python number or nested sequences; on the same memory if share and possible.

    Python's numbers take the default dtypes, but float64 `beside` a tensor of that, and the dtype of the tensor that
    they are `written` to if their kind fits into it.
    """
