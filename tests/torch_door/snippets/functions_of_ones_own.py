import torch
from torch.autograd import Function, gradcheck


class Exp(Function):
    @staticmethod
    def forward(ctx, i, scale=1):
        r = i.exp() * scale
        ctx.save_for_backward(r)
        ctx.scale = scale
        return r

    @staticmethod
    def backward(ctx, g):
        (r,) = ctx.saved_tensors
        return g * r, None


class STE(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return (x > 0).float()

    @staticmethod
    @torch.autograd.function.once_differentiable
    def backward(ctx, g):
        return F.hardtanh(g)


import torch.nn.functional as F


class GRL(Function):
    @staticmethod
    def forward(ctx, x, alpha):
        ctx.alpha = alpha
        return x.view_as(x)

    @staticmethod
    def backward(ctx, g):
        return g.neg() * ctx.alpha, None


class Two(Function):
    @staticmethod
    def forward(ctx, a, b):
        ctx.mark_non_differentiable(b) if not b.is_floating_point() else None
        ctx.save_for_backward(a, b)
        return a * b, a + b

    @staticmethod
    def backward(ctx, g1, g2):
        a, b = ctx.saved_tensors
        return (g1 * b + g2 if ctx.needs_input_grad[0] else None), (g1 * a + g2 if ctx.needs_input_grad[1] else None)


class New(Function):
    @staticmethod
    def forward(x):
        return x * 2

    @staticmethod
    def setup_context(ctx, inputs, output):
        (x,) = inputs
        ctx.save_for_backward(x)

    @staticmethod
    def backward(ctx, g):
        return g * 2


x = rand(4).requires_grad_()
y = Exp.apply(x, 2).sum() + STE.apply(x).sum() * 3 + GRL.apply(x, 0.5).sum() + New.apply(x).sum()
y.backward()
a = rand(3).double().requires_grad_()
b = rand(3, seed=2).double().requires_grad_()
result = y, x.grad, gradcheck(Two.apply, (a, b), eps=1e-6, atol=1e-4), gradcheck(lambda a: Exp.apply(a), (a,))
