"""What is done to a module's tensor says which module and which name it needs, and changes nothing otherwise."""

from __future__ import annotations

from typing import Any

import pytest

import fastgrad as fg
from fastgrad.nn.utils import parametrizations, parametrize, prune

FUNCTIONS: dict[str, Any] = {
    "weight_norm": fg.nn.utils.weight_norm,
    "remove_weight_norm": fg.nn.utils.remove_weight_norm,
    "spectral_norm": fg.nn.utils.spectral_norm,
    "remove_spectral_norm": fg.nn.utils.remove_spectral_norm,
    "parametrizations.weight_norm": parametrizations.weight_norm,
    "parametrizations.spectral_norm": parametrizations.spectral_norm,
    "parametrizations.orthogonal": parametrizations.orthogonal,
    "register_parametrization": lambda module, name: parametrize.register_parametrization(
        module, name, fg.nn.Identity()
    ),
    "prune.identity": prune.identity,
    "prune.l1_unstructured": lambda module, name: prune.l1_unstructured(module, name, 1),
    "prune.ln_structured": lambda module, name: prune.ln_structured(module, name, 1, 2, 0),
    "prune.custom_from_mask": lambda module, name: prune.custom_from_mask(module, name, fg.ones(3, 2)),
    "prune.remove": prune.remove,
    "prune.global_unstructured": lambda module, name: prune.global_unstructured(
        [(module, name)], prune.L1Unstructured, amount=1
    ),
}


@pytest.mark.parametrize("name", [["weight"], {}, None, 3, b"weight"], ids=repr)
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_name_is_a_str(function, name):
    layer = fg.nn.Linear(2, 3)
    with pytest.raises(TypeError, match=r": (tensor_)?name must be a str, got "):
        FUNCTIONS[function](layer, name)
    assert type(layer) is fg.nn.Linear
    assert [*layer.__dict__["_parameters"]] == ["weight", "bias"]
    assert not layer._forward_pre_hooks


@pytest.mark.parametrize("module", [None, fg.nn.Linear, [fg.nn.Linear(2, 3)]], ids=["None", "a class", "a list"])
@pytest.mark.parametrize("function", FUNCTIONS)
def test_a_module_is_a_module(function, module):
    with pytest.raises(TypeError, match=f": module must be a Module, got a {type(module).__name__}$"):
        FUNCTIONS[function](module, "weight")


@pytest.mark.parametrize("dim", [[0], (0, 1), b"1", 1.5, {}], ids=repr)
@pytest.mark.parametrize("function", [fg.nn.utils.weight_norm, parametrizations.weight_norm])
def test_the_axis_of_norms_is_an_int(function, dim):
    layer = fg.nn.Linear(2, 3)
    with pytest.raises(TypeError, match="weight_norm: dim must be an int, got "):
        function(layer, dim=dim)
    assert type(layer) is fg.nn.Linear
    assert [*layer.__dict__["_parameters"]] == ["weight", "bias"]


@pytest.mark.parametrize("function", [fg.nn.utils.spectral_norm, parametrizations.spectral_norm])
def test_iterations_that_would_never_end_are_refused(function):
    with pytest.raises(ValueError, match="spectral_norm: n_power_iterations must be less than 2"):
        function(fg.nn.Linear(2, 3), n_power_iterations=2**63)


def test_an_order_of_norms_that_no_float_holds_is_refused():
    with pytest.raises(ValueError, match="LnStructured: n must be a number that a float can hold"):
        prune.ln_structured(fg.nn.Linear(2, 3), "weight", 1, 10**400, 0)


def test_what_is_pruned_together_is_pairs():
    with pytest.raises(TypeError, match="global_unstructured: parameters must be pairs of module and name, got "):
        prune.global_unstructured([fg.nn.Linear(2, 3)], prune.L1Unstructured, amount=1)
