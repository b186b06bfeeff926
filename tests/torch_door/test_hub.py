"""Checkpoints that were fetched before, folders with a hubconf.py, classes that a checkpoint may name.

And errors, which name what was called.
"""

from __future__ import annotations

import argparse

import pytest

import fastgrad.torch as door
from fastgrad.torch import hub, serialization

torch = pytest.importorskip("torch", reason="PyTorch is not installed")
URL = "https://example.org/models/tiny-0123abcd.pth?version=1"


def test_a_checkpoint_is_read_from_where_pytorch_keeps_it(tmp_path, monkeypatch):
    monkeypatch.setenv("TORCH_HOME", str(tmp_path))
    assert hub.get_dir() == torch.hub.get_dir() == str(tmp_path / "hub")
    folder = tmp_path / "hub" / "checkpoints"
    with pytest.raises(RuntimeError, match=f"nothing is fetched; download .* yourself, to {folder}/tiny-0123abcd.pth"):
        hub.load_state_dict_from_url(URL)
    folder.mkdir(parents=True)
    torch.save({"w": torch.arange(3.0)}, folder / "tiny-0123abcd.pth")
    assert hub.load_state_dict_from_url(URL, progress=False)["w"].tolist() == [0.0, 1.0, 2.0]
    assert door.utils.model_zoo.load_url(URL, model_dir=folder)["w"].shape == (3,)
    with pytest.raises(RuntimeError, match="its name says 0123abcd"):
        hub.load_state_dict_from_url(URL, check_hash=True)


def test_models_come_from_folders(tmp_path):
    (tmp_path / "hubconf.py").write_text('def tiny(width=2):\n    "A tiny one."\n    return [width]\n')
    assert hub.load(str(tmp_path), "tiny", source="local", width=3, trust_repo=True) == [3]
    assert hub.list(str(tmp_path), source="local") == ["tiny"]
    assert hub.help(str(tmp_path), "tiny", source="local") == "A tiny one."
    with pytest.raises(RuntimeError, match="Cannot find callable large in hubconf"):
        hub.load(str(tmp_path), "large", source="local")
    with pytest.raises(RuntimeError, match="clone a/b yourself"):
        hub.load("a/b", "tiny")


def test_a_checkpoint_may_name_what_the_program_allows(tmp_path):
    torch.save({"args": argparse.Namespace(lr=0.1), "w": torch.ones(2)}, tmp_path / "c.pt")
    with pytest.raises(ValueError, match=r"argparse\.Namespace"):
        door.load(tmp_path / "c.pt")
    with serialization.safe_globals([argparse.Namespace]):
        assert door.load(tmp_path / "c.pt")["args"].lr == 0.1
    assert serialization.get_safe_globals() == []
    serialization.add_safe_globals([(dict, "argparse.Namespace")])
    try:
        with pytest.raises(ValueError, match="damaged"):  # a dict has no attributes to set
            door.load(tmp_path / "c.pt")
    finally:
        serialization.clear_safe_globals()


@pytest.mark.parametrize(
    ("call", "error", "message"),
    [
        (lambda x: x.view(5), ValueError, "view: 6 elements"),
        (lambda x: x.expand(2, 4), ValueError, r"expand: shape \(2, 3\)"),
        (lambda x: x.expand(-1, -1, 3), ValueError, "expand: -1 cannot stand"),
        (lambda x: x.view(5, size=2), TypeError, "view: unexpected argument size"),
        (lambda x: door.cdist(x, x.mT), RuntimeError, "cdist: x1 and x2 must have rows of one length"),
        (lambda x: door.cdist(x[0], x), RuntimeError, "cdist: x1 must have two axes"),
        (lambda x: x.gather(1, door.full((2, 2), 7)), IndexError, "gather: index 7 is out of bounds"),
        (lambda x: door.einsum(x), ValueError, "einsum: an equation and a tensor are wanted"),
        (lambda x: door.einsum(x, [0, 52]), ValueError, "einsum: axes are numbers from 0 to 51, got 52"),
        (lambda x: door.onnx.export(x), RuntimeError, r"torch\.onnx\.export: no ONNX files"),
        (lambda x: door.fx.symbolic_trace(x), RuntimeError, r"torch\.fx\.symbolic_trace: programs are not traced"),
    ],
)
def test_an_error_names_what_was_called(call, error, message):
    with pytest.raises(error, match=message):
        call(door.ones(2, 3))
