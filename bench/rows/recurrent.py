"""Recurrent layers over sequences and in a Python loop, and embeddings."""

from __future__ import annotations

from libraries import Library
from workloads import Row, Section, Statement


def over_a_sequence(kind: str, steps: int, width: int, batch: int, layers: int = 1) -> Row:
    """Forward, and all gradients of the weights: of an input that is data."""
    gates = 4 if kind == "LSTM" else 3

    def build(library: Library) -> Statement:
        layer = getattr(library.lib.nn, kind)(width, width, layers)
        x, gradient = library.randn(steps, batch, width), library.randn(steps, batch, width)
        parameters = list(layer.parameters())

        def step() -> None:
            for parameter in parameters:
                parameter.grad = None
            layer(x)[0].backward(gradient)

        return "step()", {"step": step}

    product = 2.0 * steps * batch * gates * width * width
    more = f", {layers} layers" if layers > 1 else ""
    return Row(
        f"{kind} {steps} steps x {width}, batch {batch}{more}",
        build,
        flops=(6 * layers - 1) * product,  # the first layer's input has no gradient
        bytes=4.0 * layers * steps * batch * width * (2 * gates + 6),
    )


def in_a_loop(kind: str, steps: int, width: int, batch: int) -> Row:
    def build(library: Library) -> Statement:
        cell = getattr(library.lib.nn, kind)(width, width)
        inputs = [library.randn(batch, width) for _ in range(steps)]
        parameters = list(cell.parameters())

        def step() -> None:
            for parameter in parameters:
                parameter.grad = None
            state = None
            for x in inputs:
                state = cell(x, state)
            (state[0] if isinstance(state, tuple) else state).sum().backward()

        return "step()", {"step": step}

    return Row(f"{kind}, {steps} steps x {width}, batch {batch}", build)


def embedding(rows: int, width: int, *shape: int) -> Row:
    def build(library: Library) -> Statement:
        layer = library.lib.nn.Embedding(rows, width)
        indices, gradient = library.labels(rows, *shape), library.randn(*shape, width)

        def step() -> None:
            layer.weight.grad = None
            layer(indices).backward(gradient)

        return "step()", {"step": step}

    tokens = 1
    for n in shape:
        tokens *= n
    # the rows are read and written, the gradient is cleared, read and added to
    return Row(
        f"{rows} x {width}, indices {' x '.join(map(str, shape))}",
        build,
        bytes=4.0 * width * (rows + 5 * tokens),
    )


SIZES = ((28, 128, 64), (100, 256, 32), (35, 650, 20, 2), (500, 32, 1))


def sections() -> list[Section]:
    return [
        Section(
            "Recurrent layers, forward+backward",
            [over_a_sequence(kind, *sizes) for kind in ("LSTM", "GRU") for sizes in SIZES],
            {"torch": 2.0},
            {"torch": 1.5},
        ),
        Section(
            "Recurrent cells in a Python loop, forward+backward",
            [in_a_loop(kind, 50, 32, 1) for kind in ("RNNCell", "LSTMCell", "GRUCell")],
            {"torch": 6.0},
        ),
        Section(
            "Embeddings, forward+backward",
            [embedding(1000, 64, 32, 128), embedding(10000, 128, 12, 64), embedding(50000, 256, 32, 128)],
            {"torch": 2.0},
        ),
    ]
