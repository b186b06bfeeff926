"""There is one process: a group of it, its share of a dataset, and a model that it need not share."""

from __future__ import annotations

import numpy as np
import pytest

import fastgrad.torch as torch
import fastgrad.torch.distributed as dist


@pytest.fixture
def group(monkeypatch):
    monkeypatch.delenv("WORLD_SIZE", raising=False)
    dist.init_process_group("gloo", rank=0, world_size=1)
    yield
    dist.destroy_process_group()


def test_a_group_of_one_keeps_what_it_would_send(group):
    assert dist.is_initialized()
    assert (dist.get_rank(), dist.get_world_size(), dist.get_backend()) == (0, 1, "gloo")
    x = torch.arange(3.0)
    assert dist.all_reduce(x, op=dist.ReduceOp.AVG, async_op=True).wait()
    dist.broadcast(x, src=0)
    found = [torch.zeros(3)]
    dist.all_gather(found, x)
    assert found[0].tolist() == x.tolist() == [0.0, 1.0, 2.0]
    part = torch.zeros(3)
    dist.scatter(part, [x])
    assert part.tolist() == x.tolist()
    objects = [None]
    dist.all_gather_object(objects, {"loss": 1.0})
    assert objects == [{"loss": 1.0}]
    with pytest.raises(ValueError, match="all_gather: one tensor for each process is wanted, so one, got 2"):
        dist.all_gather([x, x], x)
    with pytest.raises(RuntimeError, match="there is a group already"):
        dist.init_process_group("gloo")


def test_several_processes_are_refused(monkeypatch):
    with pytest.raises(RuntimeError, match="a group has one process here, and 4 are asked for"):
        dist.init_process_group("gloo", rank=0, world_size=4)
    monkeypatch.setenv("WORLD_SIZE", "2")
    with pytest.raises(RuntimeError, match="not by torchrun"):
        dist.init_process_group("nccl")
    assert not dist.is_initialized()
    with pytest.raises(ValueError, match="no group yet"):
        dist.get_backend()


def test_what_has_gradients_through_the_group_gives_what_it_is_given():
    x = torch.ones(2, requires_grad=True)
    (dist.nn.all_reduce(x * 2) + dist.nn.all_gather(x)[0]).sum().backward()
    assert x.grad.tolist() == [3.0, 3.0]
    with pytest.raises(AttributeError, match=r"torch\.distributed\.rpc is not in fastgrad's PyTorch door"):
        dist.rpc  # noqa: B018


def test_accelerators_have_no_random_states():
    from fastgrad.torch.utils.checkpoint import get_device_states, set_device_states

    assert get_device_states(torch.ones(2)) == ([], [])
    set_device_states([], [])


def test_a_distributed_model_calls_its_module():
    net = torch.nn.Linear(3, 2)
    wrapped = torch.nn.parallel.DistributedDataParallel(net, device_ids=None, find_unused_parameters=True)
    x = torch.ones(1, 3)
    assert wrapped(x).tolist() == net(x).tolist()
    assert list(wrapped.state_dict()) == ["module.weight", "module.bias"]
    with wrapped.no_sync():
        assert not wrapped.require_backward_grad_sync
    assert wrapped.require_backward_grad_sync


@pytest.mark.parametrize("drop_last", [False, True])
@pytest.mark.parametrize(("size", "processes"), [(10, 1), (10, 3), (2, 5), (9, 3)])
def test_processes_share_a_dataset_as_pytorchs_do(size, processes, drop_last):
    peer = pytest.importorskip("torch", reason="PyTorch is not installed").utils.data.DistributedSampler
    for rank in range(processes):
        arguments = {"num_replicas": processes, "rank": rank, "shuffle": False, "drop_last": drop_last}
        ours = torch.utils.data.DistributedSampler(range(size), **arguments)
        theirs = peer(range(size), **arguments)
        assert list(ours) == list(theirs)
        assert len(ours) == len(theirs)


def test_shuffled_shares_are_a_permutation_that_the_epoch_changes():
    samplers = [torch.utils.data.distributed.DistributedSampler(range(12), 3, rank, seed=5) for rank in range(3)]
    first = np.array([list(sampler) for sampler in samplers])
    assert sorted(first.ravel()) == list(range(12))
    assert [list(sampler) for sampler in samplers] == first.tolist()
    for sampler in samplers:
        sampler.set_epoch(1)
    second = np.array([list(sampler) for sampler in samplers])
    assert sorted(second.ravel()) == list(range(12))
    assert second.tolist() != first.tolist()
    with pytest.raises(ValueError, match="rank must be from 0"):
        torch.utils.data.DistributedSampler(range(3), 2, 2)
