import torch

x = torch.arange(24.0).view(2, 3, 4)
m = x > 10
r = [
    x[..., 0],
    x[:, None].shape,
    x[0, 1:, ::2],
    x[:, [0, 2]],
    x[torch.tensor([1, 0])],
    x[m],
    x[m].shape,
    x[0][torch.tensor([True, False, True])],
    x[:, torch.tensor([0, 1]), torch.tensor([1, 2])],
    x[-1, ..., -1],
    x.index_select(1, torch.tensor([0, 2])),
    x[None, ..., None].shape,
    x[torch.tensor(1)],
    x[1][2][3],
    x[:, -1:],
    x.select(1, 0),
    x.narrow(2, 1, 2),
    x.take_along_dim(x.argmax(-1, keepdim=True), -1),
]
y = x.clone()
y[:, 0] = 0
y[y > 20] = -1
y[..., 1] += 5
y[torch.tensor([0]), torch.tensor([1]), torch.tensor([2])] = 99
y[0, 1] = torch.tensor([1.0, 2.0, 3.0, 4.0])
y[:, :, 0] *= 2
r.append(y)
z = torch.zeros(3, 3)
z[range(3), range(3)] = 1
r.append(z)
z[[0, 1], [1, 2]] = 2
r.append(z)
z.diagonal().fill_(5)
r.append(z)
z[1:, :2] = torch.eye(2)
r.append(z)
z[z == 5] = torch.tensor(0.0)
r.append(z)
i, j = torch.triu_indices(3, 3, 1)
z[i, j] = 7
r.append(z)
a, b, c = torch.unbind(z)
r.append(b)
first, *rest = z
r.append(len(rest))
r.append([row.sum().item() for row in z])
r.append(z.T[0])
w = torch.ones(2, 2, requires_grad=True)
v = w * 2
v[0] = 0
v.sum().backward()
r.append(w.grad)
r.append(torch.zeros(2, 3).expand(2, 3).contiguous())
q = torch.zeros(4)
q[1:3].copy_(torch.ones(2))
q[torch.tensor([True, False, False, True])] += 1
r.append(q)
result = r
