"""Checkpoints: what comes back is what went in; what is damaged is refused."""

import contextlib
import io
import json
import math
import os
import pickle
import zipfile

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn, optim

DTYPES = [
    "bool",
    "uint8",
    "int8",
    "uint16",
    "int16",
    "uint32",
    "int32",
    "uint64",
    "int64",
    "float16",
    "bfloat16",
    "float32",
    "float64",
]


def through(obj):
    file = io.BytesIO()
    fg.save(obj, file)
    file.seek(0)
    return fg.load(file)


@pytest.mark.parametrize("name", DTYPES)
@pytest.mark.parametrize("shape", [(), (0, 3), (2, 3)])
def test_every_dtype_and_shape_survives(name, shape):
    dtype = getattr(fg, name)
    values = np.arange(math.prod(shape)).reshape(shape) * (1 if name == "bool" else 3)
    tensor = fg.tensor(values.astype(np.float64)).astype(dtype)
    loaded = through({"t": tensor})["t"]
    assert loaded.dtype == dtype
    assert loaded.shape == shape
    assert np.array_equal(loaded.astype(fg.float64).numpy(), tensor.astype(fg.float64).numpy())


@pytest.mark.parametrize("name", ["float16", "bfloat16", "float32", "float64"])
def test_special_floats_survive(name):
    values = np.array([np.nan, np.inf, -np.inf, -0.0, 1e-7, 3.140625])
    tensor = fg.tensor(values).astype(getattr(fg, name))
    before, after = (t.astype(fg.float64).numpy() for t in (tensor, through(tensor)))
    np.testing.assert_array_equal(before, after)
    assert np.array_equal(np.signbit(before), np.signbit(after))


def test_layout_does_not_matter():
    base = fg.arange(24.0).reshape(2, 3, 4)
    for view in (base[:, ::2], base.permute((2, 0, 1)), base[1], base[:, :, ::-1]):
        assert np.array_equal(through(view).numpy(), view.numpy())
    assert np.array_equal(through(np.asfortranarray(base.numpy()[0])), base.numpy()[0])
    assert np.array_equal(through(base.numpy().astype(">f4")), base.numpy())


def test_structure_survives():
    obj = {
        "none": None,
        "flags": [True, False],
        "numbers": (1, -2.5, 10**30, math.inf, -math.inf),
        "text": 'ü\n"',
        3: {"nested": {None: 1, 2.5: 2, True: 3}},
        "empty": [{}, [], ()],
        "a.b": 1,
        "array": np.arange(3),
        "scalar": np.float32(0.5),
    }
    loaded = through(obj)
    assert list(loaded) == list(obj)
    array = loaded.pop("array")
    assert isinstance(array, np.ndarray)
    assert array.tolist() == [0, 1, 2]
    del obj["array"]
    assert loaded == obj
    assert [type(key) for key in loaded[3]["nested"]] == [type(None), float, bool]
    assert math.isnan(through(math.nan))
    assert through(None) is None
    assert through("x") == "x"
    assert isinstance(loaded["numbers"], tuple)
    assert loaded["flags"][0] is True


def test_paths_that_collide_or_are_odd_keep_their_tensors_apart():
    obj = {"a": {"b": fg.zeros(1)}, "a.b": fg.ones(1), "": fg.full((1,), 2.0), "x\0y": fg.full((1,), 3.0)}
    obj |= {"x_y": fg.full((1,), 4.0), "../é": fg.full((1,), 5.0), 1: fg.full((1,), 6.0), "1": fg.full((1,), 7.0)}
    loaded = through(obj)
    assert loaded["a"]["b"].item() == 0.0
    assert loaded["a.b"].item() == 1.0
    assert [loaded[key].item() for key in ("", "x\0y", "x_y", "../é", 1, "1")] == [2, 3, 4, 5, 6, 7]


def test_parameters_come_back_as_plain_tensors():
    p = nn.Parameter(fg.ones(2))
    loaded = through([p, (p * 2)])
    assert not isinstance(loaded[0], nn.Parameter)
    assert not any(t.requires_grad for t in loaded)
    loaded[0].fill_(3.0)
    assert p.tolist() == [1.0, 1.0]


def test_a_training_run_is_resumed(tmp_path):
    def make():
        fg.manual_seed(0)
        net = nn.Sequential(nn.Linear(4, 8), nn.BatchNorm1d(8), nn.Tanh(), nn.Linear(8, 1))
        return net, optim.Adam([{"params": net[:2].parameters(), "lr": 0.01}, {"params": net[3].parameters()}])

    def train(net, optimizer, steps):
        losses = []
        for _ in range(steps):
            optimizer.zero_grad()
            loss = nn.functional.mse_loss(net(x), y)
            loss.backward()
            optimizer.step()
            losses.append(loss.item())
        return losses

    rng = np.random.default_rng(0)
    x, y = (fg.tensor(rng.normal(size=shape).astype(np.float32)) for shape in ((16, 4), (16, 1)))
    net, optimizer = make()
    train(net, optimizer, 5)
    path = tmp_path / "run.npz"
    fg.save({"net": net.state_dict(), "optimizer": optimizer.state_dict(), "epoch": 5}, path)
    expected = train(net, optimizer, 5)
    net, optimizer = make()
    checkpoint = fg.load(path)
    net.load_state_dict(checkpoint["net"])
    optimizer.load_state_dict(checkpoint["optimizer"])
    assert checkpoint["epoch"] == 5
    assert train(net, optimizer, 5) == expected


def test_numpy_reads_what_fastgrad_writes_and_the_other_way(tmp_path):
    state = nn.Linear(3, 2).state_dict()
    fg.save(state, tmp_path / "ours.npz")
    with np.load(tmp_path / "ours.npz") as file:
        for key, value in state.items():
            assert np.array_equal(file[key], value.numpy())
    np.savez_compressed(tmp_path / "theirs.npz", weight=np.ones((2, 3)), bias=np.zeros(2, np.int32))
    loaded = fg.load(str(tmp_path / "theirs.npz"))
    assert loaded["weight"].dtype == fg.float64
    assert loaded["bias"].dtype == fg.int32


def test_equal_content_gives_equal_bytes_at_exactly_the_given_path(tmp_path):
    for name in ("a.npz", "b.pt"):
        fg.save({"x": fg.ones(3)}, tmp_path / name)
    assert (tmp_path / "a.npz").read_bytes() == (tmp_path / "b.pt").read_bytes()
    assert sorted(os.listdir(tmp_path)) == ["a.npz", "b.pt"]


def test_a_failure_leaves_the_old_file(tmp_path, monkeypatch):
    path = tmp_path / "net.npz"
    fg.save({"x": 1}, path)
    with pytest.raises(TypeError):
        fg.save({"x": object()}, path)

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "fsync", fail)
    with pytest.raises(OSError, match="disk full"):
        fg.save({"x": 2}, path)
    assert fg.load(path) == {"x": 1}
    assert os.listdir(tmp_path) == ["net.npz"]


@pytest.mark.skipif(not hasattr(os, "symlink"), reason="no symbolic links")
def test_a_link_stays_a_link(tmp_path):
    os.symlink(tmp_path / "real.npz", tmp_path / "link.npz")
    fg.save(1, tmp_path / "link.npz")
    assert (tmp_path / "link.npz").is_symlink()
    assert fg.load(tmp_path / "real.npz") == 1


def test_what_cannot_be_saved_is_refused_with_its_place():
    for obj, message in (
        ({"a": [1, {2}]}, r"a set at 'a\.1'"),
        ({"a": 1j}, "a complex at 'a'"),
        ({"a": np.array(["x"])}, "dtype"),
        ({"a": np.array([None])}, "dtype"),
        ({(1, 2): 3}, "key"),
        (b"x", "a bytes"),
        (lambda: 0, "a function"),
    ):
        with pytest.raises(TypeError, match=message):
            fg.save(obj, io.BytesIO())


@pytest.fixture
def good(tmp_path):
    path = tmp_path / "good.npz"
    fg.save({"x": fg.arange(1000.0), "n": [1]}, path)
    return path


def test_damaged_files_are_named(good, tmp_path):
    content = good.read_bytes()
    path = tmp_path / "bad.npz"
    variants = [b"", b"junk" * 100, content[:-30], content[: len(content) // 2], content[100:]]
    flipped = bytearray(content)
    flipped[len(content) // 2] ^= 255
    variants.append(bytes(flipped))
    for variant in variants:
        path.write_bytes(variant)
        with pytest.raises(ValueError, match=r"bad\.npz"):
            fg.load(path)
    with pytest.raises(FileNotFoundError):
        fg.load(tmp_path / "nothing.npz")


def test_no_single_changed_byte_crashes_or_raises_anything_else(good, tmp_path):
    content = good.read_bytes()
    path = tmp_path / "fuzz.npz"
    rng = np.random.default_rng(0)
    for position in rng.choice(len(content), 300, replace=False):
        changed = bytearray(content)
        changed[position] ^= int(rng.integers(1, 256))
        path.write_bytes(bytes(changed))
        with contextlib.suppress(ValueError):
            fg.load(path)


def archive(path, members):
    with zipfile.ZipFile(path, "w") as file:
        for name, content in members.items():
            file.writestr(name, content)


def npy(array):
    file = io.BytesIO()
    np.save(file, array)
    return file.getvalue()


class Bomb:
    def __reduce__(self):
        return os.abort, ()


def skeleton(content):
    return json.dumps({"format": 1, "content": content})


@pytest.mark.parametrize(
    "members",
    [
        {"a.npy": pickle.dumps(1)},
        {"a.npy": npy(np.arange(6))[:-8]},
        {"a.npy": npy(np.arange(6)) + b"\0" * 8},
        {"a.npy": npy(np.arange(6)).replace(b"(6,)", b"(-6)")},
        {"a.npy": npy(np.arange(6)).replace(b"(6,), }", b"(6**9,)")},
        {"a.npy": npy(np.array(["x"]))},
        {"a.npy": npy(np.array([1j]))},
        {"fastgrad.json": "{"},
        {"fastgrad.json": "[]"},
        {"fastgrad.json": b"\xff\xfe"},
        {"fastgrad.json": json.dumps({"format": 99, "content": 1})},
        {"fastgrad.json": json.dumps({"format": 1})},
        {"fastgrad.json": skeleton({"tensor": "missing"})},
        {"fastgrad.json": skeleton({"tensor": 3})},
        {"fastgrad.json": skeleton({"unknown": 3})},
        {"fastgrad.json": skeleton({"dict": 3})},
        {"fastgrad.json": skeleton({"dict": [[[], 1]]})},
        {"fastgrad.json": skeleton({"float": "x"})},
        {"fastgrad.json": "[" * 100_000},
    ],
)
def test_forged_files_are_refused(tmp_path, members):
    path = tmp_path / "forged.npz"
    archive(path, members)
    with pytest.raises(ValueError, match=r"forged\.npz"):
        fg.load(path)


def test_nothing_is_unpickled(tmp_path):
    path = tmp_path / "bomb.npz"
    array = np.empty(1, dtype=object)
    array[0] = Bomb()
    np.savez(path, bomb=array)
    with pytest.raises(ValueError, match="object"):
        fg.load(path)
