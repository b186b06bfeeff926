"""Special functions: those of ``torch.special`` that others here are not, with gradients.

Where a logarithm or a tail needs more than differences of rounded numbers leave, values are Python's own (`math.erfc`),
and the rule is the derivative written with differentiable operations.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.construct import get_default_float
from fastgrad.autograd import Function
from fastgrad.ops.pytorch.common import into, of_one

_SQRT_2 = math.sqrt(2.0)
_LOG_SQRT_2_PI = 0.5 * math.log(2.0 * math.pi)
# From here on erfc(x) is not 1 - erf(x) without loss.
_TAIL = 0.5
# From here down the logarithm of Phi is by the asymptotic series (Abramowitz and Stegun 26.2.12), whose tenth term is
# below the rounding.
_FAR = -20.0


def _floats(input: Any) -> Any:
    return input if input.is_floating_point() else input.astype(get_default_float())


class _Erfc(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        result: Tensor = 1.0 - fg.erf(x)
        values, found = x.detach().double().numpy(), result.numpy()
        tail = values > _TAIL
        if tail.any():
            found[tail] = [math.erfc(v) for v in values[tail].tolist()]
        return result

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        slope: Tensor = g * fg.exp(-fg.square(x)) * (-2.0 / math.sqrt(math.pi))
        return slope


def erfc(input: Any, *, out: Tensor | None = None) -> Tensor:
    """``1 - erf(x)``, to the last digit also where that is small."""
    x = _floats(input)
    narrow = x.dtype in (fg.float16, fg.bfloat16)
    result: Tensor = _Erfc.apply(x.float() if narrow else x)
    return into(out, result.astype(x.dtype) if narrow else result)  # type: ignore[no-any-return]


def _mills(x: Any) -> Any:
    """Of x far below 0, the area below x times ``-x / density(x)``: 1 - 1/x^2 + 3/x^4 - ..."""
    square, series = 1.0 / (x * x), 1.0
    for k in (17, 15, 13, 11, 9, 7, 5, 3, 1):
        series = 1.0 - k * square * series
    return series


def _log_area(values: np.ndarray) -> np.ndarray:
    # Where it is nearly 1, the logarithm of 1 less the other tail.
    upper, near = values > 1.0, np.maximum(values, _FAR)
    tail = np.asarray([math.erfc(abs(v) / _SQRT_2 if v > 1.0 else -v / _SQRT_2) / 2 for v in near.reshape(-1)])
    tail = tail.reshape(values.shape)
    found = np.where(upper, np.log1p(-np.where(upper, tail, 0.0)), np.log(np.where(upper, 1.0, tail)))
    far = values < _FAR
    if far.any():
        v = values[far]
        found[far] = -0.5 * v**2 - np.log(-v) - _LOG_SQRT_2_PI + np.log(_mills(v))
    return found


class _LogNdtr(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        result = fg.from_numpy(np.asarray(_log_area(x.detach().double().numpy()))).astype(x.dtype)
        ctx.save_for_backward(x, result)
        return result

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        x, y = ctx.saved_tensors
        far = x < _FAR  # where the exponent is a difference of large numbers
        below = fg.where(far, x, _FAR)
        near = fg.exp(fg.where(far, 0.0, -0.5 * fg.square(x) - _LOG_SQRT_2_PI - y))
        slope: Tensor = g * fg.where(far, -below / _mills(below), near)
        return slope


def log_ndtr(input: Any, *, out: Tensor | None = None) -> Any:
    """The logarithm of the normal distribution's function: of its area below x."""
    x = _floats(input)  # in float64: the gradient is an exponential of what the logarithm is less
    return into(out, _LogNdtr.apply(x.double()).astype(x.dtype, copy=False))


def ndtr(input: Any, *, out: Tensor | None = None) -> Any:
    """The normal distribution's function: its area below x."""
    return into(out, erfc(-_floats(input) / _SQRT_2) / 2)


class _Ndtri(Function):
    @staticmethod
    def forward(ctx: Any, p: Tensor) -> Tensor:
        area = p.detach().double().reshape(-1).numpy()
        result = fg.erfinv(fg.asarray(2 * area - 1)).numpy() * _SQRT_2
        # In the tails the 1 takes digits: Newton's steps on the logarithm of the area, from where its leading term is.
        for tail, size, sign in ((area < 0.02, area, 1.0), (area > 0.98, 1.0 - area, -1.0)):
            tail = tail & (size > 0)
            if tail.any():
                wanted = np.log(size[tail])
                x = -np.sqrt(-2 * wanted - np.log(-4 * math.pi * wanted))
                for _ in range(6):
                    found = _log_area(x)
                    x = x - (found - wanted) * np.exp(found + 0.5 * x**2 + _LOG_SQRT_2_PI)
                result[tail] = sign * x
        quantile: Tensor = fg.from_numpy(result).astype(p.dtype).reshape(p.shape)
        ctx.save_for_backward(quantile)
        return quantile

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        slope: Tensor = g * fg.exp(0.5 * fg.square(x) + _LOG_SQRT_2_PI)
        return slope


def ndtri(input: Any, *, out: Tensor | None = None) -> Tensor:
    """The x below which the normal distribution has this area."""
    return into(out, _Ndtri.apply(_floats(input)))  # type: ignore[no-any-return]


class _Entr(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        found = fg.where(x > 0, -x * fg.log(fg.where(x > 0, x, 1.0)), fg.where(x == 0, 0.0, -fg.inf))
        result: Tensor = fg.where(fg.isnan(x), fg.nan, found)
        return result

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        slope: Tensor = g * (-fg.log(x) - 1.0)
        return slope


entr = of_one(lambda x: _Entr.apply(_floats(x)), "entr")


def xlog1py(input: Any, other: Any, *, out: Tensor | None = None) -> Any:
    """``x * log1p(y)``, 0 where x is."""
    y = fg.asarray(other)
    zero = (fg.asarray(input) == 0) & ((y <= -1) | (y == fg.inf))  # elsewhere the derivative by x is the logarithm
    return into(out, fg.where(zero, 0.0, input * fg.log1p(fg.where(zero, 0.0, y))))


class _Bessel(Function):
    """The modified Bessel functions of the first kind, of order 0 and 1: each the other's derivative, nearly."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, order: int, scaled: bool) -> Tensor:
        values = x.detach().double().numpy()
        found = _bessel(values, order)
        result = fg.from_numpy(np.asarray(found if scaled else found * np.exp(np.abs(values)))).astype(x.dtype)
        ctx.order, ctx.scaled = order, scaled
        ctx.save_for_backward(x, result)
        return result

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, None, None]:
        x, y = ctx.saved_tensors
        other = _Bessel.apply(x, 1 - ctx.order, ctx.scaled)
        if ctx.order == 0:
            slope = other
        else:  # I1' = I0 - I1 / x, which is 1/2 at 0
            zero = x == 0
            slope = other - fg.where(zero, 0.5, y / fg.where(zero, 1.0, x))
        if ctx.scaled:
            slope = slope - fg.sign(x) * y
        return g * slope, None, None


def _bessel(x: Any, order: int) -> Any:
    """``exp(-|x|) I(x)``: the power series (A&S 9.6.10) up to 30, the asymptotic one (9.7.1) beyond."""
    size = np.abs(x)
    near, far = np.minimum(size, 30.0), np.maximum(size, 30.0)
    term = np.ones_like(near) if order == 0 else near / 2
    total = term.copy()
    for k in range(1, 90):
        term = term * (near / 2) ** 2 / (k * (k + order))
        total = total + term
    wide, part = np.ones_like(far), np.ones_like(far)
    for k in range(1, 25):
        part = part * -(4 * order**2 - (2 * k - 1) ** 2) / (8 * k * far)
        wide = wide + part
    found = np.where(size <= 30.0, total * np.exp(-near), wide / np.sqrt(2 * np.pi * far))
    return found if order == 0 else np.copysign(found, x)


def i0(input: Any, *, out: Tensor | None = None) -> Any:
    """The modified Bessel function of the first kind, of order 0."""
    return into(out, _Bessel.apply(_floats(input), 0, False))


def i0e(input: Any, *, out: Tensor | None = None) -> Any:
    """``exp(-abs(x)) * i0(x)``."""
    return into(out, _Bessel.apply(_floats(input), 0, True))


def i1(input: Any, *, out: Tensor | None = None) -> Any:
    """The modified Bessel function of the first kind, of order 1."""
    return into(out, _Bessel.apply(_floats(input), 1, False))


def i1e(input: Any, *, out: Tensor | None = None) -> Any:
    """``exp(-abs(x)) * i1(x)``."""
    return into(out, _Bessel.apply(_floats(input), 1, True))


def igamma(input: Any, other: Any, *, out: Tensor | None = None) -> Any:
    """The share of the gamma distribution of shape ``input`` below ``other``: the regularised incomplete function."""
    return into(out, _incomplete(input, other, False))


def igammac(input: Any, other: Any, *, out: Tensor | None = None) -> Any:
    """``1 - igamma(input, other)``, to the last digit also where that is small."""
    return into(out, _incomplete(input, other, True))


def _incomplete(input: Any, other: Any, upper: bool) -> Any:
    from fastgrad.distributions._draw import gammainc

    return gammainc(_floats(input), _floats(other), upper)


def _polynomial(name: str, first: Callable[[Any], Any], following: Callable[..., Any], shifted: bool = False) -> Any:
    """A family of orthogonal polynomials, by its second member and the recurrence of three (A&S 22.7): of x and n."""

    def function(input: Any, n: Any, *, out: Tensor | None = None) -> Any:
        x, degree = _floats(input), fg.asarray(n)
        x = 2 * x - 1 if shifted else x
        before, member = fg.zeros_like(x), fg.ones_like(x)
        value = fg.where(degree == 0, member, before)  # 0 of degrees below 0
        for k in range(int(fg.max(degree)) if degree.size else 0):
            before, member = member, following(x, k, member, before) if k else first(x)
            value = fg.where(degree == k + 1, member, value)
        return into(out, value)

    function.__name__ = function.__qualname__ = name
    function.__doc__ = f"The polynomials {name!r} of degree n at x."
    return function


def _doubled(x: Any, k: int, p: Any, q: Any) -> Any:
    return 2 * x * p - q


chebyshev_polynomial_t = _polynomial("chebyshev_polynomial_t", lambda x: x, _doubled)
chebyshev_polynomial_u = _polynomial("chebyshev_polynomial_u", lambda x: 2 * x, _doubled)
chebyshev_polynomial_v = _polynomial("chebyshev_polynomial_v", lambda x: 2 * x - 1, _doubled)
chebyshev_polynomial_w = _polynomial("chebyshev_polynomial_w", lambda x: 2 * x + 1, _doubled)
shifted_chebyshev_polynomial_t = _polynomial("shifted_chebyshev_polynomial_t", lambda x: x, _doubled, True)
shifted_chebyshev_polynomial_u = _polynomial("shifted_chebyshev_polynomial_u", lambda x: 2 * x, _doubled, True)
shifted_chebyshev_polynomial_v = _polynomial("shifted_chebyshev_polynomial_v", lambda x: 2 * x - 1, _doubled, True)
shifted_chebyshev_polynomial_w = _polynomial("shifted_chebyshev_polynomial_w", lambda x: 2 * x + 1, _doubled, True)
hermite_polynomial_h = _polynomial("hermite_polynomial_h", lambda x: 2 * x, lambda x, k, p, q: 2 * x * p - 2 * k * q)
hermite_polynomial_he = _polynomial("hermite_polynomial_he", lambda x: x, lambda x, k, p, q: x * p - k * q)
laguerre_polynomial_l = _polynomial(
    "laguerre_polynomial_l", lambda x: 1 - x, lambda x, k, p, q: ((2 * k + 1 - x) * p - k * q) / (k + 1)
)
legendre_polynomial_p = _polynomial(
    "legendre_polynomial_p", lambda x: x, lambda x, k, p, q: ((2 * k + 1) * x * p - k * q) / (k + 1)
)
