"""A module's registries and its attributes are one truth, whichever of them is written."""

import copy
import gc
import pickle
import weakref

import pytest

import fastgrad as fg
from fastgrad import nn


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.layer = nn.Linear(2, 2)
        self.scale = nn.Parameter(fg.ones(2))
        self.register_buffer("shift", fg.zeros(2))

    def forward(self, x):
        return self.layer(x) * self.scale + self.shift


def values():
    return {
        "_modules": ("layer", nn.Identity()),
        "_parameters": ("scale", nn.Parameter(fg.full((2,), 3.0))),
        "_buffers": ("shift", fg.full((2,), 5.0)),
    }


WRITES = {
    "setitem": lambda registry, name, value: registry.__setitem__(name, value),
    "update": lambda registry, name, value: registry.update({name: value}),
    "update_keywords": lambda registry, name, value: registry.update(**{name: value}),
    "or": lambda registry, name, value: registry.__ior__({name: value}),
    "pop_and_setdefault": lambda registry, name, value: (registry.pop(name), registry.setdefault(name, value)),
    "delete_and_set": lambda registry, name, value: (registry.__delitem__(name), registry.__setitem__(name, value)),
    "clear_and_set": lambda registry, name, value: (registry.clear(), registry.__setitem__(name, value)),
    "popitem_and_set": lambda registry, name, value: (registry.popitem(), registry.__setitem__(name, value)),
}


@pytest.mark.parametrize("registry", ["_modules", "_parameters", "_buffers"])
@pytest.mark.parametrize("write", WRITES)
def test_what_is_written_to_a_registry_is_the_attribute_that_forward_sees(write, registry):
    net, (name, value) = Net(), values()[registry]
    WRITES[write](getattr(net, registry), name, value)
    assert getattr(net, name) is value
    assert getattr(net, registry)[name] is value
    before = Net()
    before.load_state_dict(net.state_dict(), strict=False)
    setattr(before, name, value)
    assert net(fg.ones(2)).tolist() == before(fg.ones(2)).tolist()


@pytest.mark.parametrize("registry", ["_modules", "_parameters", "_buffers"])
def test_what_is_taken_from_a_registry_is_no_attribute_any_more(registry):
    for take in (
        lambda held, name: held.__delitem__(name),
        lambda held, name: held.pop(name),
        lambda held, name: held.popitem(),
        lambda held, name: held.clear(),
    ):
        net, (name, _) = Net(), values()[registry]
        take(getattr(net, registry), name)
        assert not hasattr(net, name)
        assert name not in getattr(net, registry)
    net = Net()
    with pytest.raises(KeyError):
        getattr(net, registry).pop("nothing")
    assert getattr(net, registry).pop("nothing", 3) == 3
    getattr(net, registry).clear()
    with pytest.raises(KeyError):
        getattr(net, registry).popitem()


@pytest.mark.parametrize("registry", ["_modules", "_parameters", "_buffers"])
def test_a_registry_may_be_replaced(registry):
    net, (name, value) = Net(), values()[registry]
    setattr(net, registry, {name: value})
    assert getattr(net, name) is value
    getattr(net, registry)["other"] = value
    assert net.other is value


def test_a_sequential_calls_what_its_registry_holds():
    net = nn.Sequential(nn.Linear(2, 2), nn.ReLU())
    net._modules["0"] = nn.Identity()
    assert net(fg.tensor([-1.0, 2.0])).tolist() == [0.0, 2.0]
    assert net[0] is net._modules["0"]


def test_a_name_of_the_class_stays_what_it_is():
    net = Net()
    net._modules["forward"] = nn.Identity()
    assert net(fg.ones(2)).shape == (2,)
    assert "forward" in dict(net.named_children())


@pytest.mark.parametrize("copied", [copy.deepcopy, copy.copy, lambda net: pickle.loads(pickle.dumps(net))])
def test_a_copy_has_registries_of_its_own(copied):
    net = Net()
    twin = copied(net)
    kept = net.layer
    twin._modules["layer"] = nn.Identity()
    assert isinstance(twin.layer, nn.Identity)
    assert net.layer is net._modules["layer"] is kept
    assert list(twin.state_dict()) == ["scale", "shift"]


def test_a_module_goes_with_its_last_reference():
    gc.disable()
    try:
        net = Net()
        gone = weakref.ref(net)
        del net
        assert gone() is None
    finally:
        gc.enable()
