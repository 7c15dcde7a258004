# expect: limit or raised or blocked-loop
# policy: nothing
# backends: trio
"""A number that takes longer than anybody can wait."""


async def answer():
    return 9**9**9
