import torch, torch.nn as nn, torch.nn.functional as F

net = settle(nn.Linear(2, 1))
x = rand(5, 2)
y = rand(5, 1, seed=3)
fast = [p for p in net.parameters()]
for _ in range(2):
    l = F.mse_loss(F.linear(x, fast[0], fast[1]), y)
    g = torch.autograd.grad(l, fast, create_graph=True)
    fast = [p - 0.1 * gg for p, gg in zip(fast, g)]
outer = F.mse_loss(F.linear(x, *fast), y)
outer.backward()
from torch.func import functional_call, grad, vmap, stack_module_state


def loss(params, x, y):
    return F.mse_loss(functional_call(net, params, (x,)), y)


params = {k: v for k, v in net.named_parameters()}
gr = grad(loss)(params, x, y)
new = {k: params[k] - 0.1 * gr[k] for k in params}
lo = loss(new, x, y)
net.zero_grad()
lo.backward()
ms = [settle(nn.Linear(2, 1), seed=i) for i in range(3)]
pa, bu = stack_module_state(ms)
import copy

base = copy.deepcopy(ms[0]).to("cpu")
out = vmap(lambda p, b, x: functional_call(base, (p, b), (x,)), in_dims=(0, 0, None))(pa, bu, x)
result = outer, net.weight.grad, lo, out, gr
