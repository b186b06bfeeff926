# Written by tools/stubs.py.
from collections.abc import Sequence

from fastgrad._tensor import Tensor

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

    See Also
    --------
    fastgrad.nn.AdaptiveAvgPool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.adaptive_avg_pool2d(fg.ones(2, 3, 7, 5), 1).shape
    (2, 3, 1, 1)
    """

def as_divisor(divisor_override: int | None, op: str) -> int:
    """What sums are divided by, as an int; 0 for None, the number of elements."""

def avg_pool2d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
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
        As for `max_pool2d` without dilation.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.AvgPool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.avg_pool2d(fg.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
    [[[[2.5, 4.5], [10.5, 12.5]]]]
    """

def check_window(
    op: str,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
) -> None:
    """Refuses, in a layer's name, windows that pooling would refuse whatever the input."""

def max_pool2d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Tensor:
    """Return the largest element of each window; padding never wins, NaN always.

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
        ``H' = floor((H + 2 * padding - dilation * (kernel_size - 1) - 1) / stride) + 1``, or ``ceil``, and likewise
        ``W'``. Minus infinity, with no gradient, where the dilation steps over the whole input.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.MaxPool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.max_pool2d(fg.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
    [[[[5.0, 7.0], [13.0, 15.0]]]]
    """
