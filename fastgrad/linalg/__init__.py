"""Linear algebra: the array standard's functions and NumPy's, of batches of matrices, with gradients.

Values come from LAPACK, by NumPy, and are as reproducible as that is; gradients are fastgrad's own operations.
Eigenvalues of matrices that are not symmetric are complex, and not here.
"""

from fastgrad import _missing, _names
from fastgrad.linalg._common import LinAlgError as LinAlgError
from fastgrad.linalg.decompose import (
    QR as QR,
    SVD as SVD,
    CholeskyAndInfo as CholeskyAndInfo,
    Eigh as Eigh,
    cholesky as cholesky,
    cholesky_ex as cholesky_ex,
    eigh as eigh,
    eigvalsh as eigvalsh,
    qr as qr,
    svd as svd,
    svdvals as svdvals,
)
from fastgrad.linalg.determinant import (
    SignAndLogarithm as SignAndLogarithm,
    det as det,
    slogdet as slogdet,
    trace as trace,
)
from fastgrad.linalg.elimination import (
    LU as LU,
    LUFactors as LUFactors,
    householder_product as householder_product,
    lu as lu,
    lu_factor as lu_factor,
    lu_solve as lu_solve,
)
from fastgrad.linalg.equations import (
    LeastSquares as LeastSquares,
    cholesky_solve as cholesky_solve,
    inv as inv,
    lstsq as lstsq,
    pinv as pinv,
    solve as solve,
    solve_triangular as solve_triangular,
    tensorinv as tensorinv,
    tensorsolve as tensorsolve,
)
from fastgrad.linalg.norms import (
    cond as cond,
    matrix_norm as matrix_norm,
    matrix_rank as matrix_rank,
    vector_norm as vector_norm,
)
from fastgrad.linalg.products import (
    cross as cross,
    diagonal as diagonal,
    matrix_exp as matrix_exp,
    matrix_power as matrix_power,
    multi_dot as multi_dot,
)
from fastgrad.ops.linalg import (
    matmul as matmul,
    norm as norm,
    outer as outer,
    tensordot as tensordot,
    vecdot as vecdot,
)
from fastgrad.ops.view import matrix_transpose as matrix_transpose

__all__ = _names.public(globals(), modules=())

_missing.explain(__name__)
