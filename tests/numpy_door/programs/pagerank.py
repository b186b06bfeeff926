"""PageRank, the power method, and shortest paths."""

import numpy as np

links = {0: [1, 2], 1: [2], 2: [0], 3: [0, 2], 4: [3, 5], 5: [4, 2]}
n = len(links)
M = np.zeros((n, n))
for src, dsts in links.items():
    for dst in dsts:
        M[dst, src] = 1.0 / len(dsts)
assert np.allclose(M.sum(axis=0), 1)


def pagerank(M, num_iterations=100, d=0.85, tol=1e-10):
    N = M.shape[1]
    v = np.ones(N) / N
    M_hat = d * M + (1 - d) / N
    for i in range(num_iterations):
        last = v
        v = M_hat @ v
        if np.abs(v - last).sum() < tol:
            return v, i
    return v, num_iterations


ranks, iterations = pagerank(M)
print("iterations", iterations)
for i in np.argsort(-ranks):
    print("page %d: %.6f" % (i, ranks[i]))
print("sum is one:", np.isclose(ranks.sum(), 1.0))

A = np.array([[4, 1, 2], [1, 3, 0], [2, 0, 5]], dtype=float)
b = np.ones(3)
for _ in range(60):
    b_new = A @ b
    b = b_new / np.linalg.norm(b_new)
eig = b @ A @ b
w, v = np.linalg.eig(A)
print("largest eigenvalue %.6f, by eig %.6f" % (eig, w.max()))
q, r = np.linalg.qr(A)
print(np.allclose(q @ r, A), np.linalg.matrix_rank(A), "%.4f" % np.linalg.cond(A))

INF = np.inf
D = np.full((5, 5), INF)
np.fill_diagonal(D, 0)
for a, c, weight in [(0, 1, 4), (0, 2, 1), (2, 1, 2), (1, 3, 5), (2, 3, 8), (3, 4, 3)]:
    D[a, c] = weight
for k in range(5):
    D = np.minimum(D, D[:, k, np.newaxis] + D[np.newaxis, k, :])
print(D)
print(np.isinf(D).sum(), D[0, 4], int(D[0, 4]))


def dijkstra(adj, source):
    dist = np.full(len(adj), np.inf)
    dist[source] = 0
    done = np.zeros(len(adj), dtype=bool)
    for _ in range(len(adj)):
        u = np.argmin(np.where(done, np.inf, dist))
        done[u] = True
        for v in np.flatnonzero(np.isfinite(adj[u]) & (adj[u] > 0)):
            if dist[u] + adj[u, v] < dist[v]:
                dist[v] = dist[u] + adj[u, v]
    return dist


print(dijkstra(D, 0), dijkstra(D, 0).tolist() == D[0].tolist())
