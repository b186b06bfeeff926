"""The base of all distributions: shapes, validation, and what follows from what members define."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, ClassVar

import fastgrad as fg
from fastgrad._tensor import Tensor
from fastgrad.distributions import constraints
from fastgrad.distributions.utils import lazy_property, shape_of

if TYPE_CHECKING:
    from typing_extensions import Self


class Distribution:
    """A distribution, or a batch of them that are independent and have different parameters.

    A sample has the shape ``sample_shape + batch_shape + event_shape``: what is asked for, one for each set of
    parameters, and that of one value. ``log_prob`` gives a number for each of the first two.

    Parameters
    ----------
    batch_shape, event_shape : tuple of int
        The shape of the parameters' batch, and of one value.
    validate_args : bool, optional
        Whether parameters and values are checked, at the cost of a pass over each. None: as
        `set_default_validate_args` says; without it checks are made, but not under ``python -O``.

    Examples
    --------
    A distribution of one's own defines what it can:

    >>> import fastgrad as fg
    >>> from fastgrad.distributions import Distribution, constraints
    >>> class Coin(Distribution):
    ...     support = constraints.boolean
    ...     def sample(self, sample_shape=()):
    ...         return fg.bernoulli(0.5, tuple(sample_shape))
    ...     def log_prob(self, value):
    ...         return fg.full_like(value, -0.6931472)
    >>> coin = Coin()
    >>> coin.log_prob(coin.sample((3,))).shape
    (3,)
    """

    has_rsample = False
    has_enumerate_support = False
    arg_constraints: ClassVar[Any] = {}
    _validate_args = __debug__

    def __init__(self, batch_shape: Any = (), event_shape: Any = (), validate_args: bool | None = None) -> None:
        self._batch_shape = shape_of(batch_shape)
        self._event_shape = shape_of(event_shape)
        if validate_args is not None:
            self._validate_args = validate_args
        if self._validate_args:
            self._check_parameters()

    @staticmethod
    def set_default_validate_args(value: bool) -> None:
        """Say whether distributions made from now on check their parameters and values.

        Examples
        --------
        >>> from fastgrad.distributions import Distribution
        >>> Distribution.set_default_validate_args(True)
        """
        if value not in (True, False):
            raise ValueError(f"set_default_validate_args: True or False is wanted, got {value!r}")
        Distribution._validate_args = value

    # ---- shapes ----

    @property
    def batch_shape(self) -> tuple[int, ...]:
        """The shape of the batch of distributions."""
        return self._batch_shape

    @property
    def event_shape(self) -> tuple[int, ...]:
        """The shape of one value."""
        return self._event_shape

    def _extended_shape(self, sample_shape: Any = ()) -> tuple[int, ...]:
        return shape_of((*shape_of(sample_shape), *self._batch_shape, *self._event_shape))

    def expand(self, batch_shape: Any, _instance: Any = None) -> Self:
        """Return this distribution with its parameters repeated along a larger batch shape, sharing their memory.

        Parameters
        ----------
        batch_shape : tuple of int
            What the present one broadcasts to.

        Returns
        -------
        Distribution
            Of the same class.
        """
        batch_shape = shape_of(batch_shape)
        new: Self = object.__new__(type(self)) if _instance is None else _instance
        given = self.arg_constraints
        for name, value in self.__dict__.items():
            if isinstance(getattr(type(self), name, None), lazy_property) and name not in given:
                continue
            if name in given and isinstance(value, Tensor):
                value = _expanded(value, batch_shape, given[name].event_dim)
            new.__dict__.setdefault(name, value) if _instance is not None else new.__dict__.update({name: value})
        new._batch_shape = batch_shape
        return new

    def _get_checked_instance(self, cls: type, _instance: Any = None) -> Any:
        """PyTorch's name for a new instance in `expand`."""
        if _instance is None and type(self).__init__ is not cls.__init__:  # type: ignore[misc]
            raise NotImplementedError(
                f"{type(self).__name__}: a subclass with its own __init__ must define expand, as {cls.__name__}'s "
                f"cannot call it"
            )
        return object.__new__(type(self)) if _instance is None else _instance

    # ---- validation ----

    def _check_parameters(self) -> None:
        for name, constraint in self.arg_constraints.items():
            if constraints.is_dependent(constraint):
                continue
            if name not in self.__dict__ and isinstance(getattr(type(self), name, None), lazy_property):
                continue  # found from what was given
            value = getattr(self, name)
            value = value if isinstance(value, Tensor) else fg.asarray(value)
            valid = constraint.check(value)
            if not bool(fg.all(valid)):
                raise ValueError(
                    f"{type(self).__name__}: the parameter {name}, of shape {tuple(value.shape)}, must satisfy "
                    f"{constraint!r}, got {_invalid(value, valid)}"
                )

    def _validate_sample(self, value: Any) -> None:
        """Raise ValueError for what is no value of this distribution."""
        name = type(self).__name__
        if not isinstance(value, Tensor):
            raise ValueError(f"{name}: a value must be a tensor, got a {type(value).__name__}")
        whole = (*self._batch_shape, *self._event_shape)
        lead = value.ndim - len(self._event_shape)
        if lead < 0 or tuple(value.shape[lead:]) != tuple(self._event_shape):
            raise ValueError(
                f"{name}: the last axes of a value must be the event shape {tuple(self._event_shape)}, got a value of "
                f"shape {tuple(value.shape)}"
            )
        for n, m in zip(reversed(value.shape), reversed(whole), strict=False):
            if n != m and n != 1 and m != 1:
                raise ValueError(
                    f"{name}: a value must broadcast with batch and event, {whole}, got shape {tuple(value.shape)}"
                )
        try:
            support = self.support
        except NotImplementedError:
            return
        if support is None:
            return
        valid = support.check(value)
        if not bool(fg.all(valid)):
            raise ValueError(
                f"{name}: a value must lie within the support {support!r}, got {_invalid(value, valid)} in one of "
                f"shape {tuple(value.shape)}"
            )

    def _value(self, value: Any) -> Tensor:
        """A value as a tensor, checked where that is wanted."""
        x = value if isinstance(value, Tensor) else fg.asarray(value)
        if self._validate_args:
            self._validate_sample(x)
        return x

    # ---- what members define ----

    @property
    def support(self) -> Any:
        """The region of the values: of `constraints`."""
        raise NotImplementedError(f"{type(self).__name__} says nothing of its support")

    @property
    def mean(self) -> Tensor:
        """The expected value, shape ``batch_shape + event_shape``."""
        raise NotImplementedError(f"{type(self).__name__} has no formula for its mean")

    @property
    def mode(self) -> Tensor:
        """The most likely value, shape ``batch_shape + event_shape``."""
        raise NotImplementedError(f"{type(self).__name__} has no formula for its mode")

    @property
    def variance(self) -> Tensor:
        """The variance of each element, shape ``batch_shape + event_shape``."""
        raise NotImplementedError(f"{type(self).__name__} has no formula for its variance")

    @property
    def stddev(self) -> Tensor:
        """The root of the variance."""
        return fg.sqrt(self.variance)

    def sample(self, sample_shape: Any = ()) -> Tensor:
        """Draw values, without history, of shape ``sample_shape + batch_shape + event_shape``.

        Parameters
        ----------
        sample_shape : tuple of int, default ()
            How many are drawn: the result's first axes.

        Returns
        -------
        Tensor
        """
        with fg.no_grad():
            return self.rsample(sample_shape)

    def rsample(self, sample_shape: Any = ()) -> Tensor:
        """Draw values that are differentiable functions of the parameters.

        D. P. Kingma, M. Welling, "Auto-encoding variational Bayes", ICLR 2014. As `sample` otherwise;
        NotImplementedError where the distribution has none, `has_rsample` being False.
        """
        raise NotImplementedError(
            f"{type(self).__name__} has no reparameterised samples; sample() draws without gradients, and "
            f"log_prob(sample) carries those of the score function"
        )

    def sample_n(self, n: int) -> Tensor:
        """Draw n values: ``sample((n,))``."""
        return self.sample((n,))

    def log_prob(self, value: Any) -> Tensor:
        """The logarithm of the density, or of the probability, at values that broadcast with batch and event.

        Parameters
        ----------
        value : Tensor or array_like
            Values of the support; they broadcast with the batch.

        Returns
        -------
        Tensor
            Of the shape that value and batch broadcast to, without the event's axes.

        Raises
        ------
        ValueError
            Where validation is on: if a value lies outside of the support, or its shape does not fit.
        """
        raise NotImplementedError(f"{type(self).__name__} has no formula for log_prob")

    def cdf(self, value: Any) -> Tensor:
        """The probability of what is at most a value."""
        raise NotImplementedError(f"{type(self).__name__} has no formula for its distribution function")

    def icdf(self, value: Any) -> Tensor:
        """The value that has this probability at or below it: the inverse of `cdf`."""
        raise NotImplementedError(f"{type(self).__name__} has no formula for its quantiles")

    def entropy(self) -> Tensor:
        """The entropy in nats, shape ``batch_shape``."""
        raise NotImplementedError(f"{type(self).__name__} has no formula for its entropy")

    def enumerate_support(self, expand: bool = True) -> Tensor:
        """All values, along a first axis.

        Parameters
        ----------
        expand : bool, default True
            Whether they are repeated for each of the batch; otherwise the batch's axes have length 1.
        """
        raise NotImplementedError(f"{type(self).__name__} has no finite support to enumerate")

    def _enumerated(self, values: Tensor, expand: bool) -> Tensor:
        values = fg.reshape(values, (-1, *(1 for _ in self._batch_shape), *values.shape[1:]))
        if expand:
            values = fg.broadcast_to(values, (values.shape[0], *self._batch_shape, *self._event_shape))
        return values

    def perplexity(self) -> Tensor:
        """The exponential of the entropy."""
        return fg.exp(self.entropy())

    def __repr__(self) -> str:
        names = [name for name in self.arg_constraints if name in self.__dict__]
        return f"{type(self).__name__}({', '.join(f'{name}: {_brief(self.__dict__[name])}' for name in names)})"


def _brief(value: Any) -> Any:
    if not isinstance(value, Tensor):
        return value
    return value.item() if value.ndim == 0 else value if int(value.size) == 1 else value.shape


def _expanded(value: Tensor, batch_shape: tuple[int, ...], event_dim: int) -> Tensor:
    event = tuple(value.shape[value.ndim - event_dim :]) if event_dim else ()
    return fg.broadcast_to(value, (*batch_shape, *event))


def _invalid(value: Tensor, valid: Tensor) -> str:
    """The first values that are not valid."""
    import numpy as np

    x, good = value.detach().numpy(), np.asarray(valid.numpy())
    wrong = x[~np.broadcast_to(good, x.shape[: good.ndim])] if good.ndim else x
    shown = np.array2string(np.asarray(wrong[:5] if wrong.ndim else wrong), separator=", ", threshold=12)
    return shown + (" ..." if wrong.ndim and len(wrong) > 5 else "")


class ExponentialFamily(Distribution):
    """A base that tells distributions of the exponential family apart: p(x) = h(x) exp(eta(theta) . t(x) - A(theta)).

    Examples
    --------
    >>> from fastgrad.distributions import ExponentialFamily, Normal
    >>> issubclass(Normal, ExponentialFamily)
    True
    """
