"""Functions with several results return PyTorch's types of ``torch.return_types``, which print as PyTorch's."""

from __future__ import annotations

import copy
import pickle
import re
from collections.abc import Callable
from typing import Any

import numpy as np
import pytest

import fastgrad.torch as door

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

pytestmark = pytest.mark.filterwarnings("ignore")

CALLS: dict[str, Callable[[Any, Any], Any]] = {
    "max": lambda t, x: t.max(x, 0),
    "max with keepdim": lambda t, x: t.max(x, dim=1, keepdim=True),
    "max, a method": lambda t, x: x.max(0),
    "max of 0 dimensions": lambda t, x: x[0, 0].max(0),
    "min": lambda t, x: t.min(x, 0),
    "min, a method": lambda t, x: x.min(dim=-1),
    "sort": lambda t, x: t.sort(x, descending=True),
    "sort, a method": lambda t, x: x.sort(1, True),
    "topk": lambda t, x: x.topk(2),
    "median": lambda t, x: x.median(0),
    "nanmedian": lambda t, x: x.nanmedian(0),
    "mode": lambda t, x: t.mode(x.round(), 1),
    "kthvalue": lambda t, x: x.kthvalue(2),
    "cummax": lambda t, x: x.cummax(0),
    "cummin": lambda t, x: t.cummin(x, 1),
    "aminmax": lambda t, x: x.aminmax(dim=0),
    "frexp": lambda t, x: t.frexp(x),
    "histogram": lambda t, x: t.histogram(x, 3),
    "histogramdd": lambda t, x: t.histogramdd(x, [1, 2, 1]),
    "svd": lambda t, x: t.svd(x),
    "qr": lambda t, x: t.qr(x),
    "slogdet": lambda t, x: x.slogdet(),
    "geqrf": lambda t, x: t.geqrf(x),
    "triangular_solve": lambda t, x: t.triangular_solve(x, x),
    "lu_unpack": lambda t, x: t.lu_unpack(*t.linalg.lu_factor(x)),
    "linalg.svd": lambda t, x: t.linalg.svd(x),
    "linalg.qr": lambda t, x: t.linalg.qr(x),
    "linalg.qr, R alone": lambda t, x: t.linalg.qr(x, "r"),
    "linalg.eigh": lambda t, x: t.linalg.eigh(x),
    "linalg.slogdet": lambda t, x: t.linalg.slogdet(x),
    "linalg.lu": lambda t, x: t.linalg.lu(x),
    "linalg.lu_factor": lambda t, x: t.linalg.lu_factor(x),
    "linalg.lu_factor_ex": lambda t, x: t.linalg.lu_factor_ex(x),
    "linalg.inv_ex": lambda t, x: t.linalg.inv_ex(x),
    "linalg.solve_ex": lambda t, x: t.linalg.solve_ex(x, x * x),
    "linalg.cholesky_ex": lambda t, x: t.linalg.cholesky_ex(x),
    "linalg.lstsq": lambda t, x: t.linalg.lstsq(x, x * x),
    "max, written": lambda t, x: t.max(x, 0, out=(t.empty(3), t.empty(3, dtype=t.int64))),
    "sort, written": lambda t, x: t.sort(x, out=(t.empty(3, 3), t.empty(3, 3, dtype=t.int64))),
    "linalg.qr, written": lambda t, x: t.linalg.qr(x, out=(t.empty(3, 3), t.empty(3, 3))),
    "kthvalue, written": lambda t, x: t.kthvalue(x, 2, out=(t.empty(3), t.empty(3, dtype=t.int64))),
    "std_mean": lambda t, x: t.std_mean(x),
    "lu": lambda t, x: t.lu(x),
    "unique": lambda t, x: t.unique(x, return_inverse=True),
    "unique_consecutive": lambda t, x: t.unique_consecutive(x, return_counts=True),
    "svd_lowrank": lambda t, x: t.svd_lowrank(x, 2),
}


def matrix(library: Any) -> Any:
    x = np.random.RandomState(0).uniform(0.0, 1.0, (3, 3)).astype(np.float32)
    return library.tensor(np.diag([4.0, 3.0, 6.0]).astype(np.float32) + x + x.T)


def words(value: Any) -> str:
    """What is printed, but for numbers, whose last digits and signs are an algorithm's choice."""
    return re.sub(r"\s|-", "", re.sub(r"\d[\d.e+-]*", "0", repr(value)))


@pytest.mark.parametrize("name", CALLS)
def test_a_result_has_pytorchs_type_and_prints_as_its(name: str) -> None:
    wanted, found = (CALLS[name](library, matrix(library)) for library in (torch, door))
    assert str(type(found)) == str(type(wanted))
    assert isinstance(found, tuple)
    if type(wanted) is tuple:
        return
    kind = getattr(door.return_types, type(wanted).__name__)
    assert type(found) is kind
    assert found.__match_args__ == wanted.__match_args__
    assert found.n_fields == found.n_sequence_fields == wanted.n_fields
    assert all(getattr(found, field) is part for field, part in zip(wanted.__match_args__, found, strict=True))
    assert words(found) == words(wanted)
    assert repr(found).startswith(f"torch.return_types.{kind.__name__}(\n{wanted.__match_args__[0]}=")


@pytest.mark.parametrize("name", ["max", "min, a method", "sort", "topk", "median", "mode", "kthvalue", "cummax"])
def test_values_and_places_are_printed_to_the_character(name: str) -> None:
    wanted, found = (CALLS[name](library, matrix(library)) for library in (torch, door))
    assert repr(found) == repr(wanted)


def test_a_type_is_made_of_a_sequence_and_survives_copies_and_trees() -> None:
    kind = door.return_types.topk
    pair = kind([1, 2])
    assert (pair.values, pair.indices) == pair == (1, 2)
    assert type(pair[:1]) is type(pair + pair) is tuple
    for again in (copy.copy(pair), copy.deepcopy(pair), pickle.loads(pickle.dumps(pair))):
        assert type(again) is kind
        assert again == pair
    assert type(door.utils._pytree.tree_map(lambda part: part, pair)) is kind
    with pytest.raises(TypeError, match="2 parts are wanted, values, indices, got 1"):
        kind([1])
    with pytest.raises(AttributeError):
        pair.values = 3
    with pytest.raises(AttributeError, match="there is no type argmax"):
        door.return_types.argmax  # noqa: B018


def test_the_types_are_those_of_pytorch() -> None:
    public = {n for n in torch.return_types.__all__ if hasattr(getattr(torch.return_types, n), "n_fields")}
    complex_or_indefinite = {n for n in public if n.startswith(("linalg_eig", "linalg_ldl")) and "eigh" not in n}
    assert set(door.return_types.__all__) == public - complex_or_indefinite
    for name in door.return_types.__all__:
        assert getattr(door.return_types, name).__match_args__ == getattr(torch.return_types, name).__match_args__
