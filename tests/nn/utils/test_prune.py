"""Masks on parameters."""

import numpy as np
import pytest

import fastgrad as fg
from fastgrad import nn
from fastgrad.nn.utils import prune


def layer_of(values):
    layer = nn.Linear(len(values[0]), len(values))
    with fg.no_grad():
        layer.weight.copy_(fg.tensor(values))
    return layer


VALUES = [[1.0, -4.0, 0.5], [-2.0, 3.0, 6.0]]


def test_the_least_are_taken_away_and_stay_away():
    layer = prune.l1_unstructured(layer_of(VALUES), "weight", 2)
    assert layer.weight.tolist() == [[0.0, -4.0, 0.0], [-2.0, 3.0, 6.0]]
    assert [name for name, _ in layer.named_parameters()] == ["bias", "weight_orig"]
    assert layer.weight_mask.tolist() == [[0.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    optimizer = fg.optim.SGD(layer.parameters(), lr=0.1)
    layer(fg.ones(1, 3)).sum().backward()
    assert layer.weight_orig.grad.tolist() == [[0.0, 1.0, 0.0], [1.0, 1.0, 1.0]]
    optimizer.step()
    layer(fg.ones(1, 3))
    assert layer.weight.tolist()[0][0] == 0.0
    assert prune.is_pruned(nn.Sequential(layer))


def test_a_second_method_chooses_among_what_is_left():
    layer = prune.l1_unstructured(layer_of(VALUES), "weight", 2)
    prune.l1_unstructured(layer, "weight", 0.5)
    assert layer.weight.tolist() == [[0.0, -4.0, 0.0], [0.0, 0.0, 6.0]]
    assert len(layer._forward_pre_hooks) == 1
    (hook,) = layer._forward_pre_hooks.values()
    assert [type(method).__name__ for method in hook] == ["L1Unstructured", "L1Unstructured"]
    prune.ln_structured(layer, "weight", 1, n=2, dim=1)
    assert layer.weight.tolist() == [[0.0, 0.0, 0.0], [0.0, 0.0, 6.0]]
    prune.remove(layer, "weight")
    assert isinstance(layer.weight, nn.Parameter)
    assert layer.weight.tolist() == [[0.0, 0.0, 0.0], [0.0, 0.0, 6.0]]
    assert not prune.is_pruned(layer)
    assert list(layer.state_dict()) == ["bias", "weight"]


def test_slices_scores_and_masks():
    layer = prune.ln_structured(layer_of(VALUES), "weight", 1, n=1, dim=0)
    assert layer.weight.tolist() == [[0.0, 0.0, 0.0], [-2.0, 3.0, 6.0]]
    scores = fg.tensor([[9.0, 1.0, 9.0], [9.0, 9.0, 2.0]])
    layer = prune.l1_unstructured(layer_of(VALUES), "weight", 2, importance_scores=scores)
    assert layer.weight.tolist() == [[1.0, 0.0, 0.5], [-2.0, 3.0, 0.0]]
    mask = fg.tensor([[True, False, True], [False, True, True]])
    layer = prune.custom_from_mask(layer_of(VALUES), "weight", mask)
    assert layer.weight.tolist() == [[1.0, 0.0, 0.5], [0.0, 3.0, 6.0]]
    assert prune.identity(layer_of(VALUES), "weight").weight.tolist() == VALUES


def test_random_ones_are_as_many_as_asked_for():
    fg.manual_seed(0)
    layer = prune.random_unstructured(nn.Linear(10, 10), "weight", 0.3)
    assert int((layer.weight_mask == 0).sum()) == 30
    layer = prune.random_structured(nn.Linear(10, 10), "weight", 3, dim=1)
    assert sorted(layer.weight_mask.sum(axis=0).tolist()) == [0.0] * 3 + [10.0] * 7


def test_one_choice_among_several_parameters():
    net = nn.Sequential(layer_of(VALUES), layer_of([[10.0, 0.1], [0.2, 20.0]]))
    prune.global_unstructured([(net[0], "weight"), (net[1], "weight")], prune.L1Unstructured, amount=4)
    assert net[0].weight.tolist() == [[0.0, -4.0, 0.0], [-2.0, 3.0, 6.0]]
    assert net[1].weight.tolist() == [[10.0, 0.0], [0.0, 20.0]]
    prune.global_unstructured([(net[0], "weight"), (net[1], "weight")], prune.L1Unstructured, amount=1)
    assert net[0].weight.tolist() == [[0.0, -4.0, 0.0], [0.0, 3.0, 6.0]]


def test_states_have_the_mask():
    layer = prune.l1_unstructured(layer_of(VALUES), "weight", 2)
    fresh = prune.identity(nn.Linear(3, 2), "weight")
    fresh.load_state_dict(layer.state_dict())
    fresh(fg.ones(1, 3))
    assert fresh.weight.tolist() == layer.weight.tolist()


def test_tensors_are_pruned_too():
    t = fg.tensor([3.0, -1.0, 2.0])
    assert prune.L1Unstructured(1).prune(t).tolist() == [3.0, 0.0, 2.0]
    assert prune.L1Unstructured(1).prune(t, importance_scores=fg.tensor([1.0, 9.0, 9.0])).tolist() == [0.0, -1.0, 2.0]


def test_bad_input():
    for amount, error in ((-1, ValueError), (1.5, ValueError), ("all", TypeError)):
        with pytest.raises(error, match="amount"):
            prune.L1Unstructured(amount)
    with pytest.raises(ValueError, match="amount must be at most 6, what is left, got 7"):
        prune.l1_unstructured(layer_of(VALUES), "weight", 7)
    layer = layer_of(VALUES)
    with pytest.raises(ValueError, match="has no parameter 'none'"):
        prune.l1_unstructured(layer, "none", 1)
    with pytest.raises(IndexError, match="axis 2 is out of bounds"):
        prune.ln_structured(layer, "weight", 1, 2, dim=2)
    with pytest.raises(ValueError, match="2 axes or more"):
        prune.ln_structured(layer, "bias", 1, 2, dim=0)
    with pytest.raises(ValueError, match=r"mask must have the shape \(2, 3\), got \(3,\)"):
        prune.custom_from_mask(layer, "weight", fg.ones(3))
    with pytest.raises(ValueError, match=r"importance_scores must have the shape of 'weight', \(2, 3\), got \(3,\)"):
        prune.l1_unstructured(layer, "weight", 1, importance_scores=fg.ones(3))
    assert list(layer.state_dict()) == ["weight", "bias"]
    assert np.array_equal(layer.weight.tolist(), VALUES)
    with pytest.raises(ValueError, match="is not pruned"):
        prune.remove(layer, "weight")
    with pytest.raises(TypeError, match="one of single elements, got LnStructured"):
        prune.global_unstructured([(layer, "weight")], prune.LnStructured, amount=1, n=2)
    with pytest.raises(TypeError, match="pairs of module and name"):
        prune.global_unstructured(3, prune.L1Unstructured, amount=1)
    with pytest.raises(TypeError, match="must be a dict"):
        prune.global_unstructured([(layer, "weight")], prune.L1Unstructured, importance_scores=[1], amount=1)
    with pytest.raises(TypeError, match="must be a BasePruningMethod"):
        prune.PruningContainer().add_pruning_method(3)
