# expect: blocked-loop or limit
# policy: nothing
# backends: trio
"""A number that takes longer than anybody can wait."""


async def answer():
    return 9**9**9
