# Written by tools/stubs.py.
from fastgrad._tensor import Tensor

def attend_by_heads(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool,
    key_padding_mask: Tensor | None,
    need_weights: bool,
    attn_mask: Tensor | None,
    separate: tuple[Tensor, Tensor, Tensor] | None,
    static_k: Tensor | None,
    static_v: Tensor | None,
    average_attn_weights: bool,
    is_causal: bool,
    batch_first: bool,
    op: str,
) -> tuple[Tensor, Tensor | None]:
    """`multi_head_attention_forward`, with the batch as the first or the second axis; `op` is who is named in errors."""

def multi_head_attention_forward(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    embed_dim_to_check: int,
    num_heads: int,
    in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None,
    bias_k: Tensor | None,
    bias_v: Tensor | None,
    add_zero_attn: bool,
    dropout_p: float,
    out_proj_weight: Tensor,
    out_proj_bias: Tensor | None,
    training: bool = True,
    key_padding_mask: Tensor | None = None,
    need_weights: bool = True,
    attn_mask: Tensor | None = None,
    use_separate_proj_weight: bool = False,
    q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None,
    v_proj_weight: Tensor | None = None,
    static_k: Tensor | None = None,
    static_v: Tensor | None = None,
    average_attn_weights: bool = True,
    is_causal: bool = False,
) -> tuple[Tensor, Tensor | None]:
    """What `nn.MultiheadAttention` computes, given its parameters: attention by several heads, between linear maps.

    Parameters
    ----------
    query : Tensor, shape (L, N, E) or (L, E)
        What asks, at L places, for each of N samples; without their axis for one.
    key : Tensor, shape (S, N, K) or (S, K)
        What is compared with the queries, at S places.
    value : Tensor, shape (S, N, V) or (S, V)
        What is averaged, at the same places.
    embed_dim_to_check : int
        E; each of the heads has its part of it.
    num_heads : int
        How many parts of the features attend by themselves; it divides E.
    in_proj_weight : Tensor, shape (3 E, E)
        The maps of queries, keys and values, whose last axes then are E.
    in_proj_bias : Tensor, shape (3 E,), optional
        What is added to the three projections.
    bias_k, bias_v : Tensor, shape (1, 1, E), optional
        One key and value more.
    add_zero_attn : bool
        Whether there is one key and value more, of zeros.
    dropout_p : float
        The probability to drop a weight, if `training`.
    out_proj_weight : Tensor, shape (E, E)
        The weights of the last linear layer, which takes all heads.
    out_proj_bias : Tensor, shape (E,), optional
        What is added at the end.
    training : bool, default True
        Whether dropout is applied to the weights.
    key_padding_mask : Tensor, shape (N, S) or (S,), optional
        Of bool, true where a key is hidden, or of floats, added to the scores.
    need_weights : bool, default True
        Whether the weights are returned, too; all of them are in memory then.
    attn_mask : Tensor, shape (L, S) or (N * num_heads, L, S), optional
        As `key_padding_mask`.
    use_separate_proj_weight : bool, default False
        Whether the three weights that follow take the place of `in_proj_weight`.
    q_proj_weight, k_proj_weight, v_proj_weight : Tensor, shapes (E, E), (E, K), (E, V), optional
        The three projections' weights, where `use_separate_proj_weight` says so.
    static_k, static_v : Tensor, shape (N * num_heads, S, E / num_heads), optional
        In place of what is computed of `key` and `value`.
    average_attn_weights : bool, default True
        Whether the weights are averaged over the heads.
    is_causal : bool, default False
        A promise that `attn_mask` is causal, so that it need not be looked at.

    Returns
    -------
    Tensor, shape (L, N, E) or (L, E)
    Tensor, shape (N, L, S), without N where the inputs are, (N, num_heads, L, S) if not averaged; or None

    Raises
    ------
    ValueError
        If shapes do not fit.
    TypeError
        If a mask is neither of bool nor of floats.

    References
    ----------
    Vaswani et al., "Attention Is All You Need", 2017, https://arxiv.org/abs/1706.03762

    See Also
    --------
    fastgrad.nn.MultiheadAttention
    """

def scaled_dot_product_attention(
    query: Tensor,
    key: Tensor,
    value: Tensor,
    attn_mask: Tensor | None = None,
    dropout_p: float = 0.0,
    is_causal: bool = False,
    scale: float | None = None,
    enable_gqa: bool = False,
) -> Tensor:
    """Return ``softmax(scale * query @ key.mT + mask) @ value``, without the weights as a whole.

    Memory is linear in L and S, unless there is dropout, `attn_mask` requires a gradient, or gradients are to be
    differentiated again: then all weights are there.

    Parameters
    ----------
    query : Tensor, shape (..., L, E)
        What asks, at L places.
    key : Tensor, shape (..., S, E)
        What is compared with the queries, at S places.
    value : Tensor, shape (..., S, D)
        The leading axes broadcast together.
    attn_mask : Tensor, broadcast to (..., L, S), optional
        Of bool, true where a key takes part; or of `query`'s dtype or float32, added to the scores. A query that sees no
        key gets 0.
    dropout_p : float, default 0.0
        The probability to drop a weight. Always applied: a layer gives 0 in evaluation.
    is_causal : bool, default False
        Whether query i sees the keys 0 to i only.
    scale : float, optional
        By default ``1 / sqrt(E)``.
    enable_gqa : bool, default False
        Whether the third last axis of `query`, heads, may be a multiple of that of `key` and `value`: neighbouring
        heads share one of these (Ainslie et al., arXiv:2305.13245).

    Returns
    -------
    Tensor, shape (..., L, D)

    Raises
    ------
    ValueError
        If the shapes do not fit, or `dropout_p` is no probability.
    TypeError
        If the dtypes differ or are not floating-point.

    References
    ----------
    Vaswani et al., "Attention Is All You Need", 2017, https://arxiv.org/abs/1706.03762; Dao et al., "FlashAttention",
    2022, https://arxiv.org/abs/2205.14135

    See Also
    --------
    fastgrad.nn.MultiheadAttention

    Examples
    --------
    >>> import fastgrad as fg
    >>> x = fg.tensor([[1.0, 0.0], [0.0, 1.0]])
    >>> fg.nn.functional.scaled_dot_product_attention(x, x, fg.tensor([[1.0], [3.0]]), is_causal=True)[0].item()
    1.0
    """
