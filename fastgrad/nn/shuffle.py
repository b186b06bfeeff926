"""Layers that move elements between channels and pixels, and between groups of channels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastgrad.nn._common import size
from fastgrad.nn.functional.shuffle import channel_shuffle, pixel_shuffle, pixel_unshuffle
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor


class PixelShuffle(Module):
    """Make squares of pixels of channels, by `functional.pixel_shuffle`.

    Parameters
    ----------
    upscale_factor : int
        By which rows and columns are multiplied.

    Notes
    -----
    Shape: (..., C * r * r, H, W) to (..., C, H * r, W * r), r being the factor.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.PixelShuffle(3)(fg.zeros(1, 9, 4, 4)).shape
    (1, 1, 12, 12)
    """

    def __init__(self, upscale_factor: int) -> None:
        super().__init__()
        self.upscale_factor: int = size(upscale_factor, "PixelShuffle", "upscale_factor", 1)

    def forward(self, input: Tensor) -> Tensor:
        return pixel_shuffle(input, self.upscale_factor)

    def extra_repr(self) -> str:
        return f"upscale_factor={self.upscale_factor}"


class PixelUnshuffle(Module):
    """Make channels of squares of pixels, by `functional.pixel_unshuffle`.

    Parameters
    ----------
    downscale_factor : int
        By which rows and columns are divided.

    Notes
    -----
    Shape: (..., C, H * r, W * r) to (..., C * r * r, H, W), r being the factor.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.PixelUnshuffle(3)(fg.zeros(1, 1, 12, 12)).shape
    (1, 9, 4, 4)
    """

    def __init__(self, downscale_factor: int) -> None:
        super().__init__()
        self.downscale_factor: int = size(downscale_factor, "PixelUnshuffle", "downscale_factor", 1)

    def forward(self, input: Tensor) -> Tensor:
        return pixel_unshuffle(input, self.downscale_factor)

    def extra_repr(self) -> str:
        return f"downscale_factor={self.downscale_factor}"


class ChannelShuffle(Module):
    """Put the first channel of each group first, then the second ones, by `functional.channel_shuffle`.

    Parameters
    ----------
    groups : int
        How many groups the channels are cut into.

    Notes
    -----
    Shape: (N, C, ...) to the same, C being a multiple of the groups.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ChannelShuffle(2)(fg.arange(4.0).reshape(1, 4, 1)).tolist()
    [[[0.0], [2.0], [1.0], [3.0]]]
    """

    def __init__(self, groups: int) -> None:
        super().__init__()
        self.groups: int = size(groups, "ChannelShuffle", "groups", 1)

    def forward(self, input: Tensor) -> Tensor:
        return channel_shuffle(input, self.groups)

    def extra_repr(self) -> str:
        return f"groups={self.groups}"
