# distutils: language = c++
"""The inside of every optimizer's step: which parameters have a gradient, and what is remembered of them."""
from libcpp.utility cimport move
from libcpp.vector cimport vector

from fastgrad._tensor cimport Tensor
from fastgrad._tensor.cpp cimport Array, DType, Recording, force_recording
from fastgrad.ops._native.optimizer cimport OptimizerStep, optimizer_named, optimizer_step


def update_groups(optimizer: Optimizer) -> None:
    """Update the parameters of an `Optimizer` that have a gradient, by its ``_update``. Nothing is recorded."""
    cdef Recording before = force_recording(Recording.Off)
    try:
        # of all groups first: what is wrong with one leaves no other updated
        for i, group in enumerate(optimizer.param_groups):
            _check_changed(optimizer, i, <dict?>group)
            _check_gradients(optimizer, group["params"])
        for group in optimizer.param_groups:
            if not optimizer._repeats:
                _update_group(optimizer, group, group["params"])
                continue
            for params in _rounds(group["params"]):
                _update_group(optimizer, group, params)
    finally:
        force_recording(before)


cdef int _update_group(object optimizer, object group, object parameters) except -1:
    needed = optimizer._moments(group)
    parts = _by_step(optimizer, parameters, optimizer.state, optimizer._counts)
    if optimizer._numbers:
        parts = _by_numbers(optimizer, group, parts)
    for step, params, grads, states, values in parts:
        moments = [
            _remembered(optimizer, moment, group, params, states) if used else []
            for moment, used in (<dict>needed).items()
        ]
        optimizer._update(values or group, step, params, grads, *moments)
    return 0


cdef list _rounds(object parameters):
    """Parameters of which some occur several times, in lists in which none does: they are updated so often."""
    cdef list rounds = []
    cdef dict seen = {}
    for param in parameters:
        k = seen[id(param)] = seen.get(id(param), -1) + 1
        if k == len(rounds):
            rounds.append([])
        rounds[k].append(param)
    return rounds


cdef int _check_changed(object optimizer, Py_ssize_t i, dict group) except -1:
    """Check the hyperparameters of a group if one was replaced since the last check."""
    cdef list checked = optimizer._checked
    while len(checked) <= i:
        checked.append(None)
    if not _holds(checked[i], group):
        optimizer._check(group)
        checked[i] = list(group.values())
    return 0


cdef int _check_gradients(object optimizer, object parameters) except -1:
    """See that each gradient still fits its parameter, whose memory may have been replaced since."""
    cdef Tensor grad, own
    for param in parameters:
        own = <Tensor?>param
        if own.grad_ is None:
            continue
        grad = <Tensor>own.grad_
        if grad.a.dtype() != own.a.dtype() or not grad.a.shape() == own.a.shape():
            error = ValueError if grad.a.dtype() == own.a.dtype() else TypeError
            raise error(
                f"{type(optimizer).__name__}: a gradient must have its parameter's shape and dtype, {own.shape} and "
                f"{own.dtype}, got {grad.shape} and {grad.dtype}"
            )
    return 0


cdef bint _holds(object values, dict group) except -1:
    cdef Py_ssize_t k = 0
    if values is None or len(<list>values) != len(group):
        return False
    for value in group.values():
        if value is not (<list>values)[k]:
            return False
        k += 1
    return True


cdef list _by_step(object optimizer, object parameters, object known, bint counts):
    """Count this update of all parameters that have a gradient, and give those together, with their gradients and
    states, that have been updated equally often; usually all. The last of each part is None: the values are the group's."""
    cdef list params = [], grads = [], states = [], steps = []
    cdef object first = None
    cdef dict state
    cdef bint equal = True
    for param in parameters:
        grad = (<Tensor?>param).grad_
        if grad is None:
            continue
        state = known.get(param)
        if state is None:
            state = {}
            if counts:
                known[param] = state
        if counts:
            step = _count(optimizer, state)
        else:
            step = 2 if state else 1
        if first is None:
            first = step
        elif step != first:
            equal = False
        params.append(param)
        grads.append(grad)
        states.append(state)
        steps.append(step)
    if equal:
        return [(first, params, grads, states, None)] if params else []
    return [
        (step, *_chosen([i for i, other in enumerate(steps) if other == step], params, grads, states), None)
        for step in sorted(set(steps))
    ]


cdef long long _count(object optimizer, dict state) except -1:
    """Count an update in a parameter's state, and return which it is."""
    cdef object held = state.get("step")
    cdef double before
    cdef float* at
    if type(held) is Tensor and _is_plain(held):
        at = <float*>(<Tensor>held).a.bytes()
        before = at[0]
        if before >= 0 and before == <long long>before:
            at[0] = <float>(before + 1)
            (<Tensor>held).a.bump_version()
            return <long long>at[0]
    if held is None:
        state["step"] = optimizer._number(1.0)
        return 1
    if type(held) is int:
        state["step"] = held + 1
        return held + 1
    before = -1.0
    if isinstance(held, Tensor) and held.size == 1:
        before = _value(held)
    if not (before >= 0 and before == <long long>before):
        raise TypeError(
            f"{type(optimizer).__name__}: 'step' of a state must be a tensor of a whole number, or an int, got {held!r}"
        )
    _write(held, before + 1)
    return <long long>_value(held)


cdef inline bint _is_plain(Tensor t):
    """Whether a tensor is one number of float32, which is read and written without calls."""
    return t.a.ndim() == 0 and t.a.dtype() == DType.F32 and t.a.writable()


cdef double _value(object number) except? -1:
    if isinstance(number, Tensor) and _is_plain(number):
        return (<float*>(<Tensor>number).a.bytes())[0]
    return float(number)


cdef int _write(object number, double value) except -1:
    if _is_plain(number):
        (<float*>(<Tensor>number).a.bytes())[0] = <float>value
        (<Tensor>number).a.bump_version()
    else:
        number.fill_(int(value) if value == <long long>value else value)
    return 0


cdef tuple _chosen(list places, list params, list grads, list states):
    return [params[i] for i in places], [grads[i] for i in places], [states[i] for i in places]


cdef list _by_numbers(object optimizer, dict group, list parts):
    """Parts of those that remember the same numbers, with the group's values and what this update makes of the numbers;
    which go on in the states."""
    cdef list found = []
    cdef tuple names = optimizer._numbers
    cdef dict state
    for step, params, grads, states, _ in parts:
        places = {}
        for i, state in enumerate(states):
            places.setdefault(tuple([_value(state[name]) if name in state else None for name in names]), []).append(i)
        for numbers, chosen in places.items():
            before = {name: number for name, number in zip(names, numbers) if number is not None}
            after, used = optimizer._advance(group, step, before)
            part = _chosen(chosen, params, grads, states)
            for state in part[2]:
                for name, number in after.items():
                    if isinstance(state.get(name), Tensor):
                        _write(state[name], number)
                    else:
                        state[name] = optimizer._number(number)
            found.append((step, *part, {**group, **used}))
    return found


cdef list _remembered(object optimizer, object moment, object group, list params, list states):
    """One of the remembered tensors of each of these parameters."""
    cdef list found = []
    cdef dict state
    for param, state in zip(params, states):
        remembered = state.get(moment)
        if remembered is None:  # the first update, or the first that needs it
            if not state:
                optimizer.state[param] = state
            remembered = state[moment] = optimizer._first(moment, param, group)
        if not isinstance(remembered, Tensor):
            raise TypeError(
                f"{type(optimizer).__name__}: {moment!r} of a state must be a Tensor, got a {type(remembered).__name__}"
            )
        found.append(remembered)
    return found


# ---- updates by the core ---------------------------------------------------------------------------------------------

cdef class _Plan:
    """Of a class of optimizers: the core's step, and where its hyperparameters are, in its order: (key, None) in the
    group, (key, i) there in a pair, or (None, value)."""
    cdef const OptimizerStep* step
    cdef list places


cdef dict _plans = {}


cdef _Plan _plan(object optimizer, object group):
    cdef _Plan plan = _plans.get(type(optimizer))
    cdef int i
    if plan is None:
        plan = _Plan()
        plan.step = optimizer_named(optimizer._fused.encode())
        states = [plan.step.states[i].decode() for i in range(plan.step.state_count)]
        if list(optimizer._moments(group)) != states:
            raise TypeError(f"{type(optimizer).__name__}: _moments must name {states}, as the core's step does")
        constants = optimizer._constants
        plan.places = []
        for i in range(plan.step.hyperparameter_count):
            name = plan.step.hyperparameters[i].decode()
            key, _, place = name.rstrip("]").partition("[")
            plan.places.append((None, constants[name]) if name in constants else (key, int(place) if place else None))
        _plans[type(optimizer)] = plan
    return plan


cdef vector[Array] _arrays(list tensors) except *:
    cdef vector[Array] found
    cdef Tensor t
    found.reserve(len(tensors))
    for t in tensors:
        found.push_back(t.a)
    return move(found)


def update_fused(
    optimizer: Optimizer, dict group: dict[str, Any], step: int, list params: list[Tensor], list grads: list[Tensor],
    *moments: list[Tensor],
) -> None:
    """Update parameters by the core's step that the optimizer's class names, which has its hyperparameters by name."""
    cdef _Plan plan = _plan(optimizer, group)
    cdef vector[double] hyperparameters
    cdef vector[vector[Array]] states
    cdef tuple at
    hyperparameters.reserve(len(plan.places))
    for at in plan.places:
        value = at[1] if at[0] is None else group[at[0]] if at[1] is None else group[at[0]][at[1]]
        hyperparameters.push_back(value)
    states.reserve(len(moments))
    for moment in moments:
        states.push_back(_arrays(moment))
    try:
        optimizer_step(plan.step[0], _arrays(params), _arrays(grads), states, step, hyperparameters)
    except (TypeError, ValueError) as error:  # of the core's step, which has a name of its own
        name = type(optimizer).__name__
        raise type(error)(f"{name}{str(error).removeprefix(optimizer._fused)}") from None
