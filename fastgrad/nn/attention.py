"""Multi-head attention."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad.errors import AssertedValueError
from fastgrad.nn import init
from fastgrad.nn._common import size
from fastgrad.nn.functional._checks import probability
from fastgrad.nn.functional.attention import attend_by_heads
from fastgrad.nn.linear import Linear
from fastgrad.nn.module import Module
from fastgrad.nn.parameter import Parameter

if TYPE_CHECKING:
    from fastgrad._tensor import Tensor


class NonDynamicallyQuantizableLinear(Linear):
    """The linear layer, by the name that it has in `MultiheadAttention`."""


class MultiheadAttention(Module):
    """Attention by several heads, each with its part of the features, between linear maps.

    Parameters
    ----------
    embed_dim : int
        E, the features of queries and results.
    num_heads : int
        Divides E.
    dropout : float, default 0.0
        The probability to drop a weight while training.
    bias : bool, default True
        Whether the linear maps have biases.
    add_bias_kv : bool, default False
        Whether one key and one value more are learnt.
    add_zero_attn : bool, default False
        Whether there is one key and value more, of zeros.
    kdim, vdim : int, optional
        The features of keys and values, by default E.
    batch_first : bool, default False
        Whether the batch is the first axis, and not the second.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.

    Attributes
    ----------
    in_proj_weight : Parameter, shape (3 E, E), or None
        The maps of queries, keys and values, drawn by `init.xavier_uniform_`, if all have E features, else
    q_proj_weight, k_proj_weight, v_proj_weight : Parameter, shapes (E, E), (E, kdim), (E, vdim), or None
        drawn likewise.
    in_proj_bias : Parameter, shape (3 E,), or None
        0 initially.
    out_proj : Linear
        Its bias is 0 initially.
    bias_k, bias_v : Parameter, shape (1, 1, E), or None
        Drawn by `init.xavier_normal_`.

    Raises
    ------
    ValueError
        If `num_heads` does not divide `embed_dim`, a size is not positive, or `dropout` is no probability.

    Notes
    -----
    Shape: query (L, N, E), key (S, N, kdim) and value (S, N, vdim) to (L, N, E), and the weights' (N, L, S); with
    `batch_first` N is the first axis; without a batch there is no N. Errors are those of
    `functional.multi_head_attention_forward`. Without `need_weights` memory is linear in L and S.

    Examples
    --------
    >>> import fastgrad as fg
    >>> attention = fg.nn.MultiheadAttention(8, 2, batch_first=True)
    >>> x = fg.zeros(3, 5, 8)
    >>> out, weights = attention(x, x, x)
    >>> out.shape, weights.shape
    ((3, 5, 8), (3, 5, 5))
    """

    in_proj_weight: Parameter | Any  # None, as the others, where it is not there
    q_proj_weight: Parameter | Any
    k_proj_weight: Parameter | Any
    v_proj_weight: Parameter | Any
    in_proj_bias: Parameter | Any
    bias_k: Parameter | Any
    bias_v: Parameter | Any

    def __init__(
        self,
        embed_dim: int,
        num_heads: int,
        dropout: float = 0.0,
        bias: bool = True,
        add_bias_kv: bool = False,
        add_zero_attn: bool = False,
        kdim: int | None = None,
        vdim: int | None = None,
        batch_first: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()
        name = "MultiheadAttention"
        self.embed_dim: int = size(embed_dim, name, "embed_dim", 1)
        self.num_heads: int = size(num_heads, name, "num_heads", 1)
        self.kdim: int = embed_dim if kdim is None else size(kdim, name, "kdim", 1)
        self.vdim: int = embed_dim if vdim is None else size(vdim, name, "vdim", 1)
        if embed_dim % num_heads:
            raise AssertedValueError(f"{name}: num_heads must divide embed_dim, got {num_heads} and {embed_dim}")
        self.dropout: float = probability(dropout, name, "dropout")
        self.batch_first = batch_first
        self.head_dim: int = embed_dim // num_heads
        self.add_zero_attn = add_zero_attn
        self._qkv_same_embed_dim: bool = self.kdim == embed_dim and self.vdim == embed_dim

        def parameter(there: bool, *shape: int) -> Parameter | None:
            return Parameter(fg.empty(shape, dtype=dtype, device=device)) if there else None

        together = self._qkv_same_embed_dim
        self.register_parameter("in_proj_weight", parameter(together, 3 * embed_dim, embed_dim))
        self.register_parameter("q_proj_weight", parameter(not together, embed_dim, embed_dim))
        self.register_parameter("k_proj_weight", parameter(not together, embed_dim, self.kdim))
        self.register_parameter("v_proj_weight", parameter(not together, embed_dim, self.vdim))
        self.register_parameter("in_proj_bias", parameter(bias, 3 * embed_dim))
        projection = NonDynamicallyQuantizableLinear(embed_dim, embed_dim, bias=bias, device=device, dtype=dtype)
        self.out_proj: NonDynamicallyQuantizableLinear = projection
        self.register_parameter("bias_k", parameter(add_bias_kv, 1, 1, embed_dim))
        self.register_parameter("bias_v", parameter(add_bias_kv, 1, 1, embed_dim))
        self._reset_parameters()

    def _reset_parameters(self) -> None:
        for weight in (self.in_proj_weight, self.q_proj_weight, self.k_proj_weight, self.v_proj_weight):
            if weight is not None:
                init.xavier_uniform_(weight)
        if self.in_proj_bias is not None:
            init.zeros_(self.in_proj_bias)
            init.zeros_(self.out_proj.bias)
        for added in (self.bias_k, self.bias_v):
            if added is not None:
                init.xavier_normal_(added)

    def forward(
        self,
        query: Tensor,
        key: Tensor,
        value: Tensor,
        key_padding_mask: Tensor | None = None,
        need_weights: bool = True,
        attn_mask: Tensor | None = None,
        average_attn_weights: bool = True,
        is_causal: bool = False,
    ) -> tuple[Tensor, Tensor | None]:
        separate = None
        if not self._qkv_same_embed_dim:
            separate = (self.q_proj_weight, self.k_proj_weight, self.v_proj_weight)
        return attend_by_heads(
            query,
            key,
            value,
            self.embed_dim,
            self.num_heads,
            self.in_proj_weight,
            self.in_proj_bias,
            self.bias_k,
            self.bias_v,
            self.add_zero_attn,
            self.dropout,
            self.out_proj.weight,
            self.out_proj.bias,
            self.training,
            key_padding_mask,
            need_weights,
            attn_mask,
            separate,
            None,
            None,
            average_attn_weights,
            is_causal,
            self.batch_first,
            "MultiheadAttention",
        )
