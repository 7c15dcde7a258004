# expect: raised or crashed or limit or blocked-loop
# policy: nothing
# backends: trio
"""Fills the memory with small objects."""


async def answer():
    kept = []
    while True:
        kept = [kept, kept, [None] * 1000]
