"""What somebody says of his memory is checked as far as it can be, and given back exactly once, taken or not."""

from __future__ import annotations

import ctypes
import gc
import pickle

import numpy as np
import pytest

import fastgrad as fg


class Device(ctypes.Structure):
    _fields_ = [("type", ctypes.c_int32), ("id", ctypes.c_int32)]


class DType(ctypes.Structure):
    _fields_ = [("code", ctypes.c_uint8), ("bits", ctypes.c_uint8), ("lanes", ctypes.c_uint16)]


class DLTensor(ctypes.Structure):
    _fields_ = [
        ("data", ctypes.c_void_p), ("device", Device), ("ndim", ctypes.c_int32), ("dtype", DType),
        ("shape", ctypes.POINTER(ctypes.c_int64)), ("strides", ctypes.POINTER(ctypes.c_int64)),
        ("byte_offset", ctypes.c_uint64),
    ]  # fmt: skip


Deleter = ctypes.CFUNCTYPE(None, ctypes.c_void_p)


class Managed(ctypes.Structure):
    _fields_ = [("tensor", DLTensor), ("context", ctypes.c_void_p), ("deleter", Deleter)]


class Versioned(ctypes.Structure):
    _fields_ = [
        ("major", ctypes.c_uint32), ("minor", ctypes.c_uint32), ("context", ctypes.c_void_p), ("deleter", Deleter),
        ("flags", ctypes.c_uint64), ("tensor", DLTensor),
    ]  # fmt: skip


CapsuleEnd = ctypes.CFUNCTYPE(None, ctypes.c_void_p)
api = ctypes.pythonapi
api.PyCapsule_New.restype = ctypes.py_object
api.PyCapsule_New.argtypes = [ctypes.c_void_p, ctypes.c_char_p, CapsuleEnd]
api.PyCapsule_IsValid.argtypes = [ctypes.c_void_p, ctypes.c_char_p]
api.PyCapsule_GetName.restype = ctypes.c_char_p
api.PyCapsule_GetName.argtypes = [ctypes.py_object]


class Producer:
    """An object with ``__dlpack__`` whose capsule says what it is told to, and counts how often it is let go of."""

    def __init__(self, versioned=True, major=1, **fields):
        self.numbers = (ctypes.c_float * 64)(*range(64))
        shape, strides = fields.pop("shape", (2, 3)), fields.pop("strides", None)
        self.freed = 0
        self.name = b"dltensor_versioned" if versioned else b"dltensor"
        self.managed = (Versioned if versioned else Managed)()
        if versioned:
            self.managed.major = major
            self.managed.flags = fields.pop("flags", 0)
        self.deleter = Deleter(self._free)  # ctypes' functions must outlive the calls
        if fields.pop("deleter", True):
            self.managed.deleter = self.deleter
        t = self.managed.tensor
        t.data = fields.pop("data", ctypes.addressof(self.numbers))
        t.device = Device(*fields.pop("device", (1, 0)))
        t.dtype = DType(*fields.pop("dtype", (2, 32, 1)))
        self.shape = None if shape is None else (ctypes.c_int64 * max(len(shape), 1))(*shape)
        self.strides = None if strides is None else (ctypes.c_int64 * max(len(strides), 1))(*strides)
        t.ndim = fields.pop("ndim", 0 if shape is None else len(shape))
        if self.shape is not None:
            t.shape = self.shape
        if self.strides is not None:
            t.strides = self.strides
        t.byte_offset = fields.pop("byte_offset", 0)
        assert not fields
        # The standard: who makes a capsule lets go of the tensor with it, unless it was taken (and renamed).
        self.end = CapsuleEnd(self._end)
        self.told = (1, 0)

    def _free(self, _):
        self.freed += 1

    def _end(self, capsule):
        if api.PyCapsule_IsValid(capsule, self.name):
            self._free(None)

    def __dlpack_device__(self):
        return self.told

    def __dlpack__(self, **_):
        return api.PyCapsule_New(ctypes.addressof(self.managed), self.name, self.end)


BIG = 1 << 62
LIES = {
    "shape of 2 dimensions is NULL": {"shape": None, "ndim": 2},
    "data .* is NULL": {"data": None},
    "number of dimensions is negative": {"ndim": -1},
    "at most 16 dimensions": {"shape": (1,) * 17},
    "at most 16": {"ndim": 2**31 - 1},
    "negative length": {"shape": (2, -3)},
    "more bytes than can be addressed": {"shape": (BIG,)},
    "more bytes": {"shape": (1 << 31, 1 << 31, 1 << 31)},
    "more bytes than": {"shape": (1 << 40, 1 << 40), "strides": (0, 0)},
    "reach further than can be addressed": {"strides": (BIG, 1)},
    "reach further than": {"shape": (3, 3), "strides": (BIG, BIG)},
    "reach further": {"strides": (-(1 << 63), 1)},
    "reach": {"shape": (1 << 60,)},
    "byte offset": {"byte_offset": 2**64 - 4},
    "byte offset .* lead outside": {"byte_offset": 1 << 60},
    "lead outside the address space": {"strides": (-(1 << 50), 1)},
    "not aligned to its elements of float32": {"byte_offset": 2},
    "aligned": {"dtype": (2, 64, 1), "byte_offset": 4},
    "type code 5 with 64 bits": {"dtype": (5, 64, 1)},
    "code 2 with 24 bits": {"dtype": (2, 24, 1)},
    "code 200": {"dtype": (200, 32, 1)},
    "4 lanes": {"dtype": (2, 32, 4)},
    "0 lanes": {"dtype": (2, 32, 0)},
    "code 6 with 1 bits": {"dtype": (6, 1, 1)},
    "DLPack device type 2": {"device": (2, 0)},
    "DLPack device type -1": {"device": (-1, 0)},
}


@pytest.mark.parametrize("versioned", [False, True])
@pytest.mark.parametrize("message", LIES)
def test_a_capsule_that_lies_is_refused_and_let_go_of_once(message, versioned):
    producer = Producer(versioned, **LIES[message])
    with pytest.raises((BufferError, ValueError), match=message):
        fg.from_dlpack(producer)
    gc.collect()
    assert producer.freed == 1


@pytest.mark.parametrize("major", [0, 2, 2**32 - 1])
def test_another_major_version_is_refused_unread(major):
    producer = Producer(major=major, shape=None, ndim=7)
    with pytest.raises(BufferError, match=f"not version {major}"):
        fg.from_dlpack(producer)
    gc.collect()
    assert producer.freed == 1


@pytest.mark.parametrize("versioned", [False, True])
def test_a_true_capsule_is_shared_and_let_go_of_once(versioned):
    producer = Producer(versioned)
    t = fg.from_dlpack(producer)
    view = t[1:]
    assert t.tolist() == [[0, 1, 2], [3, 4, 5]]
    producer.numbers[3] = 30
    assert view[0, 0].item() == 30
    del t
    gc.collect()
    assert producer.freed == 0
    del view
    gc.collect()
    assert producer.freed == 1


@pytest.mark.parametrize(
    ("fields", "expected"),
    [
        ({"strides": (1, 2)}, [[0, 2, 4], [1, 3, 5]]),
        ({"strides": (-3, 1), "byte_offset": 12}, [[3, 4, 5], [0, 1, 2]]),
        ({"strides": (0, 0)}, [[0, 0, 0], [0, 0, 0]]),
        ({"shape": (1, 3), "strides": (1 << 62, 1)}, [[0, 1, 2]]),  # what steps over nothing may be anything
        ({"shape": (0, 3), "data": None}, []),
        ({"shape": (0, BIG, BIG), "strides": (BIG, -BIG, BIG), "data": None, "byte_offset": 3}, []),
        ({"shape": ()}, 0),
        ({"shape": None, "ndim": 0}, 0),
        ({"deleter": False}, [[0, 1, 2], [3, 4, 5]]),
        ({"device": (1, 77)}, [[0, 1, 2], [3, 4, 5]]),
    ],
)
def test_unusual_but_true_capsules_are_taken(fields, expected):
    producer = Producer(**fields)
    t = fg.from_dlpack(producer)
    assert t.tolist() == expected
    assert (t + 1).shape == t.shape
    assert t.clone().tolist() == expected
    assert t[..., :1].ndim == t.ndim if t.ndim else True
    del t
    gc.collect()
    assert producer.freed == ("deleter" not in fields)


def test_a_read_only_capsule_stays_read_only():
    producer = Producer(flags=1)
    t = fg.from_dlpack(producer)
    with pytest.raises(ValueError, match="read-only"):
        t[0] = 1.0
    assert producer.numbers[0] == 0


def test_a_capsule_is_taken_once():
    producer = Producer()
    again = Producer()
    again.capsule = producer.__dlpack__()
    again.__class__ = type("Again", (Producer,), {"__dlpack__": lambda self, **_: self.capsule})
    t = fg.from_dlpack(again)
    assert api.PyCapsule_GetName(again.capsule) == b"used_dltensor_versioned"
    with pytest.raises(ValueError, match="taken already"):
        fg.from_dlpack(again)
    assert t.tolist() == [[0, 1, 2], [3, 4, 5]]
    del t, again.capsule
    gc.collect()
    assert producer.freed == 1


@pytest.mark.parametrize("given", [None, 1, b"dltensor", object(), [], np.zeros(3)])
def test_what_is_no_capsule_is_refused(given):
    producer = Producer()
    producer.__class__ = type("Liar", (Producer,), {"__dlpack__": lambda self, **_: given})
    with pytest.raises(TypeError, match=f"__dlpack__ must give a capsule, got .*{type(given).__name__}"):
        fg.from_dlpack(producer)


@pytest.mark.parametrize("told", [None, 1, (), (1,), (1, 2, 3), "cpu", [1, 0]])
def test_a_device_that_is_no_pair_is_refused(told):
    producer = Producer()
    producer.told = told
    with pytest.raises(BufferError, match="must give a pair"):
        fg.from_dlpack(producer)


def test_a_device_that_is_not_the_capsules_is_refused():
    producer = Producer(device=(2, 0))
    with pytest.raises(BufferError, match="device type 2"):
        fg.from_dlpack(producer)
    producer = Producer()
    producer.told = (2, 0)
    with pytest.raises(BufferError, match="not in the CPU's memory"):
        fg.from_dlpack(producer)


def test_memory_outlives_its_producer():
    array = np.arange(6.0)
    t = fg.from_dlpack(array)
    del array
    gc.collect()
    np.zeros(6)
    assert t.tolist() == [0, 1, 2, 3, 4, 5]


# ---- the array interface and the buffer protocol ----


@pytest.mark.parametrize(
    "lie",
    [
        {"shape": (2, -3)}, {"shape": (BIG, BIG)}, {"strides": (BIG,)}, {"typestr": "<f3"}, {"typestr": 7},
        {"shape": "ab"}, {"version": 99}, {"data": None, "shape": (2, 2)}, {"data": (0, False), "strides": ("a", 4)},
    ],
)  # fmt: skip
def test_an_array_interface_that_lies_is_an_error(lie):
    numbers = np.zeros((2, 3), np.float32)

    liar = type("Liar", (), {"__array_interface__": {**numbers.__array_interface__, **lie}})()
    with pytest.raises((TypeError, ValueError, BufferError, OverflowError)):
        fg.asarray(liar)


@pytest.mark.parametrize("answer", [None, 3, "numbers", [[1], [1, 2]], np.array([object()])])
def test_an_array_method_that_lies_is_an_error(answer):
    class Liar:
        def __array__(self, dtype=None, copy=None):
            return answer

    with pytest.raises((TypeError, ValueError)):
        fg.asarray(Liar())


def test_strides_of_any_reach_are_checked():
    x = np.zeros(4)
    far = np.lib.stride_tricks.as_strided(x, (3, 3), (BIG, BIG), writeable=False)
    with pytest.raises(BufferError, match="reach further than can be addressed"):
        fg.asarray(far)
    wide = np.broadcast_to(np.float64(1), (1 << 30, 1 << 29))
    assert fg.asarray(wide).shape == (1 << 30, 1 << 29)


# ---- pickles ----


def rebuilt(**changes):
    rebuild, arguments = fg.tensor([[1.0, 2.0, 3.0]]).__reduce_ex__(2)
    names = ("cls", "data", "dtype", "shape", "requires_grad")
    return rebuild(*{**dict(zip(names, arguments, strict=True)), **changes}.values())


@pytest.mark.parametrize(
    "changes",
    [
        {"data": b""}, {"data": bytes(11)}, {"data": bytes(13)}, {"data": None}, {"data": "text"},
        {"data": bytearray(12)}, {"shape": (BIG, 4)},
        {"shape": (-1, -3)}, {"shape": (1 << 40, 3)}, {"shape": None}, {"shape": (1,) * 40},
        {"shape": (3.0,)}, {"shape": (10**30,)}, {"dtype": "float31"}, {"dtype": None}, {"dtype": fg.float64},
        {"dtype": 5}, {"cls": object}, {"cls": None}, {"cls": int}, {"dtype": fg.int32, "requires_grad": True},
    ],
)  # fmt: skip
def test_a_pickle_that_lies_is_an_error(changes):
    with pytest.raises((TypeError, ValueError, MemoryError, OverflowError, RuntimeError)):
        rebuilt(**changes)


def test_a_true_pickle_is_what_it_was():
    assert rebuilt().tolist() == [[1, 2, 3]]
    t = fg.tensor([1.0], requires_grad=True)
    assert pickle.loads(pickle.dumps(t)).requires_grad
