# Written by tools/stubs.py.
from fastgrad._tensor import Tensor

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
