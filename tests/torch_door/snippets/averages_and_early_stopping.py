import torch, torch.nn as nn, copy


class EarlyStopping:
    def __init__(self, patience=2, delta=0):
        self.patience = patience
        self.counter = 0
        self.best = None
        self.stop = False
        self.delta = delta
        self.val_loss_min = np.inf

    def __call__(self, v, model):
        s = -v
        if self.best is None or s >= self.best + self.delta:
            self.best = s
            self.counter = 0
            self.state = copy.deepcopy(model.state_dict())
        else:
            self.counter += 1
            if self.counter >= self.patience:
                self.stop = True


class EMA:
    def __init__(self, m, decay):
        self.m = copy.deepcopy(m).eval()
        self.decay = decay
        [p.requires_grad_(False) for p in self.m.parameters()]

    @torch.no_grad()
    def update(self, model):
        for e, p in zip(self.m.state_dict().values(), model.state_dict().values()):
            e.copy_(self.decay * e + (1 - self.decay) * p) if e.dtype.is_floating_point else e.copy_(p)


m = settle(nn.Sequential(nn.Linear(2, 4, bias=False), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 1)))
ema = EMA(m, 0.9)
es = EarlyStopping()
o = torch.optim.RMSprop(m.parameters(), lr=0.01)
from torch.optim.swa_utils import AveragedModel, SWALR, update_bn

swa = AveragedModel(m)
ss = SWALR(o, swa_lr=0.05, anneal_epochs=2)
for e in range(5):
    m.train()
    l = m(rand(8, 2)).pow(2).mean()
    o.zero_grad()
    l.backward()
    o.step()
    ema.update(m)
    swa.update_parameters(m)
    ss.step()
    es(l.item(), m)
    if es.stop:
        break
result = (
    l,
    list(ema.m.state_dict().values()),
    es.counter,
    list(swa.module.parameters()),
    swa.n_averaged,
    o.param_groups[0]["lr"],
)
