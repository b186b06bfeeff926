"""What optimisation by hand needs: parameters as one vector, and first-order methods."""

from fastgrad.numpy.autograd.misc.flatten import flatten as flatten
