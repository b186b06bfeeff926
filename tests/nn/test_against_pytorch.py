"""Side by side with PyTorch, where it is installed."""

import inspect

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn, optim

torch = pytest.importorskip("torch")

RNG = np.random.default_rng(0)


def pair(make):
    """The same construction in both libraries."""
    return make(nn), make(torch.nn)


LAYERS = {
    "linear": (lambda m: m.Linear(6, 4), (5, 6)),
    "linear_3d": (lambda m: m.Linear(6, 4, bias=False), (2, 5, 6)),
    "conv": (lambda m: m.Conv2d(4, 6, 3), (2, 4, 9, 8)),
    "conv_strided": (lambda m: m.Conv2d(4, 6, (3, 2), stride=(2, 3), padding=(1, 2), dilation=(2, 1)), (2, 4, 9, 8)),
    "conv_grouped": (lambda m: m.Conv2d(4, 6, 3, padding=1, groups=2, bias=False), (2, 4, 9, 8)),
    "conv_depthwise": (lambda m: m.Conv2d(4, 8, 3, stride=2, groups=4), (2, 4, 9, 8)),
    "conv_same": (lambda m: m.Conv2d(4, 3, (2, 5), padding="same", dilation=(1, 2)), (2, 4, 9, 8)),
    "conv_unbatched": (lambda m: m.Conv2d(4, 3, 3), (4, 9, 8)),
    "max_pool": (lambda m: m.MaxPool2d(3, 2, 1), (2, 3, 9, 8)),
    "max_pool_ceil": (lambda m: m.MaxPool2d((2, 3), ceil_mode=True, dilation=(2, 1)), (2, 3, 9, 8)),
    "avg_pool": (lambda m: m.AvgPool2d(3, 2, 1), (2, 3, 9, 8)),
    "avg_pool_ceil": (lambda m: m.AvgPool2d(3, 2, 1, ceil_mode=True, count_include_pad=False), (2, 3, 8, 8)),
    "adaptive": (lambda m: m.AdaptiveAvgPool2d((3, 5)), (2, 3, 7, 8)),
    "batch_norm_1d": (lambda m: m.BatchNorm1d(4), (6, 4)),
    "batch_norm_1d_long": (lambda m: m.BatchNorm1d(4, momentum=None), (6, 4, 5)),
    "batch_norm_2d": (lambda m: m.BatchNorm2d(4, affine=False), (2, 4, 5, 6)),
    "layer_norm": (lambda m: m.LayerNorm((5, 6)), (2, 4, 5, 6)),
    "flatten": (lambda m: m.Flatten(1, 2), (2, 4, 5, 6)),
    "relu": (lambda m: m.ReLU(), (4, 5)),
    "leaky_relu": (lambda m: m.LeakyReLU(0.3), (4, 5)),
    "sigmoid": (lambda m: m.Sigmoid(), (4, 5)),
    "tanh": (lambda m: m.Tanh(), (4, 5)),
    "gelu": (lambda m: m.GELU(), (4, 5)),
    "gelu_tanh": (lambda m: m.GELU("tanh"), (4, 5)),
    "silu": (lambda m: m.SiLU(), (4, 5)),
    "softplus": (lambda m: m.Softplus(2.0, 1.0), (4, 5)),
    "softmax": (lambda m: m.Softmax(1), (4, 5, 2)),
    "log_softmax": (lambda m: m.LogSoftmax(-1), (4, 5)),
}


@pytest.mark.filterwarnings("ignore:Using padding='same'")
@pytest.mark.parametrize("name", LAYERS)
def test_layers_give_the_same_values_gradients_and_state(name):
    make, shape = LAYERS[name]
    ours, theirs = pair(make)
    ours.to(fg.float64)
    theirs.to(torch.float64)
    assert repr(ours) == repr(theirs)
    assert list(ours.state_dict()) == list(theirs.state_dict())
    ours.load_state_dict({key: value.numpy() for key, value in theirs.state_dict().items()})
    for training in (True, False):
        ours.train(training)
        theirs.train(training)
        x = RNG.normal(size=shape)
        a, b = fg.tensor(x), torch.tensor(x, requires_grad=True)
        a.requires_grad_()
        out, expected = ours(a), theirs(b)
        np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), rtol=1e-9, atol=1e-12)
        upstream = RNG.normal(size=expected.shape)
        ours.zero_grad()
        theirs.zero_grad()
        out.backward(fg.tensor(upstream))
        expected.backward(torch.tensor(upstream))
        np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-8, atol=1e-11)
        for p, q in zip(ours.parameters(), theirs.parameters(), strict=True):
            np.testing.assert_allclose(p.grad.numpy(), q.grad.numpy(), rtol=1e-8, atol=1e-11)
        for p, q in zip(ours.buffers(), theirs.buffers(), strict=True):
            np.testing.assert_allclose(p.numpy(), q.numpy(), rtol=1e-12)


LOGITS = RNG.normal(size=(6, 5))
LABELS = np.array([0, 4, -100, 2, 2, 1])
WEIGHT = RNG.uniform(0.5, 2.0, size=5)
PROBABILITIES = RNG.dirichlet(np.ones(5), size=6)
LOSSES = {
    "l1": (lambda m, t, **k: m.L1Loss(**k), LOGITS, LOGITS[::-1].copy()),
    "mse": (lambda m, t, **k: m.MSELoss(**k), LOGITS, LOGITS[::-1].copy()),
    "cross_entropy": (lambda m, t, **k: m.CrossEntropyLoss(**k), LOGITS, LABELS),
    "cross_entropy_smooth": (
        lambda m, t, **k: m.CrossEntropyLoss(t(WEIGHT), label_smoothing=0.2, **k),
        LOGITS,
        LABELS,
    ),
    "cross_entropy_ignore": (lambda m, t, **k: m.CrossEntropyLoss(ignore_index=2, **k), LOGITS, np.abs(LABELS) % 5),
    "cross_entropy_soft": (lambda m, t, **k: m.CrossEntropyLoss(t(WEIGHT), **k), LOGITS, PROBABILITIES),
    "nll": (lambda m, t, **k: m.NLLLoss(t(WEIGHT), **k), LOGITS, LABELS),
    "bce": (lambda m, t, **k: m.BCELoss(t(WEIGHT), **k), PROBABILITIES, PROBABILITIES[::-1].copy()),
    "bce_logits": (
        lambda m, t, **k: m.BCEWithLogitsLoss(t(WEIGHT), pos_weight=t(WEIGHT[::-1].copy()), **k),
        LOGITS,
        PROBABILITIES,
    ),
}


@pytest.mark.parametrize("reduction", ["mean", "sum", "none"])
@pytest.mark.parametrize("name", LOSSES)
def test_losses_give_the_same_values_and_gradients(name, reduction):
    make, x, target = LOSSES[name]
    ours, theirs = make(nn, fg.tensor, reduction=reduction), make(torch.nn, torch.tensor, reduction=reduction)
    a, b = fg.tensor(x), torch.tensor(x, requires_grad=True)
    a.requires_grad_()
    out, expected = ours(a, fg.tensor(target)), theirs(b, torch.tensor(target))
    np.testing.assert_allclose(out.detach().numpy(), expected.detach().numpy(), rtol=1e-10, atol=1e-13)
    out.sum().backward()
    expected.sum().backward()
    np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-9, atol=1e-13)


OPTIMIZERS = {
    "sgd": ("SGD", {"lr": 0.1, "momentum": 0.9, "dampening": 0.3, "weight_decay": 0.1}),
    "sgd_nesterov": ("SGD", {"lr": 0.1, "momentum": 0.9, "nesterov": True, "maximize": True}),
    "adam": ("Adam", {"lr": 0.1, "amsgrad": True, "weight_decay": 0.1}),
    "adamw": ("AdamW", {"lr": 0.1}),
    "rmsprop": ("RMSprop", {"lr": 0.1, "alpha": 0.9, "momentum": 0.5, "centered": True}),
    "adagrad": ("Adagrad", {"lr": 0.1, "lr_decay": 0.1, "initial_accumulator_value": 0.1}),
}


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_optimizers_give_the_same_steps_and_state(name):
    kind, arguments = OPTIMIZERS[name]
    value = RNG.normal(size=(4, 3))
    p, q = nn.Parameter(fg.tensor(value)), torch.nn.Parameter(torch.tensor(value))
    ours, theirs = getattr(optim, kind)([p], **arguments), getattr(torch.optim, kind)([q], **arguments)
    for _ in range(5):
        grad = RNG.normal(size=value.shape)
        p.grad, q.grad = fg.tensor(grad), torch.tensor(grad)
        ours.step()
        theirs.step()
    np.testing.assert_allclose(p.detach().numpy(), q.detach().numpy(), rtol=1e-10)
    state, expected = ours.state_dict()["state"][0], theirs.state_dict()["state"][0]
    assert state.keys() == expected.keys() or state.keys() | {"step"} == expected.keys() | {"step"}
    for key, tensor in state.items():
        np.testing.assert_allclose(float(tensor) if key == "step" else tensor.numpy(), expected[key].numpy(), rtol=1e-9)


def test_signatures_agree():
    ignored = {"size_average", "reduce", "foreach", "fused", "differentiable", "capturable", "decoupled_weight_decay"}
    ignored |= {"args", "kwargs"}
    skipped = {"Module", "Parameter", "ParameterList", "Sequential", "Optimizer"}
    pairs = [(nn, torch.nn, name) for name in nn.__all__] + [(optim, torch.optim, name) for name in optim.__all__]
    compared = 0
    for our_module, their_module, name in pairs:
        kind = getattr(our_module, name)
        if not isinstance(kind, type) or name in skipped:
            continue
        ours = inspect.signature(kind).parameters
        theirs = inspect.signature(getattr(their_module, name)).parameters
        expected = {key: parameter.default for key, parameter in theirs.items() if key not in ignored}
        found = {key: parameter.default for key, parameter in ours.items() if key not in ignored}
        assert found.pop("generator", None) is None  # an addition of ours
        assert found == expected, name
        assert list(found) == list(expected), name
        compared += 1
    assert compared > 30


def test_pooling_counts_and_weighs_windows_alike():
    """Every combination of small images, windows, strides, padding, dilation and ceil_mode that either accepts."""
    F, theirs = nn.functional, torch.nn.functional
    rng = np.random.default_rng(0)
    accepted = 0
    for _ in range(300):
        shape = (1, int(rng.integers(1, 4)), *(int(v) for v in rng.integers(1, 8, 2)))
        kernel, stride, dilation = (tuple(int(v) for v in rng.integers(1, top, 2)) for top in (6, 6, 3))
        padding = tuple(int(rng.integers(0, k // 2 + 1)) for k in kernel)
        ceil, counted = bool(rng.integers(2)), bool(rng.integers(2))
        divisor = int(rng.integers(1, 5)) if rng.integers(2) else None
        x = rng.integers(-3, 4, size=shape).astype(np.float64)
        x[rng.random(shape) < 0.1] = rng.choice([np.nan, -np.inf, np.inf])
        for name, options in (
            ("max_pool2d", (padding, dilation, ceil)),
            ("avg_pool2d", (padding, ceil, counted, divisor)),
        ):
            a, b = fg.tensor(x, requires_grad=True), torch.tensor(x, requires_grad=True)
            try:
                expected = getattr(theirs, name)(b, kernel, stride, *options)
            except RuntimeError:
                with pytest.raises(ValueError, match=name):
                    getattr(F, name)(a, kernel, stride, *options)
                continue
            got = getattr(F, name)(a, kernel, stride, *options)
            accepted += 1
            np.testing.assert_allclose(got.detach().numpy(), expected.detach().numpy(), rtol=1e-12)
            # Of a window without an element PyTorch gives the gradient to an element beside it.
            upstream = np.where(np.isfinite(got.detach().numpy()), rng.normal(size=got.shape), 0.0)
            got.backward(fg.tensor(upstream))
            expected.backward(torch.tensor(upstream))
            np.testing.assert_allclose(a.grad.numpy(), b.grad.numpy(), rtol=1e-12, atol=1e-12)
    assert accepted > 300
