# Written by tools/stubs.py.
from collections.abc import Sequence
from typing import Any, Literal, NamedTuple

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import AxisLike, ShapeLike

class ValuesAndIndices(NamedTuple):
    """Elements and their places along an axis, as PyTorch's ``max``, ``min`` and ``sort`` with ``dim`` return them."""

    values: Tensor
    indices: Tensor

def get_vocabulary() -> str | None:
    """Whose words the program has said that it speaks; None: it has not."""

def max(
    self: Tensor,
    along: Any = ...,
    keep: bool = ...,
    /,
    *,
    axis: AxisLike = ...,
    keepdims: bool = ...,
    dim: int = ...,
    keepdim: bool = ...,
) -> Any:
    """The largest elements along axes, or of all: see ``fastgrad.max``. Ties share the gradient evenly.

    With ``dim``, PyTorch's: a pair of `values` and `indices`; the gradient is that of the first of several. Of another
    tensor: ``maximum``. ``x.max(1)`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
    """

def min(
    self: Tensor,
    along: Any = ...,
    keep: bool = ...,
    /,
    *,
    axis: AxisLike = ...,
    keepdims: bool = ...,
    dim: int = ...,
    keepdim: bool = ...,
) -> Any:
    """The smallest elements along axes, or of all: see ``fastgrad.min``. Ties share the gradient evenly.

    With ``dim``, PyTorch's: a pair of `values` and `indices`; the gradient is that of the first of several. Of another
    tensor: ``minimum``. ``x.min(1)`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
    """

def nonzero(self: Tensor, *, as_tuple: bool = ...) -> tuple[Tensor, ...] | Tensor:
    """Where the elements are not zero. ``as_tuple=True`` gives a tuple with one int64 tensor for each axis, as
    ``fastgrad.nonzero`` and NumPy; ``as_tuple=False`` a row of indices for each, as PyTorch.

    ``x.nonzero()`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
    """

def repeat(self: Tensor, *repeats: Any, axis: int | None = ...) -> Tensor:
    """With ``axis``, NumPy's: each element repeated along it (None: of all in C order), as ``fastgrad.repeat``. Of
    three numbers or more, PyTorch's: the whole repeated along each axis, as ``fastgrad.tile``.

    ``x.repeat(3)`` and ``x.repeat(2, 1)``, in NumPy two of each along axis 1, say neither and are a TypeError: see
    ``fastgrad.set_vocabulary``.
    """

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

def sort(
    self: Tensor, *args: Any, axis: int = ..., dim: int = ..., descending: bool = ..., stable: bool = True
) -> ValuesAndIndices | None:
    """With ``axis``, NumPy's: sorts the tensor itself and returns None. With ``dim`` or ``descending``, PyTorch's: a
    pair of sorted `values` and `indices`.

    ``x.sort()`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``. ``fastgrad.sort`` gives sorted
    values.
    """

def split(self: Tensor, split_size_or_sections: int | Sequence[int] = ..., dim: int = 0) -> tuple[Tensor, ...]:
    """Views of consecutive parts along an axis, of this length (the last may be shorter) or of these lengths:
    PyTorch's, whose method calls them ``split_size``, too.

    NumPy's arrays have no such method; ``fastgrad.split`` cuts into equal parts or at indices.
    """

def squeeze(self: Tensor, along: AxisLike = ..., /, *, axis: AxisLike = ..., dim: AxisLike = ...) -> Tensor:
    """Drops axes of length 1: those named, or all of them. An axis of another length is an error with ``axis``
    (NumPy's), and is left with ``dim`` (PyTorch's). A view.
    """

def std(
    self: Tensor,
    *args: Any,
    axis: AxisLike = ...,
    keepdims: bool = ...,
    correction: float | None = ...,
    ddof: float = ...,
    dim: AxisLike = ...,
    keepdim: bool = ...,
    unbiased: bool = ...,
) -> Tensor:
    """The standard deviation along axes, or of all: see ``fastgrad.std``.

    With NumPy's words it divides by n - ddof, and ddof is 0; with PyTorch's (``dim``, ``keepdim``, ``unbiased``) by n -
    1; ``correction`` says it outright. ``x.std()`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
    """

def tile(self: Tensor, *repetitions: ShapeLike) -> Tensor:
    """The whole repeated along each axis; see ``fastgrad.tile``."""

def torchs_tensor(data: Any, requires_grad: Any, more: tuple[Any, ...]) -> Tensor | None:
    """What ``Tensor(...)`` makes where the program speaks PyTorch's words: of lengths a tensor of that shape, its
    elements not set, of anything else one of the default floating dtype. None where it does not, and for a tensor, of
    which both make the same.
    """

def transpose(self: Tensor, *axes: ShapeLike | None, dim0: int = ..., dim1: int = ...) -> Tensor:
    """All axes reversed, or in the order given (NumPy's); of two axes that are not the whole order, a swap (PyTorch's).

    ``x.transpose(0, 1)`` of a matrix leaves it in NumPy and swaps in PyTorch, and is a TypeError: ``x.T`` or ``dim0``
    and ``dim1`` swap; see ``fastgrad.set_vocabulary``. A view.
    """

def var(
    self: Tensor,
    *args: Any,
    axis: AxisLike = ...,
    keepdims: bool = ...,
    correction: float | None = ...,
    ddof: float = ...,
    dim: AxisLike = ...,
    keepdim: bool = ...,
    unbiased: bool = ...,
) -> Tensor:
    """The variance along axes, or of all: see ``fastgrad.var``.

    With NumPy's words it divides by n - ddof, and ddof is 0; with PyTorch's (``dim``, ``keepdim``, ``unbiased``) by n -
    1; ``correction`` says it outright. ``x.var()`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
    """
