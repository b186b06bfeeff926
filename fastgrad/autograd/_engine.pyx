# distutils: language = c++
"""The backward pass: visits the nodes of a graph from the newest to the oldest and hands gradients down.

A node is created after the nodes it takes its inputs from, so the newest node that holds a gradient has received all of
it: a heap by order of creation is the whole schedule. Gradients are summed in the order in which they arrive, which is
fixed by the same order. Nothing is written to any ``.grad`` before the whole pass has succeeded, but to those of leaves
that have hooks for when they are complete: no node that leads to them is newer than what is left in the heap.

A pass owns what it walks: it holds the nodes and leaves themselves, so that hooks, custom functions and other threads
may detach, free and replace what they like. Several passes may walk one graph at a time, in threads or one inside
another.
"""
from cpython.object cimport PyObject
from cpython.ref cimport Py_DECREF, Py_INCREF, Py_XDECREF
from libc.stdint cimport uint64_t
from libcpp.algorithm cimport pop_heap, push_heap
from libcpp.pair cimport pair
from libcpp.unordered_map cimport unordered_map
from libcpp.unordered_set cimport unordered_set
from libcpp.vector cimport vector

from fastgrad._tensor cimport Backward, Node, Tensor, detached, requires_grad
from fastgrad._tensor.cpp cimport Dims, DType, Recording, force_recording, is_floating, itemsize
from fastgrad._tensor.profile cimport OpenSpan, begin_rule, end_rule, is_profiled, pass_watchers
from fastgrad.autograd._anomaly cimport Watcher, anomalies, check_gradient, say_place, watcher_here
from fastgrad.autograd._custom cimport custom_rule
from fastgrad.autograd._mode cimport call_user
from fastgrad.autograd.hooks cimport CompletionHook, awaits_completion, completion_hooks
from fastgrad.ops._common cimport is_unseen
from fastgrad.ops.arithmetic cimport add_into, add_tensors
from fastgrad.ops.cast cimport cast_to, dense_copy, ones_for
from fastgrad.ops.reduce cimport sum_to_shape

import os

from fastgrad.errors import TensorTypeError, TensorValueError, UnsupportedDtypeError

cdef extern from *:
    """
    #include <chrono>
    #include <thread>
    // Lets other threads run, which may want the GIL, and be the ones that are waited for.
    static void fg_wait_a_little() {
      Py_BEGIN_ALLOW_THREADS
      std::this_thread::sleep_for(std::chrono::microseconds(20));
      Py_END_ALLOW_THREADS
    }
    """
    void wait_a_little "fg_wait_a_little"()
    unsigned long PyThread_get_thread_ident()

ctypedef void* Address

cdef uint64_t _runs = 0


cdef struct Slot:
    PyObject* target   # owned; a Node or a leaf Tensor
    PyObject* grad     # owned; a Tensor, or a list of Tensors and Nones for a node of several outputs
    bint owned         # nobody else can see the gradient's memory: sums go in place


cdef double size_of(const Dims& shape) noexcept:
    cdef double found = 1.0
    cdef int i
    for i in range(shape.size()):
        found *= shape[i]
    return found


cdef class Pass(Backward):
    cdef uint64_t id
    cdef vector[Slot] slots
    cdef vector[pair[uint64_t, Py_ssize_t]] heap      # (order of creation, slot) of nodes that hold a gradient, and
                                                      # (of the oldest node that leads to it, -1 - place in `early`)
    cdef list early                                   # leaves that are written to as soon as they are complete
    cdef vector[Py_ssize_t] leaves                    # slots of leaves, in order of arrival
    cdef unordered_map[void*, Py_ssize_t] side        # slots of targets that another running pass has claimed
    cdef Node current
    cdef bint selective                               # only what leads to `wanted` is computed
    cdef unordered_set[void*] needed                  # nodes that lead to what is wanted
    cdef dict wanted                                  # (id of node or leaf, output) -> position in results
    cdef list targets                                 # whose gradients are wanted
    cdef list results
    cdef list roots                                   # the nodes or leaves where the pass begins
    cdef list held                                    # nodes of the targets, which `wanted` knows by their addresses

    def __cinit__(self):
        global _runs
        _runs += 1
        self.id = _runs

    def __dealloc__(self):
        cdef size_t i
        for i in range(self.slots.size()):
            if self.slots[i].target != NULL:
                self.let_go(i)

    cdef void let_go(self, size_t i) noexcept:
        cdef PyObject* target = self.slots[i].target
        if isinstance(<object>target, Node):
            if (<Node>target).run == self.id:
                (<Node>target).run = 0
        elif (<Tensor>target).run == self.id:
            (<Tensor>target).run = 0
        if not self.side.empty():
            self.side.erase(<void*>target)
        self.slots[i].target = NULL
        Py_XDECREF(self.slots[i].grad)
        self.slots[i].grad = NULL
        Py_DECREF(<object>target)

    cdef bint leads_somewhere(self, object edge, int output) except -1:
        if not self.selective:
            return True
        if self.needed.count(<void*>edge):
            return True
        return (id(edge), output if isinstance(edge, Node) else 0) in self.wanted

    cdef bint wants(self, int i) except -1:
        cdef object edge = self.current.input(i)
        return edge is not None and self.leads_somewhere(edge, self.current.source(i))

    cdef int give(self, int i, Tensor grad) except -1:
        cdef object edge = self.current.input(i)
        if edge is None or grad is None:
            return 0
        if anomalies:
            check_gradient(self.current, i, grad)
        return self.deliver(edge, self.current.source(i), grad)

    cdef int give_own(self, int i, Tensor grad) except -1:
        """`give`, of fresh memory that nobody else will see: later gradients are added to it in place."""
        cdef Py_ssize_t at
        self.give(i, grad)
        at = self.slot_in_use(self.current.input(i))
        if at >= 0 and self.slots[at].grad == <PyObject*>grad:
            self.slots[at].owned = True
        return 0

    cdef Tensor running_sum(self, int i):
        """What input i has received so far, for a rule that adds to a part of it in place; None where it may not."""
        cdef Py_ssize_t at = -1 if self.create_graph else self.slot_in_use(self.current.input(i))
        if at < 0 or not self.slots[at].owned:
            return None
        return <Tensor>self.slots[at].grad

    cdef Py_ssize_t slot_in_use(self, object edge) noexcept:
        """The slot of a leaf or of a node's only output that holds a gradient in this pass, else -1."""
        if edge is None:
            return -1
        if not isinstance(edge, Node):
            return (<Tensor>edge).slot if (<Tensor>edge).run == self.id else self.slot_aside(<void*>edge)
        if (<Node>edge).more_outputs is not None:
            return -1
        return (<Node>edge).slot if (<Node>edge).run == self.id else self.slot_aside(<void*>edge)

    cdef inline Py_ssize_t slot_aside(self, void* target) noexcept:
        """The slot of what another pass had claimed first, else -1: it stays aside also when that pass is over."""
        return self.side[target] if not self.side.empty() and self.side.count(target) else -1

    cdef Py_ssize_t new_slot(self, object target) except -1:
        cdef Slot s
        Py_INCREF(target)
        s.target = <PyObject*>target
        s.grad = NULL
        s.owned = False
        self.slots.push_back(s)
        return <Py_ssize_t>self.slots.size() - 1

    cdef Py_ssize_t slot_of_node(self, Node n) except -1:
        cdef Py_ssize_t at
        cdef pair[uint64_t, Py_ssize_t] entry
        if n.run == self.id:
            return n.slot
        at = self.slot_aside(<void*>n)
        if at >= 0:
            return at
        at = self.new_slot(n)
        if n.run == 0:
            n.run = self.id
            n.slot = at
        else:
            self.side[<void*>n] = at
        entry.first = n.sequence
        entry.second = at
        self.heap.push_back(entry)
        push_heap(self.heap.begin(), self.heap.end())
        return at

    cdef Py_ssize_t slot_of_leaf(self, Tensor t) except -1:
        cdef Py_ssize_t at
        if t.run == self.id:
            return t.slot
        at = self.slot_aside(<void*>t)
        if at >= 0:
            return at
        at = self.new_slot(t)
        if t.run == 0:
            t.run = self.id
            t.slot = at
        else:
            self.side[<void*>t] = at
        self.leaves.push_back(at)
        return at

    cdef int deliver(self, object edge, int output, Tensor grad) except -1:
        """Adds grad to what output `output` of the node `edge` (or the leaf `edge`) has received."""
        cdef Node n
        cdef Tensor leaf
        cdef Py_ssize_t at
        cdef list several
        if not self.leads_somewhere(edge, output):
            return 0
        if isinstance(edge, Node):
            n = edge
            if n.more_outputs is None:
                grad = fit(grad, n.shape, n.dtype)
                at = self.slot_of_node(n)
                return self.accumulate(at, grad)
            if output == 0:
                grad = fit(grad, n.shape, n.dtype)
            else:
                shape, dtype = n.more_outputs[output - 1]
                if grad.shape != shape:
                    grad = sum_to_shape(grad, dims_of(shape))
                if grad.dtype is not dtype:
                    grad = grad.astype(dtype)
            at = self.slot_of_node(n)
            if self.slots[at].grad == NULL:
                several = [None] * n.outputs
                Py_INCREF(several)
                self.slots[at].grad = <PyObject*>several
            several = <list>self.slots[at].grad
            several[output] = grad if several[output] is None else several[output] + grad
            return 0
        leaf = <Tensor>edge
        grad = fit(grad, leaf.a.shape(), leaf.a.dtype())
        return self.accumulate(self.slot_of_leaf(leaf), grad)

    cdef int accumulate(self, Py_ssize_t at, Tensor grad) except -1:
        cdef Tensor total
        if self.slots[at].grad == NULL:
            Py_INCREF(grad)
            self.slots[at].grad = <PyObject*>grad
            return 0
        total = <Tensor>self.slots[at].grad
        if self.slots[at].owned and not self.create_graph:
            add_into(total, grad)
            return 0
        total = add_tensors(total, grad)
        Py_INCREF(total)
        Py_DECREF(<object>self.slots[at].grad)
        self.slots[at].grad = <PyObject*>total
        self.slots[at].owned = True
        return 0

    cdef int run_all(self, bint keep) except -1:
        """Runs every node that holds a gradient, newest first, then hands leaves theirs."""
        cdef Py_ssize_t at
        cdef Node n
        cdef object g
        cdef size_t i
        cdef bint needed
        while self.heap.size():
            pop_heap(self.heap.begin(), self.heap.end())
            at = self.heap.back().second
            self.heap.pop_back()
            if at < 0:
                g = None  # the last rule may have written a leaf's gradient in its place
                self.complete_leaf(<Tensor>self.early[-1 - at])
                continue
            n = <Node>self.slots[at].target
            g = <object>self.slots[at].grad
            self.let_go(at)
            if n.hooks is not None:
                g = self.run_hooks(n.hooks, n.more_outputs is not None, g)
            if n.retained is not None:
                self.keep_retained(n, g)
            if n.more_outputs is not None:
                g = tuple(g)
            if self.selective:
                needed = self.needed.count(<void*>n)
                self.capture(n, g, needed)
                if not needed:
                    continue
            if n.released:
                n.refuse_released()
            self.current = n
            if pass_watchers:
                self.run_watched(n, g)
            else:
                n.primitive.vjp(n, g, self)
            if not keep:
                n.release()
                if n.primitive.vjp == custom_rule:
                    n.context = None
                    n.released = True
        g = None  # the last rule may have written a leaf's gradient in its place
        self.current = None
        for i in range(self.leaves.size()):
            self.finish_leaf(self.leaves[i])
        for i in range(self.leaves.size()):
            self.write_leaf(self.leaves[i])
        return 0

    cdef int run_watched(self, Node n, object g) except -1:
        """Runs a node's rule; an error that it raises says where the operation was, and a profiler how long it took."""
        cdef Watcher watcher = watcher_here()
        cdef OpenSpan span
        cdef bint profiled = is_profiled()
        cdef double bytes = 0.0
        if watcher is not None:
            watcher.finish()
            watcher.rules += 1
        if profiled:
            bytes = self.bytes_of(n, g)
            span = begin_rule(n.primitive.name, n.sequence, self.products(n))
        try:
            n.primitive.vjp(n, g, self)
            if watcher is not None:
                watcher.finish()
        except Exception as error:
            if anomalies:
                say_place(error, n)
            raise
        finally:
            if watcher is not None:
                watcher.rules -= 1
            if profiled:
                end_rule(span, bytes, n.primitive.vjp == custom_rule)
        return 0

    cdef int products(self, Node n) except -1:
        """How many of the first two inputs get a gradient: as many products has the rule of a product."""
        cdef int i, found = 0
        for i in range(min(n.inputs, 2)):
            found += self.wants(i)
        return found

    cdef double bytes_of(self, Node n, object g) except -1:
        """Of the gradient that a rule is given, of what was saved for it, and of the gradients that it gives."""
        cdef double found = 0.0
        cdef Tensor t
        cdef object edge
        cdef int i, source
        for one in g if isinstance(g, tuple) else (g,):
            if one is not None:
                found += (<Tensor>one).a.nbytes()
        for one in (n.s0, n.s1, n.s2, n.s3):
            if one is not None:
                found += (<Tensor>one).a.nbytes()
        if n.saved_more is not None:
            for entry in n.saved_more:
                if entry is not None:
                    t = <Tensor>(<tuple>entry)[0]
                    found += t.a.nbytes()
        for i in range(n.inputs):
            if not self.wants(i):
                continue
            edge, source = n.input(i), n.source(i)
            if not isinstance(edge, Node):
                found += (<Tensor>edge).a.nbytes()
            elif source == 0:
                found += size_of((<Node>edge).shape) * itemsize((<Node>edge).dtype)
        return found

    cdef object run_hooks(self, list hooks, bint several, object g):
        cdef Tensor replaced
        for output, entry in hooks:
            for hook in tuple((<dict>entry).values()):
                one = g[output] if several else g
                if one is None or isinstance(hook, CompletionHook):
                    continue
                replaced = self.answer(hook, <Tensor>one)
                if replaced is None:
                    continue
                if several:
                    g[output] = replaced
                else:
                    g = replaced
        return g

    cdef Tensor answer(self, object hook, Tensor g):
        """What a hook has g replaced by; None where it leaves it."""
        given = call_user(hook, (g,))
        if given is not None and not isinstance(given, Tensor):
            from fastgrad.ops.numbers import unless_number
            given = unless_number(given)
        if given is None:
            return None
        if not isinstance(given, Tensor) or not ((<Tensor>given).a.shape() == g.a.shape()):
            raise TensorValueError(
                f"a gradient hook must return None or a tensor of the gradient's shape {g.shape}, got "
                f"{getattr(given, 'shape', given)!r}"
            )
        if (<Tensor>given).a.dtype() != g.a.dtype():
            raise TensorTypeError(
                f"a gradient hook must return a gradient of the same dtype: this one is {g.dtype}, got {given.dtype}; "
                "convert it with .astype(grad.dtype)"
            )
        return self.without_history(<Tensor>given)

    cdef inline Tensor without_history(self, Tensor g):
        """A gradient from outside, which brings a history only where the pass records one."""
        return detached(g) if not self.create_graph and requires_grad(g) else g

    cdef Tensor own(self, Tensor g, Tensor like):
        """g as the gradient of `like`: in memory that is nobody else's, laid out as like's, and without a history
        unless the pass records one. The caller's reference to g is the only one if g is to be kept itself."""
        if (
            is_unseen(g) and (g.a.strides() == like.a.strides() or not like.a.is_dense())
            and not g.leaf_requires_grad and (self.create_graph or g.node is None)
        ):
            return g
        return dense_copy(g, like.a)

    cdef int keep_retained(self, Node n, object g) except -1:
        cdef Tensor t
        for output, reference in tuple(n.retained):
            t = reference()
            one = g[output] if n.more_outputs is not None else g
            if t is not None and one is not None:
                self.add_to_grad(t, <Tensor>one)
        return 0

    cdef int capture(self, Node n, object g, bint needed) except -1:
        cdef int i
        if self.results is None:
            return 0  # they go to `.grad`, which these tensors retain
        for i in range(n.outputs):
            positions = self.wanted.get((id(n), i))
            if positions is None:
                continue
            if n.more_outputs is not None:
                if g[i] is not None:
                    self.give_result(positions, <Tensor>g[i], True)
            else:
                self.give_result(positions, <Tensor>g, needed)
        return 0

    cdef int give_result(self, list positions, Tensor g, bint shared) except -1:
        """Makes g the gradient of these targets; shared: it is used further."""
        for p in positions:
            self.results[p] = dense_copy(g, (<Tensor>self.targets[p]).a) if shared else self.own(g, self.targets[p])
            shared = True
        return 0

    cdef int finish_leaf(self, Py_ssize_t at) except -1:
        """What a leaf's gradient is in the end: after its hooks. It is handed to whoever asked for it, or stays in its
        slot to be written to `.grad`."""
        cdef Tensor leaf = <Tensor>self.slots[at].target
        cdef Tensor g = <Tensor>self.slots[at].grad
        Py_DECREF(g)
        self.slots[at].grad = NULL
        if leaf.hooks is not None:
            g = self.run_hooks(leaf.hooks, False, g)
        if self.selective:
            positions = self.wanted.get((id(leaf), 0))
            if positions is None:
                return 0
            if self.results is not None:
                return self.give_result(positions, g, False)
        if leaf.node is not None or not leaf.leaf_requires_grad:
            return 0  # stopped being a leaf that wants gradients since
        check_fit(leaf, g)
        if leaf.grad_ is not None:
            check_fit(leaf, leaf.grad_)
        Py_INCREF(g)
        self.slots[at].grad = <PyObject*>g
        return 0

    cdef int write_leaf(self, Py_ssize_t at) except -1:
        cdef Tensor leaf, g
        if self.slots[at].grad == NULL:
            return 0
        leaf = <Tensor>self.slots[at].target
        g = <Tensor>self.slots[at].grad
        self.let_go(at)
        self.add_to_grad(leaf, g)
        return 0 if leaf.hooks is None else self.tell_complete(leaf)

    cdef int tell_complete(self, Tensor leaf) except -1:
        for _, entry in leaf.hooks:
            for hook in tuple((<dict>entry).values()):
                if isinstance(hook, CompletionHook):
                    call_user(hook, (leaf,))
        return 0

    cdef int complete_leaf(self, Tensor leaf) except -1:
        """Writes a leaf's gradient now, if it has received one."""
        cdef Py_ssize_t at = self.slot_in_use(leaf)
        cdef size_t i = 0
        if at < 0:
            return 0
        while self.leaves[i] != at:
            i += 1
        self.leaves.erase(self.leaves.begin() + i)
        self.finish_leaf(at)
        return self.write_leaf(at)

    cdef int await_completion(self) except -1:
        """Puts the leaves with hooks for it on the heap, each behind the oldest node that leads to it."""
        cdef vector[pair[uint64_t, Address]] found
        cdef unordered_map[void*, uint64_t] oldest
        cdef pair[uint64_t, Py_ssize_t] entry
        cdef object edge
        cdef Node n
        cdef size_t k
        cdef Py_ssize_t place
        cdef int i
        self.early = [edge for edge in self.roots if not isinstance(edge, Node) and awaits_completion(<Tensor>edge)]
        for edge in self.early:
            oldest[<void*>edge] = 0
        self.walk(found)
        for k in range(found.size()):
            n = <Node>found[k].second
            for i in range(n.inputs):
                edge = n.input(i)
                if edge is None or isinstance(edge, Node) or not awaits_completion(<Tensor>edge):
                    continue
                if not oldest.count(<void*>edge):
                    self.early.append(edge)
                    oldest[<void*>edge] = n.sequence
                elif n.sequence < oldest[<void*>edge]:
                    oldest[<void*>edge] = n.sequence
        for place in range(len(self.early)):
            entry.first = oldest[<void*>self.early[place]]
            entry.second = -1 - place
            self.heap.push_back(entry)
            push_heap(self.heap.begin(), self.heap.end())
        return 0

    cdef int add_to_grad(self, Tensor t, Tensor g) except -1:
        """Adds g, of t's shape and dtype, to t's `.grad`: one step to all other passes."""
        cdef Tensor total, grown
        begin_adding(t)
        try:
            while True:
                total = t.grad_
                if total is None:
                    grown = self.own(g, t)
                elif (
                    self.create_graph or requires_grad(total) or not total.a.writable() or total.a.has_overlap()
                ):
                    grown = self.own(add_tensors(total, g), t)
                else:
                    add_into(total, g)
                    return 0
                if t.grad_ is total:  # else it was assigned meanwhile
                    t.grad_ = grown
                    return 0
        finally:
            end_adding(t)

    cdef int walk(self, vector[pair[uint64_t, Address]]& found) except -1:
        """The nodes that the pass can reach, each with its order of creation."""
        cdef vector[PyObject*] stack
        cdef unordered_set[void*] seen
        cdef pair[uint64_t, Address] entry
        cdef object edge
        cdef Node n
        cdef int i
        for edge in self.roots:
            if isinstance(edge, Node) and not seen.count(<void*>edge):
                seen.insert(<void*>edge)
                stack.push_back(<PyObject*>edge)
        while stack.size():
            n = <Node>stack.back()
            stack.pop_back()
            entry.first = n.sequence
            entry.second = <void*>n
            found.push_back(entry)
            for i in range(n.inputs):
                edge = n.input(i)
                if isinstance(edge, Node) and not seen.count(<void*>edge):
                    seen.insert(<void*>edge)
                    stack.push_back(<PyObject*>edge)
        return 0

    cdef int select(self, list targets) except -1:
        """Marks the nodes that lead to the targets: only these are run."""
        cdef Tensor t
        cdef vector[pair[uint64_t, Address]] found
        cdef Node n
        cdef object edge
        cdef int i
        cdef size_t k
        self.selective = True
        self.targets = targets
        self.held = []
        self.wanted = {}
        for position, t in enumerate(targets):
            requires_grad(t)
            self.held.append(t.node)
            key = (id(t.node), t.output) if t.node is not None else (id(t), 0)
            self.wanted.setdefault(key, []).append(position)
        self.walk(found)
        # Oldest first: whether a node leads to a target is known before anything that takes input from it asks.
        sort_entries(found)
        for k in range(found.size()):
            n = <Node>found[k].second
            for i in range(n.inputs):
                edge = n.input(i)
                if edge is None:
                    continue
                if self.needed.count(<void*>edge) or \
                        (id(edge), n.source(i) if isinstance(edge, Node) else 0) in self.wanted:
                    self.needed.insert(<void*>n)
                    break
        return 0


cdef extern from *:
    """
    #include <algorithm>
    #include <utility>
    #include <vector>
    static void fg_sort_entries(std::vector<std::pair<uint64_t, void*>>& v) { std::sort(v.begin(), v.end()); }
    """
    void sort_entries "fg_sort_entries"(vector[pair[uint64_t, Address]]&)


# ---- adding to .grad -------------------------------------------------------------------------------------------------

# A large sum releases the GIL. Meanwhile nobody else may add to the same gradient: the second would read what the first
# has half written, and overwrite it. While it adds, a thread needs nothing from others but the GIL.

cdef struct Adding:
    PyObject* tensor
    unsigned long thread

cdef vector[Adding] _adding


cdef int begin_adding(Tensor t) except -1:
    cdef Adding mine
    mine.tensor = <PyObject*>t
    mine.thread = PyThread_get_thread_ident()
    while others_are_adding(mine):
        wait_a_little()
    _adding.push_back(mine)
    return 0


cdef bint others_are_adding(Adding& mine) noexcept:
    cdef size_t i
    for i in range(_adding.size()):
        if _adding[i].tensor == mine.tensor and _adding[i].thread != mine.thread:
            return True
    return False


cdef void end_adding(Tensor t) noexcept:
    cdef unsigned long thread = PyThread_get_thread_ident()
    cdef size_t i = _adding.size()
    while i > 0:
        i -= 1
        if _adding[i].tensor == <PyObject*>t and _adding[i].thread == thread:
            _adding.erase(_adding.begin() + i)
            return


def _forget_adding():
    _adding.clear()  # by threads that a forked child does not have


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_forget_adding)


cdef int check_fit(Tensor leaf, Tensor grad) except -1:
    """A gradient must be like its leaf, whose memory may have been replaced since."""
    if not (grad.a.shape() == leaf.a.shape()) or grad.a.dtype() != leaf.a.dtype():
        raise RuntimeError(
            f"backward: the data of a leaf was replaced by {leaf.dtype} data of shape {leaf.shape}, but its gradient "
            f"is {grad.dtype} of shape {grad.shape}; set its grad to None and compute anew"
        )
    return 0


# ---- a pass ----------------------------------------------------------------------------------------------------------

cdef Dims dims_of(object shape):
    cdef Dims d
    for n in shape:
        d.push_back(n)
    return d


cdef inline Tensor fit(Tensor grad, const Dims& shape, DType dtype):
    """A gradient summed back to its input's shape and cast to its dtype: done here, once, never in a rule."""
    if not (grad.a.shape() == shape):
        grad = sum_to_shape(grad, shape)
    if grad.a.dtype() != dtype:
        grad = cast_to(grad, dtype)
    return grad


cdef Tensor _first_gradient(Tensor output, gradient, str what):
    if gradient is None:
        if output.a.size() != 1:
            raise RuntimeError(
                f"{what}: only a tensor of one element has a gradient of its own; got shape {output.shape}: "
                "give the gradient to start from"
            )
        return ones_for(output)
    if not isinstance(gradient, Tensor):
        raise TypeError(f"{what}: the gradient must be a Tensor or None, got {type(gradient).__name__}")
    if not ((<Tensor>gradient).a.shape() == output.a.shape()):
        raise TensorValueError(
            f"{what}: the gradient must have the tensor's shape {output.shape}, got {gradient.shape}")
    if not is_floating((<Tensor>gradient).a.dtype()):
        raise UnsupportedDtypeError(f"{what}: the gradient must be floating-point, got {gradient.dtype}")
    return <Tensor>gradient


cdef list run(list outputs, list gradients, list targets, bint keep, bint create_graph, bint to_grad, str what):
    """Sends gradients down from the outputs. With targets, only what leads to them is computed; their gradients are
    returned, or with to_grad accumulated in their `.grad`."""
    cdef Pass p = Pass()
    cdef Tensor t
    cdef Recording before
    p.create_graph = create_graph
    cdef vector[int] places
    cdef size_t i
    p.roots = []
    p.results = None
    firsts = []
    for t, gradient in zip(outputs, gradients):
        if not requires_grad(t):
            raise RuntimeError(f"{what}: a tensor of shape {t.shape} does not require gradients and has no history")
        firsts.append(p.without_history(_first_gradient(t, gradient, what)))
        p.roots.append(t.node if t.node is not None else t)
        places.push_back(t.output)
    if targets is not None:
        p.select(targets)
        if not to_grad:
            p.results = [None] * len(targets)
    if completion_hooks and p.results is None:
        p.await_completion()
    before = force_recording(Recording.On if create_graph else Recording.Off)
    try:
        for i in range(places.size()):
            p.deliver(p.roots[i], places[i], <Tensor>firsts[i])
        p.run_all(keep)
    finally:
        force_recording(before)
    return p.results


# ---- where a history begins ------------------------------------------------------------------------------------------

def reads_others(list outputs: list[Tensor], list own: list[Tensor]) -> bool:
    """Whether the history of tensors begins at other leaves than one's own."""
    cdef unordered_set[Address] mine, seen
    cdef list pending = []
    cdef Tensor t
    cdef Node n
    cdef object source
    cdef int i
    for t in own:
        mine.insert(<Address>t)
    for t in outputs:
        if not requires_grad(t):
            continue
        if t.node is not None:
            pending.append(t.node)
        elif not mine.count(<Address>t):
            return True
    while pending:
        n = pending.pop()
        if not seen.insert(<Address>n).second:
            continue
        for i in range(n.inputs):
            source = n.input(i)
            if isinstance(source, Tensor):
                if not mine.count(<Address>source):
                    return True
            elif source is not None and not seen.count(<Address>source):
                pending.append(source)
    return False
