import torch, torch.nn as nn


def weights_init(m):
    cn = m.__class__.__name__
    if cn.find("Conv") != -1:
        nn.init.normal_(m.weight.data, 0.0, 0.02)
    elif cn.find("BatchNorm") != -1:
        nn.init.normal_(m.weight.data, 1.0, 0.02)
        nn.init.constant_(m.bias.data, 0)
    elif isinstance(m, (nn.Linear, nn.Embedding)):
        nn.init.xavier_normal_(m.weight)


net = nn.Sequential(
    nn.ConvTranspose2d(4, 8, 4, 1, 0, bias=False),
    nn.BatchNorm2d(8),
    nn.ReLU(True),
    nn.ConvTranspose2d(8, 1, 4, 2, 1, bias=False),
    nn.Tanh(),
)
net.apply(weights_init)
settle(net)
for p in net.parameters():
    p.requires_grad = False
for p in net[0].parameters():
    p.requires_grad_(True)
o = net(rand(2, 4, 1, 1))
o.mean().backward()
for m in net.modules():
    if isinstance(m, nn.BatchNorm2d):
        m.momentum = 0.5
        m.track_running_stats
print(net)
print(
    sum(p.numel() for p in net.parameters() if p.requires_grad), net[1].running_mean.shape, net[1].num_batches_tracked
)
for n, p in net.named_parameters():
    print(n, p.size(), p.requires_grad, p.grad is None)
for i, l in enumerate(net.children()):
    print(i, l.__class__.__name__)
nn.init.orthogonal_(torch.empty(3, 5))
nn.init.kaiming_normal_(torch.empty(3, 5), mode="fan_out", nonlinearity="relu")
nn.init.eye_(torch.empty(3, 3))
g = nn.init.calculate_gain("leaky_relu", 0.2)
result = o, net[1].running_mean, net[0].weight.grad, g
