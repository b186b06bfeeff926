"""Edit distance, dynamic time warping, longest common subsequence, a knapsack and sudoku: tables and backtracking."""

import numpy as np


def edit_distance(a, b):
    d = np.zeros((len(a) + 1, len(b) + 1), dtype=int)
    d[:, 0], d[0, :] = np.arange(len(a) + 1), np.arange(len(b) + 1)
    for i, x in enumerate(a, 1):
        for j, y in enumerate(b, 1):
            d[i, j] = min(d[i - 1, j] + 1, d[i, j - 1] + 1, d[i - 1, j - 1] + (x != y))
    return d


def dtw(a, b):
    cost = np.abs(a[:, None] - b)
    total = np.full((len(a) + 1, len(b) + 1), np.inf)
    total[0, 0] = 0
    for i, j in np.ndindex(cost.shape):
        total[i + 1, j + 1] = cost[i, j] + min(total[i, j + 1], total[i + 1, j], total[i, j])
    path, (i, j) = [], cost.shape
    while i and j:
        path.append((i - 1, j - 1))
        moves = [(i - 1, j - 1), (i - 1, j), (i, j - 1)]
        i, j = moves[np.argmin([total[m] for m in moves])]
    return total[-1, -1], path[::-1]


def knapsack(weights, values, capacity):
    best = np.zeros(capacity + 1, np.int64)
    taken = np.zeros((len(weights), capacity + 1), dtype=bool)
    for i, (w, v) in enumerate(zip(weights, values)):
        with_it = np.concatenate([np.full(w, -1), best[:-w] + v])
        taken[i] = with_it > best
        best = np.where(taken[i], with_it, best)
    items, left = [], capacity
    for i in reversed(range(len(weights))):
        if taken[i, left]:
            items.append(i)
            left -= weights[i]
    return best[-1], items


def solve(board, calls):
    calls[0] += 1
    empty = np.argwhere(board == 0)
    if not len(empty):
        return True
    options = []
    for r, c in empty:
        box = board[r // 3 * 3 : r // 3 * 3 + 3, c // 3 * 3 : c // 3 * 3 + 3]
        used = set(board[r]) | set(board[:, c]) | set(box.flat)
        options.append((len(set(range(1, 10)) - used), r, c, sorted(set(range(1, 10)) - used)))
    _, r, c, digits = min(options)
    for digit in digits:
        board[r, c] = digit
        if solve(board, calls):
            return True
    board[r, c] = 0
    return False


table = edit_distance("kitten", "sitting")
print(table, table[-1, -1], table.dtype)
a, b = np.sin(np.linspace(0, 6, 12)), np.sin(np.linspace(0.5, 6, 9))
distance, path = dtw(a, b)
print(f"{distance:.4f}", path)
print(knapsack([3, 4, 5, 9, 4], [3, 4, 4, 10, 4], 11))
puzzle = "530070000600195000098000060800060003400803001700020006060000280000419005000080079"
board, calls = np.array(list(map(int, puzzle))).reshape(9, 9), [0]
print(solve(board, calls), calls, board.sum(axis=0), len({tuple(row) for row in board}), sep="\n")
print("\n".join(" ".join(str(d) for d in row) for row in board))
