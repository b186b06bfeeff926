"""Sequential, ModuleList, ModuleDict, ParameterList."""

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
