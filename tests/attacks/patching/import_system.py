# expect: fails
# policy: import
# spoils: the second question
"""Puts a finder in front of everything that is imported."""

import sys


class _Finder:
    @staticmethod
    def find_spec(name, path=None, target=None):
        raise SystemExit(0)


sys.meta_path.insert(0, _Finder)
sys.modules.pop("pytest", None)


async def answer():
    return 2
