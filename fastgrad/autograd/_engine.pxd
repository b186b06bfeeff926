cdef list run(list outputs, list gradients, list targets, bint keep, bint create_graph, bint to_grad, str what)
