"""What looks at a model (diagnose, explain, summary) leaves it as it was, and names what is wrong with an argument."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import diagnose, explain, nn
from fastgrad.nn import functional as F


class Counting(nn.Module):
    """Changes its buffers at each call, in evaluation mode, too, and draws from a generator of its own."""

    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(3, 4)
        self.relu = nn.ReLU()
        self.dropout = nn.Dropout(0.5, generator=fg.Generator(3))
        self.head = nn.Linear(4, 2)
        self.calls: fg.Tensor
        self.written: fg.Tensor
        self.register_buffer("calls", fg.zeros(()))
        self.register_buffer("written", fg.zeros(2))
        self.fails = False

    def forward(self, x):
        self.calls = self.calls + 1
        with fg.no_grad():
            self.written += 1
        fg.rand(1)
        F.dropout(x, 0.5, generator=self.dropout.generator)
        out = self.head(self.dropout(self.relu(self.linear(x))))
        if self.fails:
            raise RuntimeError("out of order")
        return out


X = fg.randn(6, 3, generator=fg.Generator(0))
Y = fg.tensor([0, 1, 0, 1, 1, 0])
DATA = (X, Y)

LOOKS = {
    "lr_range_test": lambda m: diagnose.lr_range_test(m, F.cross_entropy, DATA, steps=4),
    "compare_rates": lambda m: diagnose.compare_rates(m, F.cross_entropy, DATA, [0.1], steps=3),
    "gradient_flow": lambda m: diagnose.gradient_flow(m, F.cross_entropy, DATA),
    "activation_statistics": lambda m: diagnose.activation_statistics(m, X),
    "sharpness": lambda m: diagnose.sharpness(m, F.cross_entropy, DATA, iterations=2),
    "spectrum": lambda m: diagnose.spectrum(m, F.cross_entropy, DATA, probes=1, steps=2),
    "landscape_line": lambda m: diagnose.landscape_line(m, F.cross_entropy, DATA, points=2),
    "landscape_plane": lambda m: diagnose.landscape_plane(m, F.cross_entropy, DATA, points=2),
    "gradient_noise_scale": lambda m: diagnose.gradient_noise_scale(m, F.cross_entropy, DATA),
    "compare_batch_sizes": lambda m: diagnose.compare_batch_sizes(m, F.cross_entropy, DATA, [2], epochs=1),
    "compare_optimizers": lambda m: diagnose.compare_optimizers(
        m, F.cross_entropy, DATA, {"sgd": fg.optim.SGD}, rates=[0.1], epochs=1
    ),
    "compare_regularization": lambda m: diagnose.compare_regularization(
        m, F.cross_entropy, DATA, DATA, {"l1": diagnose.Regularization(l1=0.1)}, epochs=1
    ),
    "saliency": lambda m: explain.saliency(m, X),
    "gradient_times_input": lambda m: explain.gradient_times_input(m, X),
    "smooth_grad": lambda m: explain.smooth_grad(m, X, samples=2),
    "integrated_gradients": lambda m: explain.integrated_gradients(m, X, steps=2),
    "deep_lift": lambda m: explain.deep_lift(m, X),
    "guided_backprop": lambda m: explain.guided_backprop(m, X),
    "occlusion": lambda m: explain.occlusion(m, X, window=1),
    "layer_activation": lambda m: explain.layer_activation(m, "relu", X),
    "layer_gradient_times_activation": lambda m: explain.layer_gradient_times_activation(m, "relu", X),
    "layer_integrated_gradients": lambda m: explain.layer_integrated_gradients(m, "relu", X, steps=2),
    "maximize_activation": lambda m: explain.maximize_activation(m, "relu", 0, (3,), steps=2),
    "tracin": lambda m: explain.tracin(m, F.cross_entropy, DATA, DATA),
    "self_influence": lambda m: explain.self_influence(m, F.cross_entropy, DATA),
    "summary": lambda m: fg.summary(m, (2, 3)),
}


def state(model):
    """All that is the model's, and the random numbers to come."""
    modules = list(model.modules())
    return {
        "tensors": [np.array(t.detach()) for t in [*model.parameters(), *model.buffers()]],
        "buffers": [id(t) for t in model.buffers()],
        "gradients": [(id(p.grad), None if p.grad is None else np.array(p.grad)) for p in model.parameters()],
        "modes": [m.training for m in modules],
        "hooks": [len(m._forward_hooks) + len(m._forward_pre_hooks) + len(m._backward_hooks) for m in modules],
        "random": [fg.get_rng_state(), model.dropout.generator.get_state()],
        "recording": fg.is_grad_enabled(),
    }


@pytest.mark.parametrize("fails", [False, True], ids=["runs", "fails"])
@pytest.mark.parametrize("name", LOOKS)
def test_buffers_generators_gradients_modes_and_hooks_are_as_they_were(name, fails):
    fg.manual_seed(0)
    model = Counting().eval()
    model.head.weight.grad = fg.ones(2, 4)
    model.fails = fails
    before = state(model)
    if fails:
        with pytest.raises(RuntimeError, match="out of order"):
            LOOKS[name](model)
    else:
        LOOKS[name](model)
    after = state(model)
    for key, value in before.items():
        np.testing.assert_equal(after[key], value, err_msg=key)


def test_modes_within_a_model_that_differ_stay():
    model = nn.Sequential(nn.Linear(3, 4), nn.BatchNorm1d(4), nn.ReLU(), nn.Linear(4, 2)).train()
    model[1].eval()
    diagnose.lr_range_test(model, F.cross_entropy, DATA, steps=3)
    fg.summary(model, (2, 3))
    assert [m.training for m in model.modules()] == [True, True, False, True, True]
    assert model[1].num_batches_tracked.item() == 0


@pytest.mark.parametrize("name", ["saliency", "integrated_gradients", "occlusion", "smooth_grad"])
def test_a_model_that_writes_over_its_input_is_explained_and_the_input_stays(name):
    writes = nn.Sequential(nn.ReLU(inplace=True), nn.Linear(3, 2)).eval()
    plain = nn.Sequential(nn.ReLU(), writes[1]).eval()
    x = X.clone()
    assert (LOOKS_OF[name](writes, x).values == LOOKS_OF[name](plain, x).values).all()
    assert (x == X).all()


LOOKS_OF = {
    "saliency": lambda m, x: explain.saliency(m, x, 0),
    "integrated_gradients": lambda m, x: explain.integrated_gradients(m, x, 0, steps=3),
    "occlusion": lambda m, x: explain.occlusion(m, x, 0, window=1),
    "smooth_grad": lambda m, x: explain.smooth_grad(m, x, 0, samples=2),
}


def test_a_layer_whose_output_the_next_writes_over_is_explained():
    first, last = nn.Linear(3, 4), nn.Linear(4, 2)
    writes, plain = (nn.Sequential(first, nn.ReLU(inplace=inplace), last).eval() for inplace in (True, False))
    for look in (
        lambda m: explain.layer_activation(m, "0", X),
        lambda m: explain.layer_gradient_times_activation(m, "0", X, 0).values,
        lambda m: explain.layer_integrated_gradients(m, "0", X, 0, steps=5).values,
        lambda m: explain.maximize_activation(m, "0", 1, (3,), steps=3).input,
    ):
        assert (look(writes) == look(plain)).all()


BAD_LOSSES = {
    "no function": ("ce", TypeError, "loss must be a function, got str"),
    "a vector": (lambda p, y: F.cross_entropy(p, y, reduction="none"), ValueError, "the loss must be one number"),
    "a float": (lambda p, y: 1.0, ValueError, "the loss must be one number, got float"),
}


@pytest.mark.parametrize(("loss", "error", "message"), BAD_LOSSES.values(), ids=BAD_LOSSES)
@pytest.mark.parametrize(
    "function",
    [
        diagnose.lr_range_test, diagnose.gradient_flow, diagnose.sharpness, diagnose.spectrum, diagnose.landscape_line,
        lambda m, loss, data: diagnose.gradient_noise_scale(m, loss, data, batch_size=2),
        lambda m, loss, data: diagnose.compare_rates(m, loss, data, [0.1]),
        diagnose.compare_optimizers,
    ],
)  # fmt: skip
def test_a_loss_that_is_not_one_number_is_named(function, loss, error, message):
    model = nn.Sequential(nn.Linear(3, 2)).eval()
    with pytest.raises(error, match=message):
        function(model, loss, DATA)


@pytest.mark.parametrize("function", [diagnose.lr_range_test, diagnose.gradient_flow, diagnose.sharpness])
@pytest.mark.parametrize(
    "loss", [lambda p, y: F.cross_entropy(p, y).detach(), lambda p, y: (p.argmax(axis=1) == y).sum()]
)
def test_a_loss_without_a_way_back_is_named(function, loss):
    with pytest.raises(ValueError, match=r"\w+: the loss must depend on the model's parameters by differentiable"):
        function(nn.Sequential(nn.Linear(3, 2)).eval(), loss, DATA)


def net():
    """A network that explanations can be asked of."""
    return nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).eval()


BAD = {
    "several inputs": (lambda: diagnose.gradient_flow(net(), F.cross_entropy, ((X, X), Y)), TypeError,
                       "gradient_flow: inputs must be one array, got 2"),
    "inputs of words": (lambda: explain.saliency(net(), "picture"), TypeError, "saliency: inputs must be an array"),
    "no inputs": (lambda: diagnose.activation_statistics(net(), None), TypeError,
                  "activation_statistics: inputs must be an array"),
    "a path alone": (lambda: diagnose.activation_statistics(net(), X, "0"), TypeError, r"got one: \['0'\]"),
    "bins": (lambda: diagnose.activation_statistics(net(), X, bins=1.5), TypeError, "bins must be an int, got float"),
    "smoothing": (lambda: diagnose.lr_range_test(net(), F.cross_entropy, DATA, smoothing="a"), TypeError,
                  "smoothing must be a number, got str"),
    "l1": (lambda: diagnose.compare_regularization(net(), F.cross_entropy, DATA, DATA,
                                                   {"a": diagnose.Regularization(l1=float("nan"))}), ValueError,
           "l1 of a must be finite and not negative, got nan"),
    "noise": (lambda: diagnose.trace_optimizers(noise=float("inf")), ValueError, "noise must be finite"),
    "sizes": (lambda: diagnose.compare_batch_sizes(net(), F.cross_entropy, DATA, 3), TypeError,
              "sizes must be a sequence of batch sizes, got int"),
    "path": (lambda: diagnose.landscape_plane(net(), F.cross_entropy, DATA, path=3), TypeError,
             "path must be a sequence of state dicts, got int"),
    "box": (lambda: diagnose.find_critical_points(lambda p: p.sum(), 3), ValueError, "box must be of pairs"),
    "no function": (lambda: diagnose.classify_point(None, [0.0]), TypeError, "function must be a function, got None"),
    "point": (lambda: diagnose.classify_point(lambda p: p.sum(), "a"), TypeError, "point must be an array"),
    "points": (lambda: diagnose.activation_table(points="a"), TypeError, "points must be an int, got str"),
    "steps": (lambda: explain.integrated_gradients(net(), X, steps=1.5), TypeError, "steps must be an int, got float"),
    "samples": (lambda: explain.smooth_grad(net(), X, samples=None), TypeError, "samples must be an int"),
    "deviation": (lambda: explain.smooth_grad(net(), X, deviation="a"), TypeError, "deviation must be a number"),
    "window": (lambda: explain.occlusion(net(), X, window=1.5), ValueError, "window must be a positive int"),
    "batch": (lambda: explain.occlusion(net(), X, window=1, batch=0), ValueError, "batch must be at least 1, got 0"),
    "unit": (lambda: explain.maximize_activation(net(), "0", 1.5, (3,)), TypeError, "unit must be an int"),
    "shape": (lambda: explain.maximize_activation(net(), "0", 0, 5), ValueError, "shape must be of positive ints"),
    "bounds": (lambda: explain.maximize_activation(net(), "0", 0, (3,), bounds=3), ValueError, "bounds must be"),
    "start": (lambda: explain.maximize_activation(net(), "0", 0, (3,), start=fg.ones(2)), ValueError,
              r"start must have the shape \(3,\), got \(2,\)"),
    "decay": (lambda: explain.maximize_activation(net(), "0", 0, (3,), decay=float("nan")), ValueError,
              "decay must be finite and not negative"),
    "no checkpoints": (lambda: explain.tracin(net(), F.cross_entropy, DATA, DATA, checkpoints=[]), ValueError,
                       "checkpoints must have at least one state dict"),
    "rates of checkpoints": (lambda: explain.tracin(net(), F.cross_entropy, DATA, DATA, lr="a"), TypeError,
                             "lr must be a number, got str"),
    "no pair": (lambda: explain.tracin(net(), F.cross_entropy, X, DATA), TypeError, "train must be a pair"),
    "test sample": (lambda: explain.tracin(net(), F.cross_entropy, DATA, DATA).strongest("a"), TypeError,
                    "strongest: test must be an int"),
}  # fmt: skip


@pytest.mark.parametrize(("call", "error", "message"), BAD.values(), ids=BAD)
def test_an_argument_that_cannot_be_is_named(call, error, message):
    with pytest.raises(error, match=message):
        call()
