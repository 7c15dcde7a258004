# expect: limit or blocked-loop
# policy: nothing
# backends: trio
"""A call that never comes back from C."""


async def answer():
    return sum(range(10**12))
