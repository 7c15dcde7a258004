# expect: fails
# policy: import
"""Imports the solutions, which an editable install would put on the path."""

import importlib


async def answer():
    for name in ("solutions", "solutions.ex01_join.join", "solutions.ex01_one.one", "exercises"):
        try:
            importlib.import_module(name)
        except ImportError:
            continue
        return 1
    return 2
