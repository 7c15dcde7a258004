# expect: raised or blocked-loop or limit
# policy: import
# spoils: the second question, where importing takes its time
"""Skips as unittest does."""

import unittest


async def answer():
    raise unittest.SkipTest("done")
