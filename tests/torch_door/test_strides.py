"""Views by strides; their values and gradients are compared with PyTorch, too, by lines in `calls.py`."""

from __future__ import annotations

import pytest

import fastgrad.torch as torch


def test_a_view_is_written_through_and_follows_its_base():
    base = torch.arange(12.0).requires_grad_() * 1.0
    view = base.as_strided((2, 3), (6, 2), 1)
    base.mul_(2.0)
    view[0, 0] = -1.0
    assert base[1].item() == -1.0
    assert view.tolist() == [[-1.0, 6.0, 10.0], [14.0, 18.0, 22.0]]


def test_of_a_view_elements_of_its_base_are_found():
    base = torch.arange(12.0, requires_grad=True)
    part = base[4:]
    assert (part.storage_offset(), base.storage_offset()) == (4, 0)
    assert part.as_strided((2,), (1,)).tolist() == [4.0, 5.0]
    outside = part.as_strided((2, 2), (1, 2), 0)
    assert outside.tolist() == [[0.0, 2.0], [1.0, 3.0]]
    (outside * torch.tensor([[1.0, 2.0], [3.0, 4.0]])).sum().backward()
    assert base.grad.tolist() == [1.0, 3.0, 2.0, 4.0] + [0.0] * 8


def test_windows_are_a_copy_whose_gradients_add_up():
    x = torch.arange(5.0, requires_grad=True)
    windows = x.as_strided((3, 3), (1, 1))
    assert windows.tolist() == x.unfold(0, 3, 1).tolist()
    windows.sum().backward()
    assert x.grad.tolist() == [1.0, 2.0, 3.0, 2.0, 1.0]
    assert x.detach().as_strided((2, 3), (0, 1)).tolist() == [[0.0, 1.0, 2.0]] * 2


def test_nothing_outside_of_the_tensor_is_reached():
    x = torch.arange(6.0)
    for arguments in [((7,), (1,)), ((2,), (6,)), ((1,), (1,), 6), ((1,), (1,), -1), ((2, 3), (1,)), ((2,), (-1,), 5)]:
        with pytest.raises((RuntimeError, ValueError), match="as_strided"):
            x.as_strided(*arguments)
    with pytest.raises(ValueError, match="contiguous"):
        (torch.ones(2, 3).t() * 2.0).as_strided((2,), (1,))  # laid out as its operand
    assert x.as_strided((0, 3), (1, 1), 99).shape == (0, 3)


def test_a_storage_is_the_memory_that_views_share():
    x = torch.arange(12.0).reshape(3, 4)
    part = x[1:, ::2]
    assert part.untyped_storage() == x.untyped_storage()
    assert part.untyped_storage().data_ptr() == x.data_ptr() != part.data_ptr()
    assert part.clone().untyped_storage() != x.untyped_storage()
    assert len({part.untyped_storage(), x.untyped_storage(), x.T.storage().untyped()}) == 1
    assert (part.untyped_storage().nbytes(), part.untyped_storage().size(), part.storage().size()) == (48, 48, 12)
    assert part.storage().tolist() == x.ravel().tolist()
    assert part.storage()[5] == 5.0
    assert part.storage().dtype is torch.float32
    assert torch.empty(0).storage().tolist() == []
    assert isinstance(x.storage(), torch.TypedStorage)
    assert isinstance(x.untyped_storage(), torch.UntypedStorage)
    layer = torch.nn.Linear(2, 3)
    layer.tied = layer.weight
    assert layer.tied.untyped_storage().data_ptr() == layer.weight.detach().untyped_storage().data_ptr()


def test_views_know_what_they_are_of():
    x = torch.zeros(2, 3)
    assert x._base is None
    assert not x._is_view()
    assert x.t()[1:]._base is x
    assert x[0]._is_view()
    assert (x + 1)._base is None
