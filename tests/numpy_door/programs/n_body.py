"""Bodies that attract each other, by leapfrog steps; and the heat equation."""

import numpy as np


def acceleration(pos, mass, G, softening):
    x, y, z = pos[:, 0:1], pos[:, 1:2], pos[:, 2:3]
    dx, dy, dz = x.T - x, y.T - y, z.T - z
    inv_r3 = dx**2 + dy**2 + dz**2 + softening**2
    inv_r3[inv_r3 > 0] = inv_r3[inv_r3 > 0] ** (-1.5)
    ax = G * (dx * inv_r3) @ mass
    ay = G * (dy * inv_r3) @ mass
    az = G * (dz * inv_r3) @ mass
    return np.hstack((ax, ay, az))


def energy(pos, vel, mass, G):
    KE = 0.5 * np.sum(np.sum(mass * vel**2))
    x, y, z = pos[:, 0:1], pos[:, 1:2], pos[:, 2:3]
    inv_r = np.sqrt((x.T - x) ** 2 + (y.T - y) ** 2 + (z.T - z) ** 2)
    inv_r[inv_r > 0] = 1.0 / inv_r[inv_r > 0]
    PE = G * np.sum(np.sum(np.triu(-(mass * mass.T) * inv_r, 1)))
    return KE, PE


np.random.seed(17)
N, t, dt, G = 8, 0, 0.01, 1.0
mass = 20.0 * np.ones((N, 1)) / N
pos = np.random.randn(N, 3)
vel = np.random.randn(N, 3)
vel -= np.mean(mass * vel, 0) / np.mean(mass)
acc = acceleration(pos, mass, G, 0.1)
pos_save = np.zeros((N, 3, 51))
pos_save[:, :, 0] = pos
KE_save = np.zeros(51)
for i in range(50):
    vel += acc * dt / 2.0
    pos += vel * dt
    acc = acceleration(pos, mass, G, 0.1)
    vel += acc * dt / 2.0
    t += dt
    pos_save[:, :, i + 1] = pos
    KE_save[i + 1], PE = energy(pos, vel, mass, G)
    if i % 10 == 0:
        print("t=%.2f kinetic %.5f potential %.5f total %.5f" % (t, KE_save[i + 1], PE, KE_save[i + 1] + PE))
print("momentum is kept:", np.allclose((mass * vel).sum(axis=0), 0), pos_save.shape)
print(np.round(pos[0], 5), KE_save.argmax())

nx, ny, alpha = 15, 15, 1.0
dx2 = dy2 = 0.1**2
step = dx2 * dy2 / (2 * alpha * (dx2 + dy2))
u = 300.0 * np.ones((nx, ny))
X, Y = np.meshgrid(np.arange(nx), np.arange(ny), indexing="ij")
u[(X - 7) ** 2 + (Y - 7) ** 2 < 9] = 700
for m in range(30):
    u0 = u.copy()
    u[1:-1, 1:-1] = u0[1:-1, 1:-1] + alpha * step * (
        (u0[2:, 1:-1] - 2 * u0[1:-1, 1:-1] + u0[:-2, 1:-1]) / dx2
        + (u0[1:-1, 2:] - 2 * u0[1:-1, 1:-1] + u0[1:-1, :-2]) / dy2
    )
    if m % 10 == 0:
        print("%d: center %.3f, mean %.3f" % (m, u[7, 7], u.mean()))
gx, gy = np.gradient(u)
print(
    "largest gradient %.4f at %s"
    % (np.hypot(gx, gy).max(), tuple(map(int, np.unravel_index(np.hypot(gx, gy).argmax(), u.shape))))
)
