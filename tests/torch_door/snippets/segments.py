import torch

src = rand(6, 3)
index = torch.tensor([0, 1, 0, 2, 1, 0])


def scatter_mean(src, index, n):
    out = src.new_zeros(n, src.size(1)).index_add_(0, index, src)
    c = src.new_zeros(n).index_add_(0, index, torch.ones_like(index, dtype=src.dtype))
    return out / c.clamp(min=1).unsqueeze(-1)


def softmax(src, index, n):
    mx = src.new_full((n,), float("-inf")).scatter_reduce(0, index, src, "amax")
    e = (src - mx.index_select(0, index)).exp()
    s = src.new_zeros(n).scatter_add(0, index, e)[index]
    return e / (s + 1e-16)


ptr = torch.tensor([0, 2, 5, 6])
b = torch.repeat_interleave(torch.arange(3), ptr[1:] - ptr[:-1])
deg = torch.bincount(index, minlength=4)
adj = torch.zeros(3, 3)
adj.index_put_((index[:3], index[3:]), torch.tensor(1.0), accumulate=True)
adj = adj + adj.t()
d = adj.sum(1)
L = torch.diag(d) - adj
dinv = torch.diag(d.pow(-0.5).nan_to_num(posinf=0))
nl = dinv @ adj @ dinv
perm = torch.argsort(index, stable=True)
uniq, inv, cnt = torch.unique(index, return_inverse=True, return_counts=True)
uc = torch.unique_consecutive(index)
ed = adj.nonzero(as_tuple=False).t().contiguous()
r = torch.zeros(3, 3).scatter_reduce_(0, index[:, None].expand(-1, 3), src, reduce="mean", include_self=False)
mask = torch.zeros(6, dtype=torch.bool)
mask[torch.tensor([1, 4])] = True
pad = torch.nn.utils.rnn.pad_sequence(torch.split(src, [2, 3, 1]), batch_first=True)
lengths = torch.tensor([2, 3, 1])
m = torch.arange(3)[None, :] < lengths[:, None]
pooled = (pad * m.unsqueeze(-1)).sum(1) / lengths.unsqueeze(1)
mx = pad.masked_fill(~m.unsqueeze(-1), -1e9).max(dim=1)[0]
result = (
    scatter_mean(src, index, 4),
    softmax(src[:, 0], index, 3),
    b,
    deg,
    L,
    nl,
    perm,
    uniq,
    inv,
    cnt,
    uc,
    ed,
    r,
    src[mask],
    src[~mask].mean(0, keepdim=True),
    pooled,
    mx,
    torch.cumsum(torch.tensor([1, 2, 3]), 0),
    torch.isin(index, torch.tensor([0, 2])),
    torch.eye(3)[index],
    torch.stack(torch.meshgrid(torch.arange(2), torch.arange(2), indexing="xy"), -1).reshape(-1, 2),
    src.sort(dim=0, stable=True)[1],
    src.renorm(2, 0, 1.0),
    torch.einsum("nc,nd->cd", src, src),
    torch.tensordot(src, src, dims=([0], [0])),
    src.T @ src,
    torch.linalg.eigh(src.T @ src)[0],
    torch.linalg.solve(src.T @ src, torch.ones(3)),
    torch.linalg.lstsq(src, torch.ones(6, 1)).solution,
    torch.linalg.matrix_power(src[:3], 2),
    torch.linalg.det(src[:3]),
    torch.trace(src[:3]),
    torch.linalg.multi_dot([src.T, src, src.T]),
    torch.pca_lowrank(src)[1].shape,
)
