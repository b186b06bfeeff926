"""Make training.npz: what PyTorch's losses are over 50 steps of small networks with every optimizer.

Run where PyTorch is installed: ``python tests/golden/make_golden.py``. tests/optim/test_training.py trains the same
networks from the same weights on the same data with fastgrad and compares.

Keys of the file: ``data/*``; ``NET/init/KEY`` initial state_dict; ``NET/OPTIMIZER/DTYPE`` the 50 losses. The losses
in float64 are the reference for exactness; how far PyTorch's own float32 losses are from them says what float32
accuracy is.
"""

from pathlib import Path

import numpy as np
import torch
from torch import nn

STEPS = 50
BATCH = 32

OPTIMIZERS = {
    "sgd": (torch.optim.SGD, {"lr": 0.05}),
    "sgd_momentum": (torch.optim.SGD, {"lr": 0.02, "momentum": 0.9, "dampening": 0.1, "weight_decay": 1e-3}),
    "sgd_nesterov": (torch.optim.SGD, {"lr": 0.02, "momentum": 0.9, "nesterov": True}),
    "adam": (torch.optim.Adam, {"lr": 2e-3, "weight_decay": 1e-3}),
    "adam_amsgrad": (torch.optim.Adam, {"lr": 2e-3, "betas": (0.8, 0.99), "eps": 1e-6, "amsgrad": True}),
    "adamw": (torch.optim.AdamW, {"lr": 2e-3, "weight_decay": 0.1}),
    "rmsprop": (torch.optim.RMSprop, {"lr": 1e-3, "eps": 1e-4, "weight_decay": 1e-3}),
    "rmsprop_centered": (torch.optim.RMSprop, {"lr": 1e-3, "eps": 1e-3, "momentum": 0.5, "centered": True}),
    "adagrad": (
        torch.optim.Adagrad,
        {"lr": 0.01, "lr_decay": 0.01, "initial_accumulator_value": 0.1, "weight_decay": 1e-3},
    ),
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


def losses(build, init, optimizer, arguments, x, y, dtype):
    net = build().to(dtype)
    net.load_state_dict(init)
    opt = optimizer(net.parameters(), **arguments)
    loss_function = nn.CrossEntropyLoss(label_smoothing=0.1)
    values = []
    for step in range(STEPS):
        rows = slice(step * BATCH % len(x), step * BATCH % len(x) + BATCH)
        opt.zero_grad()
        loss = loss_function(net(x[rows].to(dtype)), y[rows])
        loss.backward()
        opt.step()
        values.append(loss.item())
    return np.array(values)


def main():
    torch.manual_seed(0)
    torch.set_num_threads(1)
    y = torch.arange(128) % 10
    prototypes = torch.randn(10, 1, 12, 12)
    x = (prototypes[y] + 0.8 * torch.randn(128, 1, 12, 12)).half().float()  # few bits, so that the file is small
    golden = {"data/x": x.numpy().astype(np.float16), "data/y": y.numpy().astype(np.uint8)}
    for name, build in (("mlp", mlp), ("cnn", cnn)):
        init = build().state_dict()
        golden |= {f"{name}/init/{key}": value.numpy() for key, value in init.items()}
        for label, (optimizer, arguments) in OPTIMIZERS.items():
            for dtype in (torch.float32, torch.float64):
                key = f"{name}/{label}/{str(dtype).removeprefix('torch.')}"
                golden[key] = losses(build, init, optimizer, arguments, x, y, dtype)
            drift = np.abs(golden[f"{name}/{label}/float32"] - golden[f"{name}/{label}/float64"]).max()
            print(f"{name} {label}: {golden[key][0]:.3f} to {golden[key][-1]:.3f}, float32 differs by {drift:.1e}")
    np.savez_compressed(Path(__file__).with_name("training.npz"), **golden)


if __name__ == "__main__":
    main()
