"""Arguments of convolutions, pooling, normalisation, losses and what else networks are made of."""

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


def _sizes(d: Draw, axes: int, values: tuple[int, ...]) -> Any:
    return d.pick(values) if d.chance(0.6) else tuple(d.pick(values) for _ in range(axes))


def _channels(d: Draw) -> tuple[int, int, int]:
    """Groups, and how many channels there are on each side."""
    if d.chance(0.15):
        c = d.pick((1, 3, 8, 16, 17))
        return c, c, c * d.pick((1, 1, 2))
    groups = d.pick((1, 1, 1, 2, 3, 4))
    return groups, groups * d.pick((1, 1, 2, 3, 4, 8)), groups * d.pick((1, 1, 2, 3, 5, 8, 16))


def _batched(d: Draw, *shape: int) -> tuple[int, ...]:
    return shape if d.chance(0.15) else (d.pick((0, 1, 1, 2, 3, 5)), *shape)


def _conv(axes: int) -> Drawer:
    longest = (1000, 34, 10)[axes - 1]

    def drawn(d: Draw, op: Op) -> Sample:
        groups, c, k = _channels(d)
        kernel = [d.pick((1, 2, 3, 3, 5, 7)) for _ in range(axes)]
        stride, dilation = _sizes(d, axes, (1, 1, 1, 2, 3)), _sizes(d, axes, (1, 1, 1, 2, 3))
        padding: Any = _sizes(d, axes, (0, 0, 1, 2, 3))
        if d.chance(0.15):
            padding = "valid"
        elif d.chance(0.15):
            padding, stride = "same", 1
        size = [
            max(
                d.whole(1, min(longest, d.most)),
                _span(n, dilation, at) - 2 * _at(padding, at) if padding != "same" else 1,
            )
            for at, n in enumerate(kernel)
        ]
        bias = d.array(k) if d.chance(0.6) else None
        x, weight = d.array(*_batched(d, c, *size)), d.array(k, c // groups, *kernel)
        return Sample(x, weight, bias, stride, padding, dilation, groups)

    return drawn


def _conv_transpose(axes: int) -> Drawer:
    longest = (300, 17, 6)[axes - 1]

    def drawn(d: Draw, op: Op) -> Sample:
        groups, k, c = _channels(d)
        kernel = [d.pick((1, 2, 3, 4, 5)) for _ in range(axes)]
        stride, dilation = _sizes(d, axes, (1, 2, 2, 3)), _sizes(d, axes, (1, 1, 1, 2))
        spans = [_span(n, dilation, at) for at, n in enumerate(kernel)]
        padding = tuple(d.whole(0, (span - 1) // 2) for span in spans)
        extra = tuple(d.whole(0, max(_at(stride, at), _at(dilation, at)) - 1) for at in range(axes))
        size = [d.whole(1, min(longest, d.most)) for _ in range(axes)]
        bias = d.array(c) if d.chance(0.6) else None
        x, weight = d.array(*_batched(d, k, *size)), d.array(k, c // groups, *kernel)
        return Sample(x, weight, bias, stride, padding, extra, groups, dilation)

    return drawn


def _pad(d: Draw, op: Op) -> Sample:
    mode = d.pick(("constant", "reflect", "replicate", "circular"))
    axes = d.whole(1, 3)
    shape = bounded(tuple(d.length(2) for _ in range(axes + d.whole(1, 2))))
    if mode == "constant" and d.chance(0.3):
        axes = d.whole(0, len(shape))
    widths = []
    for n in shape[::-1][:axes]:
        most = {"reflect": n - 1, "circular": n}.get(mode, 9)
        widths += [d.whole(0, min(most, 9)), d.whole(0, min(most, 9))]
        if d.chance(0.2) and mode != "circular":
            widths[-1] = -d.whole(0, n // 2)
    options = {"value": d.whole(0, 3)} if mode == "constant" and d.dtype.kind != "b" and d.chance(0.5) else {}
    return Sample(d.array(*shape), tuple(widths), mode, **options)


def _fold(d: Draw, op: Op) -> Sample:
    kernel, dilation = _pair(d, (1, 2, 2, 3, 4)), _pair(d, (1, 1, 2))
    padding, stride = _pair(d, (0, 0, 1, 2)), _pair(d, (1, 1, 2, 3))
    c = d.pick((1, 2, 5, 8))
    size = [max(d.whole(1, min(20, d.most)), _span(kernel, dilation, at) - 2 * _at(padding, at)) for at in (0, 1)]
    if op.name.endswith("unfold"):
        return Sample(d.array(*_batched(d, c, *size)), kernel, dilation, padding, stride)
    windows = [(size[at] + 2 * _at(padding, at) - _span(kernel, dilation, at)) // _at(stride, at) + 1 for at in (0, 1)]
    x = d.array(*_batched(d, c * _at(kernel, 0) * _at(kernel, 1), windows[0] * windows[1]))
    return Sample(x, tuple(size), kernel, dilation, padding, stride)


def _axes(op: Op) -> int:
    """Of a function whose name ends with them: "avg_pool3d"."""
    return int(op.name.removesuffix("_with_indices")[-2])


def _pool(d: Draw, op: Op) -> Sample:
    axes, is_max = _axes(op), "max_pool" in op.name
    kernel = _sizes(d, axes, (1, 2, 2, 3, 4, 5)[: 5 - axes + 1])
    stride = None if d.chance(0.3) else _sizes(d, axes, (1, 2, 3))
    least = min(kernel) if isinstance(kernel, tuple) else kernel
    padding = d.whole(0, least // 2)
    options: dict[str, Any] = {"ceil_mode": True} if d.chance(0.5) else {}
    if is_max and d.chance(0.3):
        options["dilation"] = _sizes(d, axes, (1, 2))
    spans = [_span(kernel, options.get("dilation", 1), at) - 2 * padding for at in range(axes)]
    lengths = [d.whole(1, min((70, 34, 9)[axes - 1], d.most)) for _ in range(axes)]
    if not options.get("ceil_mode"):  # then an image may be smaller than a window
        lengths = [max(n, span) for n, span in zip(lengths, spans, strict=True)]
    if op.name.endswith("_with_indices"):  # padding alone has no place
        lengths = [max(n, _at(options.get("dilation", 1), at)) for at, n in enumerate(lengths)]
    if axes == 3 and not is_max:  # of volumes PyTorch refuses them even with padding
        lengths = [max(n, _at(kernel, at)) for at, n in enumerate(lengths)]
    shape = (d.pick((1, 2, 5, 8, 17)), *lengths)
    if d.chance(0.8):
        shape = (d.pick((0, 1, 2, 3)), *shape)
    x = d.array(*shape, low=-8, high=8)
    if is_max:
        if d.chance(0.1) and x.size and not op.name.endswith("_with_indices"):
            x.flat[d.whole(0, x.size - 1)] = np.nan
    else:
        if d.chance(0.4):
            options["count_include_pad"] = False
        if axes > 1 and d.chance(0.2):
            options["divisor_override"] = d.pick((1, 3, 7))
    return Sample(x, kernel, stride, padding, **options)


def _adaptive(d: Draw, op: Op) -> Sample:
    axes = _axes(op)

    def size() -> Any:
        return d.pick((1, 2, 3, 5, 7, None) if axes == 2 else (1, 2, 3, 5, 7))

    wanted = size() if d.chance(0.4) or axes == 1 else tuple(size() for _ in range(axes))
    lengths = (d.whole(1, 8), d.whole(1, 12), d.whole(1, 20))[-axes:]
    return Sample(d.array(d.pick((1, 2)), d.pick((1, 3, 8, 17)), *lengths), wanted)


def _interpolate(d: Draw, op: Op) -> Sample:
    axes = d.pick((1, 2, 2, 2, 3))
    shape = (d.pick((0, 1, 2)), d.pick((1, 2, 3, 8, 17)), *(d.whole(1, min((70, 24, 7)[axes - 1], d.most)),) * axes)
    linear = ("linear", "bilinear", "trilinear")[axes - 1]
    mode = d.pick(("nearest", "area", linear, linear, *(("bicubic", "bilinear", "lanczos") if axes == 2 else ())))
    options: dict[str, Any] = {"mode": mode}
    smooth = mode == "lanczos" or (mode in ("bilinear", "bicubic") and d.chance(0.4))
    if smooth:
        options["antialias"] = True
    elif mode not in ("nearest", "area"):
        options["align_corners"] = d.chance(0.5)
    if not smooth and d.chance(0.3):
        return Sample(d.array(*shape), scale_factor=d.pick((2, 2.0, 3)), **options)
    lengths = range(2 if smooth else 1, 40)  # of width 1, PyTorch's antialiased images repeat the first row
    if mode == "nearest":  # where float32 and float64 find the same inputs
        lengths = [m for m in lengths if _same_inputs(shape[2], m)]
    return Sample(d.array(*shape), tuple(d.pick(lengths) for _ in range(axes)), **options)


def _same_inputs(n: int, size: int) -> bool:
    places = np.arange(size)
    found = np.floor(places.astype(np.float32) * (np.float32(n) / np.float32(size)))
    return bool((np.minimum(found, n - 1) == places * n // size).all())


def _grid_sample(d: Draw, op: Op) -> Sample:
    """Places that are not where weights jump or have corners."""
    axes = d.pick((2, 2, 3))
    n, c = d.pick((0, 1, 2)), d.pick((1, 2, 5, 17))
    image = tuple(d.whole(1, (20, 7)[axes - 2]) for _ in range(axes))
    sizes = np.array(image[::-1])
    corners = d.chance(0.5)
    shape = (n, *(d.whole(1, (20, 7)[axes - 2]) for _ in range(axes)), axes)
    at = (np.floor(d.random.uniform(-3, 2 * sizes + 3, shape)) + 0.37) / 2
    grid = at / np.maximum(sizes - 1, 1) * 2 - 1 if corners else (2 * at + 1) / sizes - 1
    mode = d.pick(("bilinear", "bilinear", "nearest", *(("bicubic",) if axes == 2 else ())))
    padding_mode = d.pick(("zeros", "border", "reflection"))
    return Sample(d.array(n, c, *image), grid.astype(d.dtype), mode, padding_mode, corners)


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


def _rms_norm(d: Draw, op: Op) -> Sample:
    shape = d.shape(d.whole(1, 4), low=1)
    ending = shape[-d.whole(1, len(shape)) :]
    return Sample(d.array(*shape), ending, d.array(*ending) if d.chance(0.7) else None, d.pick((1e-5, 1e-2)))


def _group_norm(d: Draw, op: Op) -> Sample:
    groups = d.pick((1, 1, 2, 3, 5))
    c = groups * d.pick((1, 2, 3, 4))
    shape = (d.whole(2, 5), c, *d.shape(d.pick((0, 1, 2, 2)), low=1))
    if int(np.prod(shape)) <= shape[0] * groups:  # groups of one element are all 0
        shape = (*shape[:2], 5)
    weight = d.array(c) if d.chance(0.7) else None
    bias = d.array(c) if d.chance(0.7) else None
    return Sample(d.array(*bounded(shape, fixed=1)), groups, weight, bias, d.pick((1e-5, 1e-2)))


def _attention(d: Draw, op: Op) -> Sample:
    lead = d.shape(d.pick((0, 1, 2)), low=1)
    most = max(1, min(140, d.most * 4))
    queries, keys = d.whole(1, most), d.whole(1, most)
    depth, values = d.pick((1, 3, 8, 16, 17, 33)), d.pick((1, 2, 8, 15, 32))
    lead = tuple(min(n, 3) for n in lead)
    options: dict[str, Any] = {}
    if d.chance(0.4):
        options["is_causal"] = True
    elif d.chance(0.6):
        shape = d.pick(((queries, keys), (1, keys), (*lead, queries, keys)))
        options["attn_mask"] = Fixed(d.array(*shape) > -0.5) if d.chance(0.5) else d.array(*shape)
    if d.chance(0.3):
        options["scale"] = d.pick((0.0, 0.1, 1.0))
    q, k, v = d.array(*lead, queries, depth), d.array(*lead, keys, depth), d.array(*lead, keys, values)
    return Sample(q, k, v, **options)


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
    for name, number in (("smooth_l1_loss", "beta"), ("huber_loss", "delta")):
        if op.name.endswith(name) and d.chance(0.6):
            options[number] = d.pick((0.5, 1.0, 2.0))
    if op.name.endswith("margin_loss"):
        return Sample(d.array(*shape, low=-6, high=6), _signs(d, *shape), **options)
    return Sample(d.array(*shape), d.array(*shape), **options)


def _signs(d: Draw, *shape: int) -> Fixed:
    return Fixed(np.where(d.random.random(shape) < 0.5, 1, -1).astype(d.dtype))


def _prelu(d: Draw, op: Op) -> Sample:
    shape = d.shape(d.pick((0, 1, 2, 2, 3, 4)))
    channels = shape[1] if len(shape) > 1 else 1
    return Sample(d.array(*shape, low=-4, high=4, edges=d.edges()), d.array(d.pick((1, channels))))


def _glu(d: Draw, op: Op) -> Sample:
    shape = list(d.shape(d.whole(1, 4)))
    axis = d.axis(len(shape))
    shape[axis] -= shape[axis] % 2
    return Sample(d.array(*shape, low=-4, high=4), axis)


def _ctc(d: Draw, op: Op) -> Sample:
    steps, count, classes = d.whole(1, 12), d.whole(1, 4), d.whole(2, min(20, d.most))
    blank, most = d.whole(0, classes - 1), d.whole(1, 9)
    targets = d.random.integers(0, classes - 1, (count, most))
    targets = np.where(targets >= blank, targets + 1, targets)
    lengths, labels = d.random.integers(1, steps + 1, count), d.random.integers(0, most + 1, count)
    if d.chance(0.4):
        targets = np.concatenate([line[:n] for line, n in zip(targets, labels, strict=True)])
    options = {"reduction": d.pick(("mean", "sum", "none")), "zero_infinity": True}
    lengths, labels = (tuple(n.tolist()) if d.chance(0.5) else Fixed(n) for n in (lengths, labels))
    return Sample(d.array(steps, count, classes), Fixed(targets), lengths, labels, blank, **options)


def _rows(d: Draw, op: Op) -> Sample:
    m, first, second = d.length(1), d.whole(1, 9), d.whole(1, 9)
    p = d.pick((1.0, 2.0, 2.0, 3.0, np.inf))
    if op.name.endswith("pdist"):
        return Sample(d.array(first, m), p)
    leading = d.pick(((), (), (2,), (3, 1)))
    return Sample(d.array(*leading, first, m), d.array(*d.pick(((), leading)), second, m), p)


def _bilinear(d: Draw, op: Op) -> Sample:
    i, j, k = (d.whole(1, min(20, d.most)) for _ in range(3))
    leading = d.shape(d.pick((0, 1, 1, 2)))
    bias = (d.array(k),) if d.chance(0.6) else ()
    return Sample(d.array(*leading, i), d.array(*leading, j), d.array(k, i, j), *bias)


DRAWERS: dict[str, Drawer] = {
    **{f"nn.functional.conv{axes}d": _conv(axes) for axes in (1, 2, 3)},
    **{f"nn.functional.conv_transpose{axes}d": _conv_transpose(axes) for axes in (1, 2, 3)},
    "nn.functional.pad": _pad,
    "nn.functional.unfold": _fold,
    "nn.functional.fold": _fold,
    **{f"nn.functional.{kind}_pool{axes}d": _pool for kind in ("max", "avg") for axes in (1, 2, 3)},
    **{f"nn.functional.max_pool{axes}d_with_indices": _pool for axes in (1, 2, 3)},
    **{f"nn.functional.adaptive_{kind}_pool{axes}d": _adaptive for kind in ("max", "avg") for axes in (1, 2, 3)},
    **{f"nn.functional.adaptive_max_pool{axes}d_with_indices": _adaptive for axes in (1, 2, 3)},
    "nn.functional.interpolate": _interpolate,
    "nn.functional.grid_sample": _grid_sample,
    "nn.functional.batch_norm": _batch_norm,
    "nn.functional.layer_norm": _layer_norm,
    "nn.functional.rms_norm": _rms_norm,
    "nn.functional.group_norm": _group_norm,
    "nn.functional.scaled_dot_product_attention": _attention,
    "nn.functional.prelu": _prelu,
    "nn.functional.glu": _glu,
    "nn.functional.ctc_loss": _ctc,
    "cdist": _rows,
    "nn.functional.pdist": _rows,
    "nn.functional.bilinear": _bilinear,
    "nn.functional.cross_entropy": _class_loss,
    "nn.functional.nll_loss": _class_loss,
    **dict.fromkeys(
        (
            "nn.functional.mse_loss",
            "nn.functional.l1_loss",
            "nn.functional.smooth_l1_loss",
            "nn.functional.huber_loss",
            "nn.functional.soft_margin_loss",
            "nn.functional.binary_cross_entropy",
            "nn.functional.binary_cross_entropy_with_logits",
        ),
        _pair_loss,
    ),
}
