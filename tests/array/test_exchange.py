"""Memory in and out: NumPy, the buffer protocol, DLPack, pickles; who owns it and for how long."""

import copy
import gc
import pickle
import sys
import weakref

import numpy as np
import pytest

import fastgrad as fg

NAMES = [
    "bool",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "float16",
    "float32",
    "float64",
]


def sample(name):
    return np.array([[0, 1, 2], [3, 4, 5]]).astype(name)


LAYOUTS = {
    "contiguous": lambda a: a,
    "Fortran": np.asfortranarray,
    "stepped": lambda a: np.repeat(a, 2, axis=1)[:, ::2],
    "reversed": lambda a: a[::-1, ::-1],
    "broadcast": lambda a: np.broadcast_to(a[0], (2, 3)),
    "empty": lambda a: a[:0],
    "0-dimensional": lambda a: a[1, 1, ...],
}


# ---- from NumPy ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_every_dtype_and_layout_is_shared_both_ways(name, layout):
    a = LAYOUTS[layout](sample(name))
    x = fg.asarray(a)
    assert x.dtype == name
    assert x.shape == a.shape
    assert x.strides == a.strides
    assert x.stride() == tuple(s // a.itemsize for s in a.strides)
    if a.size:
        assert x.data_ptr() == a.__array_interface__["data"][0]
    np.testing.assert_array_equal(x.numpy(), a)
    back = np.asarray(x)
    assert back.strides == a.strides
    assert back.dtype == a.dtype


def test_writes_show_on_both_sides():
    a = np.zeros(3)
    x = fg.from_numpy(a)
    x += 1.0
    a[0] = 5.0
    assert x.tolist() == a.tolist() == [5.0, 1.0, 1.0]
    b = x.numpy()
    b[1] = 7.0
    assert x.tolist() == [5.0, 7.0, 1.0]


def test_tensor_copies():
    a = np.zeros(3)
    x = fg.tensor(a)
    a += 1.0
    assert x.tolist() == [0.0] * 3


def test_a_borrowed_array_lives_as_long_as_the_last_tensor_on_it():
    a = np.zeros(1000)
    references = sys.getrefcount(a)
    x = fg.asarray(a)
    view = x[10:]
    alive = weakref.ref(a)
    del a, x
    gc.collect()
    assert alive() is not None
    assert view.sum().item() == 0.0
    del view
    gc.collect()
    assert alive() is None
    assert references >= 2


def test_borrowing_leaves_no_references_behind():
    a = np.zeros(1000)
    before = sys.getrefcount(a)
    for _ in range(100):
        fg.asarray(a)[1:].reshape(-1).numpy()
        fg.from_dlpack(a)
    assert sys.getrefcount(a) == before


def test_a_lent_array_keeps_its_memory_after_the_tensor_is_gone():
    b = (fg.ones(1000) * 3.0).numpy()
    gc.collect()
    fg.zeros(1000) + 1.0
    assert (b == 3.0).all()


def test_a_lent_array_keeps_its_memory_when_data_is_replaced():
    x = fg.ones(1000)
    b = x.numpy()
    x.data = fg.zeros(1000)
    del x
    gc.collect()
    assert (b == 1.0).all()


def test_read_only_memory_stays_read_only():
    a = np.zeros(3)
    a.flags.writeable = False
    x = fg.asarray(a)
    for write in (lambda: x.__iadd__(1.0), lambda: x.__setitem__(0, 1.0), lambda: x[1:].zero_()):
        with pytest.raises(ValueError, match="read-only"):
            write()
    assert not x.numpy().flags.writeable
    assert (x + 1.0).tolist() == [1.0] * 3
    y = x.clone()
    y += 1.0
    assert a.tolist() == [0.0] * 3


def misaligned(name, n=4):
    raw = np.zeros(n * np.dtype(name).itemsize + 1, np.uint8)
    a = raw[1:].view(name)
    a[...] = range(n)
    return a


@pytest.mark.parametrize("name", ["int16", "int64", "float32", "float64"])
def test_misaligned_memory_is_copied_and_never_shared(name):
    a = misaligned(name)
    assert not a.flags.aligned
    assert fg.tensor(a).tolist() == fg.asarray(a).tolist() == [0, 1, 2, 3]
    with pytest.raises(ValueError, match="copy"):
        fg.from_numpy(a)
    with pytest.raises(ValueError, match="copy"):
        fg.asarray(a, copy=False)


@pytest.mark.parametrize("name", ["int16", "int64", "float32", "float64"])
def test_another_byte_order_is_copied(name):
    a = np.arange(4).astype(np.dtype(name).newbyteorder())
    assert fg.tensor(a).tolist() == fg.asarray(a).tolist() == [0, 1, 2, 3]
    assert fg.asarray(a).dtype == name
    with pytest.raises((ValueError, TypeError)):
        fg.from_numpy(a)


def test_strides_that_are_no_multiple_of_the_element_are_copied():
    a = np.zeros(4, np.dtype([("tag", "i1"), ("value", "f4")]))["value"]
    a[:] = [0, 1, 2, 3]
    assert fg.tensor(a).tolist() == fg.asarray(a).tolist() == [0, 1, 2, 3]


@pytest.mark.parametrize(
    "array",
    [
        np.zeros(2, [("a", "f4"), ("b", "i4")]),
        np.zeros(2, "c8"),
        np.zeros(2, "M8[s]"),
        np.zeros(2, "U3"),
        np.zeros(2, object),
        np.zeros(2, np.longdouble),
    ],
    ids=lambda a: str(a.dtype.kind) + str(a.dtype.itemsize),
)
def test_other_dtypes_are_refused_by_name(array):
    for take in (fg.tensor, fg.asarray, fg.from_numpy):
        with pytest.raises(TypeError, match=r"dtype|become"):
            take(array)


def test_from_numpy_takes_arrays_only():
    with pytest.raises(TypeError, match="list"):
        fg.from_numpy([1, 2])


def test_asarray_copies_on_request_or_refuses_to():
    a = np.zeros(3, np.float32)
    assert fg.asarray(a, copy=True).data_ptr() != fg.asarray(a).data_ptr()
    assert fg.asarray(a, dtype=fg.float64).dtype == fg.float64
    with pytest.raises(ValueError, match="copy"):
        fg.asarray(a, dtype=fg.float64, copy=False)
    with pytest.raises(ValueError, match="copy"):
        fg.asarray([1, 2], copy=False)
    x = fg.ones(2)
    assert fg.asarray(x) is x


def test_objects_with_the_buffer_protocol_share_memory():
    import array

    a = array.array("f", [1.0, 2.0])
    x = fg.asarray(a)
    x += 1.0
    assert a.tolist() == [2.0, 3.0]
    m = memoryview(np.zeros((2, 2), np.int32))
    fg.asarray(m)[0, 0] = 7
    assert m[0, 0] == 7


def test_nested_sequences_of_tensors_arrays_and_numbers():
    assert fg.tensor([fg.tensor([1.0, 2.0]), [3.0, 4.0]]).tolist() == [[1.0, 2.0], [3.0, 4.0]]
    assert fg.tensor([fg.tensor(1), fg.tensor(2)]).dtype == fg.int64
    assert fg.tensor((np.float64(1.5), 2)).tolist() == [1.5, 2.0]
    assert fg.tensor(range(3)).tolist() == [0, 1, 2]
    with pytest.raises((ValueError, TypeError)):
        fg.tensor([[1.0, 2.0], [3.0]])


# ---- to NumPy --------------------------------------------------------------------------------------------------------


def test_a_tensor_that_requires_gradients_does_not_become_an_array_silently():
    x = fg.ones(2, requires_grad=True)
    for convert in (np.asarray, np.array, lambda t: t.numpy(), lambda t: (t * 2.0).numpy()):
        with pytest.raises(RuntimeError, match="detach"):
            convert(x)
    with pytest.raises(BufferError, match="detach"):
        memoryview(x)
    assert np.asarray(x.detach()).tolist() == [1.0, 1.0]


def test_the_array_protocol_takes_dtype_and_copy():
    x = fg.ones(2)
    assert np.asarray(x, dtype=np.float64).dtype == np.float64
    assert np.array(x, copy=True).__array_interface__["data"][0] != x.data_ptr()
    assert np.asarray(x, copy=False).__array_interface__["data"][0] == x.data_ptr()
    with pytest.raises(ValueError, match="copy"):
        np.asarray(x, dtype=np.float64, copy=False)


def test_an_array_on_the_left_gives_a_tensor():
    x = fg.ones(2, dtype=fg.float64, requires_grad=True)
    a = np.array([1.0, 2.0])
    for result in (a + x, a - x, a * x, a / x, a**x, np.eye(2) @ x, a + x[0]):
        assert isinstance(result, fg.Tensor)
        assert result.requires_grad
    assert isinstance(a < x, fg.Tensor)
    assert isinstance(np.float64(2.0) * x, fg.Tensor)
    assert isinstance(np.float32(2.0) * x, fg.Tensor)


def test_bfloat16_has_no_array():
    with pytest.raises(TypeError, match="float32"):
        fg.ones(2).astype(fg.bfloat16).numpy()


def test_a_tensor_lends_its_memory_by_the_buffer_protocol():
    x = fg.arange(6).reshape(2, 3)
    m = memoryview(x)
    assert (m.shape, m.format, m.itemsize, m.readonly) == ((2, 3), np.dtype(np.int64).char, 8, False)
    assert bytes(x.T.contiguous()) == np.arange(6).reshape(2, 3).T.tobytes()


@pytest.mark.parametrize("kind", [np.int64, np.uint64, np.int32, np.uint8])
def test_elements_of_an_array_are_numpys_own_type_not_an_equal_one(kind):
    assert type(fg.ones(2, dtype=kind).numpy()[0]) is kind
    assert fg.ones(2, dtype=kind).numpy().dtype.char == np.dtype(kind).char


# ---- DLPack ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [n for n in NAMES if n != "bool"] + ["bool"])
@pytest.mark.parametrize("layout", ["contiguous", "Fortran", "stepped", "reversed", "empty", "0-dimensional"])
def test_dlpack_shares_memory_with_numpy_both_ways(name, layout):
    a = LAYOUTS[layout](sample(name))
    x = fg.from_dlpack(a)
    assert x.dtype == name
    np.testing.assert_array_equal(x.numpy(), a)
    b = np.from_dlpack(x)
    assert b.shape == a.shape
    np.testing.assert_array_equal(b, a)
    if a.size:
        assert x.data_ptr() == a.__array_interface__["data"][0] == b.__array_interface__["data"][0]


def test_dlpack_keeps_the_memory_alive_on_both_sides():
    b = np.from_dlpack(fg.ones(1000) * 2.0)
    x = fg.from_dlpack(np.full(1000, 3.0))
    gc.collect()
    assert (b == 2.0).all()
    assert x.sum().item() == 3000.0


def test_dlpack_capsules_that_nobody_takes_are_freed():
    a = np.zeros(10)
    before = sys.getrefcount(a)
    x = fg.asarray(a)
    for _ in range(20):
        x.__dlpack__()
        x.__dlpack__(max_version=(1, 0))
    del x
    gc.collect()
    assert sys.getrefcount(a) == before


def test_dlpack_refuses_what_it_cannot_lend():
    with pytest.raises(BufferError, match="detach"):
        fg.ones(1, requires_grad=True).__dlpack__()
    with pytest.raises(BufferError):
        fg.ones(1).__dlpack__(dl_device=(2, 0))
    with pytest.raises(TypeError, match="int"):
        fg.from_dlpack(3)
    assert fg.ones(1).__dlpack_device__() == (1, 0)


def test_dlpack_keeps_read_only_memory_read_only():
    a = np.zeros(3)
    a.flags.writeable = False
    x = fg.from_dlpack(a)
    with pytest.raises(ValueError, match="read-only"):
        x += 1.0
    assert not np.from_dlpack(fg.asarray(a)).flags.writeable


def test_dlpack_copies_on_request():
    a = np.zeros(3)
    x = fg.from_dlpack(a, copy=True)
    x += 1.0
    assert a.tolist() == [0.0] * 3


def test_dlpack_with_pytorch():
    torch = pytest.importorskip("torch")
    t = torch.arange(6.0).reshape(2, 3).T
    x = fg.from_dlpack(t)
    x += 1.0
    assert t.tolist() == x.tolist()
    back = torch.from_dlpack(x)
    assert back.data_ptr() == t.data_ptr()
    half = fg.from_dlpack(torch.ones(2, dtype=torch.bfloat16))
    assert half.dtype == fg.bfloat16
    assert torch.from_dlpack(half).dtype == torch.bfloat16
    assert fg.from_dlpack(torch.tensor([True])).dtype == fg.bool
    with pytest.raises((BufferError, TypeError)):
        fg.from_dlpack(torch.ones(2, dtype=torch.complex64))


# ---- pickles and copies ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", [*NAMES, "bfloat16"])
def test_pickles_keep_values_dtype_shape_and_requires_grad(name):
    x = fg.tensor(sample("float64")).astype(getattr(fg, name))[:, ::2]
    for protocol in range(2, pickle.HIGHEST_PROTOCOL + 1):
        y = pickle.loads(pickle.dumps(x, protocol))
        assert y.dtype is x.dtype
        assert y.tolist() == x.tolist()
        assert y.data_ptr() != x.data_ptr()
    z = pickle.loads(pickle.dumps(fg.ones(2, requires_grad=True)))
    assert z.requires_grad
    assert z.is_leaf


def test_deepcopy_copies_values_and_grad_and_keeps_identities():
    x = fg.tensor([1.0, 2.0], requires_grad=True)
    (x * x).sum().backward()
    a, b = copy.deepcopy([x, x])
    assert a is b
    assert a.requires_grad
    assert a.grad.tolist() == [2.0, 4.0]
    a.grad += 1.0
    with fg.no_grad():
        a += 1.0
    assert x.tolist() == [1.0, 2.0]
    assert x.grad.tolist() == [2.0, 4.0]


def test_what_has_history_is_neither_pickled_nor_deep_copied():
    y = fg.ones(2, requires_grad=True) * 2.0
    for take in (pickle.dumps, copy.deepcopy):
        with pytest.raises(RuntimeError, match="leaves"):
            take(y)
    assert copy.deepcopy(y.detach()).tolist() == [2.0, 2.0]


def test_a_shallow_copy_is_a_copy():
    x = fg.ones(2)
    y = copy.copy(x)
    assert y.tolist() == [1.0, 1.0]


# ---- Python's numbers ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("name", NAMES)
def test_one_element_converts_to_pythons_numbers(name):
    x = fg.ones((), dtype=getattr(fg, name))
    assert int(x) == float(x) == complex(x) == x.item() == 1
    assert bool(x) is True
    assert type(x.item()) is (bool if name == "bool" else float if name.startswith("float") else int)
    if "int" in name:
        assert [5, 6][x] == 6
        assert range(x)[0] == 0
    else:
        with pytest.raises(TypeError, match=name):
            [5, 6][x]


def test_more_elements_do_not_convert():
    x = fg.ones(2)
    for convert, error in ((int, TypeError), (float, TypeError), (bool, ValueError), (fg.Tensor.item, ValueError)):
        with pytest.raises(error, match=r"\(2,\)"):
            convert(x)
    with pytest.raises(ValueError, match=r"\(0,\)"):
        bool(fg.ones(0))


def test_tensors_are_compared_by_element_and_hashed_by_identity():
    x, y = fg.ones(2), fg.ones(2)
    assert (x == y).tolist() == [True, True]
    assert len({x, y}) == 2
    assert {x: 1}[x] == 1
    assert 1.0 in x
    assert 2.0 not in x


def test_comparing_with_what_is_no_array_is_false_not_an_error():
    x = fg.ones(2)
    assert (x == None) is False  # noqa: E711
    assert (x != None) is True  # noqa: E711
    assert (x == "a") is False
