"""A neural ordinary differential equation by Runge-Kutta steps, with gradients through the solver."""

import torch
import torch.nn as nn


class ODEFunc(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 50), nn.Tanh(), nn.Linear(50, 2))
        for m in self.net.modules():
            if isinstance(m, nn.Linear):
                nn.init.normal_(m.weight, mean=0, std=0.1)
                nn.init.constant_(m.bias, val=0)

    def forward(self, t, y):
        return self.net(y**3)


def rk4(func, y0, t):
    solution = [y0]
    for t0, t1 in zip(t[:-1], t[1:]):
        h, y = t1 - t0, solution[-1]
        k1 = func(t0, y)
        k2 = func(t0 + h / 2, y + h * k1 / 2)
        k3 = func(t0 + h / 2, y + h * k2 / 2)
        k4 = func(t1, y + h * k3)
        solution.append(y + h * (k1 + 2 * k2 + 2 * k3 + k4) / 6)
    return torch.stack(solution)


true_A = torch.tensor([[-0.1, 2.0], [-2.0, -0.1]])


class Lambda(nn.Module):
    def forward(self, t, y):
        return torch.mm(y**3, true_A)


t = torch.linspace(0.0, 1.0, 20)
with torch.no_grad():
    true_y = rk4(Lambda(), torch.tensor([[2.0, 0.0]]), t)
func = ODEFunc()
optimizer = torch.optim.RMSprop(func.parameters(), lr=1e-3)
losses = []
for itr in range(12):
    optimizer.zero_grad()
    pred_y = rk4(func, true_y[0], t)
    loss = torch.mean(torch.abs(pred_y - true_y))
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
