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

def set_any_index(whether: builtins.bool) -> None:
    """Has every tensor of one integer or truth value be an index where Python wants one: for PyTorch's door alone."""

@disjoint_base
class Tensor:
    """An n-dimensional array that remembers how it was computed, so that gradients can flow back through it.

    Make one with ``fastgrad.tensor`` (which copies) or ``fastgrad.asarray`` (which shares memory).
    """
    @property
    def shape(self) -> tuple[builtins.int, ...]:
        """The length of each axis, a tuple of ints."""
    @shape.setter
    def shape(self, value: ShapeLike) -> None: ...
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
    def _base(self) -> Tensor | None:
        """Of a view the tensor whose memory it shows, which is no view itself; None of others."""
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
    def item(self, *place: builtins.int) -> builtins.bool | builtins.int | builtins.float:
        """The one element, as a Python number; or the element at a place: an index for each axis, or one number among
        all elements in C order.

        Raises ValueError if there are more or fewer, and IndexError if there is no such place.
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
    def __imatmul__(self, value: TensorLike, /) -> Tensor: ...
    def __divmod__(self, value: TensorLike, /) -> tuple[Tensor, Tensor]: ...
    def __rdivmod__(self, value: TensorLike, /) -> tuple[Tensor, Tensor]: ...
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
    def H(self) -> Any: ...
    @property
    def T(self) -> Tensor:
        """The transpose of a matrix; of fewer axes the tensor itself (of more see ``mT`` and ``permute_dims``; for programs
        that speak NumPy, all axes reversed).
        """
    def __array_function__(
        self, func: Any, types: tuple[type, ...], args: tuple[Any, ...], kwargs: dict[str, Any]
    ) -> Any:
        """What NumPy calls for its other functions."""
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
    def _is_view(self) -> Any: ...
    def abs(x, /) -> Tensor:
        """The absolute value, elementwise. Its gradient at 0 is 0."""
    def abs_(self) -> Tensor:
        """``abs`` of the elements, in place."""
    def absolute(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``absolute``: see ``fastgrad.ops.math.abs``."""
    def absolute_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``absolute`` gives, written to the tensor itself; returns it."""
    def acos(x, /) -> Tensor:
        """The inverse cosine in radians, elementwise."""
    def acos_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``acos`` gives, written to the tensor itself; returns it."""
    def acosh(x, /) -> Tensor:
        """The inverse hyperbolic cosine, elementwise."""
    def acosh_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``acosh`` gives, written to the tensor itself; returns it."""
    def add(x, y: TensorLike, /) -> Tensor:
        """x + y, elementwise with broadcasting; either may be a Python number."""
    def add_(self, other: TensorLike, *, alpha: builtins.float = 1) -> Tensor:
        """self += alpha * other."""
    def addbmm(
        input,
        batch1: Any,
        batch2: Any,
        *,
        beta: builtins.float = 1,
        alpha: builtins.float = 1,
        out: Tensor | None = None,
    ) -> Any:
        """``beta * input + alpha * (batch1 @ batch2).sum(0)``."""
    def addbmm_(
        input,
        batch1: Any,
        batch2: Any,
        *,
        beta: builtins.float = 1,
        alpha: builtins.float = 1,
        out: Tensor | None = None,
    ) -> Any:
        """What ``addbmm`` gives, written to the tensor itself; returns it."""
    def addcdiv(input, tensor1: Any, tensor2: Any, *, value: builtins.float = 1, out: Tensor | None = None) -> Any:
        """``input + value * tensor1 / tensor2``."""
    def addcdiv_(input, tensor1: Any, tensor2: Any, *, value: builtins.float = 1, out: Tensor | None = None) -> Any:
        """What ``addcdiv`` gives, written to the tensor itself; returns it."""
    def addcmul(input, tensor1: Any, tensor2: Any, *, value: builtins.float = 1, out: Tensor | None = None) -> Any:
        """``input + value * tensor1 * tensor2``."""
    def addcmul_(input, tensor1: Any, tensor2: Any, *, value: builtins.float = 1, out: Tensor | None = None) -> Any:
        """What ``addcmul`` gives, written to the tensor itself; returns it."""
    def addmm(
        input, mat1: Any, mat2: Any, *, beta: builtins.float = 1, alpha: builtins.float = 1, out: Tensor | None = None
    ) -> Any:
        """``beta * input + alpha * mat1 @ mat2``."""
    def addmm_(
        input, mat1: Any, mat2: Any, *, beta: builtins.float = 1, alpha: builtins.float = 1, out: Tensor | None = None
    ) -> Any:
        """What ``addmm`` gives, written to the tensor itself; returns it."""
    def addmv(
        input, mat: Any, vec: Any, *, beta: builtins.float = 1, alpha: builtins.float = 1, out: Tensor | None = None
    ) -> Any: ...
    def addmv_(
        input, mat: Any, vec: Any, *, beta: builtins.float = 1, alpha: builtins.float = 1, out: Tensor | None = None
    ) -> Any:
        """What ``addmv`` gives, written to the tensor itself; returns it."""
    def addr(
        input, vec1: Any, vec2: Any, *, beta: builtins.float = 1, alpha: builtins.float = 1, out: Tensor | None = None
    ) -> Any: ...
    def addr_(
        input, vec1: Any, vec2: Any, *, beta: builtins.float = 1, alpha: builtins.float = 1, out: Tensor | None = None
    ) -> Any:
        """What ``addr`` gives, written to the tensor itself; returns it."""
    def adjoint(input) -> Any: ...
    @overload
    def all(x, axis: AxisLike = None, keepdims: builtins.bool = False) -> Tensor:
        """Whether all elements along an axis, several, or all are nonzero."""
    @overload
    def all(x, axis: AxisLike = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def all(x, *, dim: AxisLike = None, keepdim: builtins.bool = False) -> Tensor: ...
    def allclose(
        input, other: Any, rtol: builtins.float = 1e-05, atol: builtins.float = 1e-08, equal_nan: builtins.bool = False
    ) -> builtins.bool:
        """Whether all elements are close: see `isclose`."""
    def amax(input, dim: Any = (), keepdim: builtins.bool = False, *, out: Tensor | None = None) -> Any:
        """The largest along axes; ties share the gradient."""
    def amin(input, dim: Any = (), keepdim: builtins.bool = False, *, out: Tensor | None = None) -> Any:
        """The smallest along axes; ties share the gradient."""
    def aminmax(input, *, dim: Any = None, keepdim: builtins.bool = False) -> Any: ...
    def angle(input, *, out: Tensor | None = None) -> Any:
        """0 for numbers from 0 on and pi for those below; NaN of NaN. Its gradient is 0."""
    @overload
    def any(x, axis: AxisLike = None, keepdims: builtins.bool = False) -> Tensor:
        """Whether any element along an axis, several, or all is nonzero."""
    @overload
    def any(x, axis: AxisLike = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def any(x, *, dim: AxisLike = None, keepdim: builtins.bool = False) -> Tensor: ...
    def apply_(self, callable: Any) -> Tensor:
        """Writes what a Python function gives for each element."""
    def arccos(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``arccos``: see ``fastgrad.ops.math.acos``."""
    def arccos_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``arccos`` gives, written to the tensor itself; returns it."""
    def arccosh(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``arccosh``: see ``fastgrad.ops.math.acosh``."""
    def arccosh_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``arccosh`` gives, written to the tensor itself; returns it."""
    def arcsin(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``arcsin``: see ``fastgrad.ops.math.asin``."""
    def arcsin_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``arcsin`` gives, written to the tensor itself; returns it."""
    def arcsinh(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``arcsinh``: see ``fastgrad.ops.math.asinh``."""
    def arcsinh_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``arcsinh`` gives, written to the tensor itself; returns it."""
    def arctan(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``arctan``: see ``fastgrad.ops.math.atan``."""
    def arctan2(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``arctan2``: see ``fastgrad.ops.math.atan2``."""
    def arctan2_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``arctan2`` gives, written to the tensor itself; returns it."""
    def arctan_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``arctan`` gives, written to the tensor itself; returns it."""
    def arctanh(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``arctanh``: see ``fastgrad.ops.math.atanh``."""
    def arctanh_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``arctanh`` gives, written to the tensor itself; returns it."""
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
    def argwhere(input) -> Any: ...
    def as_strided(input, size: Any, stride: Any, storage_offset: builtins.int | None = None) -> Any:
        """A view of a contiguous tensor by strides; a copy where elements would share memory."""
    def as_strided_scatter(input, src: Any, size: Any, stride: Any, storage_offset: builtins.int = 0) -> Any:
        """Elements of src at the places of C order that strides name."""
    def asin(x, /) -> Tensor:
        """The inverse sine in radians, elementwise."""
    def asin_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``asin`` gives, written to the tensor itself; returns it."""
    def asinh(x, /) -> Tensor:
        """The inverse hyperbolic sine, elementwise."""
    def asinh_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``asinh`` gives, written to the tensor itself; returns it."""
    def astype(x, dtype: DTypeLike, /, *, copy: builtins.bool = True, device: str | None = None) -> Tensor:
        """The same numbers in another dtype.

        Floats become integers toward zero, clamped to the dtype's range, NaN as 0; integers wrap; to bool: whether nonzero.

        Parameters
        ----------
        x : Tensor
            What is converted.
        dtype : dtype
            The dtype that it is to have.
        copy : bool
            False: give x itself where it already has the dtype.
        device : {"cpu"}, optional
            Where the result is: there is one device.
        """
    def atan(x, /) -> Tensor:
        """The inverse tangent in radians, elementwise."""
    def atan2(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``atan2``: see ``fastgrad.ops.math.atan2``."""
    def atan2_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``atan2`` gives, written to the tensor itself; returns it."""
    def atan_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``atan`` gives, written to the tensor itself; returns it."""
    def atanh(x, /) -> Tensor:
        """The inverse hyperbolic tangent, elementwise."""
    def atanh_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``atanh`` gives, written to the tensor itself; returns it."""
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
    def baddbmm(
        input,
        batch1: Any,
        batch2: Any,
        *,
        beta: builtins.float = 1,
        alpha: builtins.float = 1,
        out: Tensor | None = None,
    ) -> Any:
        """``beta * input + alpha * batch1 @ batch2``, of batches of matrices."""
    def baddbmm_(
        input,
        batch1: Any,
        batch2: Any,
        *,
        beta: builtins.float = 1,
        alpha: builtins.float = 1,
        out: Tensor | None = None,
    ) -> Any:
        """What ``baddbmm`` gives, written to the tensor itself; returns it."""
    def bernoulli(input, p: Any = None, *, generator: Any = None, out: Tensor | None = None) -> Any:
        """1 with the probability that each element says, else 0."""
    def bernoulli_(self, p: Any = 0.5, *, generator: Any = None) -> Tensor: ...
    def bfloat16(self) -> Tensor:
        """The tensor as bfloat16; itself if it is."""
    def bincount(input, weights: Any = None, minlength: builtins.int = 0) -> Any:
        """How often each number from 0 on occurs, or the sum of its weights: see ``fastgrad.bincount``."""
    def bitwise_and(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``bitwise_and``: see ``fastgrad.ops.compare.bitwise_and``."""
    def bitwise_and_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``bitwise_and`` gives, written to the tensor itself; returns it."""
    def bitwise_left_shift(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``bitwise_left_shift``: see ``fastgrad.ops.compare.bitwise_left_shift``."""
    def bitwise_left_shift_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``bitwise_left_shift`` gives, written to the tensor itself; returns it."""
    def bitwise_not(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``bitwise_not``: see ``fastgrad.ops.compare.bitwise_invert``."""
    def bitwise_not_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``bitwise_not`` gives, written to the tensor itself; returns it."""
    def bitwise_or(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``bitwise_or``: see ``fastgrad.ops.compare.bitwise_or``."""
    def bitwise_or_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``bitwise_or`` gives, written to the tensor itself; returns it."""
    def bitwise_right_shift(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``bitwise_right_shift``: see ``fastgrad.ops.compare.bitwise_right_shift``."""
    def bitwise_right_shift_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``bitwise_right_shift`` gives, written to the tensor itself; returns it."""
    def bitwise_xor(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``bitwise_xor``: see ``fastgrad.ops.compare.bitwise_xor``."""
    def bitwise_xor_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``bitwise_xor`` gives, written to the tensor itself; returns it."""
    def bmm(input, other: Any = None, *, out: Tensor | None = None) -> Any: ...
    def bool(self) -> Tensor:
        """The tensor as bool; itself if it is."""
    def broadcast_to(input, size: Any) -> Any: ...
    def byte(self) -> Any: ...
    def cauchy_(
        self, median: builtins.float = 0.0, sigma: builtins.float = 1.0, *, generator: Any = None
    ) -> Tensor: ...
    def cdouble(self, *args: Any) -> Any:
        """Always a RuntimeError: there are no complex numbers."""
    def ceil(x, /) -> Tensor:
        """The smallest integer not below x, elementwise. Its gradient is 0."""
    def ceil_(self) -> Tensor:
        """``ceil`` of the elements, in place."""
    def cfloat(self, *args: Any) -> Any:
        """Always a RuntimeError: there are no complex numbers."""
    def char(self) -> Any: ...
    def cholesky(input, upper: builtins.bool = False, *, out: Tensor | None = None) -> Any:
        """The triangle L with ``L @ L.mT == input``, or the upper one."""
    def cholesky_inverse(L, upper: builtins.bool = False, *, out: Tensor | None = None) -> Any:
        """The inverse of the matrix whose triangle is given."""
    def cholesky_solve(B, L: Any, upper: builtins.bool = False, *, out: Tensor | None = None) -> Any:
        """The solution of a system whose matrix's triangle is given."""
    def chunk(input, chunks: builtins.int, dim: builtins.int = 0) -> tuple[Any, ...]:
        """Views of at most so many parts of one length; the last may be shorter."""
    def clamp(x, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
        """x limited to the range from min to max, elementwise. The gradient passes where min <= x <= max.

        Parameters
        ----------
        x : Tensor
            What is brought into the interval.
        min, max : number or Tensor, optional
            Bounds; None for no bound: without any, the result is a copy. NaN gives NaN.
        """
    def clamp_(self, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
        """Limits the elements to a range, in place."""
    def clamp_max(input, max: Any, *, out: Tensor | None = None) -> Any: ...
    def clamp_max_(input, max: Any, *, out: Tensor | None = None) -> Any:
        """What ``clamp_max`` gives, written to the tensor itself; returns it."""
    def clamp_min(input, min: Any, *, out: Tensor | None = None) -> Any: ...
    def clamp_min_(input, min: Any, *, out: Tensor | None = None) -> Any:
        """What ``clamp_min`` gives, written to the tensor itself; returns it."""
    def clip(x, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
        """x limited to the range from min to max, elementwise. The gradient passes where min <= x <= max.

        Parameters
        ----------
        x : Tensor
            What is brought into the interval.
        min, max : number or Tensor, optional
            Bounds; None for no bound: without any, the result is a copy. NaN gives NaN.
        """
    def clip_(self, min: TensorLike | None = None, max: TensorLike | None = None) -> Tensor:
        """Limits the elements to a range, in place."""
    def clone(x) -> Tensor:
        """A copy, through which gradients flow; its axes lie in the order of what is copied."""
    def coalesce(self, *args: Any) -> Tensor: ...
    def conj(input) -> Any:
        """The tensor itself: real numbers are their own conjugates."""
    def conj_physical(input, *, out: Tensor | None = None) -> Any:
        """The tensor itself, or a copy in `out`."""
    def contiguous(x) -> Tensor:
        """x itself if it lies in memory in C order, else a copy that does."""
    def copy(x) -> Tensor:
        """A copy, through which gradients flow; its axes lie in the order of what is copied."""
    def copy_(self, source: TensorLike) -> Tensor:
        """Writes the elements of source, broadcast and cast, to this tensor; returns it."""
    def copysign(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``copysign``."""
    def copysign_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``copysign`` gives, written to the tensor itself; returns it."""
    def corrcoef(input) -> Any:
        """Correlation coefficients of rows: see ``fastgrad.corrcoef``."""
    def cos(x, /) -> Tensor:
        """The cosine of x in radians, elementwise."""
    def cos_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``cos`` gives, written to the tensor itself; returns it."""
    def cosh(x, /) -> Tensor:
        """The hyperbolic cosine, elementwise."""
    def cosh_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``cosh`` gives, written to the tensor itself; returns it."""
    @overload
    def count_nonzero(x, axis: AxisLike = None, keepdims: builtins.bool = False) -> Tensor:
        """The number of nonzero elements along an axis, several, or all, as int64."""
    @overload
    def count_nonzero(x, axis: AxisLike = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def count_nonzero(x, *, dim: AxisLike = None, keepdim: builtins.bool = False) -> Tensor: ...
    def cov(input, *, correction: builtins.int = 1, fweights: Any = None, aweights: Any = None) -> Any:
        """Covariances of rows, whose columns are observations, which may count several times, and weigh."""
    def cpu(self) -> Tensor:
        """The tensor itself: it is on the CPU."""
    def cross(input, other: Any, dim: builtins.int | None = None, *, out: Tensor | None = None) -> Any:
        """The product of vectors of 3, along an axis: the first of length 3, unless it is given."""
    def cuda(self, *args: Any) -> Any:
        """Always a RuntimeError: fastgrad computes on the CPU alone; write x.to(device) with device = torch.device('cpu')."""
    def cummax(input, dim: builtins.int) -> Any:
        """The largest up to each place along an axis, and where it is."""
    def cummin(input, dim: builtins.int) -> Any:
        """The smallest up to each place along an axis, and where it is."""
    def cumprod(input, dim: builtins.int, *, dtype: Any = None, out: Tensor | None = None) -> Any:
        """The products up to each place along an axis: see ``fastgrad.cumulative_prod``."""
    def cumprod_(input, dim: builtins.int, *, dtype: Any = None, out: Tensor | None = None) -> Any:
        """What ``cumprod`` gives, written to the tensor itself; returns it."""
    def cumsum(input, dim: builtins.int, *, dtype: Any = None, out: Tensor | None = None) -> Any:
        """The sums up to each place along an axis."""
    def cumsum_(input, dim: builtins.int, *, dtype: Any = None, out: Tensor | None = None) -> Any:
        """What ``cumsum`` gives, written to the tensor itself; returns it."""
    @overload
    def cumulative_sum(
        x, axis: builtins.int | None = None, dtype: DTypeLike | None = None, include_initial: builtins.bool = False
    ) -> Tensor:
        """Sums of all elements up to each one along an axis.

        Parameters
        ----------
        x : Tensor
            What is added up.
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
    def deg2rad(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``deg2rad``."""
    def deg2rad_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``deg2rad`` gives, written to the tensor itself; returns it."""
    def det(input) -> Any: ...
    def diag(input, diagonal: builtins.int = 0, *, out: Tensor | None = None) -> Any:
        """Of a matrix its diagonal; of a vector the matrix that has it: see ``fastgrad.diag``."""
    def diag_embed(input, offset: builtins.int = 0, dim1: builtins.int = -2, dim2: builtins.int = -1) -> Any:
        """The last axis as the diagonal of two new ones."""
    def diagflat(input, offset: builtins.int = 0) -> Any: ...
    def diagonal(input, offset: builtins.int = 0, dim1: builtins.int = 0, dim2: builtins.int = 1) -> Any:
        """The diagonal of two axes as the last; a view, but of elements that lie apart in memory and are no part of a
        contiguous tensor.
        """
    def diagonal_scatter(
        input, src: Any, offset: builtins.int = 0, dim1: builtins.int = 0, dim2: builtins.int = 1
    ) -> Any: ...
    def diff(input, n: builtins.int = 1, dim: builtins.int = -1, prepend: Any = None, append: Any = None) -> Any:
        """Differences of neighbours along an axis, n times: see ``fastgrad.diff``."""
    def digamma(x, /) -> Tensor:
        """The logarithmic derivative of the gamma function, elementwise.

        Minus infinity at 0 (infinity at -0), NaN at the negative integers. Its gradient is ``polygamma(1, x)``.

        Parameters
        ----------
        x : Tensor or array_like, any shape
            Integers are converted to float32.

        Returns
        -------
        Tensor, shape and dtype of `x`

        Notes
        -----
        Within 2 ulp of the exact value for x above 0. Below, where every zero lies between two poles, within 3 ulp of the
        larger of the value and 1.

        Examples
        --------
        >>> import fastgrad as fg
        >>> x = fg.tensor([1.0, 2.0])
        >>> (fg.digamma(x + 1) - fg.digamma(x)).tolist()
        [1.0, 0.5]
        """
    def digamma_(self) -> Tensor:
        """``digamma`` of the elements, in place."""
    def dist(input, other: Any, p: builtins.float = 2) -> Any: ...
    def div(x, y: TensorLike, /) -> Tensor:
        """x / y, elementwise with broadcasting; float32 of two integers."""
    def div_(self, other: TensorLike) -> Tensor:
        """self /= other."""
    def divide(input, other: Any, *, rounding_mode: Any = None, out: Any = None) -> Any:
        """PyTorch's ``divide``: see ``fastgrad.ops.pytorch.arithmetic.div``."""
    def divide_(input, other: Any, *, rounding_mode: Any = None, out: Any = None) -> Any:
        """What ``divide`` gives, written to the tensor itself; returns it."""
    def dot(input, other: Any = None, *, out: Tensor | None = None) -> Any: ...
    def double(self) -> Tensor:
        """The tensor as float64; itself if it is."""
    def dsplit(
        input, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None
    ) -> tuple[Any, ...]: ...
    def eq(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``eq``: see ``fastgrad.ops.compare.equal``."""
    def eq_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``eq`` gives, written to the tensor itself; returns it."""
    def equal(input, other: Any) -> builtins.bool:
        """Whether two tensors have one shape and equal elements."""
    def erf(x, /) -> Tensor:
        """The error function, elementwise."""
    def erf_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``erf`` gives, written to the tensor itself; returns it."""
    def erfc(input, *, out: Tensor | None = None) -> Tensor:
        """``1 - erf(x)``, to the last digit also where that is small."""
    def erfc_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``erfc`` gives, written to the tensor itself; returns it."""
    def erfinv(x, /) -> Tensor:
        """The inverse of the error function, elementwise: infinite at -1 and 1, NaN beyond."""
    def erfinv_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``erfinv`` gives, written to the tensor itself; returns it."""
    def exp(x, /) -> Tensor:
        """e to the power x, elementwise."""
    def exp2(x, /) -> Tensor:
        """2 to the power x, elementwise."""
    def exp2_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``exp2`` gives, written to the tensor itself; returns it."""
    def exp_(self) -> Tensor:
        """``exp`` of the elements, in place."""
    def expand(self, *sizes: ShapeLike) -> Tensor:
        """Broadcasts to a shape in which -1 keeps an axis as it is."""
    def expand_as(self, other: Any) -> Any: ...
    def expm1(x, /) -> Tensor:
        """exp(x) - 1, accurate near 0, elementwise."""
    def expm1_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``expm1`` gives, written to the tensor itself; returns it."""
    def exponential_(self, lambd: builtins.float = 1.0, *, generator: Any = None) -> Tensor: ...
    def fill_(self, value: TensorLike) -> Tensor:
        """Sets every element to a number; returns the tensor."""
    def fill_diagonal_(self, fill_value: builtins.float, wrap: builtins.bool = False) -> Tensor:
        """Writes a number to the diagonal."""
    def fix(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``fix``: see ``fastgrad.ops.math.trunc``."""
    def fix_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``fix`` gives, written to the tensor itself; returns it."""
    def flatten(x, start_dim: builtins.int = 0, end_dim: builtins.int = -1) -> Tensor:
        """Joins the axes from ``start_dim`` to ``end_dim`` (both included) into one: a view where the memory allows one, else
        a copy; x itself where that is one axis already.
        """
    def flip(input, *dims: Any) -> Any:
        """In reversed order along axes."""
    def fliplr(input) -> Any: ...
    def flipud(input) -> Any: ...
    def float(self) -> Tensor:
        """The tensor as float32; itself if it is."""
    def float_power(input, exponent: Any, *, out: Tensor | None = None) -> Any:
        """``input ** exponent`` in float64."""
    def float_power_(input, exponent: Any, *, out: Tensor | None = None) -> Any:
        """What ``float_power`` gives, written to the tensor itself; returns it."""
    def floor(x, /) -> Tensor:
        """The largest integer not above x, elementwise. Its gradient is 0."""
    def floor_(self) -> Tensor:
        """``floor`` of the elements, in place."""
    def floor_divide(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``floor_divide``: see ``fastgrad.ops.arithmetic.floor_divide``."""
    def floor_divide_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``floor_divide`` gives, written to the tensor itself; returns it."""
    def fmax(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``fmax``."""
    def fmin(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``fmin``."""
    def fmod(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``fmod``."""
    def fmod_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``fmod`` gives, written to the tensor itself; returns it."""
    def frac(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``frac``."""
    def frac_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``frac`` gives, written to the tensor itself; returns it."""
    def frexp(input, *, out: Any = None) -> Any:
        """Mantissas from 0.5 to 1, and the exponents of 2 that they are multiplied with."""
    def gather(
        input, dim: builtins.int, index: Any, *, sparse_grad: builtins.bool = False, out: Tensor | None = None
    ) -> Any:
        """``out[i, j] = input[index[i, j], j]`` for the first of two axes; the index may be shorter along the others."""
    def gcd(input, other: Any, *, out: Tensor | None = None) -> Any:
        """The greatest common divisors of integers."""
    def gcd_(input, other: Any, *, out: Tensor | None = None) -> Any:
        """What ``gcd`` gives, written to the tensor itself; returns it."""
    def ge(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``ge``: see ``fastgrad.ops.compare.greater_equal``."""
    def ge_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``ge`` gives, written to the tensor itself; returns it."""
    def geometric_(self, p: builtins.float, *, generator: Any = None) -> Tensor: ...
    def geqrf(input, *, out: Any = None) -> Any:
        """The vectors and factors of Householder's reflections that make up Q; above the diagonal, R. No gradient."""
    def ger(input, vec2: Any, *, out: Tensor | None = None) -> Any: ...
    def get_device(self) -> Any: ...
    def greater(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``greater``: see ``fastgrad.ops.compare.greater``."""
    def greater_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``greater`` gives, written to the tensor itself; returns it."""
    def greater_equal(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``greater_equal``: see ``fastgrad.ops.compare.greater_equal``."""
    def greater_equal_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``greater_equal`` gives, written to the tensor itself; returns it."""
    def gt(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``gt``: see ``fastgrad.ops.compare.greater``."""
    def gt_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``gt`` gives, written to the tensor itself; returns it."""
    def half(self) -> Tensor:
        """The tensor as float16; itself if it is."""
    def hardshrink(self, *args: Any) -> Any: ...
    def heaviside(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``heaviside``."""
    def heaviside_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``heaviside`` gives, written to the tensor itself; returns it."""
    def histc(
        input, bins: builtins.int = 100, min: builtins.float = 0, max: builtins.float = 0, *, out: Tensor | None = None
    ) -> Any:
        """How many elements are in each of equal bins."""
    def histogram(
        input,
        bins: Any = 100,
        *,
        range: Any = None,
        weight: Any = None,
        density: builtins.bool = False,
        out: Any = None,
    ) -> Any:
        """How many elements are in each bin, of equal bins or of given edges, and the edges."""
    def hsplit(
        input, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None
    ) -> tuple[Any, ...]: ...
    def hypot(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``hypot``: see ``fastgrad.ops.math.hypot``."""
    def hypot_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``hypot`` gives, written to the tensor itself; returns it."""
    def i0(input, *, out: Tensor | None = None) -> Any:
        """The modified Bessel function of the first kind, of order 0."""
    def i0_(input, *, out: Tensor | None = None) -> Any:
        """What ``i0`` gives, written to the tensor itself; returns it."""
    def igamma(input, other: Any, *, out: Tensor | None = None) -> Any:
        """The share of the gamma distribution of shape ``input`` below ``other``: the regularised incomplete function."""
    def igamma_(input, other: Any, *, out: Tensor | None = None) -> Any:
        """What ``igamma`` gives, written to the tensor itself; returns it."""
    def igammac(input, other: Any, *, out: Tensor | None = None) -> Any:
        """``1 - igamma(input, other)``, to the last digit also where that is small."""
    def igammac_(input, other: Any, *, out: Tensor | None = None) -> Any:
        """What ``igammac`` gives, written to the tensor itself; returns it."""
    @property
    def imag(self, *args: Any) -> Any:
        """Always a RuntimeError: there are no complex numbers."""
    def index_add(input, dim: builtins.int, index: Any, source: Any, *, alpha: builtins.float = 1) -> Any:
        """Slices of source added at the places along an axis that a vector names."""
    def index_add_(self, dim: builtins.int, index: Any, source: Any, *, alpha: builtins.float = 1) -> Tensor:
        """Adds slices of source at the places along an axis that a vector names."""
    def index_copy(input, dim: builtins.int, index: Any, source: Any) -> Any:
        """Slices of source written to the places along an axis that a vector names."""
    def index_copy_(self, dim: builtins.int, index: Any, source: Any) -> Tensor: ...
    def index_fill(input, dim: builtins.int, index: Any, value: Any) -> Any:
        """A number at the places along an axis that a vector names."""
    def index_fill_(self, dim: builtins.int, index: Any, value: Any) -> Tensor: ...
    def index_put(input, indices: Any, values: Any, accumulate: builtins.bool = False) -> Any:
        """Values at places, one index for each axis; written, or added."""
    def index_put_(self, indices: Any, values: Any, accumulate: builtins.bool = False) -> Tensor:
        """Writes values to places, or adds them."""
    def index_reduce(
        input, dim: builtins.int, index: Any, source: Any, reduce: str, *, include_self: builtins.bool = True
    ) -> Any:
        """Slices of source gathered at the places along an axis that a vector names: see `scatter_reduce`."""
    def index_reduce_(
        input, dim: builtins.int, index: Any, source: Any, reduce: str, *, include_self: builtins.bool = True
    ) -> Any:
        """What ``index_reduce`` gives, written to the tensor itself; returns it."""
    def index_select(input, dim: builtins.int, index: Any, *, out: Tensor | None = None) -> Any:
        """The places along an axis that a vector names."""
    def inner(input, other: Any, *, out: Tensor | None = None) -> Any:
        """Products of the last axes."""
    def int(self) -> Tensor:
        """The tensor as int32; itself if it is."""
    def inverse(input, *, out: Tensor | None = None) -> Any: ...
    def is_complex(input) -> builtins.bool: ...
    def is_conj(input) -> builtins.bool: ...
    @property
    def is_cpu(self) -> Any: ...
    @property
    def is_cuda(self) -> Any: ...
    def is_distributed(input) -> builtins.bool: ...
    def is_inference(input) -> builtins.bool: ...
    @property
    def is_ipu(self) -> Any: ...
    @property
    def is_maia(self) -> Any: ...
    @property
    def is_meta(self) -> Any: ...
    @property
    def is_mkldnn(self) -> Any: ...
    @property
    def is_mps(self) -> Any: ...
    @property
    def is_mtia(self) -> Any: ...
    def is_neg(input) -> builtins.bool: ...
    @property
    def is_nested(self) -> Any: ...
    def is_nonzero(input) -> builtins.bool: ...
    def is_pinned(self, device: Any = None) -> Any: ...
    @property
    def is_quantized(self) -> Any: ...
    def is_same_size(input, other: Any) -> builtins.bool: ...
    def is_set_to(self, other: Any) -> Any: ...
    def is_shared(self) -> Any: ...
    def is_signed(input) -> builtins.bool: ...
    @property
    def is_sparse(self) -> Any: ...
    @property
    def is_sparse_csr(self) -> Any: ...
    @property
    def is_vulkan(self) -> Any: ...
    @property
    def is_xla(self) -> Any: ...
    @property
    def is_xpu(self) -> Any: ...
    def isclose(
        input, other: Any, rtol: builtins.float = 1e-05, atol: builtins.float = 1e-08, equal_nan: builtins.bool = False
    ) -> Any:
        """Whether elements differ by ``atol + rtol * |other|`` at most."""
    def isfinite(x, /) -> Tensor:
        """Whether x is neither infinite nor NaN, elementwise."""
    def isinf(x, /) -> Tensor:
        """Whether x is infinite, elementwise."""
    def isnan(x, /) -> Tensor:
        """Whether x is NaN, elementwise."""
    def isneginf(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``isneginf``."""
    def isposinf(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``isposinf``."""
    def isreal(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``isreal``."""
    def kron(input, other: Any, *, out: Tensor | None = None) -> Any:
        """Each element of input times all of other: see ``fastgrad.kron``."""
    def kthvalue(input, k: builtins.int, dim: builtins.int = -1, keepdim: builtins.bool = False) -> Any:
        """The k-th smallest along an axis, and its place."""
    @property
    def layout(self) -> Any: ...
    def lcm(input, other: Any, *, out: Tensor | None = None) -> Any:
        """The least common multiples of integers."""
    def lcm_(input, other: Any, *, out: Tensor | None = None) -> Any:
        """What ``lcm`` gives, written to the tensor itself; returns it."""
    def ldexp(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``ldexp``."""
    def ldexp_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``ldexp`` gives, written to the tensor itself; returns it."""
    def le(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``le``: see ``fastgrad.ops.compare.less_equal``."""
    def le_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``le`` gives, written to the tensor itself; returns it."""
    def lerp(input, end: Any, weight: Any, *, out: Tensor | None = None) -> Any:
        """``input + weight * (end - input)``."""
    def lerp_(input, end: Any, weight: Any, *, out: Tensor | None = None) -> Any:
        """What ``lerp`` gives, written to the tensor itself; returns it."""
    def less(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``less``: see ``fastgrad.ops.compare.less``."""
    def less_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``less`` gives, written to the tensor itself; returns it."""
    def less_equal(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``less_equal``: see ``fastgrad.ops.compare.less_equal``."""
    def less_equal_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``less_equal`` gives, written to the tensor itself; returns it."""
    def lgamma(x, /) -> Tensor:
        """The logarithm of the absolute value of the gamma function, elementwise.

        Infinite at 0 and the negative integers. Its gradient is `digamma`.

        Parameters
        ----------
        x : Tensor or array_like, any shape
            Integers are converted to float32.

        Returns
        -------
        Tensor, shape and dtype of `x`

        Notes
        -----
        Within 2 ulp of the exact value, next to its zeros at 1 and 2 as elsewhere; next to the zeros below -2 within 4.

        Examples
        --------
        >>> import fastgrad as fg
        >>> fg.lgamma(fg.tensor([1.0, 5.0])).exp().tolist()
        [1.0, 24.0]
        """
    def lgamma_(self) -> Tensor:
        """``lgamma`` of the elements, in place."""
    def log(x, /) -> Tensor:
        """The natural logarithm, elementwise."""
    def log10(x, /) -> Tensor:
        """The logarithm to base 10, elementwise."""
    def log10_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``log10`` gives, written to the tensor itself; returns it."""
    def log1p(x, /) -> Tensor:
        """log(1 + x), accurate near 0, elementwise."""
    def log1p_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``log1p`` gives, written to the tensor itself; returns it."""
    def log2(x, /) -> Tensor:
        """The logarithm to base 2, elementwise."""
    def log2_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``log2`` gives, written to the tensor itself; returns it."""
    def log_(self) -> Tensor:
        """``log`` of the elements, in place."""
    def log_normal_(
        self, mean: builtins.float = 1.0, std: builtins.float = 2.0, *, generator: Any = None
    ) -> Tensor: ...
    def log_softmax(input, dim: Any = None, dtype: Any = None, *, out: Tensor | None = None) -> Any: ...
    def logaddexp(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``logaddexp``."""
    def logaddexp2(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``logaddexp2``."""
    def logcumsumexp(input, dim: builtins.int) -> Any:
        """The logarithm of the sums of exponentials up to each place along an axis."""
    def logdet(input) -> Any:
        """The logarithm of the determinant; NaN of a negative one."""
    def logical_and(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``logical_and``: see ``fastgrad.ops.compare.logical_and``."""
    def logical_and_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``logical_and`` gives, written to the tensor itself; returns it."""
    def logical_not(x, /) -> Tensor:
        """Whether x is zero, elementwise."""
    def logical_not_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``logical_not`` gives, written to the tensor itself; returns it."""
    def logical_or(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``logical_or``: see ``fastgrad.ops.compare.logical_or``."""
    def logical_or_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``logical_or`` gives, written to the tensor itself; returns it."""
    def logical_xor(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``logical_xor``: see ``fastgrad.ops.compare.logical_xor``."""
    def logical_xor_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``logical_xor`` gives, written to the tensor itself; returns it."""
    def logit(input, eps: builtins.float | None = None, *, out: Tensor | None = None) -> Any:
        """``log(x / (1 - x))``, of x limited to ``[eps, 1 - eps]`` where `eps` is given."""
    def logit_(input, eps: builtins.float | None = None, *, out: Tensor | None = None) -> Any:
        """What ``logit`` gives, written to the tensor itself; returns it."""
    @overload
    def logsumexp(x, axis: AxisLike = None, keepdims: builtins.bool = False) -> Tensor:
        """log(sum(exp(x))) along an axis, several, or all, without overflow."""
    @overload
    def logsumexp(x, axis: AxisLike = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def logsumexp(x, *, dim: AxisLike = None, keepdim: builtins.bool = False) -> Tensor: ...
    def long(self) -> Tensor:
        """The tensor as int64; itself if it is."""
    def lt(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``lt``: see ``fastgrad.ops.compare.less``."""
    def lt_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``lt`` gives, written to the tensor itself; returns it."""
    def lu(A, pivot: builtins.bool = True, get_infos: builtins.bool = False, out: Any = None) -> Any:
        """Both triangles in one matrix, and the rows that were swapped, counted from 1."""
    def lu_solve(b, LU_data: Any, LU_pivots: Any, *, out: Tensor | None = None) -> Any:
        """The solution of a system whose matrix's `lu` is given."""
    @property
    def mH(self) -> Any: ...
    @property
    def mT(x) -> Tensor:
        """Exchanges the last two axes. A view."""
    def map_(self, tensor: Any, callable: Any) -> Tensor:
        """Writes what a Python function gives for each element and the one of another tensor, which is broadcast."""
    def masked_fill(input, mask: Any, value: Any) -> Any:
        """A value where a mask is true."""
    def masked_fill_(self, mask: Any, value: Any) -> Tensor:
        """Writes a value where a mask is true."""
    def masked_scatter(input, mask: Any, source: Any) -> Any:
        """The elements of source, in order, where a mask is true."""
    def masked_scatter_(input, mask: Any, source: Any) -> Any:
        """What ``masked_scatter`` gives, written to the tensor itself; returns it."""
    def masked_select(input, mask: Any, *, out: Tensor | None = None) -> Any:
        """A vector of the elements where a mask is true; both broadcast."""
    def matmul(x1, x2: TensorLike, /) -> Tensor:
        """The matrix product; leading axes broadcast as batches.

        Parameters
        ----------
        x1 : Tensor, shape (..., M, K) or (K,)
            The first factor, or a row.
        x2 : Tensor, shape (..., K, N) or (K,)
            The second factor, or a column; leading axes broadcast.

        Returns
        -------
        Tensor, shape (..., M, N)
            Without the axis M or N where that operand is a vector.

        Raises
        ------
        ValueError
            If K differs, or an operand is a number.
        """
    def matrix_exp(input) -> Any: ...
    def matrix_power(input, n: builtins.int, *, out: Tensor | None = None) -> Any:
        """A square matrix to a whole power."""
    def maximum(x, y: TensorLike, /) -> Tensor:
        """The larger of two, elementwise; NaN if either is. At a tie each gets half the gradient."""
    @overload
    def mean(x, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: builtins.bool = False) -> Tensor:
        """The mean along an axis, several, or all; float64 of integers and bools. NaN of no elements."""
    @overload
    def mean(x, axis: AxisLike = None, dtype: DTypeLike | None = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def mean(x, *, dim: AxisLike = None, dtype: DTypeLike | None = None, keepdim: builtins.bool = False) -> Tensor: ...
    def median(self, *args: Any) -> Any:
        """The lower of the two in the middle; with ``dim`` PyTorch's pair of values and places.

        Of an axis by position NumPy's functions give the mean of both: a TypeError, unless the program has said whose words
        it speaks.
        """
    def minimum(x, y: TensorLike, /) -> Tensor:
        """The smaller of two, elementwise; NaN if either is. At a tie each gets half the gradient."""
    def mm(input, other: Any = None, *, out: Tensor | None = None) -> Any: ...
    def mode(input, dim: builtins.int = -1, keepdim: builtins.bool = False) -> Any:
        """The most frequent along an axis, the smallest of several, and its last place."""
    def moveaxis(input, source: Any, destination: Any) -> Any:
        """PyTorch's ``moveaxis``: see ``fastgrad.ops.pytorch.view.movedim``."""
    def movedim(input, source: Any, destination: Any) -> Any: ...
    def msort(input) -> Any: ...
    def mul(x, y: TensorLike, /) -> Tensor:
        """x * y, elementwise with broadcasting; either may be a Python number."""
    def mul_(self, other: TensorLike) -> Tensor:
        """self *= other."""
    def multinomial(
        input,
        num_samples: builtins.int,
        replacement: builtins.bool = False,
        *,
        generator: Any = None,
        out: Tensor | None = None,
    ) -> Any:
        """Indices drawn in proportion to weights."""
    def multiply(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``multiply``: see ``fastgrad.ops.arithmetic.multiply``."""
    def multiply_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``multiply`` gives, written to the tensor itself; returns it."""
    def mv(input, other: Any = None, *, out: Tensor | None = None) -> Any: ...
    def mvlgamma(input, p: builtins.int, *, out: Tensor | None = None) -> Any:
        """The logarithm of the multivariate gamma function of p dimensions."""
    def mvlgamma_(input, p: builtins.int, *, out: Tensor | None = None) -> Any:
        """What ``mvlgamma`` gives, written to the tensor itself; returns it."""
    @property
    def names(self) -> Any: ...
    def nan_to_num(
        input,
        nan: builtins.float | None = 0.0,
        posinf: builtins.float | None = None,
        neginf: builtins.float | None = None,
        *,
        out: Tensor | None = None,
    ) -> Any:
        """Numbers in the place of NaN and infinities."""
    def nan_to_num_(
        input,
        nan: builtins.float | None = 0.0,
        posinf: builtins.float | None = None,
        neginf: builtins.float | None = None,
        *,
        out: Tensor | None = None,
    ) -> Any:
        """What ``nan_to_num`` gives, written to the tensor itself; returns it."""
    def nanmean(input, dim: Any = None, keepdim: builtins.bool = False, *, dtype: Any = None) -> Any:
        """The mean of what is not NaN."""
    def nanmedian(input, dim: Any = None, keepdim: builtins.bool = False) -> Any:
        """The lower of the two in the middle of what is not NaN."""
    def nanquantile(
        input, q: Any, dim: Any = None, keepdim: builtins.bool = False, *, interpolation: str = "linear"
    ) -> Any:
        """Quantiles of what is not NaN, along an axis or of all; those of several first."""
    def nansum(input, dim: Any = None, keepdim: builtins.bool = False, *, dtype: Any = None) -> Any:
        """The sum of what is not NaN."""
    def narrow(input, dim: builtins.int, start: Any, length: builtins.int) -> Any:
        """A view of so many places along an axis, from start on."""
    def ndimension(self) -> Any: ...
    def ne(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``ne``: see ``fastgrad.ops.compare.not_equal``."""
    def ne_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``ne`` gives, written to the tensor itself; returns it."""
    def neg(x, /) -> Tensor:
        """-x, elementwise."""
    def neg_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``neg`` gives, written to the tensor itself; returns it."""
    def negative(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``negative``: see ``fastgrad.ops.arithmetic.negative``."""
    def negative_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``negative`` gives, written to the tensor itself; returns it."""
    def nelement(self) -> Any: ...
    def new(self, *args: Any) -> Any:
        """A tensor of this dtype: of lengths, or of data."""
    def new_empty(self, *size: Any, dtype: Any = None) -> Any: ...
    def new_full(self, *size: Any, dtype: Any = None) -> Any: ...
    def new_ones(self, *size: Any, dtype: Any = None) -> Any: ...
    def new_tensor(
        self, data: Any, *, dtype: Any = None, device: Any = None, requires_grad: builtins.bool = False
    ) -> Any:
        """A new tensor of the data, in this one's dtype."""
    def new_zeros(self, *size: Any, dtype: Any = None) -> Any: ...
    def nextafter(input, other: Any, *, out: Tensor | None = None) -> Any:
        """The dtype's number that is next to one in the direction of another. It has no gradient here, as in PyTorch."""
    def nextafter_(input, other: Any, *, out: Tensor | None = None) -> Any:
        """What ``nextafter`` gives, written to the tensor itself; returns it."""
    def nonzero_static(input, *, size: builtins.int, fill_value: builtins.int = -1) -> Any:
        """As `nonzero`, so many rows: the first, or more with a number in them."""
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
    def normal_(self, mean: builtins.float = 0.0, std: builtins.float = 1.0, *, generator: Any = None) -> Tensor:
        """Writes normal numbers."""
    def not_equal(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``not_equal``: see ``fastgrad.ops.compare.not_equal``."""
    def not_equal_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``not_equal`` gives, written to the tensor itself; returns it."""
    def numpy(self) -> np.ndarray[Any, Any]:
        """A NumPy array that shares memory. Raises RuntimeError if the tensor requires gradients."""
    def orgqr(input, tau: Any) -> Any:
        """The first columns of a product of Householder's reflections."""
    def ormqr(input, tau: Any, other: Any, left: builtins.bool = True, transpose: builtins.bool = False) -> Any:
        """The product of Householder's reflections, all its columns, times a matrix, or a matrix times it."""
    def outer(input, vec2: Any, *, out: Tensor | None = None) -> Any:
        """Each product of two vectors' elements."""
    def permute(self, *dims: ShapeLike) -> Tensor:
        """Axes in another order; see ``fastgrad.permute_dims``."""
    def pin_memory(self, *args: Any) -> Tensor: ...
    def pinverse(input, rcond: builtins.float = 1e-15) -> Any: ...
    def polygamma(self, n: builtins.int) -> Any:
        """The derivative of order n of ``digamma``: PyTorch's function has the order first, its method the tensor."""
    def polygamma_(self, n: builtins.int) -> Any:
        """What ``polygamma`` gives, written to the tensor itself; returns it."""
    def positive(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``positive``."""
    def pow(x, y: TensorLike, /) -> Tensor:
        """x to the power y, elementwise with broadcasting."""
    def pow_(self, other: TensorLike) -> Tensor:
        """self **= other."""
    def prelu(self, *args: Any) -> Any: ...
    @overload
    def prod(x, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: builtins.bool = False) -> Tensor:
        """The product along an axis, several, or all."""
    @overload
    def prod(x, axis: AxisLike = None, dtype: DTypeLike | None = None, *, keepdim: builtins.bool) -> Tensor: ...
    @overload
    def prod(x, *, dim: AxisLike = None, dtype: DTypeLike | None = None, keepdim: builtins.bool = False) -> Tensor: ...
    def put_(self, index: Any, source: Any, accumulate: builtins.bool = False) -> Tensor:
        """Writes to places in C order."""
    def qr(input, some: builtins.bool = True, *, out: Any = None) -> Any:
        """Orthonormal columns and an upper triangle; `some`: no more columns than input has."""
    def quantile(
        input, q: Any, dim: Any = None, keepdim: builtins.bool = False, *, interpolation: str = "linear"
    ) -> Any:
        """Quantiles along an axis, or of all; those of several first."""
    def rad2deg(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``rad2deg``."""
    def rad2deg_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``rad2deg`` gives, written to the tensor itself; returns it."""
    def random_(self, *args: builtins.int, generator: Any = None) -> Tensor:
        """Writes integers of [from, to); by default all that the dtype holds exactly."""
    def ravel(x) -> Tensor:
        """All elements, in C order, along one axis."""
    @property
    def real(self) -> Any: ...
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
    def remainder(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``remainder``: see ``fastgrad.ops.arithmetic.remainder``."""
    def remainder_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``remainder`` gives, written to the tensor itself; returns it."""
    def renorm(
        input, p: builtins.float, dim: builtins.int, maxnorm: builtins.float, *, out: Tensor | None = None
    ) -> Any:
        """Slices along an axis, those scaled down whose norm is above a bound."""
    def renorm_(
        input, p: builtins.float, dim: builtins.int, maxnorm: builtins.float, *, out: Tensor | None = None
    ) -> Any:
        """What ``renorm`` gives, written to the tensor itself; returns it."""
    def repeat(self, *repeats: Any, axis: builtins.int | None = ...) -> Tensor:
        """With ``axis``, NumPy's: each element repeated along it (None: of all in C order), as ``fastgrad.repeat``. Of
        three numbers or more, PyTorch's: the whole repeated along each axis, as ``fastgrad.tile``.

        ``x.repeat(3)`` and ``x.repeat(2, 1)``, in NumPy two of each along axis 1, say neither and are a TypeError: see
        ``fastgrad.set_vocabulary``.
        """
    def repeat_interleave(
        input, repeats: Any = None, dim: builtins.int | None = None, *, output_size: builtins.int | None = None
    ) -> Any:
        """Each element repeated; of counts alone, each place as often as its count says."""
    def reshape(self, *shape: ShapeLike, copy: builtins.bool | None = None, order: str = "C") -> Tensor:
        """The same elements in another shape; see ``fastgrad.reshape``. With NumPy's ``order="F"`` they are read and placed
        with the first axis fastest, with "A" so where they lie so.
        """
    def reshape_as(self, other: Any) -> Any: ...
    def resize_(self, *sizes: Any, memory_format: Any = None) -> Tensor:
        """Gives the tensor another shape; elements beyond the old ones are not set."""
    def resize_as_(self, other: Any, memory_format: Any = None) -> Tensor: ...
    def resolve_conj(input) -> Any:
        """The tensor itself: nothing waits to be conjugated."""
    def resolve_neg(input) -> Any:
        """The tensor itself: nothing waits to be negated."""
    def retain_grad(self) -> None:
        """Keeps the gradient of a tensor that is not a leaf in its ``grad``, too."""
    @property
    def retains_grad(self) -> Any: ...
    def roll(input, shifts: Any, dims: Any = None) -> Any:
        """Shifted along axes; what leaves at the end comes back at the start."""
    def rot90(input, k: builtins.int = 1, dims: Any = (0, 1)) -> Any:
        """Turned by quarters in the plane of two axes."""
    def round(x, /) -> Tensor:
        """The nearest integer, halves to even, elementwise. Its gradient is 0."""
    def round_(self) -> Tensor:
        """``round`` of the elements, in place."""
    def rsqrt(x, /) -> Tensor:
        """1 / sqrt(x), elementwise."""
    def rsqrt_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``rsqrt`` gives, written to the tensor itself; returns it."""
    def scatter(
        input, dim: builtins.int, index: Any, src: Any = None, value: Any = None, *, reduce: str | None = None
    ) -> Any:
        """``out[index[i, j], j] = src[i, j]`` for the first of two axes; `reduce`: added or multiplied."""
    def scatter_(
        input, dim: builtins.int, index: Any, src: Any = None, value: Any = None, *, reduce: str | None = None
    ) -> Any:
        """What ``scatter`` gives, written to the tensor itself; returns it."""
    def scatter_add(input, dim: builtins.int, index: Any, src: Any) -> Any:
        """As `scatter`, the elements added to those of input."""
    def scatter_add_(self, dim: builtins.int, index: Any, src: Any) -> Tensor:
        """Adds elements of src at places along an axis."""
    def scatter_reduce(
        input, dim: builtins.int, index: Any, src: Any, reduce: str, *, include_self: builtins.bool = True
    ) -> Any:
        """Elements gathered at places: their sum, mean, product, largest or smallest, with input's own or without."""
    def scatter_reduce_(
        input, dim: builtins.int, index: Any, src: Any, reduce: str, *, include_self: builtins.bool = True
    ) -> Any:
        """What ``scatter_reduce`` gives, written to the tensor itself; returns it."""
    def select(input, dim: builtins.int, index: builtins.int) -> Any:
        """A view of one place along an axis."""
    def select_scatter(input, src: Any, dim: builtins.int, index: builtins.int) -> Any: ...
    def set_(self, *args: Any) -> Any:
        """Always a RuntimeError: a tensor takes other memory by x.data = y."""
    def sgn(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``sgn``: see ``fastgrad.ops.math.sign``."""
    def sgn_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``sgn`` gives, written to the tensor itself; returns it."""
    def share_memory_(self, *args: Any) -> Tensor: ...
    def short(self) -> Any: ...
    def sigmoid(x, /) -> Tensor:
        """1 / (1 + exp(-x)), elementwise."""
    def sigmoid_(self) -> Tensor:
        """``sigmoid`` of the elements, in place."""
    def sign(x, /) -> Tensor:
        """-1, 0 or 1, elementwise; NaN of NaN. Its gradient is 0."""
    def sign_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``sign`` gives, written to the tensor itself; returns it."""
    def signbit(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``signbit``."""
    def sin(x, /) -> Tensor:
        """The sine of x in radians, elementwise."""
    def sin_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``sin`` gives, written to the tensor itself; returns it."""
    def sinc(input, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``sinc``."""
    def sinc_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``sinc`` gives, written to the tensor itself; returns it."""
    def sinh(x, /) -> Tensor:
        """The hyperbolic sine, elementwise."""
    def sinh_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``sinh`` gives, written to the tensor itself; returns it."""
    def slice_scatter(
        input,
        src: Any,
        dim: builtins.int = 0,
        start: builtins.int | None = None,
        end: builtins.int | None = None,
        step: builtins.int = 1,
    ) -> Any: ...
    def slogdet(input, *, out: Any = None) -> Any: ...
    def softmax(input, dim: Any = None, dtype: Any = None, *, out: Tensor | None = None) -> Any: ...
    def split(
        self, split_size_or_sections: builtins.int | Sequence[builtins.int] = ..., dim: builtins.int = 0
    ) -> tuple[Tensor, ...]:
        """Views of consecutive parts along an axis, of this length (the last may be shorter) or of these lengths:
        PyTorch's, whose method calls them ``split_size``, too.

        NumPy's arrays have no such method; ``fastgrad.split`` cuts into equal parts or at indices.
        """
    def split_with_sizes(input, split_sizes: Any, dim: builtins.int = 0) -> tuple[Any, ...]: ...
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
    def squeeze_(self, *args: Any) -> Tensor:
        """``squeeze``, of the tensor itself."""
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
    def storage(self) -> Any:
        """The memory that a tensor shares with its views, as elements."""
    def storage_offset(x) -> builtins.int:
        """Where the first element of a view lies among those of the tensor that it is a view of; 0 of any other tensor."""
    def sub(x, y: TensorLike, /) -> Tensor:
        """x - y, elementwise with broadcasting; either may be a Python number."""
    def sub_(self, other: TensorLike, *, alpha: builtins.float = 1) -> Tensor:
        """self -= alpha * other."""
    def subtract(input, other: Any, *, alpha: Any = 1, out: Any = None) -> Any:
        """PyTorch's ``subtract``: see ``fastgrad.ops.pytorch.arithmetic.sub``."""
    def subtract_(input, other: Any, *, alpha: Any = 1, out: Any = None) -> Any:
        """What ``subtract`` gives, written to the tensor itself; returns it."""
    @overload
    def sum(x, axis: AxisLike = None, dtype: DTypeLike | None = None, keepdims: builtins.bool = False) -> Tensor:
        """The sum along an axis, several, or all.

        Integers and bools are summed as int64, unsigned integers as uint64, and stay so unless `dtype` is given. Floats are
        summed in fixed blocks by several accumulators, the blocks pairwise: see ``src/kernels/reduce/reduce.h`` for the
        error bound.

        Parameters
        ----------
        x : Tensor
            What is added up.
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
    def sum_to_size(self, *size: Any) -> Any:
        """The sum over what broadcasting from this size would repeat."""
    def svd(input, some: builtins.bool = True, compute_uv: builtins.bool = True, *, out: Any = None) -> Any:
        """Singular values and vectors, the right ones as columns."""
    def swapaxes(x, axis1: builtins.int, axis2: builtins.int) -> Tensor:
        """Exchanges two axes. A view."""
    def swapaxes_(self, *args: Any) -> Tensor:
        """``swapaxes``, of the tensor itself."""
    def swapdims(input, dim0: builtins.int, dim1: builtins.int) -> Any: ...
    def swapdims_(self, *args: Any) -> Tensor:
        """``swapdims``, of the tensor itself."""
    def t(input) -> Any:
        """A matrix transposed; a vector itself."""
    def t_(self, *args: Any) -> Tensor:
        """``t``, of the tensor itself."""
    @overload
    def take(x, indices: TensorLike, /, axis: builtins.int | None = None) -> Tensor:
        """Elements at these places along an axis (of all elements in C order for None).

        Parameters
        ----------
        x : Tensor
            What elements are taken of.
        indices : integer Tensor of any shape
            Its axes take the place of ``axis``. Negative ones count from the end.
        axis : int, optional
            The axis that they are counted along; without it `x` has one.

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
    def take_along_dim(input, indices: Any, dim: builtins.int | None = None, *, out: Tensor | None = None) -> Any:
        """As `gather`, and input and indices broadcast; of all elements in C order without `dim`."""
    def tan(x, /) -> Tensor:
        """The tangent of x in radians, elementwise."""
    def tan_(input, *, out: Tensor | None = None) -> Tensor:
        """What ``tan`` gives, written to the tensor itself; returns it."""
    def tanh(x, /) -> Tensor:
        """The hyperbolic tangent, elementwise."""
    def tanh_(self) -> Tensor:
        """``tanh`` of the elements, in place."""
    def tensor_split(
        input,
        indices_or_sections: Any = None,
        dim: builtins.int = 0,
        *,
        indices: Any = None,
        sections: Any = None,
        tensor_indices_or_sections: Any = None,
    ) -> tuple[Any, ...]:
        """Views of so many parts, the first ones longer by one; or cut at indices."""
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
    def to_dense(self, *args: Any) -> Tensor: ...
    def to_device(self, device: str, /, *, stream: None = None) -> Tensor:
        """The tensor itself: it is on the CPU, the one ``device`` there is, which has no ``stream``."""
    def to_mkldnn(self, *args: Any) -> Any:
        """Always a RuntimeError: tensors have the layout that kernels want."""
    def to_sparse(self, *args: Any) -> Tensor: ...
    def to_sparse_csr(self, *args: Any) -> Tensor: ...
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
    def trace(input) -> Any:
        """The sum of a matrix's diagonal."""
    def transpose(self, *axes: ShapeLike | None, dim0: builtins.int = ..., dim1: builtins.int = ...) -> Tensor:
        """All axes reversed, or in the order given (NumPy's); of two axes that are not the whole order, a swap (PyTorch's).

        ``x.transpose(0, 1)`` of a matrix leaves it in NumPy and swaps in PyTorch, and is a TypeError: ``x.T`` or ``dim0``
        and ``dim1`` swap; see ``fastgrad.set_vocabulary``. A view.
        """
    def transpose_(self, *args: Any) -> Tensor:
        """``transpose``, of the tensor itself."""
    def triangular_solve(
        input,
        A: Any,
        upper: builtins.bool = True,
        transpose: builtins.bool = False,
        unitriangular: builtins.bool = False,
        *,
        out: Any = None,
    ) -> Any:
        """The solution of a system whose matrix is a triangle, and a copy of this."""
    def tril(input, diagonal: builtins.int = 0, *, out: Tensor | None = None) -> Any:
        """The lower triangle of matrices."""
    def tril_(input, diagonal: builtins.int = 0, *, out: Tensor | None = None) -> Any:
        """What ``tril`` gives, written to the tensor itself; returns it."""
    def triu(input, diagonal: builtins.int = 0, *, out: Tensor | None = None) -> Any:
        """The upper triangle of matrices."""
    def triu_(input, diagonal: builtins.int = 0, *, out: Tensor | None = None) -> Any:
        """What ``triu`` gives, written to the tensor itself; returns it."""
    def true_divide(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``true_divide``: see ``fastgrad.ops.arithmetic.divide``."""
    def true_divide_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``true_divide`` gives, written to the tensor itself; returns it."""
    def trunc(x, /) -> Tensor:
        """x without its fraction, elementwise. Its gradient is 0."""
    def trunc_(self) -> Tensor:
        """``trunc`` of the elements, in place."""
    def type(self, dtype: Any = None, non_blocking: builtins.bool = False) -> Any:
        """The tensor in another dtype, which may be said by a tensor class or its name; without one, that name."""
    def type_as(self, other: Any) -> Any: ...
    def unbind(input, dim: builtins.int = 0) -> tuple[Any, ...]:
        """Views of each place along an axis."""
    def unflatten(x, dim: builtins.int, sizes: ShapeLike) -> Tensor:
        """One axis cut into several, whose lengths' product is its own; one of them may be -1: what fits. A view where the
        memory allows one, else a copy.
        """
    def unfold(self, dimension: builtins.int, size: builtins.int, step: builtins.int) -> Any:
        """Windows of an axis, along a new last axis; a copy, where PyTorch's is a view."""
    def uniform_(self, *args: builtins.float, generator: Any = None) -> Tensor:
        """Writes uniform numbers of [from, to), by default of [0, 1)."""
    def unique(
        input,
        sorted: builtins.bool = True,
        return_inverse: builtins.bool = False,
        return_counts: builtins.bool = False,
        dim: builtins.int | None = None,
    ) -> Any:
        """The different elements in order; where each element is among them; how often each occurs."""
    def unique_consecutive(
        input,
        return_inverse: builtins.bool = False,
        return_counts: builtins.bool = False,
        dim: builtins.int | None = None,
    ) -> Any:
        """The elements without those that equal the one before."""
    def unsafe_chunk(input, chunks: builtins.int, dim: builtins.int = 0) -> tuple[Any, ...]:
        """Views of at most so many parts of one length; the last may be shorter."""
    def unsafe_split(tensor, split_size_or_sections: Any, dim: builtins.int = 0) -> tuple[Any, ...]:
        """Views of consecutive parts of this length, or of these lengths."""
    def unsafe_split_with_sizes(input, split_sizes: Any, dim: builtins.int = 0) -> tuple[Any, ...]: ...
    def unsqueeze(self, dim: builtins.int) -> Tensor:
        """Puts an axis of length 1 at position ``dim``."""
    def unsqueeze_(self, *args: Any) -> Tensor:
        """``unsqueeze``, of the tensor itself."""
    def untyped_storage(self) -> Any:
        """The memory that a tensor shares with its views, as bytes."""
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
    def vdot(input, other: Any, *, out: Tensor | None = None) -> Any: ...
    def view(self, *shape: ShapeLike) -> Tensor:
        """The same memory in another shape. Raises ValueError where only a copy would do, see ``reshape``; but what an
        operation has laid out in another order than C's, such as a convolution's result, is copied.
        """
    def view_as(self, other: Tensor) -> Tensor:
        """The same memory in the shape of another tensor; see ``view``."""
    def vsplit(
        input, indices_or_sections: Any = None, *, indices: Any = None, sections: Any = None
    ) -> tuple[Any, ...]: ...
    def where(self, condition: TensorLike, other: TensorLike) -> Tensor:
        """self where the condition holds, else other, elementwise."""
    def xlogy(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """PyTorch's ``xlogy``."""
    def xlogy_(input, other: Any, *, out: Tensor | None = None) -> Tensor:
        """What ``xlogy`` gives, written to the tensor itself; returns it."""
    def xpu(self, *args: Any) -> Any:
        """Always a RuntimeError: fastgrad computes on the CPU alone; write x.to(device) with device = torch.device('cpu')."""
    def zero_(self) -> Tensor:
        """Sets every element to 0; returns the tensor."""
    def __init__(self, data: TensorLike, requires_grad: builtins.bool = False) -> None: ...
    def __array_ufunc__(self, ufunc: Any, method: str, *inputs: Any, **how: Any) -> Any: ...
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
