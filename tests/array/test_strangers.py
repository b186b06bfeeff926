"""What is no number, no array and no sequence of them, beside a tensor: the error is about it."""

from __future__ import annotations

import array
import collections
import operator
import re

import pytest

import fastgrad as fg

OPERATORS = {
    "+": operator.add,
    "-": operator.sub,
    "*": operator.mul,
    "/": operator.truediv,
    "//": operator.floordiv,
    "%": operator.mod,
    "@": operator.matmul,
    "&": operator.and_,
    "<<": operator.lshift,
    "** or pow()": operator.pow,
}
IN_PLACE = (operator.iadd, operator.isub, operator.imul, operator.itruediv, operator.ipow, operator.imatmul)
TENSORS = {
    "floats": lambda: fg.tensor([1.0, 2.0]),
    "integers": lambda: fg.tensor([1, 2]),
    "one float": lambda: fg.tensor(2.0),
    "one truth": lambda: fg.tensor(True),
}
REPEATED = ["a", b"a", bytearray(b"a"), collections.deque([1]), array.array("d", [1.0])]


@pytest.mark.parametrize("stranger", ["a", b"a", object(), None, {"a": 1}, {1}], ids=lambda s: type(s).__name__)
@pytest.mark.parametrize("symbol", OPERATORS)
@pytest.mark.parametrize("tensor", TENSORS)
def test_an_operator_names_both_operands(tensor, symbol, stranger):
    x = TENSORS[tensor]()
    words = re.escape(f"unsupported operand type(s) for {symbol}")
    with pytest.raises(TypeError, match=words):
        OPERATORS[symbol](x, stranger)
    if isinstance(stranger, (str, bytes)) and symbol in "+%":  # str and bytes answer themselves: % formats
        return
    with pytest.raises(TypeError, match=words):
        OPERATORS[symbol](stranger, x)


@pytest.mark.parametrize("stranger", REPEATED, ids=lambda s: type(s).__name__)
def test_only_a_whole_number_repeats_a_string(stranger):
    for x in (fg.tensor([1.0]), fg.tensor([1, 2]), fg.tensor(2.0), fg.tensor(True)):
        for call in (lambda x=x: x * stranger, lambda x=x: stranger * x):
            with pytest.raises(TypeError, match="unsupported operand type"):
                call()
    two = fg.tensor(2)
    assert two * stranger == stranger * two == stranger * 2


def test_a_class_that_can_be_repeated_and_multiplied_decides_itself():
    class Names(str):
        def __mul__(self, other):
            return "mine"

        __rmul__ = __mul__

    x = fg.tensor([1.0, 2.0])
    assert Names("a") * x == x * Names("a") == "mine"


@pytest.mark.parametrize("function", IN_PLACE)
def test_an_operator_in_place_names_both_operands(function):
    for stranger in ("a", object(), None):
        with pytest.raises(TypeError, match="unsupported operand type"):
            function(fg.tensor([1.0]), stranger)


@pytest.mark.parametrize("compare", [operator.lt, operator.le, operator.gt, operator.ge])
def test_an_order_names_both_operands(compare):
    for stranger in ("a", object(), None):
        with pytest.raises(TypeError, match=r"not supported between instances of .*Tensor"):
            compare(fg.tensor([1.0]), stranger)


@pytest.mark.parametrize(
    "call",
    [
        lambda x: x.__setitem__(..., "a"),
        lambda x: x.add_("a"),
        lambda x: x.copy_("a"),
        lambda x: fg.multiply("a", x),
        lambda x: fg.where(x > 0, x, "a"),
        lambda x: fg.stack([x, "a"]),
        lambda x: fg.exp("a"),
    ],
)
def test_a_function_says_that_it_is_no_tensor(call):
    with pytest.raises(
        TypeError, match="str cannot become a tensor, which must be made of an array, a number or sequences of them"
    ):
        call(fg.tensor([1.0]))


@pytest.mark.parametrize("draw", ["plot", "scatter", "hist", "imshow"])
def test_a_plot_of_what_requires_gradients_says_detach(draw):
    matplotlib = pytest.importorskip("matplotlib")
    matplotlib.use("agg")
    from matplotlib import pyplot

    x = fg.ones((3, 3) if draw == "imshow" else 3, requires_grad=True)
    function = getattr(pyplot, draw)
    for t in (x, x * 2):
        with pytest.raises(RuntimeError, match=r"use detach\(\)"):
            function(*(t, t)[: 2 if draw == "scatter" else 1])
        d = t.detach()
        function(*(d, d)[: 2 if draw == "scatter" else 1])
    pyplot.close("all")
