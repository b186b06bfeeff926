"""An LSTM's forward and backward steps by hand, with a check of its gradients."""

import numpy as np

rng = np.random.RandomState(1)


def sigmoid(x):
    return 1.0 / (1.0 + np.exp(-x))


def init(input_size, hidden_size):
    W = rng.randn(input_size + hidden_size + 1, 4 * hidden_size) / np.sqrt(input_size + hidden_size)
    W[0, :] = 0
    W[0, hidden_size : 2 * hidden_size] = 3
    return W


def forward(X, W):
    n, b, input_size = X.shape
    d = W.shape[1] // 4
    Hin = np.zeros((n, b, W.shape[0]))
    Hout = np.zeros((n, b, d))
    IFOG = np.zeros((n, b, d * 4))
    IFOGf = np.zeros((n, b, d * 4))
    C = np.zeros((n, b, d))
    Ct = np.zeros((n, b, d))
    for t in range(n):
        prevh = Hout[t - 1] if t > 0 else np.zeros((b, d))
        Hin[t, :, 0] = 1
        Hin[t, :, 1 : 1 + input_size] = X[t]
        Hin[t, :, 1 + input_size :] = prevh
        IFOG[t] = Hin[t].dot(W)
        IFOGf[t, :, : 3 * d] = sigmoid(IFOG[t, :, : 3 * d])
        IFOGf[t, :, 3 * d :] = np.tanh(IFOG[t, :, 3 * d :])
        prevc = C[t - 1] if t > 0 else np.zeros((b, d))
        C[t] = IFOGf[t, :, :d] * IFOGf[t, :, 3 * d :] + IFOGf[t, :, d : 2 * d] * prevc
        Ct[t] = np.tanh(C[t])
        Hout[t] = IFOGf[t, :, 2 * d : 3 * d] * Ct[t]
    return Hout, dict(W=W, X=X, Hin=Hin, IFOG=IFOG, IFOGf=IFOGf, C=C, Ct=Ct, Hout=Hout)


def backward(dHout_in, cache):
    W, Hin, Hout, IFOGf, C, Ct = (cache[k] for k in ("W", "Hin", "Hout", "IFOGf", "C", "Ct"))
    n, b, d = Hout.shape
    input_size = W.shape[0] - d - 1
    dIFOG = np.zeros_like(IFOGf)
    dIFOGf = np.zeros(IFOGf.shape)
    dW = np.zeros(W.shape)
    dHin = np.zeros(Hin.shape)
    dC = np.zeros(C.shape)
    dX = np.zeros((n, b, input_size))
    dHout = dHout_in.copy()
    for t in reversed(range(n)):
        tanhCt = Ct[t]
        dIFOGf[t, :, 2 * d : 3 * d] = tanhCt * dHout[t]
        dC[t] += (1 - tanhCt**2) * (IFOGf[t, :, 2 * d : 3 * d] * dHout[t])
        if t > 0:
            dIFOGf[t, :, d : 2 * d] = C[t - 1] * dC[t]
            dC[t - 1] += IFOGf[t, :, d : 2 * d] * dC[t]
        dIFOGf[t, :, :d] = IFOGf[t, :, 3 * d :] * dC[t]
        dIFOGf[t, :, 3 * d :] = IFOGf[t, :, :d] * dC[t]
        dIFOG[t, :, 3 * d :] = (1 - IFOGf[t, :, 3 * d :] ** 2) * dIFOGf[t, :, 3 * d :]
        y = IFOGf[t, :, : 3 * d]
        dIFOG[t, :, : 3 * d] = (y * (1.0 - y)) * dIFOGf[t, :, : 3 * d]
        dW += np.dot(Hin[t].transpose(), dIFOG[t])
        dHin[t] = dIFOG[t].dot(W.transpose())
        dX[t] = dHin[t, :, 1 : 1 + input_size]
        if t > 0:
            dHout[t - 1, :] += dHin[t, :, 1 + input_size :]
    return dX, dW


n, b, d, size = 5, 3, 4, 10
W = init(size, d)
X = rng.randn(n, b, size)
wrand = rng.randn(n, b, d)
H, cache = forward(X, W)
loss = np.sum(H * wrand)
dX, dW = backward(wrand, cache)
delta = 1e-5
worst = 0.0
for arr, darr, name in zip([X, W], [dX, dW], ["X", "W"]):
    for i in rng.choice(arr.size, 12):
        oldval = arr.flat[i]
        arr.flat[i] = oldval + delta
        plus = np.sum(forward(X, W)[0] * wrand)
        arr.flat[i] = oldval - delta
        minus = np.sum(forward(X, W)[0] * wrand)
        arr.flat[i] = oldval
        numeric = (plus - minus) / (2 * delta)
        analytic = darr.flat[i]
        error = abs(analytic - numeric) / max(abs(numeric + analytic), 1e-7)
        worst = max(worst, error)
        ix = np.unravel_index(i, arr.shape)
        print("%s%s: %.6f %.5f" % (name, tuple(int(k) for k in ix), analytic, numeric))
print("loss %.8f, ok: %s" % (loss, worst < 1e-4))
