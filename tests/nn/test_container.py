"""Sequential, ModuleList, ModuleDict, ParameterList."""

import copy
from collections import OrderedDict

import pytest

import fastgrad as fg
from fastgrad import nn


def sizes(modules):
    return [module.out_features for module in modules]


def linears(*outs):
    return [nn.Linear(1, out) for out in outs]


@pytest.fixture(params=["Sequential", "ModuleList"])
def make(request):
    return (lambda *m: nn.Sequential(*m)) if request.param == "Sequential" else (lambda *m: nn.ModuleList(m))


def test_items_and_slices(make):
    held = make(*linears(1, 2, 3, 4))
    assert len(held) == 4
    assert sizes(held) == [1, 2, 3, 4]
    assert held[1].out_features == 2
    assert held[-1].out_features == 4
    assert sizes(held[1:3]) == [2, 3]
    assert type(held[1:3]) is type(held)
    assert held[1:3][0] is held[1]
    assert held[0] in held
    assert nn.ReLU() not in held
    for position in (4, -5):
        with pytest.raises(IndexError, match="out of range"):
            held[position]
    with pytest.raises(TypeError):
        held["0"]


def test_changes_keep_the_names_in_order(make):
    held = make(*linears(1, 2))
    held.append(nn.Linear(1, 3))
    held.insert(0, nn.Linear(1, 9))
    held.extend(linears(4, 5))
    held[1] = nn.Linear(1, 10)
    assert sizes(held) == [9, 10, 2, 3, 4, 5]
    del held[0]
    del held[1:3]
    assert held.pop().out_features == 5
    assert sizes(held) == [10, 4]
    assert list(held.state_dict()) == ["0.weight", "0.bias", "1.weight", "1.bias"]
    assert held[-1] is getattr(held, "1")
    assert not hasattr(held, "2")
    for wrong in (3, "ab"):
        with pytest.raises(TypeError):
            held.extend(wrong)
    for change in (held.append, lambda wrong: held.insert(0, wrong), lambda wrong: held.extend([nn.ReLU(), wrong])):
        with pytest.raises(TypeError, match="int is not a Module"):
            change(3)
    assert sizes(held) == [10, 4]


def test_sequential_calls_in_order_under_given_names():
    net = nn.Sequential({"scale": nn.Linear(2, 2), "rectify": nn.ReLU()})
    assert list(net.state_dict()) == ["scale.weight", "scale.bias"]
    assert net.scale is net[0]
    assert next(iter(net[1:].named_children()))[0] == "rectify"
    nn.init.eye_(net.scale.weight)
    nn.init.zeros_(net.scale.bias)
    assert net(fg.tensor([[-1.0, 2.0]])).detach().numpy().tolist() == [[0.0, 2.0]]
    x = fg.ones(1)
    assert nn.Sequential()(x) is x


def test_what_is_left_after_a_deletion_is_numbered_anew_as_pytorch_does():
    net = nn.Sequential({"a": nn.Linear(2, 2), "b": nn.ReLU(), "c": nn.Linear(2, 1)})
    del net[0]
    assert [name for name, _ in net.named_children()] == ["0", "1"]


def test_module_list_prints_runs_together_and_adds():
    both = nn.ModuleList(linears(2, 2)) + nn.ModuleList(linears(3))
    both += [nn.Sequential(nn.ReLU()), nn.Sequential(nn.ReLU())]
    assert repr(both) == (
        "ModuleList(\n"
        "  (0-1): 2 x Linear(in_features=1, out_features=2, bias=True)\n"
        "  (2): Linear(in_features=1, out_features=3, bias=True)\n"
        "  (3-4): 2 x Sequential(\n"
        "    (0): ReLU()\n"
        "  )\n"
        ")"
    )
    assert repr(nn.ModuleList()) == "ModuleList()"


def test_a_module_list_keeps_places_without_a_module():
    """As networks whose stages lack a layer have them."""
    layers = nn.ModuleList([None, nn.Linear(2, 3), None])
    layers.append(None)
    layers.insert(0, nn.ReLU())
    assert [type(layer).__name__ for layer in layers] == ["ReLU", "NoneType", "Linear", "NoneType", "NoneType"]
    assert list(layers.state_dict()) == ["2.weight", "2.bias"]
    assert [type(layer).__name__ for layer in layers.children()] == ["ReLU", "Linear"]
    layers.double().eval()
    assert copy.deepcopy(layers)[1] is None
    assert "(1): None" in repr(layers)
    with pytest.raises(TypeError, match="str is not a Module"):
        layers.extend(["relu"])


def test_module_dict():
    heads = nn.ModuleDict({"a": nn.ReLU(), "b": nn.Linear(1, 1)})
    heads["c"] = nn.Tanh()
    heads.update([("a", nn.Sigmoid())])
    assert list(heads) == list(heads.keys()) == ["a", "b", "c"]
    assert len(heads) == 3
    assert "a" in heads
    assert [type(module).__name__ for module in heads.values()] == ["Sigmoid", "Linear", "Tanh"]
    assert isinstance(heads.pop("b"), nn.Linear)
    assert dict(heads.items()).keys() == {"a", "c"}
    del heads["a"]
    with pytest.raises(KeyError):
        del heads["a"]
    heads.clear()
    assert len(heads) == 0
    with pytest.raises(KeyError):
        heads["training"] = nn.ReLU()


def test_parameter_list():
    params = nn.ParameterList([fg.ones(2), nn.Parameter(fg.zeros(3))])
    params.append(fg.ones(1))
    params[0] = fg.zeros(4)
    assert [p.shape for p in params] == [(4,), (3,), (1,)]
    assert len(params) == 3
    assert list(params.state_dict()) == ["0", "1", "2"]
    assert params[-1] is params[2]
    assert all(p.requires_grad for p in params.parameters())
    with pytest.raises(IndexError):
        params[3]
    assert "of shape (4,)" in repr(params)
    assert [p.shape for p in params[1:]] == [(3,), (1,)]
    params += [fg.ones(2), "kept as it is", fg.tensor([1, 2])]
    assert params[4] == "kept as it is"
    assert "(4): Object of type: str" in repr(params)
    assert [name for name, _ in params.named_parameters()] == ["0", "1", "2", "3", "5"]
    assert not params[5].requires_grad
    with pytest.raises(TypeError, match="an iterable of tensors"):
        params.extend("ab")
    with pytest.raises(RuntimeError, match="should not be called"):
        params(1)


def test_a_parameter_dict_takes_a_plain_mapping_by_names_and_others_in_their_order():
    one = fg.ones(1)
    pairs = [("b", one), ("a", one)]
    assert list(nn.ParameterDict(dict(pairs))) == ["a", "b"]
    for ordered in (pairs, OrderedDict(pairs), nn.ParameterDict(pairs)):
        assert list(nn.ParameterDict(ordered)) == ["b", "a"]
    params = nn.ParameterDict({"c": one})
    params.update(dict(pairs))
    assert list(params) == ["c", "a", "b"]


def test_parameter_dict():
    params = nn.ParameterDict({"a": fg.ones(2), "b": nn.Parameter(fg.zeros(3))})
    params["c"] = fg.ones(1)
    params.update([("a", fg.zeros(4)), ("n", 3)])
    assert list(params) == list(params.keys()) == ["a", "b", "c", "n"]
    assert list(reversed(params)) == ["n", "c", "b", "a"]
    assert "b" in params
    assert len(params) == 4
    assert [name for name, _ in params.named_parameters()] == list(params.state_dict()) == ["a", "b", "c"]
    assert params["a"] is params.a
    assert params.get("a").shape == (4,)
    assert params.get("none") is None
    assert params.setdefault("n", 5) == 3
    assert dict(params.items())["n"] == params.values()[3] == params.pop("n") == 3
    assert params.popitem()[0] == "c"
    twin = params.copy()
    assert twin["a"] is params["a"]
    assert list(params | nn.ParameterDict({"z": fg.ones(1)})) == ["a", "b", "z"]
    assert list({"z": fg.ones(1)} | params) == ["z", "a", "b"]
    twin |= {"y": fg.ones(1)}
    assert list(twin) == ["a", "b", "y"]
    assert dict(params.fromkeys(["p", "q"], 1).items()) == {"p": 1, "q": 1}
    assert repr(params) == (
        "ParameterDict(\n"
        "  (a): Parameter containing: [fastgrad.float32 of shape (4,)]\n"
        "  (b): Parameter containing: [fastgrad.float32 of shape (3,)]\n"
        ")"
    )
    params.clear()
    assert len(params) == 0
    assert repr(params) == "ParameterDict()"
    for wrong, error in ((3, TypeError), ([("a",)], ValueError)):
        with pytest.raises(error, match="must be a mapping or pairs"):
            params.update(wrong)
    for key in ("a.b", "", "keys", 3):
        with pytest.raises((KeyError, TypeError)):
            params[key] = fg.ones(1)
    with pytest.raises(KeyError):
        params.popitem()
    with pytest.raises(KeyError):
        params["a"]


def test_sequentials_add_and_repeat():
    net = nn.Sequential(nn.Linear(1, 2), nn.ReLU())
    assert [type(m).__name__ for m in net + nn.Sequential(nn.Tanh())] == ["Linear", "ReLU", "Tanh"]
    assert len(net * 2) == len(2 * net) == 4
    net += [nn.Tanh()]
    net *= 2
    assert [type(m).__name__ for m in net] == ["Linear", "ReLU", "Tanh"] * 2
    assert [type(m).__name__ for m in net.pop(slice(1, 3))] == ["ReLU", "Tanh"]
    assert len(net) == 4
    with pytest.raises(ValueError, match="at least once"):
        net * 0


def test_what_module_dict_does_not_take():
    for wrong, error in ((3, TypeError), ([("a",)], ValueError), ({"a": 3}, TypeError)):
        with pytest.raises(error):
            nn.ModuleDict().update(wrong)
