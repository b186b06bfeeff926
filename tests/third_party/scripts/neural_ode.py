"""torchdiffeq: a neural ODE by every kind of solver, through the solver and by the adjoint; an event; values, gradients."""

import json

import numpy as np
import torch
from torch import nn
from torchdiffeq import odeint, odeint_adjoint, odeint_event

said = {}


def keep(name, *tensors):
    said[name] = [t.detach().numpy().tolist() for t in tensors]


class Field(nn.Module):
    def __init__(self):
        super().__init__()
        self.net = nn.Sequential(nn.Linear(2, 16), nn.Tanh(), nn.Linear(16, 2))
        random = np.random.RandomState(0)
        with torch.no_grad():
            for p in self.parameters():
                p.copy_(torch.tensor(random.standard_normal(tuple(p.shape)) * 0.5))

    def forward(self, t, y):
        return self.net(y**3) * torch.cos(t)


t = torch.linspace(0.0, 1.0, 7)
for solve in (odeint, odeint_adjoint):
    for method in ("euler", "midpoint", "rk4", "explicit_adams", "implicit_adams", "bosh3", "dopri5", "dopri8"):
        field = Field()
        y0 = torch.tensor([[1.0, 0.5], [-0.5, 0.8]], requires_grad=True)
        y = solve(field, y0, t, method=method, rtol=1e-5, atol=1e-6)
        (y[-1] ** 2).sum().backward()
        keep(f"{solve.__name__} {method}", y, y0.grad, *[p.grad for p in field.parameters()])


class Fall(nn.Module):
    def __init__(self):
        super().__init__()
        self.gravity = nn.Parameter(torch.tensor([9.8]))

    def forward(self, t, state):
        height, speed = state
        return speed, -self.gravity.expand_as(speed)


fall = Fall()
start = torch.tensor([10.0], requires_grad=True)
when, states = odeint_event(
    fall,
    (start, torch.tensor([0.0])),
    torch.tensor(0.0),
    event_fn=lambda t, state: state[0],
    atol=1e-8,
    rtol=1e-8,
    odeint_interface=odeint,
)
when.sum().backward()
keep("event", when, start.grad, fall.gravity.grad)
print(json.dumps(said))
