"""Two-dimensional convolution with bias: the shapes that arithmetic bounds, and the others."""

from __future__ import annotations

from dataclasses import dataclass

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
    ]
