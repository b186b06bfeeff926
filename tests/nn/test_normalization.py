"""Batch and layer normalisation against NumPy."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import functional as F

RNG = np.random.default_rng(0)


def normalise(x, axes, eps=1e-5):
    mean = x.mean(axis=axes, keepdims=True)
    return (x - mean) / np.sqrt(x.var(axis=axes, keepdims=True) + eps)


@pytest.mark.parametrize(
    ("make", "shape"), [(nn.BatchNorm1d, (8, 3)), (nn.BatchNorm1d, (4, 3, 5)), (nn.BatchNorm2d, (2, 3, 4, 5))]
)
@pytest.mark.parametrize("momentum", [0.1, 0.7, None])
def test_batch_norm_trains_with_the_batch_and_evaluates_with_what_it_tracked(make, shape, momentum):
    norm = make(3, momentum=momentum, dtype=fg.float64)
    weight, bias = RNG.normal(size=3), RNG.normal(size=3)
    norm.load_state_dict({"weight": weight, "bias": bias}, strict=False)
    column = (3,) + (1,) * (len(shape) - 2)
    axes = tuple(axis for axis in range(len(shape)) if axis != 1)
    mean, var = np.zeros(3), np.ones(3)
    for step in range(1, 4):
        x = RNG.normal(2.0, 3.0, size=shape)
        expected = normalise(x, axes) * weight.reshape(column) + bias.reshape(column)
        np.testing.assert_allclose(norm(fg.tensor(x)).detach().numpy(), expected, rtol=1e-10, atol=1e-10)
        share = 1 / step if momentum is None else momentum
        mean = (1 - share) * mean + share * x.mean(axis=axes)
        var = (1 - share) * var + share * x.var(axis=axes, ddof=1)
        assert norm.num_batches_tracked.item() == step
    np.testing.assert_allclose(norm.running_mean.numpy(), mean, rtol=1e-12)
    np.testing.assert_allclose(norm.running_var.numpy(), var, rtol=1e-12)
    norm.eval()
    expected = (x - mean.reshape(column)) / np.sqrt(var.reshape(column) + norm.eps)
    expected = expected * weight.reshape(column) + bias.reshape(column)
    np.testing.assert_allclose(norm(fg.tensor(x)).detach().numpy(), expected, rtol=1e-10)
    np.testing.assert_allclose(norm.running_mean.numpy(), mean, rtol=1e-12)
    assert norm.num_batches_tracked.item() == 3
    norm.reset_parameters()
    assert norm.running_mean.tolist() == [0.0] * 3
    assert norm.running_var.tolist() == [1.0] * 3
    assert norm.weight.tolist() == [1.0] * 3
    assert norm.bias.tolist() == [0.0] * 3


def test_batch_norm_without_tracking_always_uses_the_batch():
    norm = nn.BatchNorm1d(3, affine=False, track_running_stats=False, dtype=fg.float64)
    x = RNG.normal(size=(6, 3))
    for mode in (True, False):
        np.testing.assert_allclose(norm.train(mode)(fg.tensor(x)).numpy(), normalise(x, 0), rtol=1e-9, atol=1e-12)
    assert list(norm.state_dict()) == []


def test_batch_norm_refuses_what_it_cannot_normalise():
    with pytest.raises(ValueError, match="more than one value per channel"):
        nn.BatchNorm1d(3)(fg.zeros(1, 3))
    norm = nn.BatchNorm2d(3)
    for shape in ((2, 3), (2, 3, 4)):
        with pytest.raises(ValueError, match="expected 4D input"):
            norm(fg.zeros(shape))
    with pytest.raises(ValueError, match="batch_norm"):
        norm(fg.zeros(2, 4, 5, 5))
    assert norm.num_batches_tracked.item() == 0
    assert nn.BatchNorm1d(3).eval()(fg.zeros(1, 3)).shape == (1, 3)
    for arguments in ({"num_features": -1}, {"eps": -1.0}, {"eps": float("nan")}, {"momentum": 1.5}):
        with pytest.raises(ValueError, match="BatchNorm1d"):
            nn.BatchNorm1d(**{"num_features": 3, **arguments})


@pytest.mark.parametrize("shape", [3, (3,), (2, 3)])
def test_layer_norm(shape):
    norm = nn.LayerNorm(shape, dtype=fg.float64)
    sizes = (shape,) if isinstance(shape, int) else shape
    weight, bias = RNG.normal(size=sizes), RNG.normal(size=sizes)
    norm.load_state_dict({"weight": weight, "bias": bias})
    x = RNG.normal(size=(4, 2, 3))
    expected = normalise(x, tuple(range(-len(sizes), 0))) * weight + bias
    np.testing.assert_allclose(norm(fg.tensor(x)).detach().numpy(), expected, rtol=1e-10, atol=1e-12)


def test_layer_norm_refuses_shapes_that_do_not_fit():
    with pytest.raises(ValueError, match="layer_norm"):
        nn.LayerNorm(4)(fg.zeros(2, 3))
    for shape in ((), (2, -1)):
        with pytest.raises(ValueError, match="LayerNorm"):
            nn.LayerNorm(shape)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize(
    ("length", "value"), [(7, 100000.1), (1000, 1000.1), (4097, 1e-3), (20003, -7.77), (33, 1e-30)]
)
def test_equal_values_normalise_to_exactly_zero_in_every_layout(length, value, dtype):
    """The mean of equal values is that value; their gradient is what a variance of 0 gives."""

    def check(x, normalise):
        x = x.detach().requires_grad_(True)
        out = normalise(x)
        assert not out.any().item()
        plain = fg.autograd.grad(out.sum(), x, retain_graph=True)[0]
        recorded = fg.autograd.grad(out.sum(), x, create_graph=True)[0]
        assert not plain.any().item()
        assert not recorded.any().item()

    row = np.full((3, length), value, dtype)
    for x in (fg.tensor(row), fg.tensor(row.T.copy()).T, fg.tensor(np.repeat(row, 2, axis=1))[:, ::2]):
        check(x, lambda x: F.layer_norm(x, length))
    images = np.full((2, 3, 5, length), value, dtype)
    images[:, 1] = 1.0 + images[:, 1]
    for x in (fg.tensor(images), fg.tensor(images.transpose(0, 2, 3, 1).copy()).permute(0, 3, 1, 2)):
        check(x, lambda x: F.batch_norm(x, None, None, training=True))
        check(x, lambda x: F.group_norm(x, 3))
    check(fg.tensor(row.T.copy()), lambda x: F.batch_norm(x, None, None, training=True))


@pytest.mark.parametrize("layout", ["rows", "channels", "channels last"])
def test_values_that_hardly_differ_are_normalised_as_two_passes_do(layout):
    """A spread of some units in the mean's last place: off by what rounding the mean to float32 costs."""
    n, mean = 4096, 1e5
    x = (mean + RNG.normal(size=(3, n)) * 0.05).astype(np.float32)
    if layout == "rows":
        out = F.layer_norm(fg.tensor(x), n, eps=0.0).numpy()
    else:
        t = fg.tensor(x.reshape(1, 3, n)) if layout == "channels" else fg.tensor(x.T.copy()).T.reshape(1, 3, n)
        out = F.batch_norm(t, None, None, training=True, eps=0.0).numpy()[0]
    wide = x.astype(np.float64)
    std = wide.std(axis=1, keepdims=True)
    exact = (wide - wide.mean(axis=1, keepdims=True)) / std
    half_unit = np.spacing(np.float32(mean)) / 2
    assert abs(out - exact).max() < 1.1 * half_unit / std.min() + 0.01


@pytest.mark.parametrize("norm", ["batch", "layer"])
def test_only_what_a_wanted_gradient_is_made_of_is_guarded(norm):
    """Writing to an operand is an error at backward only where a gradient that is wanted needs its value."""

    def run(x, w, b, training=True):
        if norm == "layer":
            return F.layer_norm(x, 4, w, b)
        return F.batch_norm(x, fg.zeros(4), fg.ones(4), w, b, training=training)

    x, w, b = fg.tensor(RNG.normal(size=(5, 4))), fg.tensor(RNG.normal(size=4)), fg.tensor(RNG.normal(size=4))
    x, w, b = (t.astype(fg.float32) for t in (x, w, b))
    # the bias alone: neither is needed
    bias = b.clone().requires_grad_(True)
    a, scale = x.clone(), w.clone()
    out = run(a, scale, bias)
    a.zero_()
    scale.zero_()
    np.testing.assert_allclose(fg.autograd.grad(out.sum(), bias)[0].numpy(), np.full(4, 5.0))
    # the weight alone: only the input is
    weight, scale = w.clone().requires_grad_(True), x.clone()
    expected = fg.autograd.grad(run(x, weight, b).sum(), weight)[0]
    out = run(x, weight, b)
    with fg.no_grad():
        weight.zero_()
    np.testing.assert_array_equal(fg.autograd.grad(out.sum(), weight)[0].numpy(), expected.numpy())
    a = x.clone()
    out = run(a, w.clone().requires_grad_(True), b)
    a.zero_()
    with pytest.raises(RuntimeError, match="modified in place"):
        out.sum().backward()
    if norm == "batch":  # by running statistics, the input's gradient is made of the weight alone
        a = x.clone().requires_grad_(True)
        seed = fg.tensor(RNG.normal(size=(5, 4)).astype(np.float32))
        expected = seed.numpy() * w.numpy() / np.sqrt(1 + 1e-5)
        out = run(a, w, b, training=False)
        with fg.no_grad():
            a.zero_()
        np.testing.assert_allclose(fg.autograd.grad(out, a, seed)[0].numpy(), expected, rtol=1e-6)


@pytest.mark.parametrize(("samples", "shape"), [(0, ()), (0, (4,)), (2, (0, 3))])
def test_batch_norm_of_no_samples_gives_none_and_moves_nothing(samples, shape):
    norm = {0: nn.BatchNorm1d, 1: nn.BatchNorm1d, 2: nn.BatchNorm2d}[len(shape)](3)
    x = fg.zeros(samples, 3, *shape, requires_grad=True)
    out = norm(x)
    out.sum().backward()
    assert out.shape == x.shape == x.grad.shape
    assert norm.weight.grad.tolist() == norm.bias.grad.tolist() == [0.0] * 3
    assert norm.running_mean.tolist() == [0.0] * 3
    assert norm.running_var.tolist() == [1.0] * 3
    assert norm.num_batches_tracked.item() == 1


def channels_last(values):
    """A tensor of these values whose channels, of axis 1, lie innermost in memory."""
    return fg.moveaxis(fg.tensor(np.ascontiguousarray(np.moveaxis(values, 1, -1))), -1, 1)


@pytest.mark.parametrize("laid_out", [fg.tensor, channels_last])
@pytest.mark.parametrize("scale", [1e-30, 1e30])
def test_group_norm_of_any_size_is_that_of_its_direction(scale, laid_out):
    x = RNG.normal(size=(2, 6, 5)).astype(np.float32)
    norm = nn.GroupNorm(3, 6, eps=0.0)
    expected = normalise(x.astype(np.float64).reshape(2, 3, 10), 2, 0.0).reshape(x.shape)
    t = laid_out(x * np.float32(scale)).requires_grad_()
    out = norm(t)
    assert out.strides == t.strides
    np.testing.assert_allclose(out.detach().numpy(), expected, rtol=0, atol=1e-5)
    weights = fg.tensor(RNG.normal(size=x.shape).astype(np.float32))
    (g,) = fg.autograd.grad(out, (t,), weights)
    (h,) = fg.autograd.grad(norm(t), (t,), weights, create_graph=True)
    (unit,) = fg.autograd.grad(norm(u := fg.tensor(x, requires_grad=True)), (u,), weights)
    for found in (g.numpy(), h.detach().numpy()):
        np.testing.assert_allclose(found * np.float32(scale), unit.numpy(), rtol=0, atol=1e-5)


# Groups that fit a core's cache and such that do not, of one sample and of several; a single one over all channels.
@pytest.mark.parametrize(
    ("shape", "groups"),
    [((3, 6, 5), 2), ((2, 8, 9, 11), 8), ((2, 12, 70, 90), 3), ((1, 10, 4, 3, 5), 5), ((5, 4, 33, 200), 1)],
)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_group_norm_is_that_of_its_values_in_every_layout(shape, groups, dtype):
    rng = np.random.default_rng(shape)
    x, g = rng.normal(0.3, 2.0, size=shape), rng.normal(size=shape)
    weight, bias = rng.normal(size=shape[1]), rng.normal(size=shape[1])
    column = (-1,) + (1,) * (len(shape) - 2)
    normal = normalise(x.reshape(shape[0], groups, -1), 2).reshape(shape)
    of_parameters = tuple(axis for axis in range(len(shape)) if axis != 1)
    expected = {
        "out": normal * weight.reshape(column) + bias.reshape(column),
        "weight": (g * normal).sum(of_parameters),
        "bias": g.sum(of_parameters),
    }
    inputs = [weight, bias]
    for laid_out, gradients in ((fg.tensor, channels_last), (channels_last, channels_last), (channels_last, fg.tensor)):
        t = laid_out(x.astype(dtype)).requires_grad_()
        w, b = (fg.tensor(v.astype(dtype)).requires_grad_() for v in inputs)
        out = F.group_norm(t, groups, w, b)
        recorded = fg.autograd.grad(out, t, gradients(g.astype(dtype)), retain_graph=True, create_graph=True)[0]
        out.backward(gradients(g.astype(dtype)))
        assert out.strides == t.strides == t.grad.strides
        found = {"out": out.detach(), "weight": w.grad, "bias": b.grad}
        far = 1e-10 if dtype == "float64" else 1e-4
        for name, value in expected.items():
            atol = far * (1 if name == "out" else abs(g).sum() ** 0.5)
            np.testing.assert_allclose(found[name].numpy(), value, rtol=far, atol=atol, err_msg=name)
        np.testing.assert_allclose(t.grad.numpy(), recorded.detach().numpy(), rtol=far, atol=far)


def test_instance_norm_of_channels_last_tracks_what_that_of_rows_does():
    x = RNG.normal(2.0, 3.0, size=(4, 3, 6, 5))
    norms = [nn.InstanceNorm2d(3, momentum=0.3, track_running_stats=True, dtype=fg.float64) for _ in range(2)]
    for norm, t in zip(norms, (fg.tensor(x), channels_last(x)), strict=True):
        norm(t)
    for name in ("running_mean", "running_var"):
        np.testing.assert_allclose(getattr(norms[1], name).numpy(), getattr(norms[0], name).numpy(), rtol=1e-12)


def test_instance_norm_evaluates_with_what_it_tracked():
    norm = nn.InstanceNorm1d(3, momentum=0.3, track_running_stats=True, dtype=fg.float64)
    x = RNG.normal(2.0, 3.0, size=(4, 3, 6))
    np.testing.assert_allclose(norm(fg.tensor(x)).numpy(), normalise(x, 2), rtol=1e-9, atol=1e-12)
    mean, var = 0.3 * x.mean(axis=(0, 2)), 0.7 + 0.3 * x.var(axis=2, ddof=1).mean(axis=0)
    np.testing.assert_allclose(norm.running_mean.numpy(), mean, rtol=1e-12)
    np.testing.assert_allclose(norm.running_var.numpy(), var, rtol=1e-12)
    expected = (x - mean[:, None]) / np.sqrt(var[:, None] + norm.eps)
    np.testing.assert_allclose(norm.eval()(fg.tensor(x)).numpy(), expected, rtol=1e-10)


@pytest.mark.parametrize(
    ("call", "message"),
    [
        (lambda: nn.GroupNorm(3, 4), "GroupNorm: num_groups must divide num_channels, got 3 groups of 4"),
        (lambda: nn.GroupNorm(0, 4), "GroupNorm: num_groups must be at least 1"),
        (lambda: F.group_norm(fg.zeros(2, 5, 3), 2), "group_norm: num_groups must divide the 5 channels"),
        (lambda: F.group_norm(fg.zeros(4), 2), "at least 2 axes"),
        (lambda: F.group_norm(fg.zeros(1, 4), 4), "more than one value per group"),
        (lambda: F.group_norm(fg.zeros(2, 4), 2, fg.ones(3)), r"weight must have shape \(4,\)"),
        (lambda: F.instance_norm(fg.zeros(2, 3, 1)), "more than one element per channel"),
        (lambda: F.instance_norm(fg.zeros(2, 3, 4), use_input_stats=False), "running_mean and running_var"),
        (
            lambda: nn.InstanceNorm1d(3, affine=True)(fg.zeros(2, 4, 5)),
            r"input must have 3 channels, got shape \(2, 4, 5\)",
        ),
        (lambda: nn.InstanceNorm2d(3)(fg.zeros(2, 3)), "InstanceNorm2d: expected 3D or 4D input"),
        (lambda: nn.BatchNorm3d(3)(fg.zeros(2, 3)), "BatchNorm3d: expected 5D input"),
        (lambda: nn.SyncBatchNorm(3)(fg.zeros(2)), "SyncBatchNorm: expected at least 2D input"),
        (lambda: nn.SyncBatchNorm(3, process_group=1), "process_group must be None"),
        (lambda: F.rms_norm(fg.zeros(2, 3), 4), "rms_norm: input of shape"),
        (lambda: nn.RMSNorm(3, eps=-1.0), "RMSNorm: eps must not be negative"),
        (lambda: nn.LocalResponseNorm(0), "LocalResponseNorm: size must be at least 1"),
        (lambda: F.local_response_norm(fg.zeros(2, 3), 2), "at least 3 axes"),
    ],
)
def test_what_cannot_be_normalised_is_an_error(call, message):
    with pytest.raises(ValueError, match=message):
        call()


def test_convert_sync_batchnorm_replaces_layers_and_keeps_their_tensors():
    shared = nn.BatchNorm1d(3, momentum=None)
    model = nn.Sequential(
        nn.Linear(2, 3),
        shared,
        nn.Sequential(nn.BatchNorm1d(3, eps=0.1, affine=False).eval(), shared, nn.GroupNorm(1, 3)),
    )
    before, names = dict(model.named_parameters()), list(model.state_dict())
    x = fg.asarray(np.random.default_rng(0).standard_normal((5, 2), dtype=np.float32))
    want = model(x)
    counted = shared.num_batches_tracked.item()
    assert nn.SyncBatchNorm.convert_sync_batchnorm(model) is model
    assert [type(layer).__name__ for layer in model[2]] == ["SyncBatchNorm", "SyncBatchNorm", "GroupNorm"]
    assert model[1] is model[2][1]
    assert model[1].num_batches_tracked.item() == counted
    assert not model[2][0].training
    assert model[2][0].eps == 0.1
    assert model[1].momentum is None
    assert list(model.state_dict()) == names
    assert all(before[name] is p for name, p in model.named_parameters())
    np.testing.assert_array_equal(model(x).detach().numpy(), want.detach().numpy())


def test_convert_sync_batchnorm_of_a_layer_is_the_new_one_and_errors_come_first():
    norm = nn.BatchNorm2d(3)
    found = nn.SyncBatchNorm.convert_sync_batchnorm(norm)
    assert isinstance(found, nn.SyncBatchNorm)
    assert found.weight is norm.weight
    model = nn.Sequential(nn.BatchNorm1d(3), nn.LazyBatchNorm1d())
    with pytest.raises(ValueError, match="convert_sync_batchnorm: 1 has no parameters yet, call the network once"):
        nn.SyncBatchNorm.convert_sync_batchnorm(model)
    with pytest.raises(ValueError, match="process_group must be None"):
        nn.SyncBatchNorm.convert_sync_batchnorm(model[:1], process_group=object())
    assert isinstance(model[0], nn.BatchNorm1d)
    with pytest.raises(TypeError, match="module must be a Module, got a int"):
        nn.SyncBatchNorm.convert_sync_batchnorm(3)
