# expect: fails
# policy: nothing
"""1 + 0j equals 1 in Python."""


async def answer():
    return 1 + 0j
