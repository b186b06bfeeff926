"""The estimator: fit, predict, score, save, load."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

import fastgrad as fg
from fastgrad import Tensor, data, nn, optim
from regressor.losses import HuberLoss
from regressor.modules import Residual, Standardize

Float32 = npt.NDArray[np.float32]


def batches(x: Tensor, y: Tensor, size: int, generator: fg.Generator) -> data.DataLoader[tuple[Tensor, ...]]:
    return data.DataLoader(data.TensorDataset(x, y), batch_size=size, shuffle=True, generator=generator)


class NetworkRegressor:
    """Fit a small network to rows of numbers, as scikit-learn's regressors do.

    Nothing of it touches the global generator, and nothing is global.
    """

    net: nn.Sequential

    def __init__(
        self,
        width: int = 32,
        depth: int = 1,
        epochs: int = 60,
        batch_size: int = 32,
        loss: Literal["squared", "absolute", "huber"] = "squared",
        optimizer: Literal["adam", "sgd"] = "adam",
        lr: float = 1e-2,
        seed: int = 0,
    ) -> None:
        self.width = width
        self.depth = depth
        self.epochs = epochs
        self.batch_size = batch_size
        self.loss = loss
        self.optimizer = optimizer
        self.lr = lr
        self.seed = seed
        self.losses: list[float] = []

    def _build(self, features: int) -> nn.Sequential:
        layers: list[nn.Module] = [Standardize(features), nn.Linear(features, self.width), nn.Tanh()]
        layers.extend(Residual(self.width) for _ in range(self.depth))
        net = nn.Sequential(*layers)
        net.append(nn.Linear(self.width, 1))
        return net

    def _criterion(self) -> Callable[[Tensor, Tensor], Tensor]:
        if self.loss == "huber":
            return HuberLoss(delta=0.5)
        return nn.MSELoss() if self.loss == "squared" else nn.L1Loss()

    def _optimizer(self) -> optim.Optimizer:
        if self.optimizer == "sgd":
            return optim.SGD(self.net.parameters(), lr=self.lr, momentum=0.9, nesterov=True)
        decayed = [p for p in self.net.parameters() if p.ndim > 1]
        others = [p for p in self.net.parameters() if p.ndim <= 1]
        return optim.AdamW([{"params": decayed}, {"params": others, "weight_decay": 0.0}], lr=self.lr)

    def fit(self, x: npt.ArrayLike, y: npt.ArrayLike) -> NetworkRegressor:
        inputs = fg.asarray(np.asarray(x, dtype=np.float32))
        targets = fg.asarray(np.asarray(y, dtype=np.float32)).reshape(-1, 1)
        generator = fg.Generator(self.seed)
        self.net = self._build(inputs.shape[1])
        first = self.net[0]
        assert isinstance(first, Standardize)
        first.adapt(inputs)
        criterion, optimizer = self._criterion(), self._optimizer()
        scheduler = optim.lr_scheduler.CosineAnnealingLR(optimizer, T_max=self.epochs)
        self.net.train()
        for _ in range(self.epochs):
            total = 0.0
            for batch, wanted in batches(inputs, targets, self.batch_size, generator):
                loss = criterion(self.net(batch), wanted)
                optimizer.zero_grad()
                loss.backward()
                nn.utils.clip_grad_norm_(self.net.parameters(), 10.0)
                optimizer.step()
                total += loss.item() * len(batch)
            scheduler.step()
            self.losses.append(total / len(inputs))
        self.net.eval()
        return self

    @fg.no_grad()
    def predict(self, x: npt.ArrayLike) -> Float32:
        out = self.net(fg.asarray(np.asarray(x, dtype=np.float32)))
        return out.squeeze(axis=-1).numpy()

    def score(self, x: npt.ArrayLike, y: npt.ArrayLike) -> float:
        """The share of the variance that is explained."""
        wanted = fg.asarray(np.asarray(y, dtype=np.float32))
        rest = ((fg.asarray(self.predict(x)) - wanted) ** 2).sum()
        whole = ((wanted - wanted.mean()) ** 2).sum()
        return 1.0 - (rest / whole).item()

    def sensitivity(self, x: npt.ArrayLike) -> npt.NDArray[Any]:
        """The gradient of each prediction by its row."""
        rows = fg.tensor(np.asarray(x, dtype=np.float32), requires_grad=True)
        self.net(rows).sum().backward()
        assert rows.grad is not None
        return np.asarray(rows.grad)

    def hidden(self, x: Tensor) -> Tensor:
        """What the last layer gets."""
        return self.net[:-1](x)

    def first_layer(self, x: Tensor) -> Tensor:
        return self.net[1](self.net[0](x))

    def layers(self) -> Iterator[nn.Module]:
        yield from self.net

    def weights(self) -> dict[str, Float32]:
        return {name: value.numpy() for name, value in self.net.state_dict().items()}

    def save(self, path: str | os.PathLike[str]) -> None:
        fg.save({"features": self.net.state_dict()["0.mean"].shape[0], "net": self.net.state_dict()}, path)

    def load(self, path: str | os.PathLike[str]) -> NetworkRegressor:
        saved = fg.load(path)
        self.net = self._build(int(saved["features"])).eval()
        keys = self.net.load_state_dict(saved["net"])
        assert not keys.missing_keys
        return self

    def bootstrap(self, x: Float32, y: Float32, rounds: int) -> Float32:
        """Predictions of several fits, each to a sample drawn with replacement."""
        generator = fg.random.Generator(self.seed)
        predictions: list[Tensor] = []
        for _ in range(rounds):
            rows = fg.random.randint(0, len(x), (len(x),), generator=generator).numpy()
            member = NetworkRegressor(self.width, self.depth, self.epochs, seed=generator.seed())
            predictions.append(fg.asarray(member.fit(x[rows], y[rows]).predict(x)))
        return fg.stack(predictions).numpy()
