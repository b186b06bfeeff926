"""SciPy's functions that HIPS autograd has, with gradients."""
