"""Counts regressed on features, by a negative binomial likelihood with a prior over its coefficients and dispersion."""

import torch
from torch import nn
from torch.distributions import Gamma, Laplace, MultivariateNormal, NegativeBinomial, Poisson, constraints, transform_to


class Counts(nn.Module):
    def __init__(self, features=5):
        super().__init__()
        self.linear = nn.Linear(features, 1)
        self.raw = nn.Parameter(torch.zeros(1))

    @property
    def dispersion(self):
        return transform_to(constraints.positive)(self.raw)

    def forward(self, x):
        return NegativeBinomial(total_count=self.dispersion, logits=self.linear(x).squeeze(-1) - self.raw)


model = Counts()
prior = Laplace(torch.zeros(1, 5), 2 * torch.ones(1, 5))
covariance = torch.eye(5) + 0.5 * torch.ones(5, 5)
features = MultivariateNormal(torch.zeros(5), covariance_matrix=covariance)
optimizer = torch.optim.SGD(model.parameters(), lr=0.05)
losses = []
for step in range(12):
    x = torch.randn(64, 5) @ features.scale_tril.T
    y = torch.randint(0, 9, (64,)).float()
    log_likelihood = model(x).log_prob(y).mean()
    log_prior = prior.log_prob(model.linear.weight).sum() + Gamma(2.0, 1.0).log_prob(model.dispersion).sum()
    baseline = Poisson(y.mean()).log_prob(y).mean()
    loss = -(log_likelihood + log_prior / 1000 - baseline)
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item() - features.log_prob(x).mean().item())
