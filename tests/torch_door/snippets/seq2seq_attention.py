import torch, torch.nn as nn, torch.nn.functional as F, random


class Enc(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.gru = nn.GRU(4, 4)

    def forward(self, i, h):
        e = self.embedding(i).view(1, 1, -1)
        return self.gru(e, h)

    def initHidden(self):
        return torch.zeros(1, 1, 4, device="cpu")


class AttnDec(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(10, 4)
        self.attn = nn.Linear(8, 5)
        self.comb = nn.Linear(8, 4)
        self.dropout = nn.Dropout(0.0)
        self.gru = nn.GRU(4, 4)
        self.out = nn.Linear(4, 10)

    def forward(self, i, h, eo):
        e = self.dropout(self.embedding(i).view(1, 1, -1))
        aw = F.softmax(self.attn(torch.cat((e[0], h[0]), 1)), dim=1)
        ap = torch.bmm(aw.unsqueeze(0), eo.unsqueeze(0))
        o = torch.cat((e[0], ap[0]), 1)
        o = F.relu(self.comb(o).unsqueeze(0))
        o, h = self.gru(o, h)
        return F.log_softmax(self.out(o[0]), dim=1), h, aw


enc, dec = settle(Enc()), settle(AttnDec())
eo = torch.zeros(5, 4)
h = enc.initHidden()
x = torch.tensor([1, 2, 3, 4, 0], dtype=torch.long).view(-1, 1)
y = torch.tensor([3, 2, 1]).view(-1, 1)
for ei in range(x.size(0)):
    o, h = enc(x[ei], h)
    eo[ei] = o[0, 0]
di = torch.tensor([[0]])
loss = 0
att = torch.zeros(3, 5)
words = []
for k in range(3):
    do, h, aw = dec(di, h, eo)
    loss += nn.NLLLoss()(do, y[k])
    topv, topi = do.data.topk(1)
    di = topi.squeeze().detach()
    att[k] = aw.data[0]
    words.append(topi.item())
    di = y[k]
loss.backward()
result = loss.item() / 3, enc.embedding.weight.grad, att, words
