# Written by tools/stubs.py.
from typing import Any

import numpy as np

from fastgrad._tensor import Tensor

def __array__(self: Tensor, dtype: Any = None, copy: bool | None = None) -> np.ndarray[Any, Any]:
    """NumPy's protocol: what ``np.asarray`` calls."""

def __dlpack__(
    self: Tensor, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: bool | None = None
) -> Any:
    """A DLPack capsule of the tensor's memory.

    Raises BufferError if the tensor requires gradients, or is asked for on another device than the CPU.
    """

def __dlpack_device__(self: Tensor) -> tuple[int, int]:
    """DLPack's name of the CPU: (1, 0)."""

def from_dlpack(x: Any, /, *, device: Any = None, copy: bool | None = None) -> Tensor:
    """A tensor on the memory of any object that has ``__dlpack__`` (arrays of NumPy, PyTorch, JAX on the CPU, ...).

    Parameters
    ----------
    x : object
        What has ``__dlpack__``: an array or tensor of another library, in the CPU's memory.
    device : {"cpu"}, optional
        Where it is: there is one device.
    copy : bool, optional
        True always copies; None and False never do.

    Raises
    ------
    BufferError
        If the memory is not the CPU's, or its dtype is none of fastgrad's.
    """

def numpy(self: Tensor) -> np.ndarray[Any, Any]:
    """A NumPy array that shares memory. Raises RuntimeError if the tensor requires gradients."""

def tolist(self: Tensor) -> list[Any] | Any:
    """The elements as nested lists of Python numbers (a number for 0 dimensions)."""
