# distutils: language = c++
"""Activations that have kernels, and softmax; those that plain operations make are in `activation_composed.py`. Where
these would lose digits of a gradient that is recorded, its kernel is an operation with a rule of its own."""
from fastgrad._tensor cimport (
    Backward, Node, Primitive, SECOND, Tensor, define, record1, record2, recording, recording2, requires_grad, tracing,
    wrap,
)
from fastgrad._tensor.convert cimport flag, whole
from fastgrad._tensor.cpp cimport DType, is_narrow_float
from fastgrad.nn.functional._checks cimport overwritten
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.elementwise as native
from fastgrad.ops._native.elementwise cimport UnaryOp
from fastgrad.ops.cast cimport cast_to
from fastgrad.ops.elementwise cimport INPUT, Unary, define_unary, unary
from fastgrad.ops.math cimport relu_of, sigmoid_of, tanh_of
from fastgrad.ops.softmax cimport log_softmax_along, softmax_along

from fastgrad._tensor.convert import real
from fastgrad.errors import TensorValueError
from fastgrad.ops.choose import clip, where
from fastgrad.ops.compare import logical_or
from fastgrad.ops.math import exp


cdef double _real(object value, str op, str argument) except? -1.0:
    return <double>value if type(value) is float else real(value, op, argument)


cdef Tensor _source(Tensor x):
    """What is to be overwritten by a result whose rule reads it: a copy where there is such a rule."""
    return x.clone() if requires_grad(x) else x


cdef Tensor _over(object function, object input, tuple rest):
    """Writes function(input, *rest) over the input."""
    cdef Tensor x = overwritten(input, function.__name__)
    return x.copy_(function(_source(x), *rest))


# ---- functions that arrays have, too ---------------------------------------------------------------------------------

def relu(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``max(input, 0)``; the derivative at 0 is 0, NaN stays NaN.

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
    fastgrad.nn.ReLU

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.relu(fg.tensor([-1.0, 2.0])).tolist()
    [0.0, 2.0]
    """
    if inplace is not False and flag(inplace, "relu", "inplace"):
        return relu_(input)
    return relu_of(input)


def relu_(input: Tensor) -> Tensor:
    """`relu`, written into `input`."""
    return overwritten(input, "relu").copy_(relu_of(input))


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
    cdef double slope = _real(negative_slope, "leaky_relu", "negative_slope")
    if inplace is not False and flag(inplace, "leaky_relu", "inplace"):
        return _over(leaky_relu, input, (slope,))
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
    cdef double scale = _real(alpha, "elu", "alpha")
    if inplace is not False and flag(inplace, "elu", "inplace"):
        return _over(elu, input, (scale,))
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
    cdef double scale = _real(alpha, "celu", "alpha")
    if scale == 0.0:
        raise TensorValueError("celu: alpha must not be 0, got 0.0")
    if inplace is not False and flag(inplace, "celu", "inplace"):
        return _over(celu, input, (scale,))
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
        return _over(selu, input, ())
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
    cdef double low = _real(min_val, "hardtanh", "min_val"), high = _real(max_val, "hardtanh", "max_val")
    if not low <= high:
        raise TensorValueError(f"hardtanh: min_val must not be greater than max_val, got {low} and {high}")
    if inplace is not False and flag(inplace, "hardtanh", "inplace"):
        return _over(hardtanh, input, (low, high))
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
        return _over(relu6, input, ())
    return parametrized(&HARDTANH, input, 0.0, 6.0)


cdef int hardsigmoid_vjp(Node n, object g, Backward to) except -1:
    to.give(0, where(abs(n.saved(0)) < 3.0, g / 6.0, 0.0))
    return 0


cdef Unary HARDSIGMOID = define_unary(b"hardsigmoid", hardsigmoid_vjp, INPUT)


def hardsigmoid(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``min(max(input + 3, 0), 6) / 6``, a sigmoid of straight pieces.

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
    fastgrad.nn.Hardsigmoid

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.hardsigmoid(fg.tensor([-4.0, 0.0, 4.0])).tolist()
    [0.0, 0.5, 1.0]
    """
    if inplace is not False and flag(inplace, "hardsigmoid", "inplace"):
        return _over(hardsigmoid, input, ())
    return unary(&HARDSIGMOID, input)


cdef int hardswish_vjp(Node n, object g, Backward to) except -1:
    x = n.saved(0)
    to.give(0, where(x <= -3.0, 0.0, where(x < 3.0, g * (x / 3.0 + 0.5), g)))
    return 0


cdef Unary HARDSWISH = define_unary(b"hardswish", hardswish_vjp, INPUT)


def hardswish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``input * hardsigmoid(input)``.

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
    Howard et al., "Searching for MobileNetV3", 2019, https://arxiv.org/abs/1905.02244

    See Also
    --------
    fastgrad.nn.Hardswish

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.hardswish(fg.tensor([-4.0, 0.0, 4.0])).tolist()
    [-0.0, 0.0, 4.0]
    """
    if inplace is not False and flag(inplace, "hardswish", "inplace"):
        return _over(hardswish, input, ())
    return unary(&HARDSWISH, input)


cdef int softplus_vjp(Node n, object g, Backward to) except -1:
    to.give(0, g * sigmoid_of(n.saved(0)))
    return 0


cdef Unary SOFTPLUS = define_unary(b"softplus", softplus_vjp, INPUT)


def softplus(input: Tensor, beta: float = 1.0, threshold: float = 20.0) -> Tensor:
    """Return ``log(1 + exp(beta * input)) / beta``, a smooth relu.

    Parameters
    ----------
    input : Tensor, any shape
        What the function is taken of, element by element.
    beta : float, default 1.0
        The larger, the sharper the bend at 0; not 0.
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
        raise TensorValueError(f"softplus: beta must be positive, got {scale}")
    cdef Tensor x = as_tensor(input, b"softplus")
    if is_narrow_float(x.a.dtype()):  # in float32: beta's rounding would be in the exponent
        return cast_to(softplus(cast_to(x, DType.F32), scale, end), x.a.dtype())
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


def logsigmoid(input: Tensor) -> Tensor:
    """Return the logarithm of `sigmoid`, computed without overflow or cancellation; shape of `input`.

    See Also
    --------
    fastgrad.nn.LogSigmoid

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.logsigmoid(fg.tensor([-1000.0])).item()
    -1000.0
    """
    return -unary(&SOFTPLUS, -as_tensor(input, b"logsigmoid"))


cdef int mish_vjp(Node n, object g, Backward to) except -1:
    x = n.saved(0)
    t, s = tanh_of(unary(&SOFTPLUS, x)), sigmoid_of(x)
    x = clip(x, -1000.0, 1000.0)  # beyond, s or 1 - t is 0 exactly: 0 times infinity is none of this
    to.give(0, g * (t + x * s * (1.0 - t * t)))
    return 0


cdef Unary MISH = define_unary(b"mish", mish_vjp, INPUT)


def mish(input: Tensor, inplace: bool = False) -> Tensor:
    """Return ``input * tanh(softplus(input))``.

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
    Misra, "Mish: A Self Regularized Non-Monotonic Activation Function", 2019, https://arxiv.org/abs/1908.08681

    See Also
    --------
    fastgrad.nn.Mish

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.mish(fg.zeros(1)).item()
    0.0
    """
    if inplace is not False and flag(inplace, "mish", "inplace"):
        return _over(mish, input, ())
    return unary(&MISH, input)


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
        What the function is taken of, element by element.
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
    if inplace is not False and flag(inplace, "silu", "inplace"):
        return _over(silu, input, ())
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
        What the function is taken of, element by element.
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
    cdef Tensor x = as_tensor(input, b"gelu")
    if is_narrow_float(x.a.dtype()):  # in float32: next to -1 the tangent's digits are lost
        return cast_to(gelu(cast_to(x, DType.F32), approximate), x.a.dtype())
    near = clip(x, -10.0, 10.0)  # beyond, the hyperbolic tangent is 1 to the last digit, and a cube may overflow
    inner = 0.7978845608028654 * (near + 0.044715 * near * near * near)
    return 0.5 * x * (1.0 + tanh_of(inner))


def check_approximation(approximate: str, op: str) -> None:
    """Refuses what is no form of gelu."""
    if approximate != "none" and approximate != "tanh":
        raise TensorValueError(f"{op}: approximate must be 'none' or 'tanh', got {approximate!r}")


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
        The scores.
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
        The scores.
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


def softmin(input: Tensor, dim: int | None = None, *, dtype: DTypeLike | None = None) -> Tensor:
    """Return the `softmax` of ``-input``.

    Parameters
    ----------
    input : Tensor, any shape
        The scores.
    dim : int
        The axis whose elements sum to 1.
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
    fastgrad.nn.Softmin

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.functional.softmin(fg.zeros(1, 4), dim=1).tolist()
    [[0.25, 0.25, 0.25, 0.25]]
    """
    axis = _along(dim, input, "softmin")
    cdef Tensor x = as_tensor(input, b"softmin")
    return softmax_along(-(x if dtype is None else x.astype(dtype)), axis)
