"""Each function of the door gives what PyTorch's gives, called by position, by keyword and as a method."""

from __future__ import annotations

from operator import attrgetter
from typing import Any

import numpy as np
import pytest

import fastgrad.torch as door

from .calls import CALLS, Call, Drawn

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

SIDES = (torch, door)
pytestmark = pytest.mark.filterwarnings("ignore:.*(deprecated|torch.scatter|torch.meshgrid|torch.cross|is in beta)")


def made(value: Any, library: Any, random: np.random.RandomState, dtype: str, leaves: list[Any] | None) -> Any:
    """An argument of one library; floats are leaves where gradients are wanted."""
    if isinstance(value, Drawn):
        array = value.array(random)
        if array.dtype.kind == "f":
            array = array.astype(dtype)
        tensor = library.tensor(array)
        if leaves is not None and array.dtype.kind == "f":
            tensor.requires_grad_(True)
            leaves.append(tensor)
        return tensor
    if isinstance(value, (list, tuple)):
        return type(value)(made(v, library, random, dtype, leaves) for v in value)
    return value


def parts(result: Any) -> list[Any]:
    if isinstance(result, (tuple, list)):
        return [part for item in result for part in parts(item)]
    return [result]


def name(dtype: Any) -> str:
    return str(dtype).rpartition(".")[2]


# Of named tuples.
FIELDS = """
    values indices min max sign logabsdet eigenvalues eigenvectors Q R U S V Vh L info LU pivots P solution residuals
    rank singular_values inverse result a tau cloned_coefficient hist bin_edges mantissa exponent
""".split()  # noqa: SIM905


def compare(theirs: Any, ours: Any, rtol: float, same_dtype: bool = True) -> None:
    """Kinds of results, fields' names, shapes, dtypes, values."""
    if isinstance(theirs, (tuple, list)) and not isinstance(theirs, torch.Size):
        assert isinstance(ours, (tuple, list))
        assert len(ours) == len(theirs)
        for field in FIELDS:
            assert hasattr(ours, field) == hasattr(theirs, field), field
        for a, b in zip(theirs, ours, strict=True):
            compare(a, b, rtol)
        return
    assert isinstance(ours, door.Tensor) == isinstance(theirs, torch.Tensor)
    if not isinstance(theirs, torch.Tensor):
        assert type(ours) is type(theirs)
        assert ours == theirs
        return
    assert tuple(ours.shape) == tuple(theirs.shape)
    if same_dtype:
        assert name(ours.dtype) == name(theirs.dtype)
    rtol = max(rtol, 1e-6) if name(ours.dtype) == "float32" else rtol
    np.testing.assert_allclose(ours.detach().numpy(), theirs.detach().numpy(), rtol, rtol)


def arguments(call: Call, library: Any, dtype: str, leaves: list[Any] | None = None) -> list[Any]:
    random = np.random.RandomState(len(call.name) + 1)
    return [made(value, library, random, dtype, leaves) for value in call.arguments]


def ways(call: Call, library: Any, given: list[Any]) -> dict[str, Any]:
    """How it can be called: functions of no arguments."""
    function = attrgetter(call.name)(library)
    names = call.parameters.split()
    plain = [n for n in names if not n.startswith("*")][: len(given)] if names else [""] * len(given)
    rest = {n[1:]: v for n, v in zip(names, given, strict=False) if n.startswith("*")}
    first = given[: len(given) - len(rest)]
    found = {"position": lambda: function(*first, **rest)}
    if call.keywords and names:
        found["keyword"] = lambda: function(**dict(zip(plain, first, strict=True)), **rest)
        if len(first) > 1:
            found["first by position"] = lambda: function(
                first[0], **dict(zip(plain[1:], first[1:], strict=True)), **rest
            )
    if call.method and hasattr(torch.Tensor, call.name):
        found["method"] = lambda: getattr(first[0], call.name)(*first[1:], **rest)
        if call.keywords and names:
            found["method by keyword"] = lambda: getattr(first[0], call.name)(
                **dict(zip(plain[1:], first[1:], strict=True)), **rest
            )
    return found


IDS = [f"{i}-{call!r}" for i, call in enumerate(CALLS)]


@pytest.mark.parametrize("call", CALLS, ids=IDS)
@pytest.mark.parametrize(("dtype", "rtol"), [("float64", 1e-9), ("float32", 1e-5)])
def test_results_are_pytorchs(call, dtype, rtol):
    both = [ways(call, library, arguments(call, library, dtype)) for library in SIDES]
    for way, theirs in both[0].items():
        try:
            expected = theirs()
        except (TypeError, AttributeError):
            continue  # PyTorch does not take it so
        compare(expected, both[1][way](), rtol)


@pytest.mark.parametrize(
    "call", [c for c in CALLS if c.gradient], ids=[i for i, c in zip(IDS, CALLS, strict=True) if c.gradient]
)
def test_gradients_are_pytorchs(call):
    found = []
    for library in SIDES:
        leaves: list[Any] = []
        given = arguments(call, library, "float64", leaves)
        result = ways(call, library, given)["position"]()
        results = [r for r in parts(result) if isinstance(r, library.Tensor) and r.requires_grad]
        weights = [np.random.RandomState(7).uniform(0.5, 1.5, tuple(r.shape)) for r in results]
        total = sum((r * library.tensor(w)).sum() for r, w in zip(results, weights, strict=True))
        if results:
            total.backward()
        found.append(
            [0.0 if leaf.grad is None else leaf.grad.numpy(force=True) for leaf in leaves]
        )  # no gradient is one of 0
    for theirs, ours in zip(*found, strict=True):
        np.testing.assert_allclose(
            np.broadcast_to(ours, np.shape(theirs)) if np.ndim(theirs) else ours, theirs, 1e-9, 1e-9
        )


@pytest.mark.parametrize("call", CALLS, ids=IDS)
def test_what_is_a_view_there_is_one_here(call):
    """A write to the argument is seen in the result, or is not, as in PyTorch."""
    seen = []
    for library in SIDES:
        given = arguments(call, library, "float32")
        source = next((t for t in parts(given) if isinstance(t, library.Tensor) and t.numel()), None)
        if source is None or call.name in ("as_tensor",):
            return
        results = [r for r in parts(ways(call, library, given)["position"]()) if isinstance(r, library.Tensor)]
        before = [r.clone() for r in results]
        source.copy_(~source if source.dtype == library.bool else source + 1)
        seen.append([bool((a != b).any()) for a, b in zip(before, results, strict=True)])
    assert seen[0] == seen[1]


@pytest.mark.parametrize("name", ["xlogy", "special.xlog1py"])
def test_a_factor_of_zero_has_the_logarithm_as_its_derivative(name):
    found = []
    for library in SIDES:
        x = library.tensor([0.0, 0.0, 0.0, 1.0], dtype=library.float64, requires_grad=True)
        y = library.tensor([2.0, 0.5, 3.0, 3.0], dtype=library.float64, requires_grad=True)
        attrgetter(name)(library)(x, y).sum().backward()
        found.append(np.concatenate([x.grad.numpy(), y.grad.numpy()]))
    np.testing.assert_allclose(found[1], found[0], rtol=1e-12)


def is_tensor_first(call: Call) -> bool:
    return bool(call.arguments) and isinstance(call.arguments[0], Drawn) and "." not in call.name


IN_PLACE = [c for c in CALLS if is_tensor_first(c) and hasattr(torch.Tensor, f"{c.name}_")]


@pytest.mark.parametrize("call", IN_PLACE, ids=[repr(c) for c in IN_PLACE])
def test_what_writes_in_place_is_pytorchs(call):
    """As a method, and where torch has it as a function, too; what it returns is the tensor."""
    for own in (False, True):
        found = []
        for library in SIDES:
            first, *given = arguments(call, library, "float32")
            names = call.parameters.split()[1:]
            rest = {n[1:]: v for n, v in zip(names, given, strict=False) if n.startswith("*")}
            given = given[: len(given) - len(rest)]
            function = getattr(library.Tensor, f"{call.name}_") if own else getattr(library, f"{call.name}_", None)
            if function is None:
                return
            try:
                returned = function(first, *given, **rest)
            except (RuntimeError, TypeError, IndexError, ValueError):
                if library is torch:
                    break
                raise
            assert returned is first
            found.append(first)
        if found:
            compare(*found, 1e-5)


OUT = [c for c in CALLS if c.name not in door._NETWORKS.split()]


@pytest.mark.parametrize("call", OUT, ids=[f"{i}-{c!r}" for i, c in enumerate(OUT)])
def test_what_is_given_as_out_is_written_to(call):
    """Where PyTorch takes it."""
    names = call.parameters.split()
    found = []
    for library in SIDES:
        given = arguments(call, library, "float32")
        rest = {n[1:]: v for n, v in zip(names, given, strict=False) if n.startswith("*")}
        function = attrgetter(call.name)(library)
        plain = function(*given[: len(given) - len(rest)], **rest)
        parts_of = plain if isinstance(plain, tuple) else (plain,)
        if not all(isinstance(p, library.Tensor) for p in parts_of):
            return
        outs = tuple(library.empty(0, dtype=p.dtype) for p in parts_of)
        out = outs if isinstance(plain, tuple) else outs[0]
        try:
            returned = function(*given[: len(given) - len(rest)], **rest, out=out)
        except (TypeError, RuntimeError):
            if library is torch:
                return  # it takes none
            raise
        same = all(a is b for a, b in zip(returned if isinstance(plain, tuple) else (returned,), outs, strict=True))
        if library is torch and not same:
            return  # chain_matmul takes it, and leaves it
        assert same
        found.append(outs)
    compare(*found, 1e-5)


ALONG = [c for c in CALLS if {"dim", "*dim"} & set(c.parameters.split()) and is_tensor_first(c)]


@pytest.mark.parametrize("call", ALONG, ids=[f"{i}-{c!r}" for i, c in enumerate(ALONG)])
def test_an_axis_that_is_not_there_is_an_index_error(call):
    names = [n.lstrip("*") for n in call.parameters.split()]
    for library in SIDES:
        given = dict(zip(names, arguments(call, library, "float32"), strict=False))
        given["dim"] = 7
        first = given.pop(names[0])
        function = attrgetter(call.name)(library)
        try:
            function(first, **given)
        except IndexError:
            continue
        except (TypeError, RuntimeError, ValueError):
            if library is torch:
                return  # another error, or another signature
            raise
        raise AssertionError("no error")
