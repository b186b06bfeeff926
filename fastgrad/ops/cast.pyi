# Written by tools/stubs.py.
from collections.abc import Callable
from typing import Any

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import DTypeLike, TensorLike

def astype(x: TensorLike, dtype: DTypeLike, /, *, copy: bool = True, device: str | None = None) -> Tensor:
    """The same numbers in another dtype.

    Floats become integers toward zero, clamped to the dtype's range, NaN as 0; integers wrap; to bool: whether nonzero.

    Parameters
    ----------
    x : Tensor
        What is converted.
    dtype : dtype
        The dtype that it is to have.
    copy : bool
        False: give x itself where it already has the dtype.
    device : {"cpu"}, optional
        Where the result is: there is one device.
    """

def clone(x: TensorLike) -> Tensor:
    """A copy, through which gradients flow; its axes lie in the order of what is copied."""

def contiguous(x: TensorLike) -> Tensor:
    """x itself if it lies in memory in C order, else a copy that does."""

def conversion(dtype: DTypeLike) -> Callable[[Tensor], Tensor]:
    """The method that gives a tensor in this dtype."""

def cpu(self: Tensor) -> Tensor:
    """The tensor itself: it is on the CPU."""

def to(
    self: Tensor,
    *args: Any,
    dtype: DTypeLike | None = None,
    device: str | None = None,
    copy: bool = False,
    non_blocking: bool = False,
    memory_format: Any = None,
) -> Tensor:
    """The tensor in another dtype, or itself if it has it. ``device`` may only be ``"cpu"``; ``non_blocking`` and
    ``memory_format`` choose how PyTorch copies, and change nothing.
    """

def to_device(self: Tensor, device: str, /, *, stream: None = None) -> Tensor:
    """The tensor itself: it is on the CPU, the one ``device`` there is, which has no ``stream``."""
