"""Schedulers start from the rate that the optimizer has: alone, several on one optimizer, resumed, and after a rate was
set by hand. Against PyTorch where it is installed, and against values that it gave."""

import copy

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn, optim


def make_optimizer(rates=(2.0, 1.0)):
    optimizer = optim.SGD([{"params": [nn.Parameter(fg.ones(1))], "lr": rate} for rate in rates])
    optimizer.step()
    return optimizer


def build(m, optimizer, kind, first, second, last_epoch=-1):
    """A scheduler of either library, with its rarer arguments."""
    if kind == "step":
        return m.StepLR(optimizer, first, gamma=second, last_epoch=last_epoch)
    if kind == "cosine":
        return m.CosineAnnealingLR(optimizer, first, eta_min=second, last_epoch=last_epoch)
    return m.LambdaLR(optimizer, lambda epoch: second ** (epoch % (first + 1)), last_epoch=last_epoch)


def rates_of(optimizer):
    return [group["lr"] for group in optimizer.param_groups]


STEP_2, STEP_3 = ("step", 2, 0.5), ("step", 3, 0.1)
GOLDEN = {
    (STEP_2, STEP_3): [1.0, 1.0, 0.5, 0.05, 0.025, 0.025, 0.00125, 0.00125, 0.000625],
    (STEP_2, ("cosine", 3, 0.25)): [
        *(1.0, 0.8125, 0.302083333333, 0.25, 0.3125),
        *(0.4375, 0.208333333333, 0.21875, 0.203125),
    ],
    (("cosine", 2, 0.25), STEP_3): [1.0, 0.625, 0.25, 0.0625, -0.125, 0.0625, 0.025, 0.4, 0.55, 0.04, 0.25],
}


@pytest.mark.parametrize("chain", GOLDEN)
def test_schedulers_on_one_optimizer_multiply(chain):
    optimizer = make_optimizer()
    schedulers = [build(optim.lr_scheduler, optimizer, *one) for one in chain]
    found = []
    for _ in GOLDEN[chain]:
        found.append(rates_of(optimizer)[1])
        for scheduler in schedulers:
            scheduler.step()
    assert found == pytest.approx(GOLDEN[chain], rel=1e-9)


def test_a_rate_set_by_hand_stays():
    optimizer = make_optimizer()
    scheduler = optim.lr_scheduler.StepLR(optimizer, 3, gamma=0.5)
    optimizer.param_groups[0]["lr"] = 0.25
    found = []
    for _ in range(4):
        scheduler.step()
        found.append(rates_of(optimizer)[0])
    assert found == [0.25, 0.25, 0.125, 0.125]


def test_a_group_that_is_added_later_is_scheduled_from_its_own_rate():
    for kind in ("step", "cosine", "lambda"):
        optimizer = make_optimizer((2.0,))
        scheduler = build(optim.lr_scheduler, optimizer, kind, 2, 0.5)
        scheduler.step()
        optimizer.add_param_group({"params": [nn.Parameter(fg.ones(1))], "lr": 8.0})
        for _ in range(6):
            scheduler.step()
        assert len(scheduler.get_last_lr()) == 2
        assert scheduler.base_lrs == [2.0, 8.0]
        if kind == "step":
            assert rates_of(optimizer) == [2.0 * 0.5**3, 8.0 * 0.5**3]
    several = optim.lr_scheduler.LambdaLR(make_optimizer(), [lambda e: 1.0, lambda e: 2.0])
    several.optimizer.add_param_group({"params": [nn.Parameter(fg.ones(1))]})
    with pytest.raises(ValueError, match="lr_lambdas must be 3 functions, one a group, got 2"):
        several.step()


def test_a_rate_that_is_a_tensor_is_written_in_place():
    rate = fg.tensor(1.0)
    optimizer = make_optimizer((rate,))
    optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5).step()
    assert optimizer.param_groups[0]["lr"] is rate
    assert rate.item() == 0.5


def test_last_epoch_needs_the_initial_rates():
    with pytest.raises(KeyError, match="group 0 of the optimizer has no 'initial_lr'"):
        optim.lr_scheduler.StepLR(make_optimizer(), 2, last_epoch=3)
    for wrong in (-2, 1.5, "3"):
        with pytest.raises((TypeError, ValueError), match="StepLR: last_epoch"):
            optim.lr_scheduler.StepLR(make_optimizer(), 2, last_epoch=wrong)


def test_a_subclass_defines_get_lr_as_in_pytorch():
    class Add(optim.lr_scheduler._LRScheduler):
        def __init__(self, optimizer, amount, last_epoch=-1):
            self.amount = amount
            super().__init__(optimizer, last_epoch)

        def get_lr(self):
            return [group["lr"] + self.amount * (self.last_epoch > 0) for group in self.optimizer.param_groups]

    optimizer = make_optimizer()
    scheduler = Add(optimizer, 0.5)
    scheduler.step()
    assert rates_of(optimizer) == scheduler.get_last_lr() == [2.5, 1.5]
    assert scheduler.state_dict()["amount"] == 0.5
    scheduler.get_lr = lambda: [1.0]
    with pytest.raises(ValueError, match="Add: get_lr must give 2 rates"):
        scheduler.step()


def test_the_state_of_another_kind_of_scheduler_is_refused():
    step, cosine = (build(optim.lr_scheduler, make_optimizer(), kind, 3, 0.5) for kind in ("step", "cosine"))
    with pytest.raises(ValueError, match=r"StepLR.*another scheduler.*T_max"):
        step.load_state_dict(cosine.state_dict())
    assert step.last_epoch == 0


def test_a_state_of_the_wrong_type_is_named():
    scheduler = build(optim.lr_scheduler, make_optimizer(), "step", 3, 0.5)
    good = scheduler.state_dict()
    for wrong in (None, [1], {**good, "last_epoch": "x"}, {**good, "base_lrs": ["x", 1.0]}):
        with pytest.raises(TypeError, match="StepLR"):
            scheduler.load_state_dict(wrong)
    assert scheduler.state_dict() == good
    for wrong in (3, [3], "x", None):
        with pytest.raises(TypeError, match="LambdaLR: lr_lambda must be a function, or a list of functions"):
            optim.lr_scheduler.LambdaLR(make_optimizer(), wrong)


def test_functions_that_are_objects_are_saved_with_their_attributes():
    class Warm:
        def __init__(self, epochs):
            self.epochs = epochs

        def __call__(self, epoch):
            return min(1.0, (1 + epoch) / self.epochs)

    scheduler = optim.lr_scheduler.LambdaLR(make_optimizer(), Warm(4))
    resumed = optim.lr_scheduler.LambdaLR(make_optimizer(), Warm(9))
    resumed.load_state_dict(scheduler.state_dict())
    assert resumed.lr_lambdas[0].epochs == 4


def random_chain(rng, kinds=("step", "cosine", "lambda"), longest=4):
    return [
        (str(rng.choice(kinds)), int(rng.integers(1, 6)), float(rng.choice([0.1, 0.25, 0.5])))
        for _ in range(rng.integers(1, longest + 1))
    ]


class Both:
    """The same optimizer and schedulers in both libraries."""

    def __init__(self, chain, last_epoch=-1, saved=None):
        self.torch = pytest.importorskip("torch")
        self.chain = chain
        self.ours = make_optimizer()
        self.theirs = self.torch.optim.SGD(
            [{"params": [self.torch.nn.Parameter(self.torch.ones(1))], "lr": rate} for rate in (2.0, 1.0)]
        )
        if saved:
            self.ours.load_state_dict(saved[0])
            self.theirs.load_state_dict(saved[1])
        self.pairs = [
            (
                build(optim.lr_scheduler, self.ours, *one, last_epoch),
                build(self.torch.optim.lr_scheduler, self.theirs, *one, last_epoch),
            )
            for one in chain
        ]

    def step(self, order):
        for i in order:
            if i < len(self.pairs):
                for scheduler in self.pairs[i]:
                    scheduler.step()
                np.testing.assert_allclose(*(scheduler.get_last_lr() for scheduler in self.pairs[i]), rtol=1e-12)
        np.testing.assert_allclose(rates_of(self.ours), rates_of(self.theirs), rtol=1e-12)

    def set(self, rate):
        for optimizer in (self.ours, self.theirs):
            optimizer.param_groups[0]["lr"] = rate

    def add(self):
        self.ours.add_param_group({"params": [nn.Parameter(fg.ones(1))], "lr": 3.0})
        self.theirs.add_param_group({"params": [self.torch.nn.Parameter(self.torch.ones(1))], "lr": 3.0})

    def saved(self):
        return self.ours.state_dict(), self.theirs.state_dict()

    def resumed(self):
        other = Both(self.chain)
        other.ours.load_state_dict(copy.deepcopy(self.ours.state_dict()))
        other.theirs.load_state_dict(copy.deepcopy(self.theirs.state_dict()))
        for mine, others in zip(self.pairs, other.pairs, strict=True):
            for scheduler, copied in zip(mine, others, strict=True):
                copied.load_state_dict(copy.deepcopy(scheduler.state_dict()))
        return other


# PyTorch warns of optimizers that take no step in between.
quiet = pytest.mark.filterwarnings("ignore::UserWarning")


@quiet
@pytest.mark.parametrize("seed", range(40))
def test_any_chain_gives_the_rates_of_pytorch(seed):
    rng = np.random.default_rng(seed)
    both = Both(random_chain(rng))
    resume_at = rng.integers(14)
    for epoch in range(14):
        if rng.random() < 0.2:
            both.set(0.3 + epoch)
        if epoch == resume_at:
            both = both.resumed()
        both.step(rng.permutation(4))


@quiet
@pytest.mark.parametrize("seed", range(20))
def test_last_epoch_resumes_as_in_pytorch(seed):
    rng = np.random.default_rng(seed)
    both = Both(random_chain(rng))
    for _ in range(rng.integers(1, 9)):
        both.step(range(4))
    resumed = Both(both.chain, int(rng.integers(9)), both.saved())
    np.testing.assert_allclose(rates_of(resumed.ours), rates_of(resumed.theirs), rtol=1e-12)
    for _ in range(6):
        resumed.step(range(4))


@quiet
@pytest.mark.parametrize("seed", range(5))
def test_a_group_that_is_added_later_gets_the_rates_of_pytorch(seed):
    both = Both(random_chain(np.random.default_rng(seed), kinds=["step"]))
    both.step(range(4))
    both.add()
    for _ in range(8):
        both.step(range(4))


# ---- schedulers of schedulers ----------------------------------------------------------------------------------------


def draw_plan(rng, depth=2):
    """A scheduler, as names and numbers that both libraries can build it from."""
    kinds = ["step", "cosine", "lambda", "linear", "constant", "exponential", "polynomial", "restarts"]
    kind = str(rng.choice(kinds + (["chained", "sequential"] if depth > 1 else ["chained"] if depth else [])))
    if kind in ("chained", "sequential"):
        parts = [draw_plan(rng, 0 if kind == "sequential" else depth - 1) for _ in range(rng.integers(1, 4))]
        return kind, parts, sorted(int(i) for i in rng.choice(np.arange(1, 12), len(parts) - 1, replace=False))
    return kind, int(rng.integers(1, 6)), float(rng.choice([0.1, 0.25, 0.5]))


def build_plan(m, optimizer, plan):
    kind, first, second = plan
    if kind == "chained":
        return m.ChainedScheduler([build_plan(m, optimizer, part) for part in first])
    if kind == "sequential":
        return m.SequentialLR(optimizer, [build_plan(m, optimizer, part) for part in first], second)
    if kind == "linear":
        return m.LinearLR(optimizer, second, 1.0, first)
    if kind == "constant":
        return m.ConstantLR(optimizer, second, first)
    if kind == "exponential":
        return m.ExponentialLR(optimizer, 1 - second)
    if kind == "polynomial":
        return m.PolynomialLR(optimizer, first, 2 * second)
    if kind == "restarts":
        return m.CosineAnnealingWarmRestarts(optimizer, first, eta_min=second)
    return build(m, optimizer, kind, first, second)


@quiet
@pytest.mark.parametrize("seed", range(60))
def test_schedulers_of_schedulers_give_the_rates_of_pytorch_and_resume(seed):
    torch = pytest.importorskip("torch")
    rng = np.random.default_rng(seed)
    plan = "sequential" if seed % 2 else "chained", [draw_plan(rng, 1) for _ in range(2)], [int(rng.integers(1, 9))]
    if plan[0] == "sequential":  # PyTorch's begins no scheduler of schedulers
        plan = plan[0], [draw_plan(rng, 0) for _ in range(2)], plan[2]

    def make():
        ours, theirs = make_optimizer(), None
        theirs = torch.optim.SGD(
            [{"params": [torch.nn.Parameter(torch.ones(1))], "lr": rate} for rate in rates_of(ours)]
        )
        return (
            *(ours, build_plan(optim.lr_scheduler, ours, plan)),
            *(theirs, build_plan(torch.optim.lr_scheduler, theirs, plan)),
        )

    ours, mine, theirs, other = make()
    for epoch in range(14):
        np.testing.assert_allclose(rates_of(ours), rates_of(theirs), rtol=1e-12, atol=1e-15)
        np.testing.assert_allclose(mine.get_last_lr(), other.get_last_lr(), rtol=1e-12, atol=1e-15)
        if epoch == 6:
            kept = copy.deepcopy([part.state_dict() for part in (ours, mine, theirs, other)])
            resumed = make()
            for part, state in zip(resumed, kept, strict=True):
                part.load_state_dict(state)
            ours, mine, theirs, other = resumed
        mine.step()
        other.step()
