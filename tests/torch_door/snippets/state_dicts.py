import torch, torch.nn as nn


class M(nn.Module):
    def __init__(self):
        super().__init__()
        self.l = nn.Linear(2, 2)
        self.register_buffer("b", torch.zeros(2))
        self.register_buffer("np_", torch.ones(1), persistent=False)
        self.register_parameter("none", None)

    def get_extra_state(self):
        return {"v": 1}

    def set_extra_state(self, s):
        self.got = s

    def _load_from_state_dict(self, state_dict, prefix, *args, **kw):
        old = prefix + "weight"
        if old in state_dict:
            state_dict[prefix + "l.weight"] = state_dict.pop(old)
        super()._load_from_state_dict(state_dict, prefix, *args, **kw)


m = settle(M())
m._register_state_dict_hook(lambda mod, sd, prefix, md: sd.update({prefix + "extra": torch.ones(1)}))
sd = m.state_dict()
sd.pop("extra")
m2 = M()
m2._register_load_state_dict_pre_hook(lambda sd, prefix, *a: None)
r = m2.load_state_dict(sd, strict=False)
try:
    m2.load_state_dict({"x": torch.ones(1)})
    e = ""
except RuntimeError as ex:
    e = str(ex)
try:
    m2.load_state_dict(
        {"l.weight": torch.ones(3, 2), "l.bias": torch.ones(2), "b": torch.ones(2), "_extra_state": {"v": 1}}
    )
    e2 = ""
except RuntimeError as ex:
    e2 = "size mismatch for l.weight" in str(ex)
result = (
    list(sd),
    str(r),
    m2.got,
    m2.l.weight,
    e,
    e2,
    [n for n, _ in m.named_buffers()],
    [n for n, _ in m.named_children()],
    [n for n, _ in m.named_modules()],
)

from collections import OrderedDict

from torch.nn.modules.utils import consume_prefix_in_state_dict_if_present

wrapped = OrderedDict((f"module.{key}", value) for key, value in settle(nn.Linear(2, 3)).state_dict().items())
wrapped["module2.x"] = torch.ones(1)
wrapped._metadata = OrderedDict({"": {"version": 1}, "module": {"version": 2}, "module.l": {"version": 3}})
consume_prefix_in_state_dict_if_present(wrapped, "module.")
result = (result, list(wrapped), wrapped._metadata)
