"""The table of operations: every public operation has a line, and the suite walks it.

A new operation needs one entry in one of the ``table_*.py`` files, one a family; ``test_table.py`` fails without it.
"""

from __future__ import annotations

from fastgrad.ops.methods import LATER

from . import (
    table_activation,
    table_adaptive_pool,
    table_arrays,
    table_attention,
    table_composed,
    table_conv,
    table_ctc,
    table_distance,
    table_dropout,
    table_elementwise,
    table_embedding,
    table_fold,
    table_likelihood,
    table_linalg,
    table_loss,
    table_margin,
    table_methods,
    table_normalization,
    table_padding,
    table_pool,
    table_recurrent,
    table_reduce,
    table_resample,
    table_shuffle,
)
from .entry import Op

OPS: list[Op] = [
    *table_elementwise.OPS,
    *table_activation.OPS,
    *table_reduce.OPS,
    *table_linalg.OPS,
    *table_arrays.OPS,
    *table_composed.OPS,
    *table_conv.OPS,
    *table_padding.OPS,
    *table_fold.OPS,
    *table_pool.OPS,
    *table_adaptive_pool.OPS,
    *table_resample.OPS,
    *table_shuffle.OPS,
    *table_normalization.OPS,
    *table_attention.OPS,
    *table_dropout.OPS,
    *table_embedding.OPS,
    *table_recurrent.OPS,
    *table_loss.OPS,
    *table_likelihood.OPS,
    *table_distance.OPS,
    *table_margin.OPS,
    *table_ctc.OPS,
    *table_methods.OPS,
]
BY_NAME = {op.name: op for op in OPS}

# Public, callable, and no operation on tensors' values: tested elsewhere.
NO_OPERATIONS = {
    "Generator", "Tensor", "TopK", "dtype",  # types
    "no_grad", "enable_grad", "set_grad_enabled", "is_grad_enabled",
    "manual_seed", "get_rng_state", "set_rng_state", "set_vocabulary",
    "load", "save",
    "num_threads", "set_num_threads", "show_config",
    "draw_graph", "profile", "summary",
    "can_cast", "finfo", "iinfo", "isdtype", "result_type",
}  # fmt: skip
# PyTorch's, in `tests/torch_door/`.
NO_METHODS = set(LATER.split()) | {
    "backward", "detach_", "register_hook", "register_post_accumulate_grad_hook", "requires_grad_", "retain_grad",
    "data_ptr", "dim", "element_size", "is_contiguous", "is_floating_point", "item", "numel", "numpy", "stride",
    "tolist",
    "__imatmul__",  # which writes in place in NumPy's vocabulary alone: tests/numpy_door/
}  # fmt: skip
