import torch, random

torch.manual_seed(1)
a = torch.rand(3)
torch.manual_seed(1)
b = torch.rand(3)
s = torch.get_rng_state()
c = torch.randn(2)
torch.set_rng_state(s)
d = torch.randn(2)
with torch.random.fork_rng():
    torch.manual_seed(5)
    torch.rand(1)
g = torch.Generator().manual_seed(2147483647)
W = torch.randn((3, 2), generator=g)
ix = torch.randint(0, 5, (4,), generator=g)
p = torch.randperm(4, generator=g)
bern = torch.bernoulli(torch.full((2, 2), 0.5))
e = torch.empty(3).uniform_(-1, 1)
n = torch.empty(3).normal_(mean=0, std=0.1, generator=g)
m = torch.multinomial(torch.ones(4), 2, generator=g)
result = (
    torch.equal(a, b),
    torch.equal(c, d),
    W.shape,
    ix.dtype,
    p.sum(),
    bern.shape,
    e.abs().max() <= 1,
    n.shape,
    torch.normal(0.0, 1.0, (2, 2)).shape,
    torch.normal(torch.zeros(3), torch.ones(3)).shape,
    torch.rand(2, 3, dtype=torch.float64).dtype,
    torch.randint(10, (2,)).shape,
    torch.randint_like(ix, 3).shape,
    torch.seed() > 0,
    torch.initial_seed() > 0,
    torch.rand_like(a).shape,
    torch.poisson(torch.ones(3)).shape,
    torch.empty(2).exponential_().shape,
)
