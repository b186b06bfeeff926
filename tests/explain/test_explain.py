"""Attributions against Captum's, against what is known of linear and planted models, and of what they leave behind."""

from __future__ import annotations

import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import explain, nn

GOLDEN = np.load(Path(__file__).parents[1] / "golden" / "explain.npz")


def network(dtype: Any = fg.float64) -> nn.Sequential:
    model = nn.Sequential(
        nn.Conv2d(1, 4, 3, padding=1),
        nn.ReLU(),
        nn.Conv2d(4, 6, 3, stride=2),
        nn.Tanh(),
        nn.Flatten(),
        nn.Linear(54, 16),
        nn.ReLU(),
        nn.Linear(16, 5),
    ).to(dtype)
    state = {key.removeprefix("weight."): fg.tensor(GOLDEN[key]) for key in GOLDEN.files if key.startswith("weight.")}
    model.load_state_dict(state)
    return model.eval()


class Reader(nn.Module):
    """Scores of texts of tokens."""

    def __init__(self) -> None:
        super().__init__()
        self.embedding = nn.Embedding(12, 6)
        self.hidden, self.head = nn.Linear(6, 5), nn.Linear(5, 3)

    def forward(self, tokens: fg.Tensor) -> fg.Tensor:
        return self.head(self.hidden(self.embedding(tokens).mean(axis=1)).tanh())


def with_golden_weights(model: Any, prefix: str) -> Any:
    start = f"{prefix}.weight."
    model = model.to(fg.float64)
    model.load_state_dict(
        {key.removeprefix(start): fg.tensor(GOLDEN[key]) for key in GOLDEN.files if key.startswith(start)}
    )
    return model.eval()


def reader() -> Reader:
    return with_golden_weights(Reader(), "text")


X, TARGET, BASELINE = GOLDEN["x"], GOLDEN["target"], GOLDEN["baseline"]

# Every explanation of the network, by its name.
EXPLANATIONS: dict[str, Callable[[nn.Sequential], explain.Attribution]] = {
    "saliency": lambda m: explain.saliency(m, X, TARGET),
    "gradient_times_input": lambda m: explain.gradient_times_input(m, X, TARGET),
    "smooth_grad": lambda m: explain.smooth_grad(m, X, TARGET, noise=GOLDEN["noise"]),
    "integrated_gradients": lambda m: explain.integrated_gradients(m, X, TARGET, baseline=BASELINE, steps=20),
    "deep_lift": lambda m: explain.deep_lift(m, X, TARGET, baseline=BASELINE),
    "guided_backprop": lambda m: explain.guided_backprop(m, X, TARGET),
    "occlusion": lambda m: explain.occlusion(m, X, TARGET, window=(1, 3, 2), stride=(1, 2, 2), baseline=0.1),
    "grad_cam": lambda m: explain.grad_cam(m, "2", X, TARGET),
    "layer_gradient_times_activation": lambda m: explain.layer_gradient_times_activation(m, m[1], X, TARGET),
    "layer_integrated_gradients": lambda m: explain.layer_integrated_gradients(
        m, "1", X, TARGET, baseline=BASELINE, steps=20
    ),
}


@pytest.mark.parametrize("name", EXPLANATIONS)
def test_equal_to_captum(name: str) -> None:
    found = EXPLANATIONS[name](network())
    # Captum has the places on a path, and the counts of windows, in float32.
    relative = 1e-6 if name in ("integrated_gradients", "layer_integrated_gradients", "occlusion") else 1e-12
    error = np.abs(np.asarray(found.values) - GOLDEN[name]).max()
    assert error <= relative * np.abs(GOLDEN[name]).max()
    assert found.method == name
    assert found.target == tuple(TARGET)


@pytest.mark.parametrize("name", EXPLANATIONS)
def test_the_model_is_as_it_was(name: str) -> None:
    model = network()
    model[5].weight.grad = fg.ones(16, 54, dtype=fg.float64)
    before = {key: value.numpy().copy() for key, value in model.state_dict().items()}
    state = fg.get_rng_state()
    with fg.no_grad():  # which the explanation does not mind, either
        EXPLANATIONS[name](model)
    for key, value in model.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[key])
    assert [p.grad is None for p in model.parameters()] == [i != 4 for i in range(8)]
    assert bool((model[5].weight.grad == 1).all())
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())
    assert np.array_equal(np.asarray(fg.get_rng_state()), np.asarray(state))


@pytest.mark.parametrize("name", EXPLANATIONS)
def test_hooks_are_gone_after_an_error(name: str) -> None:
    model = network()

    def fail(*_: Any) -> None:
        raise RuntimeError("no")

    with model[6].register_forward_hook(fail), pytest.raises(RuntimeError, match="no"):
        EXPLANATIONS[name](model)
    assert not any(m._forward_hooks or m._forward_pre_hooks for m in model.modules())


@pytest.mark.parametrize("name", ["integrated_gradients", "deep_lift", "layer_integrated_gradients"])
def test_attributions_add_up_to_the_difference_of_scores(name: str) -> None:
    model = network()
    options = {} if name == "deep_lift" else {"steps": 1000, "rule": "midpoint"}
    layer = ("1",) if name.startswith("layer") else ()
    found = getattr(explain, name)(model, *layer, X, TARGET, baseline=BASELINE, **options)
    start = model(fg.tensor(np.broadcast_to(BASELINE, X.shape)))
    difference = np.asarray(found.scores) - np.asarray(start.detach())[range(4), TARGET]
    sums = np.asarray(found.values).reshape(4, -1).sum(1)
    np.testing.assert_allclose(np.asarray(found.error), sums - difference, atol=1e-12)
    assert (np.abs(sums - difference) <= 0.01 * np.abs(difference)).all()


def test_of_a_linear_model_all_are_its_weights_times_the_input() -> None:
    w = fg.tensor([1.0, -2.0, 0.5])
    x = np.array([[3.0, 4.0, -2.0], [1.0, 0.0, 1.0]], dtype=np.float32)
    model = nn.Linear(3, 1, bias=False).eval()
    model.load_state_dict({"weight": w.reshape(1, 3)})
    for method in (explain.gradient_times_input, explain.integrated_gradients, explain.deep_lift):
        np.testing.assert_allclose(np.asarray(method(model, x).values), x * np.asarray(w), rtol=1e-6)
    covered = explain.occlusion(model, x, window=1)
    np.testing.assert_allclose(np.asarray(covered.values), x * np.asarray(w), rtol=1e-6)


def test_maps_light_the_corner_where_the_evidence_is_planted() -> None:
    conv = nn.Conv2d(1, 2, 3, padding=1)
    fg.nn.init.zeros_(conv.weight)
    fg.nn.init.zeros_(conv.bias)
    with fg.no_grad():
        conv.weight[0] = 1 / 9  # brightness
        conv.weight[1, 0, 1, 1] = 1.0

    class Corner(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.conv = conv

        def forward(self, x: fg.Tensor) -> fg.Tensor:
            maps = self.conv(x).relu()
            evidence = maps[:, :, :4, :4].mean(axis=(1, 2, 3))  # of the upper left corner alone
            return fg.stack([evidence, -evidence], axis=1)

    model = Corner().eval()
    x = fg.rand(2, 1, 16, 16, generator=fg.Generator(0)) * 0.1
    x[:, :, :4, :4] = 1.0
    for method in (explain.grad_cam, explain.grad_cam_plus_plus):
        found = nn.functional.interpolate(method(model, "conv", x, 0).values, (16, 16), mode="bilinear")
        inside, outside = found[:, 0, :4, :4].mean(), found[:, 0, 6:, 6:].mean()
        assert float(inside) > 5 * float(outside)
    values = np.asarray(explain.saliency(model, x, 0).values)
    assert values[:, :, :5, :5].sum() > 0
    assert values[:, :, 5:, 5:].sum() == 0


def test_an_input_is_climbed_to_that_a_unit_answers_to() -> None:
    model = network(fg.float32)
    found = explain.maximize_activation(model, "2", 3, (1, 8, 8), steps=60, bounds=(-1, 1))
    assert found.activations[-1] > found.activations[0] + 0.3
    assert found.input.shape == (1, 1, 8, 8)
    assert float(fg.abs(found.input).max()) <= 1
    out = explain.layer_activation(model, "2", found.input)
    assert float(out[0, 3].mean()) == pytest.approx(found.activations[-1], rel=1e-5)
    again = explain.maximize_activation(model, "2", 3, (1, 8, 8), steps=60, bounds=(-1, 1))
    assert again.activations == found.activations


def test_influence_is_the_product_of_gradients_over_the_checkpoints() -> None:
    model = nn.Linear(2, 1, bias=False).to(fg.float64).eval()
    weights = np.array([[[1.0, 0.0]], [[0.0, 2.0]]])
    states = [{"weight": fg.tensor(weight)} for weight in weights]
    x, y = np.array([[1.0, 2.0], [0.5, -1.0]]), np.array([[0.0], [1.0]])
    before = model.weight.detach().numpy().copy()
    found = explain.tracin(model, nn.functional.mse_loss, (x, y), (x[:1], y[:1]), checkpoints=states, lr=[0.1, 0.2])
    expected = np.zeros((1, 2))
    for weight, rate in zip(weights, (0.1, 0.2), strict=True):
        g = 2 * (x @ weight.T - y) * x
        expected += rate * g[:1] @ g.T
    np.testing.assert_allclose(np.asarray(found.values), expected, rtol=1e-12)
    np.testing.assert_array_equal(model.weight.detach().numpy(), before)
    assert model.weight.grad is None
    assert found.strongest(0, 1)[0] == [int(expected[0].argmax())]


def test_each_sample_explains_its_largest_output_where_no_target_is_given() -> None:
    model = network()
    largest = np.asarray(model(fg.tensor(X)).detach()).argmax(1)
    found, told = explain.saliency(model, X), explain.saliency(model, X, largest)
    assert found.target == tuple(largest)
    np.testing.assert_array_equal(np.asarray(found.values), np.asarray(told.values))


def test_it_prints_as_a_table_and_converts_to_a_dict() -> None:
    found = EXPLANATIONS["integrated_gradients"](network())
    lines = str(found).splitlines()
    assert len(lines) == 2 + 4
    assert lines[1].split() == ["sample", "target", "score", "sum", "error"]
    assert sorted(found.to_dict()) == ["error", "method", "scores", "target", "values"]


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda m: explain.grad_cam(m, "9", X), ValueError, "has no layer '9'; it has 0, 1, 2"),
        (lambda m: explain.grad_cam(m, nn.ReLU(), X), ValueError, "must be one of the model's"),
        (lambda m: explain.grad_cam(m, "5", X), ValueError, r"must give maps.*got shape \(4, 16\)"),
        (lambda m: explain.saliency(m.train(), X), ValueError, r"the model \(Sequential\) is in training mode"),
        (lambda m: (m[1].train(), explain.saliency(m, X)), ValueError, r"layer 1 \(ReLU\) is in training mode"),
        (lambda m: explain.saliency(m, X, 5), ValueError, "integers below the 5 outputs, got 5"),
        (lambda m: explain.saliency(m, X, [1, 2]), ValueError, "one for each of the 4 samples"),
        (lambda m: explain.saliency(m, X.astype(np.int64)), TypeError, "must be of floating-point numbers, got int64"),
        (lambda m: explain.saliency(m, X[:0]), ValueError, "its first axis not empty"),
        (lambda m: explain.saliency(m[:1].eval(), X), ValueError, "must have shape"),
        (lambda _: explain.saliency(3, X), TypeError, "must be a Module or a function, got int"),
        (
            lambda _: explain.saliency(lambda x: x.detach().sum(axis=(1, 2, 3)), X),
            ValueError,
            "by differentiable operations",
        ),
        (lambda _: explain.saliency(lambda x: x.sum(), X), ValueError, "a line for each of the 4 samples"),
        (lambda m: explain.integrated_gradients(m, X, rule="simpson"), ValueError, "rule must be"),
        (lambda m: explain.integrated_gradients(m, X, baseline=np.zeros(3)), ValueError, "must broadcast"),
        (lambda m: explain.integrated_gradients(m, X, steps=0), ValueError, "steps must be at least 1, got 0"),
        (lambda m: explain.occlusion(m, X, window=(1, 9, 1)), ValueError, "must fit into a sample"),
        (lambda m: explain.occlusion(m, X, window=(1, 2)), ValueError, "one for each of the 3 axes"),
        (lambda m: explain.occlusion(m, X, window=1, stride=2), ValueError, "must not exceed the window"),
        (lambda m: explain.smooth_grad(m, X, noise=X), ValueError, "noise must have shape"),
        (lambda m: explain.guided_backprop(m[:1], X), ValueError, "must have nn.ReLU layers"),
        (lambda _: explain.deep_lift(nn.Sequential(nn.Softmax(1)).eval(), X), NotImplementedError, "no rescale rule"),
        (
            lambda _: explain.deep_lift(nn.Sequential(nn.MaxPool2d(2, return_indices=True)).eval(), X),
            NotImplementedError,
            "gives indices, too",
        ),
        (
            lambda _: explain.deep_lift(nn.Sequential(nn.Linear(8, 2), nn.ReLU(inplace=True)).eval(), X),
            ValueError,
            r"layer 1 \(ReLU\) writes over its input",
        ),
        (lambda m: explain.maximize_activation(m, "2", 9, (1, 8, 8)), ValueError, "must be a place in the layer's"),
        (lambda m: explain.tracin(m, nn.functional.mse_loss, (X, X[:1]), (X, X)), ValueError, "as many targets as"),
        (lambda _: explain.color_tokens(["a"], [1.0, 2.0]), ValueError, "one for each of the 1 tokens"),
        (lambda _: explain.color_tokens("ab", [1.0, 2.0]), ValueError, "tokens must be a list, got a str"),
        (lambda _: explain.draw_tokens(["a"], [1.0, 2.0]), ValueError, "one for each of the 1 tokens"),
        (lambda _: explain.color_tokens(["a"], [np.nan]), ValueError, r"must be finite, got nan at \(0,\)"),
        (lambda _: explain.draw_overlay(X[0], X[0] * np.inf), ValueError, "draw_overlay: values must be finite"),
        (lambda _: explain.draw_tokens(["a"], [1.0], width=0), ValueError, "width must be positive, got 0"),
        (
            lambda _: explain.token_attributions(reader(), "embedding", [[0.5]]),
            TypeError,
            "must be integers, got float",
        ),
        (lambda _: explain.token_attributions(reader(), "words", [[1]]), ValueError, "has no layer 'words'"),
        (lambda _: explain.token_attributions(reader(), "head", [[1]]), ValueError, "features for each of the tokens"),
        (lambda _: explain.token_attributions(reader().train(), "embedding", [[1]]), ValueError, "in training mode"),
        (lambda m: explain.tracin(m, lambda out, _: out, (X, X), (X, X)), ValueError, "loss must be one number, got"),
        (
            lambda m: explain.self_influence(m, nn.functional.mse_loss, (X, X), lr=[1.0, 2.0]),
            ValueError,
            "lr must be one",
        ),
        (lambda _: explain.self_influence(lambda x: x, nn.functional.mse_loss, (X, X)), TypeError, "must be a Module"),
        (lambda _: explain.draw_overlay(X[0], X[0, :, :4]), ValueError, "must have the image's height and width"),
    ],
)
def test_bad_arguments_say_what_must_be(call: Callable[..., Any], error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        call(network())


def test_overlays_are_drawn_into_given_axes() -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    ax = figure.add_subplot()
    values = explain.saliency(network(), X).values
    assert explain.draw_overlay(X[0], values[0], ax, title="seven") is ax
    assert len(ax.images) == 2
    assert ax.get_title() == "seven"
    assert explain.draw_overlay(X[0], values[0]).figure is not figure


def test_subclasses_of_layers_follow_their_rules() -> None:
    class Rectifier(nn.ReLU):
        pass

    model, same = network(), network()
    same[1] = Rectifier().eval()
    for method in (explain.deep_lift, explain.guided_backprop):
        assert method(same, X, TARGET).values.tolist() == method(model, X, TARGET).values.tolist()


# ---- max pooling -----------------------------------------------------------------------------------------------------


def pooling_network() -> nn.Sequential:
    return with_golden_weights(
        nn.Sequential(
            nn.Conv2d(2, 4, 3, padding=1), nn.MaxPool2d(2), nn.Conv2d(4, 4, 1), nn.Tanh(),
            nn.Conv2d(4, 6, 3, padding=1), nn.MaxPool2d(3, ceil_mode=True), nn.Flatten(),
            nn.Linear(24, 8), nn.Sigmoid(), nn.Linear(8, 5),
        ),
        "pool",
    )  # fmt: skip


def signal_network() -> nn.Sequential:
    layers = nn.Conv1d(1, 3, 3), nn.MaxPool1d(3, padding=1), nn.Flatten(), nn.Linear(12, 4)
    return with_golden_weights(nn.Sequential(*layers), "signal")


@pytest.mark.parametrize(("make", "name"), [(pooling_network, "pool"), (signal_network, "signal")])
def test_deep_lift_of_max_pooling_is_captums(make: Callable[[], nn.Sequential], name: str) -> None:
    x, target, baseline = (GOLDEN[f"{name}.{what}"] for what in ("x", "target", "baseline"))
    found = explain.deep_lift(make(), x, target, baseline=baseline)
    golden = GOLDEN[f"{name}.deep_lift"]
    assert np.abs(np.asarray(found.values) - golden).max() <= 1e-12 * np.abs(golden).max()
    assert np.abs(np.asarray(found.error)).max() <= 1e-12


@pytest.mark.parametrize(
    "pool",
    [
        lambda: nn.MaxPool2d(3, stride=1, padding=1),
        lambda: nn.MaxPool2d(3, stride=2),
        lambda: nn.MaxPool2d(2, dilation=2),
        lambda: nn.AdaptiveMaxPool2d(3),
    ],
)
def test_deep_lift_adds_up_where_windows_overlap(pool: Callable[[], nn.Module]) -> None:
    fg.manual_seed(0)
    model = nn.Sequential(nn.Conv2d(1, 3, 3), nn.ReLU(), pool(), nn.Flatten(), nn.LazyLinear(2)).to(fg.float64).eval()
    x = fg.randn(4, 1, 9, 9, dtype=fg.float64)
    model(x)
    found = explain.deep_lift(model, x, 1, baseline=0.1)
    assert np.abs(np.asarray(found.error)).max() <= 1e-12


# ---- texts -----------------------------------------------------------------------------------------------------------


def test_attributions_of_tokens_are_captums_of_the_embedding() -> None:
    found = explain.token_attributions(reader(), "embedding", GOLDEN["text.tokens"], GOLDEN["text.target"], steps=20)
    golden = GOLDEN["text.attributions"]
    assert np.abs(np.asarray(found.values) - golden).max() <= 1e-6 * np.abs(golden).max()  # Captum's places are float32
    assert found.values.shape == (3, 7)


def test_attributions_of_tokens_add_up_and_the_baselines_are_nothing() -> None:
    tokens = GOLDEN["text.tokens"].copy()
    tokens[:, 2] = 5
    found = explain.token_attributions(reader(), "embedding", tokens, 1, baseline=5, steps=200)
    assert np.abs(np.asarray(found.error)).max() <= 0.01 * np.abs(np.asarray(found.values).sum(1)).max()
    assert bool((found.values[:, 2] == 0).all())


def test_tokens_are_coloured_by_what_they_speak_for() -> None:
    text = explain.color_tokens(["<b>", "good"], [[0.5, 0.5], [-1.0, -1.0]])
    assert "&lt;b&gt;" in text
    assert 'rgba(230,70,60,0.50)">&lt;b&gt;' in text
    assert 'rgba(70,110,230,1.00)">good' in text
    assert explain.color_tokens([], []) == ""


def test_tokens_are_drawn_into_given_axes_and_lines_are_broken() -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    from matplotlib.patches import Rectangle

    ax = figure.add_subplot()
    words = ["not", "a", "bad", "film", "$x$", "", "at", "all"]
    assert explain.draw_tokens(words, np.linspace(-1, 1, 8), ax, width=10, title="a text") is ax
    boxes = [patch for patch in ax.patches if isinstance(patch, Rectangle)]
    assert len(boxes) == 8
    assert boxes[0].get_alpha() == boxes[-1].get_alpha() == 1.0
    assert boxes[0].get_facecolor()[2] > boxes[0].get_facecolor()[0]  # blue: against
    assert boxes[-1].get_facecolor()[0] > boxes[-1].get_facecolor()[2]  # red: for
    assert len({box.get_y() for box in boxes}) >= 2
    assert all(box.get_x() + box.get_width() <= 10 for box in boxes)
    assert explain.draw_tokens([], []).figure is not figure


def test_drawing_without_matplotlib_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    for draw in (lambda: explain.draw_tokens(["a"], [1.0]), lambda: explain.draw_overlay(X[0], X[0])):
        with pytest.raises(ImportError, match="pip install matplotlib"):
            draw()


# ---- influence -------------------------------------------------------------------------------------------------------


def test_influence_is_what_a_step_on_the_sample_does_to_the_loss() -> None:
    model, rate, loss = network(), 1e-6, nn.functional.cross_entropy
    found = explain.tracin(model, loss, (X[:3], TARGET[:3]), (X, TARGET), lr=rate)

    def losses() -> Any:
        with fg.no_grad():
            return nn.functional.cross_entropy(model(fg.tensor(X)), fg.tensor(TARGET), reduction="none").numpy()

    before = losses()
    for i in range(3):
        model = network()
        loss(model(fg.tensor(X[i : i + 1])), fg.tensor(TARGET[i : i + 1])).backward()
        fg.optim.SGD(model.parameters(), lr=rate).step()
        np.testing.assert_allclose(found.values.numpy()[:, i], before - losses(), rtol=1e-3, atol=1e-12)


def test_self_influence_is_the_diagonal_and_finds_a_wrong_label() -> None:
    loss = nn.functional.cross_entropy
    model, data = network(), (X, TARGET)
    checkpoints = [model.state_dict(), {key: value * 0.5 for key, value in model.state_dict().items()}]
    options: dict[str, Any] = {"checkpoints": checkpoints, "lr": [0.1, 0.2]}
    whole = explain.tracin(model, loss, data, data, **options)
    own = explain.self_influence(model, loss, data, **options)
    np.testing.assert_allclose(own.numpy(), np.diag(whole.values.numpy()), rtol=1e-12)

    fg.manual_seed(0)
    x = fg.randn(60, 2)
    y = (x[:, 0] > 0).astype(fg.int64)
    x[:, 0] = x[:, 0] + fg.where(y == 1, 1.0, -1.0)
    y[7] = 1 - y[7]
    line = nn.Linear(2, 2)
    optimizer = fg.optim.SGD(line.parameters(), lr=0.5)
    for _ in range(100):
        optimizer.zero_grad()
        loss(line(x), y).backward()
        optimizer.step()
    assert int(explain.self_influence(line.eval(), loss, (x, y)).argmax()) == 7


@pytest.mark.parametrize("fails_at", [3, 9])
def test_influence_leaves_the_model_as_it_was_also_by_an_error(fails_at: int) -> None:
    model, calls = network(), []
    model[0].bias.requires_grad_(False)
    before = {key: value.numpy().copy() for key, value in model.state_dict().items()}
    other = {key: value * 2 for key, value in model.state_dict().items()}

    def loss(out: fg.Tensor, y: fg.Tensor) -> fg.Tensor:
        calls.append(1)
        if len(calls) == fails_at:
            raise RuntimeError("no")
        return nn.functional.cross_entropy(out, y)

    try:
        explain.tracin(model, loss, (X, TARGET), (X[:2], TARGET[:2]), checkpoints=[other])
    except RuntimeError as error:
        for key, value in model.state_dict().items():  # while the error, and with it its frames, is still there
            np.testing.assert_array_equal(value.numpy(), before[key], err_msg=str(error))
    for key, value in model.state_dict().items():
        np.testing.assert_array_equal(value.numpy(), before[key])
    assert all(p.grad is None for p in model.parameters())


def test_the_strongest_samples() -> None:
    found = explain.Influence(fg.tensor([[0.5, -1.0, 2.0]]))
    assert found.strongest(0, 2) == ([2, 0], [1, 0])
    with pytest.raises(IndexError, match="one of the 1 test samples, got 1"):
        found.strongest(1)
