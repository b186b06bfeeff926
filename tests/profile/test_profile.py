"""The profiler: what it counts is known, its shares add up, and it leaves nothing behind."""

from __future__ import annotations

import json
import sys
import threading
import time
from typing import Any

import pytest

import fastgrad as fg
from fastgrad import _core, nn, optim

F = nn.functional


def network() -> nn.Sequential:
    return nn.Sequential(nn.Linear(12, 8), nn.ReLU(), nn.Linear(8, 3))


def training(model: nn.Module, steps: int = 3) -> fg.profile:
    x, y = fg.ones(5, 12), fg.tensor([0, 1, 2, 0, 1])
    optimizer = optim.SGD(model.parameters(), lr=0.1)
    with fg.profile() as p:
        for _ in range(steps):
            loss = F.cross_entropy(model(x), y)
            optimizer.zero_grad()
            loss.backward()
            optimizer.step()
    return p


def rows(p: fg.profile) -> dict[tuple[str, str], Any]:
    return {(row.name, row.phase): row for row in p.operations}


def test_operations_are_counted_by_phase() -> None:
    found = rows(training(network()))
    assert found["linear", "forward"].calls == 6
    assert found["linear", "backward"].calls == 6
    assert found["cross_entropy", "forward"].calls == 3
    assert found["cross_entropy", "backward"].calls == 3
    assert found["backward pass", "backward"].calls == 3
    assert found["SGD.step", "step"].calls == 3
    assert found["python", "python"].seconds > 0


def test_shares_add_up_to_the_block() -> None:
    p = training(network())
    for by in (p.operations, p.modules):
        assert sum(row.share for row in by) == pytest.approx(1.0, abs=1e-9)
    assert sum(row.seconds for row in p.operations) == pytest.approx(p.seconds, rel=1e-9)
    assert sum(row.forward + row.backward for row in p.modules) == pytest.approx(p.seconds, rel=1e-9)
    assert all(row.seconds >= 0 for row in p.operations)
    assert all(row.forward >= 0 and row.backward >= 0 for row in p.modules)


def test_time_outside_of_operations_is_pythons() -> None:
    with fg.profile() as p:
        x = fg.ones(3)
        time.sleep(0.02)
        x + x
    assert rows(p)["python", "python"].seconds >= 0.02
    assert rows(p)["add", "forward"].seconds < 0.01


def test_modules_have_the_time_of_both_ways() -> None:
    p = training(network())
    found = {row.path: row for row in p.modules}
    # The first product and the ReLU behind it are one operation.
    assert list(found) == ["Sequential", "Sequential.0+1", "Sequential.2", ""]
    assert found["Sequential.0+1"].calls == found["Sequential.2"].calls == 3
    for path in ("Sequential.0+1", "Sequential.2"):
        assert found[path].forward > 0
        assert found[path].backward > 0
    assert found["Sequential"].backward == 0


def test_a_profiled_step_computes_what_an_unprofiled_one_does() -> None:
    results = []
    for profiled in (False, True):
        fg.manual_seed(0)
        model, x = network(), fg.rand(5, 12)
        with fg.profile() if profiled else fg.enable_grad():
            model(x).square().mean().backward()
        results.append([p.grad.tolist() for p in model.parameters()])
    assert results[0] == results[1]


@pytest.mark.parametrize(
    ("call", "name", "forward", "backward"),
    [
        (lambda a, b: F.linear(a(6, 5), b(4, 5)), "linear", 2 * 6 * 5 * 4, 2),
        (lambda a, b: F.linear(weight=b(4, 5), input=a(6, 5)), "linear", 2 * 6 * 5 * 4, 2),
        (lambda a, b: a(7, 6, 5) @ b(5, 4), "matmul", 2 * 7 * 6 * 5 * 4, 2),
        (lambda a, b: fg.matmul(a(6, 5), b(5, 4)), "matmul", 2 * 6 * 5 * 4, 2),
        (lambda a, b: F.conv2d(a(2, 4, 7, 7), b(6, 2, 3, 3), groups=2), "conv2d", 2 * 2 * 6 * 25 * 2 * 9, 2),
        (lambda a, b: F.conv_transpose2d(a(2, 4, 5, 5), b(4, 3, 2, 2)), "conv_transpose2d", 2 * 2 * 4 * 25 * 3 * 4, 2),
        (lambda a, b: fg.tensordot(a(3, 4, 5), b(4, 5, 6)), "tensordot", 2 * 3 * 20 * 6, None),
        (lambda a, b: fg.einsum("bij,bjk->bik", a(2, 3, 4), b(2, 4, 5)), "einsum", 2 * 2 * 3 * 4 * 5, None),
        (lambda a, b: F.bilinear(a(5, 2), b(5, 3), fg.ones(4, 2, 3)), "bilinear", 2 * 5 * 4 * 6, None),
        (lambda a, b: a(6, 5) * b(6, 5), "multiply", 30, 1),
        (lambda a, b: fg.exp(a(6, 5)), "exp", 30, 1),
        (lambda a, b: a(6, 5).sum(), "sum", 30, 1),
    ],
)
def test_arithmetic_is_counted(call: Any, name: str, forward: int, backward: int | None) -> None:
    make = lambda *shape: fg.ones(*shape, requires_grad=True)  # noqa: E731
    with fg.profile() as p:
        out = call(make, make)
        (out if out.ndim == 0 else out.sum()).backward()
    found = rows(p)
    assert found[name, "forward"].operations == forward
    if backward is not None:
        assert found[name, "backward"].operations == backward * forward


def test_a_rule_counts_the_products_that_it_computes() -> None:
    with fg.profile() as p:
        F.linear(fg.ones(6, 5), fg.ones(4, 5, requires_grad=True)).sum().backward()
    assert rows(p)["linear", "backward"].operations == 2 * 6 * 5 * 4  # of the weight's gradient alone


def test_attention_and_recurrent_layers_are_counted() -> None:
    q = fg.ones(2, 3, 7, 8)
    with fg.profile() as p:
        F.scaled_dot_product_attention(q, fg.ones(2, 3, 5, 8), fg.ones(2, 3, 5, 8))
        nn.LSTM(4, 6)(fg.ones(9, 2, 4))
        nn.GRUCell(4, 6)(fg.ones(2, 4))
    found = rows(p)
    assert found["scaled_dot_product_attention", "forward"].operations == 2 * 2 * 2 * 3 * 7 * 5 * 8
    assert found["recurrent", "forward"].operations == 2 * 9 * 2 * 4 * 6 * (4 + 6)
    assert found["gru_cell", "forward"].operations == 2 * 2 * 3 * 6 * (4 + 6)


def test_bytes_are_read_and_written_once() -> None:
    a, b = fg.ones(10, 4), fg.ones(10, 4)
    with fg.profile() as p:
        a + b
        a.reshape(4, 10)  # a view moves nothing
        fg.broadcast_to(fg.ones(4), (10, 4)) * a
    found = rows(p)
    assert found["add", "forward"].bytes == 3 * 160
    assert not found["reshape", "forward"].bytes
    assert found["multiply", "forward"].bytes == 16 + 160 + 160


def test_bytes_of_a_rule() -> None:
    x = fg.ones(6, 5, requires_grad=True)
    y = fg.exp(x).sum()
    with fg.profile() as p:
        y.backward()
    assert rows(p)["exp", "backward"].bytes == 3 * 120  # the gradient, the saved output, and what it gives


def test_of_the_floor_is_a_share() -> None:
    a = fg.ones(200, 200)
    with fg.profile() as p:
        for _ in range(5):
            a @ a
    row = rows(p)["matmul", "forward"]
    assert row.operations == 5 * 2 * 200**3
    assert 0 < row.of_floor <= 1
    assert row.flops == pytest.approx(row.operations / row.seconds)


def test_recomputed_work_is_the_backward_passes() -> None:
    layer = nn.Linear(4, 4)
    x = fg.ones(2, 4, requires_grad=True)
    with fg.profile() as p:
        fg.utils.checkpoint.checkpoint(layer, x, use_reentrant=False).sum().backward()
    calls = {key: row.calls for key, row in rows(p).items()}
    assert calls["linear", "forward"] == 1
    assert calls["linear", "backward"] == 2  # the rule, and the call within it


def test_what_was_recorded_before_the_block_has_no_module() -> None:
    model = network()
    loss = model(fg.ones(2, 12)).sum()
    with fg.profile() as p:
        loss.backward()
    assert rows(p)["linear", "backward"].calls == 2
    assert [row.path for row in p.modules] == [""]


def test_labels_are_rows() -> None:
    with fg.profile() as p:
        for _ in range(2):
            with p.label("read"):
                time.sleep(0.005)
                fg.ones(3) + 1.0
    row = rows(p)["read", "python"]
    assert row.calls == 2
    assert row.seconds >= 0.01
    assert rows(p)["add", "forward"].calls == 2


def test_random_numbers_are_operations() -> None:
    with fg.profile() as p:
        fg.randn(100)
        F.dropout(fg.ones(10), 0.5)
    assert rows(p)["randn", "forward"].bytes == 400
    assert rows(p)["dropout", "forward"].calls == 1


def test_a_module_that_is_called_in_two_places_is_one_row() -> None:
    layer = nn.Linear(4, 4)
    model = nn.Sequential(layer, nn.Tanh(), layer)
    with fg.profile() as p:
        model(fg.ones(2, 4))
        layer(fg.ones(2, 4))
    assert {row.path: row.calls for row in p.modules}["Sequential.0"] == 3


def test_hooks_are_called_as_always() -> None:
    model, seen = network(), []
    with model[0].register_forward_hook(lambda *_: seen.append(1)), fg.profile() as p:
        model(fg.ones(2, 12))
    assert seen == [1]
    assert [row.path for row in p.modules][:2] == [
        "Sequential",
        "Sequential.0",
    ]  # with a hook, nothing is computed together


def test_nothing_is_left_behind_also_by_an_error() -> None:
    randn, p = _core.randn, fg.profile()

    def fail() -> None:
        with p:
            fg.ones(2) + 1.0
            raise RuntimeError("no")

    with pytest.raises(RuntimeError, match="no"):
        fail()
    assert _core.randn is randn
    assert rows(p)["add", "forward"].calls == 1
    calls = len(p.trace()["traceEvents"])
    network()(fg.ones(1, 12)).sum().backward()
    fg.randn(2)
    assert len(p.trace()["traceEvents"]) == calls


def test_an_error_within_an_operation_ends_its_span() -> None:
    with fg.profile() as p:
        for call in (lambda: fg.ones(2) + fg.ones(3), lambda: network()(fg.ones(2, 5)), lambda: fg.exp("no")):
            with pytest.raises((ValueError, TypeError)):
                call()
        fg.ones(2) + 1.0
    found = rows(p)
    assert found["add", "forward"].calls == 2
    assert all(event["dur"] >= 0 for event in p.trace()["traceEvents"])
    assert sum(row.share for row in p.operations) == pytest.approx(1.0)


def test_blocks_must_not_nest_in_a_thread() -> None:
    with fg.profile(), pytest.raises(RuntimeError, match="blocks must not nest"), fg.profile():
        pass
    with fg.profile() as p:  # the outer one has ended as it must
        fg.ones(2)
    with pytest.raises(RuntimeError, match="entered once"), p:
        pass


def test_a_block_is_of_its_thread() -> None:
    found: dict[str, fg.profile] = {}

    def work() -> None:
        with fg.profile() as p:
            fg.exp(fg.ones(3))
        found["other"] = p

    with fg.profile() as p:
        thread = threading.Thread(target=work)
        thread.start()
        thread.join()
        fg.tanh(fg.ones(3))
    assert ("exp", "forward") not in rows(p)
    assert ("exp", "forward") in rows(found["other"])
    assert ("tanh", "forward") not in rows(found["other"])


def test_a_block_ends_in_its_thread() -> None:
    p, errors = fg.profile(), []
    p.__enter__()

    def end() -> None:
        try:
            p.__exit__(None, None, None)
        except RuntimeError as error:
            errors.append(str(error))

    thread = threading.Thread(target=end)
    thread.start()
    thread.join()
    assert errors == ["profile: a block must end in the thread that it began in"]
    fg.randn(3)
    with pytest.raises(RuntimeError, match="after the block's end"):
        _ = p.operations
    p.__exit__(None, None, None)
    assert rows(p)["randn", "forward"].calls == 1
    with fg.profile() as p:
        network()(fg.randn(1, 12))
    assert rows(p)["randn", "forward"].calls == 1
    assert p.modules[0].path == "Sequential"


def test_a_block_may_begin_within_a_backward_pass() -> None:
    x, p = fg.ones(3, requires_grad=True), fg.profile()
    y = x * 2.0
    y.register_hook(lambda _: p.__enter__() and None)
    y.sum().backward()
    p.__exit__(None, None, None)
    assert set(rows(p)) == {("multiply", "backward"), ("python", "python")}


def test_a_block_may_end_within_a_backward_pass() -> None:
    x, p = fg.ones(3, requires_grad=True), fg.profile()
    p.__enter__()
    y = x * 2.0
    y.register_hook(lambda _: p.__exit__(None, None, None))
    y.sum().backward()
    assert ("sum", "backward") in rows(p)
    assert ("multiply", "backward") not in rows(p)
    assert sum(row.share for row in p.operations) == pytest.approx(1.0)


def test_modules_are_under_the_nearest_module_that_was_called() -> None:
    class Listed(nn.Module):
        def __init__(self) -> None:
            super().__init__()
            self.layers = nn.ModuleList([nn.Linear(3, 3), nn.Linear(3, 3)])

        def forward(self, x: fg.Tensor) -> fg.Tensor:
            for layer in self.layers:
                x = layer(x)
            return x

    with fg.profile() as p:
        Listed()(fg.ones(1, 3))
    assert [row.path for row in p.modules] == ["Listed", "Listed.layers.0", "Listed.layers.1", ""]
    assert [line.split()[0] for line in p.table("module").splitlines()[2:5]] == ["Listed", "layers.0", "layers.1"]


def test_what_is_asked_too_early_is_an_error() -> None:
    p = fg.profile()
    for ask in (lambda: p.operations, lambda: p.seconds, lambda: p.trace(), lambda: p.to_dict(), lambda: p.table()):
        with pytest.raises(RuntimeError, match="after the block's end"):
            ask()
    assert "not ended" in str(p)
    assert "not ended" in repr(p)
    with pytest.raises(RuntimeError, match="within the block"), p.label("x"):
        pass
    with pytest.raises(ValueError, match="most must be a positive int, got 0"):
        fg.profile(most=0)


def test_calls_beyond_the_bound_are_pythons() -> None:
    x = fg.ones(3)
    with fg.profile(most=10) as p:
        for _ in range(50):
            x + x
    assert p.lost == 40
    assert rows(p)["add", "forward"].calls == 10
    assert sum(row.share for row in p.operations) == pytest.approx(1.0)
    assert "40 calls were too many" in str(p)


def test_an_empty_block_is_all_pythons() -> None:
    with fg.profile() as p:
        pass
    assert [row.name for row in p.operations] == ["python"]
    assert "python" in str(p)
    assert p.trace()["traceEvents"] == []


def test_it_prints_as_tables_and_converts_to_a_dict() -> None:
    p = training(network())
    text = str(p)
    assert "linear" in text
    assert "Sequential" in text
    assert "100.0 %" in text
    assert "2 others" in p.table(rows=len(p.operations) - 3)
    with pytest.raises(ValueError, match="'operation' or 'module', got 'layer'"):
        p.table(by="layer")
    whole = json.loads(json.dumps(p.to_dict()))
    assert {row["name"] for row in whole["operations"]} == {row.name for row in p.operations}
    assert whole["seconds"] == p.seconds


def test_the_trace_is_chromes(tmp_path: Any) -> None:
    p = training(network(), steps=1)
    p.save_trace(tmp_path / "trace.json")
    events = json.loads((tmp_path / "trace.json").read_text())["traceEvents"]
    names = [event["name"] for event in events]
    assert names[:2] == ["Sequential", "0+1: Linear"]
    assert {"linear", "linear backward", "backward pass", "SGD.step"} <= set(names)
    for event in events:
        assert event["ph"] == "X"
        assert event["ts"] >= 0
    linear = next(event for event in events if event["name"] == "linear backward")
    assert linear["args"]["module"].startswith("Sequential.")
    assert linear["args"]["phase"] == "backward"


def test_flames_are_drawn_into_given_axes() -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    p, ax = training(network()), figure.add_subplot()
    assert p.draw_flame(ax) is ax
    bars = len(ax.patches)
    other = p.draw_flame(merged=False)
    assert other.figure is not figure
    assert len(other.patches) > bars
    assert len(p.draw_flame(least=p.seconds).patches) == 0


def test_without_matplotlib_a_flame_is_a_clear_error(monkeypatch: pytest.MonkeyPatch) -> None:
    p = training(network())
    monkeypatch.setitem(sys.modules, "matplotlib.figure", None)
    with pytest.raises(ImportError, match="pip install matplotlib"):
        p.draw_flame()


def test_anomaly_detection_works_within_a_block() -> None:
    x = fg.tensor([0.0], requires_grad=True)
    with fg.profile(), fg.autograd.detect_anomaly(), pytest.raises(RuntimeError, match="gave nan"):
        (fg.sqrt(x) * 0.0).sum().backward()
