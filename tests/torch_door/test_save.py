"""torch.save and torch.load on the door: all that a program's checkpoint holds comes back, and no file runs code."""

from __future__ import annotations

import collections
import dataclasses
import enum
import io
import pathlib
import pickle
import sys
import types
from typing import Any

import numpy as np
import pytest

import fastgrad.torch as torch
from fastgrad.torch import nn


class Mode(enum.Enum):
    FAST = 1


class Level(enum.IntEnum):
    HIGH = 3


@dataclasses.dataclass
class Config:
    width: int = 4
    names: list[str] = dataclasses.field(default_factory=list)


class Plain:
    def __init__(self, a: int) -> None:
        self.a = a


class Closes:
    def __del__(self) -> None:
        pass


Pair = collections.namedtuple("Pair", "first second")


class Net(nn.Module):
    def __init__(self) -> None:
        super().__init__()
        self.embed = nn.Embedding(5, 3)
        self.head = nn.Linear(3, 5, bias=False)
        self.head.weight = self.embed.weight
        self.norm = nn.BatchNorm1d(5)
        self.register_buffer("mask", torch.ones(2), persistent=False)
        self.act = nn.functional.relu
        self.kind = nn.Linear
        self.config = Config(7, ["x"])
        self.parts = nn.ModuleDict({"a": nn.Sequential(nn.Linear(1, 2), nn.ReLU())})

    def forward(self, x: Any) -> Any:
        return self.norm(self.act(self.head(self.embed(x))))


def through(value: Any, **words: Any) -> Any:
    file = io.BytesIO()
    torch.save(value, file)
    file.seek(0)
    return torch.load(file, **words)


def test_parameters_and_requires_grad_come_back():
    p, frozen, leaf, result = through(
        [
            nn.Parameter(torch.ones(2)),
            nn.Parameter(torch.ones(2), requires_grad=False),
            torch.ones(2, requires_grad=True),
            torch.ones(2, requires_grad=True) * 2,
        ]
    )
    assert [type(t) for t in (p, frozen, leaf)] == [nn.Parameter, nn.Parameter, torch.Tensor]
    assert [t.requires_grad for t in (p, frozen, leaf, result)] == [True, False, True, True]
    assert result.is_leaf
    assert result.tolist() == [2.0, 2.0]


def test_memory_that_tensors_share_is_shared_again():
    w = torch.arange(6.0)
    loaded = through({"a": w, "b": w[2:4], "c": w.view(2, 3).t(), "d": w.detach(), "other": torch.zeros(6)})
    loaded["a"][3] = 99.0
    assert loaded["b"].tolist() == [2.0, 99.0]
    assert loaded["c"].tolist() == [[0.0, 99.0], [1.0, 4.0], [2.0, 5.0]]
    assert loaded["d"].tolist() == [0.0, 1.0, 2.0, 99.0, 4.0, 5.0]
    assert loaded["other"].tolist() == [0.0] * 6
    parts = through([w[1:3], w[2:5]])
    parts[0][1] = -1.0
    assert parts[1].tolist() == [-1.0, 3.0, 4.0]
    half = torch.arange(4.0).to(torch.bfloat16)
    first, second = through([half, half[1:]])
    first[1] = 7.0
    assert second.tolist() == [7.0, 2.0, 3.0]


def test_one_tensor_twice_is_one_tensor():
    p = nn.Parameter(torch.ones(2))
    a, b = through([p, p])
    assert a is b


def test_tied_weights_are_written_once():
    net = Net()
    file = io.BytesIO()
    torch.save(net.state_dict(), file)
    file.seek(0)
    assert sum(name.endswith("weight.npy") for name in np.load(file).zip.namelist()) == 3  # of four
    file.seek(0)
    state = torch.load(file)
    assert state["embed.weight"].data_ptr() == state["head.weight"].data_ptr()


def test_what_only_the_door_has_comes_back():
    generator = torch.Generator().manual_seed(3)
    value = {"size": torch.Size([2, 3]), "dtype": torch.float16, "device": torch.device("cpu"), "layout": torch.strided}
    value |= {"format": torch.channels_last, "rng": torch.get_rng_state()}
    loaded = through(value)
    rng = loaded.pop("rng")
    assert rng.dtype is torch.uint8
    assert rng.equal(value.pop("rng"))
    assert loaded == value
    assert type(loaded["size"]) is torch.Size
    again = through(generator)
    assert torch.rand(3, generator=again).equal(torch.rand(3, generator=generator))


@pytest.mark.parametrize("value", [Mode.FAST, Level.HIGH, Config(3, ["a"]), Pair(1, torch.Size([2]))], ids=repr)
def test_what_the_program_defines_is_read_where_the_file_is_trusted(value):
    loaded = through(value, weights_only=False)
    assert type(loaded) is type(value)
    assert loaded == value
    for words in ({}, {"weights_only": True}):
        with pytest.raises(pickle.UnpicklingError, match=r"weights_only=False.*add_safe_globals"):
            through(value, **words)
    with torch.serialization.safe_globals([type(value)]):
        assert through(value) == value


def test_whole_modules_are_read_where_the_file_is_trusted():
    net = Net().eval()
    net.embed.weight.requires_grad_(False)
    x = torch.tensor([1, 2, 4])
    loaded = through(net, weights_only=False)
    assert type(loaded) is Net
    assert loaded(x).equal(net(x))
    assert not loaded.training
    assert loaded.head.weight is loaded.embed.weight is loaded._parameters.get("x", loaded.embed.weight)
    assert not loaded.head.weight.requires_grad
    assert loaded.kind is nn.Linear
    assert loaded.config == Config(7, ["x"])
    assert list(loaded.state_dict()) == list(net.state_dict())
    assert repr(loaded) == repr(net)
    loaded.parts["a"][0].weight = nn.Parameter(torch.zeros(2, 1))
    assert loaded.parts["a"](torch.ones(1, 1)).shape == (1, 2)


def test_a_model_and_its_optimizer_in_one_file_stay_together():
    net = nn.Linear(2, 1)
    optimizer = torch.optim.Adam(net.parameters())
    net(torch.ones(1, 2)).sum().backward()
    optimizer.step()
    net2, optimizer2 = through((net, optimizer), weights_only=False)
    assert optimizer2.param_groups[0]["params"][0] is net2.weight
    for model, steps in ((net, optimizer), (net2, optimizer2)):
        steps.zero_grad()
        model(torch.ones(1, 2)).sum().backward()
        steps.step()
    assert net2.weight.equal(net.weight)


def test_objects_that_know_each_other_do_so_again():
    a, b = Plain(1), Plain(2)
    a.other, b.other = b, a  # type: ignore[attr-defined]
    loaded = through(a, weights_only=False)
    assert loaded.other.other is loaded
    assert loaded.other.a == 2


def test_what_is_not_found_by_its_name_is_refused_with_its_place():
    for value, message in (
        ({"f": lambda: 0}, "at 'f' is not found by its name"),
        ({"x": [types.ModuleType("m")]}, r"a module at 'x\.0' cannot be written"),
        ({"g": iter([])}, "a list_iterator at 'g' cannot be written"),
    ):
        with pytest.raises(TypeError, match=message):
            torch.save(value, io.BytesIO())


def test_a_trusted_file_finds_only_what_the_program_has_imported(monkeypatch):
    file = io.BytesIO()
    module = types.ModuleType("models_of_mine")
    Gone = type("Gone", (), {"__module__": "models_of_mine"})
    module.Gone = Gone  # type: ignore[attr-defined]
    monkeypatch.setitem(sys.modules, "models_of_mine", module)
    torch.save(Gone(), file)
    monkeypatch.delitem(sys.modules, "models_of_mine")
    file.seek(0)
    with pytest.raises(pickle.UnpicklingError, match="import models_of_mine before"):
        torch.load(file, weights_only=False)


@pytest.mark.parametrize("value", [Closes(), pathlib.Path.cwd, io.BytesIO])
def test_the_standard_library_and_what_acts_when_it_goes_are_not_found(value):
    with pytest.raises((pickle.UnpicklingError, TypeError), match=r"not looked up|not found by its name"):
        through(value, weights_only=False)


def test_arguments_mean_what_they_mean_in_pytorch(tmp_path):
    path = tmp_path / "x.pt"
    torch.save({"a": torch.ones(2)}, path)
    for words in ({"map_location": "cpu"}, {"map_location": torch.device("cpu")}, {"map_location": {"cuda:0": "cpu"}}):
        assert torch.load(path, **words)["a"].tolist() == [1.0, 1.0]
    assert torch.load(str(path), mmap=True, weights_only=True, encoding="latin1")["a"].tolist() == [1.0, 1.0]
    seen = []
    torch.load(path, map_location=lambda storage, place: seen.append((storage.nbytes(), place)))
    assert seen == [(8, "cpu")]
    for words, error, message in (
        ({"map_location": "cuda:0"}, RuntimeError, "CUDA device but torch.cuda.is_available"),
        ({"map_location": "foo"}, RuntimeError, "don't know how to restore"),
        ({"weights_only": True, "pickle_module": pickle}, RuntimeError, "Can not safely load weights"),
        ({"pickle_module": io}, TypeError, "nothing is unpickled"),
        ({"foo": 1}, TypeError, "unexpected keyword argument 'foo'"),
    ):
        with pytest.raises(error, match=message):
            torch.load(path, **words)
    with pytest.raises(ValueError, match="f must be a file path in order to use the mmap"):
        torch.load(io.BytesIO(path.read_bytes()), mmap=True)
    with pytest.raises(RuntimeError, match=r"Parent directory .*nowhere does not exist"):
        torch.save(1, tmp_path / "nowhere" / "x.pt")
    with pytest.raises(TypeError, match="nothing is pickled"):
        torch.save(1, path, pickle_module=io)
