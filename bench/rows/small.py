"""Work so small that the calls themselves are what it costs; with one thread and with all."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

import models
import numpy as np
from libraries import Library
from workloads import PAIR, PLAIN, Build, Row, Section, Statement

from rows import steps

INFERENCE = {"fastgrad": PLAIN, "torch": ("plain", "inference mode")}


def operation(code: str) -> Build:
    def build(library: Library) -> Statement:
        graph = library.name != "numpy"
        vectors = {name: library.tensor(np.linspace(0.1, 0.9, 8, dtype=np.float32), grad=graph) for name in "ab"}
        matrices = {name: library.randn(8, 8, grad=graph) for name in "mn"}
        return code, {**vectors, **matrices, "exp": library.lib.exp}

    return build


def operations() -> list[Row]:
    sides = {**PAIR, "numpy": PLAIN}
    rows = []
    for what, code, least in (
        ("a + b", "a + b", 1.0),
        ("a * b", "a * b", 1.0),
        ("a * 2.0", "a * 2.0", 1.0),
        ("a @ b, 8x8", "m @ n", 1.0),
        ("exp(a)", "exp(a)", 1.0),
        ("a.sum()", "a.sum()", 1.0),
        ("a[3]", "a[3]", 0.6),
        ("a[2:5]", "a[2:5]", 0.6),
        ("a.reshape(2, 4)", "a.reshape(2, 4)", 0.6),
    ):
        headline = "a + b on 8 elements, recorded" if what == "a + b" else ""
        rows.append(Row(what, operation(code), sides, headline=headline, aims={"numpy": least}))
    return rows


def chain(length: int) -> Build:
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


def forward(make: Callable[[Library], Any], *shape: int) -> Build:
    """A model called on one batch, in evaluation mode."""

    def build(library: Library) -> Statement:
        model = library.model(make(library))
        model.eval()
        return "model(x)", {"model": model, "x": library.images(*shape)}

    return build


def three_layers(library: Library) -> Any:
    nn = library.lib.nn
    return nn.Sequential(*(layer for _ in range(3) for layer in (nn.Linear(32, 32), nn.Tanh())))


def gru(steps: int, batch: int, width: int) -> Build:
    def build(library: Library) -> Statement:
        cell, x = models.gru_cell(library, width), library.randn(steps, batch, width)
        parameters = list(cell.parameters())

        def run() -> None:
            for parameter in parameters:
                parameter.grad = None
            h = library.lib.zeros(batch, width)
            for t in range(steps):
                h = cell(x[t], h)
            h.sum().backward()

        return "run()", {"run": run}

    return build


def clear_and_update(library: Library) -> Statement:
    """Gradients set to zero in place, so that there are some to update with."""
    parameters = [library.randn(32, 32, grad=True) for _ in range(50)]
    for parameter in parameters:
        parameter.grad = library.randn(32, 32)
    adam = library.optimizer("Adam", parameters, lr=1e-3)

    def run() -> None:
        adam.zero_grad(set_to_none=False)
        adam.step()

    return "run()", {"run": run}


def row(name: str, build: Build, least: float, *, aims: Mapping[str, float] | None = None, **options: Any) -> Row:
    return Row(name, build, aims={"torch": least, **(aims or {})}, **options)


def networks() -> list[Row]:
    images = {"fastgrad": ("plain", "channels last"), "torch": ("plain", "channels last", "inference mode")}
    return [
        row("200 operations on 8 elements, forward+backward, per operation", chain(200), 6.0, per=200),
        row(
            "nn.Linear(32, 32), batch 1, no_grad",
            forward(lambda library: library.lib.nn.Linear(32, 32), 1, 32),
            *(5.0,),
            sides=INFERENCE,
            no_grad=True,
        ),
        row(
            "nn.Sequential of 3 Linear(32, 32) with tanh, batch 1, no_grad",
            forward(three_layers, 1, 32),
            *(5.0,),
            sides=INFERENCE,
            no_grad=True,
        ),
        row(
            "training step: MLP 4-32-32-1, batch 32, Adam",
            steps.mlp_step((4, 32, 32, 1), 32, False, "Adam"),
            *(6.0,),
            aims={"jax": 1.5},
            sides={**steps.VECTORS, "jax": PLAIN},
            flops=steps.mlp_flops(32, 4, 32, 32, 1),
        ),
        steps.digits_mlp(),
        row(
            "GRU cell by hand, 32 wide, batch 8, 100 times, forward+backward",
            gru(100, 8, 32),
            *(4.0,),
            flops=3 * 2.0 * 100 * 8 * 3 * 32 * 64,
        ),
        row(
            "zero_grad and Adam step, 50 parameters of 32x32",
            clear_and_update,
            *(5.0,),
            sides={"fastgrad": PLAIN, "torch": ("plain", "foreach", "fused")},
        ),
        row(
            "inference: CNN 32-64-128 on 28x28, batch 1",
            forward(models.cnn, 1, 1, 28, 28),
            *(3.0,),
            sides=images,
            no_grad=True,
            flops=steps.conv_flops(1, (28, 1, 32, 3), (14, 32, 64, 3), (7, 64, 128, 3)) / 3,
        ),
        row(
            "inference: MLP 784-128-10, batch 1",
            forward(lambda library: models.mlp(library, 784, 128, 10), 1, 784),
            *(3.0,),
            sides=INFERENCE,
            no_grad=True,
            bytes=4.0 * (784 * 128 + 128 * 10),
            only_read=True,
        ),
    ]


def sections() -> list[Section]:
    return [
        Section(
            "Operations on 8 elements, recorded (NumPy: the plain call)",
            operations(),
            {"torch": 6.0},
            {"torch": 4.0},
            alone=True,
        ),
        Section("Small networks", networks(), near_floor=1.4, alone=True),
    ]
