import torch, torch.nn as nn, torch.nn.functional as F

x = rand(2, 3, 8, 8)
theta = torch.tensor([[[1, 0.1, 0], [0, 1, 0.2]]], dtype=torch.float).repeat(2, 1, 1)
g = F.affine_grid(theta, x.size(), align_corners=False)
p = F.pad(x, (1, 1, 2, 2), mode="reflect")
u = nn.Upsample(scale_factor=2, mode="bilinear", align_corners=True)(x)
k = F.unfold(x, kernel_size=3, padding=1)
f = F.fold(k, (8, 8), 3, padding=1)
mean = torch.tensor([0.485, 0.456, 0.406]).view(1, 3, 1, 1)
n = (x - mean) / torch.tensor((0.2, 0.2, 0.2))[None, :, None, None]
sobel = torch.tensor([[1.0, 0, -1], [2, 0, -2], [1, 0, -1]]).view(1, 1, 3, 3).expand(3, 1, 3, 3)
e = F.conv2d(x, sobel, padding=1, groups=3)
gram = lambda t: torch.bmm(t.flatten(2), t.flatten(2).transpose(1, 2)).div(t.numel() / t.size(0))
tv = torch.mean(torch.abs(x[:, :, :, :-1] - x[:, :, :, 1:])) + torch.sum((x[:, :, 1:] - x[:, :, :-1]) ** 2)


def nms(b, s, t):
    keep = []
    idx = s.argsort(descending=True)
    while idx.numel() > 0:
        i = idx[0]
        keep.append(i.item())
        if idx.numel() == 1:
            break
        xx1 = b[idx[1:], 0].clamp(min=b[i, 0].item())
        yy1 = torch.max(b[i, 1], b[idx[1:], 1])
        xx2 = torch.min(b[i, 2], b[idx[1:], 2])
        yy2 = b[idx[1:], 3].clamp(max=float(b[i, 3]))
        inter = (xx2 - xx1).clamp(0) * (yy2 - yy1).clamp(min=0)
        a = (b[:, 2] - b[:, 0]) * (b[:, 3] - b[:, 1])
        iou = inter / (a[i] + a[idx[1:]] - inter)
        idx = idx[1:][iou <= t]
    return keep


b = torch.tensor([[0, 0, 2, 2], [0, 0, 2, 1.9], [5, 5, 6, 6]])
result = (
    F.grid_sample(x, g, align_corners=False),
    p,
    u,
    k,
    f,
    n,
    e,
    gram(x),
    tv,
    nms(b, torch.tensor([0.9, 0.8, 0.7]), 0.5),
    F.adaptive_avg_pool2d(x, 1).squeeze(-1).squeeze(-1),
    F.interpolate(x, size=(4, 4), mode="nearest"),
    F.pixel_shuffle(rand(1, 4, 2, 2), 2),
    x.permute(0, 2, 3, 1).contiguous().view(-1, 3).mean(0),
    (x * 255).clamp(0, 255).to(torch.uint8),
    F.max_pool2d(x, 2, return_indices=True)[1].shape,
    torch.rot90(x, 1, [2, 3]),
    x.flip(-1),
    F.cross_entropy(
        rand(2, 3, 4, 4), torch.zeros(2, 4, 4).long(), weight=torch.tensor([1.0, 2.0, 3.0]), ignore_index=255
    ),
    torch.cdist(b, b),
    F.binary_cross_entropy_with_logits(x, (x > 0).float(), reduction="none").mean((1, 2, 3)),
    F.cosine_similarity(x.flatten(1), x.flatten(1) * 2),
    F.triplet_margin_loss(x, x + 1, x - 1),
    F.kl_div(F.log_softmax(x, 1), F.softmax(x, 1), reduction="batchmean"),
    F.ctc_loss(
        F.log_softmax(rand(6, 2, 4), 2), torch.tensor([[1, 2], [3, 1]]), torch.tensor([6, 6]), torch.tensor([2, 2])
    ),
)
