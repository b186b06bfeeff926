import torch, torch.nn as nn
from torch.nn.utils import spectral_norm, weight_norm, parameters_to_vector, vector_to_parameters, remove_weight_norm
import torch.nn.utils.prune as prune
import torch.nn.utils.parametrize as parametrize

w = weight_norm(nn.Linear(3, 2))
with torch.no_grad():
    w.weight_g.fill_(2.0)
    w.weight_v.copy_(rand(2, 3))
    w.bias.zero_()
y = w(rand(4, 3))
remove_weight_norm(w)


class Sym(nn.Module):
    def forward(self, X):
        return X.triu() + X.triu(1).transpose(-1, -2)


l = settle(nn.Linear(3, 3))
parametrize.register_parametrization(l, "weight", Sym())
p = settle(nn.Linear(3, 2))
prune.l1_unstructured(p, "weight", amount=2)
v = parameters_to_vector(l.parameters())
vector_to_parameters(v * 2, l.parameters())
result = y, w.weight, l.weight, p.weight, p.weight_mask, v, list(dict(p.named_parameters()))
