"""A bool is one byte, and any byte but 0 is true: memory that others fill (NumPy's views, DLPack, files) holds any."""

from __future__ import annotations

import io
import pickle
from itertools import cycle

import numpy as np
import pytest

import fastgrad as fg

from .check import LAYOUTS
from .entry import Fixed, outputs
from .table import OPS

BYTES = (1, 2, 128, 255, 3)


def with_other_bytes(truths: np.ndarray) -> np.ndarray:
    """The same truths in new memory, true being many bytes."""
    raw = np.zeros(truths.shape, np.uint8)
    raw[truths] = np.fromiter(cycle(BYTES), np.uint8, count=int(truths.sum()))
    return raw.view(bool)


def bool_samples(op):
    for dtype in op.dtypes:
        for sample in op.draw(dtype):
            arrays = [a.array if isinstance(a, Fixed) else a for a in sample.arrays()]
            if any(a.dtype == bool for a in arrays):
                yield sample


def result_of(op, sample, change):
    """The results of the sample with changed bools, and the memory that it was given."""
    given = []

    def share(a):
        array = a.array if isinstance(a, Fixed) else a
        given.append(change(array) if array.dtype == bool else np.array(array))
        return fg.asarray(given[-1])

    results = outputs(op(sample.map(share)))
    return [np.asarray(r.detach() if isinstance(r, fg.Tensor) else r) for r in results], given


def plain(array: np.ndarray) -> np.ndarray:
    return np.array(array)


OF_BOOLS = [op for op in OPS if op.deterministic and any(True for _ in bool_samples(op))]


def test_the_table_has_operations_on_bools():
    assert len(OF_BOOLS) > 60


@pytest.mark.parametrize("op", OF_BOOLS, ids=lambda op: op.name)
def test_other_bytes_give_the_same_result(op):
    failures = []
    for sample in bool_samples(op):
        wanted, _ = result_of(op, sample, plain)
        changes = {"": with_other_bytes}
        if op.layouts:
            for name, layout in LAYOUTS.items():
                # a layout function makes an array by values: as bytes, then seen as bools
                changes[name] = lambda a, f=layout: f(with_other_bytes(a).view(np.uint8)).view(bool)
        for name, change in changes.items():
            results, given = result_of(op, sample, change)
            for got, want in zip(results, wanted, strict=True):
                shares = any(np.shares_memory(got, g) for g in given)
                if got.dtype == bool and got.size and not shares and got.view(np.uint8).max() > 1:
                    failures.append(f"{op.name}{sample!r}, {name}: new memory holds other bytes than 0 and 1")
                if got.dtype == bool:
                    got = got.view(np.uint8) != 0
                if got.dtype != want.dtype or not np.array_equal(got, want, equal_nan=got.dtype.kind == "f"):
                    failures.append(f"{op.name}{sample!r}, {name}: {got} instead of {want}")
    assert not failures, "\n".join([f"{len(failures)} samples fail", *failures[:10]])


TRUTHS = np.array([[False, True, True, True], [True, False, True, False], [False, False, False, False]])


@pytest.fixture(params=["asarray", "read-only", "from_dlpack", "strided"])
def shared(request):
    """A tensor on memory with other bytes."""
    array = with_other_bytes(TRUTHS)
    if request.param == "read-only":
        array.flags.writeable = False
    if request.param == "from_dlpack":
        return fg.from_dlpack(array)
    if request.param == "strided":
        wide = np.zeros((6, 8), np.uint8)
        wide[::2, ::-2] = array.view(np.uint8)
        return fg.asarray(wide.view(bool)[::2, ::-2])
    return fg.asarray(array)


def raw(t):
    return np.asarray(t).view(np.uint8)


def test_copies_hold_zeros_and_ones(shared):
    for copy in (
        shared.clone(),
        fg.tensor(shared),
        fg.tensor(with_other_bytes(TRUTHS)),
        fg.from_dlpack(with_other_bytes(TRUTHS), copy=True),
        shared[[0, 1, 2]],
        shared.T.clone(),
        fg.concat([shared, shared])[:3],
        fg.where(fg.tensor(True), shared, False),
        pickle.loads(pickle.dumps(shared)),
    ):
        expected = TRUTHS.T if copy.shape == (4, 3) else TRUTHS
        assert np.array_equal(raw(copy), expected.astype(np.uint8))


def test_each_dtype_gets_zeros_and_ones(shared):
    for dtype in (fg.bool_, fg.uint8, fg.int8, fg.int16, fg.uint32, fg.int64, fg.uint64, fg.float16, fg.float64):
        assert np.array_equal(np.asarray(shared.astype(dtype)), TRUTHS.astype(dtype.dtype))
    assert np.array_equal(np.asarray(shared.astype(fg.bfloat16).float()), TRUTHS)


def test_elements_and_text_are_truths(shared):
    assert shared.tolist() == TRUTHS.tolist()
    assert shared[0, 1].item() is True
    assert [bool(v) for row in shared for v in row] == TRUTHS.ravel().tolist()
    assert str(shared) == str(fg.tensor(TRUTHS))
    assert repr(shared) == repr(fg.tensor(TRUTHS))


def test_masks_choose_and_count_by_truth(shared):
    x = fg.arange(12).reshape(3, 4)
    numbers = np.arange(12).reshape(3, 4)
    assert np.array_equal(np.asarray(x[shared]), numbers[TRUTHS])
    assert [p.tolist() for p in fg.nonzero(shared)] == [p.tolist() for p in np.nonzero(TRUTHS)]
    x[shared] = -1
    assert np.array_equal(np.asarray(x), np.where(TRUTHS, -1, numbers))
    y = fg.zeros(3, 4, dtype=fg.bool_)
    y[shared] = shared[shared]
    assert np.array_equal(raw(y), TRUTHS.astype(np.uint8))
    y[[2, 1, 0]] = shared
    assert np.array_equal(raw(y), TRUTHS[::-1].astype(np.uint8))


def test_in_place_writes_hold_zeros_and_ones(shared):
    y = fg.zeros(3, 4, dtype=fg.bool_)
    y |= shared
    assert np.array_equal(raw(y), TRUTHS.astype(np.uint8))
    y ^= shared
    assert not raw(y).any()
    y[:] = shared
    assert np.array_equal(raw(y), TRUTHS.astype(np.uint8))
    y &= shared
    assert np.array_equal(raw(y), TRUTHS.astype(np.uint8))


@pytest.mark.parametrize("n", [1, 7, 16, 511, 512, 513, 5000, 255 * 64 - 1, 255 * 64 + 63, 200_000])
def test_long_runs_too(n):
    truths = np.random.RandomState(n).rand(n) < 0.3
    x, y = fg.asarray(with_other_bytes(truths)), fg.asarray(with_other_bytes(truths[::-1].copy()))
    other = truths[::-1]
    assert x.sum().item() == truths.sum()
    assert fg.count_nonzero(x).item() == truths.sum()
    assert fg.count_nonzero(x.reshape(1, n), 1).item() == truths.sum()
    ones = fg.asarray(with_other_bytes(np.ones(n, bool)))
    assert fg.count_nonzero(ones).item() == n
    assert fg.all(ones).item()
    assert fg.any(x).item() == truths.any()
    assert fg.all(x).item() == truths.all()
    assert x.mean().item() == pytest.approx(truths.mean(), rel=1e-6)
    assert x.prod().item() == truths.prod()
    assert x.max().item() == truths.max()
    assert x.min().item() == truths.min()
    assert x.argmax().item() == truths.argmax()
    assert x.argmin().item() == truths.argmin()
    for got, want in [
        (x == y, truths == other), (x != y, truths != other), (x < y, truths < other), (x <= y, truths <= other),
        (x > y, truths > other), (x >= y, truths >= other), (x & y, truths & other), (x | y, truths | other),
        (x ^ y, truths ^ other), (~x, ~truths), (x * y, truths & other), (x + y, truths | other),
        (fg.logical_xor(x, y), truths ^ other), (fg.maximum(x, y), truths | other), (fg.minimum(x, y), truths & other),
        (x == True, truths), (x != True, ~truths), (fg.sort(x), np.sort(truths)),  # noqa: E712
    ]:  # fmt: skip
        assert np.array_equal(raw(got), want.astype(np.uint8))
    assert np.array_equal(np.asarray(fg.cumulative_sum(x)), np.cumsum(truths))
    assert np.array_equal(np.asarray(fg.argsort(x)), np.argsort(truths, kind="stable"))
    assert np.array_equal(np.asarray(x @ fg.ones(n, dtype=fg.int64)), truths.sum())


def test_a_pickle_with_other_bytes_is_truths():
    rebuild, arguments = fg.tensor(TRUTHS).__reduce_ex__(2)
    cls, data, *rest = arguments
    odd = rebuild(cls, bytes(b * 77 for b in data), *rest)
    assert np.array_equal(raw(odd), TRUTHS.astype(np.uint8))


def test_a_file_with_other_bytes_is_truths():
    file = io.BytesIO()
    np.savez(file, mask=with_other_bytes(TRUTHS))
    file.seek(0)
    mask = fg.load(file)["mask"]
    assert mask.sum().item() == TRUTHS.sum()
    assert np.array_equal(np.asarray(mask.int()), TRUTHS)
