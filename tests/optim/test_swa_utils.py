"""Averages of parameters, with buffers and without, and the statistics and the rate that go with them."""

import copy

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.optim import SGD, swa_utils

RNG = np.random.default_rng(0)


def make():
    return nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.Linear(4, 2)).double()


def trained(net, steps=5):
    """Networks as they are after each of some steps of training."""
    for _ in range(steps):
        net(fg.tensor(RNG.normal(size=(6, 3))))
        for p in net.parameters():
            p.data.add_(fg.tensor(RNG.normal(size=p.shape)))
        yield net


def arrays(tensors):
    return [t.detach().numpy().astype(np.float64) for t in tensors]


def ema(values):
    average = values[0]
    for value in values[1:]:
        average = 0.75 * average + 0.25 * value
    return average


def mean(values):
    return np.mean(values, axis=0)


def growing(values):
    return values[0] + sum(i * value for i, value in enumerate(values))


AVERAGES = {
    "mean": ({}, mean, 1e-12),
    "mean by one": ({"avg_fn": swa_utils.get_swa_avg_fn()}, mean, 1e-12),
    "mean by all": ({"multi_avg_fn": swa_utils.get_swa_multi_avg_fn()}, mean, 1e-6),
    "exponential": ({"avg_fn": swa_utils.get_ema_avg_fn(0.75)}, ema, 1e-12),
    "exponential by all": ({"multi_avg_fn": swa_utils.get_ema_multi_avg_fn(0.75)}, ema, 1e-12),
    "the user's": ({"avg_fn": lambda a, v, n: a + v * n.item()}, growing, 1e-12),
}


@pytest.mark.parametrize("use_buffers", [False, True])
@pytest.mark.parametrize("name", AVERAGES)
def test_averages_are_those_of_all_states(name, use_buffers):
    arguments, expected, tolerance = AVERAGES[name]  # PyTorch's weight of a mean has the digits of float32
    net = make()
    averaged = swa_utils.AveragedModel(net, use_buffers=use_buffers, **arguments)
    seen = []
    for state in trained(net):
        averaged.update_parameters(state)
        seen.append(arrays([*net.parameters(), *net.buffers()]))
    count = len(list(net.parameters()))
    found = arrays([*averaged.module.parameters(), *averaged.module.buffers()])
    for i, values in enumerate(zip(*seen, strict=True)):
        if i >= count and not use_buffers:
            np.testing.assert_array_equal(found[i], values[-1])
        elif np.ndim(values[0]) or i < count:
            np.testing.assert_allclose(found[i], expected(np.array(values)), rtol=tolerance, atol=tolerance)
    assert averaged.n_averaged.item() == 5
    assert all(np.array_equal(a, b) for a, b in zip(arrays(net.parameters()), seen[-1], strict=False))


def test_an_averaged_network_is_called_saved_and_loaded_as_any():
    net = make()
    averaged = swa_utils.AveragedModel(net)
    for state in trained(net, 2):
        averaged.update_parameters(state)
    keys = {"n_averaged", *(f"module.{key}" for key in net.state_dict())}
    assert set(averaged.state_dict()) == keys
    other = swa_utils.AveragedModel(make())
    other.load_state_dict(averaged.state_dict())
    x = fg.tensor(RNG.normal(size=(2, 3)))
    averaged.eval()
    other.eval()
    assert np.array_equal(averaged(x).detach().numpy(), other(x).detach().numpy())
    assert other.n_averaged.item() == 2
    twin = copy.deepcopy(averaged)
    twin.update_parameters(net)
    assert (twin.n_averaged.item(), averaged.n_averaged.item()) == (3, 2)


def test_statistics_are_those_of_the_data_and_the_network_is_as_before():
    net = make()
    net[1].momentum = 0.3
    net.eval()
    batches = [RNG.normal(size=(7, 3)) for _ in range(3)]
    swa_utils.update_bn(([fg.tensor(batch), fg.zeros(7)] for batch in batches), net)
    weight, bias = arrays(net[0].parameters())
    inside = [batch @ weight.T + bias for batch in batches]
    np.testing.assert_allclose(net[1].running_mean.numpy(), np.mean([x.mean(0) for x in inside], axis=0))
    np.testing.assert_allclose(net[1].running_var.numpy(), np.mean([x.var(0, ddof=1) for x in inside], axis=0))
    assert (net[1].momentum, net.training, net[1].training) == (0.3, False, False)
    swa_utils.update_bn([], nn.Linear(1, 1))


def test_the_statistics_settings_come_back_when_the_data_fails():
    net = make()
    with pytest.raises((TypeError, ValueError, RuntimeError)):
        swa_utils.update_bn([fg.ones(2, 2)], net)
    assert net[1].momentum == 0.1


def test_absurd_arguments_are_refused():
    net = make()
    both = {"avg_fn": swa_utils.get_swa_avg_fn(), "multi_avg_fn": swa_utils.get_swa_multi_avg_fn()}
    with pytest.raises(ValueError, match="AveragedModel: at most one of avg_fn and multi_avg_fn"):
        swa_utils.AveragedModel(net, **both)
    with pytest.raises(TypeError, match="AveragedModel: avg_fn must be callable, got 3"):
        swa_utils.AveragedModel(net, avg_fn=3)
    with pytest.raises(TypeError, match="AveragedModel: model must be a Module, got a list"):
        swa_utils.AveragedModel([1])
    averaged = swa_utils.AveragedModel(net)
    before = arrays(averaged.parameters())
    with pytest.raises(ValueError, match=r"AveragedModel\.update_parameters: model must have tensors of the shapes"):
        averaged.update_parameters(nn.Linear(3, 4))
    assert all(np.array_equal(a, b) for a, b in zip(arrays(averaged.parameters()), before, strict=True))
    for make_function in (swa_utils.get_ema_avg_fn, swa_utils.get_ema_multi_avg_fn):
        for decay in (-0.1, 1.1, float("nan")):
            with pytest.raises(ValueError, match=rf"{make_function.__name__}: decay must be in \[0, 1\]"):
                make_function(decay)
    optimizer = SGD(net.parameters())
    for arguments, error in (
        ({"swa_lr": [0.1, 0.2]}, ValueError),
        ({"swa_lr": "x"}, TypeError),
        ({"swa_lr": 0.1, "anneal_strategy": "log"}, ValueError),
        ({"swa_lr": 0.1, "anneal_epochs": -1}, ValueError),
    ):
        with pytest.raises(error, match=f"SWALR: {list(arguments)[-1]} must be"):
            swa_utils.SWALR(optimizer, **arguments)
    assert "swa_lr" not in optimizer.param_groups[0]
