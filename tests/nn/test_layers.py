"""Layers: what they hold, how they print, what they compute, what they refuse."""

import math

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn

REPRS = [
    (lambda: nn.Linear(3, 2, bias=False), "Linear(in_features=3, out_features=2, bias=False)"),
    (lambda: nn.Identity(3, x=1), "Identity()"),
    (lambda: nn.Flatten(), "Flatten(start_dim=1, end_dim=-1)"),
    (lambda: nn.Dropout(), "Dropout(p=0.5, inplace=False)"),
    (lambda: nn.ReLU(), "ReLU()"),
    (lambda: nn.ReLU(True), "ReLU(inplace=True)"),
    (lambda: nn.LeakyReLU(0.2, True), "LeakyReLU(negative_slope=0.2, inplace=True)"),
    (lambda: nn.Sigmoid(), "Sigmoid()"),
    (lambda: nn.Tanh(), "Tanh()"),
    (lambda: nn.Softmax(1), "Softmax(dim=1)"),
    (lambda: nn.LogSoftmax(), "LogSoftmax(dim=None)"),
    (lambda: nn.GELU(), "GELU(approximate='none')"),
    (lambda: nn.SiLU(), "SiLU()"),
    (lambda: nn.Softplus(2), "Softplus(beta=2.0, threshold=20.0)"),
    (
        lambda: nn.BatchNorm2d(3),
        "BatchNorm2d(3, eps=1e-05, momentum=0.1, affine=True, bias=True, track_running_stats=True)",
    ),
    (
        lambda: nn.BatchNorm1d(3, momentum=None, bias=False),
        "BatchNorm1d(3, eps=1e-05, momentum=None, affine=True, bias=False, track_running_stats=True)",
    ),
    (lambda: nn.LayerNorm((3, 4)), "LayerNorm((3, 4), eps=1e-05, elementwise_affine=True, bias=True)"),
    (lambda: nn.AvgPool2d((2, 3), 1, ceil_mode=True), "AvgPool2d(kernel_size=(2, 3), stride=1, padding=0)"),
    (lambda: nn.MaxPool2d(2), "MaxPool2d(kernel_size=2, stride=2, padding=0, dilation=1, ceil_mode=False)"),
    (lambda: nn.AdaptiveAvgPool2d((1, None)), "AdaptiveAvgPool2d(output_size=(1, None))"),
    (lambda: nn.AvgPool1d(2), "AvgPool1d(kernel_size=(2,), stride=(2,), padding=(0,))"),
    (lambda: nn.LPPool2d(2, 3), "LPPool2d(norm_type=2, kernel_size=3, stride=None, ceil_mode=False)"),
    (lambda: nn.MaxUnpool2d(2, 3), "MaxUnpool2d(kernel_size=(2, 2), stride=(3, 3), padding=(0, 0))"),
    (lambda: nn.FractionalMaxPool2d(2, 3), "FractionalMaxPool2d()"),
    (lambda: nn.Upsample(scale_factor=(2, 3)), "Upsample(scale_factor=(2.0, 3.0), mode='nearest')"),
    (lambda: nn.UpsamplingBilinear2d(4), "UpsamplingBilinear2d(size=4, mode='bilinear')"),
    (lambda: nn.PixelShuffle(2), "PixelShuffle(upscale_factor=2)"),
    (
        lambda: nn.Conv2d(4, 4, (3, 5), stride=2, padding=1, dilation=2, groups=2, bias=False),
        "Conv2d(4, 4, kernel_size=(3, 5), stride=(2, 2), padding=(1, 1), dilation=(2, 2), groups=2, bias=False)",
    ),
    (lambda: nn.Conv2d(4, 4, 3, padding="same"), "Conv2d(4, 4, kernel_size=(3, 3), stride=(1, 1), padding=same)"),
    (
        lambda: nn.Conv1d(4, 4, 3, padding=1, padding_mode="circular"),
        "Conv1d(4, 4, kernel_size=(3,), stride=(1,), padding=(1,), padding_mode=circular)",
    ),
    (
        lambda: nn.ConvTranspose3d(4, 2, 3, 2, 1, 1, groups=2, bias=False),
        "ConvTranspose3d(4, 2, kernel_size=(3, 3, 3), stride=(2, 2, 2), padding=(1, 1, 1), output_padding=(1, 1, 1), "
        "groups=2, bias=False)",
    ),
    (lambda: nn.MSELoss(), "MSELoss()"),
    (lambda: nn.CrossEntropyLoss(), "CrossEntropyLoss()"),
]


@pytest.mark.parametrize(("make", "text"), REPRS, ids=[text for _, text in REPRS])
def test_repr(make, text):
    assert repr(make()) == text


KEYS = [
    (lambda: nn.Linear(3, 2), {"weight": (2, 3), "bias": (2,)}),
    (lambda: nn.Linear(3, 2, bias=False), {"weight": (2, 3)}),
    (lambda: nn.Conv2d(4, 6, (2, 3), groups=2), {"weight": (6, 2, 2, 3), "bias": (6,)}),
    (lambda: nn.ConvTranspose2d(4, 6, (2, 3), groups=2), {"weight": (4, 3, 2, 3), "bias": (6,)}),
    (lambda: nn.Conv3d(4, 6, 3, bias=False), {"weight": (6, 4, 3, 3, 3)}),
    (
        lambda: nn.BatchNorm2d(3),
        {"weight": (3,), "bias": (3,), "running_mean": (3,), "running_var": (3,), "num_batches_tracked": ()},
    ),
    (lambda: nn.BatchNorm1d(3, affine=False, track_running_stats=False), {}),
    (lambda: nn.BatchNorm1d(3, bias=False, track_running_stats=False), {"weight": (3,)}),
    (lambda: nn.LayerNorm((3, 4)), {"weight": (3, 4), "bias": (3, 4)}),
    (lambda: nn.LayerNorm(3, bias=False), {"weight": (3,)}),
    (lambda: nn.CrossEntropyLoss(fg.ones(3)), {"weight": (3,)}),
    (lambda: nn.BCEWithLogitsLoss(pos_weight=fg.ones(3)), {"pos_weight": (3,)}),
]


@pytest.mark.parametrize(("make", "keys"), KEYS)
def test_state_dict_keys_and_shapes_are_those_of_pytorch(make, keys):
    state = make().state_dict()
    assert {key: value.shape for key, value in state.items()} == keys
    assert list(state) == list(keys)


def test_dtype_argument():
    for layer in (
        nn.Linear(2, 2, dtype=fg.float64),
        nn.Conv2d(2, 2, 1, dtype=fg.float64, device="cpu"),
        nn.BatchNorm2d(2, dtype=fg.float64),
        nn.LayerNorm(2, dtype=fg.float64),
    ):
        assert all(value.dtype == fg.float64 for value in layer.state_dict().values() if value.is_floating_point())


def test_linear_applies_weight_and_bias_to_the_last_axis():
    layer = nn.Linear(3, 2)
    x = np.arange(24, dtype=np.float32).reshape(2, 4, 3)
    weight, bias = layer.weight.detach().numpy(), layer.bias.detach().numpy()
    np.testing.assert_allclose(layer(fg.tensor(x)).detach().numpy(), x @ weight.T + bias, rtol=1e-5, atol=1e-5)
    with pytest.raises(ValueError, match=r"linear.*\(2, 4\).*\(2, 3\)"):
        layer(fg.zeros(2, 4))
    with pytest.raises(ValueError, match="in_features must be at least 0"):
        nn.Linear(-1, 2)


def test_float64_data_into_a_float32_network_names_both_dtypes():
    with pytest.raises(TypeError, match=r"(?s)float64.*float32|float32.*float64"):
        nn.Linear(3, 2)(fg.zeros((1, 3), dtype=fg.float64))


@pytest.mark.parametrize(
    ("start", "end", "shape"), [(1, -1, (2, 60)), (0, -1, (120,)), (1, 2, (2, 12, 5)), (-1, -1, (2, 3, 4, 5))]
)
def test_flatten(start, end, shape):
    assert nn.Flatten(start, end)(fg.zeros(2, 3, 4, 5)).shape == shape


def test_flatten_refuses_axes_that_are_not_there():
    assert nn.Flatten(0)(fg.zeros(())).shape == (1,)
    assert nn.Flatten()(fg.zeros(0, 3)).shape == (0, 3)
    with pytest.raises(IndexError, match="out of bounds"):
        nn.Flatten()(fg.zeros(3))
    with pytest.raises(ValueError, match="comes after"):
        nn.Flatten(2, 1)(fg.zeros(2, 3, 4))


def conv_reference(x, w, padding, dilation=(1, 1)):
    """Stride 1, one group; padding is ((top, bottom), (left, right))."""
    x = np.pad(x, ((0, 0), (0, 0), *padding))
    r, s = w.shape[2:]
    height = x.shape[2] - dilation[0] * (r - 1)
    width = x.shape[3] - dilation[1] * (s - 1)
    out = np.zeros((x.shape[0], w.shape[0], height, width))
    for i in range(r):
        for j in range(s):
            part = x[:, :, i * dilation[0] : i * dilation[0] + height, j * dilation[1] : j * dilation[1] + width]
            out += np.einsum("nchw,kc->nkhw", part, w[:, :, i, j])
    return out


@pytest.mark.parametrize(("kernel", "dilation"), [(3, 1), ((2, 4), 1), ((2, 5), (3, 2)), (4, 2)])
def test_conv2d_same_keeps_the_size_and_pads_the_end_more(kernel, dilation):
    conv = nn.Conv2d(2, 3, kernel, padding="same", dilation=dilation, dtype=fg.float64, bias=False)
    x = np.random.default_rng(0).normal(size=(2, 2, 9, 8))
    out = conv(fg.tensor(x)).detach().numpy()
    total = [d * (k - 1) for d, k in zip(conv.dilation, conv.kernel_size, strict=True)]
    padding = [(t // 2, t - t // 2) for t in total]
    weight = conv.weight.detach().numpy()
    magnitude = conv_reference(abs(x), abs(weight), padding, conv.dilation)
    error = abs(out - conv_reference(x, weight, padding, conv.dilation))
    assert (error <= 2 * weight[0].size * np.finfo(np.float64).eps * magnitude).all()
    assert out.shape == (2, 3, 9, 8)


def test_conv2d_valid_and_without_batch():
    conv = nn.Conv2d(2, 3, 3, padding="valid", dtype=fg.float64, bias=False)
    x = np.random.default_rng(0).normal(size=(2, 5, 6))
    expected = conv_reference(x[None], conv.weight.detach().numpy(), ((0, 0), (0, 0)))[0]
    np.testing.assert_allclose(conv(fg.tensor(x)).detach().numpy(), expected, rtol=1e-12)


@pytest.mark.parametrize(
    "arguments",
    [
        {"in_channels": 0},
        {"out_channels": -1},
        {"groups": 0},
        {"groups": 3},
        {"kernel_size": 0},
        {"stride": 0},
        {"padding": -1},
        {"dilation": 0},
        {"padding": "some"},
        {"padding": "same", "stride": 2},
        {"padding_mode": "mirror"},
    ],
)
def test_conv2d_refuses_absurd_arguments(arguments):
    with pytest.raises(ValueError, match="Conv2d"):
        nn.Conv2d(**{"in_channels": 4, "out_channels": 4, "kernel_size": 3, **arguments})


@pytest.mark.parametrize("size", ["3", (1, 2, 3), 1.5, None])
def test_conv2d_refuses_sizes_that_are_no_pairs(size):
    with pytest.raises(TypeError, match="kernel_size"):
        nn.Conv2d(1, 1, size)


def test_conv2d_refuses_inputs_that_do_not_fit():
    conv = nn.Conv2d(2, 3, 3)
    for shape in ((2, 2), (1, 3, 5, 5), (1, 2, 2, 5)):
        with pytest.raises(ValueError, match="conv2d"):
            conv(fg.zeros(shape))


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: nn.Conv1d(4, 4, (3, 3)), r"Conv1d: kernel_size must be an int or a tuple of 1 int, got \(3, 3\)"),
        (lambda: nn.Conv3d(4, 4, (3, 3)), r"Conv3d: kernel_size must be an int or a tuple of 3 ints, got \(3, 3\)"),
        (lambda: nn.Conv1d(4, 4, 3, padding="some"), r"Conv1d: padding must be 'same', 'valid', an int, got 'some'"),
        (lambda: nn.Conv3d(4, 4, 3, (1, 2, 1), "same"), r"Conv3d: padding='same' is not supported.*\(1, 2, 1\)"),
        (lambda: nn.Conv1d(4, 4, 3, padding_mode="mirror"), r"Conv1d: padding_mode must be 'zeros', .* or 'circular'"),
        (lambda: nn.ConvTranspose2d(4, 4, 3, padding="same"), r"ConvTranspose2d: padding must be an int or a tuple"),
        (lambda: nn.ConvTranspose2d(4, 4, 3, padding_mode="reflect"), r"ConvTranspose2d: padding_mode must be 'zeros'"),
        (lambda: nn.ConvTranspose2d(4, 4, 3, 2, 0, 2), r"ConvTranspose2d: output_padding must be less than stride or"),
        (lambda: nn.ConvTranspose1d(4, 3, 3, groups=2), r"ConvTranspose1d: out_channels must be divisible by groups"),
        (lambda: nn.LazyConv2d(3, 3, groups=2), r"LazyConv2d: out_channels must be divisible by groups, got 3 and 2"),
        (lambda: nn.LazyConv2d(2, 3, groups=2)(fg.zeros(1, 3, 4, 4)), r"channels must be a multiple of groups = 2"),
        (lambda: nn.LazyConv1d(2, 3)(fg.zeros(3)), r"LazyConv1d: input must have 3 axes, or 2 without a batch, got"),
    ],
)
def test_convolutions_refuse_what_does_not_fit(make, message):
    with pytest.raises((ValueError, TypeError), match=message):
        make()


def test_a_transposed_convolution_is_told_its_size():
    conv = nn.ConvTranspose2d(2, 3, 3, stride=(2, 3), padding=1)
    x = fg.zeros(4, 2, 5, 6)
    for size in ((9, 16), (10, 18), (4, 3, 10, 17)):
        assert conv(x, output_size=size).shape == (4, 3, *size[-2:])
    assert conv(x[0], output_size=(10, 18)).shape == (3, 10, 18)
    for size in ((8, 16), (11, 16), (10, 19)):
        with pytest.raises(ValueError, match=r"output_size must be from \[9, 16\] to \[10, 18\] for.*\(4, 2, 5, 6\)"):
            conv(x, output_size=size)
    with pytest.raises(ValueError, match=r"output_size must have 2 or 4 numbers.*got 3"):
        conv(x, output_size=(1, 10, 18))


def test_a_lazy_convolution_draws_nothing_before_its_first_call():
    for lazy, made in ((nn.LazyConv2d(6, 3), nn.Conv2d), (nn.LazyConvTranspose2d(6, 3), nn.ConvTranspose2d)):
        fg.manual_seed(0)
        lazy(fg.zeros(1, 4, 5, 5))
        fg.manual_seed(0)
        expected = made(4, 6, 3)
        assert type(lazy) is made
        assert repr(lazy) == repr(expected)
        assert lazy.weight.tolist() == expected.weight.tolist()
        assert lazy.bias.tolist() == expected.bias.tolist()


def test_pooling_layers():
    x = fg.arange(16.0).reshape(1, 1, 4, 4)
    assert nn.MaxPool2d(2)(x).tolist() == [[[[5, 7], [13, 15]]]]
    assert nn.MaxPool2d(2, stride=1, dilation=2)(x).tolist() == [[[[10, 11], [14, 15]]]]
    assert nn.MaxPool2d(3, stride=2, ceil_mode=True)(x).tolist() == [[[[10, 11], [14, 15]]]]
    assert nn.AvgPool2d(2)(x).tolist() == [[[[2.5, 4.5], [10.5, 12.5]]]]
    assert nn.AvgPool2d(2, padding=1)(x)[0, 0, 0].tolist() == [0.0, 0.75, 0.75]
    assert nn.AvgPool2d(2, padding=1, count_include_pad=False)(x)[0, 0, 0].tolist() == [0.0, 1.5, 3.0]
    assert nn.AvgPool2d(2, divisor_override=2)(x).tolist() == [[[[5, 9], [21, 25]]]]
    assert nn.AdaptiveAvgPool2d(1)(x).item() == 7.5
    assert nn.AdaptiveAvgPool2d((None, 1))(x).tolist() == [[[[1.5], [5.5], [9.5], [13.5]]]]
    assert nn.AdaptiveAvgPool2d(3)(x)[0, 0, 0].tolist() == [2.5, 3.5, 4.5]
    for pool in (nn.MaxPool2d(2), nn.AvgPool2d(2), nn.AdaptiveAvgPool2d(2)):
        assert pool(x[0]).shape == (1, 2, 2)
        with pytest.raises(ValueError, match="4-D"):
            pool(x[0, 0])


def test_pooling_refuses_absurd_arguments():
    for make in (nn.MaxPool2d, nn.AvgPool2d):
        for arguments in ({"kernel_size": 0}, {"stride": 0}, {"padding": 2}, {"padding": -1}):
            with pytest.raises(ValueError, match="Pool2d"):
                make(**{"kernel_size": 3, **arguments})
    with pytest.raises(ValueError, match="Pool2d"):
        nn.MaxPool2d(2, dilation=0)
    for divisor, error in ((0, ValueError), (1.5, TypeError)):
        with pytest.raises(error, match="AvgPool2d: divisor_override"):
            nn.AvgPool2d(2, divisor_override=divisor)
        with pytest.raises(error, match="avg_pool2d: divisor_override"):
            nn.functional.avg_pool2d(fg.zeros(1, 1, 4, 4), 2, divisor_override=divisor)
    with pytest.raises(ValueError, match="max_pool2d"):
        nn.MaxPool2d(5)(fg.zeros(1, 1, 4, 4))
    with pytest.raises(ValueError, match="output_size"):
        nn.AdaptiveAvgPool2d(0)(fg.zeros(1, 1, 4, 4))
    with pytest.raises(TypeError, match="output_size"):
        nn.AdaptiveAvgPool2d((1, 2, 3))(fg.zeros(1, 1, 4, 4))


def test_dropout_keeps_the_expectation_and_is_reproducible():
    layer = nn.Dropout(0.25)
    x = fg.ones(100, 1000)
    fg.manual_seed(3)
    out = layer(x).numpy()
    assert set(np.unique(out).tolist()) == {0.0, np.float32(1) / np.float32(0.75)}
    # Standard deviation of the share of survivors: sqrt(0.25 * 0.75 / 1e5) = 0.0014.
    assert abs((out != 0).mean() - 0.75) < 6 * 0.0014
    fg.manual_seed(3)
    assert np.array_equal(layer(x).numpy(), out)
    assert not np.array_equal(layer(x).numpy(), out)
    assert layer.eval()(x) is x
    assert nn.Dropout(0.0)(x) is x
    assert not nn.Dropout(1.0)(x).numpy().any()
    for p in (-0.1, 1.1, float("nan")):
        with pytest.raises(ValueError, match="between 0 and 1"):
            nn.Dropout(p)


def test_dropout_that_changes_nothing_gives_the_tensor_itself_or_makes_one():
    x = fg.ones(3)
    for arguments in ({"training": False}, {"p": 0.0}, {"training": False, "inplace": True}):
        assert nn.functional.dropout(x, **arguments) is x
        made = nn.functional.dropout(np.ones(3), **arguments)
        assert isinstance(made, fg.Tensor)
        assert made.tolist() == [1.0, 1.0, 1.0]


def test_dropout_gradient_goes_through_survivors_only():
    x = fg.ones(50)
    x.requires_grad_()
    out = nn.Dropout(0.5)(x)
    out.sum().backward()
    assert np.array_equal(x.grad.numpy(), out.detach().numpy())


@pytest.mark.parametrize("make", [lambda: nn.ReLU(True), lambda: nn.LeakyReLU(0.5, True), lambda: nn.SiLU(True)])
def test_inplace_activations_write_to_their_input_and_differentiate(make):
    values = np.array([-2.0, 0.5, 3.0], dtype=np.float32)
    fresh, reused = fg.tensor(values), fg.tensor(values)
    fresh.requires_grad_()
    reused.requires_grad_()
    layer = make()
    temporary = reused * 1
    assert layer(temporary) is temporary
    temporary.sum().backward()
    layer.inplace = False
    out = layer(fresh * 1)
    out.sum().backward()
    assert np.array_equal(temporary.detach().numpy(), out.detach().numpy())
    assert np.array_equal(reused.grad.numpy(), fresh.grad.numpy())
    plain = fg.tensor(values)
    make()(plain)
    assert np.array_equal(plain.numpy(), out.detach().numpy())


def test_sizes_are_whole_numbers():
    for make in (
        lambda: nn.Linear(2.5, 3),
        lambda: nn.Linear("2", 3),
        lambda: nn.Conv2d(1.0, 1, 1),
        lambda: nn.BatchNorm1d(2.0),
    ):
        with pytest.raises(TypeError, match="must be an int"):
            make()


LAYERS_OF_ARRAYS = [
    (nn.Linear(4, 2), (3, 4)),
    (nn.Conv2d(2, 3, 3), (1, 2, 4, 4)),
    (nn.Conv2d(2, 3, 3, padding="same"), (2, 4, 4)),
    (nn.MaxPool2d(2), (1, 2, 4, 4)),
    (nn.AvgPool2d(2), (1, 2, 4, 4)),
    (nn.BatchNorm1d(4), (3, 4)),
    (nn.BatchNorm2d(2), (1, 2, 4, 4)),
    (nn.LayerNorm(4), (3, 4)),
    (nn.GELU("tanh"), (3, 4)),
    (nn.Softplus(2.0), (3, 4)),
    (nn.Softmax(1), (3, 4)),
    (lambda x: nn.functional.softmax(x, 1, dtype=fg.float64), (3, 4)),
    (lambda x: nn.functional.log_softmax(x, 1, dtype=fg.float64), (3, 4)),
    (nn.Flatten(), (3, 2, 2)),
]


@pytest.mark.parametrize(("layer", "shape"), LAYERS_OF_ARRAYS)
def test_inputs_that_are_no_tensors_are_converted_or_refused(layer, shape):
    array = np.linspace(-1, 1, math.prod(shape), dtype=np.float32).reshape(shape)
    expected = layer(fg.tensor(array)).detach().numpy()
    for given in (array, array.tolist()):
        assert np.array_equal(layer(given).detach().numpy(), expected)
    with pytest.raises(TypeError, match=r"\w+: NoneType cannot become a tensor"):
        layer(None)


@pytest.mark.parametrize(("one", "other", "dim"), [((4, 3), (4, 1), 1), ((1, 3), (4, 3), 0), ((3,), (3, 1), -1)])
def test_the_cosine_with_a_number_is_that_with_the_vector_that_it_broadcasts_to(one, other, dim):
    rng, cosine = np.random.default_rng(0), nn.functional.cosine_similarity
    arrays = [rng.standard_normal(shape) for shape in (one, other)]
    given, wide = ([fg.tensor(a, requires_grad=True) for a in arrays] for _ in range(2))
    found = cosine(*given, dim)
    expected = cosine(*(fg.broadcast_to(t, fg.broadcast_shapes(one, other)) for t in wide), dim)
    assert abs(found).max().item() <= 1 + 1e-15
    np.testing.assert_allclose(found.detach().numpy(), expected.detach().numpy(), rtol=1e-14)
    (found.sum() + expected.sum()).backward()
    for a, b in zip(given, wide, strict=True):
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-12, atol=1e-14)
