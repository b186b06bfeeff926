# What operations see of tensors and of the graph.
from fastgrad._tensor.node cimport Backward, Node, Primitive, Rule, define, refresh_operand, save0, save1
from fastgrad._tensor.record cimport (
    FIRST, SECOND, THIRD, TRACED, add_output, record1, record2, record3, record_all, record_edges, record_untold,
    recording, recording2, recording3, trace_write, tracing,
)
from fastgrad._tensor.tensor cimport (
    OF_FUNCTION, ONE_OF_SEVERAL, Tensor, UNRECORDED, detached, make_view, refresh_view, requires_grad,
    set_derive_view, wrap,
)
