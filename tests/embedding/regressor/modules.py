"""Modules of its own: what a call gives is what forward says."""

from __future__ import annotations

import fastgrad as fg
from fastgrad import Tensor, nn


class Standardize(nn.Module):
    """Take away a mean and divide by a scale, both kept as buffers."""

    mean: Tensor
    scale: Tensor

    def __init__(self, features: int) -> None:
        super().__init__()
        self.register_buffer("mean", fg.zeros(features))
        self.register_buffer("scale", fg.ones(features))

    @fg.no_grad()
    def adapt(self, x: Tensor) -> None:
        self.mean.copy_(x.mean(axis=0))
        self.scale.copy_(x.std(axis=0).clip(1e-6))

    def forward(self, x: Tensor) -> Tensor:
        return (x - self.mean) / self.scale


class Residual(nn.Module):
    """``x + f(x)`` with a learned factor before f."""

    def __init__(self, width: int, *, generator: fg.Generator | None = None) -> None:
        super().__init__()
        self.first = nn.Linear(width, width)
        self.second = nn.Linear(width, width)
        self.factor = nn.Parameter(fg.tensor(0.1))
        nn.init.kaiming_normal_(self.first.weight)
        nn.init.zeros_(self.second.bias)
        if generator is not None:
            nn.init.normal_(self.second.weight, std=0.01, generator=generator)

    def branch(self, x: Tensor) -> Tensor:
        return self.first(x).relu()

    def forward(self, x: Tensor) -> Tensor:
        return x + self.factor * self.second(self.branch(x))


class Attention(nn.Module):
    """Weigh the features; the weights come out too."""

    def __init__(self, width: int) -> None:
        super().__init__()
        self.score = nn.Linear(width, width)

    def forward(self, x: Tensor, temperature: float = 1.0) -> tuple[Tensor, Tensor]:
        weights = nn.functional.softmax(self.score(x) / temperature, dim=-1)
        return weights * x, weights


class Blocks(nn.Module):
    """A list and a dict of modules."""

    def __init__(self, width: int, depth: int) -> None:
        super().__init__()
        self.blocks = nn.ModuleList(Residual(width) for _ in range(depth))
        self.heads = nn.ModuleDict({"mean": nn.Linear(width, 1), "log_scale": nn.Linear(width, 1)})
        self.gains = nn.ParameterList([fg.ones(width) for _ in range(depth)])

    def forward(self, x: Tensor) -> dict[str, Tensor]:
        for block, gain in zip(self.blocks, self.gains, strict=True):
            x = block(x) * gain
        return {name: head(x) for name, head in self.heads.items()}

    def first_branch(self, x: Tensor) -> Tensor:
        return self.blocks[0].branch(x)
