"""States with something in them that no optimizer remembers are refused when they are loaded; nothing is changed."""

import copy
import math

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import optim

KINDS = [
    (optim.SGD, {"momentum": 0.9}),
    (optim.Adam, {"amsgrad": True}),
    (optim.AdamW, {}),
    (optim.RMSprop, {"centered": True, "momentum": 0.9}),
    (optim.Adagrad, {}),
    (optim.Adadelta, {}),
    (optim.Adamax, {}),
    (optim.NAdam, {}),
    (optim.RAdam, {}),
    (optim.Rprop, {}),
    (optim.ASGD, {}),
    (optim.Adafactor, {}),
    (optim.Muon, {}),
]


def trained(kind, arguments):
    params = [fg.ones((4, 3), requires_grad=True), fg.ones((2, 2), requires_grad=True)]
    optimizer = kind([{"params": [p]} for p in params], lr=0.1, **arguments)
    for p in params:
        p.grad = fg.ones(*p.shape)
    optimizer.step()
    return optimizer


@pytest.mark.parametrize(("kind", "arguments"), KINDS)
def test_what_is_remembered_is_a_tensor_of_its_shape(kind, arguments):
    optimizer = trained(kind, arguments)
    before = repr(optimizer.state_dict())
    shaped = [what for what, value in optimizer.state_dict()["state"][1].items() if getattr(value, "ndim", 0)]
    assert shaped
    for what in shaped:
        for wrong in ("0.1", 3, 0.5, True, [1.0], b"", object()):
            state = copy.deepcopy(optimizer.state_dict())
            state["state"][1][what] = wrong
            with pytest.raises(
                TypeError, match=rf"{kind.__name__}\.load_state_dict: '{what}' must be a Tensor of shape"
            ):
                optimizer.load_state_dict(state)
            assert repr(optimizer.state_dict()) == before


@pytest.mark.parametrize(("kind", "arguments"), [case for case in KINDS if case[0] not in (optim.SGD, optim.Muon)])
def test_a_count_of_steps_is_finite_and_whole(kind, arguments):
    optimizer = trained(kind, arguments)
    for wrong in (math.inf, -math.inf, math.nan, -1, 0.5, 2.0**70, True, "3", fg.ones(2), np.ones(3), fg.ones((0,))):
        state = copy.deepcopy(optimizer.state_dict())
        state["state"][1]["step"] = wrong
        with pytest.raises(ValueError, match=r"'step' must be a whole number of at least 0"):
            optimizer.load_state_dict(state)


def test_integers_for_what_is_remembered_become_the_parameters_dtype():
    optimizer = trained(optim.Adafactor, {})
    state = copy.deepcopy(optimizer.state_dict())
    state["state"][0]["row_var"] = fg.ones((4, 1), dtype=fg.int64)
    optimizer.load_state_dict(state)
    optimizer.step()
    assert optimizer.state_dict()["state"][0]["row_var"].dtype is fg.float32


@pytest.mark.parametrize(
    ("kind", "arguments"), [case for case in KINDS if case[0] not in (optim.SGD, optim.Muon, optim.Adafactor)]
)
def test_none_does_not_stand_for_what_every_update_remembers(kind, arguments):
    optimizer = trained(kind, arguments)
    before = repr(optimizer.state_dict())
    for what in optimizer.state_dict()["state"][1]:
        state = copy.deepcopy(optimizer.state_dict())
        state["state"][1][what] = None
        with pytest.raises(ValueError, match=rf"{kind.__name__}\.load_state_dict: .* of parameter 1 it remembers"):
            optimizer.load_state_dict(state)
        assert repr(optimizer.state_dict()) == before


@pytest.mark.parametrize("positions", [[0, 0], [0, []], [{}, 1]])
def test_groups_name_each_parameter_once(positions):
    params = [fg.ones(2, requires_grad=True) for _ in positions]
    optimizer = optim.Adam(params)
    state = optimizer.state_dict()
    state["param_groups"][0]["params"] = positions
    with pytest.raises(ValueError, match=r"Adam\.load_state_dict: 'params' must name each parameter once, got"):
        optimizer.load_state_dict(state)
    apart = optim.Adam([{"params": [p]} for p in params])
    state = apart.state_dict()
    state["param_groups"][1]["params"] = [0]
    with pytest.raises(ValueError, match=r"Adam\.load_state_dict: 'params' must name each parameter once, got \[0\]"):
        apart.load_state_dict(state)
