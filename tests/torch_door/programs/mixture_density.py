"""A mixture density network: what y may be, given x, as a mixture of normal distributions (Bishop, 1994)."""

import math

import torch
from torch import nn
from torch.distributions import Categorical, MixtureSameFamily, Normal


class MixtureDensity(nn.Module):
    def __init__(self, components=5):
        super().__init__()
        self.hidden = nn.Sequential(nn.Linear(1, 24), nn.Tanh())
        self.weights = nn.Linear(24, components)
        self.means = nn.Linear(24, components)
        self.log_scales = nn.Linear(24, components)

    def forward(self, x):
        h = self.hidden(x)
        mixture = Categorical(logits=self.weights(h))
        return MixtureSameFamily(mixture, Normal(self.means(h), self.log_scales(h).exp()))


model = MixtureDensity()
optimizer = torch.optim.Adam(model.parameters(), lr=1e-2)
losses = []
for step in range(12):
    y = torch.rand(64, 1) * 4 - 2
    x = y + 0.7 * torch.sin(math.pi * y) + 0.05 * torch.randn(64, 1)
    loss = -model(x).log_prob(y.squeeze(-1)).mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    with torch.no_grad():
        assert model(x).mean.shape == (64,)
        assert (model(x).variance > 0).all()
