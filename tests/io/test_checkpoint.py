"""Checkpoints: what comes back is what went in; what is damaged is refused."""

import argparse
import contextlib
import datetime
import gzip
import io
import json
import math
import os
import pathlib
import pickle
import stat
import threading
import tracemalloc
import types
import zipfile
from collections import Counter, OrderedDict, defaultdict, deque
from decimal import Decimal
from fractions import Fraction
from uuid import UUID

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


PLAIN = [
    *(
        {1, "a", (2, None)},
        frozenset([1]),
        b"a\0\xff",
        bytearray(b"x"),
        1 - 2j,
        complex("nan"),
        range(1, 9, 2),
        slice(1, None),
    ),
    *(
        ...,
        int,
        np.float32,
        type(None),
        OrderedDict(b=1, a=[2]),
        Counter("aab"),
        defaultdict(list, a=[1]),
        deque([1], 3),
    ),
    *(argparse.Namespace(lr=0.1, layers=[1, 2]), types.SimpleNamespace(a=b"x"), Decimal("1.50"), Fraction(1, 3)),
    *(
        datetime.datetime(2020, 1, 2, 3, tzinfo=datetime.timezone.utc),
        datetime.date(2020, 1, 2),
        datetime.time(3, fold=1),
    ),
    *(
        datetime.timedelta(1, 2),
        UUID(int=7),
        pathlib.Path("a/b"),
        pathlib.PureWindowsPath("c:/a"),
        fg.bfloat16,
        fg.int8,
    ),
    *(np.dtype(">f4"), np.dtype("U3"), np.bytes_(b"x"), {(1, 2): 3, frozenset([1]): 4, b"k": 5, True: 6, None: 7}),
]


@pytest.mark.parametrize("value", PLAIN, ids=lambda value: type(value).__name__)  # sets print in any order
def test_plain_values_of_the_standard_library_survive(value):
    (loaded,) = through([value])
    assert type(loaded) is type(value)
    assert repr(loaded) == repr(value) if not isinstance(value, (set, frozenset)) else loaded == value
    if isinstance(value, dict):
        assert list(loaded.items()) == list(value.items())


@pytest.mark.parametrize(
    "array",
    [np.array(["a", "bcd"]), np.array([[b"x", b""]]), np.array(["2020-01-02", "NaT"], "M8[D]"), np.array([], "U4")],
    ids=lambda array: str(array.dtype),
)
def test_arrays_of_texts_and_times_survive(array):
    loaded = through(array)
    assert (loaded.dtype, loaded.shape) == (array.dtype, array.shape)
    np.testing.assert_array_equal(loaded, array)
    assert through(np.array([1, "a", None], object)).tolist() == [1, "a", None]


def test_equal_sets_give_equal_files():
    files = [io.BytesIO(), io.BytesIO()]
    for file, values in zip(files, (range(9), reversed(range(9))), strict=True):
        fg.save({f"{value}" for value in values}, file)
    assert files[0].getvalue() == files[1].getvalue()


def test_attributes_of_an_ordered_dict_survive():
    state = OrderedDict(a=fg.ones(1))
    state._metadata = {"": {"version": 2}}
    assert through(state)._metadata == {"": {"version": 2}}


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


SCALARS = [
    *(np.dtype(name).type(1) for name in DTYPES if name != "bfloat16"),
    *(np.float32(np.nan), np.float64(-0.0), np.float64(0.1), np.bool_(False), np.complex64(1 + 2j), np.longdouble(0.1)),
    *(np.datetime64("2026-01-02"), np.timedelta64(3, "s"), np.str_(""), np.str_("ü")),
]


@pytest.mark.parametrize("scalar", SCALARS, ids=lambda scalar: f"{scalar.dtype}-{scalar}")
def test_numpy_scalars_keep_type_dtype_and_value(scalar):
    loaded = through({"s": [scalar]})["s"][0]
    assert type(loaded) is type(scalar)
    assert loaded.dtype == scalar.dtype
    np.testing.assert_array_equal(loaded, scalar)
    assert np.signbit(loaded) == np.signbit(scalar) if scalar.dtype.kind == "f" else True
    if scalar == scalar:
        assert through({scalar: 1}) == {scalar: 1}
        assert type(next(iter(through({scalar: 1})))) is type(scalar)


@pytest.mark.parametrize(
    "key",
    [
        "k" * 65_535,
        "k" * 70_000,
        "ü" * 40_000,
        "\ud800",
        "a\udfffb",
        "",
        ".",
        "..",
        "/",
        "a/b",
        "\0",
        "\\",
        "fastgrad.json",
        "#2",
    ],
    ids=lambda key: ascii(key[:9]),
)
def test_any_string_is_a_key(key):
    loaded = through({key: fg.ones(1), "x": {key: fg.zeros(2), "other": key}})
    assert list(loaded) == [key, "x"]
    assert loaded[key].tolist() == [1.0]
    assert loaded["x"][key].tolist() == [0.0, 0.0]
    assert loaded["x"]["other"] == key


def test_long_keys_that_begin_alike_stay_apart():
    keys = ["k" * 70_000 + str(i) for i in range(3)]
    loaded = through({key: fg.tensor(i) for i, key in enumerate(keys)})
    assert [loaded[key].item() for key in keys] == [0, 1, 2]


def test_integers_of_any_length_survive():
    for value in (10**300, -(10**5000), 2**1024, -(2**63)):
        assert through([value]) == [value]


def test_what_contains_itself_is_refused():
    loop = []
    loop.append(loop)
    with pytest.raises(ValueError, match="save: the object contains itself, or is nested too deeply"):
        fg.save({"a": loop}, io.BytesIO())


def test_files_opened_for_text_are_refused(tmp_path):
    path = tmp_path / "x.npz"
    with open(path, "w") as file, pytest.raises(TypeError, match="'wb'"):
        fg.save(1, file)
    with open(path) as file, pytest.raises(TypeError, match="'rb'"):
        fg.load(file)


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


posix = pytest.mark.skipif(os.name != "posix", reason="modes, pipes and devices of POSIX")


@posix
@pytest.mark.parametrize("mode", [0o600, 0o640, 0o444, 0o666, 0o755])
def test_a_file_that_is_saved_over_keeps_its_mode_and_owner(tmp_path, mode):
    path, link = tmp_path / "net.npz", tmp_path / "link.npz"
    fg.save(1, path)
    os.chmod(path, mode)
    if os.getuid() == 0:
        os.chown(path, 12345, 23456)
    before = os.stat(path)
    os.symlink(path, link)
    for value, place in ((2, path), (3, link)):
        fg.save(value, place)
        after = os.stat(path)
        assert (after.st_mode, after.st_uid, after.st_gid) == (before.st_mode, before.st_uid, before.st_gid)
        assert fg.load(path) == value
    assert link.is_symlink()


@posix
def test_a_new_file_has_the_mode_of_any_new_file(tmp_path):
    fg.save(1, tmp_path / "net.npz")
    (tmp_path / "other").touch()
    assert os.stat(tmp_path / "net.npz").st_mode == os.stat(tmp_path / "other").st_mode


@posix
def test_nobody_reads_a_private_file_while_it_is_written(tmp_path, monkeypatch):
    path = tmp_path / "net.npz"
    fg.save(1, path)
    os.chmod(path, 0o600)
    modes = []

    def look(fd):
        modes.extend(os.stat(tmp_path / name).st_mode & 0o777 for name in os.listdir(tmp_path))

    monkeypatch.setattr(os, "fsync", look)
    fg.save(2, path)
    assert modes == [0o600, 0o600]


@posix
def test_pipes_and_devices_are_written_to_and_stay(tmp_path):
    pipe, link, read = tmp_path / "pipe", tmp_path / "link", []
    os.mkfifo(pipe)
    os.symlink(pipe, link)
    for place in (pipe, link):
        reader = threading.Thread(target=lambda: read.append(pipe.read_bytes()))
        reader.start()
        fg.save({"x": fg.arange(5)}, place)
        reader.join()
        assert fg.load(io.BytesIO(read[-1]))["x"].tolist() == [0, 1, 2, 3, 4]
        assert stat.S_ISFIFO(os.stat(pipe).st_mode)
    assert sorted(os.listdir(tmp_path)) == ["link", "pipe"]
    fg.save(1, os.devnull)
    assert stat.S_ISCHR(os.stat(os.devnull).st_mode)


@posix
def test_what_cannot_be_read_twice_is_refused(tmp_path):
    ends = os.pipe()
    with open(ends[0], "rb") as file, open(ends[1], "wb"), pytest.raises(ValueError, match=r"a pipe.*io\.BytesIO"):
        fg.load(file)


def test_what_cannot_be_saved_is_refused_with_its_place():
    for obj, message in (
        ({"a": [1, object()]}, r"a object at 'a\.1'"),
        ({"a": np.zeros(1, "f4,f4")}, "dtype"),
        ({"a": np.ma.masked_array([1.0, 2.0], [True, False])}, "the array at 'a' is masked"),
        ({"a": np.ma.masked}, "the array at 'a' is masked"),
        ({"a": np.void(b"x")}, "a scalar must be a number, got dtype .* at 'a'"),
        (lambda: 0, "a function"),
        (nn.Linear(1, 1), "a Linear"),
        (defaultdict(lambda: 0), "a defaultdict makes"),
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


@pytest.mark.parametrize("obj", [{"x": fg.arange(3.0), "n": [1]}, {"a" * 20: fg.zeros(2), "b": np.float32(1)}, 7])
def test_no_flipped_bit_anywhere_changes_what_is_loaded(obj):
    file = io.BytesIO()
    fg.save(obj, file)
    content, whole = file.getvalue(), repr(through(obj))
    for bit in range(8 * len(content)):
        changed = bytearray(content)
        changed[bit // 8] ^= 1 << bit % 8
        with contextlib.suppress(ValueError):
            assert repr(fg.load(io.BytesIO(bytes(changed)))) == whole, bit
    name = content.index(b"fastgrad.json")
    for place in (name, content.rindex(b"fastgrad.json")):
        for bit in range(8 * len("fastgrad.json")):
            changed = bytearray(content)
            changed[place + bit // 8] ^= 1 << bit % 8
            with pytest.raises(ValueError, match="the file"):
                fg.load(io.BytesIO(bytes(changed)))


def test_no_changed_bytes_crash_or_raise_anything_else(good, tmp_path):
    content = good.read_bytes()
    rng = np.random.default_rng(0)
    for _ in range(500):
        changed = bytearray(content)
        for position in rng.choice(len(content), rng.integers(1, 4), replace=False):
            changed[position] ^= int(rng.integers(1, 256))
        with contextlib.suppress(ValueError):
            fg.load(io.BytesIO(bytes(changed)))


def test_every_cut_is_refused():
    file = io.BytesIO()
    fg.save({"x": fg.arange(3.0)}, file)
    content = file.getvalue()
    for length in range(len(content)):
        with pytest.raises(ValueError, match="the file: "):
            fg.load(io.BytesIO(content[:length]))


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


def zipped(**members):
    file = io.BytesIO()
    archive(file, {name.replace("__", "/").replace("_dot_", "."): content for name, content in members.items()})
    return file.getvalue()


def safetensors():
    header = json.dumps({"w": {"dtype": "F32", "shape": [1], "data_offsets": [0, 4]}}).encode()
    return len(header).to_bytes(8, "little") + header + b"\0" * 4


def of_numpy(save, *args, **kwargs):
    file = io.BytesIO()
    save(file, *args, **kwargs)
    return file.getvalue()


FOREIGN = {
    "empty": (b"", "an empty file"),
    "pytorch": (zipped(archive__data_dot_pkl=b"x", archive__version=b"3\n"), "a PyTorch checkpoint.*torch.load"),
    "pytorch_in_any_folder": (zipped(model__data_dot_pkl=b"x", model__data__0=b"\0" * 8), "a PyTorch checkpoint"),
    "torchscript": (zipped(m__data_dot_pkl=b"x", m__constants_dot_pkl=b"x"), r"a TorchScript program.*state_dict\(\)"),
    "old_pytorch": (
        pickle.dumps(0x1950A86A20F9469CFC6C, protocol=2) + b"\x80\x02M\xe9\x03.",
        "a PyTorch checkpoint of the old",
    ),
    **{f"pickle_{n}": (pickle.dumps({"weights": [1, 2]}, protocol=n), "a pickle.*never unpickles") for n in range(6)},
    "npy": (npy(np.ones(3)), r"a \.npy file of one array.*; use fg\.asarray\(numpy\.load\(path\)\)"),
    "npz_of_objects": (of_numpy(np.savez, a=np.array([None])), "the array 'a' must be of numbers, got dtype object"),
    "npz_of_nothing": (of_numpy(np.savez), "a zip archive without a member"),
    "safetensors": (safetensors(), "a safetensors file.*load_safetensors"),
    "hdf5": (b"\x89HDF\r\n\x1a\n" + b"\0" * 100, "an HDF5 file.*h5py"),
    "gzip": (gzip.compress(b"x" * 100), "a gzip file.*; unpack it"),
    "text": (b"epoch,loss\n1,0.5\n" * 50, "a text file that begins with 'epoch,loss"),
    "utf8_text": ("ä".encode() * 600, "a text file"),
    "json": (b'{"a": 1}', "a text file"),
    "web_page": (b"\n<!DOCTYPE html><html></html>", "a web page"),
    "lfs": (b"version https://git-lfs.github.com/spec/v1\noid sha256:0\n", "Git LFS.*git lfs pull"),
    "zip_of_others": (zipped(a_dot_txt="x", b_dot_txt="y"), r"a zip archive of something else.*'a\.txt', 'b\.txt'"),
    "zip_of_both": (zipped(a_dot_npy=npy(np.ones(1)), b_dot_txt="y"), r"something else than arrays \('b\.txt'\)"),
    "office": (zipped(**{"[Content_Types]_dot_xml": "x"}), "an office document"),
    "noise": (bytes(range(1, 256)) * 3, "a file of an unknown kind"),
}


@pytest.mark.parametrize("name", FOREIGN)
def test_a_file_of_another_kind_is_an_error_that_says_what_it_is(tmp_path, name):
    content, message = FOREIGN[name]
    path = tmp_path / "model.pt"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"(?s)model\.pt: .*{message}"):
        fg.load(path)


def test_what_pytorch_saves_is_an_error_that_says_what_it_is(tmp_path):
    torch = pytest.importorskip("torch")
    path = tmp_path / "model.pt"
    for zip_format, message in ((True, "a PyTorch checkpoint, "), (False, "a PyTorch checkpoint of the old format, ")):
        torch.save(torch.nn.Linear(2, 1).state_dict(), path, _use_new_zipfile_serialization=zip_format)
        with pytest.raises(ValueError, match=rf"model\.pt: {message}"):
            fg.load(path)


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
        {"fastgrad.json": skeleton({"scalar": "00", "dtype": "O"})},
        {"fastgrad.json": skeleton({"scalar": "00", "dtype": "<f4"})},
        {"fastgrad.json": skeleton({"scalar": "0000", "dtype": "|i1"})},
        {"fastgrad.json": skeleton({"int": "x"})},
        {"fastgrad.json": skeleton({"kind": "module", "of": "os"})},
        {"fastgrad.json": skeleton({"kind": "type", "of": "os"})},
        {"fastgrad.json": skeleton({"kind": "type", "of": "numpy.load"})},
        {"fastgrad.json": skeleton({"kind": "bytes", "of": "?"})},
        {"fastgrad.json": skeleton({"kind": "range", "of": [1, 2, 0]})},
        {"fastgrad.json": skeleton({"kind": "Decimal", "of": "x"})},
        {"fastgrad.json": skeleton({"kind": "defaultdict", "of": [{"kind": "bytes", "of": ""}, {"dict": []}]})},
        {"fastgrad.json": skeleton({"kind": "numpy array", "of": ["<U99999999", [2], ["a", "b"]]})},
        {"fastgrad.json": skeleton({"kind": "numpy array", "of": ["<f8", [1], [1.0]]})},
        {"fastgrad.json": skeleton({"kind": "set", "of": [[1]]})},
        {"fastgrad.json": skeleton({"again": 0})},
        {"fastgrad.json": skeleton({"name": ["os", "system"]})},
        {"fastgrad.json": skeleton({"object": ["fastgrad.nn", "Linear"]})},
        {"fastgrad.json": skeleton({"member": ["signal", "Signals", "SIGINT"]})},
        {"a.npy": npy(np.arange(6)), "fastgrad.json": skeleton({"tensor": "a", "as": "Linear"})},
        {"a.npy": npy(np.arange(6)), "fastgrad.json": skeleton({"tensor": "a", "shared": True, "view": [[9], [1], 0]})},
        {
            "a.npy": npy(np.arange(6)),
            "fastgrad.json": skeleton({"tensor": "a", "shared": True, "view": [[2], [1], -1]}),
        },
        {
            "a.npy": npy(np.arange(6)),
            "fastgrad.json": skeleton({"tensor": "a", "shared": True, "view": [[2], [-1], 3]}),
        },
        {"a.npy": npy(np.arange(6)), "fastgrad.json": skeleton({"tensor": "a", "requires_grad": True})},
    ],
)
def test_forged_files_are_refused(tmp_path, members):
    path = tmp_path / "forged.npz"
    archive(path, members)
    with pytest.raises(ValueError, match=r"forged\.npz"):
        fg.load(path)


# ---- memory ----


def deflated(arrays, path):
    np.savez_compressed(path, **arrays)
    return path


def test_a_file_that_unpacks_to_more_than_is_safe_is_refused_before_anything_is_read(tmp_path, monkeypatch):
    path = deflated({"a": np.zeros(1 << 18), "b": np.zeros(1 << 18)}, tmp_path / "bomb.npz")  # 4 MiB in 4 KiB
    fg.memory.reset_peak()
    before = fg.memory.stats()["peak"]
    with pytest.raises(ValueError, match=r"bomb\.npz: .*more than 3145728 bytes once unpacked.*max_bytes"):
        fg.load(path, max_bytes=3 << 20)
    assert fg.memory.stats()["peak"] - before < 1 << 20
    assert len(fg.load(path, max_bytes=5 << 20)) == 2
    assert len(fg.load(path)) == 2
    monkeypatch.setattr("fastgrad.io.reader._SAFE_BYTES", 1 << 20)
    with pytest.raises(ValueError, match="max_bytes"):
        fg.load(path)
    with pytest.raises(ValueError, match="max_bytes must not be negative"):
        fg.load(path, max_bytes=-1)
    # What is not packed holds what it states: any size is loaded.
    fg.save({"a": fg.zeros(1 << 18)}, path)
    assert fg.load(path)["a"].size == 1 << 18


def test_one_array_named_many_times_counts_each_time(tmp_path):
    path = tmp_path / "forged.npz"
    archive(path, {"a.npy": npy(np.zeros(1 << 17)), "fastgrad.json": skeleton([{"tensor": "a"}] * 100)})
    with pytest.raises(ValueError, match="max_bytes"):
        fg.load(path, max_bytes=10 << 20)


def test_a_header_that_states_more_than_the_file_can_hold_costs_nothing(tmp_path):
    path = tmp_path / "forged.npz"
    for method in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
        with zipfile.ZipFile(path, "w", method) as file:
            file.writestr("a.npy", npy(np.zeros(8)).replace(b"(8,), }            ", b"(1099511627776,), }"))
        with pytest.raises(ValueError, match=r"states shape \(1099511627776,\)"):
            fg.load(path)
        # A directory that lies along: the size is checked against what is packed.
        packed = bytearray(path.read_bytes())
        entry = packed.rindex(b"PK\1\2")
        packed[entry + 24 : entry + 28] = (0xFFFFFF00).to_bytes(4, "little")
        path.write_bytes(bytes(packed))
        with pytest.raises(ValueError, match="cannot hold"):
            fg.load(path)


@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "bool", "float64"])
@pytest.mark.parametrize("packed", [False, True])
def test_an_array_is_read_straight_into_its_memory(tmp_path, dtype, packed):
    path = tmp_path / "big.npz"
    tensor = fg.zeros(4 << 20, dtype=getattr(fg, dtype))
    fg.save({"x": tensor}, path)
    if packed:
        with zipfile.ZipFile(path) as old, zipfile.ZipFile(tmp_path / "p.npz", "w", zipfile.ZIP_DEFLATED) as new:
            for name in old.namelist():
                new.writestr(name, old.read(name))
        path = tmp_path / "p.npz"
    size = (4 << 20) * {"float32": 4, "bfloat16": 2, "bool": 1, "float64": 8}[dtype]
    del tensor
    fg.memory.reset_peak()
    before = fg.memory.stats()["in_use"]
    tracemalloc.start()
    loaded = fg.load(path)["x"]
    python = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert loaded.size == 4 << 20
    assert fg.memory.stats()["peak"] - before + python < size + (3 << 20)


def test_bytes_that_are_no_bools_become_bools(tmp_path):
    path = tmp_path / "bools.npz"
    content = bytearray(npy(np.zeros(4, bool)))
    content[-4:] = bytes([0, 1, 2, 255])
    archive(path, {"a.npy": bytes(content)})
    assert memoryview(fg.load(path)["a"]).cast("B").tolist() == [0, 1, 1, 1]


def test_nothing_is_unpickled(tmp_path):
    path = tmp_path / "bomb.npz"
    array = np.empty(1, dtype=object)
    array[0] = Bomb()
    np.savez(path, bomb=array)
    with pytest.raises(ValueError, match="object"):
        fg.load(path)
