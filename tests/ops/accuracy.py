"""How far elementary functions are from the correctly rounded result, over every exponent of float32 and float64.

An error in ulp is the distance from the exact value, in units in the last place of the float next to it. References are
computed in 80-bit extended precision (64 bits of mantissa): they may be off by about 0.001 ulp of float64 themselves.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator

import numpy as np
from scipy import special

import fastgrad as fg

WIDE = np.longdouble
LIMIT = 2.0  # ulp
EXTENDED = np.finfo(WIDE).nmant >= 63


def _each(f: Callable[[float], float]) -> Callable[[np.ndarray], np.ndarray]:
    """A function of the math module, which is within 1 ulp of float64."""
    return lambda x: np.array([f(float(v)) for v in x], dtype=WIDE)


def _expit(x: np.ndarray) -> np.ndarray:
    e = np.exp(-np.abs(x))
    return np.where(x < 0, e, WIDE(1)) / (1 + e)


def _softplus(x: np.ndarray) -> np.ndarray:
    return np.maximum(x, 0) + np.log1p(np.exp(-np.abs(x)))


# name -> reference in extended precision
UNARY: dict[str, Callable[[np.ndarray], np.ndarray]] = {
    "exp": np.exp,
    "exp2": np.exp2,
    "expm1": np.expm1,
    "log": np.log,
    "log1p": np.log1p,
    "log2": np.log2,
    "log10": np.log10,
    "sin": np.sin,
    "cos": np.cos,
    "tan": np.tan,
    "asin": np.arcsin,
    "acos": np.arccos,
    "atan": np.arctan,
    "sinh": np.sinh,
    "cosh": np.cosh,
    "tanh": np.tanh,
    "asinh": np.arcsinh,
    "acosh": np.arccosh,
    "atanh": np.arctanh,
    "sqrt": np.sqrt,
    "rsqrt": lambda x: 1 / np.sqrt(x),
    "reciprocal": lambda x: 1 / x,
    "sigmoid": _expit,
    "nn.functional.softplus": _softplus,
    "erf": _each(math.erf),
    "erfinv": lambda x: special.erfinv(x.astype(np.float64)).astype(WIDE),
}
FLOAT32_ONLY = {"erf", "erfinv"}  # of the references, two are no better than float64


def every_exponent(dtype: str, each: int) -> np.ndarray:
    """`each` random mantissas of either sign for every exponent, subnormal numbers included, and the powers of two."""
    info = np.finfo(dtype)
    rng = np.random.default_rng(0)
    exponents = np.arange(info.minexp - info.nmant, info.maxexp)
    mantissas = np.concatenate([np.ones((len(exponents), 1)), 1 + rng.random((len(exponents), each))], axis=1)
    x = np.ldexp(mantissas, exponents[:, None]).ravel().astype(dtype)
    x = x[np.isfinite(x)]
    return np.concatenate([x, -x])


def ulp_errors(got: np.ndarray, want: np.ndarray) -> np.ndarray:
    """The distance of each from the exact value; 0 where both are the same infinity or NaN."""
    dtype = got.dtype
    with np.errstate(over="ignore", invalid="ignore"):
        near = want.astype(dtype)
        spacing = np.maximum(np.spacing(np.abs(near)), np.finfo(dtype).smallest_subnormal).astype(WIDE)
        error = np.abs(got.astype(WIDE) - want) / spacing
    same = (np.isnan(got) & np.isnan(want)) | (got == near)
    # next to overflow the rounding decides between the largest number and infinity
    top = np.abs(want) >= WIDE(np.finfo(dtype).max)
    error = np.where(top & (np.abs(got) >= np.nextafter(np.finfo(dtype).max, dtype.type(0))), 0, error)
    return np.where(same & ~np.isfinite(near), 0, np.where(np.isnan(error), np.inf, error))


def _function(name: str) -> Callable[..., fg.Tensor]:
    found: object = fg
    for part in name.split("."):
        found = getattr(found, part)
    assert callable(found)
    return found


def _unary_inputs(name: str, dtype: str) -> np.ndarray:
    x = every_exponent(dtype, 60 if dtype == "float32" else 12)
    if name in ("sin", "cos", "tan"):
        # near multiples of pi / 2, where the reduction of the argument has most to lose
        k = np.arange(-2000, 2000)
        x = np.concatenate([x, (k * (np.pi / 2)).astype(dtype)])
    if name in ("log", "log2", "log10", "acosh", "atanh", "asin", "acos", "erfinv"):
        near_one = 1 + np.ldexp(np.linspace(-1, 1, 4001), -4)
        x = np.concatenate([x, near_one.astype(dtype), -near_one.astype(dtype)])
    return x


def _powers(dtype: str) -> Iterator[tuple[np.ndarray, np.ndarray]]:
    rng = np.random.default_rng(1)
    info = np.finfo(dtype)
    bases = np.abs(every_exponent(dtype, 40 if dtype == "float32" else 6))
    # results over the whole range of exponents
    targets = rng.uniform(info.minexp - info.nmant, info.maxexp, size=bases.shape)
    with np.errstate(divide="ignore"):
        yield bases, (targets / np.log2(bases.astype(WIDE))).astype(dtype)
    close = (1 + rng.uniform(-0.01, 0.01, size=20000)).astype(dtype)
    yield close, rng.uniform(-5000, 5000, size=close.shape).astype(dtype)
    yield -bases, rng.integers(-9, 10, size=bases.shape).astype(dtype)


def failures(name: str, dtype: str) -> list[str]:
    """The worst inputs for which a function is off by more than `LIMIT`."""
    pairs: list[tuple[tuple[np.ndarray, ...], np.ndarray, np.ndarray]] = []
    with np.errstate(all="ignore"):
        if name == "pow":
            for a, b in _powers(dtype):
                want = np.power(a.astype(WIDE), b.astype(WIDE))
                pairs.append(((a, b), fg.pow(fg.tensor(a), fg.tensor(b)).numpy(), want))
        else:
            x = _unary_inputs(name, dtype)
            pairs.append(((x,), _function(name)(fg.tensor(x)).numpy(), UNARY[name](x.astype(WIDE))))
    found = []
    for inputs, got, want in pairs:
        errors = ulp_errors(got, want)
        worst = int(np.argmax(errors))
        if errors[worst] > LIMIT:
            at = ", ".join(repr(i[worst]) for i in inputs)
            found.append(f"{name}({at}) in {dtype} is {got[worst]!r}, not {want[worst]!r}: {errors[worst]:.3g} ulp")
    return found


CASES = [
    (name, dtype)
    for name in [*UNARY, "pow"]
    for dtype in ("float32", "float64")
    if not (dtype == "float64" and name in FLOAT32_ONLY)
]
