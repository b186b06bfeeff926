import torch, torch.nn as nn

m = settle(nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)))
acts = {}
grads = {}
log = []


def get(name):
    def hook(mod, inp, out):
        acts[name] = out.detach()
        log.append((name, type(inp).__name__))

    return hook


hs = [l.register_forward_hook(get(n)) for n, l in m.named_modules() if isinstance(l, nn.Linear)]
h2 = m[2].register_full_backward_hook(lambda mod, gi, go: grads.update(gi=gi[0], go=go[0]))
h3 = m[0].register_forward_pre_hook(lambda mod, args: (args[0] * 2,))
h4 = m.register_forward_hook(lambda mod, args, kwargs, out: out * 1, with_kwargs=True)
x = rand(5, 3).requires_grad_()
y = m(x)
z = y.sum()
y.retain_grad()
y.register_hook(lambda g: g * 2)
z.backward()
for h in hs + [h2, h3, h4]:
    h.remove()
result = (
    acts,
    grads,
    log,
    x.grad,
    y.grad,
    m[0].weight.grad,
    len(m[0]._forward_hooks),
    y.grad_fn is not None,
    x.is_leaf,
    y.is_leaf,
)
