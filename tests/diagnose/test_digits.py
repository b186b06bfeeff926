"""Each diagnosis works on a network for digits by one call, and says of it what must be so."""

from __future__ import annotations

from typing import Any, NamedTuple

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import diagnose, nn

cross_entropy = nn.functional.cross_entropy


class Trained(NamedTuple):
    model: nn.Sequential
    images: fg.Tensor
    labels: fg.Tensor
    loader: fg.data.DataLoader[Any]
    path: list[dict[str, fg.Tensor]]

    @property
    def data(self) -> tuple[fg.Tensor, fg.Tensor]:
        return self.images, self.labels


@pytest.fixture(scope="module")
def digits() -> Trained:
    """A convolutional network, trained for three epochs, in evaluation mode."""
    found = pytest.importorskip("sklearn.datasets").load_digits()
    images = fg.tensor(found.images[:640, None] / 16, dtype=fg.float32)
    labels = fg.tensor(found.target[:640])
    with fg.random.fork_rng():
        fg.manual_seed(0)
        model = nn.Sequential(
            nn.Conv2d(1, 6, 3), nn.BatchNorm2d(6), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Dropout(0.1),
            nn.Linear(54, 24), nn.ReLU(), nn.Linear(24, 10),
        )  # fmt: skip
        dataset = fg.data.TensorDataset(images, labels)
        loader = fg.data.DataLoader(dataset, batch_size=32, shuffle=True, generator=fg.Generator(0))
        optimizer = fg.optim.Adam(model.parameters(), lr=0.01)
        path = []
        for _ in range(3):
            path.append({key: value.clone() for key, value in model.state_dict().items()})
            for x, y in loader:
                optimizer.zero_grad()
                cross_entropy(model(x), y).backward()
                optimizer.step()
    return Trained(model.eval(), images, labels, loader, path)


def test_rates(digits: Trained) -> None:
    found = diagnose.lr_range_test(digits.model, cross_entropy, digits.loader, high=1e3, steps=60)
    assert found.diverged_at is not None
    assert found.suggested is None or found.suggested < found.diverged_at
    compared = diagnose.compare_rates(digits.model, cross_entropy, digits.loader, [1e-6, 0.05, 1e3], steps=30)
    assert compared.best == 0.05
    assert compared.verdicts[2] in ("too high", "diverges")


def test_gradients_and_activations(digits: Trained) -> None:
    found = diagnose.gradient_flow(digits.model, cross_entropy, digits.loader, steps=2)
    assert found.verdict == "healthy"
    assert [each.layer for each in found.layers[:4]] == ["0", "1", "6", "8"]
    looked = diagnose.activation_statistics(digits.model, digits.images)
    assert [each.kind for each in looked.layers][:4] == ["Conv2d", "BatchNorm2d", "ReLU", "MaxPool2d"]
    with diagnose.detect_anomaly():
        cross_entropy(digits.model(digits.images), digits.labels)


def test_curvature(digits: Trained) -> None:
    one = digits.images[:200], digits.labels[:200]
    found = diagnose.sharpness(digits.model, cross_entropy, one, tolerance=1e-3)
    assert found.converged
    assert found.largest > 0
    power = diagnose.sharpness(digits.model, cross_entropy, one, method="power", iterations=60)
    assert power.largest == pytest.approx(found.largest, rel=2e-2)
    density = diagnose.spectrum(digits.model, cross_entropy, one, probes=1, steps=15)
    assert density.largest == pytest.approx(found.largest, rel=2e-2)
    assert density.share(-0.05 * found.largest, 0.05 * found.largest) > 0.8  # most directions are flat


def test_landscape(digits: Trained) -> None:
    line = diagnose.landscape_line(digits.model, cross_entropy, digits.data, points=5)
    assert line.losses.argmin() == 2
    plane = diagnose.landscape_plane(digits.model, cross_entropy, digits.data, path=digits.path, points=5)
    assert plane.path is not None
    assert plane.path.shape == (3, 2)
    assert np.isfinite(plane.losses).all()


def test_noise(digits: Trained) -> None:
    found = diagnose.compare_batch_sizes(digits.model, cross_entropy, digits.data, [8, 64], epochs=1, lr=0.01)
    assert found.scale.scale > 1
    # Eight times as many samples have sqrt(8) times less noise.
    assert found.noise[0] / found.noise[1] == pytest.approx(8**0.5, rel=0.4)


def test_optimizers_and_regularisation(digits: Trained) -> None:
    found = diagnose.compare_optimizers(digits.model, cross_entropy, digits.data, epochs=1, rates=[1e-3])
    assert set(found.losses) == set(diagnose.usual_optimizers())
    layers = [layer for layer in digits.model if not isinstance(layer, (nn.BatchNorm2d, nn.Dropout))]
    train, validation = (digits.images[:320], digits.labels[:320]), (digits.images[320:], digits.labels[320:])
    compared = diagnose.compare_regularization(nn.Sequential(*layers), cross_entropy, train, validation, epochs=2)
    assert set(compared.trainings) == set(diagnose.usual_regularizations())
