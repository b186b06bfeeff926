"""What ``import torch`` finds in the children of a program that runs on the door: this is on their PYTHONPATH."""

import sys
from pathlib import Path

_fastgrad_child = True
sys.path.append(str(Path(__file__).resolve().parents[3]))  # where fastgrad is, should they not find it by themselves
import fastgrad.torch  # noqa: E402

sys.path.pop()
fastgrad.torch.install()
