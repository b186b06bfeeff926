"""REINFORCE on a small grid, with a softmax policy in a table."""

import numpy as np

np.random.seed(7)
rows, cols = 4, 5
start, goal = (0, 0), (3, 4)
moves = [(-1, 0), (1, 0), (0, -1), (0, 1)]
theta = np.zeros((rows, cols, len(moves)))


def policy(state):
    logits = theta[state] - theta[state].max()
    e = np.exp(logits)
    return e / e.sum()


def step(state, action):
    r = min(max(state[0] + moves[action][0], 0), rows - 1)
    c = min(max(state[1] + moves[action][1], 0), cols - 1)
    done = (r, c) == goal
    return (r, c), (1.0 if done else -0.05), done


def episode():
    state, history = start, []
    for _ in range(60):
        p = policy(state)
        action = np.random.choice(len(moves), p=p)
        nxt, reward, done = step(state, action)
        history.append((state, action, reward))
        state = nxt
        if done:
            break
    return history


lengths = []
for ep in range(80):
    history = episode()
    rewards = np.array([r for _, _, r in history])
    discounted = np.zeros_like(rewards)
    running = 0
    for t in reversed(range(len(rewards))):
        running = running * 0.97 + rewards[t]
        discounted[t] = running
    advantage = discounted - discounted.mean()
    if advantage.std() > 0:
        advantage /= advantage.std()
    for (state, action, _), a in zip(history, advantage):
        gradient = -policy(state)
        gradient[action] += 1
        theta[state] += 0.1 * a * gradient
    lengths.append(len(history))
    if (ep + 1) % 20 == 0:
        print("episode %d: mean length %.2f, return %.4f" % (ep + 1, np.mean(lengths[-20:]), rewards.sum()))
best = np.argmax(theta, axis=-1)
arrows = np.array(list("^v<>"))
print("\n".join("".join(row) for row in arrows[best]))
print(np.round(policy(start), 4).tolist())
visits = {}
for s, a, _ in history:
    visits[s] = visits.get(s, 0) + 1
print(sorted(visits.items())[:3])
