"""Functions of networks that PyTorch has among those of arrays, with other arguments than `nn.functional`'s."""

from __future__ import annotations

from typing import Any

import fastgrad as fg


def dropout(input: Any, p: float, train: bool) -> Any:
    return fg.nn.functional.dropout(input, p, train)


def feature_dropout(input: Any, p: float, train: bool) -> Any:
    """Whole channels dropped: ``input`` has shape (N, C, ...)."""
    kept = fg.nn.functional.dropout(fg.ones((*input.shape[:2], *[1] * (input.ndim - 2)), dtype=input.dtype), p, train)
    return input * kept


def embedding(
    weight: Any, indices: Any, padding_idx: int = -1, scale_grad_by_freq: bool = False, sparse: bool = False
) -> Any:
    """Rows of a matrix: see ``fastgrad.nn.functional.embedding``."""
    padding = None if padding_idx < 0 else padding_idx
    return fg.nn.functional.embedding(indices, weight, padding, scale_grad_by_freq=scale_grad_by_freq, sparse=sparse)


def constant_pad_nd(input: Any, pad: Any, value: float = 0) -> Any:
    return fg.nn.functional.pad(input, tuple(pad), "constant", value)
