import torch, torch.nn as nn, torch.nn.functional as F


class GCNConv(nn.Module):
    def __init__(self, i, o):
        super().__init__()
        self.lin = nn.Linear(i, o, bias=False)
        self.bias = nn.Parameter(torch.empty(o))
        self.reset_parameters()

    def reset_parameters(self):
        self.lin.reset_parameters()
        self.bias.data.zero_()

    def forward(self, x, edge_index):
        row, col = edge_index
        N = x.size(0)
        loop = torch.arange(N, device=x.device)
        edge_index = torch.cat([edge_index, torch.stack([loop, loop])], dim=1)
        row, col = edge_index
        deg = torch.zeros(N, dtype=x.dtype).scatter_add_(0, col, torch.ones(col.size(0)))
        dis = deg.pow(-0.5)
        dis[dis == float("inf")] = 0
        norm = dis[row] * dis[col]
        x = self.lin(x)
        out = torch.zeros_like(x)
        out.index_add_(0, col, norm.view(-1, 1) * x[row])
        return out + self.bias


class GAT(nn.Module):
    def __init__(self, i, o, h):
        super().__init__()
        self.W = nn.Parameter(torch.empty(i, h * o))
        self.a = nn.Parameter(torch.empty(1, h, 2 * o))
        nn.init.xavier_uniform_(self.W.data, gain=1.414)
        nn.init.xavier_uniform_(self.a.data)
        self.h = h
        self.o = o

    def forward(self, x, ei):
        src, dst = ei
        z = (x @ self.W).view(-1, self.h, self.o)
        e = F.leaky_relu((torch.cat([z[src], z[dst]], -1) * self.a).sum(-1), 0.2)
        m = torch.full((x.size(0), self.h), float("-inf")).scatter_reduce_(
            0, dst[:, None].expand_as(e), e.detach(), reduce="amax"
        )
        e = (e - m[dst]).exp()
        s = torch.zeros(x.size(0), self.h).index_add(0, dst, e)
        al = e / (s[dst] + 1e-16)
        return torch.zeros_like(z).index_add_(0, dst, al.unsqueeze(-1) * z[src]).flatten(1)


ei = torch.tensor([[0, 1, 1, 2, 3, 0], [1, 0, 2, 1, 0, 3]], dtype=torch.long)
x = rand(4, 3)
y = torch.tensor([0, 1, 0, 1])
mask = torch.tensor([True, True, False, True])
c1 = settle(GCNConv(3, 8))
c2 = settle(GAT(8, 2, 1))
opt = torch.optim.Adam([*c1.parameters(), *c2.parameters()], lr=0.01, weight_decay=5e-4)
L = []
for _ in range(5):
    opt.zero_grad()
    out = F.log_softmax(c2(F.relu(c1(x, ei)), ei), dim=1)
    loss = F.nll_loss(out[mask], y[mask])
    loss.backward()
    opt.step()
    L.append(loss.item())
pred = out.max(1)[1]
acc = pred[mask].eq(y[mask]).sum().item() / mask.sum().item()
A = torch.zeros(4, 4)
A[ei[0], ei[1]] = 1
result = (
    L,
    acc,
    A,
    torch.sparse_coo_tensor(ei, torch.ones(6), (4, 4)).to_dense(),
    torch.sparse.mm(torch.sparse_coo_tensor(ei, torch.ones(6), (4, 4)), x),
)
