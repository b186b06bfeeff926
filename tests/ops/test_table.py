"""The table has a line for every public operation, and nothing else."""

from __future__ import annotations

import fastgrad as fg

from .table import BY_NAME, NO_METHODS, NO_OPERATIONS, OPS

F = fg.nn.functional

# Python's own protocol, not arithmetic or indexing.
PROTOCOL = {
    "__array__", "__array_function__", "__array_namespace__", "__array_ufunc__",
    "__bool__", "__buffer__", "__class__", "__complex__", "__contains__",
    "__copy__", "__deepcopy__", "__delattr__", "__delitem__", "__dir__", "__dlpack__", "__dlpack_device__", "__doc__",
    "__float__", "__format__", "__getattribute__", "__getstate__", "__hash__", "__index__", "__init__",
    "__init_subclass__", "__int__", "__iter__", "__len__", "__new__", "__reduce__", "__reduce_ex__",
    "__release_buffer__", "__repr__", "__setattr__", "__setstate__", "__sizeof__", "__str__", "__subclasshook__",
}  # fmt: skip


def public_functions() -> set[str]:
    return {name for name in fg.__all__ if callable(getattr(fg, name))}


def network_functions() -> set[str]:
    return {f"nn.functional.{name}" for name in F.__all__}


def methods() -> set[str]:
    return {
        name
        for name in dir(fg.Tensor)
        if callable(getattr(fg.Tensor, name)) and (name.startswith("__") or not name.startswith("_"))
    }


def test_every_public_function_has_an_entry():
    assert public_functions() - NO_OPERATIONS - BY_NAME.keys() == set()


def test_every_function_of_networks_has_an_entry():
    assert network_functions() - BY_NAME.keys() == set()


def test_every_method_is_a_function_of_the_table_or_has_an_entry():
    """A method that shares its function's name is that function, or `test_methods.py` compares the two."""
    unknown = {name for name in methods() if name not in BY_NAME and f"Tensor.{name}" not in BY_NAME}
    assert unknown - NO_METHODS - PROTOCOL == set()


def test_what_is_no_operation_exists():
    assert public_functions() >= NO_OPERATIONS
    assert set(dir(fg.Tensor)) >= NO_METHODS


def test_no_operation_has_two_entries():
    assert len(BY_NAME) == len(OPS)


def test_every_entry_has_samples_in_each_of_its_dtypes():
    assert [(op.name, dtype) for op in OPS for dtype in op.dtypes if not op.draw(dtype)] == []


def test_samples_are_the_same_each_time():
    for op in OPS:
        first, second = (op.draw(op.dtypes[0]) for _ in range(2))
        for a, b in zip(first, second, strict=True):
            for x, y in zip(a.arrays(), b.arrays(), strict=True):
                x, y = getattr(x, "array", x), getattr(y, "array", y)
                assert x.tobytes() == y.tobytes(), op.name
