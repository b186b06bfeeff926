"""A classifier of images and its training step."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import numpy as np
import numpy.typing as npt

import fastgrad as fg
from fastgrad import Tensor, nn, optim
from fastgrad.data import DataLoader, TensorDataset
from fastgrad.nn import functional as F

ACTIVATIONS: dict[str, Callable[[Tensor], Tensor]] = {"relu": fg.relu, "tanh": nn.Tanh(), "none": nn.Identity()}


class Classifier(nn.Module):
    def __init__(self, classes: int, activation: str = "relu") -> None:
        super().__init__()
        self.features = nn.Sequential(nn.Conv2d(1, 4, 3, padding=1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d(2))
        self.head = nn.Linear(4, classes)
        self.temperature = nn.Parameter(fg.ones(1))
        self.activation = ACTIVATIONS[activation]
        for module in self.modules():
            if isinstance(module, (nn.Linear, nn.Conv2d)):
                nn.init.kaiming_uniform_(module.weight)
                nn.init.zeros_(module.bias)
            elif isinstance(module, nn.BatchNorm2d):
                nn.init.ones_(module.weight)

    def forward(self, x: Tensor) -> Tensor:
        pooled = self.activation(self.features(x)).mean(axis=(2, 3))
        return self.head(pooled) / self.temperature

    def penalty(self) -> Tensor:
        return self.head.weight.square().sum() + self.features[0].weight.square().sum() + self.head.bias.abs().sum()

    @property
    def size(self) -> int:
        return sum(p.size for p in self.parameters())


def step(net: Classifier, optimizer: optim.Optimizer, x: Tensor, y: Tensor) -> dict[str, float]:
    logits = net(x)
    loss = F.cross_entropy(logits, y, label_smoothing=0.05) + 1e-4 * net.penalty()
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    norm = nn.utils.clip_grad_norm_(net.parameters(), max_norm=5.0)
    optimizer.step()
    accuracy = (logits.argmax(axis=1) == y).mean().item()
    return {"loss": loss.item(), "norm": float(norm), "accuracy": accuracy}


def epochs(
    net: Classifier, optimizer: optim.Optimizer, x: npt.NDArray[np.float32], y: npt.NDArray[np.int64], count: int
) -> Iterator[float]:
    """Train, and give each epoch's accuracy."""
    loader = DataLoader(TensorDataset(x, y), batch_size=16, drop_last=True)
    for _ in range(count):
        results = [step(net, optimizer, images, labels) for images, labels in loader]
        yield sum(result["accuracy"] for result in results) / len(loader)


def probabilities(net: nn.Module, x: Tensor) -> npt.NDArray[np.float32]:
    with fg.no_grad():
        return F.softmax(net(x), dim=1).numpy()
