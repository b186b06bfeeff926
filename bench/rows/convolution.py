"""Convolution with bias: images, the shapes that arithmetic bounds and the others; signals, volumes and transposes."""

from __future__ import annotations

from dataclasses import dataclass
from math import prod

from libraries import Library
from workloads import BOTH_FORMATS, Row, Section, Statement, with_backward


@dataclass(frozen=True)
class Shape:
    """Batch, channels, image size, filters, kernel size; the padding keeps the size at stride 1."""

    n: int
    c: int
    h: int
    k: int
    r: int
    stride: int = 1
    dilation: int = 1
    groups: int = 1

    @property
    def padding(self) -> int:
        return self.dilation * (self.r // 2)

    @property
    def out(self) -> int:
        return (self.h + 2 * self.padding - self.dilation * (self.r - 1) - 1) // self.stride + 1

    @property
    def weight(self) -> tuple[int, int, int, int]:
        return self.k, self.c // self.groups, self.r, self.r

    @property
    def flops(self) -> float:
        k, c, r, _ = self.weight
        return 2.0 * self.n * self.out**2 * k * c * r * r

    @property
    def bytes(self) -> float:
        return 4.0 * self.n * (self.c * self.h**2 + self.k * self.out**2)

    def __str__(self) -> str:
        return f"N{self.n} C{self.c} H{self.h} K{self.k}"

    def row(self, what: str, backward: bool, headline: str = "", share: float = 0.0) -> Row:
        """Forward alone, or with the gradients of all three inputs: two more passes of the same size."""

        def build(library: Library) -> Statement:
            conv2d = library.lib.nn.functional.conv2d
            x = library.images(self.n, self.c, self.h, self.h, grad=backward)
            w, b = library.images(*self.weight, grad=backward), library.randn(self.k, grad=backward)
            options = (self.stride, self.padding, self.dilation, self.groups)
            if backward:
                return with_backward(library, lambda: conv2d(x, w, b, *options), [x, w, b])
            return "conv2d(x, w, b, *options)", {"conv2d": conv2d, "x": x, "w": w, "b": b, "options": options}

        passes = 3 if backward else 1
        return Row(
            f"{what}, {self}{', forward+backward' if backward else ''}",
            build,
            BOTH_FORMATS,
            flops=passes * self.flops,
            bytes=passes * self.bytes,
            headline=headline,
            share=share,
            scaling=self in SCALING,
        )


COMPUTE_BOUND = [
    ("3x3", Shape(32, 64, 56, 64, 3)),
    ("3x3", Shape(32, 128, 28, 128, 3)),
    ("3x3", Shape(32, 256, 14, 256, 3)),
    ("3x3", Shape(32, 512, 7, 512, 3)),
    ("3x3", Shape(64, 32, 14, 64, 3)),
]
SCALING = [shape for _, shape in COMPUTE_BOUND]
OTHERS = [
    ("7x7 stride 2", Shape(32, 3, 224, 64, 7, stride=2)),
    ("1x1", Shape(32, 64, 56, 256, 1)),
    ("3x3 first layer", Shape(64, 1, 28, 32, 3)),
    ("3x3 depthwise", Shape(32, 64, 56, 64, 3, groups=64)),
    ("3x3 dilation 2", Shape(32, 64, 28, 64, 3, dilation=2)),
    ("3x3 groups 4", Shape(32, 64, 28, 64, 3, groups=4)),
    ("5x5 stride 2", Shape(32, 32, 56, 64, 5, stride=2)),
    ("3x3 batch 1", Shape(1, 64, 56, 64, 3)),
    ("3x3 odd channels", Shape(16, 37, 27, 53, 3)),
]


def of_axes(what: str, name: str, x: tuple[int, ...], w: tuple[int, ...], **options: int | tuple[int, ...]) -> Row:
    """Forward and all three gradients of ``nn.functional.<name>``, whose flops are counted on the smaller side."""
    transposed = "transpose" in name
    shape = "x".join(map(str, x))
    stride, padding, dilation = (_each(options.get(k, d), len(x) - 2) for k, d in DEFAULTS)
    out = [
        (n + 2 * p - e * (r - 1) - 1) // s + 1
        for n, p, e, r, s in zip(x[2:], padding, dilation, w[2:], stride, strict=True)
    ]
    pixels = x[0] * prod(x[2:] if transposed else out)
    filters = w[1] if transposed else w[0]
    made = prod(stride) if transposed else 1

    def build(library: Library) -> Statement:
        function = getattr(library.lib.nn.functional, name)
        images, weight = library.images(*x, grad=True), library.images(*w, grad=True)
        bias = library.randn(filters, grad=True)
        return with_backward(library, lambda: function(images, weight, bias, **options), [images, weight, bias])

    return Row(
        f"{what}, {shape} to {filters}, forward+backward",
        build,
        BOTH_FORMATS,
        flops=6.0 * pixels * prod(w),
        bytes=12.0 * (prod(x) + pixels * made * filters),
    )


DEFAULTS = (("stride", 1), ("padding", 0), ("dilation", 1))


def _each(value: int | tuple[int, ...], axes: int) -> tuple[int, ...]:
    return (value,) * axes if isinstance(value, int) else value


OF_OTHER_AXES = [
    of_axes("conv1d kernel 9", "conv1d", (32, 64, 1024), (64, 64, 9), padding=4),
    of_axes("conv1d kernel 3 dilation 4", "conv1d", (16, 128, 512), (128, 128, 3), padding=4, dilation=4),
    of_axes("conv1d kernel 8 stride 4", "conv1d", (16, 32, 4096), (64, 32, 8), stride=4, padding=2),
    of_axes("conv3d kernel 3", "conv3d", (4, 16, 16, 56, 56), (32, 16, 3, 3, 3), padding=1),
    of_axes("conv3d kernel 3", "conv3d", (2, 64, 8, 28, 28), (64, 64, 3, 3, 3), padding=1),
    of_axes("conv3d kernel 3 stride 2", "conv3d", (4, 32, 16, 28, 28), (64, 32, 3, 3, 3), padding=1, stride=2),
    of_axes(
        "conv_transpose2d kernel 4 stride 2",
        "conv_transpose2d",
        (16, 128, 14, 14),
        (128, 64, 4, 4),
        stride=2,
        padding=1,
    ),
    of_axes("conv_transpose2d kernel 2 stride 2", "conv_transpose2d", (16, 128, 14, 14), (128, 64, 2, 2), stride=2),
    of_axes("conv_transpose1d kernel 8 stride 4", "conv_transpose1d", (16, 64, 256), (64, 32, 8), stride=4, padding=2),
    of_axes("conv_transpose3d kernel 2 stride 2", "conv_transpose3d", (2, 64, 4, 14, 14), (64, 32, 2, 2, 2), stride=2),
]


def sections() -> list[Section]:
    first = COMPUTE_BOUND[0][1]
    return [
        Section(
            "Convolution bound by arithmetic, forward",
            [shape.row(what, False, share=0.8) for what, shape in COMPUTE_BOUND],
            {"torch": 1.0},
            {"torch": 0.95, "torch warm": 0.95},
            warm=True,
        ),
        Section(
            "Convolution, the others, forward",
            [shape.row(what, False) for what, shape in OTHERS],
            {"torch": 1.5},
            {"torch": 1.0, "torch warm": 0.95},
            warm=True,
        ),
        Section(
            "Convolution, forward and all three gradients",
            [
                shape.row(what, True, f"convolution {what} {shape}, forward+backward" if shape is first else "")
                for what, shape in (*COMPUTE_BOUND, *OTHERS)
            ],
            {"torch": 1.4},
            {"torch": 0.95, "torch warm": 0.95},
            warm=True,
        ),
        Section(
            "Convolution of signals and volumes, and transposed, forward and all three gradients",
            OF_OTHER_AXES,
            {"torch": 1.3},
            {"torch": 1.0},
        ),
    ]
