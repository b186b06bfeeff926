"""A Kalman filter that follows a falling ball."""

import numpy as np

np.random.seed(11)
dt = 0.1
F = np.array([[1, dt], [0, 1]])
B = np.array([0.5 * dt**2, dt]).reshape(2, 1)
H = np.array([1, 0]).reshape(1, 2)
Q = np.array([[0.05, 0.05], [0.05, 0.05]]) * 0.01
R = np.array([0.5]).reshape(1, 1)


class KalmanFilter(object):
    def __init__(self, F=None, B=None, H=None, Q=None, R=None, P=None, x0=None):
        if F is None or H is None:
            raise ValueError("Set proper system dynamics.")
        self.n = F.shape[1]
        self.m = H.shape[1]
        self.F, self.H = F, H
        self.B = 0 if B is None else B
        self.Q = np.eye(self.n) if Q is None else Q
        self.R = np.eye(self.n) if R is None else R
        self.P = np.eye(self.n) if P is None else P
        self.x = np.zeros((self.n, 1)) if x0 is None else x0

    def predict(self, u=0):
        self.x = np.dot(self.F, self.x) + np.dot(self.B, u)
        self.P = np.dot(np.dot(self.F, self.P), self.F.T) + self.Q
        return self.x

    def update(self, z):
        y = z - np.dot(self.H, self.x)
        S = self.R + np.dot(self.H, np.dot(self.P, self.H.T))
        K = np.dot(np.dot(self.P, self.H.T), np.linalg.inv(S))
        self.x = self.x + np.dot(K, y)
        I = np.eye(self.n)
        self.P = np.dot(np.dot(I - np.dot(K, self.H), self.P), (I - np.dot(K, self.H)).T) + np.dot(
            np.dot(K, self.R), K.T
        )


t = np.arange(0, 3, dt)
truth = 20 - 0.5 * 9.81 * t**2
measurements = truth + np.random.normal(0, 0.7, t.shape)
kf = KalmanFilter(F=F, B=B, H=H, Q=Q, R=R, x0=np.array([[20.0], [0.0]]))
predictions = []
for z in measurements:
    predictions.append(np.dot(H, kf.predict(u=-9.81))[0])
    kf.update(z)
predictions = np.array(predictions).ravel()
print(t.shape, predictions.shape)
for i in range(0, len(t), 6):
    print("%.1f  truth %8.4f  measured %8.4f  filtered %8.4f" % (t[i], truth[i], measurements[i], predictions[i]))
print(
    "rmse measured %.4f filtered %.4f"
    % (np.sqrt(((measurements - truth) ** 2).mean()), np.sqrt(((predictions - truth) ** 2).mean()))
)
print(kf.P.round(5))
print(kf.x.T.round(4).tolist())
