"""Hooks of modules: of forward and backward passes, of one module and of all, of registering and of the state."""

import copy
import pickle

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn import hooks


class Scaled(nn.Module):
    def __init__(self):
        super().__init__()
        self.weight = nn.Parameter(fg.tensor([2.0, 3.0]))

    def forward(self, x, scale=1.0):
        return self.weight * x * scale


def test_hooks_are_called_in_order_and_prepended_ones_first():
    module, calls = Scaled(), []
    for word, prepend in (("a", False), ("b", True), ("c", False)):
        module.register_forward_pre_hook(lambda m, args, w=word: calls.append(w), prepend=prepend)
        module.register_forward_hook(lambda m, args, out, w=word: calls.append(w.upper()), prepend=prepend)
    module(fg.ones(2))
    assert "".join(calls) == "bacBAC"


def test_hooks_see_and_replace_keyword_arguments():
    module = Scaled()
    seen = []
    module.register_forward_pre_hook(lambda m, args, kwargs: (args, {"scale": kwargs["scale"] * 2}), with_kwargs=True)
    module.register_forward_hook(lambda m, args, kwargs, out: seen.append(kwargs), with_kwargs=True)
    assert module(fg.ones(2), scale=5.0).tolist() == [20.0, 30.0]
    assert seen == [{"scale": 10.0}]
    module.register_forward_pre_hook(lambda m, args, kwargs: args, with_kwargs=True)
    with pytest.raises(RuntimeError, match="must return None or a tuple of arguments and keyword arguments"):
        module(fg.ones(2), scale=5.0)


def test_a_hook_with_always_call_is_called_after_an_error_and_once():
    module, calls = Scaled(), []
    module.register_forward_hook(lambda m, args, out: calls.append("plain"))
    module.register_forward_hook(lambda m, args, out: calls.append(out), always_call=True)
    with pytest.raises(ValueError, match=r"shape|broadcast"):
        module(fg.ones(3))
    assert calls == [None]
    module(fg.ones(2))
    assert calls[1] == "plain"
    assert len(calls) == 3

    def fail(*args):
        raise ValueError("first")

    module.register_forward_hook(fail, always_call=True)
    module.register_forward_hook(lambda m, args, out: calls.append("after"), always_call=True)
    with pytest.raises(ValueError, match="first"):
        module(fg.ones(2))
    assert calls[-1] == "after"


def test_an_error_of_a_hook_after_an_error_is_a_warning():
    module = Scaled()

    def fail(*args):
        raise KeyError("second")

    module.register_forward_hook(fail, always_call=True)
    with pytest.warns(UserWarning, match="second"), pytest.raises(ValueError, match=r"shape|broadcast"):
        module(fg.ones(3))


def test_backward_hooks_see_gradients_of_outputs_and_arguments():
    module, seen = Scaled(), []
    module.register_full_backward_pre_hook(lambda m, grads: seen.append(("pre", [g.tolist() for g in grads])))
    module.register_full_backward_hook(
        lambda m, inputs, outputs: seen.append(([g.tolist() for g in inputs], [g.tolist() for g in outputs]))
    )
    x = fg.ones(2, requires_grad=True)
    module(x).backward(fg.tensor([1.0, 10.0]))
    assert seen == [("pre", [[1.0, 10.0]]), ([[2.0, 30.0]], [[1.0, 10.0]])]
    assert x.grad.tolist() == [2.0, 30.0]
    assert module.weight.grad.tolist() == [1.0, 10.0]


def test_backward_hooks_replace_gradients():
    module = Scaled()
    x = fg.ones(2, requires_grad=True)
    before = module.register_full_backward_pre_hook(lambda m, grads: grads[0] * 2)
    after = module.register_full_backward_hook(lambda m, inputs, outputs: (inputs[0] + 1,))
    module(x).sum().backward()
    assert x.grad.tolist() == [5.0, 7.0]
    assert module.weight.grad.tolist() == [2.0, 2.0]
    before.remove()
    after.remove()
    x.grad = None
    module(x).sum().backward()
    assert x.grad.tolist() == [2.0, 3.0]
    module.register_full_backward_hook(lambda m, inputs, outputs: (None, None))
    with pytest.raises(RuntimeError, match="must return None or 1 gradients, got 2"):
        module(x).sum().backward()


def test_backward_hooks_are_called_where_no_argument_requires_a_gradient():
    module, seen = Scaled(), []
    handle = module.register_full_backward_hook(lambda m, inputs, outputs: seen.append((inputs, outputs[0].tolist())))
    module(fg.ones(2), 3.0).sum().backward()
    assert seen == [((None, None), [1.0, 1.0])]
    handle.remove()
    module.register_full_backward_hook(lambda m, inputs, outputs: (fg.ones(2), None))
    with pytest.raises(RuntimeError, match="no input of which requires a gradient"):
        module(fg.ones(2), 3.0).sum().backward()


def test_backward_hooks_know_tuples_and_say_what_they_do_not_know():
    class Several(nn.Module):
        def forward(self, x, y, how):
            return {"tuple": (x * 2, None, y * 3), "dict": {"x": x * 2}}[how]

    module, seen = Several(), []
    module.register_full_backward_hook(lambda m, inputs, outputs: seen.append((inputs, outputs)))
    x, y = fg.ones(2, requires_grad=True), fg.ones(2)
    first, _, last = module(x, y, "tuple")
    (first + last).sum().backward()
    inputs, outputs = seen[0]
    assert inputs[0].tolist() == [2.0, 2.0]
    assert inputs[1:] == (None, None)
    assert [None if g is None else g.tolist() for g in outputs] == [[1.0, 1.0], None, None]
    with pytest.warns(UserWarning, match="the output of Several is a dict"):
        module(x, y, "dict")


def test_hooks_of_every_module_come_before_its_own():
    net, calls = nn.Sequential(nn.Linear(2, 2), nn.ReLU()), []
    net[1].register_forward_pre_hook(lambda m, args: calls.append("own"))
    handles = [
        hooks.register_module_forward_pre_hook(lambda m, args: calls.append(f"before {type(m).__name__}")),
        hooks.register_module_forward_hook(lambda m, args, out: calls.append(f"after {type(m).__name__}")),
        hooks.register_module_full_backward_pre_hook(lambda m, g: calls.append(f"pre {type(m).__name__}")),
        hooks.register_module_full_backward_hook(lambda m, i, o: calls.append(f"back {type(m).__name__}")),
    ]
    net(fg.ones(1, 2, requires_grad=True)).sum().backward()
    for handle in handles:
        handle.remove()
    assert calls == [
        *("before Sequential", "before Linear", "after Linear", "before ReLU", "own", "after ReLU", "after Sequential"),
        *("pre Sequential", "pre ReLU", "back ReLU", "pre Linear", "back Linear", "back Sequential"),
    ]
    calls.clear()
    net(fg.ones(1, 2))
    assert calls == ["own"]


def test_hooks_see_what_modules_are_given():
    calls = []
    handles = [
        hooks.register_module_parameter_registration_hook(lambda m, name, p: calls.append(("parameter", name))),
        hooks.register_module_buffer_registration_hook(lambda m, name, b: calls.append(("buffer", name))),
        hooks.register_module_module_registration_hook(lambda m, name, child: calls.append(("module", name))),
    ]
    module = nn.Module()
    module.p = nn.Parameter(fg.ones(1))
    module.b = nn.Buffer(fg.ones(1))
    module.m = nn.ReLU()
    module.add_module("n", nn.ReLU())
    for handle in handles:
        handle.remove()
    module.q = nn.Parameter(fg.ones(1))
    assert calls == [("parameter", "p"), ("buffer", "b"), ("module", "m"), ("module", "n")]
    twice = nn.Parameter(fg.ones(1))
    with hooks.register_module_parameter_registration_hook(lambda m, name, p: twice):
        module.r = nn.Parameter(fg.zeros(1))
    assert module.r is twice


@pytest.mark.parametrize("copied", [copy.deepcopy, lambda module: pickle.loads(pickle.dumps(module))])
def test_hooks_travel_with_copies(copied):
    module = Scaled()
    module.register_forward_hook(_twice)
    module.register_forward_pre_hook(_scaled, with_kwargs=True)
    module.register_full_backward_hook(_halved)
    twin = copied(module)
    x = fg.ones(2, requires_grad=True)
    assert twin(x).tolist() == [20.0, 30.0]
    twin(x).sum().backward()
    assert x.grad.tolist() == [10.0, 15.0]


def _twice(module, args, out):
    return out * 2


def _scaled(module, args, kwargs):
    return args, {"scale": 5.0}


def _halved(module, inputs, outputs):
    return (inputs[0] / 2,)


# ---- the state ----


def test_hooks_of_the_state_go_before_and_after():
    net, calls = nn.Sequential(Scaled()), []
    net[0].register_state_dict_pre_hook(lambda m, prefix, keep_vars: calls.append((prefix, keep_vars)))
    net[0].register_state_dict_post_hook(lambda m, state, prefix, meta: state.update({prefix + "more": fg.ones(1)}))
    assert list(net.state_dict(prefix="net.")) == ["net.0.weight", "net.0.more"]
    assert calls == [("net.0.", False)]
    net[0].register_state_dict_post_hook(lambda m, state, prefix, meta: state)
    with pytest.raises(RuntimeError, match="must return None"):
        net.state_dict()


def test_hooks_of_loading_rename_keys_and_forgive_missing_ones():
    net = nn.Sequential(Scaled(), Scaled())

    def rename(module, state, prefix, *rest):
        if prefix + "old" in state:
            state[prefix + "weight"] = state.pop(prefix + "old")

    given = {"0.old": fg.tensor([5.0, 6.0])}
    net[0].register_load_state_dict_pre_hook(rename)
    with pytest.raises(RuntimeError, match=r"Missing key\(s\) in state_dict: \"1.weight\""):
        net.load_state_dict(given)
    assert net[0].weight.tolist() == [2.0, 3.0]
    net.register_load_state_dict_post_hook(lambda module, keys: keys.missing_keys.clear())
    assert net.load_state_dict(given) == ([], [])
    assert net[0].weight.tolist() == [5.0, 6.0]
    assert list(given) == ["0.old"]


def test_subclasses_save_and_load_more():
    class Counting(Scaled):
        _version = 2
        calls = 0

        def get_extra_state(self):
            return {"calls": self.calls}

        def set_extra_state(self, state):
            self.calls = state["calls"]

    class Renamed(Scaled):
        def _save_to_state_dict(self, destination, prefix, keep_vars):
            super()._save_to_state_dict(destination, prefix, keep_vars)
            destination[prefix + "w"] = destination.pop(prefix + "weight")

        def _load_from_state_dict(self, state_dict, prefix, *rest):
            state_dict[prefix + "weight"] = state_dict.pop(prefix + "w")
            super()._load_from_state_dict(state_dict, prefix, *rest)

    net = nn.Sequential(Counting(), Renamed())
    net[0].calls = 3
    state = net.state_dict()
    assert list(state) == ["0.weight", "0._extra_state", "1.w"]
    twin = nn.Sequential(Counting(), Renamed())
    state["1.w"] = fg.tensor([7.0, 8.0])
    twin.load_state_dict(state)
    assert twin[0].calls == 3
    assert twin[1].weight.tolist() == [7.0, 8.0]
    del state["0._extra_state"]
    with pytest.raises(RuntimeError, match=r"Missing key\(s\) in state_dict: \"0._extra_state\""):
        twin.load_state_dict(state)
    with pytest.raises(RuntimeError, match=r"Unexpected key\(s\) in state_dict: \"_extra_state\""):
        Scaled().load_state_dict({"weight": fg.ones(2), "_extra_state": 1})


def test_a_subclass_that_overrides_state_dict_is_asked():
    class Wrapped(Scaled):
        def state_dict(self, *args, **kwargs):
            state = super().state_dict(*args, **kwargs)
            state[kwargs.get("prefix", "") + "seen"] = fg.ones(1)
            return state

    assert list(nn.Sequential(Wrapped()).state_dict()) == ["0.weight", "0.seen"]


def test_nothing_is_written_where_something_does_not_fit():
    net = nn.Sequential(Scaled(), Scaled())
    net.register_load_state_dict_post_hook(lambda module, keys: None)
    with pytest.raises(RuntimeError, match="size mismatch"):
        net.load_state_dict({"0.weight": fg.zeros(2), "1.weight": fg.zeros(3)})
    assert np.array_equal(net[0].weight.tolist(), [2.0, 3.0])
