"""The table's lines of dropout."""

from __future__ import annotations

from .entry import Op, Sample

# What is kept is random, so only what does not depend on it is here; tests/nn has the statistics.
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
]
