# expect: raised or blocked-loop or limit
# policy: import
# spoils: the second question, where importing takes its time
"""Ends the pytest session that is not there."""

import pytest


async def answer():
    pytest.exit("done", returncode=0)
