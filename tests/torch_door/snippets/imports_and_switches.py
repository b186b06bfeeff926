import torch, torch.nn as nn, os, sys, warnings, typing
from torch import Tensor, nn, optim, einsum
from torch.nn import Linear, Module, functional as F, CrossEntropyLoss, ModuleList, Parameter
from torch.utils.data import Dataset, DataLoader, TensorDataset, random_split, default_collate
from torch.utils.checkpoint import checkpoint, checkpoint_sequential
from torch.nn.modules.utils import _pair
from torch.nn.parallel import DataParallel, DistributedDataParallel as DDP
import torch.distributed as dist, torch.multiprocessing as mp, torch.backends.cudnn as cudnn

from torch.cuda import amp
from torch.autograd import profiler
from torch.optim import Adam, lr_scheduler
from torch.nn.init import xavier_uniform_, _calculate_fan_in_and_fan_out
from torch.types import Device
from torch.optim.optimizer import Optimizer, required


def f(
    x: torch.Tensor,
    o: typing.Optional[torch.Tensor] = None,
    d: torch.device = torch.device("cpu"),
    t: torch.dtype = torch.float32,
) -> torch.Tensor:
    return x


cudnn.benchmark = True
torch.set_num_threads(1)
torch.backends.cudnn.enabled
torch.autograd.set_detect_anomaly(False)
torch.set_printoptions(precision=4, sci_mode=False)
with torch.autograd.set_detect_anomaly(True):
    pass
with torch.autograd.profiler.record_function("x"):
    pass
with torch.set_grad_enabled(False):
    a = f(torch.ones(1, requires_grad=True)) * 2
prev = torch.is_grad_enabled()
torch.set_grad_enabled(prev)
m = nn.Linear(2, 2)
y = checkpoint(m, torch.ones(1, 2, requires_grad=True), use_reentrant=False)
n = torch.cuda.device_count()
torch.cuda.synchronize() if torch.cuda.is_available() else None
result = (
    a.requires_grad,
    _pair(3),
    torch.get_num_threads(),
    n,
    _calculate_fan_in_and_fan_out(m.weight),
    dist.is_available() in (True, False),
    y.shape,
    torch.__version__ >= "1.6",
    int(torch.__version__.split(".")[0]) >= 2,
    m.weight.device.type,
    next(m.parameters()).is_cuda,
    torch.device("cuda:1").index,
    torch.device("cpu") == torch.device("cpu"),
    str(torch.device("cuda", 0)),
    isinstance(m.weight, torch.Tensor),
    isinstance(m.weight, nn.Parameter),
    torch.is_tensor(m.weight.data),
    type(m.weight.data) is torch.Tensor,
    m.training,
    m.eval().training,
    callable(torch.compile),
    hasattr(torch, "compile"),
    m.zero_grad(),
    [p.grad for p in m.parameters()],
    m.requires_grad_(False).weight.requires_grad,
    m.half().weight.dtype,
    m.float().weight.dtype,
    m.double()(torch.ones(1, 2).double()).dtype,
)
