"""Tables of other packages, such as pandas' DataFrames, in error messages."""

from __future__ import annotations

from typing import Any

_NUMBERS = "biuf"
_ADVICE = "leave it out, or turn it into numbers, as pandas.get_dummies or .astype('category').cat.codes do"


def no_numbers(data: Any) -> str:
    """Say which columns of a table or which column hold no numbers, and what to do; empty for what is no table.

    Parameters
    ----------
    data : object
        Such as a DataFrame or a Series: told by their attributes, so that nothing is imported.
    """
    if hasattr(data, "columns") and hasattr(data, "dtypes"):
        names = [name for name, dtype in zip(data.columns, data.dtypes, strict=True) if _kind(dtype) not in _NUMBERS]
        if names:
            which = f"column {names[0]!r} holds" if len(names) == 1 else f"columns {names} hold"
            return f"the {which} no numbers; {_ADVICE}"
    elif hasattr(data, "iloc") and hasattr(data, "name") and _kind(data.dtype) not in _NUMBERS:
        return f"the column {data.name!r} holds no numbers but {data.dtype}; {_ADVICE}"
    return ""


def _kind(dtype: Any) -> str:
    return str(getattr(dtype, "kind", "O"))
