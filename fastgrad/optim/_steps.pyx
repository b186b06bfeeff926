# distutils: language = c++
"""The inside of every optimizer's step: which parameters have a gradient, and what is remembered of them."""
from fastgrad._tensor cimport Tensor
from fastgrad._tensor.cpp cimport Recording, force_recording

from fastgrad._core import step_, step_names


def update_groups(optimizer: Optimizer) -> None:
    """Update the parameters of an `Optimizer` that have a gradient, by its ``_update``. Nothing is recorded."""
    cdef Recording before = force_recording(Recording.Off)
    try:
        for i, group in enumerate(optimizer.param_groups):
            _check_changed(optimizer, i, <dict?>group)
            needed = optimizer._moments(group)
            parts = _by_step(optimizer, group["params"], optimizer.state, optimizer._counts)
            if optimizer._numbers:
                parts = _by_numbers(optimizer, group, parts)
            for step, params, grads, states, values in parts:
                moments = [
                    _remembered(optimizer, moment, group, params, states) if used else []
                    for moment, used in (<dict>needed).items()
                ]
                optimizer._update(values or group, step, params, grads, *moments)
    finally:
        force_recording(before)


cdef int _check_changed(object optimizer, Py_ssize_t i, dict group) except -1:
    """Check the hyperparameters of a group if one was replaced since the last check."""
    cdef list checked = optimizer._checked
    while len(checked) <= i:
        checked.append(None)
    if not _holds(checked[i], group):
        optimizer._check(group)
        checked[i] = list(group.values())
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
            state = known[param] = {}
        if counts:
            step = state.get("step", 0)
            if type(step) is not int:
                raise TypeError(f"{type(optimizer).__name__}: 'step' of a state must be an int, got {step!r}")
            step = state["step"] = step + 1
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
            places.setdefault(tuple([state.get(name) for name in names]), []).append(i)
        for numbers, chosen in places.items():
            before = {name: number for name, number in zip(names, numbers) if number is not None}
            after, used = optimizer._advance(group, step, before)
            part = _chosen(chosen, params, grads, states)
            for state in part[2]:
                state.update(after)
            found.append((step, *part, {**group, **used}))
    return found


cdef list _remembered(object optimizer, object moment, object group, list params, list states):
    """One of the remembered tensors of each of these parameters."""
    cdef list found = []
    cdef dict state
    for param, state in zip(params, states):
        if moment not in state:  # the first update, or the first that needs it
            state[moment] = optimizer._first(moment, param, group)
        remembered = state[moment]
        if not isinstance(remembered, Tensor):
            raise TypeError(
                f"{type(optimizer).__name__}: {moment!r} of a state must be a Tensor, got a {type(remembered).__name__}"
            )
        found.append(remembered)
    return found


# ---- updates by the core ---------------------------------------------------------------------------------------------

# Of each class: where a step's hyperparameters are, in its order: (key, None) in the group, (key, i) there in a pair, or
# (None, value).
cdef dict _plans = {}


cdef tuple _plan(object optimizer, object group):
    plan = _plans.get(type(optimizer))
    if plan is None:
        states, names = step_names(optimizer._fused)
        if list(optimizer._moments(group)) != states:
            raise TypeError(f"{type(optimizer).__name__}: _moments must name {states}, as the core's step does")
        constants = optimizer._constants
        places = []
        for name in names:
            key, _, place = name.rstrip("]").partition("[")
            places.append((None, constants[name]) if name in constants else (key, int(place) if place else None))
        plan = _plans[type(optimizer)] = tuple(places)
    return plan


def update_fused(
    optimizer: Optimizer, dict group: dict[str, Any], step: int, params: list[Tensor], grads: list[Tensor],
    *moments: list[Tensor],
) -> None:
    """Update parameters by the core's step that the optimizer's class names, which has its hyperparameters by name."""
    cdef list found = []
    cdef tuple at
    for at in _plan(optimizer, group):
        if at[0] is None:
            found.append(at[1])
        elif at[1] is None:
            found.append(group[at[0]])
        else:
            found.append(group[at[0]][at[1]])
    try:
        step_(optimizer._fused, params, grads, moments, step, found)
    except (TypeError, ValueError) as error:  # of the core's step, which has a name of its own
        name = type(optimizer).__name__
        raise type(error)(f"{name}{str(error).removeprefix(optimizer._fused)}") from None
