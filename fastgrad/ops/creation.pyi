# Written by tools/stubs.py.
from typing import Any

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import DTypeLike, ShapeLike, TensorLike

def arange(
    start: float,
    /,
    stop: float | None = None,
    step: float = 1,
    dtype: DTypeLike | None = None,
    *,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """Numbers from start (default 0) up to, not including, stop, in steps: int64 of ints, float32 of floats.

    Raises
    ------
    ValueError
        For a step of 0, and where an end or the step is not finite.
    OverflowError
        If a number is out of the range of an integer dtype.
    """

def asarray(
    obj: Any, /, *, dtype: DTypeLike | None = None, device: str | None = None, copy: bool | None = None
) -> Tensor:
    """A tensor on the same memory where that is possible: of NumPy arrays, and whatever has the buffer protocol.

    Parameters
    ----------
    obj : number, nested sequences of numbers, array or Tensor
        What becomes a tensor; memory of arrays and tensors is shared where it can be.
    dtype : dtype, optional
        By default that of an array, float32 for Python's floats, int64 for its ints.
    copy : bool, optional
        True always copies; False raises ValueError where sharing is impossible.
    """

def empty(
    shape: ShapeLike = (),
    *more: ShapeLike | DTypeLike,
    dtype: DTypeLike | None = None,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of a shape, its elements not set."""

def empty_like(
    x: TensorLike, /, dtype: DTypeLike | None = None, *, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """A tensor like x in shape, layout and dtype, its elements not set."""

def eye(
    n_rows: int,
    n_cols: int | None = None,
    /,
    k: int = 0,
    *,
    dtype: DTypeLike | None = None,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A matrix with ones on diagonal k and zeros elsewhere; float32."""

def from_numpy(array: np.ndarray[Any, Any]) -> Tensor:
    """A tensor that shares the memory of a NumPy array.

    Raises TypeError for anything else, and ValueError where a copy would be needed (other byte orders, misaligned).
    """

def full(
    shape: ShapeLike,
    fill_value: TensorLike,
    dtype: DTypeLike | None = None,
    *,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of one number: float32 for a float, int64 for an int, bool for a bool, unless dtype is given."""

def full_like(
    x: TensorLike,
    /,
    fill_value: TensorLike,
    dtype: DTypeLike | None = None,
    *,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """One number in a tensor like x in shape, layout and dtype."""

def linspace(
    start: float,
    stop: float,
    /,
    num: int = 50,
    *,
    dtype: DTypeLike | None = None,
    device: str | None = None,
    endpoint: bool = True,
    requires_grad: bool = False,
) -> Tensor:
    """``num`` numbers evenly spaced from start to stop (included, unless ``endpoint=False``); float32.

    Raises OverflowError if an end is out of the range of an integer dtype, which gets the numbers rounded down.
    """

def meshgrid(*arrays: TensorLike, indexing: str = "xy") -> tuple[Tensor, ...]:
    """Grids of coordinates: one tensor per vector, of the shape of them all."""

def ones(
    shape: ShapeLike = (),
    *more: ShapeLike | DTypeLike,
    dtype: DTypeLike | None = None,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of ones. ``ones(2, 3)`` and ``ones((2, 3))`` are the same."""

def ones_like(
    x: TensorLike, /, dtype: DTypeLike | None = None, *, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """Ones like x in shape, layout and dtype."""

def tensor(data: Any, dtype: DTypeLike | None = None, device: str | None = None, requires_grad: bool = False) -> Tensor:
    """A new tensor with a copy of the data.

    Parameters
    ----------
    data : number, nested sequences of numbers, array or Tensor
        Python floats become float32, ints int64; arrays keep their dtype.
    dtype : dtype, optional
        By default that of an array, float32 for Python's floats, int64 for its ints.
    device : {"cpu"}, optional
        Where it is: there is one device.
    requires_grad : bool
        Whether gradients are to be found for it, by default not.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.tensor([[1.0, 2.0], [3.0, 4.0]])
    tensor([[1., 2.],
            [3., 4.]])
    """

def tril(x: TensorLike, /, k: int = 0) -> Tensor:
    """The lower triangle of matrices: elements on and below diagonal k, zeros above."""

def triu(x: TensorLike, /, k: int = 0) -> Tensor:
    """The upper triangle of matrices: elements on and above diagonal k, zeros below."""

def zeros(
    shape: ShapeLike = (),
    *more: ShapeLike | DTypeLike,
    dtype: DTypeLike | None = None,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor:
    """A tensor of zeros. ``zeros(2, 3)`` and ``zeros((2, 3))`` are the same."""

def zeros_like(
    x: TensorLike, /, dtype: DTypeLike | None = None, *, device: str | None = None, requires_grad: bool = False
) -> Tensor:
    """Zeros like x in shape, layout and dtype."""
