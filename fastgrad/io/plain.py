"""Plain values of the standard library and of NumPy in checkpoints: what each kind is written as, and made of again.

A kind has a name, a type, and two functions: one gives simpler values that say what a value is, the other makes it of
them. Nothing else is ever made, and no name in a file is looked up anywhere but here.
"""

from __future__ import annotations

import argparse
import datetime
import pathlib
import types
from base64 import b64decode, b64encode
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple
from uuid import UUID

import numpy as np

from fastgrad._tensor.device import device
from fastgrad._tensor.dtype import as_dtype, dtype

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

# Types that are values themselves, by their names.
_TYPES: tuple[type, ...] = (
    *(bool, int, float, complex, str, bytes, bytearray, list, tuple, dict, set, frozenset, range, slice, object),
    *(OrderedDict, Counter, defaultdict, deque, type(None)),
)
TYPES = {t.__name__: t for t in _TYPES}
# What an array of texts may hold beside the texts themselves.
_LARGEST = 1 << 26
_NAMES = {t: name for name, t in TYPES.items()}


class Kind(NamedTuple):
    """A type, what its values are written as, and how they are made again."""

    type: type[Any]
    parts: Callable[[Any], Any]
    make: Callable[[Any], Any]


def _text(value: bytes | bytearray) -> str:
    return b64encode(value).decode("ascii")


def _bytes(text: str) -> bytes:
    return b64decode(text, validate=True)


def _sorted(values: Iterable[Any]) -> list[Any]:
    """A set has no order; equal ones are to give equal files."""
    return sorted(values, key=lambda value: (type(value).__name__, repr(value)))


def _path(name: str, pure: type[pathlib.PurePath]) -> Kind:
    here: Any = getattr(pathlib, name)
    can = issubclass(here, type(pathlib.Path())) or not issubclass(here, pathlib.Path)
    return Kind(here, str, here if can else pure)  # those of another system have names alone


def _zone(value: datetime.timezone) -> Any:
    return None if value is datetime.timezone.utc else [value.utcoffset(None), value.tzname(None)]


def _zone_of(parts: Any) -> datetime.timezone:
    return datetime.timezone.utc if parts is None else datetime.timezone(*parts)


def _moment(value: Any) -> list[Any]:
    if value.tzinfo is not None and type(value.tzinfo) is not datetime.timezone:
        raise TypeError(
            f"save: a time's zone must be a datetime.timezone, got a {type(value.tzinfo).__name__}; save "
            "value.astimezone(datetime.timezone.utc)"
        )
    return [value.replace(tzinfo=None).isoformat(), value.tzinfo, value.fold]


def _moment_of(kind: Any) -> Callable[[Any], Any]:
    return lambda parts: kind.fromisoformat(parts[0]).replace(tzinfo=parts[1], fold=parts[2])


def _type(value: Any) -> str:
    known = _NAMES.get(value)
    if known is not None:
        return known
    name: str = value.__name__
    if issubclass(value, np.generic) and getattr(np, name, None) is value:
        return f"numpy.{name}"
    raise LookupError


def _type_of(name: str) -> type:
    if not name.startswith("numpy."):
        return TYPES[name]
    found = getattr(np, name[len("numpy.") :], None)
    if not isinstance(found, type) or not issubclass(found, np.generic):
        raise ValueError(f"unknown type {name!r}")
    return found


def _factory(value: Any) -> Any:
    if value is not None and (not isinstance(value, type) or value not in _NAMES):
        raise TypeError(
            f"save: what a defaultdict makes for a missing key must be a plain type such as list, got {value!r}; "
            "save dict(d)"
        )
    return value


def _default(parts: Any) -> Any:
    factory, pairs = parts
    if factory is not None and factory not in _NAMES:
        raise ValueError(f"a defaultdict of {factory!r}")
    return defaultdict(factory, pairs)


def array_parts(value: Any) -> list[Any]:
    """What an array of texts, bytes, times or Python's objects is written as."""
    held = value.astype(np.int64) if value.dtype.kind in "mM" else value
    return [value.dtype.str, list(value.shape), held.reshape(-1).tolist()]


def array_of(parts: Any) -> Any:
    """Make an array of its dtype's name, its shape, and its elements."""
    named, shape, items = parts
    made = np.dtype(named)
    if made.kind not in "SUOmM" or not isinstance(items, list):
        raise ValueError(f"an array of dtype {made} is no list")
    if made.kind in "mM":
        return np.array(items, np.int64).astype(made).reshape(shape)
    if made.kind == "O":
        array = np.empty(len(items), made)
        for i, item in enumerate(items):
            array[i] = item
        return array.reshape(shape)
    if made.itemsize * len(items) > _LARGEST + 100 * sum(map(len, items)):
        raise ValueError(f"an array of dtype {made} of texts that are much shorter")
    return np.array(items, made).reshape(shape)


def _dtype_parts(value: Any) -> str:
    if value.kind not in "?biufcmMSUO" or value.fields is not None or value.subdtype is not None:
        raise TypeError(f"save: a dtype of NumPy's must be of numbers, texts or times, got {value}")
    return str(value.str)


def _dict(value: Any) -> dict[str, Any]:
    return dict(vars(value))


KINDS: dict[str, Kind] = {
    "set": Kind(set, _sorted, set),
    "frozenset": Kind(frozenset, _sorted, frozenset),
    "bytes": Kind(bytes, _text, _bytes),
    "bytearray": Kind(bytearray, _text, lambda text: bytearray(_bytes(text))),
    "complex": Kind(complex, lambda z: [z.real, z.imag], lambda parts: complex(*parts)),
    "range": Kind(range, lambda r: [r.start, r.stop, r.step], lambda parts: range(*parts)),
    "slice": Kind(slice, lambda s: [s.start, s.stop, s.step], lambda parts: slice(*parts)),
    "ellipsis": Kind(type(...), lambda _: None, lambda _: ...),
    "type": Kind(type, _type, _type_of),
    "Counter": Kind(Counter, dict, Counter),
    "defaultdict": Kind(defaultdict, lambda d: [_factory(d.default_factory), dict(d)], _default),
    "deque": Kind(deque, lambda d: [list(d), d.maxlen], lambda parts: deque(*parts)),
    "Namespace": Kind(argparse.Namespace, _dict, lambda values: argparse.Namespace(**values)),
    "SimpleNamespace": Kind(types.SimpleNamespace, _dict, lambda values: types.SimpleNamespace(**values)),
    "datetime": Kind(datetime.datetime, _moment, _moment_of(datetime.datetime)),
    "time": Kind(datetime.time, _moment, _moment_of(datetime.time)),
    "date": Kind(datetime.date, datetime.date.isoformat, datetime.date.fromisoformat),
    "timedelta": Kind(
        datetime.timedelta, lambda d: [d.days, d.seconds, d.microseconds], lambda parts: datetime.timedelta(*parts)
    ),
    "timezone": Kind(datetime.timezone, _zone, _zone_of),
    "Decimal": Kind(Decimal, str, Decimal),
    "Fraction": Kind(Fraction, lambda f: [f.numerator, f.denominator], lambda parts: Fraction(*parts)),
    "UUID": Kind(UUID, str, UUID),
    "PurePosixPath": _path("PurePosixPath", pathlib.PurePosixPath),
    "PureWindowsPath": _path("PureWindowsPath", pathlib.PureWindowsPath),
    "PosixPath": _path("PosixPath", pathlib.PurePosixPath),
    "WindowsPath": _path("WindowsPath", pathlib.PureWindowsPath),
    "dtype": Kind(dtype, lambda d: d.name, as_dtype),
    "device": Kind(device, str, device),
    "numpy dtype": Kind(np.dtype, _dtype_parts, np.dtype),
    "numpy bytes": Kind(np.bytes_, lambda b: _text(bytes(b)), lambda text: np.bytes_(_bytes(text))),
    "numpy array": Kind(np.ndarray, array_parts, array_of),
}
_BY_TYPE = {kind.type: name for name, kind in KINDS.items()}


def kind_of(value: Any) -> str | None:
    """Return the name of a value's kind; None if it is of none."""
    found = _BY_TYPE.get(type(value))
    if found is None and isinstance(value, np.dtype):  # each has a class of its own
        return "numpy dtype"
    if found is None and isinstance(value, type):
        try:
            _type(value)
        except LookupError:
            return None
        return "type"
    if found == "type" and value not in _NAMES and not issubclass(value, np.generic):
        return None
    return found
