"""NumPy's own functions, given tensors, answer as NumPy does of arrays, and with gradients: calls of every chapter."""

from __future__ import annotations

import re

import numpy
import pytest

import fastgrad as fg
from tests.numpy_door.check import arrays, floats_of, in_door, names_in, run, same
from tests.numpy_door.test_calls import CHAPTERS

# What makes arrays of NumPy's own, and what asks for elements: NumPy tells tensors nothing of it.
_NOT_TOLD = r"np\.(array|as\w*array|full|vectorize|ndenumerate|r_|c_)\b|np\.(zeros|ones|empty)|;|out="
CALLS = [
    call
    for chapter in CHAPTERS
    for call in chapter.SMOOTH
    if re.match(r"np\.[\w.]+\([a-z]\b(?!\()", call) and not re.search(_NOT_TOLD, call)
]


def recorded(theirs, ours):
    """What NumPy gives, with arrays without axes for its scalars where ours have a history."""
    if isinstance(theirs, (tuple, list)):
        return [recorded(one, other) for one, other in zip(theirs, ours, strict=True)]
    return numpy.asarray(theirs) if isinstance(ours, fg.Tensor) else theirs


@pytest.mark.parametrize("call", CALLS)
def test_numpys_own_functions_answer_with_tensors_on_the_graph(call):
    inputs = {name: arrays()[name] for name in names_in(call)}
    ours = {name: in_door(value) for name, value in inputs.items()}
    followed = {name: x.requires_grad_() if x.dtype == fg.float64 else x for name, x in ours.items()}
    got = run(call, numpy, followed)
    same(got, recorded(run(call, numpy, inputs), got), call)
    assert any(getattr(one, "requires_grad", False) for one in floats_of(got))
