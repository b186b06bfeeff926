"""Comparing a layer, or a function of networks, with PyTorch's: values, derivatives and state.

Both are given the same numbers, which float32 has too: fastgrad in a layout that is drawn, PyTorch in C order, since
its results depend on layouts here and there (the gradient of batch normalisation of images of width 1).

In float64 everything is equal to 1e-9 of its scale, second derivatives included. In float32 it is as near to that as
PyTorch's own float32 is, or as sums of the inputs' lengths may be: each addition rounds once, by at most half a unit in
the last place of its result. Inputs, and gradients to start from, being of order 1, so are the terms of
all sums: a result that is smaller by far is the difference of some.
"""

from __future__ import annotations

import inspect
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

import fastgrad

from .case import EXACT, Case, Constant, Draw, Each, Given, find

TERMS = 0.1
FLOAT32 = float(np.finfo(np.float32).eps)


@dataclass(frozen=True)
class Library:
    """One of both, for one dtype: its names, and tensors of arrays."""

    root: Any
    dtype: str

    def __getattr__(self, name: str) -> Any:
        return getattr(self.root, name)

    def tensor(self, array: np.ndarray) -> Any:
        """A tensor on the array's memory, with its strides."""
        return self.root.asarray(array) if self.root is fastgrad else torch.from_numpy(array)

    def float(self) -> Any:
        """The dtype's object."""
        return getattr(self.root, self.dtype)


@dataclass(frozen=True)
class _Laid:
    """An array with a layout to be brought into."""

    array: np.ndarray
    order: tuple[int, ...]  # of its axes in memory
    step: int  # of the last of them
    offset: int
    constant: bool

    def as_dtype(self, dtype: str, in_layout: bool) -> np.ndarray:
        """Newly made, in that dtype if it is a floating one."""
        array = self.array.astype(dtype if self.array.dtype.kind == "f" else self.array.dtype)
        if not in_layout:
            return np.ascontiguousarray(array).reshape(array.shape)
        shape = [array.shape[axis] for axis in self.order]
        if shape:
            shape[-1] = shape[-1] * self.step
        memory = np.full(int(np.prod(shape)) + self.offset, 7, dtype=array.dtype)[self.offset :].reshape(shape)
        view = memory[..., :: self.step] if shape else memory
        view = view.transpose(np.argsort(self.order)) if shape else view
        view[...] = array
        return view


def _lay_out(case: Case, drawn: Draw, value: Any) -> Any:
    """Arrays with a drawn layout each."""
    if isinstance(value, (np.ndarray, Constant)):
        array = value.array if isinstance(value, Constant) else value
        order, step, offset = tuple(range(array.ndim)), 1, 0
        if case.layouts and drawn.flag():
            order = tuple(int(axis) for axis in drawn.rng.permutation(array.ndim))
            step, offset = drawn.integer(1, 2), drawn.integer(0, 1)
        return _Laid(array, order, step, offset, isinstance(value, Constant) or array.dtype.kind != "f")
    return _mapped(lambda part: _lay_out(case, drawn, part), value)


def laid_out(case: Case, drawn: Draw, given: Given) -> Given:
    """A configuration with a layout for each array."""
    parts = given.inputs, given.options, given.args, given.kwargs
    return Given(*(_lay_out(case, drawn, part) for part in parts))


def _mapped(change: Callable[[Any], Any], value: Any) -> Any:
    """Lists, tuples and dicts of what becomes of their parts."""
    if isinstance(value, dict):
        return {key: change(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)) and not hasattr(value, "_fields"):
        return type(value)(change(part) for part in value)
    return value


def _made(lib: Library, value: Any, leaves: list[Any] | None) -> Any:
    """What a library is given for a drawn value; tensors that require gradients are noted among the leaves."""
    if isinstance(value, _Laid):
        tensor = lib.tensor(value.as_dtype(lib.dtype, lib.root is fastgrad))
        if not value.constant and leaves is not None:
            leaves.append(tensor.requires_grad_(True))
        return tensor
    if isinstance(value, Each):
        takes = len(inspect.signature(value.make).parameters)
        made = value.make(*(lib, lambda v: lib.tensor(np.asarray(v, dtype=_dtype(lib, v))))[:takes])
        return made.to(lib.float()) if hasattr(made, "state_dict") else made
    return _mapped(lambda part: _made(lib, part, leaves), value)


def _dtype(lib: Library, value: Any) -> Any:
    array = np.asarray(value)
    return lib.dtype if array.dtype.kind == "f" else array.dtype


# ---- what came out ---------------------------------------------------------------------------------------------------


def tensors(value: Any) -> Iterator[Any]:
    """The tensors in what a call gave."""
    if isinstance(value, Mapping):
        value = tuple(value.values())
    if isinstance(value, (tuple, list)):
        for part in value:
            yield from tensors(part)
    elif value is not None and hasattr(value, "requires_grad"):
        yield value


def structure(value: Any) -> Any:
    """What a call gave, with dtypes and shapes in place of tensors."""
    if isinstance(value, Mapping):
        return {key: structure(part) for key, part in value.items()}
    if isinstance(value, (tuple, list)):
        fields = getattr(value, "_fields", type(value).__name__)
        return (fields, *(structure(part) for part in value))
    if hasattr(value, "requires_grad"):
        return str(value.dtype).rpartition(".")[2], tuple(value.shape), bool(value.requires_grad)
    return value


def array(tensor: Any) -> np.ndarray | None:
    """A tensor's values."""
    if tensor is None:
        return None
    if isinstance(tensor, torch.Tensor):
        return np.array(tensor.numpy(force=True))  # of zeros that are not in memory, too
    return np.array(tensor.detach().numpy())


@dataclass
class Result:
    """All that is compared of a call, by what it is."""

    structure: Any
    arrays: dict[str, list[np.ndarray | None]]


def derivatives(lib: Library, outputs: list[Any], leaves: list[Any], draw: Draw, second: bool) -> dict[str, Any]:
    """Gradients of a weighted sum of the outputs, and of one of these."""
    found: dict[str, Any] = {}
    recorded = [out for out in outputs if out.requires_grad and out.is_floating_point()]
    if not recorded or not leaves:
        return found
    grad = lib.root.autograd.grad
    weights = [weight(lib, draw, out) for out in recorded]
    first = grad(recorded, leaves, weights, create_graph=second, allow_unused=True)
    found["gradients"] = [array(g) for g in first]
    if not second:
        return found
    weights = [weight(lib, draw, leaf) for leaf in leaves]
    again = [i for i, g in enumerate(first) if g is not None and g.requires_grad]
    if again:
        try:
            twice = grad([first[i] for i in again], leaves, [weights[i] for i in again], allow_unused=True)
        except RuntimeError as error:
            if lib.root is torch and ("not implemented" in str(error) or "once_differentiable" in str(error)):
                return found
            raise
        found["second derivatives"] = [array(g) for g in twice]
    else:
        found["second derivatives"] = [None] * len(leaves)
    return found


def weight(lib: Library, draw: Draw, like: Any) -> Any:
    """Random numbers of a tensor's shape."""
    return lib.tensor(draw.normal(tuple(like.shape)).astype(lib.dtype))


def compare(name: str, found: list[Any], expected: list[Any], own: list[Any] | None, allowed: float) -> None:
    """Arrays are equal to `allowed` of their scale, or to four times the error that `own`, PyTorch's in the same dtype,
    has."""
    assert len(found) == len(expected), name
    largest = max((_largest(e) for e in expected if e is not None), default=0.0)
    for i, (f, e) in enumerate(zip(found, expected, strict=True)):
        if f is None or e is None:  # a gradient that is none, and one that is 0, mean the same
            rest = e if f is None else f
            assert rest is None or not np.any(rest), f"{name} {i}: one is None"
            continue
        assert f.shape == e.shape, f"{name} {i}: shape {f.shape}, PyTorch's is {e.shape}"
        if e.dtype.kind not in "fc":
            np.testing.assert_array_equal(f, e, err_msg=f"{name} {i}")
            continue
        f64 = f.astype(np.float64)
        tolerance = allowed * max(_largest(e), 1e-3 * largest, TERMS if own is not None else 1e-3 * TERMS)
        if own is not None and own[i] is not None:
            error = np.abs(own[i].astype(np.float64) - e)
            tolerance = max(tolerance, 4.0 * _largest(error))
        np.testing.assert_allclose(f64, e, rtol=0.0, atol=tolerance, err_msg=f"{name} {i}")


def _largest(x: np.ndarray) -> float:
    x = np.abs(x[np.isfinite(x)]) if x.dtype.kind == "f" else x
    return float(x.max()) if x.dtype.kind == "f" and x.size else 0.0


# ---- a case ----------------------------------------------------------------------------------------------------------


def check(case: Case, seed: int) -> None:
    """Compare one configuration."""
    draw = Draw(seed, case.name)
    drawn = case.draw(draw)
    given = _some_by_name(case, draw, laid_out(case, draw, drawn))
    try:
        check_given(case, given, draw.integer(0, 2**31))
    except AssertionError as error:
        raise AssertionError(f"{described(case, given)}: {error}") from error


def is_accepted(case: Case, seed: int) -> bool:
    """Whether PyTorch takes a configuration, so that more is compared than that both refuse it."""
    draw = Draw(seed, case.name)
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            run(case, Library(torch, "float64"), laid_out(case, draw, case.draw(draw)), None, 0)
    except Exception:
        return False
    return True


def check_given(case: Case, given: Given, noise: int) -> None:
    """Compare one configuration, its inputs as they lie."""
    theirs, ours = Library(torch, "float64"), Library(fastgrad, "float64")
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            expected = run(case, theirs, given, None, noise)
        except Exception as error:
            refused(case, ours, given, error)
            return
        state = expected.state
        found = run(case, ours, given, state, noise)
        compare_runs(found, expected, None, case.exact * EXACT)
        narrow = [run(case, Library(root, "float32"), given, state, noise) for root in (fastgrad, torch)]
        compare_runs(narrow[0], expected, narrow[1], case.float32 * FLOAT32 * (16 + 4 * np.sqrt(_length(given))))


def refused(case: Case, ours: Library, given: Given, error: Exception) -> None:
    """What PyTorch refuses is refused."""
    try:
        run(case, ours, given, None, 0)
    except (RuntimeError, ValueError, TypeError, IndexError, NotImplementedError):
        return
    raise AssertionError(f"PyTorch refuses {described(case, given)}: {error}") from error


def described(case: Case, given: Given) -> str:
    """A configuration in words."""

    def short(value: Any) -> Any:
        if isinstance(value, _Laid):
            return f"<{value.array.dtype} {value.array.shape} in order {value.order}>"
        return _mapped(short, value)

    return f"{case.name} made with {short(given.args)} {short(given.kwargs)}, on {short(given.inputs)} " + str(
        short(given.options)
    )


def _length(given: Given) -> float:
    """The longest sum that a result of these inputs is likely to be."""
    sizes = [1.0]

    def note(value: Any) -> Any:
        if isinstance(value, _Laid):
            sizes.append(float(value.array.size))
        return _mapped(note, value)

    for part in (given.inputs, given.options):
        note(part)
    return max(sizes)


def _some_by_name(case: Case, draw: Draw, given: Given) -> Given:
    """A function's arguments, the last ones of those by position given by name instead."""
    if case.is_layer or not case.named or case.invoke is not None or not given.inputs:
        return given
    names = [
        name
        for name, parameter in inspect.signature(find(fastgrad, case.name)).parameters.items()
        if parameter.kind is inspect.Parameter.POSITIONAL_OR_KEYWORD
    ]
    if len(names) < len(given.inputs):
        return given
    kept = draw.integer(0, len(given.inputs))
    by_name = dict(zip(names[kept:], given.inputs[kept:], strict=False))
    return Given(given.inputs[:kept], {**by_name, **given.options})


@dataclass
class Run:
    """What a library made of a configuration."""

    results: list[Result]
    state: dict[str, np.ndarray] | None
    text: str
    keys: list[tuple[str, tuple[int, ...], str]]


def run(case: Case, lib: Library, given: Given, state: dict[str, np.ndarray] | None, noise: int) -> Run:
    """Make the layer, give it the state (PyTorch's is moved at random, and given back), and call it in each mode."""
    if not case.is_layer:
        return Run([called(case, lib, find(lib.root, case.name), given, [], noise, None)], None, "", [])
    args, kwargs = _made(lib, given.args, None), _made(lib, given.kwargs, None)
    made = find(lib.root, case.name)(*args, **kwargs) if case.make is None else case.make(lib, *args, **kwargs)
    module = made.to(lib.float())
    call_once_if_lazy(case, lib, module, given)
    if state is None:
        state = moved(module, Draw(noise, "state"), case.perturb)
    load(lib, module, state)
    keys = [
        (key, tuple(value.shape), str(value.dtype).rpartition(".")[2]) for key, value in module.state_dict().items()
    ]
    results = []
    for training in case.modes:
        module.train(training)
        leaves = [p for p in module.parameters() if p.requires_grad]
        results.append(called(case, lib, module, given, leaves, noise, module))
    return Run(results, state, repr(module), keys)


def call_once_if_lazy(case: Case, lib: Library, module: Any, given: Given) -> None:
    """A lazy layer makes its parameters when it is first called."""
    if getattr(module, "has_uninitialized_params", bool)():
        with lib.root.no_grad():
            invoke(case, lib, module, _made(lib, given.inputs, []), _made(lib, given.options, []))
        module.to(lib.float())


def moved(module: Any, draw: Draw, perturb: bool) -> dict[str, np.ndarray]:
    """A layer's state with noise, as float32 has it: initial zeros and ones would hide what they are for."""
    state = {}
    for key, value in module.state_dict().items():
        x = np.array(value.detach().numpy())
        dtype = x.dtype
        if x.dtype.kind == "f" and perturb:
            noise = draw.rng.normal(size=x.shape)
            x = x * np.exp(0.3 * noise) if key.endswith("var") else x + 0.2 * noise
        state[key] = np.asarray(x, np.float32).astype(dtype) if dtype.kind == "f" else x
    return state


def load(lib: Library, module: Any, state: dict[str, np.ndarray]) -> None:
    """Give a layer a state."""
    own = module.state_dict()
    assert list(own) == list(state), f"state_dict has {list(own)}, PyTorch's {list(state)}"
    module.load_state_dict(
        {key: lib.tensor(x.astype(lib.dtype) if x.dtype.kind == "f" else np.array(x)) for key, x in state.items()}
    )


def invoke(case: Case, lib: Library, member: Any, inputs: tuple[Any, ...], options: dict[str, Any]) -> Any:
    """Call a layer or a function."""
    return member(*inputs, **options) if case.invoke is None else case.invoke(lib, member, inputs, options)


def called(
    case: Case, lib: Library, member: Any, given: Given, parameters: list[Any], noise: int, module: Any
) -> Result:
    """Call it and differentiate what it gives."""
    leaves: list[Any] = []
    inputs, options = _made(lib, given.inputs, leaves), _made(lib, given.options, leaves)
    writes = given.options.get("inplace") or given.kwargs.get("inplace")
    written = None
    if writes and leaves:  # to its input, which may not be a leaf
        written = leaves[0] * 1
        inputs = tuple(written if part is leaves[0] else part for part in inputs)
        options = {key: written if part is leaves[0] else part for key, part in options.items()}
    output = invoke(case, lib, member, inputs, options)
    arrays: dict[str, list[np.ndarray | None]] = {}
    outputs = list(tensors(output))
    arrays["outputs"] = [array(out) for out in outputs]
    if written is not None:
        arrays["what was written to"] = [array(written)]
    second = case.second is True and lib.dtype == "float64"
    arrays.update(derivatives(lib, outputs, [*leaves, *parameters], Draw(noise, "weights"), second))
    if module is not None:
        arrays["buffers"] = [array(b) for b in module.buffers()]
    return Result(structure(output), arrays)


def compare_runs(found: Run, expected: Run, own: Run | None, allowed: float) -> None:
    """Compare all that both runs gave."""
    assert found.text == expected.text
    if own is None:
        assert found.keys == expected.keys
    for i, (mine, theirs) in enumerate(zip(found.results, expected.results, strict=True)):
        if own is None:
            assert mine.structure == theirs.structure
        else:
            assert mine.structure == own.results[i].structure
        for kind, arrays in theirs.arrays.items():
            if own is None:
                compare(kind, mine.arrays[kind], arrays, None, allowed)
            elif kind in own.results[i].arrays:
                compare(f"{kind} in float32", mine.arrays[kind], arrays, own.results[i].arrays[kind], allowed)
