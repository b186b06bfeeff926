"""The table's lines of dropout."""

from __future__ import annotations

from collections.abc import Iterator

from .entry import Make, Op, Sample


def _dropout(name: str, *shapes: tuple[int, ...], training: bool = True) -> Op:
    """What is kept is random, so only what does not depend on it is here; tests/nn has the statistics."""

    def samples(make: Make) -> Iterator[Sample]:
        for shape in shapes:
            yield Sample(make(*shape), 0.0, True)
            yield Sample(make(*shape), 0.5, False)
            yield Sample(make(*shape), 1.0, training=True)

    return Op(
        f"nn.functional.{name}",
        samples,
        lambda x, p=0.5, training=training: x * 0 if p == 1.0 and training else x,
        lambda make: [Sample(make(0, *shapes[0][1:]), 1.0, True)],
        ulps=0,
        threaded=False,
        torch=f"nn.functional.{name}",
    )


OPS = [
    Op(
        "nn.functional.dropout",
        lambda make: [Sample(make(2, 3), 0.0), Sample(make(2, 3), 0.5, False), Sample(make(5), 1.0)],
        lambda x, p=0.5, training=True: x * 0 if p == 1.0 else x,
        lambda make: [Sample(make(0), 1.0), Sample(make(129), 1.0)],
        ulps=0,
        threaded=False,
        torch="nn.functional.dropout",
    ),
    _dropout("dropout1d", (2, 3, 4), (3, 4)),
    _dropout("dropout2d", (2, 3, 4, 2), (2, 3, 4)),
    _dropout("dropout3d", (2, 3, 4, 2, 1), (2, 3, 4, 1)),
    _dropout("alpha_dropout", (2, 3), training=False),
    _dropout("feature_alpha_dropout", (2, 3, 4), training=False),
]
