"""Runs a call of NumPy's twice, with NumPy and with the door, and compares results, dtypes, inputs and gradients."""

from __future__ import annotations

from typing import Any

import numpy

import fastgrad as fg
import fastgrad.numpy


def arrays() -> dict[str, numpy.ndarray]:
    """What the calls are about, by the names that they use. Only float64 is differentiated by."""
    rng = numpy.random.default_rng(3)
    square = rng.standard_normal((4, 4))
    with_nan = rng.standard_normal((3, 4))
    with_nan[[0, 2], [1, 3]] = numpy.nan
    return {
        "x": rng.standard_normal((3, 4)),
        "y": rng.standard_normal((3, 4)),
        "p": rng.uniform(0.2, 0.9, (3, 4)),  # probabilities: in every function's domain
        "v": rng.standard_normal(4),
        "w": rng.standard_normal(4),
        "z": rng.standard_normal((2, 3, 4)),
        "m": square @ square.T + 4 * numpy.eye(4),  # symmetric, positive definite
        "f": rng.standard_normal((3, 4)).astype(numpy.float32),
        "i": rng.integers(-5, 6, (3, 4)),
        "j": rng.integers(1, 5, 4),
        "k": numpy.array([2, 0, 1]),
        "b": rng.standard_normal((3, 4)) > 0,
        "n": with_nan,
        "c": rng.standard_normal(3) + 1j * rng.standard_normal(3),
        "t": numpy.array(["b", "a", "c", "a"]),
    }


def names_in(call: str) -> list[str]:
    import ast

    return sorted({node.id for node in ast.walk(ast.parse(call)) if isinstance(node, ast.Name)} & set(arrays()))


def run(call: str, np: Any, inputs: dict[str, Any]) -> Any:
    """Evaluate a call; of several statements the last one's value."""
    *before, last = call.split("; ")
    names = {"np": np, **inputs}
    with numpy.errstate(all="ignore"):
        for statement in before:
            exec(statement, names)
        return eval(last, names)


def in_door(value: numpy.ndarray) -> Any:
    return fg.tensor(value) if value.dtype.kind in "biuf" else value


def same(ours: Any, theirs: Any, call: str, *, tolerance: float = 1e-11) -> None:
    """Assert that two results are alike: in kind, shape, dtype and value."""
    if isinstance(theirs, (tuple, list)):
        assert isinstance(ours, (tuple, list)), f"{call}: {type(ours)} is no sequence"
        assert len(ours) == len(theirs), call
        for one, other in zip(ours, theirs, strict=True):
            same(one, other, call, tolerance=tolerance)
        return
    if not isinstance(theirs, (numpy.ndarray, numpy.generic, bool, int, float, complex)):
        assert ours is theirs or ours == theirs, f"{call}: {ours!r} is not {theirs!r}"
        return
    if isinstance(theirs, numpy.ndarray) and theirs.dtype.kind in "biuf":
        assert isinstance(ours, fg.Tensor), f"{call}: a {type(ours).__name__} is no tensor"
    if isinstance(theirs, numpy.generic):
        assert isinstance(ours, type(theirs)), f"{call}: a {type(ours).__name__} is no {type(theirs).__name__}"
    if hasattr(theirs, "dtype"):
        assert ours.dtype == theirs.dtype, f"{call}: dtype {ours.dtype}, NumPy's is {theirs.dtype}"
    array = ours.detach().numpy() if isinstance(ours, fg.Tensor) else numpy.asarray(ours)
    expected = numpy.asarray(theirs)
    if expected.dtype.kind in "fc":
        rtol = 2e-6 if expected.dtype.itemsize == 4 else 2e-3 if expected.dtype.itemsize == 2 else tolerance
        numpy.testing.assert_allclose(array, expected, rtol, rtol, err_msg=call, strict=isinstance(ours, fg.Tensor))
    else:
        numpy.testing.assert_array_equal(array, expected, err_msg=call)


def compare(call: str) -> None:
    """Assert that the door answers a call as NumPy does, and leaves its inputs as NumPy does."""
    theirs_in = {name: arrays()[name] for name in names_in(call)}
    ours_in = {name: in_door(arrays()[name]) for name in theirs_in}
    theirs = run(call, numpy, theirs_in)
    ours = run(call, fastgrad.numpy, ours_in)
    same(ours, theirs, call)
    for name, value in theirs_in.items():
        same(ours_in[name], value, f"{name} after {call}")


def floats_of(result: Any) -> list[Any]:
    if isinstance(result, (tuple, list)):
        return [one for part in result for one in floats_of(part)]
    return [result] if getattr(result, "dtype", None) in (numpy.float64, numpy.float32) else []


def compare_gradients(call: str) -> None:
    """Assert that a call's gradients by its float64 inputs are those of finite differences of NumPy's function."""
    values = {name: arrays()[name] for name in names_in(call)}
    followed = [name for name, value in values.items() if value.dtype == numpy.float64]
    assert followed, f"{call} has no float64 input"
    weights = numpy.random.default_rng(5)
    scale = [
        weights.standard_normal(numpy.shape(one))
        for one in floats_of(run(call, numpy, {name: value.copy() for name, value in values.items()}))
    ]

    def loss(changed: dict[str, numpy.ndarray]) -> float:
        results = floats_of(run(call, numpy, {name: value.copy() for name, value in changed.items()}))
        return float(sum(numpy.sum(one * weight) for one, weight in zip(results, scale, strict=True)))

    leaves = {name: in_door(value) for name, value in values.items()}
    for name in followed:
        leaves[name].requires_grad_()
    # what a call writes to is no leaf
    inputs = {name: leaf.clone() if name in followed else leaf for name, leaf in leaves.items()}
    results = floats_of(run(call, fastgrad.numpy, inputs))
    assert any(getattr(one, "requires_grad", False) for one in results), f"{call}: no result has a history"
    sum((one * fg.tensor(weight)).sum() for one, weight in zip(results, scale, strict=True)).backward()
    step = 1e-6
    for name in followed:
        expected = numpy.zeros_like(values[name])
        for place in numpy.ndindex(values[name].shape):
            up, down = (dict(values, **{name: values[name].copy()}) for _ in range(2))
            up[name][place] += step
            down[name][place] -= step
            expected[place] = (loss(up) - loss(down)) / (2 * step)
        found = leaves[name].grad
        found = numpy.zeros_like(expected) if found is None else found.numpy()
        scale_of = 1 + numpy.abs(expected).max(initial=0.0)
        numpy.testing.assert_allclose(found / scale_of, expected / scale_of, 1e-6, 1e-6, err_msg=f"{call} by {name}")
