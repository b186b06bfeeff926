# distutils: language = c++
"""Activations with numbers beside their input: one kernel for each, which the numbers are given to."""
from fastgrad._tensor cimport Backward, Node, Primitive, Tensor, define, record1, recording, tracing, wrap
from fastgrad._tensor.convert cimport flag, real
from fastgrad.nn.functional._checks cimport over
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.elementwise as native
from fastgrad.ops._native.elementwise cimport UnaryOp

from fastgrad.errors import TensorValueError
from fastgrad.ops.choose import where
from fastgrad.ops.compare import logical_or
from fastgrad.ops.math import exp


# An activation with numbers beside its input (`Parameters`, as src/kernels/elementwise/operations.h says): its kernel,
# and its gradient in plain operations.
cdef struct Parameters:
    double value[3]

ctypedef object (*Gradient)(object g, Tensor x, const Parameters* p)

cdef struct Parametrized:
    Primitive primitive
    UnaryOp op
    Gradient gradient


cdef Parametrized define_parametrized(const char* name, Gradient gradient) except *:
    cdef Parametrized f
    f.primitive = define(name, parametrized_vjp)
    f.op = native.unary_named(name)
    f.gradient = gradient
    return f


cdef int parametrized_vjp(Node n, object g, Backward to) except -1:
    cdef const Parametrized* f = <const Parametrized*>n.primitive
    cdef Tensor x = n.saved(0)
    cdef const Parameters* p = n.attributes.get[Parameters]()
    cdef bint selects = f.op == LEAKY_RELU.op and p.value[0] == 0.0  # where an infinite g must not be multiplied by 0
    if to.create_graph or selects or tracing():
        to.give(0, f.gradient(g, x, p))
    else:
        to.give(0, wrap(native.unary_gradient_with(f.op, (<Tensor>g).a, x.a, p.value)))
    return 0


cdef Tensor parametrized(const Parametrized* f, object input, double first, double second=0.0, double third=0.0):
    cdef Tensor x = as_tensor(input, f.primitive.name)
    cdef Parameters p
    p.value[0], p.value[1], p.value[2] = first, second, third
    cdef Tensor out = wrap(native.unary_with(f.op, x.a, p.value))
    cdef Node n
    if recording(x):
        n = record1(out, &f.primitive, x)
        n.save(0, x)
        n.attributes.set[Parameters]()[0] = p
    return out


cdef object leaky_relu_gradient(object g, Tensor x, const Parameters* p):
    return where(x > 0.0, g, g * p.value[0] if p.value[0] else 0.0)


cdef Parametrized LEAKY_RELU = define_parametrized(b"leaky_relu", leaky_relu_gradient)


def leaky_relu(input: Tensor, negative_slope: float = 0.01, inplace: bool = False) -> Tensor:
    """Return `input` where it is positive, ``negative_slope * input`` elsewhere.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    negative_slope : float, default 0.01
        The slope below 0.
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
    cdef double slope = real(negative_slope, "leaky_relu", "negative_slope")
    if inplace is not False and flag(inplace, "leaky_relu", "inplace"):
        return over(leaky_relu, input, (slope,))
    return parametrized(&LEAKY_RELU, input, slope)


def leaky_relu_(input: Tensor, negative_slope: float = 0.01) -> Tensor:
    """`leaky_relu`, written into `input`."""
    return leaky_relu(input, negative_slope, True)


cdef object elu_gradient(object g, Tensor x, const Parameters* p):
    below = exp(where(x < 0.0, x, 0.0) * p.value[1]) * (p.value[0] * p.value[1])
    return where(x <= 0.0, g * below, g * p.value[2])


cdef Parametrized ELU = define_parametrized(b"elu", elu_gradient)


def elu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return `input` where it is positive, ``alpha * (exp(input) - 1)`` elsewhere.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    alpha : float, default 1.0
        Minus the value that large negative inputs come close to.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    References
    ----------
    Clevert, Unterthiner and Hochreiter, "Fast and Accurate Deep Network Learning by Exponential Linear Units", 2015,
    https://arxiv.org/abs/1511.07289

    See Also
    --------
    fastgrad.nn.ELU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.elu(fg.tensor([-fg.inf, 2.0])).tolist()
    [-1.0, 2.0]
    """
    cdef double scale = real(alpha, "elu", "alpha")
    if inplace is not False and flag(inplace, "elu", "inplace"):
        return over(elu, input, (scale,))
    return parametrized(&ELU, input, scale, 1.0, 1.0)


def elu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """`elu`, written into `input`."""
    return elu(input, alpha, True)


def celu(input: Tensor, alpha: float = 1.0, inplace: bool = False) -> Tensor:
    """Return `input` where it is positive, ``alpha * (exp(input / alpha) - 1)`` elsewhere: smooth at 0 for any alpha.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    alpha : float, default 1.0
        Minus the value that large negative inputs come close to; not 0.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `alpha` is 0.

    References
    ----------
    Barron, "Continuously Differentiable Exponential Linear Units", 2017, https://arxiv.org/abs/1704.07483

    See Also
    --------
    fastgrad.nn.CELU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.celu(fg.tensor([-fg.inf, 2.0]), alpha=3.0).tolist()
    [-3.0, 2.0]
    """
    cdef double scale = real(alpha, "celu", "alpha")
    if scale == 0.0:
        raise TensorValueError("celu: alpha must not be 0, got 0.0")
    if inplace is not False and flag(inplace, "celu", "inplace"):
        return over(celu, input, (scale,))
    return parametrized(&ELU, input, scale, 1.0 / scale, 1.0)


def celu_(input: Tensor, alpha: float = 1.0) -> Tensor:
    """`celu`, written into `input`."""
    return celu(input, alpha, True)


# Of the paper, section 2: with these the activations' mean and variance are drawn to 0 and 1.
cdef double _SELU_ALPHA = 1.6732632423543772848170429916717, _SELU_SCALE = 1.0507009873554804934193349852946


def selu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``1.0507... * elu(input, alpha=1.6732...)``, which keeps activations at mean 0 and variance 1.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    References
    ----------
    Klambauer et al., "Self-Normalizing Neural Networks", 2017, https://arxiv.org/abs/1706.02515

    See Also
    --------
    fastgrad.nn.SELU

    Examples
    --------
    >>> import fastgrad as fg
    >>> round(fg.nn.functional.selu(fg.ones(1)).item(), 4)
    1.0507
    """
    if inplace is not False and flag(inplace, "selu", "inplace"):
        return over(selu, input, ())
    return parametrized(&ELU, input, _SELU_ALPHA * _SELU_SCALE, 1.0, _SELU_SCALE)


def selu_(input: Tensor) -> Tensor:
    """`selu`, written into `input`."""
    return selu(input, True)


cdef object hardtanh_gradient(object g, Tensor x, const Parameters* p):
    return where(logical_or(x <= p.value[0], x >= p.value[1]), 0.0, g)


cdef Parametrized HARDTANH = define_parametrized(b"hardtanh", hardtanh_gradient)


def hardtanh(input: Tensor, min_val: float = -1.0, max_val: float = 1.0, inplace: bool = False) -> Tensor:
    """Return `input` within bounds, and the nearer bound elsewhere; no gradient passes there, nor at a bound.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    min_val, max_val : float, default -1.0 and 1.0
        The smallest and the largest value that the function takes.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    Raises
    ------
    ValueError
        If `min_val` is greater than `max_val`.

    See Also
    --------
    fastgrad.nn.Hardtanh

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.hardtanh(fg.tensor([-3.0, 0.5, 2.0])).tolist()
    [-1.0, 0.5, 1.0]
    """
    cdef double low = real(min_val, "hardtanh", "min_val"), high = real(max_val, "hardtanh", "max_val")
    if not low <= high:
        raise TensorValueError(f"hardtanh: min_val must not be greater than max_val, got {low} and {high}")
    if inplace is not False and flag(inplace, "hardtanh", "inplace"):
        return over(hardtanh, input, (low, high))
    return parametrized(&HARDTANH, input, low, high)


def hardtanh_(input: Tensor, min_val: float = -1.0, max_val: float = 1.0) -> Tensor:
    """`hardtanh`, written into `input`."""
    return hardtanh(input, min_val, max_val, True)


def relu6(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``min(max(input, 0), 6)``; no gradient passes at 0 and 6.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    inplace : bool, default False
        Whether to write the result into `input`.

    Returns
    -------
    Tensor, shape of `input`

    See Also
    --------
    fastgrad.nn.ReLU6

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.relu6(fg.tensor([-3.0, 0.5, 8.0])).tolist()
    [0.0, 0.5, 6.0]
    """
    if inplace is not False and flag(inplace, "relu6", "inplace"):
        return over(relu6, input, ())
    return parametrized(&HARDTANH, input, 0.0, 6.0)
