# expect: blocked-loop or limit
# policy: nothing
# backends: trio
"""Keeps the loop to itself."""


async def answer():
    while True:
        pass
