"""Attention: its function, the layer of several heads, and that layer's function."""

from __future__ import annotations

from typing import Any

import numpy as np

from .case import Case, Constant, Draw, Given, call, layer


def hidden(d: Draw, *shape: Any, floats: float = 0.3) -> Any:
    """A mask of layers, whose first key is seen: weights of nothing are NaN."""
    mask = d.flags(*shape, probability=0.3)
    mask[..., 0] = False
    return Constant(np.where(mask, -np.inf, d.normal(*shape))) if d.flag(floats) else mask


def attention(d: Draw) -> Given:
    lead, (queries, keys, depth, values) = d.shape(2), d.sizes(4, 1, 9)
    heads = ()
    groups = 1
    options = d.options(scale=lambda: d.real(0.1, 2.0))
    if lead and d.flag(0.3):
        heads, groups = (d.integer(1, 2),), d.integer(1, 3)
        options["enable_gqa"] = True
    given = (*lead, *(groups * h for h in heads))
    if d.flag(0.4):
        options["is_causal"] = True
    elif d.flag():
        mask = d.flags(*d.one_of((queries, keys), (*(1 for _ in given), queries, keys), (*given, queries, keys)))
        options["attn_mask"] = (
            mask if d.flag() else d.normal(mask.shape) if d.flag() else Constant(d.normal(mask.shape))
        )
    return call(
        d.normal(given, queries, depth), d.normal(lead, heads, keys, depth), d.normal(lead, heads, keys, values),
        **options,
    )  # fmt: skip


def masks(d: Draw, batch: tuple[int, ...], heads: int, queries: int, keys: int) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if d.flag(0.4):
        options["key_padding_mask"] = hidden(d, batch, keys)
    if d.flag(0.4):
        several = (batch[0] if batch else 1) * heads
        options["attn_mask"] = hidden(d, *d.one_of((queries, keys), (several, queries, keys)))
    return options


def by_heads(d: Draw) -> Given:
    heads, each = d.sizes(2, 1, 3)
    width = heads * each
    batch = (d.integer(1, 3),) if d.flag(0.8) else ()
    first, sources = d.flag(), d.integer(1, 6)
    options = d.options(bias=d.flag(), add_bias_kv=d.flag(), add_zero_attn=d.flag(), batch_first=first)
    first = options.get("batch_first", False)

    def sequence(length: int, features: int) -> np.ndarray:
        shape = (*batch, length) if first else (length, *batch)
        return d.normal(shape, features)

    queries = d.integer(1, 6)
    kind = d.integer(0, 3)
    if kind == 3:
        options["kdim"], options["vdim"] = d.sizes(2, 1, 5)
    q = sequence(queries, width)
    k = sequence(sources, options.get("kdim", width))
    v = sequence(sources, options.get("vdim", width))
    wanted = masks(d, batch, heads, queries, sources)
    wanted.update(d.options(need_weights=d.flag(), average_attn_weights=d.flag()))
    return layer(width, heads, **options).on(q, k, v, **wanted)


def by_heads_function(d: Draw) -> Given:
    heads, each = d.sizes(2, 1, 3)
    width, samples, queries, sources = heads * each, *d.sizes(3, 1, 4)
    options: dict[str, Any] = masks(d, (samples,), heads, queries, sources)
    options.update(d.options(need_weights=d.flag(), average_attn_weights=d.flag(), training=d.flag()))
    features = (width, width, width)
    weight: np.ndarray | None = d.normal(3 * width, width)
    if d.flag(0.4):
        features, weight = (width, *d.sizes(2, 1, 4)), None
        names = ("q_proj_weight", "k_proj_weight", "v_proj_weight")
        options.update(zip(names, (d.normal(width, n) for n in features), strict=True))
        options["use_separate_proj_weight"] = True
    more = [d.normal(1, 1, width), d.normal(1, 1, width)] if d.flag() else [None, None]
    inputs = [d.normal(n, samples, m) for n, m in zip((queries, sources, sources), features, strict=True)]
    bias = d.normal(3 * width) if d.flag() else None
    out_bias = d.normal(width) if d.flag() else None
    return call(
        *inputs, width, heads, weight, bias, *more, d.flag(0.3), 0.0, d.normal(width, width), out_bias, **options
    )


CASES = [
    Case("nn.functional.scaled_dot_product_attention", attention),
    Case("nn.MultiheadAttention", by_heads),
    Case("nn.functional.multi_head_attention_forward", by_heads_function),
]
