"""The graph of a tensor: which operations it came from, and what they keep for their gradients."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from fastgrad import nn
from fastgrad._axes import axes_or_new
from fastgrad._tensor import Node, Tensor

if TYPE_CHECKING:
    from matplotlib.axes import Axes

# Fill colours by kind.
_COLORS = {"operation": "#eeeeee", "parameter": "#cfe2f3", "leaf": "#fff2cc", "output": "#d9ead3"}
_FORMATS = ("png", "svg", "pdf")


@dataclass(frozen=True)
class GraphNode:
    """An operation, or a tensor at an end of the graph.

    Attributes
    ----------
    name : str
        The operation's, the parameter's, "leaf" for a leaf without a name, or "output".
    kind : {"operation", "parameter", "leaf", "output"}
        Whether it is an operation, a parameter by its name, another leaf, or the end.
    shapes : tuple of tuple of int
        Of the outputs; of a tensor, its own.
    dtypes : tuple of str
        The dtypes of these.
    saved : tuple of tuple of int, or None
        Shapes of the tensors that the operation keeps for its gradient; None where a backward pass has let go of them.
    saved_outputs : int
        How many of these are the operation's own outputs, which cost no memory of their own.
    """

    name: str
    kind: str
    shapes: tuple[tuple[int, ...], ...]
    dtypes: tuple[str, ...]
    saved: tuple[tuple[int, ...], ...] | None = ()
    saved_outputs: int = 0


@dataclass(frozen=True)
class Graph:
    """What `draw_graph` found.

    Attributes
    ----------
    nodes : tuple of GraphNode
        Inputs before what was made of them.
    edges : tuple of pair of int
        From a node to one that it is an input of, by their places in `nodes`.
    """

    nodes: tuple[GraphNode, ...]
    edges: tuple[tuple[int, int], ...]

    @property
    def dot(self) -> str:
        """The graph in the DOT language, which Graphviz draws."""
        lines = [
            "digraph {",
            '  graph [rankdir="TB", nodesep=0.25, ranksep=0.3]',
            '  node [shape="box", style="filled,rounded", fontname="Helvetica", fontsize=10, color="#888888"]',
            '  edge [color="#666666", arrowsize=0.7]',
        ]
        for i, node in enumerate(self.nodes):
            label = "\\n".join(_escaped(line) for line in _label(node))
            lines.append(f'  n{i} [label="{label}", fillcolor="{_COLORS[node.kind]}"]')
        lines += [f"  n{a} -> n{b}" for a, b in self.edges]
        return "\n".join([*lines, "}"])

    def __str__(self) -> str:
        return self.dot

    def __repr__(self) -> str:
        return f"<Graph of {len(self.nodes)} nodes and {len(self.edges)} edges>"

    def to_dict(self) -> dict[str, Any]:
        """Return plain values by name."""
        return {"nodes": [asdict(node) for node in self.nodes], "edges": list(self.edges)}

    def save(self, path: str | os.PathLike[str]) -> None:
        """Write the graph to a file: text to .dot and .gv; a picture to .png, .svg and .pdf, which needs Graphviz.

        Raises
        ------
        ValueError
            If the file's name ends otherwise.
        ImportError
            If there is to be a picture, and the program ``dot`` is not installed.
        """
        target = Path(path)
        suffix = target.suffix.lower().removeprefix(".")
        if suffix in ("dot", "gv"):
            target.write_text(self.dot + "\n")
        elif suffix in _FORMATS:
            target.write_bytes(self._picture(suffix))
        else:
            raise ValueError(
                f"draw_graph: a file's name must end in .dot, .gv, .png, .svg or .pdf, got {target.name!r}"
            )

    def draw(self, ax: Axes | None = None) -> Axes:
        """Draw the graph into axes (a new figure's for None), by Graphviz and matplotlib; nothing is shown.

        Raises
        ------
        ImportError
            If the program ``dot`` or matplotlib is not installed.
        """
        import io

        picture = self._picture("png")
        ax = axes_or_new("draw_graph", ax, (8.0, 8.0))
        from matplotlib.image import imread

        ax.imshow(imread(io.BytesIO(picture), format="png"), interpolation="antialiased")
        ax.set_axis_off()
        return ax

    def _picture(self, form: str) -> bytes:
        program = shutil.which("dot")
        if program is None:
            raise ImportError(
                "draw_graph: a picture needs Graphviz, whose program dot is not found: install it (apt install "
                "graphviz, brew install graphviz), or save the text to a .dot file"
            )
        done = subprocess.run([program, f"-T{form}", "-Gdpi=150"], input=self.dot.encode(), capture_output=True,
                              check=False)  # fmt: skip
        if done.returncode != 0:
            raise RuntimeError(f"draw_graph: dot failed: {done.stderr.decode(errors='replace').strip()}")
        return done.stdout

    def _repr_svg_(self) -> str | None:  # what notebooks show
        return self._picture("svg").decode() if shutil.which("dot") else None


def draw_graph(tensors: Tensor | Sequence[Tensor], module: nn.Module | Mapping[str, Tensor] | None = None) -> Graph:
    """Look at the graph that gradients of a tensor go through: what it came from, and what is kept for that.

    Nothing is changed: saved tensors stay where they are, and their hooks are not called. A graph that a backward pass
    went through has let go of its saved tensors, and says so.

    Parameters
    ----------
    tensors : Tensor or sequence of Tensor
        Results, such as a loss.
    module : Module or mapping of str to Tensor, optional
        Where leaves have their names from: a module's parameters, or names and tensors.

    Returns
    -------
    Graph
        It prints as DOT text; `Graph.save` writes that or, by Graphviz, a picture.

    Raises
    ------
    TypeError
        If what is given is no tensor, or no module and no mapping.
    ValueError
        If nothing was recorded of a tensor.

    Examples
    --------
    >>> import fastgrad as fg
    >>> layer = fg.nn.Linear(3, 2)
    >>> graph = fg.draw_graph(layer(fg.ones(4, 3)).sum(), layer)
    >>> [(node.name, node.kind, node.shapes[0]) for node in graph.nodes]  # doctest: +NORMALIZE_WHITESPACE
    [('weight', 'parameter', (2, 3)), ('bias', 'parameter', (2,)), ('linear', 'operation', (4, 2)),
     ('sum', 'operation', ()), ('output', 'output', ())]
    >>> print(str(graph).splitlines()[-3].strip())
    n2 -> n3
    """
    outputs = [tensors] if isinstance(tensors, Tensor) else list(tensors) if isinstance(tensors, (list, tuple)) else []
    if not outputs or not all(isinstance(t, Tensor) for t in outputs):
        raise TypeError(f"draw_graph: tensors must be a Tensor or a sequence of them, got {type(tensors).__name__}")
    for t in outputs:
        if t.grad_fn is None:
            raise ValueError(f"draw_graph: nothing was recorded of a tensor of shape {t.shape}: it must be computed of "
                             "tensors that require gradients, where recording is on")  # fmt: skip
    names = _names(module)
    nodes: list[GraphNode] = []
    edges: list[tuple[int, int]] = []
    place: dict[int, int] = {}
    kept: list[Any] = []  # while addresses stand for them

    def visit(thing: Any) -> int:
        place[id(thing)] = len(nodes)
        kept.append(thing)
        nodes.append(_of_operation(thing) if isinstance(thing, Node) else _of_leaf(thing, names))
        return len(nodes) - 1

    for out in outputs:
        stack: list[tuple[Any, bool]] = [(out.grad_fn, False)]
        while stack:
            thing, is_after = stack.pop()
            if id(thing) in place:
                continue
            inputs = [edge for edge, _ in thing._edges if edge is not None] if isinstance(thing, Node) else []
            if not is_after and inputs:
                stack.append((thing, True))
                stack += [(edge, False) for edge in reversed(inputs)]
                continue
            at = visit(thing)
            edges += [(place[id(edge)], at) for edge in inputs]
        nodes.append(GraphNode("output", "output", (tuple(out.shape),), (str(out.dtype),)))
        edges.append((place[id(out.grad_fn)], len(nodes) - 1))
    return Graph(tuple(nodes), tuple(edges))


def _names(module: Any) -> dict[int, tuple[str, bool]]:
    """By the address of a tensor, its name, and whether it is a parameter."""
    if module is None:
        return {}
    if isinstance(module, nn.Module):
        return {id(p): (name, True) for name, p in module.named_parameters()}
    if isinstance(module, Mapping):
        return {id(t): (str(name), isinstance(t, nn.Parameter)) for name, t in module.items()}
    raise TypeError(
        f"draw_graph: module must be a Module or a mapping of names to tensors, got {type(module).__name__}"
    )


def _of_operation(node: Node) -> GraphNode:
    outputs, saved = node._outputs(), node._saved()
    return GraphNode(
        node.name,
        "operation",
        tuple(tuple(shape) for shape, _ in outputs),
        tuple(str(dtype) for _, dtype in outputs),
        None if saved is None else tuple(tuple(shape) for shape, _, _ in saved),
        0 if saved is None else sum(is_output for _, _, is_output in saved),
    )


def _of_leaf(t: Tensor, names: dict[int, tuple[str, bool]]) -> GraphNode:
    name, is_parameter = names.get(id(t), ("leaf", isinstance(t, nn.Parameter)))
    return GraphNode("parameter" if is_parameter and name == "leaf" else name, "parameter" if is_parameter else "leaf",
                     (tuple(t.shape),), (str(t.dtype),))  # fmt: skip


def _label(node: GraphNode) -> list[str]:
    common = "float32"
    dtype = "" if all(d == common for d in node.dtypes) else " " + ", ".join(dict.fromkeys(node.dtypes))
    lines = [node.name, ", ".join(map(str, node.shapes)) + dtype]
    if node.saved is None:
        lines.append("saved tensors were let go")
    elif node.saved:
        of_output = f", {node.saved_outputs} of them its own" if node.saved_outputs and len(node.saved) > 1 else (
            ", its own" if node.saved_outputs else "")  # fmt: skip
        lines.append(f"saves {', '.join(map(str, node.saved))}{of_output}")
    return lines


def _escaped(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"').replace("\n", " ")
