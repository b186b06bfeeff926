"""Names of types in annotations."""

from __future__ import annotations

from typing import Any, Union

from fastgrad._tensor import Tensor as Tensor
from fastgrad._tensor.device import device as _device
from fastgrad._tensor.dtype import dtype as _dtype

Device = Union[_device, str, int, None]  # noqa: UP007 (evaluated by programs)
Number = Union[int, float, bool]  # noqa: UP007
_size = Any
_int, _float, _bool = int, float, bool
_TensorOrTensors = Any
Storage = Any
dtype = _dtype
