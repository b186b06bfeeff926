import torch, torch.nn as nn
from torch import autograd
from torch.autograd import Variable

D = settle(nn.Sequential(nn.Linear(2, 8), nn.LeakyReLU(0.2), nn.Linear(8, 1)))
real = rand(4, 2)
fake = rand(4, 2, seed=5)
alpha = torch.tensor([[0.1], [0.2], [0.3], [0.4]]).expand(4, 2)
inter = Variable(alpha * real + (1 - alpha) * fake, requires_grad=True)
d = D(inter)
g = autograd.grad(
    outputs=d, inputs=inter, grad_outputs=torch.ones(d.size()), create_graph=True, retain_graph=True, only_inputs=True
)[0]
gp = ((g.norm(2, dim=1) - 1) ** 2).mean() * 10
loss = D(fake).mean() - D(real).mean() + gp
loss.backward()
one = torch.FloatTensor([1])
mone = one * -1
result = gp, loss, [p.grad for p in D.parameters()], mone, Variable(torch.ones(2)).data, real.view(real.size()[0], -1)
