# distutils: language = c++
"""Activations that have kernels, and softmax. Those with numbers beside their input are in
`activation_parametrized.pyx`, those that plain operations make in `activation_composed.py`. Where these would lose
digits of a gradient that is recorded, its kernel is an operation with a rule of its own."""
from fastgrad._tensor cimport Backward, Node, Primitive, SECOND, Tensor, define, record2, recording2, wrap
from fastgrad._tensor.convert cimport flag, real, whole
from fastgrad._tensor.cpp cimport DType, is_narrow_float
from fastgrad.nn.functional._checks cimport over, overwritten
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.elementwise as native
from fastgrad.ops.cast cimport cast_to
from fastgrad.ops.elementwise cimport INPUT, Unary, define_unary, unary
from fastgrad.ops.math cimport relu_of, sigmoid_of, tanh_of
from fastgrad.ops.softmax cimport log_softmax_along, softmax_along

from fastgrad.errors import TensorValueError
from fastgrad.ops.choose import clip, where
from fastgrad.ops.math import exp


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
        return over(hardsigmoid, input, ())
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
        return over(hardswish, input, ())
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
    cdef double scale = real(beta, "softplus", "beta"), end = real(threshold, "softplus", "threshold")
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
        return over(mish, input, ())
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
        return over(silu, input, ())
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
