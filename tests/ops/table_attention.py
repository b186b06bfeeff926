"""The table's lines of attention."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np

from .entry import Make, Op, Sample


def _scale(q: np.ndarray, scale: float | None) -> float:
    return float(max(1, q.shape[-1]) ** -0.5 if scale is None else scale)


def _weights(
    q: np.ndarray, k: np.ndarray, mask: Any = None, is_causal: bool = False, scale: float | None = None
) -> np.ndarray:
    scores = q @ np.swapaxes(k, -1, -2) * _scale(q, scale)
    if is_causal:
        scores = np.where(np.tril(np.ones(scores.shape[-2:], bool)), scores, -np.inf)
    if mask is not None:
        scores = np.where(mask, scores, -np.inf) if mask.dtype == bool else scores + mask
    largest = scores.max(axis=-1, keepdims=True, initial=-np.inf)
    e = np.exp(scores - np.where(np.isneginf(largest), 0.0, largest))
    total = e.sum(axis=-1, keepdims=True)
    return e / np.where(total == 0.0, 1.0, total)


def _attention(
    q: np.ndarray,
    k: np.ndarray,
    v: np.ndarray,
    attn_mask: Any = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> np.ndarray:
    if enable_gqa:
        k, v = (np.repeat(x, q.shape[-3] // x.shape[-3], axis=-3) for x in (k, v))
    return _weights(q, k, attn_mask, is_causal, scale) @ v


def _attention_magnitude(q: np.ndarray, k: np.ndarray, v: np.ndarray, *args: Any, **kwargs: Any) -> np.ndarray:
    """An error in a score changes its weight by as much, relatively."""
    size = np.abs(q).max(initial=0.0) * np.abs(k).max(initial=0.0) * q.shape[-1]
    size *= abs(_scale(q, kwargs.get("scale")))
    return _attention(q, k, np.abs(v), *args, **kwargs) * (1.0 + 2.0 * size)


def _attention_samples(make: Make) -> Iterator[Sample]:
    yield Sample(make(3, 4), make(5, 4), make(5, 2))
    yield Sample(make(2, 3, 4), make(2, 5, 4), make(2, 5, 2), make.mask(3, 5))
    yield Sample(make(1, 2, 3, 2), make(1, 2, 4, 2), make(1, 2, 4, 2), make(3, 4))
    yield Sample(make(2, 4, 3), make(1, 4, 3), make(4, 3), is_causal=True)
    yield Sample(make(2, 3), make(2, 3), make(2, 3), scale=0.7)
    yield Sample(make(1, 4, 2, 2), make(1, 2, 3, 2), make(1, 2, 3, 2), enable_gqa=True)


def _attention_sizes(make: Make) -> Iterator[Sample]:
    yield Sample(make(0, 4), make(3, 4), make(3, 4))
    yield Sample(make(3, 4), make(0, 4), make(0, 2))
    yield Sample(make(3, 0), make(2, 0), make(2, 2))
    for n in (1, 7, 8, 15, 16, 17, 31, 32, 33, 63, 65):
        yield Sample(make(2, n, 5), make(2, 9, 5), make(2, 9, 3))
        yield Sample(make(2, n, 5), make(2, n, 5), make(2, n, 3), is_causal=True)
        yield Sample(make(2, 9, 5), make(2, n, 5), make(2, n, 3), make.mask(2, 9, n))
        yield Sample(make(9, n), make(9, n), make(9, n + 1))
    for n in (127, 128, 129, 257):
        yield Sample(make(2, n, 8), make(2, n, 8), make(2, n, 8), is_causal=True)
        yield Sample(make(1, 2, 5, 8), make(1, 2, n, 8), make(1, 2, n, 8), make(1, 1, 1, n))
        yield Sample(make(n, 8), make(3, 8), make(3, 8), make(n, 3))
    yield Sample(make(3, 1100, 4), make(3, 1100, 4), make(3, 1100, 4), is_causal=True)


def _by_heads(
    query: np.ndarray,
    key: np.ndarray,
    value: np.ndarray,
    embed_dim: int,
    heads: int,
    weight: Any,
    bias: Any,
    bias_k: Any,
    bias_v: Any,
    add_zero: bool,
    dropout_p: float,
    out_weight: np.ndarray,
    out_bias: Any,
    need_weights: bool,
) -> np.ndarray:
    def split(x: np.ndarray) -> np.ndarray:  # (L, N, E) to (N, heads, L, E / heads)
        return x.reshape(*x.shape[:2], heads, embed_dim // heads).transpose(1, 2, 0, 3)

    parts = []
    for i, x in enumerate((query, key, value)):
        rows = slice(i * embed_dim, (i + 1) * embed_dim)
        parts.append(x @ weight[rows].T + (0.0 if bias is None else bias[rows]))
    for i, more in ((1, bias_k), (2, bias_v)):
        if more is not None:
            parts[i] = np.concatenate([parts[i], np.broadcast_to(more, (1, *parts[i].shape[1:]))])
    q, k, v = map(split, parts)
    if add_zero:
        k, v = (np.concatenate([x, np.zeros((*x.shape[:2], 1, x.shape[3]))], axis=2) for x in (k, v))
    weights = _weights(q, k)
    out = (weights @ v).transpose(2, 0, 1, 3).reshape(query.shape)
    return np.asarray(out @ out_weight.T + (0.0 if out_bias is None else out_bias))


def _call_by_heads(f: Any, *args: Any, **kwargs: Any) -> Any:
    """The result alone: the weights, which would be another of the same graph, have tests of their own."""
    return f(*args, **kwargs)[0]


def _by_heads_samples(make: Make) -> Iterator[Sample]:
    def drawn(q: int, k: int, n: int, width: int, heads: int, more: bool, zero: bool, **kwargs: Any) -> Sample:
        inputs = (make(q, n, width), make(k, n, width), make(k, n, width))
        added = (make(1, 1, width), make(1, 1, width)) if more else (None, None)
        maps = (make(3 * width, width, low=-0.5, high=0.5), make(3 * width))
        return Sample(
            *inputs,
            width,
            heads,
            *maps,
            *added,
            zero,
            0.0,
            make(width, width, low=-0.5, high=0.5),
            make(width),
            **kwargs,
        )

    yield drawn(2, 3, 1, 4, 2, False, False, need_weights=False)
    yield drawn(2, 2, 2, 2, 1, True, True, need_weights=False)


OPS = [
    Op(
        "nn.functional.scaled_dot_product_attention",
        _attention_samples,
        _attention,
        _attention_sizes,
        terms=lambda s: s.args[1].shape[-2] + s.args[0].shape[-1],
        cancels=8.0,
        magnitude=_attention_magnitude,
        torch="nn.functional.scaled_dot_product_attention",
    ),
    Op(
        "nn.functional.multi_head_attention_forward",
        _by_heads_samples,
        _by_heads,
        terms=lambda s: 64,
        cancels=16.0,
        magnitude=lambda *a, **k: np.abs(_by_heads(*a, **k)) + 8.0,
        call=_call_by_heads,
        torch=lambda torch, *a, **k: _call_by_heads(torch.nn.functional.multi_head_attention_forward, *a, **k),
    ),
]
