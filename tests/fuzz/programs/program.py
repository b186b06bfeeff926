"""A program is data: leaves, steps, what enters the loss. Printed, it is a script that runs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, replace

import numpy as np

# What the scripts use beside the library. `fg` may be PyTorch behind a few names (`peer.py`).
HELPERS = {
    "weigh": '''
def weigh(t):
    """A sum in which every element counts differently."""
    n = t.numel()
    return (t.reshape(-1) * fg.linspace(1.0, 2.0, n, dtype=fg.float64)).sum()
''',
    "scale": '''
seen = []

def scale(label, factor):
    """A hook that notes its gradient and passes it on scaled."""
    def hook(g):
        seen.append((label, g.detach().clone()))
        return None if factor == 1.0 else g * factor
    return hook
''',
    "Cube": """
class Cube(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x * x

    @staticmethod
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 3.0 * x * x
""",
    "Exp": """
class Exp(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x.exp()
        ctx.save_for_backward(y)
        return y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y
""",
    "Pair": """
class Pair(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(x, y)
        return x * y, x + y

    @staticmethod
    def backward(ctx, g, h):
        x, y = ctx.saved_tensors
        return g * y + h, g * x + h
""",
    "ViewOfNew": """
class ViewOfNew(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.shape = tuple(x.shape)
        return (x * 2.0).reshape(-1)

    @staticmethod
    def backward(ctx, g):
        return (g * 2.0).reshape(ctx.shape)
""",
    "ViewOfInput": """
class ViewOfInput(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.shape = tuple(x.shape)
        return x.reshape(-1)

    @staticmethod
    def backward(ctx, g):
        return g.reshape(ctx.shape)
""",
    "Input": """
class Input(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x

    @staticmethod
    def backward(ctx, g):
        return g
""",
    "Double_": """
class Double_(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.mark_dirty(x)
        return x.mul_(2.0)

    @staticmethod
    def backward(ctx, g):
        return g * 2.0
""",
    "WithSign": """
class WithSign(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        sign = fg.sign(x)
        ctx.mark_non_differentiable(sign)
        return x * 3.0, sign

    @staticmethod
    def backward(ctx, g, of_sign):
        return g * 3.0
""",
    "WithNone": """
class WithNone(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        return x * 3.0, None

    @staticmethod
    def backward(ctx, g, of_none):
        return g * 3.0
""",
    "Scaled": """
class Scaled(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x, factor=2.0):
        ctx.factor = factor
        return x * factor

    @staticmethod
    def backward(ctx, g):
        return g * ctx.factor, None
""",
    "Product": """
class Product(fg.autograd.Function):
    @staticmethod
    def forward(x, y, factor=1.0):
        return x * y * factor

    @staticmethod
    def setup_context(ctx, inputs, output):
        x, y, ctx.factor = inputs
        ctx.save_for_backward(x, y)

    @staticmethod
    def backward(ctx, g):
        x, y = ctx.saved_tensors
        return g * y * ctx.factor, g * x * ctx.factor, None
""",
    "Tanh": """
class Tanh(fg.autograd.Function):
    @staticmethod
    def forward(x):
        return x.tanh()

    @staticmethod
    def setup_context(ctx, inputs, output):
        ctx.save_for_backward(output)

    @staticmethod
    def vjp(ctx, g):
        (y,) = ctx.saved_tensors
        return g * (1.0 - y * y)
""",
    "Once": """
class Once(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.save_for_backward(x)
        return x * x

    @staticmethod
    @fg.autograd.function.once_differentiable
    def backward(ctx, g):
        (x,) = ctx.saved_tensors
        return g * 2.0 * x
""",
    "Half": """
class Half(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x, y):
        ctx.save_for_backward(y.detach())
        return x * y

    @staticmethod
    def backward(ctx, g):
        (y,) = ctx.saved_tensors
        return g * y, None
""",
    "Sparse": """
class Sparse(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        ctx.set_materialize_grads(False)
        return x * 2.0, None, x * 3.0

    @staticmethod
    def backward(ctx, g, of_none, h):
        if g is None:
            return None if h is None else h * 3.0
        return g * 2.0 if h is None else g * 2.0 + h * 3.0
""",
    "Both": """
class Both(fg.autograd.Function):
    @staticmethod
    def forward(ctx, x):
        y = x.clone()
        return y, y * 2.0

    @staticmethod
    def backward(ctx, g, h):
        return g + h * 2.0
""",
}


@dataclass(frozen=True)
class Leaf:
    name: str
    values: np.ndarray
    requires_grad: bool = True

    def source(self) -> str:
        grad = ", requires_grad=True" if self.requires_grad else ""
        return f"{self.name} = fg.tensor({self.values.tolist()}, dtype=fg.float64{grad})"


@dataclass(frozen=True)
class Step:
    """One line of the script.

    Parameters
    ----------
    text : str
        The line, with ``{0}``, ``{1}`` ... for the names that it uses.
    uses, makes : tuple of str
        Names of tensors.
    shapes : tuple of tuple of int
        Of what it makes.
    mode : str
        The grad mode that it runs in: "", "no_grad", "enable_grad" (within the other).
    kind : str
        What statistics call it.
    """

    text: str
    uses: tuple[str, ...]
    makes: tuple[str, ...] = ()
    shapes: tuple[tuple[int, ...], ...] = ()
    mode: str = ""
    kind: str = ""

    def source(self) -> str:
        line = self.text.format(*self.uses)
        if not self.makes:
            return line
        return f"{', '.join(self.makes)} = {line}"

    def renamed(self, names: dict[str, str]) -> Step:
        return replace(self, uses=tuple(names.get(u, u) for u in self.uses))


@dataclass(frozen=True)
class Program:
    """What runs: leaves, steps, and the tensors whose weighed sums are the loss.

    Parameters
    ----------
    part : tuple of str
        The leaves that ``autograd.grad`` is asked for.
    """

    leaves: tuple[Leaf, ...]
    steps: tuple[Step, ...]
    loss: tuple[str, ...]
    part: tuple[str, ...]

    def names(self) -> Iterable[str]:
        yield from (leaf.name for leaf in self.leaves)
        for step in self.steps:
            yield from step.makes

    def wanted(self) -> tuple[str, ...]:
        return tuple(leaf.name for leaf in self.leaves if leaf.requires_grad)

    def helpers(self) -> str:
        text = "\n".join(step.text for step in self.steps)
        used = [h for name, h in HELPERS.items() if name == "weigh" or name + "(" in text or name + "." in text]
        return "".join(used)

    def script(self, act: str = "backward") -> str:
        """The program as fastgrad's users write it."""
        lines = ["import fastgrad as fg", *([] if act != "threads" else ["import threading"]), self.helpers()]
        lines += [leaf.source() for leaf in self.leaves]
        mode = ""
        for step in self.steps:
            if step.mode != mode:
                if step.mode:
                    lines.append(
                        "with fg.no_grad():" if step.mode == "no_grad" else "with fg.no_grad(), fg.enable_grad():"
                    )
                mode = step.mode
            lines.append(("    " if mode else "") + step.source())
        lines.append("loss = " + (" + ".join(f"weigh({t})" for t in self.loss)))
        return "\n".join([*lines, *self._ending(act)]) + "\n"

    def _ending(self, act: str) -> list[str]:
        every = f"[{', '.join(self.wanted())}]"
        if act == "inner":
            return ["# the finding names t: print(fg.autograd.grad(loss, [t], allow_unused=True))"]
        if act == "grad":
            return [f"print(fg.autograd.grad(loss, [{', '.join(self.part)}], allow_unused=True))"]
        if act == "recorded":
            return [f"print(fg.autograd.grad(loss, {every}, create_graph=True, allow_unused=True))"]
        if act == "second":
            return [
                f"first = fg.autograd.grad(loss, {every}, create_graph=True, allow_unused=True)",
                "total = sum(weigh(g) for g in first if g is not None and g.requires_grad)",
                f"print(fg.autograd.grad(total, {every}, allow_unused=True))",
            ]
        if act == "threads":
            return [
                f"def run(): print(fg.autograd.grad(loss, {every}, allow_unused=True, retain_graph=True))",
                "threads = [threading.Thread(target=run) for _ in range(2)]",
                "[t.start() for t in threads], [t.join() for t in threads]",
            ]
        lines = ["loss.backward()"] if act == "backward" else ["loss.backward(retain_graph=True)", "loss.backward()"]
        return [*lines, f"print({', '.join(name + '.grad' for name in self.wanted())})"]
