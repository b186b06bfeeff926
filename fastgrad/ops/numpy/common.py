"""What NumPy's functions share: what becomes a tensor, `out`, and what NumPy itself computes."""

from __future__ import annotations

import functools
import inspect
import operator
import sys
from collections.abc import Callable, Sequence
from itertools import starmap, zip_longest
from numbers import Number
from types import GenericAlias, ModuleType
from typing import Any, TypeVar

import numpy as np

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.construct import tensor_from
from fastgrad._tensor.dtype import float64
from fastgrad.errors import TensorTypeError, TensorValueError, UnsupportedDtypeError
from fastgrad.ops.numbers import number as number

Function = TypeVar("Function", bound=Callable[..., Any])

# The kinds of NumPy's dtypes that tensors have, too; long double is one of them by its letter.
_KINDS = "biuf"

_NUMBERS = (bool, int, float, np.generic)

# Types of numbers that tensors can hold, and of arguments that neither are nor hold a tensor or an array: of such a set
# is asked in compiled code, however many there are.
_PLAIN = frozenset([bool, int, float, *(np.dtype(letter).type for letter in "?bBhHiIlLqQefd")])
_INERT = _PLAIN | {str, type, type(None)}

NO_VALUE: Any = np._NoValue  # what an argument that is not given is, where None is a value


def is_foreign(value: Any) -> bool:
    """Whether NumPy makes of a value an array that no tensor can be: of complex numbers, strings, dates, objects."""
    if type(value) is np.ndarray:  # mostly it is asked of arrays
        return value.dtype.kind not in _KINDS or value.dtype.itemsize > 8
    if isinstance(value, (Tensor, bool, int, float)) or value is None:
        return False
    if isinstance(value, (list, tuple)):
        return not _PLAIN.issuperset(map(type, value)) and any(map(is_foreign, value))
    if isinstance(value, (np.ndarray, np.generic)):
        return value.dtype.kind not in _KINDS or value.dtype.itemsize > 8
    return isinstance(value, (Number, str, bytes, type, np.dtype))  # by a word or a type NumPy knows more dtypes


def tensor_of(value: Any, dtype: Any = None) -> Tensor:
    """Return what NumPy's ``asarray`` means: floats are float64. With tensors in it, a sequence is their stack, on the
    graph; an ndarray shares its memory."""
    return tensor_from(value, dtype, True, float64)


def with_axis(x: Tensor, axis: Any) -> Tensor:
    """Return a tensor with an axis to count along: one of 0 dimensions has one for NumPy, of length 1."""
    return x if x.ndim or axis is None else x.reshape(1)


def alike(parts: Sequence[Any], dtype: Any = None) -> list[Tensor]:
    """Return values as tensors of one dtype: by default the one that NumPy gives to what they make together."""
    tensors = [part if isinstance(part, Tensor) else tensor_of(part) for part in parts]
    if dtype is None:
        first = tensors[0].dtype if tensors else None
        if all(t.dtype is first for t in tensors):
            return tensors
        dtype = np.result_type(*[t.dtype.dtype for t in tensors])
    return [t.astype(dtype, copy=False) for t in tensors]


def is_number(value: Any) -> bool:
    """Whether a value is one of Python's numbers, or of NumPy's."""
    return isinstance(value, _NUMBERS)


def into(out: Any, result: Any, casting: str = "same_kind") -> Any:
    """Return a result as `number` has it, or write it to `out` and return that, as it is (a tensor, an array, a tuple
    of one)."""
    if isinstance(out, tuple):
        (out,) = out
    if out is None:
        return number(result)
    if not isinstance(out, (Tensor, np.ndarray)):
        raise TensorTypeError(f"out must be a tensor or an array, got {type(out).__name__}")
    if tuple(out.shape) != tuple(result.shape):
        raise TensorValueError(f"out must have the result's shape {tuple(result.shape)}, got {tuple(out.shape)}")
    return write(out, result, casting)


def write(out: Any, result: Any, casting: str = "same_kind", index: Any = ...) -> Any:
    """Write a result to a tensor or an array, or to a place in it, where its dtype may become the other, and return
    the whole."""
    same = result.dtype == out.dtype
    if not same and not np.can_cast(np.dtype(result.dtype), np.dtype(out.dtype), casting):  # type: ignore[arg-type]
        raise TensorTypeError(f"out must hold {result.dtype} by casting={casting!r}, got {out.dtype}")
    if isinstance(out, np.ndarray) and isinstance(result, Tensor):
        result, index = held(result), array_of(index)
    out[index] = result if same else result.astype(out.dtype)
    return out


# ---- what NumPy computes ---------------------------------------------------------------------------------------------


def array_of(value: Any) -> Any:
    """The ndarray of a tensor, on its memory; of what holds tensors, the same with ndarrays in their place."""
    if isinstance(value, Tensor):
        return value.detach().numpy()
    if isinstance(value, dict):
        return {key: array_of(one) for key, one in value.items()}
    if isinstance(value, (list, tuple)):
        if _PLAIN.issuperset(map(type, value)):
            return value
        ours = [array_of(one) for one in value]
        if isinstance(value, list):
            return ours
        return type(value)(*ours) if hasattr(value, "_fields") else type(value)(ours)
    return value


def held(value: Any) -> Any:
    """What `array_of` gives, for an ndarray to hold it: there a gradient would end."""
    if fg.is_grad_enabled() and is_followed(value):
        raise TensorTypeError(
            "an ndarray cannot hold a result that requires gradients: it must be written to a tensor, or be "
            "computed of x.detach()"
        )
    return array_of(value)


def given(value: Any) -> Any:
    """What NumPy has computed, with tensors in the place of its arrays: on their memory. NumPy's scalars stay, as do
    arrays that no tensor can be."""
    if type(value) is np.ndarray:
        dtype = value.dtype
        return tensor_from(value, None, True) if dtype.kind in _KINDS and dtype.itemsize <= 8 else value
    if isinstance(value, list):
        return [given(one) for one in value]
    if isinstance(value, tuple):
        ours = [given(one) for one in value]
        return type(value)(*ours) if hasattr(value, "_fields") else tuple(ours)
    return value


def is_followed(value: Any) -> bool:
    """Whether a value is a tensor that requires gradients, or has one in it."""
    if isinstance(value, Tensor):
        return value.requires_grad
    if isinstance(value, dict):
        return any(map(is_followed, value.values()))
    if not isinstance(value, (list, tuple)) or _PLAIN.issuperset(map(type, value)):
        return False
    return any(map(is_followed, value))


def _has_floats(value: Any) -> bool:
    if isinstance(value, (list, tuple)):
        return any(map(_has_floats, value))
    return isinstance(value, (Tensor, np.ndarray, np.generic)) and value.dtype.kind not in "biu"


@functools.lru_cache
def _place_of_out(function: Callable[..., Any]) -> int | None:
    """By which position a function of NumPy's is told where to write; None if by none."""
    if isinstance(function, np.ufunc):
        return function.nin
    try:
        parameters = inspect.signature(function).parameters
    except (TypeError, ValueError):  # of some that are compiled
        return None
    out = parameters.get("out")
    return None if out is None or out.kind is out.KEYWORD_ONLY else list(parameters).index("out")


def _outputs(function: Callable[..., Any], args: tuple[Any, ...], keywords: dict[str, Any]) -> list[Any]:
    """The arrays that a function of NumPy's is to write to."""
    out = keywords.get("out")
    found = [*out] if isinstance(out, tuple) else [out]
    if len(args) > 1 and (place := _place_of_out(function)) is not None:
        found += args[place:] if isinstance(function, np.ufunc) else args[place : place + 1]
    return [one for one in found if isinstance(one, (Tensor, np.ndarray))]


def are_inert(args: tuple[Any, ...], keywords: dict[str, Any]) -> bool:
    """Whether arguments are no tensors or arrays, and hold none."""
    return _INERT.issuperset(map(type, args)) and (not keywords or _INERT.issuperset(map(type, keywords.values())))


def borrowed(function: Callable[..., Any], *args: Any, **keywords: Any) -> Any:
    """Call a function of NumPy's own with tensors, and return tensors.

    Gradients do not pass through it: where they would have to, to floats from a tensor that requires them, it is an
    error, before anything is written.
    """
    if are_inert(args, keywords):
        return given(function(*args, **keywords))
    outs = _outputs(function, args, keywords)
    followed = fg.is_grad_enabled() and (is_followed(args) or is_followed(keywords))
    if followed and any(map(_has_floats, outs)):
        raise _lost(function)
    for one in outs:
        if isinstance(one, Tensor):
            will_write(one)
    result = function(*array_of(args), **array_of(keywords))
    if followed and _has_floats(result):
        raise _lost(function)
    return given(result)


def _lost(function: Callable[..., Any]) -> TensorTypeError:
    return TensorTypeError(
        f"{function.__name__} has no gradient here: NumPy itself computes it; give it x.detach(), or call it under "
        "no_grad()"
    )


def will_write(x: Tensor) -> None:
    """Say of a tensor, whose elements NumPy is to write, that they change: what was saved of it is not what it was."""
    if fg.is_grad_enabled() and x.requires_grad:
        raise TensorTypeError("NumPy itself must not write to a tensor that requires gradients, which it does not know")
    x[(slice(0, 0),) if x.ndim else ...] = x[:0] if x.ndim else x


def borrow(function: Function) -> Function:
    """NumPy's own function, for tensors: see `borrowed`."""

    @functools.wraps(function)
    def call(*args: Any, **keywords: Any) -> Any:
        # as are_inert and given, which small results would take longer to be passed through than to be made
        if _INERT.issuperset(map(type, args)) and (not keywords or _INERT.issuperset(map(type, keywords.values()))):
            found = function(*args, **keywords)
            return found if type(found) in _PLAIN else given(found)
        return borrowed(function, *args, **keywords)

    return call  # type: ignore[return-value]


# Operators by the names of the operations that they are.
_OPERATORS = {
    "add": operator.add,
    "subtract": operator.sub,
    "multiply": operator.mul,
    "divide": operator.truediv,
    "floor_divide": operator.floordiv,
    "remainder": operator.mod,
    "pow": operator.pow,
    "matmul": operator.matmul,
    "equal": operator.eq,
    "not_equal": operator.ne,
    "less": operator.lt,
    "less_equal": operator.le,
    "greater": operator.gt,
    "greater_equal": operator.ge,
}


def operate(name: str, x: Any, y: Any) -> Any:
    """An operator of a tensor and what no tensor can be: NumPy's, of arrays."""
    if is_foreign(x) or is_foreign(y):
        return borrowed(_OPERATORS[name], x, y)
    return NotImplemented


def numpys_own(module: ModuleType, name: str) -> Any:
    """What a module of NumPy's has of a name: its functions for tensors, its modules where they are borrowed, its types
    and constants as they are."""
    if name.startswith("__"):
        raise AttributeError(f"module {module.__name__!r} has no attribute {name!r}")
    found = getattr(module, name)
    if isinstance(found, ModuleType):
        return sys.modules.get(f"fastgrad.{found.__name__}", found)
    return borrow(found) if callable(found) and not isinstance(found, (type, GenericAlias)) else found


# Arguments that say by a word how something is done.
_WAYS = frozenset({"casting", "indexing", "kind", "method", "mode", "optimize", "order", "side"})


def _is_foreign_as(name: str | None, value: Any) -> bool:
    """Whether an argument of this name is what no tensor can be: what has a dtype, or a dtype itself."""
    if name == "dtype" and value is not None and not isinstance(value, fg.dtype):
        return is_foreign(np.empty(0, value))
    return name not in _WAYS and is_foreign(value)


def or_numpys(theirs: Callable[..., Any]) -> Callable[[Function], Function]:
    """Have a function of tensors leave to NumPy's own (`theirs`) what no tensor can be: complex numbers, strings,
    objects; and products of bools, which fastgrad has not. Whether there is any is asked only where the call fails."""

    def wrap(ours: Function) -> Function:
        code = ours.__code__
        names = code.co_varnames[: code.co_argcount]

        @functools.wraps(ours)
        def call(*args: Any, **keywords: Any) -> Any:
            try:
                return ours(*args, **keywords)
            except (TypeError, ValueError) as error:
                named = [*zip_longest(names[: len(args)], args), *keywords.items()]
                if isinstance(error, UnsupportedDtypeError) or any(starmap(_is_foreign_as, named)):
                    return borrowed(theirs, *args, **keywords)
                raise

        return call  # type: ignore[return-value]

    return wrap


def for_arrays(theirs: Callable[..., Any]) -> Callable[[Function], Function]:
    """As `or_numpys`, of a function that gives numbers of numbers: of these alone they are NumPy's."""

    def wrap(ours: Function) -> Function:
        whole = or_numpys(theirs)(ours)

        @functools.wraps(ours)
        def call(*args: Any, **keywords: Any) -> Any:
            if args and isinstance(args[0], _NUMBERS) and all(one is None or isinstance(one, _NUMBERS) for one in args):
                return borrowed(theirs, *args, **keywords)
            return whole(*args, **keywords)

        return call  # type: ignore[return-value]

    return wrap


def called(theirs: Callable[..., Any], ours: Callable[..., Any], value: Any, *args: Any) -> Any:
    """Call a function of one tensor with what is none yet, or NumPy's own with what no tensor can be."""
    try:
        return ours(tensor_of(value), *args)
    except (TypeError, ValueError):
        if is_foreign(value):
            return borrowed(theirs, value, *args)
        raise
