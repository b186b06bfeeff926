"""An error tells in which part of a network it arose."""

import re
import sys

import pytest

import fastgrad as fg
from fastgrad import nn


def said(net, *args):
    """The error that a call raises, with its notes."""
    with pytest.raises((ValueError, TypeError, RuntimeError)) as caught:
        net(*args)
    return "\n".join([str(caught.value), *getattr(caught.value, "__notes__", [])])


class Net(nn.Module):
    def __init__(self, *layers):
        super().__init__()
        self.head = nn.Sequential(*layers)
        self.rest = nn.ModuleList([nn.Identity(), nn.Linear(3, 3)])

    def forward(self, x):
        for layer in self.rest:
            x = layer(x)
        return self.head(x)


GOOD = [nn.Flatten(), nn.Linear(4, 8), nn.ReLU(), nn.Linear(8, 8)]
BAD = nn.Linear(5, 2)
BRIEF = "Linear(in_features=5, out_features=2, bias=True)"


@pytest.mark.parametrize("tail", [[], [nn.ReLU()], [nn.Tanh()]])
def test_a_sequential_names_the_layer(tail):
    net = nn.Sequential(*GOOD, BAD, *tail)
    message = said(net, fg.ones(2, 4))
    assert message.startswith("linear: ")
    assert f"in layer 4 of Sequential: {BRIEF}" in message
    named = nn.Sequential({"flat": nn.Flatten(), "out": BAD})
    assert f"in layer out of Sequential: {BRIEF}" in said(named, fg.ones(2, 4))


@pytest.mark.parametrize("recording", [True, False])
def test_of_fused_layers_the_one_that_does_not_fit_is_named(recording):
    with fg.set_grad_enabled(recording):
        for tail in ([nn.ReLU()], []):
            net = nn.Sequential(nn.Conv2d(3, 4, 3), nn.BatchNorm2d(5), *tail).eval()
            assert "in layer 1 of Sequential: BatchNorm2d(5," in said(net, fg.ones(1, 3, 8, 8))
            net = nn.Sequential(nn.Conv2d(2, 4, 3), nn.BatchNorm2d(4), *tail).eval()
            assert "in layer 0 of Sequential: Conv2d(2, 4," in said(net, fg.ones(1, 3, 8, 8))
            net = nn.Sequential(nn.BatchNorm2d(3), nn.ReLU(), nn.MaxPool2d(9))
            assert "in layer 2 of Sequential: MaxPool2d(" in said(net, fg.ones(2, 3, 8, 8))


def test_every_module_on_the_way_out_names_its_part():
    inner = nn.Sequential(nn.Sequential(*GOOD, BAD), nn.ReLU())
    net = Net(nn.Linear(3, 4), inner)
    message = said(net, fg.ones(2, 3))
    lines = [line for line in message.split("\n") if line.startswith("in layer ")]
    assert lines == [
        f"in layer 4 of Sequential: {BRIEF}",
        "in layer 0 of Sequential: Sequential()",
        "in layer 1 of Sequential: Sequential()",
        "in layer head of Net: Sequential()",
    ]


def test_a_module_that_calls_its_parts_itself_names_them():
    net = Net(nn.Identity())
    assert re.search(r"^in layer rest\.1 of Net: Linear\(in_features=3", said(net, fg.ones(2, 4)), re.MULTILINE)


def test_hooks_and_calls_of_ones_own_do_not_change_that():
    class Called(nn.Linear):
        def __call__(self, x):
            return super().__call__(x)

    hooked = nn.Linear(5, 2)
    hooked.register_forward_hook(lambda *_: None)
    for layer in (hooked, Called(5, 2)):
        message = said(nn.Sequential(nn.Identity(), layer), fg.ones(2, 4))
        assert message.count("in layer 1 of Sequential") == message.count("in layer") == 1


def test_a_layer_by_itself_says_nothing_more():
    assert "in layer" not in said(BAD, fg.ones(2, 4))
    assert "in layer" not in said(nn.Sequential(BAD).forward, fg.ones(2, 4))


def test_an_error_of_a_parts_own_is_the_same_object_with_the_same_text():
    error = KeyError("mine")

    class Raises(nn.Module):
        def forward(self, x):
            raise error

        def extra_repr(self):
            raise ValueError("nor does this matter")

    with pytest.raises(KeyError) as caught:
        nn.Sequential(Raises())(1)
    assert caught.value is error
    assert str(error) == "'mine'"
    assert not sys.exc_info()[0]
