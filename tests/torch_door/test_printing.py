"""Tensors are shown as PyTorch shows them, to the character."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest

import fastgrad.torch as door

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

FLOATS = ("float32", "float64", "float16", "bfloat16")
DTYPES = (*FLOATS, "int64", "int32", "int16", "int8", "uint8", "uint16", "uint32", "uint64", "bool")
SPECIAL = (np.nan, np.inf, -np.inf, 0.0, -0.0)
OPTIONS: dict[str, list[Any]] = {
    "precision": [0, 1, 2, 6, 10],
    "threshold": [0, 1, 5, 100, 1000, float("inf")],
    "edgeitems": [0, 1, 2, 3, 5],
    "linewidth": [1, 10, 20, 40, 80, 200],
    "profile": ["default", "short", "full"],
    "sci_mode": [True, False, None],
}


@pytest.fixture(autouse=True)
def usual_options() -> Any:
    yield
    for library in (torch, door):
        library.set_printoptions(profile="default")
        library.set_default_dtype(library.float32)


def drawn_shape(random: np.random.RandomState) -> tuple[int, ...]:
    kind = random.randint(10)
    if kind == 0:
        return (int(random.choice([27, 300, 999, 1000, 1001, 3000])),)
    if kind == 1:
        return (int(random.randint(1, 4)), int(random.choice([20, 100, 500])))
    axes = int(random.choice([0, 1, 2, 2, 3, 4]))
    most = 6 if kind < 8 else 40 if axes < 3 else 12
    return tuple(int(random.randint(0 if random.rand() < 0.1 else 1, most)) for _ in range(axes))


def drawn_values(random: np.random.RandomState, shape: tuple[int, ...], dtype: str) -> np.ndarray:
    if dtype == "bool":
        return np.asarray(random.rand(*shape) < random.rand())
    if dtype not in FLOATS:
        low = 0 if dtype[0] == "u" or random.rand() < 0.5 else -100
        values = np.asarray(random.randint(low, 100, shape)).astype(dtype)
        return values * 10 ** int(random.randint(0, 16)) if dtype == "int64" else values
    values = np.asarray(random.standard_normal(shape))
    scales = [
        np.round(values * 10),
        np.round(values * 10 ** random.randint(0, 12)),
        values * 10.0 ** random.randint(-10, 10),
        values * 10.0 ** (random.standard_normal(shape) * random.choice([1, 3, 8])),
        np.abs(values) * 10.0 ** random.randint(-4, 5),
        values * 0,
        values,
    ]
    values = np.asarray(scales[random.randint(len(scales))])
    if values.size and random.rand() < 0.3:
        for special in random.choice(SPECIAL, 2):
            values[tuple(random.randint(n) for n in shape)] = special
    if random.rand() < 0.05:
        values[...] = random.choice(SPECIAL)
    with np.errstate(all="ignore"):
        return values.astype("float32" if dtype == "bfloat16" else dtype)


def in_library(library: Any, values: np.ndarray, dtype: str, history: int, turned: bool) -> Any:
    tensor = library.tensor(values).to(getattr(library, dtype))
    if turned and tensor.ndim > 1:
        tensor = tensor.transpose(0, 1)
    if dtype in FLOATS and history:
        tensor.requires_grad_()
        return tensor * 1 if history == 2 else tensor
    return tensor


@pytest.mark.parametrize("seed", range(20))
def test_drawn_tensors_are_shown_as_in_pytorch(seed: int) -> None:
    random = np.random.RandomState(seed)
    for _ in range(50):
        shape, dtype = drawn_shape(random), DTYPES[random.randint(len(DTYPES))]
        values = drawn_values(random, shape, dtype)
        history, turned, double = random.choice([0, 0, 1, 2]), random.rand() < 0.2, random.rand() < 0.1
        options = {name: choices[random.randint(len(choices))] for name, choices in OPTIONS.items()}
        chosen = random.rand(len(options)) < (0.5 if random.rand() < 0.5 else 0.0)
        options = {name: value for (name, value), has in zip(options.items(), chosen, strict=True) if has}
        shown = []
        for library in (torch, door):
            library.set_printoptions(**options)
            tensor = in_library(library, values, dtype, history, turned)
            library.set_default_dtype(library.float64 if double else library.float32)
            shown.append(repr(tensor))
            library.set_default_dtype(library.float32)
            library.set_printoptions(profile="default")
        assert shown[1] == shown[0], (shape, dtype, options)


@pytest.mark.parametrize("shape", [(0,), (0, 3), (2, 0), (0, 0), (3, 0, 2)])
@pytest.mark.parametrize("dtype", ["float32", "float64", "int64", "bool", "bfloat16"])
def test_empty_tensors(shape: tuple[int, ...], dtype: str) -> None:
    assert repr(door.zeros(shape, dtype=getattr(door, dtype))) == repr(torch.zeros(shape, dtype=getattr(torch, dtype)))


def test_tensors_of_ones_own_types_and_parameters() -> None:
    shown = []
    for library in (torch, door):

        class Points(library.Tensor):  # type: ignore[name-defined,misc]
            pass

        class Weight(library.nn.Parameter):  # type: ignore[name-defined,misc]
            pass

        values = library.arange(30.0).reshape(3, 10)
        shown.append(
            [
                repr(values.as_subclass(Points) if library is torch else Points(values)),
                repr(library.nn.Parameter(values)),
                repr(Weight(values)),
                repr(library.nn.Buffer(values)),
                str(library.nn.Parameter(values, requires_grad=False)),
                repr(library.nn.parameter.UninitializedParameter()),
            ]
        )
    assert shown[1] == shown[0]


def test_options_are_given_and_held_for_a_while() -> None:
    found = []
    for library in (torch, door):
        options = library._tensor_str
        with options.printoptions(precision=2, sci_mode=True):
            inside = options.get_printoptions(), repr(library.tensor([1.5]))
        found.append((inside, options.get_printoptions(), options.PRINT_OPTS.linewidth))
    assert found[1] == found[0]


def test_a_profile_that_is_none_changes_nothing_else() -> None:
    """YOLOv5 gives ``profile="long"``."""
    found = []
    for library in (torch, door):
        library.set_printoptions(linewidth=320, precision=5, profile="long")
        found.append((library._tensor_str.get_printoptions(), repr(library.tensor([1.5, 2.0]))))
        library.set_printoptions(profile="default")
    assert found[1] == found[0]


def test_lists_and_dicts_of_parameters_are_printed_as_there() -> None:
    def shown(t: Any) -> list[str]:
        nn = t.nn
        held = [t.ones(2, 3), nn.Parameter(t.ones(())), 3]
        named = {"a": nn.Parameter(t.ones(2, 3)), "b": nn.Parameter(t.ones(1, dtype=t.float64)), "c": "x"}
        several = nn.ModuleDict({"l": nn.ParameterList(held), "d": nn.ParameterDict(named)})
        single = nn.ModuleDict({"l": nn.ParameterList(held[:1]), "d": nn.ParameterDict({"a": named["a"]})})
        return [repr(several), repr(single), repr(nn.ParameterList()), repr(nn.ParameterDict())]

    assert shown(door) == shown(torch)
