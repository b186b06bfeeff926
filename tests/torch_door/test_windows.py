"""The windows of ``torch.signal.windows``, and those of ``torch`` itself, are PyTorch's."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad.torch as door

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

MORE = {
    "exponential": [{"tau": 3.0}, {"center": 0.0, "tau": 2.0, "sym": False}],
    "gaussian": [{"std": 0.7}],
    "kaiser": [{"beta": 5.0}],
    "general_cosine": [{"a": [0.46, 0.23, 0.31]}],
    "general_hamming": [{"alpha": 0.6}],
}


def test_all_names_are_there():
    assert sorted(door.signal.windows.__all__) == sorted(torch.signal.windows.__all__)


@pytest.mark.parametrize("name", torch.signal.windows.__all__)
@pytest.mark.parametrize("length", [0, 1, 2, 7, 64])
@pytest.mark.parametrize("sym", [True, False])
def test_values_are_pytorchs(name, length, sym):
    for words in MORE.get(name, []) + [{}] * (name != "general_cosine"):
        words = {"sym": sym, **words}
        theirs, ours = (getattr(t.signal.windows, name)(length, dtype=t.float64, **words) for t in (torch, door))
        np.testing.assert_allclose(ours.numpy(), theirs.numpy(), rtol=1e-10, atol=1e-14)
        assert getattr(door.signal.windows, name)(length, requires_grad=True, **words).dtype == door.float32


@pytest.mark.parametrize(
    ("name", "args", "words"),
    [
        ("hann", (-1,), {}),
        ("hann", (3,), {"dtype": "int64"}),
        ("gaussian", (3,), {"std": 0.0}),
        ("exponential", (3,), {"tau": -1.0}),
        ("exponential", (3,), {"center": 1.0}),
        ("kaiser", (3,), {"beta": -1.0}),
        ("general_cosine", (3,), {"a": []}),
        ("general_cosine", (3,), {"a": 1.0}),
    ],
)
def test_what_pytorch_refuses_is_refused_with_its_error(name, args, words):
    errors = []
    for library in (torch, door):
        given = {k: getattr(library, v) if k == "dtype" else v for k, v in words.items()}
        with pytest.raises((ValueError, TypeError)) as error:
            getattr(library.signal.windows, name)(*args, **given)
        errors.append(error.type)
    assert issubclass(errors[1], errors[0])


@pytest.mark.parametrize("name", ["bartlett", "blackman", "hamming", "hann", "kaiser"])
@pytest.mark.parametrize("length", [0, 1, 2, 7])
@pytest.mark.parametrize("periodic", [True, False])
def test_older_windows_take_pytorchs_arguments(name, length, periodic):
    words = {"hamming": {"alpha": 0.6, "beta": 0.3}, "kaiser": {"beta": 5.0}}.get(name, {})
    theirs, ours = (
        getattr(t, f"{name}_window")(
            length, periodic, dtype=t.float64, layout=t.strided, device="cpu", requires_grad=True, **words
        )
        for t in (torch, door)
    )
    assert ours.requires_grad
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol=1e-10, atol=1e-14)
    with pytest.raises(TypeError, match="unexpected keyword"):
        getattr(door, f"{name}_window")(length, width=2)
    with pytest.raises(RuntimeError, match="must be non-negative"):
        getattr(door, f"{name}_window")(-1)
