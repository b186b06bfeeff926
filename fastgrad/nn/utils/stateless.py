"""Calling a module with other parameters than its own."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastgrad._arguments import check_instance
from fastgrad._tensor import Tensor
from fastgrad.errors import TensorValueError
from fastgrad.nn.module import Module

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping, Sequence


def functional_call(
    module: Module,
    parameters_and_buffers: Mapping[str, Tensor] | Sequence[Mapping[str, Tensor]],
    args: Any = None,
    kwargs: dict[str, Any] | None = None,
    *,
    tie_weights: bool = True,
    strict: bool = False,
) -> Any:
    """Call a module as if these tensors were its parameters and buffers.

    Gradients flow to the tensors; the module's own stay as they are. Buffers that the call updates in place are those
    given.

    Parameters
    ----------
    module : Module
        What is called; its own tensors are as they were afterwards.
    parameters_and_buffers : mapping of str to Tensor, or tuple of mappings
        By dotted names, as `Module.named_parameters` and `Module.named_buffers` give them.
    args : tuple or any, optional
        The positional arguments; what is no tuple is the only one.
    kwargs : dict, optional
        The keyword arguments.
    tie_weights : bool, default True
        Whether a tensor that the module has under several names is replaced under all of them.
    strict : bool, default False
        Whether all parameters and buffers must be given, and nothing else.

    Returns
    -------
    object
        What the module returns.

    Raises
    ------
    RuntimeError
        If keys are missing or unexpected (`strict`).
    ValueError
        If tied names are given different tensors.
    TypeError
        If `parameters_and_buffers` is no mapping of tensors.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.utils.stateless import functional_call
    >>> layer = fg.nn.Linear(2, 1)
    >>> weights = {"weight": fg.tensor([[1.0, 2.0]]), "bias": fg.tensor([3.0])}
    >>> functional_call(layer, weights, fg.tensor([[1.0, 1.0]])).tolist()
    [[6.0]]
    """
    check_instance(module, Module, "functional_call", "module")
    if isinstance(parameters_and_buffers, (tuple, list)) and all(hasattr(p, "items") for p in parameters_and_buffers):
        parts = [dict(part) for part in parameters_and_buffers]
        parameters_and_buffers = {name: tensor for part in parts for name, tensor in part.items()}
        if len(parameters_and_buffers) < sum(map(len, parts)):
            raise TensorValueError("functional_call: a name must stand in one of the mappings alone")
    if not hasattr(parameters_and_buffers, "items"):
        raise TypeError(
            f"functional_call: parameters_and_buffers must be a mapping, got a {type(parameters_and_buffers).__name__}"
        )
    given: dict[str, Tensor] = dict(parameters_and_buffers)  # type: ignore[arg-type]
    for name, tensor in given.items():
        if not isinstance(tensor, Tensor):
            raise TypeError(
                f"functional_call: parameters and buffers must be tensors, got a {type(tensor).__name__} for {name!r}"
            )
    own = dict(_named_tensors(module))
    if strict:
        _check_keys(own, given)
    if tie_weights:
        given = _tied(own, given)
    with _replaced(module, given, parameters_and_buffers):
        positional = args if isinstance(args, tuple) else () if args is None else (args,)
        return module(*positional, **(kwargs or {}))


def _named_tensors(module: Module) -> Iterator[tuple[str, Tensor]]:
    yield from module.named_parameters(remove_duplicate=False)
    yield from module.named_buffers(remove_duplicate=False)


def _check_keys(own: dict[str, Tensor], given: dict[str, Tensor]) -> None:
    missing, unexpected = [name for name in own if name not in given], [name for name in given if name not in own]
    said = []
    if unexpected:
        said.append("Unexpected key(s): " + ", ".join(map(repr, unexpected)) + ".")
    if missing:
        said.append("Missing key(s): " + ", ".join(map(repr, missing)) + ".")
    if said:
        raise RuntimeError("functional_call: " + " ".join(said))


def _tied(own: dict[str, Tensor], given: dict[str, Tensor]) -> dict[str, Tensor]:
    """What is given, under all names that a tensor of the module has."""
    names: dict[int, list[str]] = {}
    for name, tensor in own.items():
        names.setdefault(id(tensor), []).append(name)
    tied = dict(given)
    for same in names.values():
        of_these = [name for name in same if name in given]
        if any(given[name] is not given[of_these[0]] for name in of_these):
            raise TensorValueError(f"functional_call: {same} are one tensor, but are given several")
        if of_these:
            tied.update(dict.fromkeys(same, given[of_these[0]]))
    return tied


@contextmanager
def _replaced(module: Module, given: dict[str, Tensor], told: Any) -> Iterator[None]:
    """Inside, these are the module's tensors. What it assigns to their names is what was told in the end."""
    absent: Any = object()
    places = []
    for name in given:
        path, _, leaf = name.rpartition(".")
        owner = module.get_submodule(path)
        registries: list[dict[str, Any]] = [owner._parameters, owner._buffers]
        registry = next((held for held in registries if leaf in held), None)
        if registry is None and leaf in owner._modules:
            raise TensorValueError(f"functional_call: {name!r} is a module, not a parameter or buffer")
        before = absent if registry is None else registry[leaf]
        places.append((name, owner, leaf, registry, before, owner.__dict__.get(leaf, absent)))
    try:
        for (_, owner, leaf, registry, _, _), tensor in zip(places, given.values(), strict=True):
            if registry is not None:
                dict.__setitem__(registry, leaf, tensor)
            owner.__dict__[leaf] = tensor
        yield
    finally:
        for name, owner, leaf, registry, before, attribute in places:
            now = owner.__dict__.get(leaf)
            if name in told and isinstance(now, Tensor) and now is not told[name] and hasattr(told, "update"):
                told.update({name: now})
            if registry is not None:
                dict.__setitem__(registry, leaf, before)
            if attribute is absent:
                owner.__dict__.pop(leaf, None)
            else:
                owner.__dict__[leaf] = attribute
