"""Writes tests/golden/explain.npz: what Captum 0.9 on PyTorch 2.13 finds of small networks, in float64.

Needs ``pip install torch==2.13.0 captum==0.9.0``. The networks' weights, their inputs and the noise are in the file,
too: those of the one with max pooling behind "pool.", those of the one that reads tokens behind "text.".
"""

from __future__ import annotations

from pathlib import Path

import captum.attr
import numpy as np
import torch
from torch import nn


def network() -> nn.Module:
    return nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1), nn.ReLU(), nn.Conv2d(4, 6, 3, stride=2), nn.Tanh(),
        nn.Flatten(), nn.Linear(54, 16), nn.ReLU(), nn.Linear(16, 5),
    )  # fmt: skip


def pooling_network() -> nn.Module:
    # No nonlinear layer follows another: there Captum's hook sees the gradient before the other's has changed it, so
    # that its attributions do not add up.
    return nn.Sequential(
        nn.Conv2d(2, 4, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(4, 4, 1), nn.Tanh(), nn.Conv2d(4, 6, 3, padding=1),
        nn.MaxPool2d(3, ceil_mode=True), nn.Flatten(), nn.Linear(24, 8), nn.Sigmoid(), nn.Linear(8, 5),
    )  # fmt: skip


def signal_network() -> nn.Module:
    return nn.Sequential(nn.Conv1d(1, 3, 3), nn.MaxPool1d(3, padding=1), nn.Flatten(), nn.Linear(12, 4))


class Reader(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(12, 6)
        self.hidden, self.head = nn.Linear(6, 5), nn.Linear(5, 3)

    def forward(self, tokens: torch.Tensor) -> torch.Tensor:
        return self.head(torch.tanh(self.hidden(self.embedding(tokens).mean(dim=1))))


def arrays_of(prefix: str, model: nn.Module, found: dict[str, torch.Tensor]) -> dict[str, np.ndarray]:
    arrays = {f"{prefix}.{name}": np.asarray(value.detach()) for name, value in found.items()}
    return arrays | {f"{prefix}.weight.{name}": np.asarray(value) for name, value in model.state_dict().items()}


def pooled() -> dict[str, np.ndarray]:
    torch.manual_seed(1)
    model = pooling_network().eval()
    x, target = torch.randn(4, 2, 8, 8), torch.tensor([4, 0, 2, 1])
    base = torch.randn(1, 2, 8, 8) * 0.3
    found = captum.attr.DeepLift(model).attribute(x, base.expand_as(x), target=target)
    arrays = arrays_of("pool", model, {"x": x, "target": target, "baseline": base, "deep_lift": found})
    model = signal_network().eval()
    x, target = torch.randn(3, 1, 12), torch.tensor([0, 3, 1])
    base = torch.randn(1, 1, 12) * 0.3
    found = captum.attr.DeepLift(model).attribute(x, base.expand_as(x), target=target)
    return arrays | arrays_of("signal", model, {"x": x, "target": target, "baseline": base, "deep_lift": found})


def read() -> dict[str, np.ndarray]:
    torch.manual_seed(2)
    model = Reader().eval()
    tokens, target = torch.randint(1, 12, (3, 7)), torch.tensor([0, 2, 1])
    explained = captum.attr.LayerIntegratedGradients(model, model.embedding)
    found = explained.attribute(tokens, torch.zeros_like(tokens), target=target, n_steps=20)
    return arrays_of("text", model, {"tokens": tokens, "target": target, "attributions": found.sum(-1)})


def main() -> None:
    torch.manual_seed(0)
    torch.set_default_dtype(torch.float64)
    model = network().eval()
    x = torch.randn(4, 1, 8, 8)
    noise = torch.randn(6, 4, 1, 8, 8) * 0.2
    target = torch.tensor([0, 3, 4, 1])
    baseline = torch.full((1, 1, 8, 8), 0.1)
    base = baseline.expand_as(x)
    found = {
        "saliency": captum.attr.Saliency(model).attribute(x, target=target),
        "gradient_times_input": captum.attr.InputXGradient(model).attribute(x, target=target),
        "integrated_gradients": captum.attr.IntegratedGradients(model).attribute(x, base, target=target, n_steps=20),
        "deep_lift": captum.attr.DeepLift(model).attribute(x, base, target=target),
        "guided_backprop": captum.attr.GuidedBackprop(model).attribute(x, target=target),
        "occlusion": captum.attr.Occlusion(model).attribute(
            x, sliding_window_shapes=(1, 3, 2), strides=(1, 2, 2), baselines=0.1, target=target
        ),
        "grad_cam": captum.attr.LayerGradCam(model, model[2]).attribute(x, target=target, relu_attributions=True),
        "layer_gradient_times_activation": captum.attr.LayerGradientXActivation(model, model[1]).attribute(
            x, target=target
        ),
        "layer_integrated_gradients": captum.attr.LayerIntegratedGradients(model, model[1]).attribute(
            x, base, target=target, n_steps=20
        ),
    }
    # Captum draws its noise itself: SmoothGrad is the mean of its saliencies at the noise that is kept here.
    signed = captum.attr.Saliency(model)
    found["smooth_grad"] = torch.stack([signed.attribute(x + n, target=target, abs=False) for n in noise]).mean(0)
    given = {"x": x, "noise": noise, "target": target, "baseline": baseline}
    arrays = {name: np.asarray(value.detach()) for name, value in {**found, **given}.items()}
    arrays |= {f"weight.{name}": np.asarray(value) for name, value in model.state_dict().items()}
    np.savez_compressed(Path(__file__).with_name("explain.npz"), **arrays, **pooled(), **read())


if __name__ == "__main__":
    main()
