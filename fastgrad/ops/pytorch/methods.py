"""PyTorch's methods and properties of tensors that are not compiled.

Those that mean one thing are Tensor's through every door (`fastgrad.ops.methods` lists them); the others, PyTorch's
signatures of compiled methods, while the PyTorch door is open.
"""

from __future__ import annotations

from types import FunctionType
from typing import Any

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.autograd.function import in_forward
from fastgrad.ops.pytorch import (
    arithmetic,
    compare,
    complex_numbers,
    creation,
    index,
    join,
    linalg,
    random,
    reduce,
    sort,
    sparse,
    special,
    types,
    ufuncs,
    view,
)
from fastgrad.ops.pytorch.common import tensor_of, written
from fastgrad.ops.pytorch.storage import storage, untyped_storage
from fastgrad.ops.view import storage_offset


def _flag(value: Any, doc: str) -> property:
    return property(lambda self: value, doc=doc)


def _absent(name: str, advice: str) -> Any:
    def method(self: Tensor, *args: Any, **words: Any) -> Any:
        raise RuntimeError(f"{name}: {advice}")

    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    method.__doc__ = f"Always a RuntimeError: {advice}."
    return method


# ---- what changes a tensor's own shape -------------------------------------------------------------------------------


def _reshaping(function: Any, name: str) -> Any:
    def method(self: Tensor, *args: Any, **words: Any) -> Tensor:
        if self.requires_grad:
            raise RuntimeError(f"{name}: a tensor with a history keeps its shape; write x = x.{name[:-1]}(...)")
        self.data = function(self, *args, **words)
        return self

    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    method.__doc__ = f"``{name[:-1]}``, of the tensor itself."
    return method


def resize_(self: Tensor, *sizes: Any, memory_format: Any = None) -> Tensor:
    """Gives the tensor another shape; elements beyond the old ones are not set."""
    from fastgrad.ops.pytorch.common import size_of

    wanted = size_of(sizes)
    if self.requires_grad:
        raise RuntimeError("resize_: a tensor that requires gradients keeps its shape")
    fresh = fg.empty(wanted, dtype=self.dtype)
    count = min(self.numel(), fresh.numel())
    fresh.reshape(-1)[:count] = self.reshape(-1)[:count]
    self.data = fresh
    return self


def resize_as_(self: Tensor, other: Any, memory_format: Any = None) -> Tensor:
    return resize_(self, tuple(tensor_of("resize_as_", other, "the_template").shape))


# ---- what it is ------------------------------------------------------------------------------------------------------


def type_(self: Tensor, dtype: Any = None, non_blocking: bool = False) -> Any:
    """The tensor in another dtype, which may be said by a tensor class or its name; without one, that name."""
    if dtype is None:
        return f"torch.{types.name_of(self.dtype)}"
    return self.astype(types.dtype_of(dtype), copy=False)


def type_as(self: Tensor, other: Any) -> Any:
    return self.astype(other.dtype, copy=False)


def numpy(self: Tensor, *, force: bool = False) -> Any:
    """An array on the same memory; `force`: also of a tensor that requires gradients."""
    return _numpy(self.detach() if force else self)


_numpy = Tensor.numpy
_data: Any = Tensor.data


def data(self: Tensor) -> Tensor:
    """The same memory without history. What the forward of a custom function writes through it, its backward answers
    for: it does not count as a change of what was saved for gradients."""
    own: Tensor = _data.__get__(self)
    return fg.from_dlpack(own) if in_forward() else own


def _of_networks(name: str) -> Any:
    """A function of `fastgrad.nn.functional`, found when it is called."""

    def method(self: Tensor, *args: Any, **words: Any) -> Any:
        return getattr(fg.nn.functional, name)(self, *args, **words)

    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    return method


def apply_(self: Tensor, callable: Any) -> Tensor:
    """Writes what a Python function gives for each element."""
    flat = [callable(v) for v in self.reshape(-1).tolist()]
    return self.copy_(fg.tensor(flat, dtype=self.dtype).reshape(self.shape))


def map_(self: Tensor, tensor: Any, callable: Any) -> Tensor:
    """Writes what a Python function gives for each element and the one of another tensor, which is broadcast."""
    other = fg.broadcast_to(tensor, tuple(self.shape))
    flat = [callable(a, b) for a, b in zip(self.reshape(-1).tolist(), other.reshape(-1).tolist(), strict=True)]
    return self.copy_(fg.tensor(flat, dtype=self.dtype).reshape(self.shape))


def _itself(name: str) -> Any:
    def method(self: Tensor, *args: Any, **words: Any) -> Tensor:
        return self

    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    return method


def _sized(own: Any, name: str, word: str) -> Any:
    """A method of several ints or a tuple of them, which may have a name."""

    def method(self: Tensor, *args: Any, **words: Any) -> Any:
        return own(self, words.pop(word), *args, **words) if word in words else own(self, *args, **words)

    method.__name__ = name
    method.__qualname__ = f"Tensor.{name}"
    method.__doc__ = own.__doc__
    return method


def sum_to_size(self: Tensor, *size: Any) -> Any:
    """The sum over what broadcasting from this size would repeat."""
    from fastgrad.ops.pytorch.common import size_of

    wanted = size_of(size)
    lead = self.ndim - len(wanted)
    axes = [*range(lead), *(lead + i for i, n in enumerate(wanted) if n == 1 and self.shape[lead + i] != 1)]
    return (fg.sum(self, tuple(axes), None, True) if axes else self).reshape(wanted)


def polygamma(self: Tensor, n: int) -> Any:
    """The derivative of order n of ``digamma``: PyTorch's function has the order first, its method the tensor."""
    return arithmetic.polygamma(n, self)


_NO_ACCELERATOR = "fastgrad computes on the CPU alone; write x.to(device) with device = torch.device('cpu')"
_NO_COMPLEX = "there are no complex numbers"

# PyTorch's own word for a function's first argument is self, in a method.
_FROM = {
    arithmetic: """
        abs absolute acos arccos acosh arccosh add addcdiv addcmul arcsin arcsinh arctan arctan2 arctanh asin asinh
        atan atan2 atanh ceil clamp clamp_max clamp_min clip copysign cos cosh deg2rad div divide erf erfinv exp exp2
        expm1 fix float_power floor floor_divide fmax fmin fmod frac frexp gcd heaviside hypot lcm ldexp lerp log
        log10 log1p log2 logaddexp logaddexp2 logit maximum minimum mul multiply mvlgamma nan_to_num neg negative
        nextafter positive pow rad2deg reciprocal relu remainder round rsqrt sgn sigmoid sign signbit sin sinc sinh
        sqrt square sub subtract tan tanh true_divide trunc xlogy
    """,
    compare: """
        allclose bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor eq equal ge
        greater greater_equal gt is_complex is_conj is_distributed is_inference is_neg is_nonzero is_same_size
        is_signed isclose isfinite isinf isnan isneginf isposinf isreal le less less_equal logical_and logical_not
        logical_or logical_xor lt ne not_equal
    """,
    complex_numbers: "angle conj conj_physical resolve_conj resolve_neg",
    creation: "new new_empty new_full new_ones new_tensor new_zeros",
    index: """
        argwhere as_strided_scatter fill_diagonal_ gather index_add index_add_ index_copy index_copy_ index_fill
        index_fill_ index_put index_put_ index_reduce index_select masked_fill masked_fill_ masked_scatter
        masked_select narrow nonzero_static put put_ scatter scatter_add scatter_add_ scatter_reduce select
        select_scatter slice_scatter take take_along_dim
    """,
    join: """
        tile chunk dsplit flip fliplr flipud hsplit repeat_interleave roll rot90 split_with_sizes tensor_split unbind
        vsplit
    """,
    linalg: """
        matmul addbmm addmm addmv addr baddbmm bmm cholesky cholesky_inverse cholesky_solve corrcoef cov cross det dot
        geqrf ger inner inverse kron logdet lu lu_solve matrix_exp matrix_power mm mv orgqr ormqr outer pinverse qr
        slogdet svd triangular_solve vdot
    """,
    random: "bernoulli bernoulli_ cauchy_ exponential_ geometric_ log_normal_ multinomial normal_ random_ uniform_",
    reduce: """
        aminmax amax amin cummax cummin cumprod cumsum diff dist kthvalue log_softmax logcumsumexp mode nanmean
        nanmedian nanquantile nansum norm quantile renorm softmax trace
    """,
    sort: "argsort topk bincount histc histogram msort unique unique_consecutive",
    special: "erfc i0 igamma igammac",
    view: """
        adjoint as_strided broadcast_to clone contiguous diag diag_embed diagflat diagonal diagonal_scatter expand
        expand_as is_contiguous moveaxis movedim reshape_as swapaxes swapdims t tril triu unflatten unfold view
    """,
}

# Functions whose result may be written to the tensor itself.
_WRITTEN = """
    abs absolute acos acosh add addcdiv addcmul arccos arccosh arcsin arcsinh arctan arctan2 arctanh asin asinh atan
    atan2 atanh bitwise_and bitwise_left_shift bitwise_not bitwise_or bitwise_right_shift bitwise_xor clamp_max
    clamp_min copysign cos cosh cumprod cumsum deg2rad divide div eq erf erfc erfinv exp2 expm1 fix float_power
    floor_divide fmod frac gcd ge greater greater_equal gt heaviside hypot i0 igamma igammac index_reduce lcm ldexp
    le lerp less less_equal log10 log1p log2 logical_and logical_not logical_or logical_xor logit lt masked_scatter
    multiply mvlgamma nan_to_num ne neg negative nextafter not_equal rad2deg remainder renorm rsqrt scatter
    scatter_reduce sgn sign sin sinc sinh subtract tan tril triu true_divide xlogy addmm addmv addr baddbmm addbmm
"""

_KEPT = {"abs", "ceil", "exp", "floor", "log", "reciprocal", "relu", "sigmoid", "sqrt", "square", "tanh", "trunc"}


def _methods() -> dict[str, Any]:
    found: dict[str, Any] = {}
    for module, names in _FROM.items():
        for name in names.split():
            own = vars(Tensor).get(name)
            # A compiled method that takes all that PyTorch's does stays.
            if name in _KEPT and own is not None:
                continue
            found[name] = getattr(module, name)
    for name in _WRITTEN.split():
        module = next(m for m, names in _FROM.items() if name in names.split())
        found.setdefault(f"{name}_", written(getattr(module, name), f"{name}_"))
    return found


METHODS: dict[str, Any] = {
    **_methods(),
    # NumPy's functions
    "__array_function__": ufuncs.array_function,
    "__array_ufunc__": ufuncs.array_ufunc,
    "__array_wrap__": ufuncs.array_wrap,
    # devices and kinds
    "__reversed__": lambda self: fg.flip(self, 0) if self.ndim else self.clone(),
    "is_cpu": _flag(True, "True: the device is the CPU."),
    **{
        f"is_{kind}": _flag(False, "False: the device is the CPU.")
        for kind in ("cuda", "ipu", "maia", "meta", "mps", "mtia", "vulkan", "xla", "xpu", "mkldnn")
    },
    **{
        f"is_{kind}": _flag(False, "False: there are dense tensors of plain numbers alone.")
        for kind in ("nested", "quantized", "sparse", "sparse_csr")
    },
    "cuda": _absent("cuda", _NO_ACCELERATOR),
    "xpu": _absent("xpu", _NO_ACCELERATOR),
    "get_device": lambda self: -1,
    "layout": property(lambda self: types.strided, doc="``torch.strided``: elements lie in memory by strides."),
    "names": property(lambda self: (None,) * self.ndim, doc="Axes have no names."),
    "_is_view": lambda self: self._base is not None,
    "is_shared": lambda self: False,
    "is_pinned": lambda self, device=None: False,
    "round_": written(arithmetic.round, "round_"),
    "unsafe_chunk": join.chunk,
    "unsafe_split": join.split,
    "unsafe_split_with_sizes": join.split_with_sizes,
    "pin_memory": _itself("pin_memory"),
    "share_memory_": _itself("share_memory_"),
    "coalesce": _itself("coalesce"),
    "to_dense": _itself("to_dense"),
    "real": property(lambda self: self, doc="The tensor itself: its numbers are real."),
    "H": property(lambda self: self.mT, doc="A matrix transposed."),
    "mH": property(lambda self: self.mT, doc="Matrices transposed."),
    # what it is
    "nelement": lambda self: self.numel(),
    "ndimension": lambda self: self.dim(),
    "type": type_,
    "type_as": type_as,
    "byte": lambda self: self.astype(fg.uint8, copy=False),
    "char": lambda self: self.astype(fg.int8, copy=False),
    "short": lambda self: self.astype(fg.int16, copy=False),
    "numpy": numpy,
    "data": property(data, _data.__set__, doc=data.__doc__),
    "apply_": apply_,
    "map_": map_,
    "sum_to_size": sum_to_size,
    "is_set_to": lambda self, other: self.data_ptr() == other.data_ptr() and self.shape == other.shape,
    "retains_grad": property(lambda self: not self.is_leaf and self.grad is not None, doc="Whether it keeps its grad."),
    "sort": sort.method_sort,
    "max": reduce.method_max,
    "min": reduce.method_min,
    "median": reduce.method_median,
    "permute": _sized(Tensor.permute, "permute", "dims"),
    "reshape": _sized(Tensor.reshape, "reshape", "shape"),
    "where": index.method_where,
    "polygamma": polygamma,
    "polygamma_": written(polygamma, "polygamma_"),
    "hardshrink": _of_networks("hardshrink"),
    "prelu": _of_networks("prelu"),
    # its own shape
    "resize_": resize_,
    "resize_as_": resize_as_,
    "squeeze_": _reshaping(view.squeeze, "squeeze_"),
    "unsqueeze_": _reshaping(view.unsqueeze, "unsqueeze_"),
    "t_": _reshaping(view.t, "t_"),
    "transpose_": _reshaping(view.transpose, "transpose_"),
    "swapaxes_": _reshaping(view.transpose, "swapaxes_"),
    "swapdims_": _reshaping(view.transpose, "swapdims_"),
    # what there is not
    "storage": storage,
    "untyped_storage": untyped_storage,
    "set_": _absent("set_", "a tensor takes other memory by x.data = y"),
    "storage_offset": storage_offset,
    **{name: _itself(name) for name in ("to_sparse", "to_sparse_coo", "to_sparse_csr")},
    "is_coalesced": lambda self: True,
    "indices": sparse.indices,
    "values": sparse.values,
    "_indices": sparse.indices,
    "_values": sparse.values,
    "_nnz": lambda self: int((self != 0).sum()),
    "to_mkldnn": _absent("to_mkldnn", "tensors have the layout that kernels want"),
    "cfloat": _absent("cfloat", _NO_COMPLEX),
    "cdouble": _absent("cdouble", _NO_COMPLEX),
    "imag": property(_absent("imag", _NO_COMPLEX)),
}

for _name, _member in METHODS.items():
    if isinstance(_member, FunctionType) and _member.__name__ == "<lambda>":
        _member.__name__, _member.__qualname__ = _name, f"Tensor.{_name}"
del _name, _member
