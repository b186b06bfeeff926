"""Q-learning and value iteration on a grid world."""

import numpy as np

np.random.seed(2)
grid = np.array(
    [
        [0, 0, 0, 1],
        [0, 9, 0, -1],
        [0, 0, 0, 0],
    ]
)
n_rows, n_cols = grid.shape
actions = [(-1, 0), (0, 1), (1, 0), (0, -1)]


def to_state(r, c):
    return r * n_cols + c


def move(state, action):
    r, c = divmod(state, n_cols)
    dr, dc = actions[action]
    nr, nc = r + dr, c + dc
    if not (0 <= nr < n_rows and 0 <= nc < n_cols) or grid[nr, nc] == 9:
        nr, nc = r, c
    reward = grid[nr, nc] if abs(grid[nr, nc]) == 1 else -0.04
    return to_state(nr, nc), reward, abs(grid[nr, nc]) == 1


V = np.zeros(n_rows * n_cols)
sweeps = 0
while True:
    delta = 0
    for s in range(len(V)):
        if grid.flat[s] != 0:
            continue
        v = V[s]
        V[s] = max(r + 0.9 * V[s2] * (not done) for s2, r, done in (move(s, a) for a in range(4)))
        delta = max(delta, np.abs(v - V[s]))
    sweeps += 1
    if delta < 1e-8:
        break
print("sweeps", sweeps)
print(np.array_str(V.reshape(grid.shape), precision=4))

Q = np.zeros((V.size, len(actions)))
alpha, gamma, epsilon = 0.3, 0.9, 0.2
lengths = []
for episode in range(150):
    state, steps, done = to_state(2, 0), 0, False
    while not done and steps < 100:
        if np.random.uniform() < epsilon:
            action = np.random.randint(len(actions))
        else:
            action = np.random.choice(np.flatnonzero(Q[state] == Q[state].max()))
        nxt, reward, done = move(state, action)
        old = Q[state, action]
        Q[state, action] += alpha * (reward + gamma * np.max(Q[nxt]) * (1 - done) - old)
        state, steps = nxt, steps + 1
    lengths.append(steps)
print("mean length of the last 50: %.2f" % np.mean(lengths[-50:]))
names = np.array(["up", "right", "down", "left"])
policy = names[Q.argmax(axis=1)].reshape(grid.shape)
policy[grid == 9] = "wall"
print(policy)
print(Q[to_state(2, 0)].round(4), type(int(Q.argmax())) is int)
tmp = V[0]
V[0] = V[1]
V[1] = tmp
print("swapped %.4f %.4f" % (V[0], V[1]))
seen = {grid[0, 3]: "goal", grid[1, 3]: "pit"}
print(seen[1], seen[-1], seen.get(grid[0, 3]), grid[0, 0] in (0, 9), grid[1, 1] == 9)
