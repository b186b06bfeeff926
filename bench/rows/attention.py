"""Attention, and the normalisations of transformers."""

from __future__ import annotations

from libraries import Library
from workloads import BOTH_FORMATS, PAIR, Build, Row, Section, Statement, with_backward


def attend(shape: tuple[int, ...], kind: str, backward: bool) -> Build:
    def build(library: Library) -> Statement:
        call = library.lib.nn.functional.scaled_dot_product_attention
        q, k, v = (library.randn(*shape, grad=backward) for _ in range(3))
        options = {"is_causal": True} if kind == "causal" else {}
        if kind == "masked":
            options["attn_mask"] = library.tensor(library.random.random((shape[0], 1, shape[2], shape[2])) < 0.8)
        if backward:
            return with_backward(library, lambda: call(q, k, v, **options), [q, k, v])
        return "call(q, k, v, **options)", {"call": call, "q": q, "k": k, "v": v, "options": options}

    return build


def attention() -> list[Row]:
    rows = []
    for shape, kind in (
        ((8, 8, 256, 64), "causal"),
        ((1, 8, 4096, 64), ""),
        ((4, 12, 1024, 64), "causal"),
        ((32, 4, 64, 32), "masked"),
    ):
        batch, heads, length, depth = shape
        scores = batch * heads * length * (length + 1) / 2 if kind == "causal" else float(batch * heads * length**2)
        for backward in (False, True):
            title = f"{'x'.join(map(str, shape))}{f', {kind}' if kind else ''}"
            rows.append(
                Row(
                    title + (", forward+backward" if backward else ""),
                    attend(shape, kind, backward),
                    # products of rows: two forward, and five backward, of which the first is made again
                    flops=2.0 * depth * scores * (7 if backward else 2),
                    no_grad=not backward,
                    scaling=True,
                )
            )
    return rows


def norm(name: str, *shape: int) -> Row:
    def build(library: Library) -> Statement:
        nn = library.lib.nn
        layer = {
            "layer": lambda: nn.LayerNorm(shape[-1]),
            "RMS": lambda: nn.RMSNorm(shape[-1]),
            "group": lambda: nn.GroupNorm(8, shape[1]),
            "instance": lambda: nn.InstanceNorm2d(shape[1]),
        }[name]()
        x = library.images(*shape, grad=True)
        return with_backward(library, lambda: layer(x), [x, *layer.parameters()])

    elements = 4.0
    for n in shape:
        elements *= n
    # Forward reads and writes, where a group stays in a cache; backward reads input and gradient, and writes.
    sides = BOTH_FORMATS if len(shape) > 2 else PAIR
    return Row(f"{name} norm {'x'.join(map(str, shape))}", build, sides, bytes=5 * elements, memory=4 * elements)


def sections() -> list[Section]:
    return [
        Section(
            "Attention",
            attention(),
            {"torch": 1.4},
            {"torch": 1.2, "torch warm": 0.95},
            warm=True,
        ),
        Section(
            "Layer, RMS, group and instance normalisation, forward+backward",
            [
                *[norm("layer", 8192, 512), norm("RMS", 8192, 512)],
                *[norm("group", 32, 64, 56, 56), norm("group", 16, 128, 14, 14), norm("instance", 16, 64, 56, 56)],
            ],
            {"torch": 1.5},
            {"torch": 1.2, "torch warm": 0.95},
            warm=True,
        ),
    ]
