"""Pooling layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastgrad.nn.functional.pool import adaptive_avg_pool2d, as_divisor, avg_pool2d, check_window, max_pool2d
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastgrad._tensor import Tensor
    from fastgrad.nn._common import IntOrPair


class MaxPool2d(Module):
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
        if return_indices:
            raise NotImplementedError("MaxPool2d: return_indices=True is not supported")
        self.kernel_size = kernel_size
        self.stride: IntOrPair = kernel_size if stride is None else stride
        self.padding = padding
        self.dilation = dilation
        self.return_indices = return_indices
        self.ceil_mode = ceil_mode
        check_window("MaxPool2d", self.kernel_size, self.stride, padding, dilation)

    def forward(self, input: Tensor) -> Tensor:
        return max_pool2d(input, self.kernel_size, self.stride, self.padding, self.dilation, self.ceil_mode)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class AvgPool2d(Module):
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
        self.stride: IntOrPair = kernel_size if stride is None else stride
        self.padding = padding
        self.ceil_mode = ceil_mode
        self.count_include_pad = count_include_pad
        self.divisor_override = divisor_override
        check_window("AvgPool2d", self.kernel_size, self.stride, padding)
        as_divisor(divisor_override, "AvgPool2d")

    def forward(self, input: Tensor) -> Tensor:
        return avg_pool2d(
            input,
            self.kernel_size,
            self.stride,
            self.padding,
            self.ceil_mode,
            self.count_include_pad,
            self.divisor_override,
        )

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}"


class AdaptiveAvgPool2d(Module):
    """Make images of a given size of means, by `functional.adaptive_avg_pool2d`.

    Parameters
    ----------
    output_size : int or pair of (int or None)

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.AdaptiveAvgPool2d((1, None))(fg.zeros(1, 3, 9, 8)).shape
    (1, 3, 1, 8)
    """

    def __init__(self, output_size: int | Sequence[int | None] | None) -> None:
        super().__init__()
        self.output_size = output_size

    def forward(self, input: Tensor) -> Tensor:
        return adaptive_avg_pool2d(input, self.output_size)

    def extra_repr(self) -> str:
        return f"output_size={self.output_size}"
