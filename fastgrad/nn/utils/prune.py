"""Masks on parameters: networks that are trained, or used, with weights taken away.

A pruned ``weight`` is computed before each call, as ``weight_orig * weight_mask``: the first is the parameter, the
second a buffer of zeros and ones.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Any, ClassVar, TypeVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad._tensor.convert import axis_number, real, whole
from fastgrad.errors import TensorValueError
from fastgrad.nn._common import check_owner

if TYPE_CHECKING:
    from fastgrad.nn.module import Module

M = TypeVar("M", bound="Module")


class BasePruningMethod:
    """Base class of ways to choose what is taken away, and the hook that takes it away before each call.

    A subclass defines ``compute_mask(t, default_mask)``, which gives a mask of the shape of the scores `t` that has
    zeros wherever `default_mask` does, and says in `PRUNING_TYPE` what it looks at: "unstructured", single elements,
    "structured", slices along an axis ``dim``, or "global", everything.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.utils import prune
    >>> class EverySecond(prune.BasePruningMethod):
    ...     PRUNING_TYPE = "unstructured"
    ...     def compute_mask(self, t, default_mask):
    ...         mask = default_mask.clone()
    ...         mask.reshape(-1)[::2] = 0.0
    ...         return mask
    >>> layer = fg.nn.Linear(2, 2)
    >>> _ = EverySecond.apply(layer, "weight")
    >>> layer.weight_mask.tolist()
    [[0.0, 1.0], [0.0, 1.0]]
    """

    PRUNING_TYPE: ClassVar[str] = "unstructured"
    _tensor_name: str = ""

    if TYPE_CHECKING:
        dim: int

    def __call__(self, module: Module, inputs: Any) -> None:
        setattr(module, self._tensor_name, self.apply_mask(module))

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Give the mask for these scores."""
        raise NotImplementedError(f"{type(self).__name__} must define compute_mask")

    def apply_mask(self, module: Module) -> Tensor:
        """Give a module's parameter without what is taken away."""
        if not self._tensor_name:
            raise RuntimeError(f"{type(self).__name__}: {type(module).__name__} is not pruned by it")
        mask: Tensor = getattr(module, self._tensor_name + "_mask")
        original: Tensor = getattr(module, self._tensor_name + "_orig")
        return mask.astype(original.dtype) * original

    @classmethod
    def apply(
        cls, module: Any, name: str, *args: Any, importance_scores: Tensor | None = None, **kwargs: Any
    ) -> BasePruningMethod:
        """Prune a parameter of a module; what was taken away before stays away.

        Parameters
        ----------
        module : Module
            What has the parameter.
        name : str
            The parameter.
        *args, **kwargs
            What the method is made with.
        importance_scores : Tensor, optional
            Of the parameter's shape: what the choice looks at, in place of the parameter.

        Returns
        -------
        BasePruningMethod
            The hook that was added to the module.
        """
        check_owner(module, name, "prune")
        method = cls(*args, **kwargs)
        method._tensor_name = name
        before = _method_of(module, name)
        parameter = module.__dict__.get(name + "_orig" if before is not None else name)
        if not isinstance(parameter, Tensor):
            raise TensorValueError(f"prune: {type(module).__name__} has no parameter {name!r}")
        scores = importance_scores
        if scores is None:
            scores = parameter if before is None else getattr(module, name)
        if scores.shape != parameter.shape:
            raise TensorValueError(
                f"prune: importance_scores must have the shape of {name!r}, {parameter.shape}, got {scores.shape}"
            )
        hook: BasePruningMethod = method
        with fg.no_grad():
            default = fg.ones_like(parameter.detach()) if before is None else getattr(module, name + "_mask")
            if before is not None:
                container = before if isinstance(before, PruningContainer) else PruningContainer(before)
                container.add_pruning_method(method)
                hook = container
            mask = hook.compute_mask(scores.detach(), default)
        if before is None:
            delattr(module, name)
            module.register_parameter(name + "_orig", parameter)
            module.register_buffer(name + "_mask", mask)
        else:
            setattr(module, name + "_mask", mask)
            for key, held in list(module._forward_pre_hooks.items()):
                if held is before:
                    del module._forward_pre_hooks[key]
        setattr(module, name, hook.apply_mask(module))
        module.register_forward_pre_hook(hook)
        return hook

    def prune(self, t: Tensor, default_mask: Tensor | None = None, importance_scores: Tensor | None = None) -> Tensor:
        """Give a tensor without what this method takes away.

        Parameters
        ----------
        t : Tensor
            What is pruned; it is not changed.
        default_mask : Tensor, optional
            Of its shape: what is taken away already.
        importance_scores : Tensor, optional
            Of its shape: what the choice looks at, by default the tensor.
        """
        scores = t if importance_scores is None else importance_scores
        if scores.shape != t.shape:
            raise TensorValueError(
                f"prune: importance_scores must have the tensor's shape {t.shape}, got {scores.shape}"
            )
        default = fg.ones_like(t.detach()) if default_mask is None else default_mask
        return t * self.compute_mask(scores.detach(), default)

    def remove(self, module: Any) -> None:
        """Make the pruned tensor a parameter again; what is taken away becomes 0 for good."""
        name = self._tensor_name
        weight = self.apply_mask(module).detach()
        original = module._parameters[name + "_orig"]
        original.data = weight
        for attribute in (name, name + "_orig", name + "_mask"):
            delattr(module, attribute)
        module.register_parameter(name, original)


class PruningContainer(BasePruningMethod):
    """Several methods for a parameter, one after the other.

    Parameters
    ----------
    *args : BasePruningMethod
        All of one parameter.
    """

    def __init__(self, *args: BasePruningMethod) -> None:
        self._pruning_methods: tuple[BasePruningMethod, ...] = ()
        self._tensor_name = args[0]._tensor_name if args else ""
        for method in args:
            self.add_pruning_method(method)

    def add_pruning_method(self, method: BasePruningMethod) -> None:
        """Add a method, which chooses among what the others have left."""
        if not isinstance(method, BasePruningMethod):
            raise TypeError(f"add_pruning_method: method must be a BasePruningMethod, got a {type(method).__name__}")
        if self._tensor_name and method._tensor_name != self._tensor_name:
            raise TensorValueError(
                f"add_pruning_method: the method must be of {self._tensor_name!r}, got one of {method._tensor_name!r}"
            )
        self._pruning_methods = (*self._pruning_methods, method)

    def __len__(self) -> int:
        return len(self._pruning_methods)

    def __iter__(self) -> Any:
        return iter(self._pruning_methods)

    def __getitem__(self, idx: int) -> BasePruningMethod:
        return self._pruning_methods[idx]

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Give the mask of the last method, which sees what the ones before have left."""
        method = self._pruning_methods[-1]
        mask = default_mask.astype(t.dtype)
        if method.PRUNING_TYPE == "unstructured":
            left = mask == 1
            chosen = method.compute_mask(t[left], mask[left])
            mask = mask.clone()
            mask[left] = chosen
            return mask
        if method.PRUNING_TYPE == "structured":
            axis = _axis(t, method.dim)
            others = tuple(i for i in range(t.ndim) if i != axis)
            left = fg.any(mask != 0, axis=others) if others else mask != 0
            index: tuple[Any, ...] = (*(slice(None) for _ in range(axis)), left)
            chosen = method.compute_mask(t[index], mask[index])
            mask = mask.clone()
            mask[index] = chosen
            return mask
        if method.PRUNING_TYPE == "global":
            return method.compute_mask(t, mask)
        raise TensorValueError(
            f"prune: PRUNING_TYPE must be 'unstructured', 'structured' or 'global', got {method.PRUNING_TYPE!r}"
        )


class Identity(BasePruningMethod):
    """Takes nothing away, but prepares a parameter for masks."""

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Give the mask that there was."""
        return default_mask


class _Amount(BasePruningMethod):
    """A method that takes away a number of elements or slices, or a share of them."""

    def __init__(self, amount: float) -> None:
        number = real(amount, type(self).__name__, "amount")
        if isinstance(amount, int):
            if number < 0:
                raise TensorValueError(f"{type(self).__name__}: amount must not be negative, got {amount}")
        elif not 0.0 <= number <= 1.0:
            raise TensorValueError(
                f"{type(self).__name__}: amount must be an integer, or a share between 0 and 1, got {amount}"
            )
        self.amount = amount

    def _count(self, size: int) -> int:
        """How many of so many."""
        count = self.amount if isinstance(self.amount, int) else round(self.amount * size)
        if count > size:
            raise TensorValueError(
                f"{type(self).__name__}: amount must be at most {size}, what is left, got {self.amount}"
            )
        return count


def _without(mask: Tensor, scores: Tensor, count: int) -> Tensor:
    """A mask without the elements that have the lowest scores."""
    mask = mask.contiguous().clone()
    if count:
        mask.reshape(-1)[fg.argsort(scores.reshape(-1), stable=True)[:count]] = 0.0
    return mask


def _axis(t: Tensor, dim: int) -> int:
    if t.ndim < 2:
        raise TensorValueError(f"prune: slices are of tensors with 2 axes or more, got shape {t.shape}")
    return axis_number(whole(dim, "prune", "dim"), t.ndim, "prune")


def _without_slices(mask: Tensor, scores: Tensor, count: int, axis: int) -> Tensor:
    """A mask without the slices along an axis that have the lowest scores."""
    kept = _without(fg.ones(mask.shape[axis], dtype=mask.dtype), scores, count)
    return mask * kept.reshape(tuple(-1 if i == axis else 1 for i in range(mask.ndim)))


class RandomUnstructured(_Amount):
    """Takes away random elements.

    Parameters
    ----------
    amount : int or float
        How many, or which share of those that are left.
    """

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Give the mask without random elements."""
        count = self._count(t.size)
        return _without(default_mask, fg.rand(t.size) if count else t, count)


class L1Unstructured(_Amount):
    """Takes away the elements of the least absolute scores.

    Parameters
    ----------
    amount : int or float
        How many, or which share of those that are left.
    """

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Give the mask without the least elements."""
        return _without(default_mask, abs(t), self._count(t.size))


class RandomStructured(_Amount):
    """Takes away random slices along an axis.

    Parameters
    ----------
    amount : int or float
        How many, or which share of those that are left.
    dim : int, default -1
        The axis along which slices are taken away.
    """

    PRUNING_TYPE: ClassVar[str] = "structured"

    def __init__(self, amount: float, dim: int = -1) -> None:
        super().__init__(amount)
        self.dim: int = dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Give the mask without random slices."""
        axis = _axis(t, self.dim)
        return _without_slices(default_mask, fg.rand(t.shape[axis]), self._count(t.shape[axis]), axis)


class LnStructured(_Amount):
    """Takes away the slices along an axis of the least norms.

    Parameters
    ----------
    amount : int or float
        How many, or which share of those that are left.
    n : number or "fro"
        The order of the norm; see `fastgrad.Tensor.norm`.
    dim : int, default -1
        The axis along which slices are taken away.
    """

    PRUNING_TYPE: ClassVar[str] = "structured"

    def __init__(self, amount: float, n: Any, dim: int = -1) -> None:
        super().__init__(amount)
        if isinstance(n, int):
            real(int(n), "LnStructured", "n")  # that it is not too large
        self.n = n
        self.dim: int = dim

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Give the mask without the slices of the least norms."""
        axis = _axis(t, self.dim)
        slices = fg.moveaxis(t, axis, 0).reshape(t.shape[axis], -1)
        norms = fg.norm(slices, None if self.n == "fro" else self.n, axis=1)
        return _without_slices(default_mask, norms, self._count(t.shape[axis]), axis)


class CustomFromMask(BasePruningMethod):
    """Takes away what a mask says.

    Parameters
    ----------
    mask : Tensor
        Of the parameter's shape, 0 or False for what is taken away.
    """

    PRUNING_TYPE: ClassVar[str] = "global"

    def __init__(self, mask: Tensor) -> None:
        self.mask = mask

    def compute_mask(self, t: Tensor, default_mask: Tensor) -> Tensor:
        """Give both masks together."""
        found = getattr(self.mask, "shape", type(self.mask).__name__)
        if default_mask.shape != found:
            raise TensorValueError(f"CustomFromMask: mask must have the shape {default_mask.shape}, got {found}")
        return default_mask * self.mask.astype(default_mask.dtype)


def identity(module: M, name: str) -> M:
    """Prepare a parameter for masks, taking nothing away; return the module.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.utils import prune
    >>> [name for name, _ in prune.identity(fg.nn.Linear(2, 3), "weight").named_buffers()]
    ['weight_mask']
    """
    Identity.apply(module, name)
    return module


def random_unstructured(module: M, name: str, amount: float) -> M:
    """Take random elements of a parameter away; return the module.

    Parameters
    ----------
    module : Module
        What has the parameter.
    name : str
        The parameter.
    amount : int or float
        How many, or which share of those that are left.
    """
    RandomUnstructured.apply(module, name, amount)
    return module


def l1_unstructured(module: M, name: str, amount: float, importance_scores: Tensor | None = None) -> M:
    """Take the elements of a parameter away that have the least absolute values; return the module.

    Parameters
    ----------
    module : Module
        What has the parameter.
    name : str
        The parameter.
    amount : int or float
        How many, or which share of those that are left.
    importance_scores : Tensor, optional
        Of the parameter's shape: what the choice looks at, in place of the parameter.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.utils import prune
    >>> layer = prune.l1_unstructured(fg.nn.Linear(2, 3), "weight", amount=0.5)
    >>> int((layer.weight == 0).sum())
    3
    """
    L1Unstructured.apply(module, name, amount, importance_scores=importance_scores)
    return module


def random_structured(module: M, name: str, amount: float, dim: int) -> M:
    """Take random slices of a parameter away; return the module.

    Parameters
    ----------
    module : Module
        What has the parameter.
    name : str
        The parameter.
    amount : int or float
        How many, or which share of those that are left.
    dim : int
        The axis along which slices are.
    """
    RandomStructured.apply(module, name, amount, dim)
    return module


def ln_structured(module: M, name: str, amount: float, n: Any, dim: int, importance_scores: Tensor | None = None) -> M:
    """Take the slices of a parameter away that have the least norms; return the module.

    Parameters
    ----------
    module : Module
        What has the parameter.
    name : str
        The parameter.
    amount : int or float
        How many, or which share of those that are left.
    n : number or "fro"
        The order of the norm; see `fastgrad.Tensor.norm`.
    dim : int
        The axis along which slices are.
    importance_scores : Tensor, optional
        Of the parameter's shape: what the choice looks at, in place of the parameter.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.utils import prune
    >>> layer = prune.ln_structured(fg.nn.Linear(2, 4), "weight", amount=1, n=2, dim=0)
    >>> int((layer.weight == 0).all(axis=1).sum())
    1
    """
    LnStructured.apply(module, name, amount, n, dim, importance_scores=importance_scores)
    return module


def custom_from_mask(module: M, name: str, mask: Tensor) -> M:
    """Take away of a parameter what a mask says; return the module.

    Parameters
    ----------
    module : Module
        What has the parameter.
    name : str
        The parameter.
    mask : Tensor
        Of its shape, 0 or False for what is taken away.
    """
    CustomFromMask.apply(module, name, mask)
    return module


def global_unstructured(
    parameters: Iterable[tuple[Any, str]],
    pruning_method: type[BasePruningMethod],
    importance_scores: dict[tuple[Any, str], Tensor] | None = None,
    **kwargs: Any,
) -> None:
    """Take elements of several parameters away, chosen among all of them.

    Parameters
    ----------
    parameters : iterable of (Module, str)
        Modules and names of their parameters.
    pruning_method : type
        A method of single elements, such as `L1Unstructured`.
    importance_scores : dict of (Module, str) to Tensor, optional
        What the choice looks at, in place of these parameters.
    **kwargs
        What the method is made with: ``amount``, for most.

    Raises
    ------
    TypeError
        If the arguments are of other types, or the method is not one of single elements.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.utils import prune
    >>> net = fg.nn.Sequential(fg.nn.Linear(2, 3), fg.nn.Linear(3, 4))
    >>> prune.global_unstructured([(net[0], "weight"), (net[1], "weight")], prune.L1Unstructured, amount=9)
    >>> sum(int((layer.weight == 0).sum()) for layer in net)
    9
    """
    if not isinstance(parameters, Iterable):
        raise TypeError(f"global_unstructured: parameters must be pairs of module and name, got {parameters!r}")
    if importance_scores is not None and not isinstance(importance_scores, dict):
        raise TypeError(f"global_unstructured: importance_scores must be a dict, got {importance_scores!r}")
    method = pruning_method(**kwargs)
    if method.PRUNING_TYPE != "unstructured":
        raise TypeError(
            f"global_unstructured: pruning_method must be one of single elements, got {pruning_method.__name__}, which "
            f"is {method.PRUNING_TYPE}"
        )
    pairs = list(parameters)
    for pair in pairs:
        if not isinstance(pair, tuple) or len(pair) != 2:
            raise TypeError(f"global_unstructured: parameters must be pairs of module and name, got {pair!r}")
        check_owner(*pair, "global_unstructured")
    tensors = [getattr(module, name).detach() for module, name in pairs]
    given = importance_scores or {}
    scores = [given.get(pair, tensor).detach() for pair, tensor in zip(pairs, tensors, strict=True)]
    masks = [getattr(module, f"{name}_mask", None) for module, name in pairs]
    container = PruningContainer()
    container.add_pruning_method(method)
    with fg.no_grad():
        default = [fg.ones_like(tensor) if mask is None else mask for mask, tensor in zip(masks, tensors, strict=True)]
        final = container.compute_mask(
            fg.concat([score.reshape(-1) for score in scores]), fg.concat([mask.reshape(-1) for mask in default])
        )
    start = 0
    for (module, name), tensor in zip(pairs, tensors, strict=True):
        custom_from_mask(module, name, final[start : start + tensor.size].reshape(tensor.shape))
        start += tensor.size


def _method_of(module: Any, name: str) -> BasePruningMethod | None:
    """The hook that prunes a parameter."""
    for hook in module._forward_pre_hooks.values():
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            return hook
    return None


def remove(module: M, name: str) -> M:
    """Make a pruned tensor a parameter again, with zeros for what was taken away; return the module.

    Raises
    ------
    ValueError
        If it is not pruned.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.utils import prune
    >>> layer = prune.remove(prune.l1_unstructured(fg.nn.Linear(2, 3), "weight", amount=2), "weight")
    >>> [name for name, _ in layer.named_parameters()], int((layer.weight == 0).sum())
    (['bias', 'weight'], 2)
    """
    check_owner(module, name, "prune")
    for key, hook in list(module._forward_pre_hooks.items()):
        if isinstance(hook, BasePruningMethod) and hook._tensor_name == name:
            del module._forward_pre_hooks[key]
            hook.remove(module)
            return module
    raise TensorValueError(f"remove: parameter {name!r} of {type(module).__name__} is not pruned")


def is_pruned(module: Any) -> bool:
    """Whether a module, or one inside it, is pruned.

    Examples
    --------
    >>> import fastgrad as fg
    >>> from fastgrad.nn.utils import prune
    >>> prune.is_pruned(fg.nn.Linear(2, 3))
    False
    """
    hooks = (hook for inner in module.modules() for hook in inner._forward_pre_hooks.values())
    return any(isinstance(hook, BasePruningMethod) for hook in hooks)
