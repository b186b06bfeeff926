"""Pooling, resampling, batch normalisation and losses."""

from __future__ import annotations

from math import prod
from typing import Any

from libraries import Library
from workloads import BOTH_FORMATS, Build, Row, Section, Statement, with_backward

HEADLINES = {"max 2x2 32x64x56x56, forward+backward": "max pooling 2x2 32x64x56x56, forward+backward"}


def pool(function: str, shape: tuple[int, ...], options: tuple[int, ...], backward: bool) -> Build:
    def build(library: Library) -> Statement:
        call = getattr(library.lib.nn.functional, function)
        x = library.images(*shape, grad=backward)
        if backward:
            return with_backward(library, lambda: call(x, *options), [x])
        return "call(x, *options)", {"call": call, "x": x, "options": options}

    return build


def pooling() -> list[Row]:
    rows = []
    for name, function in (("max", "max_pool2d"), ("average", "avg_pool2d")):
        for what, shape, options, part in (
            ("2x2", (32, 64, 56, 56), (2,), 1 / 4),
            ("3x3 stride 2", (32, 64, 112, 112), (3, 2, 1), 1 / 4),
        ):
            pixels = 4.0 * shape[0] * shape[1] * shape[2] * shape[3]
            for backward in (False, True):
                title = f"{name} {what} {'x'.join(map(str, shape))}{', forward+backward' if backward else ''}"
                rows.append(
                    Row(
                        title,
                        pool(function, shape, options, backward),
                        BOTH_FORMATS,
                        # Forward reads the image and writes the result; backward the other way round.
                        bytes=(2 if backward else 1) * (1 + part) * pixels,
                        headline=f"{name} pooling {title[4:]}"
                        if (name, what, backward) == ("max", "2x2", True)
                        else "",
                    )
                )
    return rows


def resample(what: str, shape: tuple[int, ...], size: tuple[int, ...], backward: bool, **options: Any) -> Row:
    def build(library: Library) -> Statement:
        interpolate = library.lib.nn.functional.interpolate
        x = library.images(*shape, grad=backward)
        if backward:
            return with_backward(library, lambda: interpolate(x, size, **options), [x])
        return "call(x, size, **options)", {"call": interpolate, "x": x, "size": size, "options": options}

    pixels = 4.0 * shape[0] * shape[1] * (prod(shape[2:]) + prod(size))
    title = (
        f"{what} {'x'.join(map(str, shape))} to {'x'.join(map(str, size))}{', forward+backward' if backward else ''}"
    )
    return Row(title, build, BOTH_FORMATS, bytes=(2 if backward else 1) * pixels)


def resampling() -> list[Row]:
    rows = []
    for backward in (False, True):
        rows += [
            resample("bilinear", (16, 64, 56, 56), (112, 112), backward, mode="bilinear"),
            resample("bicubic", (4, 16, 56, 56), (112, 112), backward, mode="bicubic"),
            resample("antialiased", (4, 3, 256, 256), (224, 224), backward, mode="bilinear", antialias=True),
            resample("nearest", (16, 64, 56, 56), (112, 112), backward, mode="nearest"),
            resample("trilinear", (2, 16, 8, 28, 28), (16, 56, 56), backward, mode="trilinear"),
        ]
    return rows


def batch_norm(*shape: int) -> Row:
    def build(library: Library) -> Statement:
        layer = library.lib.nn.BatchNorm2d(shape[1])
        x = library.images(*shape, grad=True)
        return with_backward(library, lambda: layer(x), [x, layer.weight, layer.bias])

    pixels = 4.0 * shape[0] * shape[1] * shape[2] * shape[3]
    # Forward reads twice (the statistics, then the values) and writes; backward reads image and gradient, twice, and
    # writes.
    return Row("x".join(map(str, shape)), build, BOTH_FORMATS, bytes=8 * pixels, memory=4 * pixels)


def cross_entropy(rows: int, classes: int) -> Row:
    def build(library: Library) -> Statement:
        loss = library.lib.nn.functional.cross_entropy
        x: Any = library.randn(rows, classes, grad=True)
        y = library.labels(classes, rows)

        def step() -> None:
            x.grad = None
            loss(x, y).backward()

        return "step()", {"step": step}

    return Row(
        f"{rows}x{classes}, forward+backward", build, bytes=3 * 4.0 * rows * classes, memory=2 * 4.0 * rows * classes
    )


def ctc(steps: int, samples: int, classes: int, labels: int) -> Row:
    """Of log_softmax's rows, as networks give them."""

    def build(library: Library) -> Statement:
        functional = library.lib.nn.functional
        x: Any = library.randn(steps, samples, classes, grad=True)
        targets = library.labels(classes - 1, samples, labels) + 1
        lengths = [steps] * samples, [labels] * samples

        def step() -> None:
            x.grad = None
            functional.ctc_loss(functional.log_softmax(x, 2), targets, *lengths).backward()

        return "step()", {"step": step}

    return Row(f"{steps}x{samples}x{classes}, {labels} labels, forward+backward", build)


def sections() -> list[Section]:
    return [
        Section(
            "Pooling",
            pooling(),
            {"torch": 2.0, "torch NCHW": 8.0},
            {"torch": 1.6, "torch warm": 0.95},
            warm=True,
        ),
        Section("Resampling", resampling(), {"torch": 1.3}, {"torch": 1.0}),
        Section(
            "Batch normalisation, forward+backward",
            [batch_norm(32, 64, 56, 56), batch_norm(64, 32, 28, 28), batch_norm(16, 512, 4, 4)],
            {"torch": 1.3},
            {"torch": 1.2, "torch warm": 0.95},
            warm=True,
        ),
        Section(
            "Connectionist temporal classification",
            [ctc(50, 16, 20, 10), ctc(200, 32, 80, 30)],
            {"torch": 2.0},
            {"torch": 2.0},
        ),
        Section(
            "Cross entropy",
            [cross_entropy(512, 10000), cross_entropy(64, 10)],
            {"torch": 1.5},
            {"torch": 1.2, "torch warm": 0.95},
            warm=True,
        ),
    ]
