# expect: crashed or blocked-loop or limit
# policy: import
# spoils: the second question, where importing takes its time
"""Skips the test that is not there."""

import pytest


async def answer():
    pytest.skip("done")
