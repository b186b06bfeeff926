import torch, torch.nn as nn
from torch.optim.lr_scheduler import *
import torch.optim.lr_scheduler as lrs


def run(mk, n=6, metric=False, **kw):
    p = nn.Parameter(torch.ones(1))
    o = torch.optim.SGD([p], lr=0.1, momentum=0.9)
    s = mk(o)
    L = []
    for i in range(n):
        o.step()
        s.step(1.0) if metric else s.step()
        L.append(o.param_groups[0]["lr"])
    return L


result = [
    run(lambda o: LambdaLR(o, lr_lambda=lambda e: 0.9**e)),
    run(lambda o: MultiplicativeLR(o, lambda e: 0.5)),
    run(lambda o: CosineAnnealingWarmRestarts(o, T_0=2, T_mult=2)),
    run(lambda o: ReduceLROnPlateau(o, "min", patience=1, factor=0.5), metric=True),
    run(lambda o: CyclicLR(o, 0.01, 0.1, step_size_up=2)),
    run(lambda o: SequentialLR(o, [LinearLR(o, 0.1, total_iters=2), ExponentialLR(o, 0.5)], milestones=[2])),
    run(lambda o: PolynomialLR(o, 4)),
    run(lambda o: ChainedScheduler([ConstantLR(o, 0.5, 2), ExponentialLR(o, 0.9)])),
    run(lambda o: OneCycleLR(o, max_lr=0.2, total_steps=10)),
    run(lambda o: lrs.CosineAnnealingLR(o, T_max=3, eta_min=1e-3)),
]


class Warm(lrs._LRScheduler):
    def __init__(self, o, w, last_epoch=-1):
        self.w = w
        super().__init__(o, last_epoch)

    def get_lr(self):
        return [b * min(1, (self.last_epoch + 1) / self.w) for b in self.base_lrs]


class Warm2(LRScheduler):
    def __init__(self, o, w, last_epoch=-1, verbose=False):
        self.w = w
        super().__init__(o, last_epoch)

    def get_lr(self):
        if self.last_epoch == 0:
            return [g["lr"] for g in self.optimizer.param_groups]
        return [g["initial_lr"] / self.last_epoch for g in self.optimizer.param_groups]


result = result, run(lambda o: Warm(o, 3)), run(lambda o: Warm2(o, 3))
