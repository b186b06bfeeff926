"""Optimizers and random numbers."""

from __future__ import annotations

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
        Section("Random numbers, 1 M", numbers(), {"torch": 2.0}, {"torch": 1.2, "torch warm": 0.95}, warm=True),
    ]
