"""What `torch.nn.modules` and `torch.nn.common_types` have for programs that look inside."""

from __future__ import annotations

from collections import OrderedDict

import pytest

import fastgrad.torch as torch
from fastgrad.torch import nn


# The orders in which PyTorch calls them.
@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("register_module_forward_hook", ["Linear", "ReLU", "Sequential"]),
        ("register_module_forward_pre_hook", ["Sequential", "Linear", "ReLU"]),
        ("register_module_full_backward_hook", ["ReLU", "Linear", "Sequential"]),
        ("register_module_full_backward_pre_hook", ["Sequential", "ReLU", "Linear"]),
    ],
)
def test_hooks_of_all_modules(name, expected):
    import fastgrad.torch.nn.modules.module as inside

    seen = []
    net, x = nn.Sequential(nn.Linear(2, 2), nn.ReLU()), torch.ones(1, 2, requires_grad=True)
    handle = getattr(inside, name)(lambda module, *given: seen.append(type(module).__name__))
    net(x).sum().backward()
    handle.remove()
    net(x).sum().backward()
    assert seen == expected


def test_what_loading_a_state_tells():
    from fastgrad.torch.nn.modules.module import _IncompatibleKeys

    told = nn.Linear(2, 1).load_state_dict({"x": torch.ones(1)}, strict=False)
    assert isinstance(told, _IncompatibleKeys)
    assert repr(told) == "_IncompatibleKeys(missing_keys=['weight', 'bias'], unexpected_keys=['x'])"
    assert repr(nn.Linear(2, 1).load_state_dict(nn.Linear(2, 1).state_dict())) == "<All keys matched successfully>"


def test_a_state_is_asked_for_by_position():
    layer, destination = nn.Linear(1, 1), OrderedDict()
    with pytest.warns(FutureWarning, match="as keywords"):
        state = layer.state_dict(destination, "a.", True)
    assert state is destination
    assert list(state) == ["a.weight", "a.bias"]
    assert state["a.weight"] is layer.weight
    with pytest.raises(TypeError, match="at most 3 arguments"):
        layer.state_dict(destination, "a.", True, 1)


def test_types_for_annotations():
    from fastgrad.torch.nn.common_types import _ratio_any_t, _size_2_t

    assert (_size_2_t, _ratio_any_t) == (int | tuple[int, int], float | tuple[float, ...])


def test_what_programs_ask_of_accelerators_that_are_not_there():
    cuda = torch.cuda
    assert (cuda.memory_stats(), cuda.memory_cached(), cuda.max_memory_cached(), cuda.get_arch_list()) == ({}, 0, 0, [])
    assert (cuda.seed(), cuda.seed_all(), cuda.set_device(-1), cuda.get_gencode_flags()) == (None, None, None, "")
    with cuda.device(-1), cuda.device(None), cuda.stream(None):
        assert not cuda.is_current_stream_capturing()
    for call in (
        cuda.init,
        cuda.ipc_collect,
        cuda.default_stream,
        lambda: cuda.device("cuda:0"),
        lambda: cuda.set_device(0),
    ):
        with pytest.raises(AssertionError, match="fastgrad computes on the CPU alone"):
            call()
