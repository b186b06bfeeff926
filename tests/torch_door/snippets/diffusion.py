import torch, torch.nn as nn, torch.nn.functional as F, math


class SinPos(nn.Module):
    def __init__(self, dim):
        super().__init__()
        self.dim = dim

    def forward(self, t):
        half = self.dim // 2
        emb = math.log(10000) / (half - 1)
        emb = torch.exp(torch.arange(half, device=t.device) * -emb)
        emb = t[:, None] * emb[None, :]
        return torch.cat((emb.sin(), emb.cos()), dim=-1)


def cosine_beta(T, s=0.008):
    x = torch.linspace(0, T, T + 1, dtype=torch.float64)
    a = torch.cos(((x / T) + s) / (1 + s) * math.pi * 0.5) ** 2
    a = a / a[0]
    return torch.clip(1 - (a[1:] / a[:-1]), 0, 0.999)


def extract(a, t, x_shape):
    b, *_ = t.shape
    out = a.gather(-1, t)
    return out.reshape(b, *((1,) * (len(x_shape) - 1)))


class D(nn.Module):
    def __init__(self):
        super().__init__()
        betas = cosine_beta(20)
        al = 1.0 - betas
        ac = torch.cumprod(al, dim=0)
        acp = F.pad(ac[:-1], (1, 0), value=1.0)
        rb = lambda n, v: self.register_buffer(n, v.to(torch.float32))
        rb("betas", betas)
        rb("ac", ac)
        rb("sac", torch.sqrt(ac))
        rb("s1", torch.sqrt(1.0 - ac))
        rb("pv", betas * (1.0 - acp) / (1.0 - ac))
        rb("logv", torch.log((betas * (1.0 - acp) / (1.0 - ac)).clamp(min=1e-20)))
        self.net = nn.Sequential(nn.Linear(2 + 8, 16), nn.SiLU(), nn.Linear(16, 2))
        self.pos = SinPos(8)

    def q(self, x0, t, n):
        return extract(self.sac, t, x0.shape) * x0 + extract(self.s1, t, x0.shape) * n

    def forward(self, x0, t, n):
        xt = self.q(x0, t, n)
        return F.mse_loss(self.net(torch.cat([xt, self.pos(t)], 1)), n)


m = settle(D())
opt = torch.optim.Adam(m.parameters(), 1e-3, betas=(0.9, 0.99))
ema = {k: v.clone() for k, v in m.state_dict().items()}
L = []
for i in range(3):
    l = m(rand(6, 2), torch.tensor([0, 3, 5, 7, 19, 2]), rand(6, 2, seed=i))
    opt.zero_grad()
    l.backward()
    opt.step()
    L.append(l.item())
    with torch.no_grad():
        for k, v in m.state_dict().items():
            ema[k].mul_(0.9).add_(v, alpha=0.1)
result = L, ema
