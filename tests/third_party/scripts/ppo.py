"""Proximal policy optimization (Schulman et al., arXiv:1707.06347) on Gymnasium's CartPole."""

import argparse
import json
import random
import time

import gymnasium as gym
import numpy as np
import torch
import torch.nn as nn
import torch.optim as optim
from torch.distributions.categorical import Categorical

parser = argparse.ArgumentParser()
parser.add_argument("--steps", type=int, default=100_000)
parser.add_argument("--seed", type=int, default=1)
parser.add_argument("--envs", type=int, default=8)
parser.add_argument("--rollout", type=int, default=32)
parser.add_argument("--minibatches", type=int, default=1)
parser.add_argument("--epochs", type=int, default=20)
parser.add_argument("--learning-rate", type=float, default=1e-3)
parser.add_argument("--gamma", type=float, default=0.98)
parser.add_argument("--gae-lambda", type=float, default=0.8)
parser.add_argument("--clip", type=float, default=0.2)
parser.add_argument("--entropy", type=float, default=0.0)
args = parser.parse_args()

random.seed(args.seed)
np.random.seed(args.seed)
torch.manual_seed(args.seed)
torch.backends.cudnn.deterministic = True
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


def layer_init(layer, std=np.sqrt(2), bias_const=0.0):
    torch.nn.init.orthogonal_(layer.weight, std)
    torch.nn.init.constant_(layer.bias, bias_const)
    return layer


class Agent(nn.Module):
    def __init__(self, envs):
        super().__init__()
        inputs = int(np.array(envs.single_observation_space.shape).prod())
        self.critic = nn.Sequential(
            layer_init(nn.Linear(inputs, 64)),
            nn.Tanh(),
            layer_init(nn.Linear(64, 64)),
            nn.Tanh(),
            layer_init(nn.Linear(64, 1), std=1.0),
        )
        self.actor = nn.Sequential(
            layer_init(nn.Linear(inputs, 64)),
            nn.Tanh(),
            layer_init(nn.Linear(64, 64)),
            nn.Tanh(),
            layer_init(nn.Linear(64, int(envs.single_action_space.n)), std=0.01),
        )

    def get_value(self, x):
        return self.critic(x)

    def get_action_and_value(self, x, action=None):
        logits = self.actor(x)
        probs = Categorical(logits=logits)
        if action is None:
            action = probs.sample()
        return action, probs.log_prob(action), probs.entropy(), self.critic(x)


envs = gym.vector.SyncVectorEnv(
    [lambda: gym.wrappers.RecordEpisodeStatistics(gym.make("CartPole-v1")) for _ in range(args.envs)]
)
agent = Agent(envs).to(device)
optimizer = optim.Adam(agent.parameters(), lr=args.learning_rate, eps=1e-5)

shape = (args.rollout, args.envs)
obs = torch.zeros(shape + envs.single_observation_space.shape).to(device)
actions = torch.zeros(shape + envs.single_action_space.shape).to(device)
logprobs = torch.zeros(shape).to(device)
rewards = torch.zeros(shape).to(device)
dones = torch.zeros(shape).to(device)
values = torch.zeros(shape).to(device)
batch_size = args.rollout * args.envs
minibatch_size = batch_size // args.minibatches
iterations = args.steps // batch_size

returns_seen = []
global_step = 0
start_time = time.time()
next_obs, _ = envs.reset(seed=args.seed)
next_obs = torch.Tensor(next_obs).to(device)
next_done = torch.zeros(args.envs).to(device)

for iteration in range(1, iterations + 1):
    fraction = 1.0 - (iteration - 1.0) / iterations
    optimizer.param_groups[0]["lr"] = fraction * args.learning_rate
    clip = fraction * args.clip

    for step in range(args.rollout):
        global_step += args.envs
        obs[step] = next_obs
        dones[step] = next_done
        with torch.no_grad():
            action, logprob, _, value = agent.get_action_and_value(next_obs)
            values[step] = value.flatten()
        actions[step] = action
        logprobs[step] = logprob
        next_obs, reward, terminations, truncations, infos = envs.step(action.cpu().numpy())
        next_done = np.logical_or(terminations, truncations)
        rewards[step] = torch.tensor(reward).to(device).view(-1)
        next_obs, next_done = torch.Tensor(next_obs).to(device), torch.Tensor(next_done).to(device)
        if "episode" in infos:
            returns_seen += [float(r) for r, ended in zip(infos["episode"]["r"], infos["_episode"]) if ended]

    with torch.no_grad():
        next_value = agent.get_value(next_obs).reshape(1, -1)
        advantages = torch.zeros_like(rewards).to(device)
        lastgaelam = 0
        for t in reversed(range(args.rollout)):
            nextnonterminal = 1.0 - (next_done if t == args.rollout - 1 else dones[t + 1])
            nextvalues = next_value if t == args.rollout - 1 else values[t + 1]
            delta = rewards[t] + args.gamma * nextvalues * nextnonterminal - values[t]
            advantages[t] = lastgaelam = delta + args.gamma * args.gae_lambda * nextnonterminal * lastgaelam
        returns = advantages + values

    b_obs = obs.reshape((-1,) + envs.single_observation_space.shape)
    b_logprobs = logprobs.reshape(-1)
    b_actions = actions.reshape((-1,) + envs.single_action_space.shape)
    b_advantages = advantages.reshape(-1)
    b_returns = returns.reshape(-1)

    b_inds = np.arange(batch_size)
    for epoch in range(args.epochs):
        np.random.shuffle(b_inds)
        for start in range(0, batch_size, minibatch_size):
            mb_inds = b_inds[start : start + minibatch_size]
            _, newlogprob, entropy, newvalue = agent.get_action_and_value(b_obs[mb_inds], b_actions.long()[mb_inds])
            logratio = newlogprob - b_logprobs[mb_inds]
            ratio = logratio.exp()
            mb_advantages = b_advantages[mb_inds]
            mb_advantages = (mb_advantages - mb_advantages.mean()) / (mb_advantages.std() + 1e-8)
            pg_loss1 = -mb_advantages * ratio
            pg_loss2 = -mb_advantages * torch.clamp(ratio, 1 - clip, 1 + clip)
            pg_loss = torch.max(pg_loss1, pg_loss2).mean()
            newvalue = newvalue.view(-1)
            v_loss = 0.5 * ((newvalue - b_returns[mb_inds]) ** 2).mean()
            loss = pg_loss - args.entropy * entropy.mean() + v_loss * 0.5
            optimizer.zero_grad()
            loss.backward()
            nn.utils.clip_grad_norm_(agent.parameters(), 0.5)
            optimizer.step()

seconds = time.time() - start_time
envs.close()

env = gym.make("CartPole-v1")
finals = []
for episode in range(20):
    state, _ = env.reset(seed=1000 + episode)
    total, over = 0.0, False
    while not over:
        with torch.no_grad():
            action = agent.actor(torch.Tensor(state).unsqueeze(0)).argmax(1).item()
        state, reward, terminated, truncated, _ = env.step(action)
        total += reward
        over = terminated or truncated
    finals.append(total)
print(
    json.dumps(
        {
            "steps": global_step,
            "last_100_episodes": float(np.mean(returns_seen[-100:])),
            "first_20_episodes": float(np.mean(returns_seen[:20])),
            "greedy": float(np.mean(finals)),
            "seconds": seconds,
            "library": str(torch.__version__),
        }
    )
)
