"""Averaged networks, with PyTorch's beside them."""

import numpy as np
import pytest

import fastgrad as fg

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

FUNCTIONS = {
    "by default": lambda m: {},
    "mean": lambda m: {"avg_fn": m.get_swa_avg_fn()},
    "mean of all": lambda m: {"multi_avg_fn": m.get_swa_multi_avg_fn()},
    "exponential": lambda m: {"avg_fn": m.get_ema_avg_fn(0.8)},
    "exponential of all": lambda m: {"multi_avg_fn": m.get_ema_multi_avg_fn(0.8)},
}


def averaged(lib, states, function, use_buffers):
    """The state of an average over states of a network."""
    net = lib.nn.Sequential(lib.nn.Linear(3, 4), lib.nn.BatchNorm1d(4)).double()
    average = lib.optim.swa_utils.AveragedModel(net, use_buffers=use_buffers, **function(lib.optim.swa_utils))
    for state in states:
        net.load_state_dict({key: lib.from_numpy(value) for key, value in state.items()})
        average.update_parameters(net)
    return {key: value.numpy() for key, value in average.state_dict().items()}


@pytest.mark.parametrize("use_buffers", [False, True])
@pytest.mark.parametrize("name", FUNCTIONS)
def test_averages_are_those_of_pytorch(name, use_buffers):
    rng = np.random.default_rng(0)
    shapes = {key: value.shape for key, value in torch.nn.Linear(3, 4).state_dict().items()}
    states = [
        {
            **{f"0.{key}": rng.normal(size=tuple(shape)) for key, shape in shapes.items()},
            **{f"1.{key}": rng.random(4) for key in ("weight", "bias", "running_mean", "running_var")},
            "1.num_batches_tracked": np.array(rng.integers(50)),
        }
        for _ in range(6)
    ]
    if name == "mean of all" and use_buffers:
        with pytest.raises(RuntimeError, match="addcdiv"):  # of integers, which fastgrad has means of
            averaged(torch, states, FUNCTIONS[name], use_buffers)
        return
    expected = averaged(torch, states, FUNCTIONS[name], use_buffers)
    found = averaged(fg, states, FUNCTIONS[name], use_buffers)
    assert list(found) == list(expected)
    for key, value in expected.items():
        np.testing.assert_allclose(found[key], value, rtol=1e-12, atol=1e-14)
