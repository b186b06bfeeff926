"""Methods speak NumPy or PyTorch by their form, and no form means two things: each runs here and by whom it speaks."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

import fastgrad as fg

GIVEN = {
    "x": np.array([[3.0, -1.0, 2.0], [0.5, 5.0, -4.0]]),
    "y": np.array([[0.0, 1.0, 2.0], [3.0, 4.0, 5.0]]),
    "v": np.array([2.0, 0.0, 7.0]),
    "u": np.array([[1.0], [2.0]]),
    "c": np.arange(24.0).reshape(2, 3, 4),
    "i": np.array([1, 0]),
    "s": np.array(2.5),
}

# What ndarray and torch.Tensor agree on.
BOTH = """
    x.sum()  x.sum(1)  x.mean(0)  x.prod(1)  x.max()  x.min()  x.argmax(1)  x.argmin(0)  x.argmax()  x.all(1)
    x.any(0)  x.argsort()  x.argsort(0)  x.clip(0, 1)  x.round()  x.ravel()  x.flatten()  u.squeeze()  u.squeeze(1)
    x.swapaxes(0, 1)  x.reshape(3, 2)  x.reshape((3, 2))  x.transpose(1, 0)  x.transpose(-1, -2)  x.T
    x.tolist()  s.item()  x.std(correction=1)  x.var(1, correction=0)  s.max()  c.sum((0, 2))
"""

NUMPYS = """
    x.sum(axis=1)  x.sum(axis=(0, 1), keepdims=True)  x.mean(axis=0, keepdims=True)  x.prod(axis=1)
    x.sum(0, 'float32')  x.max(axis=1)  x.max(axis=None)  x.max((0, 1))  x.max(None)  x.max(keepdims=True)
    x.max(1, keepdims=True)  x.min(axis=0)  x.min(axis=(0, 1), keepdims=True)  x.min((1,))  c.max((0, 1))
    x.std(axis=0)  x.std(axis=None)  x.std(ddof=1)  x.std(0, ddof=1)  x.std(keepdims=True)  x.std(0, keepdims=True)
    x.var(axis=1)  x.var(axis=None)  x.var(axis=0, ddof=1, keepdims=True)  x.var(ddof=0)  x.sort(axis=0)
    x.sort(axis=-1)  x.sort(axis=1, stable=True)  x.all(axis=1, keepdims=True)  x.argmax(axis=1)  x.transpose()
    x.transpose((0, 1))  x.transpose((1, 0))  x.transpose(None)  c.transpose(0, 2, 1)  c.transpose()  v.transpose(0)
    x.repeat(2, axis=0)  x.repeat(2, axis=None)  x.repeat([1, 2], axis=0)  u.squeeze(axis=1)  u.squeeze(axis=None)
    x.take(i, 0)  x.take(i, axis=1)  x.view()  x.size  x.astype('float32')  x.copy()
"""

TORCHS = """
    x.sum(dim=1)  x.sum(dim=(0, 1), keepdim=True)  x.sum(0, True)  x.mean(dim=1)  x.mean(0, True)  x.prod(dim=0)
    x.prod(0, True)  x.max(dim=1)  x.max(dim=1, keepdim=True)  x.max(1, keepdim=True)  x.max(0, True)
    x.max(0, False)  x.max(y)  s.max(dim=0)  x.min(dim=-1)  x.min(dim=0, keepdim=True)  x.min(0, True)  x.min(y)
    x.max(s)  c.min(dim=1)  x.argmax(dim=1)  x.argmax(1, True)  x.argmin(dim=0, keepdim=True)  x.all(dim=1)
    x.any(dim=0, keepdim=True)  x.std(dim=0)  x.std(dim=None)  x.std(dim=(0, 1))  x.std(0, True)  x.std(0, False)
    x.std(1, False, True)  x.std(False)  x.std(unbiased=False)  x.std(dim=0, unbiased=False, keepdim=True)
    x.std(0, keepdim=True)  x.std(dim=0, correction=0)  x.var(dim=1)  x.var(True)  x.var(unbiased=True)
    x.var(dim=1, correction=2)  x.var(1, True, True)  x.sort(dim=0)  x.sort(descending=True)  x.sort(0, True)
    x.sort(0, descending=True)  x.sort(dim=1, stable=True)  s.sort(dim=0)  c.transpose(1, 2)  c.transpose(-1, 0)
    x.transpose(0, 0)  x.transpose(dim0=0, dim1=1)  v.transpose(0, 0)  x.repeat(2, 1, 3)
    x.tile(2, 3)  x.tile((2, 1))  v.tile(2)  x.split(2)  x.split(2, 1)  x.split(2, dim=1)  x.split([1, 1])
    x.split((1, 2), 1)  x.split(5)  c.split(1, dim=-1)
    x.split(split_size=[1, 2], dim=1)  x.nonzero(as_tuple=True)  x.nonzero(as_tuple=False)
    v.nonzero(as_tuple=False)  s.nonzero(as_tuple=False)  x.squeeze(dim=0)  u.squeeze(dim=1)  u.squeeze(dim=(0, 1))
    x.norm()  x.norm(2)  x.norm(1)  x.norm(p=1)  x.norm(dim=1)  x.norm(1, 1)  x.norm(p=2, dim=0, keepdim=True)
    x.norm(1, (0, 1))  x.size()  x.size(0)  x.size(-1)  x.size(dim=1)  s.size()  x.logsumexp(1)
    x.logsumexp(dim=1, keepdim=True)  x.count_nonzero(dim=1)  x.topk(1, dim=0)  x.topk(2, 1)  x.unsqueeze(1)
    x.permute(1, 0)  u.expand(2, 4)  x.view(3, 2)
"""

# Both have the form, and differ: a TypeError, until the program says whose words it speaks.
AMBIGUOUS = """
    x.max(1)  x.min(1)  x.std()  x.std(0)  x.std((0, 1))  x.var()  x.var(1)  x.sort()  x.sort(0)
    x.sort(stable=True)  x.transpose(0, 1)  x.transpose(-2, -1)  v.repeat(3)  v.repeat((2, 1, 3))  x.repeat(2, 1)
    x.nonzero()
"""

# Words of both in one call, also where a value is the one that is meant without it.
MIXED = """
    x.min(axis=1, dim=1)  x.std(dim=0, ddof=1)  x.std(unbiased=True, ddof=1)  x.sort(axis=0, dim=0)
    x.squeeze(axis=0, dim=0)  x.sum(axis=1, dim=1)  x.sum(axis=None, dim=1)  x.sum(1, keepdims=True, keepdim=True)
    x.norm(ord=2, dim=1)  x.argsort(axis=-1, dim=1)  x.take(i, axis=None, dim=1)
"""

# PyTorch takes NumPy's axis and keepdims beside its own words: so may a program that speaks those.
TORCHS_MIXED = """
    x.max(axis=1, keepdim=True)  x.max(dim=1, keepdims=True)  x.std(axis=0, unbiased=True)  x.var(axis=0, keepdim=True)
    x.std(axis=0, unbiased=False)  x.std(dim=0, keepdims=True)  x.var(dim=0, keepdims=True)
    x.sort(axis=0, descending=True)  x.sum(axis=1, keepdim=True)  x.sum(dim=1, keepdims=False)
    x.sum(dim=1, keepdims=True)  x.mean(axis=1, keepdim=False)  x.logsumexp(dim=1, keepdims=True)
    x.argmax(axis=1, keepdim=True)  x.prod(dim=0, keepdims=True)  x.all(axis=1, keepdim=True)
    x.sum(**{'ax' + 'is': 1, 'keep' + 'dim': True})
"""

# An argument given twice.
TWICE = """
    x.max(1, axis=1)  x.max(1, dim=1)  x.std(0, axis=0)  x.sort(0, dim=0)  x.sum(1, dim=1)  x.squeeze(0, axis=0)
    x.sum(1, None, True, keepdim=True)  x.std(ddof=1, correction=1)  x.sort(0, True, descending=True)
"""

# What only one of them could have meant, and neither here.
REFUSED = """
    x.split(2, axis=1)  x.max(keepdim=True)  x.max(0, 1)  x.max(0, True, None)  x.repeat()  x.transpose(dim0=0)
    x.std(0, 1)  x.nonzero(True)  x.max(y, keepdims=True)
"""


def forms(text: str) -> list[str]:
    return re.split(r"\s{2,}", text.strip())


def plain(value: Any) -> Any:
    """Arrays of any library as NumPy's; what holds several as a list."""
    if callable(value) and not isinstance(value, int):
        return None
    if isinstance(value, tuple | list) and value and not isinstance(value[0], int | float | list):
        return [plain(part) for part in value]
    return np.asarray(value.detach() if hasattr(value, "detach") else value)


def run(form: str, convert: Any) -> list[Any]:
    """What a form gives, and what it leaves in x."""
    given = {name: convert(value) for name, value in GIVEN.items()}
    result = eval(form, given)  # forms are written above
    return [None if result is None else plain(result), plain(given["x"])]


def compare(form: str, convert: Any) -> None:
    def same(got: Any, want: Any) -> None:
        if isinstance(want, list):
            assert isinstance(got, list)
            for a, b in zip(got, want, strict=True):
                same(a, b)
        elif want is None:
            assert got is None
        else:
            assert got.shape == want.shape
            np.testing.assert_allclose(got, want, rtol=1e-6)

    same(run(form, fg.tensor), run(form, convert))


@pytest.fixture(params=["numpy", "torch", None])
def vocabulary(request: pytest.FixtureRequest) -> Iterator[str | None]:
    fg.set_vocabulary(request.param)
    yield request.param
    fg.set_vocabulary(None)


@pytest.fixture
def torch() -> Any:
    return pytest.importorskip("torch")


@pytest.mark.parametrize(
    "form", [*forms(NUMPYS), *(f for f in forms(BOTH) if "correction" not in f and ".mT" not in f)]
)
def test_numpys_forms_are_numpys_whatever_the_program_says(form, vocabulary):
    compare(form, np.array)


@pytest.mark.parametrize("form", [*forms(TORCHS), *forms(BOTH)])
def test_pytorchs_forms_are_pytorchs_whatever_the_program_says(form, vocabulary, torch):
    compare(form, torch.tensor)


@pytest.mark.parametrize("form", forms(AMBIGUOUS))
def test_an_ambiguous_form_names_both_spellings_until_the_program_has_said(form):
    with pytest.raises(TypeError, match=r"NumPy.*PyTorch.*set_vocabulary"):
        run(form, fg.tensor)


@pytest.mark.parametrize("form", forms(AMBIGUOUS))
def test_an_ambiguous_form_is_numpys_where_the_program_says_so(form):
    fg.set_vocabulary("numpy")
    try:
        compare(form, np.array)
    finally:
        fg.set_vocabulary(None)


@pytest.mark.parametrize("form", forms(AMBIGUOUS))
def test_an_ambiguous_form_is_pytorchs_where_the_program_says_so(form, torch):
    fg.set_vocabulary("torch")
    try:
        compare(form, torch.tensor)
    finally:
        fg.set_vocabulary(None)


@pytest.mark.parametrize("form", forms(MIXED))
def test_words_of_both_are_refused_by_name_whatever_the_program_says(form, vocabulary):
    with pytest.raises(TypeError, match=r"NumPy's.*PyTorch's|PyTorch's.*NumPy's"):
        run(form, fg.tensor)


@pytest.mark.parametrize("form", forms(TORCHS_MIXED))
def test_numpys_words_beside_pytorchs_are_pytorchs_where_the_program_speaks_those(form, torch):
    for said in (None, "numpy"):
        fg.set_vocabulary(said)
        try:
            with pytest.raises(TypeError, match=r"NumPy's.*PyTorch's|PyTorch's.*NumPy's"):
                run(form, fg.tensor)
        finally:
            fg.set_vocabulary(None)
    fg.set_vocabulary("torch")
    try:
        compare(form, torch.tensor)
    finally:
        fg.set_vocabulary(None)


@pytest.mark.parametrize("form", [*forms(TWICE), *forms(REFUSED)])
def test_what_is_given_twice_or_neithers_is_refused_whatever_the_program_says(form, vocabulary):
    with pytest.raises(TypeError):
        run(form, fg.tensor)


def test_both_spellings_that_an_error_names_run(torch):
    for form in forms(AMBIGUOUS):
        with pytest.raises(TypeError) as caught:
            run(form, fg.tensor)
        spelled = re.search(r"write (.*) for NumPy's or (.*) for PyTorch's", str(caught.value))
        assert spelled, caught.value
        for text in re.findall(r"(?:x|fg)\.\w+\([^a-z]*[^()]*(?:\([^()]*\))?[^()]*\)|x\.T", " ".join(spelled.groups())):
            eval(text, {"fg": fg, "x": fg.tensor(GIVEN[form[0]])})


def test_the_docs_list_the_ambiguous_forms():
    page = (Path(__file__).parents[2] / "docs/vocabulary.md").read_text()
    listed = re.findall(r"^\| `([^`]+)`", page, flags=re.M)
    assert sorted(listed) == sorted(forms(AMBIGUOUS))


@pytest.mark.parametrize("word", ["jax", "", 1, "NumPy"])
def test_other_vocabularies_are_errors(word):
    with pytest.raises(ValueError, match="'numpy', 'torch' or None"):
        fg.set_vocabulary(word)


# ---- what the pairs are ----


def test_the_pair_of_max_is_named_and_its_gradient_goes_to_one_place():
    x = fg.tensor([[1.0, 3.0, 3.0], [2.0, 0.0, 2.0]], requires_grad=True)
    pair = x.max(dim=1)
    assert pair.values.tolist() == pair[0].tolist() == [3.0, 2.0]
    assert pair.indices.tolist() == [1, 0]
    pair.values.sum().backward()
    assert x.grad.tolist() == [[0.0, 1.0, 0.0], [1.0, 0.0, 0.0]]
    x.grad = None
    x.max(axis=1).sum().backward()
    assert x.grad.tolist() == [[0.0, 0.5, 0.5], [0.5, 0.0, 0.5]]


def test_sorting_in_place_is_on_the_graph():
    x = fg.tensor([3.0, 1.0, 2.0], requires_grad=True)
    y = x * 2.0
    assert y.sort(axis=0) is None
    assert y.tolist() == [2.0, 4.0, 6.0]
    (y * fg.tensor([1.0, 10.0, 100.0])).sum().backward()
    assert x.grad.tolist() == [200.0, 2.0, 20.0]
    with pytest.raises(RuntimeError, match="leaf"):
        x.sort(axis=0)


def test_a_size_is_an_int_that_can_be_called():
    import copy
    import json
    import pickle

    x = fg.ones(2, 3)
    assert isinstance(x.size, int)
    assert x.size == 6
    assert json.dumps(x.size) == repr(x.size) == str(x.size) == "6"
    assert type(pickle.loads(pickle.dumps(x.size))) is type(copy.copy(x.size)) is int
    assert x.size() == x.shape
    with pytest.raises(IndexError):
        x.size(2)


def test_sizes_are_their_tensors_own_however_many_shapes_there_are():
    shapes = [(i, j) for i in range(20) for j in range(20)] + [(), (0,), (1,) * 16, (2**31, 0), (7, 1), (1, 7)]
    tensors = [fg.zeros(shape) for shape in shapes]
    held = [x.size for x in tensors]
    for _ in range(2):
        assert [(x.size, x.size()) for x in tensors] == [(math.prod(s), s) for s in shapes]
    assert [(size, size()) for size in held] == [(math.prod(s), s) for s in shapes]


def test_functions_are_their_doors_whatever_the_program_says(vocabulary):
    x = fg.tensor(GIVEN["x"])
    assert fg.max(x, 1).tolist() == [3.0, 5.0]
    assert fg.std(x).item() == pytest.approx(GIVEN["x"].std())
    assert fg.sort(x, 0).tolist() == np.sort(GIVEN["x"], 0).tolist()
    assert [p.shape for p in fg.split(x, 3, 1)] == [(2, 1)] * 3
    assert fg.max(x, fg.tensor(GIVEN["y"])).tolist() == np.maximum(GIVEN["x"], GIVEN["y"]).tolist()
    assert fg.min(x, fg.tensor(1.0)).tolist() == np.minimum(GIVEN["x"], 1.0).tolist()
