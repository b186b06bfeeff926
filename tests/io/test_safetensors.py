"""safetensors files: what is in them comes out, and what cannot be is refused before an array is made."""

from __future__ import annotations

import json

import numpy as np
import pytest

import fastgrad as fg
from fastgrad.io import load_safetensors

DTYPES = {
    "BOOL": "bool", "U8": "uint8", "I8": "int8", "U16": "uint16", "I16": "int16", "U32": "uint32", "I32": "int32",
    "U64": "uint64", "I64": "int64", "F16": "float16", "F32": "float32", "F64": "float64",
}  # fmt: skip


def packed(header, data=b""):
    text = header if isinstance(header, bytes) else json.dumps(header).encode()
    return len(text).to_bytes(8, "little") + text + data


def entry(dtype="F32", shape=(1,), places=(0, 4)):
    return {"dtype": dtype, "shape": list(shape), "data_offsets": list(places)}


@pytest.mark.parametrize("name", DTYPES)
def test_every_dtype_comes_out(name, tmp_path):
    array = np.arange(6).reshape(2, 3).astype(DTYPES[name])
    path = tmp_path / "a.safetensors"
    path.write_bytes(packed({"a": entry(name, (2, 3), (0, array.nbytes))}, array.tobytes()))
    (tensor,) = load_safetensors(path).values()
    assert tensor.numpy().dtype == array.dtype
    np.testing.assert_array_equal(tensor.numpy(), array)


def test_bfloat16_comes_out(tmp_path):
    path = tmp_path / "a.safetensors"
    path.write_bytes(packed({"a": entry("BF16", (2,), (0, 4))}, np.array([0x3FC0, 0xC000], "<u2").tobytes()))
    a = load_safetensors(path)["a"]
    assert a.dtype == fg.bfloat16
    assert a.astype(fg.float32).tolist() == [1.5, -2.0]


def test_names_keep_their_order_and_tensors_their_bytes(tmp_path):
    header = {
        "__metadata__": {"format": "pt"},
        "z": entry(places=(4, 8)),
        "none": entry(shape=(0, 2), places=(4, 4)),
        "a": entry(shape=(), places=(0, 4)),
    }
    path = tmp_path / "a.safetensors"
    path.write_bytes(packed(header, np.array([1.0, 2.0], "<f4").tobytes()))
    tensors = load_safetensors(path)
    assert list(tensors) == ["z", "none", "a"]
    assert tensors["z"].tolist() == [2.0]
    assert tensors["a"].item() == 1.0
    assert tensors["none"].shape == (0, 2)
    tensors["z"].zero_()  # memory of its own, which may be written


def test_a_layer_takes_what_is_read(tmp_path):
    header = {"weight": entry(shape=(1, 2), places=(0, 8)), "bias": entry(places=(8, 12))}
    path = tmp_path / "a.safetensors"
    path.write_bytes(packed(header, np.array([1.0, 2.0, 3.0], "<f4").tobytes()))
    layer = fg.nn.Linear(2, 1)
    layer.load_state_dict(load_safetensors(path))
    assert layer(fg.ones(2)).tolist() == [6.0]


DAMAGED = {
    "nothing": (b"", "8 bytes"),
    "only a length": (b"\1\0\0", "8 bytes"),
    "a longer header": ((100).to_bytes(8, "little") + b"{}", "header's length is 100"),
    "an endless header": ((2**63).to_bytes(8, "little") + b"{}", "header's length"),
    "no JSON": (packed(b"{a"), "not JSON"),
    "no text": (packed(b"{\xff}"), "not JSON"),
    "deep JSON": (packed(b'{"a":' + b"[" * 100_000), "not JSON"),
    "a list": (packed(b"[]"), "begin with"),
    "twice": (packed(b'{"a": 1, "a": 2}'), "twice"),
    "no entry": (packed({"a": 1}), "'a' must have dtype, shape and data_offsets"),
    "more in an entry": (packed({"a": {**entry(), "more": 1}}, bytes(4)), "must have dtype"),
    "another dtype": (packed({"a": entry("F8_E4M3")}, bytes(4)), "F8_E4M3.*no tensor has"),
    "a dtype that is none": (packed({"a": {**entry(), "dtype": []}}, bytes(4)), "no tensor has"),
    "a negative size": (packed({"a": entry(shape=(-1,))}, bytes(4)), "has shape"),
    "a size that is none": (packed({"a": entry(shape=(1.0,))}, bytes(4)), "has shape"),
    "a true size": (packed({"a": entry(shape=(True,))}, bytes(4)), "has shape"),
    "many axes": (packed({"a": entry(shape=(1,) * 17)}, bytes(4)), "has shape"),
    "three places": (packed({"a": entry(places=(0, 4, 8))}, bytes(4)), "data_offsets"),
    "places back to front": (packed({"a": entry(places=(4, 0))}, bytes(4)), "takes 4 bytes"),
    "fewer bytes": (packed({"a": entry(shape=(2,))}, bytes(4)), "takes 8 bytes"),
    "huge": (packed({"a": entry(shape=(2**40, 2**40), places=(0, 4))}, bytes(4)), "takes"),
    "past the end": (packed({"a": entry()}, bytes(3)), "speaks of 4 bytes, and 3"),
    "bytes of nobody": (packed({"a": entry()}, bytes(5)), "speaks of 4 bytes, and 5"),
    "a hole": (packed({"a": entry(), "b": entry(places=(8, 12))}, bytes(12)), "begin at 8"),
    "an overlap": (packed({"a": entry(), "b": entry(places=(0, 4))}, bytes(4)), "begin at 0"),
}


@pytest.mark.parametrize("kind", DAMAGED)
def test_damaged_files_are_refused(kind, tmp_path):
    content, message = DAMAGED[kind]
    path = tmp_path / "a.safetensors"
    path.write_bytes(content)
    with pytest.raises(ValueError, match=rf"a\.safetensors: no safetensors file, or a damaged one: .*{message}"):
        load_safetensors(path)


def test_a_file_that_is_not_there_is_an_error_of_the_system(tmp_path):
    with pytest.raises(FileNotFoundError):
        load_safetensors(tmp_path / "a.safetensors")
