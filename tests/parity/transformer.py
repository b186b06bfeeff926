"""The transformer, its encoder and decoder, and their layers."""

from __future__ import annotations

from typing import Any

import numpy as np

from .attention import hidden
from .case import Case, Draw, Each, Given, layer


def configured(d: Draw) -> tuple[int, int, dict[str, Any]]:
    """Features, heads, and what else layers are made with: no dropout, whose draws are the library's own."""
    heads, each = d.sizes(2, 1, 3)
    options = d.options(
        activation=["relu", "gelu", Each(lambda lib: lib.nn.functional.gelu)],
        layer_norm_eps=lambda: d.real(1e-3, 0.1),
        batch_first=d.flag(),
        norm_first=d.flag(),
        bias=d.flag(),
    )
    return heads * each, heads, {"dim_feedforward": d.integer(1, 7), "dropout": 0.0, **options}


def sequences(
    d: Draw, options: dict[str, Any], features: int, *lengths: int
) -> tuple[tuple[int, ...], list[np.ndarray]]:
    batch = (d.integer(1, 3),) if d.flag(0.8) else ()
    first = options.get("batch_first", False)
    shapes = [(*batch, n) if first else (n, *batch) for n in lengths]
    return batch, [d.normal(shape, features) for shape in shapes]


def causal(d: Draw, n: int) -> Any:
    """Told by its values: of bool, or of numbers."""
    later = np.triu(np.ones((n, n), bool), 1)
    return (
        later
        if d.flag()
        else Each(lambda lib: lib.nn.Transformer.generate_square_subsequent_mask(n, dtype=lib.float()))
    )


def source_masks(d: Draw, batch: tuple[int, ...], n: int, prefix: str, mask: str) -> dict[str, Any]:
    options: dict[str, Any] = {}
    if d.flag(0.4):
        options[f"{prefix}_key_padding_mask"] = hidden(d, batch, n, floats=0.0)
    if d.flag(0.4):
        options[mask] = hidden(d, n, n, floats=0.0) if d.flag() else causal(d, n)
    return options


def encoder_layer(d: Draw) -> Given:
    features, heads, options = configured(d)
    n = d.integer(1, 6)
    batch, (x,) = sequences(d, options, features, n)
    wanted = source_masks(d, batch, n, "src", "src_mask")
    return layer(features, heads, **options).on(x, **wanted)


def decoder_layer(d: Draw) -> Given:
    features, heads, options = configured(d)
    n, m = d.sizes(2, 1, 5)
    batch, inputs = sequences(d, options, features, n, m)
    wanted = source_masks(d, batch, n, "tgt", "tgt_mask")
    if d.flag(0.4):
        wanted["memory_mask"] = hidden(d, n, m, floats=0.0)
    if d.flag(0.4):
        wanted["memory_key_padding_mask"] = hidden(d, batch, m, floats=0.0)
    return layer(features, heads, **options).on(*inputs, **wanted)


def stacked(name: str) -> Any:
    def drawn(d: Draw) -> Given:
        features, heads, options = configured(d)
        n, m = d.sizes(2, 1, 5)
        encodes = name == "Encoder"
        batch, inputs = sequences(d, options, features, n) if encodes else sequences(d, options, features, n, m)

        def made(lib: Any) -> Any:
            with_function = {k: v.make(lib) if isinstance(v, Each) else v for k, v in options.items()}
            return getattr(lib.nn, f"Transformer{name}Layer")(features, heads, dtype=lib.float64, **with_function)

        norm = {"norm": Each(lambda lib: lib.nn.LayerNorm(features, dtype=lib.float64))} if d.flag() else {}
        wanted = source_masks(d, batch, n, "src" if encodes else "tgt", "mask" if encodes else "tgt_mask")
        return layer(Each(made), d.integer(1, 3), **norm).on(*inputs, **wanted)

    return drawn


def transformer(d: Draw) -> Given:
    features, heads, options = configured(d)
    n, m = d.sizes(2, 1, 5)
    batch, inputs = sequences(d, options, features, n, m)
    wanted = source_masks(d, batch, n, "src", "src_mask") | source_masks(d, batch, m, "tgt", "tgt_mask")
    layers = {"num_encoder_layers": d.integer(1, 2), "num_decoder_layers": d.integer(1, 2)}
    return layer(features, heads, **layers, **options).on(*inputs, **wanted)


# What a layer rounds goes through all that come behind it.
CASES = [
    Case("nn.TransformerEncoderLayer", encoder_layer),
    Case("nn.TransformerDecoderLayer", decoder_layer),
    Case("nn.TransformerEncoder", stacked("Encoder"), float32=4.0),
    Case("nn.TransformerDecoder", stacked("Decoder"), float32=4.0),
    Case("nn.Transformer", transformer, float32=8.0),
]
