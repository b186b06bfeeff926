import torch, torch.nn as nn, tempfile, os

m = settle(nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2)))
opt = torch.optim.Adam(m.parameters(), lr=1e-2)
sch = torch.optim.lr_scheduler.StepLR(opt, 2, gamma=0.5)
x = rand(6, 3)
for _ in range(3):
    opt.zero_grad()
    (m(x) ** 2).mean().backward()
    opt.step()
    sch.step()
p = os.path.join(tempfile.mkdtemp(), "ck.pth.tar")
torch.save(
    {
        "epoch": 3,
        "state_dict": m.state_dict(),
        "optimizer": opt.state_dict(),
        "scheduler": sch.state_dict(),
        "best": 0.5,
        "args": {"lr": 1e-2, "name": "a"},
        "rng": torch.get_rng_state(),
    },
    p,
)
ck = torch.load(p, map_location=lambda storage, loc: storage)
ck = torch.load(p, map_location="cpu", weights_only=True)
m2 = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
o2 = torch.optim.Adam(m2.parameters(), lr=1)
s2 = torch.optim.lr_scheduler.StepLR(o2, 2, gamma=0.5)
r = m2.load_state_dict(ck["state_dict"])
o2.load_state_dict(ck["optimizer"])
s2.load_state_dict(ck["scheduler"])
for _ in range(2):
    o2.zero_grad()
    (m2(x) ** 2).mean().backward()
    o2.step()
    s2.step()
result = [p for p in m2.parameters()], str(r), o2.param_groups[0]["lr"], sorted(ck), s2.last_epoch
