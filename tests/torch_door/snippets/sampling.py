import torch, torch.nn.functional as F

logits = rand(2, 10)
t = 0.8
lg = logits / t
top_k = 5
top_p = 0.9
v, _ = torch.topk(lg, top_k)
lg = lg.masked_fill(lg < v[:, -1, None], -float("inf"))
sl, si = torch.sort(lg, descending=True)
cp = torch.cumsum(F.softmax(sl, dim=-1), dim=-1)
rm = cp > top_p
rm[..., 1:] = rm[..., :-1].clone()
rm[..., 0] = 0
ir = rm.scatter(1, si, rm)
lg[ir] = -float("Inf")
probs = F.softmax(lg, -1)
torch.manual_seed(0)
idx = torch.multinomial(probs, num_samples=1)
gum = F.gumbel_softmax(logits, tau=1, hard=True)
rep = torch.gather(logits, 1, torch.tensor([[1], [2]]))
rep = torch.where(rep < 0, rep * 1.2, rep / 1.2)
l2 = logits.clone()
l2.scatter_(1, torch.tensor([[1], [2]]), rep)
result = (
    probs,
    idx.shape,
    gum.sum(-1),
    l2,
    F.one_hot(torch.tensor([1, 3]), num_classes=5),
    logits.log_softmax(-1).gather(1, torch.tensor([[1], [2]])).squeeze(1),
    -(probs * torch.log(probs + 1e-9)).sum(-1),
)
