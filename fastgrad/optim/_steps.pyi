# Written by tools/stubs.py.
from fastgrad.optim.optimizer import Optimizer

def update_groups(optimizer: Optimizer) -> None:
    """Update the parameters of an `Optimizer` that have a gradient, by its ``_update``. Nothing is recorded."""
