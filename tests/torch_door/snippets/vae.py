import torch, torch.nn as nn, torch.nn.functional as F
from torch.distributions import (
    Normal,
    kl_divergence,
    Bernoulli,
    Independent,
    MultivariateNormal,
    Categorical,
    MixtureSameFamily,
    TransformedDistribution,
)
import torch.distributions as D

mu = rand(3, 2).requires_grad_()
lv = rand(3, 2, seed=4)
std = torch.exp(0.5 * lv)
q = Normal(mu, std)
p = Normal(torch.zeros_like(mu), torch.ones_like(std))
kl = kl_divergence(q, p).sum(1).mean()
kl2 = -0.5 * torch.sum(1 + lv - mu.pow(2) - lv.exp())
z = q.rsample()
(kl + kl2).backward()
mix = MixtureSameFamily(Categorical(torch.ones(2)), Normal(torch.tensor([0.0, 1.0]), torch.tensor([1.0, 2.0])))
base = Independent(Normal(torch.zeros(2), torch.ones(2)), 1)
fl = TransformedDistribution(base, [D.transforms.TanhTransform(cache_size=1), D.AffineTransform(1.0, 2.0)])
result = (
    kl,
    kl2,
    mu.grad,
    z.shape,
    mix.log_prob(torch.tensor([0.5])),
    fl.log_prob(torch.tensor([1.5, 0.3])),
    F.binary_cross_entropy(torch.sigmoid(mu), torch.ones_like(mu), reduction="sum"),
    Bernoulli(logits=mu).log_prob(torch.ones(3, 2)),
    MultivariateNormal(torch.zeros(2), torch.eye(2)).log_prob(mu),
    D.StudentT(3.0).log_prob(torch.tensor(1.0)),
    D.Dirichlet(torch.ones(3)).entropy(),
    D.Beta(2.0, 3.0).mean,
    D.Gamma(1.0, 2.0).log_prob(torch.tensor(0.5)),
    D.LogNormal(0.0, 1.0).mean,
    D.Geometric(0.3).log_prob(torch.tensor(2.0)),
    Categorical(logits=rand(2, 4)).probs,
    q.icdf(torch.tensor(0.3)),
    Normal(0, 1).cdf(torch.tensor(0.2)),
    str(Normal(0.0, 1.0)),
    str(Categorical(torch.ones(2))),
)
