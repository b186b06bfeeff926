"""States of random generators, as PyTorch's programs keep them: bytes, in tensors."""

from __future__ import annotations

import copy
import io
import pickle

import pytest

import fastgrad.torch as torch


def test_a_state_is_bytes_that_go_through_a_file():
    file = io.BytesIO()
    torch.save({"rng": torch.get_rng_state()}, file)
    first = torch.rand(3)
    file.seek(0)
    state = torch.load(file, weights_only=True)["rng"]
    assert (state.dtype, state.dim(), state.device.type) == (torch.uint8, 1, "cpu")
    for given in (state, state.cpu(), state.byte(), state.clone()):
        torch.set_rng_state(given)
        assert torch.rand(3).equal(first)
        torch.random.set_rng_state(given)
        assert torch.rand(3).equal(first)


def test_generators_have_states_of_the_kind():
    generator = torch.Generator()
    assert generator.manual_seed(3) is generator
    state = generator.get_state()
    assert state.dtype is torch.uint8
    first = torch.rand(3, generator=generator)
    assert generator.set_state(state) is generator
    others = [generator.clone_state(), copy.deepcopy(generator), pickle.loads(pickle.dumps(generator))]
    assert torch.rand(3, generator=generator).equal(first)
    for other in others:
        assert type(other) is torch.Generator
        assert torch.rand(3, generator=other).equal(first)
        assert other.initial_seed() == 3


@pytest.mark.parametrize(
    ("given", "error", "message"),
    [
        (3, TypeError, "expected a torch.ByteTensor, but got int"),
        (torch.ones(3), TypeError, "RNG state must be a torch.ByteTensor"),
        (torch.zeros(5056, dtype=torch.uint8), RuntimeError, "input RNG state size to be 5056"),
    ],
    ids=["int", "floats", "of PyTorch"],
)
def test_what_is_no_state_is_refused_as_in_pytorch(given, error, message):
    before = torch.get_rng_state()
    for put in (torch.set_rng_state, torch.Generator().set_state):
        with pytest.raises(error, match=message):
            put(given)
    assert torch.get_rng_state().equal(before)


def test_a_forked_block_leaves_the_generator_outside():
    torch.manual_seed(1)
    with torch.random.fork_rng(devices=[], device_type="cpu"):
        torch.manual_seed(9)
        torch.rand(3)
    first = torch.rand(1)
    torch.manual_seed(1)
    assert torch.rand(1).equal(first)
    assert torch.initial_seed() == 1
    assert isinstance(torch.seed(), int)


def test_shapes_stay_shapes_in_copies():
    size = torch.Size([2, 3])
    for copied in (copy.copy(size), copy.deepcopy(size), pickle.loads(pickle.dumps(size))):
        assert copied == size
        assert type(copied) is torch.Size


def test_a_pickled_tensor_names_no_door():
    assert b"fastgrad.torch" not in pickle.dumps(torch.ones(2, 3))
