"""Calling modules with other parameters; fusing and making them without drawing."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn.utils import parametrizations
from fastgrad.nn.utils.stateless import functional_call


def test_gradients_flow_to_the_tensors_given():
    layer = nn.Linear(2, 1)
    before = layer.weight
    weight = fg.tensor([[1.0, 2.0]], requires_grad=True)
    out = functional_call(layer, {"weight": weight}, (fg.tensor([[3.0, 4.0]]),))
    assert out.item() == pytest.approx(11.0 + layer.bias.item())
    out.backward()
    assert weight.grad.tolist() == [[3.0, 4.0]]
    assert layer.weight is before
    assert layer._parameters["weight"] is before
    assert before.grad is None


def test_what_was_there_is_there_again_after_an_error():
    layer = nn.Linear(2, 1)
    before = layer.weight
    with pytest.raises(ValueError, match="linear"):
        functional_call(layer, {"weight": fg.ones(1, 2)}, fg.ones(1, 3))
    assert layer.weight is before


def test_tied_weights_are_replaced_together():
    net = nn.Sequential(nn.Linear(2, 2, bias=False), nn.Linear(2, 2, bias=False))
    net[1].weight = net[0].weight
    eye, x = fg.eye(2) * 2, fg.ones(1, 2)
    assert functional_call(net, {"0.weight": eye}, x).tolist() == [[4.0, 4.0]]
    with fg.no_grad():
        net[0].weight.copy_(fg.eye(2))
    assert functional_call(net, {"0.weight": eye}, x, tie_weights=False).tolist() == [[2.0, 2.0]]
    with pytest.raises(ValueError, match="are one tensor, but are given several"):
        functional_call(net, {"0.weight": eye, "1.weight": fg.eye(2)}, x)


def test_buffers_are_updated_where_they_are_given():
    norm = nn.BatchNorm1d(2)
    given = {"running_mean": fg.zeros(2), "num_batches_tracked": fg.zeros((), dtype=fg.int64)}
    functional_call(norm, given, fg.tensor([[1.0, 2.0], [3.0, 4.0]]))
    assert norm.running_mean.tolist() == [0.0, 0.0]
    assert norm.num_batches_tracked.item() == 0
    assert given["running_mean"].tolist() == pytest.approx([0.2, 0.3])
    assert given["num_batches_tracked"].item() == 1

    class Counting(nn.Module):
        def __init__(self):
            super().__init__()
            self.register_buffer("count", fg.zeros(()))

        def forward(self, x, scale=1.0):
            self.count = self.count + 1
            return x * scale

    module, given = Counting(), {"count": fg.zeros(())}
    assert functional_call(module, given, fg.ones(1), {"scale": 3.0}).tolist() == [3.0]
    assert given["count"].item() == 1.0
    assert module.count.item() == 0.0


def test_parametrized_modules():
    layer = parametrizations.weight_norm(nn.Linear(2, 1, bias=False))
    given = {"parametrizations.weight.original0": fg.tensor([[10.0]])}
    direction = layer.weight.detach() / fg.norm(layer.weight.detach())
    x = fg.ones(1, 2)
    np.testing.assert_allclose(functional_call(layer, given, x).tolist(), (x @ direction.mT * 10).tolist(), rtol=1e-5)


def test_keys_are_checked():
    layer = nn.Linear(2, 1)
    with pytest.raises(RuntimeError, match=r"Unexpected key\(s\): 'other'. Missing key\(s\): 'bias'."):
        functional_call(layer, {"weight": fg.ones(1, 2), "other": fg.ones(1)}, fg.ones(1, 2), strict=True)
    with pytest.raises(TypeError, match="must be tensors, got a int for 'weight'"):
        functional_call(layer, {"weight": 1}, fg.ones(1, 2))
    with pytest.raises(TypeError, match="must be a mapping, got a list"):
        functional_call(layer, [1], fg.ones(1, 2))
    with pytest.raises(AttributeError, match="no child module 'none'"):
        functional_call(layer, {"none.weight": fg.ones(1)}, fg.ones(1, 2))


def test_skip_init_draws_nothing():
    fg.manual_seed(0)
    expected = fg.rand(1).item()
    fg.manual_seed(0)
    layer = nn.utils.skip_init(nn.Linear, 3, 2, bias=False)
    assert repr(layer) == "Linear(in_features=3, out_features=2, bias=False)"
    assert fg.rand(1).item() == expected
    with pytest.raises(RuntimeError, match="must be a class of modules"):
        nn.utils.skip_init(3)


@pytest.mark.parametrize("bias", [True, False])
def test_fused_layers_give_what_both_give(bias):
    for layer, norm, fuse, x in (
        (nn.Linear(3, 2, bias=bias), nn.BatchNorm1d(2), nn.utils.fuse_linear_bn_eval, fg.randn(5, 3)),
        (nn.Conv2d(3, 2, 2, bias=bias), nn.BatchNorm2d(2), nn.utils.fuse_conv_bn_eval, fg.randn(5, 3, 4, 4)),
    ):
        norm(layer(x))
        fused = fuse(layer.eval(), norm.eval())
        np.testing.assert_allclose(fused(x).tolist(), norm(layer(x)).tolist(), rtol=1e-4, atol=1e-5)
        assert type(fused) is type(layer)
        with pytest.raises(ValueError, match="must be in evaluation mode"):
            fuse(layer.train(), norm)
        with pytest.raises(ValueError, match="must have running statistics"):
            fuse(layer.eval(), type(norm)(2, track_running_stats=False).eval())
    with pytest.raises(ValueError, match="of the 2 outputs or of 1 feature, got 3"):
        nn.utils.fuse_linear_bn_eval(nn.Linear(3, 2).eval(), nn.BatchNorm1d(3).eval())
