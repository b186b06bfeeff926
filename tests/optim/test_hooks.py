"""Hooks of optimizers: around steps, states and loading, of one optimizer or of all."""

import copy
import pickle

import pytest

import fastgrad as fg
from fastgrad import nn, optim
from fastgrad.optim.optimizer import register_optimizer_step_post_hook, register_optimizer_step_pre_hook


def make(kind=optim.SGD, **arguments):
    p = nn.Parameter(fg.tensor([4.0]))
    p.grad = fg.tensor([1.0])
    return kind([p], **{"lr": 1.0, **arguments}), p


def test_hooks_of_steps_are_called_in_the_order_of_pytorch_with_the_arguments():
    optimizer, _ = make()
    seen = []
    note = lambda name: lambda o, args, kwargs: seen.append((name, o is optimizer, args, kwargs))  # noqa: E731
    handles = [
        optimizer.register_step_post_hook(note("post")),
        optimizer.register_step_pre_hook(note("pre")),
        register_optimizer_step_pre_hook(note("every pre")),
        register_optimizer_step_post_hook(note("every post")),
    ]
    optimizer.step()
    optimizer.step(closure := lambda: 7.0)
    names = ["every pre", "pre", "post", "every post"]
    assert seen == [(name, True, args, {}) for args in ((optimizer,), (optimizer, closure)) for name in names]
    for handle in handles:
        handle.remove()
    optimizer.step()
    assert len(seen) == 8


def test_a_hook_before_a_step_may_change_its_arguments():
    optimizer, _ = make()
    with optimizer.register_step_pre_hook(lambda o, args, kwargs: ((o, lambda: 7.0), {})):
        assert optimizer.step() == 7.0
    with (
        optimizer.register_step_pre_hook(lambda o, args, kwargs: ((), {})),
        pytest.raises(RuntimeError, match=r"SGD\.step: what a pre-hook returns as args must begin with the optimizer"),
    ):
        optimizer.step()
    with (
        optimizer.register_step_pre_hook(lambda o, args, kwargs: 3),
        pytest.raises(RuntimeError, match=r"SGD\.step: a pre-hook must return None or a tuple \(args, kwargs\), got 3"),
    ):
        optimizer.step()
    with pytest.raises(TypeError, match="a hook must be callable"):
        optimizer.register_step_pre_hook(3)


def test_hooks_are_called_once_where_a_step_calls_that_of_its_base():
    class Twice(optim.SGD):
        def step(self, closure=None):
            super().step(closure)
            return super().step()

    optimizer, p = make(Twice)
    seen = []
    optimizer.register_step_post_hook(lambda *given: seen.append(p.item()))
    optimizer.step()
    assert seen == [2.0]


def test_hooks_of_a_step_that_a_subclass_writes_itself_are_called():
    class Own(optim.Optimizer):
        def __init__(self, params, lr=1.0):
            super().__init__(params, dict(lr=lr))  # noqa: C408 (as PyTorch's have it)

        @fg.no_grad()
        def step(self, closure=None):
            for group in self.param_groups:
                for p in group["params"]:
                    state = self.state[p]
                    state["step"] = state.get("step", 0) + 1
                    p.sub_(group["lr"] * p.grad)

    optimizer, p = make(Own)
    seen = []
    optimizer.register_step_pre_hook(lambda *given: seen.append(p.item()))
    optimizer.step()
    assert (seen, p.item()) == ([4.0], 3.0)
    other, _ = make(Own)
    other.load_state_dict(optimizer.state_dict())
    assert other.state[other.param_groups[0]["params"][0]]["step"] == 1


def test_an_optimizer_around_another_shares_its_groups():
    class Sharpness(optim.Optimizer):
        """As SAM is written for PyTorch: https://arxiv.org/abs/2010.01412."""

        def __init__(self, params, base, rho=0.05, **arguments):
            super().__init__(params, dict(rho=rho, **arguments))
            self.base_optimizer = base(self.param_groups, **arguments)
            self.param_groups = self.base_optimizer.param_groups
            self.defaults.update(self.base_optimizer.defaults)

        def step(self, closure=None):
            self.base_optimizer.step(closure)

    p = nn.Parameter(fg.tensor([4.0]))
    p.grad = fg.tensor([1.0])
    optimizer = Sharpness([p], optim.SGD, lr=1.0, momentum=0.9)
    scheduler = optim.lr_scheduler.StepLR(optimizer, 1, gamma=0.5)
    optimizer.step()
    scheduler.step()
    optimizer.step()
    assert p.item() == pytest.approx(4.0 - 1.0 - 0.5 * 1.9)


def test_hooks_of_states_see_and_replace_them():
    optimizer, _ = make(optim.Adam)
    optimizer.step()
    seen = []
    optimizer.register_state_dict_pre_hook(lambda o: seen.append("second"))
    optimizer.register_state_dict_pre_hook(lambda o: seen.append("first"), prepend=True)
    optimizer.register_state_dict_post_hook(lambda o, state: {**state, "more": 1})
    optimizer.register_state_dict_post_hook(lambda o, state: seen.append(state["more"]))
    saved = optimizer.state_dict()
    assert seen == ["first", "second", 1]
    assert saved["more"] == 1

    other, _ = make(optim.Adam)
    renamed = {"old": saved["state"], "param_groups": saved["param_groups"]}
    loaded = []
    other.register_load_state_dict_pre_hook(lambda o, state: {**state, "state": state["old"]})
    other.register_load_state_dict_post_hook(lambda o: loaded.append(o.param_groups[0]["lr"]))
    other.load_state_dict(renamed)
    assert loaded == [1.0]
    assert next(iter(other.state.values()))["step"] == 1
    assert "state" not in renamed


def test_copies_have_the_state_and_no_hooks_as_in_pytorch():
    optimizer, _ = make(optim.Adam)
    seen = []
    optimizer.register_step_post_hook(lambda *given: seen.append(1))
    optimizer.step()
    for twin in (copy.deepcopy(optimizer), pickle.loads(pickle.dumps(optimizer))):
        (p,) = twin.param_groups[0]["params"]
        assert twin.state[p]["step"] == 1
        twin.step()
    assert seen == [1]
