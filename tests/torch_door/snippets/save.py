import torch, torch.nn as nn, io

buf = io.BytesIO()
torch.save([torch.arange(3), {"a": torch.ones(2)}], buf)
buf.seek(0)
l = torch.load(buf)
result = l
