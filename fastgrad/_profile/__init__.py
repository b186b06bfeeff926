"""Looking at programs: where time goes (`profile`), what a model is made of (`summary`), what a graph looks like.

On the public interface but for two things: spans of time, which ``_core`` records, and what the graph's nodes say of
themselves.
"""

from fastgrad._profile.block import profile as profile
from fastgrad._profile.graph import Graph as Graph, draw_graph as draw_graph
from fastgrad._profile.layers import LayerRow as LayerRow, Summary as Summary, summary as summary
from fastgrad._profile.report import ModuleRow as ModuleRow, OperationRow as OperationRow, Profile as Profile
