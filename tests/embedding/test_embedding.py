"""A package that depends on fastgrad: both type checkers find nothing in it, and what they were told is what runs."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
from pathlib import Path

import claims
import numpy as np
import pytest
from regressor import Attention, Blocks, NetworkRegressor, Residual, huber
from regressor.images import Classifier, epochs, probabilities
from regressor.losses import Squares
from regressor.optimizers import Decay, Lion

import fastgrad as fg

FOLDER = Path(__file__).parent
TYPED = ("regressor", "claims.py")
ROOT = Path(fg.__file__).parents[1]  # where checkers find what runs here: installed, or the source folder
INSTALLED = "site-packages" in ROOT.parts
PYTHON = str(Path(sys.executable).parent)  # --verifytypes looks where the first python of PATH does


def checker(module: str, *arguments: object, **environment: str) -> subprocess.CompletedProcess[str]:
    """Runs a type checker of the dev extra."""
    if os.environ.get("CI") != "true" and importlib.util.find_spec(module) is None:
        pytest.skip(f"{module} is not installed; the extra [dev] has it")
    return subprocess.run(
        [sys.executable, "-m", module, *map(str, arguments)],
        capture_output=True,
        text=True,
        cwd=FOLDER,
        env={**os.environ, "PATH": PYTHON + os.pathsep + os.environ.get("PATH", ""), **environment},
        check=False,
    )


def test_mypy_strict_finds_nothing(tmp_path):
    path = os.pathsep.join(map(str, [FOLDER, *([] if INSTALLED else [ROOT])]))
    arguments = ["--strict", "--config-file", os.devnull, "--cache-dir", tmp_path, "--explicit-package-bases", *TYPED]
    done = checker("mypy", *arguments, MYPYPATH=path)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("mode", ["strict", "standard"])
def test_pyright_finds_nothing(tmp_path, mode):
    config = {
        "include": [str(FOLDER / name) for name in TYPED],
        "extraPaths": [str(FOLDER), *([] if INSTALLED else [str(ROOT)])],
        "typeCheckingMode": mode,
    }
    (tmp_path / "pyrightconfig.json").write_text(json.dumps(config))
    done = checker("basedpyright", "--project", tmp_path, "--pythonpath", sys.executable)
    assert done.returncode == 0, done.stdout + done.stderr


def test_every_public_type_is_known():
    path = "" if INSTALLED else str(ROOT)
    done = checker("basedpyright", "--verifytypes", "fastgrad", "--ignoreexternal", "--outputjson", PYTHONPATH=path)
    symbols = json.loads(done.stdout)["typeCompleteness"]["symbols"]
    # The PyTorch door, and what it is a table of, is for programs written for PyTorch, which checkers know by PyTorch's
    # own types; the methods among it have theirs in Tensor's stub.
    unknown = [s["name"] for s in symbols if s["isExported"] and not s["isTypeKnown"]]
    assert [
        name
        for name in unknown
        if not name.startswith(
            (
                "fastgrad.torch.",
                "fastgrad.ops.pytorch.",
                "fastgrad.numpy.",
                "fastgrad.ops.numpy.",
            )
        )
    ] == []
    assert len(symbols) > 2000


@pytest.mark.parametrize("claim", claims.CLAIMS, ids=lambda claim: claim.__name__)
def test_what_checkers_are_told_is_what_runs(claim):
    state = fg.get_rng_state()
    claim()
    fg.set_rng_state(state)


# ---- the package does its job ----


def waves() -> tuple[np.ndarray, np.ndarray]:
    x = np.linspace(-2, 2, 240).reshape(120, 2)
    return x, np.sin(2 * x[:, 0]) + x[:, 1]


@pytest.fixture(scope="module")
def fitted() -> NetworkRegressor:
    return NetworkRegressor(epochs=60).fit(*waves())


def test_it_learns(fitted):
    x, y = waves()
    assert fitted.losses[-1] < 0.1 * fitted.losses[0]
    assert fitted.score(x, y) > 0.95
    assert fitted.predict(x).shape == (120,)
    assert fitted.predict(x).dtype == np.float32


@pytest.mark.parametrize("loss", ["absolute", "huber"])
@pytest.mark.parametrize("optimizer", ["adam", "sgd"])
def test_it_learns_with_every_loss_and_optimizer(loss, optimizer):
    x, y = waves()
    assert NetworkRegressor(epochs=40, loss=loss, optimizer=optimizer).fit(x, y).score(x, y) > 0.8


def test_a_sliced_network_computes_what_it_would_have_computed_inside(fitted):
    x = fg.asarray(waves()[0].astype(np.float32))
    last = list(fitted.layers())[-1]
    assert np.array_equal(last(fitted.hidden(x)).detach().numpy()[:, 0], fitted.predict(x.numpy()))
    assert fitted.first_layer(x).shape == (120, 32)


def test_gradients_by_the_inputs_are_those_of_differences(fitted):
    x = np.array([[0.1, 0.2], [-0.5, 1.0]])
    step = np.array([[1e-2, 0.0]])
    slope = (fitted.predict(x + step) - fitted.predict(x - step)) / 2e-2
    assert np.allclose(fitted.sensitivity(x)[:, 0], slope, atol=5e-2)


def test_saved_and_loaded_it_predicts_the_same(fitted, tmp_path):
    x, _ = waves()
    fitted.save(tmp_path / "net.npz")
    again = NetworkRegressor().load(tmp_path / "net.npz")
    assert np.array_equal(again.predict(x), fitted.predict(x))
    assert again.weights().keys() == fitted.weights().keys()


def test_bootstrapped_predictions_differ():
    x, y = (a.astype(np.float32) for a in waves())
    rounds = NetworkRegressor(width=8, epochs=2).bootstrap(x, y, 3)
    assert rounds.shape == (3, 120)
    assert not np.array_equal(rounds[0], rounds[1])


def test_modules_of_every_kind_of_result():
    x = fg.linspace(-1, 1, 12).reshape(3, 4)
    weighted, weights = Attention(4)(x, temperature=2.0)
    assert np.allclose(weights.sum(axis=-1).detach().numpy(), 1.0)
    assert weighted.shape == x.shape
    blocks = Blocks(4, depth=2)
    assert {name: out.shape for name, out in blocks(x).items()} == {"mean": (3, 1), "log_scale": (3, 1)}
    assert (blocks.first_branch(x).detach().numpy() >= 0).all()
    assert len(list(Residual(4, generator=fg.Generator(0)).parameters())) == 5


@pytest.mark.parametrize("activation", ["relu", "tanh", "none"])
def test_a_classifier_of_images_learns(activation):
    random = np.random.default_rng(0)
    labels = random.integers(0, 2, 64)
    stripes = np.zeros((64, 1, 6, 6), dtype=np.float32)
    stripes[labels == 0, :, ::2] = 1.0
    stripes[labels == 1, :, :, ::2] = 1.0
    images = stripes + random.normal(0, 0.1, stripes.shape).astype(np.float32)
    with fg.random.fork_rng():
        fg.manual_seed(0)
        net = Classifier(2, activation)
    accuracies = list(epochs(net, fg.optim.Adam(net.parameters(), lr=0.05), images, labels, 12))
    assert accuracies[-1] > 0.95
    assert np.allclose(probabilities(net.eval(), fg.asarray(images)).sum(axis=1), 1.0)
    assert net.size == 40 + 8 + 10 + 1


def test_an_optimizer_and_a_schedule_of_ones_own_train():
    p = fg.tensor([1.0, -1.0], requires_grad=True)
    optimizer = Lion([p], lr=0.1)
    schedule = Decay(optimizer)
    for _ in range(40):
        optimizer.zero_grad()
        (p * p).sum().backward()
        optimizer.step()
        schedule.step()
    assert (p * p).sum().item() < 0.05
    assert schedule.get_last_lr() == [pytest.approx(0.1 * 0.9**40)]


def test_custom_functions_are_right_in_first_and_second_order():
    error = fg.tensor([-2.0, -0.3, 0.4, 1.7], dtype=fg.float64, requires_grad=True)
    assert fg.autograd.gradcheck(lambda e: huber(e, fg.zeros_like(e), 1.0), (error,))
    x, y = (fg.tensor(v, dtype=fg.float64, requires_grad=True) for v in ([1.0, -2.0], [0.5, 3.0]))
    assert fg.autograd.gradcheck(Squares.apply, (x, y))
    assert fg.autograd.gradgradcheck(Squares.apply, (x, y))
