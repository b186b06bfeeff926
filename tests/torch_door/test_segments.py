"""`segment_reduce` and `empty_strided` are PyTorch's, and refuse what it refuses."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad.torch as door

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

HOWS = ["sum", "mean", "prod", "max", "min"]


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("initial", [None, 0.5])
@pytest.mark.parametrize("shape", [(6,), (6, 3)])
@pytest.mark.parametrize("by", ["lengths", "offsets"])
def test_segments_are_reduced(how, initial, shape, by):
    numbers = np.random.RandomState(0).standard_normal(shape)
    found = []
    for library in (torch, door):
        x = library.tensor(numbers, requires_grad=True)
        words = {by: library.tensor([2, 3, 1] if by == "lengths" else [0, 2, 5, 6]), "initial": initial}
        value = library.segment_reduce(x, how, **words)
        (value**2).sum().backward()
        found.append((value.detach().numpy(), x.grad.numpy()))
    np.testing.assert_allclose(found[1][0], found[0][0], rtol=1e-12)
    np.testing.assert_allclose(found[1][1], found[0][1], rtol=1e-10)


@pytest.mark.parametrize("how", HOWS)
@pytest.mark.parametrize("initial", [None, 0.5])
def test_empty_segments_have_what_each_begins_with(how, initial):
    found = []
    for library in (torch, door):
        x = library.tensor([1.0, 2.0, -3.0])
        value = library.segment_reduce(x, how, lengths=library.tensor([0, 3, 0]), initial=initial)
        found.append(value.numpy())
    np.testing.assert_allclose(found[1], found[0], rtol=1e-6)


def test_segments_that_do_not_fit_are_errors():
    x = door.ones(4)
    with pytest.raises(RuntimeError, match="must add up to 4"):
        door.segment_reduce(x, "sum", lengths=door.tensor([1, 2]))
    with pytest.raises(RuntimeError, match="one of them"):
        door.segment_reduce(x, "sum")
    with pytest.raises(RuntimeError, match="reduce must be"):
        door.segment_reduce(x, "median", lengths=door.tensor([4]))
    with pytest.raises(RuntimeError, match="along the first axis"):
        door.segment_reduce(door.ones(2, 4), "sum", lengths=door.tensor([[4], [4]]), axis=1)


@pytest.mark.parametrize(
    ("size", "stride"), [((2, 3), (1, 2)), ((2, 3), (4, 1)), ((3,), (2,)), ((), ()), ((0, 3), (1, 1))]
)
def test_memory_by_strides(size, stride):
    theirs, ours = (torch.empty_strided(size, stride), door.empty_strided(size, stride))
    assert tuple(ours.shape) == tuple(theirs.shape)
    if ours.numel():
        assert ours.stride() == theirs.stride()
    ours.fill_(2.0)
    assert ours.sum().item() == 2.0 * ours.numel()


def test_memory_that_would_be_shared_is_refused():
    with pytest.raises(RuntimeError, match="share memory"):
        door.empty_strided((2, 3), (1, 1))
    with pytest.raises(RuntimeError, match="as many"):
        door.empty_strided((2, 3), (1,))


def test_copies_have_memory_of_their_own():
    x = door.zeros(2, 3)
    door.view_copy(x, (6,)).fill_(1.0)
    assert x.sum().item() == 0.0
