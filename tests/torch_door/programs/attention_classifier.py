"""Sentences of different lengths are classified by what a learned query attends to (nn.MultiheadAttention)."""

import torch
from torch import nn
from torch.nn.utils.rnn import pad_sequence
from torch.utils.data import DataLoader, Dataset

torch.manual_seed(1)
WORDS, CLASSES, WIDTH = 40, 3, 24


class Sentences(Dataset):
    """The class is that of the most frequent third of the vocabulary."""

    def __init__(self, count):
        self.items = []
        for i in range(count):
            words = torch.randint(1, WORDS, (5 + i % 6,))
            label = torch.bincount((words - 1) * CLASSES // (WORDS - 1), minlength=CLASSES).argmax()
            self.items.append((words, label))

    def __len__(self):
        return len(self.items)

    def __getitem__(self, index):
        return self.items[index]


def collate(batch):
    words, labels = zip(*batch)
    padded = pad_sequence(words, batch_first=True)
    return padded, padded == 0, torch.stack(labels)


class Attend(nn.Module):
    def __init__(self):
        super().__init__()
        self.embedding = nn.Embedding(WORDS, WIDTH, padding_idx=0)
        self.attention = nn.MultiheadAttention(WIDTH, num_heads=4, batch_first=True)
        self.norm1 = nn.LayerNorm(WIDTH)
        self.feed = nn.Sequential(nn.Linear(WIDTH, 48), nn.GELU(), nn.Linear(48, WIDTH))
        self.norm2 = nn.LayerNorm(WIDTH)
        self.query = nn.Parameter(torch.randn(1, 1, WIDTH))
        self.pool = nn.MultiheadAttention(WIDTH, num_heads=2, batch_first=True, bias=False)
        self.head = nn.Linear(WIDTH, CLASSES)

    def forward(self, words, padding):
        x = self.embedding(words)
        attended, _ = self.attention(x, x, x, key_padding_mask=padding, need_weights=False)
        x = self.norm1(x + attended)
        x = self.norm2(x + self.feed(x))
        query = self.query.expand(len(words), -1, -1)
        pooled, weights = self.pool(query, x, x, key_padding_mask=padding)
        return self.head(pooled.squeeze(1)), weights.squeeze(1)


model = Attend()
optimizer = torch.optim.NAdam(model.parameters(), lr=3e-3)
criterion = nn.CrossEntropyLoss()
losses = []
loader = DataLoader(Sentences(48), batch_size=8, collate_fn=collate)
for epoch in range(2):
    for words, padding, labels in loader:
        scores, weights = model(words, padding)
        entropy = -(weights * weights.clamp_min(1e-9).log()).sum(-1).mean()
        loss = criterion(scores, labels) + 0.01 * entropy
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
model.eval()
with torch.no_grad():
    for words, padding, labels in loader:
        scores, weights = model(words, padding)
        assert torch.all(weights[padding] == 0)
        losses.append(criterion(scores, labels).item())
