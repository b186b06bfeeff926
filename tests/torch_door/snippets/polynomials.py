import torch

names = [name for name in dir(torch.special) if "_polynomial_" in name]
result = [names]
for name in names:
    function = getattr(torch.special, name)
    x = (rand(4).double() / 2).requires_grad_()
    y = function(x.detach(), torch.tensor([[-1], [0], [1], [2], [5]]))
    legs = [function(x.detach(), n) for n in (0, 1, 4)]
    result += [y, legs, function(torch.tensor([0, 1, 2]), 3)]
