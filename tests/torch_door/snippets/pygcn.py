import torch, numpy as np, torch.nn as nn, torch.nn.functional as F
from torch.nn.parameter import Parameter
from torch.nn.modules.module import Module
import math


class GraphConvolution(Module):
    def __init__(self, i, o, bias=True):
        super(GraphConvolution, self).__init__()
        self.in_features = i
        self.out_features = o
        self.weight = Parameter(torch.FloatTensor(i, o))
        if bias:
            self.bias = Parameter(torch.FloatTensor(o))
        else:
            self.register_parameter("bias", None)
        self.reset_parameters()

    def reset_parameters(self):
        stdv = 1.0 / math.sqrt(self.weight.size(1))
        self.weight.data.uniform_(-stdv, stdv)
        if self.bias is not None:
            self.bias.data.uniform_(-stdv, stdv)

    def forward(self, input, adj):
        support = torch.mm(input, self.weight)
        output = torch.spmm(adj, support)
        return output + self.bias if self.bias is not None else output

    def __repr__(self):
        return self.__class__.__name__ + " (" + str(self.in_features) + " -> " + str(self.out_features) + ")"


indices = torch.from_numpy(np.vstack(([0, 1, 2, 2], [1, 0, 2, 1])).astype(np.int64))
values = torch.from_numpy(np.array([1, 0.5, 1, 2], dtype=np.float32))
shape = torch.Size((3, 3))
adj = torch.sparse.FloatTensor(indices, values, shape)
adj2 = torch.sparse_coo_tensor(indices, values, shape)
gc = settle(GraphConvolution(4, 2))
o = gc(rand(3, 4), adj)
o.sum().backward()
result = (
    o,
    gc.weight.grad,
    repr(gc),
    adj.to_dense(),
    torch.sparse.mm(adj2, rand(3, 2)),
    adj2.coalesce().to_dense(),
    torch.eye(3).to_sparse().to_dense(),
    torch.sparse_coo_tensor([[0, 1], [1, 0]], [3.0, 4.0]).to_dense(),
    torch.sparse.sum(adj2, dim=1).to_dense(),
)
