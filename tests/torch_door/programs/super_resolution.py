"""Super-resolution by sub-pixel convolution, pixel shuffling written out with views."""

import torch
import torch.nn as nn
import torch.nn.init as init


class Net(nn.Module):
    def __init__(self, upscale_factor):
        super(Net, self).__init__()
        self.relu = nn.ReLU()
        self.upscale = upscale_factor
        self.conv1 = nn.Conv2d(1, 16, (5, 5), (1, 1), (2, 2))
        self.conv2 = nn.Conv2d(16, 8, (3, 3), (1, 1), (1, 1))
        self.conv3 = nn.Conv2d(8, upscale_factor**2, (3, 3), (1, 1), (1, 1))
        self._initialize_weights()

    def forward(self, x):
        x = self.relu(self.conv1(x))
        x = self.relu(self.conv2(x))
        x = self.conv3(x)
        b, _, h, w = x.shape
        r = self.upscale
        x = x.view(b, 1, r, r, h, w).permute(0, 1, 4, 2, 5, 3)
        return x.contiguous().view(b, 1, h * r, w * r)

    def _initialize_weights(self):
        init.orthogonal_(self.conv1.weight, init.calculate_gain("relu"))
        init.orthogonal_(self.conv2.weight, init.calculate_gain("relu"))
        init.orthogonal_(self.conv3.weight)


model = Net(2)
criterion = nn.MSELoss()
optimizer = torch.optim.Adadelta(model.parameters(), lr=1.0)
losses = []
for iteration in range(10):
    input, target = torch.randn(4, 1, 10, 10), torch.randn(4, 1, 20, 20)
    optimizer.zero_grad()
    loss = criterion(model(input), target)
    loss.backward()
    optimizer.step()
    losses.append(loss.item())
