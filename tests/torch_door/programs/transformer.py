"""A transformer learns to sort digits: an encoder reads them, a masked decoder writes them; then it decodes greedily."""

import math

import torch
import torch.nn as nn

torch.manual_seed(0)
DIGITS, START, PAD = 10, 10, 11
VOCABULARY = 12


class PositionalEncoding(nn.Module):
    def __init__(self, d_model, max_len=64):
        super().__init__()
        position = torch.arange(max_len).unsqueeze(1)
        div_term = torch.exp(torch.arange(0, d_model, 2) * (-math.log(10000.0) / d_model))
        pe = torch.zeros(max_len, 1, d_model)
        pe[:, 0, 0::2] = torch.sin(position * div_term)
        pe[:, 0, 1::2] = torch.cos(position * div_term)
        self.register_buffer("pe", pe)

    def forward(self, x):
        return x + self.pe[: x.size(0)]


class Sorter(nn.Module):
    def __init__(self, d_model=32):
        super().__init__()
        self.d_model = d_model
        self.embedding = nn.Embedding(VOCABULARY, d_model, padding_idx=PAD)
        self.position = PositionalEncoding(d_model)
        self.transformer = nn.Transformer(
            d_model, nhead=4, num_encoder_layers=2, num_decoder_layers=2, dim_feedforward=64, dropout=0.0
        )
        self.head = nn.Linear(d_model, VOCABULARY)

    def embed(self, tokens):
        return self.position(self.embedding(tokens) * math.sqrt(self.d_model))

    def forward(self, src, tgt):
        return self.head(
            self.transformer(
                self.embed(src),
                self.embed(tgt),
                tgt_mask=nn.Transformer.generate_square_subsequent_mask(tgt.size(0)),
                src_key_padding_mask=(src == PAD).t(),
                tgt_key_padding_mask=(tgt == PAD).t(),
                memory_key_padding_mask=(src == PAD).t(),
            )
        )


def get_batch(batch=8, longest=7):
    src = torch.full((longest, batch), PAD)
    tgt = torch.full((longest + 1, batch), PAD)
    tgt[0] = START
    for i in range(batch):
        n = 4 + i % 4
        digits = torch.randint(0, DIGITS, (n,))
        src[:n, i] = digits
        tgt[1 : n + 1, i] = digits.sort().values
    return src, tgt


model = Sorter()
for p in model.parameters():
    if p.dim() > 1:
        nn.init.xavier_uniform_(p)
optimizer = torch.optim.AdamW(model.parameters(), lr=1e-3, betas=(0.9, 0.98), eps=1e-9)
scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: min((step + 1) / 5, (5 / (step + 1)) ** 0.5))
criterion = nn.CrossEntropyLoss(ignore_index=PAD, label_smoothing=0.1)

losses = []
model.train()
for step in range(12):
    src, tgt = get_batch()
    logits = model(src, tgt[:-1])
    loss = criterion(logits.reshape(-1, VOCABULARY), tgt[1:].reshape(-1))
    optimizer.zero_grad(set_to_none=True)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), 1.0)
    optimizer.step()
    scheduler.step()
    losses.append(loss.item())

model.eval()
with torch.no_grad():
    src, _ = get_batch()
    memory = model.transformer.encoder(model.embed(src), src_key_padding_mask=(src == PAD).t())
    written = torch.full((1, src.size(1)), START)
    for _ in range(src.size(0)):
        mask = nn.Transformer.generate_square_subsequent_mask(written.size(0))
        out = model.transformer.decoder(
            model.embed(written), memory, tgt_mask=mask, memory_key_padding_mask=(src == PAD).t()
        )
        scores = model.head(out[-1])
        losses.append(scores.logsumexp(-1).mean().item())
        written = torch.cat([written, scores.argmax(-1, keepdim=True).t()])
