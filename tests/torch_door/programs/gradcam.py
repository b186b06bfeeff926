"""Grad-CAM by hooks, of a small CNN that is trained first."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.conv1 = nn.Conv2d(3, 8, 3, padding=1)
        self.conv2 = nn.Conv2d(8, 16, 3, padding=1, stride=2)
        self.fc = nn.Linear(16, 5)

    def forward(self, x):
        x = F.relu(self.conv1(x))
        x = F.relu(self.conv2(x))
        return self.fc(F.adaptive_avg_pool2d(x, (1, 1)).flatten(1))


class GradCAM:
    def __init__(self, model, layer):
        self.activations, self.gradients = None, None
        layer.register_forward_hook(self.keep)
        self.model = model

    def keep(self, module, inputs, output):
        self.activations = output
        output.register_hook(lambda grad: setattr(self, "gradients", grad))

    def __call__(self, x, index=None):
        output = self.model(x)
        if index is None:
            index = output.argmax(dim=-1)
        one_hot = torch.zeros_like(output).scatter_(1, index.view(-1, 1), 1.0)
        self.model.zero_grad()
        output.backward(gradient=one_hot)
        weights = self.gradients.mean(dim=(2, 3), keepdim=True)
        cam = F.relu((weights * self.activations).sum(dim=1, keepdim=True)).detach()
        low, high = cam.amin(dim=(1, 2, 3), keepdim=True), cam.amax(dim=(1, 2, 3), keepdim=True)
        return (cam - low) / (high - low + 1e-8)


model = Net()
optimizer = torch.optim.SGD(model.parameters(), lr=0.1)
losses = []
for step in range(10):
    x, y = torch.randn(8, 3, 16, 16), torch.randint(0, 5, (8,))
    loss = F.cross_entropy(model(x), y)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
cam = GradCAM(model, model.conv2)(torch.randn(2, 3, 16, 16))
assert cam.shape == (2, 1, 8, 8), cam.shape
losses.extend(cam.mean(dim=(1, 2, 3)).tolist())
