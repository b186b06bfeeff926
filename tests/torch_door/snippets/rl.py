import torch, torch.nn as nn, torch.nn.functional as F
from torch.distributions import Categorical, Normal
import random
from collections import deque, namedtuple


class AC(nn.Module):
    def __init__(self):
        super().__init__()
        self.f = nn.Linear(4, 16)
        self.a = nn.Linear(16, 2)
        self.v = nn.Linear(16, 1)

    def forward(self, x):
        x = F.relu(self.f(x))
        return F.softmax(self.a(x), dim=-1), self.v(x)


m = settle(AC())
opt = torch.optim.Adam(m.parameters(), lr=3e-2)
eps = np.finfo(np.float32).eps.item()
r = np.random.RandomState(0)
saved = []
rewards = []
for t in range(10):
    state = r.randn(4)
    state = torch.from_numpy(state).float()
    p, v = m(state)
    d = Categorical(p)
    a = torch.tensor(t % 2)
    saved.append((d.log_prob(a), v, d.entropy()))
    rewards.append(float(t % 3))
R = 0
rets = deque()
for x in rewards[::-1]:
    R = x + 0.99 * R
    rets.appendleft(R)
rets = torch.tensor(rets)
rets = (rets - rets.mean()) / (rets.std() + eps)
pl = []
vl = []
for (lp, v, e), R in zip(saved, rets):
    adv = R - v.item()
    pl.append(-lp * adv - 0.01 * e)
    vl.append(F.smooth_l1_loss(v, torch.tensor([R])))
loss = torch.stack(pl).sum() + torch.stack(vl).sum()
opt.zero_grad()
loss.backward()
torch.nn.utils.clip_grad_value_(m.parameters(), 100)
opt.step()
T = namedtuple("T", ("s", "a", "n", "r"))
mem = deque([], maxlen=50)
for i in range(8):
    mem.append(
        T(
            rand(1, 4, seed=i),
            torch.tensor([[i % 2]]),
            None if i == 7 else rand(1, 4, seed=i + 1),
            torch.tensor([float(i)]),
        )
    )
b = T(*zip(*mem))
nm = torch.tensor(tuple(map(lambda s: s is not None, b.n)), device="cpu", dtype=torch.bool)
nn_ = torch.cat([s for s in b.n if s is not None])
sb = torch.cat(b.s)
ab = torch.cat(b.a)
rb = torch.cat(b.r)
q = nn.Linear(4, 2)
settle(q)
tq = nn.Linear(4, 2)
tq.load_state_dict(q.state_dict())
sa = q(sb).gather(1, ab)
nv = torch.zeros(8)
with torch.no_grad():
    nv[nm] = tq(nn_).max(1).values
ex = (nv * 0.99) + rb
l2 = nn.SmoothL1Loss()(sa, ex.unsqueeze(1))
l2.backward()
sd = tq.state_dict()
for k in sd:
    sd[k] = q.state_dict()[k] * 0.005 + sd[k] * 0.995
tq.load_state_dict(sd)
n = Normal(torch.zeros(2), torch.ones(2))
lp = n.log_prob(torch.tensor([1.0, 2.0])).sum(axis=-1)
result = loss, [p.grad for p in m.parameters()], l2, q.weight.grad, lp, rets
