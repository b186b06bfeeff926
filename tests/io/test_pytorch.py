"""PyTorch's own checkpoints are read, and nothing in them is run."""

from __future__ import annotations

import io
import os
import pickle
import zipfile
from collections import OrderedDict

import numpy as np
import pytest

import fastgrad as fg
from fastgrad.io.pytorch import is_pytorch, read


def saved(content: object) -> io.BytesIO:
    """As PyTorch saves what holds no tensors."""
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("archive/data.pkl", pickle.dumps(content, 2))
    file.seek(0)
    return file


class Evil:
    def __reduce__(self):
        return os.system, ("echo run",)


def test_code_in_a_checkpoint_is_not_run(capfd):
    file = saved({"state": Evil()})
    assert is_pytorch(file)
    with pytest.raises(ValueError, match="no code is run"):
        read(file)
    assert capfd.readouterr().out == ""


def test_plain_containers_are_read():
    content = {"epoch": 3, "losses": [1.5, None], "names": ("a", True), "more": OrderedDict(x=1)}
    assert read(saved(content)) == content


def test_tensors_are_read():
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    net = torch.nn.Sequential(torch.nn.Linear(3, 4), torch.nn.BatchNorm1d(4))
    base = torch.arange(12.0).reshape(3, 4)
    content = {
        "net": net.state_dict(),
        "view": base.t()[1:],
        "half": torch.ones(2, dtype=torch.float16),
        "brain": torch.tensor([1.5, -2.0], dtype=torch.bfloat16),
        "truth": torch.tensor([True, False]),
        "parameter": torch.nn.Parameter(torch.ones(2)),
        "empty": torch.zeros(0, 3),
        "step": 7,
    }
    file = io.BytesIO()
    torch.save(content, file)
    file.seek(0)
    found = read(file)
    assert list(found["net"]) == list(content["net"])
    for name, value in content["net"].items():
        np.testing.assert_array_equal(found["net"][name].numpy(), value.numpy())
    np.testing.assert_array_equal(found["view"].numpy(), content["view"].numpy())
    assert found["half"].dtype is fg.float16
    assert found["brain"].dtype is fg.bfloat16
    assert found["brain"].tolist() == [1.5, -2.0]
    assert found["truth"].tolist() == [True, False]
    assert isinstance(found["parameter"], fg.nn.Parameter)
    assert found["empty"].shape == (0, 3)
    assert found["step"] == 7
    ours = fg.nn.Sequential(fg.nn.Linear(3, 4), fg.nn.BatchNorm1d(4))
    ours.load_state_dict(found["net"])


def test_any_damage_is_an_error_that_says_so_or_changes_nothing(tmp_path):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    path = tmp_path / "net.pt"
    torch.save({"w": torch.arange(6.0).reshape(2, 3), "step": [1, 2]}, path)
    whole = path.read_bytes()
    rng = np.random.default_rng(0)
    said = []
    for _ in range(600):
        data = bytearray(whole)
        at = int(rng.integers(len(data)))
        if rng.random() < 0.5:
            data[at] ^= 1 << int(rng.integers(8))
        elif rng.random() < 0.5:
            del data[at : at + int(rng.choice([1, 8, 100]))]
        else:
            del data[at:]
        try:
            file = io.BytesIO(bytes(data))
            found = read(file) if is_pytorch(file) else fg.load(file)
        except ValueError as error:
            said.append(str(error))
        else:
            assert found["w"].tolist() == [[0, 1, 2], [3, 4, 5]]
            assert found["step"] == [1, 2]
    assert len(said) > 300
    assert [text for text in said if not any(w in text for w in ("damaged", "cut off", "checkpoint", "empty"))] == []
