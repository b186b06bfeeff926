"""The transformer: its encoder and decoder, and their layers."""

from __future__ import annotations

import copy
from typing import TYPE_CHECKING, Any

import fastgrad as fg
from fastgrad._tensor.construct import get_default_float
from fastgrad.errors import TensorValueError
from fastgrad.nn import init
from fastgrad.nn._common import as_tensor, size
from fastgrad.nn.attention import MultiheadAttention
from fastgrad.nn.container import ModuleList
from fastgrad.nn.dropout import Dropout
from fastgrad.nn.functional.activation import gelu, relu
from fastgrad.nn.linear import Linear
from fastgrad.nn.module import Module
from fastgrad.nn.normalization import LayerNorm

if TYPE_CHECKING:
    from collections.abc import Callable

    from fastgrad._tensor import Tensor

    Activation = str | Callable[[Tensor], Tensor]


def _activation(given: Any, name: str) -> Callable[[Tensor], Tensor]:
    if isinstance(given, str):
        named: dict[str, Callable[[Tensor], Tensor]] = {"relu": relu, "gelu": gelu}
        if given in named:
            return named[given]
    elif callable(given):
        return given  # type: ignore[no-any-return]
    raise TensorValueError(f'{name}: activation must be "relu", "gelu" or a function of a tensor, got {given!r}')


def _copies(layer: Any, n: int, name: str) -> ModuleList[Any]:
    count = size(n, name, "num_layers", 1)
    if not isinstance(layer, Module):
        raise TypeError(f"{name}: the layer must be a Module, got a {type(layer).__name__}")
    return ModuleList([copy.deepcopy(layer) for _ in range(count)])


def _norm(given: Module | None, name: str) -> Module | None:
    if given is not None and not callable(given):
        raise TypeError(f"{name}: norm must be a Module or None, got {given!r}")
    return given


def _causal(length: int) -> Tensor:
    return fg.triu(fg.ones(length, length, dtype=fg.bool), 1)


def _is_causal(mask: Tensor | None, told: bool | None, length: int) -> bool:
    """Whether a mask hides what comes later and nothing else; looked at where nobody has told."""
    if told is not None:
        return bool(told)
    if not isinstance(mask, fg.Tensor) or mask.shape != (length, length):
        return False
    later = _causal(length)
    return bool((mask == (later if mask.dtype == fg.bool else fg.where(later, -fg.inf, 0.0))).all())


class _Layer(Module):
    """What both layers share: self-attention, the network of two linear layers, and their order with norms.

    A subclass has `_parts` blocks, each with a norm and a dropout.
    """

    _parts: int
    norm_first: bool

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int,
        dropout: float,
        activation: Activation,
        layer_norm_eps: float,
        batch_first: bool,
        norm_first: bool,
        bias: bool,
        device: Any,
        dtype: Any,
    ) -> None:
        super().__init__()
        name = type(self).__name__
        function = _activation(activation, name)
        size(d_model, name, "d_model", 1)
        size(dim_feedforward, name, "dim_feedforward")
        attentions = ["self_attn", "multihead_attn"][: self._parts - 1]
        for attention in attentions:
            layer = MultiheadAttention(
                d_model, nhead, dropout=dropout, bias=bias, batch_first=batch_first, device=device, dtype=dtype
            )
            setattr(self, attention, layer)
        self.linear1: Linear = Linear(d_model, dim_feedforward, bias=bias, device=device, dtype=dtype)
        self.dropout: Dropout = Dropout(dropout)
        self.linear2: Linear = Linear(dim_feedforward, d_model, bias=bias, device=device, dtype=dtype)
        self.norm_first = norm_first
        numbers = range(1, self._parts + 1)
        for i in numbers:
            setattr(self, f"norm{i}", LayerNorm(d_model, eps=layer_norm_eps, bias=bias, device=device, dtype=dtype))
        for i in numbers:
            setattr(self, f"dropout{i}", Dropout(dropout))
        self.activation = function

    def _add(self, x: Tensor, norm: Module, block: Callable[[Tensor], Tensor]) -> Tensor:
        """A block beside x: of what is normalised, or normalised with what it adds."""
        return x + block(norm(x)) if self.norm_first else norm(x + block(x))

    def _attend(self, x: Tensor, mask: Tensor | None, padding: Tensor | None, is_causal: bool) -> Tensor:
        return self.dropout1(  # type: ignore[no-any-return]
            self.self_attn(x, x, x, attn_mask=mask, key_padding_mask=padding, is_causal=is_causal, need_weights=False)[
                0
            ]
        )

    def _feed(self, x: Tensor, dropout: Module) -> Tensor:
        return dropout(self.linear2(self.dropout(self.activation(self.linear1(x)))))  # type: ignore[no-any-return]


class TransformerEncoderLayer(_Layer):
    """Self-attention, then a network of two linear layers, each added to its input and normalised.

    Parameters
    ----------
    d_model : int
        E, the features.
    nhead : int
        The heads of attention; divides E.
    dim_feedforward : int, default 2048
        The width between the two linear layers.
    dropout : float, default 0.1
        The probability that an element is set to zero in training.
    activation : {"relu", "gelu"} or callable, default relu
        The function between the two linear layers.
    layer_norm_eps : float, default 1e-5
        What is added to variances before their root is taken.
    batch_first : bool, default False
        Whether the batch is the first axis, and not the second.
    norm_first : bool, default False
        Whether inputs are normalised, and not sums.
    bias : bool, default True
        Whether linear layers and norms have biases.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.

    Attributes
    ----------
    self_attn : MultiheadAttention
        The attention of the places to each other.
    linear1, linear2 : Linear
        The two linear layers behind the attention.
    norm1, norm2 : LayerNorm
        The normalisations of attention and linear layers.
    dropout, dropout1, dropout2 : Dropout
        The dropout between the linear layers, and behind attention and linear layers.

    Notes
    -----
    Shape: (S, N, E), (N, S, E) with `batch_first`, or (S, E), to the same. Masks are those of
    `functional.multi_head_attention_forward`. Source: Vaswani et al., "Attention Is All You Need", 2017,
    https://arxiv.org/abs/1706.03762.

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.TransformerEncoderLayer(8, 2, dim_feedforward=16, batch_first=True)
    >>> layer(fg.zeros(3, 5, 8)).shape
    (3, 5, 8)
    """

    _parts = 2

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            *(d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps),
            *(batch_first, norm_first, bias, device, dtype),
        )

    def forward(
        self,
        src: Tensor,
        src_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool = False,
    ) -> Tensor:
        x = self._add(src, self.norm1, lambda x: self._attend(x, src_mask, src_key_padding_mask, is_causal))
        return self._add(x, self.norm2, lambda x: self._feed(x, self.dropout2))


class TransformerDecoderLayer(_Layer):
    """Self-attention, attention to the encoder's output, then a network of two linear layers.

    The parameters are those of `TransformerEncoderLayer`; `multihead_attn`, `norm3` and `dropout3` are there besides.

    Notes
    -----
    Shape: tgt (T, N, E), memory (S, N, E), each with N first where `batch_first`, or without it, to tgt's.

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.TransformerDecoderLayer(8, 2, dim_feedforward=16, batch_first=True)
    >>> layer(fg.zeros(3, 4, 8), fg.zeros(3, 5, 8)).shape
    (3, 4, 8)
    """

    _parts = 3

    def __init__(
        self,
        d_model: int,
        nhead: int,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = relu,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(
            *(d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps),
            *(batch_first, norm_first, bias, device, dtype),
        )

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool = False,
        memory_is_causal: bool = False,
    ) -> Tensor:
        def look(x: Tensor) -> Tensor:
            out = self.multihead_attn(
                x,
                memory,
                memory,
                attn_mask=memory_mask,
                key_padding_mask=memory_key_padding_mask,
                is_causal=memory_is_causal,
                need_weights=False,
            )[0]
            return self.dropout2(out)  # type: ignore[no-any-return]

        x = self._add(tgt, self.norm1, lambda x: self._attend(x, tgt_mask, tgt_key_padding_mask, tgt_is_causal))
        x = self._add(x, self.norm2, look)
        return self._add(x, self.norm3, lambda x: self._feed(x, self.dropout3))


class TransformerEncoder(Module):
    """Copies of an encoder layer, one after the other.

    Parameters
    ----------
    encoder_layer : Module
        Copied; all copies begin with its parameters' values.
    num_layers : int
        How many copies of the layer there are.
    norm : Module, optional
        Applied to the result.
    enable_nested_tensor, mask_check : bool, default True
        Accepted; there are no nested tensors, and padding is computed, too.

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.TransformerEncoderLayer(8, 2, dim_feedforward=16)
    >>> fg.nn.TransformerEncoder(layer, num_layers=2)(fg.zeros(5, 3, 8)).shape
    (5, 3, 8)
    """

    def __init__(
        self,
        encoder_layer: Module,
        num_layers: int,
        norm: Module | None = None,
        enable_nested_tensor: bool = True,
        mask_check: bool = True,
    ) -> None:
        super().__init__()
        self.layers: ModuleList[Any] = _copies(encoder_layer, num_layers, "TransformerEncoder")
        self.num_layers = num_layers
        self.norm: Module | None = _norm(norm, "TransformerEncoder")
        self.enable_nested_tensor = enable_nested_tensor
        self.mask_check = mask_check

    def forward(
        self,
        src: Tensor,
        mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        is_causal: bool | None = None,
    ) -> Tensor:
        """Apply the layers.

        Parameters
        ----------
        src : Tensor, as the layers take it
            The source.
        mask, src_key_padding_mask : Tensor, optional
            As the layers' attention takes them.
        is_causal : bool, optional
            A promise about `mask`; None has it looked at.
        """
        out = as_tensor(src, "TransformerEncoder")
        causal = _is_causal(mask, is_causal, _length(out, self.layers[0]))
        for layer in self.layers:
            out = layer(out, src_mask=mask, src_key_padding_mask=src_key_padding_mask, is_causal=causal)
        return out if self.norm is None else self.norm(out)


class TransformerDecoder(Module):
    """Copies of a decoder layer, one after the other.

    Parameters
    ----------
    decoder_layer : Module
        Copied; all copies begin with its parameters' values.
    num_layers : int
        How many copies of the layer there are.
    norm : Module, optional
        Applied to the result.

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.TransformerDecoderLayer(8, 2, dim_feedforward=16)
    >>> fg.nn.TransformerDecoder(layer, num_layers=2)(fg.zeros(4, 3, 8), fg.zeros(5, 3, 8)).shape
    (4, 3, 8)
    """

    def __init__(self, decoder_layer: Module, num_layers: int, norm: Module | None = None) -> None:
        super().__init__()
        self.layers: ModuleList[Any] = _copies(decoder_layer, num_layers, "TransformerDecoder")
        self.num_layers = num_layers
        self.norm: Module | None = _norm(norm, "TransformerDecoder")

    def forward(
        self,
        tgt: Tensor,
        memory: Tensor,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        """Apply the layers; the arguments are theirs, and of `tgt_is_causal` None has the mask looked at."""
        out = as_tensor(tgt, "TransformerDecoder")
        causal = _is_causal(tgt_mask, tgt_is_causal, _length(out, self.layers[0]))
        for layer in self.layers:
            out = layer(
                out,
                memory,
                tgt_mask=tgt_mask,
                memory_mask=memory_mask,
                tgt_key_padding_mask=tgt_key_padding_mask,
                memory_key_padding_mask=memory_key_padding_mask,
                tgt_is_causal=causal,
                memory_is_causal=memory_is_causal,
            )
        return out if self.norm is None else self.norm(out)


def _length(x: Tensor, layer: Any) -> int:
    """The length of sequences, as a layer takes them; 0 of what it will refuse."""
    if x.ndim == 0:
        return 0
    attention = getattr(layer, "self_attn", None)
    return x.shape[1 if x.ndim == 3 and getattr(attention, "batch_first", False) else 0]


class Transformer(Module):
    """Encoder and decoder.

    Parameters
    ----------
    d_model : int, default 512
        E, the features.
    nhead : int, default 8
        How many heads each attention has; it divides `d_model`.
    num_encoder_layers, num_decoder_layers : int, default 6
        How many layers encoder and decoder have.
    dim_feedforward : int, default 2048
        The width of the linear layers between.
    dropout : float, default 0.1
        The probability that an element is set to zero in training.
    activation : {"relu", "gelu"} or callable, default relu
        The function between the two linear layers.
    custom_encoder, custom_decoder : Module, optional
        In place of what the numbers say.
    layer_norm_eps : float, default 1e-5
        What is added to variances before their root is taken.
    batch_first, norm_first : bool, default False
        Whether the batch is the first axis, not the second; whether layers are normalised before they are
        computed, not after.
    bias : bool, default True
        Whether linear layers and normalisations have biases.
    device, dtype : optional
        The other parameters are those of `TransformerEncoderLayer`.

    Attributes
    ----------
    encoder : TransformerEncoder
        What makes the memory of the source.
    decoder : TransformerDecoder
        Both with a LayerNorm at their end. All matrices are drawn by `init.xavier_uniform_`.

    Raises
    ------
    ValueError
        If src and tgt have not one batch size, or not E features.

    Notes
    -----
    Shape: src (S, N, E) and tgt (T, N, E), each with N first where `batch_first`, or without it, to tgt's.

    Examples
    --------
    >>> import fastgrad as fg
    >>> model = fg.nn.Transformer(8, 2, 1, 1, dim_feedforward=16)
    >>> model(fg.zeros(5, 3, 8), fg.zeros(4, 3, 8)).shape
    (4, 3, 8)
    """

    def __init__(
        self,
        d_model: int = 512,
        nhead: int = 8,
        num_encoder_layers: int = 6,
        num_decoder_layers: int = 6,
        dim_feedforward: int = 2048,
        dropout: float = 0.1,
        activation: Activation = relu,
        custom_encoder: Module | None = None,
        custom_decoder: Module | None = None,
        layer_norm_eps: float = 1e-5,
        batch_first: bool = False,
        norm_first: bool = False,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__()

        def stack(layer: Any, stacked: Any, count: int) -> Module:
            one = layer(
                *(d_model, nhead, dim_feedforward, dropout, activation, layer_norm_eps),
                *(batch_first, norm_first, bias, device, dtype),
            )
            norm = LayerNorm(d_model, eps=layer_norm_eps, bias=bias, device=device, dtype=dtype)
            return stacked(one, count, norm)  # type: ignore[no-any-return]

        if custom_encoder is None:
            custom_encoder = stack(TransformerEncoderLayer, TransformerEncoder, num_encoder_layers)
        self.encoder = custom_encoder
        if custom_decoder is None:
            custom_decoder = stack(TransformerDecoderLayer, TransformerDecoder, num_decoder_layers)
        self.decoder = custom_decoder
        self._reset_parameters()
        self.d_model = d_model
        self.nhead = nhead
        self.batch_first = batch_first

    def _reset_parameters(self) -> None:
        for parameter in self.parameters():
            if parameter.ndim > 1:
                init.xavier_uniform_(parameter)

    def forward(
        self,
        src: Tensor,
        tgt: Tensor,
        src_mask: Tensor | None = None,
        tgt_mask: Tensor | None = None,
        memory_mask: Tensor | None = None,
        src_key_padding_mask: Tensor | None = None,
        tgt_key_padding_mask: Tensor | None = None,
        memory_key_padding_mask: Tensor | None = None,
        src_is_causal: bool | None = None,
        tgt_is_causal: bool | None = None,
        memory_is_causal: bool = False,
    ) -> Tensor:
        source, target = as_tensor(src, "Transformer"), as_tensor(tgt, "Transformer")
        shapes = f"got src {source.shape} and tgt {target.shape}"
        if source.ndim != target.ndim or source.ndim not in (2, 3):
            raise TensorValueError(f"Transformer: src and tgt must both be 3-D, or 2-D without a batch, {shapes}")
        batch = 0 if self.batch_first else 1
        if source.ndim == 3 and source.shape[batch] != target.shape[batch]:
            raise TensorValueError(f"Transformer: src and tgt must have one batch size, {shapes}")
        if source.shape[-1] != self.d_model or target.shape[-1] != self.d_model:
            raise TensorValueError(f"Transformer: src and tgt must have d_model = {self.d_model} features, {shapes}")
        memory = self.encoder(source, mask=src_mask, src_key_padding_mask=src_key_padding_mask, is_causal=src_is_causal)
        return self.decoder(  # type: ignore[no-any-return]
            target,
            memory,
            tgt_mask=tgt_mask,
            memory_mask=memory_mask,
            tgt_key_padding_mask=tgt_key_padding_mask,
            memory_key_padding_mask=memory_key_padding_mask,
            tgt_is_causal=tgt_is_causal,
            memory_is_causal=memory_is_causal,
        )

    @staticmethod
    def generate_square_subsequent_mask(sz: int, device: Any = None, dtype: Any = None) -> Tensor:
        """Return the causal mask of shape (sz, sz): -inf above the diagonal, else 0; of bool, true above it."""
        later = _causal(size(sz, "generate_square_subsequent_mask", "sz"))
        if dtype is not None and fg.empty((), dtype=dtype, device=device).dtype == fg.bool:
            return later
        return fg.where(later, -fg.inf, 0.0).astype(get_default_float() if dtype is None else dtype)
