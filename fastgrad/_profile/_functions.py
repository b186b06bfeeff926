"""Which functions a profiler times, and how their arithmetic is counted."""

from __future__ import annotations

import sys
from typing import Any

import fastgrad as fg
from fastgrad import _core
from fastgrad.ops.methods import METHODS
from fastgrad.optim import _steps

_COMPILED = type(fg.add)

# How the work of a function is counted (`Work` in src/bindings/profile.cpp), where it is not one operation for each
# element of the largest array.
_WORK: dict[str, tuple[str, ...]] = {
    "nothing": (
        "backward", "grad", "shape", "broadcast_shapes", "is_grad_enabled", "set_vocabulary", "register_hook",
        "register_post_accumulate_grad_hook", "retain_grad", "numpy", "tolist",
    ),
    "moves": (
        "take", "take_along_axis", "embedding", "concat", "stack", "pad", "roll", "flip", "repeat", "tile", "clone",
        "contiguous", "astype", "to", "copy_", "fill_", "zero_", "zeros", "ones", "full", "empty", "zeros_like",
        "ones_like", "full_like", "empty_like", "arange", "linspace", "eye", "meshgrid", "tril", "triu", "tensor",
        "asarray", "one_hot", "broadcast_to", "reshape", "ravel", "flatten", "unfold", "fold",
    ),
    "bytes": ("cdist", "conv_tbc", "sort", "argsort", "topk"),
    "matmul": ("matmul", "vecdot"),
    "linear": ("linear", "linear_activated", "linear_cross_entropy"),
    "bilinear": ("bilinear",),
    "tensordot": ("tensordot",),
    "einsum": ("einsum",),
    "convolution": ("conv1d", "conv2d", "conv3d", "conv_activated", "conv_normalized"),
    "transposed": ("conv_transpose1d", "conv_transpose2d", "conv_transpose3d"),
    "attention": ("scaled_dot_product_attention",),
    "heads": ("attend_by_heads",),
    "recurrent": ("recurrent",),
    "cell": ("rnn_tanh_cell", "rnn_relu_cell", "lstm_cell", "gru_cell"),
}  # fmt: skip
_WORK_OF = {name: _core.WORK[work] for work, names in _WORK.items() for name in names}

# Functions that no user calls by their names.
_INNER = {
    "linear_activated": "linear",
    "conv_activated": "conv",
    "conv_normalized": "conv",
    "batch_norm_activated": "batch_norm",
    "batch_norm_relu_max_pool2d": "batch_norm",
    "attend_by_heads": "multi_head_attention",
    "recurrent": "recurrent",
    **{name: name for name in _WORK["cell"]},
}
_MODULES = ("fastgrad.nn.functional.linear", "fastgrad.nn.functional.conv", "fastgrad.nn.functional.normalization",
            "fastgrad.nn.functional.attention", "fastgrad.nn.functional.recurrent")  # fmt: skip
# What is asked of shapes and dtypes alone, or looks at nothing.
_UNTIMED = {"broadcast_shapes", "set_vocabulary", "is_grad_enabled", "register_hook", "retain_grad",
            "register_post_accumulate_grad_hook"}  # fmt: skip

Function = tuple[Any, str, int, bool]


def functions() -> list[Function]:
    """Every compiled function that users call, or that modules call for them: with its name, how its work is counted,
    and whether it is called by its first argument's name."""
    found: dict[int, Function] = {}

    def add(function: Any, name: str) -> None:
        if type(function) is _COMPILED and name not in _UNTIMED:
            found.setdefault(
                id(function), (function, name, _WORK_OF.get(function.__name__, _core.WORK["elements"]), False)
            )

    for module in _MODULES:
        for name, shown in _INNER.items():
            add(vars(sys.modules[module]).get(name), shown)
    for namespace in (fg, fg.nn.functional, fg.autograd):
        for name, member in vars(namespace).items():
            if not name.startswith("_"):
                add(member, name)
    for name, member in METHODS.items():
        if not name.startswith("__"):
            add(member, name)
    for step in (_steps.update_groups, _steps.update_fused):
        work = _core.WORK["update" if step is _steps.update_fused else "nothing"]
        found[id(step)] = (step, "step", work, True)
    return list(found.values())
