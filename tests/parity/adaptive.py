"""The adaptive softmax."""

from __future__ import annotations

from typing import Any

from .case import Case, Draw, Given, layer


def adaptive(d: Draw) -> Given:
    features, count = d.integer(4, 16), d.integer(4, 12)
    cutoffs = sorted({d.integer(1, count - 1) for _ in range(d.integer(1, 3))})
    options = d.options(div_value=lambda: d.real(1.5, 2.0), head_bias=d.flag())
    options.setdefault("div_value", 2.0)
    batch = d.batch(empty=0.0)
    return layer(features, count, cutoffs, **options).on(d.normal(batch, features), d.integers(batch, high=count))


def log_prob(lib: Any, member: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    x = inputs[0] if getattr(inputs[0], "ndim", 2) == 2 else inputs[0].reshape(1, -1)
    return member.log_prob(x), member.predict(x)


CASES = [
    Case("nn.AdaptiveLogSoftmaxWithLoss", adaptive),
    Case("nn.AdaptiveLogSoftmaxWithLoss", adaptive, invoke=log_prob),
]
