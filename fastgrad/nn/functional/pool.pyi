# Written by tools/stubs.py.
from collections.abc import Sequence
from typing import Any

from fastgrad._tensor import Tensor

def as_divisor(divisor_override: int | None, op: str) -> int:
    """What sums are divided by, as an int; 0 for None, the number of elements."""

def avg_pool1d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
) -> Tensor:
    """Return the mean of each window of signals.

    Parameters
    ----------
    input : Tensor, shape (N, C, L) or (C, L)
        Lines of C channels, or one of them without the batch's axis.
    kernel_size, stride, padding, ceil_mode, count_include_pad
        As `avg_pool2d` has them, of one axis.

    Returns
    -------
    Tensor, shape (N, C, L') or (C, L')
        As for `avg_pool2d`.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.AvgPool1d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.avg_pool1d(fg.arange(6.0).reshape(1, 6), 2).tolist()
    [[0.5, 2.5, 4.5]]
    """

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
        Images of C channels, or one of them without the batch's axis.
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

def avg_pool3d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    ceil_mode: bool = False,
    count_include_pad: bool = True,
    divisor_override: int | None = None,
) -> Tensor:
    """Return the mean of each window of volumes.

    Parameters
    ----------
    input : Tensor, shape (N, C, D, H, W) or (C, D, H, W)
        Volumes of C channels, or one of them without the batch's axis.
    kernel_size, stride, padding, ceil_mode, count_include_pad, divisor_override
        As `avg_pool2d` has them, of three axes.

    Returns
    -------
    Tensor, shape (N, C, D', H', W') or (C, D', H', W')
        As for `avg_pool2d`.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.AvgPool3d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.avg_pool3d(fg.arange(8.0).reshape(1, 2, 2, 2), 2).tolist()
    [[[[3.5]]]]
    """

def check_windows(
    op: str,
    axes: int,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None,
    padding: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
) -> None:
    """Refuses, in a layer's name, windows that pooling would refuse whatever the input."""

def lp_pool1d(
    input: Tensor,
    norm_type: float,
    kernel_size: int,
    stride: int | Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the p-norm of each window of signals; see `lp_pool2d`."""

def lp_pool2d(
    input: Tensor,
    norm_type: float,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the p-norm of each window: the root of the sum of its elements' powers.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
    norm_type : float
        p, not zero. Powers are of the elements themselves, not of their absolute values; infinity takes the largest
        absolute value, and minus infinity the smallest.
    kernel_size, stride, ceil_mode
        As `avg_pool2d` has them. A window that covers the input in part counts as if it were full of its mean.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (C, H', W')
        As for `avg_pool2d` without padding.

    Raises
    ------
    ValueError
        If the window is larger than the input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.LPPool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.lp_pool2d(fg.tensor([[[3.0, 4.0], [0.0, 0.0]]]), 2, 2).tolist()
    [[[5.0]]]
    """

def lp_pool3d(
    input: Tensor,
    norm_type: float,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    ceil_mode: bool = False,
) -> Tensor:
    """Return the p-norm of each window of volumes; as `lp_pool2d` of images."""

def max_pool1d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window of signals.

    Parameters
    ----------
    input : Tensor, shape (N, C, L) or (C, L)
        Lines of C channels, or one of them without the batch's axis.
    kernel_size, stride, padding, dilation, ceil_mode, return_indices
        As `max_pool2d` has them, of one axis.

    Returns
    -------
    Tensor, shape (N, C, L') or (C, L')
        As for `max_pool2d`; with `return_indices` a pair of it and the indices.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.MaxPool1d, max_unpool1d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.max_pool1d(fg.arange(6.0).reshape(1, 6), 2).tolist()
    [[1.0, 3.0, 5.0]]
    """

def max_pool1d_with_indices(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """Return what `max_pool1d` gives, and where: the indices along L, int64. `return_indices` changes nothing."""

def max_pool2d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window; padding never wins, NaN always.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
    kernel_size : int or pair of int
        The window.
    stride : int or pair of int, optional
        By default the window's size.
    padding : int or pair of int, default 0
        Minus infinity put on both sides; at most half the window.
    dilation : int or pair of int, default 1
        How many elements apart those are that a window takes.
    ceil_mode : bool, default False
        Whether a last window that only partly covers the input counts.
    return_indices : bool, default False
        Whether to return the pair of `max_pool2d_with_indices`.

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
    fastgrad.nn.MaxPool2d, max_unpool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.max_pool2d(fg.arange(16.0).reshape(1, 1, 4, 4), 2).tolist()
    [[[[5.0, 7.0], [13.0, 15.0]]]]
    """

def max_pool2d_with_indices(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """Return what `max_pool2d` gives, and where: ``row * W + column`` of each channel, int64; of equals the first.

    `return_indices` changes nothing. `max_unpool2d` takes the pair.

    Examples
    --------
    >>> import fastgrad as fg
    >>> values, indices = fg.nn.functional.max_pool2d_with_indices(fg.arange(16.0).reshape(1, 1, 4, 4), 2)
    >>> indices.tolist()
    [[[[5, 7], [13, 15]]]]
    """

def max_pool3d(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> Any:
    """Return the largest element of each window of volumes.

    Parameters
    ----------
    input : Tensor, shape (N, C, D, H, W) or (C, D, H, W)
        Volumes of C channels, or one of them without the batch's axis.
    kernel_size, stride, padding, dilation, ceil_mode, return_indices
        As `max_pool2d` has them, of three axes.

    Returns
    -------
    Tensor, shape (N, C, D', H', W') or (C, D', H', W')
        As for `max_pool2d`; with `return_indices` a pair of it and the indices.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.MaxPool3d, max_unpool3d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.max_pool3d(fg.arange(8.0).reshape(1, 2, 2, 2), 2).tolist()
    [[[[7.0]]]]
    """

def max_pool3d_with_indices(
    input: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    dilation: int | Sequence[int] = 1,
    ceil_mode: bool = False,
    return_indices: bool = False,
) -> tuple[Tensor, Tensor]:
    """Return what `max_pool3d` gives, and where: ``(depth * H + row) * W + column`` of each channel, int64; of equals
    the first. `return_indices` changes nothing.
    """

def max_unpool1d(
    input: Tensor,
    indices: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Put what `max_pool1d` found back to where it was, with zeros elsewhere; see `max_unpool2d`."""

def max_unpool2d(
    input: Tensor,
    indices: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Put what `max_pool2d` found back to where it was, with zeros elsewhere.

    Parameters
    ----------
    input, indices : Tensor, shape (N, C, H, W) or (C, H, W)
        What `max_pool2d_with_indices` returned. Of several values for one place the last stays.
    kernel_size, stride, padding : int or pair of int
        What pooling was given: they say the output's size.
    output_size : sequence of int, optional
        The output's height and width, or whole shape, where pooling rounded it down.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (C, H', W')
        ``H' = (H - 1) * stride - 2 * padding + kernel_size``, and likewise ``W'``, where no size is given.

    Raises
    ------
    ValueError
        If the shapes differ, or the output's size is not one that pooling would have made these of.
    IndexError
        If an index is no place of the output.

    See Also
    --------
    fastgrad.nn.MaxUnpool2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> pooled = fg.nn.functional.max_pool2d_with_indices(fg.arange(4.0).reshape(1, 2, 2), 2)
    >>> fg.nn.functional.max_unpool2d(*pooled, 2).tolist()
    [[[0.0, 0.0], [0.0, 3.0]]]
    """

def max_unpool3d(
    input: Tensor,
    indices: Tensor,
    kernel_size: int | Sequence[int],
    stride: int | Sequence[int] | None = None,
    padding: int | Sequence[int] = 0,
    output_size: Sequence[int] | None = None,
) -> Tensor:
    """Put what `max_pool3d` found back to where it was, with zeros elsewhere; as `max_unpool2d` does with images."""
