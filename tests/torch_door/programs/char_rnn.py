"""Names classified letter by letter by a recurrent layer over packed sequences."""

import string

import torch
import torch.nn as nn
from torch.nn.utils.rnn import pack_padded_sequence, pad_packed_sequence, pad_sequence

all_letters = string.ascii_lowercase
names = [("anna", 0), ("otto", 1), ("maria", 0), ("kurt", 1), ("li", 0), ("bartholomew", 1)]


def line_to_tensor(line):
    tensor = torch.zeros(len(line), len(all_letters))
    for li, letter in enumerate(line):
        tensor[li][all_letters.find(letter)] = 1
    return tensor


class RNN(nn.Module):
    def __init__(self, input_size, hidden_size, output_size):
        super(RNN, self).__init__()
        self.rnn = nn.RNN(input_size, hidden_size, bidirectional=True, batch_first=True)
        self.h2o = nn.Linear(2 * hidden_size, output_size)
        self.softmax = nn.LogSoftmax(dim=1)

    def forward(self, lines, lengths):
        packed = pack_padded_sequence(lines, lengths, batch_first=True, enforce_sorted=False)
        rnn_out, hidden = self.rnn(packed)
        padded, sizes = pad_packed_sequence(rnn_out, batch_first=True)
        assert padded.shape[:2] == lines.shape[:2]
        assert sizes.tolist() == lengths.tolist()
        return self.softmax(self.h2o(torch.cat([hidden[0], hidden[1]], dim=1)))


rnn = RNN(len(all_letters), 12, 2)
criterion = nn.NLLLoss()
optimizer = torch.optim.SGD(rnn.parameters(), lr=0.15)
lines = pad_sequence([line_to_tensor(name) for name, _ in names], batch_first=True)
lengths = torch.tensor([len(name) for name, _ in names])
targets = torch.tensor([label for _, label in names])
losses = []
for epoch in range(12):
    rnn.zero_grad()
    output = rnn(lines, lengths)
    loss = criterion(output, targets)
    loss.backward()
    nn.utils.clip_grad_norm_(rnn.parameters(), 3)
    optimizer.step()
    losses.append(loss.item())
guess = output.topk(1)[1].squeeze(1)
losses.append((guess == targets).float().mean().item())
