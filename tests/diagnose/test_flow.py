"""Verdicts on gradients, judged by mean-field theory, and what each number of the table is."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path
from types import ModuleType

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import diagnose, nn

mse = nn.functional.mse_loss


@pytest.fixture(scope="module")
def theory() -> ModuleType:
    path = Path(__file__).resolve().parents[2] / "tools" / "gradient_flow_grid.py"
    spec = importlib.util.spec_from_file_location("gradient_flow_grid", path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    sys.modules[spec.name] = module  # where dataclasses look
    spec.loader.exec_module(module)
    return module


def test_nine_of_ten_verdicts_are_those_of_mean_field_theory(theory: ModuleType) -> None:
    cases = [case for i, case in enumerate(theory.grid()) if i % 4 == 1 or case.kind in ("rnn", "lstm")]
    assert len(cases) >= 40
    counts, wrong = theory.confusion(cases, width=64, samples=32)
    assert (counts.sum(1) > 5).all()  # of each kind there are some
    assert np.trace(counts) >= 0.9 * counts.sum(), wrong


def test_the_theory_has_the_known_values(theory: ModuleType) -> None:
    case = theory.Case
    # He's initialisation keeps a ReLU network's gradient; batch normalisation multiplies it by pi / (pi - 1) a layer.
    assert theory.log_ratio(case("none", 50, "relu", 2.0, 0.0)) == pytest.approx(0.0, abs=0.1)
    growth = np.log(np.pi / (np.pi - 1))
    deep, shallow = (theory.log_ratio(case("batch", depth, "relu", 2.0, 0.0)) for depth in (52, 2))
    assert deep - shallow == pytest.approx(50 * growth, rel=1e-2)
    # At (sigma_w^2, sigma_b^2) = (1, 0) tanh is critical: what it loses falls off as a power of the depth alone.
    assert theory.label(case("none", 60, "tanh", 1.0, 0.0)) == "healthy"
    assert theory.label(case("none", 60, "tanh", 0.7, 0.0)) == "vanishing"
    assert theory.label(case("none", 60, "tanh", 2.5, 0.0)) == "exploding"


def sigmoid_network(*, normalised: bool) -> nn.Sequential:
    fg.manual_seed(0)
    layers: list[nn.Module] = []
    for _ in range(30):
        layers += [nn.Linear(32, 32), *([nn.BatchNorm1d(32)] if normalised else []), nn.Sigmoid()]
    return nn.Sequential(*layers, nn.Linear(32, 1))


def test_thirty_sigmoid_layers_before_and_after() -> None:
    x = fg.randn(64, 32, generator=fg.Generator(1))
    before = diagnose.gradient_flow(sigmoid_network(normalised=False), mse, (x, x[:, :1]))
    assert before.verdict == "vanishing"
    assert before.profiles[0].ratio < 1e-15
    assert len(before.profiles[0].norms) == 30
    assert "sigmoid's slope is at most 1/4" in str(before)
    assert any("BatchNorm" in advice for advice in before.advice)
    after = diagnose.gradient_flow(sigmoid_network(normalised=True), mse, (x, x[:, :1]))
    assert after.verdict == "healthy"
    assert after.advice == ()


class Recurrent(nn.Module):
    """A recurrent network whose weights are too large."""

    def __init__(self) -> None:
        super().__init__()
        fg.manual_seed(0)
        self.rnn = nn.RNN(4, 64, nonlinearity="relu", batch_first=True)
        self.head = nn.Linear(64, 1)
        nn.init.normal_(self.rnn.weight_hh_l0, 0.0, (3.0 / 64) ** 0.5)

    def forward(self, x: fg.Tensor) -> fg.Tensor:
        return self.head(self.rnn(x)[0][:, -1])


def test_an_unclipped_recurrent_network_before_and_after() -> None:
    x = fg.randn(16, 40, 4, generator=fg.Generator(1))
    before = diagnose.gradient_flow(Recurrent(), mse, (x, x[:, 0, :1]), steps=3)
    assert before.verdict == "exploding"
    assert any("clip_grad_norm_" in advice for advice in before.advice)
    assert before.profiles[0].along == "rnn"
    assert len(before.profiles[0].norms) == 40
    clipped = diagnose.gradient_flow(Recurrent(), mse, (x, x[:, 0, :1]), steps=3, clip=1.0)
    assert clipped.verdict == "healthy"
    assert "but the steps are clipped" in clipped.reasons[0]
    assert (clipped.norms > 100).all()
    smaller = Recurrent()
    nn.init.orthogonal_(smaller.rnn.weight_hh_l0, gain=1.3)
    assert diagnose.gradient_flow(smaller, mse, (x, x[:, 0, :1]), steps=3).verdict == "healthy"


def test_cells_in_a_loop_have_a_profile_of_their_steps() -> None:
    class Loop(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.cell, self.head = nn.RNNCell(3, 32), nn.Linear(32, 1)
            nn.init.normal_(self.cell.weight_hh, 0.0, 0.3 / 32**0.5)

        def forward(self, x: fg.Tensor) -> fg.Tensor:
            h = fg.zeros(len(x), 32)
            for t in range(x.shape[1]):
                h = self.cell(x[:, t], h)
            return self.head(h)

    x = fg.randn(8, 12, 3, generator=fg.Generator(0))
    found = diagnose.gradient_flow(Loop(), mse, (x, x[:, 0, :1]))
    assert found.verdict == "vanishing"
    assert found.profiles[0].along == "cell"
    assert len(found.profiles[0].norms) == 12


def test_the_numbers_are_those_of_the_gradients() -> None:
    model = nn.Sequential(nn.Linear(3, 4), nn.ReLU(), nn.Linear(4, 2)).to(fg.float64)
    x, y = fg.randn(5, 3, dtype=fg.float64), fg.randn(5, 2, dtype=fg.float64)
    with fg.no_grad():
        model[0].bias[0] = -100.0  # a unit that is never on
    found = diagnose.gradient_flow(model, mse, (x, y), lr=0.1)
    mse(model(x), y).backward()
    grads = [np.concatenate([p.grad.numpy().ravel() for p in model[i].parameters()]) for i in (0, 2)]
    weights = [np.concatenate([p.detach().numpy().ravel() for p in model[i].parameters()]) for i in (0, 2)]
    for layer, grad, weight in zip(found.layers, grads, weights, strict=True):
        np.testing.assert_allclose(
            [layer.mean, layer.std, layer.norm, layer.zeros, layer.update],
            [grad.mean(), grad.std(), np.linalg.norm(grad), (grad == 0).mean(),
             0.1 * np.linalg.norm(grad) / np.linalg.norm(weight)],
            rtol=1e-12,
        )  # fmt: skip
    assert found.layers[0].zeros >= 4 / 16
    np.testing.assert_allclose(found.norms, [np.linalg.norm(np.concatenate(grads))], rtol=1e-12)
    out = model(x).detach().requires_grad_()
    mse(out, y).backward()
    assert found.layers[1].signal == pytest.approx(float(fg.norm(out.grad)), rel=1e-12)


def test_a_layer_that_no_gradient_reaches_is_named() -> None:
    class Cut(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.first, self.second = nn.Linear(3, 3), nn.Linear(3, 1)

        def forward(self, x: fg.Tensor) -> fg.Tensor:
            return self.second(self.first(x).detach())

    found = diagnose.gradient_flow(Cut(), mse, (fg.ones(2, 3), fg.zeros(2, 1)))
    assert any("no gradient reaches first" in advice for advice in found.advice)


def test_a_step_too_far_and_a_loss_that_is_lost_are_explosions() -> None:
    model = nn.Linear(2, 1)
    data = (fg.ones(2, 2), fg.full((2, 1), 100.0))
    far = diagnose.gradient_flow(model, mse, data, lr=10.0)
    assert far.verdict == "exploding"
    assert "times their own size" in far.reasons[0]
    lost = diagnose.gradient_flow(model, lambda p, y: mse(p, y) * float("inf"), data, steps=5)
    assert lost.verdict == "exploding"
    assert len(lost.losses) == 1
    zero = diagnose.gradient_flow(model, lambda p, y: (p * 0).sum(), data)
    assert zero.verdict == "vanishing"
    assert "exactly zero" in zero.reasons[0]


def test_there_is_a_line_for_each_layer_and_step() -> None:
    model = nn.Sequential(nn.Linear(3, 3), nn.BatchNorm1d(3), nn.Linear(3, 1))
    found = diagnose.gradient_flow(model, mse, (fg.randn(4, 3), fg.randn(4, 1)), steps=3)
    assert [(each.step, each.layer) for each in found.layers] == [(s, k) for s in range(3) for k in ("0", "1", "2")]
    assert found.losses.shape == found.norms.shape == (3,)
    figure = pytest.importorskip("matplotlib.figure").Figure()
    ax = figure.add_subplot()
    assert found.draw_updates(ax) is ax
    assert [line.get_label() for line in ax.lines] == ["0", "1", "2"]
