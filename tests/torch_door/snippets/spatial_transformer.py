import torch
import torch.nn.functional as F

result = []
for n, aligned in ((28, False), (28, True), (7, False), (33, True), (1, False)):
    image, weight = rand(2, 1, n, n), rand(2, 1, n, n, seed=2)
    theta = torch.tensor([[[1.0, 0, 0], [0, 1, 0]]]).repeat(2, 1, 1).requires_grad_()
    grid = F.affine_grid(theta, image.size(), align_corners=aligned)
    seen = F.grid_sample(image, grid, align_corners=aligned)
    (seen * weight).sum().backward()
    result += [grid.detach().numpy().tobytes(), seen, theta.grad / n]
