# Written by tools/stubs.py.
from collections.abc import Sequence
from typing import Any, overload

from fastgrad._tensor import Tensor
from fastgrad._tensor.typing import AxisLike, ShapeLike, TensorLike

def _method_expand(self: Tensor, *sizes: ShapeLike) -> Tensor:
    """Broadcasts to a shape in which -1 keeps an axis as it is."""

def _method_permute(self: Tensor, *dims: ShapeLike) -> Tensor:
    """Axes in another order; see ``fastgrad.permute_dims``."""

def _method_reshape(self: Tensor, *shape: ShapeLike, copy: bool | None = None, order: str = "C") -> Tensor:
    """The same elements in another shape; see ``fastgrad.reshape``. With NumPy's ``order="F"`` they are read and placed
    with the first axis fastest, with "A" so where they lie so.
    """

def _method_unsqueeze(self: Tensor, dim: int) -> Tensor:
    """Puts an axis of length 1 at position ``dim``."""

def _method_view(self: Tensor, *shape: ShapeLike) -> Tensor:
    """The same memory in another shape. Raises ValueError where only a copy would do, see ``reshape``; but what an
    operation has laid out in another order than C's, such as a convolution's result, is copied.
    """

def _method_view_as(self: Tensor, other: Tensor) -> Tensor:
    """The same memory in the shape of another tensor; see ``view``."""

def _property_T(self: Tensor) -> Tensor:
    """The transpose of a matrix; of fewer axes the tensor itself (of more see ``mT`` and ``permute_dims``; for programs
    that speak NumPy, all axes reversed).
    """

def as_strided(x: Any, shape: Sequence[int], strides: Sequence[int], offset: int | None = None) -> Tensor:
    """A tensor of any shape whose elements are found in memory by any strides.

    What is not written for memory is better said by indexing, `permute_dims` and `broadcast_to`: strides mean what they
    do only where x is contiguous.

    Parameters
    ----------
    x : Tensor
        Contiguous, and of any dtype. If it is a view, the tensor that it is a view of must be contiguous, too, where
        elements outside of x are asked for.
    shape, strides : sequence of int
        Of each axis its length, and how many elements on the next one lies; not negative.
    offset : int or None, default None
        Where the first element lies among those of x or, where x is a view, of the tensor that it is a view of. None:
        where x begins.

    Returns
    -------
    Tensor
        A view; where elements would share memory (windows that overlap, strides of 0), a copy. Gradients of elements
        that are shown several times are summed.

    Raises
    ------
    ValueError
        If shape and strides differ in length, x is not contiguous, or elements would lie outside of it.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.ops.view import as_strided
    >>> x = fg.arange(6)
    >>> as_strided(x, (2, 2), (3, 1), 1).tolist()
    [[1, 2], [4, 5]]
    >>> as_strided(x, (3, 3), (1, 1)).tolist()
    [[0, 1, 2], [1, 2, 3], [2, 3, 4]]
    """

def broadcast_arrays(*tensors: TensorLike) -> tuple[Tensor, ...]:
    """All tensors broadcast to their common shape."""

def broadcast_shapes(*shapes: Sequence[int]) -> tuple[int, ...]:
    """The shape that these shapes broadcast to.

    Raises ValueError if they do not.
    """

def broadcast_to(x: TensorLike, shape: ShapeLike) -> Tensor:
    """Repeats axes of length 1, and new leading axes, to a shape, without a copy. A read-only kind of view: writing
    to a tensor whose elements share memory is an error.
    """

@overload
def expand_dims(x: TensorLike, axis: int | Sequence[int] = 0) -> Tensor:
    """Puts an axis of length 1 at position ``axis`` of the result (an int, or a tuple of them)."""

@overload
def expand_dims(x: TensorLike, *, dim: int | Sequence[int] = 0) -> Tensor: ...
def flatten(x: TensorLike, start_dim: int = 0, end_dim: int = -1) -> Tensor:
    """Joins the axes from ``start_dim`` to ``end_dim`` (both included) into one: a view where the memory allows one, else
    a copy; x itself where that is one axis already.
    """

@overload
def flip(x: TensorLike, axis: AxisLike = None) -> Tensor:
    """Reverses the order of elements along an axis, several, or all. A view."""

@overload
def flip(x: TensorLike, *, dims: AxisLike = None) -> Tensor: ...
def matrix_transpose(x: TensorLike) -> Tensor:
    """Exchanges the last two axes. A view."""

def moveaxis(x: TensorLike, source: int | Sequence[int], destination: int | Sequence[int]) -> Tensor:
    """Moves axes to other positions; the rest keep their order. A view."""

def own(result: Any, *operands: Tensor) -> Tensor:
    """What an operation of several steps returns: where it is a view of what the operation alone has seen, a tensor of
    its own. A write to a view gives it another history, which the hooks that it had are not of.
    """

def permute_dims(x: TensorLike, axes: Sequence[int]) -> Tensor:
    """Axes in another order: axis i of the result is axis ``axes[i]`` of ``x``. A view."""

def ravel(x: TensorLike) -> Tensor:
    """All elements, in C order, along one axis."""

def reshape(x: TensorLike, shape: ShapeLike, *, copy: bool | None = None) -> Tensor:
    """The same elements, in C order, in another shape. One length may be -1: what fits.

    A view where the memory allows it, else a copy; ``copy=True`` always copies, ``copy=False`` never does.

    Parameters
    ----------
    x : Tensor
        What is given another shape, its elements in the same order.
    shape : int or tuple of int
        As many elements; one length may be -1, which is then found.
    copy : bool, optional
        True: always a copy; False: never, which is an error where one is needed; None: where one is needed.

    Raises
    ------
    ValueError
        If the number of elements differs, or ``copy=False`` and a copy is needed.
    """

@overload
def squeeze(x: TensorLike, axis: AxisLike = None) -> Tensor:
    """Drops axes of length 1: those named (an int or a tuple), or all of them.

    Raises ValueError if a named axis has another length; PyTorch's ``dim`` leaves such an axis.
    """

@overload
def squeeze(x: TensorLike, *, dim: AxisLike = None) -> Tensor: ...
def storage_offset(x: Any) -> int:
    """Where the first element of a view lies among those of the tensor that it is a view of; 0 of any other tensor."""

def storage_place(x: Any) -> tuple[int, int]:
    """The address and the bytes of the memory that a tensor shares with the tensor that it is a view of."""

def swapaxes(x: TensorLike, axis1: int, axis2: int) -> Tensor:
    """Exchanges two axes. A view."""

def transpose(x: TensorLike, axes: Sequence[int] | None = None) -> Tensor:
    """NumPy's transpose: all axes reversed, or in the order ``axes``. A view."""

def unflatten(x: TensorLike, dim: int, sizes: ShapeLike) -> Tensor:
    """One axis cut into several, whose lengths' product is its own; one of them may be -1: what fits. A view where the
    memory allows one, else a copy.
    """
