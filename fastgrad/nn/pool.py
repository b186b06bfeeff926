"""Pooling layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

from fastgrad._tensor.convert import per_axis, real
from fastgrad.errors import TensorValueError
from fastgrad.nn import functional as F
from fastgrad.nn.functional.pool import as_divisor, check_windows
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence

    from fastgrad._tensor import Tensor
    from fastgrad.nn._common import IntOrPair


# ---- over windows ----------------------------------------------------------------------------------------------------


class _MaxPoolNd(Module):
    _axes: ClassVar[int]
    _function: ClassVar[Callable[..., Any]]

    def __init__(
        self,
        kernel_size: IntOrPair,
        stride: IntOrPair | None = None,
        padding: IntOrPair = 0,
        dilation: IntOrPair = 1,
        return_indices: bool = False,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride: IntOrPair = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode
        check_windows(type(self).__name__, self._axes, kernel_size, self.stride, padding, dilation)

    def forward(self, input: Tensor) -> Any:
        return self._function(
            input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode, self.return_indices
        )

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class MaxPool1d(_MaxPoolNd):
    """Take the largest element of each window of signals.

    Parameters
    ----------
    kernel_size, stride, padding, dilation, return_indices, ceil_mode
        As `functional.max_pool1d` has them, which says the shapes, too; a number out of range is a ValueError here.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.MaxPool1d(2)(fg.zeros(1, 3, 9)).shape
    (1, 3, 4)
    """

    _axes = 1
    _function = staticmethod(F.max_pool1d)


class MaxPool2d(_MaxPoolNd):
    """Take the largest element of each window.

    Parameters
    ----------
    kernel_size, stride, padding, dilation, return_indices, ceil_mode
        As `functional.max_pool2d` has them, which says the shapes, too; a number out of range is a ValueError here.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.MaxPool2d(2)(fg.zeros(1, 3, 9, 8)).shape
    (1, 3, 4, 4)
    """

    _axes = 2
    _function = staticmethod(F.max_pool2d)


class MaxPool3d(_MaxPoolNd):
    """Take the largest element of each window of volumes.

    Parameters
    ----------
    kernel_size, stride, padding, dilation, return_indices, ceil_mode
        As `functional.max_pool3d` has them, which says the shapes, too; a number out of range is a ValueError here.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.MaxPool3d(2)(fg.zeros(1, 3, 9, 8, 4)).shape
    (1, 3, 4, 4, 2)
    """

    _axes = 3
    _function = staticmethod(F.max_pool3d)


class _MaxUnpoolNd(Module):
    _axes: ClassVar[int]
    _function: ClassVar[Callable[..., Tensor]]

    def __init__(self, kernel_size: IntOrPair, stride: IntOrPair | None = None, padding: IntOrPair = 0) -> None:
        super().__init__()
        name = type(self).__name__
        self.kernel_size: tuple[int, ...] = per_axis(kernel_size, self._axes, name, "kernel_size", 1)
        self.stride: tuple[int, ...] = per_axis(
            kernel_size if stride is None else stride, self._axes, name, "stride", 1
        )
        self.padding: tuple[int, ...] = per_axis(padding, self._axes, name, "padding", 0)

    def forward(self, input: Tensor, indices: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        return self._function(input, indices, self.kernel_size, self.stride, self.padding, output_size)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class MaxUnpool1d(_MaxUnpoolNd):
    """Put what `MaxPool1d` found back to where it was, by `functional.max_unpool1d`.

    Parameters
    ----------
    kernel_size, stride, padding
        The pooling's. What is called gets the pooled signals, their indices, and if wanted the output's size.

    Examples
    --------
    >>> import fastgrad as fg
    >>> pooled = fg.nn.MaxPool1d(2, return_indices=True)(fg.tensor([[1.0, 2.0, 4.0, 3.0]]))
    >>> fg.nn.MaxUnpool1d(2)(*pooled).tolist()
    [[0.0, 2.0, 4.0, 0.0]]
    """

    _axes = 1
    _function = staticmethod(F.max_unpool1d)


class MaxUnpool2d(_MaxUnpoolNd):
    """Put what `MaxPool2d` found back to where it was, by `functional.max_unpool2d`.

    Parameters
    ----------
    kernel_size, stride, padding
        The pooling's. What is called gets the pooled images, their indices, and if wanted the output's size.

    Examples
    --------
    >>> import fastgrad as fg
    >>> pooled = fg.nn.MaxPool2d(2, return_indices=True)(fg.zeros(1, 3, 9, 8))
    >>> fg.nn.MaxUnpool2d(2)(*pooled, output_size=(9, 8)).shape
    (1, 3, 9, 8)
    """

    _axes = 2
    _function = staticmethod(F.max_unpool2d)


class MaxUnpool3d(_MaxUnpoolNd):
    """Put what `MaxPool3d` found back to where it was, by `functional.max_unpool3d`.

    Parameters
    ----------
    kernel_size, stride, padding
        The pooling's. What is called gets the pooled volumes, their indices, and if wanted the output's size.

    Examples
    --------
    >>> import fastgrad as fg
    >>> pooled = fg.nn.MaxPool3d(2, return_indices=True)(fg.zeros(1, 3, 4, 6, 8))
    >>> fg.nn.MaxUnpool3d(2)(*pooled).shape
    (1, 3, 4, 6, 8)
    """

    _axes = 3
    _function = staticmethod(F.max_unpool3d)


class _AvgPoolNd(Module):
    kernel_size: Any
    stride: Any
    padding: Any
    ceil_mode: bool
    count_include_pad: bool

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AvgPool1d(_AvgPoolNd):
    """Take the mean of each window of signals.

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode, count_include_pad
        As `functional.avg_pool1d` has them, which says the shapes, too; a number out of range is a ValueError here.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.AvgPool1d(3, stride=2, padding=1)(fg.zeros(1, 3, 9)).shape
    (1, 3, 5)
    """

    def __init__(
        self,
        kernel_size: IntOrPair,
        stride: IntOrPair | None = None,
        padding: IntOrPair = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
    ) -> None:
        super().__init__()
        stride = kernel_size if stride is None else stride
        check_windows("AvgPool1d", 1, kernel_size, stride, padding)
        self.kernel_size: Any = per_axis(kernel_size, 1, "AvgPool1d", "kernel_size", 1)
        self.stride: Any = per_axis(stride, 1, "AvgPool1d", "stride", 1)
        self.padding: Any = per_axis(padding, 1, "AvgPool1d", "padding", 0)
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad

    def forward(self, input: Tensor) -> Tensor:
        return F.avg_pool1d(input, self.kernel_size, self.stride, self.padding, self.ceil_mode, self.count_include_pad)


class _DividedAvgPoolNd(_AvgPoolNd):
    """Of images and volumes, whose divisor may be given."""

    _axes: ClassVar[int]
    _function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        kernel_size: IntOrPair,
        stride: IntOrPair | None = None,
        padding: IntOrPair = 0,
        ceil_mode: bool = False,
        count_include_pad: bool = True,
        divisor_override: int | None = None,
    ) -> None:
        super().__init__()
        self.kernel_size = kernel_size
        self.stride: Any = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override
        check_windows(type(self).__name__, self._axes, kernel_size, self.stride, padding)
        as_divisor(divisor_override, type(self).__name__)

    def forward(self, input: Tensor) -> Tensor:
        return self._function(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )


class AvgPool2d(_DividedAvgPoolNd):
    """Take the mean of each window.

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As `functional.avg_pool2d` has them, which says the shapes, too; a number out of range is a ValueError here.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.AvgPool2d(3, stride=2, padding=1)(fg.zeros(1, 3, 9, 8)).shape
    (1, 3, 5, 4)
    """

    _axes = 2
    _function = staticmethod(F.avg_pool2d)


class AvgPool3d(_DividedAvgPoolNd):
    """Take the mean of each window of volumes.

    Parameters
    ----------
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As `functional.avg_pool3d` has them, which says the shapes, too; a number out of range is a ValueError here.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.AvgPool3d(3, stride=2, padding=1)(fg.zeros(1, 3, 9, 8, 4)).shape
    (1, 3, 5, 4, 2)
    """

    _axes = 3
    _function = staticmethod(F.avg_pool3d)


class _LPPoolNd(Module):
    _axes: ClassVar[int]
    _function: ClassVar[Callable[..., Tensor]]

    def __init__(
        self,
        norm_type: float,
        kernel_size: IntOrPair,
        stride: IntOrPair | None = None,
        ceil_mode: bool = False,
    ) -> None:
        super().__init__()
        self.norm_type = norm_type
        self.kernel_size = kernel_size
        self.stride = stride
        self.ceil_mode = ceil_mode
        name = type(self).__name__
        if not real(norm_type, name, "norm_type"):
            raise TensorValueError(f"{name}: norm_type must not be zero")
        check_windows(name, self._axes, kernel_size, stride, 0)

    def forward(self, input: Tensor) -> Tensor:
        return self._function(input, float(self.norm_type), self.kernel_size, self.stride, self.ceil_mode)

    def extra_repr(self) -> str:
        return (
            f"norm_type={self.norm_type}, kernel_size={self.kernel_size}, stride={self.stride}, "
            f"ceil_mode={self.ceil_mode}"
        )


class LPPool1d(_LPPoolNd):
    """Take the p-norm of each window of signals, by `functional.lp_pool1d`.

    Parameters
    ----------
    norm_type, kernel_size, stride, ceil_mode
        As `functional.lp_pool2d` has them, of one axis.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.LPPool1d(2, 3)(fg.zeros(1, 3, 9)).shape
    (1, 3, 3)
    """

    _axes = 1
    _function = staticmethod(F.lp_pool1d)


class LPPool2d(_LPPoolNd):
    """Take the p-norm of each window.

    Parameters
    ----------
    norm_type, kernel_size, stride, ceil_mode
        As `functional.lp_pool2d` has them, which says the shapes, too.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.LPPool2d(2, 3)(fg.zeros(1, 3, 9, 8)).shape
    (1, 3, 3, 2)
    """

    _axes = 2
    _function = staticmethod(F.lp_pool2d)


class LPPool3d(_LPPoolNd):
    """Take the p-norm of each window of volumes, by `functional.lp_pool3d`.

    Parameters
    ----------
    norm_type, kernel_size, stride, ceil_mode
        As `functional.lp_pool2d` has them, of three axes.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.LPPool3d(2, 3)(fg.zeros(1, 3, 9, 8, 4)).shape
    (1, 3, 3, 2, 1)
    """

    _axes = 3
    _function = staticmethod(F.lp_pool3d)
