"""Activations that are made of plain operations."""

from __future__ import annotations

from math import isfinite
from typing import TYPE_CHECKING

from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import axis_number, number, real, whole
from fastgrad._tensor.dtype import bfloat16, float16, float32, float64
from fastgrad.errors import TensorTypeError, TensorValueError, UnsupportedDtypeError
from fastgrad.nn.functional._checks import overwritten, source_of
from fastgrad.nn.functional.activation import softmax
from fastgrad.nn.functional.activation_parametrized import leaky_relu
from fastgrad.ops._common import operand
from fastgrad.ops.choose import clip, where
from fastgrad.ops.index import one_hot
from fastgrad.ops.join import split
from fastgrad.ops.math import log, log1p, sigmoid, sign, tanh
from fastgrad.ops.view import moveaxis
from fastgrad.random import source, uniform

if TYPE_CHECKING:
    from fastgrad._core import Generator


def prelu(input: Tensor, weight: Tensor) -> Tensor:
    """Return `input` where it is positive, ``weight * input`` elsewhere.

    Parameters
    ----------
    input : Tensor, shape (N, C, ...) or any
        The channels are along the second axis, where there is one.
    weight : Tensor, shape (C,), (1,) or ()
        A slope for each channel, or one for all.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If there is neither one slope nor one for each channel.

    References
    ----------
    He et al., "Delving Deep into Rectifiers", 2015, https://arxiv.org/abs/1502.01852

    See Also
    --------
    fastgrad.nn.PReLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.prelu(fg.tensor([-1.0, 2.0]), fg.tensor([0.25])).tolist()
    [-0.25, 2.0]
    """
    if isinstance(weight, Tensor):
        x, w = operand(input, "prelu", weight), weight
    else:
        x = operand(input, "prelu")
        w = operand(weight, "prelu", x)
    if w.ndim > 1:
        raise TensorValueError(f"prelu: weight must have 0 dimensions or 1, got shape {w.shape}")
    if w.size != 1:
        channels = x.shape[1] if x.ndim > 1 else 1
        if w.size != channels:
            raise TensorValueError(
                f"prelu: weight must have 1 element or one for each of the {channels} channels of an "
                f"input of shape {x.shape}, got {w.size}"
            )
    if x.dtype is not w.dtype:
        raise TensorTypeError(f"prelu: input is {x.dtype} but weight is {w.dtype}; convert one with .astype(...)")
    if w.size != 1:
        w = w.reshape((-1,) + (1,) * (x.ndim - 2))
    elif w.ndim > x.ndim:
        w = w.reshape(())
    positive = x > 0.0
    return where(positive, x, w * where(positive, 0.0, x))  # nothing of what is positive reaches the weight's gradient


def rrelu(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    inplace: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Return `input` where it is positive, elsewhere its product with a slope drawn for each element.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    lower, upper : float, default 1/8 and 1/3
        The slopes are uniform between them.
    training : bool, default False
        If false, the slope is the mean of the two.
    inplace : bool, default False
        Whether to write the result into `input`.
    generator : Generator, optional
        Where the slopes are drawn from, by default the default generator.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `lower` is greater than `upper`, or one of them is not finite.

    References
    ----------
    Xu et al., "Empirical Evaluation of Rectified Activations in Convolution Network", 2015,
    https://arxiv.org/abs/1505.00853

    See Also
    --------
    fastgrad.nn.RReLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.rrelu(fg.tensor([-1.0, 2.0]), 0.25, 0.75).tolist()
    [-0.5, 2.0]
    """
    low, high = real(lower, "rrelu", "lower"), real(upper, "rrelu", "upper")
    check_slopes(low, high, "rrelu")
    if inplace:
        x = overwritten(input, "rrelu")
        return x.copy_(rrelu(source_of(x), low, high, training, generator=generator))
    x = operand(input, "rrelu")
    if not training:
        return leaky_relu(x, (low + high) / 2.0)
    return where(x <= 0.0, x * _uniform(x, low, high, generator, "rrelu"), x)


def rrelu_(
    input: Tensor,
    lower: float = 1.0 / 8,
    upper: float = 1.0 / 3,
    training: bool = False,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """`rrelu`, written into `input`."""
    return rrelu(input, lower, upper, training, True, generator=generator)


def _uniform(x: Tensor, low: float, high: float, generator: Generator | None, op: str) -> Tensor:
    """Uniform numbers of [low, high), as many as x has and of its dtype."""
    dtype = x.dtype if x.dtype is float64 else None
    drawn = uniform(low, high, x.shape, dtype=dtype, generator=source(op, generator))
    return drawn.astype(x.dtype) if x.dtype in (float16, bfloat16) else drawn


def check_slopes(lower: float, upper: float, op: str) -> None:
    """Refuses what is no range of slopes."""
    if not (lower <= upper and isfinite(lower) and isfinite(upper)):
        raise TensorValueError(
            f"{op}: lower must not be greater than upper, and both be finite, got {lower} and {upper}"
        )


def glu(input: Tensor, dim: int = -1) -> Tensor:
    """Return ``a * sigmoid(b)``, `a` and `b` being the halves of `input` along an axis.

    Parameters
    ----------
    input : Tensor, of at least one axis
        Its length along `dim` is even: the first half is multiplied by the sigmoid of the second.
    dim : int, default -1
        The axis, of even length.

    Returns
    -------
    Tensor, of half the length along `dim`

    Raises
    ------
    ValueError
        If the axis has an odd length.

    References
    ----------
    Dauphin et al., "Language Modeling with Gated Convolutional Networks", 2016, https://arxiv.org/abs/1612.08083

    See Also
    --------
    fastgrad.nn.GLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.glu(fg.tensor([3.0, 4.0, 0.0, 0.0])).tolist()
    [1.5, 2.0]
    """
    x = operand(input, "glu")
    if x.ndim == 0:
        raise TensorValueError("glu: input must have at least one axis, got shape ()")
    axis = axis_number(dim, x.ndim, "glu")
    if x.shape[axis] % 2:
        raise TensorValueError(f"glu: the length of axis {dim} must be even, got shape {x.shape}")
    a, b = split(x, 2, axis)
    return a * sigmoid(b)


def hardshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Return `input` outside of ``[-lambd, lambd]``, and 0 within.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    lambd : float, default 0.5
        Inputs from `-lambd` to `lambd` become 0.

    Returns
    -------
    Tensor, shape of `input`

    See Also
    --------
    fastgrad.nn.Hardshrink

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.hardshrink(fg.tensor([-3.0, 0.25, 2.0])).tolist()
    [-3.0, 0.0, 2.0]
    """
    x = operand(input, "hardshrink")
    return where(abs(x) <= real(lambd, "hardshrink", "lambd"), 0.0, x)


def softshrink(input: Tensor, lambd: float = 0.5) -> Tensor:
    """Return `input`, `lambd` nearer to 0, and 0 within ``[-lambd, lambd]``.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    lambd : float, default 0.5
        Inputs from `-lambd` to `lambd` become 0.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `lambd` is negative.

    See Also
    --------
    fastgrad.nn.Softshrink

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.softshrink(fg.tensor([-3.0, 0.25, 2.0])).tolist()
    [-2.5, 0.0, 1.5]
    """
    bound = real(lambd, "softshrink", "lambd")
    check_lambd(bound, "softshrink")
    x = operand(input, "softshrink")
    return where(abs(x) <= bound, 0.0, x - sign(x) * bound)


def check_lambd(lambd: float, op: str) -> None:
    """Refuses what is no distance."""
    if not lambd >= 0.0:
        raise TensorValueError(f"{op}: lambd must not be negative, got {lambd}")


def tanhshrink(input: Tensor) -> Tensor:
    """Return ``input - tanh(input)``, shape of `input`.

    See Also
    --------
    fastgrad.nn.Tanhshrink

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.tanhshrink(fg.zeros(1)).item()
    0.0
    """
    x = operand(input, "tanhshrink")
    if x.dtype == float16 or x.dtype == bfloat16:  # next to 0 they differ in digits that these have not
        return tanhshrink(x.astype(float32)).astype(x.dtype)
    return x - tanh(x)


def softsign(input: Tensor) -> Tensor:
    """Return ``input / (1 + abs(input))``, shape of `input`.

    See Also
    --------
    fastgrad.nn.Softsign

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.softsign(fg.ones(1)).item()
    0.5
    """
    x = operand(input, "softsign")
    return x / (abs(x) + 1.0)


def threshold(input: Tensor, threshold: float, value: float, inplace: bool = False) -> Tensor:
    """Return `input` where it is above `threshold`, and `value` elsewhere.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    threshold, value : float
        Inputs that are not above the threshold become this value.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    See Also
    --------
    fastgrad.nn.Threshold

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.threshold(fg.tensor([-3.0, 0.25, 2.0]), 0.5, 20.0).tolist()
    [20.0, 20.0, 2.0]
    """
    end, constant = _constant(threshold, "threshold"), _constant(value, "value")
    if inplace:
        return threshold_(input, end, constant)
    x = operand(input, "threshold")
    return where(x <= end, constant, x)


def _constant(value: object, argument: str) -> bool | int | float:
    """A number for `threshold`: an int stays one, where a float can hold it."""
    found: bool | int | float = number(value, "threshold", argument)
    if not isinstance(found, bool):
        real(found, "threshold", argument)
    return found


def threshold_(input: Tensor, threshold: float, value: float) -> Tensor:
    """`threshold`, written into `input`."""
    x = overwritten(input, "threshold")
    end, constant = _constant(threshold, "threshold"), _constant(value, "value")
    return x.copy_(where(x <= end, constant, source_of(x)))


def gumbel_softmax(
    logits: Tensor,
    tau: float = 1.0,
    hard: bool = False,
    eps: float = 1e-10,
    dim: int = -1,
    *,
    generator: Generator | None = None,
) -> Tensor:
    """Draw from the Gumbel-softmax distribution: one-hot vectors, softened, through which gradients flow.

    Parameters
    ----------
    logits : Tensor, any shape
        Unnormalised log-probabilities.
    tau : float, default 1.0
        The temperature: the lower, the nearer to one-hot.
    hard : bool, default False
        Whether to return one-hot vectors, with the gradients of the soft ones.
    eps : float
        Accepted as PyTorch has it, which does not use it either.
    dim : int, default -1
        The axis whose elements sum to 1.
    generator : Generator, optional
        Where the noise is drawn from, by default the default generator.

    Returns
    -------
    Tensor, shape of `logits`

    Raises
    ------
    ValueError
        If `tau` is not positive.

    References
    ----------
    Jang, Gu and Poole, "Categorical Reparameterization with Gumbel-Softmax", 2016, https://arxiv.org/abs/1611.01144;
    Maddison, Mnih and Teh, "The Concrete Distribution", 2016, https://arxiv.org/abs/1611.00712

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.gumbel_softmax(fg.zeros(3, 4), hard=True).argmax(axis=1).shape
    (3,)
    """
    temperature = real(tau, "gumbel_softmax", "tau")
    x = operand(logits, "gumbel_softmax")
    if not temperature > 0.0:
        raise TensorValueError(f"gumbel_softmax: tau must be positive, got {temperature}")
    if not x.is_floating_point():
        raise UnsupportedDtypeError(
            f"gumbel_softmax: logits must be floats, got {x.dtype}; convert with .astype(fg.float32)"
        )
    axis = whole(dim, "gumbel_softmax", "dim")
    # of an exponentially distributed number, -log(1 - u), which is 0 where u is
    noise = -log(clip(-log1p(-_uniform(x, 0.0, 1.0, generator, "gumbel_softmax")), min=1e-17))
    soft = softmax((x + noise) / temperature, axis)
    if not hard:
        return soft
    along = soft.shape[axis]
    chosen = moveaxis(one_hot(soft.argmax(axis), along, dtype=x.dtype), -1, axis)
    return chosen - soft.detach() + soft
