# Written by tools/stubs.py.
from typing import Any

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad._typing import DTypeLike

FORMATS: tuple[int, ...]

def __array__(self: Tensor, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
    """NumPy's protocol: what ``np.asarray`` calls."""

def __copy__(self: Tensor) -> Tensor:
    """Another tensor on the same memory with the same history, of the same class and with its attributes.

    A leaf's is a leaf of its own where it requires gradients or is a subclass's; else it is a view.
    """

def __deepcopy__(self: Tensor, memo: dict[int, Any]) -> Tensor:
    """A copy of the values and of ``grad``, with the attributes of a subclass."""

def __dlpack__(
    self: Tensor, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
) -> Any:
    """A DLPack capsule of the tensor's memory.

    Raises BufferError if the tensor requires gradients, or is asked for on another device than the CPU.
    """

def __dlpack_device__(self: Tensor) -> tuple[int, int]:
    """DLPack's name of the CPU: (1, 0)."""

def __reduce_ex__(self: Tensor, protocol: Any) -> tuple[Any, ...]:
    """Pickled by value, as plain bytes; history does not travel."""

def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor on the memory of any object that has ``__dlpack__`` (arrays of NumPy, PyTorch, JAX on the CPU, ...).

    Parameters
    ----------
    x : object
    device : {"cpu"}, optional
    copy : bool, optional
        True always copies; None and False never do.

    Raises
    ------
    BufferError
        If the memory is not the CPU's, or its dtype is none of fastgrad's.
    """

def numpy(self: Tensor) -> np.ndarray[Any, Any]:
    """A NumPy array that shares memory. Raises RuntimeError if the tensor requires gradients."""

def tensor_from(
    data: Any, dtype: DTypeLike | None, share: bool, beside: DTypeLike | None = None, written: bool = False
) -> Tensor:
    """A tensor of an array, a Python number or nested sequences; on the same memory if share and possible.

    Python's numbers take the default dtypes, but float64 `beside` a tensor of that, and the dtype of the tensor that
    they are `written` to if their kind fits into it.
    """

def tolist(self: Tensor) -> list[Any] | Any:
    """The elements as nested lists of Python numbers (a number for 0 dimensions)."""
