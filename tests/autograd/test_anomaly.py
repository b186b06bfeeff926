"""Finding the operation whose gradient is not a number."""

import gc
import sys
import weakref

import pytest

import fastgrad as fg
from fastgrad import autograd


def root(x):
    return fg.sqrt(x)  # the line that is wanted


def test_the_operation_its_line_and_the_place_are_named():
    x = fg.tensor([[4.0, 1.0], [0.0, -1.0]], requires_grad=True)
    with autograd.detect_anomaly():
        y = (root(x * 1.0) * fg.tensor([[1.0, 1.0], [0.0, 1.0]])).sum()
        with pytest.raises(RuntimeError) as caught:
            y.backward()
    message = str(caught.value)
    assert "sqrt: its gradient rule gave nan for input 0, of shape (2, 2), first at (1, 0), 2 in all" in message
    assert "in root\n    return fg.sqrt(x)  # the line that is wanted" in message
    assert "in test_the_operation_its_line_and_the_place_are_named" in message


def test_without_it_nothing_is_said():
    x = fg.tensor([0.0], requires_grad=True)
    (root(x) * 0.0).sum().backward()
    assert x.grad.isnan().all()
    with autograd.detect_anomaly(check_nan=False):
        (root(x) * 0.0).sum().backward()
    (root(x) * 0.0).sum().backward()


def test_an_operation_from_before_is_named_without_its_line():
    x = fg.tensor([0.0], requires_grad=True)
    y = (root(x) * 0.0).sum()
    with autograd.detect_anomaly(), pytest.raises(RuntimeError, match="recorded outside of detect_anomaly"):
        y.backward()


@pytest.mark.skipif(sys.version_info < (3, 11), reason="errors have no notes before")
def test_errors_of_rules_say_where_the_operation_was():
    class Failing(fg.autograd.Function):
        @staticmethod
        def forward(ctx, x):
            return x * 2

        @staticmethod
        def backward(ctx, g):
            raise ValueError("no gradient")

    x = fg.ones(2, requires_grad=True)
    with autograd.detect_anomaly():
        y = Failing.apply(x).sum()
        with pytest.raises(ValueError, match="no gradient") as caught:
            y.backward()
    assert "in test_errors_of_rules_say_where_the_operation_was" in "\n".join(caught.value.__notes__)


def test_it_is_set_and_restored():
    x = fg.tensor([0.0], requires_grad=True)
    autograd.set_detect_anomaly(True)
    try:
        with pytest.raises(RuntimeError, match="sqrt"):
            (root(x) * 0.0).sum().backward()
        with autograd.set_detect_anomaly(False):
            (root(x) * 0.0).sum().backward()
        with pytest.raises(RuntimeError, match="sqrt"):
            (root(x) * 0.0).sum().backward()
    finally:
        autograd.set_detect_anomaly(False)
    (root(x) * 0.0).sum().backward()


def test_gradients_are_the_same_inside():
    x = fg.linspace(0.1, 1.0, 12).reshape(3, 4).requires_grad_()
    found = []
    for inside in (False, True):
        with autograd.set_detect_anomaly(inside):
            a, b = fg.split(fg.exp(x) * x, 2, axis=1)
            h = fg.softmax(fg.concat([a * 2, b], axis=1).mT @ a, axis=0)
            (g,) = autograd.grad(h[0].sum() + h.max(), [x], create_graph=True)
            found.append([g.tolist(), autograd.grad((g * g).sum(), [x])[0].tolist()])
    assert found[0] == found[1]


def test_narrow_gradients_are_looked_at_too():
    x = fg.tensor([0.0], requires_grad=True)
    with autograd.detect_anomaly(), pytest.raises(RuntimeError, match="nan"):
        (root(x.astype(fg.float16)).astype(fg.float32) * 0.0).sum().backward()


class Logarithm(fg.nn.Module):
    def forward(self, x):
        return fg.log(x)  # the line in the layer


class Model(fg.nn.Module):
    def __init__(self):
        super().__init__()
        self.body = fg.nn.Sequential(fg.nn.Linear(2, 2), fg.nn.ReLU(), Logarithm())
        self.head = fg.nn.Linear(2, 1)
        fg.nn.init.constant_(self.body[0].weight, -1.0)
        fg.nn.init.zeros_(self.body[0].bias)

    def forward(self, x):
        return self.head(self.body(x))


@pytest.mark.parametrize("recording", [True, False])
def test_the_layer_the_operation_and_the_line_of_the_first_infinity_of_a_forward_pass_are_named(recording):
    model = Model()
    with (
        fg.set_grad_enabled(recording),
        pytest.raises(RuntimeError) as caught,
        autograd.detect_anomaly(check_inf=True, check_forward=True),
    ):
        model(fg.ones(3, 2))
    message = str(caught.value)
    assert message.startswith("log: it gave -inf in the forward pass, of shape (3, 2), first at (0, 0), 6 in all")
    assert "in forward\n    return fg.log(x)  # the line in the layer" in message
    assert message.endswith("in layer body.2 (Logarithm) of Model")


def test_the_layer_whose_gradient_is_nan_is_named():
    model = Model()
    with autograd.detect_anomaly():
        y = model(fg.ones(3, 2)).sum()  # log(0), of which a ReLU that is off passes nothing: 0 times infinity
        with pytest.raises(RuntimeError, match="gave nan") as caught:
            (y * 0.0).backward()
    assert "in layer " in str(caught.value)
    assert str(caught.value).endswith("of Model")


def test_infinite_gradients_are_errors_where_they_are_looked_for():
    x = fg.tensor([0.0], requires_grad=True)
    with autograd.detect_anomaly():
        root(x).sum().backward()
    with autograd.detect_anomaly(check_inf=True), pytest.raises(RuntimeError, match=r"sqrt: .* gave inf for input 0"):
        root(x).sum().backward()


def test_what_came_in_is_not_blamed_on_the_operation():
    model = Model()
    x = fg.tensor([[1.0, float("nan")]])
    with pytest.raises(RuntimeError) as caught, autograd.detect_anomaly(check_forward=True):
        model(x)
    assert str(caught.value).startswith("linear: it was given nan as input 0, of shape (1, 2), first at (0, 1)")
    assert "in layer body.0 (Linear) of Model" in str(caught.value)


def test_the_last_operation_of_a_block_is_looked_at_too():
    with pytest.raises(RuntimeError, match="log: it gave nan"), autograd.detect_anomaly(check_forward=True):
        fg.log(fg.tensor([-1.0]))
    assert float(fg.log(fg.tensor([-1.0])).isnan()[0])  # and what comes later is not


def test_an_error_in_a_block_is_not_hidden_by_an_anomaly():
    def fail():
        fg.log(fg.tensor([-1.0]))
        raise KeyError("mine")

    with pytest.raises(KeyError), autograd.detect_anomaly(check_forward=True):
        fail()


def test_rules_are_judged_by_what_they_give_not_by_their_steps():
    # The rule of a maximum over an axis may compute what it then leaves out.
    x = fg.tensor([[float("-inf"), 1.0, 2.0]], requires_grad=True)
    with autograd.detect_anomaly():
        fg.logsumexp(x, axis=1).sum().backward()
    assert x.grad[0, 0] == 0


def test_hooks_and_layers_are_gone_after_the_block_and_after_errors():
    model = Model()
    for x in (fg.ones(1, 2), fg.ones(1, 5)):
        with pytest.raises((RuntimeError, ValueError)), autograd.detect_anomaly(check_inf=True, check_forward=True):
            model(x)
    with pytest.raises(RuntimeError) as caught, autograd.detect_anomaly(check_forward=True):
        fg.log(fg.tensor([-1.0]))
    assert "in layer" not in str(caught.value)
    from fastgrad.nn import _call

    assert not _call.every_forward
    assert not _call.every_forward_pre


def test_a_training_step_without_anomalies_is_the_same_inside():
    fg.manual_seed(0)
    model = fg.nn.Sequential(fg.nn.Linear(4, 8), fg.nn.BatchNorm1d(8), fg.nn.ReLU(), fg.nn.Linear(8, 3))
    x, y = fg.randn(6, 4), fg.randint(0, 3, (6,))
    found = []
    for inside in (False, True):
        model.zero_grad()
        block = autograd.detect_anomaly(check_inf=True, check_forward=True) if inside else fg.enable_grad()
        with block:
            fg.nn.functional.cross_entropy(model(x), y).backward()
        found.append([p.grad.tolist() for p in model.parameters()])
    assert found[0] == found[1]


def test_an_operation_in_place_is_blamed_for_what_it_makes():
    x = fg.zeros(3)
    with pytest.raises(RuntimeError, match="divide: it gave nan"), autograd.detect_anomaly(check_forward=True):
        x.div_(fg.zeros(3))


def test_infinities_of_masks_are_meant_and_nan_made_of_them_is_not():
    x = fg.randn(2, 3, 8)
    mask = fg.triu(fg.ones(3, 3), 1).astype(fg.bool)
    layer = fg.nn.MultiheadAttention(8, 2, batch_first=True)
    with autograd.detect_anomaly(check_inf=True, check_forward=True):
        layer(x, x, x, attn_mask=mask)[0].sum().backward()
        scores = x.sum() + fg.tensor([0.0, float("-inf")])
        fg.softmax(scores, axis=0)
    with (
        pytest.raises(RuntimeError, match="subtract: it gave nan"),
        autograd.detect_anomaly(check_inf=True, check_forward=True),
    ):
        scores - scores


def test_modules_that_were_called_are_not_kept():
    with autograd.detect_anomaly():
        model = Model()
        y = model(fg.ones(1, 2))
        known = weakref.ref(model)
        del model, y
        gc.collect()
        assert known() is None
