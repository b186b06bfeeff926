"""Module: registration, traversal, state, printing."""

import copy
import copyreg
import inspect
import pickle
from collections import OrderedDict
from typing import Any, ClassVar

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn


class Block(nn.Module):
    def __init__(self):
        super().__init__()
        self.scale = nn.Parameter(fg.ones(3))
        self.register_buffer("mean", fg.zeros(3))
        self.register_buffer("scratch", fg.zeros(2), persistent=False)
        self.register_parameter("absent", None)
        self.inner = nn.Linear(3, 2)

    def forward(self, x):
        return self.inner(x * self.scale)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = Block()
        self.second = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
        self.number = 5


def names(pairs):
    return [name for name, _ in pairs]


def test_names_follow_the_order_of_assignment():
    net = Net()
    assert names(net.named_parameters()) == [
        "first.scale",
        "first.inner.weight",
        "first.inner.bias",
        "second.0.weight",
        "second.0.bias",
    ]
    assert names(net.named_buffers()) == ["first.mean", "first.scratch"]
    assert names(net.named_modules()) == ["", "first", "first.inner", "second", "second.0", "second.1"]
    assert names(net.named_children()) == ["first", "second"]
    assert names(net.named_parameters(prefix="net"))[0] == "net.first.scale"
    assert names(net.first.named_parameters(recurse=False)) == ["scale"]
    assert list(net.children()) == [net.first, net.second]
    assert len(list(net.modules())) == 6
    assert len(list(net.buffers())) == 2


def test_shared_members_are_given_once_unless_asked_otherwise():
    net = nn.Sequential(nn.Linear(2, 2), nn.Linear(2, 2))
    net[1].weight = net[0].weight
    assert names(net.named_parameters()) == ["0.weight", "0.bias", "1.bias"]
    assert names(net.named_parameters(remove_duplicate=False)) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert list(net.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    layer = nn.ReLU()
    assert names(nn.Sequential(layer, layer).named_modules()) == ["", "0"]
    assert names(nn.Sequential(layer, layer).named_modules(remove_duplicate=False)) == ["", "0", "1"]


def test_members_are_found_by_dotted_name():
    net = Net()
    assert net.get_submodule("first.inner") is net.first.inner
    assert net.get_submodule("") is net
    assert net.get_parameter("first.inner.bias") is net.first.inner.bias
    assert net.get_buffer("first.mean") is net.first.mean
    for get, name in ((net.get_submodule, "first.x"), (net.get_parameter, "first.mean"), (net.get_buffer, "x.mean")):
        with pytest.raises(AttributeError):
            get(name)


def test_assignment_moves_a_name_between_kinds():
    module = nn.Module()
    module.x = 1
    module.x = nn.Parameter(fg.ones(1))
    assert names(module.named_parameters()) == ["x"]
    module.x = nn.ReLU()
    assert names(module.named_parameters()) == []
    assert names(module.named_children()) == ["x"]
    module.x = nn.Parameter(fg.ones(1))
    assert names(module.named_children()) == []
    del module.x
    assert names(module.named_parameters()) == []
    assert not hasattr(module, "x")
    with pytest.raises(AttributeError):
        del module.x


def test_a_registered_name_takes_only_its_kind_or_none():
    net = Block()
    with pytest.raises(TypeError, match="cannot assign 'Tensor' as parameter 'scale'"):
        net.scale = fg.ones(3)
    with pytest.raises(TypeError, match="child module 'inner'"):
        net.inner = 3
    with pytest.raises(TypeError, match="buffer 'mean'"):
        net.mean = 3
    net.scale = net.mean = net.inner = None
    assert names(net.named_parameters()) == []
    assert names(net.named_buffers()) == ["scratch"]
    net.mean = fg.ones(3)
    assert names(net.named_buffers()) == ["mean", "scratch"]


def test_names_are_checked():
    module = nn.Module()
    module.taken = 1
    for register, value in (
        (module.register_parameter, nn.Parameter(fg.ones(1))),
        (module.register_buffer, fg.ones(1)),
        (module.add_module, nn.ReLU()),
    ):
        for name in ("", "a.b", "taken", "forward"):
            with pytest.raises(KeyError):
                register(name, value)
        with pytest.raises(TypeError):
            register(3, value)
        with pytest.raises(TypeError):
            register("name", "value")


def test_assignment_before_init_is_an_error():
    class Forgetful(nn.Module):
        def __init__(self, value):
            self.x = value

    for value in (nn.Parameter(fg.ones(1)), nn.ReLU()):
        with pytest.raises(AttributeError, match=r"before Module.__init__\(\) call"):
            Forgetful(value)
    bare = Forgetful(None)
    for register in (bare.add_module, bare.register_parameter, bare.register_buffer):
        with pytest.raises(AttributeError, match=r"before Module.__init__\(\) call"):
            register("name", None)
    with pytest.raises(AttributeError, match=r"before Module.__init__\(\) call"):
        bare(fg.ones(1))


def test_train_and_eval_reach_every_module():
    net = Net()
    assert net.training
    assert net.eval() is net
    assert not any(module.training for module in net.modules())
    net.first.train()
    assert net.first.inner.training
    assert not net.second.training
    with pytest.raises(ValueError, match="boolean"):
        net.train("yes")


def test_apply_goes_from_the_inside_out():
    seen = []
    net = Net()
    assert net.apply(lambda module: seen.append(type(module).__name__)) is net
    assert seen == ["Linear", "Block", "Linear", "ReLU", "Sequential", "Net"]


def test_to_casts_floats_in_place_and_leaves_integers():
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    weight = net[0].weight
    weight.grad = fg.ones(2, 2)
    assert net.to(fg.float64) is net
    assert net[0].weight is weight
    assert weight.dtype == fg.float64
    assert weight.grad.dtype == fg.float64
    assert weight.requires_grad
    assert weight.is_leaf
    assert net[1].running_mean.dtype == fg.float64
    assert net[1].num_batches_tracked.dtype == fg.int64
    assert net.float()[0].bias.dtype == fg.float32
    assert net.double()[0].bias.dtype == fg.float64
    assert net.to("cpu") is net
    assert net.cpu() is net
    assert net.to(fg.ones(1))[0].bias.dtype == fg.float32
    with pytest.raises(TypeError):
        net.to(fg.int64)
    with pytest.raises(ValueError, match="CPU"):
        net.to("cuda")
    for name in ("meta", "hpu:0"):
        with pytest.raises(ValueError, match=f"computes on the CPU only, got device '{name}'"):
            net.to(name)


def test_requires_grad_freezes():
    net = Net()
    assert net.requires_grad_(False) is net
    assert not any(p.requires_grad for p in net.parameters())


def test_zero_grad():
    net = nn.Linear(2, 2)
    for p in net.parameters():
        p.grad = fg.ones(*p.shape)
    net.zero_grad(set_to_none=False)
    assert not net.weight.grad.numpy().any()
    net.zero_grad()
    assert net.weight.grad is None
    assert net.bias.grad is None


def test_state_dict_has_parameters_and_persistent_buffers_and_shares_memory():
    net = Net()
    state = net.state_dict()
    assert list(state) == [
        "first.scale",
        "first.mean",
        "first.inner.weight",
        "first.inner.bias",
        "second.0.weight",
        "second.0.bias",
    ]
    assert not any(value.requires_grad for value in state.values())
    state["first.scale"].fill_(7.0)
    assert net.first.scale.detach().numpy().tolist() == [7.0, 7.0, 7.0]
    assert net.state_dict(keep_vars=True)["first.scale"] is net.first.scale
    assert next(iter(net.state_dict(prefix="net."))) == "net.first.scale"


def test_load_state_dict_copies():
    source, target = Net(), Net()
    weight = target.first.inner.weight
    assert repr(target.load_state_dict(source.state_dict())) == "<All keys matched successfully>"
    assert target.first.inner.weight is weight
    for key, value in source.state_dict().items():
        assert np.array_equal(target.state_dict()[key].numpy(), value.numpy())
    source.first.scale.detach().fill_(9.0)
    assert target.first.scale.detach().numpy()[0] == 1.0
    target.load_state_dict({key: value.numpy() * 2 for key, value in source.state_dict().items()})
    assert target.first.scale.detach().numpy()[0] == 18.0


def test_load_state_dict_can_assign():
    net = nn.Linear(2, 1)
    given = {"weight": fg.zeros(1, 2, dtype=fg.float64), "bias": fg.zeros(1, dtype=fg.float64)}
    net.load_state_dict(given, assign=True)
    given["bias"].fill_(3.0)
    assert net.bias.item() == 3.0
    assert net.weight.dtype == fg.float64
    assert net.weight.requires_grad


def test_load_state_dict_lists_everything_that_is_wrong_and_writes_nothing():
    net = nn.Sequential(nn.Linear(3, 2), nn.Linear(2, 1))
    before = {key: value.numpy().copy() for key, value in net.state_dict().items()}
    wrong = {"0.weight": fg.zeros(2, 3), "0.bias": fg.zeros(4), "1.weight": fg.zeros(1, 2), "extra": fg.zeros(1)}
    with pytest.raises(RuntimeError) as error:
        net.load_state_dict(wrong)
    assert str(error.value) == (
        "Error(s) in loading state_dict for Sequential:\n"
        '\tMissing key(s) in state_dict: "1.bias". \n'
        '\tUnexpected key(s) in state_dict: "extra". \n'
        "\tsize mismatch for 0.bias: copying a param with shape (4,) from checkpoint, "
        "the shape in current model is (2,)."
    )
    for key, value in net.state_dict().items():
        assert np.array_equal(value.numpy(), before[key])
    del wrong["0.bias"]
    assert net.load_state_dict(wrong, strict=False) == (["0.bias", "1.bias"], ["extra"])
    with pytest.raises(RuntimeError, match="size mismatch"):
        net.load_state_dict({"0.bias": fg.zeros(4)}, strict=False)
    with pytest.raises(RuntimeError, match="dtype mismatch"):
        net.load_state_dict({"0.bias": fg.zeros(2, dtype=fg.int64)}, strict=False)
    with pytest.raises(RuntimeError, match="a str"):
        net.load_state_dict({"0.bias": "zeros"}, strict=False)
    with pytest.raises(TypeError):
        net.load_state_dict([1, 2])
    for key in (3, None, ("0.bias",)):
        with pytest.raises(TypeError, match="load_state_dict: the keys of a state are strings, got "):
            net.load_state_dict({**net.state_dict(), key: fg.ones(1)}, strict=False)


def test_arrays_of_dtypes_that_no_tensor_has_are_named_when_a_state_is_loaded():
    layer = nn.Linear(2, 2)
    before = {key: value.clone() for key, value in layer.state_dict().items()}
    for wrong in (np.ones(2, complex), np.array(["a", "b"]), np.array([None, 1.0])):
        with pytest.raises(RuntimeError, match=f"dtype mismatch for bias: {wrong.dtype} in the checkpoint, float32 in"):
            layer.load_state_dict({"weight": fg.zeros((2, 2)), "bias": wrong})
    assert all(fg.equal(value, before[key]).all() for key, value in layer.state_dict().items())


def test_deepcopy_is_independent_and_keeps_ties():
    net = Net()
    net.tied = net.first.inner.weight
    twin = copy.deepcopy(net)
    assert twin.tied is twin.first.inner.weight is not net.tied
    assert isinstance(twin.tied, nn.Parameter)
    assert twin.tied.requires_grad
    twin.first.mean.fill_(5.0)
    assert not net.first.mean.numpy().any()
    x = fg.ones(4, 3)
    assert np.array_equal(net.first(x).detach().numpy(), twin.first(x).detach().numpy())


@pytest.mark.parametrize("protocol", range(pickle.HIGHEST_PROTOCOL + 1))
def test_modules_are_pickled_with_their_values(protocol):
    net = nn.Sequential(nn.Linear(3, 2), nn.BatchNorm1d(2))
    twin = pickle.loads(pickle.dumps(net, protocol))
    for key, value in net.state_dict().items():
        assert np.array_equal(twin.state_dict()[key].numpy(), value.numpy())
    assert repr(twin) == repr(net)
    assert twin[0].weight.requires_grad


def test_an_instance_is_made_as_old_protocols_make_it():
    assert type(copyreg._reconstructor(nn.ReLU, object, None)) is nn.ReLU


def test_hooks_see_and_replace():
    layer = nn.Linear(3, 2)
    calls = []
    x = fg.ones(1, 3)
    before = layer.register_forward_pre_hook(lambda module, args: calls.append("before") or (args[0] * 0,))
    after = layer.register_forward_hook(lambda module, args, out: calls.append(args[0].numpy().sum()) or out + 1)
    expected = layer.bias.detach().numpy() + 1
    np.testing.assert_allclose(layer(x).detach().numpy()[0], expected, rtol=1e-6)
    assert calls == ["before", 0.0]
    before.remove()
    before.remove()
    with after:
        layer(x)
    layer(x)
    assert calls == ["before", 0.0, 3.0]


def test_hooks_are_callable():
    layer = nn.ReLU()
    for register in (layer.register_forward_hook, layer.register_forward_pre_hook):
        with pytest.raises(TypeError, match="a hook must be callable, got 3"):
            register(3)
    assert layer(fg.ones(1)).item() == 1.0


def test_calls_pass_all_arguments_on():
    class Echo(nn.Module):
        def forward(self, *args, **kwargs):
            return args, kwargs

    echo = Echo()
    for _ in range(2):
        assert echo() == ((), {})
        assert echo(1) == ((1,), {})
        assert echo(None, 2) == ((None, 2), {})
        assert echo(1, first=2) == ((1,), {"first": 2})
        assert echo(input=3) == ((), {"input": 3})
        echo.register_forward_hook(lambda module, args, out: None)


def test_a_module_has_the_signature_of_its_forward_and_a_class_that_of_its_init():
    assert str(inspect.signature(Block())) == str(inspect.signature(Block().forward))
    assert list(inspect.signature(nn.MSELoss()).parameters) == ["input", "target"]
    assert list(inspect.signature(nn.MSELoss).parameters) == ["size_average", "reduce", "reduction"]


def test_forward_must_be_defined():
    class Empty(nn.Module):
        pass

    with pytest.raises(NotImplementedError, match="Empty"):
        Empty()(1)


def test_repr_shows_the_structure():
    net = Net()
    assert repr(net) == (
        "Net(\n"
        "  (first): Block(\n"
        "    (inner): Linear(in_features=3, out_features=2, bias=True)\n"
        "  )\n"
        "  (second): Sequential(\n"
        "    (0): Linear(in_features=2, out_features=2, bias=True)\n"
        "    (1): ReLU()\n"
        "  )\n"
        ")"
    )


def test_parameter_wraps_data():
    data = fg.zeros(2)
    p = nn.Parameter(data)
    data.fill_(3.0)
    assert p.detach().numpy().tolist() == [3.0, 3.0]
    assert p.requires_grad
    assert p.is_leaf
    assert not isinstance(p * 2, nn.Parameter)
    assert not nn.Parameter(fg.zeros(2, dtype=fg.int64), requires_grad=False).requires_grad
    with pytest.raises(RuntimeError, match="int64"):
        nn.Parameter(fg.zeros(2, dtype=fg.int64))
    assert repr(p).startswith("Parameter containing:\n")
    assert nn.Parameter([1.0, 2.0]).shape == (2,)
    y = fg.ones(2)
    y.requires_grad_()
    assert nn.Parameter(y * 2).is_leaf


def test_a_buffer_becomes_one_by_assignment():
    module = nn.Module()
    module.kept, module.left = nn.Buffer(fg.ones(2)), nn.Buffer([1, 2], persistent=False)
    assert [name for name, _ in module.named_buffers()] == ["kept", "left"]
    assert list(module.state_dict()) == ["kept"]
    module.kept = fg.zeros(3)
    assert module.get_buffer("kept").shape == (3,)
    module.other = 1
    module.other = nn.Buffer(fg.ones(1))
    assert list(module.state_dict()) == ["kept", "other"]
    assert nn.Buffer().shape == nn.Parameter().shape == (0,)
    assert not nn.Buffer(fg.ones(1)).requires_grad


def test_narrow_and_other_types():
    net = nn.Sequential(nn.Linear(2, 2), nn.BatchNorm1d(2))
    assert net.half()[0].weight.dtype == net[1].running_mean.dtype == fg.float16
    assert net.bfloat16()[0].weight.dtype == fg.bfloat16
    assert net[1].num_batches_tracked.dtype == fg.int64
    net.type(fg.float64)
    assert net[1].num_batches_tracked.dtype == net[0].weight.dtype == fg.float64
    with pytest.raises(TypeError, match="must be floating-point, got int64"):
        net.type(fg.int64)
    weight = net[0].weight
    assert net.to_empty(device="cpu") is net
    assert net[0].weight is weight
    assert weight.shape == (2, 2)
    with pytest.raises(ValueError, match="CPU"):
        net.to_empty(device="cuda")
    with pytest.raises(RuntimeError, match="memory that processes share"):
        net.share_memory()


def test_submodules_are_set_by_path():
    net = Net()
    net.set_submodule("second.1", nn.Tanh())
    assert isinstance(net.second[1], nn.Tanh)
    net.set_submodule("second.new", nn.Tanh())
    assert isinstance(net.second.new, nn.Tanh)
    with pytest.raises(AttributeError, match="no child module 'missing'"):
        net.set_submodule("second.missing", nn.Tanh(), strict=True)
    with pytest.raises(AttributeError, match="'scale' of Block is no module"):
        net.set_submodule("first.scale", nn.Tanh())
    with pytest.raises(ValueError, match="must not be empty"):
        net.set_submodule("", nn.Tanh())
    with pytest.raises(TypeError):
        net.set_submodule("second.1", 3)
    assert len(list(nn.Sequential(layer := nn.ReLU(), layer).modules(remove_duplicate=False))) == 3


def test_a_state_tells_the_versions_of_its_modules():
    class Versioned(nn.Linear):
        _version = 3
        seen: ClassVar[list[Any]] = []

        def _load_from_state_dict(self, state_dict, prefix, local_metadata, *rest):
            self.seen.append((type(state_dict), prefix, dict(local_metadata)))
            super()._load_from_state_dict(state_dict, prefix, local_metadata, *rest)

    net = nn.Sequential(Versioned(2, 2), nn.ReLU())
    state = net.state_dict()
    assert type(state) is OrderedDict
    assert state._metadata == {"": {"version": 1}, "0": {"version": 3}, "1": {"version": 1}}
    net.load_state_dict(state)
    net.load_state_dict(state, assign=True)
    net.load_state_dict(dict(state))
    assert Versioned.seen == [
        (OrderedDict, "0.", {"version": 3}),
        (OrderedDict, "0.", {"version": 3, "assign_to_params_buffers": True}),
        (OrderedDict, "0.", {}),
    ]
    assert state._metadata["0"] == {"version": 3}
    filled = net.state_dict(destination={}, prefix="net.")
    assert list(filled) == ["net.0.weight", "net.0.bias"]


class _Frozen(nn.Module):
    """As backbones have it: its batch normalisation stays as in evaluation."""

    def __init__(self):
        super().__init__()
        self.norm, self.drop = nn.BatchNorm1d(2), nn.Dropout(0.5)
        self.scale = fg.ones(1)  # no buffer

    def train(self, mode=True):
        super().train(mode)
        self.norm.eval()
        return self

    def _apply(self, fn, recurse=True):
        super()._apply(fn, recurse)
        self.scale = fn(self.scale)
        return self


def test_train_and_eval_are_those_of_the_modules_inside():
    net = nn.Sequential(_Frozen(), nn.ModuleList([_Frozen()]))
    net.train()
    assert [m.training for m in net.modules()] == [True, True, False, True, True, True, False, True]
    net.eval()
    assert not any(m.training for m in net.modules())


def test_what_casts_is_asked_of_the_modules_inside():
    net = nn.Sequential(_Frozen(), nn.ModuleList([_Frozen()])).double()
    assert net[0].scale.dtype == net[1][0].scale.dtype == net[1][0].norm.weight.dtype == fg.float64
    assert net.to(fg.float32)[0].scale.dtype == fg.float32


def test_keys_that_do_not_match_are_shown_as_pytorch_shows_them():
    keys = nn.Linear(1, 1).load_state_dict({"x": fg.ones(1), "bias": fg.ones(1)}, strict=False)
    assert repr(keys) == "_IncompatibleKeys(missing_keys=['weight'], unexpected_keys=['x'])"
