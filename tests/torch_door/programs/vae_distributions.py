"""A variational autoencoder written with distributions: posterior, prior, likelihood and their divergence."""

import torch
import torch.distributions as dist
from torch import nn


class Encoder(nn.Module):
    def __init__(self, size=64, latent=4):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(size, 32), nn.Tanh())
        self.loc = nn.Linear(32, latent)
        self.scale = nn.Sequential(nn.Linear(32, latent), nn.Softplus())

    def forward(self, x):
        h = self.body(x)
        return dist.Independent(dist.Normal(self.loc(h), self.scale(h) + 1e-3), 1)


class Decoder(nn.Module):
    def __init__(self, size=64, latent=4):
        super().__init__()
        self.body = nn.Sequential(nn.Linear(latent, 32), nn.Tanh(), nn.Linear(32, size))

    def forward(self, z):
        return dist.Independent(dist.Bernoulli(logits=self.body(z)), 1)


encoder, decoder = Encoder(), Decoder()
prior = dist.Independent(dist.Normal(torch.zeros(4), torch.ones(4)), 1)
optimizer = torch.optim.Adam([*encoder.parameters(), *decoder.parameters()], lr=3e-3)
losses = []
for step in range(12):
    x = (torch.rand(16, 64) > 0.5).float()
    posterior = encoder(x)
    z = posterior.rsample((3,))
    likelihood = decoder(z).log_prob(x).mean(0)
    elbo = likelihood - dist.kl_divergence(posterior, prior)
    loss = -elbo.mean()
    optimizer.zero_grad()
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
    assert posterior.batch_shape == torch.Size([16])
    assert posterior.event_shape == torch.Size([4])
