"""A physics-informed network: u'' + u = 0, by derivatives of derivatives."""

import torch
import torch.nn as nn


class Net(nn.Module):
    def __init__(self, layers):
        super().__init__()
        self.activation = torch.tanh
        self.linears = nn.ModuleList([nn.Linear(a, b) for a, b in zip(layers[:-1], layers[1:])])

    def forward(self, x):
        for linear in self.linears[:-1]:
            x = self.activation(linear(x))
        return self.linears[-1](x)


def derivative(u, x):
    return torch.autograd.grad(u, x, grad_outputs=torch.ones_like(u), create_graph=True, retain_graph=True)[0]


net = Net([1, 20, 20, 1])
optimizer = torch.optim.Adam(net.parameters(), lr=5e-3)
losses = []
t = torch.linspace(0, 2, 40).view(-1, 1).requires_grad_(True)
for step in range(20):
    optimizer.zero_grad()
    u = net(t)
    du = derivative(u, t)
    d2u = derivative(du, t)
    physics = torch.mean((d2u + u) ** 2)
    start = (u[0] - 1.0).pow(2).sum() + du[0].pow(2).sum()
    loss = physics + 10 * start
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
