"""Each explanation, and each look at a program, works on a network for digits by one call, and says what must be so."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import explain, nn
from fastgrad.nn import functional as F


@pytest.fixture(scope="module")
def digits() -> tuple[nn.Sequential, fg.Tensor, list[int]]:
    """A convolutional network, trained for two epochs; eight digits that it reads right, and what they are."""
    found = pytest.importorskip("sklearn.datasets").load_digits()
    images = fg.tensor(found.images[:640, None] / 16, dtype=fg.float32)
    labels = fg.tensor(found.target[:640])
    with fg.random.fork_rng():
        fg.manual_seed(0)
        model = nn.Sequential(
            nn.Conv2d(1, 6, 3),
            nn.ReLU(),
            nn.MaxPool2d(2),
            nn.Flatten(),
            nn.Linear(54, 24),
            nn.ReLU(),
            nn.Linear(24, 10),
        )
        optimizer = fg.optim.Adam(model.parameters(), lr=0.01)
        for part in [*fg.arange(640).split(32)] * 2:
            optimizer.zero_grad()
            F.cross_entropy(model(images[part]), labels[part]).backward()
            optimizer.step()
    model.eval()
    with fg.no_grad():
        right = np.flatnonzero((model(images).argmax(axis=1) == labels).numpy())[:8]
    return model, images[right], labels[right].tolist()


def test_gradients_are_of_the_score(digits):
    model, x, y = digits
    asked = x.clone().requires_grad_()
    model(asked)[fg.arange(8), fg.asarray(y)].sum().backward()
    assert (explain.saliency(model, x).values == fg.abs(asked.grad)).all()
    assert (explain.gradient_times_input(model, x).values == asked.grad * x).all()
    still = explain.smooth_grad(model, x, samples=2, deviation=0.0).values
    np.testing.assert_allclose(still, asked.grad, rtol=1e-6)


def test_differences_of_scores_are_shared_out_to_one_percent(digits):
    model, x, _ = digits
    with fg.no_grad():
        way = fg.abs(model(x).max(axis=1) - model(fg.zeros_like(x)).max(axis=1)).numpy()
    for found in (explain.integrated_gradients(model, x, steps=300), explain.deep_lift(model, x)):
        assert (np.abs(found.error.numpy()) < 0.01 * np.maximum(way, 1)).all(), found.method
    layer = explain.layer_integrated_gradients(model, "1", x, steps=300)
    assert (np.abs(layer.error.numpy()) < 0.01 * np.maximum(way, 1)).all()


def test_what_is_empty_already_is_not_missed(digits):
    model, x, _ = digits
    values = explain.occlusion(model, x, window=1).values
    assert (values[x == 0] == 0).all()
    assert fg.abs(values).max() > 0.1


def test_guided_gradients_pass_where_plain_ones_are_positive_all_the_way(digits):
    model, x, y = digits
    guided = explain.guided_backprop(model, x, y)
    assert guided.values.shape == x.shape
    assert (guided.scores == explain.saliency(model, x, y).scores).all()


def test_maps_are_of_the_layers_places_and_not_negative(digits):
    model, x, y = digits
    for method in (explain.grad_cam, explain.grad_cam_plus_plus):
        values = method(model, "1", x, y).values
        assert values.shape == (8, 1, 6, 6)
        assert (values >= 0).all()
    activation = explain.layer_activation(model, "1", x)
    gradient = explain.layer_gradient_times_activation(model, "1", x, y).values
    assert activation.shape == gradient.shape == (8, 6, 6, 6)
    assert (gradient[activation == 0] == 0).all()


def test_an_input_is_found_that_pleases_more_than_any_digit(digits):
    model, x, _ = digits
    found = explain.maximize_activation(model, "6", 3, (1, 8, 8), bounds=(0, 1))
    with fg.no_grad():
        assert found.activations[-1] > model(x)[:, 3].max().item()


def test_a_digit_speaks_for_itself(digits):
    model, x, y = digits
    loss, data = F.cross_entropy, (x, y)
    itself = explain.self_influence(model, loss, data)
    np.testing.assert_allclose(np.diag(explain.tracin(model, loss, data, data).values), itself, rtol=1e-5)
    assert (itself > 0).all()


def test_its_layers_graph_and_times_are_shown(digits):
    model, x, y = digits
    found = fg.summary(model, x.shape)
    assert found.parameters == sum(p.size for p in model.parameters())
    assert found.multiply_adds == 8 * (6 * 36 * 9 + 54 * 24 + 24 * 10)
    with fg.profile() as p:
        loss = F.cross_entropy(model(x), fg.asarray(y))
        graph = fg.draw_graph(loss, model)
        loss.backward()
    assert {n.name for n in graph.nodes if n.kind == "parameter"} == {name for name, _ in model.named_parameters()}
    assert abs(sum(row.share for row in p.operations) - 1) < 1e-9
    for parameter in model.parameters():
        parameter.grad = None
