"""What nn.utils makes of layers."""

from __future__ import annotations

from math import sin
from typing import Any

from .case import Case, Draw, Given, find, layer


def linear(d: Draw, **options: Any) -> Given:
    """A linear layer of these sizes, with these options of what is done to it."""
    sizes = d.sizes(2, 1, 6)
    return layer(sizes, **options).on(d.normal(d.shape(2), sizes[0]))


def weight_norm(d: Draw) -> Given:
    return linear(d, **d.options(dim=[0, 1, None]))


def spectral_norm(d: Draw) -> Given:
    return linear(d, **d.options(n_power_iterations=lambda: d.integer(1, 3), dim=[0, 1]))


def orthogonal(d: Draw) -> Given:
    return linear(d, **d.options(orthogonal_map=["matrix_exp", "cayley", "householder"], use_trivialization=d.flag()))


def pruned(d: Draw) -> Given:
    return linear(d, name="weight", amount=d.one_of(0, 1, d.real(0.0, 1.0)))


def pruned_slices(d: Draw) -> Given:
    amount = d.one_of(0, 1, d.real(0.0, 1.0))
    return linear(d, name="weight", amount=amount, n=d.one_of(1, 2, float("inf")), dim=d.one_of(0, 1, -1))


def changed(function: str) -> Any:
    """A linear layer after a function of nn.utils, with known weights: what is chosen by them is the same in both."""

    def make(lib: Any, sizes: tuple[int, int], **options: Any) -> Any:
        made = lib.nn.Linear(*sizes).to(lib.float())
        count = sizes[0] * sizes[1]
        weight = [sin(1.0 + i) for i in range(count)]  # no two slices of which have one norm
        with lib.no_grad():
            made.weight.copy_(lib.root.asarray(weight, dtype=lib.float()).reshape(sizes[1], sizes[0]))
        return find(lib.root, f"nn.utils.{function}")(made, **options)

    return make


def fused(lib: Any, sizes: tuple[int, int], bias: bool, affine: bool) -> Any:
    layers = lib.nn.Linear(*sizes, bias=bias), lib.nn.BatchNorm1d(sizes[1], affine=affine)
    return lib.nn.utils.fuse_linear_bn_eval(*(part.to(lib.float()).eval() for part in layers))


def fused_conv(lib: Any, sizes: tuple[int, int], bias: bool, affine: bool) -> Any:
    layers = lib.nn.Conv2d(*sizes, 1, bias=bias), lib.nn.BatchNorm2d(sizes[1], affine=affine)
    made = lib.nn.utils.fuse_conv_bn_eval(*(part.to(lib.float()).eval() for part in layers))
    return lib.nn.Sequential(lib.nn.Unflatten(-1, (-1, 1, 1)), made)


def fusible(d: Draw, affine: bool = True) -> Given:
    sizes = d.sizes(2, 1, 6)
    return layer(sizes, bias=d.flag(), affine=affine).on(d.normal(d.integer(1, 4), sizes[0]))


# Iterations that begin with random vectors are compared once the vectors, which are buffers, are loaded.
TWICE = "PyTorch's own gradgradcheck finds its second derivatives of weight normalisation wrong"
CASES = [
    Case("nn.utils.weight_norm", weight_norm, make=changed("weight_norm"), second=TWICE),
    Case("nn.utils.spectral_norm", spectral_norm, make=changed("spectral_norm")),
    Case(
        "nn.utils.parametrizations.weight_norm", weight_norm, make=changed("parametrizations.weight_norm"), second=TWICE
    ),
    Case("nn.utils.parametrizations.spectral_norm", spectral_norm, make=changed("parametrizations.spectral_norm")),
    Case("nn.utils.parametrizations.orthogonal", orthogonal, make=changed("parametrizations.orthogonal")),
    Case("nn.utils.prune.l1_unstructured", pruned, make=changed("prune.l1_unstructured")),
    Case("nn.utils.prune.ln_structured", pruned_slices, make=changed("prune.ln_structured")),
    Case("nn.utils.fuse_linear_bn_eval", fusible, make=fused),
    Case("nn.utils.fuse_conv_bn_eval", lambda d: fusible(d, d.flag()), make=fused_conv),
]
