# Written by tools/stubs.py.
from collections.abc import Sequence

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

def check_padding(padding: int | Sequence[int] | str, op: str, stride: tuple[int, ...]) -> None:
    """Refuses words that are no padding, and "same" with a stride that has no same size."""

def conv1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """Cross-correlate signals with filters.

    Parameters
    ----------
    input : Tensor, shape (N, C, L) or (C, L)
        Images of C channels, or one of them without the batch's axis.
    weight : Tensor, shape (K, C / groups, S)
        The kernels of the K output channels.
    bias : Tensor, shape (K,), optional
        What is added to each output channel.
    stride, padding, dilation, groups
        As `conv2d` has them, of one axis.

    Returns
    -------
    Tensor, shape (N, K, L') or (K, L')
        ``L' = (L + 2 * padding - dilation * (S - 1) - 1) // stride + 1``. Its memory is channels last.

    Raises
    ------
    ValueError
        If the shapes do not fit, the filter is larger than the padded input, or a number is out of range.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.Conv1d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv1d(fg.tensor([[[1.0, 2.0, 4.0]]]), fg.tensor([[[-1.0, 1.0]]])).tolist()
    [[[1.0, 2.0]]]
    """

def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """Cross-correlate images with filters.

    Parameters
    ----------
    input : Tensor, shape (N, C, H, W) or (C, H, W)
        Images of C channels, or one of them without the batch's axis.
    weight : Tensor, shape (K, C / groups, R, S)
        The kernels of the K output channels.
    bias : Tensor, shape (K,), optional
        What is added to each output channel.
    stride : int or pair of int, default 1
        How many elements a window lies behind the one before.
    padding : int, pair of int, "valid" or "same", default 0
        Zeros put on both sides of each axis. "valid" is none; "same" keeps height and width and needs stride 1. Where
        "same" needs an odd number of zeros, the last one goes to the end of the axis.
    dilation : int or pair of int, default 1
        Distance between the filter's elements.
    groups : int, default 1
        Channels and filters are cut into this many groups, each convolved by itself.

    Returns
    -------
    Tensor, shape (N, K, H', W') or (K, H', W')
        ``H' = (H + 2 * padding - dilation * (R - 1) - 1) // stride + 1``, and likewise ``W'``. Its memory is channels
        last.

    Raises
    ------
    ValueError
        If the shapes do not fit, the filter is larger than the padded input, or a number is out of range.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.Conv2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv2d(fg.ones(1, 1, 5, 5), fg.ones(2, 1, 3, 3), padding=1).shape
    (1, 2, 5, 5)
    """

def conv3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] | str = 0,
    dilation: int | Sequence[int] = 1,
    groups: int = 1,
) -> Tensor:
    """Cross-correlate volumes with filters.

    Parameters
    ----------
    input : Tensor, shape (N, C, D, H, W) or (C, D, H, W)
        Images of C channels, or one of them without the batch's axis.
    weight : Tensor, shape (K, C / groups, Q, R, S)
        The kernels of the K output channels.
    bias : Tensor, shape (K,), optional
        What is added to each output channel.
    stride, padding, dilation, groups
        As `conv2d` has them, of three axes.

    Returns
    -------
    Tensor, shape (N, K, D', H', W') or (K, D', H', W')
        ``D' = (D + 2 * padding - dilation * (Q - 1) - 1) // stride + 1``, and likewise ``H'`` and ``W'``. Its memory is
        channels last.

    Raises
    ------
    ValueError
        If the shapes do not fit, the filter is larger than the padded input, or a number is out of range.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.Conv3d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv3d(fg.ones(1, 1, 4, 5, 6), fg.ones(2, 1, 3, 3, 3), padding=1).shape
    (1, 2, 4, 5, 6)
    """

def conv_activated(
    axes: int,
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: int | Sequence[int],
    padding: int | Sequence[int] | str,
    dilation: int | Sequence[int],
    groups: int,
    activation: str | None,
) -> Tensor:
    """`conv1d` to `conv3d`, then the activation, None, "relu", "sigmoid", "tanh", "silu" or "gelu"; bit for bit what
    the two give.

    In one pass, unless a gradient is recorded that is made of the activation's input ("silu", "gelu").
    """

def conv_normalized(
    axes: int,
    x: TensorLike,
    weight: Tensor,
    bias: Tensor | None,
    stride: int | Sequence[int],
    padding: int | Sequence[int],
    dilation: int | Sequence[int],
    groups: int,
    norm: tuple[Tensor, Tensor, Tensor | None, Tensor | None, float],
    activation: str | None = None,
) -> Tensor:
    """batch_norm of `conv1d` to `conv3d` by running statistics, then the activation, in one pass; bit for bit what the
    three give.

    Nothing is recorded.

    Parameters
    ----------
    axes : int
        1, 2 or 3.
    x, weight, bias, stride, padding, dilation, groups, activation
        As these have them, x with its batch axis.
    norm : tuple
        running_mean, running_var, weight, bias, eps, as `batch_norm` has them: Tensors of shape (K,), and a float.

    Returns
    -------
    Tensor, shape (N, K, ...)
        Its memory is channels last.

    Raises
    ------
    RuntimeError
        If an operand requires a gradient, and gradients are enabled.
    """

def conv_tbc(input: Tensor, weight: Tensor, bias: Tensor, pad: int = 0) -> Tensor:
    """`conv1d` of signals whose first axis is time.

    Parameters
    ----------
    input : Tensor, shape (L, N, C)
        Lines of C channels, time first.
    weight : Tensor, shape (S, C, K)
        The kernels, S elements long, of K output channels.
    bias : Tensor, shape (K,)
        What is added to each output channel.
    pad : int, default 0
        Zeros put on both sides of the first axis.

    Returns
    -------
    Tensor, shape (L', N, K)
        ``L' = L + 2 * pad - S + 1``.

    Raises
    ------
    ValueError
        If the shapes do not fit, or the filter is longer than the padded input.
    TypeError
        If the dtypes differ or are not floating-point.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv_tbc(fg.ones(9, 2, 3), fg.ones(5, 3, 8), fg.zeros(8), pad=2).shape
    (9, 2, 8)
    """

def conv_transpose1d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """Transposed convolution of signals: what `conv1d` does to a gradient on its way back.

    Parameters
    ----------
    input : Tensor, shape (N, K, L) or (K, L)
        Images of K channels, or one of them without the batch's axis.
    weight : Tensor, shape (K, C / groups, S)
        The kernels: what an element of each of the K channels adds to its group's channels.
    bias : Tensor, shape (C,), optional
        What is added to each output channel.
    stride, padding, output_padding, groups, dilation
        As `conv_transpose2d` has them, of one axis.

    Returns
    -------
    Tensor, shape (N, C, L') or (C, L')
        ``L' = (L - 1) * stride - 2 * padding + dilation * (S - 1) + output_padding + 1``. Its memory is channels last.

    Raises
    ------
    ValueError
        If the shapes do not fit, nothing would be left of an axis, or a number is out of range.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.ConvTranspose1d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv_transpose1d(fg.tensor([[[1.0, 2.0]]]), fg.tensor([[[1.0, 10.0]]]), stride=2).tolist()
    [[[1.0, 10.0, 2.0, 20.0]]]
    """

def conv_transpose2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """Transposed convolution of images: what `conv2d` does to a gradient on its way back.

    Each element of the input, times the filter, is added to the result where the filter would have been laid on it.

    Parameters
    ----------
    input : Tensor, shape (N, K, H, W) or (K, H, W)
        Images of K channels, or one of them without the batch's axis.
    weight : Tensor, shape (K, C / groups, R, S)
        The kernels: what an element of each of the K channels adds to its group's channels.
    bias : Tensor, shape (C,), optional
        What is added to each output channel.
    stride : int or pair of int, default 1
        From where one element of the input is added to where the next one is.
    padding : int or pair of int, default 0
        Taken away at both sides of each axis.
    output_padding : int or pair of int, default 0
        Put to the end of each axis, less than stride or dilation: a convolution gives inputs of several sizes results
        of one, and this says which is meant.
    groups : int, default 1
        The channels of input and result are cut into this many groups, each by itself.
    dilation : int or pair of int, default 1
        Distance between the filter's elements.

    Returns
    -------
    Tensor, shape (N, C, H', W') or (C, H', W')
        ``H' = (H - 1) * stride - 2 * padding + dilation * (R - 1) + output_padding + 1``, and likewise ``W'``. Its
        memory is channels last.

    Raises
    ------
    ValueError
        If the shapes do not fit, nothing would be left of an axis, or a number is out of range.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.ConvTranspose2d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv_transpose2d(fg.ones(1, 3, 7, 7), fg.ones(3, 8, 4, 4), stride=2, padding=1).shape
    (1, 8, 14, 14)
    """

def conv_transpose3d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: int | Sequence[int] = 1,
    padding: int | Sequence[int] = 0,
    output_padding: int | Sequence[int] = 0,
    groups: int = 1,
    dilation: int | Sequence[int] = 1,
) -> Tensor:
    """Transposed convolution of volumes: what `conv3d` does to a gradient on its way back.

    Parameters
    ----------
    input : Tensor, shape (N, K, D, H, W) or (K, D, H, W)
        Images of K channels, or one of them without the batch's axis.
    weight : Tensor, shape (K, C / groups, Q, R, S)
        The kernels: what an element of each of the K channels adds to its group's channels.
    bias : Tensor, shape (C,), optional
        What is added to each output channel.
    stride, padding, output_padding, groups, dilation
        As `conv_transpose2d` has them, of three axes.

    Returns
    -------
    Tensor, shape (N, C, D', H', W') or (C, D', H', W')
        ``D' = (D - 1) * stride - 2 * padding + dilation * (Q - 1) + output_padding + 1``, and likewise ``H'`` and
        ``W'``. Its memory is channels last.

    Raises
    ------
    ValueError
        If the shapes do not fit, nothing would be left of an axis, or a number is out of range.
    TypeError
        If the dtypes differ or are not floating-point.

    See Also
    --------
    fastgrad.nn.ConvTranspose3d

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv_transpose3d(fg.ones(1, 3, 2, 3, 3), fg.ones(3, 8, 2, 2, 2), stride=2).shape
    (1, 8, 4, 6, 6)
    """
