import torch, torch.nn as nn
from torch.func import grad, vmap, vjp, jvp, jacrev, jacfwd, hessian, functional_call, grad_and_value

f = lambda x: (x.sin() * x).sum()
x = rand(3)
m = settle(nn.Linear(3, 2))
params = dict(m.named_parameters())


def loss(params, x):
    return functional_call(m, params, (x,)).pow(2).sum()


g = grad(loss)({k: v.detach() for k, v in params.items()}, x)
per = vmap(grad(loss), in_dims=(None, 0))({k: v.detach() for k, v in params.items()}, rand(4, 3))
o, fn = vjp(f, x)
result = (
    grad(f)(x),
    grad(grad(lambda x: x**3))(torch.tensor(2.0)),
    g,
    per,
    o,
    fn(torch.tensor(1.0)),
    jvp(f, (x,), (torch.ones(3),)),
    jacrev(lambda x: x**2)(x),
    jacfwd(lambda x: x**2)(x),
    hessian(f)(x),
    grad_and_value(f)(x),
    vmap(torch.dot)(rand(4, 3), rand(4, 3)),
    vmap(lambda a: a.sum())(rand(4, 3)),
    vmap(lambda a, b: a @ b, in_dims=(0, None), out_dims=1)(rand(4, 2, 3), rand(3, 2)),
)
