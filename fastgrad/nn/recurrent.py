"""Recurrent layers, and their cells, which take a single step."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any
from warnings import warn

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorValueError
from fastgrad.nn import init
from fastgrad.nn._common import as_tensor, draw_parameters, size
from fastgrad.nn.functional._checks import probability
from fastgrad.nn.functional.dropout import dropout
from fastgrad.nn.functional.recurrent import gru_cell, lstm_cell, recurrent, rnn_relu_cell, rnn_tanh_cell
from fastgrad.nn.module import Module
from fastgrad.nn.parameter import Parameter
from fastgrad.nn.utils.rnn import PackedSequence

if TYPE_CHECKING:
    from fastgrad._core import Generator

_GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}


def _draw(module: Module, hidden_size: int, generator: Generator | None) -> None:
    bound = hidden_size**-0.5 if hidden_size else 0.0
    for parameter in module.parameters():
        init.uniform_(parameter, -bound, bound, generator)


def _nonlinearity(name: Any, layer: str) -> str:
    if name not in ("tanh", "relu"):
        raise TensorValueError(f"{layer}: nonlinearity must be 'tanh' or 'relu', got {name!r}")
    return str(name)


class RNNBase(Module):
    """What `RNN`, `LSTM` and `GRU` share: layers upon layers, each of one direction or two.

    Parameters
    ----------
    mode : {"RNN_TANH", "RNN_RELU", "LSTM", "GRU"}
        The kind of network.
    input_size, hidden_size : int
        Features of the input, and of the state.
    num_layers : int, default 1
        Layers, each of which takes the output of the one below.
    bias : bool, default True
        Whether the layers have biases.
    batch_first : bool, default False
        Whether sequences are (batch, time, features), not (time, batch, features). States never are.
    dropout : float, default 0.0
        The probability of dropout on the output of each layer but the last, while training.
    bidirectional : bool, default False
        Whether a second one of each layer goes from the last time to the first; their outputs stand side by side.
    proj_size : int, default 0
        Of an LSTM: h is projected to so many features. 0: it is not. Steps are then plain operations each, many times
        slower than without.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.
    generator : Generator, optional
        Where the parameters are drawn from, by default the default generator.

    Attributes
    ----------
    weight_ih_l[k] : Parameter, shape (gates * hidden_size, features of layer k's input)
        What layer k multiplies its input by.
    weight_hh_l[k] : Parameter, shape (gates * hidden_size, hidden_size or proj_size)
        What layer k multiplies its state by.
    bias_ih_l[k], bias_hh_l[k] : Parameter, shape (gates * hidden_size,)
        What is added to these products; there are none without `bias`.
    weight_hr_l[k] : Parameter, shape (proj_size, hidden_size)
        Drawn uniformly from ``[-1, 1] / sqrt(hidden_size)``. Those of the second direction end in ``_reverse``.

    Raises
    ------
    ValueError
        If a number is out of range.
    """

    def __init__(
        self,
        mode: str,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        layer = self._get_name()
        if not isinstance(mode, str) or mode not in _GATES:
            raise TensorValueError(f"{layer}: mode must be one of {', '.join(map(repr, _GATES))}, got {mode!r}")
        self.mode = mode
        self.input_size: int = size(input_size, layer, "input_size")
        self.hidden_size: int = size(hidden_size, layer, "hidden_size", 1)
        self.num_layers: int = size(num_layers, layer, "num_layers", 1)
        self.bias = bias
        self.batch_first = batch_first
        self.dropout: float = probability(dropout, layer, "dropout")
        self.bidirectional = bidirectional
        self.proj_size: int = size(proj_size, layer, "proj_size")
        if proj_size and mode != "LSTM":
            raise TensorValueError(f"{layer}: proj_size must be 0, only LSTM has projections; got {proj_size}")
        if proj_size >= hidden_size:
            raise TensorValueError(
                f"{layer}: proj_size must be smaller than hidden_size {hidden_size}, got {proj_size}"
            )
        if dropout > 0 and num_layers == 1:
            warn(
                f"{layer}: dropout={dropout} does nothing with num_layers=1; it is applied between layers",
                stacklevel=3,
            )
        self._all_weights: list[list[str]] = []
        for i in range(num_layers):
            for suffix in self._suffixes(i):
                self._all_weights.append(self._add_direction(i, suffix, dtype, device))
        draw_parameters(self, generator)

    def _suffixes(self, layer: int) -> list[str]:
        return [f"l{layer}", f"l{layer}_reverse"] if self.bidirectional else [f"l{layer}"]

    def _add_direction(self, layer: int, suffix: str, dtype: Any, device: Any) -> list[str]:
        """Register the parameters of one direction, and return their names."""
        gates, width = _GATES[self.mode] * self.hidden_size, self.proj_size or self.hidden_size
        features = width * (2 if self.bidirectional else 1) if layer else self.input_size
        shapes = {"weight_ih": (gates, features), "weight_hh": (gates, width)}
        if self.bias:
            shapes |= {"bias_ih": (gates,), "bias_hh": (gates,)}  # type: ignore[dict-item]
        if self.proj_size:
            shapes["weight_hr"] = (width, self.hidden_size)
        for name, shape in shapes.items():
            self.register_parameter(f"{name}_{suffix}", Parameter(fg.empty(shape, dtype=dtype, device=device)))
        return [f"{name}_{suffix}" for name in shapes]

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw all parameters anew."""
        _draw(self, self.hidden_size, generator)

    def flatten_parameters(self) -> None:
        """Do nothing: parameters need not lie together."""

    @property
    def all_weights(self) -> list[list[Any]]:
        """The parameters of each layer and direction."""
        return [[getattr(self, name) for name in names] for names in self._all_weights]

    def extra_repr(self) -> str:
        parts = [f"{self.input_size}, {self.hidden_size}"]
        if self.proj_size:
            parts.append(f"proj_size={self.proj_size}")
        if self.num_layers != 1:
            parts.append(f"num_layers={self.num_layers}")
        if self.bias is not True:
            parts.append(f"bias={self.bias}")
        if self.batch_first is not False:
            parts.append(f"batch_first={self.batch_first}")
        if self.dropout:
            parts.append(f"dropout={self.dropout}")
        if self.bidirectional is not False:
            parts.append(f"bidirectional={self.bidirectional}")
        return ", ".join(parts)

    def _check_state(self, state: Tensor, name: str, batch: int, width: int, is_batched: bool) -> None:
        count = self.num_layers * (2 if self.bidirectional else 1)
        wanted = (count, batch, width) if is_batched else (count, width)
        if state.shape != wanted:
            of = "(num_layers * directions, batch, hidden)" if is_batched else "(num_layers * directions, hidden)"
            raise TensorValueError(f"{self._get_name()}: {name} must have shape {of} = {wanted}, got {state.shape}")

    def _states(self, given: Any, name: str, x: Tensor, batch: int, width: int, is_batched: bool, order: Any) -> Any:
        """The first states of each layer and direction, in the order of the sequences, each (batch, width)."""
        if given is None:
            zeros = fg.zeros(batch, width, dtype=x.dtype)
            return [zeros] * (self.num_layers * (2 if self.bidirectional else 1))
        state = as_tensor(given, self._get_name())
        self._check_state(state, name, batch, width, is_batched)
        if not is_batched:
            state = state[:, None]
        return list(state if order is None else fg.take(state, order, axis=1))

    def forward(self, input: Any, hx: Any = None) -> Any:
        name, is_lstm = self._get_name(), self.mode == "LSTM"
        sizes = order = back = None
        is_batched = True
        if isinstance(input, PackedSequence):
            x, sizes, order, back = input
            if x.ndim != 2:
                raise TensorValueError(
                    f"{name}: a packed input must hold 2-D data (rows, features), got shape {x.shape}"
                )
            batch = int(sizes[0]) if sizes.shape[0] else 0
        else:
            x = as_tensor(input, name)
            if x.ndim not in (2, 3):
                raise TensorValueError(f"{name}: input must be 3-D, or 2-D without a batch, got shape {x.shape}")
            is_batched = x.ndim == 3
            if not is_batched:
                x = x[:, None]
            elif self.batch_first:
                x = fg.permute_dims(x, (1, 0, 2))
            batch = x.shape[1]
            if not x.shape[0]:
                raise TensorValueError(
                    f"{name}: the sequence must have a length of at least 1, got shape {input.shape}"
                )
        if x.shape[-1] != self.input_size:
            raise TensorValueError(
                f"{name}: the input must have input_size={self.input_size} features, got {x.shape[-1]}"
            )
        h0: Any = hx
        c0: Any = None
        if is_lstm and hx is not None:
            if not isinstance(hx, (tuple, list)) or len(hx) != 2:
                raise TypeError(f"{name}: hx must be a pair (h_0, c_0), got {type(hx).__name__}")
            h0, c0 = hx
        h = self._states(
            h0, "h_0" if is_lstm else "hx", x, batch, self.proj_size or self.hidden_size, is_batched, order
        )
        c = self._states(c0, "c_0", x, batch, self.hidden_size, is_batched, order) if is_lstm else [None] * len(h)
        output, h_n, c_n = self._run(x, h, c, sizes)
        states = []
        for last in [h_n, c_n] if is_lstm else [h_n]:
            state = fg.stack(last)
            if back is not None:
                state = fg.take(state, back, axis=1)
            states.append(state if is_batched else state[:, 0])
        hidden = tuple(states) if is_lstm else states[0]
        if sizes is not None:
            return PackedSequence(output, sizes, order, back), hidden
        if not is_batched:
            return output[:, 0], hidden
        return fg.permute_dims(output, (1, 0, 2)) if self.batch_first else output, hidden

    def _run(
        self, x: Tensor, h: list[Tensor], c: list[Any], sizes: Tensor | None
    ) -> tuple[Tensor, list[Any], list[Any]]:
        """The output of the last layer, and the last states of all."""
        h_n: list[Any] = []
        c_n: list[Any] = []
        for layer in range(self.num_layers):
            if layer and self.dropout:
                x = dropout(x, self.dropout, self.training)
            outputs = []
            for suffix in self._suffixes(layer):
                i = len(h_n)
                output, last_h, last_c = recurrent(
                    self.mode,
                    x,
                    h[i],
                    c[i],
                    getattr(self, f"weight_ih_{suffix}"),
                    getattr(self, f"weight_hh_{suffix}"),
                    getattr(self, f"bias_ih_{suffix}") if self.bias else None,
                    getattr(self, f"bias_hh_{suffix}") if self.bias else None,
                    getattr(self, f"weight_hr_{suffix}") if self.proj_size else None,
                    sizes,
                    suffix.endswith("_reverse"),
                )
                outputs.append(output)
                h_n.append(last_h)
                c_n.append(last_c)
            x = fg.concat(outputs, axis=-1) if len(outputs) > 1 else outputs[0]
        return x, h_n, c_n


class RNN(RNNBase):
    """Run a plain recurrent network over sequences: ``h' = tanh(W_ih x + b_ih + W_hh h + b_hh)``, or relu for tanh.

    Parameters
    ----------
    input_size, hidden_size : int
        How many features a step's input has, and how many the state.
    num_layers : int, default 1
        How many layers, each given what the one before gives.
    nonlinearity : {"tanh", "relu"}
        The function that each new state passes, by default tanh.
    bias : bool, default True
        Whether the layers have biases.
    batch_first : bool, default False
        Whether inputs and outputs are (batch, time, features), not (time, batch, features); states never are.
    dropout : float, default 0.0
        The probability that an element between two layers is set to zero in training.
    bidirectional : bool, default False
        Whether a second pass goes from the last step to the first, its outputs behind the first's.
    device, dtype, generator : optional
        As `RNNBase` has them, and its parameters.

    Notes
    -----
    Called with the input and h_0, which is zeros if left out, it gives the output of the last layer and the last h of
    all layers and directions. Shape: (time, batch, input_size) and (num_layers * directions, batch, hidden_size) to
    (time, batch, directions * hidden_size) and the latter again; or all without batch. A packed input gives a packed
    output.

    References
    ----------
    Elman, "Finding Structure in Time", 1990, https://doi.org/10.1207/s15516709cog1402_1

    Examples
    --------
    >>> import fastgrad as fg
    >>> output, h_n = fg.nn.RNN(10, 20, 2)(fg.zeros(5, 3, 10))
    >>> output.shape, h_n.shape
    ((5, 3, 20), (2, 3, 20))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        nonlinearity: str = "tanh",
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        mode = "RNN_TANH" if _nonlinearity(nonlinearity, "RNN") == "tanh" else "RNN_RELU"
        super().__init__(
            mode,
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            0,
            device,
            dtype,
            generator=generator,
        )
        self.nonlinearity = nonlinearity


class LSTM(RNNBase):
    """Run a long short-term memory over sequences.

    .. math::
        i, f, o = \\sigma(W_{ih} x + b_{ih} + W_{hh} h + b_{hh}), \\quad g = \\tanh(...), \\quad
        c' = f c + i g, \\quad h' = o \\tanh(c')

    with the rows of the weights in the order i, f, g, o.

    Parameters
    ----------
    input_size, hidden_size : int
        How many features a step's input has, and how many the state.
    num_layers : int, default 1
        How many layers, each given what the one before gives.
    bias : bool, default True
        Whether the layers have biases.
    batch_first : bool, default False
        Whether inputs and outputs are (batch, time, features), not (time, batch, features); states never are.
    dropout : float, default 0.0
        The probability that an element between two layers is set to zero in training.
    bidirectional : bool, default False
        Whether a second pass goes from the last step to the first, its outputs behind the first's.
    proj_size : int, default 0
        The size that each state is projected to, where it is above 0.
    device, dtype, generator : optional
        As `RNNBase` has them, and its parameters.

    Notes
    -----
    Called with the input and a pair (h_0, c_0), which are zeros if left out, it gives the output of the last layer and
    the pair of the last h and c of all layers and directions. Shape: as `RNN`; h has proj_size features where that is
    not 0.

    References
    ----------
    Hochreiter and Schmidhuber, "Long Short-Term Memory", 1997, https://doi.org/10.1162/neco.1997.9.8.1735; with
    projections: Sak, Senior and Beaufays, 2014, https://arxiv.org/abs/1402.1128

    Examples
    --------
    >>> import fastgrad as fg
    >>> output, (h_n, c_n) = fg.nn.LSTM(10, 20, bidirectional=True)(fg.zeros(5, 3, 10))
    >>> output.shape, h_n.shape, c_n.shape
    ((5, 3, 40), (2, 3, 20), (2, 3, 20))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        proj_size: int = 0,
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(
            "LSTM",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            proj_size,
            device,
            dtype,
            generator=generator,
        )


class GRU(RNNBase):
    """Run a gated recurrent unit over sequences.

    .. math::
        r, z = \\sigma(W_{ih} x + b_{ih} + W_{hh} h + b_{hh}), \\quad
        n = \\tanh(W_{in} x + b_{in} + r (W_{hn} h + b_{hn})), \\quad h' = (1 - z) n + z h

    with the rows of the weights in the order r, z, n.

    Parameters
    ----------
    input_size, hidden_size : int
        How many features a step's input has, and how many the state.
    num_layers : int, default 1
        How many layers, each given what the one before gives.
    bias : bool, default True
        Whether the layers have biases.
    batch_first : bool, default False
        Whether inputs and outputs are (batch, time, features), not (time, batch, features); states never are.
    dropout : float, default 0.0
        The probability that an element between two layers is set to zero in training.
    bidirectional : bool, default False
        Whether a second pass goes from the last step to the first, its outputs behind the first's.
    device, dtype, generator : optional
        As `RNNBase` has them, and its parameters.

    Notes
    -----
    Called as `RNN`, with the same shapes.

    References
    ----------
    Cho et al., "Learning Phrase Representations using RNN Encoder-Decoder", 2014, https://arxiv.org/abs/1406.1078, with
    r behind the product.

    Examples
    --------
    >>> import fastgrad as fg
    >>> output, h_n = fg.nn.GRU(10, 20, batch_first=True)(fg.zeros(3, 5, 10))
    >>> output.shape, h_n.shape
    ((3, 5, 20), (1, 3, 20))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        num_layers: int = 1,
        bias: bool = True,
        batch_first: bool = False,
        dropout: float = 0.0,
        bidirectional: bool = False,
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(
            "GRU",
            input_size,
            hidden_size,
            num_layers,
            bias,
            batch_first,
            dropout,
            bidirectional,
            0,
            device,
            dtype,
            generator=generator,
        )


# ---- cells


class RNNCellBase(Module):
    """What the cells share.

    Parameters
    ----------
    input_size, hidden_size : int
        Features of the input, and of the state.
    bias : bool
        Whether there are biases.
    num_chunks : int
        How many times the state's size the weights have in rows.
    device, dtype : optional
        The parameters' dtype, by default float32; the only device is the CPU.
    generator : Generator, optional
        Where the parameters are drawn from, by default the default generator.

    Attributes
    ----------
    weight_ih : Parameter, shape (num_chunks * hidden_size, input_size)
        What the input is multiplied by.
    weight_hh : Parameter, shape (num_chunks * hidden_size, hidden_size)
        What the state is multiplied by.
    bias_ih, bias_hh : Parameter, shape (num_chunks * hidden_size,), or None
        Drawn uniformly from ``[-1, 1] / sqrt(hidden_size)``.

    Raises
    ------
    ValueError
        If a size is negative.
    """

    weight_ih: Parameter
    weight_hh: Parameter
    bias_ih: Parameter | Any  # None where it was asked for
    bias_hh: Parameter | Any

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool,
        num_chunks: int,
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__()
        self.input_size: int = size(input_size, self._get_name(), "input_size")
        self.hidden_size: int = size(hidden_size, self._get_name(), "hidden_size")
        self.bias = bias
        rows = size(num_chunks, self._get_name(), "num_chunks") * hidden_size
        self.weight_ih = Parameter(fg.empty((rows, input_size), dtype=dtype, device=device))
        self.weight_hh = Parameter(fg.empty((rows, hidden_size), dtype=dtype, device=device))
        for name in ("bias_ih", "bias_hh"):
            self.register_parameter(name, Parameter(fg.empty((rows,), dtype=dtype, device=device)) if bias else None)
        draw_parameters(self, generator)

    def reset_parameters(self, generator: Generator | None = None) -> None:
        """Draw all parameters anew."""
        _draw(self, self.hidden_size, generator)

    def extra_repr(self) -> str:
        bias = "" if self.bias is True else f", bias={self.bias}"
        return f"{self.input_size}, {self.hidden_size}{bias}"


class RNNCell(RNNCellBase):
    """Take a step of `RNN`, by ``tanh(W_ih x + b_ih + W_hh h + b_hh)``, or relu for tanh.

    Parameters
    ----------
    input_size, hidden_size : int
        How many features each input has, and how many the state.
    bias : bool, default True
        Whether there are biases.
    nonlinearity : {"tanh", "relu"}
        The function that each new state passes, by default tanh.
    device, dtype, generator : optional
        As `RNNCellBase` has them, and its parameters.

    Notes
    -----
    Shape: (batch, input_size) and (batch, hidden_size) to the latter, or all without batch. The state is zeros if left
    out.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.RNNCell(10, 20)(fg.zeros(3, 10)).shape
    (3, 20)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        nonlinearity: str = "tanh",
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        _nonlinearity(nonlinearity, "RNNCell")
        super().__init__(input_size, hidden_size, bias, 1, device, dtype, generator=generator)
        self.nonlinearity = nonlinearity

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        step = rnn_tanh_cell if self.nonlinearity == "tanh" else rnn_relu_cell
        return step(input, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)

    def extra_repr(self) -> str:
        other = "" if self.nonlinearity == "tanh" else f", nonlinearity={self.nonlinearity}"
        return super().extra_repr() + other


class LSTMCell(RNNCellBase):
    """Take a step of `LSTM`.

    Parameters
    ----------
    input_size, hidden_size : int
        How many features each input has, and how many the state.
    bias : bool, default True
        Whether there are biases.
    device, dtype, generator : optional
        As `RNNCellBase` has them, and its parameters.

    Notes
    -----
    Shape: (batch, input_size) and a pair of (batch, hidden_size) to such a pair, or all without batch. h and c are
    zeros if left out.

    Examples
    --------
    >>> import fastgrad as fg
    >>> h, c = fg.nn.LSTMCell(10, 20)(fg.zeros(3, 10))
    >>> h.shape, c.shape
    ((3, 20), (3, 20))
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 4, device, dtype, generator=generator)

    def forward(self, input: Tensor, hx: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
        return lstm_cell(input, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)


class GRUCell(RNNCellBase):
    """Take a step of `GRU`.

    Parameters
    ----------
    input_size, hidden_size : int
        How many features each input has, and how many the state.
    bias : bool, default True
        Whether there are biases.
    device, dtype, generator : optional
        As `RNNCellBase` has them, and its parameters.

    Notes
    -----
    Shape: as `RNNCell`.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.GRUCell(10, 20)(fg.zeros(3, 10)).shape
    (3, 20)
    """

    def __init__(
        self,
        input_size: int,
        hidden_size: int,
        bias: bool = True,
        device: Any = None,
        dtype: Any = None,
        *,
        generator: Generator | None = None,
    ) -> None:
        super().__init__(input_size, hidden_size, bias, 3, device, dtype, generator=generator)

    def forward(self, input: Tensor, hx: Tensor | None = None) -> Tensor:
        return gru_cell(input, hx, self.weight_ih, self.weight_hh, self.bias_ih, self.bias_hh)
