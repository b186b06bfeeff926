"""Random calls of every operation in the table: shapes, layouts, dtypes, edge values and arguments at random.

What must come out is what the table of operations (`tests/ops`) says, by NumPy, and PyTorch's values and gradients
where it is installed. The same must come out, bit for bit, on several threads, and (elementwise) in any layout; in
place; with a number in the place of a 0-dimensional tensor; and gradients must not depend on whether they are recorded.
"""
