"""Tensors beside complex numbers, strings and other things that no tensor can be: NumPy's arrays, by its operators."""

SMOOTH: list[str] = []
_OTHERS = ["1j", "(1 + 2j)", "np.complex64(1j)", "np.array(1j)", "np.array([1j, 2, 3, 4])"]
PLAIN = [
    *(f"x {op} {other}" for op in ("+", "-", "*", "/", "**", "==", "!=") for other in _OTHERS),
    *(f"{other} {op} v" for op in ("+", "-", "*", "/", "**", "==", "!=") for other in _OTHERS),
    "c @ x",
    "x @ np.array([1j, 2, 3, 4])",
    "x[:, None, 0] * 1j + x[0]",
    "i * 1j",
    "b * 1j",
    "v == t",
    "v != 'a'",
    "c[k]",
    "c[np.abs(c) > 0.5]",
    "t[k]",
    "d = np.zeros(4, complex); d[0] = v[1]; d[1:3] = v[:2]; d",
    "np.exp(1j * v)",
    "np.abs(v * 1j)",
    "np.sum(c)",
    "np.mean(c * 2)",
    "np.concatenate([c, c])",
    "np.array([1j, v[0]])",
    "np.real(c) + k",
    "np.iscomplexobj(c)",
    "np.iscomplexobj(v)",
    "np.sort(t)",
    "np.unique(t)",
    "np.array(['a', 'b'])",
    "v < np.array([np.longdouble(1)])",
    "np.meshgrid(c, [1, 2], indexing='ij')",
]
