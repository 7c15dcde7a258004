# expect: fails
# policy: import
# level: 2
"""Asks the grader's own modules for the kit."""

import importlib


async def answer():
    try:
        kit = importlib.import_module("grader.kit.kit")
        root = kit.builtin_root()
        return 1 if list(root.rglob("test_hidden.py")) else 2
    except (ImportError, OSError, Exception):
        return 2
