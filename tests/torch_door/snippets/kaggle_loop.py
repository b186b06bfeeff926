import torch, torch.nn as nn, random, os, gc
from torch.utils.data import Dataset, DataLoader, random_split, Subset
from torch.optim.lr_scheduler import CosineAnnealingLR, ReduceLROnPlateau, OneCycleLR, CosineAnnealingWarmRestarts
from torch.cuda.amp import autocast, GradScaler


def seed_everything(seed):
    random.seed(seed)
    os.environ["PYTHONHASHSEED"] = str(seed)
    np.random.seed(seed)
    torch.manual_seed(seed)
    torch.cuda.manual_seed(seed)
    torch.cuda.manual_seed_all(seed)
    torch.backends.cudnn.deterministic = True
    torch.backends.cudnn.benchmark = False


seed_everything(42)
device = torch.device("cuda" if torch.cuda.is_available() else "cpu")


class TabDS(Dataset):
    def __init__(self, X, y=None):
        self.X = X
        self.y = y

    def __len__(self):
        return len(self.X)

    def __getitem__(self, i):
        d = {"x": torch.tensor(self.X[i], dtype=torch.float)}
        if self.y is not None:
            d["y"] = torch.tensor(self.y[i], dtype=torch.float)
        return d


X = np.random.RandomState(0).randn(64, 5)
Y = (X.sum(1) > 0).astype(float)
ds = TabDS(X, Y)
tr, va = random_split(ds, [48, 16], generator=torch.Generator().manual_seed(0))
dl = DataLoader(Subset(ds, list(range(48))), batch_size=16, shuffle=False, pin_memory=True, drop_last=True)
model = settle(
    nn.Sequential(
        nn.Linear(5, 16, bias=False), nn.BatchNorm1d(16), nn.ReLU(inplace=True), nn.Dropout(0.0), nn.Linear(16, 1)
    )
).to(device)
opt = torch.optim.AdamW(model.parameters(), lr=1e-2, weight_decay=1e-4)
sch = OneCycleLR(opt, max_lr=0.05, steps_per_epoch=len(dl), epochs=2, pct_start=0.3, anneal_strategy="cos")
crit = nn.BCEWithLogitsLoss(pos_weight=torch.tensor([2.0]).to(device))
scaler = GradScaler()
hist = []
for ep in range(2):
    model.train()
    tot = 0
    for b in dl:
        x = b["x"].to(device, non_blocking=True)
        y = b["y"].to(device, non_blocking=True).unsqueeze(1)
        opt.zero_grad()
        with autocast(enabled=False):
            out = model(x)
            loss = crit(out, y)
        scaler.scale(loss).backward()
        scaler.step(opt)
        scaler.update()
        sch.step()
        tot += loss.item() * x.size(0)
    model.eval()
    preds = []
    with torch.no_grad():
        for b in dl:
            preds.append(model(b["x"].to(device)).sigmoid().squeeze(-1).cpu().numpy())
    preds = np.concatenate(preds)
    hist.append((tot, sch.get_last_lr()[0], float(((preds > 0.5) == Y[:48]).mean())))
gc.collect()
torch.cuda.empty_cache()
result = hist, preds, len(tr), type(tr).__name__
