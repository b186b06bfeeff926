# Written by tools/stubs.py.
from typing_extensions import disjoint_base

from fastgrad._tensor import Backward

@disjoint_base
class Pass(Backward): ...
