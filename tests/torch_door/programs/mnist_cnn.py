"""LeNet with dropout in eval mode, a scheduler and a saved state_dict."""

import io

import torch
import torch.nn as nn
from torch.optim.lr_scheduler import StepLR


class LeNet(nn.Module):
    def __init__(self, num_classes=10):
        super().__init__()
        self.features = nn.Sequential(
            nn.Conv2d(1, 6, kernel_size=5, padding=2),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(2, 2),
            nn.Conv2d(6, 16, 5),
            nn.BatchNorm2d(16),
            nn.ReLU(inplace=True),
            nn.MaxPool2d(kernel_size=2),
        )
        self.drop = nn.Dropout(0.0)
        self.classifier = nn.Sequential(nn.Linear(16 * 5 * 5, 84), nn.Tanh(), nn.Linear(84, num_classes))

    def forward(self, x):
        x = self.features(x)
        x = torch.flatten(x, 1)
        return self.classifier(self.drop(x))


model = LeNet()
criterion = nn.CrossEntropyLoss(label_smoothing=0.1)
optimizer = torch.optim.Adam(model.parameters(), lr=1e-3, weight_decay=1e-4)
scheduler = StepLR(optimizer, step_size=4, gamma=0.5)
losses = []
for step in range(12):
    x, y = torch.randn(16, 1, 28, 28), torch.randint(0, 10, (16,))
    optimizer.zero_grad(set_to_none=True)
    loss = criterion(model(x), y)
    loss.backward()
    torch.nn.utils.clip_grad_norm_(model.parameters(), max_norm=1.0)
    optimizer.step()
    scheduler.step()
    losses.append(float(loss))

buffer = io.BytesIO()
torch.save({"model": model.state_dict(), "step": step}, buffer)
buffer.seek(0)
other = LeNet()
state = torch.load(buffer, map_location="cpu")
other.load_state_dict(state["model"])
model.eval(), other.eval()
with torch.no_grad():
    x = torch.randn(4, 1, 28, 28)
    assert torch.allclose(model(x), other(x))
    losses.append(other(x).softmax(dim=1).max(dim=1)[0].mean().item())
