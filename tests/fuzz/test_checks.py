"""What the comparison of programs takes for right, and what it does not."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad as fg

from ..ops import table
from ..ops.entry import Sample
from .calls import check as calls
from .calls.call import Call
from .hostile import call as hostile_call, check as hostile
from .programs.check import check
from .programs.program import Leaf, Program, Step

X = Leaf("a", np.array([[1.0, 2.0], [3.0, 4.0]]))


def program(*steps: Step, loss: tuple[str, ...] = ("a",)) -> Program:
    return Program((X,), steps, loss, ("a",))


def made(name: str, text: str, *uses: str, shape: tuple[int, ...] = (2, 2), mode: str = "") -> Step:
    return Step(text, uses, (name,), (shape,), mode)


def verdict(p: Program) -> str:
    found = check(p, np.random.default_rng(0))
    return found.finding.what if found.finding else found.ended


def test_what_a_pass_left_in_a_retained_gradient_stays_when_the_value_is_overwritten():
    steps = (
        made("t", "{0} * 3.0", "a"),
        Step("{0}.retain_grad()", ("t",)),
        Step("weigh({0}).backward(retain_graph=True)", ("t",)),
        Step("{0}.mul_(2.0)", ("t",)),
    )
    assert verdict(program(*steps)) == "compared"
    assert verdict(program(*steps, loss=("t", "a"))) == "compared"


@pytest.mark.parametrize("write", ["{0}.zero_()", "{0}[fg.tensor([1])] = 2.0", "{0}.mul_(2.0)"])
def test_a_write_to_broadcast_memory_is_refused_whatever_pytorch_does(write):
    fresh = made("t", "fg.zeros(2, dtype=fg.float64)", shape=(2,))
    wide = made("u", "{0}.expand(3, 2)", "t", shape=(3, 2))
    assert verdict(program(fresh, wide, Step(write, ("u",)))) == "compared"


def test_expm1_keeps_its_argument():
    steps = (made("t", "{0} * 0.1", "a"), made("u", "fg.expm1({0})", "t"), Step("{0}.mul_(2.0)", ("t",)))
    assert verdict(program(*steps, loss=("u",))) == "refused backward"


def test_what_a_custom_function_returns_of_its_argument_under_no_grad_is_a_view():
    steps = (
        made("t", "fg.sigmoid({0})", "a"),
        made("u", "Input.apply({0})", "t", mode="no_grad"),
        Step("{0}[0] = 2.0", ("u",)),
    )
    assert verdict(program(*steps)) == "compared"


def test_a_custom_functions_view_of_a_temporary_is_no_view():
    steps = (
        made("t", "ViewOfNew.apply({0})", "a", shape=(4,)),
        made("u", "{0}[...]", "t", shape=(4,), mode="no_grad"),
        Step("{0}[0] = 2.0", ("u",)),
    )
    assert verdict(program(*steps)) == "compared"


def test_a_custom_functions_view_of_a_temporary_retains_its_gradient_through_a_write_to_its_view():
    steps = (
        made("t", "ViewOfNew.apply({0})", "a", shape=(4,)),
        made("u", "{0}[None]", "t", shape=(1, 4)),
        Step("{0}[:, :] = {0}", ("u",)),
        Step("{0}.retain_grad()", ("t",)),
    )
    assert verdict(program(*steps, loss=("u",))) == "compared"


def test_a_second_derivative_of_zero_beside_a_large_constant_is_right():
    """The reference takes it by differences, of which rounding the constant leaves something."""
    steps = (made("t", "{0} * 5.1", "a"), made("u", "fg.square({0} * {0})", "t", mode="no_grad"))
    assert verdict(program(*steps, loss=("a", "u"))) == "compared"


def test_a_second_derivative_of_zero_made_of_large_ones_is_right():
    """Next to a pole the reference's differences neglect something, too."""
    steps = (
        made("s", "{0}.sum() - 9.9", "a", shape=()),
        made("t", "fg.reciprocal({0})", "s", shape=()),
        made("u", "{0} * {1} ** 2", "t", "s", shape=()),
    )
    assert verdict(program(*steps, loss=("u",))) == "compared"


def test_a_wrong_gradient_and_a_refusal_without_reason_are_found(monkeypatch):
    import fastgrad as fg

    monkeypatch.setattr(fg, "sin", lambda x: fg.expm1(x) * 0.0 + x.detach().sin())
    assert verdict(program(made("t", "fg.sin({0})", "a"), loss=("t",))).startswith("a.grad is")

    def refuse(x):
        raise RuntimeError("no_grad: a view cannot be modified")

    monkeypatch.setattr(fg, "square", refuse)
    assert "writes to nothing" in verdict(program(made("t", "fg.square({0})", "a"), loss=("a", "t")))


def test_a_recorded_gradient_may_be_off_by_what_rounding_the_arguments_costs_and_no_more(monkeypatch):
    close = np.array([[1.7621652, -0.5], [1.7471652, 0.5]], dtype=np.float32)  # of 1.75, 1 part in 100
    sample = Sample(close, None, None, None, None, True, 0.1, 1e-5)
    call = Call(table.BY_NAME["nn.functional.batch_norm"], "float32", sample, ["contiguous"])
    assert calls.check(call) is None

    def with_error(size):
        def gradients(call, sample, layout, create_graph=False):
            (found,) = right(call, sample, layout, create_graph)
            return [found + size * np.abs(found).max().astype(found.dtype) if create_graph else found]

        monkeypatch.setattr(calls, "_gradients", gradients)
        return calls.check(call)

    right = calls._gradients
    assert with_error(np.float32(1e-4)) is None
    assert "recorded, a gradient is" in str(with_error(np.float32(0.1)))


def test_what_ends_pytorch_is_not_asked_of_it():
    pytest.importorskip("torch")
    case = next(case for case in hostile_call.MEMBERS if case.name == "nn.functional.pdist")
    empty = hostile_call.Given(inputs=(np.zeros((0, 3)),))
    assert hostile.check(hostile_call.Call(case, empty, ("inputs[0] axis 0 of length 0",))) is None


def test_what_differs_by_rounding_is_told_by_pytorchs_float64():
    """Of one feature nothing is left but rounding, divided by a variance of 0: the weight's gradient is 0 here."""
    pytest.importorskip("torch")
    case = next(case for case in hostile_call.MEMBERS if case.name == "nn.functional.layer_norm")
    x = np.array([[0.48978329], [-0.50664741], [0.00966247], [2.81448174]])
    given = hostile_call.Given((x, (1,)), {"weight": np.array([0.67190588]), "bias": np.array([0.36618909])})
    call = hostile_call.Call(case, given, ("nothing",))
    assert hostile.check(call) is None
    found = hostile_call.run(fg, call)
    found.arrays[1] = found.arrays[1] + 1.0
    assert hostile._compared(call, found) is not None


@pytest.mark.parametrize("name", ["spectral_norm", "parametrizations.spectral_norm", "parametrizations.orthogonal"])
def test_what_begins_at_random_is_compared_from_the_same_numbers(name):
    pytest.importorskip("torch")
    case = next(case for case in hostile_call.MEMBERS if case.name == f"nn.utils.{name}")
    given = hostile_call.Given(args=((3, 5),), inputs=(np.ones((2, 3)),))
    assert hostile.check(hostile_call.Call(case, given, ("nothing",))) is None


def test_where_a_search_along_a_line_ends_is_for_float64_to_say(monkeypatch):
    pytest.importorskip("torch")
    case = next(case for case in hostile_call.MEMBERS if case.name == "optim.LBFGS")
    given = hostile_call.Given(kwargs={"line_search_fn": "strong_wolfe", "max_iter": 6})
    call, right = hostile_call.Call(case, given, ("nothing",)), hostile_call.run

    def with_an_error(dtypes):
        def run(root, call, dtype="float32"):
            found = right(root, call, dtype)
            if root is hostile.torch and dtype in dtypes:
                found.arrays[0] = found.arrays[0] + 1.0
            return found

        monkeypatch.setattr(hostile, "run", run)
        return hostile.check(call)

    assert with_an_error(()) is None
    assert with_an_error(("float32",)) is None
    assert with_an_error(("float32", "float64"))[0] == "differs"
