"""Modules that `Sequential` computes by one operation: the bits of calling each, and when it must call each."""

from __future__ import annotations

import copy
from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn.functional.conv import conv_activated, conv_normalized
from fastgrad.nn.functional.linear import linear, linear_activated


def one_by_one(modules: nn.Sequential, x: fg.Tensor) -> fg.Tensor:
    for module in modules:
        x = module(x)
    return x


def assert_same_bits(a: fg.Tensor, b: fg.Tensor) -> None:
    p, q = a.detach().numpy(), b.detach().numpy()
    np.testing.assert_array_equal(p, q)
    np.testing.assert_array_equal(np.signbit(p) & (p == p), np.signbit(q) & (q == q))  # NaN has none


ACTIVATIONS = [nn.ReLU(inplace=True), nn.Sigmoid(), nn.Tanh(), nn.SiLU(), nn.GELU(), nn.GELU("tanh")]


def trained(channels: int, dtype: Any) -> nn.BatchNorm2d:
    """Batch normalisation that does something, of one channel to zero."""
    norm = nn.BatchNorm2d(channels, dtype=dtype)
    with fg.no_grad():
        norm.running_mean.copy_(fg.randn(channels))
        norm.running_var.copy_(fg.rand(channels) + 0.1)
        norm.weight.copy_(fg.randn(channels))
        norm.weight[-1] = 0.0
        norm.bias.copy_(fg.randn(channels))
    return norm


# (channels, filters, size, batch, options): tiles of whole and of part panels, of one and of two vectors, three taps at
# once, few pixels, depth in parts, dilated, strided, grouped, depthwise in and out of place.
CONVOLUTIONS = [
    (1, 32, 28, 1, {}),
    (3, 5, 9, 2, {}),
    (8, 16, 30, 2, {}),
    (32, 64, 14, 1, {}),
    (600, 40, 4, 1, {}),
    (16, 33, 33, 1, {"dilation": 2, "bias": False}),
    (16, 32, 28, 2, {"stride": 2}),
    (8, 24, 12, 2, {"groups": 4}),
    (9, 9, 12, 2, {"groups": 9}),
    (32, 32, 30, 1, {"groups": 32}),
]


@pytest.mark.parametrize("dtype", [fg.float32, fg.float64])
@pytest.mark.parametrize(("channels", "filters", "size", "batch", "options"), CONVOLUTIONS)
@pytest.mark.usefixtures("threads")
def test_convolution_with_what_follows_gives_the_bits_of_each(channels, filters, size, batch, options, dtype):
    fg.manual_seed(0)
    conv = nn.Conv2d(channels, filters, 3, padding=1, dtype=dtype, **options)
    norm = trained(filters, dtype)
    x = fg.randn(batch, channels, size, size, dtype=dtype)
    x[0, :, 0, 0] = 0.0
    x[-1, 0, -1, -1] = fg.nan
    for activation in ACTIVATIONS:
        for modules in ([conv, activation], [conv, norm, activation, nn.MaxPool2d(2)], [conv, norm]):
            net = nn.Sequential(*modules).eval()
            with fg.no_grad():
                assert_same_bits(net(x), one_by_one(net, x))
    plain = conv(x)
    for name in ("relu", "sigmoid", "tanh", "silu", "gelu"):
        fused = conv_activated(
            2, x, conv.weight, conv.bias, conv.stride, conv.padding, conv.dilation, conv.groups, name
        )
        assert_same_bits(fused, getattr(fg.nn.functional, name)(plain))
        with fg.no_grad():
            fused = conv_activated(
                2, x, conv.weight, conv.bias, conv.stride, conv.padding, conv.dilation, conv.groups, name
            )
            assert_same_bits(fused, getattr(fg.nn.functional, name)(plain))


# (rows, in, out): few rows, few columns, tiles of all kinds, both orders of blocks, K in blocks and in chunks, the
# transposed product.
PRODUCTS = [
    (1, 5, 3),
    (1, 600, 700),
    (3, 40, 2000),
    (200, 400, 3),
    (13, 64, 30),
    (29, 700, 300),
    (150, 300, 340),
    (8, 5000, 20),
    (100, 600, 130),
    (300, 9, 16),
]


@pytest.mark.parametrize("dtype", [fg.float32, fg.float64])
@pytest.mark.parametrize(("rows", "features", "outputs"), PRODUCTS)
@pytest.mark.usefixtures("threads")
def test_a_linear_layer_with_its_activation_gives_the_bits_of_each(rows, features, outputs, dtype):
    fg.manual_seed(0)
    x, b = fg.randn(rows, features, dtype=dtype), fg.randn(outputs, dtype=dtype)
    x[0] = 0.0
    x[-1, 0] = fg.nan
    lying, standing = fg.randn(outputs, features, dtype=dtype) * 0.1, fg.randn(features, outputs, dtype=dtype).mT
    for weight in (lying, standing):
        for bias in (b, None):
            plain = linear(x, weight, bias)
            for name in ("relu", "sigmoid", "tanh", "silu", "gelu"):
                fused = linear_activated(x, weight, bias, name)
                assert_same_bits(fused, getattr(fg.nn.functional, name)(plain))
                assert_same_bits(linear_activated(x[None, :, :], weight, bias, name)[0], fused)


@pytest.mark.parametrize("shape", [(4, 3), (3, 5, 7), (2, 37, 5, 7), (9, 4, 11, 20)])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.usefixtures("threads")
def test_batch_normalisation_with_its_activation_gives_the_bits_of_each(shape, training):
    fg.manual_seed(0)
    x = fg.randn(*shape)
    laid_out = [x, fg.moveaxis(fg.moveaxis(x, 1, -1).contiguous(), -1, 1)]
    for activation in ACTIVATIONS:
        norm = trained(shape[1], fg.float32) if len(shape) == 4 else nn.BatchNorm1d(shape[1])
        net = nn.Sequential(norm, activation).train(training)
        for images in laid_out:
            with fg.no_grad():
                assert_same_bits(net(images), one_by_one(net, images))


LAYERS = [
    ([nn.Linear(7, 20), nn.ReLU()], (5, 7)),
    ([nn.Linear(7, 20, bias=False), nn.ReLU(inplace=True)], (2, 3, 7)),
    ([nn.BatchNorm1d(6), nn.ReLU()], (4, 6, 5)),
    ([nn.Conv2d(3, 8, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(32, 4)], (2, 3, 4, 4)),
    ([nn.Conv2d(3, 8, 3, padding="same"), nn.BatchNorm2d(8), nn.ReLU(), nn.Conv2d(8, 2, 1)], (2, 3, 5, 5)),
    ([nn.Conv2d(3, 8, (2, 3), padding="same"), nn.ReLU()], (3, 5, 5)),
    ([nn.Conv2d(3, 8, 3, padding=1, padding_mode="reflect"), nn.ReLU()], (3, 5, 5)),
    ([nn.Conv2d(3, 8, 3, padding=1, padding_mode="circular"), nn.BatchNorm2d(8), nn.ReLU()], (2, 3, 5, 5)),
    ([nn.Conv1d(3, 8, 3, padding=1), nn.ReLU(), nn.Conv1d(8, 4, 3, padding="same"), nn.ReLU()], (2, 3, 9)),
    ([nn.Conv1d(3, 8, 3, padding=1), nn.BatchNorm1d(8), nn.SiLU(), nn.Conv1d(8, 4, 1)], (2, 3, 9)),
    ([nn.Conv3d(3, 8, 3, padding=1), nn.ReLU()], (2, 3, 4, 5, 5)),
    ([nn.Conv3d(3, 8, 3, padding=1), nn.BatchNorm3d(8), nn.ReLU(), nn.BatchNorm3d(8), nn.GELU()], (2, 3, 4, 5, 5)),
    ([nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(2)], (2, 3, 7, 8)),
    ([nn.Conv2d(2, 4, 1), nn.BatchNorm2d(4), nn.ReLU(), nn.MaxPool2d((3, 2))], (2, 2, 7, 8)),
    ([nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(3, stride=2, padding=1), nn.BatchNorm2d(3)], (2, 3, 7, 8)),
    ([nn.BatchNorm2d(3, momentum=None), nn.ReLU(), nn.MaxPool2d(2, ceil_mode=True)], (2, 3, 7, 8)),
    *(
        case
        for activation in (nn.Sigmoid(), nn.Tanh(), nn.SiLU(), nn.GELU())
        for case in (
            ([nn.Linear(7, 20), activation, nn.Linear(20, 3)], (5, 7)),
            ([nn.Linear(7, 20, bias=False), activation], (7,)),
            ([nn.BatchNorm1d(6), activation], (4, 6, 5)),
            ([nn.BatchNorm1d(6, affine=False), activation], (4, 6)),
            ([nn.Conv2d(3, 8, 3, padding=1), activation, nn.MaxPool2d(2)], (2, 3, 4, 4)),
            ([nn.Conv2d(3, 8, 3), nn.BatchNorm2d(8), activation, nn.MaxPool2d(2)], (2, 3, 7, 8)),
        )
    ),
]


@pytest.mark.parametrize(("modules", "shape"), LAYERS)
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("create_graph", [True, False])
def test_gradients_and_statistics_have_the_bits_of_each(modules, shape, training, create_graph):
    fg.manual_seed(0)
    fused = nn.Sequential(*modules).train(training)
    separate = copy.deepcopy(fused)
    found = []
    for net, call in ((fused, nn.Sequential.__call__), (separate, one_by_one)):
        x = fg.linspace(-1.0, 1.0, int(np.prod(shape))).reshape(shape).requires_grad_()
        y = call(net, x)
        grads = fg.autograd.grad((y * y).sum(), [x, *net.parameters()], create_graph=create_graph)
        if create_graph:
            grads += fg.autograd.grad(sum((g * g).sum() for g in grads), [x, *net.parameters()], allow_unused=True)
        found.append([y, *(g for g in grads if g is not None), *net.buffers()])
    assert len(found[0]) == len(found[1])
    for a, b in zip(*found, strict=True):
        assert_same_bits(a, b)


@pytest.mark.parametrize("name", ["relu", "sigmoid", "tanh", "silu", "gelu"])
@pytest.mark.parametrize("create_graph", [True, False])
def test_gradients_of_layers_with_activations_have_the_bits_of_each(name, create_graph):
    fg.manual_seed(0)
    activation = getattr(fg.nn.functional, name)
    image, filters = fg.randn(2, 3, 5, 5), fg.randn(4, 3, 3, 3)
    pairs = [
        (lambda x, w, b: linear_activated(x, w, b, name), linear, [fg.randn(5, 7), fg.randn(3, 7), fg.randn(3)]),
        (
            lambda x, w, b: conv_activated(2, x, w, b, 1, 1, 1, 1, name),
            lambda x, w, b: fg.nn.functional.conv2d(x, w, b, 1, 1),
            [image, filters, fg.randn(4)],
        ),
    ]
    for fused, plain, operands in pairs:
        found = []
        for call in (fused, lambda *xs, plain=plain: activation(plain(*xs))):
            inputs = [t.clone().requires_grad_() for t in operands]
            y = call(*inputs)
            grads = fg.autograd.grad((y * y).sum(), inputs, create_graph=create_graph)
            if create_graph:
                grads += fg.autograd.grad(sum((g * g).sum() for g in grads), inputs, allow_unused=True)
            found.append([y, *(g for g in grads if g is not None)])
        for a, b in zip(*found, strict=True):
            assert_same_bits(a, b)


def names(root: Any) -> str:
    """The operation that a tensor came from."""
    return str(root.grad_fn)


def test_one_operation_computes_several_modules():
    assert "linear" in names(nn.Sequential(nn.Linear(3, 3), nn.ReLU())(fg.ones(2, 3)))
    for activation in (nn.ReLU(), nn.Tanh(), nn.Sigmoid()):
        assert "batch_norm" in names(nn.Sequential(nn.BatchNorm1d(3), activation)(fg.rand(2, 3)))
    # these need their input again
    assert "gelu" in names(nn.Sequential(nn.BatchNorm1d(3), nn.GELU())(fg.rand(2, 3)))
    assert "silu" in names(linear_activated(fg.ones(2, 3), fg.ones(3, 3, requires_grad=True), None, "silu"))
    net = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2), nn.ReLU())
    assert "batch_norm" in names(net(fg.rand(2, 1, 3, 3)))
    assert "max_pool" in names(nn.Sequential(*net, nn.MaxPool2d(2))(fg.rand(2, 1, 4, 4)))


def test_hooks_are_called():
    net = nn.Sequential(nn.Conv2d(1, 2, 1), nn.BatchNorm2d(2), nn.ReLU()).eval()
    x = fg.rand(2, 1, 3, 3)
    with fg.no_grad():
        plain = net(x)
        for i, module in enumerate(net):
            seen: list[tuple[int, ...]] = []
            with module.register_forward_hook(lambda m, args, out, seen=seen: seen.append(out.shape)):
                assert_same_bits(net(x), plain)
            with module.register_forward_pre_hook(lambda m, args, seen=seen: seen.append(args[0].shape)):
                assert_same_bits(net(x), plain)
            assert seen == [(2, 2, 3, 3), (2, 1, 3, 3) if i == 0 else (2, 2, 3, 3)]


def test_other_forwards_are_called():
    class Shifted(nn.ReLU):
        def forward(self, input: fg.Tensor) -> fg.Tensor:
            return super().forward(input) + 1.0

    x, layer, relu = fg.ones(2, 3), nn.Linear(3, 3), nn.ReLU()
    expected = fg.relu(layer(x)) + 1.0
    assert_same_bits(nn.Sequential(layer, Shifted())(x), expected)
    relu.forward = lambda input: fg.relu(input) + 1.0
    assert_same_bits(nn.Sequential(layer, relu)(x), expected)


def test_a_convolution_keeps_its_batch_normalisation_apart_where_it_must():
    conv, norm = nn.Conv2d(1, 2, 1), trained(2, fg.float32)
    x = fg.rand(2, 1, 3, 3)
    net = nn.Sequential(conv, norm)
    with fg.no_grad():
        before = norm.num_batches_tracked.item()
        net(x)  # in training it needs the batch
        assert norm.num_batches_tracked.item() == before + 1
    net.eval()
    assert "batch_norm" in names(net(x))  # the graph needs what lies between
    without = nn.Sequential(conv, nn.BatchNorm2d(2, track_running_stats=False)).eval()
    with fg.no_grad():
        assert_same_bits(without(x), one_by_one(without, x))
        with pytest.raises(ValueError, match="expected 4D input"):
            net(fg.ones(1, 3, 3))
        assert_same_bits(net(x.tolist()), net(x))


def test_errors_are_those_of_the_modules():
    for modules in ((nn.Linear(3, 3), nn.ReLU()), (nn.Conv2d(2, 3, 3), nn.ReLU())):
        net, x = nn.Sequential(*modules), fg.ones(1, 5)
        messages = []
        for call in (nn.Sequential.__call__, one_by_one):
            with pytest.raises(ValueError, match=r"\(1, 5\)") as raised:
                call(net, x)
            messages.append(str(raised.value))
        assert messages[0] == messages[1]


def test_the_operations_refuse_what_they_cannot_do():
    x, w = fg.ones(1, 1, 2, 2), fg.ones(1, 1, 1, 1)
    statistics = (fg.zeros(1), fg.ones(1), None, None, 1e-5)
    with pytest.raises(ValueError, match=r"conv2d: activation must be None, 'relu', .* or 'gelu', got 'elu'"):
        conv_activated(2, x, w, None, 1, 0, 1, 1, "elu")
    with pytest.raises(ValueError, match=r"conv2d: activation must be None, 'relu', .* or 'gelu', got 'elu'"):
        conv_normalized(2, x, w, None, 1, 0, 1, 1, statistics, "elu")
    with pytest.raises(RuntimeError, match="requires a gradient"):
        conv_normalized(2, x, nn.Parameter(w), None, 1, 0, 1, 1, statistics)
    with pytest.raises(ValueError, match="running_mean must have shape"):
        conv_normalized(2, x, w, None, 1, 0, 1, 1, (fg.zeros(2), fg.ones(1), None, None, 1e-5))


def test_calls_of_its_own_are_made():
    class Counted(nn.Tanh):
        calls = 0

        def __call__(self, *args: Any, **kwargs: Any) -> Any:
            Counted.calls += 1
            return super().__call__(*args, **kwargs)

    def doubled(x: fg.Tensor) -> fg.Tensor:
        return x * 2.0

    own = nn.Tanh()
    own.forward = doubled
    net = nn.Sequential(Counted(), own)
    x = fg.linspace(-1.0, 1.0, 5)
    assert_same_bits(net(x), x.tanh() * 2.0)
    assert Counted.calls == 1


@pytest.mark.parametrize("layer", [nn.Conv2d(1, 2, 1), nn.BatchNorm2d(1), nn.Linear(3, 2)])
def test_layers_take_their_input_alone(layer):
    with pytest.raises(TypeError, match="positional argument"):
        layer(fg.ones(1, 1, 3, 3), "relu")
