# distutils: language = c++
"""Scaled dot product attention: one kernel in each direction, in memory linear in both lengths. Recorded, backward is the
same formula in plain operations, with all weights: with p = softmax(scale q k' + mask) and the gradient g of the result,
dv = p' g, ds = p (g v' - rows' sums of p (g v')), dq = scale ds k, dk = scale ds' q.
"""
from libc.math cimport sqrt

from fastgrad._tensor cimport (
    Backward, FIRST, Node, Primitive, SECOND, Tensor, define, record3, recording3, requires_grad, wrap,
)
from fastgrad._tensor.convert cimport flag, real
from fastgrad._tensor.cpp cimport Array, DType, is_floating, is_narrow_float
from fastgrad.nn.functional._checks cimport probability
from fastgrad.ops._common cimport as_tensor
cimport fastgrad.ops._native.attention as native
from fastgrad.ops._native.attention cimport AttentionGrads, AttentionResult
from fastgrad.ops.cast cimport cast_to
from fastgrad.ops.linalg cimport matmul_tensors, transposed
from fastgrad.ops.softmax cimport softmax_along

from fastgrad._tensor.convert import word
from fastgrad.errors import TensorTypeError, TensorValueError
from fastgrad.nn.functional.dropout import dropout
from fastgrad.nn.functional.linear import linear
from fastgrad.ops.choose import where
from fastgrad.ops.creation import ones, tril, zeros
from fastgrad.ops.join import concat, repeat, split
from fastgrad.ops.pad import pad
from fastgrad.ops.reduce import all as all_along
from fastgrad.ops.view import broadcast_to, own


cdef struct AttentionAttributes:
    bint causal
    double scale


cdef inline Array _array(Tensor t):
    return Array() if t is None else t.a


cdef Tensor _weights(Tensor q, Tensor k, Tensor mask, bint causal, double scale):
    """softmax(scale q k' + mask), 0 where a query sees no key, in operations that are recorded."""
    cdef Tensor scores = <Tensor>(matmul_tensors(q, transposed(k)) * scale), w
    if mask is None and not causal:
        return softmax_along(scores, -1)
    low = float("-inf")
    if causal:
        seen = tril(ones(scores.shape[scores.a.ndim() - 2:], dtype=bool))
        scores = <Tensor>where(seen, scores, low)
    if mask is not None:
        scores = <Tensor>(where(mask, scores, low) if mask.a.dtype() == DType.Bool else scores + mask)
    blind = all_along(scores.detach() == low, axis=-1, keepdims=True)
    w = softmax_along(<Tensor>where(blind, 0.0, scores), -1)
    return <Tensor>where(blind, 0.0, w)


cdef int attention_vjp(Node n, object g, Backward to) except -1:
    cdef bint by_scores = to.wants(0) or to.wants(1)  # of which the gradients of values are not made
    cdef Tensor q = n.saved(0), k = n.saved(1), v = n.saved(2) if by_scores else None, out, sums, mask = n.saved(4)
    cdef AttentionAttributes* at = n.attributes.get[AttentionAttributes]()
    cdef AttentionResult made
    cdef AttentionGrads grads
    if to.create_graph:
        return _give_plain(to, <Tensor>g, q, k, v, mask, at.causal, at.scale)
    out = n.saved(3) if by_scores else g
    sums = n.saved(5)
    made.out = out.a
    made.log_sums = sums.a
    if v is None:  # its shape alone is looked at
        v = zeros((*out.shape[:-2], k.shape[-2], out.shape[-1]), dtype=q.dtype)
    grads = native.attention_backward(
        (<Tensor>g).a, q.a, k.a, v.a, _array(mask), at.causal, at.scale, made, to.wants(0), to.wants(1), to.wants(2))
    if to.wants(0):
        to.give(0, wrap(grads.q))
    if to.wants(1):
        to.give(1, wrap(grads.k))
    if to.wants(2):
        to.give(2, wrap(grads.v))
    return 0


cdef int _give_plain(Backward to, Tensor g, Tensor q, Tensor k, Tensor v, Tensor mask, bint causal,
                     double scale) except -1:
    cdef Tensor p = _weights(q, k, mask, causal, scale), slopes
    if to.wants(2):
        to.give(2, matmul_tensors(transposed(p), g))
    if to.wants(0) or to.wants(1):
        slopes = <Tensor>(p * matmul_tensors(g, transposed(v)))
        slopes = <Tensor>((slopes - p * slopes.sum(axis=-1, keepdims=True)) * scale)
        if to.wants(0):
            to.give(0, matmul_tensors(slopes, k))
        if to.wants(1):
            to.give(1, matmul_tensors(transposed(slopes), q))
    return 0


cdef Primitive SCALED_DOT_PRODUCT_ATTENTION = define(b"scaled_dot_product_attention", attention_vjp)


cdef Tensor attended(Tensor q, Tensor k, Tensor v, Tensor mask, bint causal, double scale):
    """The kernel, which gives the mask no gradient."""
    cdef AttentionResult r = native.attention(q.a, k.a, v.a, _array(mask), causal, scale)
    cdef Tensor out = wrap(r.out)
    cdef AttentionAttributes* at
    cdef Node n
    cdef int wanted = recording3(q, k, v)
    if wanted:
        n = record3(out, &SCALED_DOT_PRODUCT_ATTENTION, q, k, v)
        n.save(0, q)
        n.save(1, k)
        if wanted & (FIRST | SECOND):
            n.save(2, v)
            n.save_output(3, out)
        n.save(4, mask)
        n.save(5, wrap(r.log_sums))
        at = n.attributes.set[AttentionAttributes]()
        at.causal = causal
        at.scale = scale
    return out


cdef object _grouped(Tensor q, Tensor k, Tensor v, Tensor mask):
    """q, k, v and the mask with the heads of q in groups, an axis more, that share a head of k and v."""
    op = "scaled_dot_product_attention"
    if q.a.ndim() < 3 or k.a.ndim() < 3 or v.a.ndim() < 3:
        raise TensorValueError(
            f"{op}: with enable_gqa query, key and value must have at least 3 axes, the third last one "
                         f"being heads, got query {q.shape}, key {k.shape} and value {v.shape}")
    heads, of_k, of_v = q.shape[-3], k.shape[-3], v.shape[-3]
    if of_k == 0 or of_v == 0 or heads % of_k or heads % of_v:
        raise TensorValueError(
            f"{op}: with enable_gqa the heads of key and value must divide the {heads} heads of query, "
                         f"got {of_k} and {of_v}")
    if of_k != of_v:
        return q, repeat(k, heads // of_k, axis=-3), repeat(v, heads // of_v, axis=-3), mask
    if mask is not None and mask.a.ndim() >= 3:
        if mask.shape[-3] == heads:
            mask = mask.reshape((*mask.shape[:-3], of_k, heads // of_k, *mask.shape[-2:]))
        else:
            mask = mask.unsqueeze(-3)
    q = q.reshape((*q.shape[:-3], of_k, heads // of_k, *q.shape[-2:]))
    return q, k.unsqueeze(-3), v.unsqueeze(-3), mask


def scaled_dot_product_attention(
    query: Tensor, key: Tensor, value: Tensor, attn_mask: Tensor | None = None, dropout_p: float = 0.0,
    is_causal: bool = False, scale: float | None = None, enable_gqa: bool = False,
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
    cdef const char* op = b"scaled_dot_product_attention"
    cdef Tensor q = as_tensor(query, op), k = as_tensor(key, op), v = as_tensor(value, op), mask = None, out
    cdef double dropped = probability(dropout_p, "scaled_dot_product_attention", "dropout_p"), factor
    cdef DType dtype = q.a.dtype()
    cdef bint causal = flag(is_causal, "scaled_dot_product_attention", "is_causal")
    cdef bint narrow = is_narrow_float(dtype) and k.a.dtype() == dtype and v.a.dtype() == dtype
    if attn_mask is not None:
        mask = as_tensor(attn_mask, op)
        if mask.a.dtype() != DType.Bool and (mask.a.dtype() == DType.F32 or narrow and mask.a.dtype() == dtype):
            mask = cast_to(mask, DType.F32 if narrow else dtype)
    if scale is None:
        factor = 1.0 / sqrt(q.a.shape(q.a.ndim() - 1)) if q.a.ndim() and q.a.shape(q.a.ndim() - 1) else 1.0
    else:
        factor = real(scale, "scaled_dot_product_attention", "scale")
    if narrow:  # in float32, the rule as well
        q = cast_to(q, DType.F32)
        k = cast_to(k, DType.F32)
        v = cast_to(v, DType.F32)
    heads = None
    if flag(enable_gqa, "scaled_dot_product_attention", "enable_gqa") and not (
            q.a.ndim() >= 3 and k.a.ndim() >= 3 and v.a.ndim() >= 3 and q.shape[-3] == k.shape[-3] == v.shape[-3]):
        grouped = _grouped(q, k, v, mask)
        heads = q.shape[:-2] if grouped[0] is not q else None
        q, k, v, mask = grouped
    if dropped == 0.0 and (mask is None or not requires_grad(mask) or not recording3(mask, q, k)):
        out = attended(q, k, v, mask, causal, factor)
    else:
        native.attention_check(q.a, k.a, v.a, _array(mask))
        out = matmul_tensors(dropout(_weights(q, k, mask, causal, factor), dropped), v)
    if heads is not None:
        out = own(<Tensor>out.reshape((*out.shape[:-4], out.shape[-4] * out.shape[-3], *out.shape[-2:])))
    return cast_to(out, dtype) if narrow else out


# ---- several heads ---------------------------------------------------------------------------------------------------

cdef object _refuse_shapes(str op, str what, object query, object key, object value):
    raise TensorValueError(f"{op}: {what}, got query {query.shape}, key {key.shape} and value {value.shape}")


cdef Tensor _hiding(object mask, str op, str argument):
    """A mask of layers: of bool, where keys are hidden, or of floats, added to the scores."""
    cdef Tensor m = as_tensor(mask, b"multi_head_attention_forward")
    if m.a.dtype() != DType.Bool and not is_floating(m.a.dtype()):
        raise TensorTypeError(f"{op}: {argument} must be bool or floating-point, got {m.dtype}")
    return m


cdef Tensor _with_column(Tensor mask):
    """A mask with one key more, which is seen."""
    return <Tensor>pad(mask, [(0, 0)] * (mask.a.ndim() - 1) + [(0, 1)])


cdef object _merged(Tensor a, Tensor b, object dtype):
    """What hides where either does; either may be None."""
    if a is None or b is None:
        return b if a is None else a
    if a.a.dtype() == DType.Bool and b.a.dtype() == DType.Bool:
        return a | b
    return _added(a, dtype) + _added(b, dtype)


cdef object _added(Tensor mask, object dtype):
    """A mask of layers as numbers."""
    return where(mask, float("-inf"), 0.0).astype(dtype) if mask.a.dtype() == DType.Bool else mask.astype(dtype)


cdef object _projected(Tensor q, Tensor k, Tensor v, object weight, object bias):
    """Queries, keys and values by the rows of one weight; of one input in one product."""
    if q is k and k is v:
        return split(linear(q, weight, bias), 3, axis=-1)
    if k is v:
        width = weight.shape[1]
        of_q, of_kv = split(weight, [width])
        bias_q, bias_kv = (None, None) if bias is None else split(bias, [width])
        return [linear(q, of_q, bias_q), *split(linear(k, of_kv, bias_kv), 2, axis=-1)]
    biases = (None, None, None) if bias is None else split(bias, 3)
    return [linear(x, w, b) for x, w, b in zip((q, k, v), split(weight, 3), biases)]


def attend_by_heads(
    query: Tensor, key: Tensor, value: Tensor, embed_dim: int, num_heads: int, in_proj_weight: Tensor | None,
    in_proj_bias: Tensor | None, bias_k: Tensor | None, bias_v: Tensor | None, add_zero_attn: bool, dropout_p: float,
    out_proj_weight: Tensor, out_proj_bias: Tensor | None, training: bool, key_padding_mask: Tensor | None,
    need_weights: bool, attn_mask: Tensor | None, separate: tuple[Tensor, Tensor, Tensor] | None,
    static_k: Tensor | None, static_v: Tensor | None, average_attn_weights: bool, is_causal: bool, batch_first: bool,
    op: str,
) -> tuple[Tensor, Tensor | None]:
    """`multi_head_attention_forward`, with the batch as the first or the second axis; `op` is who is named in errors."""
    cdef Tensor q = as_tensor(query, b"multi_head_attention_forward")
    cdef Tensor k = q if key is query else as_tensor(key, b"multi_head_attention_forward")
    cdef Tensor v = k if value is key else as_tensor(value, b"multi_head_attention_forward")
    cdef Tensor mask = None, padding = None, weights = None
    cdef bint first = flag(batch_first, op, "batch_first"), seen = flag(need_weights, op, "need_weights")
    cdef bint averaged = flag(average_attn_weights, op, "average_attn_weights")
    cdef bint caused = flag(is_causal, op, "is_causal"), padded = flag(add_zero_attn, op, "add_zero_attn")
    cdef int batch = 0 if first else 1, along = 1 - batch
    cdef double dropped = probability(dropout_p, op, "dropout")
    cdef bint batched = q.a.ndim() == 3
    if not (batched or q.a.ndim() == 2) or k.a.ndim() != q.a.ndim() or v.a.ndim() != q.a.ndim():
        _refuse_shapes(op, "query, key and value must all be 3-D, or 2-D without a batch", q, k, v)
    if not batched:
        alike = q is k, k is v
        q = <Tensor>q.unsqueeze(batch)
        k = q if alike[0] else <Tensor>k.unsqueeze(batch)
        v = k if alike[1] else <Tensor>v.unsqueeze(batch)
    samples, length, sources, heads = q.shape[batch], q.shape[along], k.shape[along], word(num_heads, op, "num_heads")
    embed_dim = word(embed_dim, op, "embed_dim")
    if k.shape[batch] != samples or v.shape[batch] != samples:
        _refuse_shapes(op, "query, key and value must have one batch size", q, k, v)
    if v.shape[along] != sources:
        _refuse_shapes(op, "key and value must have one length", q, k, v)
    if q.shape[2] != embed_dim or heads < 1 or embed_dim % heads:
        raise TensorValueError(
            f"{op}: query's last axis must be embed_dim = {embed_dim}, a multiple of num_heads = {heads}, "
                         f"got query {q.shape}")
    if separate is None and (k.shape[2] != embed_dim or v.shape[2] != embed_dim):
        _refuse_shapes(op, f"key and value must have the last axis embed_dim = {embed_dim}", q, k, v)

    if attn_mask is not None:
        mask = _hiding(attn_mask, op, "attn_mask")
        if mask.shape not in ((length, sources), (samples * heads, length, sources)):
            raise TensorValueError(f"{op}: attn_mask must have shape {(length, sources)} or "
                             f"{(samples * heads, length, sources)}, got {mask.shape}")
        # of all axes: samples, heads, queries, keys
        mask = <Tensor>mask.reshape((1, 1, length, sources) if mask.a.ndim() == 2 else
                                    (samples, heads, length, sources))
    elif caused:
        raise TensorValueError(f"{op}: is_causal says what attn_mask is, which is needed, too: "
                         "nn.Transformer.generate_square_subsequent_mask makes it")
    if key_padding_mask is not None:
        padding = _hiding(key_padding_mask, op, "key_padding_mask")
        if padding.shape != ((samples, sources) if batched else (sources,)):
            raise TensorValueError(f"{op}: key_padding_mask must have shape "
                             f"{(samples, sources) if batched else (sources,)}, got {padding.shape}")
        padding = <Tensor>padding.reshape((samples, 1, 1, sources))
    # by the hint alone only where nothing else is to be hidden, and nobody asks for weights
    causal = caused and padding is None and not seen
    if causal:
        mask = None
    if (bias_k is None) != (bias_v is None):
        raise TensorValueError(f"{op}: bias_k and bias_v must be given both, or neither")
    if bias_k is not None and (static_k is not None or static_v is not None):
        raise TensorValueError(f"{op}: bias_k and bias_v cannot be added to static keys and values")

    if separate is None:
        parts = _projected(q, k, v, in_proj_weight, in_proj_bias)
    else:
        biases = (None, None, None) if in_proj_bias is None else split(in_proj_bias, 3)
        parts = [linear(x, w, b) for x, w, b in zip((q, k, v), separate, biases)]
    if bias_k is not None:
        shape = (samples, 1, embed_dim) if first else (1, samples, embed_dim)
        parts = [parts[0], concat([parts[1], broadcast_to(bias_k, shape)], axis=along),
                 concat([parts[2], broadcast_to(bias_v, shape)], axis=along)]
        mask = None if mask is None else _with_column(mask)
        padding = None if padding is None else _with_column(padding)
    order = (0, 2, 1, 3) if first else (1, 2, 0, 3)
    size = embed_dim // heads
    parts = [x.reshape((*x.shape[:2], heads, size)).permute(order) for x in parts]
    for i, static in ((1, static_k), (2, static_v)):
        if static is None:
            continue
        if static.ndim != 3 or static.shape[0] != samples * heads or static.shape[2] != size:
            raise TensorValueError(f"{op}: static_{'_kv'[i]} must have shape ({samples * heads}, S, {size}), "
                             f"got {static.shape}")
        parts[i] = static.reshape((samples, heads, static.shape[1], size))
    if padded:
        nothing = zeros((samples, heads, 1, size), dtype=parts[1].dtype)
        parts = [parts[0], concat([parts[1], nothing], axis=2), concat([parts[2], nothing], axis=2)]
        mask = None if mask is None else _with_column(mask)
        padding = None if padding is None else _with_column(padding)
    q, k, v = parts
    mask = _merged(mask, padding, q.dtype)
    if mask is not None and mask.shape[3] != k.shape[2]:
        raise TensorValueError(f"{op}: the masks are of {mask.shape[3]} keys, and there are {k.shape[2]} static ones")
    if not flag(training, op, "training"):
        dropped = 0.0

    if seen:
        scores = matmul_tensors(<Tensor>(q * (1.0 / sqrt(<double>size))), transposed(k))
        if mask is not None:
            if mask.a.dtype() == DType.Bool:
                scores = where(mask, float("-inf"), scores)
            else:
                scores = scores + _added(mask, q.dtype)
        weights = softmax_along(scores, -1)
        if dropped > 0.0:
            weights = dropout(weights, dropped)
        out = matmul_tensors(weights, v)
        if averaged:
            weights = <Tensor>weights.mean(axis=1)
        if not batched:
            weights = own(<Tensor>weights.squeeze(0))
    else:
        if mask is not None and mask.a.dtype() == DType.Bool:
            mask = <Tensor>~mask
        out = scaled_dot_product_attention(q, k, v, mask, dropped, causal)
    out = out.permute((0, 2, 1, 3) if first else (2, 0, 1, 3))
    out = linear(out.reshape((*out.shape[:2], embed_dim)), out_proj_weight, out_proj_bias)
    return out if batched else own(out.squeeze(batch)), weights


def multi_head_attention_forward(
    query: Tensor, key: Tensor, value: Tensor, embed_dim_to_check: int, num_heads: int,
    in_proj_weight: Tensor | None, in_proj_bias: Tensor | None, bias_k: Tensor | None, bias_v: Tensor | None,
    add_zero_attn: bool, dropout_p: float, out_proj_weight: Tensor, out_proj_bias: Tensor | None,
    training: bool = True, key_padding_mask: Tensor | None = None, need_weights: bool = True,
    attn_mask: Tensor | None = None, use_separate_proj_weight: bool = False, q_proj_weight: Tensor | None = None,
    k_proj_weight: Tensor | None = None, v_proj_weight: Tensor | None = None, static_k: Tensor | None = None,
    static_v: Tensor | None = None, average_attn_weights: bool = True, is_causal: bool = False,
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
    op = "multi_head_attention_forward"
    separate = None
    if flag(use_separate_proj_weight, op, "use_separate_proj_weight"):
        separate = (q_proj_weight, k_proj_weight, v_proj_weight)
        if q_proj_weight is None or k_proj_weight is None or v_proj_weight is None:
            raise TensorValueError(f"{op}: with use_separate_proj_weight the three weights must be given")
    elif in_proj_weight is None:
        raise TensorValueError(f"{op}: without use_separate_proj_weight in_proj_weight must be given")
    return attend_by_heads(
        query, key, value, embed_dim_to_check, num_heads, in_proj_weight, in_proj_bias, bias_k, bias_v, add_zero_attn,
        dropout_p, out_proj_weight, out_proj_bias, training, key_padding_mask, need_weights, attn_mask, separate,
        static_k, static_v, average_attn_weights, is_causal, False, op)
