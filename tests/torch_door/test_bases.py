"""The classes that PyTorch's layers derive from are found by its names, and layers are theirs."""

from __future__ import annotations

import pytest

import fastgrad.torch as torch
from fastgrad.torch import nn


@pytest.mark.parametrize(
    ("path", "name", "layer"),
    [
        ("batchnorm", "_BatchNorm", nn.BatchNorm2d(2)),
        ("batchnorm", "_NormBase", nn.InstanceNorm1d(2)),
        ("instancenorm", "_InstanceNorm", nn.InstanceNorm2d(2)),
        ("conv", "_ConvNd", nn.ConvTranspose1d(2, 2, 1)),
        ("conv", "_ConvTransposeNd", nn.ConvTranspose2d(2, 2, 1)),
        ("dropout", "_DropoutNd", nn.Dropout2d()),
        ("loss", "_Loss", nn.MSELoss()),
        ("loss", "_WeightedLoss", nn.CrossEntropyLoss()),
        ("pooling", "_MaxPoolNd", nn.MaxPool2d(2)),
        ("pooling", "_AvgPoolNd", nn.AvgPool3d(2)),
    ],
)
def test_layers_derive_from_pytorchs_bases(path, name, layer):
    assert isinstance(layer, getattr(getattr(nn.modules, path), name))


def test_a_loss_of_ones_own_derives_from_pytorchs():
    class Dice(nn.modules.loss._WeightedLoss):
        def forward(self, x, y):
            return 1 - (x * y * self.weight).sum()

    loss = Dice(torch.ones(2), reduction="sum")
    assert loss.reduction == "sum"
    assert list(loss.state_dict()) == ["weight"]
    assert loss(torch.ones(2), torch.ones(2)).item() == -1.0


def test_what_packages_call_at_their_first_line_does_nothing():
    assert torch._C._log_api_usage_once("package.metric") is None
    assert torch._C._get_tracing_state() is None
    with pytest.raises(AttributeError, match=r"torch\._C\._functorch is not in fastgrad's PyTorch door"):
        torch._C._functorch  # noqa: B018


def test_how_it_was_built_is_told():
    assert f"threads: {torch.get_num_threads()}" in torch.__config__.show()
    assert torch.__config__.parallel_info() == f"threads: {torch.get_num_threads()}"


def test_a_zero_redundancy_optimizer_is_the_optimizer():
    from fastgrad.torch.distributed.optim import ZeroRedundancyOptimizer

    parameters = list(nn.Linear(2, 1).parameters())
    found = ZeroRedundancyOptimizer(parameters, torch.optim.Adam, lr=0.5)
    assert isinstance(found, torch.optim.Adam)
    assert found.param_groups[0]["lr"] == 0.5
