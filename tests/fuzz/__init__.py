"""Random tests: programs of views, writes in place, custom functions and hooks, and calls of every operation.

``python -m tests.fuzz --minutes 30`` runs them for a while, `test_fuzz.py` runs some hundred from a fixed seed.
"""
