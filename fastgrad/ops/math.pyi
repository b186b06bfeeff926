# Written by tools/stubs.py.
from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import TensorLike

def abs(x: TensorLike, /) -> Tensor:
    """The absolute value, elementwise. Its gradient at 0 is 0."""

def acos(x: TensorLike, /) -> Tensor:
    """The inverse cosine in radians, elementwise."""

def acosh(x: TensorLike, /) -> Tensor:
    """The inverse hyperbolic cosine, elementwise."""

def asin(x: TensorLike, /) -> Tensor:
    """The inverse sine in radians, elementwise."""

def asinh(x: TensorLike, /) -> Tensor:
    """The inverse hyperbolic sine, elementwise."""

def atan(x: TensorLike, /) -> Tensor:
    """The inverse tangent in radians, elementwise."""

def atan2(y: TensorLike, x: TensorLike, /) -> Tensor:
    """The angle of the point (x, y) in radians, elementwise. Its gradient at (0, 0) is 0."""

def atanh(x: TensorLike, /) -> Tensor:
    """The inverse hyperbolic tangent, elementwise."""

def ceil(x: TensorLike, /) -> Tensor:
    """The smallest integer not below x, elementwise. Its gradient is 0."""

def cos(x: TensorLike, /) -> Tensor:
    """The cosine of x in radians, elementwise."""

def cosh(x: TensorLike, /) -> Tensor:
    """The hyperbolic cosine, elementwise."""

def digamma(x: TensorLike, /) -> Tensor:
    """The logarithmic derivative of the gamma function, elementwise.

    Minus infinity at 0 (infinity at -0), NaN at the negative integers. Its gradient is ``polygamma(1, x)``.

    Parameters
    ----------
    x : Tensor or array_like, any shape
        Integers are converted to float32.

    Returns
    -------
    Tensor, shape and dtype of `x`

    Notes
    -----
    Within 2 ulp of the exact value for x above 0. Below, where every zero lies between two poles, within 3 ulp of the
    larger of the value and 1.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([1.0, 2.0])
    >>> (fg.digamma(x + 1) - fg.digamma(x)).tolist()
    [1.0, 0.5]
    """

def erf(x: TensorLike, /) -> Tensor:
    """The error function, elementwise."""

def erfinv(x: TensorLike, /) -> Tensor:
    """The inverse of the error function, elementwise: infinite at -1 and 1, NaN beyond."""

def exp(x: TensorLike, /) -> Tensor:
    """e to the power x, elementwise."""

def exp2(x: TensorLike, /) -> Tensor:
    """2 to the power x, elementwise."""

def expm1(x: TensorLike, /) -> Tensor:
    """exp(x) - 1, accurate near 0, elementwise."""

def floor(x: TensorLike, /) -> Tensor:
    """The largest integer not above x, elementwise. Its gradient is 0."""

def hypot(x: TensorLike, y: TensorLike, /) -> Tensor:
    """sqrt(x * x + y * y) without overflow, elementwise. Its gradient at (0, 0) is 0."""

def lgamma(x: TensorLike, /) -> Tensor:
    """The logarithm of the absolute value of the gamma function, elementwise.

    Infinite at 0 and the negative integers. Its gradient is `digamma`.

    Parameters
    ----------
    x : Tensor or array_like, any shape
        Integers are converted to float32.

    Returns
    -------
    Tensor, shape and dtype of `x`

    Notes
    -----
    Within 2 ulp of the exact value, next to its zeros at 1 and 2 as elsewhere; next to the zeros below -2 within 4.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.lgamma(fg.tensor([1.0, 5.0])).exp().tolist()
    [1.0, 24.0]
    """

def log(x: TensorLike, /) -> Tensor:
    """The natural logarithm, elementwise."""

def log10(x: TensorLike, /) -> Tensor:
    """The logarithm to base 10, elementwise."""

def log1p(x: TensorLike, /) -> Tensor:
    """log(1 + x), accurate near 0, elementwise."""

def log2(x: TensorLike, /) -> Tensor:
    """The logarithm to base 2, elementwise."""

def polygamma(n: int, x: TensorLike, /) -> Tensor:
    """The derivative of order n of `digamma`, elementwise.

    Parameters
    ----------
    n : int
        From 0, `digamma` itself, to 170.
    x : Tensor or array_like, any shape
        Integers are converted to float32.

    Returns
    -------
    Tensor, shape and dtype of `x`

    Raises
    ------
    ValueError
        If `n` is out of its range.

    Notes
    -----
    For n above 0 it is ``(-1)**(n + 1) * n! * zeta(n + 1, x)``, of Hurwitz's zeta function, which is summed by Euler's
    and Maclaurin's formula.

    Examples
    --------
    >>> import fastgrad as fg
    >>> f"{fg.polygamma(1, fg.tensor(1.0)).item():.6f}"  # pi^2 / 6
    '1.644934'
    """

def reciprocal(x: TensorLike, /) -> Tensor:
    """1 / x, elementwise."""

def relu(x: TensorLike, /) -> Tensor:
    """max(x, 0), elementwise. Its gradient at 0 is 0."""

def round(x: TensorLike, /) -> Tensor:
    """The nearest integer, halves to even, elementwise. Its gradient is 0."""

def rsqrt(x: TensorLike, /) -> Tensor:
    """1 / sqrt(x), elementwise."""

def sigmoid(x: TensorLike, /) -> Tensor:
    """1 / (1 + exp(-x)), elementwise."""

def sign(x: TensorLike, /) -> Tensor:
    """-1, 0 or 1, elementwise; NaN of NaN. Its gradient is 0."""

def sin(x: TensorLike, /) -> Tensor:
    """The sine of x in radians, elementwise."""

def sinh(x: TensorLike, /) -> Tensor:
    """The hyperbolic sine, elementwise."""

def sqrt(x: TensorLike, /) -> Tensor:
    """The square root, elementwise. Its gradient at 0 is infinite."""

def square(x: TensorLike, /) -> Tensor:
    """x * x, elementwise."""

def tan(x: TensorLike, /) -> Tensor:
    """The tangent of x in radians, elementwise."""

def tanh(x: TensorLike, /) -> Tensor:
    """The hyperbolic tangent, elementwise."""

def trunc(x: TensorLike, /) -> Tensor:
    """x without its fraction, elementwise. Its gradient is 0."""
