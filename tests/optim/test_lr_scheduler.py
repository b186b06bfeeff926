"""Schedulers: the rates they give, and how they resume."""

import copy
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


def chained(o):
    return lr_scheduler.ChainedScheduler([lr_scheduler.ConstantLR(o, 0.5, 2), lr_scheduler.ExponentialLR(o, 0.5)])


def sequential(o):
    return lr_scheduler.SequentialLR(o, [lr_scheduler.LinearLR(o, 0.25, 1.0, 3), lr_scheduler.StepLR(o, 2, 0.5)], [3])


# A scheduler, and the factors of the initial rates, 2 and 1, that it gives at each epoch.
MAKERS = {
    "step": (lambda o: lr_scheduler.StepLR(o, 2, gamma=0.5), [1, 1, 0.5, 0.5, 0.25, 0.25]),
    "milestones": (lambda o: lr_scheduler.MultiStepLR(o, [4, 1, 4], gamma=0.5), [1, 0.5, 0.5, 0.5, 0.125, 0.125]),
    "constant": (lambda o: lr_scheduler.ConstantLR(o, 0.25, 3), [0.25, 0.25, 0.25, 1, 1, 1]),
    "constant, from nothing": (lambda o: lr_scheduler.ConstantLR(o, 0.0, 2), [0, 0, 1, 1, 1, 1]),
    "linear": (lambda o: lr_scheduler.LinearLR(o, 0.5, 0.1, 4), [0.5, 0.4, 0.3, 0.2, 0.1, 0.1]),
    "exponential": (lambda o: lr_scheduler.ExponentialLR(o, 0.5), [0.5**e for e in range(6)]),
    "polynomial": (lambda o: lr_scheduler.PolynomialLR(o, 4, 2.0), [1, 0.75**2, 0.5**2, 0.25**2, 0, 0]),
    "multiplicative": (lambda o: lr_scheduler.MultiplicativeLR(o, lambda e: e / 2), [1, 0.5, 0.5, 0.75, 1.5, 3.75]),
    "lambda": (lambda o: lr_scheduler.LambdaLR(o, lambda e: 1 + e), [1, 2, 3, 4, 5, 6]),
    "cosine": (
        lambda o: lr_scheduler.CosineAnnealingLR(o, 4),
        [(1 + math.cos(math.pi * e / 4)) / 2 for e in range(6)],
    ),
    "restarts": (
        lambda o: lr_scheduler.CosineAnnealingWarmRestarts(o, 2, T_mult=2),
        [1, 0.5, 1, *((1 + math.cos(math.pi * e / 4)) / 2 for e in (1, 2, 3))],
    ),
    "chained": (chained, [0.5, 0.25, 0.25, 0.125, 0.0625, 0.03125]),
    "sequential": (sequential, [0.25, 0.5, 0.75, 1, 1, 0.5]),
}
# Those that set rates of their own, which these are.
SETTERS = {
    "cyclic": (lambda o: lr_scheduler.CyclicLR(o, 0.5, 1.5, 2, mode="triangular2"), [0.5, 1, 1.5, 1, 0.5, 0.75]),
    "cyclic, falling slowly": (
        lambda o: lr_scheduler.CyclicLR(o, [0.5, 0.0], [1.5, 3.0], 1, 3, scale_fn=lambda c: 1 / c),
        [(0.5, 0), (1.5, 3), (1.5 - 1 / 3, 2), (0.5 + 1 / 3, 1), (0.5, 0), (1, 1.5)],
    ),
    "one cycle": (
        lambda o: lr_scheduler.OneCycleLR(
            o, 1.0, total_steps=6, pct_start=0.5, anneal_strategy="linear", div_factor=4, final_div_factor=1
        ),
        [0.25, 0.625, 1, 0.75, 0.5, 0.25],
    ),
    "one cycle of three phases": (
        lambda o: lr_scheduler.OneCycleLR(
            o, [1.0, 2.0], total_steps=7, pct_start=3 / 7, three_phase=True, div_factor=2, final_div_factor=1
        ),
        [(0.5, 1), (0.75, 1.5), (1, 2), (0.75, 1.5), (0.5, 1), (0.5, 1)],
    ),
}
ALL = {**MAKERS, **SETTERS}


def expected_rates(name):
    if name in MAKERS:
        return [[2.0 * factor, factor] for factor in MAKERS[name][1]]
    return [list(rate) if isinstance(rate, tuple) else [rate, rate] for rate in SETTERS[name][1]]


@pytest.mark.parametrize("name", ALL)
def test_rates(name):
    assert rates(ALL[name][0](make_optimizer()), 6) == [pytest.approx(one) for one in expected_rates(name)]


@pytest.mark.parametrize("epochs", [0, 1, 3])
@pytest.mark.parametrize("name", ALL)
def test_resuming(name, epochs):
    make = ALL[name][0]
    scheduler = make(make_optimizer())
    rates(scheduler, epochs)
    kept, state = (copy.deepcopy(part.state_dict()) for part in (scheduler.optimizer, scheduler))
    optimizer = make_optimizer()
    resumed = make(optimizer)
    optimizer.load_state_dict(kept)
    resumed.load_state_dict(state)
    momentums = [group["momentum"] for group in optimizer.param_groups]
    assert momentums == [group["momentum"] for group in scheduler.optimizer.param_groups]
    assert rates(resumed, 3) == rates(scheduler, 3)


@pytest.mark.parametrize("name", ["cyclic", "one cycle"])
def test_the_momentum_falls_while_the_rate_rises(name):
    for optimizer, momentum in (
        (make_optimizer(), lambda group: group["momentum"]),
        (optim.Adam([nn.Parameter(fg.ones(1))], betas=(0.3, 0.7)), lambda group: group["betas"][0]),
    ):
        optimizer.step()
        scheduler = ALL[name][0](optimizer)
        group, seen = optimizer.param_groups[0], []
        for _ in range(4):
            seen.append((group["lr"], momentum(group)))
            scheduler.step()
        assert (seen[1][0] > seen[0][0], seen[1][1] < seen[0][1]) == (True, True)
        assert (seen[3][0] < seen[2][0], seen[3][1] > seen[2][1]) == (True, True)
        assert group.get("betas", (0, 0.7))[1] == 0.7


# ---- a metric that stops improving -----------------------------------------------------------------------------------


def reductions(metrics, **arguments):
    """At which epochs the rate falls."""
    optimizer = make_optimizer()
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, **arguments)
    seen = []
    for epoch, metric in enumerate(metrics):
        before = optimizer.param_groups[1]["lr"]
        scheduler.step(metric)
        if optimizer.param_groups[1]["lr"] < before:
            seen.append(epoch)
    return seen


def test_a_plateau_lowers_the_rate_after_its_patience():
    assert reductions([1, 1, 1, 1, 1, 1], patience=0) == [1, 2, 3, 4, 5]
    assert reductions([1, 1, 1, 1, 1, 1], patience=2) == [3]
    assert reductions([1, 1, 1, 1, 1, 1, 1], patience=0, cooldown=2) == [1, 4]
    assert reductions([1, 2, 3, 2.9, 4], patience=0, mode="max") == [3]
    assert reductions([1, 0.95, 0.9, 0.85], patience=0, threshold=0.1) == [1, 2]
    assert reductions([1, 0.95, 0.9, 0.85], patience=0, threshold=0.1, threshold_mode="abs") == [1, 2]
    assert reductions([-1, -0.95, -0.8], patience=0, threshold=0.1) == [2]  # the bound lies above, as in PyTorch
    assert reductions([1, math.nan, 0.5, math.inf], patience=0) == [1, 3]
    assert reductions([fg.tensor(1.0), fg.tensor([2.0], requires_grad=True).sum()], patience=0) == [1]


def test_a_plateau_keeps_to_the_least_rate_and_passes_over_small_changes():
    optimizer = make_optimizer()
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, factor=0.5, patience=0, min_lr=[1.5, 0.0], eps=0.3)
    scheduler.step(1.0)
    for expected in ([1.5, 0.5], [1.5, 0.5]):
        scheduler.step(1.0)
        assert scheduler.get_last_lr() == expected
    optimizer.add_param_group({"params": [nn.Parameter(fg.ones(1))]})
    with pytest.raises(RuntimeError, match="min_lrs must be 3 rates, one a group, got 2"):
        scheduler.step(1.0)


def test_a_plateau_resumes():
    scheduler = lr_scheduler.ReduceLROnPlateau(make_optimizer(), factor=0.5, patience=1)
    for metric in (1.0, 1.0):
        scheduler.step(metric)
    resumed = lr_scheduler.ReduceLROnPlateau(make_optimizer(), mode="max")
    with pytest.raises(KeyError, match="'best'"):
        resumed.load_state_dict({})
    resumed.load_state_dict(scheduler.state_dict())
    resumed.step(1.0)
    assert resumed.get_last_lr() == [1.0, 0.5]


# ---- warnings and errors ---------------------------------------------------------------------------------------------


def test_a_scheduler_that_steps_first_warns_as_in_pytorch():
    optimizer = optim.SGD([nn.Parameter(fg.ones(1))], lr=1.0)
    scheduler = lr_scheduler.StepLR(optimizer, 2)
    with pytest.warns(UserWarning, match=r"StepLR\.step: the optimizer has not stepped yet"):
        scheduler.step()
    scheduler.step()
    with pytest.warns(UserWarning, match=r"StepLR\.get_lr: called outside step\(\)"):
        scheduler.get_lr()


def test_an_epoch_that_is_given_is_deprecated_and_has_the_rate_of_its_formula():
    for name, (make, _) in MAKERS.items():
        if name in ("lambda", "multiplicative", "restarts", "chained", "sequential"):
            continue
        scheduler = make(make_optimizer())
        with pytest.warns(UserWarning, match="epoch is deprecated"):
            scheduler.step(4)
        assert scheduler.get_last_lr() == pytest.approx(expected_rates(name)[4], abs=1e-15), name
    restarts = ALL["restarts"][0](make_optimizer())
    restarts.step(1.5)
    assert restarts.get_last_lr()[1] == pytest.approx((1 + math.cos(math.pi * 0.75)) / 2)
    with pytest.raises(ValueError, match="epoch must be at least 0"):
        restarts.step(-1)


def test_one_cycle_has_an_end():
    scheduler = SETTERS["one cycle"][0](make_optimizer())
    rates(scheduler, 6)
    with pytest.raises(ValueError, match="OneCycleLR: there are 6 steps in all, got step 7"):
        scheduler.step()


def test_functions_and_rates_of_groups_that_are_added_later_are_asked_for():
    optimizer = make_optimizer()
    scheduler = SETTERS["cyclic"][0](optimizer)
    optimizer.add_param_group({"params": [nn.Parameter(fg.ones(1))], "lr": 8.0})
    with pytest.raises(ValueError, match="CyclicLR: max_lrs must be 3 rates, one a group, got 2"):
        scheduler.step()
    optimizer = make_optimizer()
    scheduler = SETTERS["one cycle"][0](optimizer)
    optimizer.add_param_group({"params": [nn.Parameter(fg.ones(1))], "lr": 8.0})
    with pytest.raises(ValueError, match="OneCycleLR: group 2 must have 'initial_lr', 'max_lr' and 'min_lr'"):
        scheduler.step()


def test_schedulers_of_schedulers_check_them():
    optimizer = make_optimizer()
    step, other = lr_scheduler.StepLR(optimizer, 2), lr_scheduler.StepLR(make_optimizer(), 2)
    plateau = lr_scheduler.ReduceLROnPlateau(optimizer)
    for make, name in (
        (lambda parts: lr_scheduler.ChainedScheduler(parts, optimizer), "ChainedScheduler"),
        (lambda parts: lr_scheduler.SequentialLR(optimizer, parts, [1] * (len(parts) - 1)), "SequentialLR"),
    ):
        with pytest.raises(ValueError, match=f"{name}: schedulers must be at least one"):
            make([])
        with pytest.raises(ValueError, match=rf"{name}: schedulers\[1\] must be of the same optimizer"):
            make([step, other])
        with pytest.raises(ValueError, match=rf"{name}: schedulers\[1\] must step without a metric"):
            make([step, plateau])
        with pytest.raises(TypeError, match=rf"{name}: schedulers\[0\] must be a scheduler, got a int"):
            make([3])
    with pytest.raises(ValueError, match="SequentialLR: milestones must be one less than schedulers, 1, got 0"):
        lr_scheduler.SequentialLR(optimizer, [step, step], [])
    chain = lr_scheduler.ChainedScheduler([step])
    with pytest.raises(
        ValueError, match=r"ChainedScheduler\.load_state_dict: there must be 1 states of schedulers, got 0"
    ):
        chain.load_state_dict({"_schedulers": []})


ABSURD = [
    ("MultiplicativeLR", {"lr_lambda": 3}, TypeError),
    ("MultiStepLR", {"milestones": 3}, TypeError),
    ("MultiStepLR", {"milestones": [1.5]}, TypeError),
    ("MultiStepLR", {"milestones": [1], "gamma": "x"}, TypeError),
    ("ConstantLR", {"factor": 1.5}, ValueError),
    ("ConstantLR", {"total_iters": -1}, ValueError),
    ("LinearLR", {"start_factor": 0}, ValueError),
    ("LinearLR", {"end_factor": -0.1}, ValueError),
    ("ExponentialLR", {"gamma": "x"}, TypeError),
    ("PolynomialLR", {"total_iters": 1.5}, TypeError),
    ("CosineAnnealingWarmRestarts", {"T_0": 0}, ValueError),
    ("CosineAnnealingWarmRestarts", {"T_0": 1, "T_mult": 0}, ValueError),
    ("CyclicLR", {"max_lr": 1.0, "base_lr": [0.1]}, ValueError),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "step_size_up": 0}, ValueError),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "mode": "sawtooth"}, ValueError),
    ("CyclicLR", {"base_lr": 0.1, "max_lr": 1.0, "scale_mode": "epochs"}, ValueError),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": None}, ValueError),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": 0}, ValueError),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": 5, "pct_start": 1.5}, ValueError),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": 5, "anneal_strategy": "log"}, ValueError),
    ("OneCycleLR", {"max_lr": 1.0, "total_steps": 5, "div_factor": 0}, ValueError),
    ("ReduceLROnPlateau", {"mode": "least"}, ValueError),
    ("ReduceLROnPlateau", {"factor": 1.0}, ValueError),
    ("ReduceLROnPlateau", {"patience": -1}, ValueError),
    ("ReduceLROnPlateau", {"threshold_mode": "both"}, ValueError),
    ("ReduceLROnPlateau", {"min_lr": [0.1]}, ValueError),
]


@pytest.mark.parametrize(("name", "arguments", "error"), ABSURD)
def test_absurd_arguments_are_named(name, arguments, error):
    optimizer = make_optimizer()
    before = [dict(group) for group in optimizer.param_groups]
    with pytest.raises(error, match=f"{name}: {list(arguments)[-1]}"):
        getattr(lr_scheduler, name)(optimizer, **arguments)
    assert [dict(group) for group in optimizer.param_groups] == before
    if "Cyc" in name:
        plain = optim.Adagrad([nn.Parameter(fg.ones(1))])
        with pytest.raises(ValueError, match=f"{name}: with cycle_momentum=True the optimizer must have momentum"):
            ALL["cyclic" if name == "CyclicLR" else "one cycle"][0](plain)


def test_absurd_arguments_are_refused():
    optimizer = make_optimizer()
    with pytest.raises(ValueError, match="step_size"):
        lr_scheduler.StepLR(optimizer, 0)
    with pytest.raises(ValueError, match="T_max"):
        lr_scheduler.CosineAnnealingLR(optimizer, 0)
    with pytest.raises(ValueError, match="2, one a group"):
        lr_scheduler.LambdaLR(optimizer, [abs])
    for make, _ in ALL.values():
        with pytest.raises(TypeError, match="optimizer must be an Optimizer, got a Linear"):
            make(nn.Linear(1, 1))
    with pytest.raises(NotImplementedError, match="LRScheduler does not define get_lr"):
        lr_scheduler.LRScheduler(optimizer)


@pytest.mark.parametrize("name", [name for name in ALL if name not in ("chained", "sequential")])
def test_a_state_that_does_not_fit_is_refused_and_changes_nothing(name):
    scheduler = ALL[name][0](make_optimizer())
    scheduler.step()
    before, rates_before = scheduler.state_dict(), scheduler.get_last_lr()
    with pytest.raises(KeyError, match="base_lrs"):
        scheduler.load_state_dict({"last_epoch": 5})
    with pytest.raises(ValueError, match="base_lrs must be 2 rates, one a group, got 1"):
        scheduler.load_state_dict({"last_epoch": 5, "base_lrs": [1.0]})
    assert scheduler.state_dict() == before
    assert scheduler.get_last_lr() == rates_before


def fails(after):
    """A function that fails at one of its calls."""
    calls = iter(range(1000))

    def factor(x):
        if next(calls) == after:
            raise ArithmeticError("of the function's own")
        return 0.5

    return factor


def contents(optimizer):
    return [
        {key: value.item() if isinstance(value, fg.Tensor) else value for key, value in group.items()}
        for group in optimizer.param_groups
    ]


def made_by_functions(name, optimizer, function):
    return {
        "lambda": lambda o: lr_scheduler.LambdaLR(o, function),
        "cyclic": lambda o: lr_scheduler.CyclicLR(o, 0.1, 1.0, 3, scale_fn=function),
        "chained": lambda o: lr_scheduler.ChainedScheduler(
            [lr_scheduler.ExponentialLR(o, 0.5), lr_scheduler.LambdaLR(o, function)]
        ),
        "sequential": lambda o: lr_scheduler.SequentialLR(
            o, [lr_scheduler.LambdaLR(o, function), lr_scheduler.ExponentialLR(o, 0.5)], [5]
        ),
    }[name](optimizer)


def with_rates(of_tensors):
    optimizer = make_optimizer()
    for group in optimizer.param_groups:
        group["lr"] = fg.tensor(group["lr"]) if of_tensors else group["lr"]
    return optimizer


@pytest.mark.parametrize("of_tensors", [False, True], ids=["floats", "tensors"])
@pytest.mark.parametrize("name", ["lambda", "cyclic"])
def test_a_scheduler_that_cannot_be_made_leaves_the_optimizer_as_it_was(name, of_tensors):
    optimizer = with_rates(of_tensors)
    before = contents(optimizer)
    with pytest.raises(ArithmeticError, match="of the function's own"):
        made_by_functions(name, optimizer, fails(after=0))
    assert contents(optimizer) == before


@pytest.mark.parametrize("of_tensors", [False, True], ids=["floats", "tensors"])
@pytest.mark.parametrize(("name", "calls"), [("lambda", 2), ("cyclic", 1), ("chained", 2), ("sequential", 4)])
def test_a_step_that_fails_changes_neither_optimizer_nor_scheduler(name, calls, of_tensors):
    optimizer = with_rates(of_tensors)
    scheduler = made_by_functions(name, optimizer, fails(after=calls))
    before, state = contents(optimizer), copy.deepcopy(scheduler.state_dict())
    with pytest.raises(ArithmeticError, match="of the function's own"):
        scheduler.step()
    assert contents(optimizer) == before
    assert scheduler.state_dict() == state


def test_a_plateau_that_cannot_lower_a_rate_changes_nothing():
    optimizer = make_optimizer()
    scheduler = lr_scheduler.ReduceLROnPlateau(optimizer, patience=0, min_lr=[0.0, 0.0])
    scheduler.step(1.0)
    optimizer.add_param_group({"params": [nn.Parameter(fg.ones(1))]})
    before, state = contents(optimizer), scheduler.state_dict()
    with pytest.raises(RuntimeError, match="min_lrs must be 3 rates"):
        scheduler.step(2.0)
    assert contents(optimizer) == before
    assert scheduler.state_dict() == state


def test_a_rate_that_would_be_infinite_is_refused():
    scheduler = lr_scheduler.PolynomialLR(make_optimizer(), 2, power=-1.0)
    scheduler.step()
    assert scheduler.get_last_lr() == [4.0, 2.0]
    with pytest.raises(ValueError, match=r"PolynomialLR: with power -1.0 the rate of epoch 2 of 2 is infinite"):
        scheduler.step()


@pytest.mark.parametrize("mode", [["triangular"], {}, None, 3], ids=repr)
def test_a_mode_of_cycles_is_a_word(mode):
    with pytest.raises(ValueError, match=r"CyclicLR: mode must be one of .*, got "):
        lr_scheduler.CyclicLR(make_optimizer(), 0.1, 1.0, mode=mode)
