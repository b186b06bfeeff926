import warnings
from collections import OrderedDict

import torch
import torch.fx
import torch.hub
import torch.nn._reduction
import torch.onnx
import torch.utils.dlpack
import torch.utils.model_zoo as model_zoo
from torch import nn
from torch._tensor import Tensor as TensorThere
from torch.autograd.function import Function, FunctionCtx, InplaceFunction, once_differentiable
from torch.functional import Tensor, einsum
from torch.hub import load_state_dict_from_url
from torch.nn import _reduction as _Reduction
from torch.nn.modules.loss import F, _Loss
from torch.optim.adam import Adam
from torch.optim.adamw import AdamW
from torch.serialization import add_safe_globals, safe_globals
from torch.storage import TypedStorage, UntypedStorage
from torch.utils.dlpack import from_dlpack, to_dlpack

x = torch.arange(6.0).reshape(2, 3)
y = torch.arange(12.0).reshape(3, 4)
r = [
    torch.einsum(x, [0, 1], y, [1, 2], [0, 2]),
    torch.einsum(x, [30, 1], y, [1, 2]),
    torch.einsum(x, [..., 1], y, [1, 2], [..., 2]),
    torch.einsum(x, [0, 1]),
    einsum("ij,jk->ki", x, y),
    reversed(x),
    reversed(torch.tensor(3.0)),
    from_dlpack(to_dlpack(x)),
    x.view(size=(3, 2)),
    x.view(dtype=torch.int32),
    torch.ones(1, 3).expand(size=(2, 3)),
    isinstance(x, Tensor),
    Tensor is TensorThere,
    issubclass(nn.MSELoss, _Loss),
    F.relu(-x),
]


class Round(InplaceFunction):
    @staticmethod
    def forward(ctx: FunctionCtx, input, inplace=False):
        if inplace:
            ctx.mark_dirty(input)
            return input.round_()
        return input.round()

    @staticmethod
    @once_differentiable
    def backward(ctx, grad):
        return grad, None


a = torch.tensor([1.2, 2.7], requires_grad=True)
b = a * 2
Round.apply(b, True).sum().backward()
r += [a.grad, b, Round.apply(a), issubclass(Round, Function)]

net = nn.Sequential(OrderedDict(a=nn.Linear(3, 3), b=nn.ReLU(), c=nn.Linear(3, 2), d=nn.Tanh()))
del net[0]
r.append(list(net.state_dict()))
net.compile(dynamic=False)
settle(net)

with warnings.catch_warnings(record=True) as caught:
    warnings.simplefilter("always")
    torch.nn.init.constant(net[1].weight, 0.5)
    net(x).sum().backward()
    r.append(torch.nn.utils.clip_grad_norm(net.parameters(), 1.0))
    r.append([f"{w.category.__name__}: {w.message}" for w in caught])
    r.append([_Reduction.get_enum("sum"), torch.nn._reduction.legacy_get_string(None, False)])

with safe_globals([OrderedDict]):
    r.append(torch.onnx.is_in_onnx_export())


@torch.fx.wrap
def helper(value):
    return value * 2


try:
    torch._assert(x.sum() > 100, "too small")
except AssertionError as error:
    r.append(str(error))
torch._assert(x.shape[0] == 2, "two rows")
r.append(helper(x))
r.append([AdamW is torch.optim.AdamW, Adam is torch.optim.Adam, callable(model_zoo.load_url)])
result = r
