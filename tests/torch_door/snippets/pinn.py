import torch, torch.nn as nn

net = settle(nn.Sequential(nn.Linear(2, 8), nn.Tanh(), nn.Linear(8, 1)))
x = rand(5, 1).requires_grad_(True)
t = rand(5, 1, seed=3).requires_grad_(True)
u = net(torch.cat([x, t], dim=1))
ux = torch.autograd.grad(u, x, torch.ones_like(u), create_graph=True)[0]
uxx = torch.autograd.grad(ux.sum(), x, create_graph=True)[0]
ut = torch.autograd.grad(u, t, grad_outputs=torch.ones_like(u), retain_graph=True, create_graph=True)[0]
l = ((ut - uxx) ** 2).mean()
l.backward()
o = torch.optim.LBFGS(
    net.parameters(), lr=1.0, max_iter=5, history_size=5, line_search_fn="strong_wolfe", tolerance_grad=1e-7
)


def closure():
    o.zero_grad()
    l = (net(rand(5, 2)) ** 2).mean()
    l.backward()
    return l


l2 = o.step(closure)
result = l, net[0].weight.grad.shape, l2, net(rand(2, 2))
