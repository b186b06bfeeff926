import torch, torch.nn as nn

print(torch.tensor([1.0, 2.5]))
print(torch.tensor([[1, 2], [3, 4]]))
print(torch.ones(2, requires_grad=True))
print((torch.ones(2, requires_grad=True) * 2))
print(torch.tensor(3.14))
print(torch.tensor(True))
print(torch.zeros(0))
print(torch.tensor([1e-8, 1.0]))
print(torch.tensor([1e10, 1.0]))
print(torch.arange(2000))
print(torch.ones(2, dtype=torch.float64))
print(torch.ones(2, dtype=torch.half))
print(torch.Size([2, 3]))
print(torch.float32, torch.device("cpu"))
print(repr(torch.device("cpu")))
print(
    nn.Sequential(
        nn.Linear(2, 3),
        nn.Conv2d(1, 2, 3, padding=1),
        nn.BatchNorm2d(2),
        nn.LSTM(2, 3, batch_first=True),
        nn.Dropout(0.2),
    )
)
print(torch.optim.SGD([torch.ones(1, requires_grad=True)], lr=0.1))
print(nn.Parameter(torch.ones(2)))
print(torch.tensor([float("nan"), float("inf")]))
print(f"{torch.tensor(1.5):.3f}", "%.2f" % torch.tensor(2.0), torch.tensor(2))
print(torch.rand(3).shape)
print(torch.tensor([True, False]))
print(torch.tensor([[-1.5, 2], [3, 4e3]]))
print(torch.iinfo(torch.int32).max, torch.finfo(torch.float32).eps)
print(torch.ones(1, 2, 3, 2))
print(torch.randn(3).type(), torch.ones(2).dtype)
print(torch.finfo(torch.float32))
print(nn.ModuleList([nn.Linear(1, 1), nn.ReLU()]))
print(nn.TransformerEncoderLayer(4, 2, 8))
print(nn.Embedding(3, 4, padding_idx=0))
print(torch.optim.Adam([torch.ones(1, requires_grad=True)]))
result = None
