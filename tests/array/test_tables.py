"""pandas' tables and columns become tensors, or the error names what does not, and says what to do."""

from __future__ import annotations

import re

import numpy as np
import pytest

import fastgrad as fg

pandas = pytest.importorskip("pandas")

DAYS = pandas.to_datetime(["2026-01-01", "2026-01-02"])
NO_NUMBERS = {
    "strings": ["x", "y"],
    "dates": DAYS,
    "differences": DAYS - DAYS[0],
    "categories": pandas.Categorical(["u", "v"]),
    "objects": pandas.Series([1, None], dtype=object),
    "complex numbers": [1j, 2j],
}
NULLABLE = pandas.array([1, None], dtype="Int64")
TO_TENSOR = [fg.tensor, fg.asarray, fg.exp, fg.nn.functional.relu]


@pytest.mark.parametrize("to_tensor", TO_TENSOR)
@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_columns_that_hold_no_numbers_are_named(kind, to_tensor):
    table = pandas.DataFrame({"age": [1.0, 2.0], "name": NO_NUMBERS[kind]})
    with pytest.raises(TypeError, match="the column 'name' holds no numbers; leave it out, or turn it into numbers"):
        to_tensor(table)
    with pytest.raises(TypeError, match="the column 'name' holds no numbers but "):
        to_tensor(table["name"])
    both = table.assign(more=["x", "y"])
    with pytest.raises(TypeError, match=r"the columns \['name', 'more'\] hold no numbers"):
        to_tensor(both)


def test_columns_of_numbers_without_a_common_dtype_are_converted_as_the_error_says():
    table = pandas.DataFrame({"age": [1.5, 2.0], "member": [True, False]})
    with pytest.raises(TypeError, match="of dtypes float64, bool, have no common one; convert with") as error:
        fg.tensor(table)
    advice = re.search(r"\.to_numpy\(.*\)", str(error.value)).group()
    assert fg.tensor(eval(f"table{advice}", {"table": table})).tolist() == [[1.5, 1.0], [2.0, 0.0]]


@pytest.mark.parametrize("what", ["table", "column"])
def test_missing_values_are_named_and_filled_as_the_error_says(what):
    table = pandas.DataFrame({"age": pandas.array([True, None], dtype="boolean"), "size": [1.0, 2.0]})
    data = table if what == "table" else table["age"]
    with pytest.raises(TypeError, match="values are missing; convert with") as error:
        fg.tensor(data)
    advice = re.search(r"\.to_numpy\(.*\)", str(error.value)).group()
    converted = np.asarray(fg.tensor(eval(f"data{advice}", {"data": data})))
    assert np.isnan(converted.reshape(2, -1)[1, 0])


def test_tables_and_columns_of_numbers_are_taken():
    table = pandas.DataFrame({"a": [1, 2], "b": [3, 4]})
    assert fg.tensor(table).tolist() == [[1, 3], [2, 4]]
    assert fg.tensor(table["b"]).tolist() == [3, 4]
    assert fg.tensor(pandas.DataFrame({"c": pandas.Categorical([1, 2])})).tolist() == [[1], [2]]
    assert fg.tensor(pandas.Series(pandas.array([1, 2], dtype="Int64"))).dtype == fg.int64
    assert np.isnan(np.asarray(fg.tensor(pandas.Series(NULLABLE)))[1])


INDEXES = {
    "whole numbers": (pandas.Index([3, 1, 2]), fg.int64),
    "a range": (pandas.RangeIndex(3), fg.int64),
    "floats": (pandas.Index([0.5, 1.5]), fg.float64),
    "narrow floats": (pandas.Index([0.5, 1.5], dtype="float32"), fg.float32),
    "truths": (pandas.Index([True, False]), fg.bool),
    "nullable": (pandas.Index([1, 2], dtype="Int64"), fg.int64),
    "none": (pandas.Index([], dtype="float64"), fg.float64),
}


@pytest.mark.parametrize("kind", INDEXES)
def test_an_index_of_numbers_is_a_column(kind):
    index, dtype = INDEXES[kind]
    for to_tensor in (fg.tensor, fg.asarray):
        x = to_tensor(index)
        assert (x.dtype, x.shape, x.tolist()) == (dtype, (len(index),), index.tolist())
    one = fg.ones(len(index), dtype=fg.float64, requires_grad=True)
    y = one * index
    assert y.tolist() == [float(i) for i in index]
    y.sum().backward()
    assert one.grad.tolist() == y.tolist()


@pytest.mark.parametrize("kind", NO_NUMBERS)
def test_an_index_that_holds_no_numbers_is_named(kind):
    index = pandas.Index(NO_NUMBERS[kind], name="who")
    for to_tensor in TO_TENSOR:
        with pytest.raises(TypeError, match="the column 'who' holds no numbers but "):
            to_tensor(index)


def test_an_index_picks_elements():
    assert fg.arange(5)[pandas.Index([4, 0])].tolist() == [4, 0]
    assert fg.arange(3)[pandas.Index([True, False, True])].tolist() == [0, 2]


def test_a_tensor_of_an_index_is_a_copy():
    index = pandas.Index([1.0, 2.0])
    x = fg.tensor(index)
    x[0] = 9.0
    assert index.tolist() == [1.0, 2.0]
