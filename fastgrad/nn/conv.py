"""Convolution: the function and the layer."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad import ops
from fastgrad._convert import pair
from fastgrad._tensor import Tensor
from fastgrad.nn import init
from fastgrad.nn._common import as_tensor, draw_parameters, size, with_batch, without_batch
from fastgrad.nn.module import Module
from fastgrad.nn.parameter import Parameter

if TYPE_CHECKING:
    from fastgrad._core import Generator
    from fastgrad.nn._common import IntOrPair


def conv2d(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None = None,
    stride: IntOrPair = 1,
    padding: IntOrPair | str = 0,
    dilation: IntOrPair = 1,
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
        ``H' = (H + 2 * padding - dilation * (R - 1) - 1) // stride + 1``, and likewise ``W'``.

    Raises
    ------
    ValueError
        If the shapes do not fit, the filter is larger than the padded input, or a number is out of range.
    TypeError
        If the dtypes differ.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.conv2d(fg.ones(1, 1, 5, 5), fg.ones(2, 1, 3, 3), padding=1).shape
    (1, 2, 5, 5)
    """
    return _convolve(input, weight, bias, stride, padding, dilation, groups)


def _convolve(
    input: Tensor,
    weight: Tensor,
    bias: Tensor | None,
    stride: IntOrPair,
    padding: IntOrPair | str,
    dilation: IntOrPair,
    groups: int,
    activation: str | None = None,
) -> Tensor:
    """`conv2d`, and the activation, in one operation."""
    added = False
    if not isinstance(input, Tensor) or input.ndim != 4:
        input, added = with_batch("conv2d", input)
        if added:
            _check_single(input, weight, groups)
    if isinstance(padding, str):
        input, padding = _resolve_padding(input, weight, stride, padding, dilation)
    result = ops.conv2d(input, weight, bias, stride, padding, dilation, groups, activation)
    return without_batch(result, added) if added else result


def _check_single(image: Tensor, weight: Tensor, groups: int) -> None:
    """Refuse three axes that are no single image, in words that say so."""
    _, channels, height, width = image.shape
    weight = as_tensor(weight, "conv2d")
    if weight.ndim == 4 and channels != weight.shape[1] * groups:
        raise ValueError(
            f"conv2d: three axes are one image (C, H, W) without a batch, so shape {image.shape[1:]} has {channels} "
            f"channels, and the weight is for {weight.shape[1] * groups}; a batch of images of one channel is "
            f"input.reshape(-1, 1, {height}, {width})"
        )


def _resolve_padding(
    input: Tensor, weight: Tensor, stride: IntOrPair, padding: str, dilation: IntOrPair
) -> tuple[Tensor, tuple[int, int]]:
    """Turn "valid" or "same" into numbers, padding the input where the two sides differ."""
    if padding == "valid":
        return input, (0, 0)
    if padding != "same":
        raise ValueError(f"conv2d: padding must be 'same', 'valid', an int or a pair of ints, got {padding!r}")
    weight = as_tensor(weight, "conv2d")
    if weight.ndim != 4:
        return input, (0, 0)  # refused by the operation
    stride, dilation = pair(stride, "conv2d", "stride", 1), pair(dilation, "conv2d", "dilation", 1)
    if stride != (1, 1):
        raise ValueError(f"conv2d: padding='same' is not supported for strided convolutions, got stride {stride}")
    total = [d * (k - 1) for d, k in zip(dilation, weight.shape[2:], strict=True)]
    if total[0] % 2 or total[1] % 2:
        input = fg.pad(input, ((0, 0), (0, 0), (0, total[0] % 2), (0, total[1] % 2)))
    return input, (total[0] // 2, total[1] // 2)


class Conv2d(Module):
    """Cross-correlate images with learned filters.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input, and filters.
    kernel_size : int or pair of int
        Height and width of the filters.
    stride : int or pair of int, default 1
    padding : int, pair of int, "valid" or "same", default 0
        Zeros put on both sides of each axis; "same" keeps height and width and needs stride 1.
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
        if isinstance(padding, str) and padding not in ("same", "valid"):
            raise ValueError(f"Conv2d: padding must be 'same', 'valid', an int or a pair of ints, got {padding!r}")
        self.kernel_size: tuple[int, int] = pair(kernel_size, "Conv2d", "kernel_size", 1)
        self.stride: tuple[int, int] = pair(stride, "Conv2d", "stride", 1)
        self.padding = padding if isinstance(padding, str) else pair(padding, "Conv2d", "padding")
        self.dilation: tuple[int, int] = pair(dilation, "Conv2d", "dilation", 1)
        self.padding_mode = padding_mode
        if padding == "same" and self.stride != (1, 1):
            raise ValueError(f"Conv2d: padding='same' is not supported for strided convolutions, got stride {stride!r}")
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
        return _convolve(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)

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
