"""Elements moved between channels and pixels, and between groups of channels. Of any dtype; nothing is computed."""

from __future__ import annotations

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import whole
from fastgrad.errors import TensorValueError
from fastgrad.ops._common import operand
from fastgrad.ops.view import own


def factor_of(value: int, op: str, argument: str) -> int:
    factor = whole(value, op, argument)
    if factor < 1:
        raise TensorValueError(f"{op}: {argument} must be positive, got {value!r}")
    return factor


def check_image(x: Tensor, op: str) -> None:
    if x.ndim < 3:
        raise TensorValueError(f"{op}: input must be (..., C, H, W), got shape {x.shape}")


def lie_last(x: Tensor, channels: int) -> bool:
    """Whether the elements of each pixel lie side by side, one for each place along the axis `channels`."""
    return x.shape[channels] > 1 and not x.is_contiguous() and x.detach().moveaxis(channels, -1).is_contiguous()


def pixel_shuffle(input: Tensor, upscale_factor: int) -> Tensor:
    """Make squares of pixels of channels: a larger image of fewer channels.

    Parameters
    ----------
    input : Tensor, shape (..., C * r * r, H, W), any dtype
        Images whose channels become blocks of r by r elements; r is `upscale_factor`.
    upscale_factor : int
        r, the squares' side.

    Returns
    -------
    Tensor, shape (..., C, H * r, W * r)
        ``out[..., c, h * r + i, w * r + j] = input[..., (c * r + i) * r + j, h, w]``.

    Raises
    ------
    ValueError
        If the channels are no multiple of the square's pixels.

    See Also
    --------
    fastgrad.nn.PixelShuffle, pixel_unshuffle

    References
    ----------
    Shi et al., "Real-time single image and video super-resolution using an efficient sub-pixel convolutional neural
    network", https://arxiv.org/abs/1609.05158.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.pixel_shuffle(fg.arange(4.0).reshape(4, 1, 1), 2).tolist()
    [[[0.0, 1.0], [2.0, 3.0]]]
    """
    x = operand(input, "pixel_shuffle")
    r = factor_of(upscale_factor, "pixel_shuffle", "upscale_factor")
    check_image(x, "pixel_shuffle")
    *batch, c, h, w = x.shape
    if c % (r * r):
        raise TensorValueError(
            f"pixel_shuffle: channels must be a multiple of upscale_factor squared, {r * r}, got {c}"
        )
    n, c = len(batch), c // (r * r)
    if lie_last(x, n):
        last = x.moveaxis(n, -1).reshape((*batch, h, w, c, r, r)).permute(*range(n + 1), n + 3, n + 1, n + 4, n + 2)
        return own(last.reshape((*batch, h * r, w * r, c)).moveaxis(-1, n), x)
    out = x.reshape((*batch, c, r, r, h, w)).permute(*range(n + 1), n + 3, n + 1, n + 4, n + 2)
    return own(out.reshape((*batch, c, h * r, w * r)), x)


def pixel_unshuffle(input: Tensor, downscale_factor: int) -> Tensor:
    """Make channels of squares of pixels: a smaller image of more channels.

    Parameters
    ----------
    input : Tensor, shape (..., C, H * r, W * r), any dtype
        Images whose blocks of r by r elements become channels; r is `downscale_factor`.
    downscale_factor : int
        r, the squares' side.

    Returns
    -------
    Tensor, shape (..., C * r * r, H, W)
        What `pixel_shuffle` makes the input of.

    Raises
    ------
    ValueError
        If height or width are no multiple of the factor.

    See Also
    --------
    fastgrad.nn.PixelUnshuffle

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.pixel_unshuffle(fg.arange(4.0).reshape(1, 2, 2), 2).tolist()
    [[[0.0]], [[1.0]], [[2.0]], [[3.0]]]
    """
    x = operand(input, "pixel_unshuffle")
    r = factor_of(downscale_factor, "pixel_unshuffle", "downscale_factor")
    check_image(x, "pixel_unshuffle")
    *batch, c, h, w = x.shape
    if h % r or w % r:
        raise TensorValueError(
            f"pixel_unshuffle: height and width must be multiples of downscale_factor {r}, got {h} and {w}"
        )
    n = len(batch)
    order = (*range(n + 1), n + 2, n + 4, n + 1, n + 3)
    if lie_last(x, n):
        last = x.moveaxis(n, -1).reshape((*batch, h // r, r, w // r, r, c)).permute(order)
        return own(last.reshape((*batch, h // r, w // r, c * r * r)).moveaxis(-1, n), x)
    out = x.reshape((*batch, c, h // r, r, w // r, r)).permute(order)
    return own(out.reshape((*batch, c * r * r, h // r, w // r)), x)


def channel_shuffle(input: Tensor, groups: int) -> Tensor:
    """Put the first channel of each group first, then the second ones, and so on.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...), any dtype
        The channels are along the second axis, their number a multiple of `groups`.
    groups : int
        A divisor of the channels.

    Returns
    -------
    Tensor, shape (N, C, ...)

    Raises
    ------
    ValueError
        If the groups do not divide the channels, or the input has no axes behind them.

    See Also
    --------
    fastgrad.nn.ChannelShuffle

    References
    ----------
    Zhang et al., "ShuffleNet", https://arxiv.org/abs/1707.01083.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.channel_shuffle(fg.arange(4.0).reshape(1, 4, 1), 2).tolist()
    [[[0.0], [2.0], [1.0], [3.0]]]
    """
    x = operand(input, "channel_shuffle")
    g = factor_of(groups, "channel_shuffle", "groups")
    if x.ndim < 3:
        raise TensorValueError(f"channel_shuffle: input must be (N, C, ...) of at least 3 axes, got shape {x.shape}")
    n, c, *rest = x.shape
    if c % g:
        raise TensorValueError(f"channel_shuffle: groups must divide the {c} channels, got {g}")
    if lie_last(x, 1):
        last = x.moveaxis(1, -1).reshape((n, *rest, g, c // g)).swapaxes(-2, -1)
        return own(last.reshape((n, *rest, c)).moveaxis(-1, 1), x)
    out = x.reshape((n, g, c // g, *rest)).swapaxes(1, 2)
    return own(out.reshape(x.shape), x)
