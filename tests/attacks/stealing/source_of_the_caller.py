# expect: fails
# policy: import
"""Reads the source of whoever calls it, and of the tests behind that."""

import inspect


async def answer():
    for record in inspect.stack():
        if "assert " in "".join(record.code_context or ()):
            return 1
    return 2
