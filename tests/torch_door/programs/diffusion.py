"""Diffusion of points of the plane: a noise schedule by cumprod, a time embedding, and sampling."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class SinusoidalEmbedding(nn.Module):
    def __init__(self, size, scale=1.0):
        super().__init__()
        self.size = size
        self.scale = scale

    def forward(self, x):
        x = x * self.scale
        half_size = self.size // 2
        emb = torch.log(torch.Tensor([10000.0])) / (half_size - 1)
        emb = torch.exp(-emb * torch.arange(half_size))
        emb = x.unsqueeze(-1) * emb.unsqueeze(0)
        return torch.cat((torch.sin(emb), torch.cos(emb)), dim=-1)


class Block(nn.Module):
    def __init__(self, size):
        super().__init__()
        self.ff = nn.Linear(size, size)
        self.act = nn.GELU()

    def forward(self, x):
        return x + self.act(self.ff(x))


class MLP(nn.Module):
    def __init__(self, hidden_size=32, emb_size=16, hidden_layers=2):
        super().__init__()
        self.time_mlp = SinusoidalEmbedding(emb_size)
        self.input_mlp = SinusoidalEmbedding(emb_size, 25.0)
        layers = [nn.Linear(3 * emb_size, hidden_size), nn.GELU()]
        for _ in range(hidden_layers):
            layers.append(Block(hidden_size))
        layers.append(nn.Linear(hidden_size, 2))
        self.joint_mlp = nn.Sequential(*layers)

    def forward(self, x, t):
        x1, x2 = self.input_mlp(x[:, 0]), self.input_mlp(x[:, 1])
        return self.joint_mlp(torch.cat((x1, x2, self.time_mlp(t)), dim=-1))


T = 50
betas = torch.linspace(0.0001, 0.02, T, dtype=torch.float32)
alphas = 1.0 - betas
alphas_cumprod = torch.cumprod(alphas, axis=0)
alphas_cumprod_prev = F.pad(alphas_cumprod[:-1], (1, 0), value=1.0)
posterior = betas * (1.0 - alphas_cumprod_prev) / (1.0 - alphas_cumprod)
model = MLP()
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3)
losses = []
for step in range(12):
    data = torch.randn(64, 2)
    noise = torch.randn(data.shape)
    timesteps = torch.randint(0, T, (data.shape[0],)).long()
    s1, s2 = alphas_cumprod[timesteps] ** 0.5, (1 - alphas_cumprod[timesteps]) ** 0.5
    noisy = s1.reshape(-1, 1) * data + s2.reshape(-1, 1) * noise
    noise_pred = model(noisy, timesteps)
    loss = F.mse_loss(noise_pred, noise)
    loss.backward()
    nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    optimizer.zero_grad()
    losses.append(loss.detach().item())
model.eval()
sample = torch.randn(8, 2)
for t in reversed(range(T)):
    t_batch = torch.from_numpy(__import__("numpy").repeat(t, 8)).long()
    with torch.no_grad():
        residual = model(sample, t_batch)
    sample = (sample - betas[t] / (1 - alphas_cumprod[t]).sqrt() * residual) / alphas[t].sqrt()
losses.append(sample.abs().mean().item())
