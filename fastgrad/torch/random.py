"""Random numbers' state."""

from fastgrad import (
    default_generator as default_generator,
    get_rng_state as get_rng_state,
    manual_seed as manual_seed,
    set_rng_state as set_rng_state,
)
from fastgrad.ops.pytorch.random import initial_seed as initial_seed, seed as seed
from fastgrad.random import fork_rng as fork_rng
