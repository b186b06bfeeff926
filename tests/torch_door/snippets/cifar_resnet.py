import torch, torch.nn as nn, torch.nn.functional as F


class BasicBlock(nn.Module):
    expansion = 1

    def __init__(self, i, p, stride=1):
        super().__init__()
        self.conv1 = nn.Conv2d(i, p, 3, stride=stride, padding=1, bias=False)
        self.bn1 = nn.BatchNorm2d(p)
        self.conv2 = nn.Conv2d(p, p, kernel_size=3, stride=1, padding=1, bias=False)
        self.bn2 = nn.BatchNorm2d(p)
        self.shortcut = nn.Sequential()
        if stride != 1 or i != p:
            self.shortcut = nn.Sequential(nn.Conv2d(i, p, 1, stride=stride, bias=False), nn.BatchNorm2d(p))

    def forward(self, x):
        out = F.relu(self.bn1(self.conv1(x)))
        out = self.bn2(self.conv2(out))
        out += self.shortcut(x)
        return F.relu(out)


class R(nn.Module):
    def __init__(self):
        super().__init__()
        self.inp = 4
        self.conv = nn.Conv2d(3, 4, 3, 1, 1, bias=False)
        self.l1 = self._make(BasicBlock, 4, 1, 1)
        self.l2 = self._make(BasicBlock, 8, 2, 2)
        self.fc = nn.Linear(8, 10)
        for m in self.modules():
            if isinstance(m, nn.Conv2d):
                nn.init.kaiming_normal_(m.weight, mode="fan_out", nonlinearity="relu")
            elif isinstance(m, (nn.BatchNorm2d, nn.GroupNorm)):
                nn.init.constant_(m.weight, 1)
                nn.init.constant_(m.bias, 0)

    def _make(self, b, p, n, s):
        L = []
        for st in [s] + [1] * (n - 1):
            L.append(b(self.inp, p, st))
            self.inp = p * b.expansion
        return nn.Sequential(*L)

    def forward(self, x):
        x = self.l2(self.l1(F.relu(self.conv(x))))
        x = F.avg_pool2d(x, 4)
        x = x.view(x.size(0), -1)
        return self.fc(x)


m = settle(R())
x = rand(4, 3, 8, 8)
y = torch.tensor([1, 2, 3, 4])
opt = torch.optim.SGD(m.parameters(), lr=0.05, momentum=0.9, weight_decay=5e-4)
sch = torch.optim.lr_scheduler.MultiStepLR(opt, [2, 4], gamma=0.1)
L = []
m = m.to(memory_format=torch.channels_last)
x = x.to(memory_format=torch.channels_last)
for e in range(3):
    l = F.cross_entropy(m(x), y)
    opt.zero_grad()
    l.backward()
    opt.step()
    sch.step()
    L.append(l.item())
_, pred = m(x).max(1)
total = y.size(0)
correct = pred.eq(y).sum().item()
result = (
    L,
    100.0 * correct / total,
    sch.get_last_lr(),
    m.l2[0].shortcut[1].running_var,
    opt.state_dict()["param_groups"][0]["params"][:3],
)
