# distutils: language = c++
"""Methods that ndarray and torch.Tensor both have and mean differently: no form of them means two things silently.

Keywords choose: `axis`, `keepdims`, `ddof` speak NumPy, `dim`, `keepdim`, `unbiased`, `descending` PyTorch; mixing them
is a TypeError, unless the program speaks PyTorch's, which takes `axis` and `keepdims` beside its own. What is called alike without one is a TypeError that names both spellings, until the program has said
with `set_vocabulary` whose words it speaks. What only one of them has means that. An argument that was not given is
``...``: None is NumPy's word for all axes. Clear forms come first in each method, and go on in C.
"""
from fastgrad._tensor cimport Tensor
from fastgrad._tensor.convert cimport axis_of, flag, whole, wholes
from fastgrad._tensor.cpp cimport DType, is_floating
from fastgrad.ops.join cimport pieces
from fastgrad.ops.reduce cimport max_over, min_over, std_over, var_over
from fastgrad.ops.view cimport permuted, squeezed, swap, transposed

from typing import NamedTuple

from fastgrad._tensor.construct import get_default_float
from fastgrad._tensor.dtype import int64
from fastgrad.errors import TensorValueError
from fastgrad.ops import cast, choose, creation, index, inplace, join, search, sort as sorting
from fastgrad.ops._common import one_vocabulary

cdef extern from "Python.h":
    bint PyIndex_Check(object)

cdef object _spoken = None  # "numpy", "torch", or None: the program has not said


def set_vocabulary(vocabulary: Literal["numpy", "torch"] | None) -> None:
    """Say whose words the program speaks, where a method's call means one thing in NumPy and another in PyTorch.

    It is the program's to say, once, for the whole process; a library uses the forms that are clear: with ``axis`` or
    ``dim``, ``keepdims`` or ``keepdim``. What has one meaning does not change, nor does any function.

    Parameters
    ----------
    vocabulary : {"numpy", "torch"} or None
        None, as a program begins: such calls are a TypeError that names both spellings.

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([[1.0, 3.0], [5.0, 2.0]])
    >>> x.max(axis=1).tolist(), x.max(dim=1).indices.tolist()
    ([3.0, 5.0], [1, 0])
    >>> fg.set_vocabulary("numpy")
    >>> x.max(1).tolist()
    [3.0, 5.0]
    >>> fg.set_vocabulary(None)
    """
    global _spoken
    if vocabulary is not None and vocabulary != "numpy" and vocabulary != "torch":
        raise TensorValueError(f"set_vocabulary: vocabulary must be 'numpy', 'torch' or None, got {vocabulary!r}")
    _spoken = vocabulary


def get_vocabulary() -> str | None:
    """Whose words the program has said that it speaks; None: it has not."""
    return _spoken


def torchs_tensor(data: Any, requires_grad: Any, more: tuple[Any, ...]) -> Tensor | None:
    """What ``Tensor(...)`` makes where the program speaks PyTorch's words: of lengths a tensor of that shape, its
    elements not set, of anything else one of the default floating dtype. None where it does not, and for a tensor, of
    which both make the same.
    """
    if _spoken != "torch":
        return None
    given = (data, requires_grad, *more)
    while given and (given[len(given) - 1] is None or given[len(given) - 1] is False):
        given = given[:len(given) - 1]
    if all([PyIndex_Check(length) and not getattr(length, "ndim", 0) for length in given]):
        return creation.empty(given if given else (0,))
    if len(given) > 1 or isinstance(data, Tensor):
        return None
    if type(data) is not tuple and isinstance(data, tuple):  # a shape
        return creation.empty(data)
    return creation.tensor(data, dtype=get_default_float())


cdef bint _is_torchs(str form, str numpys, str torchs) except -1:
    """Whether a form that both have means PyTorch's."""
    if _spoken is None:
        raise TypeError(
            f"x.{form} means one thing in NumPy and another in PyTorch: write {numpys} for NumPy's or {torchs} for "
            "PyTorch's (or have the program say fg.set_vocabulary('numpy') or fg.set_vocabulary('torch'))")
    return _spoken == "torch"


cdef inline object _or(object given, object default):
    return default if given is ... else given


cdef inline bint _says(object given, str op, str argument) except -1:
    """Whether a flag was given, and is true."""
    return given is True or given is not ... and given is not False and flag(given, op, argument)


cdef int _once(str op, bint by_position, bint by_name) except -1:
    if by_position and by_name:
        raise TypeError(f"{op}: got the axis twice, by position and by keyword")
    return 0


# ---- extremes --------------------------------------------------------------------------------------------------------

class ValuesAndIndices(NamedTuple):
    """Elements and their places along an axis, as PyTorch's ``max``, ``min`` and ``sort`` with ``dim`` return them."""

    values: "Tensor"
    indices: "Tensor"


ValuesAndIndices.__module__ = "fastgrad.ops.vocabulary"


cdef object _with_places(Tensor x, bint largest, object dim, bint keepdim):
    """The elements at one place along an axis, where the whole gradient goes, and the places."""
    if x.a.ndim() == 0:
        axis_of(dim, 1, b"max" if largest else b"min")
        return ValuesAndIndices(cast.clone(x), creation.zeros((), dtype=int64))
    indices = (search.argmax if largest else search.argmin)(x, dim, True)
    values = index.take_along_axis(x, indices, axis=dim)
    if not keepdim:
        values, indices = squeezed(values, dim, False), squeezed(indices, dim, False)
    return ValuesAndIndices(values, indices)


cdef object _extreme(
    Tensor x, bint largest, object first, object keep, object axis, object keepdims, object dim, object keepdim
):
    if dim is ... and keepdim is ... and keep is ...:
        if first is ...:
            return _over(x, largest, _or(axis, None), keepdims)
        if axis is ... and (keepdims is not ... or first is None or isinstance(first, (tuple, list))):
            return _over(x, largest, first, keepdims)
    op = "max" if largest else "min"
    _once(op, first is not ..., axis is not ... or dim is not ...)
    if keep is not ...:  # out in NumPy, which takes no bool for it
        if keepdims is not ... or keepdim is not ... or not isinstance(keep, bool):
            raise TypeError(f"{op}: of two positional arguments the second must be keepdim, a bool, got {keep!r}")
        return _with_places(x, largest, first, keep)
    if dim is not ... or keepdim is not ...:
        if first is ... and dim is ...:
            raise TypeError(f"{op}: dim must be given beside keepdim")
        return _with_places(x, largest, _or(dim, first), _says(keepdim, op, "keepdim"))
    cdef Tensor other
    cdef bint is_tensor = isinstance(first, Tensor)
    two = choose.maximum if largest else choose.minimum
    if is_tensor:
        other = first
        if other.a.ndim() or is_floating(other.a.dtype()) or other.a.dtype() == DType.Bool:
            return two(x, other)
    if _is_torchs(f"{op}({first})", f"x.{op}(axis={first})", f"x.{op}(dim={first})"):
        return two(x, first) if is_tensor else _with_places(x, largest, first, False)
    return _over(x, largest, first, ...)


cdef inline Tensor _over(Tensor x, bint largest, object axis, object keepdims):
    cdef bint kept = _says(keepdims, "max" if largest else "min", "keepdims")
    return max_over(x, axis, kept) if largest else min_over(x, axis, kept)


@one_vocabulary
def max(
    Tensor self, along: Any = ..., keep: bool = ..., /, *, axis: AxisLike = ..., keepdims: bool = ..., dim: int = ...,
    keepdim: bool = ...,
) -> Any:
    """The largest elements along axes, or of all: see ``fastgrad.max``. Ties share the gradient evenly.

    With ``dim``, PyTorch's: a pair of `values` and `indices`; the gradient is that of the first of several. Of another
    tensor: ``maximum``. ``x.max(1)`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
    """
    return _extreme(self, True, along, keep, axis, keepdims, dim, keepdim)


@one_vocabulary
def min(
    Tensor self, along: Any = ..., keep: bool = ..., /, *, axis: AxisLike = ..., keepdims: bool = ..., dim: int = ...,
    keepdim: bool = ...,
) -> Any:
    """The smallest elements along axes, or of all: see ``fastgrad.min``. Ties share the gradient evenly.

    With ``dim``, PyTorch's: a pair of `values` and `indices`; the gradient is that of the first of several. Of another
    tensor: ``minimum``. ``x.min(1)`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
    """
    return _extreme(self, False, along, keep, axis, keepdims, dim, keepdim)


# ---- variance --------------------------------------------------------------------------------------------------------

ctypedef Tensor (*Spread)(Tensor, object, object, bint)


cdef object _spread(
    Tensor x, str op, Spread function, tuple args, object axis, object keepdims, object ddof, object dim,
    object keepdim, object unbiased, object correction,
):
    cdef bint numpys = axis is not ... or keepdims is not ... or ddof is not ...
    cdef bint torchs = dim is not ... or keepdim is not ... or unbiased is not ...
    if args and (isinstance(args[0], bool) or len(args) > 1):  # PyTorch's alone: (unbiased), (dim, unbiased, keepdim)
        return _spread_of_torch(x, op, function, args, numpys or torchs or correction is not ...)
    _once(op, len(args) > 0, axis is not ... or dim is not ...)
    place = args[0] if args else _or(axis, _or(dim, None))
    if correction is not ...:
        if ddof is not ... or unbiased is not ...:
            raise TypeError(f"{op}: correction says it all; ddof or unbiased cannot be given beside it")
        less = 1 if correction is None else correction
    elif numpys:
        less = _or(ddof, 0)
    elif torchs:
        less = int(_says(_or(unbiased, True), op, "unbiased"))
    else:
        shown = repr(place) if args else ""
        less = int(_is_torchs(
            f"{op}({shown})", f"x.{op}(axis={place})", f"x.{op}(dim={place})" if args else f"x.{op}(correction=1)"))
    return function(x, place, less, _says(keepdims, op, "keepdims") or _says(keepdim, op, "keepdim"))


cdef object _spread_of_torch(Tensor x, str op, Spread function, tuple args, bint named):
    rest = args if isinstance(args[0], bool) else args[1:]
    if named or len(rest) > 2 or not all([isinstance(word, bool) for word in rest]):
        raise TypeError(f"{op}: positional arguments must be an axis, or (dim, unbiased, keepdim), got {args}")
    return function(x, None if rest is args else args[0], int(rest[0]), len(rest) == 2 and rest[1])


@one_vocabulary
def std(
    Tensor self, *args: Any, axis: AxisLike = ..., keepdims: bool = ..., correction: float | None = ...,
    ddof: float = ..., dim: AxisLike = ..., keepdim: bool = ..., unbiased: bool = ...,
) -> Tensor:
    """The standard deviation along axes, or of all: see ``fastgrad.std``.

    With NumPy's words it divides by n - ddof, and ddof is 0; with PyTorch's (``dim``, ``keepdim``, ``unbiased``) by n -
    1; ``correction`` says it outright. ``x.std()`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
    """
    return _spread(self, "std", std_over, args, axis, keepdims, ddof, dim, keepdim, unbiased, correction)


@one_vocabulary
def var(
    Tensor self, *args: Any, axis: AxisLike = ..., keepdims: bool = ..., correction: float | None = ...,
    ddof: float = ..., dim: AxisLike = ..., keepdim: bool = ..., unbiased: bool = ...,
) -> Tensor:
    """The variance along axes, or of all: see ``fastgrad.var``.

    With NumPy's words it divides by n - ddof, and ddof is 0; with PyTorch's (``dim``, ``keepdim``, ``unbiased``) by n -
    1; ``correction`` says it outright. ``x.var()`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
    """
    return _spread(self, "var", var_over, args, axis, keepdims, ddof, dim, keepdim, unbiased, correction)


# ---- order and places ------------------------------------------------------------------------------------------------

@one_vocabulary
def sort(
    Tensor self, *args: Any, axis: int = ..., dim: int = ..., descending: bool = ..., stable: bool = True
) -> ValuesAndIndices | None:
    """With ``axis``, NumPy's: sorts the tensor itself and returns None. With ``dim`` or ``descending``, PyTorch's: a
    pair of sorted `values` and `indices`.

    ``x.sort()`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``. ``fastgrad.sort`` gives sorted
    values.
    """
    cdef bint numpys = axis is not ..., torchs = dim is not ... or descending is not ... or len(args) > 1
    if len(args) > 2:
        raise TypeError(f"sort() takes at most 2 positional arguments, got {len(args)}")
    if numpys and torchs and _spoken == "torch" and dim is ...:  # PyTorch's words, among which axis is dim
        dim, numpys = axis, False
    if numpys and torchs:
        raise TypeError("sort: descending is PyTorch's; beside NumPy's axis it cannot be given")
    _once("sort", len(args) > 0, numpys or dim is not ...)
    if len(args) == 2:
        if descending is not ...:
            raise TypeError("sort: got descending twice, by position and by keyword")
        descending = args[1]
        if not isinstance(descending, bool):
            raise TypeError(f"sort: descending must be a bool, got {descending!r}")
    along = args[0] if args else axis if numpys else _or(dim, -1)
    if not numpys and (torchs or _is_torchs(
            f"sort({args[0] if args else ''})", f"x.sort(axis={along}) in place, or fg.sort(x),",
            f"x.sort(dim={along})")):
        if self.a.ndim() == 0:
            axis_of(along, 1, b"sort")
            return ValuesAndIndices(cast.clone(self), creation.zeros((), dtype=int64))
        order = sorting.argsort(self, along, descending=_says(descending, "sort", "descending"), stable=stable)
        return ValuesAndIndices(index.take_along_axis(self, order, axis=along), order)
    inplace.copy_(self, sorting.sort(self, along, stable=stable))
    return None


def nonzero(Tensor self, *, as_tuple: bool = ...) -> tuple[Tensor, ...] | Tensor:
    """Where the elements are not zero. ``as_tuple=True`` gives a tuple with one int64 tensor for each axis, as
    ``fastgrad.nonzero`` and NumPy; ``as_tuple=False`` a row of indices for each, as PyTorch.

    ``x.nonzero()`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
    """
    if as_tuple is ...:
        as_tuple = not _is_torchs("nonzero()", "fg.nonzero(x)", "x.nonzero(as_tuple=False)")
    if not as_tuple and self.a.ndim() == 0:
        return creation.zeros((int(bool(self)), 0), dtype=int64)
    places = search.nonzero(self)
    return places if as_tuple else join.stack(places, 1)


# ---- shapes ----------------------------------------------------------------------------------------------------------

def transpose(Tensor self, *axes: ShapeLike | None, dim0: int = ..., dim1: int = ...) -> Tensor:
    """All axes reversed, or in the order given (NumPy's); of two axes that are not the whole order, a swap (PyTorch's).

    ``x.transpose(0, 1)`` of a matrix leaves it in NumPy and swaps in PyTorch, and is a TypeError: ``x.T`` or ``dim0``
    and ``dim1`` swap; see ``fastgrad.set_vocabulary``. A view.
    """
    cdef int a, b
    if dim0 is not ... or dim1 is not ...:
        if axes or dim0 is ... or dim1 is ...:
            raise TypeError("transpose: dim0 and dim1 must be given both, and without an order of the axes")
        return swap(self, axis_of(dim0, self.a.ndim(), b"transpose"), axis_of(dim1, self.a.ndim(), b"transpose"))
    if len(axes) == 1 and (axes[0] is None or not PyIndex_Check(axes[0])):
        return transposed(self, axes[0])
    if len(axes) == 2:
        a, b = axis_of(axes[0], self.a.ndim(), b"transpose"), axis_of(axes[1], self.a.ndim(), b"transpose")
        if self.a.ndim() != 2 or a == b or a > b or _is_torchs(
                f"transpose({axes[0]}, {axes[1]}) of a matrix", "x itself", "x.T"):
            return swap(self, a, b)
        return permuted(self, axes)
    return transposed(self, axes if axes else None)


@one_vocabulary
def squeeze(Tensor self, along: AxisLike = ..., /, *, axis: AxisLike = ..., dim: AxisLike = ...) -> Tensor:
    """Drops axes of length 1: those named, or all of them. An axis of another length is an error with ``axis``
    (NumPy's), and is left with ``dim`` (PyTorch's). A view.
    """
    _once("squeeze", along is not ..., axis is not ... or dim is not ...)
    if dim is not ...:
        return squeezed(self, dim, True)
    if along is not ...:
        return squeezed(self, along, _spoken == "torch")
    return squeezed(self, _or(axis, None), False)


def split(
    Tensor self, split_size_or_sections: int | Sequence[int] = ..., dim: int = 0, **words
) -> tuple[Tensor, ...]:
    """Views of consecutive parts along an axis, of this length (the last may be shorter) or of these lengths:
    PyTorch's, whose method calls them ``split_size``, too.

    NumPy's arrays have no such method; ``fastgrad.split`` cuts into equal parts or at indices.
    """
    if split_size_or_sections is ...:
        split_size_or_sections = words.pop("split_size", ...)
        if split_size_or_sections is ... and "axis" not in words:
            raise TypeError("split() missing the argument 'split_size'")
    if words:
        if "axis" in words:
            raise TypeError(
                "split: the method is PyTorch's: lengths, and dim; fg.split(x, sections, axis=...) cuts into sections")
        raise TypeError(f"split() got an unexpected keyword argument '{next(iter(words))}'")
    cdef int at = axis_of(dim, self.a.ndim(), b"split")
    length, start, bounds = self.a.shape(at), 0, []
    if PyIndex_Check(split_size_or_sections) or isinstance(split_size_or_sections, float):
        size = whole(split_size_or_sections, "split", "split_size")
        if size < 0 or size == 0 and length:
            raise TensorValueError(f"split: the length of parts must be positive, got {size}")
        lengths = [size] * (length // size) + [length % size] * (length % size > 0) if length else [0]
    else:
        lengths = wholes(split_size_or_sections, "split", "split_sections")
    for n in lengths:
        if n < 0:
            raise TensorValueError(f"split: negative lengths in {split_size_or_sections}")
        bounds.append((start, start + n))
        start += n
    if start != length or not bounds:
        raise TensorValueError(f"split: lengths {split_size_or_sections} must sum to the axis's, {length}")
    return pieces(self, at, bounds, False)


def repeat(Tensor self, *repeats: Any, axis: int | None = ...) -> Tensor:
    """With ``axis``, NumPy's: each element repeated along it (None: of all in C order), as ``fastgrad.repeat``. Of
    three numbers or more, PyTorch's: the whole repeated along each axis, as ``fastgrad.tile``.

    ``x.repeat(3)`` and ``x.repeat(2, 1)``, in NumPy two of each along axis 1, say neither and are a TypeError: see
    ``fastgrad.set_vocabulary``.
    """
    if axis is not ...:
        if len(repeats) != 1:
            raise TypeError(f"repeat: repeats must be one number or one sequence beside axis, got {repeats}")
        return join.repeat(self, repeats[0], axis)
    if not repeats:
        raise TypeError("repeat: the number of repeats must be given")
    if len(repeats) == 1:
        shown = repeats[0]
        if not _is_torchs(f"repeat({shown})", f"x.repeat({shown}, axis=None)", f"x.tile({shown})"):
            return join.repeat(self, shown)
        repeats = repeats if PyIndex_Check(shown) else tuple(shown)
    elif len(repeats) == 2 and not _is_torchs(
            f"repeat({repeats[0]}, {repeats[1]})", f"x.repeat({repeats[0]}, axis={repeats[1]})", f"x.tile({repeats})"):
        return join.repeat(self, repeats[0], repeats[1])
    if len(repeats) < self.a.ndim():
        raise TensorValueError(
            f"repeat: repeats must be one for each of the {self.a.ndim()} axes of shape {self.shape}, got {repeats}")
    return join.tile(self, repeats)


def tile(Tensor self, *repetitions: ShapeLike) -> Tensor:
    """The whole repeated along each axis; see ``fastgrad.tile``."""
    if len(repetitions) == 1 and not PyIndex_Check(repetitions[0]):
        repetitions = repetitions[0]
    return join.tile(self, repetitions)
