# Written by tools/stubs.py.
from collections.abc import Sequence

from fastgrad._tensor import Tensor

def fold(
    input: Tensor,
    output_size: int | Sequence[int],
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Tensor:
    """Add columns up into images, each where `unfold` takes it from (col2im).

    Parameters
    ----------
    input : Tensor, shape (N, C * R * S, L) or (C * R * S, L)
        What `unfold` gives for images of this size.
    output_size : int or pair of int
        Height and width of the images.
    kernel_size, dilation, padding, stride
        As `unfold` has them.

    Returns
    -------
    Tensor, shape (N, C, H, W) or (C, H, W)

    Raises
    ------
    ValueError
        If the input's shape is not that of columns of such images, or a number is out of range.

    See Also
    --------
    fastgrad.nn.Fold

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.fold(fg.ones(1, 4, 4), 3, 2)[0, 0].tolist()
    [[1.0, 2.0, 1.0], [2.0, 4.0, 2.0], [1.0, 2.0, 1.0]]
    """

def unfold(
    input: Tensor,
    kernel_size: int | Sequence[int],
    dilation: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    stride: int | Sequence[int] = 1,
) -> Tensor:
    """Return the windows of images as columns (im2col).

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        The images, of which blocks are taken.
    kernel_size : int or pair of int
        The window.
    dilation : int or pair of int, default 1
        Distance between a window's elements.
    padding : int or pair of int, default 0
        Zeros put on both sides of each axis.
    stride : int or pair of int, default 1
        Distance between windows.

    Returns
    -------
    Tensor, shape (N, C * R * S, L) or (C * R * S, L)
        A column for each of the ``L`` windows, row by row, of its channels, rows and columns in this order.
        ``L = H' * W'``, ``H' = (H + 2 * padding - dilation * (R - 1) - 1) // stride + 1``, and likewise ``W'``.

    Raises
    ------
    ValueError
        If the window is larger than the padded input, or a number is out of range.

    See Also
    --------
    fastgrad.nn.Unfold

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.unfold(fg.arange(9.0).reshape(1, 1, 3, 3), 2)[0].tolist()
    [[0.0, 1.0, 3.0, 4.0], [1.0, 2.0, 4.0, 5.0], [3.0, 4.0, 6.0, 7.0], [4.0, 5.0, 7.0, 8.0]]
    """
