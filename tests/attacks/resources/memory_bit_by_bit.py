# expect: raised or crashed
# policy: nothing
# backends: trio
"""Asks for memory until there is none."""


async def answer():
    kept = []
    while True:
        kept.append(bytes(1 << 24))
