"""A siamese network with a contrastive loss of its own."""

import torch
import torch.nn as nn
import torch.nn.functional as F


class SiameseNetwork(nn.Module):
    def __init__(self):
        super().__init__()
        self.cnn1 = nn.Sequential(
            nn.Conv2d(1, 4, kernel_size=3, stride=2), nn.ReLU(inplace=True), nn.BatchNorm2d(4), nn.MaxPool2d(2)
        )
        self.fc1 = nn.Sequential(nn.Linear(4 * 6 * 6, 32), nn.ReLU(inplace=True), nn.Linear(32, 5))

    def forward_once(self, x):
        output = self.cnn1(x)
        output = output.view(output.size()[0], -1)
        return self.fc1(output)

    def forward(self, input1, input2):
        return self.forward_once(input1), self.forward_once(input2)


class ContrastiveLoss(torch.nn.Module):
    def __init__(self, margin=2.0):
        super().__init__()
        self.margin = margin

    def forward(self, output1, output2, label):
        distance = torch.sqrt(torch.sum(torch.pow(output1 - output2, 2), 1, keepdim=True) + 1e-9)
        return torch.mean(
            (1 - label) * torch.pow(distance, 2) + label * torch.pow(torch.clamp(self.margin - distance, min=0.0), 2)
        )


net, criterion = SiameseNetwork(), ContrastiveLoss()
optimizer = torch.optim.Adam(net.parameters(), lr=0.0005)
losses = []
for i in range(12):
    img0, img1 = torch.randn(16, 1, 28, 28), torch.randn(16, 1, 28, 28)
    label = torch.randint(0, 2, (16, 1)).float()
    optimizer.zero_grad()
    output1, output2 = net(img0, img1)
    loss_contrastive = criterion(output1, output2, label)
    loss_contrastive.backward()
    optimizer.step()
    losses.append(loss_contrastive.item())
losses.append(F.relu(output1).mean().item())
