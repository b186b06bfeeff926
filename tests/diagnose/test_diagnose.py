"""What all diagnoses share: the model is as it was, results print and convert, and bad arguments say what must be."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import diagnose, nn

mse = nn.functional.mse_loss
cross_entropy = nn.functional.cross_entropy


def network() -> nn.Sequential:
    fg.manual_seed(0)
    return nn.Sequential(
        nn.Linear(6, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Dropout(0.2), nn.Linear(8, 8), nn.ReLU(), nn.Linear(8, 3)
    )


X = np.random.default_rng(0).standard_normal((24, 6)).astype(np.float32)
Y = np.random.default_rng(1).integers(0, 3, 24)
DATA = (X, Y)


def loader() -> fg.data.DataLoader[Any]:
    dataset = fg.data.TensorDataset(fg.tensor(X), fg.tensor(Y))
    return fg.data.DataLoader(dataset, batch_size=8, shuffle=True, generator=fg.Generator(3))


def path(model: nn.Module) -> list[dict[str, Any]]:
    """States that a model might have come from."""
    state = {key: value.numpy().copy() for key, value in model.state_dict().items()}
    return [{key: value * (1 + i / 4) for key, value in state.items()} for i in (3, 2, 0)]


REGULARIZATIONS = {
    "L1": diagnose.Regularization(l1=0.01),
    "dropout": diagnose.Regularization(diagnose.with_dropout, patience=1),
}

# Every diagnosis of a network in training, by its name; and of one in evaluation.
OF_TRAINING: dict[str, Callable[[nn.Module, Any], Any]] = {
    "lr_range_test": lambda m, data: diagnose.lr_range_test(m, cross_entropy, data, steps=20),
    "compare_rates": lambda m, data: diagnose.compare_rates(m, cross_entropy, data, [0.01, 0.1], steps=5),
    "compare_optimizers": lambda m, data: diagnose.compare_optimizers(
        m, cross_entropy, data, epochs=1, batch_size=8, rates=[0.01]
    ),
    "compare_regularization": lambda m, data: diagnose.compare_regularization(
        m, cross_entropy, data, data, REGULARIZATIONS, epochs=2, batch_size=8
    ),
    "gradient_flow": lambda m, data: diagnose.gradient_flow(m, cross_entropy, data, steps=3),
}
OF_EVALUATION: dict[str, Callable[[nn.Module, Any], Any]] = {
    "activation_statistics": lambda m, _: diagnose.activation_statistics(m, X),
    "sharpness": lambda m, data: diagnose.sharpness(m, cross_entropy, data, iterations=5),
    "sharpness by power iteration": lambda m, data: diagnose.sharpness(
        m, cross_entropy, data, method="power", iterations=4
    ),
    "spectrum": lambda m, data: diagnose.spectrum(m, cross_entropy, data, probes=2, steps=4),
    "landscape_line": lambda m, data: diagnose.landscape_line(m, cross_entropy, data, points=5),
    "landscape_plane": lambda m, data: diagnose.landscape_plane(m, cross_entropy, data, points=3),
    "landscape_plane of a path": lambda m, data: diagnose.landscape_plane(
        m, cross_entropy, data, path=path(m) if isinstance(m, nn.Module) else [], points=3
    ),
    "gradient_noise_scale": lambda m, data: diagnose.gradient_noise_scale(m, cross_entropy, data, batch_size=4),
    "compare_batch_sizes": lambda m, data: diagnose.compare_batch_sizes(m, cross_entropy, data, [4, 12], epochs=2),
}
DIAGNOSES = {**OF_TRAINING, **OF_EVALUATION}


def snapshot(model: nn.Module) -> dict[str, Any]:
    """All that a diagnosis might change."""
    return {
        "state": {key: value.numpy().tolist() for key, value in model.state_dict().items()},
        "objects": [id(p) for p in model.parameters()] + [id(b) for b in model.buffers()],
        "gradients": [None if p.grad is None else (id(p.grad), p.grad.tolist()) for p in model.parameters()],
        "modes": [m.training for m in model.modules()],
        "hooks": [len(m._forward_hooks) + len(m._forward_pre_hooks) for m in model.modules()],
        "random": np.asarray(fg.get_rng_state()).tolist(),
        "recording": fg.is_grad_enabled(),
    }


def prepared(name: str) -> nn.Sequential:
    model = network()
    model[3].eval()  # modes need not be the same everywhere
    if name in OF_EVALUATION:
        model.eval()
    model[4].weight.grad = fg.ones(8, 8)
    return model


@pytest.mark.parametrize("recording", [True, False])
@pytest.mark.parametrize("name", DIAGNOSES)
def test_the_model_is_as_it_was(name: str, recording: bool) -> None:
    model, data = prepared(name), loader()
    before, drawn = snapshot(model), np.asarray(data.generator.get_state()).tolist()
    with fg.set_grad_enabled(recording):
        DIAGNOSES[name](model, data)
    assert snapshot(model) == before
    assert np.asarray(data.generator.get_state()).tolist() == drawn


@pytest.mark.parametrize("calls", [1, 4])
@pytest.mark.parametrize("name", DIAGNOSES)
def test_the_model_is_as_it_was_after_an_error(name: str, calls: int) -> None:
    model, seen = prepared(name), []

    def fail(*_: Any) -> None:
        seen.append(1)
        if len(seen) == calls:
            raise RuntimeError("no")

    with model[5].register_forward_hook(fail):
        before = snapshot(model)
        try:
            DIAGNOSES[name](model, DATA)
        except RuntimeError:
            assert len(seen) == calls
        else:
            assert len(seen) < calls
        assert snapshot(model) == before


@pytest.mark.parametrize("name", DIAGNOSES)
def test_the_same_twice(name: str) -> None:
    results = [DIAGNOSES[name](prepared(name), loader()) for _ in range(2)]
    assert str(results[0]) == str(results[1])


@pytest.mark.parametrize("name", DIAGNOSES)
def test_results_print_convert_and_are_frozen(name: str) -> None:
    found = DIAGNOSES[name](prepared(name), DATA)
    assert len(str(found).splitlines()) >= 2
    as_dict = found.to_dict()

    def check(value: Any) -> None:
        assert isinstance(value, (dict, tuple, str, int, float, bool, np.ndarray, type(None))), type(value)
        for each in value.values() if isinstance(value, dict) else value if isinstance(value, tuple) else ():
            check(each)

    check(as_dict)
    assert found == found  # arrays are not compared
    assert len({found, found}) == 1
    with pytest.raises(AttributeError):
        setattr(found, next(iter(as_dict)), 0)


@pytest.mark.parametrize("name", list(DIAGNOSES))
def test_pictures_are_drawn_into_given_axes(name: str) -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    found = DIAGNOSES[name](prepared(name), DATA)
    ax = figure.add_subplot()
    assert found.draw(ax) is ax
    assert ax.has_data()
    assert ax.get_title()
    assert found.draw().figure is not figure


@pytest.mark.parametrize("name", OF_EVALUATION)
def test_a_graph_recorded_before_can_be_differentiated_after_what_only_looks(name: str) -> None:
    model = prepared(name)
    recorded = cross_entropy(model(fg.tensor(X)), fg.tensor(Y))
    DIAGNOSES[name](model, DATA)
    if name.startswith(("landscape", "compare")):  # these write into the parameters, which is seen
        with pytest.raises(RuntimeError, match="modified in place"):
            recorded.backward()
    else:
        recorded.backward()


def test_generators_of_samplers_are_put_back_too() -> None:
    dataset = fg.data.TensorDataset(fg.tensor(X), fg.tensor(Y))
    sampler = fg.data.RandomSampler(dataset, generator=fg.Generator(5))
    state = np.asarray(sampler.generator.get_state()).tolist()
    for data in (
        fg.data.DataLoader(dataset, batch_size=8, sampler=sampler),
        fg.data.DataLoader(dataset, batch_sampler=fg.data.BatchSampler(sampler, 8, False)),
    ):
        diagnose.gradient_flow(network(), cross_entropy, data, steps=4)
        assert np.asarray(sampler.generator.get_state()).tolist() == state


@pytest.mark.parametrize("name", [name for name in DIAGNOSES if "path" not in name])
def test_lazy_layers_are_refused_before_they_are_made(name: str) -> None:
    model = nn.Sequential(nn.LazyLinear(4), nn.ReLU(), nn.Linear(4, 3)).train(name in OF_TRAINING)
    with pytest.raises(ValueError, match=r"layer 0 \(LazyLinear\) has no parameters yet; call the model with a batch"):
        DIAGNOSES[name](model, DATA)
    assert isinstance(model[0], nn.LazyLinear)


@pytest.mark.parametrize("optimizer", [fg.optim.LBFGS, fg.optim.ConjugateGradient])
def test_optimizers_that_call_a_closure_are_refused_where_rates_are_asked(optimizer: Any) -> None:
    for find in (diagnose.lr_range_test, diagnose.gradient_flow):
        with pytest.raises(TypeError, match=f"whose step takes one gradient, got {optimizer.__name__}"):
            find(network(), cross_entropy, DATA, optimizer=optimizer)


LOSSES = {
    "nan": lambda p, y: nn.functional.cross_entropy(p, y) * float("nan"),
    "infinite": lambda p, y: nn.functional.cross_entropy(p, y) * float("inf"),
    "zero": lambda p, y: nn.functional.cross_entropy(p, y) * 0,
    "lost soon": lambda p, y: fg.exp(50 * nn.functional.cross_entropy(p, y)),
}


@pytest.mark.parametrize("kind", LOSSES)
@pytest.mark.parametrize("name", OF_TRAINING)
def test_losses_that_are_lost_are_results_that_print_and_draw(name: str, kind: str, monkeypatch: Any) -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    monkeypatch.setitem(globals(), "cross_entropy", LOSSES[kind])
    found = DIAGNOSES[name](prepared(name), DATA)
    assert str(found)
    found.draw(figure.add_subplot())
    figure.canvas.draw()


def test_without_matplotlib_drawing_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    found = OF_EVALUATION["activation_statistics"](prepared("activation_statistics"), DATA)
    monkeypatch.setitem(__import__("sys").modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match=r"ActivationStatistics.draw: .*matplotlib"):
        found.draw()


@pytest.mark.parametrize("name", [name for name in DIAGNOSES if name != "activation_statistics"])
@pytest.mark.parametrize(
    ("change", "error", "says"),
    [
        (lambda m: (lambda x: x, DATA), TypeError, "must be a Module, got function"),
        (lambda m: (nn.ReLU().train(m.training), DATA), ValueError, "parameters that require gradients"),
        (lambda m: (m, (X, Y[:5])), ValueError, "a target for each of the 24 inputs"),
        (lambda m: (m, (X[:0], Y[:0])), ValueError, "its first axis not empty"),
        (lambda m: (m, (X, Y, Y)), ValueError, "must be a pair of inputs and targets, got 3 things"),
        (lambda m: (m, []), ValueError, "at least one batch, got none"),
        (lambda m: (m, 3), TypeError, "data must be a pair .* got int"),
        (lambda m: (m, fg.tensor(X)), TypeError, "data must be a pair .* got Tensor"),
    ],
)
def test_bad_models_and_data_say_what_must_be(name: str, change: Any, error: Any, says: str) -> None:
    model, data = change(prepared(name))
    with pytest.raises(error, match=says):
        DIAGNOSES[name](model, data)
