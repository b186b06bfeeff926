"""Parameters as functions of others: a module computes ``weight``, and what it is computed from is trained."""

from __future__ import annotations

from contextlib import contextmanager
from typing import TYPE_CHECKING, Any

from fastgrad._tensor import Tensor
from fastgrad.autograd._mode import no_grad
from fastgrad.errors import TensorValueError
from fastgrad.nn._common import check_owner
from fastgrad.nn.container import ModuleDict, ModuleList
from fastgrad.nn.module import Module, check_module
from fastgrad.nn.parameter import Parameter

if TYPE_CHECKING:
    from collections.abc import Iterator, Sequence

# Within `cached`: how many blocks there are, and what was computed in them.
_blocks = 0
_computed: dict[tuple[int, str], Any] = {}


@contextmanager
def cached() -> Iterator[None]:
    """Inside, each parametrized tensor is computed once, and taken again where it is used again.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.utils import parametrizations, parametrize
    >>> layer = parametrizations.weight_norm(fg.nn.Linear(2, 3))
    >>> with parametrize.cached():
    ...     layer.weight is layer.weight
    True
    """
    global _blocks
    _blocks += 1
    try:
        yield
    finally:
        _blocks -= 1
        if not _blocks:
            _computed.clear()


class ParametrizationList(ModuleList[Module]):
    """The parametrizations of a tensor, and what it is computed from: ``module.parametrizations.weight``.

    `register_parametrization` makes it. It is called without arguments, and gives the tensor.

    Parameters
    ----------
    modules : sequence of Module
        The first is given the originals, each other one what the one before returns.
    original : Tensor
        The tensor before.
    unsafe : bool, default False
        Whether dtype and shape may change.

    Attributes
    ----------
    original : Parameter or Tensor
        What is trained; ``original0``, ``original1`` and so on where the first one's ``right_inverse`` gives several.
    """

    def __init__(self, modules: Sequence[Module], original: Tensor, unsafe: bool = False) -> None:
        if not modules:
            raise TensorValueError("ParametrizationList: modules must be one or more, got none")
        super().__init__(modules)
        self.unsafe = unsafe
        shape, dtype = original.shape, original.dtype
        with no_grad():
            given = self._inverted(original, True)
        self.is_tensor: bool = isinstance(given, Tensor)
        self.ntensors: int = 1 if self.is_tensor else len(given)
        if isinstance(given, Tensor):
            if given.dtype != dtype:
                raise TensorValueError(
                    f"register_parametrization: right_inverse must keep the dtype {dtype} where it returns one tensor, "
                    f"got {given.dtype}"
                )
            if given is not original:
                original.data = given.detach()
            _register(self, "original", original)
        else:
            for i, tensor in enumerate(given):
                if not isinstance(tensor, Tensor):
                    raise TensorValueError(
                        "register_parametrization: right_inverse must return a tensor or a sequence of tensors, got a "
                        f"{type(tensor).__name__} in one"
                    )
                if isinstance(original, Parameter):
                    tensor = Parameter(tensor, original.requires_grad)
                _register(self, f"original{i}", tensor)
        if not unsafe:
            _check_kept(self(), shape, dtype, "the parametrization")

    def _inverted(self, value: Any, forgiving: bool) -> Any:
        """What a value is made of, by all ``right_inverse``, the last one's first."""
        for module in reversed(list(self)):
            if not hasattr(module, "right_inverse"):
                if not forgiving:
                    raise RuntimeError(
                        f"{type(module).__name__} has no right_inverse, so that the parametrized tensor cannot be set"
                    )
                continue
            try:
                value = module.right_inverse(value)
            except NotImplementedError:
                if not forgiving:
                    raise
        if not isinstance(value, (Tensor, tuple, list)):
            raise TensorValueError(
                "register_parametrization: right_inverse must return a tensor or a sequence of tensors, got a "
                f"{type(value).__name__}"
            )
        return value

    def originals(self) -> list[Tensor]:
        """What the tensor is computed from."""
        names = ["original"] if self.is_tensor else [f"original{i}" for i in range(self.ntensors)]
        return [getattr(self, name) for name in names]

    def right_inverse(self, value: Tensor) -> None:
        """Set the originals such that the tensor becomes this value."""
        with no_grad():
            given = self._inverted(value, False)
            tensors = [given] if isinstance(given, Tensor) else list(given)
            originals = self.originals()
            if len(tensors) != len(originals):
                raise TensorValueError(f"right_inverse must return {len(originals)} tensors, got {len(tensors)}")
            for original, tensor in zip(originals, tensors, strict=True):
                if tensor.dtype != original.dtype:
                    raise TensorValueError(f"right_inverse must return the dtype {original.dtype}, got {tensor.dtype}")
            for original, tensor in zip(originals, tensors, strict=True):
                if tensor.shape == original.shape:
                    original.copy_(tensor)
                else:
                    original.data = tensor.detach().clone()

    def forward(self) -> Tensor:
        first, *others = list(self)
        value: Tensor = first(*self.originals())
        for module in others:
            value = module(value)
        return value


def _register(module: Module, name: str, tensor: Tensor) -> None:
    if isinstance(tensor, Parameter):
        module.register_parameter(name, tensor)
    else:
        module.register_buffer(name, tensor)


def _check_kept(value: Any, shape: Any, dtype: Any, what: str) -> None:
    if not isinstance(value, Tensor):
        raise TensorValueError(f"register_parametrization: {what} must return a tensor, got a {type(value).__name__}")
    if value.dtype != dtype or value.shape != shape:
        raise TensorValueError(
            f"register_parametrization: {what} must keep shape {shape} and dtype {dtype} unless unsafe=True, got "
            f"{value.shape} and {value.dtype}"
        )


def _parametrized_class(kind: type) -> type:
    """A class for one module, on which its computed tensors become properties."""

    def reduce(self: Any, protocol: Any) -> Any:
        return _rebuild, (kind, list(self.parametrizations)), dict(self.__dict__)

    return type(f"Parametrized{kind.__name__}", (kind,), {"__reduce_ex__": reduce, "__module__": kind.__module__})


def _rebuild(kind: type, names: list[str]) -> Any:
    made: Any = _parametrized_class(kind)
    for name in names:
        setattr(made, name, _computed_property(name))
    return made.__new__(made)


def _computed_property(name: str) -> property:
    def get(self: Any) -> Any:
        if not _blocks:
            return self.parametrizations[name]()
        key = (id(self), name)
        if key not in _computed:
            _computed[key] = self.parametrizations[name]()
        return _computed[key]

    def put(self: Any, value: Any) -> None:
        self.parametrizations[name].right_inverse(value)

    return property(get, put)


def register_parametrization(
    module: Module, tensor_name: str, parametrization: Module, *, unsafe: bool = False
) -> Module:
    """Compute a parameter or buffer of a module by another module from what it was.

    Afterwards ``module.weight`` is ``parametrization(original)``, where ``original`` is the parameter
    ``module.parametrizations.weight.original``, which is trained. A tensor may have several, one after the other.

    Parameters
    ----------
    module : Module
        What has the tensor; its class becomes one of its own.
    tensor_name : str
        A parameter or buffer.
    parametrization : Module
        It may have a method ``right_inverse``, which says what to compute a value from, a tensor or several: what the
        original is at first, and when ``module.weight`` is assigned to.
    unsafe : bool, default False
        Whether dtype and shape may change; otherwise one call checks that they do not.

    Returns
    -------
    Module
        The same module, of a class of its own.

    Raises
    ------
    ValueError
        If there is no such tensor, or the parametrization does not fit.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.utils.parametrize import register_parametrization
    >>> class Symmetric(fg.nn.Module):
    ...     def forward(self, x):
    ...         return fg.triu(x) + fg.triu(x, 1).mT
    >>> layer = register_parametrization(fg.nn.Linear(3, 3), "weight", Symmetric())
    >>> bool((layer.weight == layer.weight.mT).all())
    True
    """
    check_owner(module, tensor_name, "register_parametrization", "tensor_name")
    check_module(parametrization)
    parametrization.train(module.training)
    if is_parametrized(module, tensor_name):
        parametrizations: Any = module.parametrizations[tensor_name]
        if not unsafe:
            now = getattr(module, tensor_name)
            value = parametrization(now)
            _check_kept(value, now.shape, now.dtype, "the parametrization")
            if hasattr(parametrization, "right_inverse"):
                try:
                    inverse = parametrization.right_inverse(value)
                except NotImplementedError:
                    pass
                else:
                    _check_kept(inverse, now.shape, now.dtype, "right_inverse of a parametrization after the first")
        parametrizations.append(parametrization)
        parametrizations.unsafe |= unsafe
        return module
    original: Tensor | None = module._parameters.get(tensor_name)
    if original is None:
        original = module._buffers.get(tensor_name)
    if original is None:
        raise TensorValueError(
            f"register_parametrization: {type(module).__name__} has no parameter or buffer {tensor_name!r}"
        )
    parametrizations = ParametrizationList([parametrization], original, unsafe=unsafe)
    delattr(module, tensor_name)
    if not is_parametrized(module):
        module.__class__ = _parametrized_class(type(module))
        module.parametrizations = ModuleDict()
    setattr(type(module), tensor_name, _computed_property(tensor_name))
    module.parametrizations[tensor_name] = parametrizations
    return module


def is_parametrized(module: Module, tensor_name: str | None = None) -> bool:
    """Whether a module has parametrized tensors, or that one.

    Examples
    --------
    >>> import fastgrad as fg
    >>> fg.nn.utils.parametrize.is_parametrized(fg.nn.Linear(2, 3))
    False
    """
    parametrizations = getattr(module, "parametrizations", None)
    if not isinstance(parametrizations, ModuleDict):
        return False
    return len(parametrizations) > 0 if tensor_name is None else tensor_name in parametrizations


def remove_parametrizations(module: Module, tensor_name: str, leave_parametrized: bool = True) -> Module:
    """Make a computed tensor a parameter or buffer again.

    Parameters
    ----------
    module : Module
        What has the tensor.
    tensor_name : str
        The tensor that is parametrized.
    leave_parametrized : bool, default True
        Whether it has the computed value then, or that of the original, which must be one tensor.

    Returns
    -------
    Module
        The same module, of its own class if nothing of it is parametrized any more.

    Raises
    ------
    ValueError
        If the tensor is not parametrized, or is computed from several and not left as it is.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.utils import parametrizations, parametrize
    >>> layer = parametrizations.weight_norm(fg.nn.Linear(2, 3))
    >>> type(parametrize.remove_parametrizations(layer, "weight")).__name__
    'Linear'
    """
    if not is_parametrized(module, tensor_name):
        raise TensorValueError(
            f"remove_parametrizations: {tensor_name!r} of {type(module).__name__} is not parametrized"
        )
    parametrizations: Any = module.parametrizations[tensor_name]
    originals = parametrizations.originals()
    if not parametrizations.is_tensor and not leave_parametrized:
        raise TensorValueError(
            f"remove_parametrizations: {tensor_name!r} is computed from {len(originals)} tensors; leave_parametrized "
            "must be True"
        )
    original = originals[0]
    if leave_parametrized:
        with no_grad():
            value = getattr(module, tensor_name).detach()
        if parametrizations.is_tensor:
            original.data = value
        elif isinstance(original, Parameter):
            original = Parameter(value, original.requires_grad)
        else:
            original = value
    delattr(type(module), tensor_name)
    del module.parametrizations[tensor_name]
    _register(module, tensor_name, original)
    if not is_parametrized(module):
        del module.parametrizations
        module.__class__ = type(module).__bases__[0]
    return module


def type_before_parametrizations(module: Module) -> type:
    """The class that a module had before it was parametrized; its class if it is not.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.utils import parametrizations, parametrize
    >>> parametrize.type_before_parametrizations(parametrizations.weight_norm(fg.nn.Linear(2, 3))).__name__
    'Linear'
    """
    return type(module).__bases__[0] if is_parametrized(module) else type(module)


def transfer_parametrizations_and_params(
    from_module: Module, to_module: Module, tensor_name: str | None = None
) -> Module:
    """Give a module the parametrizations of another, and the tensors that these compute from.

    Parameters
    ----------
    from_module : Module
        One that is parametrized.
    to_module : Module
        One with tensors of the same names, which are replaced.
    tensor_name : str, optional
        Of this tensor only.

    Returns
    -------
    Module
        `to_module`.

    Raises
    ------
    ValueError
        If `from_module` is not parametrized.
    """
    if not is_parametrized(from_module, tensor_name):
        which = "" if tensor_name is None else f"{tensor_name!r} of "
        raise TensorValueError(
            f"transfer_parametrizations_and_params: {which}{type(from_module).__name__} is not parametrized"
        )
    for name in [tensor_name] if tensor_name is not None else list(from_module.parametrizations):
        given: Any = from_module.parametrizations[name]
        if not hasattr(to_module, name):
            setattr(to_module, name, Parameter(getattr(from_module, name).detach().clone()))
        for parametrization in given:
            register_parametrization(to_module, name, parametrization, unsafe=given.unsafe)
        own: Any = to_module.parametrizations[name]
        for original, mine in zip(given.originals(), own.originals(), strict=True):
            mine.data = original.detach().clone()
    return to_module
