"""Side by side with PyTorch: layers, functions of networks, losses, optimizers and schedulers, configured at random.

A family's file, `conv.py` for one, has its members in ``CASES``: names, and for each how a configuration is drawn.
What is compared, and how closely, is in `check.py` and `training.py`; public names and signatures are compared whole,
but for what `absent.py` lists with reasons. ``FASTGRAD_PARITY_SEEDS=20 pytest tests/parity -k Conv2d`` draws 20
configurations a member instead of 2.
"""
