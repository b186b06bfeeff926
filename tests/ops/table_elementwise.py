"""The table's lines of elementwise operations."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from dataclasses import replace
from typing import Any

import numpy as np
from scipy import special

from .entry import EVERY, FLOATS, INTEGERS, LENGTHS, NUMBERS, Make, NoGradient, Op, Sample

Draw = Callable[..., np.ndarray]

# Contiguous elements are worked off in runs of 16384.
LONG = (16383, 16385, 40000)

SMALL_SHAPES = ((), (1,), (3,), (2, 3), (2, 1, 4))


def drawn(low: float, high: float, places: tuple[float, ...] = ()) -> Callable[..., np.ndarray]:
    """Numbers of a range, away from places where the derivative jumps."""
    return lambda make, *shape: make.apart(*shape, places=places, low=low, high=high)


anything = drawn(-2.0, 2.0)


def special_values(make: Make) -> np.ndarray:
    """Not a number, infinities, zeros of both signs, the largest and smallest, normal and subnormal; halves."""
    if not make.is_float:
        if make.dtype.kind == "b":
            return np.array([False, True])
        limits = np.iinfo(make.dtype)
        return np.array([limits.min, limits.max, 0, 1, limits.max // 2 + 1], dtype=make.dtype)
    f = np.finfo(make.dtype)
    values = [np.nan, np.inf, 0.0, f.max, f.tiny, f.smallest_subnormal, f.eps, 1.0, 0.5, 1.5, 2.5, 1e4, 87.0, 710.0]
    return np.array([sign * v for v in values for sign in (1, -1)], dtype=make.dtype)


def unary(
    name: str,
    reference: Callable[..., Any],
    draw: Draw = anything,
    *,
    torch: Any = None,
    dtypes: tuple[str, ...] = NUMBERS,
    result: str = "float",
    extremes: bool = True,
    **options: Any,
) -> Op:
    def samples(make: Make) -> Iterator[Sample]:
        for shape in SMALL_SHAPES:
            yield Sample(draw(make, *shape))

    def sizes(make: Make) -> Iterator[Sample]:
        yield Sample(draw(make, 0))
        yield Sample(draw(make, 2, 0, 3))
        for n in (*LENGTHS, *LONG):
            yield Sample(draw(make, n))
        for shape in ((5, 7), (17, 33), (65, 63), (3, 5, 9)):
            yield Sample(draw(make, *shape))
        if extremes:
            yield Sample(special_values(make))

    return Op(
        name,
        samples,
        reference,
        sizes,
        dtypes=dtypes,
        result=result,
        torch=name.split(".")[-1] if torch is None else torch,
        **options,
    )


def _round_to_even(x: np.ndarray) -> np.ndarray:
    return np.rint(x) if x.dtype.kind == "f" else x


def _itself_of_integers(f: Callable[..., Any]) -> Callable[..., Any]:
    return lambda x: f(x) if x.dtype.kind == "f" else x


def _squared(x: np.ndarray) -> np.ndarray:
    return x * x


def _sigmoid(x: np.ndarray) -> np.ndarray:
    """Not SciPy's, which gives 0 for results below the normal range."""
    small = np.exp(-np.abs(x))
    return np.where(x < 0, small, 1.0) / (1.0 + small)


def _gelu(x: np.ndarray) -> np.ndarray:
    return x * special.ndtr(x)


def _silu(x: np.ndarray) -> np.ndarray:
    return x * _sigmoid(x)


def _softplus(x: np.ndarray) -> np.ndarray:
    return np.logaddexp(x, 0.0)


def _polygamma(n: int, x: np.ndarray) -> np.ndarray:
    return special.polygamma(n, x.astype(float)).astype(x.dtype if x.dtype.kind == "f" else float)


def _polygamma_samples(make: Make) -> Iterator[Sample]:
    for n, shape in zip((0, 1, 2, 5, 1), SMALL_SHAPES, strict=True):
        yield Sample(n, make.apart(*shape, low=0.3, high=4.0))


def _polygamma_sizes(make: Make) -> Iterator[Sample]:
    for n in LENGTHS:
        yield Sample(1 + n % 3, make(n, low=0.3, high=20.0))
    for shape in ((0,), (2, 0, 3), (17, 33), (LONG[1],)):
        yield Sample(2, make(*shape, low=0.3, high=20.0))


POLYGAMMA = Op(
    "polygamma",
    _polygamma_samples,
    _polygamma,
    _polygamma_sizes,
    dtypes=FLOATS,
    result="float",
    ulps=7,  # SciPy's own are off by up to 4.2, these by 2.5, beside mpmath's
)

INTEGRAL_PLACES = tuple(float(n) for n in range(-3, 4))
HALF_PLACES = tuple(n + 0.5 for n in range(-3, 4))

UNARY = [
    unary("abs", np.abs, drawn(-2, 2, (0.0,)), result="same"),
    unary("acos", np.arccos, drawn(-0.9, 0.9)),
    unary("acosh", np.arccosh, drawn(1.2, 3.0)),
    unary("asin", np.arcsin, drawn(-0.9, 0.9)),
    unary("asinh", np.arcsinh),
    unary("atan", np.arctan),
    unary("atanh", np.arctanh, drawn(-0.9, 0.9)),
    unary("ceil", _itself_of_integers(np.ceil), drawn(-2.5, 2.5, INTEGRAL_PLACES), result="same"),
    unary("cos", np.cos),
    unary("cosh", np.cosh),
    # PyTorch's trigamma, which is this one's slope, has 10 digits; edges stand in test_gamma.
    replace(unary("digamma", special.digamma, drawn(2.0, 6.0), extremes=False), torch=None),
    unary("erf", special.erf),
    unary("erfinv", special.erfinv, drawn(-0.9, 0.9)),
    unary("exp", np.exp),
    unary("exp2", np.exp2),
    unary("expm1", np.expm1),
    unary("floor", _itself_of_integers(np.floor), drawn(-2.5, 2.5, INTEGRAL_PLACES), result="same"),
    unary("isfinite", np.isfinite, result="bool", no_gradient=NoGradient.TRUTH),
    unary("isinf", np.isinf, result="bool", no_gradient=NoGradient.TRUTH),
    unary("isnan", np.isnan, result="bool", no_gradient=NoGradient.TRUTH),
    unary("lgamma", special.gammaln, drawn(2.4, 6.0), extremes=False),
    unary("log", np.log, drawn(0.2, 3.0)),
    unary("log10", np.log10, drawn(0.2, 3.0)),
    unary("log1p", np.log1p, drawn(-0.7, 3.0)),
    unary("log2", np.log2, drawn(0.2, 3.0)),
    unary("logical_not", np.logical_not, result="bool", dtypes=EVERY, no_gradient=NoGradient.TRUTH),
    unary("negative", np.negative, result="same"),
    unary("positive", np.positive, result="same", threaded=False),
    unary("reciprocal", lambda x: 1.0 / x, drawn(0.3, 2.0)),
    unary("relu", lambda x: np.maximum(x, 0), drawn(-2, 2, (0.0,)), result="same"),
    unary("round", _round_to_even, drawn(-2.5, 2.5, HALF_PLACES), result="same"),
    unary("rsqrt", lambda x: 1.0 / np.sqrt(x), drawn(0.3, 3.0)),
    unary("sigmoid", _sigmoid),
    unary("sign", np.sign, drawn(-2, 2, (0.0,)), result="same"),
    unary("sin", np.sin),
    unary("sinh", np.sinh),
    unary("sqrt", np.sqrt, drawn(0.2, 3.0)),
    unary("square", _squared, result="same"),
    unary("tan", np.tan, drawn(-1.2, 1.2)),
    unary("tanh", np.tanh),
    unary("trunc", _itself_of_integers(np.trunc), drawn(-2.5, 2.5, INTEGRAL_PLACES), result="same"),
    unary(
        "bitwise_invert",
        np.invert,
        torch="bitwise_not",
        result="same",
        dtypes=("bool", *INTEGERS),
        no_gradient=NoGradient.INTEGERS,
    ),
]

# Made of others, or by NumPy; there is one kind of number, so that three of them compute nothing.
COMPOSED = [
    unary("signbit", np.signbit, dtypes=NUMBERS, result="bool", no_gradient=NoGradient.TRUTH, threaded=False),
    unary("real", np.real, dtypes=NUMBERS, result="same", threaded=False),
    unary("conj", np.conj, dtypes=NUMBERS, result="same", threaded=False),
    unary(
        "imag",
        np.imag,
        dtypes=NUMBERS,
        result="same",
        no_gradient=NoGradient.CREATED,
        layouts=False,
        threaded=False,
    ),
]

ACTIVATIONS = [
    unary(
        "nn.functional.relu",
        lambda x: np.maximum(x, 0),
        drawn(-2, 2, (0.0,)),
        torch="nn.functional.relu",
        result="same",
    ),
    unary("nn.functional.sigmoid", _sigmoid, torch="sigmoid"),
    unary("nn.functional.tanh", np.tanh, torch="tanh"),
]


# ---- two operands ----------------------------------------------------------------------------------------------------

# Pairs of shapes that broadcast: alike, scalars, rows and columns, inner and outer products, missing leading axes.
PAIRS = (
    ((), ()),
    ((3,), (3,)),
    ((2, 3), ()),
    ((), (2, 3)),
    ((2, 3), (3,)),
    ((2, 1), (1, 3)),
    ((2, 1, 3), (4, 1)),
)
WIDE_PAIRS = (
    ((0,), (0,)),
    ((0,), (1,)),
    ((3, 0), (3, 1)),
    ((17, 33), (33,)),
    ((17, 33), (17, 1)),
    ((33, 1), (1, 65)),
    ((5, 1, 9), (7, 1)),
    ((2, 3, 4, 5), (3, 1, 5)),
    ((129,), ()),
)


def _torch_of_two(name: str) -> Callable[..., Any]:
    """Most of PyTorch's take no number for one of the two."""

    def call(torch: Any, a: Any, b: Any) -> Any:
        dtype = next(x.dtype for x in (a, b) if isinstance(x, torch.Tensor))
        a, b = (x if isinstance(x, torch.Tensor) else torch.tensor(x, dtype=dtype) for x in (a, b))
        return torch.floor(a / b) if name == "floor_divide" else getattr(torch, name)(a, b)

    return call


def _binary(
    name: str,
    reference: Callable[..., Any],
    left: Draw = anything,
    right: Draw | None = None,
    *,
    torch: str | None = None,
    dtypes: tuple[str, ...] = NUMBERS,
    result: str = "same",
    numbers: tuple[float, ...] = (1.5, 2.0),
    extremes: bool = True,
    **options: Any,
) -> Op:
    right = left if right is None else right

    def samples(make: Make) -> Iterator[Sample]:
        for a, b in PAIRS:
            yield Sample(left(make, *a), right(make, *b))
        for number in numbers:
            number = number if make.is_float else bool(number) if make.dtype.kind == "b" else int(number)
            yield Sample(left(make, 3), number)
            yield Sample(number, right(make, 3))

    def sizes(make: Make) -> Iterator[Sample]:
        for a, b in WIDE_PAIRS:
            yield Sample(left(make, *a), right(make, *b))
        for n in (*LENGTHS, *LONG):
            yield Sample(left(make, n), right(make, n))
        if extremes:
            values = special_values(make)
            yield Sample(values[:, None], values)

    return Op(
        name, samples, reference, sizes, dtypes=dtypes, result=result, torch=_torch_of_two(torch or name), **options
    )


def _comparison(name: str, reference: Callable[..., Any], **options: Any) -> Op:
    return _binary(name, reference, dtypes=EVERY, result="bool", no_gradient=NoGradient.TRUTH, numbers=(1,), **options)


def _bitwise(name: str, reference: Callable[..., Any], **options: Any) -> Op:
    return _binary(
        name, reference, result="same", dtypes=("bool", *INTEGERS), no_gradient=NoGradient.INTEGERS, **options
    )


def _shift(name: str, reference: Callable[..., Any], torch: str) -> Op:
    draw = drawn(0, 6)
    return _binary(
        name,
        reference,
        draw,
        torch=torch,
        dtypes=INTEGERS,
        no_gradient=NoGradient.INTEGERS,
        numbers=(1, 3),
        extremes=False,
    )


def power(a: Any, b: Any) -> Any:
    """As C99 has it (Annex F.10.4.4); NumPy takes the square root where one exponent, 0.5, is for all."""
    found = np.power(a, b)
    if found.dtype.kind != "f":
        return found
    root = (np.asarray(b) == 0.5) & ((a == -np.inf) | (np.asarray(a) == 0))
    return np.where(root, np.abs(a).astype(found.dtype), found)


BINARY = [
    _binary("add", np.add, torch="add"),
    _binary("subtract", np.subtract),
    _binary("multiply", np.multiply),
    _binary("divide", np.true_divide, right=drawn(0.4, 2.0), result="float", dtypes=NUMBERS),
    _binary("floor_divide", np.floor_divide, drawn(0.3, 2.7), drawn(1.2, 1.25), numbers=(2.1,), extremes=False),
    _binary("remainder", np.remainder, drawn(2.7, 3.3), drawn(1.2, 1.25), numbers=(2.2,), extremes=False),
    _binary("pow", power, drawn(0.3, 2.0), drawn(0.0, 2.5), numbers=(2.0, 3.0), extremes=False),
    _binary("atan2", np.arctan2, drawn(0.3, 2.0), drawn(-2.0, 2.0), dtypes=FLOATS, numbers=(1.5,)),
    _binary("hypot", np.hypot, drawn(0.3, 2.0), drawn(-2.0, 2.0), dtypes=FLOATS, numbers=(1.5,)),
    _binary("maximum", np.maximum, numbers=(0.77,)),
    _binary("minimum", np.minimum, numbers=(0.77,)),
    _comparison("equal", np.equal, torch="eq"),
    _comparison("not_equal", np.not_equal, torch="ne"),
    _comparison("less", np.less),
    _comparison("less_equal", np.less_equal),
    _comparison("greater", np.greater),
    _comparison("greater_equal", np.greater_equal),
    _comparison("logical_and", np.logical_and),
    _comparison("logical_or", np.logical_or),
    _comparison("logical_xor", np.logical_xor),
    _bitwise("bitwise_and", np.bitwise_and),
    _bitwise("bitwise_or", np.bitwise_or),
    _bitwise("bitwise_xor", np.bitwise_xor),
    _shift("bitwise_left_shift", np.left_shift, "bitwise_left_shift"),
    _shift("bitwise_right_shift", np.right_shift, "bitwise_right_shift"),
]


# ---- with parameters -------------------------------------------------------------------------------------------------


def called_with(draw: Draw, *calls: Sample) -> Callable[[Make], Iterable[Sample]]:
    """Small samples: a drawn tensor before each call's further arguments."""

    def samples(make: Make) -> Iterator[Sample]:
        for call in calls:
            yield Sample(draw(make, 2, 3), *call.args, **call.kwargs)

    return samples


def at_lengths(draw: Draw, call: Sample) -> Callable[[Make], Iterable[Sample]]:
    def sizes(make: Make) -> Iterator[Sample]:
        for n in (0, *LENGTHS, *LONG):
            yield Sample(draw(make, n), *call.args, **call.kwargs)
        yield Sample(special_values(make), *call.args, **call.kwargs)

    return sizes


def _leaky(x: np.ndarray, negative_slope: float = 0.01) -> np.ndarray:
    return np.where(x > 0, x, x * negative_slope)


def _gelu_either(x: np.ndarray, approximate: str = "none") -> np.ndarray:
    if approximate == "none":
        return _gelu(x)
    return 0.5 * x * (1.0 + np.tanh(0.7978845608028654 * (x + 0.044715 * x**3)))


def _soft(x: np.ndarray, beta: float = 1.0, threshold: float = 20.0) -> np.ndarray:
    return np.where(x * beta > threshold, x, np.logaddexp(x * beta, 0.0) / beta)


def _clip_samples(make: Make) -> Iterator[Sample]:
    draw = drawn(-2, 2, (-1.0, 1.0))
    low, high = (-1.0, 1.0) if make.is_float else (0, 1)
    yield Sample(draw(make, 7), low, high)
    yield Sample(draw(make, 2, 3), min=low)
    yield Sample(draw(make, 2, 3), max=high)
    yield Sample(draw(make, 2, 3), None, high)
    yield Sample(draw(make), low, high)
    yield Sample(draw(make, 2, 3), make(3, low=-0.5, high=0), make(2, 1, low=1, high=1.5))
    yield Sample(draw(make, 2, 3), low, make(3, low=1, high=1.5))


def _torch_clip(torch: Any, x: Any, min: Any = None, max: Any = None) -> Any:
    if isinstance(max, torch.Tensor) and isinstance(min, float):
        min = torch.tensor(min)
    return torch.clip(x, min, max)


def _where_samples(make: Make) -> Iterator[Sample]:
    number = 1.5 if make.is_float else True if make.dtype.kind == "b" else 1
    for c, a, b in (((3,), (3,), (3,)), ((2, 1), (3,), ()), ((), (2, 3), (3,)), ((2, 3), (1, 3), (2, 1))):
        yield Sample(make.mask(*c), make(*a), make(*b))
    yield Sample(make.mask(3), make(3), number)
    yield Sample(make.mask(3), number, make(3))


def _where_sizes(make: Make) -> Iterator[Sample]:
    for n in (0, *LENGTHS, *LONG):
        yield Sample(make.mask(n), make(n), make(n))
    yield Sample(make.mask(17, 33), make(33), make(17, 1))
    values = special_values(make)
    yield Sample(make.mask(len(values)), values, values[::-1].copy())


# gelu is x / 2 * (1 + erf(x / sqrt 2)): its error is in units of x, not of the small results that the sum leaves on the
# left.
OTHERS = [
    Op(
        "clip",
        _clip_samples,
        lambda x, min=None, max=None: np.clip(x, min, max),
        at_lengths(drawn(-2, 2), Sample(0, 1)),
        dtypes=NUMBERS,
        torch=_torch_clip,
    ),
    Op("where", _where_samples, np.where, _where_sizes, dtypes=EVERY, torch="where"),
    Op(
        "nn.functional.leaky_relu",
        called_with(drawn(-2, 2, (0.0,)), Sample(), Sample(0.2), Sample(negative_slope=-0.5)),
        _leaky,
        at_lengths(drawn(-2, 2), Sample(0.3)),
        torch="nn.functional.leaky_relu",
    ),
    Op(
        "nn.functional.gelu",
        called_with(drawn(-3, 3), Sample(), Sample(approximate="tanh")),
        _gelu_either,
        at_lengths(drawn(-3, 3), Sample()),
        terms=lambda s: 4,
        magnitude=lambda x, approximate="none": np.abs(x),
        torch="nn.functional.gelu",
    ),
    Op(
        "nn.functional.silu",
        called_with(drawn(-3, 3), Sample()),
        _silu,
        at_lengths(drawn(-3, 3), Sample()),
        ulps=6,
        torch="nn.functional.silu",
    ),
    Op(
        "nn.functional.softplus",
        called_with(drawn(-3, 3), Sample(), Sample(2.0), Sample(beta=3.0, threshold=1.0)),
        _soft,
        at_lengths(drawn(-3, 3), Sample()),
        ulps=6,
        torch="nn.functional.softplus",
    ),
]

COMPOSED.append(
    _binary(
        "logaddexp",
        np.logaddexp,
        dtypes=NUMBERS,
        result="float",
        terms=lambda s: 2,
        magnitude=lambda a, b: 1.0 + np.maximum(np.abs(a), np.abs(b)),
        threaded=False,
    )
)

OPS = [*UNARY, *(replace(op, torch=None) for op in COMPOSED), POLYGAMMA, *ACTIVATIONS, *BINARY, *OTHERS]
