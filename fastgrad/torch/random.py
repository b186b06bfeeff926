"""Random numbers' state."""

from fastgrad import default_generator as default_generator, manual_seed as manual_seed
from fastgrad.ops.pytorch.random import (
    fork_rng as fork_rng,
    get_rng_state as get_rng_state,
    initial_seed as initial_seed,
    seed as seed,
    set_rng_state as set_rng_state,
)
