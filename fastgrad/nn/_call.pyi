# Written by tools/stubs.py.
from typing import Any

class Called:
    """An object that is called by its ``forward``. It is a base class without state: what a call does is compiled, and
    no frame of Python's lies between the caller and ``forward``.
    """
    def __call__(self, *args: Any, **kwargs: Any) -> Any: ...
