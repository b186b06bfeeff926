"""Layers that change the size of signals, images and volumes."""

from __future__ import annotations

from typing import TYPE_CHECKING

from fastgrad._tensor.convert import real
from fastgrad.nn.functional.resample import interpolate
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastgrad._tensor import Tensor
    from fastgrad.nn._common import IntOrPair


class Upsample(Module):
    """Make signals, images or volumes larger or smaller, by `functional.interpolate`.

    Parameters
    ----------
    size, scale_factor, mode, align_corners, recompute_scale_factor
        As the function has them, which says the shapes, too.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Upsample(scale_factor=2, mode="bilinear")(fg.zeros(1, 3, 4, 5)).shape
    (1, 3, 8, 10)
    """

    def __init__(
        self,
        size: IntOrPair | None = None,
        scale_factor: float | Sequence[float] | None = None,
        mode: str = "nearest",
        align_corners: bool | None = None,
        recompute_scale_factor: bool | None = None,
    ) -> None:
        super().__init__()
        self.name: str = type(self).__name__
        self.size = size
        self.scale_factor: float | tuple[float, ...] | None
        if isinstance(scale_factor, (tuple, list)):
            self.scale_factor = tuple(real(factor, self.name, "scale_factor") for factor in scale_factor)
        else:
            self.scale_factor = None if scale_factor is None else real(scale_factor, self.name, "scale_factor") or None
        self.mode = mode
        self.align_corners = align_corners
        self.recompute_scale_factor = recompute_scale_factor

    def forward(self, input: Tensor) -> Tensor:
        return interpolate(
            input, self.size, self.scale_factor, self.mode, self.align_corners, self.recompute_scale_factor
        )

    def extra_repr(self) -> str:
        size = f"size={self.size!r}" if self.scale_factor is None else f"scale_factor={self.scale_factor!r}"
        return f"{size}, mode={self.mode!r}"


class UpsamplingNearest2d(Upsample):
    """Make images of a given size of the nearest pixels: `Upsample` with mode "nearest".

    Parameters
    ----------
    size : int or pair of int, optional
        The output's rows and columns, one int for both.
    scale_factor : float or pair of float, optional
        By what the input's are multiplied; one of this and `size` is given.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.UpsamplingNearest2d(size=(8, 9))(fg.zeros(1, 3, 4, 5)).shape
    (1, 3, 8, 9)
    """

    def __init__(self, size: IntOrPair | None = None, scale_factor: float | Sequence[float] | None = None) -> None:
        super().__init__(size, scale_factor, mode="nearest")


class UpsamplingBilinear2d(Upsample):
    """Make images larger bilinearly, their corners where they were: `Upsample` with ``align_corners=True``.

    Parameters
    ----------
    size : int or pair of int, optional
        The output's rows and columns, one int for both.
    scale_factor : float or pair of float, optional
        By what the input's are multiplied; one of this and `size` is given.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.UpsamplingBilinear2d(scale_factor=2)(fg.zeros(1, 3, 4, 5)).shape
    (1, 3, 8, 10)
    """

    def __init__(self, size: IntOrPair | None = None, scale_factor: float | Sequence[float] | None = None) -> None:
        super().__init__(size, scale_factor, mode="bilinear", align_corners=True)
