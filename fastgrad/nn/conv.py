"""Convolutional layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor.convert import pair
from fastgrad.nn import init
from fastgrad.nn._common import draw_parameters, size
from fastgrad.nn.functional.conv import check_padding, conv2d
from fastgrad.nn.module import Module
from fastgrad.nn.parameter import Parameter

if TYPE_CHECKING:
    from fastgrad._core import Generator
    from fastgrad._tensor import Tensor
    from fastgrad.nn._common import IntOrPair


class Conv2d(Module):
    """Cross-correlate images with learned filters, by `functional.conv2d`.

    That says what stride, padding, dilation and groups do.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input, and filters.
    kernel_size : int or pair of int
        Height and width of the filters.
    stride : int or pair of int, default 1
    padding : int, pair of int, "valid" or "same", default 0
    dilation : int or pair of int, default 1
    groups : int, default 1
        Divides both numbers of channels.
    bias : bool, default True
    padding_mode : {"zeros"}
        The other modes of PyTorch are not supported.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.
    generator : Generator, optional
        Where weight and bias are drawn from, by default the default generator.

    Attributes
    ----------
    weight : Parameter, shape (out_channels, in_channels / groups, *kernel_size)
        Drawn uniformly from ``[-1, 1] / sqrt(in_channels / groups * kernel_size[0] * kernel_size[1])``.
    bias : Parameter, shape (out_channels,), or None
        Drawn likewise.

    Raises
    ------
    ValueError
        If a number is out of range, or the groups do not divide the channels.

    Notes
    -----
    Shape: (N, in_channels, H, W) to (N, out_channels, H', W'), or both without N; see `functional.conv2d`.

    Under `no_grad`, weights that meet few pixels (at most 512 of the output) are kept in the kernels' order, too,
    beside their own, until they change: putting them in order would take as long as a dozen pixels do.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv = fg.nn.Conv2d(3, 8, kernel_size=3, padding=1)
    >>> conv
    Conv2d(3, 8, kernel_size=(3, 3), stride=(1, 1), padding=(1, 1))
    >>> conv(fg.zeros(2, 3, 10, 12)).shape
    (2, 8, 10, 12)
    """

    weight: Parameter
    bias: Parameter | Any  # None where it was asked for

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntOrPair,
        stride: IntOrPair = 1,
        padding: IntOrPair | str = 0,
        dilation: IntOrPair = 1,
        groups: int = 1,
        bias: bool = True,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        self.groups: int = size(groups, "Conv2d", "groups", 1)
        self.in_channels: int = size(in_channels, "Conv2d", "in_channels", 1)
        self.out_channels: int = size(out_channels, "Conv2d", "out_channels", 1)
        for name, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
            if channels % groups:
                raise ValueError(f"Conv2d: {name} must be divisible by groups, got {channels} and {groups}")
        if padding_mode != "zeros":
            raise ValueError(f"Conv2d: padding_mode must be 'zeros', got {padding_mode!r}")
        self.kernel_size: tuple[int, int] = pair(kernel_size, "Conv2d", "kernel_size", 1)
        self.stride: tuple[int, int] = pair(stride, "Conv2d", "stride", 1)
        check_padding(padding, "Conv2d", self.stride)
        self.padding: str | tuple[int, int] = (
            padding if isinstance(padding, str) else pair(padding, "Conv2d", "padding")
        )
        self.dilation: tuple[int, int] = pair(dilation, "Conv2d", "dilation", 1)
        self.padding_mode = padding_mode
        shape = (out_channels, in_channels // groups, *self.kernel_size)
        self.weight = Parameter(fg.empty(shape, dtype=dtype, device=device))
        self.register_parameter(
            "bias", Parameter(fg.empty((out_channels,), dtype=dtype, device=device)) if bias else None
        )
        draw_parameters(self, generator)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw weight and bias anew."""
        init.kaiming_uniform_(self.weight, a=5**0.5, generator=generator)
        if self.bias is not None:
            fan_in, _ = init._calculate_fan_in_and_fan_out(self.weight)
            init.uniform_(self.bias, -(fan_in**-0.5), fan_in**-0.5, generator)

    def forward(self, input: Tensor) -> Tensor:
        return conv2d(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

    def extra_repr(self) -> str:
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        if self.padding != (0, 0):
            parts.append(f"padding={self.padding}")
        if self.dilation != (1, 1):
            parts.append(f"dilation={self.dilation}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        return ", ".join(parts)
