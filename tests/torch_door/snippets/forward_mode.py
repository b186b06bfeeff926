import torch
import torch.autograd.forward_ad as fwAD
import torch.nn as nn

x, t = rand(3), rand(3, seed=2)
with fwAD.dual_level():
    dual = fwAD.make_dual(x, t)
    itself = fwAD.unpack_dual(dual).tangent is t
    out = fwAD.unpack_dual(dual.sin() * dual + 1)
    plain = fwAD.unpack_dual(x).tangent
    unrelated = fwAD.unpack_dual(rand(2).requires_grad_() * 2).tangent
afterwards = fwAD.unpack_dual(dual.cos()).tangent

model = settle(nn.Linear(3, 2))
tangents = {name: torch.ones_like(p) for name, p in model.named_parameters()}
with fwAD.dual_level():
    for name, p in dict(model.named_parameters()).items():
        delattr(model, name)
        setattr(model, name, fwAD.make_dual(p, tangents[name]))
    of_parameters = fwAD.unpack_dual(model(rand(4, 3)).tanh()).tangent

leaf = rand(3).requires_grad_()
with fwAD.dual_level():
    value, slope = fwAD.unpack_dual(fwAD.make_dual(leaf, t) ** 3)
slope.sum().backward()


class Exp(torch.autograd.Function):
    @staticmethod
    def forward(x):
        return x.exp()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)
        ctx.save_for_forward(output)

    @staticmethod
    def backward(ctx, g):
        return g * ctx.saved_tensors[0]

    @staticmethod
    def jvp(ctx, g):
        return g * ctx.saved_tensors[0]


with fwAD.dual_level():
    of_function = fwAD.unpack_dual(Exp.apply(fwAD.make_dual(x, t))).tangent


def refused(call):
    try:
        call()
    except RuntimeError:
        return "RuntimeError"


def nested():
    with fwAD.dual_level(), fwAD.dual_level():
        pass


def unfit():
    with fwAD.dual_level():
        fwAD.make_dual(x, rand(2))


result = (
    itself, out, out.primal, out.tangent, plain, unrelated, afterwards, of_parameters, value, slope, leaf.grad, of_function,
    refused(lambda: fwAD.make_dual(x, t)), refused(nested), refused(unfit),
)  # fmt: skip
