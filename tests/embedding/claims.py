"""What a type checker is told of an expression, and what running it gives: one line claims both."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

import fastgrad as fg
from fastgrad import Tensor, nn
from fastgrad._tensor.size import Size

if TYPE_CHECKING:
    from typing_extensions import assert_type
else:
    from holds import assert_type


class Pair(nn.Module):
    def forward(self, x: Tensor, scale: float = 1.0) -> tuple[Tensor, Tensor]:
        return x, x * scale


class Rows(fg.data.Dataset[tuple[Tensor, int]]):
    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        return fg.ones(2) * index, index


class Plain:
    """A dataset without a base class."""

    def __len__(self) -> int:
        return 4

    def __getitem__(self, index: int) -> float:
        return index / 2


class Keep(fg.autograd.Function):
    @staticmethod
    def forward(ctx: fg.autograd.Function, x: Tensor, power: int) -> tuple[Tensor, Tensor]:
        ctx.save_for_backward(x)
        ctx.power = power
        return x**power, x + 0.0

    @staticmethod
    def backward(ctx: fg.autograd.Function, first: Tensor, second: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return first * ctx.power * x ** (ctx.power - 1) + second, None


class Cube(fg.autograd.Function):
    @staticmethod
    def forward(x: Tensor, factor: float) -> Tensor:
        return x * x * x * factor

    @staticmethod
    def setup_context(ctx: fg.autograd.Function, inputs: tuple[Tensor, float], output: Tensor) -> None:
        ctx.save_for_backward(inputs[0])
        ctx.factor = inputs[1]

    @staticmethod
    def backward(ctx: fg.autograd.Function, grad: Tensor) -> tuple[Tensor, None]:
        (x,) = ctx.saved_tensors
        return grad * 3.0 * x * x * ctx.factor, None


def modules() -> None:
    x = fg.ones(3, 2)
    linear = nn.Linear(2, 2)
    assert_type(linear(x), Tensor)
    assert_type(linear(x).relu(), Tensor)
    assert_type(linear.weight, nn.Parameter)
    assert_type(linear.in_features, int)
    assert_type(Pair()(x), tuple[Tensor, Tensor])
    assert_type(Pair()(x, scale=2.0), tuple[Tensor, Tensor])
    net = nn.Sequential(linear, nn.ReLU(), nn.Linear(2, 1))
    assert_type(net(x), Tensor)
    assert_type(net[0](x), Tensor)
    assert_type(net[-1](net[:-1](x)), Tensor)
    assert_type(net[:2], nn.Sequential)
    assert_type(net.eval(), nn.Sequential)
    for layer in net:
        x = assert_type(layer(x), Tensor)
    alike = nn.ModuleList(nn.Linear(2, 2) for _ in range(2))
    assert_type(alike, nn.ModuleList[nn.Linear])
    assert_type(alike[0], nn.Linear)
    assert_type(alike[0](fg.ones(2)), Tensor)
    assert_type(alike[1:], nn.ModuleList[nn.Linear])
    heads = nn.ModuleDict({"a": Pair(), "b": Pair()})
    assert_type(heads["a"](x), tuple[Tensor, Tensor])
    assert_type(nn.ParameterList([fg.ones(2)])[0], nn.Parameter)
    assert_type(dict(net.state_dict()), dict[str, Tensor])  # an OrderedDict, as PyTorch has it
    assert_type(list(net.parameters()), list[nn.Parameter])
    assert_type(dict(net.named_buffers()), dict[str, Tensor])


def losses() -> None:
    logits, labels = fg.ones(3, 2), fg.tensor([0, 1, 1])
    assert_type(nn.CrossEntropyLoss()(logits, labels), Tensor)
    assert_type(nn.MSELoss()(logits, logits), Tensor)
    assert_type(nn.functional.cross_entropy(logits, labels), Tensor)
    assert_type(nn.functional.cross_entropy(logits, labels).item(), bool | int | float)
    assert_type(float(nn.MSELoss()(logits, logits)), float)


def batches() -> None:
    rows = fg.data.TensorDataset(fg.ones(4, 2), fg.arange(4))
    loader = fg.data.DataLoader(rows, batch_size=2, shuffle=True)
    assert_type(loader, fg.data.DataLoader[tuple[Tensor, ...]])
    for x, y in loader:
        assert_type(x, Tensor)
        assert_type(y, Tensor)
    assert_type(rows[0], tuple[Tensor, ...])
    train, test = fg.data.random_split(rows, [3, 1])
    assert_type(next(iter(fg.data.DataLoader(train))), tuple[Tensor, ...])
    assert_type(test[0], tuple[Tensor, ...])
    for features, label in fg.data.DataLoader(Rows(), batch_size=2):
        assert_type(features, Tensor)
        assert_type(label, Tensor)
    for numbers in fg.data.DataLoader(Plain(), batch_size=2):
        assert_type(numbers, Tensor)
    for number in fg.data.DataLoader([1.0, 2.0]):
        assert_type(number, Tensor)
    for size in fg.data.DataLoader(Rows(), batch_size=2, collate_fn=len):
        assert_type(size, int)


def operators() -> None:
    x, array = fg.ones(3), np.ones(3, dtype=np.float32)
    count = np.arange(3, dtype=np.int64)
    assert_type(x + 1, Tensor)
    assert_type(1 - x, Tensor)
    assert_type(2.0 / x, Tensor)
    assert_type(2**x, Tensor)
    assert_type(x * array, Tensor)
    assert_type(array * x, Tensor)
    assert_type(array - x, Tensor)
    assert_type(count + x, Tensor)
    assert_type(np.ones(3) * x, Tensor)
    assert_type(array @ x, Tensor)
    assert_type(array > x, Tensor)
    assert_type(x > 0, Tensor)
    assert_type(x == 1, Tensor)
    assert_type(x != array, Tensor)
    assert_type((x > 0) & (x < 2), Tensor)
    assert_type(~(x > 0), Tensor)
    assert_type(-abs(x), Tensor)
    assert_type(x @ x, Tensor)
    x += 1
    x *= array
    assert_type(x, Tensor)
    assert_type(bool((x > 0).all()), bool)


def places() -> None:
    x = fg.arange(24.0).reshape(2, 3, 4)
    assert_type(x[0], Tensor)
    assert_type(x[0, 1:, None], Tensor)
    assert_type(x[..., -1], Tensor)
    assert_type(x[x > 3], Tensor)
    assert_type(x[[0, 1], fg.tensor([1, 2])], Tensor)
    assert_type(x[np.array([0, 1])], Tensor)
    assert_type(x[np.int64(1), fg.tensor(2)], Tensor)
    x[x > 3] = 0.0
    x[0] = np.zeros((3, 4))
    for row in x:
        assert_type(row, Tensor)
    assert_type(x.shape, tuple[int, ...])
    assert_type(x.shape[0], int)
    assert_type(len(x), int)
    assert_type(x.ndim, int)
    assert_type(x.T if x.ndim == 2 else x, Tensor)
    assert_type(x.max(axis=1, keepdims=True), Tensor)
    assert_type(x.sum().item(), bool | int | float)
    assert_type(x.to(fg.float64).dtype, fg.dtype)
    first, second = x.split(len(x) // 2)
    assert_type(x.sum(dim=1), Tensor)
    assert_type(x.sum(1, keepdim=True), Tensor)
    assert_type(fg.argmax(x, dim=1, keepdim=True), Tensor)
    assert_type(fg.roll(x, 1, dims=0), Tensor)
    assert_type(x.norm(p=1, dim=0), Tensor)
    pair = x.max(dim=1)
    assert_type(pair.values, Tensor)
    assert_type(pair.indices, Tensor)
    assert_type(x.size, Size)
    assert_type(x.size(0), int)
    assert_type(x.size(), tuple[int, ...])
    assert_type(first, Tensor)
    assert_type(second, Tensor)
    values, where = fg.topk(x, 2)
    assert_type(values, Tensor)
    assert_type(where, Tensor)


def arrays() -> None:
    x = fg.ones(2, 2)
    assert_type(np.asarray(x, dtype=np.float64), npt.NDArray[np.float64])
    assert_type(x.numpy(), np.ndarray[Any, Any])
    assert_type(np.asarray(x), npt.NDArray[Any])
    assert_type(np.allclose(x.numpy(), np.ones((2, 2))), bool)
    assert_type(fg.asarray(np.ones(2)), Tensor)
    assert_type(fg.random.rand(2), Tensor)
    assert_type(fg.random.Generator(0), fg.Generator)
    lists: list[list[float]] = x.tolist()
    assert_type(lists[0][0], float)


@fg.no_grad()
def unrecorded(x: Tensor, factor: float = 2.0) -> Tensor:
    return x * factor


def gradients() -> None:
    x = fg.ones(2, requires_grad=True)
    assert_type(unrecorded(x, factor=3.0), Tensor)
    y, z = assert_type(Keep.apply(x, 3), tuple[Tensor, Tensor])
    assert_type(Cube.apply(x, factor=2.0), Tensor)
    (gradient,) = fg.autograd.grad((y + z).sum(), [x], create_graph=True)
    assert_type(gradient, Tensor)
    assert_type(fg.autograd.grad(y.sum(), x, allow_unused=True), tuple[Tensor | None, ...])
    optimizer = fg.optim.SGD([{"params": [x]}], lr=0.1)

    def closure() -> float:
        optimizer.zero_grad()
        loss = (x * x).sum()
        loss.backward()
        return float(loss)

    assert_type(optimizer.step(closure), float)
    assert_type(fg.optim.lr_scheduler.StepLR(optimizer, 2).get_last_lr(), list[float])
    assert_type(nn.utils.clip_grad_norm_([x], 1.0), Tensor)


CLAIMS = (modules, losses, batches, operators, places, arrays, gradients)
