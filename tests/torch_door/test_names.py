"""PyTorch's public names are in the door, or stand in a table with a reason."""

from __future__ import annotations

import re
import types
from pathlib import Path

import pytest

import fastgrad as fg
import fastgrad.torch as door
from fastgrad.torch import _absent, _door

from .calls import CALLS

torch = pytest.importorskip("torch", reason="PyTorch is not installed")

# They come with the functions of networks.
WAIT = {name for name in door._NETWORKS.split() if not hasattr(fg.nn.functional, name)}


def public(space: object) -> list[str]:
    names = [name for name in dir(space) if not name.startswith("_")]
    return [name for name in names if not is_foreign(getattr(space, name))]


def is_foreign(value: object) -> bool:
    """Whether it is a module that PyTorch itself imports from elsewhere."""
    return isinstance(value, types.ModuleType) and not value.__name__.startswith("torch.")


def listed(path: str) -> set[str]:
    return {name for names in _absent.ABSENT[path].values() for name in names.split()}


@pytest.mark.parametrize("path", ["", "Tensor", "linalg", "distributions"])
def test_names_are_there_or_stand_in_the_table(path):
    theirs, ours = (getattr(library, path) if path else library for library in (torch, door))
    names, table = public(theirs), listed(path)
    assert " ".join(n for n in names if n not in table and not hasattr(ours, n) and n not in WAIT) == ""
    assert " ".join(sorted(n for n in table if hasattr(ours, n))) == "", "listed, but there"


def test_the_table_is_of_names_that_pytorch_has_or_had():
    old = {
        "Tensor": set(),
        "": {"eig", "lstsq", "matrix_rank", "solve", "symeig"},
        "linalg": set(),
        "distributions": set(),
    }
    for path in old:
        theirs = getattr(torch, path) if path else torch
        unknown = [n for n in listed(path) if not hasattr(theirs, n) and n not in old[path]]
        assert " ".join(sorted(set(unknown) - {"library", "package", "compiler"})) == ""


# Names that no table of calls has, and what calls them; constants and types need no call.
ELSEWHERE = """
    GradScaler autocast load save seed get_rng_state set_rng_state from_dlpack set_printoptions set_default_device
    set_deterministic_debug_mode set_float32_matmul_precision set_num_interop_threads set_num_threads set_warn_always
    set_default_tensor_type compile initial_seed are_deterministic_algorithms_enabled set_flush_denormal
    clear_autocast_cache get_autocast_cpu_dtype get_autocast_dtype get_autocast_gpu_dtype imag is_autocast_cache_enabled
    is_autocast_cpu_enabled is_anomaly_check_nan_enabled is_anomaly_enabled set_anomaly_enabled
"""


def test_every_function_is_called_by_a_test_that_compares_it_with_pytorchs():
    """By the table of calls, as a method that writes in place, or in a line of text."""
    files = ("methods", "port", "door", "segments", "fake_quantize")
    text = "".join((Path(__file__).parent / f"test_{name}.py").read_text() for name in files)
    called = {call.name for call in CALLS} | {f"{call.name}_" for call in CALLS}
    called |= set(re.findall(r"\b(?:t|torch)\.(\w+)", text)) | set(re.findall(r"\.(\w+)\(", text))
    functions = [n for n in public(torch) if callable(getattr(torch, n)) and not isinstance(getattr(torch, n), type)]
    there = [n for n in functions if hasattr(door, n) and n not in called and n not in ELSEWHERE.split()]
    assert " ".join(there) == ""


@pytest.mark.parametrize("name", ["functional", "init", "utils", "Module", "Linear", "Sequential", "Parameter"])
def test_networks_are_fastgrads_own(name):
    assert getattr(door.nn, name) is getattr(fg.nn, name) or door.nn.functional.relu is fg.nn.functional.relu


PATHS = """
    nn nn.functional nn.init nn.utils nn.modules nn.modules.linear nn.parameter nn.parallel optim optim.lr_scheduler
    autograd utils utils.data utils.data.dataset cuda cuda.amp amp backends backends.cudnn backends.mps accelerator jit
    linalg distributions distributions.normal distributions.kl distributions.constraints distributions.transforms
    distributions.utils distributions.exp_family testing types version overrides distributed random mps
"""


@pytest.mark.parametrize("path", PATHS.split())
def test_modules_are_found_below_their_paths(path):
    assert _door.source_of(path) is not None
    module = door
    for name in path.split("."):
        module = getattr(module, name)
    assert isinstance(module, types.ModuleType)
