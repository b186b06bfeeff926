"""Weights that a convolution of few pixels keeps packed where nothing is recorded: never used once they changed."""

from __future__ import annotations

import ctypes

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn


def check(conv: nn.Conv1d | nn.Conv2d | nn.Conv3d, x: fg.Tensor) -> None:
    """The result, twice, where weights are kept, is that of a copy of the weights."""
    with fg.no_grad():
        bias = None if conv.bias is None else conv.bias.clone()
        function = getattr(nn.functional, type(conv).__name__.lower())
        copied = function(x, conv.weight.clone(), bias, conv.stride, conv.padding, groups=conv.groups)
        for _ in range(2):
            np.testing.assert_array_equal(conv(x).numpy(), copied.numpy())


@pytest.fixture(
    params=[
        (nn.Conv2d, 1, fg.float32),
        (nn.Conv2d, 1, fg.float64),
        (nn.Conv2d, 4, fg.float32),
        (nn.Conv2d, 32, fg.float32),
        (nn.Conv1d, 1, fg.float32),
        (nn.Conv3d, 1, fg.float32),
        (nn.Conv3d, 4, fg.float64),
    ]
)
def conv(request) -> nn.Conv1d | nn.Conv2d | nn.Conv3d:
    """A convolution that has kept its weights."""
    kind, groups, dtype = request.param
    fg.manual_seed(0)
    layer = kind(32, 160, 3, padding=1, groups=groups, dtype=dtype)
    check(layer, image(layer))
    return layer


def image(conv: nn.Conv1d | nn.Conv2d | nn.Conv3d, size: int = 7) -> fg.Tensor:
    axes = len(conv.kernel_size)
    return fg.randn(1, conv.in_channels, *[size if axes < 3 else min(size, 9)] * axes, dtype=conv.weight.dtype)


def test_images_of_other_sizes_use_them(conv):
    for size in (1, 4, 7, 9, 12, 40):
        check(conv, image(conv, size))


def test_no_images_leave_nothing_behind():
    conv = nn.Conv2d(32, 64, 3)
    with fg.no_grad():
        assert conv(fg.zeros(0, 32, 5, 5)).shape == (0, 64, 3, 3)
    check(conv, fg.randn(1, 32, 5, 5))


def test_changes_in_place_are_seen(conv):
    with fg.no_grad():
        conv.weight.mul_(2.0)
        check(conv, image(conv))
        conv.weight[3, 0] = 7.0
        check(conv, image(conv))
        conv.weight.detach().reshape(-1)[5:9].fill_(-1.0)
        check(conv, image(conv))
    nn.init.normal_(conv.weight)
    check(conv, image(conv))
    conv.load_state_dict({name: value * 3.0 for name, value in conv.state_dict().items()})
    check(conv, image(conv))


def test_optimizers_steps_are_seen(conv):
    for optimizer in (fg.optim.SGD(conv.parameters(), lr=0.1), fg.optim.Adam(conv.parameters())):
        conv(image(conv)).sum().backward()
        optimizer.step()
        check(conv, image(conv))


def test_writes_from_outside_are_seen_while_and_after_they_are_possible(conv):
    seen = conv.weight.detach().numpy()
    for value in (1.0, 2.0):
        seen[2] = value
        check(conv, image(conv))
    del seen
    check(conv, image(conv))
    seen = np.from_dlpack(conv.weight.detach())
    check(conv, image(conv))
    if seen.flags.writeable:
        seen[1] = 5.0
    else:  # NumPy before 2.3 takes every capsule as read-only
        seen = memoryview(conv.weight.detach())
        seen[1, 0, 0, 0] = 5.0
    check(conv, image(conv))
    del seen
    check(conv, image(conv))
    address = conv.weight.data_ptr()
    check(conv, image(conv))
    ctypes.memset(address, 0, 64)
    check(conv, image(conv))


def test_borrowed_weights_are_read_each_time(conv):
    own = np.ones(conv.weight.shape, np.float64 if conv.weight.dtype == fg.float64 else np.float32)
    conv.weight = nn.Parameter(fg.from_numpy(own))
    check(conv, image(conv))
    own[0] = 3.0
    check(conv, image(conv))


def test_views_of_the_same_weights_are_told_apart():
    w = fg.randn(64, 32, 3, 3)
    x = fg.randn(1, 32, 5, 5)
    views = [w[:32], w[32:], w[:32, :16], w.permute(1, 0, 2, 3)[:, :32], w[::2], fg.flip(w, axis=2)[:32]]
    with fg.no_grad():
        for _ in range(2):
            for v in views:
                groups = 32 // v.shape[1]
                kept, copied = (nn.functional.conv2d(x, a, groups=groups).numpy() for a in (v, v.clone()))
                np.testing.assert_array_equal(kept, copied)


def test_they_take_memory_only_where_nothing_is_recorded():
    fg.manual_seed(0)
    conv, x = nn.Conv2d(64, 256, 3), fg.randn(1, 64, 5, 5)
    size = conv.weight.nbytes

    def held() -> int:
        return fg.memory.stats()["in_use"]

    conv(x)
    before = held()
    conv(x)
    assert held() < before + size
    with fg.no_grad():
        conv(fg.randn(8, 64, 12, 12))  # so many pixels that packing is nothing
        assert held() < before + size
        conv(x)
    assert held() >= before + size
    with fg.no_grad():
        conv.weight.add_(1.0)
    conv(x)  # while training, what is out of date goes
    assert held() < before + size
    with fg.no_grad():
        conv(x)
    assert held() >= before + size
    del conv
    assert held() < before
