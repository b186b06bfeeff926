from typing import Any

import numpy as np

from fastgrad._tensor import Tensor
from fastgrad._typing import DTypeLike, ShapeLike, TensorLike

def arange(
    start: float,
    /,
    stop: float | None = None,
    step: float = 1,
    dtype: DTypeLike | None = None,
    *,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor: ...
def asarray(
    obj: Any, /, *, dtype: DTypeLike | None = None, device: str | None = None, copy: bool | None = None
) -> Tensor: ...
def empty(
    *args: ShapeLike | DTypeLike,
    shape: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor: ...
def empty_like(
    x: TensorLike, /, dtype: DTypeLike | None = None, *, device: str | None = None, requires_grad: bool = False
) -> Tensor: ...
def eye(
    n_rows: int,
    n_cols: int | None = None,
    /,
    k: int = 0,
    *,
    dtype: DTypeLike | None = None,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor: ...
def from_numpy(array: np.ndarray[Any, Any]) -> Tensor: ...
def full(
    shape: ShapeLike,
    fill_value: TensorLike,
    dtype: DTypeLike | None = None,
    *,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor: ...
def full_like(
    x: TensorLike,
    /,
    fill_value: TensorLike,
    dtype: DTypeLike | None = None,
    *,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor: ...
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
) -> Tensor: ...
def meshgrid(*arrays: TensorLike, indexing: str = "xy") -> list[Tensor]: ...
def ones(
    *args: ShapeLike | DTypeLike,
    shape: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor: ...
def ones_like(
    x: TensorLike, /, dtype: DTypeLike | None = None, *, device: str | None = None, requires_grad: bool = False
) -> Tensor: ...
def tensor(
    data: Any, dtype: DTypeLike | None = None, device: str | None = None, requires_grad: bool = False
) -> Tensor: ...
def zeros(
    *args: ShapeLike | DTypeLike,
    shape: ShapeLike | None = None,
    dtype: DTypeLike | None = None,
    device: str | None = None,
    requires_grad: bool = False,
) -> Tensor: ...
def zeros_like(
    x: TensorLike, /, dtype: DTypeLike | None = None, *, device: str | None = None, requires_grad: bool = False
) -> Tensor: ...
