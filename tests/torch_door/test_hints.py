"""What only says how PyTorch computes, or names what it measures, is taken; what measures or writes says what does."""

from __future__ import annotations

import sys
import types

import numpy as np
import pytest

import fastgrad.torch as torch
from fastgrad.torch._check import problems

names = ("fastgrad.torch._tensorboard", "fastgrad.torch.utils.tensorboard")


def test_every_kernel_of_attention_gives_the_same():
    from fastgrad.torch.nn.attention import SDPBackend, sdpa_kernel

    x = torch.randn(1, 2, 5, 4)
    attention = torch.nn.functional.scaled_dot_product_attention
    with sdpa_kernel([SDPBackend.FLASH_ATTENTION, SDPBackend.MATH], set_priority=True):
        inside = attention(x, x, x)
    assert torch.equal(inside, attention(x, x, x))
    with pytest.raises(TypeError, match="backends must be SDPBackend"), sdpa_kernel("math"):
        pass
    assert torch.backends.cuda.math_sdp_enabled()
    with torch.backends.cuda.sdp_kernel(enable_math=False):
        assert not torch.backends.cuda.math_sdp_enabled()
    torch.backends.cuda.enable_flash_sdp(False)
    assert not torch.backends.cuda.flash_sdp_enabled()
    torch.backends.cuda.enable_flash_sdp(True)


def test_marks_for_the_profiler_are_taken():
    @torch.profiler.record_function("step")
    def step():
        with torch.autograd.profiler.record_function("inner"):
            return 1

    assert step() == 1


@pytest.fixture
def written(monkeypatch):
    """What a writer of tensorboardX's interface is given."""
    calls = []

    class SummaryWriter:
        def __init__(self, logdir=None):
            self.logdir = logdir

        def add_scalar(self, tag, scalar_value, global_step=None):
            calls.append((tag, scalar_value, global_step))

        def add_scalars(self, main_tag, tag_scalar_dict, global_step=None):
            calls.append((main_tag, tag_scalar_dict, global_step))

        def add_graph(self, model):
            calls.append(model)

    package = types.ModuleType("tensorboardX")
    package.SummaryWriter = SummaryWriter
    monkeypatch.setitem(sys.modules, "tensorboardX", package)
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    yield calls
    for name in names:
        sys.modules.pop(name, None)


def test_a_summary_writer_takes_tensors(written):
    from fastgrad.torch.utils.tensorboard import SummaryWriter

    writer = SummaryWriter("runs")
    writer.add_scalar("loss", torch.tensor(3.0, requires_grad=True), global_step=2)
    writer.add_scalars("both", {"a": torch.tensor(1.0), "b": 2.0}, 3)
    assert [type(value) for _, value, _ in written] == [np.ndarray, dict]
    assert written[0][2] == 2
    assert {key: float(value) for key, value in written[1][1].items()} == {"a": 1.0, "b": 2.0}
    with pytest.raises(RuntimeError, match=r"fastgrad\.draw_graph"):
        writer.add_graph(torch.nn.Linear(1, 1))


def test_without_tensorboardx_the_writer_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "tensorboardX", None)
    for name in names:
        monkeypatch.delitem(sys.modules, name, raising=False)
    with pytest.raises(ImportError, match="pip install tensorboardX"):
        import fastgrad.torch.utils.tensorboard  # noqa: F401
    program = "from torch.utils.tensorboard import SummaryWriter\n"
    assert [text for _, text in problems(program) if "pip install tensorboardX" in text]


def test_memory_that_is_out_is_caught_by_pytorchs_names():
    assert torch.OutOfMemoryError is torch.cuda.OutOfMemoryError
    with pytest.raises(torch.OutOfMemoryError, match="out of memory"):
        torch.empty(10**15)
