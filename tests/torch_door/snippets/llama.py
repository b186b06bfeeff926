import torch, torch.nn as nn, torch.nn.functional as F


class RMSNorm(nn.Module):
    def __init__(self, d, eps=1e-6):
        super().__init__()
        self.eps = eps
        self.weight = nn.Parameter(torch.ones(d))

    def _norm(self, x):
        return x * torch.rsqrt(x.pow(2).mean(-1, keepdim=True) + self.eps)

    def forward(self, x):
        return self._norm(x.float()).type_as(x) * self.weight


def rot(x):
    x1, x2 = x.chunk(2, dim=-1)
    return torch.cat((-x2, x1), dim=-1)


def rope(q, k, pos, theta=10000.0):
    d = q.shape[-1]
    inv = 1.0 / (theta ** (torch.arange(0, d, 2).float() / d))
    f = torch.outer(pos.float(), inv)
    e = torch.cat((f, f), dim=-1)
    c, s = e.cos()[None, None], e.sin()[None, None]
    return q * c + rot(q) * s, k * c + rot(k) * s


def repeat_kv(x, n):
    b, h, t, d = x.shape
    return x[:, :, None, :, :].expand(b, h, n, t, d).reshape(b, h * n, t, d)


q = rand(2, 4, 5, 8)
k = rand(2, 2, 5, 8, seed=2)
v = rand(2, 2, 5, 8, seed=3)
q, k = rope(q, k, torch.arange(5))
k, v = repeat_kv(k, 2), repeat_kv(v, 2)
mask = torch.full((5, 5), float("-inf"))
mask = torch.triu(mask, diagonal=1)
s = (q @ k.transpose(2, 3)) / 8**0.5 + mask
mask2 = torch.full((1, 1, 5, 5), torch.finfo(q.dtype).min).triu_(1)
o = F.softmax(s.float(), dim=-1).type_as(q) @ v
cache = torch.zeros(2, 10, 4)
cache[:2, 3:5] = rand(2, 2, 4)
cache[:, torch.tensor([7])] = 1.0
result = (
    o,
    RMSNorm(8)(o),
    F.scaled_dot_product_attention(q, k, v, is_causal=True),
    F.scaled_dot_product_attention(q, k, v, attn_mask=torch.ones(5, 5, dtype=torch.bool).tril()),
    cache,
    mask2,
    F.silu(o),
    F.rms_norm(o, (8,)),
)
