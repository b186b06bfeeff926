"""IDX files: every type, and every way a file can lie."""

import gzip
import struct
import tracemalloc

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import data

TYPES = {0x08: "u1", 0x09: "i1", 0x0B: "i2", 0x0C: "i4", 0x0D: "f4", 0x0E: "f8"}


def idx(code, shape, payload):
    return bytes([0, 0, code, len(shape)]) + struct.pack(f">{len(shape)}I", *shape) + payload


def write(tmp_path, content, name="file.idx"):
    path = tmp_path / name
    path.write_bytes(content)
    return path


GOOD = idx(0x08, (2, 3), bytes(range(6)))


@pytest.mark.parametrize("code", TYPES)
@pytest.mark.parametrize("shape", [(), (4,), (2, 3, 4), (0, 5)])
@pytest.mark.parametrize("compress", [False, True])
def test_every_type_is_read(tmp_path, code, shape, compress):
    values = np.random.default_rng(0).integers(-100, 100, size=shape).astype(TYPES[code])
    content = idx(code, shape, values.astype(values.dtype.newbyteorder(">")).tobytes())
    tensor = data.read_idx(write(tmp_path, gzip.compress(content) if compress else content))
    assert tensor.dtype == values.dtype
    assert tensor.shape == shape
    assert np.array_equal(tensor.numpy(), values)
    if tensor.size:
        tensor.zero_()  # own, writable memory


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (b"", "too few"),
        (b"\0\0\x08", "too few"),
        (b"\0\1\x08\1" + GOOD[4:], "bad magic number 0x00010801"),
        (b"\0\0\x0a\1" + GOOD[4:], "bad magic number"),
        (b"PK\3\4 a zip file", "bad magic number"),
        (GOOD[:9], "ends before"),
        (GOOD[:-1], r"wrong length.*\(2, 3\).*6 bytes.*holds 5"),
        (GOOD + b"x", r"wrong length.*6 bytes.*holds"),
        (idx(0x0E, (2**32 - 1,) * 8, b"12345678"), "wrong length"),
        (bytes([0, 0, 8, 255]) + bytes([0, 0, 0, 1] * 255) + b"x", "255 axes"),
    ],
)
@pytest.mark.parametrize("compress", [False, True])
def test_lying_files_are_named_and_explained(tmp_path, content, message, compress):
    path = write(tmp_path, gzip.compress(content) if compress else content, "liar.idx")
    with pytest.raises(ValueError, match=message) as error:
        data.read_idx(path)
    assert str(error.value).startswith(str(path))


def test_damaged_compression_is_explained(tmp_path):
    packed = gzip.compress(idx(0x08, (1000,), bytes(1000)))
    broken = bytearray(gzip.compress(np.random.default_rng(0).bytes(1000)))
    broken[len(broken) // 2] ^= 255
    for content in (packed[:-9], packed[:12], packed[:3], bytes(broken), b"\x1f\x8b"):
        with pytest.raises(ValueError, match=r"gzip|IDX"):
            data.read_idx(write(tmp_path, content))


def test_a_compressed_bomb_is_not_unpacked(tmp_path):
    content = idx(0x08, (10,), bytes(50_000_000))
    with pytest.raises(ValueError, match="10 bytes, but the file holds more"):
        data.read_idx(write(tmp_path, gzip.compress(content, 1)))


def test_missing_files_are_an_os_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        data.read_idx(tmp_path / "nothing")


@pytest.mark.parametrize("names", [("-", ""), ("-", ".gz"), (".", ""), (".", ".gz")])
def test_mnist_finds_its_files(tmp_path, names):
    dot, suffix = names
    pack = gzip.compress if suffix else bytes
    for prefix, n in (("train", 3), ("t10k", 2)):
        images = idx(0x08, (n, 4, 4), bytes(16 * n))
        write(tmp_path, pack(images), f"{prefix}-images{dot}idx3-ubyte{suffix}")
        write(tmp_path, pack(idx(0x08, (n,), bytes(range(n)))), f"{prefix}-labels{dot}idx1-ubyte{suffix}")
    images, labels = data.mnist(tmp_path)
    assert images.shape == (3, 4, 4)
    assert images.dtype == fg.uint8
    assert labels.tolist() == [0, 1, 2]
    images, labels = data.mnist(str(tmp_path), split="test")
    assert images.shape == (2, 4, 4)
    assert labels.tolist() == [0, 1]


def test_mnist_explains_what_is_missing_or_does_not_fit(tmp_path):
    with pytest.raises(FileNotFoundError, match="train-images-idx3-ubyte"):
        data.mnist(tmp_path)
    with pytest.raises(ValueError, match="split"):
        data.mnist(tmp_path, split="validation")
    write(tmp_path, idx(0x08, (2, 4, 4), bytes(32)), "train-images-idx3-ubyte")
    with pytest.raises(FileNotFoundError, match="train-labels-idx1-ubyte"):
        data.mnist(tmp_path)
    write(tmp_path, idx(0x08, (3,), bytes(3)), "train-labels-idx1-ubyte")
    with pytest.raises(ValueError, match=r"\(2, 4, 4\).*\(3,\)"):
        data.mnist(tmp_path)


def test_what_states_more_than_is_safe_is_refused_before_it_is_read(tmp_path, monkeypatch):
    path = write(tmp_path, gzip.compress(idx(8, (1 << 20,), bytes(1 << 20))))
    with pytest.raises(ValueError, match=r"file\.idx: states 1048576 bytes, more than 1000000.*max_bytes"):
        data.read_idx(path, max_bytes=1_000_000)
    assert data.read_idx(path, max_bytes=1 << 20).size == data.read_idx(path).size == 1 << 20
    monkeypatch.setattr("fastgrad.io.reader._SAFE_BYTES", 1000)
    with pytest.raises(ValueError, match="max_bytes"):
        data.read_idx(path)


def test_the_tensor_is_the_memory_that_was_read_into(tmp_path):
    path = write(tmp_path, idx(13, (1 << 20,), bytes(4 << 20)))
    fg.memory.reset_peak()
    before = fg.memory.stats()["in_use"]
    tracemalloc.start()
    values = data.read_idx(path)
    peak = tracemalloc.get_traced_memory()[1] + fg.memory.stats()["peak"] - before
    tracemalloc.stop()
    assert values.dtype == fg.float32
    assert peak < 9 << 20  # a piece, and the whole that it is appended to
    values += 1.0
    assert values.numpy()[0] == 1.0
