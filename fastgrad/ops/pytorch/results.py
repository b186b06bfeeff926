"""What functions with several results return: the types of ``torch.return_types``, tuples whose parts have names."""

from __future__ import annotations

from collections.abc import Iterable
from operator import itemgetter
from typing import Any, ClassVar

from fastgrad.ops.pytorch.common import into

# Function -> the names of its results. With ``out`` there is a type of its own, of the same names.
FIELDS = {
    **dict.fromkeys(("cummax", "cummin", "kthvalue", "max", "median", "min"), "values indices"),
    **dict.fromkeys(("mode", "nanmedian", "sort", "topk"), "values indices"),
    "aminmax": "min max",
    "frexp": "mantissa exponent",
    "geqrf": "a tau",
    "histogram": "hist bin_edges",
    "histogramdd": "hist bin_edges",
    "linalg_cholesky_ex": "L info",
    "linalg_eigh": "eigenvalues eigenvectors",
    "linalg_inv_ex": "inverse info",
    "linalg_lstsq": "solution residuals rank singular_values",
    "linalg_lu": "P L U",
    "linalg_lu_factor": "LU pivots",
    "linalg_lu_factor_ex": "LU pivots info",
    "linalg_qr": "Q R",
    "linalg_slogdet": "sign logabsdet",
    "linalg_solve_ex": "result info",
    "linalg_svd": "U S Vh",
    "lu_unpack": "P L U",
    "qr": "Q R",
    "slogdet": "sign logabsdet",
    "svd": "U S V",
    "triangular_solve": "solution cloned_coefficient",
}


class Result(tuple[Any, ...]):
    """A tuple whose parts have names, made of a sequence of them, as PyTorch's are."""

    __slots__ = ()
    __match_args__: tuple[str, ...] = ()
    n_fields: ClassVar[int] = 0
    n_sequence_fields: ClassVar[int] = 0
    n_unnamed_fields: ClassVar[int] = 0

    def __new__(cls, sequence: Iterable[Any]) -> Result:
        made = tuple.__new__(cls, sequence)
        if len(made) != cls.n_fields:
            raise TypeError(
                f"torch.return_types.{cls.__name__}: {cls.n_fields} parts are wanted, {', '.join(cls.__match_args__)}, "
                f"got {len(made)}"
            )
        return made

    def __repr__(self) -> str:
        parts = ",\n".join(f"{name}={part!r}" for name, part in zip(self.__match_args__, self, strict=True))
        return f"torch.return_types.{type(self).__name__}(\n{parts})"

    def as_written(self, parts: Iterable[Any]) -> Result:
        """What is returned where ``out`` was given."""
        return TYPES[f"{type(self).__name__}_out"](parts)

    def __reduce__(self) -> Any:
        return _made, (type(self).__name__, tuple(self))


class _Types(dict[str, type[Result]]):
    """The types by name, each made when it is first asked for."""

    def __missing__(self, name: str) -> type[Result]:
        fields = tuple(FIELDS[name.removesuffix("_out")].split())
        members: dict[str, Any] = {field: property(itemgetter(i)) for i, field in enumerate(fields)}
        counts = {"n_fields": len(fields), "n_sequence_fields": len(fields)}
        members.update(counts, __slots__=(), __match_args__=fields, __module__="torch.return_types")
        self[name] = made = type(name, (Result,), members)
        return made


TYPES = _Types()


def _made(name: str, parts: tuple[Any, ...]) -> Result:
    return TYPES[name](parts)


def result(name: str, *parts: Any, out: Any = None) -> Any:
    """What the function of that name returns: its results, or what of `out` they are written to."""
    if out is None:
        return TYPES[name](parts)
    return TYPES[f"{name}_out"]([into(o, part) for o, part in zip(out, parts, strict=True)])
