import torch, torch.nn as nn

torch.testing.assert_close(torch.ones(2), torch.ones(2) + 1e-8)
try:
    torch.testing.assert_close(torch.ones(2), torch.zeros(2))
    e = ""
except AssertionError as ex:
    e = "AssertionError"
try:
    torch.testing.assert_close(torch.ones(2), torch.ones(2, dtype=torch.float64))
    e2 = ""
except AssertionError as ex:
    e2 = "dtype" in str(ex)
g = torch.Generator()
g.manual_seed(3)
a = torch.randn(2, generator=g)
g.manual_seed(3)
b = torch.randn(2, generator=g)
g2 = torch.Generator(device="cpu").manual_seed(3)
s = g.get_state()
c = torch.randperm(5, generator=g)
g.set_state(s)
d = torch.randperm(5, generator=g)


def f(x):
    return x * 2


class S(nn.Module):
    def forward(self, x):
        return x + 1


sm = S()
tm = torch.jit.trace(S(), torch.ones(1))
result = (
    e,
    e2,
    torch.equal(a, b),
    torch.equal(c, d),
    f(torch.ones(2)),
    sm(torch.ones(1)),
    tm(torch.ones(1)),
    g.initial_seed(),
)
