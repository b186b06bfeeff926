import torch, torch.nn as nn


class Wrap(nn.Module):
    def __init__(self, model):
        super().__init__()
        self.model = model

    def __getattr__(self, name):
        try:
            return super().__getattr__(name)
        except AttributeError:
            return getattr(self.model, name)

    def forward(self, x):
        return self.model(x)


class Inner(nn.Linear):
    def custom(self):
        return 7


w = Wrap(Inner(2, 3))
try:
    w.nope
    e = ""
except AttributeError as ex:
    e = str(ex)
import copy, pickle, io

w2 = copy.deepcopy(w)


class DP(nn.DataParallel):
    def __getattr__(self, name):
        try:
            return super(DP, self).__getattr__(name)
        except AttributeError:
            return getattr(self.module, name)


d = DP(Inner(2, 2))
result = (
    w.custom(),
    w.in_features,
    w2.custom(),
    e,
    w(torch.ones(1, 2)).shape,
    d.custom(),
    isinstance(w, nn.Module),
    list(w.state_dict()),
)
