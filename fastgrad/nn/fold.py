"""Windows of images as columns, and back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastgrad._tensor.convert import pair
from fastgrad.nn.functional.fold import fold, unfold
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor
    from fastgrad.nn._common import IntOrPair


class Unfold(Module):
    """Take the windows of images as columns, by `functional.unfold`.

    Parameters
    ----------
    kernel_size : int or pair of int
        The size of a block, in rows and columns.
    dilation : int or pair of int, default 1
        How many elements apart those are that a window takes.
    padding : int or pair of int, default 0
        Zeros at each edge of the image.
    stride : int or pair of int, default 1
        How many elements a window lies behind the one before.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> unfold = fg.nn.Unfold(kernel_size=(2, 3))
    >>> unfold
    Unfold(kernel_size=(2, 3), dilation=1, padding=0, stride=1)
    >>> unfold(fg.zeros(2, 5, 3, 4)).shape
    (2, 30, 4)
    """

    def __init__(
        self, kernel_size: IntOrPair, dilation: IntOrPair = 1, padding: IntOrPair = 0, stride: IntOrPair = 1
    ) -> None:
        super().__init__()
        _check("Unfold", kernel_size, dilation, padding, stride)
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return unfold(input, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return f"kernel_size={self.kernel_size}, dilation={self.dilation}, padding={self.padding}, stride={self.stride}"


class Fold(Module):
    """Add columns up into images, by `functional.fold`.

    Parameters
    ----------
    output_size : int or pair of int
        Height and width of the images.
    kernel_size : int or pair of int
        The size of a block, in rows and columns.
    dilation : int or pair of int, default 1
        How many elements apart those are that a window takes.
    padding : int or pair of int, default 0
        Zeros at each edge of the image.
    stride : int or pair of int, default 1
        How many elements a window lies behind the one before.

    Raises
    ------
    ValueError
        If a number is out of range.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fold = fg.nn.Fold(output_size=(3, 4), kernel_size=(2, 3))
    >>> fold
    Fold(output_size=(3, 4), kernel_size=(2, 3), dilation=1, padding=0, stride=1)
    >>> fold(fg.zeros(2, 30, 4)).shape
    (2, 5, 3, 4)
    """

    def __init__(
        self,
        output_size: IntOrPair,
        kernel_size: IntOrPair,
        dilation: IntOrPair = 1,
        padding: IntOrPair = 0,
        stride: IntOrPair = 1,
    ) -> None:
        super().__init__()
        pair(output_size, "Fold", "output_size", 1)
        _check("Fold", kernel_size, dilation, padding, stride)
        self.output_size = output_size
        self.kernel_size = kernel_size
        self.dilation = dilation
        self.padding = padding
        self.stride = stride

    def forward(self, input: Tensor) -> Tensor:
        return fold(input, self.output_size, self.kernel_size, self.dilation, self.padding, self.stride)

    def extra_repr(self) -> str:
        return (
            f"output_size={self.output_size}, kernel_size={self.kernel_size}, dilation={self.dilation}, "
            f"padding={self.padding}, stride={self.stride}"
        )


def _check(name: str, kernel_size: IntOrPair, dilation: IntOrPair, padding: IntOrPair, stride: IntOrPair) -> None:
    pair(kernel_size, name, "kernel_size", 1)
    pair(dilation, name, "dilation", 1)
    pair(padding, name, "padding")
    pair(stride, name, "stride", 1)
