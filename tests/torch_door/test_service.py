"""The service of docs/service.md: moved to the door, its answers are PyTorch's."""

from __future__ import annotations

import importlib.util
import json
import os
import subprocess
import sys
import urllib.error
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

import fastgrad as fg

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

SERVICE = Path(__file__).parents[2] / "examples" / "service.py"


@pytest.fixture(scope="module")
def weights(tmp_path_factory):
    """A checkpoint that PyTorch wrote, and the model that it is of."""
    spec = importlib.util.spec_from_file_location("service", SERVICE)
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    model = module.LeNet().eval()
    path = tmp_path_factory.mktemp("service") / "weights.pt"
    torch.save(model.state_dict(), path)
    return path, model


@pytest.fixture(scope="module")
def address(weights) -> Iterator[str]:
    environment = {**os.environ, "PYTHONPATH": str(Path(fg.__file__).parents[1]), "OMP_NUM_THREADS": "1"}
    command = [sys.executable, "-m", "fastgrad.torch", str(SERVICE), "--port", "0", "--weights", str(weights[0])]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, env=environment, cwd=os.sep) as process:
        said = process.stdout.readline()
        assert "+fastgrad at http://127.0.0.1:" in said
        yield said.split()[-1]
        process.terminate()


def ask(address: str, body: object) -> dict:
    request = urllib.request.Request(address, json.dumps(body).encode())
    with urllib.request.urlopen(request, timeout=60) as reply:
        return json.load(reply)


def test_answers_are_pytorchs(weights, address):
    image = np.random.RandomState(0).random_sample((28, 28)).astype(np.float32)
    with torch.no_grad():
        expected = torch.softmax(weights[1](torch.tensor(image).view(1, 1, 28, 28)), dim=1)[0]
    answer = ask(address, {"image": image.tolist()})
    np.testing.assert_allclose(answer["scores"], expected.numpy(), rtol=1e-5)
    assert answer["digit"] == expected.argmax().item()


@pytest.mark.parametrize("body", [{"picture": []}, {"image": [[1.0]]}, {"image": "digit"}])
def test_a_request_that_makes_no_sense_is_answered_as_one(address, body):
    with pytest.raises(urllib.error.HTTPError) as caught:
        ask(address, body)
    assert caught.value.code == 400
    assert json.load(caught.value)["error"]
