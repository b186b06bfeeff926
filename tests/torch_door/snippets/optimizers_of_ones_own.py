import torch
from torch.optim import Optimizer


class Lookahead(Optimizer):
    def __init__(self, base, k=2, alpha=0.5):
        self.optimizer = base
        self.param_groups = base.param_groups
        self.k = k
        self.alpha = alpha
        self.state = base.state
        self.defaults = base.defaults
        self.n = 0
        self.slow = [[p.clone().detach() for p in g["params"]] for g in self.param_groups]

    def step(self, closure=None):
        loss = self.optimizer.step(closure)
        self.n += 1
        if self.n % self.k == 0:
            for g, sl in zip(self.param_groups, self.slow):
                for p, q in zip(g["params"], sl):
                    q.data.add_(p.data - q.data, alpha=self.alpha)
                    p.data.copy_(q.data)
        return loss

    def zero_grad(self, set_to_none=True):
        self.optimizer.zero_grad()


class AdamOld(Optimizer):
    def __init__(self, params, lr=1e-2, betas=(0.9, 0.999), eps=1e-8, weight_decay=0):
        super(AdamOld, self).__init__(params, dict(lr=lr, betas=betas, eps=eps, weight_decay=weight_decay))

    def __setstate__(self, state):
        super().__setstate__(state)
        for g in self.param_groups:
            g.setdefault("amsgrad", False)

    @torch.no_grad()
    def step(self, closure=None):
        loss = None
        if closure is not None:
            with torch.enable_grad():
                loss = closure()
        for group in self.param_groups:
            for p in group["params"]:
                if p.grad is None:
                    continue
                grad = p.grad.data
                if grad.is_sparse:
                    raise RuntimeError
                state = self.state[p]
                if len(state) == 0:
                    state["step"] = 0
                    state["exp_avg"] = torch.zeros_like(p.data, memory_format=torch.preserve_format)
                    state["exp_avg_sq"] = torch.zeros_like(p.data)
                m, v = state["exp_avg"], state["exp_avg_sq"]
                b1, b2 = group["betas"]
                state["step"] += 1
                if group["weight_decay"] != 0:
                    grad = grad.add(p.data, alpha=group["weight_decay"])
                m.mul_(b1).add_(grad, alpha=1 - b1)
                v.mul_(b2).addcmul_(grad, grad, value=1 - b2)
                d = v.sqrt().add_(group["eps"])
                p.data.addcdiv_(m, d, value=-group["lr"] * (1 - b2 ** state["step"]) ** 0.5 / (1 - b1 ** state["step"]))
        return loss


class SAM(Optimizer):
    def __init__(self, params, base, rho=0.05, **kw):
        super().__init__(params, dict(rho=rho, **kw))
        self.base_optimizer = base(self.param_groups, **kw)
        self.param_groups = self.base_optimizer.param_groups
        self.defaults.update(self.base_optimizer.defaults)

    @torch.no_grad()
    def first(self):
        n = torch.norm(
            torch.stack([p.grad.norm(p=2) for g in self.param_groups for p in g["params"] if p.grad is not None]), p=2
        )
        for g in self.param_groups:
            for p in g["params"]:
                self.state[p]["old"] = p.data.clone()
                p.add_(p.grad * g["rho"] / (n + 1e-12))
        self.zero_grad()

    @torch.no_grad()
    def second(self):
        for g in self.param_groups:
            for p in g["params"]:
                p.data = self.state[p]["old"]
        self.base_optimizer.step()
        self.zero_grad()


w = torch.nn.Parameter(rand(3))
a = AdamOld([w], lr=0.1, weight_decay=0.01)
la = Lookahead(a)
L = []
for _ in range(4):
    la.zero_grad()
    l = (w**2).sum()
    l.backward()
    la.step()
    L.append(l.item())
u = torch.nn.Parameter(rand(3))
s = SAM([u], torch.optim.SGD, lr=0.1, momentum=0.9)
for _ in range(3):
    (u**4).sum().backward()
    s.first()
    (u**4).sum().backward()
    s.second()
sd = a.state_dict()
import copy

b = AdamOld([torch.nn.Parameter(rand(3))])
b.load_state_dict(copy.deepcopy(sd))


def closure():
    a.zero_grad()
    l = (w**2).sum()
    l.backward()
    return l


r = a.step(closure)
result = L, w, u, sd["state"][0]["exp_avg"], sd["param_groups"], r, type(sd["state"]).__name__
