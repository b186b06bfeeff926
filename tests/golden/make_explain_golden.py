"""Writes tests/golden/explain.npz: what Captum 0.9 on PyTorch 2.13 finds of a small network, in float64.

Needs ``pip install torch==2.13.0 captum==0.9.0``. The network's weights, its inputs and the noise are in the file, too.
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
    np.savez_compressed(Path(__file__).with_name("explain.npz"), **arrays)


if __name__ == "__main__":
    main()
