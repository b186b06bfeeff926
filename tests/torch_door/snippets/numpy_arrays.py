import torch

a = np.ones((2, 3), dtype=np.float32)
t = torch.from_numpy(a)
t[0, 0] = 5
u = t.numpy()
u[1] = 7
x = torch.ones(3, requires_grad=True)
try:
    x.numpy()
    e = ""
except RuntimeError as ex:
    e = "numpy()" in str(ex)
r = [
    a,
    t,
    u,
    e,
    x.detach().numpy(),
    np.sum(t.numpy()),
    torch.tensor(a).sum(),
    t.numpy().shape,
    torch.stack([torch.from_numpy(v) for v in a]),
    np.concatenate([t, t]),
    np.array([v.item() for v in t[0]]),
    torch.tensor([np.float32(1), np.float32(2)]),
    torch.FloatTensor(a),
    torch.from_numpy(a[:, ::2].copy()),
    torch.Tensor(a),
    torch.tensor(a.tolist()),
    np.allclose(t, a),
    t.cpu().detach().numpy().max(),
    torch.as_tensor([1, 2]),
    x.tolist(),
    np.stack([t[0], t[1]]),
    t.__array__().dtype,
    float(np.float32(2) * torch.tensor(2.0)),
    torch.tensor(2.0) * np.float32(3),
    torch.ones(2) * np.ones(2, dtype=np.float32),
    np.random.permutation(3).shape,
    t[np.array([0, 1])],
    t[np.array([True, False])],
    t[:, np.int64(1)],
    torch.zeros(np.int64(2), 3).shape,
    torch.tensor(np.array(5)),
    torch.randn(*a.shape).shape,
    torch.linspace(0, 1, np.int64(3)),
]
result = r
