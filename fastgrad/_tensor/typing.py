"""What public functions accept, as types."""

from __future__ import annotations

from collections.abc import Sequence
from types import EllipsisType
from typing import TYPE_CHECKING, Any, SupportsIndex, TypeAlias

import numpy as np

from fastgrad._tensor.dtype import dtype

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor

# A tensor, or what becomes one where a tensor is wanted: an array, a number, nested sequences of numbers.
TensorLike: TypeAlias = "Tensor | np.ndarray[Any, Any] | np.generic | float | Sequence[Any]"
# One of fastgrad's dtypes, or what NumPy takes for one of the same elements.
DTypeLike: TypeAlias = "dtype | np.dtype[Any] | type[Any] | str"
ShapeLike: TypeAlias = "int | Sequence[int]"
# One axis, several, or all of them.
AxisLike: TypeAlias = "int | Sequence[int] | None"
# What stands between the brackets of ``x[...]``: one place for each axis, or a tuple of them.
PlaceLike: TypeAlias = "SupportsIndex | slice | EllipsisType | Tensor | np.ndarray[Any, Any] | Sequence[Any] | None"
IndexLike: TypeAlias = "PlaceLike | tuple[PlaceLike, ...]"
