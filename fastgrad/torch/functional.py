"""``torch.functional``: the functions of `torch` that PyTorch writes in Python, by their place there."""

from __future__ import annotations

from fastgrad._tensor import Tensor as Tensor
from fastgrad.ops.pytorch.join import (
    atleast_1d as atleast_1d,
    atleast_2d as atleast_2d,
    atleast_3d as atleast_3d,
    block_diag as block_diag,
    cartesian_prod as cartesian_prod,
    meshgrid as meshgrid,
    split as split,
)
from fastgrad.ops.pytorch.linalg import (
    cdist as cdist,
    chain_matmul as chain_matmul,
    einsum as einsum,
    lu as lu,
    tensordot as tensordot,
)
from fastgrad.ops.pytorch.reduce import norm as norm
from fastgrad.ops.pytorch.sort import (
    unique as unique,
    unique_consecutive as unique_consecutive,
    unravel_index as unravel_index,
)
from fastgrad.ops.pytorch.view import broadcast_shapes as broadcast_shapes, broadcast_tensors as broadcast_tensors

__all__ = [
    "atleast_1d",
    "atleast_2d",
    "atleast_3d",
    "block_diag",
    "broadcast_shapes",
    "broadcast_tensors",
    "cartesian_prod",
    "cdist",
    "chain_matmul",
    "einsum",
    "lu",
    "meshgrid",
    "norm",
    "split",
    "tensordot",
    "unique",
    "unique_consecutive",
    "unravel_index",
]
