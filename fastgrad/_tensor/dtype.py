"""The element types: the engine's own singletons, equal to NumPy's and accepted wherever NumPy's are."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, cast

import numpy as np

if TYPE_CHECKING:
    from numpy.typing import DTypeLike


class dtype:
    """An element type. Use the instances ``fastgrad.float32``, ``fastgrad.int64`` and so on."""

    __module__ = "fastgrad"  # the name that pickles keep, wherever this is
    __slots__ = ("_hash", "_numpy", "itemsize", "kind", "name")

    name: str
    itemsize: int
    kind: str
    _hash: int
    _numpy: np.dtype[Any] | None

    def __init__(self, name: str, itemsize: int, kind: str) -> None:
        self.name = name
        self.itemsize = itemsize
        self.kind = kind  # 'b', 'u', 'i' or 'f', as NumPy's
        self._numpy = None if name == "bfloat16" else np.dtype(name)
        self._hash = hash(self.name if self._numpy is None else self._numpy)  # NumPy finds it anew each time

    @property
    def dtype(self) -> np.dtype[Any]:
        """NumPy's dtype of the same elements (which is how NumPy accepts this object)."""
        if self._numpy is None:
            raise AttributeError("bfloat16 has no NumPy dtype; convert with .astype(fg.float32)")
        return self._numpy

    @property
    def type(self) -> type[np.generic]:
        """NumPy's type of a single number."""
        return self.dtype.type

    @property
    def char(self) -> str:
        """NumPy's letter."""
        return self.dtype.char

    @property
    def is_floating_point(self) -> bool:
        return self.kind == "f"

    @property
    def is_complex(self) -> bool:
        return False

    @property
    def is_signed(self) -> bool:
        return self.kind in "if"

    def __eq__(self, other: object) -> bool:
        if isinstance(other, dtype):
            return self is other
        return self._numpy is not None and other is not None and _lookup(other) is self

    def __hash__(self) -> int:
        return self._hash

    def __repr__(self) -> str:
        return f"{_spoken or 'fastgrad'}.{self.name}"

    def __str__(self) -> str:
        return f"{_spoken}.{self.name}" if _spoken else self.name

    def __reduce__(self) -> str:
        return "bool_" if self.name == "bool" else self.name


_spoken = ""


def speak(library: str) -> None:
    """Have dtypes be shown as another library's, ``torch.float32``; "": as they are without."""
    global _spoken
    _spoken = library


bool_: dtype = dtype("bool", 1, "b")
uint8: dtype = dtype("uint8", 1, "u")
int8: dtype = dtype("int8", 1, "i")
uint16: dtype = dtype("uint16", 2, "u")
int16: dtype = dtype("int16", 2, "i")
uint32: dtype = dtype("uint32", 4, "u")
int32: dtype = dtype("int32", 4, "i")
uint64: dtype = dtype("uint64", 8, "u")
int64: dtype = dtype("int64", 8, "i")
float16: dtype = dtype("float16", 2, "f")
bfloat16: dtype = dtype("bfloat16", 2, "f")
float32: dtype = dtype("float32", 4, "f")
float64: dtype = dtype("float64", 8, "f")

# In the order of the core's enumeration.
ALL: tuple[dtype, ...] = (
    bool_,
    uint8,
    int8,
    uint16,
    int16,
    uint32,
    int32,
    uint64,
    int64,
    float16,
    bfloat16,
    float32,
    float64,
)
_BY_NUMPY = {d._numpy: d for d in ALL if d._numpy is not None}
# What programs mostly say: NumPy needs a microsecond to read it.
_BY_TYPE: dict[object, dtype] = {
    **{known.type: d for known, d in _BY_NUMPY.items()},
    **{kind: _BY_NUMPY[np.dtype(kind)] for kind in (bool, int, float)},
}


def _lookup(x: object) -> dtype | None:
    if isinstance(x, type) and x in _BY_TYPE:
        return _BY_TYPE[x]
    try:
        return _BY_NUMPY.get(np.dtype(cast("DTypeLike", x)))
    except Exception:  # NumPy reads strings and dicts as descriptions of structures, which can be wrong in any way
        return None


def as_dtype(x: object) -> dtype:
    """The dtype that ``x`` names: one of fastgrad's, anything NumPy takes as a dtype, or ``"bfloat16"``.

    Raises
    ------
    TypeError
        If ``x`` names none of fastgrad's dtypes (complex numbers, objects, other byte orders).
    """
    if isinstance(x, dtype):
        return x
    if isinstance(x, str) and x == "bfloat16":
        return bfloat16
    if x is not None:
        found = _lookup(x)
        if found is not None:
            return found
    names = ", ".join(d.name for d in ALL)
    raise TypeError(f"{x!r} is not a dtype of fastgrad; it has {names}")
