"""Pooling: the functions and the layers."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastgrad import ops
from fastgrad._convert import pair
from fastgrad._tensor import Tensor
from fastgrad.nn._common import with_batch, without_batch
from fastgrad.nn.module import Module
from fastgrad.ops.pool import as_divisor

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastgrad.nn._common import IntOrPair


def max_pool2d(
    input: Tensor,
    kernel_size: IntOrPair,
    stride: IntOrPair | None = None,
    padding: IntOrPair = 0,
    dilation: IntOrPair = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """Return the largest element of each window.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    kernel_size : int or pair of int
        The window.
    stride : int or pair of int, optional
        By default the window's size.
    padding : int or pair of int, default 0
        Minus infinity put on both sides; at most half the window.
    dilation : int or pair of int, default 1
    ceil_mode : bool, default False
        Whether a last window that only partly covers the input counts.
    return_indices : bool, default False
        Not supported.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (C, H', W')
        Minus infinity, with no gradient, where the dilation steps over the whole input.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.max_pool2d(fg.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
    [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
    if return_indices:
        raise NotImplementedError("max_pool2d: return_indices=True is not supported")
    added = False
    if not isinstance(input, Tensor) or input.ndim != 4:
        input, added = with_batch("max_pool2d", input)
    result = ops.max_pool2d(input, kernel_size, kernel_size if stride is None else stride, padding, dilation, ceil_mode)
    return without_batch(result, added) if added else result


def avg_pool2d(
    input: Tensor,
    kernel_size: IntOrPair,
    stride: IntOrPair | None = None,
    padding: IntOrPair = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Return the mean of each window.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    kernel_size : int or pair of int
        The window.
    stride : int or pair of int, optional
        By default the window's size.
    padding : int or pair of int, default 0
        Zeros put on both sides; at most half the window.
    ceil_mode : bool, default False
        Whether a last window that only partly covers the input counts.
    count_include_pad : bool, default True
        Whether the zeros count as elements.
    divisor_override : int, optional
        Divide the sums by this, not zero, instead of by the number of elements.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (C, H', W')

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.avg_pool2d(fg.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
    [[[[2.5, 4.5], [10.5, 12.5]]]]
    """
    input, added = with_batch("avg_pool2d", input)
    stride = kernel_size if stride is None else stride
    pooled = ops.avg_pool2d(input, kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override)
    return without_batch(pooled, added)


def adaptive_avg_pool2d(input: Tensor, output_size: int | Sequence[int | None] | None) -> Tensor:
    """Average over windows chosen such that the output has a given size.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
    output_size : int or pair of (int or None)
        Height and width of the output; None keeps the input's.

    Returns
    -------
    Tensor, shape (N, C, *output_size) or (C, *output_size)
        Output row i is the mean of input rows ``floor(i * H / H')`` up to ``ceil((i + 1) * H / H')``.

    Raises
    ------
    ValueError
        If the input is not an image, or a size is below 1.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.adaptive_avg_pool2d(fg.ones(2, 3, 7, 5), 1).shape
    (2, 3, 1, 1)
    """
    input, added = with_batch("adaptive_avg_pool2d", input)
    wanted = (output_size, output_size) if output_size is None or hasattr(output_size, "__index__") else output_size
    try:
        height, width = wanted
    except (TypeError, ValueError):
        raise TypeError(
            f"adaptive_avg_pool2d: output_size must be an int or a pair of int or None, got {output_size!r}"
        ) from None
    size = (input.shape[2] if height is None else height, input.shape[3] if width is None else width)
    return without_batch(ops.adaptive_avg_pool2d(input, pair(size, "adaptive_avg_pool2d", "output_size", 1)), added)


class MaxPool2d(Module):
    """Take the largest element of each window; the arguments are those of `functional.max_pool2d`.

    Parameters
    ----------
    kernel_size : int or pair of int
        The window.
    stride : int or pair of int, optional
        By default the window's size.
    padding : int or pair of int, default 0
        At most half the window.
    dilation : int or pair of int, default 1
    return_indices : bool, default False
        Not supported.
    ceil_mode : bool, default False
        Whether a last window that only partly covers the input counts.

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    Shape: (N, C, H, W) to (N, C, H', W'), or both without N, with
    ``H' = floor((H + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1``, or ``ceil``.

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
        _check_window("MaxPool2d", self.kernel_size, self.stride, padding, dilation)

    def forward(self, input: Tensor) -> Tensor:
        kernel_size, stride, padding = self.kernel_size, self.stride, self.padding
        if isinstance(input, Tensor) and input.ndim == 4:  # what `max_pool2d` comes to
            return ops.max_pool2d(input, kernel_size, stride, padding, self.dilation, self.ceil_mode)
        return max_pool2d(input, kernel_size, stride, padding, self.dilation, self.ceil_mode)

    def extra_repr(self) -> str:
        return (
            f"kernel_size={self.kernel_size}, stride={self.stride}, padding={self.padding}, "
            f"dilation={self.dilation}, ceil_mode={self.ceil_mode}"
        )


class AvgPool2d(Module):
    """Take the mean of each window; the arguments are those of `functional.avg_pool2d`.

    Parameters
    ----------
    kernel_size : int or pair of int
        The window.
    stride : int or pair of int, optional
        By default the window's size.
    padding : int or pair of int, default 0
        At most half the window.
    ceil_mode : bool, default False
        Whether a last window that only partly covers the input counts.
    count_include_pad : bool, default True
        Whether padding counts as elements.
    divisor_override : int, optional
        Divide the sums by this, not zero.

    Raises
    ------
    ValueError
        If a number is out of range.

    Notes
    -----
    Shape: as for `MaxPool2d` without dilation.

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
        _check_window("AvgPool2d", self.kernel_size, self.stride, padding, 1)
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
    """Average over windows chosen such that the output has a given size.

    Parameters
    ----------
    output_size : int or pair of (int or None)
        Height and width of the output; None keeps the input's.

    Notes
    -----
    Shape: (N, C, H, W) to (N, C, *output_size), or both without N.

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


def _check_window(layer: str, kernel: IntOrPair, stride: IntOrPair, padding: IntOrPair, dilation: IntOrPair) -> None:
    window = pair(kernel, layer, "kernel_size", 1)
    pair(stride, layer, "stride", 1)
    pair(dilation, layer, "dilation", 1)
    pads = pair(padding, layer, "padding")
    if 2 * pads[0] > window[0] or 2 * pads[1] > window[1]:
        raise ValueError(f"{layer}: padding should be at most half of kernel size, got {padding!r} and {kernel!r}")
