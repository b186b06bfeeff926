"""dtypes by PyTorch's names, the classes that made tensors of them, layouts and memory formats."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.dtype import as_dtype
from fastgrad.errors import TensorTypeError, TensorValueError


class layout:
    """How a tensor's elements lie in memory."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"torch.{self._name}"


class memory_format:
    """In which order a tensor's elements lie in memory. Tensors have the order that is fastest, whatever is asked."""

    def __init__(self, name: str) -> None:
        self._name = name

    def __repr__(self) -> str:
        return f"torch.{self._name}"


class complex_dtype:
    """A name of PyTorch's for complex numbers, which programs compare with their tensors' dtypes.

    No tensor has it: where one is to be made it is a TypeError.
    """

    is_complex = True
    is_floating_point = False
    is_signed = True

    def __init__(self, name: str, itemsize: int) -> None:
        self.name = name
        self.itemsize = itemsize

    def __repr__(self) -> str:
        return f"torch.{self.name}"

    def __reduce__(self) -> Any:
        return getattr, (_this_module(), self.name)


def _this_module() -> Any:
    import sys

    return sys.modules[__name__]


complex32 = complex_dtype("complex32", 4)
complex64 = complex_dtype("complex64", 8)
complex128 = complex_dtype("complex128", 16)
strided = layout("strided")
sparse_coo = layout("sparse_coo")
sparse_csr = layout("sparse_csr")
contiguous_format = memory_format("contiguous_format")
preserve_format = memory_format("preserve_format")
channels_last = memory_format("channels_last")
channels_last_3d = memory_format("channels_last_3d")


# ---- LongTensor and its like -----------------------------------------------------------------------------------------


class _TypedTensor(type):
    """The type of the old tensor classes: what they make, and are asked by `isinstance`, is a Tensor of their dtype."""

    dtype: Any

    def __call__(cls, *args: Any, device: Any = None) -> Any:
        if all(hasattr(n, "__index__") and not getattr(n, "ndim", 0) for n in args) and args:
            return fg.empty(tuple(int(n) for n in args), dtype=cls.dtype)
        if not args:
            return fg.empty((0,), dtype=cls.dtype)
        (data,) = args
        if type(data) is not tuple and isinstance(data, tuple):  # a shape
            return fg.empty(tuple(data), dtype=cls.dtype)
        if isinstance(data, Tensor):
            if data.dtype is not cls.dtype:
                raise TensorTypeError(
                    f"{cls.__name__}: data must be of {cls.dtype}, got {data.dtype}; write x.to(dtype)"
                )
            return data
        return fg.tensor(data, dtype=cls.dtype)

    def __instancecheck__(cls, instance: Any) -> bool:
        return isinstance(instance, Tensor) and instance.dtype is cls.dtype

    def __repr__(cls) -> str:
        return f"<class 'torch.{cls.__name__}'>"


_NAMES = {
    "BFloat16Tensor": fg.bfloat16,
    "BoolTensor": fg.bool,
    "ByteTensor": fg.uint8,
    "CharTensor": fg.int8,
    "DoubleTensor": fg.float64,
    "FloatTensor": fg.float32,
    "HalfTensor": fg.float16,
    "IntTensor": fg.int32,
    "LongTensor": fg.int64,
    "ShortTensor": fg.int16,
}
CLASSES: dict[str, Any] = {
    name: _TypedTensor(name, (), {"dtype": dtype, "__module__": "torch", "__doc__": f"Tensors of {dtype}."})
    for name, dtype in _NAMES.items()
}


def name_of(dtype: Any) -> str:
    """The class of a dtype's tensors, as ``x.type()`` says it."""
    return next((name for name, d in _NAMES.items() if d is dtype), f"{dtype.name}Tensor")


def dtype_of(said: Any) -> Any:
    """The dtype that is meant by a dtype, a tensor class, or the name of one."""
    if isinstance(said, str):
        kind = said.rpartition(".")[2]
        if "cuda" in said:
            raise RuntimeError(f"type: fastgrad computes on the CPU alone, got {said!r}; write 'torch.{kind}'")
        if kind in _NAMES:
            return _NAMES[kind]
        raise TensorValueError(f"type: a tensor class such as 'torch.FloatTensor' is wanted, got {said!r}")
    if isinstance(said, _TypedTensor):
        return said.dtype
    return fg.float32 if said is Tensor else said


# ---- what numbers can be ---------------------------------------------------------------------------------------------


class finfo:
    """The limits of a floating dtype: see ``fastgrad.finfo``."""

    def __init__(self, type: Any = None) -> None:
        from fastgrad._tensor.construct import get_default_float

        dtype = get_default_float() if type is None else type
        if getattr(dtype, "kind", None) != "f":
            raise TypeError(f"torch.finfo() requires a floating point input type. Use torch.iinfo to handle {dtype!r}")
        limits = fg.finfo(dtype)
        self.dtype, self.bits, self.eps, self.max, self.min = (
            dtype.name,
            limits.bits,
            limits.eps,
            limits.max,
            limits.min,
        )
        self.tiny, self.smallest_normal, self.resolution = limits.tiny, limits.smallest_normal, limits.resolution

    def __repr__(self) -> str:
        words = ("resolution", "min", "max", "eps", "smallest_normal", "tiny")
        return f"finfo({', '.join(f'{w}={getattr(self, w):g}' for w in words)}, dtype={self.dtype})"


class iinfo:
    """The limits of an integer dtype: see ``fastgrad.iinfo``."""

    def __init__(self, type: Any) -> None:
        if getattr(type, "kind", None) not in ("i", "u"):
            raise TypeError(f"torch.iinfo() requires an integer input type. Use torch.finfo to handle {type!r}")
        limits = fg.iinfo(type)
        self.dtype, self.bits, self.min, self.max = type.name, limits.bits, limits.min, limits.max

    def __repr__(self) -> str:
        return f"iinfo(min={self.min}, max={self.max}, dtype={self.dtype})"


def result_type(tensor1: Any, tensor2: Any) -> Any:
    """The dtype of what two tensors, or a tensor and a number, give together: see ``fastgrad.result_type``."""
    return fg.result_type(tensor1, tensor2)


def promote_types(type1: Any, type2: Any) -> Any:
    """The dtype that holds what both do: see ``fastgrad.result_type``."""
    return fg.result_type(as_dtype(type1), as_dtype(type2))  # of numbers PyTorch knows none


def can_cast(from_: Any, to: Any) -> bool:
    """Whether a cast keeps the kind of number."""
    order = "buif"
    return order.index(from_.kind.replace("u", "i")) <= order.index(to.kind.replace("u", "i"))


def get_default_dtype() -> Any:
    from fastgrad._tensor.construct import get_default_float

    return get_default_float()


def set_default_dtype(d: Any) -> None:
    """Set the dtype of Python's floats, of what is given none, and of what integers become beside them."""
    from fastgrad._tensor.construct import set_default_float

    set_default_float(d)


def set_default_tensor_type(t: Any) -> None:
    """As `set_default_dtype`, of a tensor class or its name."""
    set_default_dtype(dtype_of(t))


def typename(obj: Any) -> str:
    """The name of an object's type."""
    if isinstance(obj, Tensor):
        return f"torch.{name_of(obj.dtype)}"
    return f"{type(obj).__module__}.{type(obj).__qualname__}"
