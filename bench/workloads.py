"""What is measured: the rows of the table, each a statement to time and the arithmetic and bytes it cannot do without.

A floor counts a multiplication and an addition as two operations, and every array that must be read or written once per
pass over it; what stays in registers or is recomputed counts nothing.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

import models
import numpy as np
from libraries import Library

Statement = tuple[str, dict[str, Any]]  # Python source, and the names it uses

PLAIN: tuple[str, ...] = ("plain",)
IMAGES: tuple[str, ...] = ("plain", "channels last")


@dataclass(frozen=True)
class Row:
    """One line of the table.

    `group` names the process: rows of one group are measured in the same one, one after the other. `sides` maps a
    library to the variants measured; the table shows the better. `per` divides the time, where the statement does a
    thing several times. `rate` shows GFLOP/s instead of time.
    """

    name: str
    build: Callable[[Library], Statement]
    sides: dict[str, tuple[str, ...]]
    group: str
    flops: float = 0.0
    bytes: float = 0.0
    per: int = 1
    rate: bool = False
    headline: bool = False


@dataclass
class Table:
    rows: list[Row] = field(default_factory=list)

    def add(self, name: str, build: Callable[[Library], Statement], group: str = "", **options: Any) -> None:
        sides = options.pop("sides", {"fastgrad": PLAIN, "torch": PLAIN})
        self.rows.append(Row(name, build, sides, group or name, **options))


# ---- kernels ----


def matmul(n: int) -> Callable[[Library], Statement]:
    return lambda library: ("a @ b", {"a": library.randn(n, n), "b": library.randn(n, n)})


def with_backward(library: Library, forward: Callable[[], Any], leaves: list[Any]) -> Statement:
    """Forward, then backward from a given gradient in the variant's memory format, into fresh `.grad`s."""
    gradient = library.images(*forward().shape)

    def step() -> None:
        for leaf in leaves:
            leaf.grad = None
        forward().backward(gradient)

    return "step()", {"step": step}


def conv(
    n: int, c: int, h: int, k: int, r: int, stride: int, backward: bool
) -> tuple[Callable[[Library], Statement], float, float]:
    """The workload, its arithmetic and its bytes; backward is two more passes of the same size."""
    padding = r // 2
    out = (h + 2 * padding - r) // stride + 1
    passes = 3 if backward else 1
    flops = passes * 2.0 * n * out * out * k * c * r * r
    touched = passes * 4.0 * n * (c * h * h + k * out * out)

    def build(library: Library) -> Statement:
        conv2d = library.lib.nn.functional.conv2d
        x, w = library.images(n, c, h, h, grad=backward), library.images(k, c, r, r, grad=backward)
        if not backward:
            return f"conv2d(x, w, None, {stride}, {padding})", {"conv2d": conv2d, "x": x, "w": w}
        return with_backward(library, lambda: conv2d(x, w, None, stride, padding), [x, w])

    return build, flops, touched


def max_pool(backward: bool) -> Callable[[Library], Statement]:
    def build(library: Library) -> Statement:
        pool = library.lib.nn.functional.max_pool2d
        x = library.images(32, 64, 56, 56, grad=backward)
        return with_backward(library, lambda: pool(x, 2), [x]) if backward else ("pool(x, 2)", {"pool": pool, "x": x})

    return build


def adam(count: int) -> Callable[[Library], Statement]:
    def build(library: Library) -> Statement:
        parameters = [library.randn(count // 10, grad=True) for _ in range(10)]
        for parameter in parameters:
            parameter.grad = library.randn(count // 10)
        return "step()", {"step": library.optimizer("Adam", parameters, lr=1e-3).step}

    return build


# ---- training steps ----


def step(
    make: Callable[[Library], Any],
    data: Callable[[Library], tuple[Any, Any]],
    loss: str,
    optimizer: str,
    **options: Any,
) -> Callable[[Library], Statement]:
    """zero_grad, forward, loss, backward, update."""

    def build(library: Library) -> Statement:
        model, (x, y) = library.model(make(library)), data(library)
        criterion = getattr(library.lib.nn.functional, loss)
        update = library.optimizer(optimizer, model.parameters(), **options)

        def step() -> None:
            update.zero_grad()
            criterion(model(x), y).backward()
            update.step()

        return "step()", {"step": step}

    return build


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


# ---- small operations ----


def small(code: str) -> Callable[[Library], Statement]:
    def build(library: Library) -> Statement:
        graph = library.name != "numpy"
        vectors = {name: library.tensor(np.linspace(0.1, 0.9, 8, dtype=np.float32), grad=graph) for name in "ab"}
        matrices = {name: library.randn(8, 8, grad=graph) for name in "mn"}
        return code, {**vectors, **matrices, "exp": library.lib.exp}

    return build


def chain(length: int) -> Callable[[Library], Statement]:
    def build(library: Library) -> Statement:
        x, a, b = (library.randn(8, grad=True) for _ in range(3))

        def run() -> None:
            x.grad = a.grad = b.grad = None
            h = x
            for _ in range(length // 2):
                h = h * a
                h = h + b
            h.sum().backward()

        return "run()", {"run": run}

    return build


def table() -> list[Row]:
    """All rows, in the order shown."""
    t = Table()
    for n in (128, 512, 2048):
        sides = {"fastgrad": PLAIN, "torch": PLAIN, "numpy": PLAIN}
        t.add(f"matmul {n}", matmul(n), sides=sides, flops=2.0 * n**3, bytes=12.0 * n**2, rate=True, headline=n == 512)

    sides = {"fastgrad": IMAGES, "torch": IMAGES}
    for what, shape in (
        ("3x3 N32 C64 H56 K64", (32, 64, 56, 64, 3, 1)),
        ("7x7 stride 2 N32 C3 H224 K64", (32, 3, 224, 64, 7, 2)),
        ("1x1 N32 C64 H56 K256", (32, 64, 56, 256, 1, 1)),
        ("3x3 N64 C1 H28 K32", (64, 1, 28, 32, 3, 1)),
    ):
        for backward in (False, True):
            build, flops, touched = conv(*shape, backward)
            name = f"conv {what}, forward{'+backward' if backward else ''}"
            t.add(name, build, sides=sides, flops=flops, bytes=touched, headline="C64 H56 K64" in what and backward)
    pixels = 4.0 * 32 * 64 * 56 * 56
    t.add("max pool 2x2 32x64x56x56, forward", max_pool(False), sides=sides, bytes=1.25 * pixels)
    t.add("max pool 2x2 32x64x56x56, forward+backward", max_pool(True), sides=sides, bytes=2.5 * pixels, headline=True)
    fused = {"fastgrad": PLAIN, "torch": ("plain", "fused")}
    t.add("Adam, 10 M parameters", adam(10_000_000), sides=fused, bytes=28.0 * 10_000_000, headline=True)

    t.add(
        "step: MLP 784-128-10, batch 64, SGD",
        step(
            lambda library: models.mlp(library, 784, 128, 10),
            lambda library: (library.randn(64, 784), library.labels(10, 64)),
            *("cross_entropy", "SGD"),
            lr=1e-3,
        ),
        flops=mlp_flops(64, 784, 128, 10),
        headline=True,
    )
    t.add(
        "step: MLP 4-32-32-1, batch 32, Adam",
        step(
            lambda library: models.mlp(library, 4, 32, 32, 1),
            lambda library: (library.randn(32, 4), library.randn(32, 1)),
            *("mse_loss", "Adam"),
            lr=1e-3,
        ),
        flops=mlp_flops(32, 4, 32, 32, 1),
    )
    t.add(
        "step: LeNet on 28x28, batch 64, Adam",
        step(models.lenet, images(64, 1, 28), "cross_entropy", "Adam", lr=1e-3),
        sides=sides,
        flops=conv_flops(64, (28, 1, 6, 5), (10, 6, 16, 5)) + mlp_flops(64, 400, 120, 84, 10),
    )
    t.add(
        "step: CNN 32-64-128 on 28x28, batch 64, Adam",
        step(models.cnn, images(64, 1, 28), "cross_entropy", "Adam", lr=1e-3),
        sides=sides,
        flops=conv_flops(64, (28, 1, 32, 3), (14, 32, 64, 3), (7, 64, 128, 3)),
        headline=True,
    )
    t.add(
        "step: ResNet-18 on 32x32, batch 16, SGD momentum",
        step(models.resnet18, images(16, 3, 32), "cross_entropy", "SGD", lr=1e-3, momentum=0.9),
        sides=sides,
        flops=conv_flops(16, *RESNET18),
        headline=True,
    )
    tokens = 12 * 64
    t.add(
        "step: GPT 4 layers x 128, batch 12 x 64 tokens, AdamW",
        step(
            lambda library: models.gpt(library, vocabulary=65, layers=4, width=128, heads=4, length=64),
            lambda library: (library.labels(65, 12, 64), library.labels(65, tokens)),
            *("cross_entropy", "AdamW"),
            lr=1e-4,
        ),
        flops=3 * 2.0 * tokens * (4 * (12 * 128**2 + 2 * 64 * 128) + 65 * 128),
    )
    t.add(
        "step: LSTM 28 steps x 128 hidden, batch 64, Adam",
        step(
            lambda library: models.lstm(library, 28, 128, 10),
            lambda library: (library.randn(64, 28, 28), library.labels(10, 64)),
            *("cross_entropy", "Adam"),
            lr=1e-3,
        ),
        flops=3 * 2.0 * 64 * 28 * 4 * 128 * (28 + 128),
    )

    sides = {"fastgrad": PLAIN, "torch": PLAIN, "numpy": PLAIN}
    for what, code in (
        ("add", "a + b"),
        ("multiply", "a * b"),
        ("multiply by a number", "a * 2.0"),
        ("exp", "exp(a)"),
        ("sum", "a.sum()"),
        ("a[3]", "a[3]"),
        ("a[2:5]", "a[2:5]"),
        ("reshape", "a.reshape(2, 4)"),
        ("matmul 8x8", "m @ n"),
    ):
        t.add(f"8 elements, recorded: {what}", small(code), "8 elements", sides=sides, headline=what == "add")
    t.add("8 elements, forward+backward, per operation of 200", chain(200), "8 elements", per=200)
    return t.rows
