# expect: crashed or blocked-loop or limit
# policy: import
# spoils: the second question, where importing takes its time
"""Fails as expected, it says."""

import pytest


async def answer():
    pytest.xfail("done")
