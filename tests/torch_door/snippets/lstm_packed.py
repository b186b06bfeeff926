import torch, torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence, pack_sequence

m = settle(nn.LSTM(3, 4, num_layers=2, batch_first=True, bidirectional=True, dropout=0.0))
seqs = [rand(n, 3, seed=n) for n in (5, 3, 2)]
pad = pad_sequence(seqs, batch_first=True)
lens = torch.tensor([5, 3, 2])
p = pack_padded_sequence(pad, lens.cpu(), batch_first=True, enforce_sorted=False)
o, (h, c) = m(p)
out, l = pad_packed_sequence(o, batch_first=True)
h0 = torch.zeros(4, 3, 4, device=pad.device)
c0 = torch.zeros(4, 3, 4).to(pad.device)
o2, _ = m(pad, (h0, c0))
o2[:, -1, :].sum().backward()
g = settle(nn.GRU(3, 4, batch_first=True))
go, gh = g(pad)
e = nn.GRUCell(3, 4)
settle(e)
m.flatten_parameters()
result = (
    out,
    l,
    h,
    c,
    o2,
    m.weight_ih_l0.grad,
    go,
    gh,
    e(pad[:, 0], torch.zeros(3, 4)),
    torch.cat((h[-2], h[-1]), dim=1),
    [n for n, _ in m.named_parameters()][:3],
    p.batch_sizes,
    p.data,
)
