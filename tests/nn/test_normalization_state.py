"""States of normalisation that other versions have written."""

import fastgrad as fg


def test_a_state_from_before_batches_were_counted_is_loaded():
    norm, other = fg.nn.BatchNorm1d(2), fg.nn.BatchNorm1d(2)
    other.running_mean.fill_(3.0)
    norm.num_batches_tracked.fill_(7)
    state = {key: value for key, value in other.state_dict().items() if key != "num_batches_tracked"}
    found = fg.nn.Sequential(norm).load_state_dict({f"0.{key}": value for key, value in state.items()})
    assert not found.missing_keys
    assert norm.running_mean.tolist() == [3.0, 3.0]
    assert norm.num_batches_tracked.item() == 7
