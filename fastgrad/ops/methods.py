"""Tensor's methods and properties, one line each, but for those that need no operation: they are in its class.

Its operators are the C functions that each family gives to ``operator_slots``. A method is the compiled function
itself; where it is also public as a function, both are one object.
"""

from __future__ import annotations

from typing import Any

from fastgrad._tensor import Tensor, dtype as dtypes, exchange, pickling
from fastgrad.autograd import _gradients, hooks
from fastgrad.ops import (
    arithmetic,
    cast,
    choose,
    compare,
    index,
    inplace,
    linalg,
    math,
    protocols,
    reduce,
    search,
    sort,
    view,
    vocabulary,
)
from fastgrad.ops._common import set_members
from fastgrad.ops.inplace import in_place

METHODS: dict[str, Any] = {
    # elementwise
    "abs": math.abs,
    "abs_": in_place(math.abs),
    "acos": math.acos,
    "acosh": math.acosh,
    "add": arithmetic.add,
    "add_": inplace._add_,
    "asin": math.asin,
    "asinh": math.asinh,
    "atan": math.atan,
    "atanh": math.atanh,
    "ceil": math.ceil,
    "ceil_": in_place(math.ceil),
    "clamp": choose.clip,
    "clamp_": inplace._clip_,
    "clip": choose.clip,
    "clip_": inplace._clip_,
    "cos": math.cos,
    "cosh": math.cosh,
    "digamma": math.digamma,
    "digamma_": in_place(math.digamma),
    "div": arithmetic.divide,
    "div_": inplace._div_,
    "erf": math.erf,
    "erfinv": math.erfinv,
    "exp": math.exp,
    "exp2": math.exp2,
    "exp_": in_place(math.exp),
    "expm1": math.expm1,
    "floor": math.floor,
    "floor_": in_place(math.floor),
    "isfinite": compare.isfinite,
    "isinf": compare.isinf,
    "isnan": compare.isnan,
    "lgamma": math.lgamma,
    "lgamma_": in_place(math.lgamma),
    "log": math.log,
    "log10": math.log10,
    "log1p": math.log1p,
    "log2": math.log2,
    "log_": in_place(math.log),
    "logical_not": compare.logical_not,
    "maximum": choose.maximum,
    "minimum": choose.minimum,
    "mul": arithmetic.multiply,
    "mul_": inplace._mul_,
    "neg": arithmetic.negative,
    "pow": arithmetic.pow,
    "pow_": inplace._pow_,
    "reciprocal": math.reciprocal,
    "reciprocal_": in_place(math.reciprocal),
    "relu": math.relu,
    "relu_": in_place(math.relu),
    "round": math.round,
    "round_": in_place(math.round),
    "rsqrt": math.rsqrt,
    "sigmoid": math.sigmoid,
    "sigmoid_": in_place(math.sigmoid),
    "sign": math.sign,
    "sin": math.sin,
    "sinh": math.sinh,
    "sqrt": math.sqrt,
    "sqrt_": in_place(math.sqrt),
    "square": math.square,
    "square_": in_place(math.square),
    "sub": arithmetic.subtract,
    "sub_": inplace._sub_,
    "tan": math.tan,
    "tanh": math.tanh,
    "tanh_": in_place(math.tanh),
    "trunc": math.trunc,
    "trunc_": in_place(math.trunc),
    "where": choose._method_where,
    # along axes
    "all": reduce.all,
    "any": reduce.any,
    "argmax": search.argmax,
    "argmin": search.argmin,
    "argsort": sort.argsort,
    "count_nonzero": search.count_nonzero,
    "cumulative_sum": reduce.cumulative_sum,
    "logsumexp": reduce.logsumexp,
    "max": vocabulary.max,
    "mean": reduce.mean,
    "min": vocabulary.min,
    "norm": linalg._method_norm,
    "prod": reduce.prod,
    "sort": vocabulary.sort,
    "std": vocabulary.std,
    "sum": reduce.sum,
    "topk": sort.topk,
    "var": vocabulary.var,
    # products
    "matmul": linalg.matmul,
    # shapes and places
    "T": property(view._property_T),
    "expand": view._method_expand,
    "flatten": view.flatten,
    "mT": property(view.matrix_transpose),
    "nonzero": vocabulary.nonzero,
    "permute": view._method_permute,
    "ravel": view.ravel,
    "repeat": vocabulary.repeat,
    "reshape": view._method_reshape,
    "split": vocabulary.split,
    "squeeze": vocabulary.squeeze,
    "swapaxes": view.swapaxes,
    "take": index.take,
    "take_along_axis": index.take_along_axis,
    "tile": vocabulary.tile,
    "transpose": vocabulary.transpose,
    "unflatten": view.unflatten,
    "unsqueeze": view._method_unsqueeze,
    "view": view._method_view,
    "view_as": view._method_view_as,
    # copies and dtypes
    "astype": cast.astype,
    "bfloat16": cast.conversion(dtypes.bfloat16),
    "bool": cast.conversion(dtypes.bool_),
    "clone": cast.clone,
    "contiguous": cast.contiguous,
    "copy": cast.clone,
    "copy_": inplace.copy_,
    "cpu": cast.cpu,
    "double": cast.conversion(dtypes.float64),
    "fill_": inplace.fill_,
    "float": cast.conversion(dtypes.float32),
    "half": cast.conversion(dtypes.float16),
    "int": cast.conversion(dtypes.int32),
    "long": cast.conversion(dtypes.int64),
    "to": cast.to,
    "to_device": cast.to_device,
    "zero_": inplace.zero_,
    # to Python, NumPy and others
    "__array__": exchange.__array__,
    "__array_function__": protocols.__array_function__,
    "__array_ufunc__": protocols.__array_ufunc__,
    "__copy__": pickling.__copy__,
    "__deepcopy__": pickling.__deepcopy__,
    "__dlpack__": exchange.__dlpack__,
    "__dlpack_device__": exchange.__dlpack_device__,
    "__reduce_ex__": pickling.__reduce_ex__,
    "numpy": exchange.numpy,
    "tolist": exchange.tolist,
    # gradients
    "backward": _gradients._method_backward,
    "register_hook": hooks.register_hook,
    "register_post_accumulate_grad_hook": hooks.register_post_accumulate_grad_hook,
    "retain_grad": hooks.retain_grad,
}

# PyTorch's, of one meaning: in `fastgrad.ops.pytorch`, which is imported when the first one is asked for.
LATER = """
    _is_view
    H absolute absolute_ acos_ acosh_ addbmm addbmm_ addcdiv addcdiv_ addcmul addcmul_ addmm addmm_ addmv addmv_
    addr addr_ adjoint allclose amax amin aminmax angle apply_ arccos arccos_ arccosh arccosh_ arcsin arcsin_ arcsinh
    arcsinh_ arctan arctan_ arctan2 arctan2_ arctanh arctanh_ argwhere as_strided as_strided_scatter asin_ asinh_
    atan_ atan2 atan2_ atanh_ baddbmm baddbmm_ bernoulli bernoulli_ bincount bitwise_and bitwise_and_
    bitwise_left_shift bitwise_left_shift_ bitwise_not bitwise_not_ bitwise_or bitwise_or_ bitwise_right_shift
    bitwise_right_shift_ bitwise_xor bitwise_xor_ bmm broadcast_to byte cauchy_ cdouble cfloat char cholesky
    cholesky_inverse cholesky_solve chunk clamp_max clamp_max_ clamp_min clamp_min_ coalesce conj conj_physical
    copysign copysign_ corrcoef cos_ cosh_ cov cross cuda cummax cummin cumprod cumprod_ cumsum cumsum_ deg2rad
    deg2rad_ det diag diag_embed diagflat diagonal diagonal_scatter diff dist divide divide_ dot dsplit eq eq_ equal
    erf_ erfc erfc_ erfinv_ exp2_ expand_as expm1_ exponential_ fill_diagonal_ fix fix_ flip fliplr flipud
    float_power float_power_ floor_divide floor_divide_ fmax fmin fmod fmod_ frac frac_ frexp gather gcd gcd_ ge ge_
    geometric_ geqrf ger get_device greater greater_ greater_equal greater_equal_ gt gt_ hardshrink heaviside
    heaviside_ histc histogram hsplit hypot hypot_ i0 i0_ igamma igamma_ igammac igammac_ imag index_add index_add_
    index_copy index_copy_ index_fill index_fill_ index_put index_put_ index_reduce index_reduce_ index_select inner
    inverse is_complex is_conj is_cpu is_cuda is_distributed is_inference is_ipu is_maia is_meta is_mkldnn is_mps
    is_mtia is_neg is_nested is_nonzero is_pinned is_quantized is_same_size is_set_to is_shared is_signed is_sparse
    is_sparse_csr is_vulkan is_xla is_xpu isclose isneginf isposinf isreal kron kthvalue layout lcm lcm_ ldexp
    ldexp_ le le_ lerp lerp_ less less_ less_equal less_equal_ log10_ log1p_ log2_ log_normal_ log_softmax logaddexp
    logaddexp2 logcumsumexp logdet logical_and logical_and_ logical_not_ logical_or logical_or_ logical_xor
    logical_xor_ logit logit_ lt lt_ lu lu_solve mH map_ masked_fill masked_fill_ masked_scatter masked_scatter_
    masked_select matrix_exp matrix_power median mm mode moveaxis movedim msort multinomial multiply multiply_ mv
    mvlgamma mvlgamma_ names nan_to_num nan_to_num_ nanmean nanmedian nanquantile nansum narrow ndimension ne ne_
    neg_ negative negative_ nelement new new_empty new_full new_ones new_tensor new_zeros nextafter nextafter_
    nonzero_static normal_ not_equal not_equal_ orgqr ormqr outer pin_memory pinverse polygamma polygamma_ positive
    prelu put_ qr quantile rad2deg rad2deg_ random_ real remainder remainder_ renorm renorm_ repeat_interleave
    reshape_as resize_ resize_as_ resolve_conj resolve_neg retains_grad roll rot90 rsqrt_ scatter scatter_
    scatter_add scatter_add_ scatter_reduce scatter_reduce_ select select_scatter set_ sgn sgn_ share_memory_ short
    sign_ signbit sin_ sinc sinc_ sinh_ slice_scatter slogdet softmax split_with_sizes squeeze_ storage
    storage_offset subtract subtract_ sum_to_size svd swapaxes_ swapdims swapdims_ t t_ take_along_dim tan_
    tensor_split to_dense to_mkldnn to_sparse to_sparse_csr trace transpose_ triangular_solve tril tril_ triu triu_
    true_divide true_divide_ type type_as unbind unfold uniform_ unique unique_consecutive unsafe_chunk unsafe_split
    unsafe_split_with_sizes unsqueeze_ untyped_storage vdot vsplit xlogy xlogy_ xpu
"""


def _named(function: Any, name: str) -> None:
    """Give a function that is only a method its name, also in the signature that its docstring begins with."""
    own, doc = function.__name__, function.__doc__
    if own == "method" or (own.startswith("_") and not own.startswith("__")):
        function.__name__, function.__qualname__ = name, f"Tensor.{name}"
        if doc.startswith(own):
            function.__doc__ = name + doc[len(own) :]


class _Later:
    """A member of Tensor until it is asked for."""

    def __init__(self, name: str) -> None:
        self.name = name

    def __get__(self, x: Any, owner: Any = None) -> Any:
        from fastgrad.ops.pytorch import methods

        own = vars(Tensor)
        set_members({name: methods.METHODS[name] for name in LATER.split() if type(own[name]) is _Later})
        return getattr(owner if x is None else x, self.name)


for _name, _member in METHODS.items():
    _named(_member.fget if isinstance(_member, property) else _member, _name)
set_members(METHODS)
set_members({_name: _Later(_name) for _name in LATER.split()})
del _name, _member
