import torch
from torch.autograd.functional import jacobian, hessian, vjp, jvp, hvp, vhp

f = lambda x: (x.exp()).sum()
x = rand(3)
result = (
    jacobian(lambda x: x**2, x),
    hessian(f, x),
    vjp(lambda x: x * 2, x, torch.ones(3)),
    jvp(lambda x: x**2, x, torch.ones(3)),
    hvp(f, x, torch.ones(3)),
    vhp(f, x, torch.ones(3)),
    jacobian(lambda a, b: a * b, (x, x), create_graph=True),
)
