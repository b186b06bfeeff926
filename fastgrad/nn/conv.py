"""Convolutional layers."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import fastgrad as fg
from fastgrad._tensor.convert import per_axis, wholes
from fastgrad.errors import TensorValueError
from fastgrad.nn import init
from fastgrad.nn._common import as_tensor, draw_parameters, floating, size
from fastgrad.nn.functional.conv import (
    check_padding,
    conv1d,
    conv2d,
    conv3d,
    conv_transpose1d,
    conv_transpose2d,
    conv_transpose3d,
)
from fastgrad.nn.functional.padding import pad
from fastgrad.nn.lazy import LazyModuleMixin
from fastgrad.nn.module import Module
from fastgrad.nn.parameter import Parameter, UninitializedParameter

if TYPE_CHECKING:
    from collections.abc import Sequence

    from fastgrad._core import Generator
    from fastgrad._tensor import Tensor
    from fastgrad.nn._common import IntOrPair

_PADDING_MODES = ("zeros", "reflect", "replicate", "circular")


class _ConvNd(Module):
    """What convolutions of one to three axes have in common, and their transposes."""

    _axes: ClassVar[int]
    transposed: ClassVar[bool] = False

    weight: Parameter
    bias: Parameter | Any  # None where it was asked for
    output_padding: tuple[int, ...] = ()  # transposed: of each axis

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
        name = type(self).__name__
        least = 0 if isinstance(self, LazyModuleMixin) else 1
        self.groups: int = size(groups, name, "groups", 1)
        self.in_channels: int = size(in_channels, name, "in_channels", least)
        self.out_channels: int = size(out_channels, name, "out_channels", least)
        for argument, channels in (("in_channels", in_channels), ("out_channels", out_channels)):
            if channels % groups:
                raise TensorValueError(f"{name}: {argument} must be divisible by groups, got {channels} and {groups}")
        modes = _PADDING_MODES[:1] if self.transposed else _PADDING_MODES
        if padding_mode not in modes:
            raise TensorValueError(f"{name}: padding_mode must be {_one_of(modes)}, got {padding_mode!r}")
        self.kernel_size: tuple[int, ...] = per_axis(kernel_size, self._axes, name, "kernel_size", 1)
        self.stride: tuple[int, ...] = per_axis(stride, self._axes, name, "stride", 1)
        if not self.transposed:
            check_padding(padding, name, self.stride)
        self.padding: Any = (
            padding
            if isinstance(padding, str) and not self.transposed
            else per_axis(padding, self._axes, name, "padding")
        )
        self.dilation: tuple[int, ...] = per_axis(dilation, self._axes, name, "dilation", 1)
        self.output_padding = (0,) * self._axes
        self.padding_mode = padding_mode
        outer, inner = (in_channels, out_channels) if self.transposed else (out_channels, in_channels)
        shape = (outer, inner // groups, *self.kernel_size)
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

    def _padded(self, input: Tensor) -> Tensor:
        """The input with what its padding mode puts around it."""
        if self.padding == "valid":
            return input
        if self.padding == "same":
            totals = [d * (k - 1) for d, k in zip(self.dilation, self.kernel_size, strict=True)]
            sides = [(total // 2, total - total // 2) for total in totals]
        else:
            sides = [(p, p) for p in self.padding]
        return pad(input, [p for side in reversed(sides) for p in side], mode=self.padding_mode)

    def extra_repr(self) -> str:
        parts = [f"{self.in_channels}, {self.out_channels}, kernel_size={self.kernel_size}, stride={self.stride}"]
        zeros, ones = (0,) * self._axes, (1,) * self._axes
        if self.padding != zeros:
            parts.append(f"padding={self.padding}")
        if self.dilation != ones:
            parts.append(f"dilation={self.dilation}")
        if any(self.output_padding):
            parts.append(f"output_padding={self.output_padding}")
        if self.groups != 1:
            parts.append(f"groups={self.groups}")
        if self.bias is None:
            parts.append("bias=False")
        if self.padding_mode != "zeros":
            parts.append(f"padding_mode={self.padding_mode}")
        return ", ".join(parts)


def _one_of(words: tuple[str, ...]) -> str:
    quoted = [repr(word) for word in words]
    return " or ".join([", ".join(quoted[:-1]), quoted[-1]]) if len(quoted) > 1 else quoted[0]


class Conv1d(_ConvNd):
    """Cross-correlate signals with learned filters, by `functional.conv1d`.

    Parameters, attributes and errors are `Conv2d`'s, with one number where that has a pair.

    Notes
    -----
    Shape: (N, in_channels, L) to (N, out_channels, L'), or both without N; see `functional.conv1d`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv = fg.nn.Conv1d(3, 8, kernel_size=5, padding="same", padding_mode="circular")
    >>> conv
    Conv1d(3, 8, kernel_size=(5,), stride=(1,), padding=same, padding_mode=circular)
    >>> conv(fg.zeros(2, 3, 100)).shape
    (2, 8, 100)
    """

    _axes = 1

    def forward(self, input: Tensor) -> Tensor:
        if self.padding_mode != "zeros":
            return conv1d(self._padded(input), self.weight, self.bias, self.stride, 0, self.dilation, self.groups)
        return conv1d(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class Conv2d(_ConvNd):
    """Cross-correlate images with learned filters, by `functional.conv2d`.

    That says what stride, padding, dilation and groups do.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input, and filters.
    kernel_size : int or pair of int
        Height and width of the filters.
    stride : int or pair of int, default 1
        How many elements a window lies behind the one before.
    padding : int, pair of int, "valid" or "same", default 0
        Zeros at each edge; "valid" is none, "same" as many as keep the image's size.
    dilation : int or pair of int, default 1
        How many elements apart those are that a window takes.
    groups : int, default 1
        Divides both numbers of channels.
    bias : bool, default True
        Whether each output channel has a number that is added.
    padding_mode : {"zeros", "reflect", "replicate", "circular"}
        What the padding is filled with; `functional.pad` says it.
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

    _axes = 2

    def forward(self, input: Tensor) -> Tensor:
        if self.padding_mode != "zeros":
            return conv2d(self._padded(input), self.weight, self.bias, self.stride, 0, self.dilation, self.groups)
        return conv2d(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class Conv3d(_ConvNd):
    """Cross-correlate volumes with learned filters, by `functional.conv3d`.

    Parameters, attributes and errors are `Conv2d`'s, with three numbers where that has a pair.

    Notes
    -----
    Shape: (N, in_channels, D, H, W) to (N, out_channels, D', H', W'), or both without N; see `functional.conv3d`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv = fg.nn.Conv3d(3, 8, kernel_size=3, stride=(1, 2, 2), padding=1)
    >>> conv
    Conv3d(3, 8, kernel_size=(3, 3, 3), stride=(1, 2, 2), padding=(1, 1, 1))
    >>> conv(fg.zeros(2, 3, 4, 10, 12)).shape
    (2, 8, 4, 5, 6)
    """

    _axes = 3

    def forward(self, input: Tensor) -> Tensor:
        if self.padding_mode != "zeros":
            return conv3d(self._padded(input), self.weight, self.bias, self.stride, 0, self.dilation, self.groups)
        return conv3d(input, self.weight, self.bias, self.stride, self.padding, self.dilation, self.groups)


class _ConvTransposeNd(_ConvNd):
    """What transposed convolutions of one to three axes have in common."""

    transposed = True

    def __init__(
        self,
        in_channels: int,
        out_channels: int,
        kernel_size: IntOrPair,
        stride: IntOrPair = 1,
        padding: IntOrPair = 0,
        output_padding: IntOrPair = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: IntOrPair = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(
            *(in_channels, out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode),
            *(device, dtype),
            generator=generator,
        )
        name = type(self).__name__
        self.output_padding: tuple[int, ...] = per_axis(output_padding, self._axes, name, "output_padding")
        for extra, step, space in zip(self.output_padding, self.stride, self.dilation, strict=True):
            if extra >= max(step, space):
                raise TensorValueError(
                    f"{name}: output_padding must be less than stride or dilation, got {self.output_padding} with "
                    f"stride {self.stride} and dilation {self.dilation}"
                )

    def _extra(self, input: Tensor, output_size: Sequence[int] | None) -> tuple[int, ...]:
        """The padding at the end that gives the result this size."""
        if output_size is None:
            return self.output_padding
        name, axes = type(self).__name__, self._axes
        input = as_tensor(input, name)
        if input.ndim not in (axes + 1, axes + 2):
            return self.output_padding  # to an error
        wanted = wholes(output_size, name, "output_size")
        if len(wanted) == input.ndim:
            wanted = wanted[-axes:]
        if len(wanted) != axes:
            raise TensorValueError(
                f"{name}: output_size must have {axes} or {input.ndim} numbers for an input of shape {input.shape}, "
                f"got {len(wanted)}"
            )
        least = [
            (length - 1) * step - 2 * p + space * (taps - 1) + 1
            for length, step, p, space, taps in zip(
                input.shape[-axes:], self.stride, self.padding, self.dilation, self.kernel_size, strict=True
            )
        ]
        most = [length + step - 1 for length, step in zip(least, self.stride, strict=True)]
        if not all(a <= length <= b for a, length, b in zip(least, wanted, most, strict=True)):
            raise TensorValueError(
                f"{name}: output_size must be from {least} to {most} for an input of shape {input.shape}, got "
                f"{list(wanted)}"
            )
        return tuple(length - a for length, a in zip(wanted, least, strict=True))


class ConvTranspose1d(_ConvTransposeNd):
    """Transposed convolution of signals, by `functional.conv_transpose1d`.

    Parameters, attributes and errors are `ConvTranspose2d`'s, with one number where that has a pair.

    Notes
    -----
    Shape: (N, in_channels, L) to (N, out_channels, L'), or both without N; see `functional.conv_transpose1d`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv = fg.nn.ConvTranspose1d(8, 3, kernel_size=4, stride=2, padding=1)
    >>> conv(fg.zeros(2, 8, 50)).shape
    (2, 3, 100)
    """

    _axes = 1

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        extra = self._extra(input, output_size)
        stride, padding, groups, dilation = self.stride, self.padding, self.groups, self.dilation
        return conv_transpose1d(input, self.weight, self.bias, stride, padding, extra, groups, dilation)


class ConvTranspose2d(_ConvTransposeNd):
    """Transposed convolution of images, by `functional.conv_transpose2d`: what `Conv2d` does to a gradient.

    That says what stride, padding, output_padding, dilation and groups do.

    Parameters
    ----------
    in_channels, out_channels : int
        Channels of the input and of the result.
    kernel_size : int or pair of int
        Height and width of the filters.
    stride : int or pair of int, default 1
        How many elements a window lies behind the one before.
    padding : int or pair of int, default 0
        How many elements are taken off the output's edges.
    output_padding : int or pair of int, default 0
        Elements that are added to the output at its far edges.
    groups : int, default 1
        Divides both numbers of channels.
    bias : bool, default True
        Whether each output channel has a number that is added.
    dilation : int or pair of int, default 1
        How many elements apart those are that a window takes.
    padding_mode : {"zeros"}
        There is no other, in PyTorch neither.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.
    generator : Generator, optional
        Where weight and bias are drawn from, by default the default generator.

    Attributes
    ----------
    weight : Parameter, shape (in_channels, out_channels / groups, *kernel_size)
        Drawn uniformly from ``[-1, 1] / sqrt(out_channels / groups * kernel_size[0] * kernel_size[1])``.
    bias : Parameter, shape (out_channels,), or None
        Drawn likewise.

    Raises
    ------
    ValueError
        If a number is out of range, the groups do not divide the channels, or a call's ``output_size`` is none that the
        strides can give.

    Notes
    -----
    Shape: (N, in_channels, H, W) to (N, out_channels, H', W'), or both without N; see `functional.conv_transpose2d`.
    A call may say in ``output_size`` which of the sizes it is, instead of ``output_padding``: (H', W') or the whole
    shape.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv = fg.nn.ConvTranspose2d(8, 3, kernel_size=3, stride=2, padding=1)
    >>> conv
    ConvTranspose2d(8, 3, kernel_size=(3, 3), stride=(2, 2), padding=(1, 1))
    >>> x = fg.zeros(2, 8, 5, 6)
    >>> conv(x).shape, conv(x, output_size=(10, 12)).shape
    ((2, 3, 9, 11), (2, 3, 10, 12))
    """

    _axes = 2

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        extra = self._extra(input, output_size)
        stride, padding, groups, dilation = self.stride, self.padding, self.groups, self.dilation
        return conv_transpose2d(input, self.weight, self.bias, stride, padding, extra, groups, dilation)


class ConvTranspose3d(_ConvTransposeNd):
    """Transposed convolution of volumes, by `functional.conv_transpose3d`.

    Parameters, attributes and errors are `ConvTranspose2d`'s, with three numbers where that has a pair.

    Notes
    -----
    Shape: (N, in_channels, D, H, W) to (N, out_channels, D', H', W'), or both without N; see
    `functional.conv_transpose3d`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv = fg.nn.ConvTranspose3d(8, 3, kernel_size=2, stride=2)
    >>> conv(fg.zeros(2, 8, 2, 5, 6)).shape
    (2, 3, 4, 10, 12)
    """

    _axes = 3

    def forward(self, input: Tensor, output_size: Sequence[int] | None = None) -> Tensor:
        extra = self._extra(input, output_size)
        stride, padding, groups, dilation = self.stride, self.padding, self.groups, self.dilation
        return conv_transpose3d(input, self.weight, self.bias, stride, padding, extra, groups, dilation)


class _LazyConvNd(LazyModuleMixin):
    """What lazy convolutions have in common, of either kind: they stand in front of it."""

    if TYPE_CHECKING:
        _axes: ClassVar[int]
        transposed: ClassVar[bool]
        groups: int
        kernel_size: tuple[int, ...]
        in_channels: int
        out_channels: int
        weight: Parameter
        bias: Parameter | Any

    def _wait(self, out_channels: int, bias: bool, device: Any, dtype: Any) -> None:
        """Take what is known before the first call; the layer has been made of no channels."""
        name = type(self).__name__
        self.out_channels = size(out_channels, name, "out_channels", 1)
        if out_channels % self.groups:
            raise TensorValueError(
                f"{name}: out_channels must be divisible by groups, got {out_channels} and {self.groups}"
            )
        self.weight = UninitializedParameter(dtype=dtype, device=device)
        if bias:
            self.bias = UninitializedParameter(dtype=dtype, device=device)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw weight and bias anew, once they are there."""
        if not self.has_uninitialized_params() and self.in_channels:
            super().reset_parameters(generator)  # type: ignore[misc]

    def initialize_parameters(self, input: Tensor, *args: Any, **kwargs: Any) -> None:
        """Make and draw weight and bias for inputs like this."""
        name, axes, weight, bias = type(self).__name__, self._axes, self.weight, self.bias
        made = not self.has_uninitialized_params()  # they come from a checkpoint
        if made:
            self.in_channels = weight.shape[0] if self.transposed else weight.shape[1] * self.groups
            return
        input = floating(input, name)
        if input.ndim not in (axes + 1, axes + 2):
            raise TensorValueError(
                f"{name}: input must have {axes + 2} axes, or {axes + 1} without a batch, got shape {input.shape}"
            )
        self.in_channels = channels = input.shape[-axes - 1]
        if channels < 1 or channels % self.groups:
            raise TensorValueError(
                f"{name}: the input's channels must be a multiple of groups = {self.groups}, got shape {input.shape}"
            )
        outer, inner = (channels, self.out_channels) if self.transposed else (self.out_channels, channels)
        if isinstance(weight, UninitializedParameter):
            weight.materialize((outer, inner // self.groups, *self.kernel_size))
        if isinstance(bias, UninitializedParameter):
            bias.materialize((self.out_channels,))
        self.reset_parameters()


class LazyConv1d(_LazyConvNd, Conv1d):
    """A `Conv1d` that takes `in_channels` from its first input, and then is one.

    Parameters
    ----------
    out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype
        As `Conv1d` has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv = fg.nn.LazyConv1d(4, kernel_size=1)
    >>> conv(fg.zeros(2, 3, 9)).shape[1], conv.in_channels
    (4, 3)
    """

    cls_to_become: ClassVar[type | None] = Conv1d

    def __init__(
        self,
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
    ) -> None:
        super().__init__(0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode)
        self._wait(out_channels, bias, device, dtype)


class LazyConv2d(_LazyConvNd, Conv2d):
    """A `Conv2d` that takes `in_channels` from its first input, and then is one.

    Parameters
    ----------
    out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype
        As `Conv2d` has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv = fg.nn.LazyConv2d(4, kernel_size=1)
    >>> conv(fg.zeros(2, 3, 9, 8)).shape[1], conv.in_channels
    (4, 3)
    """

    cls_to_become: ClassVar[type | None] = Conv2d

    def __init__(
        self,
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
    ) -> None:
        super().__init__(0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode)
        self._wait(out_channels, bias, device, dtype)


class LazyConv3d(_LazyConvNd, Conv3d):
    """A `Conv3d` that takes `in_channels` from its first input, and then is one.

    Parameters
    ----------
    out_channels, kernel_size, stride, padding, dilation, groups, bias, padding_mode, device, dtype
        As `Conv3d` has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv = fg.nn.LazyConv3d(4, kernel_size=1)
    >>> conv(fg.zeros(2, 3, 9, 8, 7)).shape[1], conv.in_channels
    (4, 3)
    """

    cls_to_become: ClassVar[type | None] = Conv3d

    def __init__(
        self,
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
    ) -> None:
        super().__init__(0, 0, kernel_size, stride, padding, dilation, groups, False, padding_mode)
        self._wait(out_channels, bias, device, dtype)


class LazyConvTranspose1d(_LazyConvNd, ConvTranspose1d):
    """A `ConvTranspose1d` that takes `in_channels` from its first input, and then is one.

    Parameters
    ----------
    out_channels, kernel_size, stride, padding, output_padding, groups, bias, dilation, padding_mode, device, dtype
        As `ConvTranspose1d` has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv = fg.nn.LazyConvTranspose1d(4, kernel_size=1)
    >>> conv(fg.zeros(2, 3, 9)).shape[1], conv.in_channels
    (4, 3)
    """

    cls_to_become: ClassVar[type | None] = ConvTranspose1d

    def __init__(
        self,
        out_channels: int,
        kernel_size: IntOrPair,
        stride: IntOrPair = 1,
        padding: IntOrPair = 0,
        output_padding: IntOrPair = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: IntOrPair = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(0, 0, kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode)
        self._wait(out_channels, bias, device, dtype)


class LazyConvTranspose2d(_LazyConvNd, ConvTranspose2d):
    """A `ConvTranspose2d` that takes `in_channels` from its first input, and then is one.

    Parameters
    ----------
    out_channels, kernel_size, stride, padding, output_padding, groups, bias, dilation, padding_mode, device, dtype
        As `ConvTranspose2d` has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv = fg.nn.LazyConvTranspose2d(4, kernel_size=1)
    >>> conv(fg.zeros(2, 3, 9, 8)).shape[1], conv.in_channels
    (4, 3)
    """

    cls_to_become: ClassVar[type | None] = ConvTranspose2d

    def __init__(
        self,
        out_channels: int,
        kernel_size: IntOrPair,
        stride: IntOrPair = 1,
        padding: IntOrPair = 0,
        output_padding: IntOrPair = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: IntOrPair = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(0, 0, kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode)
        self._wait(out_channels, bias, device, dtype)


class LazyConvTranspose3d(_LazyConvNd, ConvTranspose3d):
    """A `ConvTranspose3d` that takes `in_channels` from its first input, and then is one.

    Parameters
    ----------
    out_channels, kernel_size, stride, padding, output_padding, groups, bias, dilation, padding_mode, device, dtype
        As `ConvTranspose3d` has them.

    Examples
    --------
    >>> import fastgrad as fg
    >>> conv = fg.nn.LazyConvTranspose3d(4, kernel_size=1)
    >>> conv(fg.zeros(2, 3, 9, 8, 7)).shape[1], conv.in_channels
    (4, 3)
    """

    cls_to_become: ClassVar[type | None] = ConvTranspose3d

    def __init__(
        self,
        out_channels: int,
        kernel_size: IntOrPair,
        stride: IntOrPair = 1,
        padding: IntOrPair = 0,
        output_padding: IntOrPair = 0,
        groups: int = 1,
        bias: bool = True,
        dilation: IntOrPair = 1,
        padding_mode: str = "zeros",
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(0, 0, kernel_size, stride, padding, output_padding, groups, False, dilation, padding_mode)
        self._wait(out_channels, bias, device, dtype)
