"""Modules that are given their parameters by the first call, and the tensors that they have until then."""

import copy
import pickle

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn.lazy import LazyModuleMixin


def test_a_lazy_layer_becomes_the_layer_at_its_first_call():
    layer = nn.LazyLinear(4)
    assert layer.has_uninitialized_params()
    assert repr(layer) == "LazyLinear(in_features=0, out_features=4, bias=True)"
    assert layer(fg.ones(2, 3)).shape == (2, 4)
    assert type(layer) is nn.Linear
    assert type(layer.weight) is nn.Parameter
    assert layer.weight.shape == (4, 3)
    assert not layer._forward_pre_hooks
    assert layer(fg.ones(5, 3)).shape == (5, 4)


def test_it_draws_what_the_layer_draws():
    fg.manual_seed(3)
    expected = nn.Linear(3, 4)
    fg.manual_seed(3)
    layer = nn.LazyLinear(4)
    layer(fg.ones(2, 3))
    assert np.array_equal(layer.weight.tolist(), expected.weight.tolist())
    assert np.array_equal(layer.bias.tolist(), expected.bias.tolist())


def test_it_keeps_the_parameters_that_an_optimizer_has():
    layer = nn.LazyLinear(1, dtype=fg.float64)
    optimizer = fg.optim.SGD(layer.parameters(), lr=1.0)
    weight = layer.weight
    layer(fg.ones(2, 3, dtype=fg.float64)).sum().backward()
    optimizer.step()
    assert layer.weight is weight
    assert weight.grad.tolist() == [[2.0, 2.0, 2.0]]


def test_it_is_cast_before_it_is_there():
    layer = nn.Sequential(nn.LazyLinear(2)).double()
    layer(fg.ones(1, 3, dtype=fg.float64))
    assert layer[0].weight.dtype == fg.float64


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
def test_copies_are_lazy_too(copied):
    layer = nn.LazyLinear(4)
    twin = copied(layer)
    twin(fg.ones(2, 3))
    assert type(twin) is nn.Linear
    assert layer.has_uninitialized_params()


def test_states_of_lazy_modules():
    lazy, made = nn.LazyLinear(2), nn.Linear(3, 2)
    assert list(lazy.state_dict()) == ["weight", "bias"]
    fresh = nn.LazyLinear(2)
    fresh.load_state_dict(lazy.state_dict())
    assert fresh.has_uninitialized_params()
    with pytest.raises(RuntimeError, match="has no values yet"):
        made.load_state_dict(lazy.state_dict())
    fresh.load_state_dict(made.state_dict())
    assert fresh.weight.tolist() == made.weight.tolist()
    x = fg.ones(1, 3)
    assert fresh(x).tolist() == made(x).tolist()
    assert repr(fresh) == repr(made)


def test_what_has_no_shape_says_so():
    layer = nn.LazyLinear(2)
    for ask in (lambda: layer.weight.shape, lambda: layer.bias.shape):
        with pytest.raises(RuntimeError, match="call it once with an input"):
            ask()
    assert repr(layer.weight) == "<UninitializedParameter>"


def test_a_buffer_may_be_lazy():
    class Mean(LazyModuleMixin, nn.Module):
        def __init__(self):
            super().__init__()
            self.mean = nn.UninitializedBuffer(persistent=False)

        def initialize_parameters(self, x):
            self.mean.materialize(x.shape[1:])
            self.mean.fill_(1.0)

        def forward(self, x):
            return x - self.mean

    module = Mean()
    assert module(fg.ones(2, 3)).tolist() == [[0.0] * 3] * 2
    assert type(module.mean) is nn.Buffer
    assert list(module.state_dict()) == []
    assert [name for name, _ in module.named_buffers()] == ["mean"]


def test_what_initialize_parameters_forgets_is_an_error():
    class Forgetful(nn.LazyLinear):
        def initialize_parameters(self, x):
            self.weight.materialize((2, x.shape[-1]))

    with pytest.raises(RuntimeError, match="has left parameters without a shape"):
        Forgetful(2)(fg.ones(1, 3))

    class Undefined(LazyModuleMixin, nn.Module):
        pass

    with pytest.raises(NotImplementedError, match="initialize_parameters is not implemented for Undefined"):
        Undefined()(1)


def test_instance_normalisation_finds_channels_without_a_batch():
    norm = nn.LazyInstanceNorm1d(affine=True)
    assert norm(fg.ones(3, 4)).shape == (3, 4)
    assert norm.num_features == 3
