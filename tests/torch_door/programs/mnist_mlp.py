"""Digits by a perceptron with an epoch loop, as in every first tutorial."""

import torch
import torch.nn as nn
import torch.nn.functional as F
import torch.optim as optim
from torch.utils.data import DataLoader, TensorDataset

device = torch.device("cuda" if torch.cuda.is_available() else "cpu")
torch.manual_seed(0)


class Net(nn.Module):
    def __init__(self):
        super().__init__()
        self.fc1 = nn.Linear(784, 64)
        self.fc2 = nn.Linear(64, 10)

    def forward(self, x):
        x = x.view(-1, 28 * 28)
        x = F.relu(self.fc1(x))
        return F.log_softmax(self.fc2(x), dim=1)


images = torch.rand(320, 1, 28, 28)
labels = torch.randint(0, 10, (320,))
loader = DataLoader(TensorDataset(images, labels), batch_size=32, shuffle=False, num_workers=0, pin_memory=True)
model = Net().to(device)
optimizer = optim.SGD(model.parameters(), lr=0.05, momentum=0.9)
losses = []
correct, total = 0, 0
for epoch in range(1):
    model.train()
    for batch_idx, (data, target) in enumerate(loader):
        data, target = data.to(device), target.to(device)
        optimizer.zero_grad()
        output = model(data)
        loss = F.nll_loss(output, target)
        loss.backward()
        optimizer.step()
        losses.append(loss.item())
        if batch_idx % 5 == 0:
            print(f"Train Epoch: {epoch} [{batch_idx * len(data)}/{len(loader.dataset)}]\tLoss: {loss.item():.6f}")
    model.eval()
    with torch.no_grad():
        for data, target in loader:
            _, predicted = torch.max(model(data.to(device)).data, 1)
            total += target.size(0)
            correct += (predicted == target).sum().item()
losses.append(correct / total)
