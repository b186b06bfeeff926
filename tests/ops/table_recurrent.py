"""The table's lines of recurrent layers and cells."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import numpy as np

from .entry import Fixed, Make, Op, Sample, outputs

GATES = {"RNN_TANH": 1, "RNN_RELU": 1, "LSTM": 4, "GRU": 3}


def _sigmoid(x: np.ndarray) -> np.ndarray:
    return 1 / (1 + np.exp(-x))


def _step(mode: str, x: np.ndarray, h: np.ndarray, c: Any, w_ih: Any, w_hh: Any, b_ih: Any, b_hh: Any) -> Any:
    given, own = x @ w_ih.T, h @ w_hh.T
    if b_ih is not None:
        given, own = given + b_ih, own + b_hh
    if mode == "LSTM":
        i, f, g, o = np.split(given + own, 4, axis=-1)
        c = _sigmoid(f) * c + _sigmoid(i) * np.tanh(g)
        return _sigmoid(o) * np.tanh(c), c
    if mode == "GRU":
        (r, z, n), (by_r, by_z, q) = np.split(given, 3, axis=-1), np.split(own, 3, axis=-1)
        z = _sigmoid(z + by_z)
        return (1 - z) * np.tanh(n + _sigmoid(r + by_r) * q) + z * h, None
    return (np.tanh(given + own) if mode == "RNN_TANH" else np.maximum(given + own, 0)), None


def _recurrent(
    mode: str,
    input: np.ndarray,
    h0: np.ndarray,
    c0: Any,
    w_ih: np.ndarray,
    w_hh: np.ndarray,
    b_ih: Any = None,
    b_hh: Any = None,
    weight_hr: Any = None,
    batch_sizes: Any = None,
    reverse: bool = False,
) -> tuple[Any, ...]:
    """Sequence after sequence, each by itself."""
    sizes = [input.shape[1]] * input.shape[0] if batch_sizes is None else batch_sizes.tolist()
    rows = input.reshape(sum(sizes), input.shape[-1])
    starts = np.cumsum([0, *sizes])
    output = np.zeros((len(rows), h0.shape[1]))
    last_h, last_c = h0.copy(), None if c0 is None else c0.copy()
    for b in range(h0.shape[0]):
        h, c = h0[b], None if c0 is None else c0[b]
        times = [t for t, size in enumerate(sizes) if b < size]
        for t in reversed(times) if reverse else times:
            h, c = _step(mode, rows[starts[t] + b], h, c, w_ih, w_hh, b_ih, b_hh)
            if weight_hr is not None:
                h = h @ weight_hr.T
            output[starts[t] + b] = h
        last_h[b] = h
        if last_c is not None:
            last_c[b] = c
    shape = (*input.shape[:-1], h0.shape[1])
    return (output.reshape(shape), last_h) if last_c is None else (output.reshape(shape), last_h, last_c)


def _call_recurrent(f: Any, *args: Any, **kwargs: Any) -> tuple[Any, ...]:
    return tuple(result for result in f(*args, **kwargs) if result is not None)


def _weights(make: Make, mode: str, width: int, hidden: int, bias: bool, projected: int = 0) -> list[Any]:
    """Small enough that the states are no saturated ones, also after some steps."""
    rows, reach = GATES[mode] * hidden, 1.5 / (1 + hidden) ** 0.5
    shapes: list[tuple[int, ...]] = [(rows, width), (rows, projected or hidden)]
    shapes += [(rows,), (rows,)] if bias else []
    return [make(*shape, low=-reach, high=reach) for shape in shapes]


def _layer(make: Make, mode: str, time: int, batch: int, width: int, hidden: int, bias: bool = True) -> tuple[Any, ...]:
    c0 = make(batch, hidden) if mode == "LSTM" else None
    return (mode, make(time, batch, width), make(batch, hidden), c0, *_weights(make, mode, width, hidden, bias))


def _packed(make: Make, mode: str, sizes: list[int], width: int, hidden: int) -> tuple[tuple[Any, ...], dict[str, Any]]:
    c0 = make(sizes[0], hidden) if mode == "LSTM" else None
    args = (mode, make(sum(sizes), width), make(sizes[0], hidden), c0, *_weights(make, mode, width, hidden, True))
    return args, {"batch_sizes": Fixed(np.array(sizes, dtype=np.int64))}


def _layer_samples(make: Make) -> Iterator[Sample]:
    for mode in GATES:
        yield Sample(*_layer(make, mode, 2, 2, 1, 2))
        yield Sample(*_layer(make, mode, 3, 1, 2, 1, bias=False), reverse=True)
        for reverse in (False, True):
            args, kwargs = _packed(make, mode, [2, 2, 1], 1, 2)
            yield Sample(*args, **kwargs, reverse=reverse)


def _layer_sizes(make: Make) -> Iterator[Sample]:
    mode, x, _, c0, *weights = _layer(make, "LSTM", 2, 2, 1, 2)
    weights[1] = make(8, 1)
    yield Sample(mode, x, make(2, 1), c0, *weights, weight_hr=make(1, 2))
    for mode in GATES:
        yield Sample(*_layer(make, mode, 3, 0, 2, 4))
        yield Sample(*_layer(make, mode, 2, 3, 0, 4))
        # units around the widths of vectors and blocks, sequences around those of tiles
        for hidden in (7, 8, 9, 16, 17, 31, 33, 65):
            yield Sample(*_layer(make, mode, 3, 3, 5, hidden))
        for batch in (1, 5, 6, 7, 13, 14, 15, 29):
            yield Sample(*_layer(make, mode, 4, batch, 3, 20))
            args, kwargs = _packed(make, mode, [batch, (batch + 1) // 2, 1], 3, 20)
            yield Sample(*args, **kwargs, reverse=batch % 2 == 0)
        yield Sample(*_layer(make, mode, 2, 2, 3, 130), reverse=True)  # states whose rows lie far apart
    yield Sample(*_layer(make, "LSTM", 2, 9, 3, 256))
    yield Sample(*_layer(make, "GRU", 2, 3, 3, 256))
    yield Sample(*_layer(make, "RNN_TANH", 2, 9, 3, 512))


def _layer_terms(sample: Sample) -> int:
    """Of all steps together: an error in a state goes on into the next."""
    x, w = sample.args[1], sample.args[4:6]
    return int((w[0].shape[1] + w[1].shape[1] + 2) * max(1, x.shape[0]))


def _cell_reference(mode: str) -> Any:
    def reference(input: Any, hx: Any, *weights: Any) -> Any:
        single = input.ndim == 1
        x = input[None] if single else input
        hidden = weights[1].shape[1]
        states = hx if isinstance(hx, (tuple, list)) else (hx, None)
        h, c = (np.zeros((len(x), hidden)) if s is None else s[None] if single else s for s in states)
        found = _step(mode, x, h, c, *weights, *([None] * (4 - len(weights))))
        found = [y[0] if single else y for y in found if y is not None]
        return tuple(found) if mode == "LSTM" else found[0]

    return reference


def _cell_samples(mode: str) -> Any:
    def state(make: Make, *shape: int) -> Any:
        return (make(*shape), make(*shape)) if mode == "LSTM" else make(*shape)

    def samples(make: Make) -> Iterator[Sample]:
        yield Sample(make(2, 3), state(make, 2, 2), *_weights(make, mode, 3, 2, True))
        yield Sample(make(2, 1), state(make, 2, 3), *_weights(make, mode, 1, 3, False))
        yield Sample(make(2), state(make, 3), *_weights(make, mode, 2, 3, True))

    def sizes(make: Make) -> Iterator[Sample]:
        yield Sample(make(2, 3), None, *_weights(make, mode, 3, 2, True))
        yield Sample(make(0, 3), state(make, 0, 2), *_weights(make, mode, 3, 2, True))
        for batch, hidden in product((1, 9, 17), (8, 15, 33, 64)):
            yield Sample(make(batch, 7), state(make, batch, hidden), *_weights(make, mode, 7, hidden, True))
        yield Sample(make(40, 30), state(make, 40, 70), *_weights(make, mode, 30, 70, True))

    return samples, sizes


def _cell_terms(sample: Sample) -> int:
    return int(sample.args[2].shape[1] + sample.args[3].shape[1] + 2)


def _of_order_one(reference: Any) -> Any:
    """States are; the terms of their sums, some more."""

    def magnitude(*args: Any, **kwargs: Any) -> list[np.ndarray]:
        return [np.full(np.shape(result), 4.0) for result in outputs(reference(*args, **kwargs))]

    return magnitude


def _torch_cell(name: str, mode: str) -> Any:
    """PyTorch's functions want states, and a batch."""

    def function(torch: Any, input: Any, hx: Any, *weights: Any) -> Any:
        single = input.dim() == 1
        x = input[None] if single else input
        if hx is None:
            h: Any = x.new_zeros(len(x), weights[1].shape[1])
            h = (h, h) if mode == "LSTM" else h
        elif single:
            h = tuple(s[None] for s in hx) if mode == "LSTM" else hx[None]
        else:
            h = hx
        found = getattr(torch, name)(x, h, *weights)
        if not single:
            return found
        return tuple(y[0] for y in found) if mode == "LSTM" else found[0]

    return function


def _cell(name: str, mode: str) -> Op:
    samples, sizes = _cell_samples(mode)
    return Op(
        f"nn.functional.recurrent.{name}",
        samples,
        _cell_reference(mode),
        sizes,
        terms=_cell_terms,
        magnitude=_of_order_one(_cell_reference(mode)),
        torch=_torch_cell(name, mode),
    )


OPS = [
    Op(
        "nn.functional.recurrent.recurrent",
        _layer_samples,
        _recurrent,
        _layer_sizes,
        terms=_layer_terms,
        magnitude=_of_order_one(_recurrent),
        call=_call_recurrent,
    ),
    _cell("rnn_tanh_cell", "RNN_TANH"),
    _cell("rnn_relu_cell", "RNN_RELU"),
    _cell("lstm_cell", "LSTM"),
    _cell("gru_cell", "GRU"),
]
