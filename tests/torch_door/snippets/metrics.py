import torch


class AverageMeter:
    def __init__(self):
        self.reset()

    def reset(self):
        self.val = 0
        self.sum = 0
        self.count = 0
        self.avg = 0

    def update(self, v, n=1):
        self.val = v
        self.sum += v * n
        self.count += n
        self.avg = self.sum / self.count


def accuracy(output, target, topk=(1,)):
    with torch.no_grad():
        maxk = max(topk)
        bs = target.size(0)
        _, pred = output.topk(maxk, 1, True, True)
        pred = pred.t()
        correct = pred.eq(target.view(1, -1).expand_as(pred))
        res = []
        for k in topk:
            res.append(correct[:k].reshape(-1).float().sum(0, keepdim=True).mul_(100.0 / bs))
        return res


o = rand(6, 5)
t = torch.tensor([0, 1, 2, 3, 4, 0])
a1, a3 = accuracy(o, t, (1, 3))
am = AverageMeter()
am.update(a1.item(), 6)
am.update(a1[0], 6)
cm = torch.zeros(5, 5, dtype=torch.int64)
for p, q in zip(o.argmax(1), t):
    cm[p.long(), q.long()] += 1
cm2 = torch.bincount(t * 5 + o.argmax(1), minlength=25).reshape(5, 5)
tp = cm2.diag()
prec = tp / cm2.sum(0).clamp(min=1)
iou = lambda a, b: ((a & b).sum().float() / (a | b).sum().float().clamp_min(1e-6)).item()
ss = ((o - o.mean()) ** 2).sum()
ks, _ = torch.sort(o.view(-1))
preds = (torch.sigmoid(o) > 0.5).int()
correct = (preds == 1).sum().item()
r2 = 1 - ((o - o.mean(0)) ** 2).sum() / ss
dice = (2 * (o.sigmoid() * o.sigmoid()).sum((0, 1)) + 1) / (o.sum() + 1)
result = (
    a1,
    a3,
    am.avg,
    cm,
    prec,
    iou(o > 0, o < 1),
    ks,
    correct,
    r2,
    dice,
    f"{am.avg:.2f} {a1.item():>6.2f}",
    (o.argmax(1) == t).sum().item() / len(t),
    torch.sum(o.argmax(1) == t).double() / 6,
)
