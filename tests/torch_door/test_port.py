"""Every spelling that stopped PyTorch's scripts when they were first run here, as they wrote it.

52 scripts and modules of 18 public projects were run; a line stands for an obstacle, the text is theirs. It does what
it does in PyTorch, or is an error that says what to write.
"""

from __future__ import annotations

import ast
from typing import Any

import numpy as np
import pytest

import fastgrad.torch as door

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
from .test_functions import compare  # noqa: E402 (skipped without PyTorch, too)

FLOATS = np.random.RandomState(4).uniform(-1.0, 1.0, (4, 6)).astype(np.float32)

# Obstacle: what was written, one spelling a line; the last expression of a line is compared, losses of layers after
# their weights were made equal.
SPELLINGS = {
    "torch.device": """
        torch.device("cpu").type
        str(torch.device("cuda" if torch.cuda.is_available() else "cpu"))
        x.device.type
        x.to(torch.device("cpu"))
        torch.zeros(2, device=torch.device("cpu"))
        torch.device("cuda", 0).index
        torch.randn(2, device=torch.device("cpu")).shape
        torch.Generator(device="cpu").device.type
    """,
    "torch.cat": """
        torch.cat([x, x], 1)
        torch.cat((x, x), dim=1)
        torch.cat([x, x])
        torch.cat([x, x], -1)
    """,
    "x.size()": """
        x.size(0)
        B, T = x.size(); (B, T)
        x.size()[0]
        x.shape.numel()
        x.size(-1)
        x.view(x.size(0), -1).size()
        tuple(x.size()[1:])
    """,
    "torch.utils.data as an attribute": """
        len(torch.utils.data.DataLoader([1, 2, 3], batch_size=2))
        torch.utils.data.TensorDataset(x, x)[1]
        len(torch.utils.data.random_split(list(range(5)), [3, 2])[0])
    """,
    "torch.cuda": """
        torch.cuda.is_available()
        torch.cuda.device_count()
        torch.cuda.manual_seed_all(1)
        torch.cuda.manual_seed(1)
        torch.cuda.empty_cache()
    """,
    "x.type": """
        x.type(torch.float)
        x.type(torch.int64)
        x.type_as(torch.ones(1).double())
        x.type()
        x.type(torch.LongTensor)
        x.type("torch.DoubleTensor")
    """,
    "sparse": """
        torch.diag(x[0]).to_sparse().to_dense()
        torch.sparse_coo_tensor([[0, 1, 1], [1, 0, 0]], [3.0, 4.0, 1.0], (2, 3)).coalesce().to_dense()
        torch.sparse_coo_tensor(torch.tensor([[0, 2]]), torch.ones(2, 3)).to_dense()
        torch.sparse_csr_tensor([0, 1, 3], [1, 0, 2], [3.0, 4.0, 5.0], (2, 3)).to_dense()
        torch.sparse.FloatTensor(torch.tensor([[0, 1], [1, 0]]), torch.ones(2), torch.Size([4, 4])).to_dense()
        torch.sparse.mm(torch.diag(x[0]).to_sparse(), x.t())
        torch.sparse.addmm(x.t(), torch.diag(x[0]).to_sparse(), x.t(), beta=2)
        torch.spmm(torch.diag(x[0]).to_sparse(), x.t())
        torch.dsmm(torch.diag(x[0]).to_sparse(), x.t())
        torch.sparse.sum(torch.diag(x[0]).to_sparse())
        torch.sparse.softmax(torch.diag(x[0]).to_sparse(), 1).to_dense()
        torch.sparse.log_softmax(torch.diag(x[0]).to_sparse(), 1).to_dense()
        torch.diag(x[0]).to_sparse().coalesce().indices()
        torch.diag(x[0]).to_sparse().coalesce().values()
    """,
    "functions of functions": """
        torch.vmap(lambda row: row.sum())(x)
        torch.func.grad(lambda a: (a**2).sum())(x)
        torch.func.vmap(torch.func.jacrev(torch.sin))(x)
    """,
    "mm, bmm": """
        torch.mm(x, x.t())
        x.mm(x.t())
        torch.bmm(x.view(2, 2, 6), x.view(2, 6, 2))
        x.view(2, 2, 6).bmm(x.view(2, 6, 2))
        torch.mv(x, x[0])
        torch.dot(x[0], x[1])
        torch.addmm(x[:, :4], x, x.t())
        torch.baddbmm(x.view(4, 6, 1), x.view(4, 6, 1), x.view(4, 1, 6)[:, :, :1])
    """,
    "dim and keepdim": """
        x.argmax(dim=1, keepdim=True)
        x.sum(dim=1)
        x.mean(dim=0)
        torch.stack([x, x], dim=0)
        x.topk(2, dim=-1)
        x.norm(dim=1, keepdim=True)
        torch.flip(x, dims=[0])
        x.softmax(dim=-1)
        torch.logsumexp(x, dim=1)
        x.squeeze(dim=0)
        x.prod(dim=1)
        (x > 0).all(dim=1)
        (x > 0).any(dim=1, keepdim=True)
        torch.count_nonzero(x, dim=0)
    """,
    "pairs of max and min": """
        _, p = torch.max(x, 1); p
        x.max(1, keepdim=True)[1]
        x.max(dim=1)
        torch.max(x, -x)
        x.max(torch.tensor(0.0))
        torch.min(x, -x)
        torch.max(x)
        x.min(1)[0]
        torch.max(x.data, 1)[1]
        x.sort(1)
        torch.sort(x[0])[0]
        x.median(1)
    """,
    "dtypes' names": """
        str(torch.float)
        str(torch.long)
        str(torch.double)
        (str(torch.int), str(torch.half), str(torch.short))
        torch.zeros(2, dtype=torch.long)
        torch.finfo(torch.float).eps
        torch.finfo(x.dtype).min
    """,
    "DataLoader's arguments": """
        len(DataLoader([1, 2, 3], batch_size=2, shuffle=True, num_workers=0, pin_memory=False))
        len(DataLoader([1, 2, 3], batch_size=2, drop_last=True, worker_init_fn=None, timeout=0))
        [b.tolist() for b in DataLoader([1, 2, 3], batch_size=2, persistent_workers=False)]
        list(DataLoader(TensorDataset(x, x), batch_size=3))[0][0]
    """,
    "x.transpose(i, j)": """
        x.view(2, 2, 6).transpose(-2, -1)
        x.view(2, 2, 6).transpose(1, 2)
        torch.transpose(x, 0, 1)
        x.transpose(0, 1)
        x.transpose(-2, -1)
    """,
    "arguments in another place": """
        torch.stack([x, x], 1)
        torch.topk(x, k=1)
        torch.randint(5, (3,)).shape
        torch.empty(size=(2, 3)).shape
        torch.normal(0, 1.0, size=(2, 3), requires_grad=True).requires_grad
        torch.roll(x, 1, 0)
        torch.triu(x, 1)
        torch.argsort(x, 1)
        torch.sort(x, 1)
        torch.tensor(deque([1.0, 2.0]))
        torch.mean(x, 1, True)
        x.mean(1, True)
        torch.randperm(5, device="cpu").shape
        x.to("cpu", non_blocking=True)
    """,
    "torch.accelerator": """
        torch.accelerator.is_available()
        torch.accelerator.current_accelerator()
    """,
    "nn.Embedding": """
        nn.Embedding(5, 3, padding_idx=0).weight.shape
        F.embedding(torch.tensor([1, 0]), x)
    """,
    "recurrent layers": """
        nn.LSTM(6, 3, batch_first=True)(x.view(2, 2, 6))[0].shape
        nn.GRU(6, 3, 2)(x.view(2, 2, 6))[1].shape
        nn.RNN(6, 3)(x.view(2, 2, 6))[0].shape
        len(nn.LSTMCell(6, 3)(x))
        nn.LSTM(6, 3, bidirectional=True).flatten_parameters()
    """,
    "layers of single scripts": """
        nn.ConvTranspose2d(2, 3, 2)(torch.ones(1, 2, 4, 4)).shape
        nn.Dropout2d(0.0)(x.view(1, 2, 2, 6))
        nn.InstanceNorm2d(2)(x.view(1, 2, 2, 6))
        nn.ReflectionPad2d(1)(x.view(1, 2, 2, 6))
        nn.PixelShuffle(2)(x.view(1, 4, 1, 6))
        nn.utils.rnn.pack_padded_sequence(x.view(2, 2, 6), [2, 1]).batch_sizes
        F.elu(x)
        F.interpolate(x.view(1, 1, 4, 6), scale_factor=2)
        F.pad(x, (1, 1))
        F.one_hot(torch.tensor([0, 2]), 4)
    """,
    "functions of single scripts": """
        torch.cumprod(x, 1)
        torch.addcmul(x, x, x, value=0.5)
        torch.linalg.lstsq(x, x[:, :1]).solution
        x.repeat_interleave(2, 0)
        x.flip(0)
        x.new_zeros(2, 3)
        x.new_tensor([1.0])
        torch.as_strided(x, (2, 2), (1, 2))
        x.as_strided((2, 2), (1, 1), 3)
    """,
    "lazy layers": """
        nn.LazyLinear(3)(x).shape
        nn.LazyConv2d(6, 2)(x.view(1, 1, 4, 6)).shape
        nn.LazyBatchNorm2d()(x.view(2, 2, 2, 3)).shape
    """,
    "torch.backends": """
        setattr(torch.backends.cudnn, "deterministic", True)
        setattr(torch.backends.cudnn, "benchmark", False)
        torch.backends.mps.is_available()
    """,
    "names of the platform": """
        x.is_cuda
        torch.set_default_device("cpu")
        torch.nn.modules.linear.Linear.__name__
        torch.get_num_threads() > 0
        torch.manual_seed(1) is not None
    """,
    "x.split": """
        x.split(2, dim=1)
        x.split(1, dim=0)
        x.split(2)
        x[0].split([2, 4])
        torch.split(x, 4, 1)
    """,
    "distributions": """
        torch.distributions.Categorical(logits=x).log_prob(torch.tensor([0, 1, 2, 3]))
        torch.distributions.Categorical(torch.softmax(x, 1)).entropy()
        torch.distributions.Normal(x, x.exp()).log_prob(x)
        torch.distributions.Bernoulli(logits=x).entropy()
    """,
    "predicates and conversions": """
        torch.is_tensor(x)
        torch.is_floating_point(x)
        torch.as_tensor(FLOATS)
        x.ndimension()
        x.nelement()
        torch.from_numpy(FLOATS)
    """,
    "narrow, chunk": """
        x.narrow(0, 0, 2)
        x.chunk(3, dim=-1)
        torch.chunk(x, 2, 0)
    """,
    "comparisons as methods": """
        x.eq(x)
        x.ne(0)
        x.lt(0.5)
        x.le(x)
        x.gt(0)
        torch.ge(x, 0)
        x.argmax(1).eq(torch.tensor([0, 1, 2, 3]).view_as(x.argmax(1))).sum().item()
    """,
    "masked_fill": """
        x.masked_fill(x > 0, float("-inf"))
        x.clone().masked_fill_(x > 0, 1.0)
        x.masked_fill(torch.tril(torch.ones(4, 6)) == 0, -1e9)
    """,
    "samplers": """
        len(torch.utils.data.RandomSampler([1, 2, 3], replacement=True, num_samples=int(1e10)))
        list(torch.utils.data.SequentialSampler([1, 2, 3]))
        list(torch.utils.data.BatchSampler([1, 2, 3], 2, False))
        len(torch.utils.data.WeightedRandomSampler([0.1, 0.9], 5))
    """,
    "typed constructors": """
        torch.LongTensor([1, 2])
        torch.FloatTensor(FLOATS)
        torch.BoolTensor([True])
        torch.DoubleTensor([[1.0]])
        torch.FloatTensor(2, 3).shape
    """,
    "std and var": """
        (x - x.mean()) / (x.std() + 1e-8)
        x.std()
        x.var(0)
        torch.std(x, dim=1, unbiased=False)
    """,
    "x.repeat": """
        x.repeat(2, 1)
        x.repeat(2, 1, 1)
        x[0].repeat(2)
        torch.arange(3).repeat(2, 1)
    """,
    "unique": """
        x.argmax(1).unique()
        torch.unique(x.argmax(1), return_counts=True)
    """,
    "t()": """
        x.t()
        torch.t(x)
    """,
    "optimizers": """
        type(torch.optim.Adadelta([x.clone().requires_grad_()], lr=1.0)).__name__
        type(torch.optim.LBFGS([x.clone().requires_grad_()], lr=0.8, line_search_fn="strong_wolfe")).__name__
    """,
    "randn_like": """
        torch.randn_like(x).shape
        torch.rand_like(x).dtype == x.dtype
    """,
    "schedulers": """
        lr_scheduler.ExponentialLR(torch.optim.SGD([x.clone().requires_grad_()], 0.1), 0.8).get_last_lr()
        lr_scheduler.MultiStepLR(torch.optim.SGD([x.clone().requires_grad_()], 0.1), [1]).get_last_lr()
        lr_scheduler.ReduceLROnPlateau(torch.optim.SGD([x.clone().requires_grad_()], 0.1)).patience
        lr_scheduler.LinearLR(torch.optim.SGD([x.clone().requires_grad_()], 0.1)).get_last_lr()
        issubclass(lr_scheduler._LRScheduler, lr_scheduler.LRScheduler)
    """,
    "torch.Tensor(...)": """
        nn.Parameter(torch.Tensor(2, 3)).shape
        torch.Tensor([10000.0])
        torch.Tensor([1, 2])
    """,
    "clamp": """
        torch.clamp(x, 1 - 0.2, 1 + 0.2)
        x.clamp(min=0)
    """,
    "smooth L1, Huber": """
        F.smooth_l1_loss(x, x + 2)
        nn.HuberLoss()(x, x + 2)
    """,
    "attention": """
        type(nn.TransformerEncoderLayer(4, 2)).__name__
        len(nn.MultiheadAttention(6, 2, batch_first=True)(x[None], x[None], x[None]))
        F.scaled_dot_product_attention(x[None], x[None], x[None], is_causal=True)
        hasattr(torch.nn.functional, "scaled_dot_product_attention")
    """,
    "torch.autograd.functional": """
        torch.autograd.functional.vjp(torch.sin, x, x)[1]
        torch.autograd.functional.jacobian(lambda v: v**2, x[0])
    """,
    "inference_mode": """
        torch.inference_mode()(lambda: x + 1)()
        torch.no_grad()(lambda: x + 1)()
    """,
    "gather": """
        x.gather(1, torch.tensor([[0], [2], [1], [3]]))
        x.gather(1, x.argmax(1).unsqueeze(1))
        x.clone().scatter_(1, torch.tensor([[0], [2], [1], [3]]), 1.0)
        x.index_select(0, torch.tensor([0, 2]))
    """,
    "x.norm": """
        x.norm(2, 1, keepdim=True)
        x.norm(2)
        torch.norm(x, 2)
        x.norm(1)
        torch.norm(x, p=2, dim=1)
    """,
    "replacing a layer in its registry": """
        m = nn.Sequential(nn.ReLU()); m._modules["0"] = nn.Tanh(); m(x)
        m = nn.Module(); m.a = nn.ReLU(); m._modules["a"] = nn.Tanh(); m.a(x)
    """,
    "questions of equality": """
        torch.equal(x, x.clone())
        x.nonzero()
        torch.nonzero(x > 0)
        torch.meshgrid(torch.arange(2), torch.arange(3), indexing="ij")
        torch.allclose(x, x)
    """,
    "formats": """
        f"{x.sum() * 0 + 1.5}"
        "{}".format(100 * x.new_tensor(1.0) / 4)
        f"{x.new_tensor(0.25):.3f}"
        "%.2f" % x.new_tensor(0.25)
    """,
    "frequent, though not reached": """
        x.softmax(1)
        torch.compile(lambda v: v + 1, backend="eager")(x)
        torch.autograd.Variable(x)
        x.clone().uniform_().shape
        x.clone().normal_(0, 0.02).shape
        torch.set_default_dtype(torch.float32)
        nn.DataParallel(nn.ReLU())(x)
        torch.linalg.norm(x)
        torch.linalg.inv(x[:, :4] + 5 * torch.eye(4))
        F.normalize(x)
        torch.use_deterministic_algorithms(False)
        torch.unsqueeze(x, 1)
        torch.repeat_interleave(x, 2, dim=1)
        x.expand_as(torch.ones(2, 4, 6))
        nn.Conv1d(4, 2, 3)(x).shape
        x.new(2, 3).shape
        torch.mul(x, 2)
        torch.div(x, 2)
        torch.neg(x)
        x.clone().index_add_(0, torch.tensor([0, 0]), x[:2])
        F.grid_sample(x.view(1, 1, 4, 6), torch.zeros(1, 2, 2, 2), align_corners=False)
        torch.cumsum(x, 0)
        torch.arcsin(x)
        torch.arccos(x)
        torch.arctan(x)
        x.squeeze(1)
    """,
    "the array standard's arguments by position": """
        torch.stack([x, x], 1)
        torch.concat([x, x], 1)
        torch.roll(x, 1, 0)
        torch.triu(x, 1)
        torch.argsort(x, 1)
        torch.sort(x, 1)
        torch.topk(x, k=1)
        torch.norm(x, 2)
    """,
}

IMPORTS = """
    import torch.nn.parallel
    import torch.backends.cudnn as cudnn
    from torch.autograd import Variable
    from torch.autograd.functional import vjp
    from torch.distributions import Categorical
    from torch.nn.modules.linear import Linear
    from torch.nn.utils.rnn import PackedSequence, pad_packed_sequence
    from torch.optim.lr_scheduler import StepLR, _LRScheduler, OneCycleLR, CyclicLR, SequentialLR
    from torch.utils.data import DataLoader, Dataset, RandomSampler, WeightedRandomSampler
    from torch.utils.data.dataset import Dataset
    from torch.nn.parameter import Parameter
    from torch.nn import init, Parameter
    from torch.linalg import lstsq
    from torch import Tensor, nn, optim
""".strip().split("\n")

# What has no meaning here says so: what is written, and what is said of it.
REFUSED = {
    "x.cuda()": "the CPU",
    "nn.Linear(2, 3).cuda()": "CPU",
    "x.to('cuda')": "CPU",
    "torch.zeros(2, device='cuda')": "CPU",
    "torch.fft": "not in fastgrad's PyTorch door",
    "torch.stft": "there are no complex numbers",
    "torch.save(lambda: 0, '/nonexistent')": "not found by its name",
}


def names(library: Any) -> dict[str, Any]:
    from collections import deque

    data = library.utils.data
    return {
        "torch": library, "nn": library.nn, "F": library.nn.functional, "lr_scheduler": library.optim.lr_scheduler,
        "DataLoader": data.DataLoader, "TensorDataset": data.TensorDataset, "deque": deque, "FLOATS": FLOATS,
        "x": library.tensor(FLOATS),
    }  # fmt: skip


def run(text: str, library: Any) -> Any:
    """Run a line; return what its last expression gives."""
    tree = ast.parse(text)
    last = tree.body.pop()
    assert isinstance(last, ast.Expr)
    scope = names(library)
    exec(compile(tree, "<port>", "exec"), scope)
    return eval(compile(ast.Expression(last.value), "<port>", "eval"), scope)


LINES = [
    pytest.param(line.strip(), id=f"{obstacle}: {line.strip()}")
    for obstacle, lines in SPELLINGS.items()
    for line in lines.strip().split("\n")
]


@pytest.mark.parametrize("line", LINES)
@pytest.mark.filterwarnings("ignore")
def test_a_spelling_does_what_it_does_in_pytorch(line):
    theirs, ours = run(line, torch), run(line, door)
    if isinstance(theirs, (tuple, torch.Tensor)) and not isinstance(theirs, torch.Size):
        if isinstance(theirs, tuple) and not all(isinstance(part, torch.Tensor) for part in theirs):
            assert ours == theirs
        else:
            compare(theirs, ours, 1e-5)
    else:
        assert type(ours).__name__ == type(theirs).__name__
        assert ours == theirs


@pytest.mark.parametrize("line", [line.strip() for line in IMPORTS])
def test_an_import_finds_what_it_names(line, monkeypatch):
    """As the door is imported under its own path, which `install` lets ``import torch`` mean."""
    code = line.replace("import torch.", "import fastgrad.torch.").replace("from torch", "from fastgrad.torch")
    exec(code, {})


@pytest.mark.parametrize("line", REFUSED)
def test_what_has_no_meaning_here_says_so(line):
    with pytest.raises((RuntimeError, AttributeError, ValueError, TypeError, ImportError), match=REFUSED[line]):
        run(line, door)
