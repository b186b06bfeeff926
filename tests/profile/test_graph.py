"""The graph that is drawn is the graph that was recorded."""

from __future__ import annotations

import os
import shutil
import sys
from pathlib import Path
from typing import Any

import pytest

import fastgrad as fg
from fastgrad import nn

F = nn.functional


def example() -> tuple[nn.Sequential, fg.Tensor]:
    model = nn.Sequential(nn.Linear(3, 4), nn.Tanh(), nn.Linear(4, 2))
    return model, F.mse_loss(model(fg.ones(5, 3)), fg.zeros(5, 2))


def test_nodes_are_operations_and_named_leaves() -> None:
    model, loss = example()
    graph = fg.draw_graph(loss, model)
    names = [node.name for node in graph.nodes]
    assert names == ["0.weight", "0.bias", "linear", "tanh", "2.weight", "2.bias", "linear", "mse_loss", "output"]
    assert graph.edges == ((0, 2), (1, 2), (2, 3), (3, 6), (4, 6), (5, 6), (6, 7), (7, 8))
    assert {node.name: node.kind for node in graph.nodes}["2.bias"] == "parameter"
    linear, tanh = graph.nodes[2], graph.nodes[3]
    assert linear.shapes == ((5, 4),)
    assert linear.saved == ((5, 3),)  # the input's gradient is not wanted, so that no weight is kept
    assert (tanh.saved, tanh.saved_outputs) == (((5, 4),), 1)


def test_leaves_without_names() -> None:
    x, w = fg.ones(2, requires_grad=True), nn.Parameter(fg.ones(2))
    graph = fg.draw_graph((x * w).sum())
    assert [(node.name, node.kind) for node in graph.nodes[:2]] == [("leaf", "leaf"), ("parameter", "parameter")]
    graph = fg.draw_graph((x * w).sum(), {"x": x, "w": w})
    assert [(node.name, node.kind) for node in graph.nodes[:2]] == [("x", "leaf"), ("w", "parameter")]


def test_what_is_used_twice_is_one_node() -> None:
    x = fg.ones(2, requires_grad=True)
    y = x * x
    graph = fg.draw_graph([(y + y).sum(), y])
    assert [node.name for node in graph.nodes].count("leaf") == 1
    assert [node.name for node in graph.nodes].count("multiply") == 1
    assert [node.kind for node in graph.nodes].count("output") == 2


def test_saved_tensors_that_are_gone_are_said_to_be() -> None:
    model, loss = example()
    loss.backward()
    graph = fg.draw_graph(loss, model)
    assert graph.nodes[2].saved is None
    assert "saved tensors were let go" in graph.dot


def test_looking_changes_nothing() -> None:
    model, loss = example()
    fg.draw_graph(loss, model)
    loss.backward()
    assert model[0].weight.grad is not None

    packed, unpacked = [], []
    with fg.autograd.graph.saved_tensors_hooks(lambda t: packed.append(1) or t, lambda t: unpacked.append(1) or t):
        loss = fg.exp(fg.ones(3, requires_grad=True)).sum()
    assert fg.draw_graph(loss).nodes[1].saved == ((3,),)
    assert (len(packed), len(unpacked)) == (1, 0)


def test_operations_of_several_outputs() -> None:
    parts = fg.split(fg.ones(4, requires_grad=True), 2)
    out, _ = nn.LSTM(2, 3)(fg.ones(4, 1, 2))
    assert len(fg.draw_graph(out.sum()).nodes) > 5
    assert fg.draw_graph(parts[0].sum()).nodes[0].name == "leaf"


def test_a_graph_of_any_depth() -> None:
    x = fg.ones(1, requires_grad=True)
    for _ in range(20_000):
        x = x + 1.0
    graph = fg.draw_graph(x)
    assert len(graph.nodes) == 20_002


def test_dot_text_is_dot(tmp_path: Path) -> None:
    model, loss = example()
    graph = fg.draw_graph(loss, model)
    assert graph.dot.startswith("digraph {")
    assert graph.dot.endswith("}")
    assert str(graph) == graph.dot
    assert "(5, 4)\\nsaves (5, 4), its own" in graph.dot
    assert "n3 -> n6" in graph.dot
    graph.save(tmp_path / "graph.dot")
    assert (tmp_path / "graph.dot").read_text() == graph.dot + "\n"
    quoted = fg.draw_graph(loss, {'a "name"\\': model[0].weight})
    assert 'a \\"name\\"\\\\' in quoted.dot


def program(folder: Path, body: str) -> None:
    """A program dot, of the tests'."""
    path = folder / "dot"
    path.write_text(f"#!{sys.executable}\n{body}\n")
    path.chmod(0o755)


@pytest.mark.skipif(os.name != "posix", reason="the program is a script")
def test_pictures_are_made_by_graphviz(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    program(tmp_path, "import sys; sys.stdout.write(sys.argv[1] + sys.stdin.read()[:7])")
    monkeypatch.setenv("PATH", str(tmp_path))
    graph = fg.draw_graph(example()[1])
    graph.save(tmp_path / "graph.svg")
    assert (tmp_path / "graph.svg").read_text() == "-Tsvgdigraph"
    assert graph._repr_svg_() == "-Tsvgdigraph"
    program(tmp_path, "import sys; sys.exit('line 1: no')")
    with pytest.raises(RuntimeError, match="dot failed: line 1: no"):
        graph.save(tmp_path / "graph.png")


@pytest.mark.skipif(shutil.which("dot") is None, reason="Graphviz is not installed")
def test_the_picture_is_one(tmp_path: Path) -> None:
    figure = pytest.importorskip("matplotlib.figure").Figure()
    model, loss = example()
    graph, ax = fg.draw_graph(loss, model), figure.add_subplot()
    assert graph.draw(ax) is ax
    assert ax.images[0].get_array().shape[0] > 300


def test_without_graphviz_a_picture_is_a_clear_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    graph = fg.draw_graph(example()[1])
    for draw in (lambda: graph.save(tmp_path / "graph.png"), graph.draw):
        with pytest.raises(ImportError, match="needs Graphviz, whose program dot is not found"):
            draw()
    assert graph._repr_svg_() is None


@pytest.mark.parametrize(
    ("call", "error", "says"),
    [
        (lambda: fg.draw_graph(fg.ones(2)), ValueError, "nothing was recorded of a tensor of shape .2,."),
        (lambda: fg.draw_graph(3), TypeError, "tensors must be a Tensor or a sequence"),
        (lambda: fg.draw_graph([]), TypeError, "tensors must be a Tensor or a sequence"),
        (lambda: fg.draw_graph(example()[1], 3), TypeError, "module must be a Module or a mapping"),
        (lambda: fg.draw_graph(example()[1]).save("graph.txt"), ValueError, "must end in .dot"),
    ],
)
def test_bad_arguments_say_what_must_be(call: Any, error: Any, says: str) -> None:
    with pytest.raises(error, match=says):
        call()
