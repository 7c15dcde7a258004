# expect: fails
# policy: import
"""Imports the hidden tests."""

import importlib


async def answer():
    for name in ("test_hidden", "exercises.ex01_one.test_hidden", "ex01_one.test_hidden"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue
        return 1
    return 2
