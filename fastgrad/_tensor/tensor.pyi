# Written by tools/stubs.py.
import builtins
from collections.abc import Callable, Iterator, Sequence
from types import ModuleType
from typing import Any, ClassVar, Literal, overload

import numpy as np
from typing_extensions import disjoint_base

from fastgrad._tensor import Node
from fastgrad._tensor.dtype import dtype as _dtype_
from fastgrad._tensor.size import Size
from fastgrad._tensor.typing import AxisLike, DTypeLike, IndexLike, ShapeLike, TensorLike
from fastgrad.autograd.hooks import RemovableHandle
from fastgrad.ops.sort import TopK
from fastgrad.ops.vocabulary import ValuesAndIndices

@disjoint_base
class Tensor:
    """An n-dimensional array that remembers how it was computed, so that gradients can flow back through it.

    Make one with ``fastgrad.tensor`` (which copies) or ``fastgrad.asarray`` (which shares memory).
    """
    @property
    def shape(self) -> tuple[builtins.int, ...]:
        """The length of each axis, a tuple of ints."""
    @property
    def strides(self) -> tuple[builtins.int, ...]:
        """The step of each axis in memory, in bytes: NumPy's ``x.strides``."""
    @property
    def dtype(self) -> _dtype_:
        """The element type."""
    @property
    def ndim(self) -> builtins.int:
        """The number of axes."""
    @property
    def size(self) -> Size:
        """The number of elements: NumPy's ``x.size``. Called, as PyTorch's: ``x.size()`` is the shape, ``x.size(0)``
        the length of an axis.
        """
    @property
    def itemsize(self) -> builtins.int:
        """Bytes of one element."""
    @property
    def nbytes(self) -> builtins.int:
        """Bytes of all elements."""
    @property
    def device(self) -> str:
        """Always ``"cpu"``, with PyTorch's ``type`` and ``index`` beside what a str has."""
    def __array_namespace__(self, *, api_version: str | None = None) -> ModuleType: ...
    def dim(self) -> builtins.int:
        """The number of axes."""
    def numel(self) -> builtins.int:
        """The number of elements."""
    def element_size(self) -> builtins.int:
        """Bytes of one element."""
    def is_contiguous(self) -> builtins.bool:
        """Whether the elements lie in memory in C order."""
    def is_floating_point(self) -> builtins.bool:
        """Whether the elements are floating-point numbers."""
    def data_ptr(self) -> builtins.int:
        """Address of the first element."""
    @property
    def _version(self) -> builtins.int: ...
    @property
    def requires_grad(self) -> builtins.bool:
        """Whether operations on this tensor are recorded, so that gradients flow back to it."""
    @requires_grad.setter
    def requires_grad(self, value: builtins.bool) -> None: ...
    def requires_grad_(self, requires_grad: builtins.bool = True) -> Tensor:
        """Sets whether operations on this leaf are recorded; returns it."""
    @property
    def is_leaf(self) -> builtins.bool:
        """Whether it was made by the user, not by a recorded operation."""
    @property
    def grad_fn(self) -> Node | None:
        """The node of the graph that computed this tensor; None for a leaf."""
    @property
    def grad(self) -> Tensor | None:
        """The gradient accumulated by ``backward``; None before."""
    @grad.setter
    def grad(self, value: Tensor | None) -> None: ...
    @grad.deleter
    def grad(self) -> None: ...
    @property
    def data(self) -> Tensor:
        """The same memory without history. Assigning replaces the memory and leaves the history as it is; what was
        saved of the old memory for a gradient counts as modified.
        """
    @data.setter
    def data(self, value: Tensor) -> None: ...
    def detach(self) -> Tensor:
        """A tensor that shares the memory and has no history."""
    def detach_(self) -> Tensor:
        """Forgets this tensor's history; returns it."""
    def item(self) -> builtins.bool | builtins.int | builtins.float:
        """The one element, as a Python number.

        Raises ValueError if there are more or fewer.
        """
    def __len__(self) -> builtins.int: ...
    def __bool__(self) -> builtins.bool: ...
    def __float__(self) -> builtins.float: ...
    def __int__(self) -> builtins.int: ...
    def __complex__(self) -> complex: ...
    def __index__(self) -> builtins.int: ...
    def __iter__(self) -> Iterator[Tensor]: ...
    def __contains__(self, value: object, /) -> builtins.bool: ...
    def __format__(self, spec: str) -> str: ...
    def __hash__(self) -> builtins.int: ...
    def __getitem__(self, key: IndexLike, /) -> Tensor: ...
    def __setitem__(self, key: IndexLike, value: TensorLike, /) -> None: ...
    def __add__(self, value: TensorLike, /) -> Tensor: ...
    def __sub__(self, value: TensorLike, /) -> Tensor: ...
    def __mul__(self, value: TensorLike, /) -> Tensor: ...
    def __truediv__(self, value: TensorLike, /) -> Tensor: ...
    def __floordiv__(self, value: TensorLike, /) -> Tensor: ...
    def __mod__(self, value: TensorLike, /) -> Tensor: ...
    def __and__(self, value: TensorLike, /) -> Tensor: ...
    def __or__(self, value: TensorLike, /) -> Tensor: ...
    def __xor__(self, value: TensorLike, /) -> Tensor: ...
    def __lshift__(self, value: TensorLike, /) -> Tensor: ...
    def __rshift__(self, value: TensorLike, /) -> Tensor: ...
    def __radd__(self, value: TensorLike, /) -> Tensor: ...
    def __rsub__(self, value: TensorLike, /) -> Tensor: ...
    def __rmul__(self, value: TensorLike, /) -> Tensor: ...
    def __rtruediv__(self, value: TensorLike, /) -> Tensor: ...
    def __rfloordiv__(self, value: TensorLike, /) -> Tensor: ...
    def __rmod__(self, value: TensorLike, /) -> Tensor: ...
    def __rand__(self, value: TensorLike, /) -> Tensor: ...
    def __ror__(self, value: TensorLike, /) -> Tensor: ...
    def __rxor__(self, value: TensorLike, /) -> Tensor: ...
    def __rlshift__(self, value: TensorLike, /) -> Tensor: ...
    def __rrshift__(self, value: TensorLike, /) -> Tensor: ...
    def __iadd__(self, value: TensorLike, /) -> Tensor: ...
    def __isub__(self, value: TensorLike, /) -> Tensor: ...
    def __imul__(self, value: TensorLike, /) -> Tensor: ...
    def __itruediv__(self, value: TensorLike, /) -> Tensor: ...
    def __ifloordiv__(self, value: TensorLike, /) -> Tensor: ...
    def __imod__(self, value: TensorLike, /) -> Tensor: ...
    def __iand__(self, value: TensorLike, /) -> Tensor: ...
    def __ior__(self, value: TensorLike, /) -> Tensor: ...
    def __ixor__(self, value: TensorLike, /) -> Tensor: ...
    def __ilshift__(self, value: TensorLike, /) -> Tensor: ...
    def __irshift__(self, value: TensorLike, /) -> Tensor: ...
    def __matmul__(self, value: TensorLike, /) -> Tensor: ...
    def __rmatmul__(self, value: TensorLike, /) -> Tensor: ...
    def __pow__(self, value: TensorLike, mod: None = None, /) -> Tensor: ...
    def __rpow__(self, value: TensorLike, mod: None = None, /) -> Tensor: ...
    def __ipow__(self, value: TensorLike, /) -> Tensor: ...  # type: ignore[misc]
    def __neg__(self) -> Tensor: ...
    def __pos__(self) -> Tensor: ...
    def __abs__(self) -> Tensor: ...
    def __invert__(self) -> Tensor: ...
    def __lt__(self, value: TensorLike, /) -> Tensor: ...
    def __le__(self, value: TensorLike, /) -> Tensor: ...
    def __gt__(self, value: TensorLike, /) -> Tensor: ...
    def __ge__(self, value: TensorLike, /) -> Tensor: ...
    def __eq__(self, value: object, /) -> Tensor: ...  # type: ignore[override]
    def __ne__(self, value: object, /) -> Tensor: ...  # type: ignore[override]
    @property
    def T(self) -> Tensor:
        """The transpose of a matrix; of fewer axes the tensor itself (of more see ``mT`` and ``permute_dims``)."""
    def __copy__(self) -> Tensor:
        """Another tensor on the same memory with the same history, of the same class and with its attributes.

        A leaf's is a leaf of its own where it requires gradients or is a subclass's; else it is a view.
        """
    def __deepcopy__(self, memo: dict[builtins.int, Any]) -> Tensor:
        """A copy of the values and of ``grad``, with the attributes of a subclass."""
    def __dlpack__(
        self, *, stream: Any = None, max_version: Any = None, dl_device: Any = None, copy: builtins.bool | None = None
    ) -> Any:
        """A DLPack capsule of the tensor's memory.

        Raises BufferError if the tensor requires gradients, or is asked for on another device than the CPU.
        """
    def __dlpack_device__(self) -> tuple[builtins.int, builtins.int]:
        """DLPack's name of the CPU: (1, 0)."""
    def __reduce_ex__(self, protocol: Any) -> tuple[Any, ...]:
        """Pickled by value, as plain bytes; history does not travel."""
    def abs(x, /) -> Tensor:
        """The absolute value, elementwise. Its gradient at 0 is 0."""
    def abs_(self) -> Tensor:
        """``abs`` of the elements, in place."""
    def acos(x, /) -> Tensor:
        """The inverse cosine in radians, elementwise."""
    def acosh(x, /) -> Tensor:
        """The inverse hyperbolic cosine, elementwise."""
    def add(x, y: TensorLike, /) -> Tensor:
        """x + y, elementwise with broadcasting; either may be a Python number."""
    def add_(self, other: TensorLike, *, alpha: builtins.float = 1) -> Tensor:
        """self += alpha * other."""
    @overload
    def all(x, axis: AxisLike = None, keepdims: builtins.bool = False) -> Tensor:
        """Whether all elements along an axis, several, or all are nonzero."""
    @overload
    def all(x, axis: AxisLike = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def all(x, *, dim: AxisLike = None, keepdim: builtins.bool = False) -> Tensor: ...
    @overload
    def any(x, axis: AxisLike = None, keepdims: builtins.bool = False) -> Tensor:
        """Whether any element along an axis, several, or all is nonzero."""
    @overload
    def any(x, axis: AxisLike = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def any(x, *, dim: AxisLike = None, keepdim: builtins.bool = False) -> Tensor: ...
    @overload
    def argmax(x, axis: builtins.int | None = None, keepdims: builtins.bool = False) -> Tensor:
        """The place of the largest element, the first if several, as int64: along an axis, or in C order of all."""
    @overload
    def argmax(x, axis: builtins.int | None = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def argmax(x, *, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Tensor: ...
    @overload
    def argmin(x, axis: builtins.int | None = None, keepdims: builtins.bool = False) -> Tensor:
        """The place of the smallest element, the first if several, as int64: along an axis, or in C order of all."""
    @overload
    def argmin(x, axis: builtins.int | None = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def argmin(x, *, dim: builtins.int | None = None, keepdim: builtins.bool = False) -> Tensor: ...
    @overload
    def argsort(
        x, /, axis: builtins.int = -1, *, descending: builtins.bool = False, stable: builtins.bool = True
    ) -> Tensor:
        """The places of the elements along an axis in ascending order (or descending), as int64; NaN counts as largest."""
    @overload
    def argsort(
        x, /, *, dim: builtins.int = -1, descending: builtins.bool = False, stable: builtins.bool = True
    ) -> Tensor: ...
    def asin(x, /) -> Tensor:
        """The inverse sine in radians, elementwise."""
    def asinh(x, /) -> Tensor:
        """The inverse hyperbolic sine, elementwise."""
    def astype(x, dtype: DTypeLike, /, *, copy: builtins.bool = True) -> Tensor:
        """The same numbers in another dtype.

        Floats become integers toward zero, clamped to the dtype's range, NaN as 0; integers wrap; to bool: whether nonzero.

        Parameters
        ----------
        x : Tensor
        dtype : dtype
        copy : bool
            False: give x itself where it already has the dtype.
        """
    def atan(x, /) -> Tensor:
        """The inverse tangent in radians, elementwise."""
    def atanh(x, /) -> Tensor:
        """The inverse hyperbolic tangent, elementwise."""
    def backward(
        self,
        gradient: Tensor | None = None,
        retain_graph: builtins.bool | None = None,
        create_graph: builtins.bool = False,
        inputs: Tensor | Sequence[Tensor] | None = None,
    ) -> None:
        """Computes the gradient of this tensor with respect to every leaf it was computed from, and adds it to their
        ``grad``.

        Parameters
        ----------
        gradient : Tensor, optional
            The gradient to start from, of this tensor's shape. May be left out for a tensor of one element: 1.
        retain_graph : bool, optional
            Keep the saved values, so that backward can run again. Default: ``create_graph``.
        create_graph : bool
            Record the backward pass itself, for higher derivatives.
        inputs : sequence of Tensor, optional
            Accumulate into the ``grad`` of these only; of results, too, which retain theirs from then on.

        Raises
        ------
        RuntimeError
            Without ``gradient`` on more than one element; without any history; a second time without ``retain_graph``; when
            a value that is needed was modified in place since.
        """
    def bfloat16(self) -> Tensor:
        """The tensor as bfloat16; itself if it is."""
    def bool(self) -> Tensor:
        """The tensor as bool; itself if it is."""
    def ceil(x, /) -> Tensor:
        """The smallest integer not below x, elementwise. Its gradient is 0."""
    def ceil_(self) -> Tensor:
        """``ceil`` of the elements, in place."""
    def clamp(x, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
        """x limited to the range from min to max, elementwise. The gradient passes where min <= x <= max.

        Parameters
        ----------
        x : Tensor
        min, max : number or Tensor, optional
            Bounds; None for no bound: without any, the result is a copy. NaN gives NaN.
        """
    def clamp_(self, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
        """Limits the elements to a range, in place."""
    def clip(x, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
        """x limited to the range from min to max, elementwise. The gradient passes where min <= x <= max.

        Parameters
        ----------
        x : Tensor
        min, max : number or Tensor, optional
            Bounds; None for no bound: without any, the result is a copy. NaN gives NaN.
        """
    def clip_(self, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
        """Limits the elements to a range, in place."""
    def clone(x) -> Tensor:
        """A copy, through which gradients flow."""
    def contiguous(x) -> Tensor:
        """x itself if it lies in memory in C order, else a copy that does."""
    def copy(x) -> Tensor:
        """A copy, through which gradients flow."""
    def copy_(self, source: TensorLike) -> Tensor:
        """Writes the elements of source, broadcast and cast, to this tensor; returns it."""
    def cos(x, /) -> Tensor:
        """The cosine of x in radians, elementwise."""
    def cosh(x, /) -> Tensor:
        """The hyperbolic cosine, elementwise."""
    @overload
    def count_nonzero(x, axis: AxisLike = None, keepdims: builtins.bool = False) -> Tensor:
        """The number of nonzero elements along an axis, several, or all, as int64."""
    @overload
    def count_nonzero(x, axis: AxisLike = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def count_nonzero(x, *, dim: AxisLike = None, keepdim: builtins.bool = False) -> Tensor: ...
    def cpu(self) -> Tensor:
        """The tensor itself: it is on the CPU."""
    @overload
    def cumulative_sum(
        x, axis: builtins.int | None = None, dtype: DTypeLike | None = None, include_initial: builtins.bool = False
    ) -> Tensor:
        """Sums of all elements up to each one along an axis.

        Parameters
        ----------
        x : Tensor
        axis : int, optional
            May be left out for one dimension.
        dtype : dtype, optional
            Convert to this dtype first; the result has it.
        include_initial : bool
            Begin with a 0: the result is one longer.
        """
    @overload
    def cumulative_sum(
        x, *, dim: builtins.int | None = None, dtype: DTypeLike | None = None, include_initial: builtins.bool = False
    ) -> Tensor: ...
    def div(x, y: TensorLike, /) -> Tensor:
        """x / y, elementwise with broadcasting; float32 of two integers."""
    def div_(self, other: TensorLike) -> Tensor:
        """self /= other."""
    def double(self) -> Tensor:
        """The tensor as float64; itself if it is."""
    def erf(x, /) -> Tensor:
        """The error function, elementwise."""
    def erfinv(x, /) -> Tensor:
        """The inverse of the error function, elementwise: infinite at -1 and 1, NaN beyond."""
    def exp(x, /) -> Tensor:
        """e to the power x, elementwise."""
    def exp2(x, /) -> Tensor:
        """2 to the power x, elementwise."""
    def exp_(self) -> Tensor:
        """``exp`` of the elements, in place."""
    def expand(self, *sizes: ShapeLike) -> Tensor:
        """Broadcasts to a shape in which -1 keeps an axis as it is."""
    def expm1(x, /) -> Tensor:
        """exp(x) - 1, accurate near 0, elementwise."""
    def fill_(self, value: TensorLike) -> Tensor:
        """Sets every element to a number; returns the tensor."""
    def flatten(x, start_dim: builtins.int = 0, end_dim: builtins.int = -1) -> Tensor:
        """Joins the axes from ``start_dim`` to ``end_dim`` (both included) into one: a view where the memory allows one, else
        a copy; x itself where that is one axis already.
        """
    def float(self) -> Tensor:
        """The tensor as float32; itself if it is."""
    def floor(x, /) -> Tensor:
        """The largest integer not above x, elementwise. Its gradient is 0."""
    def floor_(self) -> Tensor:
        """``floor`` of the elements, in place."""
    def half(self) -> Tensor:
        """The tensor as float16; itself if it is."""
    def int(self) -> Tensor:
        """The tensor as int32; itself if it is."""
    def isfinite(x, /) -> Tensor:
        """Whether x is neither infinite nor NaN, elementwise."""
    def isinf(x, /) -> Tensor:
        """Whether x is infinite, elementwise."""
    def isnan(x, /) -> Tensor:
        """Whether x is NaN, elementwise."""
    def log(x, /) -> Tensor:
        """The natural logarithm, elementwise."""
    def log10(x, /) -> Tensor:
        """The logarithm to base 10, elementwise."""
    def log1p(x, /) -> Tensor:
        """log(1 + x), accurate near 0, elementwise."""
    def log2(x, /) -> Tensor:
        """The logarithm to base 2, elementwise."""
    def log_(self) -> Tensor:
        """``log`` of the elements, in place."""
    def logical_not(x, /) -> Tensor:
        """Whether x is zero, elementwise."""
    @overload
    def logsumexp(x, axis: AxisLike = None, keepdims: builtins.bool = False) -> Tensor:
        """log(sum(exp(x))) along an axis, several, or all, without overflow."""
    @overload
    def logsumexp(x, axis: AxisLike = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def logsumexp(x, *, dim: AxisLike = None, keepdim: builtins.bool = False) -> Tensor: ...
    def long(self) -> Tensor:
        """The tensor as int64; itself if it is."""
    @property
    def mT(x) -> Tensor:
        """Exchanges the last two axes. A view."""
    def matmul(x1, x2: TensorLike, /) -> Tensor:
        """The matrix product; leading axes broadcast as batches.

        Parameters
        ----------
        x1 : Tensor, shape (..., M, K) or (K,)
        x2 : Tensor, shape (..., K, N) or (K,)

        Returns
        -------
        Tensor, shape (..., M, N)
            Without the axis M or N where that operand is a vector.

        Raises
        ------
        ValueError
            If K differs, or an operand is a number.
        """
    def maximum(x, y: TensorLike, /) -> Tensor:
        """The larger of two, elementwise; NaN if either is. At a tie each gets half the gradient."""
    @overload
    def mean(x, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: builtins.bool = False) -> Tensor:
        """The mean along an axis, several, or all; float64 of integers and bools. NaN of no elements."""
    @overload
    def mean(x, axis: AxisLike = None, dtype: DTypeLike | None = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def mean(x, *, dim: AxisLike = None, dtype: DTypeLike | None = None, keepdim: builtins.bool = False) -> Tensor: ...
    def minimum(x, y: TensorLike, /) -> Tensor:
        """The smaller of two, elementwise; NaN if either is. At a tie each gets half the gradient."""
    def mul(x, y: TensorLike, /) -> Tensor:
        """x * y, elementwise with broadcasting; either may be a Python number."""
    def mul_(self, other: TensorLike) -> Tensor:
        """self *= other."""
    def neg(x, /) -> Tensor:
        """-x, elementwise."""
    @overload
    def norm(
        self, ord: builtins.float | str | None = None, axis: AxisLike = None, keepdims: builtins.bool = False
    ) -> Tensor:
        """The norm of all elements along the axes as of one vector, of any order (PyTorch's): see ``fastgrad.norm``."""
    @overload
    def norm(
        self, ord: builtins.float | str | None = None, axis: AxisLike = None, *, keepdim: builtins.bool
    ) -> Tensor: ...
    @overload
    def norm(
        self, *, p: builtins.float | str | None = None, dim: AxisLike = None, keepdim: builtins.bool = False
    ) -> Tensor: ...
    def numpy(self) -> np.ndarray[Any, Any]:
        """A NumPy array that shares memory. Raises RuntimeError if the tensor requires gradients."""
    def permute(self, *dims: ShapeLike) -> Tensor:
        """Axes in another order; see ``fastgrad.permute_dims``."""
    def pow(x, y: TensorLike, /) -> Tensor:
        """x to the power y, elementwise with broadcasting."""
    def pow_(self, other: TensorLike) -> Tensor:
        """self **= other."""
    @overload
    def prod(x, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: builtins.bool = False) -> Tensor:
        """The product along an axis, several, or all."""
    @overload
    def prod(x, axis: AxisLike = None, dtype: DTypeLike | None = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def prod(x, *, dim: AxisLike = None, dtype: DTypeLike | None = None, keepdim: builtins.bool = False) -> Tensor: ...
    def ravel(x) -> Tensor:
        """All elements, in C order, along one axis."""
    def reciprocal(x, /) -> Tensor:
        """1 / x, elementwise."""
    def reciprocal_(self) -> Tensor:
        """``reciprocal`` of the elements, in place."""
    def register_hook(self, hook: Callable[[Tensor], Tensor | None]) -> RemovableHandle:
        """Calls ``hook(grad)`` whenever this tensor's gradient is computed; what it returns, if not None, replaces it.

        Returns a handle with ``remove()``.
        """
    def register_post_accumulate_grad_hook(self, hook: Callable[[Tensor], Any]) -> RemovableHandle:
        """Calls ``hook(leaf)`` when a backward pass has added to this leaf's ``grad``: as soon as its gradient is complete,
        while the pass goes on with older operations. This ``grad`` is there then also if the pass fails later.

        Returns a handle with ``remove()``.

        Examples
        --------
        >>> import fastgrad as fg
        >>> w = fg.tensor([1.0, 2.0], requires_grad=True)
        >>> def step(p):
        ...     p.data -= 0.5 * p.grad
        ...     p.grad = None
        >>> handle = w.register_post_accumulate_grad_hook(step)
        >>> (w * w).sum().backward()
        >>> w.tolist(), w.grad
        ([0.0, 0.0], None)
        """
    def relu(x, /) -> Tensor:
        """max(x, 0), elementwise. Its gradient at 0 is 0."""
    def relu_(self) -> Tensor:
        """``relu`` of the elements, in place."""
    def repeat(self, *repeats: Any, axis: builtins.int | None = ...) -> Tensor:
        """With ``axis``, NumPy's: each element repeated along it (None: of all in C order), as ``fastgrad.repeat``. Of
        three numbers or more, PyTorch's: the whole repeated along each axis, as ``fastgrad.tile``.

        ``x.repeat(3)`` and ``x.repeat(2, 1)``, in NumPy two of each along axis 1, say neither and are a TypeError: see
        ``fastgrad.set_vocabulary``.
        """
    def reshape(self, *shape: ShapeLike, copy: builtins.bool | None = None) -> Tensor:
        """The same elements in another shape; see ``fastgrad.reshape``."""
    def retain_grad(self) -> None:
        """Keeps the gradient of a tensor that is not a leaf in its ``grad``, too."""
    def round(x, /) -> Tensor:
        """The nearest integer, halves to even, elementwise. Its gradient is 0."""
    def round_(self) -> Tensor:
        """``round`` of the elements, in place."""
    def rsqrt(x, /) -> Tensor:
        """1 / sqrt(x), elementwise."""
    def sigmoid(x, /) -> Tensor:
        """1 / (1 + exp(-x)), elementwise."""
    def sigmoid_(self) -> Tensor:
        """``sigmoid`` of the elements, in place."""
    def sign(x, /) -> Tensor:
        """-1, 0 or 1, elementwise; NaN of NaN. Its gradient is 0."""
    def sin(x, /) -> Tensor:
        """The sine of x in radians, elementwise."""
    def sinh(x, /) -> Tensor:
        """The hyperbolic sine, elementwise."""
    def split(
        self, split_size_or_sections: builtins.int | Sequence[builtins.int], dim: builtins.int = 0
    ) -> tuple[Tensor, ...]:
        """Views of consecutive parts along an axis, of this length (the last may be shorter) or of these lengths:
        PyTorch's.

        NumPy's arrays have no such method; ``fastgrad.split`` cuts into equal parts or at indices.
        """
    def sqrt(x, /) -> Tensor:
        """The square root, elementwise. Its gradient at 0 is infinite."""
    def sqrt_(self) -> Tensor:
        """``sqrt`` of the elements, in place."""
    def square(x, /) -> Tensor:
        """x * x, elementwise."""
    def square_(self) -> Tensor:
        """``square`` of the elements, in place."""
    def squeeze(self, along: AxisLike = ..., /, *, axis: AxisLike = ..., dim: AxisLike = ...) -> Tensor:
        """Drops axes of length 1: those named, or all of them. An axis of another length is an error with ``axis``
        (NumPy's), and is left with ``dim`` (PyTorch's). A view.
        """
    def std(
        self,
        *args: Any,
        axis: AxisLike = ...,
        keepdims: builtins.bool = ...,
        correction: builtins.float | None = ...,
        ddof: builtins.float = ...,
        dim: AxisLike = ...,
        keepdim: builtins.bool = ...,
        unbiased: builtins.bool = ...,
    ) -> Tensor:
        """The standard deviation along axes, or of all: see ``fastgrad.std``.

        With NumPy's words it divides by n - ddof, and ddof is 0; with PyTorch's (``dim``, ``keepdim``, ``unbiased``) by n -
        1; ``correction`` says it outright. ``x.std()`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
        """
    def sub(x, y: TensorLike, /) -> Tensor:
        """x - y, elementwise with broadcasting; either may be a Python number."""
    def sub_(self, other: TensorLike, *, alpha: builtins.float = 1) -> Tensor:
        """self -= alpha * other."""
    @overload
    def sum(x, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: builtins.bool = False) -> Tensor:
        """The sum along an axis, several, or all.

        Integers and bools are summed as int64, unsigned integers as uint64, and stay so unless `dtype` is given. Floats are
        summed in fixed blocks by several accumulators, the blocks pairwise: see ``src/kernels/reduce/reduce.h`` for the
        error bound.

        Parameters
        ----------
        x : Tensor
        axis : int or tuple of int, optional
            The axes summed over; None for all.
        dtype : dtype, optional
            Convert to this dtype first; the result has it. Sums of integers that do not fit wrap around.
        keepdims : bool
            Keep the summed axes, with length 1.
        """
    @overload
    def sum(x, axis: AxisLike = None, dtype: DTypeLike | None = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def sum(x, *, dim: AxisLike = None, dtype: DTypeLike | None = None, keepdim: builtins.bool = False) -> Tensor: ...
    def swapaxes(x, axis1: builtins.int, axis2: builtins.int) -> Tensor:
        """Exchanges two axes. A view."""
    @overload
    def take(x, indices: TensorLike, /, axis: builtins.int | None = None) -> Tensor:
        """Elements at these places along an axis (of all elements in C order for None).

        Parameters
        ----------
        x : Tensor
        indices : integer Tensor of any shape
            Its axes take the place of ``axis``. Negative ones count from the end.
        axis : int, optional

        Raises
        ------
        IndexError
            If an index is out of bounds.
        """
    @overload
    def take(x, indices: TensorLike, /, *, dim: builtins.int | None = None) -> Tensor: ...
    @overload
    def take_along_axis(x, indices: TensorLike, /, axis: builtins.int = -1) -> Tensor:
        """Along an axis, each line's elements at that line's places: ``out[i, j] = x[i, indices[i, j]]`` for the last of
        two.

        ``x`` and ``indices`` have equally many axes, and broadcast along all but ``axis``.
        """
    @overload
    def take_along_axis(x, indices: TensorLike, /, *, dim: builtins.int = -1) -> Tensor: ...
    def tan(x, /) -> Tensor:
        """The tangent of x in radians, elementwise."""
    def tanh(x, /) -> Tensor:
        """The hyperbolic tangent, elementwise."""
    def tanh_(self) -> Tensor:
        """``tanh`` of the elements, in place."""
    def tile(self, *repetitions: ShapeLike) -> Tensor:
        """The whole repeated along each axis; see ``fastgrad.tile``."""
    def to(
        self,
        *args: Any,
        dtype: DTypeLike | None = None,
        device: str | None = None,
        copy: builtins.bool = False,
        non_blocking: builtins.bool = False,
        memory_format: Any = None,
    ) -> Tensor:
        """The tensor in another dtype, or itself if it has it. ``device`` may only be ``"cpu"``; ``non_blocking`` and
        ``memory_format`` choose how PyTorch copies, and change nothing.
        """
    def tolist(self) -> list[Any] | Any:
        """The elements as nested lists of Python numbers (a number for 0 dimensions)."""
    @overload
    def topk(
        x, k: builtins.int, /, axis: builtins.int = -1, largest: builtins.bool = True, sorted: builtins.bool = True
    ) -> TopK:
        """The k largest (or smallest) elements along an axis, in order, and their places.

        Of equal elements the first are taken, in their order; ``sorted=False`` takes any, in any order. NaN counts as
        largest.

        Raises
        ------
        ValueError
            If the axis has fewer than k elements.
        """
    @overload
    def topk(
        x, k: builtins.int, /, *, dim: builtins.int = -1, largest: builtins.bool = True, sorted: builtins.bool = True
    ) -> TopK: ...
    def transpose(self, *axes: ShapeLike | None, dim0: builtins.int = ..., dim1: builtins.int = ...) -> Tensor:
        """All axes reversed, or in the order given (NumPy's); of two axes that are not the whole order, a swap (PyTorch's).

        ``x.transpose(0, 1)`` of a matrix leaves it in NumPy and swaps in PyTorch, and is a TypeError: ``x.T`` or ``dim0``
        and ``dim1`` swap; see ``fastgrad.set_vocabulary``. A view.
        """
    def trunc(x, /) -> Tensor:
        """x without its fraction, elementwise. Its gradient is 0."""
    def trunc_(self) -> Tensor:
        """``trunc`` of the elements, in place."""
    def unflatten(x, dim: builtins.int, sizes: ShapeLike) -> Tensor:
        """One axis cut into several, whose lengths' product is its own; one of them may be -1: what fits. A view where the
        memory allows one, else a copy.
        """
    def unsqueeze(self, dim: builtins.int) -> Tensor:
        """Puts an axis of length 1 at position ``dim``."""
    def var(
        self,
        *args: Any,
        axis: AxisLike = ...,
        keepdims: builtins.bool = ...,
        correction: builtins.float | None = ...,
        ddof: builtins.float = ...,
        dim: AxisLike = ...,
        keepdim: builtins.bool = ...,
        unbiased: builtins.bool = ...,
    ) -> Tensor:
        """The variance along axes, or of all: see ``fastgrad.var``.

        With NumPy's words it divides by n - ddof, and ddof is 0; with PyTorch's (``dim``, ``keepdim``, ``unbiased``) by n -
        1; ``correction`` says it outright. ``x.var()`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
        """
    def view(self, *shape: ShapeLike) -> Tensor:
        """The same memory in another shape. Raises ValueError where only a copy would do, see ``reshape``; but what an
        operation has laid out in another order than C's, such as a convolution's result, is copied.
        """
    def view_as(self, other: Tensor) -> Tensor:
        """The same memory in the shape of another tensor; see ``view``."""
    def where(self, condition: TensorLike, other: TensorLike) -> Tensor:
        """self where the condition holds, else other, elementwise."""
    def zero_(self) -> Tensor:
        """Sets every element to 0; returns the tensor."""
    def __init__(self, data: TensorLike, requires_grad: builtins.bool = False) -> None: ...
    __array_ufunc__: ClassVar[None]
    __array_priority__: ClassVar[builtins.int]
    def __buffer__(self, flags: builtins.int, /) -> memoryview: ...
    @overload
    def max(self, *, axis: AxisLike = ..., keepdims: builtins.bool = False) -> Tensor:
        """The largest elements along axes, or of all: see ``fastgrad.max``. Ties share the gradient evenly.

        With ``dim``, PyTorch's: a pair of `values` and `indices`; the gradient is that of the first of several. Of another
        tensor: ``maximum``. ``x.max(1)`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
        """
    @overload
    def max(self, along: Sequence[builtins.int] | None, /, *, keepdims: builtins.bool = False) -> Tensor: ...
    @overload
    def max(self, along: builtins.int, /, *, keepdims: builtins.bool) -> Tensor: ...
    @overload
    def max(self, other: Tensor, /) -> Tensor: ...
    @overload
    def max(self, along: builtins.int, keep: builtins.bool, /) -> ValuesAndIndices: ...
    @overload
    def max(self, along: builtins.int, /, *, keepdim: builtins.bool) -> ValuesAndIndices: ...
    @overload
    def max(self, *, dim: builtins.int, keepdim: builtins.bool = False) -> ValuesAndIndices: ...
    @overload
    def max(self, along: builtins.int, /) -> Any: ...
    @overload
    def min(self, *, axis: AxisLike = ..., keepdims: builtins.bool = False) -> Tensor:
        """The smallest elements along axes, or of all: see ``fastgrad.min``. Ties share the gradient evenly.

        With ``dim``, PyTorch's: a pair of `values` and `indices`; the gradient is that of the first of several. Of another
        tensor: ``minimum``. ``x.min(1)`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
        """
    @overload
    def min(self, along: Sequence[builtins.int] | None, /, *, keepdims: builtins.bool = False) -> Tensor: ...
    @overload
    def min(self, along: builtins.int, /, *, keepdims: builtins.bool) -> Tensor: ...
    @overload
    def min(self, other: Tensor, /) -> Tensor: ...
    @overload
    def min(self, along: builtins.int, keep: builtins.bool, /) -> ValuesAndIndices: ...
    @overload
    def min(self, along: builtins.int, /, *, keepdim: builtins.bool) -> ValuesAndIndices: ...
    @overload
    def min(self, *, dim: builtins.int, keepdim: builtins.bool = False) -> ValuesAndIndices: ...
    @overload
    def min(self, along: builtins.int, /) -> Any: ...
    @overload
    def stride(self, dim: None = None) -> tuple[builtins.int, ...]:
        """The step of each axis in memory, or of one, in elements: PyTorch's ``x.stride()``."""
    @overload
    def stride(self, dim: builtins.int) -> builtins.int: ...
    @overload
    def nonzero(self, *, as_tuple: Literal[True]) -> tuple[Tensor, ...]:
        """Where the elements are not zero. ``as_tuple=True`` gives a tuple with one int64 tensor for each axis, as
        ``fastgrad.nonzero`` and NumPy; ``as_tuple=False`` a row of indices for each, as PyTorch.

        ``x.nonzero()`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``.
        """
    @overload
    def nonzero(self, *, as_tuple: Literal[False]) -> Tensor: ...
    @overload
    def nonzero(self) -> Any: ...
    @overload
    def sort(self, *, axis: builtins.int, stable: builtins.bool = True) -> None:
        """With ``axis``, NumPy's: sorts the tensor itself and returns None. With ``dim`` or ``descending``, PyTorch's: a
        pair of sorted `values` and `indices`.

        ``x.sort()`` says neither and is a TypeError: see ``fastgrad.set_vocabulary``. ``fastgrad.sort`` gives sorted
        values.
        """
    @overload
    def sort(
        self, *, dim: builtins.int, descending: builtins.bool = False, stable: builtins.bool = True
    ) -> ValuesAndIndices: ...
    @overload
    def sort(
        self, along: builtins.int = -1, /, *, descending: builtins.bool, stable: builtins.bool = True
    ) -> ValuesAndIndices: ...
    @overload
    def sort(
        self, along: builtins.int, down: builtins.bool, /, *, stable: builtins.bool = True
    ) -> ValuesAndIndices: ...
    @overload
    def sort(self, along: builtins.int = -1, /, *, stable: builtins.bool = True) -> Any: ...
