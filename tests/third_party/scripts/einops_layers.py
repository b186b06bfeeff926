"""einops on PyTorch's tensors: functions, layers, and a small mixer made of them; values and gradients."""

import json

import numpy as np
import torch
from einops import einsum, pack, rearrange, reduce, repeat, unpack
from einops.layers.torch import EinMix, Rearrange, Reduce
from torch import nn

random = np.random.RandomState(0)
said = {}


def drawn(*shape):
    return torch.tensor(random.standard_normal(shape).astype("float32"))


def keep(name, *tensors):
    said[name] = [t.detach().numpy().tolist() for t in tensors]


x = drawn(2, 3, 4, 6).requires_grad_()
keep("rearrange", rearrange(x, "b c (h h1) (w w1) -> b (h w) (c h1 w1)", h1=2, w1=3))
keep("reduce", *[reduce(x, "b c h w -> b c", how) for how in ("min", "max", "sum", "mean", "prod")])
keep("repeat", repeat(x[0, 0], "h w -> h (w 2) c", c=2))
keep("list", rearrange([x, x * 2], "n b c h w -> b (n c) h w"))
keep("einsum", einsum(x, drawn(3, 5), "b c h w, c d -> b d h w"))
packed, shapes = pack([x.sum(dim=(2, 3)), x[:, :, :, 0]], "b c *")
keep("pack", packed, *unpack(packed, shapes, "b c *"))
keep("any", reduce(x > 1.0, "b c h w -> b c", "any"), reduce(x > -1.0, "b c h w -> b c", "all"))

mixer = nn.Sequential(
    Rearrange("b c (h h1) (w w1) -> b (h w) (c h1 w1)", h1=2, w1=2),
    EinMix("b t c -> b t d", weight_shape="c d", bias_shape="d", c=12, d=8),
    nn.GELU(),
    EinMix("b t d -> b u d", weight_shape="t u", bias_shape="u", t=6, u=5),
    Reduce("b u d -> b d", "mean"),
    nn.Linear(8, 3),
)
with torch.no_grad():
    for parameter in mixer.parameters():
        parameter.copy_(drawn(*parameter.shape) * 0.3)
loss = (mixer(x) ** 2).sum()
loss.backward()
keep("mixer", loss, x.grad, *[p.grad for p in mixer.parameters()])
print(mixer)
print(json.dumps(said))
