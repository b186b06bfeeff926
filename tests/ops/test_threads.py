"""Results and gradients are the same bits on any number of threads, with every kernel's work really cut into pieces."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import _core

from .check import value_failures
from .entry import FLOATS, Op, Sample, outputs, tensors
from .table import OPS
from .test_gradients import gradients

THREADS = (2, 3, 8)
FINEST = 1 << 40  # pieces of one item: a vector, a line, a tile
THREADED = [pytest.param(op, id=op.name) for op in OPS if op.threaded]


@pytest.fixture(autouse=True)
def restored_settings():
    threads, divisor = _core.num_threads(), _core.grain_divisor()
    yield
    _core.set_num_threads(threads)
    _core.set_grain_divisor(divisor)


def computed(op: Op, sample: Sample, dtype: str) -> list[bytes]:
    """The bits of all results and gradients."""
    found = [np.asarray(r).tobytes() for r in outputs(op(tensors(sample))) if isinstance(r, fg.Tensor)]
    if op.no_gradient is None and dtype in FLOATS:
        found += [g.tobytes() for g in gradients(op, sample)]
    return found


def cut_samples(op: Op, dtype: str, most: int) -> list[tuple[Sample, list[bytes]]]:
    """Samples whose work is cut into pieces, at most so many, evenly chosen; and what one thread computes."""
    _core.set_num_threads(1)
    found = []
    for sample in [*op.draw(dtype), *op.draw_sizes(dtype)]:
        before = _core.region_counts()[0]
        bits = computed(op, sample, dtype)
        if _core.region_counts()[0] > before:
            found.append((sample, bits))
    return found[:: max(1, len(found) // most)]


@pytest.mark.parametrize(("divisor", "most"), [(64, 6), (FINEST, 12)])
@pytest.mark.parametrize("op", THREADED)
def test_bits_do_not_depend_on_the_number_of_threads(op, divisor, most):
    _core.set_grain_divisor(divisor)
    for dtype in op.dtypes if op.dtypes[0] not in FLOATS else FLOATS:
        samples = cut_samples(op, dtype, most)
        for threads in THREADS:
            _core.set_num_threads(threads)
            for sample, bits in samples:
                assert computed(op, sample, dtype) == bits, f"{op.name}{sample!r} on {threads} threads"


@pytest.mark.parametrize("op", THREADED)
def test_values_are_right_in_the_smallest_pieces(op):
    """And there really are several: otherwise the test above would say nothing."""
    _core.set_grain_divisor(FINEST)
    _core.set_num_threads(3)
    before = _core.region_counts()
    for dtype in op.dtypes[:2]:
        failures = list(value_failures(op, dtype, every_layout=False))
        assert not failures, "\n".join(failures[:10])
    regions, pieces, _ = (now - then for now, then in zip(_core.region_counts(), before, strict=True))
    assert regions > 0, f"no sample of {op.name} was cut into pieces"
    assert pieces >= 2 * regions


@pytest.mark.parametrize("dtype", FLOATS)
@pytest.mark.parametrize(
    ("m", "n", "k", "batch"),
    [
        (300, 700, 520, ()),  # several blocks of K, packed
        (40, 1300, 90, ()),  # few rows
        (61, 1017, 1030, ()),  # few rows that stay near, a large matrix
        (600, 333, 300, ()),  # with AVX2: more of them, in several blocks
        (1300, 40, 90, ()),  # few columns
        (1300, 1, 900, ()),  # one: of transposed rows, a row
        (70, 90, 5000, ()),  # K is cut
        (130, 65, 33, (5,)),  # fewer products than pieces
        (33, 31, 30, (40,)),
    ],
)
def test_a_products_bits_do_not_depend_on_how_threads_share_it(dtype, m, n, k, batch):
    """Products are cut by the number of threads, unlike anything else, at the sizes that they are cut at in earnest."""
    rng = np.random.default_rng(0)
    a, at = (fg.tensor(rng.standard_normal((*batch, *shape)).astype(dtype)) for shape in ((m, k), (k, m)))
    b, bt = (fg.tensor(rng.standard_normal((*batch, *shape)).astype(dtype)) for shape in ((k, n), (n, k)))
    bits: set[tuple[bytes, ...]] = set()
    for threads in (1, *THREADS, 16):
        _core.set_num_threads(threads)
        bits.add(tuple(np.asarray(x @ y).tobytes() for x in (a, at.mT) for y in (b, bt.mT)))
    assert len(bits) == 1
    value = np.asarray(at.mT).astype(np.float64) @ np.asarray(bt.mT).astype(np.float64)
    bound = 4 * k * np.finfo(dtype).eps
    np.testing.assert_allclose(np.asarray(at.mT @ bt.mT), value, rtol=bound, atol=bound)


@pytest.mark.skipif(_core.config()["openmp"] is None, reason="this build has no threads")
def test_pieces_run_on_other_threads():
    """Who runs a piece is free, so this asks for one in many."""
    _core.set_grain_divisor(FINEST)
    _core.set_num_threads(2)
    x = fg.ones(1000, 64)
    before = _core.region_counts()[2]
    for _ in range(1000):
        x.exp()
        if _core.region_counts()[2] > before:
            return
    pytest.fail("the calling thread ran all pieces of 1000 regions")
