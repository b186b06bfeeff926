"""How the door is opened: as a module, for a script, for a process; and what it says of what is not there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import fastgrad.torch as door
from fastgrad.torch._check import problems
from fastgrad.torch._switch import close_door

ROOT = str(Path(door.__file__).parents[2])


def run(*arguments: str, cwd: Path | None = None) -> subprocess.CompletedProcess[str]:
    environment = {**os.environ, "PYTHONPATH": ROOT}
    return subprocess.run(
        [sys.executable, *arguments], capture_output=True, text=True, env=environment, cwd=cwd or os.sep, check=False
    )


def test_a_script_runs_with_torch_standing_for_the_door(tmp_path):
    (tmp_path / "helper.py").write_text(
        "from torch.nn import functional as F\nimport torch.utils.data\nhere = F.relu\n"
    )
    (tmp_path / "script.py").write_text(
        "import sys, torch, torch.nn as nn, helper\nfrom importlib.metadata import version\n"
        "print(sys.argv[1:], torch.__version__, torch.nn is nn, helper.here(torch.tensor([-1.0])).tolist())\n"
        "print(__name__, sys.modules['torch'].nn.Linear.__name__)\n"
    )
    done = run("-m", "fastgrad.torch", "script.py", "--epochs", "3", cwd=tmp_path)
    assert done.returncode == 0, done.stderr
    assert done.stdout == "['--epochs', '3'] 2.13.0+fastgrad True [0.0]\n__main__ Linear\n"


def test_a_module_runs_as_pythons_own_does_it(tmp_path):
    (tmp_path / "tool").mkdir()
    (tmp_path / "tool" / "__init__.py").write_text("")
    (tmp_path / "tool" / "__main__.py").write_text("import sys, torch; print(sys.argv[1:], torch.__version__)")
    assert run("-m", "fastgrad.torch", "-m", "tool", "-v", cwd=tmp_path).stdout == "['-v'] 2.13.0+fastgrad\n"
    assert run("-m", "fastgrad.torch", "-m").returncode == 2


def test_its_children_run_on_the_door_too(tmp_path):
    (tmp_path / "script.py").write_text(
        "import multiprocessing, subprocess, sys\n"
        "def version(_):\n    import torch.nn\n    return torch.__version__\n"
        "if __name__ == '__main__':\n"
        "    print(multiprocessing.get_context('spawn').Pool(1).map(version, [0]))\n"
        "    code = 'import torch.nn as nn; print(nn.Linear.__module__)'\n"
        "    print(subprocess.run([sys.executable, '-c', code], stdout=subprocess.PIPE, text=True).stdout)\n"
    )
    done = run("-m", "fastgrad.torch", "script.py", cwd=tmp_path)
    assert done.stdout == "['2.13.0+fastgrad']\nfastgrad.nn.linear\n\n", done.stderr


def test_what_is_missing_says_why_and_where(tmp_path):
    (tmp_path / "script.py").write_text("import torch\nfrom torch import stft\n")
    done = run("-m", "fastgrad.torch", "script.py", cwd=tmp_path)
    assert done.returncode != 0
    assert "ImportError: torch.stft is not in fastgrad's PyTorch door: there are no complex numbers" in done.stderr
    assert "line 2 of" in done.stderr
    (tmp_path / "script.py").write_text("import torch.fft\n")
    assert "ModuleNotFoundError: torch.fft is not" in run("-m", "fastgrad.torch", "script.py", cwd=tmp_path).stderr


def test_what_is_missing_can_be_asked_for():
    assert not hasattr(door, "stft")
    assert getattr(door.nn, "Foo", None) is None


def test_a_program_is_read_and_not_run():
    lines = ["import torch", "import torch.nn as nn", "from torch import stft", "x = torch.fft.fft(torch.ones(3))"]
    source = "\n".join([*lines, "nn.Linear(2, 3)", "1 / 0"])
    found = list(problems(source))
    assert [line for line, _ in found] == [3, 4]
    assert "complex" in found[0][1]


def test_other_doors_are_left_alone():
    code = (
        "import fastgrad as fg, sys; assert 'fastgrad.torch' not in sys.modules; x = fg.ones(2, 3); "
        "assert type(x.shape) is tuple and type(x.max(axis=1)) is fg.Tensor; print(repr(x.dtype))"
    )
    done = run("-c", code)
    assert (done.returncode, done.stdout) == (0, "fastgrad.float32\n"), done.stderr


def test_closing_leaves_tensor_as_it_was():
    code = (
        "import fastgrad as fg; before = dict(vars(fg.Tensor)); import fastgrad.torch; "
        "from fastgrad.torch import _switch; _switch.close_door(); print(before == dict(vars(fg.Tensor)))"
    )
    assert run("-c", code).stdout == "True\n"


def test_only_modules_that_pytorch_has_are_found_below_its_paths():
    assert door.nn.modules.linear.Linear is door.nn.Linear
    assert door.utils.data.dataloader.DataLoader is door.utils.data.DataLoader
    assert not hasattr(door.nn.modules, "Foo")
    assert not hasattr(door.utils.data, "foo")
    assert isinstance(door.nn.parallel.DistributedDataParallel, type)


def test_batches_of_tuples_are_lists_as_pytorchs():
    data = door.utils.data
    pairs = data.TensorDataset(door.arange(4), door.ones(4))
    assert [type(batch) for batch in data.DataLoader(pairs, batch_size=2)] == [list, list]
    assert type(data.default_collate([(1, 2.0), (3, 4.0)])) is list
    close_door()
    assert [type(batch) for batch in data.DataLoader(pairs, batch_size=4)] == [tuple]


def test_batches_of_pythons_floats_are_float64_as_pytorchs():
    data = door.utils.data
    batch = data.default_collate([{"x": 1.5, "y": 2, "z": door.ones(1)}, {"x": 0.1, "y": 3, "z": door.ones(1)}])
    assert [batch[name].dtype for name in "xyz"] == [door.float64, door.int64, door.float32]
    assert batch["x"].tolist() == [1.5, 0.1]
    (mixed,) = data.DataLoader([1, 0.5], batch_size=2)  # the first decides
    assert mixed.dtype == door.float32
    close_door()
    assert data.default_collate([1.5, 0.1]).dtype == door.float32
