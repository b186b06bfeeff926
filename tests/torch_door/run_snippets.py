"""Runs pieces of PyTorch programs, on whatever library ``torch`` is, and writes what each calls its result, and prints.

    python run_snippets.py out.pickle                       on PyTorch
    python -m fastgrad.torch run_snippets.py out.pickle     on fastgrad

A piece finds `settle`, which sets a module's parameters, and `rand`, normal numbers: both NumPy's. Tensors are written
as arrays, with dtype and whether they require gradients.
"""

import contextlib
import io
import pickle
import sys
import traceback
import warnings
from pathlib import Path

import numpy as np
import torch


def written(value):
    if isinstance(value, torch.Tensor):
        return ("tensor", str(value.dtype), tuple(value.shape), bool(value.requires_grad), np.array(value.detach()))
    if isinstance(value, (np.ndarray, np.generic)):
        return ("array", np.array(value))
    if isinstance(value, dict):
        return {str(key): written(item) for key, item in value.items()}
    if isinstance(value, tuple) and not isinstance(value, torch.Size):
        return ("tuple", *(written(item) for item in value))
    if isinstance(value, list):
        return [written(item) for item in value]
    if isinstance(value, (int, float, bool, str, bytes, type(None))):
        return value
    return f"{type(value).__name__}: {value}"


def settle(module, seed=0):
    random = np.random.RandomState(seed)
    with torch.no_grad():
        for parameter in module.parameters():
            values = 0.3 * random.standard_normal(tuple(parameter.shape))
            parameter.copy_(torch.tensor(values.astype("float32")))
    return module


def rand(*shape, seed=1):
    return torch.tensor(np.random.RandomState(seed).standard_normal(shape).astype("float32"))


def run(path):
    names = {"__name__": "__main__", "np": np, "rand": rand, "settle": settle}
    printed = io.StringIO()
    try:
        with contextlib.redirect_stdout(printed):
            exec(compile(path.read_text(), str(path), "exec"), names)
    except BaseException:
        return "error", traceback.format_exc(), ""
    return "result", written(names["result"]), printed.getvalue()


if __name__ == "__main__":
    warnings.simplefilter("ignore")
    torch.set_num_threads(1)
    torch.backends.mkldnn.enabled = False  # PyTorch 2.13's convolutions by it end its process on CPUs without AVX-512
    found = {path.stem: run(path) for path in sorted((Path(__file__).parent / "snippets").glob("*.py"))}
    Path(sys.argv[1]).write_bytes(pickle.dumps(found))
