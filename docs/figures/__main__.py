"""Draw figures: ``python -m figures slope.tangents``, or of all modules named; from docs/."""

import importlib
import inspect
import sys

from figures import save

for argument in sys.argv[1:]:
    name, _, only = argument.partition(".")
    module = importlib.import_module(f"figures.{name}")
    for function_name, function in inspect.getmembers(module, inspect.isfunction):
        if function.__module__ == module.__name__ and not function_name.startswith("_") and only in ("", function_name):
            save(function, f"{name}-{function_name}.svg")
