"""``torch._foreach_add`` and its like, which optimizers and averages that programs bring are written with."""

from __future__ import annotations

from operator import attrgetter

import pytest

import fastgrad.torch as torch


def lists():
    return [torch.tensor([1.0, 4.0]), torch.tensor([[9.0]])], [torch.tensor([2.0, 3.0]), torch.tensor([[5.0]])]


def values(found):
    return [one.tolist() for one in found]


a, b = lists()
CALLS = {
    "add": (lambda: torch._foreach_add(a, b), [[3.0, 7.0], [[14.0]]]),
    "add, alpha": (lambda: torch._foreach_add(a, b, alpha=2), [[5.0, 10.0], [[19.0]]]),
    "sub": (lambda: torch._foreach_sub(a, 1.0), [[0.0, 3.0], [[8.0]]]),
    "mul, numbers": (lambda: torch._foreach_mul(a, [2.0, 3.0]), [[2.0, 8.0], [[27.0]]]),
    "mul, a tensor": (lambda: torch._foreach_mul(a, torch.tensor(2.0)), [[2.0, 8.0], [[18.0]]]),
    "div": (lambda: torch._foreach_div(a, b), [[0.5, 4.0 / 3], [[1.8]]]),
    "sqrt": (lambda: torch._foreach_sqrt(a), [[1.0, 2.0], [[3.0]]]),
    "neg": (lambda: torch._foreach_neg(a), [[-1.0, -4.0], [[-9.0]]]),
    "reciprocal": (lambda: torch._foreach_reciprocal(b), [[0.5, 1.0 / 3], [[0.2]]]),
    "maximum": (lambda: torch._foreach_maximum(a, b), [[2.0, 4.0], [[9.0]]]),
    "maximum of a number": (lambda: torch._foreach_maximum(a, 3.0), [[3.0, 4.0], [[9.0]]]),
    "clamp_max": (lambda: torch._foreach_clamp_max(a, [2.0, 3.0]), [[1.0, 2.0], [[3.0]]]),
    "pow": (lambda: torch._foreach_pow(a, 2), [[1.0, 16.0], [[81.0]]]),
    "pow of a number": (lambda: torch._foreach_pow(2.0, b), [[4.0, 8.0], [[32.0]]]),
    "addcmul": (lambda: torch._foreach_addcmul(a, b, b, value=0.5), [[3.0, 8.5], [[21.5]]]),
    "addcmul, numbers": (lambda: torch._foreach_addcmul(a, b, b, [1.0, 2.0]), [[5.0, 13.0], [[59.0]]]),
    "addcdiv, a tensor": (lambda: torch._foreach_addcdiv(a, b, b, torch.tensor([1.0, 2.0])), [[2.0, 5.0], [[11.0]]]),
    "lerp": (lambda: torch._foreach_lerp(a, b, 0.5), [[1.5, 3.5], [[7.0]]]),
    "lerp, tensors": (lambda: torch._foreach_lerp(a, b, [torch.tensor(1.0), torch.tensor(0.0)]), [[2.0, 3.0], [[9.0]]]),
    "norm": (lambda: torch._foreach_norm([torch.tensor([3.0, 4.0])]), [5.0]),
    "norm, largest": (lambda: torch._foreach_norm(a, float("inf")), [4.0, 9.0]),
    "max": (lambda: torch._foreach_max(a), [4.0, 9.0]),
}


@pytest.mark.parametrize("name", CALLS)
def test_each_tensor_has_its_result(name):
    call, expected = CALLS[name]
    found = call()
    assert type(found) is tuple
    assert [torch.allclose(one, torch.tensor(want)) for one, want in zip(found, expected, strict=True)] == [True] * len(
        expected
    )


def test_in_place_the_tensors_are_written():
    x, y = lists()
    written = torch._foreach_mul_(x, 2.0)
    assert [one is other for one, other in zip(written, x, strict=True)] == [True, True]
    assert values(x) == [[2.0, 8.0], [[18.0]]]
    torch._foreach_lerp_(x, y, 1.0)
    assert values(x) == values(y)
    torch._foreach_addcdiv_(x, y, y, [1.0, 2.0])
    assert values(x) == [[3.0, 4.0], [[7.0]]]
    torch._foreach_sqrt_(x)
    torch._foreach_maximum_(x, y)
    assert values(x) == values(y)
    torch._foreach_copy_(x, lists()[0])
    assert values(x) == [[1.0, 4.0], [[9.0]]]
    torch._foreach_zero_(x)
    assert values(x) == [[0.0, 0.0], [[0.0]]]


def test_an_average_of_weights_moves_as_programs_move_it():
    net, mean = torch.nn.Linear(2, 2), torch.nn.Linear(2, 2)
    before = [p.detach().clone() for p in mean.parameters()]
    with torch.no_grad():
        torch._foreach_lerp_(list(mean.parameters()), list(net.parameters()), weight=0.25)
    for p, old, new in zip(mean.parameters(), before, net.parameters(), strict=True):
        assert torch.allclose(p, 0.75 * old + 0.25 * new)


def test_what_does_not_fit_is_an_error():
    x, y = lists()
    with pytest.raises(RuntimeError, match="same number of tensors, got 2 and 1"):
        torch._foreach_add(x, y[:1])
    with pytest.raises((TypeError, RuntimeError), match="at least one tensor"):
        torch._foreach_sqrt(3.0)
    with pytest.raises(AttributeError, match="_foreach_foo is not in"):
        attrgetter("_foreach_foo")(torch)
