import torch, torch.nn as nn

m = settle(nn.Linear(3, 1))
o = torch.optim.SGD(m.parameters(), lr=0.1, momentum=0.9, nesterov=True)
scaler = torch.amp.GradScaler("cuda", enabled=False)
L = []
for i in range(4):
    with torch.autocast(device_type="cpu", dtype=torch.bfloat16, enabled=False):
        loss = m(rand(4, 3, seed=i)).pow(2).mean() / 2
    scaler.scale(loss).backward()
    if (i + 1) % 2 == 0:
        scaler.unscale_(o)
        nn.utils.clip_grad_norm_(m.parameters(), max_norm=1.0)
        scaler.step(o)
        scaler.update()
        o.zero_grad(set_to_none=True)
    L.append(loss.detach().cpu().item())
result = L, m.weight, scaler.get_scale(), scaler.state_dict(), scaler.is_enabled(), torch.is_autocast_enabled()
