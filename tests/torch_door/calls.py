"""Calls of PyTorch's functions: what the door is compared on. A line is a function, its parameters, and arguments.

A parameter with a star is only a keyword. What `F`, `I` and the like make is drawn anew for each seed, as an array that
becomes a tensor of either library. ``method`` says whether the same is a method of tensors.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np


@dataclass(frozen=True)
class Drawn:
    """An argument that is drawn: of a shape, floats by default; `below` gives integers, `truth` bools."""

    shape: tuple[int, ...]
    below: int | None = None
    least: float = -2.0
    most: float = 2.0
    kind: str = "float"

    def array(self, random: np.random.RandomState) -> np.ndarray:
        if self.kind == "bool":
            return np.asarray(random.random_sample(self.shape) < 0.5)
        if self.kind == "int":
            return np.asarray(random.randint(int(self.least), self.below, self.shape), dtype=np.int64)
        if self.kind == "places":  # no two equal
            count = int(np.prod(self.shape[-1:]))
            rows = [random.permutation(self.below)[:count] for _ in range(int(np.prod(self.shape[:-1])))]
            return np.asarray(rows, dtype=np.int64).reshape(self.shape)
        if self.kind == "sorted":
            return np.sort(random.uniform(self.least, self.most, self.shape), axis=-1)
        drawn = np.asarray(random.uniform(self.least, self.most, self.shape))
        if self.kind == "signs":
            return np.sign(drawn)
        if self.kind == "holes":
            return np.where(random.random_sample(self.shape) < 0.2, np.nan, drawn)
        if self.kind == "regular":
            return drawn + 3 * self.shape[-1] * np.eye(self.shape[-1])
        return drawn if self.kind == "float" else drawn @ np.swapaxes(drawn, -1, -2) + np.eye(self.shape[-1])


def F(*shape: int, least: float = -2.0, most: float = 2.0) -> Drawn:
    return Drawn(shape, least=least, most=most)


def I(*shape: int, below: int = 5, least: int = 0) -> Drawn:  # noqa: E743
    return Drawn(shape, below, least, kind="int")


def P(*shape: int, below: int) -> Drawn:
    return Drawn(shape, below, kind="places")


def B(*shape: int) -> Drawn:
    return Drawn(shape, kind="bool")


def R(*shape: int) -> Drawn:
    """Matrices with an inverse."""
    return Drawn(shape, kind="regular")


def D(*shape: int) -> Drawn:
    """Symmetric, positive definite matrices."""
    return Drawn(shape, kind="positive")


def N(*shape: int) -> Drawn:
    """Some of them NaN."""
    return Drawn(shape, kind="holes")


def SIGNS(*shape: int) -> Drawn:
    return Drawn(shape, kind="signs")


def S01(*shape: int) -> Drawn:
    return Drawn(shape, least=0.0, most=1.0, kind="sorted")


def S(*shape: int) -> Drawn:
    return Drawn(shape, kind="sorted")


@dataclass(frozen=True)
class Call:
    name: str
    parameters: str
    arguments: tuple[Any, ...]
    method: bool = True
    keywords: bool = True
    gradient: bool = True

    def __repr__(self) -> str:
        return f"{self.name}({', '.join(self.parameters.split()[: len(self.arguments)])})"


CALLS: list[Call] = []


def call(name: str, parameters: str, *calls: tuple[Any, ...], **options: Any) -> None:
    for arguments in calls:
        CALLS.append(Call(name, parameters, arguments, **options))


# ---- elementwise ----
ANYWHERE = """
    abs absolute angle atan arctan asinh arcsinh ceil cos cosh deg2rad erf erfc exp exp2 expm1 fix floor frac neg
    negative positive rad2deg relu sigmoid sgn sign sin sinc sinh square tan tanh trunc round signbit isfinite isinf
    isnan isposinf isneginf isreal logical_not
"""
POSITIVE = "log log10 log1p log2 reciprocal rsqrt sqrt"
INSIDE = "acos arccos asin arcsin atanh arctanh erfinv logit"
for _name in ANYWHERE.split():
    call(_name, "input", (F(3, 4),), (F(),))
for _name in ("lgamma", "digamma"):
    call(_name, "input", (F(3, 4, least=2.5, most=6.0),))
call("polygamma", "n input", (1, F(3, 4, least=2.5, most=6.0)), (2, F(3, 4, least=2.5, most=6.0)), method=False)
for _name in ("igamma", "igammac"):
    call(_name, "input other", (F(3, 4, least=0.5, most=6.0), F(3, 4, least=0.5, most=6.0)), gradient=False)
call("mvlgamma", "input p", (F(3, 4, least=2.5, most=6.0), 3))
for _name in POSITIVE.split():
    call(_name, "input", (F(3, 4, least=0.2),))
for _name in INSIDE.split():
    call(_name, "input", (F(3, 4, least=-0.9 if _name != "logit" else 0.1, most=0.9),))
for _name in ("acosh", "arccosh"):
    call(_name, "input", (F(3, 4, least=1.1),))
call("round", "input *decimals", (F(3, 4), 1))
call("logit", "input eps", (F(3, 4, least=-0.2, most=1.2), 0.1))
for _name in [
    "mul",
    "multiply",
    "maximum",
    "minimum",
    "fmax",
    "fmin",
    "atan2",
    "arctan2",
    "hypot",
    "copysign",
    "logaddexp",
    "logaddexp2",
    "true_divide",
]:
    call(_name, "input other", (F(3, 4), F(4)))
for _name in ["eq", "ne", "not_equal", "lt", "less", "le", "less_equal", "gt", "greater", "ge", "greater_equal"]:
    call(_name, "input other", (I(3, 4), I(4)), (F(3, 4), 0.5))
for _name in ["add", "sub", "subtract"]:
    call(_name, "input other *alpha", (F(3, 4), F(4)), (F(3, 4), 2.0), (F(3, 4), F(3, 1), 0.5))
call("rsub", "input other *alpha", (F(3, 4), F(4)), (F(3, 4), 1.0, 2), method=False)
for _name in ("div", "divide"):
    call(_name, "input other *rounding_mode", (F(3, 4), F(4, least=0.5)), (I(3, 4, least=-9, below=9), 2))
    call(
        _name,
        "input other *rounding_mode",
        (F(3, 4), 0.3, "floor"),
        (F(3, 4), 0.3, "trunc"),
        (I(5, least=-9), 2, "trunc"),
    )
    call(_name, "input other *rounding_mode", (I(5, least=-9), 2, "floor"))
call("nextafter", "input other", (F(3, 4), F(3, 4)), (F(3, 1), F(4)), gradient=False)
for _name in ["floor_divide", "remainder", "fmod"]:
    call(
        _name,
        "input other",
        (F(3, 4), F(4, least=0.5)),
        (I(6, least=-9, below=9), 4),
        gradient=_name != "floor_divide",
    )
call("pow", "input exponent", (F(3, least=0.3), F(3)), (F(3, 2), 2), (I(4), 2))
call("float_power", "input exponent", (I(3, least=1), 2), (F(3, least=0.1), 1.5))
call("xlogy", "input other", (F(3, 4), F(3, 4, least=0.1)))
call("ldexp", "input other", (F(3), I(3)))
call("heaviside", "input values", (F(3, 4), F()), keywords=False, gradient=False)
call("gcd", "input other", (I(5, below=40), I(5, below=40)))
call("lcm", "input other", (I(5, below=40), I(5, below=40)))
call("addcmul", "input tensor1 tensor2 *value", (F(3), F(2, 3), F(3)), (F(3), F(3), F(3), 0.5))
call("addcdiv", "input tensor1 tensor2 *value", (F(3), F(2, 3), F(3, least=0.5)), (F(3), F(3), F(3, least=1), 0.5))
call("lerp", "input end weight", (F(3), F(3), 0.3), (F(3), F(3), F(3)))
call(
    "clamp",
    "input min max",
    (F(3, 4), -1, 1),
    (F(3, 4), None, 0.5),
    (F(3, 4), 0.0),
    (F(3), F(3, most=0), F(3, least=0)),
)
call("clip", "input min max", (F(3, 4), -1.0, 1.0))
call("clamp_min", "input min", (F(3, 4), 0.1))
call("clamp_max", "input max", (F(3, 4), 0.1))
call("nan_to_num", "input nan posinf neginf", (F(3, 4),), (F(3), 1.0, 2.0, 3.0))
call("bitwise_and", "input other", (I(4), I(4)), (B(4), B(4)))
call("bitwise_or", "input other", (I(4), I(4)))
call("bitwise_xor", "input other", (I(4), 3))
call("bitwise_not", "input", (I(4),), (B(4),))
call("bitwise_left_shift", "input other", (I(4), 2))
call("bitwise_right_shift", "input other", (I(4, below=99), 2))
for _name in ("logical_and", "logical_or", "logical_xor"):
    call(_name, "input other", (B(3, 4), B(4)), (I(4), I(4)))

# ---- along axes ----
call("sum", "input dim keepdim", (F(3, 4),), (F(3, 4), 1), (F(3, 4), (0, 1), True), (I(3, 4), 0), (B(3, 4), -1))
call("mean", "input dim keepdim", (F(3, 4),), (F(3, 4), 1), (F(3, 4, 2), (0, 2), True))
call("nansum", "input dim keepdim", (F(3, 4), 1))
call("nanmean", "input dim keepdim", (F(3, 4), 1, True))
call("prod", "input dim keepdim", (F(3, 4),), (F(3, 4), 1), (F(3, 4), 0, True), (I(3, 4), 0))
call("all", "input dim keepdim", (B(3, 4),), (B(3, 4), 1), (B(3, 4), 1, True))
call("any", "input dim keepdim", (B(3, 4),), (B(3, 4), 1), (B(3, 4), 1, True))
call("count_nonzero", "input dim", (I(3, 4, below=2),), (I(3, 4, below=2), 1))
call("argmax", "input dim keepdim", (F(3, 4),), (F(3, 4), 1), (F(3, 4), 1, True))
call("argmin", "input dim keepdim", (F(3, 4),), (F(3, 4), 1), (F(3, 4), 1, True))
call("logsumexp", "input dim keepdim", (F(3, 4), 1), (F(3, 4), (0, 1), True))
call("softmax", "input dim", (F(3, 4), 1), (F(3, 4), -2))
call("log_softmax", "input dim", (F(3, 4), 1))
call("max", "input dim keepdim", (F(3, 4),), (F(3, 4), 1), (F(3, 4), 0, True))
call("min", "input dim keepdim", (F(3, 4),), (F(3, 4), 1), (F(3, 4), 0, True))
call("max", "input other", (F(3, 4), F(4)))
call("min", "input other", (F(3, 4), F(4)))
call("amax", "input dim keepdim", (F(3, 4),), (F(3, 4), 1), (F(3, 4), (0, 1), True))
call("amin", "input dim keepdim", (F(3, 4),), (F(3, 4), 1))
call("aminmax", "input *dim *keepdim", (F(3, 4),), (F(3, 4), 1, True))
call("std", "input dim unbiased keepdim", (F(3, 4),), (F(3, 4), 1), (F(3, 4), 1, False), (F(3, 4), (0, 1), True, True))
call("var", "input dim unbiased keepdim", (F(3, 4),), (F(3, 4), 1), (F(3, 4), 1, False, True))
call("std", "input *dim *correction *keepdim", (F(3, 4), 1, 0), (F(3, 4), 1, 2, True))
call("var", "input unbiased", (F(3, 4), False))
call("std_mean", "input dim unbiased", (F(3, 4),), (F(3, 4), 1), (F(3, 4), 1, False), method=False)
call("var_mean", "input dim unbiased", (F(3, 4),), (F(3, 4), 1), method=False)
call(
    "norm",
    "input p dim keepdim",
    (F(3, 4),),
    (F(3, 4), 2),
    (F(3, 4), 1, 1),
    (F(3, 4), 2, 1, True),
    (F(2, 3, 4), 2, (0, 2)),
)
call("norm", "input p dim keepdim", (F(3, 4), float("inf"), 0), (F(3, 4), "fro", (0, 1)))
call("dist", "input other p", (F(3, 4), F(3, 4)), (F(3), F(3), 1))
call("median", "input dim keepdim", (F(3, 4),), (F(3, 5), 1), (F(3, 4), 0, True))
call("kthvalue", "input k dim keepdim", (F(3, 4), 2), (F(3, 4), 1, 0, True))
call("mode", "input dim keepdim", (I(4, 7, below=3), 1), (I(4, 7, below=3), 1, True))
call("quantile", "input q dim keepdim", (F(3, 7), 0.3), (F(3, 7), 0.25, 1), (F(3, 7), 0.9, 1, True))
call(
    "quantile",
    "input q dim keepdim *interpolation",
    *((F(7), 0.3, 0, False, w) for w in ("lower", "higher", "midpoint", "nearest")),
)
call("cumsum", "input dim", (F(3, 4), 1), (I(3, 4), 0), (F(), 0))
call("cumprod", "input dim", (F(3, 4), 1), (I(3, 4), 0), (F(9), 0))
call("cummax", "input dim", (F(3, 4), 1), (I(3, 4), 0))
call("cummin", "input dim", (F(3, 4), 1), (I(3, 4), 0))
call("logcumsumexp", "input dim", (F(3, 4), 1))
call("diff", "input n dim", (F(3, 4),), (F(3, 6), 2, 1))
call("trace", "input", (F(3, 4),), keywords=False)
call("trapezoid", "y", (F(3, 4),), method=False)

# ---- order ----
call("sort", "input dim descending", (F(3, 4),), (F(3, 4), 0), (F(3, 4), 1, True))
call("argsort", "input dim descending", (F(3, 4),), (F(3, 4), 0, True))
call("msort", "input", (F(3, 4),))
call("topk", "input k dim largest sorted", (F(3, 4), 2), (F(3, 4), 1, 0), (F(3, 4), 2, 1, False))
call("unique", "input sorted return_inverse return_counts", (I(9),), (I(3, 4), True, True, True))
call("unique", "input *dim", (I(6, 2, below=2), 0))
call("unique_consecutive", "input return_inverse return_counts", (I(9, below=2),), (I(9, below=2), True, True))
call("bincount", "input weights minlength", (I(9),), (I(9), F(9)), (I(9), None, 12), gradient=False)
call("histc", "input bins min max", (F(20), 5, -2, 2), (F(20), 4))
call("searchsorted", "sorted_sequence input *right", (S(7), F(3, 2)), (S(2, 7), F(2, 3), True), method=False)
call("bucketize", "input boundaries *right", (F(3, 2), S(7)), (F(3), S(4), True), method=False)

# ---- places ----
call("gather", "input dim index", (F(3, 4), 1, I(3, 2, below=4)), (F(3, 4), 0, I(2, 3, below=3)), (F(5), -1, I(7)))
call("scatter", "input dim index src", (F(3, 5), 1, P(3, 2, below=5), F(3, 2)))
call("scatter", "input dim index src", (F(3, 5), 1, P(2, 2, below=5), F(3, 3)), gradient=False)
call("scatter", "input dim index value", (F(3, 5), 1, P(3, 2, below=5), 1.5))
call("scatter", "input dim index src *reduce", (F(3, 5), 1, I(3, 2), F(3, 2), "add"), gradient=False)
call("scatter_add", "input dim index src", (F(3, 5), 1, I(3, 7), F(3, 7)), (I(3, 5), 0, I(2, 5, below=3), I(2, 5)))
for _how in ("sum", "mean", "amax", "amin", "prod"):
    call("scatter_reduce", "input dim index src reduce *include_self", (F(3, 5), 1, I(3, 7), F(3, 7), _how))
    call(
        "scatter_reduce",
        "input dim index src reduce *include_self",
        (F(3, 5), 1, I(3, 7), F(3, 7), _how, False),
        gradient=False,
    )
call("index_select", "input dim index", (F(3, 4), 1, I(6, below=4)), (F(3, 4), 0, I(2, below=3)))
call("index_add", "input dim index source *alpha", (F(5, 3), 0, I(7), F(7, 3)), (F(2, 5), 1, I(7), F(2, 7), 0.5))
call("index_copy", "input dim index source", (F(5, 3), 0, P(3, below=5), F(3, 3)))
call("index_fill", "input dim index value", (F(5, 3), 0, I(3), 1.5))
call("index_put", "input indices values accumulate", (F(5, 3), (I(4, below=5), I(4, below=3)), F(4), True))
call(
    "masked_fill", "input mask value", (F(3, 4), B(3, 4), 9.0), (F(3, 4), B(4), -float("inf")), (F(3, 4), B(3, 1), F())
)
call("masked_select", "input mask", (F(3, 4), B(3, 4)), (F(3, 4), B(4)))
call("masked_scatter", "input mask source", (F(3, 4), B(3, 4), F(12)))
call("take", "input index", (F(3, 4), I(2, 3, below=12)))
call("take_along_dim", "input indices dim", (F(3, 4), I(3, 2, below=4), 1), (F(3, 4), I(5, below=12)))
call("where", "condition input other", (B(3, 4), F(3, 4), F(4)), (B(3, 4), F(3, 4), 0.0), (B(3, 4),), method=False)
call("nonzero", "input", (I(3, 4, below=2),), (B(5),))
call("nonzero", "input *as_tuple", (I(3, 4, below=2), True))
call("argwhere", "input", (I(3, 4, below=2),))
call("select", "input dim index", (F(3, 4), 1, 2))
call(
    "as_strided",
    "input size stride storage_offset",
    (F(3, 4), (2, 3), (4, 1), 1),
    (F(12), (3, 2), (1, 3)),
    (F(2), (), ()),
)
call("narrow", "input dim start length", (F(3, 4), 1, 1, 2), (F(3, 4), 0, -2, 1))
call("select_scatter", "input src dim index", (F(3, 4), F(3), 1, 2))
call("slice_scatter", "input src dim start end", (F(5, 4), F(2, 4), 0, 1, 3))

# ---- joining and cutting ----
for _name in ("cat", "concat", "concatenate"):
    call(_name, "tensors dim", ([F(3, 4), F(2, 4)],), ([F(3, 4), F(3, 2)], 1), method=False)
call("stack", "tensors dim", ([F(3, 4), F(3, 4)],), ([F(3), F(3)], 1), method=False)
for _name in ("hstack", "vstack", "dstack", "row_stack", "column_stack"):
    call(_name, "tensors", ([F(3), F(3)],), ([F(2, 3), F(2, 3)],), method=False)
call("split", "tensor split_size_or_sections dim", (F(5, 4), 2), (F(5, 4), [1, 3], 1), (F(5), 2))
call("chunk", "input chunks dim", (F(5, 4), 2), (F(5, 6), 3, 1), (F(5), 4))
call("tensor_split", "input indices_or_sections dim", (F(7, 4), 3), (F(7), (2, 5)), keywords=False)
call("tensor_split", "input sections", (F(7, 4), 3), (F(2, 3), 1))
call("tensor_split", "input indices dim", (F(7), (2, 5), 0), (F(2, 6), (1,), 1))
call("unbind", "input dim", (F(3, 4),), (F(3, 4), 1))
call("hsplit", "input indices_or_sections", (F(3, 4), 2), keywords=False)
call("vsplit", "input indices_or_sections", (F(4, 3), 2), keywords=False)
call("hsplit", "input sections", (F(3, 4), 2), (F(6), 3))
call("vsplit", "input indices", (F(4, 3), (1, 2)), (F(4, 3), [3]))
call("tile", "input dims", (F(3), (2,)), (F(2, 3), (2, 1, 2)))
call("repeat_interleave", "input repeats dim", (F(3, 4), 2), (F(3, 4), 2, 1), (F(3), I(3), 0))
call("roll", "input shifts dims", (F(3, 4), 1), (F(3, 4), 1, 0), (F(3, 4), (1, -1), (0, 1)))
call("flip", "input dims", (F(3, 4), (0,)), (F(3, 4), (0, 1)))
call("fliplr", "input", (F(3, 4),))
call("flipud", "input", (F(3, 4),))
for _k in (0, 1, 2, 3):
    call("rot90", "input k dims", (F(3, 4), _k, (0, 1)))
call("meshgrid", "", (F(3), F(2)), method=False, keywords=False)
call("cartesian_prod", "", (F(3), F(2)), method=False, keywords=False)
call("combinations", "input r", (F(4),), (F(4), 3), method=False)
call("block_diag", "", (F(2, 3), F(2)), method=False, keywords=False)
for _n in (1, 2, 3):
    call(f"atleast_{_n}d", "", (F(),), (F(3),), (F(2, 3),), method=False, keywords=False)

# ---- shapes ----
call("reshape", "input shape", (F(3, 4), (2, 6)), (F(3, 4), (-1,)))
call("transpose", "input dim0 dim1", (F(3, 4), 0, 1), (F(2, 3, 4), -1, 0))
call("swapaxes", "input axis0 axis1", (F(3, 4), 0, 1))
call("swapdims", "input dim0 dim1", (F(3, 4), 0, 1))
call("t", "input", (F(3, 4),), (F(3),))
call("adjoint", "input", (F(2, 3, 4),), keywords=False)
call("permute", "input dims", (F(2, 3, 4), (2, 0, 1)))
call("movedim", "input source destination", (F(2, 3, 4), 0, 2))
call("moveaxis", "input source destination", (F(2, 3, 4), (0, 1), (1, 2)))
call("squeeze", "input dim", (F(1, 3, 1),), (F(1, 3, 1), 0), (F(1, 3, 1), 1))
call("unsqueeze", "input dim", (F(3, 4), 0), (F(3, 4), -1))
call("flatten", "input start_dim end_dim", (F(2, 3, 4),), (F(2, 3, 4), 1), (F(2, 3, 4), 0, 1))
call("unflatten", "input dim sizes", (F(3, 4), 1, (2, 2)), (F(6), 0, (-1, 2)))
call("ravel", "input", (F(3, 4),))
call("broadcast_to", "input size", (F(4), (3, 4)))
call("broadcast_tensors", "", (F(4), F(3, 1)), method=False, keywords=False)
call("clone", "input", (F(3, 4),))
call("detach", "input", (F(3, 4),))
call("tril", "input diagonal", (F(3, 4),), (F(3, 4), 1))
call("triu", "input diagonal", (F(3, 4),), (F(3, 4), -1))
call("diag", "input diagonal", (F(3),), (F(3, 4),), (F(3), 1), (F(4, 3), -1))
call("diagonal", "input offset dim1 dim2", (F(3, 4),), (F(3, 4), 1), (F(2, 3, 4), 0, 1, 2), (F(4, 4), -1))
call("diag_embed", "input offset dim1 dim2", (F(2, 3),), (F(2, 3), 1))
call("diagflat", "input offset", (F(2, 2),))
call("diagonal_scatter", "input src", (F(3, 3), F(3)))

# ---- products ----
call("matmul", "input other", (F(3, 4), F(4, 2)), (F(4), F(4)), (F(2, 3, 4), F(4)))
call("mm", "input mat2", (F(3, 4), F(4, 2)))
call("bmm", "input mat2", (F(2, 3, 4), F(2, 4, 2)))
call("mv", "input vec", (F(3, 4), F(4)))
call("dot", "input tensor", (F(4), F(4)))
call("vdot", "input other", (F(4), F(4)))
call("inner", "input other", (F(3, 4), F(2, 4)), (F(4), F(4)))
call("outer", "input vec2", (F(3), F(4)))
call("ger", "input vec2", (F(3), F(4)))
call("addmm", "input mat1 mat2 *beta *alpha", (F(2), F(3, 4), F(4, 2)), (F(3, 2), F(3, 4), F(4, 2), 0.5, 2.0))
call("addmv", "input mat vec *beta *alpha", (F(3), F(3, 4), F(4)))
call("addr", "input vec1 vec2 *beta *alpha", (F(3, 4), F(3), F(4), 0.5))
call("baddbmm", "input batch1 batch2 *beta *alpha", (F(2, 3, 2), F(2, 3, 4), F(2, 4, 2), 0.5, 2.0))
call("addbmm", "input batch1 batch2 *beta *alpha", (F(3, 2), F(2, 3, 4), F(2, 4, 2)))
call("tensordot", "a b dims", (F(3, 4), F(4, 2), 1), (F(3, 4), F(3, 2), ([0], [0])), method=False)
call("kron", "input other", (F(2, 3), F(3, 2)), (F(2), F(3, 2)))
call("cross", "input other dim", (F(4, 3), F(4, 3), 1), (F(3, 4), F(3, 4), 0))
call("matrix_power", "input n", (F(3, 3), 3), (F(3, 3), 0), gradient=False)  # PyTorch writes to what it keeps
call("matrix_power", "input n", (R(3, 3), -2), (R(2, 3, 3), -1))
call("chain_matmul", "", (F(2, 3), F(3, 4), F(4, 2)), method=False, keywords=False)
call("cdist", "x1 x2 p", (F(3, 4), F(2, 4)), (F(3, 4), F(2, 4), 1.0), method=False)
call("cov", "input *correction", (F(3, 7),), (F(3, 7), 0))
call("corrcoef", "input", (F(3, 7),))
call("vander", "x N increasing", (F(3),), (F(3), 4, True), method=False, gradient=False)

# ---- linear algebra ----
for _name in ("inverse", "linalg.inv"):
    call(_name, "A" if "." in _name else "input", (R(3, 3),), (R(2, 3, 3),))
for _name in ("det", "slogdet", "logdet", "linalg.det", "linalg.slogdet"):
    call(_name, "A" if "." in _name else "input", (R(3, 3),), (R(2, 3, 3),))
for _name in ("matrix_exp", "linalg.matrix_exp"):
    call(_name, "A" if "." in _name else "input", (F(3, 3),), (F(2, 3, 3),), gradient=False)
call("pinverse", "input rcond", (F(4, 3),), (F(2, 3, 4), 1e-12))
call("cholesky", "input upper", (D(3, 3),), (D(2, 3, 3), True))
# PyTorch gives gradients to the half of L that is not read.
call("cholesky_inverse", "L upper", (D(3, 3),), (D(2, 3, 3), True), gradient=False)
call("cholesky_solve", "B L upper", (F(3, 2), D(3, 3)), (F(2, 3, 2), D(3, 3), True), gradient=False)
call("qr", "input some", (F(4, 3),), (F(2, 3, 4),))
call("qr", "input some", (F(4, 3), False), gradient=False)
call("geqrf", "input", (F(4, 3),), gradient=False)
call("orgqr", "input tau", (F(4, 3), F(2)))
call("ormqr", "input tau other left transpose", (F(4, 3), F(3), F(4, 2)), gradient=False)
call("ormqr", "input tau other left transpose", (F(4, 3), F(3), F(2, 4), False, True), gradient=False)
call("triangular_solve", "b A upper transpose unitriangular", (F(3, 2), R(3, 3)), (F(3, 2), R(3, 3), False, True))
call("nuclear_norm", "input", (F(3, 4),), method=False, keywords=False)
call("frobenius_norm", "input dim keepdim", (F(3, 4), (0, 1)), (F(2, 3, 4), (0, 2), True), method=False)
call("norm", "input p", (F(3, 4), "nuc"))
call("linalg.cholesky", "A *upper", (D(3, 3),), (D(2, 3, 3), True))
call("linalg.cholesky_ex", "A *upper *check_errors", (D(2, 3, 3),), (D(2, 3, 3), True, True))
call("linalg.solve", "A B *left", (R(3, 3), F(3)), (R(3, 3), F(3, 2)), (R(2, 3, 3), F(2, 3)), (R(3, 3), F(2, 3), False))
call("linalg.solve_ex", "A B *left *check_errors", (R(3, 3), F(3, 2)), (R(2, 3, 3), F(2, 2, 3), False, True))
call("linalg.solve_triangular", "A B *upper *left *unitriangular", (R(3, 3), F(2, 3, 2), True), method=False)
call("linalg.solve_triangular", "A B *upper *left *unitriangular", (R(3, 3), F(2, 3), False, False, True))
call("linalg.inv_ex", "A *check_errors", (R(3, 3),), (R(2, 3, 3), True))
call("linalg.pinv", "A *atol *rtol *hermitian", (F(4, 3),), (F(3, 4), 0.1, 0.2), (D(3, 3), None, None, True))
call("linalg.lstsq", "A B rcond *driver", (F(5, 3), F(5, 2)), (F(2, 5, 3), F(2, 5, 2), None, "gelsd"))
call("linalg.lstsq", "A B rcond *driver", (F(3, 5), F(3, 2)), (F(5, 3), F(5, 2), None, "gels"))
call("linalg.qr", "A mode", (F(4, 3),), (F(2, 3, 4), "reduced"))
call("linalg.qr", "A mode", (F(4, 3), "r"), (F(4, 3), "complete"), gradient=False)
call("linalg.eigvalsh", "A UPLO", (D(3, 3),), (D(2, 3, 3), "U"))
call("linalg.svdvals", "A", (F(4, 3),), (F(2, 3, 4),))
call("linalg.lu", "A *pivot", (F(3, 3),), (R(2, 3, 3),))
call("linalg.lu", "A *pivot", (F(4, 3),), (F(2, 3, 4),), gradient=False)
call("linalg.lu_factor", "A *pivot", (F(3, 3),), (R(2, 3, 3), True))
call("linalg.lu_factor_ex", "A *pivot *check_errors", (F(3, 3),), (R(2, 3, 3), True, True))
call("linalg.householder_product", "A tau", (F(4, 3), F(2)), (F(2, 4, 3), F(2, 3)))
call("linalg.cond", "A p", (R(3, 3),), (F(4, 3),), (R(3, 3), -2))
call("linalg.cond", "A p", (R(2, 3, 3), 1), (R(3, 3), "nuc"), gradient=False)  # PyTorch writes to what it keeps
call("linalg.matrix_rank", "A *atol *rtol *hermitian", (F(4, 3),), (D(2, 3, 3), 0.5, 0.1, True), gradient=False)
call("linalg.matrix_norm", "A ord dim keepdim", (F(3, 4),), (F(2, 3, 4), "nuc", (0, 2), True), (F(3, 4), 2))
call("linalg.vector_norm", "x ord dim keepdim", (F(3, 4),), (F(3, 4), 1, 1, True), (F(2, 3, 4), 3, (0, 1)))
call("linalg.norm", "A ord dim keepdim", (F(3, 4),), (F(3, 4), "nuc"), (F(3, 4), -2), (F(2, 3), None, 1, True))
call("linalg.multi_dot", "tensors", ([F(2, 3), F(3, 4), F(4)],), ([F(3), F(3)],))
call("linalg.cross", "input other *dim", (F(2, 3), F(2, 3)), (F(3, 2), F(3, 2), 0))
call("linalg.vecdot", "x y *dim", (F(2, 3), F(2, 3)), (F(2, 3), F(2, 3), 0))
call("linalg.diagonal", "A *offset", (F(3, 4),), (F(2, 3, 4), 1))
call("linalg.matrix_power", "A n", (R(3, 3), -1), gradient=False)
call("linalg.matmul", "input other", (F(3, 4), F(4)))
call("linalg.tensorinv", "A ind", (R(4, 4), 1))
call("linalg.tensorsolve", "A B", (R(4, 4), F(4)))
call("linalg.vander", "x *N", (F(3),), (F(2, 3), 4), gradient=False)

# ---- special functions ----
for _name in ("erfc", "special.erfc", "special.ndtr", "special.log_ndtr", "i0", "special.i0", "special.i0e"):
    call(_name, "input", (F(3, 4, least=-4.0, most=4.0),))
for _name in ("special.i1", "special.i1e"):
    call(_name, "input", (F(3, 4, least=-4.0, most=4.0),), (F(5, least=-60.0, most=60.0),))
call("erfc", "input", (F(9, least=1.0, most=8.0),))
call("special.log_ndtr", "input", (F(9, least=-50.0, most=-3.0),), (F(9, least=3.0, most=9.0),))
call("special.ndtri", "input", (F(3, 4, least=0.05, most=0.95),))
call("special.entr", "input", (F(3, 4, least=0.1),), (I(3, least=-1, below=2),))
call("special.xlog1py", "input other", (F(3, 4), F(3, 4, least=0.1)), (I(3, below=2), F(3, least=0.1)))
call("special.xlogy", "input other", (F(3, 4), F(3, 4, least=0.1)))
for _name in ("erf", "exp2", "expit", "expm1", "sinc", "round"):
    call(f"special.{_name}", "input", (F(3, 4),))
call("special.log1p", "input", (F(3, 4, least=-0.5),))
call("special.erfinv", "input", (F(3, 4, least=-0.9, most=0.9),))
call("special.logit", "input eps", (F(3, 4, least=0.1, most=0.9),), (F(3, 4), 0.1))
call("special.softmax", "input dim", (F(3, 4), 1))
call("special.log_softmax", "input dim", (F(3, 4), 1))
call("special.logsumexp", "input dim keepdim", (F(3, 4), 1), (F(3, 4), (0, 1), True))
call("frexp", "input", (F(3, 4),), (F(5, least=1e3, most=1e9),), gradient=False)
call("nextafter", "input other", (F(3, 4), F(3, 4)), (F(3), F(3, least=9, most=10)), gradient=False)
call("cumulative_trapezoid", "y x *dim", (F(3, 4),), (F(3, 4), S(4)), (F(3, 4), F(3, 4), 0), method=False)
call("cumulative_trapezoid", "y *dx *dim", (F(3, 4), 0.5, 0), method=False)
call("trapezoid", "y x *dim", (F(3, 4), S(4)), (F(3, 4), F(3, 4), 0), method=False)
call("trapz", "y *dx *dim", (F(3, 4), 0.5, 0), method=False, keywords=False)
call("trapz", "y x", (F(3, 4), F(3, 4)), method=False)
call("gradient", "input *spacing *dim *edge_order", (F(5),), (F(4, 5), 2.0), (F(4, 5), 0.5, 1, 2), method=False)
call("gradient", "input *spacing *dim *edge_order", (F(4, 5), (2.0, 0.5)), (F(4, 5), (S(5),), (1,), 2), method=False)
call("nanmedian", "input dim keepdim", (F(3, 4),), (F(3, 5), 1), (N(3, 6), 1), (N(3, 6), 0, True), (N(3, 6),))
call("nanquantile", "input q dim keepdim", (N(3, 6), 0.3), (N(4, 6), 0.25, 1), (N(4, 6), 0.9, 1, True))
call("nanquantile", "input q dim keepdim", (N(3, 6), S01(3), 1), (N(3, 6), S01(2), 0, True), gradient=False)
call("nanmean", "input dim keepdim", (N(3, 6), 1), (N(3, 6),))
call("nansum", "input dim keepdim", (N(3, 6), 1), (N(3, 6),))
call("renorm", "input p dim maxnorm", (F(3, 4), 2, 0, 1.0), (F(2, 3, 4), 1, 1, 2.5))
call("unravel_index", "indices shape", (I(5, below=12), (3, 4)), (I(2, 2, below=6), 7), method=False)
call("histogram", "input bins *range", (F(20), 5, (-2.0, 2.0)), (F(20), S(4)), (F(20), 4), gradient=False)
call("histogram", "input bins *range *weight *density", (F(9), 5, (-2.0, 2.0), F(9), True), gradient=False)
call("histogramdd", "input bins *range", (F(9, 2), (2, 3), (-2.0, 2.0, -1.0, 1.0)), (F(9, 2), 3), gradient=False)
call("put", "input index source accumulate", (F(3, 4), P(3, below=12), F(3)), (F(3, 4), I(5, below=3), F(5), True))
for _how in ("prod", "mean", "amax", "amin"):
    call("index_reduce", "input dim index source reduce *include_self", (F(3, 5), 1, I(4), F(3, 4), _how, True))
call("index_reduce", "input dim index source reduce *include_self", (F(3, 5), 1, I(4), F(3, 4), "amax", False))
call(
    "fake_quantize_per_tensor_affine",
    "input scale zero_point quant_min quant_max",
    (F(5, 7), 0.25, 1, -4, 5),
    method=False,
)
call("detach_copy", "input", (F(3, 4),), method=False, gradient=False)
call("t_copy", "input", (F(3, 4),), method=False)
call("squeeze_copy", "input dim", (F(3, 1, 4), 1), (F(3, 1, 4),), method=False)
call("unsqueeze_copy", "input dim", (F(3, 4), 1), method=False)
call("expand_copy", "input size", (F(3, 1), (3, 4)), method=False)
call("view_copy", "input size", (F(3, 4), (2, 6)), method=False)
call("permute_copy", "input dims", (F(2, 3, 4), (2, 0, 1)), method=False)
call("transpose_copy", "input dim0 dim1", (F(2, 3, 4), 0, 2), method=False)
call("select_copy", "input dim index", (F(3, 4), 1, 2), method=False)
call("narrow_copy", "input dim start length", (F(3, 4), 1, 1, 2), method=False)
call("diagonal_copy", "input offset dim1 dim2", (F(3, 4), 1, 0, 1), (F(3, 4),), method=False)
call("unfold_copy", "input dimension size step", (F(7), 0, 3, 2), method=False)
call("as_strided_copy", "input size stride storage_offset", (F(3, 4), (2, 2), (4, 1), 1), method=False)
call("nonzero_static", "input *size *fill_value", (I(3, 4, below=2), 3), (I(4, below=2), 9, 7))
call(
    "as_strided_scatter", "input src size stride storage_offset", (F(3, 4), F(2, 2), (2, 2), (4, 1), 1), gradient=False
)
# (PyTorch gives input the gradient of what was written over, and none of what was left.)
call("fill", "input value", (F(3, 4), 2.5), method=False)
call("constant_pad_nd", "input pad value", (F(3, 4), (1, 2)), (F(3, 4), (1, 0, 0, 2), 3.0), method=False)
call("embedding", "weight indices", (F(5, 3), I(2, 2)), method=False)
call("dropout", "input p train", (F(3, 4), 0.5, False), method=False)
call("feature_dropout", "input p train", (F(3, 4), 0.0, True), method=False)
call("bartlett_window", "window_length periodic", (5,), (6, False), (1,), method=False)
call("kaiser_window", "window_length periodic beta", (5,), (6, False, 8.0), method=False)

# ---- new ones ----
call("zeros", "size", ((2, 3),), method=False)
call("ones", "size *dtype", ((2, 3),), method=False)
call("zeros", "", (2, 3), method=False, keywords=False)
call("full", "size fill_value", ((2, 3), 1.5), ((2,), 3), ((), True), method=False)
call("arange", "start end step", (1, 7, 2), (0.0, 1.0, 0.25), method=False)
call("arange", "end", (5,), (2.5,), method=False)
call("arange", "start end", (2, 5), method=False)
call("linspace", "start end steps", (0, 1, 5), method=False)
call("logspace", "start end steps base", (0, 2, 3), (0, 3, 4, 2.0), method=False)
call("eye", "n m", (3,), (2, 3), method=False)
call("zeros_like", "input", (F(2, 3),), (I(2),), method=False)
call("ones_like", "input", (F(2, 3),), (B(2),), method=False)
call("full_like", "input fill_value", (F(2, 3), 2.5), method=False)
call("tril_indices", "row col offset", (3, 4), (3, 3, 1), method=False)
call("triu_indices", "row col offset", (3, 4), (3, 3, 1), method=False)
call("scalar_tensor", "s", (2.5,), method=False)
call("hann_window", "window_length periodic", (5,), (6, False), method=False)
call("hamming_window", "window_length periodic", (5,), (6, False), method=False, keywords=False)
call("blackman_window", "window_length periodic", (5,), (6, False), method=False)

# ---- questions ----
call("isclose", "input other rtol atol equal_nan", (F(3), F(3)), (F(3), F(3), 0.5, 0.5))
call("allclose", "input other rtol atol", (F(3), F(3)), (F(3), F(3), 9.0, 9.0))
call("equal", "input other", (I(3, below=2), I(3, below=2)))
call("isin", "elements test_elements", (I(3, 4), I(2)), method=False)
call("is_tensor", "obj", (F(3),), (3,), method=False)
for _name in ("is_floating_point", "is_complex", "is_signed", "is_conj", "is_neg", "is_inference"):
    call(_name, "input", (F(3),), (I(3),))
call("numel", "input", (F(3, 4),))
call("real", "input", (F(3, 4),), (I(3),), method=False)
call("is_nonzero", "input", (F(1),))
call("is_same_size", "input other", (F(3), F(3)), (F(3), F(4)))

# ---- of networks ----
call("adaptive_avg_pool1d", "input output_size", (F(2, 3, 7), 3), method=False)
call("adaptive_max_pool1d", "input output_size", (F(2, 3, 7), 3), method=False)
call("avg_pool1d", "input kernel_size stride padding", (F(2, 3, 7), 3), (F(2, 3, 7), 3, 2, 1), method=False)
for _n in (1, 2, 3):
    _image = (6, 5, 4)[:_n]
    call(f"max_pool{_n}d", "input kernel_size stride padding", (F(2, 3, *_image), 2, 1, 1), method=False)
    call(
        f"conv{_n}d",
        "input weight bias stride padding",
        (F(2, 3, *_image), F(4, 3, *[2] * _n), F(4), 2, 1),
        method=False,
    )
    call(
        f"conv_transpose{_n}d",
        "input weight bias stride padding",
        (F(2, 3, *_image), F(3, 4, *[2] * _n), F(4), 2, 1),
        method=False,
    )
_statistics = (F(4, 3), F(3), F(3), F(3), F(3, least=0.5), False, 0.1, 1e-5, False)
call("batch_norm", "", _statistics, method=False, keywords=False, gradient=False)  # PyTorch takes no leaves for some
call("instance_norm", "", (F(2, 3, 5), F(3), F(3), None, None, True, 0.1, 1e-5, False), method=False, keywords=False)
call("layer_norm", "input normalized_shape weight bias eps", (F(2, 3), (3,), F(3), F(3), 1e-4), method=False)
call("group_norm", "input num_groups weight bias eps", (F(2, 4, 3), 2, F(4), F(4), 1e-4), method=False)
call("rms_norm", "input normalized_shape weight eps", (F(2, 3), (3,), F(3), 1e-4), method=False)
call("bilinear", "input1 input2 weight bias", (F(4, 2), F(4, 3), F(5, 2, 3), F(5)), method=False)
call("binary_cross_entropy_with_logits", "input target", (F(3, 4), S01(3, 4)), method=False, keywords=False)
call("celu", "input alpha", (F(3, 4),), (F(3, 4), 0.5), method=False)
call("selu", "input", (F(3, 4),), method=False)
call("hardshrink", "input lambd", (F(3, 4),), (F(3, 4), 0.3))
call("prelu", "input weight", (F(3, 4), F(1)), (F(2, 3, 4), F(3)))
call("threshold", "input threshold value", (F(3, 4), 0.1, 20.0), method=False)
call("rrelu", "input lower upper training", (F(3, 4), 0.2, 0.3, False), method=False)
call("alpha_dropout", "input p train", (F(3, 4), 0.5, False), method=False, keywords=False)
call("feature_alpha_dropout", "input p train", (F(3, 4, 2), 0.5, False), method=False, keywords=False)
call("channel_shuffle", "input groups", (F(2, 4, 3, 3), 2), method=False)
call("pixel_shuffle", "input upscale_factor", (F(2, 4, 3, 3), 2), method=False)
call("pixel_unshuffle", "input downscale_factor", (F(2, 3, 4, 4), 2), method=False)
call("cosine_similarity", "x1 x2 dim eps", (F(3, 4), F(3, 4)), (F(3, 4), F(3, 4), 0, 1e-4), method=False)
call("pairwise_distance", "x1 x2 p eps keepdim", (F(3, 4), F(3, 4)), (F(3, 4), F(3, 4), 1.0, 1e-3, True), method=False)
call("pdist", "input p", (F(4, 3),), (F(4, 3), 1.0), method=False)
for _name, _given in {
    "cosine_embedding_loss": (F(3, 4), F(3, 4), SIGNS(3)),
    "hinge_embedding_loss": (F(3), SIGNS(3)),
    "kl_div": (F(3, 4), S01(3, 4)),
    "margin_ranking_loss": (F(3), F(3), SIGNS(3)),
    "triplet_margin_loss": (F(3, 4), F(3, 4), F(3, 4)),
}.items():
    call(_name, "", _given, method=False, keywords=False)
call("poisson_nll_loss", "", (F(3, 4), S01(3, 4), True, False, 1e-8, 1), method=False, keywords=False)
call(
    "ctc_loss",
    "",
    (F(6, 2, 4), I(2, 3, least=1, below=4), (6, 5), (3, 2)),
    method=False,
    keywords=False,
    gradient=False,
)
call("dsplit", "input indices_or_sections", (F(2, 3, 4), 2), keywords=False)
call("split_with_sizes", "input split_sizes dim", (F(5, 4), [1, 4]), (F(5, 4), [1, 3], 1))
for _name in ("unsafe_chunk", "unsafe_split"):
    call(_name, "", (F(5, 4), 2, 1), keywords=False)
call("unsafe_split_with_sizes", "", (F(5, 4), [1, 3], 1), keywords=False)
call("empty_like", "input", (F(0, 3),), method=False)
call("asarray", "obj", (F(2, 3),), method=False, gradient=False)
call("range", "start end step", (1, 7, 2), (0.0, 1.0), method=False)
call("is_distributed", "input", (F(3),))
call("is_storage", "obj", (F(3),), method=False)

# ---- methods alone ----
METHODS: list[tuple[str, tuple[Any, ...], Callable[..., Any]]] = []


def method(*arguments: Any) -> Callable[[Callable[..., Any]], Callable[..., Any]]:
    def keep(function: Callable[..., Any]) -> Callable[..., Any]:
        METHODS.append((function.__name__, arguments, function))
        return function

    return keep
