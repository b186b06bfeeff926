"""Elementwise arithmetic and functions, with PyTorch's names and arguments."""

from __future__ import annotations

import math
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.construct import get_default_float
from fastgrad.autograd import Function
from fastgrad.errors import TensorValueError
from fastgrad.ops.pytorch.common import into, named, of_one, of_two, tensor_of
from fastgrad.ops.pytorch.results import result as result_of
from fastgrad.ops.pytorch.types import result_type

# ---- of one tensor ----
abs = of_one(fg.abs)
absolute = of_one(fg.abs, "absolute")
acos = of_one(fg.acos)
arccos = of_one(fg.acos, "arccos")
acosh = of_one(fg.acosh)
arccosh = of_one(fg.acosh, "arccosh")
asin = of_one(fg.asin)
arcsin = of_one(fg.asin, "arcsin")
asinh = of_one(fg.asinh)
arcsinh = of_one(fg.asinh, "arcsinh")
atan = of_one(fg.atan)
arctan = of_one(fg.atan, "arctan")
atanh = of_one(fg.atanh)
arctanh = of_one(fg.atanh, "arctanh")
ceil = of_one(fg.ceil)
cos = of_one(fg.cos)
cosh = of_one(fg.cosh)
digamma = of_one(fg.digamma)
erf = of_one(fg.erf)
erfinv = of_one(fg.erfinv)
exp = of_one(fg.exp)
exp2 = of_one(fg.exp2)
expm1 = of_one(fg.expm1)
floor = of_one(fg.floor)
lgamma = of_one(fg.lgamma)
log = of_one(fg.log)
log10 = of_one(fg.log10)
log1p = of_one(fg.log1p)
log2 = of_one(fg.log2)
neg = of_one(fg.negative, "neg")
negative = of_one(fg.negative)
positive = of_one(lambda x: x, "positive")
reciprocal = of_one(fg.reciprocal)
relu = of_one(fg.relu)
rsqrt = of_one(fg.rsqrt)
sigmoid = of_one(fg.sigmoid)
sign = of_one(fg.sign)
sgn = of_one(fg.sign, "sgn")
sin = of_one(fg.sin)
sinh = of_one(fg.sinh)
sqrt = of_one(fg.sqrt)
square = of_one(fg.square)
tan = of_one(fg.tan)
tanh = of_one(fg.tanh)
trunc = of_one(fg.trunc)
fix = of_one(fg.trunc, "fix")
frac = of_one(lambda x: x - fg.trunc(x), "frac")
deg2rad = of_one(lambda x: x * (math.pi / 180), "deg2rad")
rad2deg = of_one(lambda x: x * (180 / math.pi), "rad2deg")
signbit = of_one(lambda x: fg.signbit(tensor_of("signbit", x)), "signbit")
sinc = of_one(lambda x: _sinc(x), "sinc")

# ---- of two ----
mul = of_two(fg.multiply, "mul")
multiply = of_two(fg.multiply)
floor_divide = of_two(fg.floor_divide)
remainder = of_two(fg.remainder)
fmod = of_two(lambda x, y: _fmod(x, y), "fmod")
maximum = of_two(fg.maximum)
minimum = of_two(fg.minimum)
atan2 = of_two(fg.atan2)
arctan2 = of_two(fg.atan2, "arctan2")
hypot = of_two(fg.hypot)
fmax = of_two(lambda x, y: _ignoring_nan(fg.maximum, x, y), "fmax")
fmin = of_two(lambda x, y: _ignoring_nan(fg.minimum, x, y), "fmin")
copysign = of_two(lambda x, y: _copysign(x, y), "copysign")
ldexp = of_two(lambda x, y: x * fg.exp2(fg.asarray(y)), "ldexp")
logaddexp = of_two(lambda x, y: fg.logaddexp(x, y), "logaddexp")
logaddexp2 = of_two(lambda x, y: _logaddexp2(x, y), "logaddexp2")
xlogy = of_two(lambda x, y: _xlogy(x, y), "xlogy")
heaviside = of_two(lambda x, y: fg.where(x == 0, y, fg.astype(x > 0, x.dtype)).detach(), "heaviside")


class _Fmod(Function):
    """What the division of floats of one shape and dtype leaves: x less y times a whole number, with x's sign."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, y: Tensor) -> Tensor:
        found: Tensor = _copysign(fg.remainder(fg.abs(x), fg.abs(y)), x)
        ctx.save_for_backward(x, y, found)
        return found

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> tuple[Tensor, Tensor]:
        x, y, found = ctx.saved_tensors
        return g, -g * fg.round((x - found) / y)


def _fmod(x: Any, y: Any) -> Any:
    dtype = result_type(x, y)
    if dtype.kind != "f":
        left = fg.remainder(x, y)  # of y's sign
        return fg.where(_is_off(left, x), left - y, left)
    return _Fmod.apply(*_alike(x, y, dtype))


def _alike(x: Any, y: Any, dtype: Any) -> Any:
    return fg.broadcast_arrays(fg.asarray(x, dtype=dtype), fg.asarray(y, dtype=dtype))


def _is_off(remainder: Any, x: Any) -> Any:
    """Where integers leave a remainder that has not x's sign: a quotient rounded down is not rounded towards zero."""
    return (remainder != 0) & ((remainder < 0) != (x < 0))


def _double(x: Any) -> Any:
    return x.double() if isinstance(x, Tensor) else float(x)


def _sinc(x: Any) -> Any:
    z = x * math.pi
    near = fg.abs(z) < 0.5  # where derivatives of the quotient cancel: Taylor's series
    square = fg.square(fg.where(near, z, 0.0))
    series: Any = 1.0
    for k in (16, 14, 12, 10, 8, 6, 4, 2):
        series = 1.0 - series * square / (k * (k + 1))
    far = fg.where(near, 1.0, z)
    return fg.where(near, series, fg.sin(far) / far)


def _ignoring_nan(function: Any, x: Any, y: Any) -> Any:
    return fg.where(fg.isnan(x), y, fg.where(fg.isnan(y), x, function(x, y)))


def _copysign(x: Any, y: Any) -> Any:
    return fg.copysign(tensor_of("copysign", x), y)


def _logaddexp2(x: Any, y: Any) -> Any:
    return logaddexp(x * math.log(2), y * math.log(2)) / math.log(2)


def _xlogy(x: Any, y: Any) -> Any:
    y = fg.asarray(y)
    zero = (fg.asarray(x) == 0) & ((y <= 0) | (y == fg.inf))  # elsewhere the derivative by x is the logarithm
    return fg.where(zero, 0.0, x * fg.log(fg.where(zero, 1.0, y)))


def polygamma(n: int, input: Any, *, out: Tensor | None = None) -> Any:
    """The derivative of order n of ``digamma``: see `fastgrad.polygamma`."""
    x = input if input.is_floating_point() else input.astype(get_default_float())
    return into(out, fg.polygamma(n, x))


def mvlgamma(input: Any, p: int, *, out: Tensor | None = None) -> Any:
    """The logarithm of the multivariate gamma function of p dimensions."""
    if p < 1:
        raise TensorValueError(f"mvlgamma: p must be at least 1, got {p}")
    x = fg.expand_dims(fg.asarray(input), axis=-1) - fg.arange(p) * 0.5
    return into(out, fg.sum(fg.lgamma(x), axis=-1) + 0.25 * p * (p - 1) * math.log(math.pi))


def add(input: Any, other: Any, *, alpha: float = 1, out: Tensor | None = None) -> Any:
    """``input + alpha * other``."""
    return into(out, input + (other if alpha == 1 else other * alpha))


def sub(input: Any, other: Any, *, alpha: float = 1, out: Tensor | None = None) -> Any:
    """``input - alpha * other``."""
    return into(out, input - (other if alpha == 1 else other * alpha))


def rsub(input: Any, other: Any, *, alpha: float = 1) -> Any:
    """``other - alpha * input``."""
    return other - (input if alpha == 1 else input * alpha)


def div(input: Any, other: Any, *, rounding_mode: str | None = None, out: Tensor | None = None) -> Any:
    """``input / other``, rounded down for ``rounding_mode="floor"`` and towards zero for ``"trunc"``."""
    if rounding_mode is None:
        return into(out, fg.divide(input, other))
    if rounding_mode == "floor":
        return into(out, fg.floor_divide(input, other))
    if rounding_mode == "trunc":
        if any(_is_floating(x) for x in (input, other)):
            return into(out, fg.trunc(fg.divide(input, other)))
        down = fg.floor_divide(input, other)
        return into(out, fg.where(_is_off(fg.remainder(input, other), input), down + 1, down))
    raise RuntimeError(f"div: rounding_mode must be None, 'trunc' or 'floor', got {rounding_mode!r}")


def _is_floating(x: Any) -> bool:
    return x.is_floating_point() if isinstance(x, Tensor) else isinstance(x, float)


def pow(input: Any, exponent: Any, *, out: Tensor | None = None) -> Any:
    """``input ** exponent``."""
    return into(out, fg.pow(input, exponent))


def float_power(input: Any, exponent: Any, *, out: Tensor | None = None) -> Any:
    """``input ** exponent`` in float64."""
    return into(out, fg.pow(_double(input), _double(exponent)))


def round(input: Any, *, decimals: int = 0, out: Tensor | None = None) -> Any:
    """To the nearest whole number, half to even; or to so many decimals."""
    if decimals == 0:
        return into(out, fg.round(input))
    return into(out, fg.round(input * 10.0**decimals) / 10.0**decimals)


def clamp(input: Any, min: Any = None, max: Any = None, *, out: Tensor | None = None) -> Any:
    """Limits the elements to a range."""
    if min is None and max is None:
        raise RuntimeError("clamp: at least one of min and max must be given")
    return into(out, fg.clip(input, min, max))


def clamp_min(input: Any, min: Any, *, out: Tensor | None = None) -> Any:
    return into(out, fg.clip(input, min, None))


def clamp_max(input: Any, max: Any, *, out: Tensor | None = None) -> Any:
    return into(out, fg.clip(input, None, max))


def addcmul(input: Any, tensor1: Any, tensor2: Any, *, value: float = 1, out: Tensor | None = None) -> Any:
    """``input + value * tensor1 * tensor2``."""
    product = tensor1 * tensor2
    return into(out, input + (product if value == 1 else product * value))


def addcdiv(input: Any, tensor1: Any, tensor2: Any, *, value: float = 1, out: Tensor | None = None) -> Any:
    """``input + value * tensor1 / tensor2``."""
    quotient = tensor1 / tensor2
    return into(out, input + (quotient if value == 1 else quotient * value))


def lerp(input: Any, end: Any, weight: Any, *, out: Tensor | None = None) -> Any:
    """``input + weight * (end - input)``."""
    apart = end - input  # from the nearer end: both are reached
    if not isinstance(weight, Tensor):
        return into(out, input + weight * apart if abs(weight) < 0.5 else end - apart * (1 - weight))
    return into(out, fg.where(fg.abs(weight) < 0.5, input + weight * apart, end - apart * (1 - weight)))


class _Logit(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        ctx.save_for_backward(x)
        return fg.log(x / (1 - x))

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Tensor:
        (x,) = ctx.saved_tensors
        slope: Tensor = g / fg.where((x < 0) | (x > 1), fg.nan, x * (1 - x))
        return slope


def logit(input: Any, eps: float | None = None, *, out: Tensor | None = None) -> Any:
    """``log(x / (1 - x))``, of x limited to ``[eps, 1 - eps]`` where `eps` is given."""
    x = fg.asarray(input) if eps is None else fg.clip(input, eps, 1 - eps)
    return into(out, _Logit.apply(x if x.is_floating_point() else x.astype(get_default_float())))


def nan_to_num(
    input: Any,
    nan: float | None = 0.0,
    posinf: float | None = None,
    neginf: float | None = None,
    *,
    out: Tensor | None = None,
) -> Any:
    """Numbers in the place of NaN and infinities."""
    found = fg.nan_to_num(tensor_of("nan_to_num", input), nan=nan or 0.0, posinf=posinf, neginf=neginf)
    return into(out, found)


def nextafter(input: Any, other: Any, *, out: Tensor | None = None) -> Any:
    """The dtype's number that is next to one in the direction of another. It has no gradient here, as in PyTorch."""
    if fg.is_grad_enabled() and (input.requires_grad or other.requires_grad):
        raise RuntimeError("nextafter: it has no gradient; detach() its arguments, or call it under no_grad")
    if result_type(input, other) not in (fg.float32, fg.float64):
        raise RuntimeError(f"nextafter: float32 or float64 is wanted, got {input.dtype} and {other.dtype}")
    return into(out, fg.nextafter(input, other))


def frexp(input: Any, *, out: Any = None) -> Any:
    """Mantissas from 0.5 to 1, and the exponents of 2 that they are multiplied with."""
    import numpy as np

    exponents = fg.asarray(np.asarray(np.frexp(input.detach().numpy())[1]))
    # Scaled in two steps: 2 to all of the exponent may be more than the dtype holds.
    half = exponents // 2
    mantissas = input * fg.exp2(-half.astype(input.dtype)) * fg.exp2((half - exponents).astype(input.dtype))
    return result_of("frexp", mantissas, exponents, out=out)


def gcd(input: Any, other: Any, *, out: Tensor | None = None) -> Any:
    """The greatest common divisors of integers."""
    import numpy as np

    return into(out, fg.asarray(np.gcd(input.numpy(), fg.asarray(other).numpy())))


def lcm(input: Any, other: Any, *, out: Tensor | None = None) -> Any:
    """The least common multiples of integers."""
    import numpy as np

    return into(out, fg.asarray(np.lcm(input.numpy(), fg.asarray(other).numpy())))


subtract = named(lambda input, other, *, alpha=1, out=None: sub(input, other, alpha=alpha, out=out), "subtract", sub)
divide = named(
    lambda input, other, *, rounding_mode=None, out=None: div(input, other, rounding_mode=rounding_mode, out=out),
    "divide",
    div,
)
true_divide = of_two(fg.divide, "true_divide")
clip = named(lambda input, min=None, max=None, *, out=None: clamp(input, min, max, out=out), "clip", clamp)
