"""What a tensor without axes does to the dtype of one that has some is PyTorch's rule while the door is open."""

from __future__ import annotations

import operator

import pytest

import fastgrad as fg
import fastgrad.torch as door
from fastgrad.torch import _switch

DTYPES = "bool uint8 int8 int16 int32 int64 float16 bfloat16 float32 float64".split()  # noqa: SIM905
OPERATIONS = {
    "add": operator.add,
    "mul": operator.mul,
    "truediv": operator.truediv,
    "gt": operator.gt,
    "maximum": lambda a, b: (door if isinstance(a, fg.Tensor) else pytest.importorskip("torch")).maximum(a, b),
}
SHAPES = [((3,), ()), ((), (3,)), ((), ()), ((3,), (3,)), ((3,), (1,)), ((1, 1), ())]


def name(dtype: object) -> str:
    return str(dtype).rpartition(".")[2]


@pytest.mark.parametrize("operation", OPERATIONS)
@pytest.mark.parametrize("shapes", SHAPES, ids=str)
def test_dtypes_are_pytorchs(operation, shapes):
    torch = pytest.importorskip("torch", reason="PyTorch is not installed")
    for first in DTYPES:
        for second in DTYPES:
            seen = []
            for library in (torch, door):
                given = [
                    library.ones(shape, dtype=getattr(library, dtype))
                    for shape, dtype in zip(shapes, (first, second), strict=True)
                ]
                seen.append((name(OPERATIONS[operation](*given).dtype), name(library.result_type(*given))))
            theirs, ours = seen
            assert ours == theirs, (first, second)


def test_where_and_writes_in_place_follow():
    x, s = door.ones(3), door.tensor(2.0, dtype=door.float64)
    assert door.where(x > s, x, s).dtype is door.float32
    x += s
    assert x.dtype is door.float32
    assert x.tolist() == [3.0, 3.0, 3.0]


def test_gradients_have_their_leafs_dtype():
    x, s = door.ones(3, requires_grad=True), door.tensor(2.0, dtype=door.float64, requires_grad=True)
    (x * s).sum().backward()
    assert x.grad.dtype is door.float32
    assert (s.grad.dtype, s.grad.item()) == (door.float64, 3.0)


def test_it_is_numpys_rule_again_when_the_door_is_closed():
    _switch.close_door()
    assert (fg.ones(3) * fg.tensor(2.0, dtype=fg.float64)).dtype is fg.float64
    _switch.open_door()
    assert (fg.ones(3) * fg.tensor(2.0, dtype=fg.float64)).dtype is fg.float32
