"""Conway's game of life, by rolls and by slices."""

import numpy as np


def neighbours(board):
    return sum(np.roll(np.roll(board, i, 0), j, 1) for i in (-1, 0, 1) for j in (-1, 0, 1) if (i != 0 or j != 0))


def step(board):
    n = neighbours(board)
    return (n == 3) | (board & (n == 2))


def iterate(Z):
    N = (
        Z[0:-2, 0:-2]
        + Z[0:-2, 1:-1]
        + Z[0:-2, 2:]
        + Z[1:-1, 0:-2]
        + Z[1:-1, 2:]
        + Z[2:, 0:-2]
        + Z[2:, 1:-1]
        + Z[2:, 2:]
    )
    birth = (N == 3) & (Z[1:-1, 1:-1] == 0)
    survive = ((N == 2) | (N == 3)) & (Z[1:-1, 1:-1] == 1)
    Z[...] = 0
    Z[1:-1, 1:-1][birth | survive] = 1
    return Z


def show(board):
    for row in board:
        print("".join("#" if cell else "." for cell in row))


glider = np.zeros((8, 8), dtype=bool)
glider[[0, 1, 2, 2, 2], [1, 2, 0, 1, 2]] = True
show(glider)
board = glider
for _ in range(12):
    board = step(board)
print()
show(board)
print("alive:", board.sum(), "moved:", np.array_equal(board, np.roll(glider, (3, 3), (0, 1))))

np.random.seed(1)
Z = np.random.randint(0, 2, (12, 12))
Z[0] = Z[-1] = 0
Z[:, 0] = Z[:, -1] = 0
history = []
for i in range(10):
    iterate(Z)
    history.append(int(Z.sum()))
print(history)
print(Z[1:4])
print(np.argwhere(Z == 1)[:3].tolist(), np.count_nonzero(Z), Z.any(axis=1).astype(int))
