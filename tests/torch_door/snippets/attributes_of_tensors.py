import torch, gc

x = torch.ones(3)
x.mylabel = "hi"
x.grad_sample = torch.ones(2)
y = x
r = [y.mylabel, hasattr(x, "mylabel"), hasattr(torch.ones(1), "mylabel"), getattr(x, "zz", 5)]
del x.mylabel
try:
    x.shape = 3
    e = "no"
except AttributeError:
    e = "yes"
try:
    x.mylabel
    e2 = "no"
except AttributeError as ex:
    e2 = "mylabel" in str(ex)
p = torch.nn.Parameter(torch.ones(2))
p.tag = 1
p.requires_grad = False
z = x * 2
z.foo = [1]
i = id(z)
del z
gc.collect()
w = torch.ones(3) * 2
r += [hasattr(w, "foo"), e, e2, hasattr(x, "mylabel"), p.tag, x.grad_sample]
result = r
