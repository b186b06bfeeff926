import torch
from torch.utils.data import *
from torch.utils.data.dataloader import default_collate
from torch.nn.utils.rnn import pad_sequence, pack_padded_sequence, pad_packed_sequence

ds = [(torch.ones(i + 1) * i, i) for i in range(6)]


def collate(b):
    xs, ys = zip(*b)
    return pad_sequence(xs, batch_first=True, padding_value=-1), torch.tensor(ys)


dl = DataLoader(ds, batch_size=4, collate_fn=collate, sampler=SequentialSampler(ds))


class It(IterableDataset):
    def __iter__(self):
        info = get_worker_info()
        yield from range(5)


c = ConcatDataset([TensorDataset(torch.arange(3)), TensorDataset(torch.arange(2))])
w = WeightedRandomSampler([0.0, 0.0, 1.0], 5, replacement=True)
bs = BatchSampler(SequentialSampler(range(5)), 2, False)
it = iter(dl)
first = next(it)
result = (
    [b for b in dl],
    [b for b in DataLoader(It(), batch_size=2)],
    len(c),
    c[3],
    list(w),
    list(bs),
    len(dl),
    default_collate([{"a": 1, "b": np.ones(2)}, {"a": 2, "b": np.zeros(2)}]),
    default_collate([("s", 1), ("t", 2)]),
    next(iter(DataLoader([np.float32(1), np.float32(2)], batch_size=2))),
    dl.dataset is ds,
    dl.batch_size,
    [b for b in DataLoader(range(4), batch_sampler=bs.__class__(SequentialSampler(range(4)), 3, True))],
    next(iter(DataLoader(ds, batch_size=None))),
)
