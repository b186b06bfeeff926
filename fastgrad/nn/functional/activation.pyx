# distutils: language = c++
"""Activations and softmax. Where plain operations would lose digits of a gradient that is recorded, its kernel is an
operation with a rule of its own."""
from fastgrad._tensor cimport (
    Backward, Node, Primitive, SECOND, Tensor, define, record1, record2, recording, recording2, requires_grad, wrap,
)
from fastgrad._tensor.convert cimport whole
from fastgrad.nn.functional._checks cimport overwritten
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.elementwise as native
from fastgrad.ops._native.elementwise cimport UnaryOp
from fastgrad.ops.elementwise cimport INPUT, Unary, define_unary, unary
from fastgrad.ops.math cimport relu_of, sigmoid_of, tanh_of
from fastgrad.ops.softmax cimport log_softmax_along, softmax_along

from fastgrad._tensor.convert import real
from fastgrad.ops.choose import clip, where
from fastgrad.ops.math import exp


cdef double _real(object value, str op, str argument) except? -1.0:
    return <double>value if type(value) is float else real(value, op, argument)


cdef Tensor _source(Tensor x):
    """What is to be overwritten by a result whose rule reads it: a copy where there is such a rule."""
    return x.clone() if requires_grad(x) else x


# ---- functions that arrays have, too ---------------------------------------------------------------------------------

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

    See Also
    --------
    fastgrad.nn.ReLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.relu(fg.tensor([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """
    if inplace:
        return overwritten(input, "relu").copy_(relu_of(input))
    return relu_of(input)


def sigmoid(input: Tensor) -> Tensor:
    """Return ``1 / (1 + exp(-input))``, shape of `input`.

    See Also
    --------
    fastgrad.nn.Sigmoid

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.sigmoid(fg.zeros(1)).item()
    0.5
    """
    return sigmoid_of(input)


def tanh(input: Tensor) -> Tensor:
    """Return the hyperbolic tangent, shape of `input`.

    See Also
    --------
    fastgrad.nn.Tanh

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.tanh(fg.zeros(1)).item()
    0.0
    """
    return tanh_of(input)


# ---- others ----------------------------------------------------------------------------------------------------------

cdef struct LeakyReluAttributes:
    double negative_slope


cdef int leaky_relu_vjp(Node n, object g, Backward to) except -1:
    cdef Tensor x = n.saved(0)
    cdef double slope = n.attributes.get[LeakyReluAttributes]().negative_slope
    if to.create_graph or slope == 0.0:
        to.give(0, where(x > 0.0, g, g * slope if slope else 0.0))
    else:
        to.give(0, wrap(native.unary_gradient_with(UnaryOp.LeakyRelu, (<Tensor>g).a, x.a, slope)))
    return 0


cdef Primitive LEAKY_RELU = define(b"leaky_relu", leaky_relu_vjp)


cdef Tensor leaky(Tensor x, double slope):
    cdef Tensor out = wrap(native.unary_with(UnaryOp.LeakyRelu, x.a, slope))
    cdef Node n
    if recording(x):
        n = record1(out, &LEAKY_RELU, x)
        n.save(0, x)
        n.attributes.set[LeakyReluAttributes]().negative_slope = slope
    return out


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

    See Also
    --------
    fastgrad.nn.LeakyReLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.leaky_relu(fg.tensor([-1.0, 2.0]), 0.5).tolist()
    [-0.5, 2.0]
    """
    cdef double slope = _real(negative_slope, "leaky_relu", "negative_slope")
    cdef Tensor x
    if inplace:
        x = overwritten(input, "leaky_relu")
        return x.copy_(leaky(_source(x), slope))
    return leaky(as_tensor(input, b"leaky_relu"), slope)


cdef int softplus_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * sigmoid_of(n.saved(0)))
    return 0


cdef Unary SOFTPLUS = define_unary(b"softplus", softplus_vjp, INPUT)


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

    See Also
    --------
    fastgrad.nn.Softplus

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.softplus(fg.zeros(1)).item(), 4)
    0.6931
    """
    cdef double scale = _real(beta, "softplus", "beta"), end = _real(threshold, "softplus", "threshold")
    if scale == 1.0 and end == 20.0:
        return unary(&SOFTPLUS, input)
    if not scale > 0.0:
        raise ValueError(f"softplus: beta must be positive, got {scale}")
    x = as_tensor(input, b"softplus")
    scaled = x * scale
    return where(scaled > end, x, unary(&SOFTPLUS, scaled) / scale)


cdef Tensor kernel_gradient(const Unary* f, const Primitive* p, Tensor g, Tensor x):
    """What the kernel says that f passes on of g at x, recorded as the product with g that it is."""
    cdef Tensor out = wrap(native.unary_gradient(f.op, g.a, x.a))
    cdef Node n
    cdef int wanted = recording2(g, x)
    if wanted:
        n = record2(out, p, g, x)
        if wanted & SECOND:
            n.save(0, g)
        n.save(1, x)
    return out


cdef int silu_slope_vjp(Node n, object h, Backward to) except -1:
    cdef Tensor x = n.saved(1), s
    if to.wants(0):
        to.give(0, kernel_gradient(&SILU, &SILU_BACKWARD, h, x))
    if to.wants(1):
        s = sigmoid_of(x)
        x = clip(x, -1000.0, 1000.0)  # beyond, s and 1 - s are 0 exactly: 0 times infinity is none of this
        to.give(1, h * n.saved(0) * (s * (1.0 - s) * (x * (1.0 - s * 2.0) + 2.0)))
    return 0


cdef Primitive SILU_BACKWARD = define(b"silu_backward", silu_slope_vjp)


cdef int silu_vjp(Node n, object g, Backward to) except -1:
    to.give(0, kernel_gradient(&SILU, &SILU_BACKWARD, g, n.saved(0)))
    return 0


cdef Unary SILU = define_unary(b"silu", silu_vjp, INPUT)


cdef Tensor silu_of(object x):
    return unary(&SILU, x)


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

    References
    ----------
    Elfwing, Uchibe and Doya, "Sigmoid-weighted linear units", 2017, https://arxiv.org/abs/1702.03118

    See Also
    --------
    fastgrad.nn.SiLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.silu(fg.zeros(1)).item()
    0.0
    """
    cdef Tensor x
    if inplace:
        x = overwritten(input, "silu")
        return x.copy_(silu_of(_source(x)))
    return silu_of(input)


cdef int gelu_slope_vjp(Node n, object h, Backward to) except -1:
    cdef Tensor x = n.saved(1)
    if to.wants(0):
        to.give(0, kernel_gradient(&GELU, &GELU_BACKWARD, h, x))
    if to.wants(1):
        x = clip(x, -100.0, 100.0)  # beyond, the density is 0 exactly
        density = exp(x * x * -0.5) * 0.3989422804014327  # 1 / sqrt(2 pi)
        to.give(1, h * n.saved(0) * (density * (2.0 - x * x)))
    return 0


cdef Primitive GELU_BACKWARD = define(b"gelu_backward", gelu_slope_vjp)


cdef int gelu_vjp(Node n, object g, Backward to) except -1:
    to.give(0, kernel_gradient(&GELU, &GELU_BACKWARD, g, n.saved(0)))
    return 0


cdef Unary GELU = define_unary(b"gelu", gelu_vjp, INPUT)


cdef Tensor gelu_of(object x):
    return unary(&GELU, x)


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

    See Also
    --------
    fastgrad.nn.GELU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.gelu(fg.zeros(1)).item()
    0.0
    """
    if approximate == "none":
        return gelu_of(input)
    check_approximation(approximate, "gelu")
    x = as_tensor(input, b"gelu")
    near = clip(x, -10.0, 10.0)  # beyond, the hyperbolic tangent is 1 to the last digit, and a cube may overflow
    inner = 0.7978845608028654 * (near + 0.044715 * near * near * near)
    return 0.5 * x * (1.0 + tanh_of(inner))


def check_approximation(approximate: str, op: str) -> None:
    """Refuses what is no form of gelu."""
    if approximate != "none" and approximate != "tanh":
        raise ValueError(f"{op}: approximate must be 'none' or 'tanh', got {approximate!r}")


# ---- softmax ---------------------------------------------------------------------------------------------------------

cdef object _along(object dim, object input, str op):
    """The axis of a softmax, which must be given."""
    if dim is None:
        got = f"input of shape {input.shape}" if isinstance(input, Tensor) else type(input).__name__
        raise TypeError(f"{op}: dim is required (for an {got} usually dim=-1)")
    return whole(dim, op, "dim")


def softmax(input: Tensor, dim: int | None = None, *, dtype: DTypeLike | None = None) -> Tensor:
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

    See Also
    --------
    fastgrad.nn.Softmax

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.softmax(fg.zeros(1, 4), dim=1).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    axis = _along(dim, input, "softmax")
    cdef Tensor x = as_tensor(input, b"softmax")
    return softmax_along(x if dtype is None else x.astype(dtype), axis)


def log_softmax(input: Tensor, dim: int | None = None, *, dtype: DTypeLike | None = None) -> Tensor:
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

    See Also
    --------
    fastgrad.nn.LogSoftmax

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.log_softmax(fg.tensor([[1000.0, 0.0]]), dim=1).tolist()
    [[0.0, -1000.0]]
    """
    axis = _along(dim, input, "log_softmax")
    cdef Tensor x = as_tensor(input, b"log_softmax")
    return log_softmax_along(x if dtype is None else x.astype(dtype), axis)
