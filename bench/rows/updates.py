"""Optimizers and random numbers."""

from __future__ import annotations

from itertools import count
from math import prod
from typing import Any

from libraries import Library
from workloads import PAIR, PLAIN, Build, Row, Section, Statement

COUNT = 10_000_000
FORMS: tuple[str, ...] = ("plain", "foreach", "fused")


def update(name: str, options: dict[str, Any]) -> Build:
    """One step over ten tensors."""

    def build(library: Library) -> Statement:
        parameters = [library.randn(COUNT // 10, grad=True) for _ in range(10)]
        for parameter in parameters:
            parameter.grad = library.randn(COUNT // 10)
        return "step()", {"step": library.optimizer(name, parameters, lr=1e-3, **options).step}

    return build


def optimizers() -> list[Row]:
    rows = []
    # The gradient is read; the parameter and so many arrays of state are read and written.
    for name, options, state in (
        ("SGD", {"momentum": 0.9}, 1),
        ("Adam", {}, 2),
        ("AdamW", {}, 2),
        ("RMSprop", {}, 1),
        ("Adagrad", {}, 1),
    ):
        title = f"{name}{' momentum' if options else ''}"
        forms = FORMS if name != "RMSprop" else FORMS[:2]  # PyTorch has no fused one
        sides = {"fastgrad": PLAIN, "torch": forms}
        headline = "Adam, 10 M parameters" if name == "Adam" else ""
        rows.append(
            Row(
                title,
                update(name, options),
                sides,
                bytes=4.0 * (3 + 2 * state) * COUNT,
                memory=4.0 * (2 + state) * COUNT,
                headline=headline,
            )
        )
    return rows


def gpt(layers: int, width: int, context: int) -> list[tuple[int, ...]]:
    """The shapes of a GPT's parameters, of 65 letters."""
    block = [(width,), (width,), (3 * width, width), (3 * width,), (width, width), (width,)]
    block += [(width,), (width,), (4 * width, width), (4 * width,), (width, 4 * width), (width,)]
    return [(65, width), (context, width), *layers * block, (width,), (width,)]


def clipped(shapes: list[tuple[int, ...]]) -> Build:
    """Gradients are clipped, to a little less each time, and AdamW steps."""

    def build(library: Library) -> Statement:
        parameters = [library.randn(*shape, grad=True) for shape in shapes]
        for parameter in parameters:
            parameter.grad = library.randn(*parameter.shape)
        update, limits = library.optimizer("AdamW", parameters, lr=1e-3), (0.999**i for i in count())
        clip = library.lib.nn.utils.clip_grad_norm_

        def step() -> None:
            clip(parameters, next(limits))
            update.step()

        return "step()", {"step": step}

    return build


def gpts() -> list[Row]:
    rows = []
    for name, shapes, aims in (
        ("4 layers x 128", gpt(4, 128, 64), {"torch": 2.0}),
        ("6 layers x 384", gpt(6, 384, 256), {}),
    ):
        size = sum(prod(shape) for shape in shapes)
        # The norm reads the gradients; scaling reads and writes them.
        traffic, memory = 4.0 * (1 + 2 + 7) * size, 4.0 * 4 * size
        sides = {"fastgrad": PLAIN, "torch": FORMS}
        rows.append(Row(name, clipped(shapes), sides, bytes=traffic, memory=memory, aims=aims))
    return rows


def other(name: str, options: dict[str, Any]) -> Build:
    """One step over the matrices of a GPT."""

    def build(library: Library) -> Statement:
        parameters = [library.randn(*shape, grad=True) for shape in gpt(4, 128, 64) if len(shape) == 2]
        for parameter in parameters:
            parameter.grad = library.randn(*parameter.shape)
        return "step()", {"step": library.optimizer(name, parameters, lr=1e-3, **options).step}

    return build


def others() -> list[Row]:
    forms = {"Muon": PLAIN}
    names = ("NAdam", "RAdam", "Adamax", "Adadelta", "Rprop", "ASGD", "Adafactor", "Muon")
    return [Row(name, other(name, {}), {"fastgrad": PLAIN, "torch": forms.get(name, FORMS[:2])}) for name in names]


def random(code: str, torch_code: str) -> Build:
    def build(library: Library) -> Statement:
        lib = library.lib
        names = {"lib": lib, "dropout": lib.nn.functional.dropout, "x": library.randn(1_000_000)}
        return torch_code if library.name == "torch" else code, names

    return build


def numbers() -> list[Row]:
    return [
        Row(name, random(code, torch_code), PAIR, bytes=touched)
        for name, code, torch_code, touched in (
            ("randn", "lib.randn(1000000)", "lib.randn(1000000)", 4e6),
            ("rand", "lib.rand(1000000)", "lib.rand(1000000)", 4e6),
            ("mask of dropout", "lib.bernoulli(0.5, 1000000)", "lib.empty(1000000).bernoulli_(0.5)", 4e6),
            ("dropout", "dropout(x, 0.5)", "dropout(x, 0.5)", 8e6),
        )
    ]


def sections() -> list[Section]:
    return [
        Section(
            "One optimizer step over 10 M parameters",
            optimizers(),
            {"torch": 1.5},
            {"torch": 0.95, "torch warm": 0.95},
            warm=True,
        ),
        Section("AdamW over a GPT's parameters, with clipping", gpts(), {"torch": 1.5}, {"torch": 0.95}),
        Section(
            "One step of the other optimizers over the matrices of a GPT, 4 layers x 128", others(), {"torch": 1.5}
        ),
        Section("Random numbers, 1 M", numbers(), {"torch": 2.0}, {"torch": 1.2, "torch warm": 0.95}, warm=True),
    ]
