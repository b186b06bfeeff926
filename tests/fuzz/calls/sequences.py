"""Arguments of recurrent layers, their cells, and embeddings."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ops.entry import Fixed, Op, Sample
from ...ops.table_recurrent import GATES
from .arguments import Draw, Drawer


def _weights(d: Draw, mode: str, width: int, hidden: int) -> list[Any]:
    rows, reach = GATES[mode] * hidden, 1.5 / (1 + hidden) ** 0.5
    shapes: list[tuple[int, ...]] = [(rows, width), (rows, hidden)]
    if d.chance(0.7):
        shapes += [(rows,), (rows,)]
    return [d.array(*shape, low=-reach, high=reach) for shape in shapes]


def _recurrent(d: Draw, op: Op) -> Sample:
    mode = d.pick(tuple(GATES))
    width, hidden, time = d.length(), d.length(1), d.whole(1, 6)
    options: dict[str, Any] = {"reverse": d.chance(0.4)}
    if d.chance(0.4):
        sizes = sorted((d.whole(1, 17) for _ in range(time)), reverse=True)
        options["batch_sizes"] = Fixed(np.array(sizes))
        batch, x = sizes[0], d.array(sum(sizes), width)
    else:
        batch = d.pick((0, 1, 2, 3, 5, 8, 17, 33))
        x = d.array(time, batch, width)
    c0 = d.array(batch, hidden) if mode == "LSTM" else None
    return Sample(mode, x, d.array(batch, hidden), c0, *_weights(d, mode, width, hidden), **options)


def _cell(mode: str) -> Drawer:
    def drawn(d: Draw, op: Op) -> Sample:
        width, hidden = d.length(), d.length(1)
        batch = () if d.chance(0.2) else (d.pick((0, 1, 2, 3, 8, 17)),)
        state: Any = None
        if d.chance(0.7):
            state = d.array(*batch, hidden)
            if mode == "LSTM":
                state = (state, d.array(*batch, hidden))
        return Sample(d.array(*batch, width), state, *_weights(d, mode, width, hidden))

    return drawn


def _embedding(d: Draw, op: Op) -> Sample:
    rows = d.length(1)
    return Sample(d.indices(*d.shape(d.whole(0, 3)), below=rows), d.array(rows, d.length()))


def _embedding_bag(d: Draw, op: Op) -> Sample:
    rows, width = d.length(1), d.length(1)
    options: dict[str, Any] = {"mode": d.pick(("mean", "sum", "max"))}
    if d.chance(0.3):
        options["padding_idx"] = d.whole(0, rows - 1)
    weight = d.array(rows, width)
    if options["mode"] == "max":  # of equals only one has the gradient
        weight = (d.random.permutation(rows * width).reshape(rows, width) / 64).astype(d.dtype)
    if d.chance(0.5):
        indices = d.indices(d.whole(0, 9), d.whole(1, 9), below=rows)
        offsets = None
    else:
        lengths = [d.whole(0, 5) for _ in range(d.whole(1, 9))]
        starts = np.cumsum([0, *lengths])
        options["include_last_offset"] = d.chance(0.3)
        offsets = Fixed(starts if options["include_last_offset"] else starts[:-1])
        indices = d.indices(sum(lengths), below=rows)
    if options["mode"] == "sum" and d.chance(0.4):
        options["per_sample_weights"] = d.array(*indices.array.shape)
    return Sample(indices, weight, offsets, **options)


DRAWERS: dict[str, Drawer] = {
    "nn.functional.recurrent.recurrent": _recurrent,
    "nn.functional.recurrent.rnn_tanh_cell": _cell("RNN_TANH"),
    "nn.functional.recurrent.lstm_cell": _cell("LSTM"),
    "nn.functional.recurrent.gru_cell": _cell("GRU"),
    "nn.functional.embedding": _embedding,
    "nn.functional.embedding_bag": _embedding_bag,
}
