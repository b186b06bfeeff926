"""Arguments of convolutions, pooling, normalisation and losses."""

from __future__ import annotations

from typing import Any

import numpy as np

from ...ops.entry import Fixed, Op, Sample
from .arguments import Draw, Drawer, bounded


def _pair(d: Draw, values: tuple[int, ...]) -> Any:
    return d.pick(values) if d.chance(0.6) else (d.pick(values), d.pick(values))


def _at(value: Any, at: int) -> int:
    """A height or a width of what may be one number for both, or a name for no padding."""
    return 0 if isinstance(value, str) else value[at] if isinstance(value, tuple) else value


def _span(kernel: Any, dilation: Any, at: int) -> int:
    """How many elements a window reaches over."""
    return _at(dilation, at) * (_at(kernel, at) - 1) + 1


def _conv2d(d: Draw, op: Op) -> Sample:
    groups = d.pick((1, 1, 1, 2, 3, 4))
    c, k = groups * d.pick((1, 1, 2, 3, 4, 8)), groups * d.pick((1, 1, 2, 3, 5, 8, 16))
    if d.chance(0.15):
        groups = c = d.pick((1, 3, 8, 16, 17))
        k = c * d.pick((1, 1, 2))
    r, s = d.pick((1, 2, 3, 3, 5, 7)), d.pick((1, 2, 3, 3, 5, 7))
    stride, dilation = _pair(d, (1, 1, 1, 2, 3)), _pair(d, (1, 1, 1, 2, 3))
    padding: Any = _pair(d, (0, 0, 1, 2, 3))
    if d.chance(0.15):
        padding = "valid"
    elif d.chance(0.15):
        padding, stride = "same", 1
    h, w = (
        max(d.whole(1, min(34, d.most)), _span(n, dilation, at) - 2 * _at(padding, at) if padding != "same" else 1)
        for at, n in enumerate((r, s))
    )
    shape = (c, h, w) if d.chance(0.15) else (d.pick((0, 1, 1, 2, 3, 5)), c, h, w)
    bias = d.array(k) if d.chance(0.6) else None
    return Sample(d.array(*shape), d.array(k, c // groups, r, s), bias, stride, padding, dilation, groups)


def _pool(d: Draw, op: Op) -> Sample:
    kernel = _pair(d, (1, 2, 2, 3, 4, 5))
    stride = None if d.chance(0.3) else _pair(d, (1, 2, 3))
    least = min(kernel) if isinstance(kernel, tuple) else kernel
    padding = d.whole(0, least // 2)
    options: dict[str, Any] = {"ceil_mode": True} if d.chance(0.5) else {}
    if op.name.endswith("max_pool2d") and d.chance(0.3):
        options["dilation"] = _pair(d, (1, 2))
    spans = (_span(kernel, options.get("dilation", 1), at) - 2 * padding for at in (0, 1))
    lengths = [d.whole(1, min(34, d.most)) for _ in range(2)]
    if not options.get("ceil_mode"):  # then an image may be smaller than a window
        lengths = [max(n, span) for n, span in zip(lengths, spans, strict=True)]
    shape = (d.pick((1, 2, 5, 8, 17)), *lengths)
    if d.chance(0.8):
        shape = (d.pick((0, 1, 2, 3)), *shape)
    x = d.array(*shape, low=-8, high=8)
    if op.name.endswith("max_pool2d"):
        if d.chance(0.1) and x.size:
            x.flat[d.whole(0, x.size - 1)] = np.nan
    else:
        if d.chance(0.4):
            options["count_include_pad"] = False
        if d.chance(0.2):
            options["divisor_override"] = d.pick((1, 3, 7))
    return Sample(x, kernel, stride, padding, **options)


def _adaptive(d: Draw, op: Op) -> Sample:
    def size() -> Any:
        return d.pick((1, 2, 3, 5, 7, None))

    wanted = size() if d.chance(0.4) else (size(), size())
    return Sample(d.array(d.pick((1, 2)), d.pick((1, 3, 8, 17)), d.whole(1, 12), d.whole(1, 20)), wanted)


def _batch_norm(d: Draw, op: Op) -> Sample:
    c = d.length(1)
    shape = bounded((d.whole(2, 6), c, *d.shape(d.pick((0, 1, 2, 2)), low=1)), fixed=1)
    training = d.chance(0.6)
    statistics = (Fixed(d.array(c)), Fixed(d.array(c, low=0.5, high=1.5)))
    if training and d.chance(0.2):
        statistics = (None, None)
    weight = d.array(c) if d.chance(0.7) else None
    bias = d.array(c) if d.chance(0.7) else None
    return Sample(d.array(*shape), *statistics, weight, bias, training, d.pick((0.1, 0.3, 1.0)), d.pick((1e-5, 1e-2)))


def _layer_norm(d: Draw, op: Op) -> Sample:
    shape = d.shape(d.whole(1, 4), low=1)
    count = d.whole(1, len(shape))
    if int(np.prod(shape[-count:])) < 2:
        shape = (*shape[:-1], 5)
    ending = shape[-count:]
    weight = d.array(*ending) if d.chance(0.7) else None
    bias = d.array(*ending) if d.chance(0.7) else None
    return Sample(d.array(*shape), ending, weight, bias, d.pick((1e-5, 1e-2)))


def _class_loss(d: Draw, op: Op) -> Sample:
    c = d.length(1)
    shape = (c,) if d.chance(0.1) else (d.length(1), c, *d.shape(d.pick((0, 0, 0, 1, 2)), low=1))
    shape = bounded(shape, fixed=min(1, len(shape) - 1))
    x = d.array(*shape, low=-5, high=5 if op.name.endswith("cross_entropy") else 0)
    labels = () if len(shape) == 1 else (shape[0], *shape[2:])
    options: dict[str, Any] = {"reduction": d.pick(("mean", "mean", "sum", "none"))}
    if d.chance(0.4):
        options["weight"] = Fixed(d.array(c, low=0.5, high=2.0))
    if op.name.endswith("cross_entropy"):
        if d.chance(0.4):
            options["label_smoothing"] = d.pick((0.1, 0.5, 1.0))
        if d.chance(0.2):
            return Sample(x, d.array(*shape, low=0, high=1), **options)
    if d.chance(0.3):
        options["ignore_index"] = d.whole(0, c - 1) if c > 1 else -100
    target = d.indices(*labels, below=c)
    kept = target.array != options.get("ignore_index", -100)
    if options["reduction"] == "mean" and not kept.any():
        options["reduction"] = "sum"  # 0 / 0 of a mean is a test of its own
    return Sample(x, target, **options)


def _pair_loss(d: Draw, op: Op) -> Sample:
    shape = d.shape(low=1)
    reduction = d.pick(("mean", "sum", "none"))
    options: dict[str, Any] = {"reduction": reduction}
    if "cross_entropy" in op.name:
        logits = op.name.endswith("logits")
        low, high = (-6, 6) if logits else (0.05, 0.95)
        if d.chance(0.3):
            options["weight"] = Fixed(d.array(*d.broadcast_from(shape), low=0.5, high=2.0))
        if logits and d.chance(0.3):
            options["pos_weight"] = Fixed(d.array(*d.broadcast_from(shape), low=0.5, high=2.0))
        return Sample(d.array(*shape, low=low, high=high), d.array(*shape, low=0, high=1), **options)
    return Sample(d.array(*shape), d.array(*shape), **options)


DRAWERS: dict[str, Drawer] = {
    "nn.functional.conv2d": _conv2d,
    "nn.functional.max_pool2d": _pool,
    "nn.functional.avg_pool2d": _pool,
    "nn.functional.adaptive_avg_pool2d": _adaptive,
    "nn.functional.batch_norm": _batch_norm,
    "nn.functional.layer_norm": _layer_norm,
    "nn.functional.cross_entropy": _class_loss,
    "nn.functional.nll_loss": _class_loss,
    **dict.fromkeys(
        (
            "nn.functional.mse_loss",
            "nn.functional.l1_loss",
            "nn.functional.binary_cross_entropy",
            "nn.functional.binary_cross_entropy_with_logits",
        ),
        _pair_loss,
    ),
}
