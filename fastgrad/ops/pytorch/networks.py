"""Functions of networks that PyTorch has among those of arrays, with other arguments than `nn.functional`'s."""

from __future__ import annotations

from typing import Any

import fastgrad as fg
from fastgrad.errors import TensorValueError


def dropout(input: Any, p: float, train: bool) -> Any:
    return fg.nn.functional.dropout(input, p, train)


def dropout_(input: Any, p: float, train: bool) -> Any:
    return fg.nn.functional.dropout(input, p, train, inplace=True)


def feature_dropout(input: Any, p: float, train: bool) -> Any:
    """Whole channels dropped: ``input`` has shape (N, C, ...)."""
    if p == 0 or not train:
        return input
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


def adaptive_max_pool1d(input: Any, output_size: Any) -> Any:
    """The largest of each part of an axis, and their places."""
    return fg.nn.functional.adaptive_max_pool1d(input, output_size, return_indices=True)


def batch_norm(
    input: Any,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    training: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Any:
    """``nn.functional.batch_norm``, its arguments in another order."""
    return fg.nn.functional.batch_norm(input, running_mean, running_var, weight, bias, training, momentum, eps)


def instance_norm(
    input: Any,
    weight: Any,
    bias: Any,
    running_mean: Any,
    running_var: Any,
    use_input_stats: bool,
    momentum: float,
    eps: float,
    cudnn_enabled: bool,
) -> Any:
    """``nn.functional.instance_norm``, its arguments in another order."""
    return fg.nn.functional.instance_norm(
        input, running_mean, running_var, weight, bias, use_input_stats, momentum, eps
    )


def layer_norm(
    input: Any,
    normalized_shape: Any,
    weight: Any = None,
    bias: Any = None,
    eps: float = 1e-05,
    cudnn_enable: bool = True,
) -> Any:
    return fg.nn.functional.layer_norm(input, normalized_shape, weight, bias, eps)


def group_norm(
    input: Any, num_groups: int, weight: Any = None, bias: Any = None, eps: float = 1e-05, cudnn_enabled: bool = True
) -> Any:
    return fg.nn.functional.group_norm(input, num_groups, weight, bias, eps)


# ---- losses, whose reduction is a number here, and none unless it is given -----------------------------------------

_REDUCTIONS = ("none", "mean", "sum")


def _reduction(operation: str, reduction: int) -> Any:
    if reduction not in (0, 1, 2):
        raise TensorValueError(f"{operation}: reduction must be 0 (none), 1 (mean) or 2 (sum), got {reduction!r}")
    return _REDUCTIONS[reduction]


def binary_cross_entropy_with_logits(
    input: Any, target: Any, weight: Any = None, pos_weight: Any = None, reduction: int = 0
) -> Any:
    how = _reduction("binary_cross_entropy_with_logits", reduction)
    return fg.nn.functional.binary_cross_entropy_with_logits(
        input, target, weight, reduction=how, pos_weight=pos_weight
    )


def cosine_embedding_loss(input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: int = 0) -> Any:
    how = _reduction("cosine_embedding_loss", reduction)
    return fg.nn.functional.cosine_embedding_loss(input1, input2, target, margin, reduction=how)


def ctc_loss(
    log_probs: Any,
    targets: Any,
    input_lengths: Any,
    target_lengths: Any,
    blank: int = 0,
    reduction: int = 0,
    zero_infinity: bool = False,
) -> Any:
    how = _reduction("ctc_loss", reduction)
    return fg.nn.functional.ctc_loss(log_probs, targets, input_lengths, target_lengths, blank, how, zero_infinity)


def hinge_embedding_loss(input: Any, target: Any, margin: float = 1.0, reduction: int = 0) -> Any:
    how = _reduction("hinge_embedding_loss", reduction)
    return fg.nn.functional.hinge_embedding_loss(input, target, margin, reduction=how)


def kl_div(input: Any, target: Any, reduction: int = 0, *, log_target: bool = False) -> Any:
    return fg.nn.functional.kl_div(input, target, reduction=_reduction("kl_div", reduction), log_target=log_target)


def margin_ranking_loss(input1: Any, input2: Any, target: Any, margin: float = 0.0, reduction: int = 0) -> Any:
    how = _reduction("margin_ranking_loss", reduction)
    return fg.nn.functional.margin_ranking_loss(input1, input2, target, margin, reduction=how)


def poisson_nll_loss(input: Any, target: Any, log_input: bool, full: bool, eps: float, reduction: int) -> Any:
    how = _reduction("poisson_nll_loss", reduction)
    return fg.nn.functional.poisson_nll_loss(input, target, log_input, full, eps=eps, reduction=how)


def triplet_margin_loss(
    anchor: Any,
    positive: Any,
    negative: Any,
    margin: float = 1.0,
    p: float = 2,
    eps: float = 1e-06,
    swap: bool = False,
    reduction: int = 0,
) -> Any:
    how = _reduction("triplet_margin_loss", reduction)
    return fg.nn.functional.triplet_margin_loss(anchor, positive, negative, margin, p, eps, swap, reduction=how)
