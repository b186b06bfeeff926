"""Layers that apply activations."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor.convert import number, real, whole
from fastgrad.errors import AssertedValueError, TensorValueError
from fastgrad.nn import functional
from fastgrad.nn._common import as_tensor, size
from fastgrad.nn.functional.activation import (
    check_approximation,
    gelu,
    hardsigmoid,
    hardswish,
    log_softmax,
    logsigmoid,
    mish,
    relu,
    sigmoid,
    silu,
    softmax,
    softmin,
    softplus,
    tanh,
)
from fastgrad.nn.functional.activation_parametrized import celu, elu, hardtanh, leaky_relu, relu6, selu
from fastgrad.nn.module import Module
from fastgrad.nn.parameter import Parameter

if TYPE_CHECKING:
    from fastgrad._core import Generator
    from fastgrad._tensor import Tensor


class _InPlace(Module):
    """An activation that may be written into its input."""

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class ReLU(_InPlace):
    """Apply `functional.relu`, ``max(x, 0)``.

    Parameters
    ----------
    inplace : bool, default False
        Whether to write the result into the input.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ReLU()(fg.tensor([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """

    def forward(self, input: Tensor) -> Tensor:
        return relu(input, self.inplace)


class LeakyReLU(Module):
    """Apply `functional.leaky_relu`.

    Parameters
    ----------
    negative_slope : float, default 0.01
        The slope below 0.
    inplace : bool, default False
        Whether to write the result into the input.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.LeakyReLU(0.5)(fg.tensor([-1.0, 2.0])).tolist()
    [-0.5, 2.0]
    """

    def __init__(self, negative_slope: float = 0.01, inplace: bool = False) -> None:
        super().__init__()
        self.negative_slope: float = real(negative_slope, "LeakyReLU", "negative_slope")
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return leaky_relu(input, self.negative_slope, self.inplace)

    def extra_repr(self) -> str:
        return f"negative_slope={self.negative_slope}" + (", inplace=True" if self.inplace else "")


class Sigmoid(Module):
    """Apply `functional.sigmoid`, ``1 / (1 + exp(-x))``."""

    def forward(self, input: Tensor) -> Tensor:
        return sigmoid(input)


class Tanh(Module):
    """Apply `functional.tanh`."""

    def forward(self, input: Tensor) -> Tensor:
        return tanh(input)


class GELU(Module):
    """Apply `functional.gelu`.

    Parameters
    ----------
    approximate : {"none", "tanh"}, default "none"
        "none" computes the error function, "tanh" an approximation by tanh.
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        check_approximation(approximate, "GELU")
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        return gelu(input, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class SiLU(_InPlace):
    """Apply `functional.silu`, ``x * sigmoid(x)``.

    Parameters
    ----------
    inplace : bool, default False
        Whether to write the result into the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        return silu(input, self.inplace)


class Softplus(Module):
    """Apply `functional.softplus`.

    Parameters
    ----------
    beta : float, default 1.0
        The larger, the sharper the bend at 0; not 0.
    threshold : float, default 20.0
        Where ``beta * x`` is above it, the result is ``x``.
    """

    def __init__(self, beta: float = 1.0, threshold: float = 20.0) -> None:
        super().__init__()
        self.beta: float = real(beta, "Softplus", "beta")
        self.threshold: float = real(threshold, "Softplus", "threshold")

    def forward(self, input: Tensor) -> Tensor:
        return softplus(input, self.beta, self.threshold)

    def extra_repr(self) -> str:
        return f"beta={self.beta}, threshold={self.threshold}"


class Softmax(Module):
    """Apply `functional.softmax` along an axis.

    Parameters
    ----------
    dim : int
        The axis whose elements sum to 1.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Softmax(dim=1)(fg.zeros(1, 4)).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class LogSoftmax(Module):
    """Apply `functional.log_softmax` along an axis.

    Parameters
    ----------
    dim : int
        The axis whose elements' exponentials sum to 1.
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return log_softmax(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class ReLU6(_InPlace):
    """Apply `functional.relu6`, ``min(max(x, 0), 6)``.

    Parameters
    ----------
    inplace : bool, default False
        Whether to write the result into the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        return relu6(input, self.inplace)


class SELU(_InPlace):
    """Apply `functional.selu`, the self-normalizing unit.

    Parameters
    ----------
    inplace : bool, default False
        Whether to write the result into the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        return selu(input, self.inplace)


class Hardsigmoid(_InPlace):
    """Apply `functional.hardsigmoid`, ``min(max(x + 3, 0), 6) / 6``.

    Parameters
    ----------
    inplace : bool, default False
        Whether to write the result into the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        return hardsigmoid(input, self.inplace)

    def extra_repr(self) -> str:
        return ""  # as PyTorch has it


class Hardswish(_InPlace):
    """Apply `functional.hardswish`, ``x * hardsigmoid(x)``.

    Parameters
    ----------
    inplace : bool, default False
        Whether to write the result into the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        return hardswish(input, self.inplace)

    def extra_repr(self) -> str:
        return ""  # as PyTorch has it


class Mish(_InPlace):
    """Apply `functional.mish`, ``x * tanh(softplus(x))``.

    Parameters
    ----------
    inplace : bool, default False
        Whether to write the result into the input.
    """

    def forward(self, input: Tensor) -> Tensor:
        return mish(input, self.inplace)


class LogSigmoid(Module):
    """Apply `functional.logsigmoid`, ``log(sigmoid(x))``."""

    def forward(self, input: Tensor) -> Tensor:
        return logsigmoid(input)


class Softsign(Module):
    """Apply `functional.softsign`, ``x / (1 + abs(x))``."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.softsign(input)


class Tanhshrink(Module):
    """Apply `functional.tanhshrink`, ``x - tanh(x)``."""

    def forward(self, input: Tensor) -> Tensor:
        return functional.tanhshrink(input)


class ELU(Module):
    """Apply `functional.elu`, ``alpha * (exp(x) - 1)`` below 0.

    Parameters
    ----------
    alpha : float, default 1.0
        Minus the value that large negative inputs come close to.
    inplace : bool, default False
        Whether to write the result into the input.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.ELU(2.0)(fg.tensor([-fg.inf, 2.0])).tolist()
    [-2.0, 2.0]
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha: float = real(alpha, "ELU", "alpha")
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return elu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class CELU(Module):
    """Apply `functional.celu`, ``alpha * (exp(x / alpha) - 1)`` below 0.

    Parameters
    ----------
    alpha : float, default 1.0
        Minus the value that large negative inputs come close to; not 0.
    inplace : bool, default False
        Whether to write the result into the input.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.CELU(2.0)(fg.tensor([-fg.inf, 2.0])).tolist()
    [-2.0, 2.0]
    """

    def __init__(self, alpha: float = 1.0, inplace: bool = False) -> None:
        super().__init__()
        self.alpha: float = real(alpha, "CELU", "alpha")
        if self.alpha == 0.0:
            raise TensorValueError("CELU: alpha must not be 0, got 0.0")
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return celu(input, self.alpha, self.inplace)

    def extra_repr(self) -> str:
        return f"alpha={self.alpha}" + (", inplace=True" if self.inplace else "")


class Hardtanh(Module):
    """Apply `functional.hardtanh`: values within bounds, the nearer bound elsewhere.

    Parameters
    ----------
    min_val, max_val : float, default -1.0 and 1.0
        The smallest and the largest value that the function takes.
    inplace : bool, default False
        Whether to write the result into the input.
    min_value, max_value : float, optional
        Older names of the bounds.

    Raises
    ------
    ValueError
        If `min_val` is not less than `max_val`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Hardtanh(-2.0, 2.0)(fg.tensor([-3.0, 0.5])).tolist()
    [-2.0, 0.5]
    """

    def __init__(
        self,
        min_val: float = -1.0,
        max_val: float = 1.0,
        inplace: bool = False,
        min_value: float | None = None,
        max_value: float | None = None,
    ) -> None:
        super().__init__()
        self.min_val: float = real(min_val if min_value is None else min_value, "Hardtanh", "min_val")
        self.max_val: float = real(max_val if max_value is None else max_value, "Hardtanh", "max_val")
        if not self.min_val < self.max_val:
            raise AssertedValueError(
                f"Hardtanh: min_val must be less than max_val, got {self.min_val} and {self.max_val}"
            )
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return hardtanh(input, self.min_val, self.max_val, self.inplace)

    def extra_repr(self) -> str:
        return f"min_val={self.min_val}, max_val={self.max_val}" + (", inplace=True" if self.inplace else "")


class Hardshrink(Module):
    """Apply `functional.hardshrink`: 0 within ``[-lambd, lambd]``.

    Parameters
    ----------
    lambd : float, default 0.5
        Inputs from `-lambd` to `lambd` become 0.
    """

    def __init__(self, lambd: float = 0.5) -> None:
        super().__init__()
        self.lambd: float = real(lambd, "Hardshrink", "lambd")

    def forward(self, input: Tensor) -> Tensor:
        return functional.hardshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


class Softshrink(Module):
    """Apply `functional.softshrink`: everything by `lambd` nearer to 0.

    Parameters
    ----------
    lambd : float, default 0.5
        Not negative.
    """

    def __init__(self, lambd: float = 0.5) -> None:
        from fastgrad.nn.functional.activation_composed import check_lambd

        super().__init__()
        self.lambd: float = real(lambd, "Softshrink", "lambd")
        check_lambd(self.lambd, "Softshrink")

    def forward(self, input: Tensor) -> Tensor:
        return functional.softshrink(input, self.lambd)

    def extra_repr(self) -> str:
        return str(self.lambd)


class Threshold(Module):
    """Apply `functional.threshold`: `value` where the input is not above `threshold`.

    Parameters
    ----------
    threshold, value : float
        Inputs that are not above the threshold become this value.
    inplace : bool, default False
        Whether to write the result into the input.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Threshold(0.1, 20.0)(fg.tensor([-3.0, 0.5])).tolist()
    [20.0, 0.5]
    """

    def __init__(self, threshold: float, value: float, inplace: bool = False) -> None:
        super().__init__()
        self.threshold: float = number(threshold, "Threshold", "threshold")
        self.value: float = number(value, "Threshold", "value")
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return functional.threshold(input, self.threshold, self.value, self.inplace)

    def extra_repr(self) -> str:
        return f"threshold={self.threshold}, value={self.value}" + (", inplace=True" if self.inplace else "")


class PReLU(Module):
    """Apply `functional.prelu`, whose slopes below 0 are learned.

    Parameters
    ----------
    num_parameters : int, default 1
        1, or the number of channels.
    init : float, default 0.25
        What the slopes begin with.
    device, dtype : optional
        The slopes' dtype, by default float32; the only device is the CPU.

    Attributes
    ----------
    weight : Parameter, shape (num_parameters,)
        The slopes below 0, which are learned.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.PReLU()(fg.tensor([-1.0, 2.0])).tolist()
    [-0.25, 2.0]
    """

    weight: Parameter

    def __init__(self, num_parameters: int = 1, init: float = 0.25, device: Any = None, dtype: Any = None) -> None:
        super().__init__()
        self.num_parameters: int = size(num_parameters, "PReLU", "num_parameters", 1)
        self.init: float = real(init, "PReLU", "init")
        self.weight = Parameter(fg.full((self.num_parameters,), self.init, dtype=dtype, device=device))

    def reset_parameters(self) -> None:
        """Set every slope to `init`."""
        with fg.no_grad():
            self.weight.fill_(self.init)

    def forward(self, input: Tensor) -> Tensor:
        return functional.prelu(input, self.weight)

    def extra_repr(self) -> str:
        return f"num_parameters={self.num_parameters}"


class RReLU(Module):
    """Apply `functional.rrelu`: slopes below 0 are drawn while training, and their mean in evaluation mode.

    Parameters
    ----------
    lower, upper : float, default 1/8 and 1/3
        The slopes are uniform between them.
    inplace : bool, default False
        Whether to write the result into the input.
    generator : Generator, optional
        Where the slopes are drawn from, by default the default generator.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.RReLU(0.25, 0.75).eval()(fg.tensor([-1.0, 2.0])).tolist()
    [-0.5, 2.0]
    """

    def __init__(
        self,
        lower: float = 1.0 / 8,
        upper: float = 1.0 / 3,
        inplace: bool = False,
        *,
        generator: Generator | None = None,
    ) -> None:
        from fastgrad.nn.functional.activation_composed import check_slopes

        super().__init__()
        self.lower: float = real(lower, "RReLU", "lower")
        self.upper: float = real(upper, "RReLU", "upper")
        check_slopes(self.lower, self.upper, "RReLU")
        self.inplace = inplace
        self.generator = generator

    def forward(self, input: Tensor) -> Tensor:
        return functional.rrelu(input, self.lower, self.upper, self.training, self.inplace, generator=self.generator)

    def extra_repr(self) -> str:
        return f"lower={self.lower}, upper={self.upper}" + (", inplace=True" if self.inplace else "")


class GLU(Module):
    """Apply `functional.glu`: one half along an axis times the sigmoid of the other.

    Parameters
    ----------
    dim : int, default -1
        The axis that is cut in two halves.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.GLU()(fg.tensor([3.0, 4.0, 0.0, 0.0])).tolist()
    [1.5, 2.0]
    """

    def __init__(self, dim: int = -1) -> None:
        super().__init__()
        self.dim: int = whole(dim, "GLU", "dim")

    def forward(self, input: Tensor) -> Tensor:
        return functional.glu(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmin(Module):
    """Apply `functional.softmin` along an axis.

    Parameters
    ----------
    dim : int
        The axis whose elements sum to 1.
    """

    def __init__(self, dim: int | None = None) -> None:
        super().__init__()
        self.dim = dim

    def forward(self, input: Tensor) -> Tensor:
        return softmin(input, self.dim)

    def extra_repr(self) -> str:
        return f"dim={self.dim}"


class Softmax2d(Module):
    """Apply `functional.softmax` to the channels of images, (N, C, H, W) or (C, H, W).

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.Softmax2d()(fg.zeros(4, 1, 1)).ravel().tolist()
    [0.25, 0.25, 0.25, 0.25]
    """

    def forward(self, input: Tensor) -> Tensor:
        input = as_tensor(input, "Softmax2d")
        if input.ndim not in (3, 4):
            raise TensorValueError(
                f"Softmax2d: input must be 4-D (N, C, H, W) or 3-D (C, H, W), got shape {input.shape}"
            )
        return softmax(input, -3)
