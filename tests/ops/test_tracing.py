"""A tracer is handed every operation that its thread computes, by the way that records them: this is where forward
mode, batching and capture enter. It changes no result and leaves no history that is not there without it."""

from __future__ import annotations

import threading
from collections import Counter
from typing import Any

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import _tensor

from .entry import Op, Sample, outputs, tensors
from .table import OPS

DIFFERENTIABLE = [pytest.param(op, id=op.name) for op in OPS if op.no_gradient is None]


class Count(_tensor.Tracer):
    """Counts operations by their names."""

    def __init__(self) -> None:
        self.names: Counter[str] = Counter()
        self.made: list[fg.Tensor] = []

    def operation(self, node: Any, inputs: list[fg.Tensor | None], outputs: list[fg.Tensor]) -> None:
        self.names[node.name] += 1
        self.made += outputs


def results(op: Op, given: Sample) -> list[fg.Tensor]:
    fg.manual_seed(0)
    return [r for r in outputs(op(given)) if isinstance(r, fg.Tensor)]


def graph(found: list[fg.Tensor]) -> set[str]:
    """The names of the operations that results come from, but for what the graph adds itself after writes to views."""
    names, seen, todo = set(), set(), [t.grad_fn for t in found]
    while todo:
        node = todo.pop()
        if not isinstance(node, _tensor.Node) or id(node) in seen:
            continue
        seen.add(id(node))
        names.add(node.name)
        todo += [edge for edge, _ in node.next_functions]
    return names - {"view"}


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_a_tracer_sees_every_differentiable_operation(op):
    for sample in op.draw("float32"):
        given = tensors(sample)
        arguments = {id(a) for a in [*given.args, *given.kwargs.values()]}
        plain = [np.asarray(r) for r in results(op, tensors(sample))]
        with Count() as count:
            traced = results(op, given)
        made = {id(t) for t in count.made}
        for before, after in zip(plain, traced, strict=True):
            assert before.tobytes() == np.asarray(after).tobytes(), f"{op.name}{sample!r}"
            assert not after.requires_grad
            if after.is_floating_point():  # not the places that topk found
                assert id(after) in made | arguments, f"{op.name}{sample!r} told of {count.names}"


@pytest.mark.parametrize("op", DIFFERENTIABLE)
def test_a_tracer_sees_what_is_recorded(op):
    for sample in op.draw("float32"):
        with Count() as count:
            found = results(op, tensors(sample, requires_grad=True))
        assert graph(found) <= set(count.names), f"{op.name}{sample!r}"


def test_operations_come_in_order_and_complete():
    seen = []

    class Keep(_tensor.Tracer):
        def operation(self, node, inputs, outputs):
            seen.append((node.name, [None if t is None else t.shape for t in inputs], [t.shape for t in outputs]))

    x, w = fg.ones(2, 3), fg.ones(4, 3)
    with Keep():
        y = fg.nn.functional.linear(x, w)
        fg.unstack(y)
        fg.greater(y.sum(), 1.0)
    assert seen == [
        ("linear", [(2, 3), (4, 3), None], [(2, 4)]),
        ("split", [(2, 4)], [(4,), (4,)]),
        ("sum", [(2, 4)], [()]),
        ("greater", [()], [()]),
    ]


def test_a_tracer_sees_writes_and_operations_that_are_not_recorded():
    x = fg.ones(3)
    with fg.no_grad(), Count() as count:
        x += 1.0
        x[0] = 5.0
    assert count.names == {"add": 2, "getitem": 1, "setitem": 1}
    np.testing.assert_array_equal(x.numpy(), [5.0, 2.0, 2.0])


def test_a_tracer_sees_the_operations_of_gradients_that_kernels_give_otherwise():
    for f, names in [
        (fg.tanh, {"one_less_square", "multiply"}),
        (fg.sqrt, {"multiply", "divide"}),
        (fg.nn.functional.silu, {"silu_backward"}),
    ]:
        x = fg.tensor([0.5, 2.0], requires_grad=True)
        y = f(x)
        (plain,) = fg.autograd.grad(y, [x], [fg.ones(2)], retain_graph=True)
        with Count() as count:
            (traced,) = fg.autograd.grad(y, [x], [fg.ones(2)])
        assert set(count.names) >= names
        np.testing.assert_array_equal(traced.numpy(), plain.numpy())


def test_what_a_tracer_computes_goes_to_the_one_around_it():
    class Double(Count):
        def operation(self, node, inputs, outputs):
            super().operation(node, inputs, outputs)
            outputs[0] * 2.0

    with Count() as outer, Double() as inner:
        fg.exp(fg.ones(2))
    assert inner.names == {"exp": 1}
    assert outer.names == {"multiply": 1}


def test_a_tracer_sees_its_own_thread_alone():
    x = fg.ones(2, requires_grad=True)
    found = []
    with Count() as count:
        thread = threading.Thread(target=lambda: found.append(fg.exp(x)))
        thread.start()
        thread.join()
    assert not count.names
    assert found[0].grad_fn.name == "exp"


def test_an_error_leaves_no_tracer_behind():
    with pytest.raises(ValueError, match="1 elements"), Count() as count:
        fg.exp(fg.ones(1)).reshape(2)
    fg.sin(fg.ones(2))
    assert not count.names
