"""captum: attributions of a small convolutional network, by gradients, hooks, perturbations and layers."""

import json

import numpy as np
import torch
from captum.attr import (
    DeepLift,
    FeatureAblation,
    GradientShap,
    GuidedBackprop,
    GuidedGradCam,
    InputXGradient,
    IntegratedGradients,
    LayerActivation,
    LayerConductance,
    LayerGradCam,
    LayerIntegratedGradients,
    NeuronGradient,
    Occlusion,
    Saliency,
    ShapleyValueSampling,
)
from torch import nn

said = {}
random = np.random.RandomState(0)


def drawn(*shape):
    return torch.tensor(random.standard_normal(shape).astype("float32"))


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(1, 4, 3, padding=1)
        self.relu1 = nn.ReLU()
        self.pool = nn.MaxPool2d(2)
        self.conv2 = nn.Conv2d(4, 6, 3)
        self.relu2 = nn.ReLU()
        self.flat = nn.Flatten()
        self.linear = nn.Linear(24, 3)

    def forward(self, x):
        x = self.pool(self.relu1(self.conv1(x)))
        return self.linear(self.flat(self.relu2(self.conv2(x))))


net = Net().eval()
with torch.no_grad():
    for parameter in net.parameters():
        parameter.copy_(drawn(*parameter.shape) * 0.4)
images, baseline = drawn(2, 1, 8, 8), torch.zeros(2, 1, 8, 8)
labels = torch.tensor([1, 2])


def keep(name, attributions):
    said[name] = attributions.detach().numpy().tolist()


keep("saliency", Saliency(net).attribute(images, target=labels))
keep("input x gradient", InputXGradient(net).attribute(images, target=labels))
maps, delta = IntegratedGradients(net).attribute(
    images, baseline, target=labels, n_steps=20, return_convergence_delta=True
)
keep("integrated gradients", maps)
keep("convergence", delta)
keep("riemann", IntegratedGradients(net).attribute(images, target=labels, n_steps=10, method="riemann_trapezoid"))
keep("deeplift", DeepLift(net).attribute(images, baseline, target=labels))
keep("guided backprop", GuidedBackprop(net).attribute(images, target=labels))
keep("grad-cam", LayerGradCam(net, net.conv2).attribute(images, target=labels))
keep("upsampled", LayerGradCam.interpolate(LayerGradCam(net, net.conv2).attribute(images, target=labels), (8, 8)))
keep("guided grad-cam", GuidedGradCam(net, net.conv2).attribute(images, target=labels))
keep("activation", LayerActivation(net, net.relu1).attribute(images))
keep("conductance", LayerConductance(net, net.conv2).attribute(images, baseline, target=labels, n_steps=10))
keep("layer ig", LayerIntegratedGradients(net, net.conv2).attribute(images, baseline, target=labels, n_steps=10))
keep("neuron", NeuronGradient(net, net.conv2).attribute(images, (0, 1, 1)))
keep("occlusion", Occlusion(net).attribute(images, sliding_window_shapes=(1, 3, 3), target=labels))
groups = (torch.arange(8).reshape(-1, 1) // 4 * 2 + torch.arange(8) // 4).reshape(1, 1, 8, 8)
keep("ablation", FeatureAblation(net).attribute(images, target=labels, feature_mask=groups))
# What draws is compared by what does not depend on it: attributions add up to the difference of outputs.
shapley = ShapleyValueSampling(net).attribute(images, target=labels, feature_mask=groups, n_samples=5)
keep("shapley", shapley[:, :, ::4, ::4].sum((1, 2, 3)))
shap = GradientShap(net).attribute(images, baseline, target=labels, n_samples=4, stdevs=0.0)
said["gradient shap"] = list(shap.shape)
print(json.dumps(said))
