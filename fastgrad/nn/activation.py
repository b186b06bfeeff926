"""Activations: the functions, and the layers that apply them."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad import ops
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import real, whole
from fastgrad.nn._common import as_tensor, in_place, written
from fastgrad.nn.module import Module


def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``max(input, 0)``; the derivative at 0 is 0, NaN stays NaN.

    Parameters
    ----------
    input : Tensor, any shape
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.relu(fg.tensor([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """
    return written(input, "relu").copy_(ops.relu(input)) if inplace else ops.relu(input)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Return `input` where it is positive, ``negative_slope * input`` elsewhere.

    Parameters
    ----------
    input : Tensor, any shape
    negative_slope : float, default 0.01
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.leaky_relu(fg.tensor([-1.0, 2.0]), 0.5).tolist()
    [-0.5, 2.0]
    """
    slope = real(negative_slope, "leaky_relu", "negative_slope")
    return in_place(ops.leaky_relu, input, slope) if inplace else ops.leaky_relu(input, slope)


def sigmoid(input: Tensor) -> Tensor:
    """Return ``1 / (1 + exp(-input))``, shape of `input`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.sigmoid(fg.zeros(1)).item()
    0.5
    """
    return ops.sigmoid(input)


def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent, shape of `input`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.tanh(fg.zeros(1)).item()
    0.0
    """
    return ops.tanh(input)


def gelu(input: Tensor, approximate: str = "none") -> Tensor:
    """Return ``input * Phi(input)``, Phi being the normal distribution function.

    Parameters
    ----------
    input : Tensor, any shape
    approximate : {"none", "tanh"}, default "none"
        "tanh" computes ``0.5 * x * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x**3)))``.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `approximate` is neither "none" nor "tanh".

    References
    ----------
    Hendrycks and Gimpel, "Gaussian Error Linear Units", 2016, https://arxiv.org/abs/1606.08415

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.gelu(fg.zeros(1)).item()
    0.0
    """
    if approximate == "none":
        return ops.gelu(input)
    if approximate != "tanh":
        raise ValueError(f"gelu: approximate must be 'none' or 'tanh', got {approximate!r}")
    input = as_tensor(input, "gelu")
    near = fg.clip(input, -10.0, 10.0)  # beyond, the hyperbolic tangent is 1 to the last digit, and a cube may overflow
    inner = 0.7978845608028654 * (near + 0.044715 * near * near * near)
    return 0.5 * input * (1.0 + ops.tanh(inner))


def silu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``input * sigmoid(input)``, also known as swish.

    Parameters
    ----------
    input : Tensor, any shape
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.silu(fg.zeros(1)).item()
    0.0
    """
    return in_place(ops.silu, input) if inplace else ops.silu(input)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Return ``log(1 + exp(beta * input)) / beta``, a smooth relu.

    Parameters
    ----------
    input : Tensor, any shape
    beta : float, default 1.0
    threshold : float, default 20.0
        Where ``beta * input`` is above it, the result is `input`; with both defaults the formula is exact everywhere
        and needs no threshold.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `beta` is not positive.

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.softplus(fg.zeros(1)).item(), 4)
    0.6931
    """
    beta, threshold = real(beta, "softplus", "beta"), real(threshold, "softplus", "threshold")
    if beta == 1.0 and threshold == 20.0:
        return ops.softplus(input)
    if not beta > 0.0:
        raise ValueError(f"softplus: beta must be positive, got {beta}")
    input = as_tensor(input, "softplus")
    scaled = input * beta
    return fg.where(scaled > threshold, input, ops.softplus(scaled) / beta)


def _softmax_axis(operation: str, input: Tensor, dim: int | None) -> int:
    if dim is None:
        got = f"input of shape {input.shape}" if isinstance(input, Tensor) else type(input).__name__
        raise TypeError(f"{operation}: dim is required (for an {got} usually dim=-1)")
    return whole(dim, operation, "dim")


def softmax(input: Tensor, dim: int | None = None, *, dtype: Any = None) -> Tensor:
    """Return ``exp(input)`` divided by its sum along an axis, computed without overflow.

    Parameters
    ----------
    input : Tensor, any shape
    dim : int
        The axis whose elements sum to 1. Unlike in PyTorch, it must be given: the one guessed there depends on the
        number of axes.
    dtype : dtype, optional
        Cast the input to it first.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    TypeError
        If `dim` is not given.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.softmax(fg.zeros(1, 4), dim=1).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    axis = _softmax_axis("softmax", input, dim)
    return ops.softmax(input if dtype is None else as_tensor(input, "softmax").astype(dtype), axis)


def log_softmax(input: Tensor, dim: int | None = None, *, dtype: Any = None) -> Tensor:
    """Return the logarithm of `softmax`, computed without overflow or cancellation.

    Parameters
    ----------
    input : Tensor, any shape
    dim : int
        The axis whose elements' exponentials sum to 1.
    dtype : dtype, optional
        Cast the input to it first.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    TypeError
        If `dim` is not given.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.log_softmax(fg.tensor([[1000.0, 0.0]]), dim=1).tolist()
    [[0.0, -1000.0]]
    """
    axis = _softmax_axis("log_softmax", input, dim)
    return ops.log_softmax(input if dtype is None else as_tensor(input, "log_softmax").astype(dtype), axis)


class ReLU(Module):
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

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return written(input, "relu").copy_(ops.relu(input)) if self.inplace else ops.relu(input)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class LeakyReLU(Module):
    """Apply `functional.leaky_relu`.

    Parameters
    ----------
    negative_slope : float, default 0.01
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
        return ops.sigmoid(input)


class Tanh(Module):
    """Apply `functional.tanh`."""

    def forward(self, input: Tensor) -> Tensor:
        return ops.tanh(input)


class GELU(Module):
    """Apply `functional.gelu`.

    Parameters
    ----------
    approximate : {"none", "tanh"}, default "none"
    """

    def __init__(self, approximate: str = "none") -> None:
        super().__init__()
        if approximate not in ("none", "tanh"):
            raise ValueError(f"GELU: approximate must be 'none' or 'tanh', got {approximate!r}")
        self.approximate = approximate

    def forward(self, input: Tensor) -> Tensor:
        return gelu(input, self.approximate)

    def extra_repr(self) -> str:
        return f"approximate={self.approximate!r}"


class SiLU(Module):
    """Apply `functional.silu`, ``x * sigmoid(x)``.

    Parameters
    ----------
    inplace : bool, default False
        Whether to write the result into the input.
    """

    def __init__(self, inplace: bool = False) -> None:
        super().__init__()
        self.inplace = inplace

    def forward(self, input: Tensor) -> Tensor:
        return silu(input, self.inplace)

    def extra_repr(self) -> str:
        return "inplace=True" if self.inplace else ""


class Softplus(Module):
    """Apply `functional.softplus`.

    Parameters
    ----------
    beta : float, default 1.0
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
