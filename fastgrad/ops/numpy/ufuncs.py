"""NumPy's ufuncs: functions of elements with ``out``, ``where``, ``dtype``, ``casting`` and ``order``, and methods.

Each is a function of fastgrad's below a name of NumPy's. A call of operands alone, one of them a tensor, goes straight
there; any other by way of `_whole`, where NumPy's own ufunc says in which dtypes is computed. Of numbers alone, and of
what no tensor can be, they are NumPy's.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.autograd import Function
from fastgrad.errors import TensorTypeError, TensorValueError, UnsupportedDtypeError
from fastgrad.ops.inplace import write_elementwise
from fastgrad.ops.numpy import ufunc_methods
from fastgrad.ops.numpy.common import array_of, borrowed, is_foreign, is_number, number, tensor_of, write
from fastgrad.ops.pytorch import arithmetic

# NumPy's ufuncs, and ours in their place.
UFUNCS: dict[Any, Any] = {}

_NUMBERS = (bool, int, float)  # and so a float64 of NumPy's: weak beside tensors


def made(theirs: Any, function: Callable[..., Any]) -> Any:
    """Give a function of tensors and numbers the signature and the methods of the ufunc that it stands for."""
    name = function.__name__

    if theirs.nin == 1:

        def call(x: Any, /, *outs: Any, **how: Any) -> Any:
            try:
                if not (outs or how):
                    if isinstance(x, Tensor):
                        return number(function(x))
                    if is_number(x):
                        return theirs(x)
                elif len(how) + len(outs) == 1:
                    out = outs[0] if outs else how.get("out")
                    if write_elementwise(name, out, x):
                        return out
                return _whole(theirs, function, (x,), outs, **how)
            except (TypeError, ValueError) as error:
                return _numpys_answer(error, theirs, (x,), outs, how)

    else:

        def call(x1: Any, x2: Any, /, *outs: Any, **how: Any) -> Any:  # type: ignore[misc]
            try:
                if not (outs or how):
                    if isinstance(x1, Tensor) or isinstance(x2, Tensor):
                        return number(function(x1, x2))
                    if is_number(x1) and is_number(x2):
                        return theirs(x1, x2)
                elif len(how) + len(outs) == 1:
                    out = outs[0] if outs else how.get("out")
                    if write_elementwise(name, out, x1, x2):
                        return out
                return _whole(theirs, function, (x1, x2), outs, **how)
            except (TypeError, ValueError) as error:
                return _numpys_answer(error, theirs, (x1, x2), outs, how)

    ours: Any = call
    ours.__name__ = ours.__qualname__ = theirs.__name__
    ours.__doc__ = f"``{theirs.__name__}`` of tensors."
    if hasattr(theirs, "__signature__"):
        ours.__signature__ = theirs.__signature__
    for fact in ("nin", "nout", "nargs", "ntypes", "types", "identity", "signature", "resolve_dtypes"):
        setattr(ours, fact, getattr(theirs, fact))
    ufunc_methods.add_to(ours, theirs)
    UFUNCS[theirs] = ours
    return ours


def _ufunc(name: str, function: Callable[..., Any]) -> Any:
    return made(getattr(np, name), function)


def _numpys_answer(
    error: Exception, theirs: Any, inputs: tuple[Any, ...], outs: tuple[Any, ...], how: dict[str, Any]
) -> Any:
    """What NumPy gives where tensors cannot be computed with, and for what none can be; or the error again."""
    dtype = how.get("dtype")
    if (
        isinstance(error, UnsupportedDtypeError)
        or is_foreign((*inputs, *outs, how.get("out")))
        or (dtype is not None and is_foreign(np.empty(0, dtype)))
    ):
        return borrowed(theirs, *inputs, *outs, **how)
    raise error


# ---- calls with more than operands -----------------------------------------------------------------------------------


def _whole(
    theirs: Any, function: Any, inputs: tuple[Any, ...], outs: tuple[Any, ...], out: Any = None, **how: Any
) -> Any:
    if len(outs) > theirs.nout:
        raise TensorTypeError(
            f"{theirs.__name__}: at most {theirs.nout} results must be named by position, got {len(outs)}"
        )
    if outs and out is not None:
        raise TensorTypeError("out must be given once, got it by position and by keyword")
    outs = (*outs, *(None,) * (theirs.nout - len(outs))) if out is None else out if isinstance(out, tuple) else (out,)
    if len(outs) != theirs.nout:
        raise TensorValueError(f"out must have one entry for each of the {theirs.nout} outputs, got {len(outs)}")
    if all(map(is_number, inputs)) and not any(o is not None for o in outs):
        return borrowed(theirs, *inputs, **how)
    for one in outs:
        if one is not None and not isinstance(one, (Tensor, np.ndarray)):
            raise TensorTypeError(f"out must be a tensor or an array, got {type(one).__name__}")
    operands = [x if isinstance(x, _NUMBERS) else tensor_of(x) for x in inputs]
    if not any(isinstance(x, Tensor) for x in operands):
        operands = [tensor_of(x) for x in operands]
    call = _with_axes if theirs.signature else _elementwise
    results = call(theirs, function, operands, outs, **how)
    given = tuple(number(result) if out is None else result for out, result in zip(outs, results, strict=True))
    return given[0] if len(given) == 1 else given


def _elementwise(
    theirs: Any,
    function: Any,
    operands: list[Any],
    outs: tuple[Any, ...],
    *,
    where: Any = True,
    casting: str = "same_kind",
    order: str = "K",
    dtype: Any = None,
    subok: bool = True,
    signature: Any = None,
) -> tuple[Any, ...]:
    compute = function
    if dtype is not None or signature is not None or casting != "same_kind":
        operands, compute = _in_dtypes(theirs, function, operands, dtype, signature, casting)
    if where is not True:
        return _where(compute, operands, outs, where, casting)
    results = _tuple(compute(*apart(operands, outs)))
    for out, result in zip(outs, results, strict=True):
        _check_holds(out, result.shape)
    return tuple(
        _ordered(result, order, operands) if out is None else write(out, result, casting)
        for out, result in zip(outs, results, strict=True)
    )


def _in_dtypes(theirs: Any, function: Any, operands: list[Any], dtype: Any, signature: Any, casting: Any) -> Any:
    """The operands in the dtypes that NumPy computes in, and the function with results in those that it gives."""
    if dtype is not None:
        if signature is not None:
            raise TensorTypeError("dtype and signature must not both be given")
        signature = (None,) * theirs.nin + (np.dtype(dtype),) * theirs.nout
    kinds = [_kind(x) for x in operands]
    fixed = {} if signature is None else {"signature": signature}
    # Of weak integers NumPy 2.4 dies of a null pointer where it would have to refuse them, by casting="equiv".
    loop = theirs.resolve_dtypes((*kinds, *(None,) * theirs.nout), casting="unsafe", **fixed)
    cast = []
    for x, kind, needed in zip(operands, kinds, loop, strict=False):
        is_weak = kind is int or (kind is float and needed.kind == "f")
        if is_weak:
            allowed = casting not in ("no", "equiv") or np.dtype(kind) == needed
        else:  # functions of logic see truth values in anything
            allowed = theirs.__name__.startswith("logical") or np.can_cast(kind, needed, casting)
        if not allowed:
            raise TensorTypeError(
                f"{theirs.__name__}: operands must become {needed} by casting={casting!r}, got {np.dtype(kind)}"
            )
        cast.append(x if is_weak else tensor_of(x).astype(needed, copy=False))

    def compute(*inputs: Any) -> Any:
        return tuple(
            result.astype(d, copy=False)
            for result, d in zip(_tuple(function(*inputs)), loop[theirs.nin :], strict=True)
        )

    return cast, compute


def _kind(x: Any) -> Any:
    """What NumPy resolves dtypes by: a dtype, or a type of Python's whose numbers are weak."""
    if isinstance(x, Tensor):
        return np.dtype(x.dtype)
    return np.dtype(bool) if isinstance(x, bool) else int if isinstance(x, int) else float


def _where(compute: Any, operands: list[Any], outs: tuple[Any, ...], where: Any, casting: str) -> tuple[Any, ...]:
    """Compute with the elements alone at which `where` is true; others stay what they are in `out`, or are 0."""
    where = tensor_of(where).detach()
    if where.dtype.kind != "b":
        raise TensorTypeError(f"where must be of bools, got {where.dtype}")
    shapes = [x.shape for x in (*operands, *outs, where) if hasattr(x, "shape")]
    shape = fg.broadcast_shapes(*shapes)
    for out in outs:
        _check_holds(out, shape)
    where = fg.broadcast_to(where, shape)
    chosen = [fg.broadcast_to(x, shape)[where] if isinstance(x, Tensor) else x for x in operands]
    results = []
    for out, result in zip(outs, _tuple(compute(*chosen)), strict=True):
        target = fg.zeros(shape, dtype=result.dtype) if out is None else out
        results.append(write(target, result, casting, where))
    return tuple(results)


def _check_holds(out: Any, shape: tuple[int, ...]) -> None:
    if out is None or tuple(out.shape) == shape:
        return
    if fg.broadcast_shapes(tuple(out.shape), shape) != tuple(out.shape):
        raise TensorValueError(f"out must have the result's shape {tuple(shape)}, got {tuple(out.shape)}")


def apart(operands: list[Any], outs: tuple[Any, ...]) -> list[Any]:
    """The operands; where they are recorded, copies of those that will be written over: a rule may need them."""
    if not fg.is_grad_enabled() or not any(isinstance(x, Tensor) and x.requires_grad for x in operands):
        return operands
    targets = [array_of(out) for out in outs if out is not None]
    return [
        x.clone() if isinstance(x, Tensor) and any(np.may_share_memory(array_of(x), out) for out in targets) else x
        for x in operands
    ]


def _ordered(result: Tensor, order: str, operands: list[Any]) -> Tensor:
    """A result in the layout that is asked for."""
    if order == "A":
        arrays = [x for x in operands if isinstance(x, Tensor)]
        order = "F" if all(x.detach().numpy().flags.fnc for x in arrays) else "C"
    if order == "C":
        return result.contiguous()
    if order == "F":
        axes = tuple(reversed(range(result.ndim)))
        return fg.permute_dims(fg.permute_dims(result, axes).contiguous(), axes)
    if order != "K":
        raise TensorValueError(f"order must be one of 'C', 'F', 'A' or 'K', got {order!r}")
    return result


def _tuple(results: Any) -> tuple[Any, ...]:
    return results if isinstance(results, tuple) else (results,)


# ---- products: what they do with whole axes --------------------------------------------------------------------------


def _with_axes(
    theirs: Any,
    function: Any,
    operands: list[Any],
    outs: tuple[Any, ...],
    *,
    axes: Any = None,
    axis: Any = None,
    keepdims: bool = False,
    where: Any = None,
    **how: Any,
) -> tuple[Any, ...]:
    """A product along axes that need not be the last."""
    if where is not None:
        raise TensorTypeError(f"{theirs.__name__}() got an unexpected keyword argument 'where'")
    if (axis is not None or keepdims) and theirs is not np.vecdot:
        raise TensorTypeError(f"{theirs.__name__}: axis and keepdims must not be given, of operands with several axes")
    if axis is not None:
        if axes is not None:
            raise TensorTypeError("axis and axes must not both be given")
        axes = [axis] * (3 if keepdims else 2)
    if axes is None and not keepdims:
        return _elementwise(theirs, function, operands, outs, **how)
    places = [place if isinstance(place, tuple) else (place,) for place in axes or [-1, -1]]
    if len(places) == 2 and theirs is np.vecdot:
        places.append((-1,) if keepdims else ())
    if len(places) != 3:
        raise TensorValueError(f"axes must have an entry for each operand and for the result, got {axes}")

    def compute(*inputs: Any) -> Any:
        result = function(*(_moved(x, place, _last(place)) for x, place in zip(inputs, places, strict=False)))
        if keepdims:
            result = fg.expand_dims(result, -1)
        return _moved(result, _last(places[2]), places[2])

    return _elementwise(theirs, compute, operands, outs, **how)


def _last(axes: tuple[int, ...]) -> tuple[int, ...]:
    return tuple(range(-len(axes), 0))


def _moved(x: Any, source: tuple[int, ...], destination: tuple[int, ...]) -> Any:
    return fg.moveaxis(x, source, destination) if isinstance(x, Tensor) else x


# ---- functions that fastgrad has not, or has of fewer dtypes ---------------------------------------------------------


def floats(x: Any) -> Any:
    """A tensor of floats; of integers and bools, float64."""
    return x if x.dtype.kind == "f" else x.astype(fg.float64)


def _alike(x: Any, y: Any) -> tuple[Any, ...]:
    """Two operands as tensors of one shape, and of the dtype that operators give them."""
    x, y = (one if isinstance(one, _NUMBERS) else tensor_of(one) for one in (x, y))
    samples = (fg.zeros((), dtype=one.dtype) if isinstance(one, Tensor) else one for one in (x, y))
    dtype = fg.add(*samples).dtype
    return fg.broadcast_arrays(fg.asarray(x, dtype=dtype), fg.asarray(y, dtype=dtype))


def floats_alike(x: Any, y: Any) -> list[Any]:
    """Two operands as tensors of one shape, and of the floats that both become."""
    return [floats(one) for one in _alike(x, y)]


def _numpys(name: str) -> Callable[..., Any]:
    """A function that NumPy computes."""
    theirs = getattr(np, name)
    return lambda *operands: tensor_of(borrowed(theirs, *operands))


class _Cbrt(Function):
    @staticmethod
    def forward(ctx: Any, x: Tensor) -> Tensor:
        result = tensor_of(np.cbrt(x.detach().numpy()))
        ctx.save_for_backward(result)
        return result

    @staticmethod
    def backward(ctx: Any, g: Tensor) -> Any:
        (root,) = ctx.saved_tensors
        return g / (3 * fg.square(root))


def _positive(x: Any) -> Any:
    if x.dtype.kind == "b":
        raise TensorTypeError("positive: x must be of numbers, got bool")
    return fg.positive(x)


def _heaviside(x: Any, at_zero: Any) -> Any:
    x, at_zero = floats_alike(x, at_zero)
    return fg.where(x == 0, at_zero, (fg.sign(x) + 1) / 2)


def _float_power(x: Any, y: Any) -> Any:
    x, y = _alike(x, y)
    return fg.pow(x.astype(fg.float64, copy=False), y.astype(fg.float64, copy=False))


def _modf(x: Any) -> Any:
    x = floats(x)
    # of infinities nothing is left, with their sign
    rest = fg.where(fg.isinf(x), fg.reciprocal(x.detach()), arithmetic.fmod(x, 1.0))
    return rest, fg.trunc(x)


def _frexp(x: Any) -> Any:
    mantissas, exponents = arithmetic.frexp(floats(x))
    return mantissas, exponents


def _ldexp(x: Any, exponents: Any) -> Any:
    x, exponents = tensor_of(x), tensor_of(exponents)
    if exponents.dtype.kind == "f":
        raise TensorTypeError(f"ldexp: the exponents must be of integers, got {exponents.dtype}")
    x = floats(x)
    # in two steps: 2 to all of the exponent may be more than the dtype holds
    exponents = fg.clip(exponents.astype(fg.int64), -2044, 2044)
    half = fg.floor_divide(exponents, 2)
    scaled = x.astype(fg.float64, copy=False) * fg.exp2(half.astype(fg.float64))
    return (scaled * fg.exp2((exponents - half).astype(fg.float64))).astype(x.dtype, copy=False)


def _matvec(x1: Any, x2: Any) -> Any:
    _check_matrix("matvec", x1)
    return fg.squeeze(fg.matmul(x1, fg.expand_dims(x2, -1)), axis=-1)


def _check_matrix(name: str, x: Any) -> None:
    if getattr(x, "ndim", 2) < 2:
        raise TensorValueError(f"{name}: the matrix must have at least 2 axes, got {x.ndim}")


def _vecmat(x1: Any, x2: Any) -> Any:
    _check_matrix("vecmat", x2)
    return fg.squeeze(fg.matmul(fg.expand_dims(x1, -2), x2), axis=-2)


# ---- the table -------------------------------------------------------------------------------------------------------

absolute = abs = _ufunc("absolute", fg.abs)
add = _ufunc("add", fg.add)
arccos = acos = _ufunc("arccos", fg.acos)
arccosh = acosh = _ufunc("arccosh", fg.acosh)
arcsin = asin = _ufunc("arcsin", fg.asin)
arcsinh = asinh = _ufunc("arcsinh", fg.asinh)
arctan = atan = _ufunc("arctan", fg.atan)
arctan2 = atan2 = _ufunc("arctan2", fg.atan2)
arctanh = atanh = _ufunc("arctanh", fg.atanh)
bitwise_and = _ufunc("bitwise_and", fg.bitwise_and)
bitwise_count = _ufunc("bitwise_count", _numpys("bitwise_count"))
bitwise_or = _ufunc("bitwise_or", fg.bitwise_or)
bitwise_xor = _ufunc("bitwise_xor", fg.bitwise_xor)
cbrt = _ufunc("cbrt", lambda x: _Cbrt.apply(floats(x)))
ceil = _ufunc("ceil", fg.ceil)
conjugate = conj = _ufunc("conjugate", fg.clone)
copysign = _ufunc("copysign", lambda x, y: fg.copysign(*floats_alike(x, y)))
cos = _ufunc("cos", fg.cos)
cosh = _ufunc("cosh", fg.cosh)
deg2rad = _ufunc("deg2rad", lambda x: floats(x) * (math.pi / 180))
degrees = _ufunc("degrees", lambda x: floats(x) * (180 / math.pi))
divide = true_divide = _ufunc("divide", fg.divide)
divmod = _ufunc("divmod", lambda x, y: (fg.floor_divide(x, y), fg.remainder(x, y)))
equal = _ufunc("equal", fg.equal)
exp = _ufunc("exp", fg.exp)
exp2 = _ufunc("exp2", fg.exp2)
expm1 = _ufunc("expm1", fg.expm1)
fabs = _ufunc("fabs", lambda x: fg.abs(floats(x)))
float_power = _ufunc("float_power", _float_power)
floor = _ufunc("floor", fg.floor)
floor_divide = _ufunc("floor_divide", fg.floor_divide)
fmax = _ufunc("fmax", lambda x, y: arithmetic.fmax(*_alike(x, y)))
fmin = _ufunc("fmin", lambda x, y: arithmetic.fmin(*_alike(x, y)))
fmod = _ufunc("fmod", lambda x, y: arithmetic.fmod(*_alike(x, y)))
frexp = _ufunc("frexp", _frexp)
gcd = _ufunc("gcd", _numpys("gcd"))
greater = _ufunc("greater", fg.greater)
greater_equal = _ufunc("greater_equal", fg.greater_equal)
heaviside = _ufunc("heaviside", _heaviside)
hypot = _ufunc("hypot", fg.hypot)
invert = bitwise_invert = bitwise_not = _ufunc("invert", fg.bitwise_invert)
isfinite = _ufunc("isfinite", fg.isfinite)
isinf = _ufunc("isinf", fg.isinf)
isnan = _ufunc("isnan", fg.isnan)
lcm = _ufunc("lcm", _numpys("lcm"))
ldexp = _ufunc("ldexp", _ldexp)
left_shift = bitwise_left_shift = _ufunc("left_shift", fg.bitwise_left_shift)
less = _ufunc("less", fg.less)
less_equal = _ufunc("less_equal", fg.less_equal)
log = _ufunc("log", fg.log)
log10 = _ufunc("log10", fg.log10)
log1p = _ufunc("log1p", fg.log1p)
log2 = _ufunc("log2", fg.log2)
logaddexp = _ufunc("logaddexp", lambda x, y: fg.logaddexp(*floats_alike(x, y)))
logaddexp2 = _ufunc("logaddexp2", lambda x, y: arithmetic.logaddexp2(*floats_alike(x, y)))
logical_and = _ufunc("logical_and", fg.logical_and)
logical_not = _ufunc("logical_not", fg.logical_not)
logical_or = _ufunc("logical_or", fg.logical_or)
logical_xor = _ufunc("logical_xor", fg.logical_xor)
matmul = _ufunc("matmul", fg.matmul)
matvec = _ufunc("matvec", _matvec)
maximum = _ufunc("maximum", fg.maximum)
minimum = _ufunc("minimum", fg.minimum)
modf = _ufunc("modf", _modf)
multiply = _ufunc("multiply", fg.multiply)
negative = _ufunc("negative", fg.negative)
nextafter = _ufunc("nextafter", lambda x, y: fg.nextafter(*floats_alike(x, y)))
not_equal = _ufunc("not_equal", fg.not_equal)
positive = _ufunc("positive", _positive)
power = pow = _ufunc("power", fg.pow)
rad2deg = _ufunc("rad2deg", lambda x: floats(x) * (180 / math.pi))
radians = _ufunc("radians", lambda x: floats(x) * (math.pi / 180))
reciprocal = _ufunc("reciprocal", lambda x: fg.reciprocal(x) if x.dtype.kind == "f" else _numpys("reciprocal")(x))
remainder = mod = _ufunc("remainder", fg.remainder)
right_shift = bitwise_right_shift = _ufunc("right_shift", fg.bitwise_right_shift)
rint = _ufunc("rint", lambda x: fg.round(floats(x)))
sign = _ufunc("sign", fg.sign)
signbit = _ufunc("signbit", lambda x: fg.signbit(x))
sin = _ufunc("sin", fg.sin)
sinh = _ufunc("sinh", fg.sinh)
spacing = _ufunc("spacing", _numpys("spacing"))
sqrt = _ufunc("sqrt", fg.sqrt)
square = _ufunc("square", fg.square)
subtract = _ufunc("subtract", fg.subtract)
tan = _ufunc("tan", fg.tan)
tanh = _ufunc("tanh", fg.tanh)
trunc = _ufunc("trunc", fg.trunc)
vecdot = _ufunc("vecdot", fg.vecdot)
vecmat = _ufunc("vecmat", _vecmat)
