"""Whole training runs give PyTorch's losses; tests/golden/make_golden.py says where the numbers come from."""

from pathlib import Path

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import _core, nn, optim

GOLDEN = Path(__file__).parents[1] / "golden" / "training.npz"
BATCH = 32

OPTIMIZERS = {
    "sgd": (optim.SGD, {"lr": 0.05}),
    "sgd_momentum": (optim.SGD, {"lr": 0.02, "momentum": 0.9, "dampening": 0.1, "weight_decay": 1e-3}),
    "sgd_nesterov": (optim.SGD, {"lr": 0.02, "momentum": 0.9, "nesterov": True}),
    "adam": (optim.Adam, {"lr": 2e-3, "weight_decay": 1e-3}),
    "adam_amsgrad": (optim.Adam, {"lr": 2e-3, "betas": (0.8, 0.99), "eps": 1e-6, "amsgrad": True}),
    "adamw": (optim.AdamW, {"lr": 2e-3, "weight_decay": 0.1}),
    "rmsprop": (optim.RMSprop, {"lr": 1e-3, "eps": 1e-4, "weight_decay": 1e-3}),
    "rmsprop_centered": (optim.RMSprop, {"lr": 1e-3, "eps": 1e-3, "momentum": 0.5, "centered": True}),
    "adagrad": (optim.Adagrad, {"lr": 0.01, "lr_decay": 0.01, "initial_accumulator_value": 0.1, "weight_decay": 1e-3}),
}


def mlp():
    return nn.Sequential(nn.Flatten(), nn.Linear(144, 32), nn.ReLU(), nn.Linear(32, 16), nn.Tanh(), nn.Linear(16, 10))


def cnn():
    return nn.Sequential(
        nn.Conv2d(1, 8, 3, padding=1, bias=False),
        nn.BatchNorm2d(8),
        nn.ReLU(),
        nn.MaxPool2d(2),
        nn.Conv2d(8, 16, 3, stride=2, padding=1),
        nn.BatchNorm2d(16),
        nn.LeakyReLU(0.1),
        nn.AvgPool2d(3),
        nn.Flatten(),
        nn.Linear(16, 10),
        nn.BatchNorm1d(10),
    )


NETS = {"mlp": mlp, "cnn": cnn}


@pytest.fixture(scope="module")
def golden():
    with np.load(GOLDEN) as file:
        return {key: file[key] for key in file.files}


def train(golden, net_name, optimizer_name, dtype):
    prefix = f"{net_name}/init/"
    net = NETS[net_name]().to(dtype)
    net.load_state_dict({key.removeprefix(prefix): value for key, value in golden.items() if key.startswith(prefix)})
    x = fg.tensor(golden["data/x"]).astype(dtype)
    y = fg.tensor(golden["data/y"].astype(np.int64))
    kind, arguments = OPTIMIZERS[optimizer_name]
    optimizer = kind(net.parameters(), **arguments)
    loss_function = nn.CrossEntropyLoss(label_smoothing=0.1)
    losses = []
    for step in range(50):
        start = step * BATCH % len(x)
        optimizer.zero_grad()
        loss = loss_function(net(x[start : start + BATCH]), y[start : start + BATCH])
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
    return np.array(losses)


@pytest.mark.parametrize("optimizer_name", OPTIMIZERS)
@pytest.mark.parametrize("net_name", NETS)
def test_losses_in_float64_are_those_of_pytorch(golden, net_name, optimizer_name):
    losses = train(golden, net_name, optimizer_name, fg.float64)
    np.testing.assert_allclose(losses, golden[f"{net_name}/{optimizer_name}/float64"], rtol=1e-8)


@pytest.mark.parametrize("optimizer_name", OPTIMIZERS)
@pytest.mark.parametrize("net_name", NETS)
def test_losses_in_float32_are_those_of_pytorch_to_float32_accuracy(golden, net_name, optimizer_name):
    losses = train(golden, net_name, optimizer_name, fg.float32)
    exact = golden[f"{net_name}/{optimizer_name}/float64"]
    # How far rounding carries this run is seen in how far it carries PyTorch; both start from some units in the last
    # place of a loss near 3, and which way each rounds is chance.
    drift = np.abs(golden[f"{net_name}/{optimizer_name}/float32"] - exact).max()
    assert np.abs(losses - exact).max() <= 5 * drift + 8 * np.finfo(np.float32).eps


@pytest.mark.parametrize("net_name", NETS)
def test_training_is_bit_identical_for_any_number_of_threads(golden, net_name):
    threads, divisor = fg.num_threads(), _core.grain_divisor()
    try:
        _core.set_grain_divisor(1 << 20)  # cut even the smallest work into pieces
        runs = []
        for n in (1, 2, 3, 8):
            fg.set_num_threads(n)
            before = _core.region_counts()[2]
            runs.append(train(golden, net_name, "adam", fg.float32))
            assert n == 1 or _core.config()["openmp"] is None or _core.region_counts()[2] > before
    finally:
        fg.set_num_threads(threads)
        _core.set_grain_divisor(divisor)
    assert all(np.array_equal(run, runs[0]) for run in runs)
