"""PyTorch's functions and methods, a file a family, with its arguments, over those of `fastgrad.ops`.

The PyTorch door is a table of them; methods that mean one thing are Tensor's through every door. Nothing here opens the
door, and nothing is imported before it is asked for.
"""
