"""The actor and critic of soft actor-critic: a normal policy squashed by tanh, whose density is that of the change of
variables (Haarnoja et al., 2018)."""

import torch
from torch import nn
from torch.distributions import Independent, Normal, TransformedDistribution
from torch.distributions.transforms import TanhTransform


class Actor(nn.Module):
    def __init__(self):
        super().__init__()
        self.trunk = nn.Sequential(nn.Linear(6, 32), nn.ReLU())
        self.mu, self.log_std = nn.Linear(32, 2), nn.Linear(32, 2)

    def forward(self, obs):
        h = self.trunk(obs)
        std = self.log_std(h).clamp(-5, 2).exp()
        squashed = TransformedDistribution(Normal(self.mu(h), std), [TanhTransform(cache_size=1)])
        return Independent(squashed, 1)


actor = Actor()
critic = nn.Sequential(nn.Linear(8, 32), nn.ReLU(), nn.Linear(32, 1))
log_alpha = torch.zeros(1, requires_grad=True)
actor_optimizer = torch.optim.Adam(actor.parameters(), lr=3e-3)
critic_optimizer = torch.optim.Adam(critic.parameters(), lr=3e-3)
alpha_optimizer = torch.optim.Adam([log_alpha], lr=1e-2)
losses = []
for step in range(12):
    obs, following = torch.randn(32, 6), torch.randn(32, 6)
    with torch.no_grad():
        action = actor(obs).sample()
        policy = actor(following)
        after = policy.rsample()
        value = critic(torch.cat([following, after], -1)).squeeze(-1) - log_alpha.exp() * policy.log_prob(after)
        target = action.prod(-1) + 0.9 * value
    critic_loss = (critic(torch.cat([obs, action], -1)).squeeze(-1) - target).pow(2).mean()
    critic_optimizer.zero_grad()
    critic_loss.backward()
    critic_optimizer.step()
    policy = actor(obs)
    action = policy.rsample()
    log_prob = policy.log_prob(action)
    actor_loss = (log_alpha.exp().detach() * log_prob - critic(torch.cat([obs, action], -1)).squeeze(-1)).mean()
    actor_optimizer.zero_grad()
    actor_loss.backward()
    actor_optimizer.step()
    alpha_loss = -(log_alpha * (log_prob.detach() - 2.0)).mean()
    alpha_optimizer.zero_grad()
    alpha_loss.backward()
    alpha_optimizer.step()
    losses.append(critic_loss.item() + actor_loss.item())
