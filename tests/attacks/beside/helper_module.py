# expect: raised
# policy: import
# spoils: the second question
"""A second file that the first one imports; only one file is handed in."""

import helper


async def answer():
    return helper.one


# ---- beside: helper.py ----
one = 1
