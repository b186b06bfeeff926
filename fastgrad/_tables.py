"""Tables of other packages, such as pandas' DataFrames, in error messages."""

from __future__ import annotations

from typing import Any

_NUMBERS = "biuf"
_ADVICE = "leave it out, or turn it into numbers, as pandas.get_dummies or .astype('category').cat.codes do"


def no_numbers(data: Any) -> str:
    """Say why a table or a column could not become an array of numbers, and what to do; empty for what is no table.

    Parameters
    ----------
    data : object
        Such as a DataFrame or a Series: told by their attributes, so that nothing is imported.
    """
    if hasattr(data, "columns") and hasattr(data, "dtypes"):
        columns = list(zip(data.columns, data.dtypes, strict=True))
        names = [name for name, dtype in columns if _kind(dtype) not in _NUMBERS]
        if names:
            which = f"column {names[0]!r} holds" if len(names) == 1 else f"columns {names} hold"
            return f"the {which} no numbers; {_ADVICE}"
        dtypes = ", ".join(dict.fromkeys(str(dtype) for _, dtype in columns))
        return f"the columns, of dtypes {dtypes}, have no common one{_missing(data)}; {_conversion(data)}"
    if hasattr(data, "dtype") and hasattr(data, "name") and hasattr(data, "isna"):
        which = "the column" if data.name is None else f"the column {data.name!r}"
        if _kind(data.dtype) not in _NUMBERS:
            return f"{which} holds no numbers but {data.dtype}; {_ADVICE}"
        return f"{which}, of dtype {data.dtype}, is no array of numbers{_missing(data)}; {_conversion(data)}"
    return ""


def _missing(data: Any) -> str:
    return ", and values are missing" if _lacks_some(data) else ""


def _conversion(data: Any) -> str:
    fill = ", na_value=float('nan')" if _lacks_some(data) else ""
    return f"convert with .to_numpy('float32'{fill})"


def _lacks_some(data: Any) -> bool:
    return bool(data.isna().to_numpy().any())


def _kind(dtype: Any) -> str:
    return str(getattr(dtype, "kind", "O"))
