"""Elements moved between channels and pixels."""

from __future__ import annotations

from .case import Case, Draw, Given, layer, of_layer


def pixel_shuffle(d: Draw) -> Given:
    r = d.integer(1, 3)
    return layer(r).on(d.normal(d.shape(2), d.integer(1, 3) * r * r, d.sizes(2, 1, 4)))


def pixel_unshuffle(d: Draw) -> Given:
    r = d.integer(1, 3)
    return layer(r).on(d.normal(d.shape(2), d.integer(1, 3), d.integer(1, 3) * r, d.integer(1, 3) * r))


def channel_shuffle(d: Draw) -> Given:
    groups = d.integer(1, 4)
    return layer(groups).on(d.normal(d.integer(1, 3), d.integer(1, 3) * groups, d.shape(3, least=1)))


CASES = [
    Case("nn.PixelShuffle", pixel_shuffle),
    Case("nn.PixelUnshuffle", pixel_unshuffle),
    Case("nn.ChannelShuffle", channel_shuffle),
    Case("nn.functional.pixel_shuffle", of_layer(pixel_shuffle)),
    Case("nn.functional.pixel_unshuffle", of_layer(pixel_unshuffle)),
    Case("nn.functional.channel_shuffle", of_layer(channel_shuffle)),
]
