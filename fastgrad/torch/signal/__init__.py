"""``torch.signal``: windows."""

from fastgrad.torch.signal import windows as windows
