"""Whole training steps, and which of their rows' memory is measured."""

from __future__ import annotations

from collections.abc import Callable
from itertools import pairwise
from typing import Any

import jax_steps
import models
from libraries import Library
from workloads import IMAGES, PLAIN, Build, Row, Section, Sides, training_step

FUSED: tuple[str, ...] = ("plain", "fused")
VECTORS: Sides = {"fastgrad": PLAIN, "torch": FUSED}
PICTURES: Sides = {"fastgrad": IMAGES, "torch": (*IMAGES, "fused", "channels last, fused")}
TITLE = "Training steps"


def images(n: int, c: int, h: int) -> Callable[[Library], tuple[Any, Any]]:
    return lambda library: (library.images(n, c, h, h), library.labels(10, n))


def mlp_flops(batch: int, *widths: int) -> float:
    """Forward, gradients of weights and, after the first layer, of inputs."""
    layers = [2.0 * batch * a * b for a, b in pairwise(widths)]
    return 3 * sum(layers) - layers[0]


def conv_flops(batch: int, *layers: tuple[int, int, int, int]) -> float:
    """The same for convolutions (output size, input channels, filters, kernel)."""
    each = [2.0 * batch * o * o * c * k * r * r for o, c, k, r in layers]
    return 3 * sum(each) - each[0]


RESNET18 = [
    (32, 3, 64, 3),
    *[(32, 64, 64, 3)] * 4,
    *[(16, 64, 128, 3), (16, 64, 128, 1), *[(16, 128, 128, 3)] * 3],
    *[(8, 128, 256, 3), (8, 128, 256, 1), *[(8, 256, 256, 3)] * 3],
    *[(4, 256, 512, 3), (4, 256, 512, 1), *[(4, 512, 512, 3)] * 3],
]


# The UNet's, of 32 channels and 28x28.
UNET = [
    *[(28, 1, 32, 3), *[(28, 32, 32, 3)] * 2, (14, 32, 32, 3)],
    *[(14, 32, 64, 3), (14, 32, 64, 1), (14, 64, 64, 3), (7, 64, 64, 3)],
    *[(7, 64, 128, 3), (7, 64, 128, 1), (7, 128, 128, 3), (7, 128, 384, 1), (7, 128, 128, 1)],
    *[(7, 128, 64, 3), (7, 128, 64, 1), (7, 64, 64, 3)],
    *[(14, 128, 32, 3), (14, 128, 32, 1), (14, 32, 32, 3)],
    *[(28, 64, 32, 3), (28, 64, 32, 1), (28, 32, 32, 3), (28, 32, 1, 3)],
]


def mlp_step(widths: tuple[int, ...], batch: int, classes: bool, optimizer: str) -> Build:
    """A perceptron's step; JAX's is its own text, as one function under jit."""
    eager = training_step(
        lambda library: models.mlp(library, *widths),
        lambda library: (
            library.randn(batch, widths[0]),
            library.labels(widths[-1], batch) if classes else library.randn(batch, widths[-1]),
        ),
        *("cross_entropy" if classes else "mse_loss", optimizer),
        lr=1e-3,
    )

    def build(library: Library) -> Any:
        if library.name == "jax":
            return jax_steps.mlp_step(library, widths, batch, classes, optimizer)
        return eager(library)

    return build


def digits_mlp() -> Row:
    return Row(
        "MLP 784-128-10, batch 64, SGD",
        mlp_step((784, 128, 10), 64, True, "SGD"),
        {**VECTORS, "jax": PLAIN},
        flops=mlp_flops(64, 784, 128, 10),
        headline="training step: MLP 784-128-10, batch 64, SGD",
        aims={"torch": 3.0},
    )


def gpt() -> Row:
    tokens = 12 * 64
    return Row(
        "GPT 4 layers x 128, batch 12 x 64 tokens, AdamW",
        training_step(
            lambda library: models.gpt(library, vocabulary=65, layers=4, width=128, heads=4, length=64),
            lambda library: (library.labels(65, 12, 64), library.labels(65, tokens)),
            *("cross_entropy", "AdamW"),
            lr=1e-4,
        ),
        VECTORS,
        flops=3 * 2.0 * tokens * (4 * (12 * 128**2 + 2 * 64 * 128) + 65 * 128),
    )


def lstm() -> Row:
    return Row(
        "LSTM 28 steps x 128 hidden, batch 64, Adam",
        training_step(
            lambda library: models.lstm(library, 28, 128, 10),
            lambda library: (library.randn(64, 28, 28), library.labels(10, 64)),
            *("cross_entropy", "Adam"),
            lr=1e-3,
        ),
        VECTORS,
        flops=3 * 2.0 * 64 * 28 * 4 * 128 * (28 + 128),
    )


def rows() -> list[Row]:
    return [
        digits_mlp(),
        Row(
            "LeNet on 28x28, batch 64, Adam",
            training_step(models.lenet, images(64, 1, 28), "cross_entropy", "Adam", lr=1e-3),
            PICTURES,
            flops=conv_flops(64, (28, 1, 6, 5), (10, 6, 16, 5)) + mlp_flops(64, 400, 120, 84, 10),
        ),
        Row(
            "CNN 32-64-128 on 28x28, batch 64, Adam",
            training_step(models.cnn, images(64, 1, 28), "cross_entropy", "Adam", lr=1e-3),
            PICTURES,
            flops=conv_flops(64, (28, 1, 32, 3), (14, 32, 64, 3), (7, 64, 128, 3)),
            headline="training step: CNN 32-64-128 on 28x28, batch 64, Adam",
            aims={"torch": 2.2, "torch NCHW": 3.5},
        ),
        Row(
            "ResNet-18 on 32x32, batch 16, SGD momentum",
            training_step(models.resnet18, images(16, 3, 32), "cross_entropy", "SGD", lr=1e-3, momentum=0.9),
            PICTURES,
            flops=conv_flops(16, *RESNET18),
            headline="training step: ResNet-18 on 32x32, batch 16, SGD momentum",
            aims={"torch": 1.4},
        ),
        Row(
            "UNet 32-64-128 on 28x28, group norm, batch 16, Adam",
            training_step(
                lambda library: models.unet(library, 16, 32),
                lambda library: (library.images(16, 1, 28, 28), library.images(16, 1, 28, 28)),
                *("mse_loss", "Adam"),
                lr=1e-3,
            ),
            PICTURES,
            flops=conv_flops(16, *UNET),
            aims={"torch": 1.5},
        ),
        gpt(),
        lstm(),
    ]


def sections() -> list[Section]:
    return [Section(TITLE, rows(), {}, {"torch warm": 0.95}, near_floor=0, warm=True)]
