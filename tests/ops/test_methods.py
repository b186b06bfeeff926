"""Methods that share a function's name do what the function does."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg
from fastgrad.ops.methods import LATER, METHODS

from .entry import outputs, tensors
from .table import BY_NAME, OPS

# Their forms choose between NumPy's and PyTorch's meaning: `test_vocabulary.py`.
CHOSEN = {"nonzero", "repeat", "sort", "split", "std", "var"}
# PyTorch's, also where a function of NumPy's has the name.
CHOSEN |= set(LATER.split())

SHARED = [
    pytest.param(op, id=op.name)
    for op in OPS
    if callable(getattr(fg.Tensor, op.name, None)) and f"Tensor.{op.name}" not in BY_NAME and op.name not in CHOSEN
]


@pytest.mark.parametrize("name", METHODS)
def test_a_method_is_what_the_table_says_and_tells_its_name(name):
    member = METHODS[name]
    assert vars(fg.Tensor)[name] is member
    function = member.fget if isinstance(member, property) else member
    assert not function.__name__.startswith("_") or name.startswith("__")
    assert "_method_" not in (function.__doc__ or "")
    in_python = ("fastgrad.ops.protocols", "fastgrad.ops.sort")
    assert type(function).__name__ == "cython_function_or_method" or function.__module__ in in_python


def test_pytorchs_methods_of_one_meaning_are_all_listed():
    """Those that ndarray has, too, and means otherwise, wait for the door, and so do parts of sparse matrices."""
    from fastgrad.ops.pytorch.methods import METHODS as MORE

    parts = {"indices", "values", "_indices", "_values", "_nnz", "is_coalesced", "to_sparse_coo"}
    others = {"put", "is_contiguous", "data", "__reversed__", "__array_wrap__"}
    assert set(MORE) - set(METHODS) - others - parts == set(LATER.split())


@pytest.mark.parametrize("op", SHARED)
def test_a_method_is_the_function_of_its_name(op):
    compared = 0
    for sample in op.draw(op.dtypes[0]):
        given = tensors(sample)
        if not given.args or not isinstance(given.args[0], fg.Tensor):
            continue
        x, *rest = given.args
        found = outputs(getattr(x, op.name)(*rest, **given.kwargs))
        for got, want in zip(found, outputs(op(tensors(sample))), strict=True):
            assert got.dtype == want.dtype
            np.testing.assert_array_equal(np.asarray(got), np.asarray(want))
        compared += 1
    assert compared


@pytest.mark.parametrize(
    "name", [op.name for op in OPS if op.name.startswith("Tensor.") and op.name.endswith("_") and "__" not in op.name]
)
def test_a_method_that_writes_in_place_returns_its_tensor(name):
    op = BY_NAME[name]
    for sample in op.draw("float32"):
        x, *rest = tensors(sample).args
        version = x._version
        assert op.function(x, *rest) is x
        assert x._version > version
