"""Recurrent layers, their cells, and packed sequences."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from .case import Case, Draw, Given, call, layer


def recurrent(is_lstm: bool = False, is_plain: bool = False) -> Callable[[Draw], Given]:
    def drawn(d: Draw) -> Given:
        width, hidden, layers = d.integer(1, 6), d.integer(2, 9), d.integer(1, 3)
        kwargs = d.options(
            0.4,
            bias=False,
            batch_first=True,
            bidirectional=True,
            dropout=[0.0, 1.0] if layers > 1 else [0.0],
        )
        if layers > 1:
            kwargs["num_layers"] = layers
        if is_lstm and d.flag(0.3):
            kwargs["proj_size"] = d.integer(1, hidden - 1)
        if is_plain and d.flag():
            kwargs["nonlinearity"] = "relu"
        time, batch = d.integer(1, 5), d.batch()
        count = layers * (2 if kwargs.get("bidirectional") else 1)
        sizes = (*batch, time) if kwargs.get("batch_first") else (time, *batch)
        options: dict[str, Any] = {}
        if batch and batch[0] and d.flag(0.4):
            lengths = [d.integer(1, time) for _ in range(batch[0])]
            options["lengths"] = lengths
            options["enforce_sorted"] = d.flag(0.3)
            if options["enforce_sorted"]:
                lengths.sort(reverse=True)
        states: tuple[Any, ...] = ()
        if d.flag():
            h = d.normal(count, batch, kwargs.get("proj_size", hidden))
            states = ((h, d.normal(count, batch, hidden)),) if is_lstm else (h,)
        return layer(width, hidden, **kwargs).on(d.normal(sizes, width), *states, **options)

    return drawn


def packed_or_not(lib: Any, module: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    if "lengths" not in options:
        return module(*inputs)
    packed = lib.nn.utils.rnn.pack_padded_sequence(
        inputs[0], options["lengths"], module.batch_first, enforce_sorted=options["enforce_sorted"]
    )
    output, states = module(packed, *inputs[1:])
    return output, lib.nn.utils.rnn.pad_packed_sequence(output, module.batch_first, -1.0), states


def cell(is_lstm: bool = False, is_plain: bool = False) -> Callable[[Draw], Given]:
    def drawn(d: Draw) -> Given:
        width, hidden, batch = d.integer(1, 6), d.integer(1, 9), d.batch()
        kwargs = d.options(0.3, bias=False)
        if is_plain and d.flag():
            kwargs["nonlinearity"] = "relu"
        states: tuple[Any, ...] = ()
        if d.flag(0.7):
            h = d.normal(batch, hidden)
            states = ((h, d.normal(batch, hidden)),) if is_lstm else (h,)
        return layer(width, hidden, **kwargs).on(d.normal(batch, width), *states)

    return drawn


def base(d: Draw) -> Given:
    return layer(d.one_of("LSTM", "GRU", "RNN_TANH", "RNN_RELU"), 3, 4).on(d.normal(2, 3, 3))


def cell_base(d: Draw) -> Given:
    return layer(3, 4, d.flag(), d.integer(1, 4)).on(d.normal(2, 3))


def only_made(lib: Any, module: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    return [parameter * 2.0 for parameter in module.parameters()]


def sequences(d: Draw, low: int = 1) -> list[Any]:
    rest = d.shape(2, low=1, high=3)
    return [d.normal(d.integer(low, 4), rest) for _ in range(d.integer(1, 4))]


def pad(d: Draw) -> Given:
    kwargs = d.options(batch_first=True, padding_value=lambda: d.real(-2, 2), padding_side=["left", "right"])
    return call(sequences(d, low=0), **kwargs)


def pack(d: Draw) -> Given:
    listed = sequences(d)
    if d.flag():
        return call(sorted(listed, key=len, reverse=True))
    return call(listed, enforce_sorted=False)


def pack_padded(d: Draw) -> Given:
    time, batch, rest = d.integer(1, 5), d.integer(1, 4), d.shape(2, low=1, high=3)
    lengths = [d.integer(1, time) for _ in range(batch)]
    batch_first = d.flag()
    x = d.normal((batch, time) if batch_first else (time, batch), rest)
    return call(x, lengths, batch_first, enforce_sorted=d.flag(0.3))


def pad_packed(d: Draw) -> Given:
    longest = d.integer(4, 6)
    kwargs = d.options(batch_first=True, padding_value=lambda: d.real(-2, 2), total_length=longest)
    return call(sequences(d), **kwargs)


def packed_first(lib: Any, function: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    return function(lib.nn.utils.rnn.pack_sequence(inputs[0], enforce_sorted=False), **options)


def unpad(d: Draw) -> Given:
    time, batch, rest = d.integer(1, 5), d.integer(1, 4), d.shape(2, low=1, high=3)
    x = d.normal((batch, time), rest)
    return call(x, d.integers(batch, high=time + 1), True)


def permutation(d: Draw) -> Given:
    return call(d.rng.permutation(d.integer(1, 6)))


CASES = [
    Case("nn.RNN", recurrent(is_plain=True), invoke=packed_or_not),
    Case("nn.LSTM", recurrent(is_lstm=True), invoke=packed_or_not),
    Case("nn.GRU", recurrent(), invoke=packed_or_not),
    Case("nn.RNNBase", base, invoke=only_made),
    Case("nn.RNNCell", cell(is_plain=True)),
    Case("nn.LSTMCell", cell(is_lstm=True)),
    Case("nn.GRUCell", cell()),
    Case("nn.RNNCellBase", cell_base, invoke=only_made),
    Case("nn.utils.rnn.pad_sequence", pad),
    Case("nn.utils.rnn.pack_sequence", pack),
    Case("nn.utils.rnn.pack_padded_sequence", pack_padded),
    Case("nn.utils.rnn.pad_packed_sequence", pad_packed, invoke=packed_first),
    Case("nn.utils.rnn.unpad_sequence", unpad),
    Case("nn.utils.rnn.unpack_sequence", lambda d: call(sequences(d)), invoke=packed_first),
    Case("nn.utils.rnn.invert_permutation", permutation),
]
