"""Functions of whole networks and their parameters."""

from fastgrad import _names
from fastgrad.nn.utils import rnn as rnn
from fastgrad.nn.utils.clip_grad import (
    clip_grad_norm_ as clip_grad_norm_,
    clip_grad_value_ as clip_grad_value_,
    clip_grads_with_norm_ as clip_grads_with_norm_,
    get_total_norm as get_total_norm,
)
from fastgrad.nn.utils.convert_parameters import (
    parameters_to_vector as parameters_to_vector,
    vector_to_parameters as vector_to_parameters,
)
from fastgrad.nn.utils.spectral_norm import (
    remove_spectral_norm as remove_spectral_norm,
    spectral_norm as spectral_norm,
)
from fastgrad.nn.utils.weight_norm import (
    remove_weight_norm as remove_weight_norm,
    weight_norm as weight_norm,
)

# Loaded when they are first named.
_LATER = {
    **{name: name for name in ("parametrizations", "parametrize", "prune", "stateless")},
    **{f"fuse_{kind}_bn_{what}": "fusion" for kind in ("conv", "linear") for what in ("eval", "weights")},
    "skip_init": "init",
}

__all__ = sorted([*_names.public(globals(), modules=("rnn",)), *_LATER])
