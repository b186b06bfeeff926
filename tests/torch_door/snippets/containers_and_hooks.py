import torch, torch.nn as nn


class FE:
    def __init__(self, m, layers):
        self.f = {}
        for n in layers:
            dict([*m.named_modules()])[n].register_forward_hook(self.save(n))

    def save(self, n):
        def fn(_, __, o):
            self.f[n] = o

        return fn


m = settle(nn.Sequential(nn.Conv2d(1, 2, 3), nn.ReLU(), nn.Flatten(), nn.Linear(32, 2)))
fe = FE(m, ["0", "3"])
x = rand(1, 1, 6, 6)
g = {}
h = m[0].register_full_backward_hook(lambda mod, gi, go: g.update({"g": go[0].clone()}))
out = m(x)
out[:, out.argmax(1)].sum().backward()
w = g["g"].mean(dim=(2, 3), keepdim=True)
cam = torch.relu((w * fe.f["0"]).sum(1)).squeeze()
cam = (cam - cam.min()) / (cam.max() - cam.min() + 1e-8)
from collections import OrderedDict

m2 = nn.Sequential(OrderedDict([("a", nn.Linear(2, 2)), ("b", nn.ReLU())]))
m2.add_module("c", nn.Linear(2, 1))
m2.register_module("d", nn.Identity())
seq = m2[:2]
m2[0] = nn.Linear(2, 2)
ml = nn.ModuleList([nn.Linear(1, 1)])
ml.append(nn.Linear(1, 2))
ml.extend([nn.ReLU()])
ml.insert(0, nn.Tanh())
md = nn.ModuleDict({"x": nn.Linear(1, 1)})
md["y"] = nn.ReLU()
md.update({"z": nn.Tanh()})
pl = nn.ParameterList([nn.Parameter(torch.ones(1)) for _ in range(2)])
pd = nn.ParameterDict({"k": nn.Parameter(torch.zeros(2))})
result = (
    cam,
    list(m2._modules),
    len(seq),
    len(ml),
    list(md.keys()),
    [tuple(p.shape) for p in pl],
    list(pd.keys()),
    "x" in md,
    m2.get_submodule("a").in_features,
    m.get_parameter("3.weight").shape,
    [n for n, m in m2.named_children()],
)
