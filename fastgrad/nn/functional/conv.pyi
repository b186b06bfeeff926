# Written by tools/stubs.py.
from collections.abc import Sequence

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

def check_padding(padding: int | Sequence[int] | str, op: str, stride: tuple[int, int]) -> None:
    """Refuses words that are no padding, and "same" with a stride that has no same size."""

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
    weight : Tensor, shape (K, C / groups, R, S)
    bias : Tensor, shape (K,), optional
    stride : int or pair of int, default 1
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

def conv2d_activated(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: int | Sequence[int],
    padding: int | Sequence[int] | str,
    dilation: int | Sequence[int],
    groups: int,
    activation: str | None,
) -> Tensor:
    """`conv2d`, then the activation, None, "relu", "sigmoid", "tanh", "silu" or "gelu"; bit for bit what the two give.

    In one pass, unless a gradient is recorded that is made of the activation's input ("silu", "gelu").
    """

def conv2d_normalized(
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
    """batch_norm(conv2d(...)) by running statistics, then the activation, in one pass; bit for bit what the three give.

    Nothing is recorded.

    Parameters
    ----------
    x, weight, bias, stride, padding, dilation, groups, activation
        As `conv2d` has them.
    norm : tuple
        running_mean, running_var, weight, bias, eps, as `batch_norm` has them: Tensors of shape (K,), and a float.

    Returns
    -------
    Tensor, shape (N, K, H', W')
        Its memory is channels last.

    Raises
    ------
    RuntimeError
        If an operand requires a gradient, and gradients are enabled.
    """
