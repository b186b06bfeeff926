"""Bad input to every layer, loss, optimizer and scheduler: configurations of `tests/parity`, made bad in a place or
two.

What is bad is a number, a shape, a dtype, a length, an index, a word: too large, too small, negative, NaN, missing, one
too many, or of another kind. It must give what PyTorch gives, or be an error of a natural type that names what was
called; and then nothing has changed: no parameter, buffer, state or argument.
"""
