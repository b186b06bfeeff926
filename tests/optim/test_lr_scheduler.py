"""Schedulers: the rates they give, and how they resume."""

import math

import pytest

import fastgrad as fg
from fastgrad import nn, optim
from fastgrad.optim import lr_scheduler


def make_optimizer():
    params = [nn.Parameter(fg.ones(1)) for _ in range(2)]
    optimizer = optim.SGD([{"params": params[0], "lr": 2.0}, {"params": params[1]}], lr=1.0, momentum=0.5)
    optimizer.step()
    return optimizer


def rates(scheduler, epochs):
    found = []
    for _ in range(epochs):
        found.append(scheduler.get_last_lr())
        scheduler.step()
    return found


MAKERS = {
    "step": lambda o: lr_scheduler.StepLR(o, 2, gamma=0.5),
    "cosine": lambda o: lr_scheduler.CosineAnnealingLR(o, 4, eta_min=0.5),
    "lambda": lambda o: lr_scheduler.LambdaLR(o, [lambda e: 1 + e, lambda e: 0.5**e]),
}
EXPECTED = {
    "step": lambda e: [2.0 * 0.5 ** (e // 2), 0.5 ** (e // 2)],
    "cosine": lambda e: [
        0.5 + 1.5 * (1 + math.cos(math.pi * e / 4)) / 2,
        0.5 + 0.5 * (1 + math.cos(math.pi * e / 4)) / 2,
    ],
    "lambda": lambda e: [2.0 * (1 + e), 0.5**e],
}


@pytest.mark.parametrize("name", MAKERS)
def test_rates(name):
    assert rates(MAKERS[name](make_optimizer()), 6) == [pytest.approx(EXPECTED[name](e)) for e in range(6)]


@pytest.mark.parametrize("name", MAKERS)
def test_resuming(name):
    scheduler = MAKERS[name](make_optimizer())
    rates(scheduler, 3)
    optimizer = make_optimizer()
    optimizer.load_state_dict(scheduler.optimizer.state_dict())
    resumed = MAKERS[name](optimizer)
    resumed.load_state_dict(scheduler.state_dict())
    assert rates(resumed, 3) == rates(scheduler, 3)


def test_absurd_arguments_are_refused():
    optimizer = make_optimizer()
    with pytest.raises(ValueError, match="step_size"):
        lr_scheduler.StepLR(optimizer, 0)
    with pytest.raises(ValueError, match="T_max"):
        lr_scheduler.CosineAnnealingLR(optimizer, 0)
    with pytest.raises(ValueError, match="2, one a group"):
        lr_scheduler.LambdaLR(optimizer, [abs])
    for make in MAKERS.values():
        with pytest.raises(TypeError, match="optimizer must be an Optimizer, got a Linear"):
            make(nn.Linear(1, 1))
    with pytest.raises(NotImplementedError, match="LRScheduler does not define get_lr"):
        lr_scheduler.LRScheduler(optimizer)


@pytest.mark.parametrize("name", MAKERS)
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(name):
    scheduler = MAKERS[name](make_optimizer())
    scheduler.step()
    before, rates_before = scheduler.state_dict(), scheduler.get_last_lr()
    with pytest.raises(KeyError, match="base_lrs"):
        scheduler.load_state_dict({"last_epoch": 5})
    with pytest.raises(ValueError, match="base_lrs must be 2 rates, one a group, got 1"):
        scheduler.load_state_dict({"last_epoch": 5, "base_lrs": [1.0]})
    assert scheduler.state_dict() == before
    assert scheduler.get_last_lr() == rates_before
