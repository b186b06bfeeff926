"""Linear layers, one of which learns its input's size, and the layer that does nothing."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import fastgrad as fg
from fastgrad.errors import TensorValueError
from fastgrad.nn import init
from fastgrad.nn._common import draw_parameters, floating, size
from fastgrad.nn.functional.linear import bilinear, linear
from fastgrad.nn.lazy import LazyModuleMixin
from fastgrad.nn.module import Module
from fastgrad.nn.parameter import Parameter, UninitializedParameter

if TYPE_CHECKING:
    from fastgrad._core import Generator
    from fastgrad._tensor import Tensor


class Identity(Module):
    """Return the input; any arguments are accepted and ignored.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Identity(54)(fg.ones(2)).tolist()
    [1.0, 1.0]
    """

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__()

    def forward(self, input: Tensor) -> Tensor:
        return input


class Linear(Module):
    """Apply ``input @ weight.T + bias``.

    Parameters
    ----------
    in_features, out_features : int
        Sizes of the last axis before and after.
    bias : bool, default True
        Whether there is a bias.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.
    generator : Generator, optional
        Where weight and bias are drawn from, by default the default generator.

    Attributes
    ----------
    weight : Parameter, shape (out_features, in_features)
        Drawn uniformly from ``[-1, 1] / sqrt(in_features)``.
    bias : Parameter, shape (out_features,), or None
        Drawn likewise.

    Raises
    ------
    ValueError
        If a size is negative.

    Notes
    -----
    Shape: (..., in_features) to (..., out_features).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Linear(20, 30)(fg.zeros(128, 20)).shape
    (128, 30)
    """

    weight: Parameter
    bias: Parameter | Any  # None where it was asked for

    def __init__(
        self,
        in_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        self.in_features: int = size(in_features, "Linear", "in_features")
        self.out_features: int = size(out_features, "Linear", "out_features")
        self.weight = Parameter(fg.empty((out_features, in_features), dtype=dtype, device=device))
        self.register_parameter(
            "bias", Parameter(fg.empty((out_features,), dtype=dtype, device=device)) if bias else None
        )
        draw_parameters(self, generator)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw weight and bias anew."""
        # gain / sqrt(fan_in) * sqrt(3), with the leaky relu's gain for a = sqrt(5), is 1 / sqrt(fan_in).
        init.kaiming_uniform_(self.weight, a=5**0.5, generator=generator)
        if self.bias is not None:
            bound = self.in_features**-0.5 if self.in_features else 0.0
            init.uniform_(self.bias, -bound, bound, generator)

    def forward(self, input: Tensor) -> Tensor:
        return linear(input, self.weight, self.bias)

    def extra_repr(self) -> str:
        return f"in_features={self.in_features}, out_features={self.out_features}, bias={self.bias is not None}"


class LazyLinear(LazyModuleMixin, Linear):
    """A `Linear` layer that takes `in_features` from its first input, and then is one.

    Parameters
    ----------
    out_features : int
        Size of the last axis after.
    bias : bool, default True
        Whether there is a bias.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.LazyLinear(30)
    >>> layer(fg.zeros(128, 20)).shape, layer.in_features
    ((128, 30), 20)
    """

    cls_to_become: ClassVar[type | None] = Linear
    weight: Parameter
    bias: Parameter | Any

    def __init__(self, out_features: int, bias: bool = True, device: Any = None, dtype: Any = None) -> None:
        super().__init__(0, 0, False)
        self.out_features: int = size(out_features, "LazyLinear", "out_features")
        self.weight = UninitializedParameter(dtype=dtype, device=device)
        if bias:
            self.bias = UninitializedParameter(dtype=dtype, device=device)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw weight and bias anew, once they are there."""
        if not self.has_uninitialized_params() and self.in_features:
            super().reset_parameters(generator)

    def initialize_parameters(self, input: Tensor) -> None:
        """Make and draw weight and bias for inputs like this."""
        made = not self.has_uninitialized_params()  # they come from a checkpoint
        shape = self.weight.shape if made else floating(input, "LazyLinear").shape
        if not shape:
            raise TensorValueError("LazyLinear: input must have one axis or more, got shape ()")
        self.in_features: int = shape[-1]
        weight, bias = self.weight, self.bias
        if isinstance(weight, UninitializedParameter):
            weight.materialize((self.out_features, self.in_features))
        if isinstance(bias, UninitializedParameter):
            bias.materialize((self.out_features,))
        if not made:
            self.reset_parameters()


class Bilinear(Module):
    """Apply ``input1 @ weight[k] @ input2 + bias[k]``, `functional.bilinear`.

    Parameters
    ----------
    in1_features, in2_features, out_features : int
        Sizes of the last axes of the inputs and of the result.
    bias : bool, default True
        Whether there is a bias.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.
    generator : Generator, optional
        Where weight and bias are drawn from, by default the default generator.

    Attributes
    ----------
    weight : Parameter, shape (out_features, in1_features, in2_features)
        Drawn uniformly from ``[-1, 1] / sqrt(in1_features)``.
    bias : Parameter, shape (out_features,), or None
        Drawn likewise.

    Raises
    ------
    ValueError
        If `in1_features` is not positive, or another size negative.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Bilinear(20, 30, 40)(fg.zeros(128, 20), fg.zeros(128, 30)).shape
    (128, 40)
    """

    weight: Parameter
    bias: Parameter | Any  # None where it was asked for

    def __init__(
        self,
        in1_features: int,
        in2_features: int,
        out_features: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        self.in1_features: int = size(in1_features, "Bilinear", "in1_features", 1)
        self.in2_features: int = size(in2_features, "Bilinear", "in2_features")
        self.out_features: int = size(out_features, "Bilinear", "out_features")
        shape = (self.out_features, self.in1_features, self.in2_features)
        self.weight = Parameter(fg.empty(shape, dtype=dtype, device=device))
        self.register_parameter(
            "bias", Parameter(fg.empty((out_features,), dtype=dtype, device=device)) if bias else None
        )
        draw_parameters(self, generator)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw weight and bias anew."""
        bound = self.in1_features**-0.5
        init.uniform_(self.weight, -bound, bound, generator)
        if self.bias is not None:
            init.uniform_(self.bias, -bound, bound, generator)

    def forward(self, input1: Tensor, input2: Tensor) -> Tensor:
        return bilinear(input1, input2, self.weight, self.bias)

    def extra_repr(self) -> str:
        return (
            f"in1_features={self.in1_features}, in2_features={self.in2_features}, out_features={self.out_features}, "
            f"bias={self.bias is not None}"
        )
