"""Products of vectors, matrices and arrays, and Einstein's notation."""

from __future__ import annotations

SMOOTH = [
    *[
        f"np.{name}({operands})"
        for name in ("dot", "inner")
        for operands in ("v, w", "x, v", "m, m", "z, v", "v, z[0, 0]", "x, 2.0", "3, v", "x, w[0]", "v[1], w[0]")
    ],
    "np.dot(x, m)",
    "np.dot(v, m)",
    "np.dot(m, v)",
    "np.dot(z, m)",
    "np.dot(z, z.transpose(0, 2, 1))",
    "np.dot(v, z.transpose(2, 1, 0).copy()[:, :, 0])",
    "np.dot(w, np.ones((2, 4, 3)) * v[0])",
    "np.dot([v[0], v[1]], [w[0], 2.0])",
    "o = np.zeros((3, 4)); np.dot(x, m, out=o); o * 2",
    "np.inner(x, z)",
    "np.vdot(x, y)",
    "np.vdot(x, [[1, 2, 3, 4]] * 3)",
    "np.outer(v, w)",
    "np.outer(x, w)",
    "np.outer(v, [1, 2])",
    "np.outer(v, w, out=np.zeros((4, 4)))",
    "np.tensordot(x, m, 1)",
    "np.tensordot(z, z, axes=3)",
    "np.tensordot(x, y, axes=((0, 1), (0, 1)))",
    "np.tensordot(z, x, axes=([1, 2], [0, 1]))",
    "np.tensordot(z, x, axes=(-1, -1))",
    "np.tensordot(v, w, 0)",
    "np.tensordot(z, m, axes=[2, 0])",
    "np.kron(v, w)",
    "np.kron(x, v)",
    "np.kron(z, x[:2, :1])",
    "np.kron(2.0, v)",
    "np.cross(v[:3], w[:3])",
    "np.cross(x.T, y.T)",
    "np.cross(x, y, axis=0)",
    "np.cross(x, y, axisa=0, axisb=0)",
    "np.cross(x, y, axisa=0, axisb=0, axisc=0)",
    "np.cross(x.T, v[:3])",
    "np.einsum('ij,ij->', x, y)",
    "np.einsum('ij,kj->ik', x, y)",
    "np.einsum('ii', m)",
    "np.einsum('ii->i', m)",
    "np.einsum('ij', x)",
    "np.einsum('ji', x)",
    "np.einsum('...j,j', z, v)",
    "np.einsum('i j, j -> i', x, v)",
    "np.einsum(x, [0, 1], v, [1])",
    "np.einsum(x, [0, 1], y, [2, 1], [2, 0])",
    "np.einsum(z, [Ellipsis, 3], v, [3], [Ellipsis])",
    "np.einsum(x, [7, 3])",
    *[
        f"np.einsum({subscripts}, optimize={how})"
        for subscripts in (
            "'ij,jk,k->i', x, m, v",
            "'ij,jk,kl,l', x, m, m, w",
            "'aij,ij,j->a', z, x, v",
            "'...j,jk,k->...', z, m, w",
            "'i,j,k->ijk', v, w, v",
            "'ij,ij,ij', x, y, x",
            "'i,i,i', v, w, v",
        )
        for how in ("True", "'greedy'", "'optimal'", "False")
    ],
    "np.einsum('ij,jk,k->i', x, m, v, optimize=['einsum_path', (1, 2), (0, 1)])",
    "np.einsum('ij,j->i', x, v, out=np.zeros(3))",
    "np.einsum('ij,j->i', x, v, order='C', casting='safe')",
]

PLAIN = [
    *[
        f"np.{name}({operands})"
        for name in ("dot", "inner")
        for operands in (
            "j, j",
            "i, j",
            "b[0], b[1]",
            "f, f[0]",
            "[1, 2], [3, 4]",
            "2, 3",
            "i, 2",
            "[], []",
            "c, c",
            "v, c[0]",
        )
    ],
    "np.dot(i, i.T)",
    "np.tensordot(b, b.T, 1)",
    "np.einsum('ij,kj', b, b)",
    "np.dot(b, b.T)",
    "np.dot(np.zeros((2, 0)), np.zeros((0, 3)))",
    "np.dot(np.arange(4), v)",
    "np.vdot(i, i)",
    "np.vdot(c, c)",
    "np.outer(j, j)",
    "np.outer(i, b)",
    "np.kron(j, j)",
    "np.kron([1, 2], [[1, 0], [0, 1]])",
    "np.kron(c, [1, 2])",
    "np.tensordot(i, i, axes=([0, 1], [0, 1]))",
    "np.tensordot([[1, 2], [3, 4]], [[1], [2]], 1)",
    "np.cross([1, 0, 0], [0, 1, 0])",
    "np.einsum('ij,ij->i', i, i)",
    "np.einsum('ij->j', b)",
    "np.einsum('i,i', j, j)",
    "np.einsum('ij->j', i.astype(np.int8))",
    "np.einsum('i,i->', j.astype(np.uint8), j.astype(np.uint8))",
    "np.einsum('i,i', [1, 2], [3.0, 4.0])",
    "np.einsum('ij,jk->ik', i, i.T, dtype=float)",
    "np.einsum('i,i', c, c)",
    "np.einsum('ij->ji', f)",
    "np.einsum_path('ij,jk,k->i', x, m, v)[0]",
    "np.einsum_path('ij,jk,kl->il', x, m, m, optimize='optimal')[0]",
]
