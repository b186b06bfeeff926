import torch, torch.nn as nn


class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.count = 0
        self.lin = nn.Linear(2, 2)
        self.reg = nn.Parameter(torch.ones(2))

    def __setattr__(self, name, value):
        if name == "alias":
            name = "lin"
        super().__setattr__(name, value)

    def __getattr__(self, name):
        if name == "virtual":
            return 42
        return super().__getattr__(name)

    def __dir__(self):
        return super().__dir__()


m = M()
m.alias = nn.Linear(2, 3)
m.extra = 5
del m.reg


class W(nn.Module):
    def __init__(self, mod):
        super().__init__()
        self.mod = mod

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(self.mod, name)


w = W(m)
try:
    m.nothing
    e = ""
except AttributeError as ex:
    e = str(ex)
result = (
    m.virtual,
    [tuple(p.shape) for p in m.parameters()],
    w.extra,
    e,
    "lin" in dir(m),
    list(m._modules),
    list(m._parameters),
    m.__class__.__name__,
)
