"""Tensor's methods and properties, one line each, but for those that need no operation: they are in its class.

Its operators are the C functions that each family gives to ``operator_slots``. A method is the compiled function
itself; where it is also public as a function, both are one object.
"""

from __future__ import annotations

from typing import Any

from fastgrad._tensor import dtype as dtypes, exchange, pickling
from fastgrad.autograd import _engine, hooks
from fastgrad.ops import (
    arithmetic,
    cast,
    choose,
    compare,
    index,
    inplace,
    linalg,
    math,
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
    "zero_": inplace.zero_,
    # to Python, NumPy and others
    "__array__": exchange.__array__,
    "__copy__": pickling.__copy__,
    "__deepcopy__": pickling.__deepcopy__,
    "__dlpack__": exchange.__dlpack__,
    "__dlpack_device__": exchange.__dlpack_device__,
    "__reduce_ex__": pickling.__reduce_ex__,
    "numpy": exchange.numpy,
    "tolist": exchange.tolist,
    # gradients
    "backward": _engine._method_backward,
    "register_hook": hooks.register_hook,
    "register_post_accumulate_grad_hook": hooks.register_post_accumulate_grad_hook,
    "retain_grad": hooks.retain_grad,
}


def _named(function: Any, name: str) -> None:
    """Give a function that is only a method its name, also in the signature that its docstring begins with."""
    own, doc = function.__name__, function.__doc__
    if own == "method" or (own.startswith("_") and not own.startswith("__")):
        function.__name__, function.__qualname__ = name, f"Tensor.{name}"
        if doc.startswith(own):
            function.__doc__ = name + doc[len(own) :]


for _name, _member in METHODS.items():
    _named(_member.fget if isinstance(_member, property) else _member, _name)
set_members(METHODS)
del _name, _member
