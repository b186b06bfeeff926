"""Tensors are shown as NumPy shows arrays, with dtype and history where they are not the default."""

import numpy as np
import pytest

import fastgrad as fg

SHOWN = [
    (fg.tensor([1.0, 2.5]), "tensor([1. , 2.5])"),
    (fg.tensor([1, 2]), "tensor([1, 2])"),
    (fg.tensor(3.0), "tensor(3.)"),
    (fg.tensor([True, False]), "tensor([ True, False])"),
    (fg.tensor([1, 2], dtype=fg.uint8), "tensor([1, 2], dtype=fastgrad.uint8)"),
    (fg.tensor([1.0], dtype=fg.float64), "tensor([1.], dtype=fastgrad.float64)"),
    (fg.tensor([1.0]).astype(fg.bfloat16), "tensor([1.], dtype=fastgrad.bfloat16)"),
    (fg.zeros(0), "tensor([], dtype=fastgrad.float32)"),
    (fg.zeros(0, 3), "tensor([], shape=(0, 3), dtype=fastgrad.float32)"),
    (fg.tensor([[1.0, 2.0], [3.0, 4.0]]), "tensor([[1., 2.],\n        [3., 4.]])"),
    (fg.tensor([float("nan"), float("inf")]), "tensor([nan, inf])"),
    (fg.tensor([1.0], requires_grad=True), "tensor([1.], requires_grad=True)"),
    (fg.tensor([1.0], requires_grad=True) * 2.0, "tensor([2.], grad_fn=<multiply>)"),
]


@pytest.mark.parametrize(("x", "text"), SHOWN, ids=[text for _, text in SHOWN])
def test_repr(x, text):
    assert repr(x) == text
    assert str(x) == (text if x.ndim else str(x.item()))


def test_large_tensors_are_summarised():
    text = repr(fg.zeros(100, 100))
    assert "..." in text
    assert len(text) < 1000


def test_numpys_print_options_hold():
    with np.printoptions(threshold=3):
        assert "..." in repr(fg.arange(100))


def test_one_element_takes_a_format():
    assert f"{fg.tensor(3.14159):.2f}" == "3.14"
    assert f"{fg.tensor(7):05d}" == "00007"
    assert f"{fg.tensor([1.0])}" == "tensor([1.])"
    assert f"{fg.tensor([[0.25]]):.1f}" == "0.2"
    assert f"{fg.tensor([1, 2]):>20}" == "      tensor([1, 2])"
    with pytest.raises(TypeError, match=r"'\.1f'.*\(2,\)"):
        format(fg.tensor([1.0, 2.0]), ".1f")


@pytest.mark.parametrize("number", [0.5, 0.1, 3, True, -2.5, float("nan"), float("inf"), 1e-20, 2**40])
def test_a_tensor_of_no_axes_is_written_as_its_number(number):
    x = fg.tensor(number)
    for t in (x, x.detach(), fg.nn.Parameter(x, requires_grad=x.is_floating_point()), x * x / x if x else x):
        shown = t.item()
        assert str(t) == f"{t}" == "{}".format(t) == "%s" % t == str(shown)  # noqa: UP031, UP032
        assert f"{t:>12}" == f"{shown:>12}"
        assert f"{t:.3f}" == "%.3f" % t == f"{shown:.3f}"  # noqa: UP031
        assert f"{t!r}" == repr(t)
    assert repr(x).startswith("tensor(")
