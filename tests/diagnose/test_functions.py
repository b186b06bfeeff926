"""The table of activation functions: formulas, derivatives, and what is known of them."""

from __future__ import annotations

import pytest

import fastgrad as fg
from fastgrad import diagnose


def test_every_function_and_derivative_is_that_of_its_formula() -> None:
    found = diagnose.activation_table()
    assert len(found.functions) >= 17
    for each in found.functions:
        assert each.error < 1e-13, each.name
        assert each.slope_error < 1e-13, each.name


def test_what_is_known_of_slopes() -> None:
    found = {each.name: each for each in diagnose.activation_table().functions}
    assert found["sigmoid"].largest_slope == pytest.approx(0.25, abs=1e-4)
    assert found["tanh"].largest_slope == pytest.approx(1.0, abs=1e-4)
    assert found["gelu"].largest_slope == pytest.approx(1.1289, abs=1e-3)
    assert found["sigmoid"].at_zero == 0.5
    assert found["relu"].flat == pytest.approx(0.5, abs=0.01)
    assert found["leaky_relu"].flat == 0


def test_it_prints_converts_and_draws() -> None:
    found = diagnose.activation_table(["relu", "gelu"])
    assert str(found).splitlines()[1].split()[:2] == ["relu", "max(x,"]
    assert found.to_dict()["functions"][1]["name"] == "gelu"
    figure = pytest.importorskip("matplotlib.figure").Figure()
    ax = figure.add_subplot()
    assert found.draw(ax) is ax
    assert len(ax.child_axes) == 2
    assert found.functions[0].draw(ax) is ax


def test_names_without_a_formula_are_refused() -> None:
    with pytest.raises(ValueError, match=r"names must be among relu, leaky_relu, .* got 'swish'"):
        diagnose.activation_table(["swish"])
    with pytest.raises(ValueError, match="points must be at least 2, got 1"):
        diagnose.activation_table(points=1)


def test_the_first_anomaly_of_a_model_is_named_forward_and_backward() -> None:
    model = fg.nn.Sequential(fg.nn.Linear(2, 2), fg.nn.ReLU())
    with (
        pytest.raises(RuntimeError, match=r"log: it gave -inf in the forward pass") as caught,
        diagnose.detect_anomaly(),
    ):
        fg.log(model(fg.zeros(1, 2)) * 0)
    assert "test_functions.py" in str(caught.value)
    x = fg.zeros(1, requires_grad=True)
    with pytest.raises(RuntimeError, match="sqrt: its gradient rule gave inf"), diagnose.detect_anomaly():
        fg.sqrt(x).sum().backward()
    with diagnose.detect_anomaly(infinite=False):
        fg.log(fg.zeros(1))
